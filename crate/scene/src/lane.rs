//! The two runs that are compared, and what the reader looks at.

use crate::Snapshot;

/// Which of the two runs that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The residual hue, solid lines, ●.
    A,
    /// The plain hue, dashed lines, ▲.
    B,
}

impl Lane {
    /// Both, in the order in which they are drawn.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// The name in recordings and in the page's `data-lane`.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// The CSS class that gives the lane its hue and dash.
    pub fn class(self) -> &'static str {
        match self {
            Self::A => "lane-a",
            Self::B => "lane-b",
        }
    }

    /// The lane's marker as a character, for text beside the charts.
    pub fn marker(self) -> &'static str {
        match self {
            Self::A => "●",
            Self::B => "▲",
        }
    }
}

/// One run to be drawn.
#[derive(Clone, Copy)]
pub struct LaneView<'a> {
    /// Which of the two.
    pub lane: Lane,
    /// The run so far (or [`Snapshot::until`] a step that is looked back at).
    pub snapshot: &'a Snapshot,
    /// The whole run, also while a step is looked back at.
    pub whole: &'a Snapshot,
    /// What the switches show now, one strength a block; may be ahead of the snapshot.
    pub strengths: &'a [f64],
}

/// What the reader looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// Width of the drawing, CSS px.
    pub width: f64,
    /// Height of the drawing, CSS px.
    pub height: f64,
    /// Index of the focused block.
    pub focus: Option<usize>,
    /// Whether the depth profile has a linear axis.
    pub linear: bool,
    /// The step that is looked back at.
    pub look_back: Option<u64>,
    /// Whether space is scarce (embedded, phone): short labels, no second panel.
    pub compact: bool,
}

//! The two runs that are compared, and what the reader looks at.

use crate::flow::Plot;
use crate::{Class, Overlaid, Snapshot};
use protocol::{Lane, Phase, Place, StepRecord};

/// The CSS class that gives a lane its hue and dash.
pub fn lane_class(lane: Lane) -> &'static str {
    Class::of_lane(lane).name()
}

/// A lane's marker as a character, for text beside the charts.
pub fn lane_marker(lane: Lane) -> &'static str {
    match lane {
        Lane::A => "●",
        Lane::B => "▲",
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
    /// How far the step under way has been walked through, in slow motion.
    pub walk: Option<&'a Phase>,
    /// The name of its file, where it was recorded.
    pub file: Option<&'a str>,
}

impl<'a> LaneView<'a> {
    /// The record that the diagram shows: of the step that is walked through what is known of it, else what was measured last.
    pub fn record(&self) -> Option<&'a StepRecord> {
        self.walk.map(|walk| &walk.known).or(self.snapshot.measured())
    }
}

/// What the reader looks at.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// Width of the drawing, CSS px.
    pub width: f64,
    /// Height of the drawing, CSS px.
    pub height: f64,
    /// The focused block, stem or head.
    pub focus: Option<Place>,
    /// What profile and history show.
    pub plot: Plot,
    /// Whether the depth profile has a linear axis.
    pub linear: bool,
    /// The step that is looked back at.
    pub look_back: Option<u64>,
    /// Whether space is scarce (embedded, phone): short labels, no second panel.
    pub compact: bool,
    /// The runs that are only overlaid.
    pub overlaid: &'a [Overlaid<'a>],
}

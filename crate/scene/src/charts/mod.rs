//! The charts: each a function from the runs and what the reader looks at to a [`Scene`], and this list of them.
//!
//! To add one: a file here, a line of [`Chart`], its title among the words, and the card in the page that shows it.

mod ablation;
mod branches;
mod history;
mod learning;
mod paths;
mod profile;
mod river;
mod sketch;
mod sweep;

pub use profile::profile_place_at;
pub use river::{BlockLayout, EndLayout, LaneLayout, river_layout, river_scale_words};
pub use sketch::{Gap, Sketch, sketched};

use crate::plot::Margin;
use crate::words::Text;
use crate::{LaneView, Scene, View};

/// How much there is to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One step's values, which are new with every step.
    OneStep,
    /// The values of all steps: more with every step.
    AllSteps,
    /// A raster picture of all steps.
    Raster,
}

/// What is known about a chart.
struct Entry {
    name: &'static str,
    title: Text,
    draw: fn(&[LaneView], &View) -> Scene,
    work: Work,
    /// Around the raster picture, in charts that have one.
    raster: Option<Margin>,
}

/// Declares [`Chart`] and the list of its variants.
macro_rules! charts {
    ($($(#[doc = $doc:literal])+ $variant:ident => $entry:expr,)+) => {
        /// A chart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Chart { $($(#[doc = $doc])+ $variant,)+ }

        impl Chart {
            /// Every chart.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn entry(self) -> Entry {
                match self { $(Self::$variant => $entry,)+ }
            }
        }
    };
}

charts! {
    /// The network as a diagram, the gradient as a river through it.
    River => Entry { name: "river", title: Text::RiverTitle, draw: river::river, work: Work::OneStep, raster: None },
    /// What is chosen of each block against depth.
    Profile => Entry { name: "profile", title: Text::ProfileTitle, draw: profile::profile, work: Work::OneStep, raster: None },
    /// Loss and accuracy against steps.
    Learning => Entry { name: "learning", title: Text::LearningTitle, draw: learning::learning, work: Work::AllSteps, raster: None },
    /// What is chosen of each block, against depth and steps.
    History => Entry { name: "history", title: Text::HistoryTitle, draw: history::history, work: Work::Raster, raster: Some(history::MARGIN) },
    /// Through how many branches the gradient goes, against steps.
    Branches => Entry { name: "branches", title: Text::BranchesTitle, draw: branches::branches, work: Work::AllSteps, raster: None },
    /// What part of the gradient goes through each number of branches.
    Paths => Entry { name: "paths", title: Text::PathsTitle, draw: paths::paths, work: Work::AllSteps, raster: None },
    /// Held-out accuracy with the strengths of all skips multiplied.
    Sweep => Entry { name: "sweep", title: Text::SweepTitle, draw: sweep::sweep, work: Work::AllSteps, raster: None },
    /// Held-out accuracy that is lost without each block.
    Ablation => Entry { name: "ablation", title: Text::AblationTitle, draw: ablation::ablation, work: Work::AllSteps, raster: None },
}

impl Chart {
    /// Its name in ids and classes.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Its title.
    pub fn title(self) -> Text {
        self.entry().title
    }

    /// How much there is to draw: what decides how often the page draws it.
    pub fn work(self) -> Work {
        self.entry().work
    }

    /// The room around its raster picture, if it has one.
    pub fn raster_margin(self) -> Option<Margin> {
        self.entry().raster
    }

    /// Draws it.
    pub fn draw(self, lanes: &[LaneView], view: &View) -> Scene {
        (self.entry().draw)(lanes, view)
    }
}

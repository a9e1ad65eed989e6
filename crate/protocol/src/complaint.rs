//! What is wrong with a value that somebody gave, as data. `scene` puts it into words, for the page and for the program.

use crate::Lane;
use crate::setting::{Id, PageSetting, RunSetting};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A value that is not accepted, and why. Its text here is for logs; people read `scene::words::complaint`.
#[derive(Clone, Debug, PartialEq, Error, Serialize, Deserialize)]
pub struct Complaint {
    /// The setting.
    pub setting: Id,
    /// Whether it is the second run's (`lr_b`).
    pub of_twin: bool,
    /// The value that was given, as it was written.
    pub given: String,
    /// Why it is not accepted.
    pub reason: Reason,
}

impl Complaint {
    /// A complaint about one setting, of the first run.
    pub fn new(setting: impl Into<Id>, given: &(impl ToString + ?Sized), reason: Reason) -> Self {
        Self { setting: setting.into(), of_twin: false, given: given.to_string(), reason }
    }

    /// The complaint about the second run's setting of that name.
    #[must_use]
    pub fn of_twin(self) -> Self {
        Self { of_twin: true, ..self }
    }

    /// The complaint about that run's setting of the name.
    #[must_use]
    pub fn of(self, lane: Lane) -> Self {
        Self { of_twin: lane == Lane::B, ..self }
    }

    /// The setting's name as it was written: `lr`, or `lr_b` for the second run.
    pub fn name(&self) -> String {
        format!("{}{}", self.setting.name(), if self.of_twin { "_b" } else { "" })
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} is not accepted: {:?}", self.name(), self.given, self.reason)
    }
}

/// Why a value is not accepted. Its text here is for logs.
#[derive(Clone, Debug, PartialEq, Error, Serialize, Deserialize)]
#[error("{self:?}")]
pub enum Reason {
    /// It is none of these names.
    OneOf(Vec<String>),
    /// It is no list of these names, separated by commas.
    ListOf(Vec<String>),
    /// It is no whole number in this range, bounds included.
    Whole {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// It is no number in this range, bounds included.
    Real {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// It is neither `0` nor `1`.
    Flag,
    /// It is no name of a network.
    Model,
    /// It is no depth of the CIFAR family.
    CifarDepth,
    /// It is no strength, nor a list of strengths by block.
    Strengths,
    /// It is neither a period nor `log` nor `own`.
    Schedule,
    /// It is no `FROM-TO` of two steps.
    Fade,
    /// It is no list of changes at steps.
    Events,
    /// It is no way in which the learning rate goes on.
    LrSchedule,
    /// It is no list of changes of the shortcuts.
    SkipSchedule,
    /// It is no data set.
    Data,
    /// They are images of one's own, which are not here.
    OwnData,
    /// One run of a sweep.
    Only,
    /// It names no file.
    File,
    /// It names no folder.
    Folder,
    /// It names no device.
    Device,
    /// The list names a block that the network does not have.
    UnknownBlock {
        /// The block that was named.
        block: String,
        /// The blocks there are.
        blocks: Vec<String>,
    },
    /// It does not go with the value of another setting.
    NotWith {
        /// The other setting.
        other: RunSetting,
        /// The other setting's value.
        value: String,
        /// What is the matter.
        because: Because,
    },
    /// A window of `kernel` pixels slides over images of which only `size` pixels are left.
    ImageTooSmall {
        /// Height or width of the window, pixels.
        kernel: usize,
        /// Height or width of what is left of the image, pixels.
        size: usize,
    },
    /// It must agree with the data.
    WithData {
        /// The data set.
        data: crate::Data,
        /// What the data need.
        needs: Needs,
    },
    /// The run has made this number of steps: its budget is no smaller.
    StepsMade(u64),
    /// The setting cannot change while a run goes on.
    NeedsNewRun,
    /// It must agree with the input file, which holds this number of images.
    ImagesInFile(usize),
}

/// What a data set needs of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needs {
    /// This value.
    Exactly(usize),
    /// This value or a greater one.
    AtLeast(usize),
}

/// Why two settings do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Because {
    /// Networks of the family take these values only.
    Takes(Vec<String>),
    /// The network's name says it, and other names say otherwise.
    NameSaysIt,
    /// The network has no shortcuts.
    NoShortcuts,
    /// A branch is more than one linear layer, or does not always take part.
    NotOneLayer,
    /// Without norm there is no gamma.
    NoGamma,
    /// This batch norm would have one value a channel, of which nothing is left without its mean.
    OneValue {
        /// Its module name.
        norm: Box<str>,
    },
    /// The rates of the steps that were made followed from the budget.
    RatesFollowBudget,
    /// A ReLU before the last layer of the branch passes no gradient at 0: a gamma that starts at 0 stays there.
    GammaStaysZero,
}

impl Reason {
    /// That the value is none of these.
    pub fn one_of(names: &[&str]) -> Self {
        Self::OneOf(owned(names))
    }

    /// That the value is no list of these.
    pub fn list_of(names: &[&str]) -> Self {
        Self::ListOf(owned(names))
    }
}

pub(crate) fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// That no block of the network has the name which the focus was to have.
pub(crate) fn unknown_block(name: &str, blocks: Vec<String>) -> Complaint {
    Complaint::new(PageSetting::Block, name, Reason::OneOf(blocks))
}

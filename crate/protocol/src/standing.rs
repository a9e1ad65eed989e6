//! Where a run stands between two steps, beside its tensors: with its settings at step 0 it determines what comes after.

use crate::{Change, Quantity, Strengths};
use serde::{Deserialize, Serialize};

/// Where a run stands between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Updates done.
    pub step: u64,
    /// Whether an evaluation is due before the next step.
    pub evaluates: bool,
    /// Times that the training images were gone through.
    pub epoch: u64,
    /// Images of this epoch that were taken.
    pub position: usize,
    /// Images that were taken and not yet trained on, because not all had arrived.
    pub drawn: Option<Vec<usize>>,
    /// The strengths of the shortcuts, and how they fade.
    pub strengths: Strengths,
    /// Whether a mark told of the fade.
    pub fade_marked: bool,
    /// The learning rate that is set.
    pub lr: f64,
    /// The momentum that is set.
    pub momentum: f64,
    /// Images a step.
    pub batch: usize,
    /// The quantities measured.
    pub quantities: Vec<Quantity>,
    /// Those of them that are measured as soon as can be.
    pub asked: Vec<Quantity>,
    /// Changes that the next step makes.
    pub pending: Vec<Change>,
    /// The changes that the settings ask for at the steps before this one are made.
    pub timed_until: u64,
    /// Steps that made no update, since a number of theirs was not finite.
    #[serde(default)]
    pub skipped: u64,
}

//! What a proof of the gradients found: slopes of the loss as the backward pass predicts them, beside those that losses
//! themselves have.

use serde::{Deserialize, Serialize};

/// A proof of one network's gradients on one batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// Number of updates that the network has had.
    pub step: u64,
    /// The run's seed, which also draws the weights that are checked.
    pub seed: u64,
    /// The training images of the batch, by their indices, in order.
    pub images: Vec<usize>,
    /// Hash of the parameters.
    pub parameter_hash: String,
    /// The loss of the pass whose gradients are checked, in its own precision, nats.
    pub loss: f64,
    /// The loss in float64, nats.
    pub loss_f64: f64,
    /// Stem, blocks and head, as far as they have weights.
    pub parts: Vec<ProvedPart>,
    /// The blocks whose gradient comes over both ways.
    pub joins: Vec<ProvedJoin>,
}

/// How far a proof has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProofPart {
    /// Parts done.
    pub done: u64,
    /// Parts in all.
    pub all: u64,
    /// What the rest will take by the time that the first took, milliseconds.
    pub left_ms: f64,
}

/// The gradient of one part of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProvedPart {
    /// Its name, such as `layer2.0`.
    pub name: String,
    /// The relative error that is accepted: 0.1 %, or what float32 makes of this part's gradient if that is more.
    pub bound: f64,
    /// Along its own gradient.
    pub direction: Slope,
    /// Along a random direction, which meets what a direction of the gradient's own cannot: that some of it is missing.
    pub across: Slope,
    /// Along single weights; none where that would take too long.
    pub weights: Vec<WeightSlope>,
}

/// A slope of the loss: its derivative along a direction of length 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    /// By the backward pass.
    pub predicted: f64,
    /// By the losses in float64 at one step forward and one back.
    pub found: f64,
    /// The length of that step.
    pub step: f64,
    /// A smaller slope cannot be told from the rounding of the losses.
    pub floor: f64,
    /// What follows.
    pub verdict: Verdict,
}

/// What two slopes say about each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They differ by this share of the larger one.
    Error(f64),
    /// Both are too small to be told from the rounding of the losses.
    TooSmall,
    /// Rounding in the gradient's own precision alone makes as much of it.
    Rounding,
    /// The loss has a kink within the step: it has no slope there.
    Kink,
}

/// The slope along one weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightSlope {
    /// The tensor, by torchvision's name.
    pub parameter: String,
    /// The weight's place in it, row-major.
    pub index: usize,
    /// Along it.
    pub slope: Slope,
}

/// Whole = part + part at one join: ‖g‖² = ‖skip‖² + ‖branch‖² + 2·cos·‖skip‖·‖branch‖.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProvedJoin {
    /// The block.
    pub name: String,
    /// By how much the two sides differ, as a share of ‖skip‖² + ‖branch‖².
    pub deviation: f64,
}

impl Slope {
    /// The relative error, where there is one.
    pub fn error(&self) -> Option<f64> {
        if let Verdict::Error(error) = self.verdict { Some(error) } else { None }
    }
}

impl ProvedPart {
    /// All its slopes.
    pub fn slopes(&self) -> impl Iterator<Item = &Slope> {
        [&self.direction, &self.across].into_iter().chain(self.weights.iter().map(|weight| &weight.slope))
    }

    /// The largest relative error of its weights, if one could be checked.
    pub fn worst_weight(&self) -> Option<f64> {
        self.weights.iter().filter_map(|weight| weight.slope.error()).reduce(f64::max)
    }
}

impl Proof {
    /// Weights of each part that are checked, where that does not take too long.
    pub const WEIGHTS: usize = 20;

    /// The largest relative error of all slopes that could be checked.
    pub fn worst(&self) -> Option<f64> {
        self.parts.iter().flat_map(ProvedPart::slopes).filter_map(Slope::error).reduce(f64::max)
    }

    /// The parts with a slope that is further off than rounding explains.
    pub fn wrong(&self) -> Vec<&str> {
        let is_wrong = |part: &&ProvedPart| part.slopes().filter_map(Slope::error).any(|error| error > part.bound);
        self.parts.iter().filter(is_wrong).map(|part| part.name.as_str()).collect()
    }

    /// The largest deviation at a join.
    pub fn worst_join(&self) -> Option<f64> {
        self.joins.iter().map(|join| join.deviation).reduce(f64::max)
    }
}

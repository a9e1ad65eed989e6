//! What a session says: one record a step, evaluations, marks, and how it ended.

use crate::{Fade, Phase, Quantity, RunSetting};
use serde::{Deserialize, Serialize};

/// Everything a session says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A training step was done.
    Step(StepRecord),
    /// The held-out set was evaluated.
    Eval(Evaluation),
    /// A setting was changed while the run went on.
    Mark(Mark),
    /// The run ended.
    End(EndReason),
    /// A part of the step under way was done; said only of steps that are walked through. No recording holds it.
    Phase(Box<Phase>),
}

/// One training step, measured with the parameters *before* update number `step`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The update's number, from 0.
    pub step: u64,
    /// Mean cross-entropy over the batch, nats.
    pub loss: f64,
    /// Share of the batch that was classified correctly, in [0, 1].
    pub train_accuracy: f64,
    /// The learning rate of this update.
    pub lr: f64,
    /// The measured quantities.
    pub measured: Measured,
    /// Gradients of the stem and the head.
    pub ends: Ends,
}

/// What was measured at one step or evaluation, each list in the order of [`Quantity::ALL`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Quantities with one number a block.
    pub columns: Vec<Column>,
    /// Quantities with one number.
    pub scalars: Vec<Scalar>,
    /// Quantities with one number for each number of branches on a path, or each strength of a sweep.
    pub vectors: Vec<Vector>,
}

impl Measured {
    /// The values of one quantity, a block each, if it was measured.
    pub fn column(&self, quantity: Quantity) -> Option<&[Option<f64>]> {
        self.columns.iter().find(|column| column.quantity == quantity).map(|column| column.values.as_slice())
    }

    /// The value of one quantity, if it was measured and exists.
    pub fn scalar(&self, quantity: Quantity) -> Option<f64> {
        self.scalars.iter().find(|scalar| scalar.quantity == quantity).and_then(|scalar| scalar.value)
    }

    /// The values of one quantity, if it was measured.
    pub fn vector(&self, quantity: Quantity) -> Option<&[f64]> {
        self.vectors.iter().find(|vector| vector.quantity == quantity).map(|vector| vector.values.as_slice())
    }
}

impl StepRecord {
    /// The values of one quantity, a block each, if it was measured.
    pub fn column(&self, quantity: Quantity) -> Option<&[Option<f64>]> {
        self.measured.column(quantity)
    }
}

/// One quantity with one number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scalar {
    /// Which quantity.
    pub quantity: Quantity,
    /// Its value; `None` where it does not exist.
    pub value: Option<f64>,
}

/// One quantity with several numbers that are not one a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    /// Which quantity.
    pub quantity: Quantity,
    /// Its values.
    pub values: Vec<f64>,
}

/// One quantity over all blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Which quantity.
    pub quantity: Quantity,
    /// One value a block, from the input to the loss; `None` where it does not exist (shortcut columns at strength 0).
    pub values: Vec<Option<f64>>,
}

/// Gradients at the two ends of the network; `None` where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ends {
    /// ‖∂E/∂(stem's output)‖.
    pub stem_grad_out_l2: Option<f64>,
    /// Norm of the gradient of the stem's parameters; `None` if it has none.
    pub stem_weight_grad_l2: Option<f64>,
    /// ‖∂E/∂(head's input)‖, the head being what follows the last block.
    pub head_grad_in_l2: Option<f64>,
    /// Norm of the gradient of the head's parameters.
    pub head_weight_grad_l2: Option<f64>,
}

/// The held-out set after `step` updates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of updates done.
    pub step: u64,
    /// Mean cross-entropy, nats.
    pub loss: f64,
    /// Share classified correctly, in [0, 1].
    pub accuracy: f64,
    /// What is measured at evaluations.
    pub measured: Measured,
    /// The answers to the images that are shown; none where nobody recorded them.
    pub answers: Vec<ImageAnswer>,
}

/// What the network answers to one held-out image.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageAnswer {
    /// Index of the image among the held-out ones.
    pub image: usize,
    /// The class that the network holds for the most probable.
    pub class: usize,
    /// How probable, in [0, 1].
    pub probability: f64,
}

/// A change that takes effect with step `step`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The first step that feels it.
    pub step: u64,
    /// The live setting that was changed.
    pub what: RunSetting,
    /// The block, for a shortcut.
    pub block: Option<String>,
    /// The value before; of a fade the step at which it begins.
    pub from: f64,
    /// The value after; of a fade the step at which it ends.
    pub to: f64,
    /// Whether the shortcut closed because it was folded into the weights of its branch.
    pub folded: bool,
}

impl Mark {
    /// The mark where a fade begins.
    pub fn of_fade(fade: Fade) -> Self {
        // Steps are far below 2^53.
        let [from, to] = [fade.from, fade.to].map(|step| step as f64);
        Self { step: fade.from, what: RunSetting::Fade, block: None, from, to, folded: false }
    }

    /// The fade that begins there.
    pub fn fade(&self) -> Option<Fade> {
        // What is no number of steps in a recording from elsewhere ends at once.
        let fade = Fade { from: self.step, to: (self.to as u64).max(self.step) };
        (self.what == RunSetting::Fade).then_some(fade)
    }
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndReason {
    /// The budget is used up.
    Done,
    /// It stopped before its time: in a recording, when whoever made it stopped it.
    Interrupted,
    /// A number of this step is not finite; the parameters are those before the step.
    NonFinite {
        /// The step.
        step: u64,
        /// Which number.
        lost: Lost,
        /// Where it came about: the first block in the order of computing, or `stem`; `None` if it is the head.
        block: Option<String>,
    },
}

/// What is not a finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lost {
    /// The loss: a value left its range on the way forward.
    Loss,
    /// A gradient, while the loss is finite: a value left its range on the way back.
    Gradient,
}

//! What the user asked for.

use crate::{Activation, Data, Init, Labels, Merge, Model, ModelSpec, Norm, Order, Quantity, Schedule, Skip};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Bad input: one sentence naming what was given, its value, and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name} {value:?} is not accepted: it must be {accepted}")]
pub struct SpecError {
    /// The setting's name.
    pub name: String,
    /// The value that was given.
    pub value: String,
    /// What is accepted, in words.
    pub accepted: String,
}

impl SpecError {
    /// An error about one setting.
    pub fn new(name: impl Into<String>, value: impl Into<String>, accepted: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), accepted: accepted.into() }
    }
}

/// Everything that determines a run: the same spec on the same build gives the same run, bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Family and depth.
    pub model: Model,
    /// Channels of the first stage.
    pub width: usize,
    /// Normalisation.
    pub norm: Norm,
    /// Initialisation.
    pub init: Init,
    /// Where the activation stands.
    pub order: Order,
    /// The activation function.
    pub activation: Activation,
    /// How branch and shortcut come together.
    pub merge: Merge,
    /// Weight layers in a branch of an `mlpN`.
    pub branch_layers: usize,
    /// Data set.
    pub data: Data,
    /// Labels of the training images.
    pub labels: Labels,
    /// Height and width to which the images are enlarged or reduced, pixels; 0 is the data's own, or the least that the
    /// network takes.
    pub image_size: usize,
    /// Probability that the last block takes part in a step (stochastic depth, Huang et al. 2016, arXiv 1603.09382); block
    /// l of L takes part with probability 1 − (l/L)(1 − p). 1 is every block at every step.
    pub stochastic_depth: f64,
    /// Strengths of the shortcuts at step 0.
    pub skip: Skip,
    /// Learning rate.
    pub lr: f64,
    /// Momentum of SGD, as torch.optim.SGD defines it.
    pub momentum: f64,
    /// Weight decay of SGD, as torch.optim.SGD defines it.
    pub weight_decay: f64,
    /// Images a step.
    pub batch: usize,
    /// Seed of every random stream.
    pub seed: u64,
    /// Budget: the run ends after so many updates.
    pub steps: u64,
    /// The held-out set is evaluated after every so many updates and after the last one; 0 is never.
    pub eval_every: u64,
    /// The quantities measured.
    pub quantities: Vec<Quantity>,
    /// When, in place of each quantity's own schedule.
    pub measure_every: Option<Schedule>,
}

impl RunSpec {
    /// The page's default: a network whose plain twin vanishes. ResNet-20, width 8, no norm, PyTorch's own initialisation.
    pub fn page_default() -> Self {
        Self {
            model: Model::Cifar { depth: 20 },
            width: 8,
            norm: Norm::None,
            init: Init::Pytorch,
            order: Order::Post,
            activation: Activation::Relu,
            merge: Merge::Add,
            branch_layers: 2,
            data: Data::FashionMnist,
            labels: Labels::True,
            image_size: 0,
            stochastic_depth: 1.0,
            skip: Skip::All(1.0),
            lr: 0.05,
            momentum: 0.9,
            weight_decay: 0.0,
            batch: 32,
            seed: 1,
            steps: 2000,
            eval_every: 50,
            quantities: Quantity::USUAL.to_vec(),
            measure_every: None,
        }
    }

    /// The program's default: batch norm and He initialisation, base width 16.
    pub fn program_default() -> Self {
        Self { width: 16, norm: Norm::Bn, init: Init::He, eval_every: 0, ..Self::page_default() }
    }

    /// The network's shape on this run's data. Networks of ImageNet's kind see grey images as three equal channels.
    pub fn model_spec(&self) -> ModelSpec {
        let [channels, own_size] = self.data.image();
        let &Self { model, width, norm, init, order, activation, merge, branch_layers, .. } = self;
        ModelSpec {
            model,
            width,
            channels: if model.family().is_imagenet_kind() { 3 } else { channels },
            image_size: if self.image_size == 0 {
                own_size.max(model.family().least_image_size())
            } else {
                self.image_size
            },
            classes: self.data.classes(),
            norm,
            init,
            order,
            activation,
            merge,
            branch_layers,
        }
    }

    /// Takes another network; settings that go with its family alone get the family's own values.
    pub fn set_model(&mut self, model: Model) {
        let standard = ModelSpec::standard(model);
        if model.family() != self.model.family() {
            self.width = standard.width;
        }
        if let Model::Vgg { .. } = model {
            self.norm = standard.norm;
        }
        self.model = model;
    }

    /// Whether a step measures this quantity.
    pub fn measures(&self, quantity: Quantity, step: u64) -> bool {
        let own = quantity.schedule();
        let schedule = if own == Schedule::Evaluation { own } else { self.measure_every.unwrap_or(own) };
        self.quantities.contains(&quantity) && (schedule.is_due(step) || schedule == Schedule::OnDemand && step == 0)
    }
}

//! What the user asked for.

use crate::{Data, Init, Model, ModelSpec, Norm, Quantity, Skip};
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
    /// Data set.
    pub data: Data,
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
    /// The quantities measured at each step.
    pub quantities: Vec<Quantity>,
}

impl RunSpec {
    /// The page's default: a network whose plain twin vanishes. ResNet-20, width 8, no norm, PyTorch's own initialisation.
    pub fn page_default() -> Self {
        Self {
            model: Model::Cifar { depth: 20 },
            width: 8,
            norm: Norm::None,
            init: Init::Pytorch,
            data: Data::FashionMnist,
            skip: Skip::All(1.0),
            lr: 0.05,
            momentum: 0.9,
            weight_decay: 0.0,
            batch: 32,
            seed: 1,
            steps: 2000,
            eval_every: 50,
            quantities: Quantity::ALL.to_vec(),
        }
    }

    /// The program's default: batch norm and He initialisation, base width 16.
    pub fn program_default() -> Self {
        Self { width: 16, norm: Norm::Bn, init: Init::He, eval_every: 0, ..Self::page_default() }
    }

    /// The network's shape on this run's data.
    pub fn model_spec(&self) -> ModelSpec {
        let [channels, image_size] = self.data.image();
        let Self { model, width, norm, .. } = *self;
        ModelSpec { model, width, channels, image_size, classes: self.data.classes(), norm }
    }
}

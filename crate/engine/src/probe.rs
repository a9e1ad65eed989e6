//! One forward and backward pass in training mode on a given batch, and plain updates on that same batch.
//!
//! # Examples
//! What part of the gradient reaches the first of 20 fully connected blocks, without shortcuts:
//!
//! ```
//! use candle_core::{Device, Tensor};
//! use engine::probe::profile;
//! use engine::{Input, Join, Measuring, Network, Parameters};
//! use protocol::{ModelSpec, Plan, Quantity};
//!
//! let spec = ModelSpec { width: 8, channels: 1, image_size: 4, ..ModelSpec::standard("mlp20".parse()?) };
//! let plan = Plan::new(spec)?;
//! let parameters = Parameters::initial(&plan, spec.init, 1, &Device::Cpu)?;
//! let network = Network::new(plan, parameters)?;
//!
//! let pixels: Vec<f32> = (0..4 * 16).map(|pixel| (pixel as f32).sin()).collect();
//! let images = Tensor::from_vec(pixels, (4, 1, 4, 4), &Device::Cpu)?;
//! let labels = Tensor::new(&[3u32, 1, 4, 1], &Device::Cpu)?;
//! let tensors = [("images".to_owned(), images), ("labels".to_owned(), labels)];
//! let batch = Input::new(&tensors.into())?.batch(&network)?;
//!
//! let closed = vec![Join::at(0.0); 20];
//! let found = profile(&network, &batch, &closed, &Measuring::of(&[Quantity::DepthRatio]))?;
//! assert!(found.measured.scalar(Quantity::DepthRatio).is_some());
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use crate::EngineError;
use crate::network::{Join, Mode, Network, Sgd};
use crate::pass::{Batch, Measuring, Pass, PassResult};
use crate::quantities::{Found, Trials};
use protocol::{Ends, Lost, Measured, Place, RunSpec};

/// What a probe found.
pub struct Profile {
    /// Mean cross-entropy over the batch, nats.
    pub loss: f64,
    /// The quantities.
    pub measured: Measured,
    /// The gradients at stem and head.
    pub ends: Ends,
    /// What of it is no finite number, and where that came about.
    pub lost: Option<(Lost, Place)>,
}

/// What updates on one batch led to.
pub struct Updates {
    /// The loss before each.
    pub losses: Vec<f64>,
    /// What was no finite number in place of the next update, which was not made.
    pub lost: Option<(Lost, Place)>,
}

/// Measures one batch in training mode; nothing is changed. Ablation and strength sweep are of this same batch, with its
/// own statistics; the update ratio does not exist here.
///
/// # Errors
/// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no memory
/// left.
pub fn profile(
    network: &Network,
    batch: &Batch,
    joins: &[Join],
    measuring: &Measuring,
) -> Result<Profile, EngineError> {
    let (pass, lost) = finished(Pass::new(network, batch.clone(), joins.to_vec(), measuring.clone()), network)?;
    let mut found = pass.found;
    let mut trials = Trials::new(&found, network, joins);
    let count = batch.labels.elem_count() as f64;
    trials.push(pass.loss, pass.accuracy);
    while let Some(joins) = trials.next() {
        let (loss, correct) = network.evaluate(&batch.images, &batch.labels, joins, Mode::Train)?;
        trials.push(loss, correct as f64 / count);
    }
    trials.record(&mut found);
    let Found { measured, ends } = found.finish()?;
    Ok(Profile { loss: pass.loss, measured, ends, lost })
}

fn finished(mut pass: Pass, network: &Network) -> Result<(PassResult, Option<(Lost, Place)>), EngineError> {
    while pass.advance(network)? {}
    let lost = pass.lost(network)?;
    Ok((pass.finish(network)?, lost))
}

/// Makes `count` updates on the same batch with the settings of `run`, as long as all numbers are finite.
///
/// # Errors
/// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no memory
/// left.
pub fn updates(
    network: &mut Network,
    batch: &Batch,
    joins: &[Join],
    run: &RunSpec,
    count: usize,
) -> Result<Updates, EngineError> {
    let mut optimiser = Sgd::default();
    let mut losses = Vec::with_capacity(count);
    for _ in 0..count {
        let pass = Pass::new(network, batch.clone(), joins.to_vec(), Measuring::default());
        let (pass, lost) = finished(pass, network)?;
        if lost.is_some() {
            return Ok(Updates { losses, lost });
        }
        optimiser.step(run, run.lr, &mut network.parameters, &pass.gradients)?;
        losses.push(pass.loss);
    }
    Ok(Updates { losses, lost: None })
}

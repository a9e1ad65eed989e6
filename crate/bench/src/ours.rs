//! The engine's training step.

use crate::{Case, Failure};
use candle_core::{Device, Tensor};
use engine::random::Stream;
use engine::{Batch, Join, Measuring, Network, Parameters, Pass, Sgd};
use protocol::{Plan, Quantity, RunSpec};

/// Images and labels, equal for both sides.
pub(crate) fn batch(case: &Case) -> Result<Batch, Failure> {
    let mut stream = Stream::new(1, "bench", 0);
    let size = case.spec.image_size;
    let count = case.batch * case.spec.channels * size * size;
    let pixels: Vec<f32> = (0..count).map(|_| stream.normal() as f32).collect();
    let labels: Vec<u32> = (0..case.batch).map(|_| stream.below(case.spec.classes) as u32).collect();
    let shape = (case.batch, case.spec.channels, size, size);
    let images = Tensor::from_vec(pixels, shape, &Device::Cpu)?;
    Ok(Batch { images, labels: Tensor::new(labels, &Device::Cpu)? })
}

/// The initial parameters, equal for both sides.
pub(crate) fn parameters(case: &Case) -> Result<(Plan, Parameters), Failure> {
    let plan = Plan::new(case.spec)?;
    let parameters = Parameters::initial(&plan, case.spec.init, 1, &Device::Cpu)?;
    Ok((plan, parameters))
}

type Step = Box<dyn FnMut() -> Result<(), Failure>>;

pub(crate) fn trainer(case: &Case, quantities: &[Quantity]) -> Result<Step, Failure> {
    let (plan, parameters) = parameters(case)?;
    let mut network = Network::new(plan, parameters)?;
    let batch = batch(case)?;
    let joins = vec![Join::at(case.strength); network.plan.blocks.len()];
    let measuring = Measuring::of(quantities);
    let run = RunSpec { lr: 0.01, momentum: 0.9, weight_decay: 0.0, ..RunSpec::page_default() };
    let mut optimiser = Sgd::default();
    Ok(Box::new(move || {
        let pass = Pass::new(&network, batch.clone(), joins.clone(), measuring.clone()).finish(&network)?;
        optimiser.step(&run, run.lr, &mut network.parameters, &pass.gradients)?;
        Ok(())
    }))
}

//! The engine's training step.

use crate::Case;
use candle_core::{Device, Tensor};
use engine::random::Stream;
use engine::{Batch, Join, Measuring, Network, Parameters, Pass, Sgd};
use protocol::{Plan, Quantity};

/// Numbers in, labels in: the same for both sides.
pub(crate) fn batch(case: &Case) -> Result<Batch, String> {
    let mut stream = Stream::new(1, "bench", 0);
    let size = case.spec.image_size;
    let count = case.batch * case.spec.channels * size * size;
    let pixels: Vec<f32> = (0..count).map(|_| stream.normal() as f32).collect();
    let labels: Vec<u32> = (0..case.batch).map(|_| stream.below(case.spec.classes) as u32).collect();
    let shape = (case.batch, case.spec.channels, size, size);
    let tensors = Tensor::from_vec(pixels, shape, &Device::Cpu)
        .and_then(|images| Ok(Batch { images, labels: Tensor::new(labels, &Device::Cpu)? }));
    tensors.map_err(|error| error.to_string())
}

/// The initial parameters: the same for both sides.
pub(crate) fn parameters(case: &Case) -> Result<(Plan, Parameters), String> {
    let plan = Plan::new(case.spec).map_err(|error| error.to_string())?;
    let parameters = Parameters::initial(&plan, case.spec.init, 1, &Device::Cpu).map_err(|error| error.to_string())?;
    Ok((plan, parameters))
}

type Step = Box<dyn FnMut() -> Result<(), String>>;

pub(crate) fn trainer(case: &Case, quantities: &[Quantity]) -> Result<Step, String> {
    let (plan, parameters) = parameters(case)?;
    let mut network = Network::new(plan, parameters).map_err(|error| error.to_string())?;
    let batch = batch(case)?;
    let joins = vec![Join::at(case.strength); network.plan.blocks.len()];
    let measuring = Measuring::of(quantities);
    let mut optimiser = Sgd::new(0.01, 0.9, 0.0);
    let mut step = move || {
        let pass = Pass::new(&network, batch.clone(), joins.clone(), measuring.clone()).finish(&network)?;
        optimiser.step(&mut network.parameters, &pass.gradients)
    };
    Ok(Box::new(move || step().map_err(|error| error.to_string())))
}

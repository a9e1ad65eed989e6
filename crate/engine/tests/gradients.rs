//! The hand-written backward pass against central differences, in float64 with stock Candle operations.
#![allow(clippy::unwrap_used)]

mod support;

use candle_core::{DType, Device, Tensor};
use engine::random::Stream;
use engine::{Batch, Join, Measuring, Network, Parameters, Sweep};
use protocol::{Model, ModelSpec, Norm, Plan};
use support::{formula_batch, formula_network};

const TOLERANCE: f64 = 1e-4;

fn spec(norm: Norm) -> ModelSpec {
    ModelSpec { width: 4, channels: 1, image_size: 8, norm, ..ModelSpec::standard(Model::cifar(8).unwrap()) }
}

fn loss(network: &Network, batch: &Batch, strengths: &[f64]) -> f64 {
    sweep(network, batch, strengths).finish(network).unwrap().loss
}

fn sweep(network: &Network, batch: &Batch, strengths: &[f64]) -> Sweep {
    let joins = strengths.iter().map(|strength| Join::at(*strength)).collect();
    Sweep::new(network, batch.clone(), joins, Measuring::default())
}

/// The network with `direction·size` added to one tensor.
fn moved(network: &Network, index: usize, direction: &Tensor, size: f64) -> Network {
    let mut parameters: Parameters = network.parameters.clone();
    let shifted = (parameters.tensor(index) + (direction * size).unwrap()).unwrap();
    parameters.replace(index, shifted);
    Network::new(Plan::new(network.plan.spec).unwrap(), parameters).unwrap()
}

/// The derivative of the loss along a direction, or `None` if two step sizes disagree: then a ReLU has its kink there.
fn central_difference(
    network: &Network,
    batch: &Batch,
    strengths: &[f64],
    index: usize,
    direction: &Tensor,
) -> Option<f64> {
    let slope = |size: f64| {
        let at = |size| loss(&moved(network, index, direction, size), batch, strengths);
        (at(size) - at(-size)) / (2.0 * size)
    };
    let (wide, narrow) = (slope(1e-5), slope(2.5e-6));
    ((wide - narrow).abs() <= 1e-4 * wide.abs().max(1e-6)).then_some(wide)
}

/// One weight (drawn among the tensor's numbers), or a random direction through the whole tensor.
fn direction(like: &Tensor, single: bool, stream: &mut Stream) -> Tensor {
    let mut values = vec![0.0; like.elem_count()];
    if single {
        values[stream.below(like.elem_count())] = 1.0;
    } else {
        values.fill_with(|| stream.normal());
    }
    Tensor::from_vec(values, like.shape(), &Device::Cpu).unwrap()
}

/// Twenty single weights and one random direction in each block, in the stem and in the head.
fn check(norm: Norm, strength: f64) {
    let network = formula_network(spec(norm), 3, DType::F64);
    let batch = formula_batch(spec(norm), 3, 5, DType::F64);
    let strengths = vec![strength; network.plan.blocks.len()];
    let gradients = sweep(&network, &batch, &strengths).finish(&network).unwrap().gradients;
    let names: Vec<_> = network.parameters.plan().iter().map(|parameter| parameter.name.clone()).collect();
    for prefix in ["conv1", "layer1.0", "layer2.0", "layer3.0", "fc"] {
        let indices: Vec<_> = (0..names.len()).filter(|index| names[*index].starts_with(prefix)).collect();
        let mut stream = Stream::new(1, prefix, 0);
        let (mut checked, mut kinks) = (0, 0);
        while checked < 21 {
            let index = indices[stream.below(indices.len())];
            let direction = direction(network.parameters.tensor(index), checked < 20, &mut stream);
            let gradient = gradients[index].as_ref().unwrap();
            let expected = (gradient * &direction).unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap();
            let Some(found) = central_difference(&network, &batch, &strengths, index, &direction) else {
                kinks += 1;
                assert!(kinks <= 10, "{prefix}: {kinks} kinks beside {checked} checked weights");
                continue;
            };
            // Below 1e-6 the differences are rounding errors: the error is then measured against 1e-6.
            let error = (found - expected).abs() / expected.abs().max(1e-6);
            let name = &names[index];
            assert!(error <= TOLERANCE, "{name} norm {norm} strength {strength}: {expected} but {found} ({error:.1e})");
            checked += 1;
        }
    }
}

#[test]
fn gradients_without_norm_match_central_differences() {
    for strength in [0.0, 0.5, 1.0] {
        check(Norm::None, strength);
    }
}

#[test]
fn gradients_with_batch_norm_match_central_differences() {
    for strength in [0.0, 0.5, 1.0] {
        check(Norm::Bn, strength);
    }
}

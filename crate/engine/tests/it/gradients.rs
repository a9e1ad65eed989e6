//! The hand-written backward pass against central differences, in float64 with stock Candle operations.
#![allow(clippy::unwrap_used)]

use crate::support::differences::Differences;
use crate::support::{formula_batch, formula_network};
use candle_core::DType;
use engine::Join;
use protocol::{Model, ModelSpec, Norm};

/// Twenty single weights and one random direction in each block, in the stem and in the head.
fn check(norm: Norm, strength: f64) {
    let spec =
        ModelSpec { width: 4, channels: 1, image_size: 8, norm, ..ModelSpec::standard(Model::cifar(8).unwrap()) };
    let (network, batch) = (formula_network(spec, 3, DType::F64), formula_batch(spec, 3, 5, DType::F64));
    let joins = vec![Join::at(strength); network.plan.blocks.len()];
    let name = format!("norm {norm} strength {strength}");
    Differences { name, network: &network, batch: &batch, joins }
        .check(&["conv1", "layer1.0", "layer2.0", "layer3.0", "fc"], 20);
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

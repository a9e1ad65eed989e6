//! What is known of these networks at initialisation, on our engine: the table of depth ratios and the known
//! experiments that need no training, over fixed seeds. Each expected value has its source beside it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, batch, device, images};
use candle_core::Tensor;
use dataset::Split;
use engine::data::VisitOrder;
use engine::probe::{Profile, profile};
use engine::random::Stream;
use engine::{Batch, Join, Measuring, Network, Parameters};
use protocol::{Activation, ActivationOrder, Init, Measured, ModelSpec, Norm, Plan, Quantity};

const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
const FIRST_THREE: [u64; 3] = [1, 2, 3];

/// A network of fully connected blocks on the 8×8 digits.
fn mlp(blocks: usize, width: usize) -> ModelSpec {
    let model = format!("mlp{blocks}").parse().unwrap();
    ModelSpec { width, channels: 1, image_size: 8, ..ModelSpec::standard(model) }
}

fn network(spec: ModelSpec, seed: u64) -> Network {
    let plan = Plan::new(spec).unwrap();
    let parameters = Parameters::initial(&plan, spec.init, seed, device()).unwrap();
    Network::new(plan, parameters).unwrap()
}

fn digits(count: usize, seed: u64) -> Batch {
    let set = images(DIGITS);
    batch(&set, Split::Train, &VisitOrder::new(&*set.source, seed).next(count))
}

/// 64 independent normal numbers of this variance an image.
fn noise(count: usize, variance: f64, seed: u64) -> Batch {
    let mut stream = Stream::new(seed, "noise", 0);
    let pixels: Vec<f32> = (0..64 * count).map(|_| (variance.sqrt() * stream.normal()) as f32).collect();
    let labels: Vec<u32> = (0..count).map(|_| stream.below(10) as u32).collect();
    let images = Tensor::from_vec(pixels, (count, 1, 8, 8), device()).unwrap();
    Batch { images, labels: Tensor::new(labels, device()).unwrap() }
}

fn measured(spec: ModelSpec, batch: &Batch, strength: f64, seed: u64, quantities: &[Quantity]) -> Profile {
    let network = network(spec, seed);
    let joins = vec![Join::at(strength); network.plan.blocks.len()];
    profile(&network, batch, &joins, &Measuring { seed, ..Measuring::of(quantities) }).unwrap()
}

/// The means of scalars over seeds.
fn mean_scalars<const COUNT: usize>(
    spec: ModelSpec,
    strength: f64,
    images: usize,
    seeds: &[u64],
    quantities: [Quantity; COUNT],
) -> [f64; COUNT] {
    let of = |seed: &u64| measured(spec, &digits(images, *seed), strength, *seed, &quantities).measured;
    let found: Vec<_> = seeds.iter().map(of).collect();
    quantities
        .map(|quantity| found.iter().map(|found| found.scalar(quantity).unwrap()).sum::<f64>() / seeds.len() as f64)
}

fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found:.4} instead of {expected} ± {tolerance}");
}

/// Depth ratios of plain networks, one layer a block, width 128, batch 128: the factor a layer φ at 20 layers and R at 10,
/// 20 and 50. Sigmoid at 50 layers is φ^49; in f32 alone it would underflow to −37.4.
#[test]
fn plain_networks_have_the_known_factor_a_layer() {
    let rows = [
        ("sigmoid", Activation::Sigmoid, Norm::None, Init::Xavier, (0.236, 0.01), [-5.6, -11.9, -30.7], 0.3),
        ("tanh", Activation::Tanh, Norm::None, Init::Xavier, (0.945, 0.025), [-0.36, -0.53, -0.77], 0.15),
        ("ReLU Xavier", Activation::Relu, Norm::None, Init::Xavier, (0.5f64.sqrt(), 0.02), [-1.35, -2.82, -7.45], 0.2),
        ("ReLU He", Activation::Relu, Norm::None, Init::He, (1.0, 0.03), [0.0, 0.0, 0.0], 0.15),
        ("BN ReLU", Activation::Relu, Norm::Bn, Init::He, (1.2112, 0.02), [0.76, 1.59, 4.12], 0.3),
        ("BN tanh", Activation::Tanh, Norm::Bn, Init::He, (1.10, 0.02), [0.41, 0.84, 2.02], 0.1),
        ("BN linear", Activation::Linear, Norm::Bn, Init::He, (1.02, 0.02), [0.11, 0.14, 0.24], 0.05),
    ];
    for (name, activation, norm, init, (factor, factor_tolerance), ratios, tolerance) in rows {
        for (blocks, ratio) in [10, 20, 50].into_iter().zip(ratios) {
            let spec = ModelSpec { activation, norm, init, branch_layers: 1, ..mlp(blocks, 128) };
            let quantities = [Quantity::DepthRatio, Quantity::LayerFactor];
            let [found_ratio, found_factor] = mean_scalars(spec, 0.0, 128, &SEEDS, quantities);
            near(&format!("R of {blocks} layers, {name}"), found_ratio, ratio, tolerance);
            if blocks == 20 {
                near(&format!("φ, {name}"), found_factor, factor, factor_tolerance);
            }
        }
    }
}

/// Depth ratios of residual networks, one layer a branch: without norm the gradient grows by √2 a block; with batch norm before the
/// activation R grows like log L (at an x_0 of variance 2 over the batch).
#[test]
fn residual_networks_have_the_known_depth_ratios() {
    for (blocks, without, with) in [(10, 1.40, 0.48), (20, 2.99, 0.68), (50, 7.51, 0.97)] {
        let pre = ModelSpec { order: ActivationOrder::Pre, branch_layers: 1, ..mlp(blocks, 128) };
        let none = ModelSpec { norm: Norm::None, ..pre };
        let [found_ratio, found_factor] =
            mean_scalars(none, 1.0, 128, &SEEDS, [Quantity::DepthRatio, Quantity::LayerFactor]);
        near("R without norm", found_ratio, without, 0.15);
        near("φ without norm", found_factor, 2f64.sqrt(), 0.03);
        let ratio = |seed: &u64| {
            let found = measured(pre, &noise(128, 1.0, *seed), 1.0, *seed, &[Quantity::DepthRatio]);
            found.measured.scalar(Quantity::DepthRatio).unwrap()
        };
        near("R with BN", SEEDS.iter().map(ratio).sum::<f64>() / 5.0, with, 0.1);
    }
}

/// Depth ratios of convolutions: the CIFAR family of width 8 on 8×8 images with batch norm.
#[test]
fn convolutional_networks_with_batch_norm_explode_plain_and_stay_level_with_skips() {
    for (depth, plain, residual) in [(20, 1.20, 0.84), (56, 3.35, 1.40)] {
        let model = format!("resnet{depth}").parse().unwrap();
        let spec = ModelSpec { width: 8, channels: 1, image_size: 8, ..ModelSpec::standard(model) };
        let ratio = |strength| mean_scalars(spec, strength, 128, &FIRST_THREE, [Quantity::DepthRatio]);
        near(&format!("plain-{depth}"), ratio(0.0)[0], plain, 0.2);
        near(&format!("resnet-{depth}"), ratio(1.0)[0], residual, 0.2);
    }
}

/// Yang et al. 2019 (arXiv 1902.08129): the factor of batch norm with ReLU, π/(π−1) under the root, hardly depends on
/// width, and on the batch a little.
#[test]
fn batch_norm_with_relu_explodes_by_1_21_a_layer() {
    for (batch, factor) in [(32, 1.23), (128, 1.21), (512, 1.20)] {
        let spec = ModelSpec { branch_layers: 1, ..mlp(30, 64) };
        let [found] = mean_scalars(spec, 0.0, batch, &SEEDS, [Quantity::LayerFactor]);
        near(&format!("φ at batch {batch}"), found, factor, 0.02);
    }
}

/// De & Smith 2020 (arXiv 2002.10444): without norm the second moment doubles a block; with pre-activation batch norm
/// it grows by one a block, so that ‖F‖/‖x‖ = 1/√(l+2) from an x_0 of second moment 2.
#[test]
fn variance_doubles_without_norm_and_grows_by_one_with_it() {
    let wide = ModelSpec { order: ActivationOrder::Pre, ..mlp(50, 256) };
    // The means over seeds of both columns.
    let columns = |spec| {
        let quantities = [Quantity::ActivationRms, Quantity::BranchRatio];
        let of = |seed: &u64| measured(spec, &noise(128, 1.0, *seed), 1.0, *seed, &quantities).measured;
        let all: Vec<_> = FIRST_THREE.iter().map(of).collect();
        let value = |found: &Measured, quantity, block: usize| found.column(quantity).unwrap()[block].unwrap();
        quantities.map(|quantity| -> Vec<f64> {
            (0..50).map(|block| all.iter().map(|found| value(found, quantity, block)).sum::<f64>() / 3.0).collect()
        })
    };
    let [without, _] = columns(ModelSpec { norm: Norm::None, branch_layers: 1, ..wide });
    let growth = (without[49] / without[0]).powf(2.0 / 49.0);
    near("growth of the second moment a block", growth, 2.0, 0.1);
    let [with, ratios] = columns(wide);
    near("second moment at l = 49", with[48].powi(2), 51.0, 4.0);
    for (block, ratio) in ratios.into_iter().enumerate() {
        let expected = 1.0 / (block as f64 + 2.0).sqrt();
        near(&format!("r of block {block}"), ratio / expected, 1.0, 0.1);
    }
}

/// He et al. 2016 (arXiv 1603.05027), equation 5: the law of cosines at every join, parts nearly at right angles, R between 0.9 and 1.5,
/// the largest gradient at the stem; and with silent branches the gradient passes unchanged.
#[test]
fn at_28_blocks_the_stem_gets_the_largest_gradient() {
    use Quantity as Q;
    let quantities = [Q::GradInL2, Q::GradOutL2, Q::SkipGradL2, Q::BranchGradL2, Q::SkipBranchCosine, Q::DepthRatio];
    for order in [ActivationOrder::Pre, ActivationOrder::Sum] {
        let mut ratios = 0.0;
        for seed in FIRST_THREE {
            let found =
                measured(ModelSpec { order, ..mlp(28, 64) }, &digits(128, seed), 1.0, seed, &quantities).measured;
            let value = |quantity, block: usize| found.column(quantity).unwrap()[block].unwrap();
            for block in 0..28 {
                let (out, branch, cosine) =
                    (value(Q::GradOutL2, block), value(Q::BranchGradL2, block), value(Q::SkipBranchCosine, block));
                let s = branch / out;
                let squared = (value(Q::GradInL2, block) / out).powi(2);
                near("‖g_l‖²/‖g_l+1‖²", squared / (1.0 + s * s + 2.0 * s * cosine), 1.0, 1e-4);
                assert_eq!(value(Q::SkipGradL2, block), out, "the identity passes the gradient as it is");
                assert!(cosine.abs() < 0.1, "{order} block {block}: cosine {cosine}");
                assert!(value(Q::GradInL2, block) <= value(Q::GradInL2, 0), "{order}: the stem's is the largest");
            }
            ratios += found.scalar(Q::DepthRatio).unwrap() / 3.0;
        }
        assert!((0.9..=1.5).contains(&ratios), "{order}: R = {ratios}");
        let silent = ModelSpec { order, init: Init::SkipInit, ..mlp(28, 64) };
        let found = measured(silent, &digits(128, 1), 1.0, 1, &quantities).measured;
        assert_eq!(found.scalar(Q::DepthRatio), Some(0.0));
    }
}

/// He et al. 2016 (arXiv 1603.05027), equation 8: the path over shortcuts alone carries λⁿ of the gradient; with a ReLU after the
/// addition each join lets only a part pass.
#[test]
fn a_scaled_identity_passes_lambda_to_the_n() {
    for strength in [0.5, 0.9, 1.0, 1.1] {
        let found = measured(
            ModelSpec { order: ActivationOrder::Pre, ..mlp(28, 64) },
            &digits(64, 1),
            strength,
            1,
            &[Quantity::PathEnergy, Quantity::GradOutL2],
        );
        let direct = found.measured.vector(Quantity::PathEnergy).unwrap()[0].sqrt();
        let part = direct / found.ends.head_grad_in_l2.unwrap();
        near(&format!("λ = {strength}"), part / strength.powi(28), 1.0, 1e-5);
    }
    let found = measured(mlp(28, 64), &digits(64, 1), 1.0, 1, &[Quantity::MaskPass]);
    let passed: f64 = found.measured.column(Quantity::MaskPass).unwrap().iter().map(|m| m.unwrap()).product();
    assert!(passed < 1.0, "the product over joins is {passed}");
}

/// The mean number of branches on a path, weighted by energy, and its closed form; the historical
/// estimator (norm of one path times the number of paths) beside it.
#[test]
fn effective_depth_at_initialisation() {
    let pre = ModelSpec { order: ActivationOrder::Pre, ..mlp(54, 64) };
    let sum = ModelSpec { order: ActivationOrder::Sum, ..mlp(54, 64) };
    let rows = [
        ("no norm", ModelSpec { norm: Norm::None, branch_layers: 1, ..pre }, 27.4, 1.0),
        ("BN before", pre, 6.7, 1.0),
        ("BN after", sum, 5.3, 1.0),
        ("1/√n", ModelSpec { norm: Norm::None, branch_layers: 1, init: Init::Scaled, ..pre }, 1.0, 0.1),
        ("zero gamma", ModelSpec { init: Init::ZeroGamma, ..sum }, 0.0, 0.0),
        ("SkipInit", ModelSpec { norm: Norm::None, init: Init::SkipInit, ..pre }, 0.0, 0.0),
    ];
    for (name, spec, expected, tolerance) in rows {
        // The bound goes over a thousand single paths: one seed has to do.
        let with_bound = |seed| spec == sum && seed == FIRST_THREE[0];
        let found: Vec<_> = FIRST_THREE.iter().map(|seed| depths_and_paths(spec, *seed, with_bound(*seed))).collect();
        let mean = |quantity| found.iter().map(|found| found.scalar(quantity).unwrap()).sum::<f64>() / 3.0;
        let exact = mean(Quantity::EffectiveDepth);
        near(name, exact, expected, tolerance);
        near(&format!("{name}, closed form"), mean(Quantity::EffectiveDepthClosed), exact, 0.1 * exact);
        if spec == sum {
            near("the historical estimator", historical_depth(&found[0]), 11.8, 1.5);
        }
    }
}

/// One pass for all that is asked of a network, the historical bound only where it is wanted.
fn depths_and_paths(spec: ModelSpec, seed: u64, with_bound: bool) -> Measured {
    use Quantity as Q;
    let mut quantities = vec![Q::EffectiveDepth, Q::EffectiveDepthClosed, Q::PathEnergy];
    quantities.extend(with_bound.then_some(Q::PathBound));
    measured(spec, &digits(128, seed), 1.0, seed, &quantities).measured
}

/// The mean number of branches on a path, weighted by the bound, which is checked to be one.
fn historical_depth(found: &Measured) -> f64 {
    let bound = found.vector(Quantity::PathBound).unwrap();
    let energy = found.vector(Quantity::PathEnergy).unwrap();
    for (length, (bound, energy)) in bound.iter().zip(energy).enumerate().skip(1).take(20) {
        assert!(*bound > 0.9 * energy.sqrt(), "{length} branches: the bound {bound} is below {}", energy.sqrt());
    }
    let weighted: f64 = bound.iter().enumerate().map(|(length, bound)| length as f64 * bound).sum();
    weighted / bound.iter().sum::<f64>()
}

//! The families and the variants of a block: gradients by central differences, branches that are silent at first,
//! stochastic depth, random labels.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::differences::Differences;
use crate::support::{
    self, DIGITS, EFFECTIVE_DEPTHS, MIXED, cycled, device, formula_batch, formula_network, run, session, small_spec,
    steps,
};
use candle_core::{DType, Tensor};
use dataset::Split;
use engine::data::{Images, VisitOrder};
use engine::probe::profile;
use engine::{Join, Measuring, Mode, Network, Parameters};
use protocol::{
    Activation, ActivationOrder, Init, Labels, Merge, ModelSpec, Norm, OptionA, Plan, Quantity, RunSpec, Skip,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: u64 = 3;

fn resnet8() -> ModelSpec {
    support::resnet8(3)
}

fn mlp4() -> ModelSpec {
    support::mlp(4, 6)
}

fn small(name: &str, image_size: usize) -> ModelSpec {
    support::small(name, 2, image_size)
}

fn check_joins(network: &Network, joins: Vec<Join>, prefixes: &[&str]) {
    let spec = network.plan.spec;
    let name = format!("{spec:?} {:?}", joins[0]);
    let batch = formula_batch(spec, SEED, 5, DType::F64);
    Differences { name, network, batch: &batch, joins }.check(prefixes, 6);
}

/// All open, and each way of joining in turn.
fn check(spec: ModelSpec, prefixes: &[&str]) {
    let network = formula_network(spec, SEED, DType::F64);
    let blocks = network.plan.blocks.len();
    check_joins(&network, vec![Join::at(1.0); blocks], prefixes);
    check_joins(&network, cycled(&MIXED, blocks), prefixes);
    check_joins(&network, cycled(&[&MIXED[2..], &MIXED[..2]].concat(), blocks), prefixes);
}

const OF_RESNET8: [&str; 5] = ["conv1.", "layer1.0.", "layer2.0.", "layer3.0.", "fc."];
const OF_MLP4: [&str; 6] = ["fc1.", "layer1.0.", "layer1.1.", "layer1.2.", "layer1.3.", "fc."];

#[test]
fn pre_activation_gradients_match_central_differences() {
    check(ModelSpec { order: ActivationOrder::Pre, ..resnet8() }, &OF_RESNET8);
    check(ModelSpec { order: ActivationOrder::Pre, norm: Norm::None, ..resnet8() }, &OF_RESNET8);
    check(ModelSpec { order: ActivationOrder::Pre, ..resnet8() }, &["bn."]);
}

#[test]
fn gradients_with_option_a_around_match_central_differences() {
    check(ModelSpec { option_a: OptionA::Around, ..resnet8() }, &OF_RESNET8);
    check(ModelSpec { option_a: OptionA::Around, norm: Norm::None, ..resnet8() }, &OF_RESNET8);
}

#[test]
fn concatenating_gradients_match_central_differences() {
    check(ModelSpec { merge: Merge::Concat, ..resnet8() }, &OF_RESNET8);
    check(ModelSpec { merge: Merge::Concat, order: ActivationOrder::Pre, norm: Norm::None, ..resnet8() }, &OF_RESNET8);
}

#[test]
fn gradients_of_every_activation_match_central_differences() {
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Linear, Activation::Relu] {
        check(ModelSpec { activation, ..mlp4() }, &OF_MLP4);
        check(ModelSpec { activation, order: ActivationOrder::Pre, norm: Norm::None, ..mlp4() }, &OF_MLP4);
    }
    check(ModelSpec { activation: Activation::Tanh, ..resnet8() }, &OF_RESNET8);
}

#[test]
fn gradients_of_branches_of_one_layer_match_central_differences() {
    check(ModelSpec { branch_layers: 1, ..mlp4() }, &OF_MLP4);
    check(ModelSpec { branch_layers: 1, order: ActivationOrder::Pre, norm: Norm::None, ..mlp4() }, &OF_MLP4);
}

#[test]
fn gradients_of_factors_on_the_branch_match_central_differences() {
    check(ModelSpec { init: Init::Scaled, ..resnet8() }, &OF_RESNET8);
    let mut network = formula_network(ModelSpec { init: Init::SkipInit, ..resnet8() }, SEED, DType::F64);
    let alphas = ["layer1.0.alpha", "layer2.0.alpha", "layer3.0.alpha"];
    for (index, parameter) in network.plan.parameters.iter().enumerate() {
        if alphas.contains(&parameter.name.as_str()) {
            network.parameters.replace(index, Tensor::new(&[0.3], device()).unwrap());
        }
    }
    check_joins(&network, vec![Join::at(1.0); 3], &[&OF_RESNET8[..], &alphas].concat());
}

#[test]
fn gradients_with_max_pooling_and_projections_match_central_differences() {
    let prefixes = ["conv1.", "bn1.", "layer1.0.", "layer2.0.", "layer3.0.downsample", "layer4.1.", "fc."];
    check(small("resnet18", 16), &prefixes);
    check(ModelSpec { norm: Norm::None, ..small("resnet18", 16) }, &["conv1.", "layer2.0.downsample", "layer4.0."]);
}

#[test]
fn gradients_of_bottlenecks_match_central_differences() {
    check(small("resnet50", 32), &["layer3.0.downsample", "layer4.0.", "layer4.2."]);
    let scaled = ModelSpec { norm: Norm::None, init: Init::Scaled, ..small("resnet50", 32) };
    let network = formula_network(scaled, SEED, DType::F64);
    check_joins(&network, vec![Join::at(1.0); 16], &["conv1.", "layer1.0.", "layer2.0."]);
}

#[test]
fn gradients_without_shortcuts_match_central_differences() {
    let prefixes = ["features.0.", "features.1.", "features.17.", "features.40.", "features.41.", "classifier."];
    for (name, prefixes) in [("vgg16_bn", &prefixes[..]), ("vgg16", &["features.0.", "features.28.", "classifier."])] {
        let network = formula_network(small(name, 32), SEED, DType::F64);
        check_joins(&network, vec![Join::at(0.0); 13], prefixes);
    }
}

/// With the last norm's weight or the branch's factor 0, nothing but the shortcuts carries anything.
#[test]
fn branches_that_start_silent_leave_one_path_over_the_shortcuts() {
    for (spec, init) in [
        (resnet8(), Init::ZeroGamma),
        (resnet8(), Init::SkipInit),
        (mlp4(), Init::ZeroGamma),
        (ModelSpec { order: ActivationOrder::Pre, norm: Norm::None, ..mlp4() }, Init::SkipInit),
        (small("resnet50", 16), Init::ZeroGamma),
    ] {
        let spec = ModelSpec { init, ..spec };
        let plan = Plan::new(spec).unwrap();
        let parameters = Parameters::initial(&plan, init, 1, device()).unwrap();
        let network = Network::new(plan, parameters).unwrap();
        let joins = vec![Join::at(1.0); network.plan.blocks.len()];
        let batch = formula_batch(spec, SEED, 5, DType::F32);
        let measured = profile(&network, &batch, &joins, &Measuring::of(Quantity::ALL)).unwrap().measured;
        for quantity in [Quantity::BranchGradL2, Quantity::BranchRms, Quantity::BranchRatio, Quantity::BranchGain] {
            assert!(measured.column(quantity).unwrap().iter().all(|value| *value == Some(0.0)), "{spec:?} {quantity}");
        }
        assert!(measured.column(Quantity::SkipShare).unwrap().iter().all(|value| *value == Some(1.0)), "{spec:?}");
        for quantity in [Quantity::PathEnergy, Quantity::PathEnergyClosed, Quantity::PathNorm, Quantity::PathBound] {
            let values = measured.vector(quantity).unwrap();
            assert!(
                values[0] > 0.0 && values[1..].iter().all(|value| *value == 0.0),
                "{spec:?} {quantity}: {values:?}"
            );
        }
        for quantity in EFFECTIVE_DEPTHS.into_iter().chain([Quantity::EffectiveDepthAblation]) {
            assert_eq!(measured.scalar(quantity), Some(0.0), "{spec:?} {quantity}");
        }
        let coherence = measured.scalar(Quantity::Coherence).unwrap();
        assert!((coherence - 1.0).abs() < 1e-12, "{spec:?}: {coherence}");
    }
}

/// Huang et al. 2016, section 4: block l of 54 takes part with probability 1 − l/108; the mean number is 40.25.
#[test]
fn with_stochastic_depth_each_block_takes_part_as_often_as_its_probability_says() {
    let mut session = session(RunSpec {
        model: "mlp54".parse().unwrap(),
        width: 2,
        batch: 2,
        lr: 1e-4,
        stochastic_depth: 0.5,
        skip: Skip::List(vec![("layer1.52".into(), 0.0)]),
        quantities: vec![Quantity::ActiveBlocks, Quantity::BranchRms],
        ..small_spec()
    });
    let events = run(&mut session, 400);
    let (mut active, mut times) = (0.0, [0; 54]);
    for record in steps(&events) {
        let present = record.column(Quantity::BranchRms).unwrap().iter().map(Option::is_some);
        times.iter_mut().zip(present).for_each(|(times, present)| *times += i32::from(present));
        active += record.measured.scalar(Quantity::ActiveBlocks).unwrap();
    }
    assert_eq!(f64::from(times.iter().sum::<i32>()), active);
    // The closed block, number 53 of 54, always takes part; it would have in 1 − 53/108 of the steps.
    assert_eq!(times[52], 400);
    let mean = active / 400.0 - 53.0 / 108.0;
    assert!((mean - 40.25).abs() < 0.6, "{mean} blocks a step");
    for (index, times) in times.iter().enumerate().filter(|(index, _)| *index != 52) {
        let probability = 1.0 - (index + 1) as f64 / 108.0;
        let error = (probability * (1.0 - probability) / 400.0).sqrt();
        assert!((f64::from(*times) / 400.0 - probability).abs() < 4.5 * error, "block {index}: {times} of 400");
    }
}

#[test]
fn random_labels_are_each_images_own_for_good_and_the_held_out_ones_stay_true() {
    let mut set = support::images(DIGITS);
    let count = set.count(Split::Train);
    let labels =
        |set: &Images, split, numbers: &[usize]| support::batch(set, split, numbers).labels.to_vec1::<u32>().unwrap();
    let all: Vec<_> = (0..count).collect();
    let held_out: Vec<_> = (0..set.count(Split::Test)).collect();
    let (truth, test) = (labels(&set, Split::Train, &all), labels(&set, Split::Test, &held_out));
    set.random_labels = Some(1);
    let random = labels(&set, Split::Train, &all);
    let changed = random.iter().zip(&truth).filter(|(random, truth)| random != truth).count();
    assert!((changed as f64 / count as f64 - 0.9).abs() < 0.03, "{changed} of {count}");
    let mut counts = [0; 10];
    random.iter().for_each(|label| counts[*label as usize] += 1);
    assert!(counts.iter().all(|count| (100..=190).contains(count)), "{counts:?}");
    let backwards: Vec<_> = all.iter().rev().copied().collect();
    assert_eq!(labels(&set, Split::Train, &backwards), random.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(labels(&set, Split::Test, &held_out), test);
    set.random_labels = Some(2);
    assert_ne!(labels(&set, Split::Train, &all), random);
    set.random_labels = None;
    assert_eq!(labels(&set, Split::Train, &all), truth);
}

/// One step an epoch: the loss of each is that of the same random labels.
#[test]
fn a_run_on_random_labels_meets_the_same_ones_in_every_epoch() {
    let mut set = support::images(DIGITS);
    let batch = set.count(Split::Train);
    let model = "mlp2".parse().unwrap();
    let spec = RunSpec { model, width: 8, batch, labels: Labels::Random, seed: 5, ..small_spec() };
    let (mut session, mut order) = (session(spec.clone()), VisitOrder::new(&*set.source, spec.seed));
    set.random_labels = Some(spec.seed);
    for step in 0..3 {
        let batch = support::batch(&set, Split::Train, &order.next(batch));
        let joins = [Join::at(1.0); 2];
        let expected = session.network().evaluate(&batch.images, &batch.labels, &joins, Mode::Train).unwrap().0;
        assert_eq!(steps(&run(&mut session, 1))[0].loss, expected, "step {step}");
    }
}

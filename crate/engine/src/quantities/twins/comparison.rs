//! Every quantity of a pass against its naive twin: an independent forward pass in stock Candle operations, Candle's own
//! autograd, and plain loops over all numbers. In float64 and in float32.

use super::pass::{Pass, Twin as Slow};
use super::{Twin, record};
use crate::probe::{Profile, profile};
use crate::quantities::{CATALOGUE, Measure};
use crate::support::{self, cycled, formula_batch, shrunk_network};
use crate::{Join, Measuring};
use candle_core::DType;
use protocol::{Activation, ActivationOrder, Init, Merge, Model, ModelSpec, Norm, OptionA, Plan, Quantity, Unit};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: u64 = 5;
const IMAGES: usize = 6;

/// How far a number may be from its twin.
struct Tolerance {
    relative: f64,
    /// For differences and cosines, which cancel.
    absolute: f64,
    /// For shares of counted things.
    counted: f64,
}

const F64: Tolerance = Tolerance { relative: 1e-8, absolute: 1e-9, counted: 0.0 };
const F32: Tolerance = Tolerance { relative: 5e-3, absolute: 3e-3, counted: 0.02 };

impl Tolerance {
    fn allows(&self, quantity: Quantity, expected: f64) -> f64 {
        match (quantity, quantity.unit()) {
            (Quantity::DeadShare | Quantity::UnderflowShare, _) => self.counted,
            (Quantity::AblationLoss | Quantity::PathEnergyClosed, _) | (_, Unit::Cosine | Unit::Decades) => {
                self.absolute
            }
            (Quantity::AblationAccuracy | Quantity::SweepAccuracy, _) => 1e-12,
            _ => self.relative * expected.abs(),
        }
    }

    fn check(&self, what: &str, quantity: Quantity, found: Option<f64>, expected: Option<f64>) {
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some(expected)) if (found - expected).abs() <= self.allows(quantity, expected) => {}
            other => panic!("{what} {quantity}: found and expected are {other:?}"),
        }
    }
}

/// A network with joins for its blocks, and all that the twin says of it.
struct Case {
    name: String,
    spec: ModelSpec,
    /// What the weights of its blocks are multiplied by.
    shrink: f64,
    joins: Vec<Join>,
    has_stem: bool,
    pass: Pass,
    /// `(loss, accuracy)` with each block left out, and at each factor of the strength sweep.
    ablations: Vec<Option<(f64, f64)>>,
    strengths: Vec<(f64, f64)>,
}

impl Case {
    fn new(spec: ModelSpec, shrink: f64, name: String, joins: Vec<Join>) -> Self {
        let network = shrunk_network(spec, SEED, [shrink; 2], DType::F64);
        let (twin, batch) = (Slow::of(&network), formula_batch(spec, SEED, IMAGES, DType::F64));
        Self {
            pass: twin.pass(&batch, &joins),
            ablations: record::ablations(&twin, &batch, &joins),
            strengths: record::strengths(&twin, &batch, &joins),
            has_stem: !network.plan.stem.is_empty(),
            name,
            spec,
            shrink,
            joins,
        }
    }

    fn check(&self, dtype: DType, tolerance: &Tolerance) {
        let network = shrunk_network(self.spec, SEED, [self.shrink; 2], dtype);
        let batch = formula_batch(self.spec, SEED, IMAGES, dtype);
        let found = profile(&network, &batch, &self.joins, &Measuring::of(&measured())).unwrap();
        let case = Compared { case: self, name: format!("{} {dtype:?}", self.name), found, tolerance };
        case.check_loss();
        case.check_pass();
        case.check_ablations();
        case.check_strengths();
        case.check_ends();
    }
}

/// All but the analyses of paths, which `tests/it/paths.rs` checks.
fn measured() -> Vec<Quantity> {
    let others = CATALOGUE.iter().filter(|definition| !matches!(definition.measure, Measure::Paths(_)));
    others.flat_map(|definition| definition.yields).copied().collect()
}

/// What the engine found, beside what it should have.
struct Compared<'a> {
    case: &'a Case,
    name: String,
    found: Profile,
    tolerance: &'a Tolerance,
}

impl Compared<'_> {
    fn check(&self, quantity: Quantity, place: &str, found: Option<f64>, expected: Option<f64>) {
        self.tolerance.check(&format!("{} {place}", self.name), quantity, found, expected);
    }

    fn check_loss(&self) {
        let (found, expected) = (self.found.loss, self.case.pass.loss);
        assert!((found / expected - 1.0).abs() <= self.tolerance.relative, "{}: loss {found} {expected}", self.name);
    }

    /// Those whose twin is found in one pass.
    fn check_pass(&self) {
        let pass = &self.case.pass;
        for (quantity, twin) in CATALOGUE.iter().flat_map(|entry| entry.yields.iter().map(|name| (*name, entry.twin))) {
            match twin {
                Twin::Block(twin) => {
                    let column = self.found.measured.column(quantity).unwrap();
                    for (index, block) in pass.blocks.iter().enumerate() {
                        let expected = twin(quantity, block, pass, IMAGES);
                        self.check(quantity, &format!("block {index}"), column[index], expected);
                    }
                }
                Twin::Scalar(twin) => {
                    let expected = twin(quantity, pass, &self.case.joins);
                    self.check(quantity, "", self.found.measured.scalar(quantity), expected);
                }
                Twin::Path(twin) => {
                    let (found, expected) = (self.found.measured.vector(quantity).unwrap(), twin(pass));
                    assert_eq!(found.len(), expected.len(), "{} {quantity}", self.name);
                    for (length, (found, expected)) in found.iter().zip(expected).enumerate() {
                        self.check(quantity, &format!("length {length}"), Some(*found), Some(expected));
                    }
                }
                Twin::Own(_) => {}
            }
        }
        let update = self.found.measured.column(Quantity::UpdateRatio).unwrap();
        assert!(update.iter().all(Option::is_none), "{}: a probe makes no update", self.name);
    }

    fn check_ablations(&self) {
        let whole = (self.case.pass.loss, self.case.pass.accuracy);
        let [losses, accuracies] = [Quantity::AblationLoss, Quantity::AblationAccuracy]
            .map(|quantity| self.found.measured.column(quantity).unwrap());
        for (index, trial) in self.case.ablations.iter().enumerate() {
            let place = format!("without block {index}");
            self.check(Quantity::AblationLoss, &place, losses[index], trial.map(|trial| trial.0 - whole.0));
            self.check(Quantity::AblationAccuracy, &place, accuracies[index], trial.map(|trial| trial.1 - whole.1));
        }
        let needed = self.case.ablations.iter().flatten().filter(|trial| trial.0 - whole.0 > 0.1).count();
        let found = self.found.measured.scalar(Quantity::EffectiveDepthAblation);
        assert_eq!(found, Some(needed as f64), "{}", self.name);
    }

    fn check_strengths(&self) {
        let vectors =
            [Quantity::SweepLoss, Quantity::SweepAccuracy].map(|quantity| self.found.measured.vector(quantity));
        if self.case.joins.iter().all(|join| join.shortcut == 0.0) {
            return assert_eq!(vectors, [None, None], "{}", self.name);
        }
        let [losses, accuracies] = vectors.map(Option::unwrap);
        for (index, trial) in self.case.strengths.iter().enumerate() {
            let place = format!("factor {index}");
            self.check(Quantity::SweepLoss, &place, Some(losses[index]), Some(trial.0));
            self.check(Quantity::SweepAccuracy, &place, Some(accuracies[index]), Some(trial.1));
        }
    }

    /// What is not a block.
    fn check_ends(&self) {
        let (pass, ends) = (&self.case.pass, self.found.ends);
        let of_blocks: Vec<_> = pass.blocks.iter().flat_map(|block| &block.parameters).map(|entry| &entry.0).collect();
        let is_head = |name: &str| ["fc.", "classifier.", "bn."].iter().any(|start| name.starts_with(start));
        let joint = |head: bool| {
            let ours = pass.gradients.iter().filter(|(name, _)| !of_blocks.contains(name) && is_head(name) == head);
            record::norm(&ours.flat_map(|(_, values)| values.clone()).collect::<Vec<_>>())
        };
        let pairs = [
            ("stem, gradient out", ends.stem_grad_out_l2, Some(record::norm(&pass.blocks[0].whole))),
            ("head, gradient in", ends.head_grad_in_l2, Some(record::norm(&pass.blocks.last().unwrap().arrived))),
            ("head, weights", ends.head_weight_grad_l2, Some(joint(true))),
            ("stem, weights", ends.stem_weight_grad_l2, self.case.has_stem.then(|| joint(false))),
        ];
        for (end, found, expected) in pairs {
            self.check(Quantity::GradInL2, end, found, expected);
        }
    }
}

/// Joins of three kinds: all open; strengths from 0 to 1; branches left out or weighted, as stochastic depth has them.
fn patterns(shortcuts: bool) -> Vec<Vec<Join>> {
    let join = |shortcut, branch| Join { shortcut, branch };
    if !shortcuts {
        return vec![vec![join(0.0, 1.0)]];
    }
    vec![
        vec![join(1.0, 1.0)],
        vec![join(0.5, 1.0), join(0.0, 1.0), join(1.0, 1.0)],
        vec![join(1.0, 0.75), join(1.0, 0.0), join(0.5, 1.0)],
    ]
}

fn check(spec: ModelSpec) {
    check_patterns(spec, 1.0, patterns(Plan::new(spec).unwrap().has_shortcuts()));
}

fn check_patterns(spec: ModelSpec, shrink: f64, patterns: Vec<Vec<Join>>) {
    for (number, pattern) in patterns.into_iter().enumerate() {
        let joins = cycled(&pattern, Plan::new(spec).unwrap().blocks.len());
        let ModelSpec { model, norm, order, merge, activation, .. } = spec;
        let name = format!("{model} {norm} {order} {merge} {activation} times {shrink} joins {number}");
        let case = Case::new(spec, shrink, name, joins);
        case.check(DType::F64, &F64);
        case.check(DType::F32, &F32);
    }
}

fn model(name: &str) -> Model {
    name.parse().unwrap()
}

fn resnet8() -> ModelSpec {
    support::resnet8(4)
}

fn mlp6() -> ModelSpec {
    support::mlp(6, 8)
}

/// One of ImageNet's kind, small.
fn small(name: &str, width: usize) -> ModelSpec {
    ModelSpec { width, channels: 3, image_size: 32, classes: 5, ..ModelSpec::standard(model(name)) }
}

#[test]
fn cifar_networks_with_and_without_norm_equal_their_twins() {
    check(resnet8());
    check(ModelSpec { norm: Norm::None, ..resnet8() });
    check(ModelSpec { option_a: OptionA::Around, ..resnet8() });
}

#[test]
fn pre_activation_networks_equal_their_twins() {
    check(ModelSpec { order: ActivationOrder::Pre, ..resnet8() });
    check(ModelSpec { order: ActivationOrder::Pre, norm: Norm::None, ..resnet8() });
}

#[test]
fn concatenating_networks_equal_their_twins() {
    check(ModelSpec { merge: Merge::Concat, ..resnet8() });
    check(ModelSpec { merge: Merge::Concat, order: ActivationOrder::Pre, norm: Norm::None, ..resnet8() });
}

#[test]
fn factors_on_the_branch_equal_their_twins() {
    check(ModelSpec { init: Init::SkipInit, ..resnet8() });
    check(ModelSpec { init: Init::Scaled, norm: Norm::None, ..resnet8() });
}

#[test]
fn fully_connected_networks_equal_their_twins() {
    check(mlp6());
    check(ModelSpec { activation: Activation::Tanh, norm: Norm::None, branch_layers: 1, ..mlp6() });
    check(ModelSpec { activation: Activation::Sigmoid, order: ActivationOrder::Pre, ..mlp6() });
    check(ModelSpec { activation: Activation::Linear, norm: Norm::None, ..mlp6() });
    check(ModelSpec { branch_layers: 1, order: ActivationOrder::Pre, norm: Norm::None, ..mlp6() });
}

/// The numbers that flow through these, forward and back, are far below what f32 can hold; where a shortcut is open between
/// closed ones the two meet.
#[test]
fn networks_below_the_range_of_f32_equal_their_twins() {
    let join = |shortcut| Join { shortcut, branch: 1.0 };
    let patterns = || vec![vec![join(0.0)], [vec![join(0.0); 7], vec![join(1.0), join(0.5)]].concat()];
    let resnet20 = ModelSpec { model: model("resnet20"), norm: Norm::None, ..resnet8() };
    for order in [ActivationOrder::Post, ActivationOrder::Pre, ActivationOrder::Sum] {
        check_patterns(ModelSpec { order, ..resnet20 }, 1.0 / 4096.0, patterns());
    }
    check_patterns(ModelSpec { merge: Merge::Concat, ..resnet20 }, 1.0 / 4096.0, patterns());
    check_patterns(ModelSpec { norm: Norm::None, ..small("resnet50", 2) }, 1.0 / 256.0, patterns());
    // With biases only the way back allows another unit.
    for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
        let mlp = ModelSpec { activation, norm: Norm::None, model: model("mlp20"), ..mlp6() };
        check_patterns(mlp, 1.0 / 256.0, patterns());
    }
}

/// Activations that fall far below the range of f32 and grow by more than all of it again.
#[test]
fn activations_that_shrink_and_grow_again_are_those_of_float64() {
    let spec = ModelSpec { model: model("resnet20"), norm: Norm::None, ..resnet8() };
    let closed = vec![Join::at(0.0); 9];
    let [narrow, wide] = [DType::F32, DType::F64].map(|dtype| {
        let network = shrunk_network(spec, SEED, [2f64.powi(-18), 2f64.powi(17)], dtype);
        let batch = formula_batch(spec, SEED, IMAGES, dtype);
        let found = profile(&network, &batch, &closed, &Measuring::of(&[Quantity::ActivationRms])).unwrap();
        (found.loss, found.measured.column(Quantity::ActivationRms).unwrap().to_vec())
    });
    assert!(wide.1.iter().flatten().any(|size| *size < 1e-38), "{wide:?}");
    assert!((narrow.0 / wide.0 - 1.0).abs() < 1e-5, "{} {}", narrow.0, wide.0);
    for (found, expected) in narrow.1.iter().zip(&wide.1) {
        let (found, expected) = (found.unwrap(), expected.unwrap());
        assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected}");
    }
}

#[test]
fn networks_with_projections_and_bottlenecks_equal_their_twins() {
    check(small("resnet18", 4));
    check(ModelSpec { norm: Norm::None, ..small("resnet50", 2) });
}

#[test]
fn networks_without_shortcuts_equal_their_twins() {
    check(small("vgg16_bn", 2));
    check(small("vgg16", 2));
}

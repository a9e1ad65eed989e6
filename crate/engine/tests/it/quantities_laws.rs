//! Laws that every quantity obeys whatever the network: the order of the images, a batch twice over, an image that is not
//! finite, and being measured alone.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::{self, MIXED, cycled, device, formula_batch, formula_network};
use candle_core::{DType, Tensor};
use engine::probe::{Profile, profile};
use engine::{Batch, Join, Measuring, Network};
use protocol::{Activation, ActivationOrder, Init, Measured, Merge, ModelSpec, Norm, Quantity, QuantityShape};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: u64 = 4;
const IMAGES: usize = 5;

fn resnet8() -> ModelSpec {
    support::resnet8(4)
}

fn mlp6() -> ModelSpec {
    support::mlp(6, 8)
}

fn vgg16_bn() -> ModelSpec {
    support::small("vgg16_bn", 1, 32)
}

fn networks() -> Vec<ModelSpec> {
    vec![
        resnet8(),
        ModelSpec { norm: Norm::None, ..resnet8() },
        ModelSpec { merge: Merge::Concat, order: ActivationOrder::Pre, ..resnet8() },
        ModelSpec { init: Init::SkipInit, ..resnet8() },
        ModelSpec { activation: Activation::Tanh, norm: Norm::None, ..mlp6() },
        ModelSpec { activation: Activation::Sigmoid, branch_layers: 1, order: ActivationOrder::Pre, ..mlp6() },
    ]
}

/// Open, half open, closed, and left out.
const PATTERN: [Join; 4] = [MIXED[3], MIXED[0], MIXED[1], MIXED[2]];

/// The pattern's joins in turn; all closed without shortcuts.
fn joins(network: &Network, pattern: &[Join]) -> Vec<Join> {
    let blocks = network.plan.blocks.len();
    if network.plan.has_shortcuts() { cycled(pattern, blocks) } else { vec![Join::at(0.0); blocks] }
}

fn measure(network: &Network, batch: &Batch, quantities: &[Quantity]) -> Profile {
    let measuring = Measuring { seed: 2, step: 3, ..Measuring::of(quantities) };
    profile(network, batch, &joins(network, &PATTERN), &measuring).unwrap()
}

/// The batch with these images, in this order.
fn images(batch: &Batch, numbers: &[u32]) -> Batch {
    let numbers = Tensor::new(numbers, device()).unwrap();
    let chosen = |tensor: &Tensor| tensor.index_select(&numbers, 0).unwrap();
    Batch { images: chosen(&batch.images), labels: chosen(&batch.labels) }
}

/// All numbers of a quantity; `None` where one does not exist.
fn values(measured: &Measured, quantity: Quantity) -> Vec<Option<f64>> {
    match quantity.shape() {
        QuantityShape::Block => measured.column(quantity).unwrap().to_vec(),
        QuantityShape::Scalar => vec![measured.scalar(quantity)],
        QuantityShape::Path | QuantityShape::Sweep => {
            measured.vector(quantity).unwrap_or_default().iter().copied().map(Some).collect()
        }
    }
}

/// Compares every quantity of two profiles: what is found should be `law` of what was.
fn compare(spec: ModelSpec, before: &Profile, after: &Profile, relative: f64, law: impl Fn(Quantity, f64) -> f64) {
    let close = |found: f64, expected: f64| (found - expected).abs() <= relative * expected.abs().max(1e-3);
    assert!(close(after.loss, before.loss), "{spec:?}: loss {} and {}", before.loss, after.loss);
    for quantity in Quantity::ALL {
        let (old, new) = (values(&before.measured, *quantity), values(&after.measured, *quantity));
        assert_eq!(old.len(), new.len(), "{quantity}");
        for (place, (old, new)) in old.into_iter().zip(new).enumerate() {
            match (old.map(|old| law(*quantity, old)), new) {
                (None, None) => {}
                (Some(expected), Some(found)) if close(found, expected) => {}
                other => panic!("{spec:?} {quantity} at {place}: expected and found are {other:?}, it was {old:?}"),
            }
        }
    }
}

#[test]
fn the_order_of_the_images_changes_nothing() {
    for spec in networks().into_iter().chain([vgg16_bn()]) {
        for (dtype, relative) in [(DType::F64, 1e-9), (DType::F32, 1e-2)] {
            let (network, batch) = (formula_network(spec, SEED, dtype), formula_batch(spec, SEED, IMAGES, dtype));
            let shuffled = images(&batch, &[3, 0, 4, 2, 1]);
            let [before, after] = [&batch, &shuffled].map(|batch| measure(&network, batch, Quantity::ALL));
            compare(spec, &before, &after, relative, |_, value| value);
        }
    }
}

/// Each image twice: the mean loss and the weights' gradients stay, one image's part of a gradient halves, so a norm over
/// the batch falls by √2; of the pairs of images, some are now of an image with itself.
fn twice_over(quantity: Quantity, value: f64) -> f64 {
    use Quantity as Q;
    match quantity {
        Q::GradInL2 | Q::GradOutL2 | Q::BranchGradL2 | Q::SkipGradL2 | Q::PathNorm | Q::PathBound => {
            value * std::f64::consts::FRAC_1_SQRT_2
        }
        Q::GradInRms | Q::PathEnergy => value / 2.0,
        Q::ActivationCosine => {
            let count = IMAGES as f64;
            (2.0 * (count - 1.0) * value + 1.0) / (2.0 * count - 1.0)
        }
        _ => value,
    }
}

#[test]
fn a_batch_twice_over_changes_the_norms_by_known_factors() {
    for spec in networks() {
        let (network, batch) = (formula_network(spec, SEED, DType::F64), formula_batch(spec, SEED, IMAGES, DType::F64));
        let twice = images(&batch, &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        let [before, after] = [&batch, &twice].map(|batch| measure(&network, batch, Quantity::ALL));
        compare(spec, &before, &after, 1e-9, twice_over);
    }
}

/// Without norm, bias and saturating activation a block is homogeneous: images four times as large make its output so.
#[test]
fn the_root_mean_squares_of_a_homogeneous_network_scale_with_the_images() {
    let spec = ModelSpec { norm: Norm::None, ..resnet8() };
    let (network, batch) = (formula_network(spec, SEED, DType::F64), formula_batch(spec, SEED, IMAGES, DType::F64));
    let larger = Batch { images: (&batch.images * 4.0).unwrap(), labels: batch.labels.clone() };
    let quantities = [Quantity::ActivationRms, Quantity::BranchRms];
    let [before, after] = [&batch, &larger].map(|batch| measure(&network, batch, &quantities).measured);
    for quantity in quantities {
        let scaled: Vec<_> =
            values(&before, quantity).into_iter().map(|value| value.map(|value| 4.0 * value)).collect();
        assert!(scaled.iter().flatten().all(|value| *value > 0.0), "{quantity}: {scaled:?}");
        assert_eq!(values(&after, quantity), scaled, "{quantity}");
    }
}

/// What a number that is not finite must reach wherever it exists.
const NORMS: [Quantity; 19] = [
    Quantity::GradInL2,
    Quantity::GradOutL2,
    Quantity::WeightGradL2,
    Quantity::BranchGradL2,
    Quantity::SkipGradL2,
    Quantity::SkipBranchCosine,
    Quantity::BranchRms,
    Quantity::GradInRms,
    Quantity::GradInPerSample,
    Quantity::WeightGradRatio,
    Quantity::WeightGradInvariant,
    Quantity::SkipShare,
    Quantity::BranchGain,
    Quantity::MaskPass,
    Quantity::ActivationRms,
    Quantity::ActivationCosine,
    Quantity::PathEnergy,
    Quantity::PathBound,
    Quantity::SweepLoss,
];

/// What stays a number: counts, and what does not see the batch.
const COUNTS: [Quantity; 7] = [
    Quantity::WeightL2,
    Quantity::DeadShare,
    Quantity::UnderflowShare,
    Quantity::ActiveBlocks,
    Quantity::AblationAccuracy,
    Quantity::SweepAccuracy,
    Quantity::EffectiveDepthAblation,
];

fn check_non_finite(spec: ModelSpec, odd: f32) {
    let (network, mut batch) = (formula_network(spec, SEED, DType::F32), formula_batch(spec, SEED, IMAGES, DType::F32));
    let mut pixels = batch.images.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let middle = pixels.len() / 2;
    pixels[middle] = odd;
    batch.images = Tensor::from_vec(pixels, batch.images.shape(), device()).unwrap();
    // A branch that is left out has no weight gradient to spoil.
    let found = profile(&network, &batch, &joins(&network, &PATTERN[..3]), &Measuring::of(Quantity::ALL)).unwrap();
    assert!(!found.loss.is_finite(), "{spec:?}: loss {}", found.loss);
    for quantity in Quantity::ALL {
        let numbers: Vec<f64> = values(&found.measured, *quantity).into_iter().flatten().collect();
        if NORMS.contains(quantity) {
            // Of a length that no path has, the norm is 0.
            let no_path = |value: f64| quantity.shape() == QuantityShape::Path && value == 0.0;
            let wrong = numbers.iter().filter(|value| value.is_finite() && !no_path(**value)).count();
            let right = numbers.iter().filter(|value| !value.is_finite()).count();
            assert!(wrong == 0 && (right > 0 || numbers.is_empty()), "{spec:?} {quantity}: {numbers:?}");
        }
        if COUNTS.contains(quantity) {
            assert!(numbers.iter().all(|value| value.is_finite()), "{spec:?} {quantity}: {numbers:?}");
        }
    }
}

#[test]
fn an_image_that_is_not_finite_makes_the_norms_so_and_nothing_panics() {
    for spec in networks().into_iter().chain([vgg16_bn()]) {
        check_non_finite(spec, f32::NAN);
    }
    for spec in [resnet8(), ModelSpec { norm: Norm::None, ..resnet8() }] {
        check_non_finite(spec, f32::INFINITY);
    }
}

/// Without norm and bias nothing comes of nothing: what is a part of nothing is no number, and nothing is NaN.
#[test]
fn where_nothing_comes_either_way_there_is_no_ratio() {
    let spec = ModelSpec { norm: Norm::None, ..resnet8() };
    let (network, mut batch) = (formula_network(spec, SEED, DType::F32), formula_batch(spec, SEED, IMAGES, DType::F32));
    batch.images = batch.images.zeros_like().unwrap();
    let found = profile(&network, &batch, &[Join::at(1.0); 3], &Measuring::of(Quantity::ALL)).unwrap();
    assert_eq!(values(&found.measured, Quantity::BranchRatio), [None; 3]);
    assert_eq!(found.measured.scalar(Quantity::EffectiveDepthForward), Some(0.0));
    for quantity in Quantity::ALL {
        let numbers: Vec<f64> = values(&found.measured, *quantity).into_iter().flatten().collect();
        assert!(numbers.iter().all(|value| !value.is_nan()), "{quantity}: {numbers:?}");
    }
}

#[test]
fn a_quantity_alone_is_the_same_to_the_last_bit_and_nothing_else_is_recorded() {
    for spec in networks() {
        let (network, batch) = (formula_network(spec, SEED, DType::F32), formula_batch(spec, SEED, IMAGES, DType::F32));
        let all = measure(&network, &batch, Quantity::ALL).measured;
        assert_eq!(recorded(&all), Quantity::ALL);
        for quantity in Quantity::ALL {
            let alone = measure(&network, &batch, &[*quantity]).measured;
            assert_eq!(recorded(&alone), [*quantity]);
            let bits = |measured| -> Vec<_> {
                values(measured, *quantity).into_iter().map(|value| value.map(f64::to_bits)).collect()
            };
            assert_eq!(bits(&alone), bits(&all), "{spec:?} {quantity}");
        }
        let none = measure(&network, &batch, &[]);
        assert_eq!(recorded(&none.measured), []);
        assert_eq!(none.ends, protocol::Ends::default(), "nothing is measured at the ends either");
    }
}

/// Which quantities a record holds; each list must be in the order of [`Quantity::ALL`].
fn recorded(measured: &Measured) -> Vec<Quantity> {
    let columns: Vec<_> = measured.columns.iter().map(|column| column.quantity).collect();
    let scalars: Vec<_> = measured.scalars.iter().map(|scalar| scalar.quantity).collect();
    let vectors: Vec<_> = measured.vectors.iter().map(|vector| vector.quantity).collect();
    assert!(columns.is_sorted() && scalars.is_sorted() && vectors.is_sorted(), "{measured:?}");
    [columns, scalars, vectors].concat()
}

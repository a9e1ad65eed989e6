//! The analyses of paths against the sum over every single path: 2^n backward passes with the ways chosen by hand.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::{self, EFFECTIVE_DEPTHS, MIXED, cycled, formula_batch, formula_network, shrunk_network};
use candle_core::{DType, Tensor};
use engine::probe::profile;
use engine::random::Stream;
use engine::{Backward, Batch, Join, Measuring, Network, Pass, Ways, gradient_over, path_parts};
use protocol::{Activation, ActivationOrder, Measured, Merge, ModelSpec, Norm, Quantity};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: u64 = 6;
/// Random choices of signs behind `coherence`.
const DRAWS: usize = 32;

/// A network with a batch and a join for each block.
struct Case {
    name: String,
    network: Network,
    batch: Batch,
    joins: Vec<Join>,
}

fn resnet8() -> ModelSpec {
    support::resnet8(4)
}

/// Eight blocks with a max-pooling stem and projections.
fn resnet18() -> ModelSpec {
    support::small("resnet18", 2, 16)
}

fn mlp(blocks: usize) -> ModelSpec {
    support::mlp(blocks, 6)
}

/// The case with these strengths and weights of the branch, in turn.
fn case(spec: ModelSpec, dtype: DType, pattern: &[Join]) -> Case {
    let network = formula_network(spec, SEED, dtype);
    let joins = cycled(pattern, network.plan.blocks.len());
    let ModelSpec { model, norm, order, merge, .. } = spec;
    let name = format!("{model} {norm} {order} {merge} {dtype:?} {:?}", joins[0]);
    Case { name, network, batch: formula_batch(spec, SEED, 5, dtype), joins }
}

const OPEN: [Join; 1] = [Join { shortcut: 1.0, branch: 1.0 }];

impl Case {
    fn read<R>(&self, read: impl FnOnce(&Backward) -> R) -> R {
        let measuring = Measuring::of(&[Quantity::PathEnergy]);
        let pass = Pass::new(&self.network, self.batch.clone(), self.joins.clone(), measuring);
        pass.finish_and_read(&self.network, |backward| Ok(read(backward))).unwrap()
    }

    fn measured(&self, seed: u64, quantities: &[Quantity]) -> Measured {
        let measuring = Measuring { seed, step: 9, ..Measuring::of(quantities) };
        profile(&self.network, &self.batch, &self.joins, &measuring).unwrap().measured
    }

    /// The ways that lead on: bit l of a path says whether it goes through the branch of block l.
    fn is_path(&self, path: u32) -> bool {
        self.joins
            .iter()
            .enumerate()
            .all(|(block, join)| if path >> block & 1 == 1 { join.branch != 0.0 } else { join.shortcut != 0.0 })
    }

    /// Every path with the gradient along it.
    fn paths(&self, backward: &Backward) -> Vec<(u32, Vec<f64>)> {
        let paths = (0..1u32 << self.joins.len()).filter(|path| self.is_path(*path));
        let along = |path: u32| {
            let way = |block: usize| {
                let through = path >> block & 1 == 1;
                Ways { shortcut: f64::from(!through), branch: f64::from(through) }
            };
            (path, numbers(&gradient_over(backward, way).unwrap()))
        };
        paths.map(along).collect()
    }
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn energy(a: &[f64]) -> f64 {
    product(a, a)
}

/// Adds `factor·part` to the sum, which starts empty.
fn add(sum: &mut Vec<f64>, part: &[f64], factor: f64) {
    sum.resize(part.len(), 0.0);
    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += factor * part);
}

/// ‖a − b‖ is at most `relative`·‖b‖.
fn assert_near(what: &str, a: &[f64], b: &[f64], relative: f64) {
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let (error, size) = (energy(&difference).sqrt(), energy(b).sqrt());
    assert!(a.len() == b.len() && error <= relative * size, "{what}: {error:e} beside {size:e}");
}

fn assert_close(what: &str, found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found} instead of {expected}");
}

/// G_k for each k, zeros where no path has that length.
fn parts(backward: &Backward) -> Vec<Vec<f64>> {
    let whole = numbers(&backward.at_start().unwrap());
    let part = |part: &Option<Tensor>| part.as_ref().map_or_else(|| vec![0.0; whole.len()], numbers);
    path_parts(backward).unwrap().iter().map(part).collect()
}

fn cases(dtype: DType) -> Vec<Case> {
    let specs = [
        resnet8(),
        ModelSpec { norm: Norm::None, ..resnet8() },
        ModelSpec { order: ActivationOrder::Pre, ..resnet8() },
        ModelSpec { merge: Merge::Concat, ..resnet8() },
        ModelSpec { merge: Merge::Concat, order: ActivationOrder::Pre, norm: Norm::None, ..resnet8() },
        resnet18(),
        ModelSpec { norm: Norm::None, ..resnet18() },
        mlp(6),
        ModelSpec { activation: Activation::Tanh, norm: Norm::None, branch_layers: 1, ..mlp(6) },
    ];
    specs.into_iter().flat_map(|spec| [&OPEN[..], &MIXED[..]].map(|kinds| case(spec, dtype, kinds))).collect()
}

#[test]
fn the_parts_of_all_lengths_add_up_to_the_whole_gradient() {
    for (dtype, relative) in [(DType::F64, 1e-10), (DType::F32, 1e-2)] {
        for case in cases(dtype) {
            case.read(|backward| {
                let parts = parts(backward);
                assert_eq!(parts.len(), case.joins.len() + 1);
                let mut sum = Vec::new();
                parts.iter().for_each(|part| add(&mut sum, part, 1.0));
                assert_near(&case.name, &sum, &numbers(&backward.at_start().unwrap()), relative);
            });
        }
    }
}

#[test]
fn scaling_every_branchs_backward_pass_by_c_gives_the_polynomial_in_c() {
    for case in cases(DType::F64) {
        case.read(|backward| {
            let parts = parts(backward);
            for c in [0.0, 0.5, 2.0, -1.0] {
                let mut sum = Vec::new();
                parts.iter().enumerate().for_each(|(k, part)| add(&mut sum, part, f64::powi(c, k as i32)));
                let scaled = numbers(&gradient_over(backward, |_| Ways { shortcut: 1.0, branch: c }).unwrap());
                let name = format!("{} c {c}", case.name);
                // Without interference nothing cancels: the whole gradient's size tells how much rounding there is.
                let size = energy(&numbers(&backward.at_start().unwrap())).sqrt();
                let mut difference = scaled.clone();
                add(&mut difference, &sum, -1.0);
                assert!(energy(&difference).sqrt() <= 1e-10 * size.max(energy(&sum).sqrt()), "{name}");
            }
        });
    }
}

#[test]
fn the_recursion_equals_the_sum_over_all_256_paths_of_eight_blocks() {
    for (spec, kinds) in [
        (mlp(8), &OPEN[..]),
        (ModelSpec { activation: Activation::Tanh, norm: Norm::None, ..mlp(8) }, &MIXED),
        (resnet18(), &OPEN),
        (
            ModelSpec { norm: Norm::None, ..resnet18() },
            &[Join { shortcut: 0.7, branch: 1.0 }, Join { shortcut: 1.0, branch: 1.0 }],
        ),
    ] {
        let case = case(spec, DType::F64, kinds);
        assert_eq!(case.joins.len(), 8);
        case.read(|backward| {
            let whole = numbers(&backward.at_start().unwrap());
            let mut sums = vec![vec![0.0; whole.len()]; 9];
            for (path, along) in case.paths(backward) {
                add(&mut sums[path.count_ones() as usize], &along, 1.0);
            }
            for (k, (found, expected)) in parts(backward).iter().zip(&sums).enumerate() {
                assert_near(&format!("{} G_{k}", case.name), found, expected, 1e-9);
            }
        });
    }
}

#[test]
fn the_recorded_spectrum_and_depths_are_those_of_the_parts() {
    for case in cases(DType::F64) {
        let quantities = [Quantity::PathEnergy, Quantity::EffectiveDepth, Quantity::EffectiveDepthMean];
        let measured = case.measured(1, &quantities);
        let (parts, whole) = case.read(|backward| (parts(backward), numbers(&backward.at_start().unwrap())));
        let energies: Vec<f64> = parts.iter().map(|part| energy(part)).collect();
        let found = measured.vector(Quantity::PathEnergy).unwrap();
        assert_eq!(found.len(), energies.len());
        for (k, (found, expected)) in found.iter().zip(&energies).enumerate() {
            assert_close(&format!("{} energy {k}", case.name), *found, *expected, 1e-11);
        }
        let (mut moment, mut weighed) = (0.0, Vec::new());
        for (k, part) in parts.iter().enumerate() {
            moment += k as f64 * energies[k];
            add(&mut weighed, part, k as f64);
        }
        let depth = measured.scalar(Quantity::EffectiveDepth).unwrap();
        assert_close(&case.name, depth, moment / energies.iter().sum::<f64>(), 1e-11);
        let mean = measured.scalar(Quantity::EffectiveDepthMean).unwrap();
        assert_close(&case.name, mean, product(&whole, &weighed) / energy(&whole), 1e-9);
    }
}

/// The probability that just these branches are passed through, summed by their number.
#[test]
fn the_closed_form_is_the_sum_over_all_subsets_of_the_recorded_parts() {
    for case in cases(DType::F64) {
        let ways = [Quantity::BranchGradL2, Quantity::SkipGradL2];
        let measured =
            case.measured(1, &[&ways[..], &[Quantity::PathEnergyClosed, Quantity::EffectiveDepthClosed]].concat());
        let [branch, shortcut] = ways.map(|quantity| {
            measured.column(quantity).unwrap().iter().map(|part| part.unwrap_or(0.0).powi(2)).collect::<Vec<_>>()
        });
        let blocks = branch.len();
        let mut expected = vec![0.0; blocks + 1];
        for path in 0..1u32 << blocks {
            let through = |block: usize| path >> block & 1 == 1;
            let share = |block| if through(block) { branch[block] } else { shortcut[block] } / (branch[block] + shortcut[block]);
            expected[path.count_ones() as usize] += (0..blocks).map(share).product::<f64>();
        }
        let found = measured.vector(Quantity::PathEnergyClosed).unwrap();
        assert_near(&case.name, found, &expected, 1e-12);
        let mean: f64 = expected.iter().enumerate().map(|(k, share)| k as f64 * share).sum();
        assert_close(&case.name, measured.scalar(Quantity::EffectiveDepthClosed).unwrap(), mean, 1e-11);
    }
}

/// ‖g_ε‖² with the branches' backward passes multiplied by these signs.
fn signed_energy(backward: &Backward, signs: &[f64]) -> f64 {
    energy(&numbers(&gradient_over(backward, |block| Ways { shortcut: 1.0, branch: signs[block] }).unwrap()))
}

fn sign(is_positive: bool) -> f64 {
    if is_positive { 1.0 } else { -1.0 }
}

/// ‖g_ε‖² for each of the 2^n choices of signs.
fn all_signed_energies(backward: &Backward, blocks: usize) -> Vec<f64> {
    let signs = |choice: u32| (0..blocks).map(|block| sign(choice >> block & 1 == 1)).collect::<Vec<_>>();
    (0..1u32 << blocks).map(|choice| signed_energy(backward, &signs(choice))).collect()
}

/// The mean of ‖g_ε‖² over the signs that this seed draws at step 9.
fn drawn_energy(backward: &Backward, blocks: usize, seed: u64) -> f64 {
    let mut stream = Stream::new(seed, "coherence", 9);
    let mut sum = 0.0;
    for _ in 0..DRAWS {
        // Drawn on the way back, the last block's first.
        let mut signs: Vec<f64> = (0..blocks).map(|_| sign(stream.below(2) == 0)).collect();
        signs.reverse();
        sum += signed_energy(backward, &signs);
    }
    sum / DRAWS as f64
}

#[test]
fn coherence_compares_with_the_energy_of_all_paths_without_interference() {
    let wide = ModelSpec { width: 16, ..mlp(6) };
    let specs = [wide, ModelSpec { norm: Norm::None, ..wide }, ModelSpec { order: ActivationOrder::Pre, ..wide }];
    for case in specs.map(|spec| case(spec, DType::F64, &OPEN)) {
        case.read(|backward| {
            let whole = energy(&numbers(&backward.at_start().unwrap()));
            let all = all_signed_energies(backward, 6);
            let mean = all.iter().sum::<f64>() / 64.0;
            let alone: f64 = case.paths(backward).iter().map(|(_, along)| energy(along)).sum();
            assert_close(&case.name, mean, alone, 1e-11);
            let variance = all.iter().map(|energy| (energy - mean).powi(2)).sum::<f64>() / 64.0;
            let error = (variance / DRAWS as f64).sqrt() / mean;
            let mut sum = 0.0;
            for seed in 0..6 {
                let found = case.measured(seed, &[Quantity::Coherence]).scalar(Quantity::Coherence).unwrap();
                let name = format!("{} seed {seed}, expected error {error:.3}", case.name);
                assert_close(&name, found, whole / drawn_energy(backward, 6, seed), 1e-12);
                assert_close(&name, whole / found, alone, 4.0 * error);
                assert_close(&name, found, whole / alone, 0.4);
                sum += whole / found;
            }
            assert_close(&case.name, sum / 6.0, alone, 4.0 * error / 6f64.sqrt());
        });
    }
}

#[test]
fn the_norms_of_random_paths_lie_among_those_of_all_and_bound_the_parts() {
    for (spec, kinds) in [(mlp(6), &OPEN[..]), (mlp(6), &MIXED), (resnet8(), &OPEN), (resnet8(), &MIXED)] {
        let case = case(spec, DType::F64, kinds);
        let measured = case.measured(3, &[Quantity::PathNorm, Quantity::PathBound]);
        let [means, bounds] =
            [Quantity::PathNorm, Quantity::PathBound].map(|quantity| measured.vector(quantity).unwrap());
        let (paths, parts) = case.read(|backward| (case.paths(backward), parts(backward)));
        assert_eq!((means.len(), bounds.len()), (parts.len(), parts.len()));
        for (k, part) in parts.iter().enumerate() {
            let of_length = paths.iter().filter(|(path, _)| path.count_ones() as usize == k);
            let norms: Vec<f64> = of_length.map(|(_, along)| energy(along).sqrt()).collect();
            let name = format!("{} length {k}", case.name);
            if norms.is_empty() {
                assert_eq!((means[k], bounds[k]), (0.0, 0.0), "{name}");
                continue;
            }
            let least = norms.iter().copied().fold(f64::INFINITY, f64::min);
            let most = norms.iter().copied().fold(0.0, f64::max);
            let range = least * (1.0 - 1e-12)..=most * (1.0 + 1e-12);
            assert!(range.contains(&means[k]), "{name}: {} is not in {range:?}", means[k]);
            assert_close(&name, bounds[k], norms.len() as f64 * means[k], 1e-12);
            let total: f64 = norms.iter().sum();
            assert!(total * (1.0 + 1e-12) >= energy(part).sqrt(), "{name}: the triangle inequality");
        }
    }
}

#[test]
fn random_paths_are_twenty_of_each_length_and_not_all_the_same() {
    let case = case(mlp(8), DType::F64, &OPEN);
    let means = |seed| case.measured(seed, &[Quantity::PathNorm]).vector(Quantity::PathNorm).unwrap().to_vec();
    let (one, again, other) = (means(1), means(1), means(2));
    assert_eq!(one, again);
    // The shortest and the longest length have one path each.
    for k in 0..=8 {
        let spread = (one[k] / other[k] - 1.0).abs();
        assert!(if k == 0 || k == 8 { spread < 1e-12 } else { spread > 1e-6 }, "length {k}: {spread}");
    }
    let exact = case.read(|backward| {
        let mut norms = vec![Vec::new(); 9];
        for (path, along) in case.paths(backward) {
            norms[path.count_ones() as usize].push(energy(&along).sqrt());
        }
        norms.iter().map(|norms| norms.iter().sum::<f64>() / norms.len() as f64).collect::<Vec<_>>()
    });
    for (k, (found, exact)) in one.iter().zip(&exact).enumerate() {
        assert_close(&format!("length {k}"), *found, *exact, 0.3);
    }
}

/// What flows through these is far below what f32 can hold, on some paths even where on others it is not.
#[test]
fn paths_below_the_range_of_f32_are_those_of_float64() {
    let model = "resnet20".parse().unwrap();
    let spec = ModelSpec { model, norm: Norm::None, ..resnet8() };
    let quantities = [
        Quantity::PathEnergy,
        Quantity::EffectiveDepth,
        Quantity::EffectiveDepthMean,
        Quantity::Coherence,
        Quantity::PathNorm,
    ];
    for strengths in [&[0.0][..], &[0.0, 0.0, 1.0], &[0.5]] {
        let pattern: Vec<_> = strengths.iter().copied().map(Join::at).collect();
        let [narrow, wide] = [DType::F32, DType::F64].map(|dtype| {
            let network = shrunk_network(spec, SEED, [1.0 / 4096.0; 2], dtype);
            Case { network, ..case(spec, dtype, &pattern) }.measured(1, &quantities)
        });
        for quantity in quantities {
            let numbers = |measured: &Measured| match measured.scalar(quantity) {
                Some(value) => vec![value],
                None => measured.vector(quantity).unwrap().to_vec(),
            };
            let expected = numbers(&wide);
            assert!(expected.iter().any(|value| *value != 0.0), "{quantity}");
            for (found, expected) in numbers(&narrow).into_iter().zip(expected) {
                assert_close(&format!("{quantity} {strengths:?}"), found, expected, 1e-3);
            }
        }
    }
}

/// Without shortcuts there is one path, through every branch.
#[test]
fn a_network_without_shortcuts_has_one_path() {
    let spec = ModelSpec { width: 1, image_size: 32, classes: 4, ..ModelSpec::standard("vgg16_bn".parse().unwrap()) };
    let case = case(spec, DType::F64, &[Join::at(0.0)]);
    let measured = case.measured(1, Quantity::ALL);
    let whole = case.read(|backward| energy(&numbers(&backward.at_start().unwrap())));
    for (quantity, expected) in [
        (Quantity::PathEnergy, whole),
        (Quantity::PathEnergyClosed, 1.0),
        (Quantity::PathNorm, whole.sqrt()),
        (Quantity::PathBound, whole.sqrt()),
    ] {
        let found = measured.vector(quantity).unwrap();
        assert!(found[..13].iter().all(|value| *value == 0.0), "{quantity}: {found:?}");
        assert_close(quantity.name(), found[13], expected, 1e-12);
    }
    for quantity in EFFECTIVE_DEPTHS {
        assert_close(quantity.name(), measured.scalar(quantity).unwrap(), 13.0, 1e-12);
    }
    assert_close("coherence", measured.scalar(Quantity::Coherence).unwrap(), 1.0, 1e-12);
}

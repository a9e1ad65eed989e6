//! From the twin's pass to every quantity of a pass, by plain loops over all numbers in float64.

use super::pass::{BlockPass, Pass, Twin, numbers};
use crate::{Batch, Join};
use candle_core::Tensor;
use protocol::{ParameterRole, Quantity, SWEEP_STRENGTHS, Shortcut};

/// √Σv².
pub fn norm(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    for value in values {
        sum += value * value;
    }
    sum.sqrt()
}

/// Σab.
pub fn product(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let mut sum = 0.0;
    for (a, b) in a.iter().zip(b) {
        sum += a * b;
    }
    sum
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let sizes = norm(a) * norm(b);
    if sizes == 0.0 { 0.0 } else { product(a, b) / sizes }
}

/// ‖v‖/√(number of elements).
fn root_mean_square(values: &[f64]) -> f64 {
    norm(values) / (values.len() as f64).sqrt()
}

/// One quantity of one block.
pub fn of_block(quantity: Quantity, block: &BlockPass, pass: &Pass, images: usize) -> Option<f64> {
    use Quantity as Q;
    let (branch, shortcut) = (block.through_branch.as_deref(), block.over_shortcut.as_deref());
    match quantity {
        Q::GradInL2 => Some(norm(&block.whole)),
        Q::GradOutL2 => Some(norm(&block.arrived)),
        Q::GradInRms => Some(root_mean_square(&block.whole)),
        Q::GradInPerSample => Some(per_sample(&block.whole, images)),
        Q::BranchGradL2 => branch.map(norm),
        Q::SkipGradL2 => shortcut.map(norm),
        Q::SkipBranchCosine => Some(cosine(shortcut?, branch?)),
        Q::SkipShare => Some(norm(shortcut?) / (norm(shortcut?) + norm(branch?))),
        Q::BranchGain => Some(norm(branch?) / norm(&block.arrived)),
        Q::MaskPass => Some((norm(&block.masked) / norm(&block.arrived)).powi(2)),
        Q::BranchRatio => Some(norm(block.branch.as_ref()?) / norm(block.shortcut.as_ref()?)),
        Q::BranchRms => block.branch.as_deref().map(root_mean_square),
        Q::ActivationRms => Some(root_mean_square(&block.y)),
        Q::ActivationCosine => Some(all_pairs(&block.y, images)),
        Q::DeadShare => dead_share(&block.relus),
        Q::UnderflowShare => Some(underflow_share(&block.whole)),
        Q::WeightGradL2 => Some(norm(&weight_gradients(block, pass))),
        Q::WeightL2 => Some(norm(&weights(block))),
        Q::WeightGradRatio => Some(norm(&weight_gradients(block, pass)) / norm(&weights(block))),
        Q::WeightGradInvariant => Some(invariant(block, pass)),
        other => panic!("{other} is not of a block's pass"),
    }
}

/// The root mean square over the images of the gradient of one image's own loss, which is as many times that of the mean
/// as there are images.
fn per_sample(gradient: &[f64], images: usize) -> f64 {
    let mut sum = 0.0;
    for image in gradient.chunks(gradient.len() / images) {
        let own: Vec<f64> = image.iter().map(|v| v * images as f64).collect();
        sum += norm(&own).powi(2);
    }
    (sum / images as f64).sqrt()
}

/// The mean cosine over all pairs of images, those without an output left out.
fn all_pairs(y: &[f64], images: usize) -> f64 {
    let rows: Vec<&[f64]> = y.chunks(y.len() / images).filter(|row| norm(row) > 0.0).collect();
    let (mut sum, mut pairs) = (0.0, 0);
    for first in 0..rows.len() {
        for second in 0..first {
            sum += cosine(rows[first], rows[second]);
            pairs += 1;
        }
    }
    sum / f64::from(pairs)
}

/// The share of channels that are 0 at every image and pixel.
fn dead_share(relus: &[Tensor]) -> Option<f64> {
    let (mut dead, mut all) = (0, 0);
    for relu in relus {
        for channel in 0..relu.dims()[1] {
            let values = numbers(&relu.narrow(1, channel, 1).unwrap());
            dead += i32::from(values.iter().all(|value| *value == 0.0));
            all += 1;
        }
    }
    (all > 0).then(|| f64::from(dead) / f64::from(all))
}

fn underflow_share(gradient: &[f64]) -> f64 {
    let lost = gradient.iter().filter(|value| !(**value as f32).is_normal());
    lost.count() as f64 / gradient.len() as f64
}

fn weights(block: &BlockPass) -> Vec<f64> {
    block.parameters.iter().flat_map(|(_, _, values)| values.clone()).collect()
}

fn weight_gradients(block: &BlockPass, pass: &Pass) -> Vec<f64> {
    let gradients = block.parameters.iter().filter_map(|(name, _, _)| pass.gradients.get(name));
    gradients.flatten().copied().collect()
}

fn invariant(block: &BlockPass, pass: &Pass) -> f64 {
    let mut products = Vec::new();
    for (name, role, values) in &block.parameters {
        if let (ParameterRole::ConvWeight | ParameterRole::LinearWeight, Some(gradient)) =
            (role, pass.gradients.get(name))
        {
            products.push(norm(values) * norm(gradient));
        }
    }
    norm(&products)
}

/// One quantity that is one number.
pub fn scalar(quantity: Quantity, pass: &Pass, joins: &[Join]) -> Option<f64> {
    let column =
        |quantity| pass.blocks.iter().map(|block| of_block(quantity, block, pass, 1)).collect::<Option<Vec<f64>>>();
    let decades = |norms: Vec<f64>| (norms[0] / norms[norms.len() - 1]).log10();
    let value: Option<f64> = match quantity {
        Quantity::DepthRatio => column(Quantity::GradInL2).map(decades),
        Quantity::WeightDepthRatio => column(Quantity::WeightGradL2).map(decades),
        Quantity::LayerFactor => column(Quantity::GradInL2).map(|norms| layer_factor(&norms)),
        Quantity::EffectiveDepthClosed => Some(pass.blocks.iter().map(branch_probability).sum()),
        Quantity::EffectiveDepthBound => Some(pass.blocks.iter().map(|block| share(gradients(block), 1)).sum()),
        Quantity::EffectiveDepthForward => Some(pass.blocks.iter().map(|block| share(outputs(block), 2)).sum()),
        Quantity::ActiveBlocks => Some(joins.iter().filter(|join| join.branch != 0.0).count() as f64),
        other => panic!("{other} is not of a pass"),
    };
    value.filter(|value| value.is_finite())
}

/// exp(−slope) of the line through (l, ln norm), by Cramer's rule.
fn layer_factor(norms: &[f64]) -> f64 {
    let [mut n, mut x, mut xx, mut y, mut xy] = [0.0; 5];
    for (block, norm) in norms.iter().enumerate() {
        let (at, logarithm) = (block as f64, norm.ln());
        n += 1.0;
        x += at;
        xx += at * at;
        y += logarithm;
        xy += at * logarithm;
    }
    (-(n * xy - x * y) / (n * xx - x * x)).exp()
}

fn gradients(block: &BlockPass) -> [Option<&[f64]>; 2] {
    [block.through_branch.as_deref(), block.over_shortcut.as_deref()]
}

fn outputs(block: &BlockPass) -> [Option<&[f64]>; 2] {
    [block.branch.as_deref(), block.shortcut.as_deref()]
}

/// The branch's share of both ways: of their norms, or of the squares of these. All where the shortcut is closed, nothing
/// where the branch is left out.
fn share(ways: [Option<&[f64]>; 2], power: i32) -> f64 {
    let [branch, shortcut] = ways.map(|way| way.map_or(0.0, norm).powi(power));
    branch / (branch + shortcut)
}

fn branch_probability(block: &BlockPass) -> f64 {
    share(gradients(block), 2)
}

/// Over every subset of branches, the probability that just these are passed through.
pub fn path_energy_closed(pass: &Pass) -> Vec<f64> {
    let probabilities: Vec<f64> = pass.blocks.iter().map(branch_probability).collect();
    let count = probabilities.len();
    let mut by_length = vec![0.0; count + 1];
    for subset in 0..1u32 << count {
        let mut probability = 1.0;
        for (block, p) in probabilities.iter().enumerate() {
            probability *= if subset >> block & 1 == 1 { *p } else { 1.0 - p };
        }
        by_length[subset.count_ones() as usize] += probability;
    }
    by_length
}

/// `(loss, accuracy)` with each block left out, `None` where that cannot be.
pub fn ablations(twin: &Twin, batch: &Batch, joins: &[Join]) -> Vec<Option<(f64, f64)>> {
    let without = |index: usize| {
        let block = &twin.plan.blocks[index];
        let mut joins = joins.to_vec();
        joins[index].branch = 0.0;
        if block.shortcut == Shortcut::None {
            joins[index].shortcut = 0.0;
            return (block.input[0] == block.output[0]).then_some(joins);
        }
        if joins[index].shortcut == 0.0 {
            joins[index].shortcut = 1.0;
        }
        Some(joins)
    };
    (0..joins.len()).map(|index| Some(twin.evaluate(batch, &without(index)?))).collect()
}

/// `(loss, accuracy)` at each factor of the strength sweep.
pub fn strengths(twin: &Twin, batch: &Batch, joins: &[Join]) -> Vec<(f64, f64)> {
    let at = |factor: &f64| {
        let scaled: Vec<_> = joins.iter().map(|join| Join { shortcut: factor * join.shortcut, ..*join }).collect();
        twin.evaluate(batch, &scaled)
    };
    SWEEP_STRENGTHS.iter().map(at).collect()
}

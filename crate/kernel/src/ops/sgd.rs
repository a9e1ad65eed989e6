//! One update of stochastic gradient descent as `torch.optim.SGD` defines it, without needless passes.

use crate::cpu::elementwise::zip;
use crate::cpu::slices::has_fast_path;
use candle_core::{Result, Tensor};

/// g ← g + decay·w; v ← momentum·v + g (v = g if there is none yet); w ← w − lr·v. Returns the new (w, v); all tensors are
/// of one shape.
///
/// # Errors
/// If the shapes differ, or Candle cannot allocate.
pub fn sgd(
    weight: &Tensor,
    gradient: &Tensor,
    velocity: Option<&Tensor>,
    lr: f64,
    momentum: f64,
    decay: f64,
) -> Result<(Tensor, Tensor)> {
    let decayed = if decay == 0.0 { gradient.clone() } else { scaled_sum(weight, gradient, decay)? };
    let velocity = match velocity {
        Some(velocity) => scaled_sum(velocity, &decayed, momentum)?,
        None => decayed,
    };
    let updated = if has_fast_path(weight) {
        let lr = lr as f32;
        zip(weight, &velocity, |w, v| w - v * lr)?
    } else {
        (weight - (&velocity * lr)?)?
    };
    Ok((updated, velocity))
}

/// factor·a + b.
fn scaled_sum(a: &Tensor, b: &Tensor, factor: f64) -> Result<Tensor> {
    if !has_fast_path(a) {
        return (a * factor)? + b;
    }
    let factor = factor as f32;
    zip(a, b, |a, b| a * factor + b)
}

//! One update of stochastic gradient descent as `torch.optim.SGD` defines it, without needless passes.

use crate::cpu::parallel;
use crate::cpu::slices::{is_ours, with_f32s};
use candle_core::{Result, Tensor};

/// g ← g + decay·w; v ← momentum·v + g (v = g if there is none yet); w ← w − lr·v. Returns the new w and v, all of one shape.
///
/// # Errors
/// Candle's.
pub fn sgd(
    weight: &Tensor,
    gradient: &Tensor,
    velocity: Option<&Tensor>,
    lr: f64,
    momentum: f64,
    decay: f64,
) -> Result<(Tensor, Tensor)> {
    let decayed = if decay == 0.0 { gradient.clone() } else { sum(weight, gradient, decay)? };
    let velocity = match velocity {
        Some(velocity) => sum(velocity, &decayed, momentum)?,
        None => decayed,
    };
    let updated = if is_ours(weight) {
        let lr = lr as f32;
        let numbers = with_f32s(weight, &velocity, |w, v| parallel::zip(w, v, |w, v| w - v * lr))?;
        Tensor::from_vec(numbers, weight.shape(), weight.device())?
    } else {
        (weight - (&velocity * lr)?)?
    };
    Ok((updated, velocity))
}

/// factor·a + b.
fn sum(a: &Tensor, b: &Tensor, factor: f64) -> Result<Tensor> {
    if !is_ours(a) {
        return (a * factor)? + b;
    }
    let factor = factor as f32;
    let numbers = with_f32s(a, b, |a, b| parallel::zip(a, b, |a, b| a * factor + b))?;
    Tensor::from_vec(numbers, a.shape(), a.device())
}

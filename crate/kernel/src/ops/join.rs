//! ReLU, and the join of branch and shortcut: element-wise, one pass each.

use crate::cpu::parallel;
use crate::cpu::slices::{is_ours, with_f32, with_f32s};
use candle_core::{Result, Tensor};

/// max(x, 0), any shape; a NaN stays one.
///
/// # Errors
/// Candle's.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    if !is_ours(x) {
        // Candle's own ReLU would make a NaN 0.
        return x.lt(0.0)?.where_cond(&x.zeros_like()?, x);
    }
    let out = with_f32(x, |x| parallel::map(x, |v| if v < 0.0 { 0.0 } else { v }))?;
    Tensor::from_vec(out, x.shape(), x.device())
}

/// 0 where the ReLU's output y is 0, g elsewhere; so a NaN lets g through, as PyTorch has it.
///
/// # Errors
/// Candle's.
pub fn relu_backward(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    if !is_ours(g) {
        return y.le(0.0)?.where_cond(&g.zeros_like()?, g);
    }
    let out = with_f32s(y, g, |y, g| parallel::zip(y, g, |y, g| if y <= 0.0 { 0.0 } else { g }))?;
    Tensor::from_vec(out, g.shape(), g.device())
}

/// f + a·s, element by element; both of one shape.
///
/// # Errors
/// Candle's.
pub fn add_scaled(f: &Tensor, s: &Tensor, a: f64) -> Result<Tensor> {
    if !is_ours(f) {
        return f + (s * a)?;
    }
    let a = a as f32;
    let out = with_f32s(f, s, |f, s| parallel::zip(f, s, |f, s| f + a * s))?;
    Tensor::from_vec(out, f.shape(), f.device())
}

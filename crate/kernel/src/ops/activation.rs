//! Activations, element by element, each with its gradient; tanh and sigmoid by `libm`, so that wasm and native agree to
//! the last bit.

use crate::cpu::elementwise::{map, zip};
use crate::cpu::slices::has_fast_path;
use candle_core::{Result, Tensor};

/// max(x, 0), any shape; a NaN stays one.
///
/// # Errors
/// If Candle cannot allocate.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    if !has_fast_path(x) {
        // Candle's own ReLU would make a NaN 0.
        let zeros = x.zeros_like()?;
        return x.lt(&zeros)?.where_cond(&zeros, x);
    }
    map(x, |x| if x < 0.0 { 0.0 } else { x })
}

/// The gradient of x from the output y of [`relu`] and that of y, g, all of one shape: 0 where y is 0, g elsewhere; so a
/// NaN lets g through, as in PyTorch.
///
/// # Errors
/// If y and g have not one shape, or Candle cannot allocate.
pub fn relu_backward(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    if !has_fast_path(g) {
        let zeros = g.zeros_like()?;
        return y.le(&zeros)?.where_cond(&zeros, g);
    }
    zip(y, g, |y, g| if y <= 0.0 { 0.0 } else { g })
}

/// tanh x, any shape.
///
/// # Errors
/// If Candle cannot allocate.
pub fn tanh(x: &Tensor) -> Result<Tensor> {
    if has_fast_path(x) { map(x, libm::tanhf) } else { x.tanh() }
}

/// g·(1 − y²), the gradient of x from the output y of [`tanh`] and that of y, g, all of one shape.
///
/// # Errors
/// If y and g have not one shape, or Candle cannot allocate.
pub fn tanh_backward(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    if !has_fast_path(g) {
        return g - (g * y.sqr()?)?;
    }
    zip(y, g, |y, g| g * (1.0 - y * y))
}

/// 1/(1 + e⁻ˣ), any shape. Only e to a power of at most 0 is taken, which never overflows.
///
/// # Errors
/// If Candle cannot allocate.
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    if !has_fast_path(x) {
        let power = x.abs()?.neg()?.exp()?;
        let numerator = x.ge(0.0)?.where_cond(&power.ones_like()?, &power)?;
        return numerator / (power + 1.0)?;
    }
    map(x, |x| {
        let power = libm::expf(-x.abs());
        (if x >= 0.0 { 1.0 } else { power }) / (1.0 + power)
    })
}

/// g·y(1 − y), the gradient of x from the output y of [`sigmoid`] and that of y, g, all of one shape.
///
/// # Errors
/// If y and g have not one shape, or Candle cannot allocate.
pub fn sigmoid_backward(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    if !has_fast_path(g) {
        return g * (y * y.affine(-1.0, 1.0)?)?;
    }
    zip(y, g, |y, g| g * (y * (1.0 - y)))
}

//! Hyperbolic tangent and logistic sigmoid, each with its gradient; by `libm`, so that wasm and native
//! agree to the last bit.

use crate::cpu::slices::{is_ours, with_f32, with_f32s};
use candle_core::{Result, Tensor};

/// tanh x, element by element, any shape.
///
/// # Errors
/// Candle's.
pub fn tanh(x: &Tensor) -> Result<Tensor> {
    if is_ours(x) { map(x, libm::tanhf) } else { x.tanh() }
}

/// g·(1 − y²), the gradient of x, from the output y of [`tanh`].
///
/// # Errors
/// Candle's.
pub fn tanh_backward(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    if !is_ours(g) {
        return g - (g * y.sqr()?)?;
    }
    zip(y, g, |y, g| g * (1.0 - y * y))
}

/// 1/(1 + e⁻ˣ), element by element, any shape. Only e to a power of at most 0 is taken, which never overflows.
///
/// # Errors
/// Candle's.
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    if !is_ours(x) {
        let power = x.abs()?.neg()?.exp()?;
        let numerator = x.ge(0.0)?.where_cond(&power.ones_like()?, &power)?;
        return numerator / (power + 1.0)?;
    }
    map(x, |x| {
        let power = libm::expf(-x.abs());
        (if x >= 0.0 { 1.0 } else { power }) / (1.0 + power)
    })
}

/// g·y(1 − y), the gradient of x, from the output y of [`sigmoid`].
///
/// # Errors
/// Candle's.
pub fn sigmoid_backward(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    if !is_ours(g) {
        return g * (y * y.affine(-1.0, 1.0)?)?;
    }
    zip(y, g, |y, g| g * (y * (1.0 - y)))
}

fn map(x: &Tensor, f: impl Fn(f32) -> f32) -> Result<Tensor> {
    let out = with_f32(x, |x| x.iter().map(|v| f(*v)).collect::<Vec<_>>())?;
    Tensor::from_vec(out, x.shape(), x.device())
}

fn zip(y: &Tensor, g: &Tensor, f: impl Fn(f32, f32) -> f32) -> Result<Tensor> {
    let out = with_f32s(y, g, |y, g| y.iter().zip(g).map(|(y, g)| f(*y, *g)).collect::<Vec<_>>())?;
    Tensor::from_vec(out, g.shape(), g.device())
}

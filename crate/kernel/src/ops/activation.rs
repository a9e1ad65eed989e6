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
        return zero_where(x, x, |x, zeros| x.lt(zeros));
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
        return zero_where(y, g, |y, zeros| y.le(zeros));
    }
    zip(y, g, |y, g| if y <= 0.0 { 0.0 } else { g })
}

/// 0 where `is_so` says of `of` and 0 that it is so, else x, by stock Candle. In one dimension: a graphics card looks at every
/// dimension for every element.
fn zero_where(of: &Tensor, x: &Tensor, is_so: impl Fn(&Tensor, &Tensor) -> Result<Tensor>) -> Result<Tensor> {
    if of.dims() != x.dims() {
        candle_core::bail!("shapes {:?} and {:?}, expected equal ones", of.dims(), x.dims());
    }
    let (of, line) = (of.flatten_all()?, x.flatten_all()?);
    let zeros = line.zeros_like()?;
    is_so(&of, &zeros)?.where_cond(&zeros, &line)?.reshape(x.dims())
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

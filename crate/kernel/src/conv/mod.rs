//! 2-D convolution (cross-correlation, as `torch.nn.functional.conv2d`) with its two gradients.
//!
//! Start here: each of the three functions asks [`ConvShape::algorithm`] (`algorithm.rs`) which way is the fastest.
//! - `direct`: 3×3 with stride 1, in loops over tiles of registers (`tile.rs`); read it first
//! - `strided`: 3×3 with stride 2, in those loops
//! - `winograd`: 3×3 with stride 1, by Winograd's algorithm
//! - `im2col`: any shape, by matrix products over unfolded images (`unfold.rs`)
//! - `stock`: Candle's own, for f64
//! - `portable`: for other devices
//! - `definition`: what the tests compare with

mod algorithm;
#[cfg(test)]
mod definition;
mod direct;
mod im2col;
mod parity;
mod portable;
mod shape;
mod stock;
mod strided;
mod tile;
mod unfold;
mod winograd;

pub use algorithm::{Algorithm, Direction};
pub use shape::ConvShape;

use crate::cpu::slices::{has_fast_path, is_elsewhere, with_f32s};
use candle_core::{Result, Tensor};

/// x `[N, C, H, W]` * w `[O, C, k, k]` → `[N, O, OH, OW]`, stride and zero padding equal both ways.
///
/// ```
/// # use candle_core::{DType, Device, Tensor};
/// use kernel::{ConvShape, conv2d, conv2d_grad_input, conv2d_grad_weight};
/// let x = Tensor::ones((8, 3, 32, 32), DType::F32, &Device::Cpu)?;
/// let w = Tensor::ones((16, 3, 3, 3), DType::F32, &Device::Cpu)?;
/// let y = conv2d(&x, &w, 2, 1)?;
/// assert_eq!(y.dims(), [8, 16, 16, 16]);
///
/// // Backwards, from ∂E/∂y:
/// let shape = ConvShape::of(&x, &w, 2, 1)?;
/// let g = y.ones_like()?;
/// assert_eq!(conv2d_grad_input(&shape, &w, &g)?.dims(), x.dims());
/// assert_eq!(conv2d_grad_weight(&shape, &x, &g)?.dims(), w.dims());
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If the shapes do not fit ([`ConvShape::of`]), or Candle cannot allocate.
pub fn conv2d(x: &Tensor, w: &Tensor, stride: usize, padding: usize) -> Result<Tensor> {
    let shape = ConvShape::of(x, w, stride, padding)?;
    if is_elsewhere(x) {
        return portable::values(&shape, x, w);
    }
    if !has_fast_path(x) {
        return x.conv2d(w, padding, stride, 1, 1);
    }
    let batch = shape.batch_of_input(x)?;
    let algorithm = shape.algorithm(batch, Direction::Values);
    let y = with_f32s(x, w, |x, w| algorithm.values(&shape, x, w))?;
    Tensor::from_vec(y, (batch, shape.out_channels, shape.out_height(), shape.out_width()), x.device())
}

/// The gradient of [`conv2d`]'s x, `[N, C, H, W]`, from w `[O, C, k, k]` and the gradient of the output, g
/// `[N, O, OH, OW]`.
///
/// # Errors
/// If w or g is not of this shape, or Candle cannot allocate.
pub fn conv2d_grad_input(shape: &ConvShape, w: &Tensor, g: &Tensor) -> Result<Tensor> {
    shape.check_weight(w)?;
    let batch = shape.batch_of_output(g)?;
    if is_elsewhere(g) {
        return portable::input_gradient(shape, w, g);
    }
    if !has_fast_path(g) {
        return stock::grad_input(shape, w, g);
    }
    let algorithm = shape.algorithm(batch, Direction::InputGradient);
    let grad = with_f32s(w, g, |w, g| algorithm.input_gradient(shape, w, g))?;
    Tensor::from_vec(grad, (batch, shape.channels, shape.height, shape.width), g.device())
}

/// The gradient of [`conv2d`]'s w, `[O, C, k, k]`, from x `[N, C, H, W]` and the gradient of the output, g
/// `[N, O, OH, OW]`.
///
/// # Errors
/// If x or g is not of this shape, they differ in N, or Candle cannot allocate.
pub fn conv2d_grad_weight(shape: &ConvShape, x: &Tensor, g: &Tensor) -> Result<Tensor> {
    let batch = shape.batch_of_input(x)?;
    if shape.batch_of_output(g)? != batch {
        candle_core::bail!("conv2d: gradient {:?} does not fit input {:?}", g.dims(), x.dims());
    }
    if is_elsewhere(g) {
        return portable::weight_gradient(shape, x, g);
    }
    if !has_fast_path(g) {
        return stock::grad_weight(shape, x, g);
    }
    let algorithm = shape.algorithm(batch, Direction::WeightGradient);
    let grad = with_f32s(x, g, |x, g| algorithm.weight_gradient(shape, x, g))?;
    Tensor::from_vec(grad, (shape.out_channels, shape.channels, shape.kernel, shape.kernel), g.device())
}

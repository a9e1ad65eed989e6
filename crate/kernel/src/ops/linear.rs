//! The fully connected layer, y = W·x + b (as `torch.nn.functional.linear`), with its gradients; features are channels of
//! images of one pixel.

use super::channel_bias::{channel_bias, channel_bias_grad_bias};
use crate::cpu::fresh::filled;
use crate::cpu::matmul::{Matrix, multiply_into};
use crate::cpu::slices::{has_fast_path, with_f32s};
use candle_core::{Result, Tensor};

/// x `[N, in, 1, 1]`, w `[out, in]`, b `[out]` → `[N, out, 1, 1]`.
///
/// # Errors
/// If the shapes do not fit, or Candle cannot allocate.
pub fn linear(x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
    let (batch, inputs) = features(x)?;
    let (outputs, w_inputs) = w.dims2()?;
    if w_inputs != inputs {
        candle_core::bail!("linear: weight {:?} does not fit input {:?}", w.dims(), x.dims());
    }
    let y = product(&x.reshape((batch, inputs))?, false, w, true)?.reshape((batch, outputs, 1, 1))?;
    match b {
        Some(b) => channel_bias(&y, b),
        None => Ok(y),
    }
}

/// The gradient of [`linear`]'s x, `[N, in, 1, 1]`, from w `[out, in]` and the gradient of the output, g `[N, out, 1, 1]`.
///
/// # Errors
/// If the shapes do not fit, or Candle cannot allocate.
pub fn linear_grad_input(w: &Tensor, g: &Tensor) -> Result<Tensor> {
    let (batch, outputs) = features(g)?;
    let (rows, inputs) = w.dims2()?;
    if rows != outputs {
        candle_core::bail!("linear: weight {:?} does not fit gradient {:?}", w.dims(), g.dims());
    }
    product(&g.reshape((batch, outputs))?, false, w, false)?.reshape((batch, inputs, 1, 1))
}

/// The gradient of [`linear`]'s w, `[out, in]`, from x `[N, in, 1, 1]` and the gradient of the output, g `[N, out, 1, 1]`.
///
/// # Errors
/// If the shapes do not fit, or Candle cannot allocate.
pub fn linear_grad_weight(x: &Tensor, g: &Tensor) -> Result<Tensor> {
    let ((batch, inputs), (rows, outputs)) = (features(x)?, features(g)?);
    if rows != batch {
        candle_core::bail!("linear: gradient {:?} does not fit input {:?}", g.dims(), x.dims());
    }
    product(&g.reshape((batch, outputs))?, true, &x.reshape((batch, inputs))?, false)
}

/// The gradient of [`linear`]'s b, `[out]`, from that of the output, g `[N, out, 1, 1]`: its sum over the batch, in f64.
///
/// # Errors
/// If g is not `[N, out, 1, 1]`, or Candle cannot allocate.
pub fn linear_grad_bias(g: &Tensor) -> Result<Tensor> {
    features(g)?;
    channel_bias_grad_bias(g)
}

/// (N, features) of `[N, features, 1, 1]`.
fn features(x: &Tensor) -> Result<(usize, usize)> {
    match x.dims() {
        &[batch, features, 1, 1] => Ok((batch, features)),
        dims => candle_core::bail!("linear: shape {dims:?}, expected [N, features, 1, 1]"),
    }
}

/// a·b of two matrices whose inner sizes are equal, each transposed first if asked for.
fn product(a: &Tensor, transpose_a: bool, b: &Tensor, transpose_b: bool) -> Result<Tensor> {
    if !has_fast_path(a) {
        let turned = |matrix: &Tensor, turn: bool| if turn { matrix.t() } else { Ok(matrix.clone()) };
        return turned(a, transpose_a)?.matmul(&turned(b, transpose_b)?);
    }
    let (a_dims, b_dims) = (a.dims2()?, b.dims2()?);
    let rows = if transpose_a { a_dims.1 } else { a_dims.0 };
    let cols = if transpose_b { b_dims.0 } else { b_dims.1 };
    let out = with_f32s(a, b, |a, b| {
        filled(rows * cols, |out| multiply_into(out, matrix(a, a_dims, transpose_a), matrix(b, b_dims, transpose_b)))
    })?;
    Tensor::from_vec(out, (rows, cols), a.device())
}

fn matrix(values: &[f32], (rows, cols): (usize, usize), transpose: bool) -> Matrix<'_> {
    let matrix = Matrix::new(values, rows, cols);
    if transpose { matrix.transposed() } else { matrix }
}

//! The fully connected layer, y = W·x + b (as `torch.nn.functional.linear`), with its gradients; features are channels of
//! images of one pixel.

use crate::cpu::matmul::{Matrix, multiply};
use crate::cpu::slices::{is_ours, with_f32s};
use crate::ops::channel::{add_channel_bias, channel_sum};
use candle_core::{Result, Tensor};

/// x `[N, in, 1, 1]`, w `[out, in]`, b `[out]` → `[N, out, 1, 1]`.
///
/// # Errors
/// If the sizes do not fit, and Candle's.
pub fn linear(x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
    let (batch, inputs) = features(x)?;
    let (outputs, columns) = w.dims2()?;
    if columns != inputs {
        candle_core::bail!("linear: weight {:?} does not fit input {:?}", w.dims(), x.dims());
    }
    let y = product(&x.reshape((batch, inputs))?, false, w, true)?.reshape((batch, outputs, 1, 1))?;
    match b {
        Some(b) => add_channel_bias(&y, b),
        None => Ok(y),
    }
}

/// The gradient of the input, `[N, in, 1, 1]`, from that of the output, g `[N, out, 1, 1]`.
///
/// # Errors
/// If the sizes do not fit, and Candle's.
pub fn linear_grad_input(w: &Tensor, g: &Tensor) -> Result<Tensor> {
    let (batch, outputs) = features(g)?;
    let (rows, inputs) = w.dims2()?;
    if rows != outputs {
        candle_core::bail!("linear: weight {:?} does not fit gradient {:?}", w.dims(), g.dims());
    }
    product(&g.reshape((batch, outputs))?, false, w, false)?.reshape((batch, inputs, 1, 1))
}

/// The gradient of the weight, `[out, in]`, from the input and the gradient of the output.
///
/// # Errors
/// If the sizes do not fit, and Candle's.
pub fn linear_grad_weight(x: &Tensor, g: &Tensor) -> Result<Tensor> {
    let ((batch, inputs), (rows, outputs)) = (features(x)?, features(g)?);
    if rows != batch {
        candle_core::bail!("linear: gradient {:?} does not fit input {:?}", g.dims(), x.dims());
    }
    product(&g.reshape((batch, outputs))?, true, &x.reshape((batch, inputs))?, false)
}

/// The gradient of the bias, `[out]`, from that of the output, g `[N, out, 1, 1]`: its sum over the batch.
///
/// # Errors
/// If g is not `[N, out, 1, 1]`, and Candle's.
pub fn linear_grad_bias(g: &Tensor) -> Result<Tensor> {
    features(g)?;
    channel_sum(g)
}

/// (N, features) of `[N, features, 1, 1]`.
fn features(x: &Tensor) -> Result<(usize, usize)> {
    match x.dims() {
        &[batch, features, 1, 1] => Ok((batch, features)),
        dims => candle_core::bail!("linear: shape {dims:?}, expected [N, features, 1, 1]"),
    }
}

/// a·b of two matrices whose inner sizes are equal, each transposed first if so said.
fn product(a: &Tensor, transpose_a: bool, b: &Tensor, transpose_b: bool) -> Result<Tensor> {
    if !is_ours(a) {
        let turned = |matrix: &Tensor, turn: bool| if turn { matrix.t() } else { Ok(matrix.clone()) };
        return turned(a, transpose_a)?.matmul(&turned(b, transpose_b)?);
    }
    let (a_dims, b_dims) = (a.dims2()?, b.dims2()?);
    let rows = if transpose_a { a_dims.1 } else { a_dims.0 };
    let cols = if transpose_b { b_dims.0 } else { b_dims.1 };
    let out = with_f32s(a, b, |a, b| {
        let mut out = vec![0.0; rows * cols];
        multiply(&mut out, matrix(a, a_dims, transpose_a), matrix(b, b_dims, transpose_b), false);
        out
    })?;
    Tensor::from_vec(out, (rows, cols), a.device())
}

fn matrix(numbers: &[f32], (rows, cols): (usize, usize), transpose: bool) -> Matrix<'_> {
    let matrix = Matrix::new(numbers, rows, cols);
    if transpose { matrix.transposed() } else { matrix }
}

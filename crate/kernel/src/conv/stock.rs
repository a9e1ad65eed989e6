//! The gradients of a convolution by stock Candle's autograd, for f64 in CPU memory.

use super::ConvShape;
use candle_core::{Result, Tensor, Var};

/// The gradient of the input. A convolution is linear in its input, so any input serves as the point of linearisation.
pub(crate) fn grad_input(shape: &ConvShape, w: &Tensor, g: &Tensor) -> Result<Tensor> {
    let dims = (g.dim(0)?, shape.channels, shape.height, shape.width);
    gradient(&Var::zeros(dims, g.dtype(), g.device())?, g, |x| x.conv2d(w, shape.padding, shape.stride, 1, 1))
}

/// The gradient of the weight. A convolution is linear in its weight, too.
pub(crate) fn grad_weight(shape: &ConvShape, x: &Tensor, g: &Tensor) -> Result<Tensor> {
    let dims = (shape.out_channels, shape.channels, shape.kernel, shape.kernel);
    gradient(&Var::zeros(dims, g.dtype(), g.device())?, g, |w| x.conv2d(w, shape.padding, shape.stride, 1, 1))
}

fn gradient(variable: &Var, g: &Tensor, function: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let inner_product = (function(variable.as_tensor())? * g)?.sum_all()?;
    match inner_product.backward()?.get(variable.as_tensor()) {
        Some(gradient) => Ok(gradient.clone()),
        None => candle_core::bail!("conv2d gave no gradient for {:?}", variable.as_tensor().dims()),
    }
}

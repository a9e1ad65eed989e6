//! A branch times one learned number, as SkipInit has it (De & Smith 2020, arXiv 2002.10444).

use crate::cpu::slices::{is_ours, with_f32s};
use crate::ops::channel::dot_lanes;
use candle_core::{Result, Tensor};

/// s·x; x of any shape, s `[1]`.
///
/// # Errors
/// If s is not one number, and Candle's.
pub fn scale(x: &Tensor, s: &Tensor) -> Result<Tensor> {
    check(s)?;
    if !is_ours(x) {
        return x.broadcast_mul(s);
    }
    let out = with_f32s(x, s, |x, s| x.iter().map(|v| s[0] * v).collect::<Vec<_>>())?;
    Tensor::from_vec(out, x.shape(), x.device())
}

/// The gradients of (x, s) from that of the output: s·g, the shape of x, and Σ g·x, `[1]`, summed in f64.
///
/// # Errors
/// As [`scale`], and if g has not the shape of x.
pub fn scale_backward(x: &Tensor, s: &Tensor, g: &Tensor) -> Result<(Tensor, Tensor)> {
    check(s)?;
    if g.dims() != x.dims() {
        candle_core::bail!("scale: gradient {:?} does not fit input {:?}", g.dims(), x.dims());
    }
    if !is_ours(g) {
        return Ok((g.broadcast_mul(s)?, (g * x)?.sum_all()?.reshape(1)?));
    }
    let grad_s = with_f32s(g, x, dot_lanes)? as f32;
    Ok((scale(g, s)?, Tensor::new(&[grad_s], g.device())?))
}

fn check(s: &Tensor) -> Result<()> {
    match s.dims() {
        [1] => Ok(()),
        dims => candle_core::bail!("scale: the factor has shape {dims:?}, expected [1]"),
    }
}

//! A branch times one learned factor, as SkipInit has it (De & Smith 2020, arXiv 2002.10444).

use crate::cpu::elementwise::map;
use crate::cpu::slices::{has_fast_path, with_f32, with_f32s};
use crate::cpu::sums::dot_lanes;
use candle_core::{Result, Tensor};

/// s·x; x of any shape, s `[1]`.
///
/// # Errors
/// If s is not `[1]`, or Candle cannot allocate.
pub fn scale(x: &Tensor, s: &Tensor) -> Result<Tensor> {
    check_factor(s)?;
    if !has_fast_path(x) {
        return x.broadcast_mul(s);
    }
    let s = with_f32(s, |s| s[0])?;
    map(x, |x| s * x)
}

/// The gradients of (x, s) from that of the output: s·g, the shape of x, and Σ g·x, `[1]`, summed in f64.
///
/// # Errors
/// If s is not `[1]`, g has not the shape of x, or Candle cannot allocate.
pub fn scale_backward(x: &Tensor, s: &Tensor, g: &Tensor) -> Result<(Tensor, Tensor)> {
    check_factor(s)?;
    if g.dims() != x.dims() {
        candle_core::bail!("scale: gradient {:?} does not fit input {:?}", g.dims(), x.dims());
    }
    if !has_fast_path(g) {
        return Ok((g.broadcast_mul(s)?, (g * x)?.sum_all()?.reshape(1)?));
    }
    let grad_s = with_f32s(g, x, dot_lanes)? as f32;
    Ok((scale(g, s)?, Tensor::new(&[grad_s], g.device())?))
}

fn check_factor(s: &Tensor) -> Result<()> {
    match s.dims() {
        [1] => Ok(()),
        dims => candle_core::bail!("scale: the factor has shape {dims:?}, expected [1]"),
    }
}

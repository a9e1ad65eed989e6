//! Element by element: the one way in which layers make a tensor of another, or of two, of its shape. For f32 tensors in
//! CPU memory; in vectors, on several threads where the tensor is large.

use crate::cpu::fresh::{self, filled_in_chunks, zipped};
use crate::cpu::parallel::share;
use crate::cpu::simd::vectorised;
use crate::cpu::slices::{with_f32, with_f32s};
use candle_core::{Result, Tensor};

/// Elements that one task of a large tensor takes.
const TASK: usize = 1 << 15;

/// What `f` makes of each element of `x`, of any shape.
///
/// # Errors
/// If `x` is not f32 in CPU memory.
pub(crate) fn map(x: &Tensor, f: impl Fn(f32) -> f32 + Send + Sync) -> Result<Tensor> {
    let values = with_f32(x, |x| zip_values(x, x, |x, _| f(x)))?;
    Tensor::from_vec(values, x.shape(), x.device())
}

/// What `f` makes of each pair of elements of `a` and `b`.
///
/// # Errors
/// If the two have not one shape, or are not f32 in CPU memory.
pub(crate) fn zip(a: &Tensor, b: &Tensor, f: impl Fn(f32, f32) -> f32 + Send + Sync) -> Result<Tensor> {
    check_shapes(a, b)?;
    let values = with_f32s(a, b, |a, b| zip_values(a, b, f))?;
    Tensor::from_vec(values, a.shape(), a.device())
}

/// What `f` makes of each element of `x` `[N, C, H, W]`, with what `of_channel` makes of its channel's index.
///
/// # Errors
/// If `x` has not four dimensions, or is not f32 in CPU memory.
pub(crate) fn map_channels<P>(
    x: &Tensor,
    of_channel: impl Fn(usize) -> P + Send + Sync,
    f: impl Fn(&P, f32) -> f32 + Send + Sync,
) -> Result<Tensor> {
    let (_, channels, height, width) = x.dims4()?;
    let f = |parameters: &P, x: f32, _: f32| f(parameters, x);
    let values = with_f32(x, |x| zip_planes(x, x, channels, height * width, of_channel, f))?;
    Tensor::from_vec(values, x.shape(), x.device())
}

/// What `f` makes of each pair of elements of `a` and `b` `[N, C, H, W]`, with what `of_channel` makes of their channel's
/// index.
///
/// # Errors
/// If the two have not one shape of four dimensions, or are not f32 in CPU memory.
pub(crate) fn zip_channels<P>(
    a: &Tensor,
    b: &Tensor,
    of_channel: impl Fn(usize) -> P + Send + Sync,
    f: impl Fn(&P, f32, f32) -> f32 + Send + Sync,
) -> Result<Tensor> {
    check_shapes(a, b)?;
    let (_, channels, height, width) = a.dims4()?;
    let values = with_f32s(a, b, |a, b| zip_planes(a, b, channels, height * width, of_channel, f))?;
    Tensor::from_vec(values, a.shape(), a.device())
}

fn zip_values(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32 + Send + Sync) -> Vec<f32> {
    let share = share(a.len(), TASK);
    let inputs = a.chunks(share).zip(b.chunks(share));
    filled_in_chunks(a.len(), share, inputs, |out, (a, b)| {
        vectorised(
            #[inline(always)]
            || zipped(out, a, b, &f),
        )
    })
}

fn zip_planes<P>(
    a: &[f32],
    b: &[f32],
    channels: usize,
    plane: usize,
    of_channel: impl Fn(usize) -> P + Send + Sync,
    f: impl Fn(&P, f32, f32) -> f32 + Send + Sync,
) -> Vec<f32> {
    let plane = plane.max(1);
    // Whole images at a time: a plane alone may be small.
    let share = share(a.len(), channels * plane);
    let inputs = a.chunks(share).zip(b.chunks(share));
    filled_in_chunks(a.len(), share, inputs, |out, (a, b)| {
        vectorised(
            #[inline(always)]
            || {
                let planes = a.chunks_exact(plane).zip(b.chunks_exact(plane)).enumerate();
                fresh::chunks(
                    out,
                    plane,
                    planes,
                    #[inline(always)]
                    |out, (index, (a, b))| {
                        let parameters = of_channel(index % channels);
                        zipped(out, a, b, |a, b| f(&parameters, a, b))
                    },
                )
            },
        )
    })
}

fn check_shapes(a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dims() != b.dims() {
        candle_core::bail!("shapes {:?} and {:?}, expected equal ones", a.dims(), b.dims());
    }
    Ok(())
}

//! One number a channel: a bias added to an image's channels, the sums that are its gradient, and the loops over planes
//! that batch normalisation shares.

use crate::cpu::parallel::{map_planes, sum_planes};
use crate::cpu::slices::{is_ours, with_f32, with_f32s};
use candle_core::{D, Result, Tensor};

/// x + b, a channel at a time, as the bias of a convolution; x `[N, C, H, W]`, b `[C]`.
///
/// # Errors
/// If b is not `[C]`, and Candle's.
pub fn add_channel_bias(x: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (_, channels, height, width) = x.dims4()?;
    if b.dims() != [channels] {
        candle_core::bail!("add_channel_bias: bias {:?} does not fit input {:?}", b.dims(), x.dims());
    }
    if !is_ours(x) {
        return x.broadcast_add(&per_channel(b)?);
    }
    let out = with_f32s(x, b, |x, b| {
        map_planes(x, x, channels, height * width, |channel| b[channel], |bias, v, _| v + bias)
    })?;
    Tensor::from_vec(out, x.shape(), x.device())
}

/// Σ g over all but the channels, summed in f64: `[N, C, H, W]` → `[C]`, the gradient of [`add_channel_bias`]'s b.
///
/// # Errors
/// Candle's.
pub fn channel_sum(g: &Tensor) -> Result<Tensor> {
    let (_, channels, height, width) = g.dims4()?;
    if !is_ours(g) {
        return sum_channels(g);
    }
    let sums = with_f32(g, |g| {
        let sums = sum_planes(g, g, channels, height * width, |_, plane, _| [sum_lanes(plane, |v| v)]);
        sums.iter().map(|[sum]| *sum as f32).collect::<Vec<f32>>()
    })?;
    Tensor::new(sums, g.device())
}

/// `[C]` as `[1, C, 1, 1]`.
pub(crate) fn per_channel(values: &Tensor) -> Result<Tensor> {
    values.reshape((1, (), 1, 1))
}

/// Sums over all but the channels: `[N, C, H, W]` → `[C]`.
pub(crate) fn sum_channels(x: &Tensor) -> Result<Tensor> {
    x.flatten_from(2)?.sum(D::Minus1)?.sum(0)
}

/// Σ f(v) over a plane, in eight f64 lanes of fixed order so that the vector unit can be used.
#[inline(always)]
pub(crate) fn sum_lanes(plane: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    let mut lanes = [0.0f64; 8];
    let chunks = plane.chunks_exact(8);
    let tail: f64 = chunks.remainder().iter().map(|v| f64::from(f(*v))).sum();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, v)| *lane += f64::from(f(*v)));
    }
    lanes.iter().sum::<f64>() + tail
}

/// Σ aᵢbᵢ over a plane, products in f32, sums in eight f64 lanes.
#[inline(always)]
pub(crate) fn dot_lanes(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0f64; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| f64::from(a * b)).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += f64::from(a * b));
    }
    lanes.iter().sum::<f64>() + tail
}

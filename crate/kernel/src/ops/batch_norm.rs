//! Batch normalisation over N, H and W with batch statistics (Ioffe & Szegedy 2015, arXiv 1502.03167), its gradient, and
//! the affine map that it is in evaluation.

use crate::cpu::parallel::{map_planes, sum_planes};
use crate::cpu::slices::{is_ours, with_f32, with_f32s};
use crate::ops::channel::{dot_lanes, per_channel, sum_channels, sum_lanes};
use candle_core::{Result, Tensor};

/// What the backward pass needs.
#[derive(Clone)]
pub struct BatchNormTape {
    /// (x − mean)/√(variance + eps), the shape of x.
    pub normalised: Tensor,
    /// 1/√(variance + eps), `[C]`.
    pub inverse_std: Tensor,
    /// Batch mean, `[C]`.
    pub mean: Tensor,
    /// Batch variance (biased: divided by the count), `[C]`.
    pub variance: Tensor,
}

/// y = weight·(x − mean)/√(variance + eps) + bias, a channel at a time; x `[N, C, H, W]`, weight and bias `[C]`.
///
/// # Errors
/// Candle's.
pub fn batch_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> Result<(Tensor, BatchNormTape)> {
    let (mean, variance) = statistics(x)?;
    let inverse_std = (&variance + eps)?.sqrt()?.recip()?;
    let shift = (&mean * &inverse_std)?.neg()?;
    let normalised = affine(x, &inverse_std, &shift)?;
    let y = affine(&normalised, weight, bias)?;
    Ok((y, BatchNormTape { normalised, inverse_std, mean, variance }))
}

/// The same with given statistics, as in evaluation; no tape.
///
/// # Errors
/// Candle's.
pub fn batch_norm_eval(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    mean: &Tensor,
    variance: &Tensor,
    eps: f64,
) -> Result<Tensor> {
    let scale = (weight * (variance + eps)?.sqrt()?.recip()?)?;
    let shift = (bias - (mean * &scale)?)?;
    affine(x, &scale, &shift)
}

/// The gradients of (x, weight, bias) from that of y, the statistics being functions of x.
///
/// # Errors
/// Candle's.
pub fn batch_norm_backward(tape: &BatchNormTape, weight: &Tensor, g: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    let (grad_weight, grad_bias) = channel_sums(g, &tape.normalised)?;
    let count = (g.elem_count() / g.dim(1)?) as f64;
    // grad_x = scale·(g − mean(g) − normalised·mean(g·normalised)), scale = weight/std.
    let scale = (weight * &tape.inverse_std)?;
    let on_normalised = ((&scale * &grad_weight)? / -count)?;
    let constant = ((&scale * &grad_bias)? / -count)?;
    let grad = combine(g, &scale, &tape.normalised, &on_normalised, &constant)?;
    Ok((grad, grad_weight, grad_bias))
}

/// Mean and biased variance of each channel. Two passes, summed in f64: no cancellation.
fn statistics(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let (batch, channels, height, width) = x.dims4()?;
    let count = (batch * height * width) as f64;
    if !is_ours(x) {
        let mean = (sum_channels(x)? / count)?;
        let variance = (sum_channels(&x.broadcast_sub(&per_channel(&mean)?)?.sqr()?)? / count)?;
        return Ok((mean, variance));
    }
    let narrow = |sums: Vec<[f64; 1]>| sums.iter().map(|[sum]| (sum / count) as f32).collect::<Vec<f32>>();
    let (mean, variance) = with_f32(x, |x| {
        let mean = narrow(sum_planes(x, x, channels, height * width, |_, plane, _| [sum_lanes(plane, |v| v)]));
        let variance = narrow(sum_planes(x, x, channels, height * width, |channel, plane, _| {
            let mean = mean[channel];
            [sum_lanes(plane, |v| (v - mean) * (v - mean))]
        }));
        (mean, variance)
    })?;
    Ok((Tensor::new(mean, x.device())?, Tensor::new(variance, x.device())?))
}

/// scale·x + shift, a channel at a time.
fn affine(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<Tensor> {
    if !is_ours(x) {
        return x.broadcast_mul(&per_channel(scale)?)?.broadcast_add(&per_channel(shift)?);
    }
    let (_, channels, height, width) = x.dims4()?;
    let out = with_f32(x, |x| {
        with_f32s(scale, shift, |scale, shift| {
            let of_channel = |channel: usize| (scale[channel], shift[channel]);
            map_planes(x, x, channels, height * width, of_channel, |(scale, shift), v, _| v * scale + shift)
        })
    })??;
    Tensor::from_vec(out, x.shape(), x.device())
}

/// (Σ g·n, Σ g) of each channel.
fn channel_sums(g: &Tensor, normalised: &Tensor) -> Result<(Tensor, Tensor)> {
    if !is_ours(g) {
        return Ok((sum_channels(&(g * normalised)?)?, sum_channels(g)?));
    }
    let (_, channels, height, width) = g.dims4()?;
    let (weighted, plain) = with_f32s(g, normalised, |g, n| {
        let sums = sum_planes(g, n, channels, height * width, |_, g, n| [dot_lanes(g, n), sum_lanes(g, |v| v)]);
        let narrow = |place: usize| sums.iter().map(|sums| sums[place] as f32).collect::<Vec<f32>>();
        (narrow(0), narrow(1))
    })?;
    Ok((Tensor::new(weighted, g.device())?, Tensor::new(plain, g.device())?))
}

/// p·g + q·n + r, a channel at a time.
fn combine(g: &Tensor, p: &Tensor, n: &Tensor, q: &Tensor, r: &Tensor) -> Result<Tensor> {
    if !is_ours(g) {
        let scaled = (g.broadcast_mul(&per_channel(p)?)? + n.broadcast_mul(&per_channel(q)?)?)?;
        return scaled.broadcast_add(&per_channel(r)?);
    }
    let (_, channels, height, width) = g.dims4()?;
    let (p, q, r) = (p.to_vec1::<f32>()?, q.to_vec1::<f32>()?, r.to_vec1::<f32>()?);
    let out = with_f32s(g, n, |g, n| {
        let of_channel = |channel: usize| (p[channel], q[channel], r[channel]);
        map_planes(g, n, channels, height * width, of_channel, |(p, q, r), g, n| p * g + (q * n + r))
    })?;
    Tensor::from_vec(out, g.shape(), g.device())
}

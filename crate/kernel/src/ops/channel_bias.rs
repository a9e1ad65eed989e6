//! A value for each channel, added to all of its pixels, as the bias of a convolution; and what this and batch
//! normalisation share where stock Candle serves.

use crate::cpu::elementwise::map_channels;
use crate::cpu::slices::{has_fast_path, with_f32};
use crate::cpu::sums::{sum_lanes, sum_planes};
use candle_core::{D, Result, Tensor};

/// x + b, a channel at a time; x `[N, C, H, W]`, b `[C]` → `[N, C, H, W]`.
///
/// # Errors
/// If b is not `[C]`, or Candle cannot allocate.
pub fn channel_bias(x: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (_, channels, _, _) = x.dims4()?;
    if b.dims() != [channels] {
        candle_core::bail!("channel_bias: bias {:?} does not fit input {:?}", b.dims(), x.dims());
    }
    if !has_fast_path(x) {
        return with_channels(x, b, Tensor::broadcast_add);
    }
    with_f32(b, |b| map_channels(x, |channel| b[channel], |bias, x| x + bias))?
}

/// The gradient of [`channel_bias`]'s b, `[C]`, from that of the output, g `[N, C, H, W]`: its sum over all but the
/// channels, in f64.
///
/// # Errors
/// If g has not four dimensions, or Candle cannot allocate.
pub fn channel_bias_grad_bias(g: &Tensor) -> Result<Tensor> {
    let (_, channels, height, width) = g.dims4()?;
    if !has_fast_path(g) {
        return sum_channels(g);
    }
    let sums = with_f32(g, |g| {
        let sums = sum_planes(g, g, channels, height * width, |_, plane, _| [sum_lanes(plane, |v| v)]);
        sums.iter().map(|[sum]| *sum as f32).collect::<Vec<f32>>()
    })?;
    Tensor::new(sums, g.device())
}

/// What `op` makes of x `[N, C, H, W]` and a value for each channel, `[C]`, by stock Candle. In two dimensions, planes and
/// pixels: a graphics card divides once a dimension to find an element's value.
pub(super) fn with_channels(
    x: &Tensor,
    values: &Tensor,
    op: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let planes = batch * channels;
    let values = values.broadcast_as((batch, channels))?.contiguous()?.reshape((planes, 1))?;
    op(&x.reshape((planes, height * width))?, &values)?.reshape(x.dims())
}

/// Sums over all but the channels by stock Candle: `[N, C, H, W]` → `[C]`.
pub(super) fn sum_channels(x: &Tensor) -> Result<Tensor> {
    x.flatten_from(2)?.sum(D::Minus1)?.sum(0)
}

//! The parameter-free shortcut of He et al. 2015, option A: every second row and column, and channels of zeros beside the
//! input's.

use candle_core::{Result, Tensor};

/// x `[N, C, H, W]` → `[N, out_channels, ⌈H/2⌉, ⌈W/2⌉]`, `before` channels of zeros before x's own and the others after.
///
/// # Errors
/// If x has not four dimensions or more than `out_channels - before` channels, or Candle cannot allocate.
pub fn option_a(x: &Tensor, out_channels: usize, before: usize) -> Result<Tensor> {
    let (_, channels, height, width) = x.dims4()?;
    let Some(after) = out_channels.checked_sub(channels).and_then(|missing| missing.checked_sub(before)) else {
        candle_core::bail!("option_a: input {:?} does not fit into {out_channels} channels from {before} on", x.dims());
    };
    let even = |size: usize| Tensor::arange_step(0, size as u32, 2, x.device());
    let picked = x.index_select(&even(height)?, 2)?.index_select(&even(width)?, 3)?;
    picked.pad_with_zeros(1, before, after)
}

/// The gradient of x, of shape `x_dims` (N, C, H, W), from that of the output, g `[N, out_channels, ⌈H/2⌉, ⌈W/2⌉]`, in
/// which x's channels begin at `before`: each element back to its pixel, zeros between.
///
/// # Errors
/// If g is not of that shape, or Candle cannot allocate.
pub fn option_a_backward(x_dims: (usize, usize, usize, usize), g: &Tensor, before: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x_dims;
    let (g_batch, g_channels, g_height, g_width) = g.dims4()?;
    let fits = (g_batch, g_height, g_width) == (batch, height.div_ceil(2), width.div_ceil(2));
    if !fits || g_channels.checked_sub(channels).is_none_or(|missing| missing < before) {
        candle_core::bail!("option_a: gradient {:?} does not fit input {x_dims:?}", g.dims());
    }
    let g = g.narrow(1, before, channels)?.contiguous()?;
    spread(&spread(&g, 2, height)?, 3, width)
}

/// Puts a zero slice after each slice along `dim`, cut to `size`.
fn spread(g: &Tensor, dim: usize, size: usize) -> Result<Tensor> {
    let mut doubled = g.dims().to_vec();
    doubled[dim] *= 2;
    Tensor::stack(&[g, &g.zeros_like()?], dim + 1)?.reshape(doubled)?.narrow(dim, 0, size)?.contiguous()
}

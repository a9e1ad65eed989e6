//! The parameter-free shortcut of He et al. 2015, option A: every second row and column, zero channels appended.

use candle_core::{Result, Tensor};

/// x `[N, C, H, W]` → `[N, out_channels, ⌈H/2⌉, ⌈W/2⌉]`.
///
/// # Errors
/// Candle's.
pub fn option_a(x: &Tensor, out_channels: usize) -> Result<Tensor> {
    let (_, channels, height, width) = x.dims4()?;
    let even = |size: usize| Tensor::arange_step(0, size as u32, 2, x.device());
    let picked = x.index_select(&even(height)?, 2)?.index_select(&even(width)?, 3)?;
    picked.pad_with_zeros(1, 0, out_channels - channels)
}

/// The gradient of x `[N, C, H, W]` from that of the output: each number back to its pixel, zeros between.
///
/// # Errors
/// Candle's.
pub fn option_a_backward(g: &Tensor, x_dims: (usize, usize, usize, usize)) -> Result<Tensor> {
    let (_, channels, height, width) = x_dims;
    let g = g.narrow(1, 0, channels)?.contiguous()?;
    spread(&spread(&g, 2, height)?, 3, width)
}

/// Puts a zero slice after each slice along `dim`, cut to `size`.
fn spread(g: &Tensor, dim: usize, size: usize) -> Result<Tensor> {
    let mut doubled = g.dims().to_vec();
    doubled[dim] *= 2;
    Tensor::stack(&[g, &g.zeros_like()?], dim + 1)?.reshape(doubled)?.narrow(dim, 0, size)?.contiguous()
}

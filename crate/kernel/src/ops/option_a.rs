//! The parameter-free shortcut of He et al. 2015, option A: every second row and column, and channels of zeros beside the
//! input's.

use crate::cpu::fresh::{chunks, cleared, every_second, filled_in_chunks, interleaved};
use crate::cpu::slices::{has_fast_path, with_f32};
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
    if has_fast_path(x) && x.elem_count() > 0 {
        return pick(x, out_channels, before);
    }
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
    if has_fast_path(g) && g.elem_count() > 0 && channels > 0 {
        return put_back(x_dims, g, before);
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

/// [`option_a`] by one loop, image by image.
fn pick(x: &Tensor, out_channels: usize, before: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let (rows, columns) = (height.div_ceil(2), width.div_ceil(2));
    let own = before..before + channels;
    let image = out_channels * rows * columns;
    let values = with_f32(x, |x| {
        filled_in_chunks(batch * image, image, x.chunks_exact(channels * height * width), |out, x| {
            chunks(out, rows * columns, 0..out_channels, |plane, channel| {
                if !own.contains(&channel) {
                    return cleared(plane);
                }
                let x = &x[(channel - before) * height * width..][..height * width];
                chunks(plane, columns, x.chunks_exact(width).step_by(2), every_second)
            })
        })
    })?;
    Tensor::from_vec(values, (batch, out_channels, rows, columns), x.device())
}

/// [`option_a_backward`] by one loop, image by image.
fn put_back(x_dims: (usize, usize, usize, usize), g: &Tensor, before: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x_dims;
    let (_, g_channels, rows, columns) = g.dims4()?;
    let zeros = vec![0.0; columns];
    let image = channels * height * width;
    let values = with_f32(g, |g| {
        filled_in_chunks(batch * image, image, g.chunks_exact(g_channels * rows * columns), |out, g| {
            let planes = g.chunks_exact(rows * columns).skip(before).take(channels);
            chunks(out, height * width, planes, |plane, g| {
                chunks(plane, width, 0..height, |row, y| match y % 2 {
                    0 => interleaved(row, &g[y / 2 * columns..][..columns], &zeros),
                    _ => cleared(row),
                })
            })
        })
    })?;
    Tensor::from_vec(values, x_dims, g.device())
}

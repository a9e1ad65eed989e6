//! 3×3 convolution with stride 2 and padding 1 without im2col: a channel's padded image is four planes, of its rows and
//! columns with even and with odd numbers. In these each tap reads at a fixed offset from the output's position, as with
//! stride 1; and the gradient of each plane is a convolution of its own, with the taps that read that plane.

use crate::conv::direct::{Grid, pack, pack_by};
use crate::conv::parity::{merge, split};
use crate::conv::tile::{Convolve, Correlate, TILE};
use crate::cpu::fresh::{Place, cleared, filled};
use crate::cpu::parallel::{for_each, for_each_with};
use crate::cpu::simd::dispatch;

/// Taps of the kernel.
const TAPS: usize = 9;
/// Planes of a channel: even rows and columns, even rows and odd columns, and so on.
const PHASES: usize = 4;

/// How a group of images is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Phases {
    /// The layout of the output, which is also that of each plane of the input.
    grid: Grid,
    height: usize,
    width: usize,
}

impl Phases {
    /// The layout for a batch of images of this size.
    pub(crate) fn new(height: usize, width: usize, batch: usize) -> Self {
        Self { grid: Grid::new(height.div_ceil(2), width.div_ceil(2), batch), height, width }
    }

    fn evened(self, batch: usize) -> Self {
        Self { grid: self.grid.evened(batch), ..self }
    }

    /// Numbers in a group of input images with so many channels.
    fn group(self, channels: usize) -> usize {
        self.grid.group(channels) / (self.height.div_ceil(2) * self.width.div_ceil(2)) * self.height * self.width
    }

    /// Where the taps read in a channel's four planes, relative to the output's position.
    fn offsets(self) -> [usize; TAPS] {
        std::array::from_fn(|tap| {
            let (y, x) = (tap / 3, tap % 3);
            (y % 2 * 2 + x % 2) * self.grid.plane() + y / 2 * self.grid.pitch() + x / 2
        })
    }

    /// Of each row of images `[N, C, H, W]`: its channel, and where the row's even padded columns begin within a channel's
    /// planes; the odd ones are a plane further on.
    fn rows(self, channels: usize, images: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..images * channels * self.height).map(move |row| {
            let (padded, channel, image) =
                (row % self.height + 1, row / self.height % channels, row / self.height / channels);
            let line = image * (self.height.div_ceil(2) + 1) + padded / 2;
            (channel, padded % 2 * 2 * self.grid.plane() + line * self.grid.pitch())
        })
    }

    /// Copies images into the four planes of each channel, `[C, 4, plane]`, whose other places stay as they are.
    fn put(self, images: &[f32], channels: usize, planes: &mut [f32]) {
        let (plane, rows) =
            (self.grid.plane(), self.rows(channels, images.len() / (channels * self.height * self.width)));
        for (row, (channel, start)) in images.chunks_exact(self.width).zip(rows) {
            let (even, odd) = planes[channel * PHASES * plane + start..].split_at_mut(plane);
            // The first padded column is a zero.
            split(row, odd, &mut even[1..]);
        }
    }

    /// Copies planes, `[4, C, plane]`, into images; writes every number.
    fn take(self, planes: &[Vec<f32>; PHASES], channels: usize, images: &mut [Place]) {
        let (plane, rows) =
            (self.grid.plane(), self.rows(channels, images.len() / (channels * self.height * self.width)));
        for (row, (channel, start)) in images.chunks_exact_mut(self.width).zip(rows) {
            let (phase, place) = (start / plane, channel * plane + start % plane);
            merge(
                &planes[phase + 1][place..][..self.width.div_ceil(2)],
                &planes[phase][place + 1..][..self.width / 2],
                row,
            );
        }
    }
}

/// The convolution of `[N, channels, H, W]` with weights `[O, C, 3, 3]`.
pub(crate) fn convolve(phases: Phases, channels: usize, outs: usize, weights: &[f32], images: &[f32]) -> Vec<f32> {
    let batch = images.len() / (channels * phases.height * phases.width);
    let phases = phases.evened(batch);
    let (grid, plane, offsets, packed) = (phases.grid, phases.grid.plane(), phases.offsets(), &pack(weights, channels));
    let size = batch * outs * phases.height.div_ceil(2) * phases.width.div_ceil(2);
    filled(size, |result| {
        let groups = images.chunks(phases.group(channels)).zip(result.chunks_mut(grid.group(outs)));
        let buffers = || (vec![0.0; channels * PHASES * plane], grid.planes(outs));
        for_each_with(groups, buffers, |(x, out), (images, result)| {
            phases.put(images, channels, x);
            let positions = grid.positions();
            dispatch(Convolve { positions, offsets, packed, x_plane: PHASES * plane, x, out_plane: plane, out });
            grid.take(out, outs, result);
        });
    })
}

/// The gradient of the input from that of the output.
pub(crate) fn input_gradient(
    phases: Phases,
    channels: usize,
    outs: usize,
    weights: &[f32],
    gradients: &[f32],
) -> Vec<f32> {
    let out_size = outs * phases.height.div_ceil(2) * phases.width.div_ceil(2);
    let batch = gradients.len() / out_size;
    let phases = phases.evened(batch);
    let grid = phases.grid;
    let weight = |channel: usize, out: usize, tap: usize| weights[(out * channels + channel) * TAPS + tap];
    // Even rows are read by the first tap of their own output and by the last one of the output above, odd ones by the
    // middle tap; columns likewise.
    let (above, here, left) = (0, grid.pitch(), 0);
    let corners = pack_by::<4>(channels, outs, |channel, out, tap| weight(channel, out, [8, 6, 2, 0][tap]));
    let rows = pack_by::<2>(channels, outs, |channel, out, tap| weight(channel, out, [7, 1][tap]));
    let columns = pack_by::<2>(channels, outs, |channel, out, tap| weight(channel, out, [5, 3][tap]));
    let middle = pack_by::<1>(channels, outs, |channel, out, _| weight(channel, out, 4));
    let (positions, plane) = (grid.positions(), grid.plane());
    filled(batch * channels * phases.height * phases.width, |result| {
        let groups = gradients.chunks(grid.group(outs)).zip(result.chunks_mut(phases.group(channels)));
        let buffers = || (vec![0.0; outs * plane], std::array::from_fn(|_| grid.planes(channels)));
        for_each_with(groups, buffers, |(g, out), (gradients, result)| {
            grid.put(gradients, outs, 1, g);
            let [ee, eo, oe, oo] = out;
            let offsets = [above + left, above + 1, here + left, here + 1];
            let (x, x_plane, out_plane) = (&g[..], plane, plane);
            dispatch(Convolve { positions, offsets, packed: &corners, x_plane, x, out_plane, out: ee });
            dispatch(Convolve {
                positions,
                offsets: [above + 1, here + 1],
                packed: &rows,
                x_plane,
                x,
                out_plane,
                out: eo,
            });
            dispatch(Convolve {
                positions,
                offsets: [here + left, here + 1],
                packed: &columns,
                x_plane,
                x,
                out_plane,
                out: oe,
            });
            dispatch(Convolve { positions, offsets: [here + 1], packed: &middle, x_plane, x, out_plane, out: oo });
            phases.take(out, channels, result);
        });
    })
}

/// The gradient of the weight, `[O, C, 3, 3]`, from images and gradients.
pub(crate) fn weight_gradient(
    phases: Phases,
    channels: usize,
    outs: usize,
    images: &[f32],
    gradients: &[f32],
) -> Vec<f32> {
    // All groups are laid out first: then each tile of output channels adds them up on its own, always in their order.
    let (grid, plane, offsets) = (phases.grid, phases.grid.plane(), phases.offsets());
    let groups = images.len().div_ceil(phases.group(channels));
    let (x_size, g_size) = (channels * PHASES * plane, outs.next_multiple_of(TILE) * plane);
    let x = filled(groups * x_size, |x| {
        for_each(x.chunks_mut(x_size).zip(images.chunks(phases.group(channels))), |(x, images)| {
            phases.put(images, channels, cleared(x));
        });
    });
    let g = filled(groups * g_size, |g| {
        for_each(g.chunks_mut(g_size).zip(gradients.chunks(grid.group(outs))), |(g, gradients)| {
            grid.put(gradients, outs, 0, cleared(g));
        });
    });
    let mut grad = vec![0.0; outs.next_multiple_of(TILE) * channels * TAPS];
    for_each(grad.chunks_mut(TILE * channels * TAPS).enumerate(), |(tile, grad)| {
        for (x, g) in x.chunks(x_size).zip(g.chunks(g_size)) {
            let g = &g[tile * TILE * plane..(tile + 1) * TILE * plane];
            let (length, x_plane) = (grid.positions(), PHASES * plane);
            dispatch(Correlate { length, offsets, g_plane: plane, g, x_plane, x, grad });
        }
    });
    grad.truncate(outs * channels * TAPS);
    grad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::numbers;

    /// Calls `visit` with the places of x `[N, C, H, W]`, w and y of each product of the definition.
    fn products([batch, channels, outs, height, width]: [usize; 5], mut visit: impl FnMut(usize, usize, usize)) {
        let (out_height, out_width) = (height.div_ceil(2), width.div_ceil(2));
        for y_place in 0..batch * outs * out_height * out_width {
            let (column, row) = (y_place % out_width, y_place / out_width % out_height);
            let (out, image) = (y_place / (out_width * out_height) % outs, y_place / (out_width * out_height * outs));
            for (channel, tap) in (0..channels).flat_map(|channel| (0..TAPS).map(move |tap| (channel, tap))) {
                let (row, column) = ((2 * row + tap / 3).wrapping_sub(1), (2 * column + tap % 3).wrapping_sub(1));
                if row < height && column < width {
                    let x_place = ((image * channels + channel) * height + row) * width + column;
                    visit(x_place, (out * channels + channel) * TAPS + tap, y_place);
                }
            }
        }
    }

    #[test]
    fn values_and_gradients_equal_the_definition() {
        let (batch, channels, outs) = (3, 3, 5);
        let sizes = (1..=14usize).map(|size| (size, size)).chain([(6, 11), (11, 6), (1, 40), (40, 1), (33, 70)]);
        for (height, width) in sizes {
            let y_size = batch * outs * height.div_ceil(2) * width.div_ceil(2);
            let (x, w) = (numbers(batch * channels * height * width, 1), numbers(outs * channels * TAPS, 2));
            let g = numbers(y_size, 3);
            let (mut values, mut x_grad, mut w_grad) = (vec![0.0; y_size], vec![0.0; x.len()], vec![0.0; w.len()]);
            products([batch, channels, outs, height, width], |x_place, w_place, y_place| {
                let (x, w, g) = (f64::from(x[x_place]), f64::from(w[w_place]), f64::from(g[y_place]));
                values[y_place] += x * w;
                x_grad[x_place] += g * w;
                w_grad[w_place] += g * x;
            });
            let phases = Phases::new(height, width, batch);
            for (found, expected) in [
                (convolve(phases, channels, outs, &w, &x), values),
                (input_gradient(phases, channels, outs, &w, &g), x_grad),
                (weight_gradient(phases, channels, outs, &x, &g), w_grad),
            ] {
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((f64::from(*found) - expected).abs() < 1e-3, "{height}x{width}: {found} and {expected}");
                }
            }
        }
    }
}

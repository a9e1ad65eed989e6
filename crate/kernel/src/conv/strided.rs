//! 3×3 convolution with stride 2 and padding 1 without im2col: a channel's padded image is four planes, of its rows and
//! columns of even and of odd index. In these each tap reads at a fixed offset from the output's position, as with
//! stride 1; and the gradient of each plane is a convolution of its own, with the taps that read that plane.

use crate::conv::direct::{Grid, pack, pack_by};
use crate::conv::parity::split;
use crate::conv::tile::{Convolve, Correlate, TILE};
use crate::cpu::fresh::{self, Place, cleared, filled_in_chunks, filled_in_chunks_with, interleaved};
use crate::cpu::parallel::for_each;
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

    /// Elements of a group of input images with n channels.
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

    /// Copies planes, `[4, C, plane]`, into images.
    fn take<'a>(self, planes: &[Vec<f32>; PHASES], channels: usize, images: &'a mut [Place]) -> &'a mut [f32] {
        let (plane, rows) =
            (self.grid.plane(), self.rows(channels, images.len() / (channels * self.height * self.width)));
        fresh::chunks(images, self.width, rows, |row, (channel, start)| {
            let (phase, place) = (start / plane, channel * plane + start % plane);
            let (even, odd) = (&planes[phase + 1][place..], &planes[phase][place + 1..]);
            interleaved(row, &even[..self.width.div_ceil(2)], &odd[..self.width / 2])
        })
    }
}

/// The convolution of `[N, channels, H, W]` with weights `[O, C, 3, 3]`.
pub(crate) fn convolve(phases: Phases, channels: usize, outs: usize, weights: &[f32], images: &[f32]) -> Vec<f32> {
    let batch = images.len() / (channels * phases.height * phases.width);
    let phases = phases.evened(batch);
    let (grid, plane, offsets, packed) = (phases.grid, phases.grid.plane(), phases.offsets(), &pack(weights, channels));
    let size = batch * outs * phases.height.div_ceil(2) * phases.width.div_ceil(2);
    let buffers = || (vec![0.0; channels * PHASES * plane], grid.planes(outs));
    let groups = images.chunks(phases.group(channels));
    filled_in_chunks_with(size, grid.group(outs), groups, buffers, |(x, out), result, images| {
        phases.put(images, channels, x);
        let positions = grid.positions();
        dispatch(Convolve { positions, offsets, packed, x_plane: PHASES * plane, x, out_plane: plane, out });
        grid.take(out, outs, result)
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
    let size = batch * channels * phases.height * phases.width;
    let buffers = || (vec![0.0; outs * plane], std::array::from_fn(|_| grid.planes(channels)));
    let groups = gradients.chunks(grid.group(outs));
    filled_in_chunks_with(size, phases.group(channels), groups, buffers, |(g, out), result, gradients| {
        grid.put(gradients, outs, 1, g);
        let [ee, eo, oe, oo] = out;
        let (x, x_plane, out_plane) = (&g[..], plane, plane);
        let offsets = [above + left, above + 1, here + left, here + 1];
        dispatch(Convolve { positions, offsets, packed: &corners, x_plane, x, out_plane, out: ee });
        let offsets = [above + 1, here + 1];
        dispatch(Convolve { positions, offsets, packed: &rows, x_plane, x, out_plane, out: eo });
        let offsets = [here + left, here + 1];
        dispatch(Convolve { positions, offsets, packed: &columns, x_plane, x, out_plane, out: oe });
        dispatch(Convolve { positions, offsets: [here + 1], packed: &middle, x_plane, x, out_plane, out: oo });
        phases.take(out, channels, result)
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
    let groups = images.chunks(phases.group(channels));
    let (x_size, g_size) = (channels * PHASES * plane, outs.next_multiple_of(TILE) * plane);
    let x = filled_in_chunks(groups.len() * x_size, x_size, groups, |x, images| {
        let x = cleared(x);
        phases.put(images, channels, x);
        x
    });
    let g = grid.laid_out(gradients, outs, outs.next_multiple_of(TILE), 0);
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
    use crate::conv::ConvShape;
    use crate::conv::definition::{products, values};

    #[test]
    fn values_and_gradients_equal_the_definition() {
        let (batch, channels, outs) = (3, 3, 5);
        let sizes = (1..=14usize).map(|size| (size, size)).chain([(6, 11), (11, 6), (1, 40), (40, 1), (33, 70)]);
        for (height, width) in sizes {
            let y_size = batch * outs * height.div_ceil(2) * width.div_ceil(2);
            let (x, w) = (values(batch * channels * height * width, 1), values(outs * channels * TAPS, 2));
            let g = values(y_size, 3);
            let (mut y, mut x_grad, mut w_grad) = (vec![0.0; y_size], vec![0.0; x.len()], vec![0.0; w.len()]);
            let shape = ConvShape { channels, height, width, out_channels: outs, kernel: 3, stride: 2, padding: 1 };
            products(&shape, batch, |x_index, w_index, y_index| {
                let (x, w, g) = (f64::from(x[x_index]), f64::from(w[w_index]), f64::from(g[y_index]));
                y[y_index] += x * w;
                x_grad[x_index] += g * w;
                w_grad[w_index] += g * x;
            });
            let phases = Phases::new(height, width, batch);
            for (what, found, expected) in [
                ("values", convolve(phases, channels, outs, &w, &x), y),
                ("input gradient", input_gradient(phases, channels, outs, &w, &g), x_grad),
                ("weight gradient", weight_gradient(phases, channels, outs, &x, &g), w_grad),
            ] {
                assert_eq!(found.len(), expected.len(), "{what}, {height}x{width}");
                for (found, expected) in found.iter().zip(&expected) {
                    let error = (f64::from(*found) - expected).abs();
                    assert!(error < 1e-3, "{what}, {height}x{width}: {found} and {expected}");
                }
            }
        }
    }
}

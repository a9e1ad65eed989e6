//! 3×3 convolution with stride 1 and padding 1, the one that these networks mostly consist of, without im2col.
//!
//! A group of images is laid out as one tall image a channel, in rows of `pitch = width + 1` with one zero row between
//! images: the zero after a row is also the one before the next. So each of the nine taps reads the same plane at a fixed
//! offset. A tile of four output channels stays in registers while all channels and taps pass by. Outputs at the zero
//! columns and rows are not used.

use crate::conv::tile::{Convolve, SLACK, TILE, correlate};
use crate::cpu::fresh::{self, Place, cleared, filled_in_chunks, filled_in_chunks_with};
use crate::cpu::parallel::for_each;
use crate::cpu::simd::{Simd, Vector, dispatch};

/// Taps of the kernel.
const TAPS: usize = 9;
/// Positions that make a group of small images worth a pass.
const GROUP_POSITIONS: usize = 1024;

/// How a group of images is laid out.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    height: usize,
    width: usize,
    /// Images in a group.
    images: usize,
}

impl Grid {
    /// The layout for a batch of images of this size: groups of about equal size.
    pub(crate) fn new(height: usize, width: usize, batch: usize) -> Self {
        let most = GROUP_POSITIONS.div_ceil((height + 1) * (width + 1)).clamp(1, batch.max(1));
        Self { height, width, images: batch.max(1).div_ceil(batch.max(1).div_ceil(most)) }
    }

    /// This layout with an even number of groups, if there are several, so that two threads have equal shares.
    pub(crate) fn evened(self, batch: usize) -> Self {
        let groups = batch.div_ceil(self.images);
        Self { images: if groups > 1 { batch.div_ceil(groups.next_multiple_of(2)) } else { self.images }, ..self }
    }

    #[inline]
    pub(crate) fn pitch(self) -> usize {
        self.width + 1
    }

    /// Positions of the output, unused ones included.
    #[inline]
    pub(crate) fn positions(self) -> usize {
        self.images * (self.height + 1) * self.pitch()
    }

    /// Length of a plane: the positions, the border that the taps read, room for the last tile.
    #[inline]
    pub(crate) fn plane(self) -> usize {
        self.positions() + 2 * self.pitch() + 2 + SLACK
    }

    /// Where the taps read, relative to the output's position.
    fn offsets(self) -> [usize; TAPS] {
        std::array::from_fn(|tap| tap / 3 * self.pitch() + tap % 3)
    }

    /// The convolution of planes with packed weights.
    fn convolve<'a>(self, packed: &'a [f32], x: &'a [f32], out: &'a mut [f32]) -> Convolve<'a, TAPS> {
        let (positions, offsets, plane) = (self.positions(), self.offsets(), self.plane());
        Convolve { positions, offsets, packed, x_plane: plane, x, out_plane: plane, out }
    }

    /// Elements of a group of images with n channels.
    pub(crate) fn group(self, channels: usize) -> usize {
        self.images * channels * self.height * self.width
    }

    /// Zeroed planes for a group, channels rounded up to whole tiles.
    pub(crate) fn planes(self, channels: usize) -> Vec<f32> {
        vec![0.0; channels.next_multiple_of(TILE) * self.plane()]
    }

    /// Start of each image row within `planes`, in the order of `[N, C, H]`; `border` is 1 for what the taps read.
    fn rows(self, channels: usize, images: usize, border: usize) -> impl Iterator<Item = usize> {
        (0..images * channels * self.height).map(move |row| {
            let (y, channel, image) = (row % self.height, row / self.height % channels, row / self.height / channels);
            channel * self.plane() + (image * (self.height + 1) + y + border) * self.pitch() + border
        })
    }

    /// Copies images `[N, C, H, W]` into planes, whose other places stay as they are.
    pub(crate) fn put(self, images: &[f32], channels: usize, border: usize, planes: &mut [f32]) {
        let rows = self.rows(channels, images.len() / (channels * self.height * self.width), border);
        for (row, start) in images.chunks_exact(self.width).zip(rows) {
            planes[start..start + self.width].copy_from_slice(row);
        }
    }

    /// The planes of all groups of images `[N, channels, H, W]`, one group after the other, with `planes` planes each; where
    /// they do not come from the images they are zero.
    pub(crate) fn laid_out(self, images: &[f32], channels: usize, planes: usize, border: usize) -> Vec<f32> {
        let (groups, size) = (images.chunks(self.group(channels)), planes * self.plane());
        filled_in_chunks(groups.len() * size, size, groups, |group, images| {
            let group = cleared(group);
            self.put(images, channels, border, group);
            group
        })
    }

    /// Copies output planes into images `[N, C, H, W]`, without the places that are not used.
    pub(crate) fn take<'a>(self, planes: &[f32], channels: usize, images: &'a mut [Place]) -> &'a mut [f32] {
        let rows = self.rows(channels, images.len() / (channels * self.height * self.width), 0);
        fresh::copied_rows(images, self.width, planes, rows)
    }
}

/// The convolution of `[N, channels, H, W]` with packed weights to `[N, outs, H, W]`.
pub(crate) fn convolve(grid: Grid, channels: usize, outs: usize, packed: &[f32], images: &[f32]) -> Vec<f32> {
    // Each image's result is its own, so the groups may be as the threads like them; the weight gradient's may not.
    let grid = grid.evened(images.len() / (channels * grid.height * grid.width));
    let buffers = || (vec![0.0; channels * grid.plane()], grid.planes(outs));
    let (size, groups) = (images.len() / channels * outs, images.chunks(grid.group(channels)));
    filled_in_chunks_with(size, grid.group(outs), groups, buffers, |(x, out), result, images| {
        grid.put(images, channels, 1, x);
        dispatch(grid.convolve(packed, x, out));
        grid.take(out, outs, result)
    })
}

/// The gradient of the weight, `[O, C, 3, 3]`, from images `[N, C, H, W]` and gradients `[N, O, H, W]`.
pub(crate) fn weight_gradient(grid: Grid, channels: usize, outs: usize, images: &[f32], gradients: &[f32]) -> Vec<f32> {
    // All groups are laid out first: then each tile of output channels adds them up on its own, always in their order.
    let (x_size, g_size) = (channels * grid.plane(), outs.next_multiple_of(TILE) * grid.plane());
    let x = grid.laid_out(images, channels, channels, 1);
    let g = grid.laid_out(gradients, outs, outs.next_multiple_of(TILE), 0);
    let mut grad = vec![0.0; outs.next_multiple_of(TILE) * channels * TAPS];
    let tile_size = TILE * grid.plane();
    for_each(grad.chunks_mut(TILE * channels * TAPS).enumerate(), |(tile, grad)| {
        for (x, g) in x.chunks(x_size).zip(g.chunks(g_size)) {
            dispatch(CorrelateWeights { grid, g: &g[tile * tile_size..(tile + 1) * tile_size], x, grad });
        }
    });
    grad.truncate(outs * channels * TAPS);
    grad
}

/// Weights `[O, C, 3, 3]` in the order in which the tiles read them: `[O/4, C, 9, 4]`, missing channels zero.
pub(crate) fn pack(weights: &[f32], channels: usize) -> Vec<f32> {
    let weight = |out, channel, tap| weights[(out * channels + channel) * TAPS + tap];
    pack_by::<TAPS>(weights.len() / (channels * TAPS), channels, weight)
}

/// The weights of the transposed convolution: roles of the channels exchanged, taps reversed.
pub(crate) fn pack_transposed(weights: &[f32], channels: usize) -> Vec<f32> {
    let outs = weights.len() / (channels * TAPS);
    pack_by::<TAPS>(channels, outs, |channel, out, tap| weights[(out * channels + channel) * TAPS + TAPS - 1 - tap])
}

/// Weights `[O/4, C, TAPS, 4]`, missing outputs zero, from what `weight` makes of output, channel and tap.
pub(crate) fn pack_by<const TAPS: usize>(
    outs: usize,
    channels: usize,
    weight: impl Fn(usize, usize, usize) -> f32,
) -> Vec<f32> {
    let mut packed = vec![0.0; outs.next_multiple_of(TILE) * channels * TAPS];
    for (index, value) in packed.iter_mut().enumerate() {
        let (row, lane) = (index / TILE, index % TILE);
        let (tap, channel, out) = (row % TAPS, row / TAPS % channels, row / TAPS / channels * TILE + lane);
        if out < outs {
            *value = weight(out, channel, tap);
        }
    }
    packed
}

/// `grad[o, c, tap] += Σ over positions of g[o, q] · x[c, q + offset]`; g is zero at the positions that are not used.
struct CorrelateWeights<'a> {
    grid: Grid,
    g: &'a [f32],
    x: &'a [f32],
    grad: &'a mut [f32],
}

impl Simd for CorrelateWeights<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        // As many channels of x at a time as the registers hold sums for.
        if V::REGISTERS == 32 { self.run_tiles::<V, 2>() } else { self.run_tiles::<V, 1>() }
    }
}

impl CorrelateWeights<'_> {
    #[inline(always)]
    fn run_tiles<V: Vector, const CHANNELS: usize>(self) {
        let Self { grid, g, x, grad } = self;
        let channels = x.len() / grid.plane();
        for (g, grads) in g.chunks_exact(TILE * grid.plane()).zip(grad.chunks_exact_mut(TILE * channels * TAPS)) {
            let mut channel = 0;
            while channel + CHANNELS <= channels {
                correlate_tile::<V, CHANNELS>(grid, g, x, grads, channel);
                channel += CHANNELS;
            }
            while channel < channels {
                correlate_tile::<V, 1>(grid, g, x, grads, channel);
                channel += 1;
            }
        }
    }
}

/// One tile: `TILE` output channels with `CHANNELS` channels of x from `first` on.
#[inline(always)]
fn correlate_tile<V: Vector, const CHANNELS: usize>(grid: Grid, g: &[f32], x: &[f32], grads: &mut [f32], first: usize) {
    let channels = x.len() / grid.plane();
    // Whole vectors: the rest is slack, where g is 0.
    let length = grid.positions().next_multiple_of(V::LANES);
    for row in 0..3 {
        let planes: [&[f32]; CHANNELS] =
            std::array::from_fn(|channel| &x[(first + channel) * grid.plane() + row * grid.pitch()..]);
        let outs: [&[f32]; TILE] = std::array::from_fn(|tile| &g[tile * grid.plane()..]);
        let sums = correlate::<V, CHANNELS, 3>(length, outs, planes);
        for (channel, sums) in sums.iter().enumerate() {
            for (grads, sums) in grads.chunks_exact_mut(channels * TAPS).zip(sums) {
                for (grad, sum) in grads[(first + channel) * TAPS + 3 * row..].iter_mut().zip(sums) {
                    *grad += sum.sum();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::{definition, values};
    use crate::cpu::fresh::filled;
    use crate::cpu::simd::{Kind, run_as};

    /// Each kind of vector that this processor has, not only the widest, equals the definition.
    #[test]
    fn every_kind_of_vector_equals_the_definition() {
        let (channels, outs, batch) = (3, 5, 3);
        for size in [1, 2, 5, 8, 13] {
            let (x, w) = (values(batch * channels * size * size, 1), values(outs * channels * TAPS, 2));
            let (grid, packed) = (Grid::new(size, size, batch), pack(&w, channels));
            let mut planes = grid.planes(channels);
            planes.truncate(channels * grid.plane());
            grid.put(&x, channels, 1, &mut planes);
            for kind in Kind::every() {
                let mut out = grid.planes(outs);
                run_as(kind, grid.convolve(&packed, &planes, &mut out));
                let y = filled(batch * outs * size * size, |y| grid.take(&out, outs, y));
                for (index, found) in y.iter().enumerate() {
                    let (column, row) = (index % size, index / size % size);
                    let (out, image) = (index / (size * size) % outs, index / (size * size * outs));
                    let image = &x[image * channels * size * size..];
                    let expected = definition(image, &w, channels, (size, size), out, row, column);
                    assert!(
                        (f64::from(*found) - expected).abs() < 1e-5,
                        "{kind:?}, size {size}: {found} and {expected}"
                    );
                }
            }
        }
    }
}

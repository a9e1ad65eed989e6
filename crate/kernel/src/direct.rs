//! 3×3 convolution with stride 1 and padding 1, the one that these networks mostly consist of, without im2col.
//!
//! A group of images is laid out as one tall image a channel, in rows of `pitch = width + 1` with one zero row between
//! images: the zero after a row is also the one before the next. So each of the nine taps reads the same plane at a fixed
//! offset. A tile of four output channels stays in registers while all channels and taps pass by. Outputs at the zero
//! columns and rows are not used.

use crate::fresh::{Place, cleared, filled};
use crate::parallel::{for_each, for_each_with};
use crate::simd::{Simd, Vector, dispatch};

/// Output channels of a tile.
const TILE: usize = 4;
/// Taps of the kernel.
const TAPS: usize = 9;
/// Room behind a plane for the last vector, of the widest kind.
const SLACK: usize = 16;
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

    /// The same with an even number of groups, if there are several, so that two threads have equal shares.
    fn evened(self, batch: usize) -> Self {
        let groups = batch.div_ceil(self.images);
        Self { images: if groups > 1 { batch.div_ceil(groups.next_multiple_of(2)) } else { self.images }, ..self }
    }

    #[inline]
    fn pitch(self) -> usize {
        self.width + 1
    }

    /// Positions of the output, unused ones included.
    #[inline]
    fn positions(self) -> usize {
        self.images * (self.height + 1) * self.pitch()
    }

    /// Length of a plane: the positions, the border that the taps read, room for the last tile.
    #[inline]
    fn plane(self) -> usize {
        self.positions() + 2 * self.pitch() + 2 + SLACK
    }

    /// Where the taps read, relative to the output's position.
    fn offsets(self) -> [usize; TAPS] {
        std::array::from_fn(|tap| tap / 3 * self.pitch() + tap % 3)
    }

    /// Numbers in a group of images with so many channels.
    pub(crate) fn group(self, channels: usize) -> usize {
        self.images * channels * self.height * self.width
    }

    /// Zeroed planes for a group, channels rounded up to whole tiles.
    fn planes(self, channels: usize) -> Vec<f32> {
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
    fn put(self, images: &[f32], channels: usize, border: usize, planes: &mut [f32]) {
        let rows = self.rows(channels, images.len() / (channels * self.height * self.width), border);
        for (row, start) in images.chunks_exact(self.width).zip(rows) {
            planes[start..start + self.width].copy_from_slice(row);
        }
    }

    /// Copies output planes into images `[N, C, H, W]`, without the places that are not used; writes every number.
    fn take(self, planes: &[f32], channels: usize, images: &mut [Place]) {
        let rows = self.rows(channels, images.len() / (channels * self.height * self.width), 0);
        for (row, start) in images.chunks_exact_mut(self.width).zip(rows) {
            row.write_copy_of_slice(&planes[start..start + self.width]);
        }
    }
}

/// The convolution of `[N, channels, H, W]` with packed weights to `[N, outs, H, W]`.
pub(crate) fn convolve(grid: Grid, channels: usize, outs: usize, packed: &[f32], images: &[f32]) -> Vec<f32> {
    // Each image's result is its own, so the groups may be as the threads like them; the weight gradient's may not.
    let grid = grid.evened(images.len() / (channels * grid.height * grid.width));
    filled(images.len() / channels * outs, |result| {
        let groups = images.chunks(grid.group(channels)).zip(result.chunks_mut(grid.group(outs)));
        let buffers = || (vec![0.0; channels * grid.plane()], grid.planes(outs));
        for_each_with(groups, buffers, |(x, out), (images, result)| {
            grid.put(images, channels, 1, x);
            dispatch(Convolve { grid, packed, x, out });
            grid.take(out, outs, result);
        });
    })
}

/// The gradient of the weight, `[O, C, 3, 3]`, from images `[N, C, H, W]` and gradients `[N, O, H, W]`.
pub(crate) fn weight_gradient(grid: Grid, channels: usize, outs: usize, images: &[f32], gradients: &[f32]) -> Vec<f32> {
    // All groups are laid out first: then each tile of output channels adds them up on its own, always in their order.
    let groups = images.len().div_ceil(grid.group(channels));
    let (x_size, g_size) = (channels * grid.plane(), outs.next_multiple_of(TILE) * grid.plane());
    let x = filled(groups * x_size, |x| {
        for_each(x.chunks_mut(x_size).zip(images.chunks(grid.group(channels))), |(x, images)| {
            grid.put(images, channels, 1, cleared(x));
        });
    });
    let g = filled(groups * g_size, |g| {
        for_each(g.chunks_mut(g_size).zip(gradients.chunks(grid.group(outs))), |(g, gradients)| {
            grid.put(gradients, outs, 0, cleared(g));
        });
    });
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
    pack_by(weights.len() / (channels * TAPS), channels, weight)
}

/// The weights of the transposed convolution: roles of the channels exchanged, taps reversed.
pub(crate) fn pack_transposed(weights: &[f32], channels: usize) -> Vec<f32> {
    let outs = weights.len() / (channels * TAPS);
    pack_by(channels, outs, |channel, out, tap| weights[(out * channels + channel) * TAPS + TAPS - 1 - tap])
}

fn pack_by(outs: usize, channels: usize, weight: impl Fn(usize, usize, usize) -> f32) -> Vec<f32> {
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

/// `out[o, q] = Σ over channels and taps of w · x[c, q + offset]`.
struct Convolve<'a> {
    grid: Grid,
    packed: &'a [f32],
    x: &'a [f32],
    out: &'a mut [f32],
}

impl Simd for Convolve<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        // As many sums as the registers hold beside a tile's pixels and one weight.
        match V::REGISTERS {
            32 => self.run_tiles::<V, 6>(),
            _ if V::FUSED => self.run_tiles::<V, 3>(),
            _ => self.run_tiles::<V, 2>(),
        }
    }
}

impl Convolve<'_> {
    /// Tiles of `SPAN` vectors of positions, and of one where fewer are left.
    #[inline(always)]
    fn run_tiles<V: Vector, const SPAN: usize>(self) {
        let Self { grid, packed, x, out } = self;
        let (channels, positions) = (x.len() / grid.plane(), grid.positions());
        let tiles = packed.chunks_exact(channels * TAPS * TILE).zip(out.chunks_exact_mut(TILE * grid.plane()));
        for (weights, out) in tiles {
            let mut start = 0;
            while start + SPAN * V::LANES <= positions {
                convolve_tile::<V, SPAN>(grid, weights, x, out, start);
                start += SPAN * V::LANES;
            }
            while start < positions {
                convolve_tile::<V, 1>(grid, weights, x, out, start);
                start += V::LANES;
            }
        }
    }
}

/// One tile: `TILE` output channels, `SPAN` vectors of positions from `start` on.
#[inline(always)]
fn convolve_tile<V: Vector, const SPAN: usize>(grid: Grid, weights: &[f32], x: &[f32], out: &mut [f32], start: usize) {
    let offsets = grid.offsets();
    let mut sums = [[V::zero(); SPAN]; TILE];
    for (plane, weights) in x.chunks_exact(grid.plane()).zip(weights.chunks_exact(TAPS * TILE)) {
        let plane = &plane[start..];
        for (offset, weights) in offsets.iter().zip(weights.as_chunks::<TILE>().0) {
            let pixels = &plane[*offset..offset + SPAN * V::LANES];
            let values: [V; SPAN] = std::array::from_fn(|span| V::load(&pixels[span * V::LANES..]));
            for tile in 0..TILE {
                let weight = V::splat(weights[tile]);
                for span in 0..SPAN {
                    sums[tile][span] = weight.multiply_add(values[span], sums[tile][span]);
                }
            }
        }
    }
    for (plane, sums) in out.chunks_exact_mut(grid.plane()).zip(&sums) {
        for (span, sum) in sums.iter().enumerate() {
            sum.store(&mut plane[start + span * V::LANES..]);
        }
    }
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
        let mut sums = [[[V::zero(); 3]; TILE]; CHANNELS];
        let planes: [&[f32]; CHANNELS] = std::array::from_fn(|channel| {
            let start = (first + channel) * grid.plane() + row * grid.pitch();
            &x[start..start + length + 2]
        });
        let outs: [&[f32]; TILE] = std::array::from_fn(|tile| &g[tile * grid.plane()..tile * grid.plane() + length]);
        let mut start = 0;
        while start < length {
            let pixels: [[V; 3]; CHANNELS] =
                std::array::from_fn(|channel| std::array::from_fn(|shift| V::load(&planes[channel][start + shift..])));
            for tile in 0..TILE {
                let value = V::load(&outs[tile][start..]);
                for channel in 0..CHANNELS {
                    for shift in 0..3 {
                        let sum = &mut sums[channel][tile][shift];
                        *sum = value.multiply_add(pixels[channel][shift], *sum);
                    }
                }
            }
            start += V::LANES;
        }
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
    use crate::simd::{every_kind, run_as};

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
    }

    /// The definition, number by number, in f64.
    fn slow(x: &[f32], w: &[f32], channels: usize, size: usize, out: usize, y: usize, column: usize) -> f64 {
        let mut sum = 0.0;
        for channel in 0..channels {
            for tap in 0..TAPS {
                let (row, column) = ((y + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
                if row < size && column < size {
                    let pixel = x[(channel * size + row) * size + column];
                    sum += f64::from(pixel) * f64::from(w[(out * channels + channel) * TAPS + tap]);
                }
            }
        }
        sum
    }

    /// Each kind of vector that this processor has, not only the widest, equals the definition.
    #[test]
    fn every_kind_of_vector_equals_the_definition() {
        let (channels, outs, batch) = (3, 5, 3);
        for size in [1, 2, 5, 8, 13] {
            let (x, w) = (numbers(batch * channels * size * size, 1), numbers(outs * channels * TAPS, 2));
            let (grid, packed) = (Grid::new(size, size, batch), pack(&w, channels));
            let mut planes = grid.planes(channels);
            planes.truncate(channels * grid.plane());
            grid.put(&x, channels, 1, &mut planes);
            for kind in every_kind() {
                let mut out = grid.planes(outs);
                run_as(kind, Convolve { grid, packed: &packed, x: &planes, out: &mut out });
                let y = filled(batch * outs * size * size, |y| grid.take(&out, outs, y));
                for (index, found) in y.iter().enumerate() {
                    let (column, row) = (index % size, index / size % size);
                    let (out, image) = (index / (size * size) % outs, index / (size * size * outs));
                    let image = &x[image * channels * size * size..];
                    let expected = slow(image, &w, channels, size, out, row, column);
                    assert!((f64::from(*found) - expected).abs() < 1e-5, "size {size}: {found} and {expected}");
                }
            }
        }
    }
}

//! Sums that stay in registers: for a tile of output channels and some vectors of positions, all channels and taps of the
//! input pass by. Each tap reads at a fixed offset from the output's position. Likewise the sums over positions of products of
//! two planes' pixels.

use crate::cpu::simd::{Simd, Vector};

/// Output channels of a tile.
pub(crate) const TILE: usize = 4;
/// Room behind a plane for the last vector, of the widest kind.
pub(crate) const SLACK: usize = 16;

/// `out[o, q] = Σ over channels and taps of w · x[c, q + offset]`.
pub(crate) struct Convolve<'a, const TAPS: usize> {
    /// Positions that are needed; a whole number of vectors is written.
    pub(crate) positions: usize,
    /// Where the taps read, relative to the output's position.
    pub(crate) offsets: [usize; TAPS],
    /// Weights, `[O/4, C, TAPS, 4]`.
    pub(crate) packed: &'a [f32],
    /// Length of a channel's plane in `x`.
    pub(crate) x_plane: usize,
    /// The planes of the input.
    pub(crate) x: &'a [f32],
    /// Length of a channel's plane in `out`.
    pub(crate) out_plane: usize,
    /// The planes of the output, whole tiles of them.
    pub(crate) out: &'a mut [f32],
}

impl<const TAPS: usize> Simd for Convolve<'_, TAPS> {
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

impl<const TAPS: usize> Convolve<'_, TAPS> {
    /// Tiles of `SPAN` vectors of positions, and of one where fewer are left.
    #[inline(always)]
    fn run_tiles<V: Vector, const SPAN: usize>(self) {
        let Self { positions, offsets, packed, x_plane, x, out_plane, out } = self;
        let channels = x.len() / x_plane;
        let tiles = packed.chunks_exact(channels * TAPS * TILE).zip(out.chunks_exact_mut(TILE * out_plane));
        for (weights, out) in tiles {
            let mut start = 0;
            while start + SPAN * V::LANES <= positions {
                let sums = tile::<V, SPAN, TAPS>(&offsets, weights, x_plane, x, start);
                store(&sums, out_plane, out, start);
                start += SPAN * V::LANES;
            }
            while start < positions {
                let sums = tile::<V, 1, TAPS>(&offsets, weights, x_plane, x, start);
                store(&sums, out_plane, out, start);
                start += V::LANES;
            }
        }
    }
}

/// One tile: `TILE` output channels, `SPAN` vectors of positions from `start` on.
#[inline(always)]
fn tile<V: Vector, const SPAN: usize, const TAPS: usize>(
    offsets: &[usize; TAPS],
    weights: &[f32],
    plane: usize,
    x: &[f32],
    start: usize,
) -> [[V; SPAN]; TILE] {
    let mut sums = [[V::zero(); SPAN]; TILE];
    for (plane, weights) in x.chunks_exact(plane).zip(weights.chunks_exact(TAPS * TILE)) {
        let plane = &plane[start..];
        for (offset, weights) in offsets.iter().zip(weights.as_chunks::<TILE>().0) {
            let pixels = &plane[*offset..offset + SPAN * V::LANES];
            let mut values = [V::zero(); SPAN];
            for span in 0..SPAN {
                values[span] = V::load(&pixels[span * V::LANES..]);
            }
            for tile in 0..TILE {
                let weight = V::splat(weights[tile]);
                for span in 0..SPAN {
                    sums[tile][span] = weight.multiply_add(values[span], sums[tile][span]);
                }
            }
        }
    }
    sums
}

#[inline(always)]
fn store<V: Vector, const SPAN: usize>(sums: &[[V; SPAN]; TILE], plane: usize, out: &mut [f32], start: usize) {
    for (plane, sums) in out.chunks_exact_mut(plane).zip(sums) {
        for (span, sum) in sums.iter().enumerate() {
            sum.store(&mut plane[start + span * V::LANES..]);
        }
    }
}

/// `Σ over positions of g[o, q] · x[c, q + shift]` for each of some channels, a tile of output channels and some shifts;
/// whole vectors of positions.
#[inline(always)]
pub(crate) fn correlate<V: Vector, const CHANNELS: usize, const SHIFTS: usize>(
    length: usize,
    g: [&[f32]; TILE],
    x: [&[f32]; CHANNELS],
) -> [[[V; SHIFTS]; TILE]; CHANNELS] {
    let g = g.map(|plane| &plane[..length]);
    let x = x.map(|plane| &plane[..length + SHIFTS - 1]);
    let mut sums = [[[V::zero(); SHIFTS]; TILE]; CHANNELS];
    let mut start = 0;
    while start < length {
        let mut pixels = [[V::zero(); SHIFTS]; CHANNELS];
        for channel in 0..CHANNELS {
            for shift in 0..SHIFTS {
                pixels[channel][shift] = V::load(&x[channel][start + shift..]);
            }
        }
        for tile in 0..TILE {
            let value = V::load(&g[tile][start..]);
            for channel in 0..CHANNELS {
                for shift in 0..SHIFTS {
                    let sum = &mut sums[channel][tile][shift];
                    *sum = value.multiply_add(pixels[channel][shift], *sum);
                }
            }
        }
        start += V::LANES;
    }
    sums
}

/// `grad[o, c, tap] += Σ over positions of g[o, q] · x[c, q + offset]`.
pub(crate) struct Correlate<'a, const TAPS: usize> {
    /// Positions; behind them, up to a whole number of vectors, g or x is zero.
    pub(crate) length: usize,
    /// Where the taps read, relative to g's position.
    pub(crate) offsets: [usize; TAPS],
    /// Length of an output channel's plane in `g`.
    pub(crate) g_plane: usize,
    /// The planes of the output's gradient, whole tiles of them.
    pub(crate) g: &'a [f32],
    /// Length of a channel's plane in `x`.
    pub(crate) x_plane: usize,
    /// The planes of the input.
    pub(crate) x: &'a [f32],
    /// `[O, C, TAPS]`, O rounded up to whole tiles.
    pub(crate) grad: &'a mut [f32],
}

impl<const TAPS: usize> Simd for Correlate<'_, TAPS> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        match V::REGISTERS {
            32 => self.run_tiles::<V, 6>(),
            _ if V::FUSED => self.run_tiles::<V, 3>(),
            _ => self.run_tiles::<V, 2>(),
        }
    }
}

impl<const TAPS: usize> Correlate<'_, TAPS> {
    #[inline(always)]
    fn run_tiles<V: Vector, const CHANNELS: usize>(mut self) {
        let channels = self.x.len() / self.x_plane;
        for tile in 0..self.g.len() / (TILE * self.g_plane) {
            let mut channel = 0;
            while channel + CHANNELS <= channels {
                self.add_tile::<V, CHANNELS>(tile, channel);
                channel += CHANNELS;
            }
            while channel < channels {
                self.add_tile::<V, 1>(tile, channel);
                channel += 1;
            }
        }
    }

    /// One tile: `TILE` output channels with `CHANNELS` channels of x from `first` on.
    #[inline(always)]
    fn add_tile<V: Vector, const CHANNELS: usize>(&mut self, tile: usize, first: usize) {
        let channels = self.x.len() / self.x_plane;
        let length = self.length.next_multiple_of(V::LANES);
        let g = std::array::from_fn(|out| &self.g[(tile * TILE + out) * self.g_plane..]);
        for (tap, offset) in self.offsets.iter().enumerate() {
            let x = std::array::from_fn(|channel| &self.x[(first + channel) * self.x_plane + offset..]);
            let sums = correlate::<V, CHANNELS, 1>(length, g, x);
            for (channel, sums) in sums.iter().enumerate() {
                for (out, [sum]) in sums.iter().enumerate() {
                    let place = ((tile * TILE + out) * channels + first + channel) * TAPS + tap;
                    self.grad[place] += sum.sum();
                }
            }
        }
    }
}

//! The gradient of the weight: each step of the values transposed.

use super::{Buffers, COMPONENTS, Squares, TAPS, TransformInput};
use crate::conv::parity::split;
use crate::conv::tile::{Correlate, TILE};
use crate::cpu::parallel::for_each;
use crate::cpu::simd::{Kind, Simd, Vector, run_as};
use std::array;

/// Shares of a weight gradient that are added up on their own, for as many threads.
const SHARES: usize = if cfg!(target_arch = "wasm32") { 1 } else { 4 };

/// The gradient of the weight, `[O, C, 3, 3]`, from images `[N, C, H, W]` and gradients `[N, O, H, W]`.
pub(crate) fn weight_gradient(
    squares: Squares,
    channels: usize,
    outs: usize,
    images: &[f32],
    gradients: &[f32],
) -> Vec<f32> {
    let area = squares.height * squares.width;
    let share = (images.len() / (channels * area)).div_ceil(SHARES).max(1);
    let squares = Squares { band: squares.band.min(share * squares.rows()), ..squares };
    let size = COMPONENTS * outs.next_multiple_of(TILE) * channels;
    let pairs = images.chunks(share * channels * area).zip(gradients.chunks(share * outs * area));
    let mut sums = vec![0.0; size * pairs.len().max(1)];
    for_each(sums.chunks_mut(size).zip(pairs), |(sums, (images, gradients))| {
        Buffers::with(squares, channels, outs, |buffers| {
            CorrelateWeights { squares, channels, outs, images, gradients, sums, buffers }.correlate(Kind::widest());
        });
    });
    weights_of(&sums, size, outs * channels)
}

/// The first `count` weights of what is given in components, as sums of shares of `size`.
fn weights_of(shares: &[f32], size: usize, count: usize) -> Vec<f32> {
    let step = size / COMPONENTS;
    let mut grad = vec![[0.0; TAPS]; count];
    // Four at a time: a component holds whole tiles of output channels.
    for (group, grad) in grad.chunks_mut(TILE).enumerate() {
        let component = |component: usize| {
            let shares = shares.chunks_exact(size).map(|share| &share[component * step + group * TILE..][..TILE]);
            shares.fold([0.0; TILE], |sum, share| array::from_fn(|lane| sum[lane] + share[lane]))
        };
        let rows = [0, 4, 8, 12].map(|row| gather_weights([0, 1, 2, 3].map(|column| component(row + column))));
        for column in 0..3 {
            for (row, values) in gather_weights(rows.map(|row| row[column])).into_iter().enumerate() {
                grad.iter_mut().zip(values).for_each(|(grad, value)| grad[3 * row + column] = value);
            }
        }
    }
    grad.into_flattened()
}

/// The transposed of what packing does to weights.
fn gather_weights([a, b, c, d]: [[f32; TILE]; 4]) -> [[f32; TILE]; 3] {
    let sum: [f32; TILE] = array::from_fn(|lane| 0.5 * (b[lane] + c[lane]));
    [
        array::from_fn(|lane| a[lane] + sum[lane]),
        array::from_fn(|lane| 0.5 * (b[lane] - c[lane])),
        array::from_fn(|lane| sum[lane] + d[lane]),
    ]
}

/// Images and gradients of one share, and the sums of their products, `[16, O, C]`, O rounded up to whole tiles.
struct CorrelateWeights<'a, 'b> {
    squares: Squares,
    channels: usize,
    outs: usize,
    images: &'a [f32],
    gradients: &'a [f32],
    sums: &'a mut [f32],
    buffers: Buffers<'b>,
}

impl CorrelateWeights<'_, '_> {
    /// Each step is compiled on its own, as with the values.
    fn correlate(self, kind: Kind) {
        let Self { squares, channels, outs, images, gradients, sums, buffers: Buffers { lines, x, y, pixels } } = self;
        let rows = images.len() / (channels * squares.height * squares.width) * squares.rows();
        let (plane, padded_outs) = (squares.plane(), outs.next_multiple_of(TILE));
        let mut first = 0;
        while first < rows {
            let band = first..(first + squares.band).min(rows);
            let length = band.len() * squares.columns();
            run_as(kind, TransformInput { squares, channels, band: band.clone(), images, lines, x });
            first = band.end;
            run_as(kind, TransformGradient { squares, outs, band, gradients, pixels, components: y });
            let components =
                x.chunks_exact_mut(squares.component(channels)).zip(y.chunks_exact(squares.component(padded_outs)));
            for ((x, g), grad) in components.zip(sums.chunks_exact_mut(padded_outs * channels)) {
                // No products behind the last square.
                x.chunks_exact_mut(plane)
                    .for_each(|plane| plane[length..length.next_multiple_of(kind.lanes())].fill(0.0));
                let (x, g) = (&x[..channels * plane], &g[..padded_outs * plane]);
                run_as(kind, Correlate { length, offsets: [0], g_plane: plane, g, x_plane: plane, x, grad });
            }
        }
    }
}

/// The components of the gradients of a band.
struct TransformGradient<'a> {
    squares: Squares,
    outs: usize,
    band: std::ops::Range<usize>,
    gradients: &'a [f32],
    pixels: &'a mut [f32],
    components: &'a mut [f32],
}

impl Simd for TransformGradient<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { squares, outs, band, gradients, pixels, components } = self;
        for out in 0..outs {
            transform_gradient::<V>(squares, outs, out, band.clone(), gradients, pixels, components);
        }
    }
}

/// The components of one output channel's gradient of a band: the transposed of what is done to outputs.
#[inline(always)]
fn transform_gradient<V: Vector>(
    squares: Squares,
    outs: usize,
    out: usize,
    band: std::ops::Range<usize>,
    gradients: &[f32],
    pixels: &mut [f32],
    components: &mut [f32],
) {
    let Squares { height, width, .. } = squares;
    let (plane, columns) = (squares.plane(), squares.columns());
    let count = band.len() * columns;
    let start = band.start;
    for row in band {
        let (image, y) = (row / squares.rows(), row % squares.rows());
        let image = &gradients[(image * outs + out) * height * width..][..height * width];
        for (i, pixels) in pixels.chunks_exact_mut(2 * plane).enumerate() {
            let (even, odd) = pixels.split_at_mut(plane);
            let place = (row - start) * columns..(row - start + 1) * columns;
            let (even, odd) = (&mut even[place.clone()], &mut odd[place]);
            if 2 * y + i < height {
                odd[columns - 1] = 0.0;
                split(&image[(2 * y + i) * width..][..width], even, odd);
            } else {
                even.fill(0.0);
                odd.fill(0.0);
            }
        }
    }
    // No products behind the last square.
    pixels.chunks_exact_mut(plane).for_each(|pixels| pixels[count..].fill(0.0));
    let step = squares.component(outs.next_multiple_of(TILE));
    let components = &mut components[out * plane..];
    let mut place = 0;
    while place < count {
        let [a, b] = [V::load(&pixels[place..]), V::load(&pixels[plane + place..])];
        let [c, d] = [V::load(&pixels[2 * plane + place..]), V::load(&pixels[3 * plane + place..])];
        let rows = [[a, b], [a.add(c), b.add(d)], [a.sub(c), b.sub(d)], [V::zero().sub(c), V::zero().sub(d)]];
        for (i, [a, b]) in rows.into_iter().enumerate() {
            a.store(&mut components[4 * i * step + place..]);
            a.add(b).store(&mut components[(4 * i + 1) * step + place..]);
            a.sub(b).store(&mut components[(4 * i + 2) * step + place..]);
            V::zero().sub(b).store(&mut components[(4 * i + 3) * step + place..]);
        }
        place += V::LANES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::values;

    /// Each kind of vector that this processor has, not only the widest, equals the definition.
    #[test]
    fn every_kind_of_vector_equals_the_definition_of_the_weight_gradient() {
        let (channels, outs, batch) = (3, 5, 3);
        for (height, width) in (1..=14).map(|size| (size, size)).chain([(6, 11), (11, 6), (1, 40), (40, 1)]) {
            let area = height * width;
            let (x, g) = (values(batch * channels * area, 1), values(batch * outs * area, 2));
            for band in [batch * height.div_ceil(2), 2] {
                let squares = Squares { height, width, band };
                for kind in Kind::every() {
                    let mut sums = vec![0.0; COMPONENTS * outs.next_multiple_of(TILE) * channels];
                    Buffers::with(squares, channels, outs, |buffers| {
                        let (images, gradients, sums) = (&x[..], &g[..], &mut sums[..]);
                        CorrelateWeights { squares, channels, outs, images, gradients, sums, buffers }.correlate(kind);
                    });
                    for (index, found) in weights_of(&sums, sums.len(), outs * channels).iter().enumerate() {
                        let (tap, channel, out) = (index % TAPS, index / TAPS % channels, index / TAPS / channels);
                        let mut expected = 0.0;
                        for place in 0..batch * area {
                            let (image, y, column) = (place / area, place / width % height, place % width);
                            let (row, column) = ((y + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
                            if row < height && column < width {
                                let pixel = x[(image * channels + channel) * area + row * width + column];
                                expected += f64::from(pixel) * f64::from(g[(image * outs + out) * area + place % area]);
                            }
                        }
                        assert!(
                            (f64::from(*found) - expected).abs() < 1e-4,
                            "{kind:?}, {height}x{width}: {found} and {expected}"
                        );
                    }
                }
            }
        }
    }
}

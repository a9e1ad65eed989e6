//! The values, and the gradient of the input, which is the same with the weights transposed.

use super::{Buffers, COMPONENTS, Squares, TAPS, transform_input};
use crate::conv::parity::merge;
use crate::conv::tile::{Convolve, SLACK, TILE};
use crate::cpu::fresh::{Place, filled};
use crate::cpu::parallel::for_each;
use crate::cpu::simd::{Simd, Vector, dispatch};

/// The convolution of `[N, channels, H, W]` with packed weights to `[N, outs, H, W]`.
pub(crate) fn convolve(squares: Squares, channels: usize, outs: usize, packed: &[f32], images: &[f32]) -> Vec<f32> {
    let area = squares.height * squares.width;
    let count = squares.images(images.len() / (channels * area));
    let squares = Squares { band: squares.band.min(count * squares.rows()), ..squares };
    filled(images.len() / channels * outs, |result| {
        let groups = images.chunks(count * channels * area).zip(result.chunks_mut(count * outs * area));
        for_each(groups, |(images, result)| {
            Buffers::with(squares, channels, outs, |buffers| {
                dispatch(Group { squares, channels, outs, packed, images, result, buffers });
            });
        });
    })
}

/// Weights `[O, C, 3, 3]` transformed, in the order in which the tiles read them: 16 times
/// `[O/4, C, 4]` and a gap, missing outputs zero.
pub(crate) fn pack(weights: &[f32], channels: usize) -> Vec<f32> {
    let outs = weights.len() / (channels * TAPS);
    pack_by(weights, outs, channels, |index| (index / channels, index % channels), |tap| tap)
}

/// The weights of the transposed convolution: roles of the channels exchanged, taps reversed.
pub(crate) fn pack_transposed(weights: &[f32], channels: usize) -> Vec<f32> {
    let outs = weights.len() / (channels * TAPS);
    pack_by(weights, channels, outs, |index| (index % channels, index / channels), |tap| TAPS - 1 - tap)
}

fn pack_by(
    weights: &[f32],
    outs: usize,
    channels: usize,
    place: impl Fn(usize) -> (usize, usize),
    source: impl Fn(usize) -> usize,
) -> Vec<f32> {
    // Not a power of two: the 16 of them should not share cache lines' sets.
    let component = outs.next_multiple_of(TILE) * channels + SLACK;
    let mut packed = vec![0.0; COMPONENTS * component];
    for (index, weight) in weights.as_chunks::<TAPS>().0.iter().enumerate() {
        let (out, channel) = place(index);
        let place = (out / TILE * channels + channel) * TILE + out % TILE;
        let rows = [0, 3, 6].map(|row| transform_weights([row, row + 1, row + 2].map(|tap| weight[source(tap)])));
        for column in 0..4 {
            let values = transform_weights(rows.map(|row| row[column]));
            for (row, value) in values.into_iter().enumerate() {
                packed[(4 * row + column) * component + place] = value;
            }
        }
    }
    packed
}

/// G of the paper, eq. 10.
fn transform_weights([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, 0.5 * (a + c + b), 0.5 * (a + c - b), c]
}

/// Images that one thread takes, and where they go.
struct Group<'a, 'b> {
    squares: Squares,
    channels: usize,
    outs: usize,
    packed: &'a [f32],
    images: &'a [f32],
    result: &'a mut [Place],
    buffers: Buffers<'b>,
}

impl Simd for Group<'_, '_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { squares, channels, outs, packed, images, result, buffers: Buffers { lines, x, y, pixels } } = self;
        let rows = images.len() / (channels * squares.height * squares.width) * squares.rows();
        let (plane, padded_outs) = (squares.plane(), outs.next_multiple_of(TILE));
        let mut first = 0;
        while first < rows {
            let band = first..(first + squares.band).min(rows);
            for channel in 0..channels {
                transform_input::<V>(squares, channels, channel, band.clone(), images, lines, x);
            }
            let components =
                x.chunks_exact(squares.component(channels)).zip(y.chunks_exact_mut(squares.component(padded_outs)));
            for ((x, out), packed) in components.zip(packed.chunks_exact(packed.len() / COMPONENTS)) {
                let positions = band.len() * squares.columns();
                let (x, out) = (&x[..channels * plane], &mut out[..padded_outs * plane]);
                Convolve { positions, offsets: [0], packed, x_plane: plane, x, out_plane: plane, out }.run::<V>();
            }
            for out in 0..outs {
                transform_output::<V>(squares, outs, out, band.clone(), y, pixels, result);
            }
            first = band.end;
        }
    }
}

/// One output channel of a band, from its components.
#[inline(always)]
fn transform_output<V: Vector>(
    squares: Squares,
    outs: usize,
    out: usize,
    band: std::ops::Range<usize>,
    components: &[f32],
    pixels: &mut [f32],
    result: &mut [Place],
) {
    let Squares { height, width, .. } = squares;
    let (plane, columns) = (squares.plane(), squares.columns());
    let step = squares.component(outs.next_multiple_of(TILE));
    let components = &components[out * plane..];
    let (top, bottom) = pixels.split_at_mut(2 * plane);
    let mut place = 0;
    while place < band.len() * columns {
        // A of the paper, eq. 10: rows first, then columns.
        let mut rows = [[V::zero(); 4]; 2];
        for j in 0..4 {
            let (a, b) = (V::load(&components[j * step + place..]), V::load(&components[(4 + j) * step + place..]));
            let (c, d) =
                (V::load(&components[(8 + j) * step + place..]), V::load(&components[(12 + j) * step + place..]));
            rows[0][j] = a.add(b).add(c);
            rows[1][j] = b.sub(c).sub(d);
        }
        for ([a, b, c, d], pixels) in rows.into_iter().zip([&mut *top, &mut *bottom]) {
            a.add(b).add(c).store(&mut pixels[place..]);
            b.sub(c).sub(d).store(&mut pixels[plane + place..]);
        }
        place += V::LANES;
    }
    let start = band.start;
    for row in band {
        let (image, y) = (row / squares.rows(), row % squares.rows());
        let target = &mut result[(image * outs + out) * height * width..][..height * width];
        for (i, target) in target[2 * y * width..].chunks_exact_mut(width).take(2).enumerate() {
            let from = 2 * i * plane + (row - start) * columns;
            merge(&pixels[from..from + columns], &pixels[from + plane..from + plane + columns], target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::{definition, numbers};
    use crate::cpu::simd::{every_kind, run_as};

    /// Each kind of vector that this processor has, not only the widest, equals the definition.
    #[test]
    fn every_kind_of_vector_equals_the_definition() {
        let (channels, outs, batch) = (3, 5, 3);
        for (height, width) in (1..=14).map(|size| (size, size)).chain([(6, 11), (11, 6), (1, 40), (40, 1)]) {
            let area = height * width;
            let (x, w) = (numbers(batch * channels * area, 1), numbers(outs * channels * TAPS, 2));
            let packed = pack(&w, channels);
            // Whole batches, and parts of an image.
            for band in [batch * height.div_ceil(2), 2] {
                let squares = Squares { height, width, band };
                for kind in every_kind() {
                    let y = filled(batch * outs * area, |result| {
                        Buffers::with(squares, channels, outs, |buffers| {
                            let packed = &packed[..];
                            run_as(kind, Group { squares, channels, outs, packed, images: &x, result, buffers });
                        });
                    });
                    for (index, found) in y.iter().enumerate() {
                        let (column, row) = (index % width, index / width % height);
                        let (out, image) = (index / area % outs, index / (area * outs));
                        let image = &x[image * channels * area..];
                        let expected = definition(image, &w, channels, (height, width), out, row, column);
                        assert!(
                            (f64::from(*found) - expected).abs() < 1e-5,
                            "{kind:?}, {height}x{width}: {found} and {expected}"
                        );
                    }
                }
            }
        }
    }
}

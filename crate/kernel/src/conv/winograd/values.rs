//! The values, and the gradient of the input, which is the same with the weights transposed.

use super::{Buffers, COMPONENTS, Squares, TAPS, TransformInput};
use crate::conv::tile::{Convolve, SLACK, TILE};
use crate::cpu::fresh::{Rows, filled_in_chunks, interleaved};
use crate::cpu::simd::{Kind, Simd, Vector, run_as};
use std::array;

/// The convolution of `[N, channels, H, W]` with packed weights to `[N, outs, H, W]`.
pub(crate) fn convolve(squares: Squares, channels: usize, outs: usize, packed: &[f32], images: &[f32]) -> Vec<f32> {
    let area = squares.height * squares.width;
    let count = squares.images(images.len() / (channels * area));
    let squares = Squares { band: squares.band.min(count * squares.rows()), ..squares };
    let (size, groups) = (images.len() / channels * outs, images.chunks(count * channels * area));
    filled_in_chunks(size, count * outs * area, groups, |result, images| {
        let mut result = Rows::new(result, squares.width);
        Buffers::with(squares, channels, outs, |buffers| {
            Group { squares, channels, outs, packed, images, result: &mut result, buffers }.convolve(Kind::widest());
        });
        result.all()
    })
}

/// Weights `[O, C, 3, 3]` transformed, in the order in which the tiles read them: 16 times
/// `[O/4, C, 4]` and a gap, missing outputs zero.
pub(crate) fn pack(weights: &[f32], channels: usize) -> Vec<f32> {
    let outs = weights.len() / (channels * TAPS);
    pack_by(outs, channels, |out, channel, tap| weights[(out * channels + channel) * TAPS + tap])
}

/// The weights of the transposed convolution: roles of the channels exchanged, taps reversed.
pub(crate) fn pack_transposed(weights: &[f32], channels: usize) -> Vec<f32> {
    let outs = weights.len() / (channels * TAPS);
    pack_by(channels, outs, |channel, out, tap| weights[(out * channels + channel) * TAPS + TAPS - 1 - tap])
}

fn pack_by(outs: usize, channels: usize, weight: impl Fn(usize, usize, usize) -> f32) -> Vec<f32> {
    // Not a power of two: the 16 of them should not share cache lines' sets.
    let component = outs.next_multiple_of(TILE) * channels + SLACK;
    let mut packed = vec![0.0; COMPONENTS * component];
    for (tile, channel) in (0..outs.div_ceil(TILE)).flat_map(|tile| (0..channels).map(move |channel| (tile, channel))) {
        let taps: [[f32; TILE]; TAPS] = array::from_fn(|tap| {
            let weight = |out| if out < outs { weight(out, channel, tap) } else { 0.0 };
            array::from_fn(|lane| weight(tile * TILE + lane))
        });
        let rows = [0, 3, 6].map(|row| transform_weights([taps[row], taps[row + 1], taps[row + 2]]));
        let place = (tile * channels + channel) * TILE;
        for column in 0..4 {
            for (row, values) in transform_weights(rows.map(|row| row[column])).iter().enumerate() {
                packed[(4 * row + column) * component + place..][..TILE].copy_from_slice(values);
            }
        }
    }
    packed
}

/// G of the paper, eq. 10, for the outputs of a tile.
fn transform_weights([a, b, c]: [[f32; TILE]; 3]) -> [[f32; TILE]; 4] {
    let sum = array::from_fn(|lane| 0.5 * (a[lane] + c[lane] + b[lane]));
    let difference = array::from_fn(|lane| 0.5 * (a[lane] + c[lane] - b[lane]));
    [a, sum, difference, c]
}

/// Images that one thread takes, and where they go.
struct Group<'a, 'b, 'c> {
    squares: Squares,
    channels: usize,
    outs: usize,
    packed: &'a [f32],
    images: &'a [f32],
    /// Rows of `[N, outs, H]`.
    result: &'a mut Rows<'c>,
    buffers: Buffers<'b>,
}

impl Group<'_, '_, '_> {
    /// Each step is compiled on its own: in one function together their sums would not all find a register.
    fn convolve(self, kind: Kind) {
        let Self { squares, channels, outs, packed, images, result, buffers: Buffers { lines, x, y, pixels } } = self;
        let rows = images.len() / (channels * squares.height * squares.width) * squares.rows();
        let (plane, padded_outs) = (squares.plane(), outs.next_multiple_of(TILE));
        let mut first = 0;
        while first < rows {
            let band = first..(first + squares.band).min(rows);
            run_as(kind, TransformInput { squares, channels, band: band.clone(), images, lines, x });
            let components =
                x.chunks_exact(squares.component(channels)).zip(y.chunks_exact_mut(squares.component(padded_outs)));
            for ((x, out), packed) in components.zip(packed.chunks_exact(packed.len() / COMPONENTS)) {
                let positions = band.len() * squares.columns();
                let (x, out) = (&x[..channels * plane], &mut out[..padded_outs * plane]);
                run_as(kind, Convolve { positions, offsets: [0], packed, x_plane: plane, x, out_plane: plane, out });
            }
            first = band.end;
            run_as(kind, TransformOutput { squares, outs, band, components: y, pixels, result });
        }
    }
}

/// The outputs of a band, from their components.
struct TransformOutput<'a, 'b> {
    squares: Squares,
    outs: usize,
    band: std::ops::Range<usize>,
    components: &'a [f32],
    pixels: &'a mut [f32],
    result: &'a mut Rows<'b>,
}

impl Simd for TransformOutput<'_, '_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { squares, outs, band, components, pixels, result } = self;
        for out in 0..outs {
            transform_output::<V>(squares, outs, out, band.clone(), components, pixels, result);
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
    result: &mut Rows,
) {
    let Squares { height, .. } = squares;
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
        for i in 0..(height - 2 * y).min(2) {
            let from = 2 * i * plane + (row - start) * columns;
            let (even, odd) = (&pixels[from..from + columns], &pixels[from + plane..from + plane + columns]);
            result.write((image * outs + out) * height + 2 * y + i, |row| interleaved(row, even, odd));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::{definition, values};
    use crate::cpu::fresh::filled;

    /// Each kind of vector that this processor has, not only the widest, equals the definition.
    #[test]
    fn every_kind_of_vector_equals_the_definition() {
        let (channels, outs, batch) = (3, 5, 3);
        for (height, width) in (1..=14).map(|size| (size, size)).chain([(6, 11), (11, 6), (1, 40), (40, 1)]) {
            let area = height * width;
            let (x, w) = (values(batch * channels * area, 1), values(outs * channels * TAPS, 2));
            let packed = pack(&w, channels);
            // Whole batches, and parts of an image.
            for band in [batch * height.div_ceil(2), 2] {
                let squares = Squares { height, width, band };
                for kind in Kind::every() {
                    let y = filled(batch * outs * area, |result| {
                        let mut result = Rows::new(result, width);
                        Buffers::with(squares, channels, outs, |buffers| {
                            let (packed, images, result) = (&packed[..], &x[..], &mut result);
                            Group { squares, channels, outs, packed, images, result, buffers }.convolve(kind);
                        });
                        result.all()
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

//! 3×3 convolution with stride 1 and padding 1 by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray 2015, arXiv
//! 1509.09308): 16 multiplications for 4 output pixels instead of 36.
//!
//! The output is cut into squares of 2×2, each from a square of 4×4 pixels. Squares of pixels and weights are transformed
//! to 16 components; an output component is the sum over channels of products of components, so each component is a
//! matrix product of its own; the outputs are transformed back. Rows of images are first split into their even and odd
//! columns: then neighbouring squares read neighbouring numbers.

use crate::fresh::{Place, filled};
use crate::parallel::for_each;
use crate::parity::{merge, split};
use crate::simd::{Simd, Vector, dispatch};
use crate::tile::{Convolve, Correlate, SLACK, TILE};
use std::cell::RefCell;

/// Taps of the kernel.
const TAPS: usize = 9;
/// Components of a square.
const COMPONENTS: usize = 16;
/// Numbers of one component of a band, about: they stay in the inner caches.
const BAND: usize = 8192;
/// Squares of the shortest band that is worth its passes.
const FEWEST: usize = 64;

/// Shares of a weight gradient that are added up on their own, for as many threads.
const SHARES: usize = if cfg!(target_arch = "wasm32") { 1 } else { 4 };

/// How images are cut into squares.
#[derive(Clone, Copy)]
pub(crate) struct Squares {
    height: usize,
    width: usize,
    /// Rows of squares that are transformed together: of several images, or a part of one.
    band: usize,
}

impl Squares {
    /// The squares of images of this size with so many channels, of the input or the output.
    pub(crate) fn new(height: usize, width: usize, channels: usize) -> Self {
        let squares = (BAND / channels).max(FEWEST);
        let (rows, columns) = (height.div_ceil(2), width.div_ceil(2));
        let band = squares.div_ceil(columns);
        // Whole images, or parts of one of about equal size.
        let band = if band >= rows { band / rows * rows } else { rows.div_ceil(rows.div_ceil(band)) };
        Self { height, width, band }
    }

    /// Images that are taken together, an even number of times if several, so that two threads have equal shares.
    fn images(self, batch: usize) -> usize {
        let groups = batch.div_ceil((self.band / self.rows()).max(1));
        if groups > 1 { batch.div_ceil(groups.next_multiple_of(2)) } else { batch }
    }

    /// Rows of squares of an image.
    fn rows(self) -> usize {
        self.height.div_ceil(2)
    }

    /// Squares of a row.
    fn columns(self) -> usize {
        self.width.div_ceil(2)
    }

    /// Length of a component's plane of a channel: the squares of a band and room for the last vectors.
    fn plane(self) -> usize {
        (self.band * self.columns()).next_multiple_of(SLACK) + SLACK
    }

    /// Length of a component with so many channels. Not a power of two: the 16 of them should not share cache lines' sets.
    fn component(self, channels: usize) -> usize {
        channels * self.plane() + SLACK
    }

    /// Length of an image's lines, even and odd, with a row of zeros above and one or two below.
    fn page(self) -> usize {
        (2 * self.rows() + 2) * 2 * self.line()
    }

    /// Images that a band touches.
    fn pages(self) -> usize {
        self.band.div_ceil(self.rows()) + 1
    }

    /// Length of the even or the odd columns of an image's row, with its border and room for the last vector.
    fn line(self) -> usize {
        self.columns() + 1 + SLACK
    }
}

/// Room for one band. It stays with the thread: clearing it each time would be a tenth of the work.
struct Buffers<'a> {
    /// Rows of a channel of the band's images, two lines each, with a border of zeros.
    lines: &'a mut [f32],
    /// Components of the input, `[16, C, plane]`.
    x: &'a mut [f32],
    /// Components of the output, `[16, O, plane]`, O rounded up to whole tiles.
    y: &'a mut [f32],
    /// The four pixels of the output's squares, `[4, plane]`.
    pixels: &'a mut [f32],
}

thread_local! {
    static ROOM: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl Buffers<'_> {
    /// Calls `work` with buffers of which only the lines are cleared.
    fn with(squares: Squares, channels: usize, outs: usize, work: impl FnOnce(Buffers<'_>)) {
        let x = COMPONENTS * squares.component(channels);
        let y = COMPONENTS * squares.component(outs.next_multiple_of(TILE));
        let (pixels, lines) = (4 * squares.plane(), squares.pages() * squares.page());
        ROOM.with_borrow_mut(|room| {
            room.resize(room.len().max(x + y + pixels + lines), 0.0);
            let (x, rest) = room.split_at_mut(x);
            let (y, rest) = rest.split_at_mut(y);
            let (pixels, rest) = rest.split_at_mut(pixels);
            let lines = &mut rest[..lines];
            lines.fill(0.0);
            work(Buffers { lines, x, y, pixels });
        });
    }
}

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
            dispatch(CorrelateWeights { squares, channels, outs, images, gradients, sums, buffers });
        });
    });
    let (total, shares) = sums.split_at_mut(size);
    for share in shares.chunks_exact(size) {
        total.iter_mut().zip(share).for_each(|(sum, term)| *sum += term);
    }
    weights_of(total, outs * channels)
}

/// The first `count` weights of what is given in components.
fn weights_of(components: &[f32], count: usize) -> Vec<f32> {
    let step = components.len() / COMPONENTS;
    let mut grad = Vec::with_capacity(count * TAPS);
    for place in 0..count {
        let rows = [0, 4, 8, 12]
            .map(|row| gather_weights([0, 1, 2, 3].map(|column| components[(row + column) * step + place])));
        let columns = [0, 1, 2].map(|column| gather_weights(rows.map(|row| row[column])));
        grad.extend((0..TAPS).map(|tap| columns[tap % 3][tap / 3]));
    }
    grad
}

/// The transposed of [`transform_weights`].
fn gather_weights([a, b, c, d]: [f32; 4]) -> [f32; 3] {
    let sum = 0.5 * (b + c);
    [a + sum, 0.5 * (b - c), sum + d]
}

/// Weights `[O, C, 3, 3]` transformed, in the order in which the tiles read them: `[16, O/4, C, 4]`, missing outputs zero.
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
    let component = outs.next_multiple_of(TILE) * channels;
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

/// The components of one channel of a band.
#[inline(always)]
fn transform_input<V: Vector>(
    squares: Squares,
    channels: usize,
    channel: usize,
    band: std::ops::Range<usize>,
    images: &[f32],
    lines: &mut [f32],
    x: &mut [f32],
) {
    let Squares { height, width, .. } = squares;
    let (line, plane, columns) = (squares.line(), squares.plane(), squares.columns());
    let (step, start) = (squares.component(channels), band.start);
    let (rows, page) = (squares.rows(), squares.page());
    // All rows are split before any is transformed: what was just written in single numbers is slow to read in vectors.
    for row in band.clone() {
        let (image, y) = (row / rows, row % rows);
        let lines = &mut lines[(image - start / rows) * page..][..page];
        let image = &images[(image * channels + channel) * height * width..][..height * width];
        // Two of the four rows are there from the row of squares above.
        let fresh = if y == 0 || row == start { 2 * y } else { 2 * y + 2 };
        for padded in fresh.max(1)..(2 * y + 4).min(height + 1) {
            let (even, odd) = lines[2 * padded * line..2 * (padded + 1) * line].split_at_mut(line);
            split(&image[(padded - 1) * width..padded * width], odd, &mut even[1..]);
        }
    }
    for row in band {
        let y = row % rows;
        let lines = &lines[(row / rows - start / rows) * page..][..page];
        let (upper, lower) = lines[4 * y * line..(4 * y + 8) * line].split_at(4 * line);
        let pixels = [
            upper.split_at(2 * line).0,
            upper.split_at(2 * line).1,
            lower.split_at(2 * line).0,
            lower.split_at(2 * line).1,
        ];
        let place = channel * plane + (row - start) * columns;
        let mut column = 0;
        while column < columns {
            // B of the paper, eq. 10: rows first, then columns.
            for (i, [a, b]) in [[0, 2], [1, 2], [2, 1], [1, 3]].into_iter().enumerate() {
                let (a, b) = (load_pixels::<V>(pixels[a], line, column), load_pixels::<V>(pixels[b], line, column));
                let [p, q, r, s] = if i == 1 { add(a, b) } else { sub(a, b) };
                let place = place + column;
                let x = &mut x[4 * i * step..4 * (i + 1) * step];
                p.sub(r).store(&mut x[place..]);
                q.add(r).store(&mut x[step + place..]);
                r.sub(q).store(&mut x[2 * step + place..]);
                q.sub(s).store(&mut x[3 * step + place..]);
            }
            column += V::LANES;
        }
    }
}

/// The four pixels of a row of each square, squares from `column` on.
#[inline(always)]
fn load_pixels<V: Vector>(lines: &[f32], line: usize, column: usize) -> [V; 4] {
    let (even, odd) = (&lines[column..column + V::LANES + 1], &lines[line + column..line + column + V::LANES + 1]);
    [V::load(even), V::load(odd), V::load(&even[1..]), V::load(&odd[1..])]
}

#[inline(always)]
fn add<V: Vector>(a: [V; 4], b: [V; 4]) -> [V; 4] {
    [a[0].add(b[0]), a[1].add(b[1]), a[2].add(b[2]), a[3].add(b[3])]
}

#[inline(always)]
fn sub<V: Vector>(a: [V; 4], b: [V; 4]) -> [V; 4] {
    [a[0].sub(b[0]), a[1].sub(b[1]), a[2].sub(b[2]), a[3].sub(b[3])]
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

impl Simd for CorrelateWeights<'_, '_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { squares, channels, outs, images, gradients, sums, buffers: Buffers { lines, x, y, pixels } } = self;
        let rows = images.len() / (channels * squares.height * squares.width) * squares.rows();
        let (plane, padded_outs) = (squares.plane(), outs.next_multiple_of(TILE));
        let mut first = 0;
        while first < rows {
            let band = first..(first + squares.band).min(rows);
            let length = band.len() * squares.columns();
            for channel in 0..channels {
                transform_input::<V>(squares, channels, channel, band.clone(), images, lines, x);
            }
            for out in 0..outs {
                transform_gradient::<V>(squares, outs, out, band.clone(), gradients, pixels, y);
            }
            let components =
                x.chunks_exact_mut(squares.component(channels)).zip(y.chunks_exact(squares.component(padded_outs)));
            for ((x, g), grad) in components.zip(sums.chunks_exact_mut(padded_outs * channels)) {
                // No products behind the last square.
                x.chunks_exact_mut(plane).for_each(|plane| plane[length..length.next_multiple_of(V::LANES)].fill(0.0));
                let (x, g) = (&x[..channels * plane], &g[..padded_outs * plane]);
                Correlate { length, offsets: [0], g_plane: plane, g, x_plane: plane, x, grad }.run::<V>();
            }
            first = band.end;
        }
    }
}

/// The components of one output channel's gradient of a band: the transposed of [`transform_output`].
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
    use crate::direct::definition;
    use crate::simd::{every_kind, run_as};

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
    }

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

    /// Likewise for the gradient of the weight.
    #[test]
    fn every_kind_of_vector_equals_the_definition_of_the_weight_gradient() {
        let (channels, outs, batch) = (3, 5, 3);
        for (height, width) in (1..=14).map(|size| (size, size)).chain([(6, 11), (11, 6), (1, 40), (40, 1)]) {
            let area = height * width;
            let (x, g) = (numbers(batch * channels * area, 1), numbers(batch * outs * area, 2));
            for band in [batch * height.div_ceil(2), 2] {
                let squares = Squares { height, width, band };
                for kind in every_kind() {
                    let mut sums = vec![0.0; COMPONENTS * outs.next_multiple_of(TILE) * channels];
                    Buffers::with(squares, channels, outs, |buffers| {
                        let (images, gradients, sums) = (&x[..], &g[..], &mut sums[..]);
                        run_as(kind, CorrelateWeights { squares, channels, outs, images, gradients, sums, buffers });
                    });
                    for (index, found) in weights_of(&sums, outs * channels).iter().enumerate() {
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

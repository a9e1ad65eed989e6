//! 3×3 convolution with stride 1 and padding 1 by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray 2015, arXiv
//! 1509.09308): 16 multiplications for 4 output pixels instead of 36.
//!
//! The output is cut into squares of 2×2, each from a square of 4×4 pixels. Squares of pixels and weights are transformed
//! to 16 components; an output component is the sum over channels of products of components, so each component is a
//! matrix product of its own; the outputs are transformed back. Rows of images are first split into their even and odd
//! columns: then neighbouring squares read neighbouring numbers.

mod values;
mod weight;

pub(crate) use values::{convolve, pack, pack_transposed};
pub(crate) use weight::weight_gradient;

use crate::conv::parity::split;
use crate::conv::tile::{SLACK, TILE};
use crate::cpu::simd::{Simd, Vector};
use std::cell::RefCell;

/// Taps of the kernel.
const TAPS: usize = 9;
/// Components of a square.
const COMPONENTS: usize = 16;
/// Numbers of one component of a band, about: they stay in the innermost cache.
const BAND: usize = 8192;
/// Squares of the shortest band that is worth its passes.
const FEWEST: usize = 64;

/// How images are cut into squares.
#[derive(Clone, Copy)]
pub(crate) struct Squares {
    height: usize,
    width: usize,
    /// Rows of squares that are transformed together: of several images, or a part of one.
    band: usize,
}

impl Squares {
    /// The squares of images of this size with this number of channels, of the input or the output.
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

    /// Length of a component with this number of channels. Not a power of two: the 16 of them should not share cache
    /// lines' sets.
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

/// The components of a band.
struct TransformInput<'a> {
    squares: Squares,
    channels: usize,
    band: std::ops::Range<usize>,
    images: &'a [f32],
    lines: &'a mut [f32],
    x: &'a mut [f32],
}

impl Simd for TransformInput<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { squares, channels, band, images, lines, x } = self;
        for channel in 0..channels {
            transform_input::<V>(squares, channels, channel, band.clone(), images, lines, x);
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

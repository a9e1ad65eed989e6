//! The convolution by operations that Candle has on every device, for devices other than the CPU: one matrix product over
//! unfolded images each, which is what Candle's `conv2d` is on a graphics card. (What it has there for gradients is many
//! times slower.) The tests run exactly this on the CPU.

use super::ConvShape;
use candle_core::{Result, Tensor};

/// x `[N, C, H, W]` * w `[O, C, k, k]` → `[N, O, OH, OW]`.
pub(crate) fn values(shape: &ConvShape, x: &Tensor, w: &Tensor) -> Result<Tensor> {
    if shape.window() == (1, 1, 0) {
        return of_pixels(&w.flatten_from(1)?, x);
    }
    x.conv2d(w, shape.padding, shape.stride, 1, 1)
}

/// The gradient of the weight, `[O, C, k, k]`: a convolution, too, of x with g as its kernel, images and channels having
/// changed places, and the stride between the kernel's taps.
pub(crate) fn weight_gradient(shape: &ConvShape, x: &Tensor, g: &Tensor) -> Result<Tensor> {
    let &ConvShape { height, width, kernel, stride, padding, .. } = shape;
    if shape.window() == (1, 1, 0) {
        return sum_of_products(g, x)?.reshape((shape.out_channels, shape.channels, 1, 1));
    }
    // Rows and columns that the last window does not reach.
    let reached = |out: usize, size: usize| (stride * (out - 1) + kernel - padding).min(size);
    let x = x.narrow(2, 0, reached(shape.out_height(), height))?.narrow(3, 0, reached(shape.out_width(), width))?;
    let (x, g) = (x.transpose(0, 1)?.contiguous()?, g.transpose(0, 1)?.contiguous()?);
    let gradient = x.conv2d(&g, padding, 1, stride, 1)?;
    gradient.narrow(2, 0, kernel)?.narrow(3, 0, kernel)?.transpose(0, 1)?.contiguous()
}

/// The gradient of the input, `[N, C, H, W]`. Row q = s·t + r of the padded input, s the stride, meets the kernel's rows
/// r, r + s, … alone: for each r ("phase"), and likewise for columns, it is a convolution with stride 1 of g with those,
/// turned by 180°. The phases are interleaved then.
pub(crate) fn input_gradient(shape: &ConvShape, w: &Tensor, g: &Tensor) -> Result<Tensor> {
    if shape.window() == (1, 1, 0) {
        return of_pixels(&w.flatten_from(1)?.t()?, g);
    }
    let stride = shape.stride;
    let rows = Phases::of(shape, shape.height, shape.out_height());
    let columns = Phases::of(shape, shape.width, shape.out_width());
    let w = w.transpose(0, 1)?;
    let line = |r: usize| {
        let phases = (0..stride).map(|c| phase(&w, g, (rows, r), (columns, c))).collect::<Result<Vec<_>>>()?;
        Tensor::stack(&phases, 4)
    };
    let lines = (0..stride).map(line).collect::<Result<Vec<_>>>()?;
    let (batch, channels) = (g.dim(0)?, shape.channels);
    let all = Tensor::stack(&lines, 3)?.reshape((batch, channels, stride * rows.count(), stride * columns.count()))?;
    let start = |phases: Phases| shape.padding - stride * phases.first;
    all.narrow(2, start(rows), shape.height)?.narrow(3, start(columns), shape.width)?.contiguous()
}

/// The places t of each phase along one axis.
#[derive(Clone, Copy)]
struct Phases {
    first: usize,
    end: usize,
    kernel: usize,
    stride: usize,
    /// Pixels of g.
    out: usize,
}

impl Phases {
    /// Those that the pixels of the input lie in.
    fn of(shape: &ConvShape, size: usize, out: usize) -> Self {
        let &ConvShape { kernel, stride, padding, .. } = shape;
        Self { first: padding / stride, end: (padding + size - 1) / stride + 1, kernel, stride, out }
    }

    fn count(self) -> usize {
        self.end - self.first
    }

    /// The kernel's taps that meet phase r.
    fn taps(self, r: usize) -> Vec<u32> {
        (r..self.kernel).step_by(self.stride).map(|tap| tap as u32).rev().collect()
    }

    /// Zeros that g needs before and after it, so that a convolution with that number of taps gives each place; where
    /// negative, pixels of g that no place needs.
    fn border(self, taps: usize) -> [isize; 2] {
        [taps as isize - 1 - self.first as isize, self.end as isize - self.out as isize]
    }
}

/// One phase of rows and columns, `[N, C, …]`, from w `[C, O, k, k]`.
fn phase(w: &Tensor, g: &Tensor, (rows, r): (Phases, usize), (columns, c): (Phases, usize)) -> Result<Tensor> {
    let taps = [rows.taps(r), columns.taps(c)];
    if taps.iter().any(Vec::is_empty) {
        return Tensor::zeros((g.dim(0)?, w.dim(0)?, rows.count(), columns.count()), g.dtype(), g.device());
    }
    let borders = [rows.border(taps[0].len()), columns.border(taps[1].len())];
    // The convolution itself adds what all sides need.
    let common = borders.iter().flatten().copied().min().unwrap_or(0).max(0);
    let [row_taps, column_taps] = taps.map(|taps| Tensor::new(taps, w.device()));
    let w = w.contiguous()?.index_select(&row_taps?, 2)?.index_select(&column_taps?, 3)?;
    let g =
        bordered(&bordered(g, 2, borders[0].map(|zeros| zeros - common))?, 3, borders[1].map(|zeros| zeros - common))?;
    g.conv2d(&w, common as usize, 1, 1, 1)
}

/// g with these numbers of zeros before and after it along an axis, or without as many of its pixels.
fn bordered(g: &Tensor, axis: usize, [before, after]: [isize; 2]) -> Result<Tensor> {
    let cut = |zeros: isize| zeros.min(0).unsigned_abs();
    let kept = g.dim(axis)? - cut(before) - cut(after);
    g.narrow(axis, cut(before), kept)?.pad_with_zeros(axis, before.max(0) as usize, after.max(0) as usize)
}

/// matrix `[A, B]` times each pixel of x `[N, B, H, W]` → `[N, A, H, W]`.
fn of_pixels(matrix: &Tensor, x: &Tensor) -> Result<Tensor> {
    let (batch, _, height, width) = x.dims4()?;
    let (rows, columns) = matrix.dims2()?;
    let product = matrix.broadcast_as((batch, rows, columns))?.matmul(&x.contiguous()?.flatten_from(2)?)?;
    product.reshape((batch, rows, height, width))
}

/// Σ over images and pixels of what a `[N, A, H, W]` and b `[N, B, H, W]` have there, each with each: `[A, B]`.
fn sum_of_products(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let ((batch, rows, height, width), columns) = (a.dims4()?, b.dim(1)?);
    let (a, b) = (a.contiguous()?.flatten_from(2)?, b.contiguous()?.flatten_from(2)?);
    if rows * columns < (rows + columns) * height * width {
        // A product each image, and their sum by another.
        let products = a.matmul(&b.t()?)?.reshape((batch, rows * columns))?;
        let ones = Tensor::ones((1, batch), a.dtype(), a.device())?;
        return ones.matmul(&products)?.reshape((rows, columns));
    }
    let lines = |x: &Tensor, channels: usize| x.transpose(0, 1)?.contiguous()?.reshape((channels, ()));
    lines(&a, rows)?.matmul(&lines(&b, columns)?.t()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::values as numbers;
    use crate::conv::{Algorithm, Direction};
    use candle_core::Device;

    fn close(what: &str, found: &Tensor, expected: &[f32]) {
        let found = found.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(found.len(), expected.len(), "{what}");
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!(
                (found - expected).abs() < 1e-4 * (1.0 + expected.abs()),
                "{what}, {index}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn it_equals_the_fast_loops_in_values_and_gradients() {
        let batch = 3;
        for (kernel, stride, padding) in [
            (1, 1, 0),
            (1, 2, 0),
            (3, 1, 1),
            (3, 2, 1),
            (3, 1, 0),
            (3, 1, 2),
            (3, 2, 2),
            (3, 3, 1),
            (2, 2, 0),
            (2, 3, 0),
            (5, 2, 2),
            (5, 3, 1),
            (7, 2, 3),
            (7, 4, 3),
        ] {
            // The last has more pairs of channels than its pixels would fill.
            for (channels, outs, height, width) in [(1, 1, 7, 7), (3, 5, 8, 9), (4, 2, 9, 12), (60, 50, 5, 5)] {
                if height.min(width) + 2 * padding < kernel {
                    continue;
                }
                let shape = ConvShape { channels, height, width, out_channels: outs, kernel, stride, padding };
                let what = format!("{shape:?}");
                let tensor = |seed: usize, dims: &[usize]| {
                    let values = numbers(dims.iter().product(), seed);
                    (Tensor::new(values.as_slice(), &Device::Cpu).unwrap().reshape(dims).unwrap(), values)
                };
                let (x, xs) = tensor(1, &[batch, channels, height, width]);
                let (w, ws) = tensor(2, &[outs, channels, kernel, kernel]);
                let (g, gs) = tensor(3, &[batch, outs, shape.out_height(), shape.out_width()]);
                let fast = |direction| shape.algorithm(batch, direction);
                close(&what, &values(&shape, &x, &w).unwrap(), &fast(Direction::Values).values(&shape, &xs, &ws));
                let found = input_gradient(&shape, &w, &g).unwrap();
                assert_eq!(found.dims(), x.dims(), "{what}");
                close(&what, &found, &fast(Direction::InputGradient).input_gradient(&shape, &ws, &gs));
                let found = weight_gradient(&shape, &x, &g).unwrap();
                assert_eq!(found.dims(), w.dims(), "{what}");
                close(&what, &found, &fast(Direction::WeightGradient).weight_gradient(&shape, &xs, &gs));
                close(&what, &found, &Algorithm::Im2col.weight_gradient(&shape, &xs, &gs));
            }
        }
    }
}

//! Max pooling (as `torch.nn.functional.max_pool2d`) and adaptive average pooling (as `torch.nn.AdaptiveAvgPool2d`), each
//! with its gradient.

use super::max_pool_portable;
use crate::cpu::parallel::for_each;
use crate::cpu::slices::{Floats, has_fast_path, is_elsewhere, with_f32};
use crate::cpu::sums::sum_lanes;
use candle_core::{Device, Result, Tensor, WithDType};
use std::hint::select_unpredictable;
use std::ops::Range;
use std::sync::Arc;

/// Shares of planes, each for a thread.
const SHARES: usize = 8;

/// What [`max_pool_backward`] needs of the forward pass; only [`max_pool`] makes one.
#[derive(Clone, Debug)]
pub struct MaxPoolTape {
    /// (N, C, H, W) of the input.
    x_dims: (usize, usize, usize, usize),
    /// (N, C, OH, OW) of the output.
    out_dims: (usize, usize, usize, usize),
    winners: Winners,
}

/// For each element of the output the index `row·W + column` of the maximum within its input plane, where the input is.
#[derive(Clone, Debug)]
enum Winners {
    /// Row-major.
    Host(Arc<Vec<u32>>),
    /// `[N, C, OH, OW]`.
    Device(Tensor),
}

impl MaxPoolTape {
    /// For each element of the output, row-major, the index `row·W + column` of the maximum within its input plane (what
    /// PyTorch calls `indices`).
    ///
    /// # Errors
    /// If Candle cannot copy them to the CPU.
    pub fn winners(&self) -> Result<Vec<u32>> {
        match &self.winners {
            Winners::Host(winners) => Ok(winners.to_vec()),
            Winners::Device(winners) => winners.flatten_all()?.to_vec1(),
        }
    }
}

/// The largest value of each window, floor mode, −∞ beyond the edges: x `[N, C, H, W]` → `[N, C, OH, OW]`,
/// `OH = ⌊(H + 2·padding − kernel)/stride⌋ + 1`. Of equal values the first in row-major order wins; a NaN wins over any
/// other value, and the last of several, as in PyTorch.
///
/// ```
/// # use candle_core::{Device, Tensor};
/// use kernel::{max_pool, max_pool_backward};
/// let x = Tensor::arange(0f32, 16.0, &Device::Cpu)?.reshape((1, 1, 4, 4))?;
/// let (y, tape) = max_pool(&x, 2, 2, 0)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [5.0, 7.0, 13.0, 15.0]);
/// assert_eq!(tape.winners()?, [5, 7, 13, 15]);
///
/// let grad = max_pool_backward(&tape, &y.ones_like()?)?;
/// assert_eq!(grad.dims(), x.dims());
/// assert_eq!(grad.sum_all()?.to_scalar::<f32>()?, 4.0);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If kernel or stride is 0, the padding is above half the kernel, the window does not fit, the elements are neither f32
/// nor f64, or Candle cannot allocate.
pub fn max_pool(x: &Tensor, kernel: usize, stride: usize, padding: usize) -> Result<(Tensor, MaxPoolTape)> {
    let (batch, channels, height, width) = x.dims4()?;
    if kernel == 0 || stride == 0 {
        candle_core::bail!("max_pool: kernel {kernel} and stride {stride} must be at least 1");
    }
    if padding > kernel / 2 {
        candle_core::bail!("max_pool: padding {padding} must be at most half of kernel {kernel}");
    }
    let smallest = height.min(width);
    if smallest == 0 || kernel - 2 * padding > smallest {
        candle_core::bail!("max_pool: kernel {kernel} with padding {padding} does not fit input {:?}", x.dims());
    }
    let (rows, columns) =
        (Axis { size: height, kernel, stride, padding }, Axis { size: width, kernel, stride, padding });
    let out_dims = (batch, channels, rows.windows(), columns.windows());
    let (y, winners) = if is_elsewhere(x) {
        let (y, winners) = max_pool_portable::maxima(x, rows, columns)?;
        (y, Winners::Device(winners))
    } else {
        let (y, winners) = Floats::with(x, |floats| match floats {
            Floats::F32(x) => pooled(maxima(x, rows, columns), out_dims),
            Floats::F64(x) => pooled(maxima(x, rows, columns), out_dims),
        })??;
        (y, Winners::Host(Arc::new(winners)))
    };
    Ok((y, MaxPoolTape { x_dims: (batch, channels, height, width), out_dims, winners }))
}

/// The gradient of [`max_pool`]'s x, `[N, C, H, W]`, from that of the output, g `[N, C, OH, OW]`: each element goes to its
/// window's winner, added where windows overlap.
///
/// # Errors
/// If g does not fit the tape, its elements are neither f32 nor f64, or Candle cannot allocate.
pub fn max_pool_backward(tape: &MaxPoolTape, g: &Tensor) -> Result<Tensor> {
    if g.dims4()? != tape.out_dims {
        candle_core::bail!("max_pool: gradient {:?} does not fit output {:?}", g.dims(), tape.out_dims);
    }
    let winners = match &tape.winners {
        Winners::Host(winners) => winners,
        Winners::Device(winners) => return max_pool_portable::scatter(tape.x_dims, winners, g),
    };
    Floats::with(g, |floats| match floats {
        Floats::F32(g) => Tensor::from_vec(scatter(tape, winners, g), tape.x_dims, &Device::Cpu),
        Floats::F64(g) => Tensor::from_vec(scatter(tape, winners, g), tape.x_dims, &Device::Cpu),
    })?
}

/// The mean of each window, where window i of an axis of n pixels is ⌊i·n/out⌋ up to ⌈(i + 1)·n/out⌉:
/// x `[N, C, H, W]` → `[N, C, out, out]`. With out = 1 it is global average pooling (Lin et al. 2014, arXiv 1312.4400).
///
/// # Errors
/// If out is 0, x has not four dimensions or no pixels, or Candle cannot allocate.
pub fn average_pool(x: &Tensor, out: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    check_average(height, width, out)?;
    if !has_fast_path(x) {
        return mean_along(&mean_along(x, 2, out)?, 3, out);
    }
    let y = with_f32(x, |x| {
        let planes = x.chunks_exact(height * width);
        if out == 1 {
            return planes.map(|plane| (sum_lanes(plane, |v| v) / (height * width) as f64) as f32).collect();
        }
        let mut y = Vec::with_capacity(batch * channels * out * out);
        for plane in planes {
            for rows in (0..out).map(|row| window(row, height, out)) {
                for columns in (0..out).map(|column| window(column, width, out)) {
                    let count = (rows.len() * columns.len()) as f64;
                    let lines = plane[rows.start * width..rows.end * width].chunks_exact(width);
                    let sum: f64 = lines.map(|line| sum_lanes(&line[columns.clone()], |v| v)).sum();
                    y.push((sum / count) as f32);
                }
            }
        }
        y
    })?;
    Tensor::from_vec(y, (batch, channels, out, out), x.device())
}

/// The gradient of [`average_pool`]'s x, of shape `x_dims` (N, C, H, W), from that of the output, g `[N, C, out, out]`: each
/// element spread evenly over its window, added where windows overlap.
///
/// # Errors
/// If g is not of that shape, or Candle cannot allocate.
pub fn average_pool_backward(x_dims: (usize, usize, usize, usize), g: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x_dims;
    let (g_batch, g_channels, out, out_width) = g.dims4()?;
    if (g_batch, g_channels, out_width) != (batch, channels, out) {
        candle_core::bail!("average_pool: gradient {:?} does not fit input {x_dims:?}", g.dims());
    }
    check_average(height, width, out)?;
    if !has_fast_path(g) {
        return spread_along(&spread_along(g, 3, width)?, 2, height);
    }
    let grad = with_f32(g, |g| {
        let mut grad = vec![0.0f32; batch * channels * height * width];
        for (plane, g) in grad.chunks_exact_mut(height * width).zip(g.chunks_exact(out * out)) {
            for (row, g) in g.chunks_exact(out).enumerate() {
                let rows = window(row, height, out);
                for (column, g) in g.iter().enumerate() {
                    let columns = window(column, width, out);
                    let share = g / (rows.len() * columns.len()) as f32;
                    for line in plane[rows.start * width..rows.end * width].chunks_exact_mut(width) {
                        line[columns.clone()].iter_mut().for_each(|v| *v += share);
                    }
                }
            }
        }
        grad
    })?;
    Tensor::from_vec(grad, x_dims, g.device())
}

/// The windows of a max pooling along one axis.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) size: usize,
    pub(super) kernel: usize,
    stride: usize,
    padding: usize,
}

impl Axis {
    /// Number of windows.
    fn windows(self) -> usize {
        (self.size + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// The part of the axis that a window covers; never empty, as the padding is at most half the window.
    fn covered(self, window: usize) -> Range<usize> {
        let start = window * self.stride;
        start.saturating_sub(self.padding)..(start + self.kernel - self.padding).min(self.size)
    }

    /// Where pixel `tap` of each window lies; one beyond the edge is moved to the nearest that the window covers.
    pub(super) fn places(self, tap: usize) -> Vec<u32> {
        let place = |window: usize| {
            let covered = self.covered(window);
            (window * self.stride + tap).saturating_sub(self.padding).clamp(covered.start, covered.end - 1) as u32
        };
        (0..self.windows()).map(place).collect()
    }

    /// The windows whose pixel `tap` lies on the axis, and where that pixel of the first of them is.
    fn valid(self, tap: usize) -> (Range<usize>, usize) {
        let first = self.padding.saturating_sub(tap).div_ceil(self.stride).min(self.windows());
        let last = (self.size + self.padding).saturating_sub(tap).div_ceil(self.stride).clamp(first, self.windows());
        (first..last, (first * self.stride + tap).saturating_sub(self.padding))
    }
}

/// The largest value of each window with its place in the plane, plane after plane. A row of windows advances together,
/// one pixel of each at a time, and selects instead of jumping: which pixel wins is more than a processor can guess.
fn maxima<T: WithDType>(x: &[T], rows: Axis, columns: Axis) -> (Vec<T>, Vec<u32>) {
    let (plane, out_width) = (rows.size * columns.size, columns.windows());
    let (planes, out_plane) = (x.len() / plane, rows.windows() * out_width);
    let (mut y, mut winners) = (vec![T::zero(); planes * out_plane], vec![0; planes * out_plane]);
    let share = planes.div_ceil(SHARES).max(1);
    let outputs = y.chunks_mut(share * out_plane).zip(winners.chunks_mut(share * out_plane));
    for_each(outputs.zip(x.chunks(share * plane)), |((y, winners), x)| plane_maxima(x, rows, columns, y, winners));
    (y, winners)
}

/// [`maxima`] of some planes, written to their places in `y` and `winners`.
fn plane_maxima<T: WithDType>(x: &[T], rows: Axis, columns: Axis, y: &mut [T], winners: &mut [u32]) {
    let (width, out_width) = (columns.size, columns.windows());
    let lines = y.chunks_exact_mut(out_width).zip(winners.chunks_exact_mut(out_width));
    let planes = x.chunks_exact(rows.size * width);
    let windows = planes.flat_map(|plane| (0..rows.windows()).map(move |row| (plane, rows.covered(row))));
    for ((largest, places), (plane, rows)) in lines.zip(windows) {
        for (column, (largest, place)) in largest.iter_mut().zip(&mut *places).enumerate() {
            let first = rows.start * width + columns.covered(column).start;
            (*largest, *place) = (plane[first], first as u32);
        }
        for row in rows {
            for tap in 0..columns.kernel {
                let (valid, from) = columns.valid(tap);
                let (largest, places) = (&mut largest[valid.clone()], &mut places[valid]);
                let start = row * width + from;
                let line = &plane[start.min((row + 1) * width)..(row + 1) * width];
                match columns.stride {
                    1 => advance::<T, 1>(largest, places, line, start, 1),
                    2 => advance::<T, 2>(largest, places, line, start, 2),
                    stride => advance::<T, 0>(largest, places, line, start, stride),
                }
            }
        }
    }
}

/// Shows each window its next pixel; they lie `stride` apart in the line, which `STRIDE`, unless it is 0, tells the
/// compiler.
fn advance<T: WithDType, const STRIDE: usize>(
    largest: &mut [T],
    places: &mut [u32],
    line: &[T],
    start: usize,
    stride: usize,
) {
    let stride = if STRIDE == 0 { stride } else { STRIDE };
    for (window, (largest, place)) in largest.iter_mut().zip(places).enumerate() {
        let v = line[window * stride];
        let wins = (v > *largest) | v.partial_cmp(&v).is_none();
        *largest = select_unpredictable(wins, v, *largest);
        *place = select_unpredictable(wins, (start + window * stride) as u32, *place);
    }
}

/// The maxima as a tensor.
fn pooled<T: WithDType>(
    (y, winners): (Vec<T>, Vec<u32>),
    out_dims: (usize, usize, usize, usize),
) -> Result<(Tensor, Vec<u32>)> {
    Ok((Tensor::from_vec(y, out_dims, &Device::Cpu)?, winners))
}

/// Adds each element to its winner.
fn scatter<T: WithDType>(tape: &MaxPoolTape, winners: &[u32], g: &[T]) -> Vec<T> {
    let (batch, channels, height, width) = tape.x_dims;
    let (_, _, out_height, out_width) = tape.out_dims;
    let (plane, out_plane) = (height * width, out_height * out_width);
    let mut grad = vec![T::zero(); batch * channels * plane];
    let share = (batch * channels).div_ceil(SHARES).max(1);
    let outputs = g.chunks(share * out_plane).zip(winners.chunks(share * out_plane));
    for_each(grad.chunks_mut(share * plane).zip(outputs), |(grad, (g, winners))| {
        let outputs = g.chunks_exact(out_plane).zip(winners.chunks_exact(out_plane));
        for (plane, (g, winners)) in grad.chunks_exact_mut(plane).zip(outputs) {
            g.iter().zip(winners).for_each(|(g, winner)| plane[*winner as usize] += *g);
        }
    });
    grad
}

fn check_average(height: usize, width: usize, out: usize) -> Result<()> {
    if out == 0 || height == 0 || width == 0 {
        candle_core::bail!("average_pool: {height}x{width} pixels to {out}x{out}, expected at least 1x1 both");
    }
    Ok(())
}

/// Window i of an axis of n pixels.
fn window(i: usize, n: usize, out: usize) -> Range<usize> {
    i * n / out..((i + 1) * n).div_ceil(out)
}

/// The means of the windows of one axis by stock Candle; a window of both axes is a rectangle, so it is the mean of its
/// rows' means.
fn mean_along(x: &Tensor, dim: usize, out: usize) -> Result<Tensor> {
    let windows = (0..out).map(|i| {
        let window = window(i, x.dim(dim)?, out);
        x.narrow(dim, window.start, window.len())?.mean_keepdim(dim)
    });
    Tensor::cat(&windows.collect::<Result<Vec<_>>>()?, dim)?.contiguous()
}

/// The gradient of [`mean_along`], whose input had n pixels on the axis.
fn spread_along(g: &Tensor, dim: usize, n: usize) -> Result<Tensor> {
    let out = g.dim(dim)?;
    let spread = |i: usize| {
        let window = window(i, n, out);
        let mut dims = g.dims().to_vec();
        dims[dim] = window.len();
        let share = (g.narrow(dim, i, 1)? / window.len() as f64)?.broadcast_as(dims)?;
        share.pad_with_zeros(dim, window.start, n - window.end)?.contiguous()
    };
    (1..out).try_fold(spread(0)?, |sum, i| sum + spread(i)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What other devices run, on the CPU: every bit, ties and NaN included.
    #[test]
    fn the_portable_maxima_and_their_gradient_equal_the_loops() {
        for (kernel, stride, padding) in [(3, 2, 1), (2, 2, 0), (3, 1, 1), (3, 3, 0), (5, 2, 2), (2, 3, 1), (1, 1, 0)] {
            for (height, width) in [(3, 5), (7, 8), (12, 4)] {
                if kernel - 2 * padding > height.min(width) {
                    continue;
                }
                let [rows, columns] = [height, width].map(|size| Axis { size, kernel, stride, padding });
                let x_dims = (2, 3, height, width);
                // A few different values, so that there are ties.
                let kinds = [0.0, 1.0, -1.0, f32::NEG_INFINITY, 2.0, f32::NAN, -2.0];
                let values: Vec<f32> = (0..6 * height * width).map(|i| kinds[i * 7919 % 101 % 7]).collect();
                let x = Tensor::from_vec(values, x_dims, &Device::Cpu).unwrap();
                let (expected, tape) = max_pool(&x, kernel, stride, padding).unwrap();
                let (found, winners) = max_pool_portable::maxima(&x, rows, columns).unwrap();
                let bits = |x: &Tensor| -> Vec<u32> {
                    x.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
                };
                let what = format!("{kernel}x{kernel} stride {stride} padding {padding} on {height}x{width}");
                assert_eq!(bits(&found), bits(&expected), "{what}");
                assert_eq!(winners.flatten_all().unwrap().to_vec1::<u32>().unwrap(), tape.winners().unwrap(), "{what}");
                let g = (0..found.elem_count()).map(|i| (i % 17) as f32 - 8.0).collect::<Vec<_>>();
                let g = Tensor::from_vec(g, found.dims(), &Device::Cpu).unwrap();
                let gradient = max_pool_portable::scatter(x_dims, &winners, &g).unwrap();
                assert_eq!(bits(&gradient), bits(&max_pool_backward(&tape, &g).unwrap()), "{what}");
            }
        }
    }
}

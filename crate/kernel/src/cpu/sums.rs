//! Sums over planes and channels, in f64 and in an order that is fixed: that of a plane's elements in eight lanes, so that
//! the vector unit can be used, that of planes by their images.

use crate::cpu::parallel::{for_each, share};
use crate::cpu::simd::vectorised;

/// For each channel, the sums over images of what `f` makes of its index and its plane in `a` and in `b`, both
/// `[N, channels, plane]`.
pub(crate) fn sum_planes<const SUMS: usize>(
    a: &[f32],
    b: &[f32],
    channels: usize,
    plane: usize,
    f: impl Fn(usize, &[f32], &[f32]) -> [f64; SUMS] + Send + Sync,
) -> Vec<[f64; SUMS]> {
    let plane = plane.max(1);
    let image = channels * plane;
    let mut sums = vec![[0.0; SUMS]; channels];
    let share = share(a.len(), 1);
    for_each(sums.chunks_mut(share).enumerate(), |(index, sums)| {
        vectorised(
            #[inline(always)]
            || {
                for (sums, channel) in sums.iter_mut().zip(index * share..) {
                    let range = channel * plane..(channel + 1) * plane;
                    for (a, b) in a.chunks_exact(image).zip(b.chunks_exact(image)) {
                        let of_plane = f(channel, &a[range.clone()], &b[range.clone()]);
                        sums.iter_mut().zip(of_plane).for_each(|(sum, term)| *sum += term);
                    }
                }
            },
        );
    });
    sums
}

/// Σ f(v) over a plane's elements.
#[inline(always)]
pub(crate) fn sum_lanes(plane: &[f32], f: impl Fn(f32) -> f32) -> f64 {
    let mut lanes = [0.0f64; 8];
    let chunks = plane.chunks_exact(8);
    let tail: f64 = chunks.remainder().iter().map(|v| f64::from(f(*v))).sum();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, v)| *lane += f64::from(f(*v)));
    }
    lanes.iter().sum::<f64>() + tail
}

/// Σ aᵢbᵢ over two planes' elements, products in f32.
#[inline(always)]
pub(crate) fn dot_lanes(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0.0f64; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| f64::from(a * b)).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += f64::from(a * b));
    }
    lanes.iter().sum::<f64>() + tail
}

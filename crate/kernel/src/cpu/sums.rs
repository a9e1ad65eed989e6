//! Sums over planes and channels, in f64 and in an order that is fixed: that of a plane's elements in eight lanes, so that
//! the vector unit can be used, that of planes by their images.

use crate::cpu::parallel::{WORTH, for_each};
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
    let mut sums = vec![[0.0; SUMS]; channels];
    let of_channel = |channel: usize, sums: &mut [f64; SUMS]| {
        let image = channels * plane;
        let range = channel * plane..(channel + 1) * plane;
        for (a, b) in a.chunks_exact(image).zip(b.chunks_exact(image)) {
            let of_plane = f(channel, &a[range.clone()], &b[range.clone()]);
            sums.iter_mut().zip(of_plane).for_each(|(sum, term)| *sum += term);
        }
    };
    if a.len() < WORTH {
        vectorised(|| sums.iter_mut().enumerate().for_each(|(channel, sums)| of_channel(channel, sums)));
    } else {
        for_each(sums.iter_mut().enumerate(), |(channel, sums)| vectorised(|| of_channel(channel, sums)));
    }
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

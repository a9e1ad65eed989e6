//! Work on several threads, natively; one after the other in wasm and where the program has one thread. What is computed,
//! and in which order anything is added up, never depends on the number of threads.

use crate::cpu::fresh::filled;

/// Numbers from which a loop over them is worth a second thread.
const WORTH: usize = 1 << 16;
/// Numbers that one task of such a loop takes.
#[cfg(not(target_arch = "wasm32"))]
const TASK: usize = 1 << 15;

/// Calls `work` with each item, in any order.
pub(crate) fn for_each<T: Send>(items: impl Iterator<Item = T>, work: impl Fn(T) + Send + Sync) {
    #[cfg(not(target_arch = "wasm32"))]
    if rayon::current_num_threads() > 1 {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        let items: Vec<T> = items.collect();
        if items.len() > 1 {
            return items.into_par_iter().for_each(work);
        }
        return items.into_iter().for_each(work);
    }
    items.for_each(work);
}

/// The same with a state for each thread's share of the work, such as a buffer.
pub(crate) fn for_each_with<T: Send, S>(
    items: impl Iterator<Item = T>,
    state: impl Fn() -> S + Send + Sync,
    work: impl Fn(&mut S, T) + Send + Sync,
) {
    #[cfg(not(target_arch = "wasm32"))]
    if rayon::current_num_threads() > 1 {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        let items: Vec<T> = items.collect();
        if items.len() > 1 {
            return items.into_par_iter().for_each_init(state, work);
        }
        return items.into_iter().for_each(|item| work(&mut state(), item));
    }
    let mut state = state();
    items.for_each(|item| work(&mut state, item));
}

/// What `f` makes of each number of `a`.
pub(crate) fn map(a: &[f32], f: impl Fn(f32) -> f32 + Send + Sync) -> Vec<f32> {
    zip(a, a, |a, _| f(a))
}

/// What `f` makes of each pair of numbers; both slices are of one length.
pub(crate) fn zip(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32 + Send + Sync) -> Vec<f32> {
    let pairs =
        |a: &[f32], b: &[f32]| crate::cpu::simd::vectorised(|| a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect());
    if a.len() < WORTH {
        return pairs(a, b);
    }
    #[cfg(not(target_arch = "wasm32"))]
    if rayon::current_num_threads() > 1 {
        assert_eq!(a.len(), b.len(), "slices of one length");
        return filled(a.len(), |out| {
            for_each(out.chunks_mut(TASK).zip(a.chunks(TASK)).zip(b.chunks(TASK)), |((out, a), b)| {
                let pairs = out.iter_mut().zip(a.iter().zip(b));
                crate::cpu::simd::vectorised(|| {
                    pairs.for_each(|(out, (a, b))| {
                        out.write(f(*a, *b));
                    });
                });
            });
        });
    }
    pairs(a, b)
}

/// What `f` makes of each pair of numbers in two slices `[N, channels, plane]`, with what `of_channel` says of the channel.
pub(crate) fn map_planes<C>(
    a: &[f32],
    b: &[f32],
    channels: usize,
    plane: usize,
    of_channel: impl Fn(usize) -> C + Send + Sync,
    f: impl Fn(&C, f32, f32) -> f32 + Send + Sync,
) -> Vec<f32> {
    let plane = plane.max(1);
    assert!(a.len() == b.len() && a.len().is_multiple_of(plane), "whole planes of one number");
    // Whole images at a time: a plane alone may be small.
    let image = channels.max(1) * plane;
    let count = if a.len() < WORTH { a.len().max(1) } else { image };
    filled(a.len(), |out| {
        for_each(out.chunks_mut(count).zip(a.chunks(count)).zip(b.chunks(count)), |((out, a), b)| {
            crate::cpu::simd::vectorised(|| {
                let planes = out.chunks_mut(plane).zip(a.chunks(plane)).zip(b.chunks(plane));
                for (index, ((out, a), b)) in planes.enumerate() {
                    let channel = of_channel(index % channels);
                    for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                        out.write(f(&channel, *a, *b));
                    }
                }
            });
        });
    })
}

/// For each channel, the sums over images of what `f` makes of a plane (or of two), `[N, channels, plane]`.
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
        crate::cpu::simd::vectorised(|| {
            sums.iter_mut().enumerate().for_each(|(channel, sums)| of_channel(channel, sums));
        });
    } else {
        for_each(sums.iter_mut().enumerate(), |(channel, sums)| {
            crate::cpu::simd::vectorised(|| of_channel(channel, sums));
        });
    }
    sums
}

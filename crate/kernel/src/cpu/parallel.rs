//! Work on several threads, natively; one after the other in wasm and where the program has one thread. What is computed,
//! and in which order anything is added up, never depends on the number of threads.

use super::simd::vectorised;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Elements from which a loop over them is worth a second thread.
const WORTH: usize = 1 << 16;

/// Elements that one task of a loop over `elements` takes: `task` of them, or all where a second thread is not worth it or
/// the program has none.
pub(crate) fn share(elements: usize, task: usize) -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    if elements >= WORTH && rayon::current_num_threads() > 1 {
        return task;
    }
    let _ = task;
    elements.max(1)
}

/// Calls `work` with each item, in any order.
pub(crate) fn for_each<T: Send>(items: impl Iterator<Item = T>, work: impl Fn(T) + Send + Sync) {
    #[cfg(not(target_arch = "wasm32"))]
    if rayon::current_num_threads() > 1 {
        use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
        let items: Vec<T> = items.collect();
        if items.len() > 1 {
            // Item by item: where something else has a processor for a while, the others take what was its share.
            return items.into_par_iter().with_max_len(1).for_each(work);
        }
        return items.into_iter().for_each(work);
    }
    items.for_each(work);
}

/// Calls `work` with each item, in any order, and with a state, such as a buffer, of which each thread has its own.
pub(crate) fn for_each_with<T: Send, S: Send>(
    items: impl Iterator<Item = T>,
    state: impl Fn() -> S + Send + Sync,
    work: impl Fn(&mut S, T) + Send + Sync,
) {
    let states = Mutex::new(Vec::new());
    let states = || states.lock().unwrap_or_else(PoisonError::into_inner);
    for_each(items, |item| {
        let free = states().pop();
        let mut own = free.unwrap_or_else(&state);
        work(&mut own, item);
        states().push(own);
    });
}

/// The sum of what `part` makes of each part of `0..count`: parts of one length and the rest, added up in their order.
pub fn sum_of_parts(count: usize, part: impl Fn(Range<usize>) -> f64 + Send + Sync) -> f64 {
    let mut sums = vec![0.0; count.div_ceil(WORTH)];
    for_each(sums.iter_mut().enumerate(), |(index, sum)| {
        *sum = vectorised(
            #[inline(always)]
            || part(index * WORTH..((index + 1) * WORTH).min(count)),
        );
    });
    sums.into_iter().sum()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_parts_is_of_all_elements_and_the_same_on_any_number_of_threads() {
        let values: Vec<f64> = (0..3 * WORTH + 77).map(|index| 1.0 / (1.0 + index as f64)).collect();
        let sum = |count: usize| sum_of_parts(count, |range| values[range].iter().sum());
        for count in [0, 1, WORTH, WORTH + 1, values.len()] {
            let expected: f64 = values[..count].iter().sum();
            assert!((sum(count) - expected).abs() < 1e-12 * (1.0 + expected), "{count}");
        }
        let on = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(on(1).install(|| sum(values.len())), on(3).install(|| sum(values.len())));
    }
}

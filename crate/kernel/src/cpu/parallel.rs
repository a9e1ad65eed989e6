//! Work on several threads, natively; one after the other in wasm and where the program has one thread. What is computed,
//! and in which order anything is added up, never depends on the number of threads.

/// Elements from which a loop over them is worth a second thread.
pub(crate) const WORTH: usize = 1 << 16;

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
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        let items: Vec<T> = items.collect();
        if items.len() > 1 {
            return items.into_par_iter().for_each(work);
        }
        return items.into_iter().for_each(work);
    }
    items.for_each(work);
}

/// Calls `work` with each item, in any order, and with a state for each thread's share of the work, such as a buffer.
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

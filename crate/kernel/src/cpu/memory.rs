//! Memory between training steps. Each step frees the tensors of the one before and takes others of the same sizes; an
//! allocator that gives them back to the system has them cleared again, page by page, a fifth of a small network's step.

/// `mi_option_purge_delay` of mimalloc.h, which the bindings leave out.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
/// How long freed memory is kept, milliseconds: longer than any step.
const KEEP_MS: std::ffi::c_long = 60_000;

/// Tells mimalloc, if the program has chosen it as its allocator, to keep freed memory for a minute.
///
/// # Safety
/// No other thread may exist yet: mimalloc stores its options without synchronisation, and each thread that allocates or
/// frees reads them. So `main` calls this first of all.
pub unsafe fn keep_freed_memory() {
    // SAFETY: stores an integer among mimalloc's options, which nobody else reads or writes, as the caller promises.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, KEEP_MS) }
}

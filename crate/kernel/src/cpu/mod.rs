//! What the layers and the convolutions need of the machine: reading a tensor's memory, new buffers, vectors, threads and
//! matrix products. Nothing here knows of layers.
//!
//! Start at `elementwise.rs`, through which most layers go: it uses the rest.
//!
//! Only the four modules marked here hold unsafe code, and each is sound by itself: whatever safe code calls it with, it
//! checks, or its types cannot be made wrongly. What it cannot check is an `unsafe fn`: `memory::keep_freed_memory`, which
//! the programs call before they have a second thread.

pub(crate) mod elementwise;
#[allow(unsafe_code, reason = "buffers that are not cleared before they are written")]
pub(crate) mod fresh;
#[allow(unsafe_code, reason = "gemm takes pointers")]
pub(crate) mod matmul;
#[cfg(not(target_arch = "wasm32"))]
#[allow(unsafe_code, reason = "an option of mimalloc is set through its C interface")]
pub(crate) mod memory;
pub(crate) mod parallel;
#[allow(unsafe_code, reason = "intrinsics, and code compiled for processors that must first be asked")]
pub(crate) mod simd;
pub(crate) mod slices;
pub(crate) mod sums;

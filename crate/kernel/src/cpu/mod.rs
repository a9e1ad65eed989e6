//! What the layers and the convolutions need of the machine: reading a tensor's memory, new buffers, vectors, threads and
//! matrix products. Nothing here knows of layers.
//!
//! Start at `slices.rs`, which decides whether our loops serve a tensor, then `parallel.rs`.

pub(crate) mod fresh;
pub(crate) mod matmul;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod memory;
pub(crate) mod parallel;
pub(crate) mod simd;
pub(crate) mod slices;

//! The arithmetic of the layers: forward and hand-written backward, each a function on Candle tensors.
//!
//! On f32 tensors in CPU memory (native and wasm) our own loops and matrix products run; for f64 and on other devices the
//! function falls back to Candle's operations. Stock Candle with its autograd is the slow twin in the tests. Shapes
//! are `[N, C, H, W]` (batch, channels, height, width) throughout, `[N, features, 1, 1]` for vectors. No function changes
//! its input; shapes or a tape that do not fit are an error.
//!
//! - `ops`: the layers; the scheme of their names and arguments is written there
//! - `conv`: the convolution, in several ways
//! - `cpu`: what both need of the machine
//! - `cuda`: what graphics cards are told; there and in `cpu` is all of the unsafe code

#![warn(clippy::undocumented_unsafe_blocks)]

mod conv;
mod cpu;
mod cuda;
mod ops;

pub use conv::{Algorithm, ConvShape, Direction, conv2d, conv2d_grad_input, conv2d_grad_weight};
#[cfg(not(target_arch = "wasm32"))]
pub use cpu::memory::keep_freed_memory;
pub use cpu::parallel::sum_of_parts;
pub use cpu::slices::{Floats, is_elsewhere};
pub use cuda::{ConstantsKept, keep_freed_memory_on};
pub use ops::*;

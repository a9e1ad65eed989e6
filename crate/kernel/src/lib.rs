//! The arithmetic of the layers: forward and hand-written backward, each a function on Candle tensors.
//!
//! On f32 tensors in CPU memory (native and wasm) our own loops and matrix products run; for f64 and on other devices the
//! same function falls back to stock Candle operations. Stock Candle with its autograd is the slow twin in the tests.
//! Shapes are `[N, C, H, W]` (batch, channels, height, width) throughout. No function changes its input.

mod batch_norm;
mod conv;
mod conv_stock;
mod direct;
mod join;
mod matmul;
mod option_a;
mod simd;
mod slices;
mod unfold;

pub use batch_norm::{BatchNormTape, batch_norm, batch_norm_backward, batch_norm_eval};
pub use conv::{ConvShape, conv2d, conv2d_grad_input, conv2d_grad_weight};
pub use join::{add_scaled, relu, relu_backward};
pub use option_a::{option_a, option_a_backward};
pub use slices::Floats;

//! The arithmetic of the layers: forward and hand-written backward, each a function on Candle tensors.
//!
//! On f32 tensors in CPU memory (native and wasm) our own loops and matrix products run; for f64 and on other devices the
//! same function falls back to stock Candle operations. Stock Candle with its autograd is the slow twin in the tests.
//! Shapes are `[N, C, H, W]` (batch, channels, height, width) throughout, `[N, features, 1, 1]` for vectors. No function
//! changes its input.

mod activation;
mod batch_norm;
mod channel;
mod columns;
mod concat;
mod conv;
mod conv_stock;
#[cfg(test)]
mod definition;
mod direct;
mod fresh;
mod join;
mod linear;
mod matmul;
#[cfg(not(target_arch = "wasm32"))]
mod memory;
mod option_a;
mod parallel;
mod parity;
mod pool;
mod scale;
mod sgd;
mod simd;
mod slices;
mod strided;
mod tile;
mod unfold;
mod winograd;

pub use activation::{sigmoid, sigmoid_backward, tanh, tanh_backward};
pub use batch_norm::{BatchNormTape, batch_norm, batch_norm_backward, batch_norm_eval};
pub use channel::{add_channel_bias, channel_sum};
pub use concat::{concat_channels, split_channels};
pub use conv::{ConvShape, conv2d, conv2d_grad_input, conv2d_grad_weight};
pub use join::{add_scaled, relu, relu_backward};
pub use linear::{linear, linear_grad_bias, linear_grad_input, linear_grad_weight};
#[cfg(not(target_arch = "wasm32"))]
pub use memory::keep_freed_memory;
pub use option_a::{option_a, option_a_backward};
pub use pool::{MaxPoolTape, average_pool, average_pool_backward, max_pool2d, max_pool2d_backward};
pub use scale::{scale, scale_backward};
pub use sgd::sgd;
pub use slices::Floats;

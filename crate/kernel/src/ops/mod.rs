//! The layers as functions on tensors, one file a layer: what it computes, its gradients, and the stock Candle operations
//! that serve f64 and other devices. Convolutions have a folder of their own, `conv`.
//!
//! Start at `join.rs`, which is the simplest, then `batch_norm.rs`, which has everything: a forward pass, a tape and a
//! gradient.

mod activation;
mod batch_norm;
pub(crate) mod channel;
mod concat;
mod join;
mod linear;
mod option_a;
mod pool;
mod scale;
mod sgd;

pub use activation::{sigmoid, sigmoid_backward, tanh, tanh_backward};
pub use batch_norm::{BatchNormTape, batch_norm, batch_norm_backward, batch_norm_eval};
pub use channel::{add_channel_bias, channel_sum};
pub use concat::{concat_channels, split_channels};
pub use join::{add_scaled, relu, relu_backward};
pub use linear::{linear, linear_grad_bias, linear_grad_input, linear_grad_weight};
pub use option_a::{option_a, option_a_backward};
pub use pool::{MaxPoolTape, average_pool, average_pool_backward, max_pool2d, max_pool2d_backward};
pub use scale::{scale, scale_backward};
pub use sgd::sgd;

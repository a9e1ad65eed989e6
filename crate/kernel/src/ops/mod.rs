//! The layers as functions on tensors, one file a layer: what it computes, its gradients, and the stock Candle operations
//! that serve f64 and other devices. Convolutions have a folder of their own, `conv`.
//!
//! Start at `activation.rs`, which is the simplest, then `batch_norm.rs`, which has everything: a forward pass, a tape and
//! a gradient.
//!
//! Names and the order of arguments follow one scheme, in `conv`, too:
//! - `op(x, parameters…, settings…)` is the layer: first what flows through, then what is learned, then its settings
//! - `op_backward(saved…, parameters…, g)` gives the gradients of all that `op` took, from what the forward pass left (a
//!   tape, x, or its shape) and g, the gradient of the output, which comes last
//! - `op_grad_x(…)` gives one of them, where callers do not always need all

mod activation;
mod batch_norm;
mod channel_bias;
mod concat;
mod join;
mod linear;
mod max_pool_portable;
mod option_a;
mod pool;
mod scale;
mod sgd;

pub use activation::{relu, relu_backward, sigmoid, sigmoid_backward, tanh, tanh_backward};
pub use batch_norm::{BatchNormTape, batch_norm, batch_norm_backward, batch_norm_eval};
pub use channel_bias::{channel_bias, channel_bias_grad_bias};
pub use concat::{concat_channels, split_channels};
pub use join::add_scaled;
pub use linear::{linear, linear_grad_bias, linear_grad_input, linear_grad_weight};
pub use option_a::{option_a, option_a_backward};
pub use pool::{MaxPoolTape, average_pool, average_pool_backward, max_pool, max_pool_backward};
pub use scale::{scale, scale_backward};
pub use sgd::sgd;

//! A network that runs forward and back, layer by layer.
//!
//! Start at [`Block`]: y = f(a·h(x) + b·F(x)), with the gradient's two [`Ways`] back kept apart. A block is made of
//! chains of layers; a [`Network`] is a stem (a chain), blocks and a head. [`Parameters`] hold the trainable
//! tensors, which start at [`initial_values`] and move by [`Sgd`]. [`BlockFloat`] lets f32 hold what is far below its
//! range.

mod block;
mod block_floating_point;
mod chain;
mod head;
mod initial;
mod layer;
mod names;
#[expect(clippy::module_inception, reason = "the folder holds what a network is made of, this file the network itself")]
mod network;
pub(crate) mod norms;
mod optimiser;
mod parameters;
pub(crate) mod reductions;
mod ways;
mod weights;

pub(crate) use block::{Block, BlockGradient, BlockTape};
pub(crate) use block_floating_point::{BlockFloat, BlockFloatGradients, lower, unit};
pub(crate) use chain::ChainTape;
pub(crate) use head::HeadTape;
pub use initial::initial_values;
pub(crate) use layer::Gradients;
pub use layer::Mode;
pub use names::torchvision_names;
pub use network::Network;
pub use optimiser::Sgd;
pub use parameters::Parameters;
pub use ways::{Join, Ways};
pub use weights::{Tensors, read_tensors};

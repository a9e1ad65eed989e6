//! Residual networks that train block by block, and the quantities measured on the way. In reading order:
//!
//! [`random`] and [`init`] make the initial [`Parameters`]; a [`Network`] is a stem, [`Block`]s and a head; a [`Sweep`]
//! carries one batch forward and its gradient back, one block a call, and measures; [`Sgd`] updates; a [`Session`] turns
//! changes into events around that; [`data`] serves the batches; [`probe`] is one sweep without a session.
//!
//! No browser, no files, no clocks, no printing.

mod block;
mod chain;
pub mod data;
mod error;
mod head;
pub mod init;
mod layer;
mod network;
mod norms;
mod optimiser;
mod parameters;
pub mod probe;
mod quantities;
pub mod random;
mod scaled;
mod session;
mod stopwatch;
mod sweep;
mod trials;

pub use block::{Block, BlockGradient, BlockTape, Join};
pub use error::EngineError;
pub use layer::Mode;
pub use network::Network;
pub use optimiser::Sgd;
pub use parameters::Parameters;
pub use quantities::{Backward, gradient_over, path_parts};
pub use session::{Advance, Session, training_joins};
pub use stopwatch::{Clock, Stopwatch};
pub use sweep::{Batch, Measuring, Sweep, Swept};

//! Residual networks that train block by block, and the quantities measured on the way. In reading order:
//!
//! [`random`] and [`init`] make the initial [`Parameters`]; a [`Network`] is a stem, [`Block`]s and a head; a [`Sweep`]
//! carries one batch forward and its gradient back, one block a call, and measures; [`Sgd`] updates; a [`Session`] turns
//! changes into events around that; [`data`] serves the batches; [`probe`] is one sweep without a session.
//!
//! No browser, no files, no clocks, no printing.

mod block;
pub mod data;
mod error;
mod head;
pub mod init;
mod layer;
mod measured;
mod network;
mod optimiser;
mod parameters;
pub mod probe;
pub mod random;
mod session;
mod sweep;

pub use block::{Block, BlockGradient, BlockTape};
pub use error::EngineError;
pub use layer::Mode;
pub use network::Network;
pub use optimiser::Sgd;
pub use parameters::Parameters;
pub use session::{Advance, Session};
pub use sweep::{Batch, Sweep};

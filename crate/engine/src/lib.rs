//! Residual networks that train block by block, and the quantities measured on the way. In reading order:
//!
//! `network`: a [`Network`] is a stem, blocks and a head, made of layers that go forward and back, with its
//! [`Parameters`] and the optimiser [`Sgd`]. `pass`: a [`Pass`] carries one batch forward and its gradient back, one block a
//! call, and measures. `quantities`: the catalogue of what is measured. `session`: a [`Session`] turns changes into events
//! around that. `proof`: a [`Proof`] holds the
//! gradients against losses. `drive`: a [`Driver`] does what a page commands. [`data`] makes batches of a [`dataset::Source`] in [`random`] orders; [`probe`] is one pass without a session.
//!
//! No browser, no files, no clocks, no printing.

pub mod data;
mod drive;
mod error;
mod input;
mod network;
mod pass;
pub mod probe;
mod proof;
mod quantities;
mod session;

pub use dataset::random;
pub use drive::{Driver, Host};
pub use error::{Bug, EngineError, InputError};
pub use input::Input;
pub use network::{
    Join, Mode, Network, Parameters, Sgd, Tensors, Ways, initial_values, read_tensors, torchvision_names,
};
pub use pass::{Batch, Clock, Measuring, Pass, PassResult, Stopwatch};
pub use proof::Proof;
pub use quantities::{Backward, gradient_over, path_parts};
pub use session::{Advance, Saved, Session, training_joins};

// The fixtures of the tests name this package as users do.
#[cfg(test)]
extern crate self as engine;
#[cfg(test)]
#[path = "../tests/it/support/mod.rs"]
mod support;

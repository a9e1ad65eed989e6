//! Is the gradient the derivative of the loss? A [`Proof`] takes the gradients from the very pass that trains, with its
//! kernels and in its precision, and holds them against losses alone, computed in float64.
//!
//! [`Proof`] is the place to start: it does one part of the network a call. A `line` is a direction through the weights,
//! `slope` makes a derivative of losses and says when it is none; `rounding` says what float32 can be asked for; `picks` says
//! which weights are checked.

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod faulty;
mod line;
mod picks;
#[expect(clippy::module_inception, reason = "the folder holds what a proof needs, this file the proof itself")]
mod proof;
mod rounding;
mod slope;

pub use proof::Proof;

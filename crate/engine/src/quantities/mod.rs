//! The catalogue of measured quantities: one file a quantity, or a few that are measured together, each with its formula,
//! its source and how it is found. Measuring reads what a pass holds anyway, and changes nothing.
//!
//! Names, units, schedules and costs stand in [`protocol::Quantity`], how to read each in `scene`'s words. To add a
//! quantity: a name there, a [`Definition`] in a file here, a line in [`CATALOGUE`], and its words. `definition.rs` is the
//! place to start: it says at which moments quantities are measured.

mod ablation;
mod activation;
mod active_blocks;
mod closed_forms;
mod coherence;
mod definition;
mod gradient;
mod join_split;
mod mean_depth;
mod measurements;
mod path_bound;
mod path_spectrum;
mod paths;
mod readings;
mod residual_ratio;
mod strength_sweep;
mod trials;
#[cfg(test)]
mod twins;
mod underflow;
mod update_ratio;
mod weight_gradient;

pub(crate) use definition::{BlockBackward, BlockForward, Definition, Measure, Norm, Update};
pub(crate) use measurements::{Found, Measurements};
pub use path_spectrum::path_parts;
pub(crate) use paths::Analysis;
pub use paths::{Backward, gradient_over};
pub(crate) use readings::{Numbers, Reading, Readings};
pub(crate) use trials::Trials;

/// All that is measured.
pub(crate) const CATALOGUE: &[Definition] = &[
    residual_ratio::DEFINITION,
    activation::DEFINITION,
    gradient::PROFILE,
    gradient::OVER_DEPTH,
    join_split::DEFINITION,
    weight_gradient::PROFILE,
    weight_gradient::OVER_DEPTH,
    underflow::DEFINITION,
    update_ratio::DEFINITION,
    closed_forms::BACKWARD,
    closed_forms::SPECTRUM,
    closed_forms::FORWARD,
    active_blocks::DEFINITION,
    path_spectrum::DEFINITION,
    mean_depth::DEFINITION,
    coherence::DEFINITION,
    path_bound::DEFINITION,
    ablation::DEFINITION,
    strength_sweep::DEFINITION,
];

//! The pure mathematics of the measurements, on slices. Only the standard library.
//!
//! Sums are accumulated in f64: a deep plain network's gradients go below what a squared f32 can hold.

mod activation;
mod depth_profile;
mod norm;
mod path_shares;
mod poisson_binomial;
mod underflow;

pub use activation::{dead_channels, mean_pairwise_cosine};
pub use depth_profile::{depth_ratio, layer_factor};
pub use norm::{Real, cosine, dot, l2, largest, sum_of_squares};
pub use path_shares::{
    branch_energy_share, branch_norm_share, closed_form_depth, forward_depth, share_over_shortcut, veit_depth,
};
pub use poisson_binomial::{ln_binomial, mean_index, poisson_binomial};
pub use underflow::underflowed;

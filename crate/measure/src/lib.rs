//! The pure mathematics of the measurements, on slices. Only the standard library.
//!
//! Sums are accumulated in f64: a deep plain network's gradients go below what a squared f32 can hold.

mod norm;

pub use norm::{Real, cosine, dot, l2, sum_of_squares};

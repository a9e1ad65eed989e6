//! The join of branch and shortcut.

use crate::cpu::elementwise::zip;
use crate::cpu::slices::has_fast_path;
use candle_core::{Result, Tensor};

/// f + a·s, element by element; f and s of one shape.
///
/// # Errors
/// If f and s have not one shape, or Candle cannot allocate.
pub fn add_scaled(f: &Tensor, s: &Tensor, a: f64) -> Result<Tensor> {
    if !has_fast_path(f) {
        return f + (s * a)?;
    }
    let a = a as f32;
    zip(f, s, |f, s| f + a * s)
}

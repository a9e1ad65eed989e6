//! Norms of tensors, accumulated in f64; what a quantity reads of a tensor. On devices other than the CPU they are made
//! there, and one number is read.

use super::reductions;
use crate::EngineError;
use candle_core::Tensor;
use kernel::{Floats, is_elsewhere, sum_of_parts};
use measure::Real;

/// Calls a function of `measure` on a tensor's values, whichever their type.
macro_rules! with_values {
    ($tensor:expr, |$values:ident| $body:expr) => {
        kernel::Floats::with($tensor, |floats| match floats {
            kernel::Floats::F32($values) => $body,
            kernel::Floats::F64($values) => $body,
        })
    };
}
pub(crate) use with_values;

/// ‖tensor‖₂ over all its values.
pub(crate) fn l2(tensor: &Tensor) -> Result<f64, EngineError> {
    if is_elsewhere(tensor) {
        return Ok(reductions::sum_of_squares(&[tensor])?.to_scalar::<f64>()?.sqrt());
    }
    let squares = with_values!(tensor, |values| dot_of_values(values, values))?;
    Ok(squares.sqrt())
}

/// The largest of its values without their signs; a NaN counts as none.
pub(crate) fn largest(tensor: &Tensor) -> Result<f64, EngineError> {
    if is_elsewhere(tensor) {
        return Ok(reductions::largest(tensor)?.to_scalar()?);
    }
    Ok(with_values!(tensor, |values| measure::largest(values))?)
}

/// How many of its values are NaN or infinite.
pub(crate) fn non_finite(tensor: &Tensor) -> Result<usize, EngineError> {
    Ok(with_values!(tensor, |values| values.iter().filter(|value| !value.is_finite()).count())?)
}

/// Whether all their values are finite. Of a device other than the CPU one number is read.
pub(crate) fn are_finite<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Result<bool, EngineError> {
    let tensors: Vec<_> = tensors.collect();
    if tensors.first().is_some_and(|first| is_elsewhere(first)) {
        return Ok(reductions::zeros(&tensors)?.to_scalar::<f64>()? == 0.0);
    }
    for tensor in tensors {
        if non_finite(tensor)? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The inner product of two tensors of one shape.
pub(crate) fn dot(a: &Tensor, b: &Tensor) -> Result<f64, EngineError> {
    if is_elsewhere(a) {
        return Ok(reductions::dot(a, b)?.to_scalar()?);
    }
    let product = Floats::with(a, |a| {
        Floats::with(b, |b| match (a, b) {
            (Floats::F32(a), Floats::F32(b)) => dot_of_values(a, b),
            (Floats::F64(a), Floats::F64(b)) => dot_of_values(a, b),
            _ => f64::NAN,
        })
    })??;
    Ok(product)
}

fn dot_of_values<T: Real + Sync>(a: &[T], b: &[T]) -> f64 {
    sum_of_parts(
        a.len(),
        #[inline(always)]
        |part| measure::dot(&a[part.clone()], &b[part]),
    )
}

/// Σ‖tensor‖² over those that there are.
pub(crate) fn sum_of_squares<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Result<f64, EngineError> {
    let mut sum = 0.0;
    for tensor in tensors {
        sum += l2(tensor)?.powi(2);
    }
    Ok(sum)
}

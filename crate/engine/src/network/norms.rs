//! Norms of tensors, accumulated in f64; what a quantity reads of a tensor.

use crate::EngineError;
use candle_core::Tensor;
use kernel::Floats;

/// Calls a function of `measure` on a tensor's numbers, whichever their type.
macro_rules! with_numbers {
    ($tensor:expr, |$numbers:ident| $body:expr) => {
        kernel::Floats::with($tensor, |floats| match floats {
            kernel::Floats::F32($numbers) => $body,
            kernel::Floats::F64($numbers) => $body,
        })
    };
}
pub(crate) use with_numbers;

/// ‖tensor‖₂ over all its numbers.
pub(crate) fn l2(tensor: &Tensor) -> Result<f64, EngineError> {
    Ok(with_numbers!(tensor, |numbers| measure::l2(numbers))?)
}

/// The largest of its numbers without their signs; a NaN counts as none.
pub(crate) fn largest(tensor: &Tensor) -> Result<f64, EngineError> {
    Ok(with_numbers!(tensor, |numbers| measure::largest(numbers))?)
}

/// The inner product of two tensors of one shape.
pub(crate) fn dot(a: &Tensor, b: &Tensor) -> Result<f64, EngineError> {
    let product = Floats::with(a, |a| {
        Floats::with(b, |b| match (a, b) {
            (Floats::F32(a), Floats::F32(b)) => measure::dot(a, b),
            (Floats::F64(a), Floats::F64(b)) => measure::dot(a, b),
            _ => f64::NAN,
        })
    })??;
    Ok(product)
}

/// √Σ‖tensor‖² over those that there are.
pub(crate) fn joint_l2<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Result<f64, EngineError> {
    let mut sum = 0.0;
    for tensor in tensors {
        sum += l2(tensor)?.powi(2);
    }
    Ok(sum.sqrt())
}

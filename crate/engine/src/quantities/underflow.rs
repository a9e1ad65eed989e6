//! The share of numbers that underflow (M14): of ∂E/∂x, those that are 0, subnormal or not finite in f32. Zeros that an
//! activation's mask makes count too. Where the engine carries their size along (`scaled.rs`) it knows them all the same;
//! a share near 1 says that training in f32 does without them.

use super::Measurements;
use crate::EngineError;
use crate::network::norms::with_numbers;
use crate::network::{BlockGradient, unit};
use protocol::Quantity;

pub(super) fn measure(found: &mut Measurements, block: usize, gradient: &BlockGradient) -> Result<(), EngineError> {
    if !found.needs(&[Quantity::UnderflowShare]) {
        return Ok(());
    }
    let count = with_numbers!(&gradient.whole, |numbers| measure::underflowed(numbers, unit(gradient.exponent)))?;
    found.set(Quantity::UnderflowShare, block, Some(count as f64 / gradient.whole.elem_count() as f64));
    Ok(())
}

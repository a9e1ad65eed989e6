//! The share of numbers that underflowed (M14): of ∂E/∂x, those that are 0, subnormal or not finite in f32. Zeros that an
//! activation's mask makes count too; a share near 1 says that what is shown of this block is rounding.

use super::Measurements;
use super::tensor::with_numbers;
use crate::EngineError;
use crate::block::BlockGradient;
use protocol::Quantity;

pub(super) fn measure(found: &mut Measurements, block: usize, gradient: &BlockGradient) -> Result<(), EngineError> {
    if !found.needs(&[Quantity::UnderflowShare]) {
        return Ok(());
    }
    let count = with_numbers!(&gradient.whole, |numbers| measure::underflowed(numbers))?;
    found.set(Quantity::UnderflowShare, block, Some(count as f64 / gradient.whole.elem_count() as f64));
    Ok(())
}

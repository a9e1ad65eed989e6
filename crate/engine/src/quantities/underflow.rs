//! The share of values that underflow: of ∂E/∂x, those that are 0, subnormal or not finite in f32. Zeros that an
//! activation's mask makes count too. Where the engine carries their size along (block floating point) it knows them all the same;
//! a share near 1 says that training in f32 does without them.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockBackward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::unit;
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::UnderflowShare],
    measure: Measure::AfterBackward(measure),
    #[cfg(test)]
    twin: Twin::Block(record::of_block),
};

fn measure(found: &mut Measurements, backward: &BlockBackward) -> Result<(), EngineError> {
    let BlockBackward { index: block, gradient, .. } = *backward;
    let elements = gradient.whole.elem_count() as f64;
    let count = found.underflowed(&gradient.whole, unit(gradient.exponent))?;
    found.later(move |found, read| found.set(Quantity::UnderflowShare, block, Some(read[count] / elements)));
    Ok(())
}

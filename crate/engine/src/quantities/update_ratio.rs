//! The update-to-weight ratio: ‖Δw‖/‖w‖ of an update, momentum and weight decay included, over all parameters of a
//! block. 0 means that the block does not move; about 1e-3 is a common rule of thumb.

#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements, Update};
use crate::EngineError;
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::UpdateRatio],
    measure: Measure::AfterUpdate(measure),
    #[cfg(test)]
    twin: Twin::Own("the_update_ratio_is_that_of_sgd_written_out"),
};

/// Compares the network's parameters with those before the update.
fn measure(found: &mut Measurements, update: &Update) -> Result<(), EngineError> {
    let Update { network, before } = *update;
    for (index, block) in network.blocks.iter().enumerate() {
        let indices = block.parameter_indices();
        let pair = |parameter: &usize| (before.tensor(*parameter), network.parameters.tensor(*parameter));
        // A parameter without a gradient is the very same tensor.
        let moved = indices.iter().map(pair).filter(|(old, new)| old.id() != new.id());
        let moved = moved.map(|(old, new)| new - old).collect::<Result<Vec<_>, _>>()?;
        let size = found.sum_of_squares(indices.iter().map(|parameter| before.tensor(*parameter)))?;
        let moved = found.sum_of_squares(moved.iter())?;
        found.later(move |found, read| {
            let size = read[size];
            found.set(Quantity::UpdateRatio, index, (size > 0.0).then_some((read[moved] / size).sqrt()));
        });
    }
    Ok(())
}

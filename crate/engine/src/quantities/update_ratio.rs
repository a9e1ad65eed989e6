//! The update-to-weight ratio: ‖Δw‖/‖w‖ of an update, momentum and weight decay included, over all parameters of a
//! block. 0 means that the block does not move; about 1e-3 is a common rule of thumb.

#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements, Update};
use crate::EngineError;
use crate::network::norms::l2;
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
        let (mut moved, mut size) = (0.0, 0.0);
        for parameter in block.parameter_indices() {
            let (old, new) = (before.tensor(parameter), network.parameters.tensor(parameter));
            size += l2(old)?.powi(2);
            // A parameter without a gradient is the very same tensor.
            if old.id() != new.id() {
                moved += l2(&(new - old)?)?.powi(2);
            }
        }
        found.set(Quantity::UpdateRatio, index, (size > 0.0).then_some((moved / size).sqrt()));
    }
    Ok(())
}

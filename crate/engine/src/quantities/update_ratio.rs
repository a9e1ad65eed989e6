//! The update-to-weight ratio (M3): ‖Δw‖/‖w‖ of an update, momentum and weight decay included, over all parameters of a
//! block. 0 means that the block does not move; about 1e-3 is a common rule of thumb.

use super::Measurements;
use crate::EngineError;
use crate::network::norms::l2;
use crate::network::{Network, Parameters};
use protocol::Quantity;

/// Compares the network's parameters with those before the update.
pub(crate) fn measure(found: &mut Measurements, network: &Network, before: &Parameters) -> Result<(), EngineError> {
    if !found.needs(&[Quantity::UpdateRatio]) {
        return Ok(());
    }
    for (number, block) in network.blocks.iter().enumerate() {
        let (mut moved, mut size) = (0.0, 0.0);
        for index in block.parameter_indices() {
            let (old, new) = (before.tensor(index), network.parameters.tensor(index));
            size += l2(old)?.powi(2);
            // A parameter without a gradient is the very same tensor.
            if old.id() != new.id() {
                moved += l2(&(new - old)?)?.powi(2);
            }
        }
        found.set(Quantity::UpdateRatio, number, (size > 0.0).then_some((moved / size).sqrt()));
    }
    Ok(())
}

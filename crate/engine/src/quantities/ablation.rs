//! Single-block ablation (M11; Veit et al. 2016, arXiv 1605.06431, section 4.1): the change of loss and accuracy when one
//! block is left out, its input passing over the shortcut alone (at strength 1 if it was closed). Without a shortcut, as in
//! VGG, the input passes unchanged where the shapes allow it. Lesion depth (M7 f): the number of blocks whose loss rises
//! by more than 0.1 nats.

use super::Measurements;
use crate::network::{Join, Network};
use protocol::Quantity;

/// Rise of the loss, nats, from which a block counts as needed.
const NEEDED: f64 = 0.1;

/// The joins of each trial, a block each; `None` where a block cannot be left out.
pub(crate) fn trials(found: &Measurements, network: &Network, joins: &[Join]) -> Vec<Option<Vec<Join>>> {
    if !found.needs(&[Quantity::AblationLoss]) {
        return Vec::new();
    }
    (0..network.blocks.len()).map(|index| network.without(index, joins)).collect()
}

/// Takes `(loss, accuracy)` of the whole network and of each trial.
pub(crate) fn record(found: &mut Measurements, whole: (f64, f64), trials: &[Option<(f64, f64)>]) {
    if trials.is_empty() {
        return;
    }
    for (block, trial) in trials.iter().enumerate() {
        found.set(Quantity::AblationLoss, block, trial.map(|(loss, _)| loss - whole.0));
        found.set(Quantity::AblationAccuracy, block, trial.map(|(_, accuracy)| accuracy - whole.1));
    }
    let needed = trials.iter().flatten().filter(|(loss, _)| loss - whole.0 > NEEDED || loss.is_nan()).count();
    found.set_scalar(Quantity::EffectiveDepthAblation, Some(needed as f64));
}

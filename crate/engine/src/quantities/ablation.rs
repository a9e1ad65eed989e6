//! Single-block ablation (Veit et al. 2016, arXiv 1605.06431, section 4.1): the change of loss and accuracy when one
//! block is left out, its input passing over the shortcut alone (at strength 1 if it was closed). Without a shortcut, as in
//! VGG, the input passes unchanged where the shapes allow it. Lesion depth: the number of blocks whose loss rises
//! by more than 0.1 nats.

use super::definition::{Score, Trial};
#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements};
use crate::network::{Join, Network};
use protocol::Quantity;

/// Rise of the loss, nats, from which a block counts as needed.
const NEEDED: f64 = 0.1;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::AblationLoss, Quantity::AblationAccuracy, Quantity::EffectiveDepthAblation],
    measure: Measure::Trials { joins: trials, record },
    #[cfg(test)]
    twin: Twin::Own("ablation_and_strength_sweep_of_the_held_out_images_equal_the_twins"),
};

/// The joins of each trial, a block each; `None` where a block cannot be left out.
fn trials(network: &Network, joins: &[Join]) -> Vec<Trial> {
    (0..network.blocks.len()).map(|index| network.without(index, joins)).collect()
}

/// Takes `(loss, accuracy)` of the whole network and of each trial.
fn record(found: &mut Measurements, whole: Score, trials: &[Option<Score>]) {
    for (block, trial) in trials.iter().enumerate() {
        found.set(Quantity::AblationLoss, block, trial.map(|(loss, _)| loss - whole.0));
        found.set(Quantity::AblationAccuracy, block, trial.map(|(_, accuracy)| accuracy - whole.1));
    }
    let needed = trials.iter().flatten().filter(|(loss, _)| loss - whole.0 > NEEDED || loss.is_nan()).count();
    found.set_scalar(Quantity::EffectiveDepthAblation, Some(needed as f64));
}

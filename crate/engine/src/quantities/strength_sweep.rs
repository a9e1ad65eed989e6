//! The strength sweep: loss and accuracy with all shortcuts' strengths multiplied by each of
//! [`protocol::SWEEP_STRENGTHS`], the weights kept. It answers whether the shortcuts can be removed from a trained network.

use super::definition::{Score, Trial};
#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements};
use crate::network::{Join, Network};
use protocol::{Quantity, SWEEP_STRENGTHS};

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::SweepLoss, Quantity::SweepAccuracy],
    measure: Measure::Trials { joins: trials, record },
    #[cfg(test)]
    twin: Twin::Own("ablation_and_strength_sweep_of_the_held_out_images_equal_the_twins"),
};

/// The joins of each trial; `None` at factor 1, which is the network itself.
fn trials(_: &Network, joins: &[Join]) -> Vec<Trial> {
    if joins.iter().all(|join| join.shortcut == 0.0) {
        return Vec::new();
    }
    let scaled = |factor: f64| joins.iter().map(|join| Join { shortcut: factor * join.shortcut, ..*join }).collect();
    SWEEP_STRENGTHS.iter().map(|factor| (*factor != 1.0).then(|| scaled(*factor))).collect()
}

/// Takes `(loss, accuracy)` of the network itself and of each trial.
fn record(found: &mut Measurements, whole: Score, trials: &[Option<Score>]) {
    if trials.is_empty() {
        return;
    }
    let (losses, accuracies) = trials.iter().map(|trial| trial.unwrap_or(whole)).unzip();
    found.set_vector(Quantity::SweepLoss, losses);
    found.set_vector(Quantity::SweepAccuracy, accuracies);
}

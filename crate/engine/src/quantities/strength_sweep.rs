//! The strength sweep (M12): loss and accuracy with all shortcuts' strengths multiplied by each of
//! [`protocol::SWEEP_STRENGTHS`], the weights kept. It answers whether the shortcuts can be removed from a trained network.

use super::Measurements;
use crate::network::Join;
use protocol::{Quantity, SWEEP_STRENGTHS};

/// The joins of each trial; `None` at factor 1, which is the network itself.
pub(crate) fn trials(found: &Measurements, joins: &[Join]) -> Vec<Option<Vec<Join>>> {
    if !found.needs(&[Quantity::SweepLoss]) || joins.iter().all(|join| join.shortcut == 0.0) {
        return Vec::new();
    }
    let scaled = |factor: f64| joins.iter().map(|join| Join { shortcut: factor * join.shortcut, ..*join }).collect();
    SWEEP_STRENGTHS.iter().map(|factor| (*factor != 1.0).then(|| scaled(*factor))).collect()
}

/// Takes `(loss, accuracy)` of the network itself and of each trial.
pub(crate) fn record(found: &mut Measurements, whole: (f64, f64), trials: &[Option<(f64, f64)>]) {
    if trials.is_empty() {
        return;
    }
    let (losses, accuracies) = trials.iter().map(|trial| trial.unwrap_or(whole)).unzip();
    found.set_vector(Quantity::SweepLoss, losses);
    found.set_vector(Quantity::SweepAccuracy, accuracies);
}

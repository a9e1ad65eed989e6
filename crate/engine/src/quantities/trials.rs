//! The evaluations of one point of a run: the network itself, and the same weights with other joins (ablation, sweep).

use crate::network::{Join, Network};
use crate::quantities::{Measurements, ablation, strength_sweep};

/// Which joins to evaluate, and what came of it.
pub(crate) struct Trials {
    /// The network itself first.
    queue: Vec<Vec<Join>>,
    ablation: Vec<Option<usize>>,
    sweep: Vec<Option<usize>>,
    /// `(loss, accuracy)`, in the order of the queue.
    results: Vec<(f64, f64)>,
}

impl Trials {
    /// The trials that these measurements need.
    pub(crate) fn new(found: &Measurements, network: &Network, joins: &[Join]) -> Self {
        let mut queue = vec![joins.to_vec()];
        let mut enqueue = |trials: Vec<Option<Vec<Join>>>| -> Vec<Option<usize>> {
            let mut place = |joins| {
                queue.push(joins);
                queue.len() - 1
            };
            trials.into_iter().map(|trial| trial.map(&mut place)).collect::<Vec<_>>()
        };
        let ablation = enqueue(ablation::trials(found, network, joins));
        let sweep = enqueue(strength_sweep::trials(found, joins));
        Self { queue, ablation, sweep, results: Vec::new() }
    }

    /// The joins to evaluate next.
    pub(crate) fn next(&self) -> Option<&[Join]> {
        self.queue.get(self.results.len()).map(Vec::as_slice)
    }

    /// Trials done and trials in all.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.results.len(), self.queue.len())
    }

    /// Takes the result of what `next` said.
    pub(crate) fn push(&mut self, loss: f64, accuracy: f64) {
        self.results.push((loss, accuracy));
    }

    /// Writes what was found; returns loss and accuracy of the network itself.
    pub(crate) fn record(&self, found: &mut Measurements) -> (f64, f64) {
        let whole = self.results.first().copied().unwrap_or((f64::NAN, f64::NAN));
        let of = |places: &[Option<usize>]| -> Vec<Option<(f64, f64)>> {
            places.iter().map(|place| place.and_then(|place| self.results.get(place).copied())).collect()
        };
        ablation::record(found, whole, &of(&self.ablation));
        strength_sweep::record(found, whole, &of(&self.sweep));
        whole
    }
}

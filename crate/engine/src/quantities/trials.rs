//! The evaluations of one point of a run: the network itself, and the same weights with other joins.

use super::definition::{Score, Trial};
use super::{Definition, Measure, Measurements};
use crate::network::{Join, Network};

/// Which joins to evaluate, and what came of it.
pub(crate) struct Trials {
    /// The network itself first.
    queue: Vec<Vec<Join>>,
    /// For each definition that needs trials, where each of its trials stands in the queue.
    places: Vec<(&'static Definition, Vec<Option<usize>>)>,
    /// In the order of the queue.
    scores: Vec<Score>,
}

impl Trials {
    /// The trials that these measurements need.
    pub(crate) fn new(found: &Measurements, network: &Network, joins: &[Join]) -> Self {
        let mut queue = vec![joins.to_vec()];
        let mut enqueue = |trial: Trial| {
            trial.map(|trial| {
                queue.push(trial);
                queue.len() - 1
            })
        };
        let mut places = Vec::new();
        for definition in found.due.iter().copied() {
            if let Measure::Trials { joins: trials, .. } = definition.measure {
                places.push((definition, trials(network, joins).into_iter().map(&mut enqueue).collect()));
            }
        }
        Self { queue, places, scores: Vec::new() }
    }

    /// The joins to evaluate next.
    pub(crate) fn next(&self) -> Option<&[Join]> {
        self.queue.get(self.scores.len()).map(Vec::as_slice)
    }

    /// Trials done and trials in all.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.scores.len(), self.queue.len())
    }

    /// Takes loss and accuracy with the joins that `next` gave.
    pub(crate) fn push(&mut self, loss: f64, accuracy: f64) {
        self.scores.push((loss, accuracy));
    }

    /// Records what was found; returns loss and accuracy of the network itself.
    pub(crate) fn record(&self, found: &mut Measurements) -> Score {
        let whole = self.scores.first().copied().unwrap_or((f64::NAN, f64::NAN));
        for (definition, places) in &self.places {
            let score = |place: &Option<usize>| place.and_then(|place| self.scores.get(place).copied());
            let scores: Vec<_> = places.iter().map(score).collect();
            if let Measure::Trials { record, .. } = definition.measure
                && !scores.is_empty()
            {
                record(found, whole, &scores);
            }
        }
        whole
    }
}

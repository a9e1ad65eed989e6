//! The sentences that say what a chart shows to those who do not see it.

use crate::LaneView;
use crate::flow::entering;
use crate::format::{norm_number, number, percent, thousands};
use crate::settings::{lane_name, measured};
use crate::words::{self, Text};

/// The gradient at both ends of the network, a sentence each run.
pub fn profile_summary(lanes: &[LaneView]) -> String {
    let sentence = |index: usize| {
        let norms = entering(lanes[index].snapshot.latest()?);
        let (first, last) = ((*norms.first()?)?, (*norms.last()?)?);
        let name = lane_name(lanes, index, false, measured);
        Some(words::profile_summary(&name, norms.len(), &norm_number(last), &norm_number(first)))
    };
    joined((0..lanes.len()).filter_map(sentence))
}

/// The loss and the held-out accuracy, a sentence each run.
pub fn learning_summary(lanes: &[LaneView]) -> String {
    let sentence = |index: usize| {
        let snapshot = lanes[index].snapshot;
        let point = snapshot.losses().last()?;
        let held_out = snapshot.evaluations().last().map(|evaluation| percent(evaluation.accuracy));
        let name = lane_name(lanes, index, false, measured);
        Some(words::loss_summary(
            &name,
            &thousands(point.step),
            &number(f64::from(point.smoothed)),
            held_out.as_deref(),
        ))
    };
    joined((0..lanes.len()).filter_map(sentence))
}

/// The sentences in one line; before any measurement the one that says so.
fn joined(sentences: impl Iterator<Item = String>) -> String {
    let sentences: Vec<_> = sentences.collect();
    if sentences.is_empty() { Text::NothingMeasuredYet.words().to_owned() } else { sentences.join(" ") }
}

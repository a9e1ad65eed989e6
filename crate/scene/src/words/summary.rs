//! The sentences that say what a chart shows to those who do not see it.

use crate::format::{in_unit, number, percent, thousands};
use crate::settings::{Moment, lane_name};
use crate::words::{self, Text};
use crate::{LaneView, Snapshot, View};
use protocol::{Place, StepRecord, Unit};

/// What the profile shows at both ends of the network, a sentence each run.
pub fn profile_summary(lanes: &[LaneView], view: &View) -> String {
    let plot = view.plot;
    let sentence = |name: &str, run: &Snapshot, record: &StepRecord| {
        let blocks = run.diagram.blocks.len();
        let at = |block: usize| {
            let value = plot.value(record, Place::Block(block));
            value.map_or_else(|| Text::NoValue.words().to_owned(), |value| in_unit(plot.quantity.unit(), value))
        };
        Some(words::profile_summary(name, plot, blocks, &at(blocks.checked_sub(1)?), &at(0)))
    };
    let of_lane = |index: usize| {
        let name = lane_name(lanes, index, false, Moment::Measured).to_string();
        sentence(&name, lanes[index].snapshot, lanes[index].snapshot.measured()?)
    };
    let behind = view.overlaid.iter().filter_map(|own| sentence(&own.name(), own.run, own.measured(view.look_back)?));
    joined((0..lanes.len()).filter_map(of_lane).chain(behind))
}

/// The branches used, a sentence each run.
pub fn branches_summary(lanes: &[LaneView]) -> String {
    let sentence = |index: usize| {
        let snapshot = lanes[index].snapshot;
        let point = snapshot.losses().iter().rev().find(|point| point.branches.is_finite())?;
        let name = lane_name(lanes, index, false, Moment::Measured).to_string();
        let branches = in_unit(Unit::Branches, f64::from(point.branches));
        Some(words::branches_summary(&name, &thousands(point.step), &branches, snapshot.diagram.blocks.len()))
    };
    joined((0..lanes.len()).filter_map(sentence))
}

/// The loss and the held-out accuracy, a sentence each run.
pub fn learning_summary(lanes: &[LaneView], view: &View) -> String {
    let sentence = |index: usize| {
        let snapshot = lanes[index].snapshot;
        let point = snapshot.losses().last()?;
        let held_out = snapshot.evaluations().last().map(|evaluation| percent(evaluation.accuracy));
        let name = lane_name(lanes, index, false, Moment::Measured).to_string();
        Some(words::loss_summary(
            &name,
            &thousands(point.step),
            &number(f64::from(point.smoothed)),
            held_out.as_deref(),
        ))
    };
    let behind = view.overlaid.iter().filter_map(|own| {
        let point = own.losses(view.look_back).last()?;
        Some(words::loss_summary(&own.name(), &thousands(point.step), &number(f64::from(point.smoothed)), None))
    });
    joined((0..lanes.len()).filter_map(sentence).chain(behind))
}

/// The sentences in one line; before any measurement the one that says so.
fn joined(sentences: impl Iterator<Item = String>) -> String {
    let sentences: Vec<_> = sentences.collect();
    if sentences.is_empty() { Text::NothingMeasuredYet.words().to_owned() } else { sentences.join(" ") }
}

#[cfg(test)]
mod tests {
    use crate::words::of_branches;

    #[test]
    fn each_run_s_number_of_branches_used_is_of_its_own_blocks() {
        let all = |blocks: &[usize]| (0..blocks.len()).map(|run| of_branches(blocks, run)).collect::<Vec<_>>();
        assert_eq!(all(&[9]), ["of 9 branches"]);
        assert_eq!(all(&[9, 9]), ["", "of 9 branches"]);
        assert_eq!(all(&[3, 9]), ["of 3, ", "of 9 branches"]);
    }
}

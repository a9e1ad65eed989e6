//! The values and sentences beside the charts, read off the records at most eight times a second.

use protocol::{EndReason, ImageAnswer, Place, Quantity, RunSpec, StepRecord};
use scene::{
    Agreement, LaneView, Overlaid, Plot, Reading, branches_used, number, percent, reading, river_scale_words,
    share_over_shortcut, value, words,
};
use std::rc::Rc;

/// Number of quantities in a row of the table.
pub const QUANTITIES: usize = Quantity::PROFILE.len();

/// What is read off all runs.
#[derive(Clone, Debug)]
pub struct Readout {
    /// A run each.
    pub lanes: Vec<LaneReadout>,
    /// Of each run that is only overlaid.
    pub overlaid: Vec<OverlaidReadout>,
    /// The measured sentence.
    pub reading: Reading,
    /// The river's scale in words.
    pub scale: Option<String>,
    /// How fast the runs go.
    pub speed: Speed,
    /// How each run compares with the recording that it makes again.
    pub agreement: Vec<Option<Agreement>>,
    /// What the present step of a lesson wants to know, by its names.
    pub lesson: Vec<(String, Option<f64>)>,
    /// What of it is drawn, a value a block.
    pub curve: Vec<Option<f64>>,
    /// The last step up to which a saved recording has every step, if not all.
    pub saved_until: Option<u64>,
}

/// How fast the run goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speed {
    /// Updates a second, while it trains.
    pub steps_per_second: Option<f64>,
    /// What a step takes in its worker, milliseconds.
    pub ms_per_step: Option<f64>,
    /// What part of that is measuring, in [0, 1].
    pub measuring_share: Option<f64>,
}

/// What is read off a run that is only overlaid.
#[derive(Clone, Debug, Default)]
pub struct OverlaidReadout {
    /// Number of updates done.
    pub updates: u64,
    /// The step of its own that was measured last when the one that is looked at was over; the values are of it.
    pub step: Option<u64>,
    /// Mean cross-entropy over the batch.
    pub loss: Option<f64>,
    /// What profile and history show, from the stem to the head.
    pub values: Vec<Option<f64>>,
}

/// What is read off one run.
#[derive(Clone, Debug, Default)]
pub struct LaneReadout {
    /// Number of updates done.
    pub updates: u64,
    /// Whether it was stopped before its time.
    pub interrupted: bool,
    /// The first step that is known of the run.
    pub first: Option<u64>,
    /// The step that the values below are of.
    pub step: Option<u64>,
    /// Mean cross-entropy over the batch.
    pub loss: Option<f64>,
    /// Share of the batch classified correctly.
    pub train_accuracy: Option<f64>,
    /// Share of the held-out set classified correctly.
    pub accuracy: Option<f64>,
    /// After how many updates that was.
    pub evaluated: Option<u64>,
    /// After how many updates the whole run was evaluated last, also while an earlier step is looked at.
    pub last_evaluated: Option<u64>,
    /// The answers of the latest evaluation to the images that are shown.
    pub answers: Vec<ImageAnswer>,
    /// The strength of each block's shortcut at that step.
    pub strengths: Vec<f64>,
    /// The settings with which this run is made again.
    pub replay: Option<RunSpec>,
    /// A row a block, the quantities in the order of [`Quantity::PROFILE`].
    pub rows: Vec<[Option<f64>; QUANTITIES]>,
    /// A row each for the stem and the head.
    pub ends: [[Option<f64>; QUANTITIES]; 2],
    /// Through how many branches the gradient goes on average.
    pub branches: Option<f64>,
    /// The whole record, where slow motion walks through it.
    pub record: Option<Rc<StepRecord>>,
}

/// Reads everything off; the lanes may show an earlier moment.
pub fn readout(lanes: &[LaneView], overlaid: Vec<OverlaidReadout>, speed: Speed) -> Readout {
    let lane = |lane: &LaneView| LaneReadout {
        updates: lane.whole.updates_done(),
        interrupted: lane.whole.end() == Some(&EndReason::Interrupted),
        first: lane.whole.losses().first().map(|point| point.step),
        replay: lane.whole.replay(),
        last_evaluated: lane.whole.evaluations().last().map(|last| last.step),
        ..lane_readout(lane)
    };
    Readout {
        lanes: lanes.iter().map(lane).collect(),
        overlaid,
        reading: reading(lanes),
        scale: river_scale_words(lanes),
        speed,
        agreement: Vec::new(),
        lesson: Vec::new(),
        curve: Vec::new(),
        saved_until: None,
    }
}

/// Reads off a run that is only overlaid.
pub fn overlaid_readout(own: &Overlaid, plot: Plot, look_back: Option<u64>) -> OverlaidReadout {
    let record = own.measured(look_back);
    OverlaidReadout {
        updates: own.run.updates_done(),
        step: record.map(|record| record.step),
        loss: record.map(|record| record.loss),
        values: record.map(|record| plot.values(record, own.run.diagram.blocks.len())).unwrap_or_default(),
    }
}

fn lane_readout(lane: &LaneView) -> LaneReadout {
    let snapshot = lane.snapshot;
    let (record, measured) = (snapshot.latest(), snapshot.measured());
    LaneReadout {
        updates: snapshot.updates_done(),
        interrupted: false,
        first: None,
        step: record.map(|record| record.step),
        loss: record.map(|record| record.loss),
        // One pass alone, of which it is not known, has none.
        train_accuracy: record.map(|record| record.train_accuracy).filter(|share| share.is_finite()),
        replay: None,
        accuracy: snapshot.evaluations().last().map(|last| last.accuracy).filter(|share| !share.is_nan()),
        evaluated: snapshot.evaluations().last().map(|last| last.step),
        last_evaluated: None,
        answers: snapshot.evaluations().last().map(|evaluation| evaluation.answers.clone()).unwrap_or_default(),
        strengths: snapshot.measured_strengths().to_vec(),
        rows: (0..snapshot.diagram.blocks.len()).map(|index| row(measured, Place::Block(index))).collect(),
        ends: [Place::Stem, Place::Head].map(|place| row(measured, place)),
        branches: measured.and_then(branches_used),
        record: None,
    }
}

/// The profile at one place, in the order of [`Quantity::PROFILE`].
pub fn row(record: Option<&StepRecord>, place: Place) -> [Option<f64>; QUANTITIES] {
    Quantity::PROFILE.map(|quantity| value(record?, quantity, place))
}

/// One quantity of a row.
pub fn cell(row: &[Option<f64>; QUANTITIES], quantity: Quantity) -> Option<f64> {
    Quantity::PROFILE.iter().position(|other| *other == quantity).and_then(|index| row[index])
}

impl LaneReadout {
    /// What those who do not see the diagram are told about a block.
    pub fn block_label(&self, block: usize, strength: Option<f64>) -> String {
        let row = self.rows.get(block);
        let gradient = row.and_then(|row| cell(row, Quantity::GradInL2)).map(number);
        let share = |row| share_over_shortcut(cell(row, Quantity::SkipGradL2), cell(row, Quantity::BranchGradL2));
        // A shortcut that was closed after the measurement has a share no more.
        let share = row.and_then(share).filter(|_| strength.is_some_and(|strength| strength > 0.0)).map(percent);
        words::block_label(block + 1, self.rows.len(), strength, gradient.as_deref(), share.as_deref())
    }
}

impl LaneReadout {
    /// Whether the gradient that the blocks pass on is known.
    pub fn holds_gradients(&self) -> bool {
        self.rows.iter().any(|row| cell(row, Quantity::GradInL2).is_some())
    }

    /// A quantity of the profile at one place, or the share over the shortcut that follows from it.
    pub fn value(&self, quantity: Quantity, place: Place) -> Option<f64> {
        let row = match place {
            Place::Stem => &self.ends[0],
            Place::Head => &self.ends[1],
            Place::Block(index) => self.rows.get(index)?,
        };
        if quantity == Quantity::SkipShare {
            return share_over_shortcut(cell(row, Quantity::SkipGradL2), cell(row, Quantity::BranchGradL2));
        }
        cell(row, quantity)
    }

    /// What those who do not see the diagram are told about the stem or the head.
    pub fn end_label(&self, place: Place) -> String {
        let (row, quantity) = match place {
            Place::Head => (&self.ends[1], Quantity::GradInL2),
            _ => (&self.ends[0], Quantity::GradOutL2),
        };
        words::end_label(place, cell(row, quantity).map(number).as_deref())
    }
}

/// A number with all its digits, as JavaScript's `Number` reads it; nothing if there is none.
pub fn full_precision(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.is_nan() => "NaN".to_owned(),
        Some(value) if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        Some(value) if value == 0.0 || (1e-5..1e15).contains(&value.abs()) => value.to_string(),
        Some(value) => format!("{value:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_precision_reads_back() {
        for value in [0.1 + 0.2, 5e-48, -1.5e300, 0.0, 123.0] {
            assert_eq!(full_precision(Some(value)).parse::<f64>().unwrap(), value);
        }
        assert_eq!([None, Some(f64::NAN), Some(f64::NEG_INFINITY)].map(full_precision), ["", "NaN", "-Infinity"]);
    }
}

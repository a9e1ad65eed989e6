//! What flows where, and how wide or high that is drawn: the gradient's norm at the joins between the blocks, the scale
//! that all lanes share, and the values that profile and history show.

use crate::plot::{Axis, is_drawable};
use crate::{LaneView, Snapshot};
use protocol::{Place, Quantity, StepRecord, Unit};

/// The number of newest records that an axis follows: the present, not the run's maximum, but no single outlier either.
const PRESENT: usize = 16;

/// The gradient that each block passes on, from the input to the loss; empty if it was not measured.
pub fn passed_on(record: &StepRecord) -> &[Option<f64>] {
    record.column(Quantity::GradInL2).unwrap_or(&[])
}

/// The first and the last block at which a passed-on gradient is recorded, each with its norm: a block that has nothing before
/// it that learns passes none on. `None` if no block does.
pub fn compared(record: &StepRecord) -> Option<[(usize, f64); 2]> {
    let mut found = passed_on(record).iter().enumerate().filter_map(|(index, norm)| Some((index, (*norm)?)));
    let first = found.next()?;
    Some([first, found.next_back().unwrap_or(first)])
}

/// Why blocks pass on no gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoGradient {
    /// This block is the first of what learns: nothing before it asks for a gradient.
    FirstThatLearns(usize),
    /// No block learns, and nothing before them.
    NoneLearns,
    /// The record does not say.
    NotRecorded,
}

/// Why the first so many blocks pass on no gradient, as far as the gradients of the weights tell.
pub fn why_no_gradient(record: &StepRecord, blocks: usize) -> NoGradient {
    let weights = record.column(Quantity::WeightGradL2).unwrap_or(&[]);
    let ends = &record.ends;
    match weights.iter().take(blocks).position(Option::is_some) {
        _ if ends.stem_weight_grad_l2.is_some() => NoGradient::NotRecorded,
        Some(index) if index + 1 == blocks => NoGradient::FirstThatLearns(index),
        None if blocks == weights.len() && ends.head_weight_grad_l2.is_some() => NoGradient::NoneLearns,
        _ => NoGradient::NotRecorded,
    }
}

/// The root mean square of what each block puts out; empty if it was not measured.
pub fn signal(record: &StepRecord) -> &[Option<f64>] {
    record.column(Quantity::ActivationRms).unwrap_or(&[])
}

/// The norms at the joins: what arrives at the stem, at the first block, …, and last at the last block.
pub fn joins(record: &StepRecord) -> Vec<Option<f64>> {
    let arriving = record.column(Quantity::GradOutL2).and_then(|column| column.last().copied().flatten());
    let last = arriving.or(record.ends.head_grad_in_l2);
    passed_on(record).iter().copied().chain([last]).collect()
}

/// The value of a quantity at one place. The share over the shortcut follows from the two parts where it was not measured
/// itself.
pub fn value(record: &StepRecord, quantity: Quantity, place: Place) -> Option<f64> {
    let ends = &record.ends;
    let block = match (place, quantity) {
        (Place::Block(index), _) => index,
        (Place::Stem, Quantity::GradOutL2) => return ends.stem_grad_out_l2,
        (Place::Stem, Quantity::WeightGradL2) => return ends.stem_weight_grad_l2,
        (Place::Head, Quantity::GradInL2) => return ends.head_grad_in_l2,
        (Place::Head, Quantity::WeightGradL2) => return ends.head_weight_grad_l2,
        (Place::Stem | Place::Head, _) => return None,
    };
    let measured = |quantity| record.column(quantity)?.get(block).copied().flatten();
    if quantity == Quantity::SkipShare && record.column(quantity).is_none() {
        return share_over_shortcut(measured(Quantity::SkipGradL2), measured(Quantity::BranchGradL2));
    }
    measured(quantity)
}

/// What part of the gradient comes back over the shortcut, from the norms of the two parts; `None` if one is absent or
/// they have no shares.
pub fn share_over_shortcut(shortcut: Option<f64>, branch: Option<f64>) -> Option<f64> {
    measure::share_over_shortcut(branch?, Some(shortcut?)).filter(|share| share.is_finite())
}

/// Through how many branches the gradient goes on average, if paths do not interfere; `None` where no gradient comes back
/// at all, or it was not measured.
pub fn branches_used(record: &StepRecord) -> Option<f64> {
    let flows = |norm: &Option<f64>| norm.is_some_and(|norm| norm.is_finite() && norm > 0.0);
    passed_on(record).iter().any(flows).then(|| record.measured.scalar(Quantity::EffectiveDepthClosed)).flatten()
}

/// What profile and history show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plot {
    /// The quantity, one value a block.
    pub quantity: Quantity,
    /// Whether relative to the last block's value is asked for.
    pub relative: bool,
}

impl Default for Plot {
    /// The gradient that each block passes on.
    fn default() -> Self {
        Self { quantity: Quantity::GradInL2, relative: false }
    }
}

impl Plot {
    /// Whether values are shown relative to the last block's: not what lies on an axis of its own.
    pub fn is_relative(self) -> bool {
        self.relative && self.own_axis().is_none()
    }

    /// The axis on which its values lie whatever they are: of parts of a whole, and of cosines.
    pub fn own_axis(self) -> Option<Axis> {
        match self.quantity.unit() {
            Unit::Share => Some(Axis::Share),
            Unit::Cosine => Some(Axis::Cosine),
            _ => None,
        }
    }

    /// The value that is shown at one place; `None` if there is none, or nothing to compare it with.
    pub fn value(self, record: &StepRecord, place: Place) -> Option<f64> {
        let own = value(record, self.quantity, place)?;
        if !self.is_relative() {
            return Some(own);
        }
        let last = record.column(self.quantity)?.len().checked_sub(1)?;
        let whole = value(record, self.quantity, Place::Block(last)).filter(|whole| *whole != 0.0)?;
        Some(own / whole)
    }

    /// The values that are shown at a step, from the stem to the head.
    pub fn values(self, record: &StepRecord, blocks: usize) -> Vec<Option<f64>> {
        Place::all(blocks).map(|place| self.value(record, place)).collect()
    }
}

/// The newest records, on which axes are built.
pub fn present(snapshot: &Snapshot) -> impl Iterator<Item = &StepRecord> {
    snapshot.records().rev().take(PRESENT)
}

/// The river's scale: the largest arriving gradient that is shown fills the river, each decade below takes off an equal
/// part, and six decades below it the river is a hairline. What is smaller still leaves a dry bed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiverScale {
    /// The norm of full width.
    top: f64,
}

/// Thinnest line for water, px.
pub const HAIRLINE: f64 = 0.8;

impl RiverScale {
    /// How many decades lie between full and a hairline.
    pub const DECADES: i32 = 6;

    /// The scale for all lanes together; `None` before there is anything to draw.
    pub fn of(lanes: &[LaneView]) -> Option<Self> {
        Self::of_values(lanes, joins)
    }

    /// The scale of the signal that goes forward in slow motion, likewise.
    pub fn of_signal(lanes: &[LaneView]) -> Option<Self> {
        Self::of_values(lanes, |record| signal(record).to_vec())
    }

    /// The largest value fills the river. In slow motion the last whole step counts too, so that little changes on the way.
    fn of_values(lanes: &[LaneView], values: impl Fn(&StepRecord) -> Vec<Option<f64>>) -> Option<Self> {
        let records =
            lanes.iter().flat_map(|lane| lane.walk.map(|walk| &walk.known).into_iter().chain(lane.snapshot.measured()));
        let values = records.flat_map(values).flatten();
        let top = values.filter(|value| is_drawable(*value)).fold(0.0, f64::max);
        (top > 0.0).then_some(Self { top })
    }

    /// The width of a norm, px, where `full` is the width of the largest; `None` if it is more than six decades below that,
    /// or not finite.
    pub fn width(self, norm: f64, full: f64) -> Option<f64> {
        is_drawable(norm).then_some(norm / self.top).and_then(|part| Self::width_of_part(part, full))
    }

    /// The width of what is this part of the largest.
    pub fn width_of_part(part: f64, full: f64) -> Option<f64> {
        let fraction = 1.0 + part.log10() / f64::from(Self::DECADES);
        // The least part may round to just below the end of the scale.
        let water = full.is_finite() && fraction > -1e-9;
        water.then(|| HAIRLINE + (full - HAIRLINE).max(0.0) * fraction.clamp(0.0, 1.0))
    }

    /// The norm of full width.
    pub fn top(self) -> f64 {
        self.top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, lanes, snapshot, step};

    #[test]
    fn why_no_gradient_is_passed_on_is_told_from_the_weights() {
        let record = |weights: [Option<f64>; 3], stem: Option<f64>| {
            let mut run = snapshot(20, 1.0);
            run.apply(step(0, 2.3, &falling(3, 1.0, 0.1), true));
            let mut record = run.latest().unwrap().clone();
            record.measured.columns.push(protocol::Column { quantity: Quantity::WeightGradL2, values: weights.into() });
            (record.ends.stem_weight_grad_l2, record.ends.head_weight_grad_l2) = (stem, Some(1.0));
            record
        };
        let some = Some(1.0);
        assert_eq!(why_no_gradient(&record([some; 3], None), 1), NoGradient::FirstThatLearns(0));
        assert_eq!(why_no_gradient(&record([None, some, some], None), 2), NoGradient::FirstThatLearns(1));
        assert_eq!(why_no_gradient(&record([None; 3], None), 3), NoGradient::NoneLearns);
        assert_eq!(why_no_gradient(&record([some; 3], some), 1), NoGradient::NotRecorded);
        assert_eq!(why_no_gradient(&record([some; 3], None), 2), NoGradient::NotRecorded);
        assert_eq!(why_no_gradient(&record([None, None, some], None), 2), NoGradient::NotRecorded);
    }

    #[test]
    fn the_share_is_of_both_parts() {
        assert_eq!(share_over_shortcut(None, Some(1.0)), None);
        assert_eq!(share_over_shortcut(Some(3.0), Some(1.0)), Some(0.75));
    }

    #[test]
    fn the_largest_arriving_gradient_is_full_and_six_decades_below_it_is_a_hairline() {
        let (mut a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        assert_eq!(RiverScale::of(&lanes(&a, &b)), None);
        a.apply(step(0, 2.3, &falling(9, 0.036, 0.9), true));
        b.apply(step(0, 2.3, &falling(9, 2e-3, 1e-7), false));
        let scale = RiverScale::of(&lanes(&a, &b)).unwrap();
        assert_eq!((scale.top(), scale), (0.036, RiverScale::of(&lanes(&b, &a)).unwrap()));
        let width = |norm: f64| scale.width(norm, 20.8);
        assert_eq!(
            [width(0.036), width(0.036e-3), width(0.036e-6)].map(|w| w.map(|w| (w * 1e6).round() / 1e6)),
            [Some(20.8), Some(10.8), Some(0.8)]
        );
        for odd in [0.0, -1.0, 0.035e-6, 1e-40, f64::NAN, f64::INFINITY] {
            assert_eq!(width(odd), None, "{odd}");
        }
    }

    #[test]
    fn wider_is_larger_by_equal_parts() {
        let widths: Vec<_> =
            (0..=6).filter_map(|decade| RiverScale::width_of_part(10f64.powi(-decade), 24.8)).collect();
        assert_eq!(widths.len(), 7);
        assert!(widths.windows(2).all(|w| (w[0] - w[1] - 4.0).abs() < 1e-9), "{widths:?}");
    }

    #[test]
    fn ends_have_the_values_that_are_measured_there() {
        let mut run = snapshot(20, 1.0);
        run.apply(step(0, 2.3, &falling(9, 1.0, 0.1), true));
        let record = run.latest().unwrap();
        let at = |quantity, place| value(record, quantity, place);
        assert_eq!(at(Quantity::GradOutL2, Place::Stem), at(Quantity::GradInL2, Place::Block(0)));
        assert_eq!(at(Quantity::GradInL2, Place::Head), at(Quantity::GradOutL2, Place::Block(8)));
        assert_eq!((at(Quantity::GradInL2, Place::Stem), at(Quantity::SkipShare, Place::Head)), (None, None));
    }

    #[test]
    fn relative_values_are_those_over_the_last_block_s() {
        let mut run = snapshot(20, 1.0);
        run.apply(step(0, 2.3, &falling(9, 1.0, 0.1), true));
        let record = run.latest().unwrap();
        let relative = Plot { relative: true, ..Plot::default() };
        assert_eq!(relative.value(record, Place::Block(8)), Some(1.0));
        let whole = |place| value(record, Quantity::GradInL2, place).unwrap();
        let part = whole(Place::Block(0)) / whole(Place::Block(8));
        assert_eq!(relative.value(record, Place::Block(0)), Some(part));
        // A share is one already.
        let share = Plot { quantity: Quantity::SkipShare, relative: true };
        assert_eq!(share.value(record, Place::Block(0)), value(record, Quantity::SkipShare, Place::Block(0)));
        let mut dead = snapshot(20, 1.0);
        dead.apply(step(0, 2.3, &[0.0; 10], true));
        assert_eq!(relative.value(dead.latest().unwrap(), Place::Block(0)), None);
    }

    #[test]
    fn without_a_gradient_no_branch_is_used() {
        let mut run = snapshot(20, 0.0);
        run.apply(step(0, 2.3, &falling(9, 1.0, 0.1), false));
        assert_eq!(branches_used(run.latest().unwrap()), Some(9.0));
        run.apply(step(1, 2.3, &[0.0; 10], false));
        assert_eq!(branches_used(run.latest().unwrap()), None);
    }
}

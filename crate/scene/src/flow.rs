//! What flows where, and how wide or high that is drawn: the gradient's norm at the joins between the blocks, and the
//! scale that all lanes share.

use crate::plot::{Decades, is_drawable};
use crate::{LaneView, Snapshot};
use protocol::{Quantity, StepRecord};

/// The number of newest records that a scale follows: the present, not the run's maximum, but no single outlier either.
const PRESENT: usize = 16;

/// The gradient entering each block, from the input to the loss; empty if it was not measured.
pub fn entering(record: &StepRecord) -> &[Option<f64>] {
    record.column(Quantity::GradInL2).unwrap_or(&[])
}

/// The norms at the joins: what enters each block and, last, what arrives at the last block's output.
pub fn joins(record: &StepRecord) -> Vec<Option<f64>> {
    let arriving = record.column(Quantity::GradOutL2).and_then(|column| column.last().copied().flatten());
    let last = arriving.or(record.ends.head_grad_in_l2);
    entering(record).iter().copied().chain([last]).collect()
}

/// One block's value of a quantity. The share over the shortcut follows from the two parts where it was not measured itself.
pub fn value(record: &StepRecord, quantity: Quantity, block: usize) -> Option<f64> {
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

/// The newest records, on which scales are built.
pub fn present(snapshot: &Snapshot) -> impl Iterator<Item = &StepRecord> {
    snapshot.records().rev().take(PRESENT)
}

/// The river's scale: the top decade has full width, each decade below takes off an equal part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiverScale {
    decades: Decades,
}

/// Thinnest line for what was measured at all, px.
const HAIRLINE: f64 = 0.8;

impl RiverScale {
    /// How many decades the full width spans: as few as hold the present, but never fewer than the first, so that a
    /// healthy river looks level.
    const SPANS: [i32; 4] = [10, 20, 30, 44];

    /// The scale for all lanes together; `None` before there is anything to draw.
    pub fn of(lanes: &[LaneView]) -> Option<Self> {
        let records = || lanes.iter().flat_map(|lane| present(lane.snapshot));
        let whole = Decades::around(records().flat_map(joins).flatten())?;
        let parts = [Quantity::SkipGradL2, Quantity::BranchGradL2];
        let in_parts = |record: &'_ StepRecord| {
            parts.into_iter().filter_map(|part| record.column(part)).flatten().copied().flatten().collect::<Vec<_>>()
        };
        let high = Decades::around(records().flat_map(in_parts)).map_or(whole.high, |part| part.high.max(whole.high));
        let span = Self::SPANS.into_iter().find(|span| high - whole.low <= *span).unwrap_or(high - whole.low);
        Some(Self { decades: Decades { low: high - span, high } })
    }

    /// The width of a norm, px, where `full` is the width of the top decade; `None` if it is 0, underflowed or not finite.
    pub fn width(self, norm: f64, full: f64) -> Option<f64> {
        is_drawable(norm).then(|| (self.decades.fraction(norm) * full).max(HAIRLINE))
    }

    /// The exponent of ten that has full width, and the number of decades down to nothing.
    pub fn top_and_span(self) -> (i32, i32) {
        (self.decades.high, self.decades.high - self.decades.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, lanes, snapshot, step};

    #[test]
    fn the_share_is_of_both_parts() {
        assert_eq!(share_over_shortcut(None, Some(1.0)), None);
        assert_eq!(share_over_shortcut(Some(3.0), Some(1.0)), Some(0.75));
    }

    #[test]
    fn wider_is_larger_and_equal_is_equal() {
        let (mut a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        assert_eq!(RiverScale::of(&lanes(&a, &b)), None);
        a.apply(step(0, 2.3, &falling(9, 0.036, 0.9), true));
        b.apply(step(0, 2.3, &falling(9, 2e-3, 1e-7), false));
        let scale = RiverScale::of(&lanes(&a, &b)).unwrap();
        assert_eq!(scale.top_and_span(), (-1, 10));
        assert_eq!(scale, RiverScale::of(&lanes(&b, &a)).unwrap());
        let mut last = 0.0;
        for exponent in -38..5 {
            let width = scale.width(10f64.powi(exponent) * 1.5, 22.0).unwrap();
            assert!(width >= last && width <= 22.0);
            assert!(width > last || width == HAIRLINE || width == 22.0);
            last = width;
        }
        for odd in [0.0, -1.0, 1e-40, f64::NAN, f64::INFINITY] {
            assert_eq!(scale.width(odd, 22.0), None);
        }
    }

    #[test]
    fn the_span_grows_with_the_fall_and_forgets_the_past() {
        let (mut a, none) = (snapshot(20, 0.0), snapshot(20, 0.0));
        a.apply(step(0, 2.3, &falling(9, 1.0, 1e-20), false));
        assert_eq!(RiverScale::of(&lanes(&a, &none)).unwrap().top_and_span(), (0, 20));
        for i in 1..=16 {
            a.apply(step(i, 2.3, &falling(9, 0.5, 1e-3), false));
        }
        assert_eq!(RiverScale::of(&lanes(&a, &none)).unwrap().top_and_span(), (0, 10));
    }
}

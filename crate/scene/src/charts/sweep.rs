//! How much the network needs its skips: held-out accuracy with the strengths of all of them multiplied by a factor.

use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::format::percent;
use crate::plot::{Axis, BASELINE, Frame, Margin, ROW_GAP, is_narrow, marker, pieces, spread};
use crate::words::{self, Text};
use crate::{LaneView, View};
use protocol::{Quantity, SWEEP_STRENGTHS};

/// One line a run, from 0 to 100 %.
pub fn sweep(lanes: &[LaneView], view: &View) -> Scene {
    let [left, right] = if is_narrow(view) { [40.0, 84.0] } else { [58.0, 120.0] };
    let frame = Frame::inside(view, Margin { left, right, top: 10.0, bottom: 22.0 });
    let across = Axis::Linear(SWEEP_STRENGTHS[SWEEP_STRENGTHS.len() - 1]);
    let swept: Vec<_> = lanes.iter().filter_map(|lane| Some((lane, accuracies(lane)?))).collect();
    let place = |(factor, accuracy): (f64, f64)| {
        Some([frame.x(across.fraction(factor)?), frame.y(Axis::Share.fraction(accuracy)?)])
    };
    let mut shapes = Vec::new();
    if swept.is_empty() {
        shapes.push(frame.across(Class::Axis, frame.bottom));
    } else {
        frame.vertical_axis(&Axis::Share, 3, &mut shapes);
        for factor in [0.0, 0.25, 0.5, 0.75, 1.0, 1.25] {
            let x = frame.x(across.fraction(factor).unwrap_or(0.0));
            shapes.push(Shape::text(Class::Tick, [x, frame.bottom + 16.0], Anchor::Middle, format!("{factor}×")));
        }
    }
    let mut ends = Vec::new();
    for (lane, (_, values)) in &swept {
        let points = || SWEEP_STRENGTHS.into_iter().zip(values.iter().copied()).map(place);
        for piece in pieces(points()).iter().filter(|piece| piece.len() > 1) {
            shapes.push(Shape::polyline([Class::Line, Class::of_lane(lane.lane)], piece));
        }
        shapes.extend(points().flatten().map(|place| marker(lane.lane, None, place, 3.0)));
        if let Some(Some(end)) = points().next_back() {
            ends.push((end[1], (lane.lane, words::at_full(&at_one(values)))));
        }
    }
    for (y, (lane, words)) in spread(ends, ROW_GAP, [frame.top, frame.bottom]) {
        let place = [frame.right + 10.0, y + BASELINE];
        shapes.push(Shape::text([Class::LabelStrong, Class::of_lane(lane)], place, Anchor::Start, words));
    }
    let one = |(lane, (step, values)): &(&LaneView, (u64, &[f64]))| {
        let listed = SWEEP_STRENGTHS.iter().zip(*values).map(|(factor, own)| format!("{factor}×: {}", percent(*own)));
        words::sweep_summary(lane.lane, *step, &listed.collect::<Vec<_>>().join(", "))
    };
    let summary = if swept.is_empty() {
        words::unmeasured(lanes.iter().map(|lane| lane.snapshot.updates_done()).max().unwrap_or(0))
    } else {
        swept.iter().map(one).collect::<Vec<_>>().join(" ")
    };
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary }
}

/// The newest sweep of a run, and after how many updates it was made.
fn accuracies<'a>(lane: &LaneView<'a>) -> Option<(u64, &'a [f64])> {
    let found =
        |own: &'a protocol::Evaluation| own.measured.vector(Quantity::SweepAccuracy).map(|values| (own.step, values));
    lane.snapshot.evaluations().iter().rev().find_map(found).filter(|(_, values)| values.len() == SWEEP_STRENGTHS.len())
}

/// The accuracy at factor 1.
fn at_one(values: &[f64]) -> String {
    let at = SWEEP_STRENGTHS.iter().position(|factor| *factor == 1.0);
    at.and_then(|at| values.get(at)).map_or_else(|| Text::Missing.words().to_owned(), |own| percent(*own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lanes, snapshot};
    use protocol::{Evaluation, Event, Measured, Vector};

    #[test]
    fn each_factor_has_its_accuracy_of_the_newest_sweep() {
        let mut run = snapshot(8, 1.0);
        let values: Vec<_> = (0..SWEEP_STRENGTHS.len()).map(|index| index as f64 / 10.0).collect();
        for (at, values) in [(2, vec![0.0; 8]), (4, values)] {
            let measured =
                Measured { vectors: vec![Vector { quantity: Quantity::SweepAccuracy, values }], ..Measured::default() };
            run.apply(Event::Eval(Evaluation { step: at, loss: 1.0, accuracy: 0.5, measured, answers: Vec::new() }));
        }
        let scene = sweep(&lanes(&run, &run)[..1], &View { width: 600.0, height: 200.0, ..View::default() });
        assert!(scene.summary.contains("0.9×: 40 %") && scene.summary.contains("after 4"), "{}", scene.summary);
        assert_eq!(scene.shapes.iter().filter(|shape| shape.has_class(Class::Dot)).count(), SWEEP_STRENGTHS.len());
    }
}

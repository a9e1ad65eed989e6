//! What the network learns: loss and held-out accuracy against the steps, with what was changed on the way.

use crate::change::{Change, changes};
use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::format::{number, percent, setting, thousands};
use crate::plot::{
    Axis, BASELINE, Decades, Frame, Margin, ROW_GAP, is_drawable, is_narrow, marker, number_room, numbers, pieces,
    round_end, spread, text_width, thinned,
};
use crate::words::summary::learning_summary;
use crate::words::{self, Text};
use crate::{LaneView, LossPoint, View, lane_marker};
use protocol::{Lane, Mark};

/// Loss (raw faint, smoothed strong), the loss of guessing, held-out accuracy, and marks where settings were changed.
pub fn learning(lanes: &[LaneView], view: &View) -> Scene {
    let learning = Learning::new(lanes, view);
    let mut shapes = Vec::new();
    learning.axes(&mut shapes);
    if learning.measured {
        learning.guessing(lanes, &mut shapes);
        learning.marks(lanes, &mut shapes);
        learning.overlaid(view, &mut shapes);
        learning.losses(lanes, &mut shapes);
        learning.accuracies(lanes, &mut shapes);
        learning.labels(lanes, &mut shapes);
    }
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary: learning_summary(lanes, view) }
}

/// One of the two panels, with its vertical axis.
struct Panel {
    frame: Frame,
    axis: Axis,
}

impl Panel {
    /// Where a finite value lies.
    fn y(&self, value: f64) -> f64 {
        self.frame.y(self.axis.fraction(value).unwrap_or(0.0))
    }
}

/// Where the chart's parts stand.
struct Learning {
    /// Both panels together.
    frame: Frame,
    steps: Axis,
    loss: Panel,
    /// Shown where there is room; else the accuracy is said in words only.
    accuracy: Option<Panel>,
    measured: bool,
    is_narrow: bool,
    /// What the numbers of overlaid runs take right of it.
    number_room: f64,
}

impl Learning {
    fn new(lanes: &[LaneView], view: &View) -> Self {
        let measured = lanes.iter().any(|lane| lane.snapshot.latest().is_some());
        // On the right stand the labels of the lines' ends.
        let [left, right] = if is_narrow(view) { [40.0, 126.0] } else { [46.0, 142.0] };
        let (number_room, overlaid) = (number_room(view), losses_of(view));
        let right = right + number_room;
        let bottom = (view.height - 22.0).max(20.0);
        let top = 14.0_f64.min(bottom - 2.0);
        let frame = Frame { top, bottom, ..Frame::inside(view, Margin { left, right, top, bottom: 22.0 }) };
        let evaluated = |lane: &LaneView| {
            let will_be = lane.snapshot.spec.as_ref().is_some_and(|spec| spec.eval_every > 0);
            will_be || !lane.snapshot.evaluations().is_empty()
        };
        let both = !view.compact && view.height >= 150.0 && lanes.iter().any(evaluated);
        let middle = if both { frame.y(1.0 - 0.62) } else { bottom };
        let loss = Panel { frame: Frame { bottom: middle, ..frame }, axis: loss_axis(lanes, &overlaid) };
        let accuracy = both.then_some(Panel { frame: Frame { top: middle + 16.0, ..frame }, axis: Axis::Share });
        let behind = overlaid.iter().filter_map(|losses| Some(losses.last()?.step + 1));
        let updates = lanes.iter().map(|lane| lane.snapshot.updates_done()).chain(behind).max().unwrap_or(0);
        Self {
            frame,
            steps: Axis::Whole(round_end(updates)),
            loss,
            accuracy,
            measured,
            is_narrow: is_narrow(view),
            number_room,
        }
    }

    fn x(&self, step: u64) -> f64 {
        self.frame.x(self.steps.fraction(step as f64).unwrap_or(0.0))
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        let below = self.frame.bottom + 16.0;
        let mut reach = self.frame.right + 10.0;
        if self.measured {
            let count = if self.loss.frame.height() > 90.0 { 4 } else { 2 };
            self.loss.frame.vertical_axis(&self.loss.axis, count, shapes);
            if let Some(panel) = &self.accuracy {
                panel.frame.vertical_axis(&panel.axis, 3, shapes);
            }
            for tick in self.steps.ticks(if self.frame.width() < 260.0 { 3 } else { 5 }) {
                let place = [self.frame.x(tick.fraction), below];
                reach = reach.max(place[0] + text_width(Class::Tick, &tick.words) / 2.0);
                shapes.push(Shape::text(Class::Tick, place, Anchor::Middle, tick.words));
            }
        } else {
            shapes.push(self.frame.across(Class::Axis, self.frame.bottom));
        }
        let place = [reach + 8.0, below];
        shapes.push(Shape::text(Class::Label, place, Anchor::Start, Text::StepAxis.words()));
    }

    /// The loss and the accuracy of one who guesses: ln(classes) and 1/classes.
    fn guessing(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let mut classes: Vec<usize> = lanes.iter().filter_map(|lane| lane.snapshot.diagram.classes).collect();
        classes.dedup();
        for classes in classes {
            let y = self.loss.y((classes as f64).ln());
            shapes.push(self.frame.across(Class::Guide, y));
            // At the end: at the start every run guesses, and its line lies there.
            // Under the line where the labels of marks may stand over it.
            let is_free = y - 15.0 > self.frame.top + MARK_ROWS[1] || mark_labels(lanes).is_empty();
            let place = [self.frame.right - 2.0, if is_free { y - 5.0 } else { y + 12.0 }];
            shapes.push(Shape::text(Class::LabelFaint, place, Anchor::End, Text::Guessing.words()));
            if let Some(panel) = &self.accuracy {
                shapes.push(self.frame.across(Class::Guide, panel.y(1.0 / classes as f64)));
            }
        }
    }

    /// A vertical line where something was changed, and its label: above the chart or, beside another one, a row further
    /// down; only a third change at the same place goes without.
    fn marks(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let mut rows = MARK_ROWS.map(|row| (self.frame.top + row, f64::NEG_INFINITY));
        for (step, words) in mark_labels(lanes) {
            let x = self.x(step);
            shapes.push(Shape::line(Class::Mark, [x, self.frame.top - 8.0], [x, self.frame.bottom]));
            let width = text_width(Class::MarkLabel, &words) + 8.0;
            // Near the right edge the label stands on the line's other side.
            let (start, anchor, place) = if x + width > self.frame.right {
                (x - width, Anchor::End, x - 3.0)
            } else {
                (x, Anchor::Start, x + 3.0)
            };
            if let Some((y, free_from)) = rows.iter_mut().find(|(_, free_from)| start >= *free_from) {
                shapes.push(Shape::text(Class::MarkLabel, [place, *y], anchor, words));
                *free_from = start + width;
            }
        }
    }

    /// The smoothed losses of the overlaid runs, about four points a pixel, and the number of each at its end.
    fn overlaid(&self, view: &View, shapes: &mut Vec<Shape>) {
        let mut ends = Vec::new();
        for (own, losses) in view.overlaid.iter().zip(losses_of(view)) {
            let every = (losses.len() / (4 * view.width as usize).max(1)).max(1);
            let shown = losses.iter().step_by(every).chain(losses.last().filter(|_| every > 1));
            let place = |point: &LossPoint| {
                let value = f64::from(point.smoothed);
                value.is_finite().then(|| [self.x(point.step), self.loss.y(value)])
            };
            let pieces = pieces(shown.map(place));
            ends.extend(pieces.last().and_then(|piece| piece.last()).map(|end| (*end, own.number)));
            shapes.extend(pieces.iter().map(|piece| Shape::polyline(own.classes(), piece)));
        }
        numbers(ends, [self.loss.frame.top, self.loss.frame.bottom], shapes);
    }

    fn losses(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        for lane in lanes {
            let points = |value: fn(&LossPoint) -> f32| {
                let place = move |point: &LossPoint| {
                    let value = f64::from(value(point));
                    value.is_finite().then(|| [self.x(point.step), self.loss.y(value)])
                };
                lane.snapshot.losses().iter().map(place)
            };
            for piece in pieces(points(|point| point.loss)) {
                shapes.push(Shape::polyline([Class::Raw, Class::of_lane(lane.lane)], &thinned(&piece)));
            }
            for piece in pieces(points(|point| point.smoothed)) {
                // A line of one point cannot be seen.
                if let [place] = piece[..] {
                    shapes.push(marker(lane.lane, None, place, 3.0));
                }
                shapes.push(Shape::polyline([Class::Smooth, Class::of_lane(lane.lane)], &thinned(&piece)));
            }
        }
    }

    fn accuracies(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let Some(panel) = &self.accuracy else { return };
        for lane in lanes {
            let evaluations = lane.snapshot.evaluations().iter().filter(|one| one.accuracy.is_finite());
            let places: Vec<_> = evaluations.map(|one| [self.x(one.step), panel.y(one.accuracy)]).collect();
            if places.len() > 1 {
                shapes.push(Shape::polyline([Class::Line, Class::of_lane(lane.lane)], &thinned(&places)));
            }
            let mut free_from = f64::NEG_INFINITY;
            for place in places {
                if place[0] >= free_from {
                    shapes.push(marker(lane.lane, None, place, 2.6));
                    free_from = place[0] + 6.0;
                }
            }
        }
    }

    /// What the lines have come to, at their ends.
    fn labels(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let loss = |lane: &LaneView| {
            let point = lane.snapshot.losses().iter().rev().find(|point| point.smoothed.is_finite())?;
            let words = words::loss_label(&number(f64::from(point.smoothed)), self.is_narrow);
            Some((self.loss.y(f64::from(point.smoothed)), (lane.lane, words)))
        };
        let share = |lane: &LaneView| {
            let evaluation = lane.snapshot.evaluations().last()?;
            // Not every task has one.
            let share = Some(evaluation.accuracy).filter(|share| !share.is_nan())?;
            let outdated_at = lane.snapshot.is_outdated(evaluation).then(|| thousands(evaluation.step));
            let height = self.accuracy.as_ref().map(|panel| panel.y(if share.is_finite() { share } else { 0.0 }));
            Some((height.unwrap_or(0.0), (lane.lane, words::held_out_label(&percent(share), outdated_at.as_deref()))))
        };
        let losses: Vec<_> = lanes.iter().filter_map(loss).collect();
        let shares: Vec<_> = lanes.iter().filter_map(share).collect();
        let [losses, shares] = if let Some(Panel { frame, .. }) = self.accuracy {
            [spread(losses, ROW_GAP, [10.0, self.loss.frame.bottom]), spread(shares, 15.0, [frame.top, frame.bottom])]
        } else {
            under_each(losses, &shares, self.frame.bottom)
        };
        for (class, labels) in [(Class::LabelStrong, losses), (Class::Value, shares)] {
            for (y, (lane, words)) in labels {
                let place = [self.frame.right + 10.0 + self.number_room, y + BASELINE];
                shapes.push(Shape::text([class, Class::of_lane(lane)], place, Anchor::Start, words));
            }
        }
    }
}

/// Where the labels of marks stand, from the top of the frame.
const MARK_ROWS: [f64; 2] = [-4.0, 7.0];

/// The height of a label, whose it is, and its words.
type Label = (f64, (Lane, String));

/// Without an accuracy panel each share stands under its loss.
fn under_each(losses: Vec<Label>, shares: &[Label], floor: f64) -> [Vec<Label>; 2] {
    let gap = if shares.is_empty() { ROW_GAP } else { 31.0 };
    let losses = spread(losses, gap, [10.0, floor - gap + ROW_GAP]);
    let under = |(_, (lane, words)): &Label| {
        let y = losses.iter().find(|(_, (other, _))| other == lane)?.0;
        Some((y + 14.0, (*lane, words.clone())))
    };
    let shares = shares.iter().filter_map(under).collect();
    [losses, shares]
}

/// The losses of the overlaid runs up to the step that is looked at.
fn losses_of<'a>(view: &View<'a>) -> Vec<&'a [LossPoint]> {
    view.overlaid.iter().map(|own| own.losses(view.look_back)).collect()
}

/// By so much a loss has blown up: beside that everything else would lie on the axis, and its ticks have no room.
const BLOWN_UP: f64 = 1e6;

/// The loss axis, from 0; of a run that blew up it has powers of ten.
fn loss_axis(lanes: &[LaneView], overlaid: &[&[LossPoint]]) -> Axis {
    let losses = || lanes.iter().map(|lane| lane.snapshot.losses()).chain(overlaid.iter().copied());
    let smoothed = |point: &LossPoint| Some(f64::from(point.smoothed)).filter(|loss| is_drawable(*loss));
    let first = losses().filter_map(|losses| losses.iter().find_map(smoothed)).fold(f64::INFINITY, f64::min);
    let top = highest_loss(lanes, overlaid);
    let decades = (top > BLOWN_UP * first.min(1.0)).then(|| Decades::around(losses().flatten().filter_map(smoothed)));
    decades.flatten().map_or(Axis::Linear(top), Axis::Log)
}

/// The top of the loss axis: it holds the smoothed losses and that of guessing, but an explosion that is over does not
/// flatten everything else.
fn highest_loss(lanes: &[LaneView], overlaid: &[&[LossPoint]]) -> f64 {
    let finite = |losses: &[LossPoint]| {
        let losses = losses.iter().map(|point| f64::from(point.smoothed)).filter(|loss| loss.is_finite());
        losses.fold((0.0f64, 0.0f64), |(most, _), loss| (most.max(loss), loss))
    };
    let ends = lanes.iter().map(|lane| lane.snapshot.losses()).chain(overlaid.iter().copied()).map(finite);
    let (most, last) = ends.fold((0.0, 0.0), |a: (f64, f64), b| (a.0.max(b.0), a.1.max(b.1)));
    let Some(classes) = lanes.iter().filter_map(|lane| lane.snapshot.diagram.classes).max() else {
        return if most > 0.0 { 1.05 * most } else { 1.0 };
    };
    let guess = (classes.max(2) as f64).ln();
    (1.05 * most).min((3.0 * guess).max(1.2 * last)).max(1.2 * guess)
}

/// The labels of what was changed, by step: one a run and step, with the run's marker unless it is the same in all of them.
/// What was set before the first step is no change.
fn mark_labels(lanes: &[LaneView]) -> Vec<(u64, String)> {
    let of_lane = |lane: &LaneView| {
        let by_step = lane.snapshot.marks().chunk_by(|a, b| a.step == b.step).filter(|marks| marks[0].step > 0);
        let label = |marks: &[Mark]| match changes(marks, lane.snapshot).as_slice() {
            [one] => (marks[0].step, change_words(*one)),
            many => (marks[0].step, words::many_marks(many.len())),
        };
        by_step.map(label).collect::<Vec<_>>()
    };
    let all: Vec<_> = lanes.iter().map(of_lane).collect();
    let mut labels = Vec::new();
    for (lane, own) in lanes.iter().zip(&all) {
        for label in own {
            if all.iter().all(|other| other.contains(label)) {
                labels.push(label.clone());
            } else {
                labels.push((label.0, format!("{} {}", lane_marker(lane.lane), label.1)));
            }
        }
    }
    labels.sort();
    labels.dedup();
    let joined = |same: &[(u64, String)]| {
        let words: Vec<_> = same.iter().map(|(_, words)| words.as_str()).collect();
        (same[0].0, words.join(" · "))
    };
    labels.chunk_by(|a, b| a.0 == b.0).map(joined).collect()
}

fn change_words(change: Change) -> String {
    match change {
        Change::Skips(to) => words::skip_mark(None, to),
        Change::Skip(block, to) => words::skip_mark(Some(block), to),
        Change::Fold => Text::SkipsFolded.words().to_owned(),
        Change::Fade(to) => words::fade_mark(to),
        Change::Setting(what, to) => words::setting_mark(what, &setting(to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, lanes, snapshot, step};
    use std::collections::BTreeSet;

    #[test]
    fn the_axis_of_a_loss_that_blew_up_has_powers_of_ten_and_ticks_that_differ() {
        let ticks = |losses: &[f64]| {
            let mut run = snapshot(20, 1.0);
            for (at, loss) in losses.iter().enumerate() {
                run.apply(step(at as u64, *loss, &falling(9, 1.0, 0.1), true));
            }
            let axis = loss_axis(&lanes(&run, &run), &[]);
            let ticks = axis.ticks(4);
            let words: BTreeSet<_> = ticks.iter().map(|tick| tick.words.clone()).collect();
            assert_eq!(words.len(), ticks.len(), "{ticks:?}");
            let is_log = matches!(axis, Axis::Log(_));
            (is_log, ticks.into_iter().map(|tick| tick.words).collect::<Vec<_>>())
        };
        let blown_up = [1.2, 6e5, 1e9, 1.2e14, 5.6e17, 7.1e35, f64::NAN];
        assert_eq!(ticks(&blown_up), (true, ["1", "1e10", "1e20", "1e30"].map(str::to_owned).to_vec()));
        assert!(!ticks(&[2.3, 1.9, 1e-9]).0, "what is learnt well is no explosion");
        assert_eq!(ticks(&[2.7e6]), (true, ["1e6", "1e7"].map(str::to_owned).to_vec()), "that has no room in full");
        assert!(!ticks(&[9e5, 8e5]).0);
        let mut over = vec![2.3, 1e9];
        over.extend([2.3; 200]);
        assert!(!ticks(&over).0, "an explosion that is over");
    }
}

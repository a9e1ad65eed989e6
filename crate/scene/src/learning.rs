//! What the network learns: loss and held-out accuracy against the steps, with what was changed on the way.

use crate::axis::{round_ticks, tick_words};
use crate::curve::{pieces, thinned};
use crate::format::{number, percent, setting};
use crate::marker::{marker, spread};
use crate::shape::{Anchor, Scene, Shape};
use crate::summary::learning_summary;
use crate::words::{Text, english};
use crate::{LaneView, Snapshot, View};
use protocol::{Mark, MarkKind};

/// Loss (raw faint, smoothed strong), the loss of guessing, held-out accuracy, and marks where settings were changed.
pub fn learning(lanes: &[LaneView], view: &View) -> Scene {
    let plot = Plot::new(lanes, view);
    let mut shapes = Vec::new();
    plot.axes(&mut shapes);
    if plot.measured {
        plot.guessing(lanes, &mut shapes);
        plot.marks(lanes, &mut shapes);
        plot.losses(lanes, &mut shapes);
        plot.accuracies(lanes, &mut shapes);
        plot.labels(lanes, &mut shapes);
    }
    Scene { width: view.width, height: view.height, shapes, summary: learning_summary(lanes) }
}

/// One of the two panels: a vertical axis from 0 to `high`.
#[derive(Clone, Copy)]
struct Panel {
    top: f64,
    bottom: f64,
    high: f64,
}

impl Panel {
    fn y(self, value: f64) -> f64 {
        self.bottom - (value / self.high).clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

/// Where the chart's parts stand.
struct Plot {
    left: f64,
    right: f64,
    floor: f64,
    /// The step at the right edge.
    end: f64,
    loss: Panel,
    /// Shown where there is room; else the accuracy is said in words only.
    accuracy: Option<Panel>,
    measured: bool,
}

impl Plot {
    fn new(lanes: &[LaneView], view: &View) -> Self {
        let measured = lanes.iter().any(|lane| lane.snapshot.latest().is_some());
        let left = if view.width < 480.0 { 40.0 } else { 46.0 };
        let right = (view.width - if view.width < 480.0 { 108.0 } else { 122.0 }).max(left + 1.0);
        let floor = (view.height - 22.0).max(20.0);
        let evaluated = |lane: &LaneView| lane.snapshot.spec.eval_every > 0 || !lane.snapshot.evaluations().is_empty();
        let both = !view.compact && view.height >= 150.0 && lanes.iter().any(evaluated);
        let top = 14.0_f64.min(floor - 2.0);
        let middle = if both { top + (floor - top) * 0.62 } else { floor };
        let loss = Panel { top, bottom: middle, high: highest_loss(lanes) };
        let accuracy = both.then_some(Panel { top: middle + 16.0, bottom: floor, high: 1.0 });
        let updates = lanes.iter().map(|lane| lane.snapshot.updates_done()).max().unwrap_or(0);
        Self { left, right, floor, end: round_end(updates), loss, accuracy, measured }
    }

    fn x(&self, step: u64) -> f64 {
        self.left + (step as f64 / self.end).clamp(0.0, 1.0) * (self.right - self.left)
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        if self.measured {
            let ticks = round_ticks(self.loss.high, if self.loss.bottom - self.loss.top > 90.0 { 4 } else { 2 });
            let step = ticks[1] - ticks[0];
            for value in ticks.into_iter().filter(|value| *value <= self.loss.high) {
                self.tick(self.loss, value, tick_words(value, step), shapes);
            }
            if let Some(panel) = self.accuracy {
                for share in [0.0, 0.5, 1.0] {
                    self.tick(panel, share, percent(share), shapes);
                }
            }
            let ticks = round_ticks(self.end, if self.right - self.left < 260.0 { 3 } else { 5 });
            let step = ticks[1] - ticks[0];
            for value in ticks.into_iter().filter(|value| *value <= self.end && (step >= 1.0 || value.fract() == 0.0)) {
                let place = [self.x(value as u64), self.floor + 16.0];
                shapes.push(Shape::text("tick", place, Anchor::Middle, tick_words(value, step.max(1.0))));
            }
        } else {
            shapes.push(Shape::line("axis", [self.left, self.floor], [self.right, self.floor]));
        }
        let place = [self.right + 18.0, self.floor + 16.0];
        shapes.push(Shape::text("label", place, Anchor::Start, Text::StepAxis.words()));
    }

    fn tick(&self, panel: Panel, value: f64, words: String, shapes: &mut Vec<Shape>) {
        let y = panel.y(value);
        shapes.push(Shape::line("grid", [self.left, y], [self.right, y]));
        shapes.push(Shape::text("tick", [self.left - 9.0, y + 4.0], Anchor::End, words));
    }

    /// The loss and the accuracy of one who guesses: ln(classes) and 1/classes.
    fn guessing(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let mut classes: Vec<usize> = lanes.iter().map(|lane| lane.snapshot.plan.spec.classes).collect();
        classes.dedup();
        for classes in classes {
            let y = self.loss.y((classes as f64).ln());
            shapes.push(Shape::line("guide", [self.left, y], [self.right, y]));
            let place = [self.right - 2.0, y - 5.0];
            shapes.push(Shape::text("label-faint", place, Anchor::End, Text::Guessing.words()));
            if let Some(panel) = self.accuracy {
                let y = panel.y(1.0 / classes as f64);
                shapes.push(Shape::line("guide", [self.left, y], [self.right, y]));
            }
        }
    }

    /// A vertical line where something was changed; its label where there is room before the next one.
    fn marks(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let mut free_from = f64::NEG_INFINITY;
        for (step, words) in mark_labels(lanes) {
            let x = self.x(step);
            shapes.push(Shape::line("mark", [x, self.loss.top - 8.0], [x, self.floor]));
            let width = 6.0 * words.chars().count() as f64 + 8.0;
            // Near the right edge the label stands on the line's other side.
            let (start, anchor, place) =
                if x + width > self.right { (x - width, Anchor::End, x - 3.0) } else { (x, Anchor::Start, x + 3.0) };
            if start >= free_from {
                shapes.push(Shape::text("mark-label", [place, self.loss.top - 4.0], anchor, words));
                free_from = start + width;
            }
        }
    }

    fn losses(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        for lane in lanes {
            let points = |value: fn(&crate::LossPoint) -> f32| {
                let place = move |point: &crate::LossPoint| {
                    let value = f64::from(value(point));
                    value.is_finite().then(|| [self.x(point.step), self.loss.y(value)])
                };
                lane.snapshot.losses().iter().map(place)
            };
            for piece in pieces(points(|point| point.loss)) {
                shapes.push(Shape::polyline(format!("raw {}", lane.lane.class()), &thinned(&piece)));
            }
            for piece in pieces(points(|point| point.smoothed)) {
                shapes.push(Shape::polyline(format!("smooth {}", lane.lane.class()), &thinned(&piece)));
            }
        }
    }

    fn accuracies(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let Some(panel) = self.accuracy else { return };
        for lane in lanes {
            let evaluations = lane.snapshot.evaluations().iter().filter(|one| one.accuracy.is_finite());
            let places: Vec<_> = evaluations.map(|one| [self.x(one.step), panel.y(one.accuracy)]).collect();
            if places.len() > 1 {
                shapes.push(Shape::polyline(format!("line {}", lane.lane.class()), &thinned(&places)));
            }
            let mut free_from = f64::NEG_INFINITY;
            for place in places {
                if place[0] >= free_from {
                    shapes.push(marker(lane.lane, "", place, 2.6));
                    free_from = place[0] + 6.0;
                }
            }
        }
    }

    /// What the lines have come to, at their ends.
    fn labels(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let loss = |lane: &LaneView| {
            let point = lane.snapshot.losses().iter().rev().find(|point| point.smoothed.is_finite())?;
            let words = english::loss_label(&number(f64::from(point.smoothed)));
            Some((self.loss.y(f64::from(point.smoothed)), (lane.lane, words)))
        };
        let accuracy = |panel: Panel| {
            move |lane: &LaneView| {
                let share = lane.snapshot.evaluations().last()?.accuracy;
                let y = panel.y(if share.is_finite() { share } else { 0.0 });
                Some((y, (lane.lane, english::held_out_label(&percent(share)))))
            }
        };
        let losses: Vec<_> = lanes.iter().filter_map(loss).collect();
        let panel = self.accuracy.unwrap_or(Panel { high: 1.0, ..self.loss });
        let shares: Vec<_> = lanes.iter().filter_map(accuracy(panel)).collect();
        let [losses, shares] = if self.accuracy.is_some() {
            [spread(losses, 16.0, [10.0, self.loss.bottom]), spread(shares, 15.0, [panel.top, panel.bottom])]
        } else {
            under_each(losses, &shares, self.floor)
        };
        for (y, (lane, words)) in losses {
            let class = format!("label-strong {}", lane.class());
            shapes.push(Shape::text(class, [self.right + 10.0, y + 4.0], Anchor::Start, words));
        }
        for (y, (lane, words)) in shares {
            let class = format!("value {}", lane.class());
            shapes.push(Shape::text(class, [self.right + 10.0, y + 4.0], Anchor::Start, words));
        }
    }
}

type Label = (f64, (crate::Lane, String));

/// Without an accuracy panel each share stands under its loss.
fn under_each(losses: Vec<Label>, shares: &[Label], floor: f64) -> [Vec<Label>; 2] {
    let gap = if shares.is_empty() { 16.0 } else { 31.0 };
    let losses = spread(losses, gap, [10.0, floor - gap + 16.0]);
    let under = |(_, (lane, words)): &Label| {
        let y = losses.iter().find(|(_, (other, _))| other == lane)?.0;
        Some((y + 14.0, (*lane, words.clone())))
    };
    let shares = shares.iter().filter_map(under).collect();
    [losses, shares]
}

/// The top of the loss axis: it holds the smoothed losses and that of guessing, but an explosion that is over does not
/// flatten everything else.
fn highest_loss(lanes: &[LaneView]) -> f64 {
    let guess = lanes.iter().map(|lane| lane.snapshot.plan.spec.classes as f64).fold(2.0, f64::max).ln();
    let finite = |snapshot: &Snapshot| {
        let losses = snapshot.losses().iter().map(|point| f64::from(point.smoothed)).filter(|loss| loss.is_finite());
        losses.fold((0.0f64, 0.0f64), |(most, _), loss| (most.max(loss), loss))
    };
    let ends = lanes.iter().map(|lane| finite(lane.snapshot));
    let (most, last) = ends.fold((0.0, 0.0), |a: (f64, f64), b| (a.0.max(b.0), a.1.max(b.1)));
    (1.05 * most).min((3.0 * guess).max(1.2 * last)).max(1.2 * guess)
}

/// A round step not before the last one, so that the axis stands still for a while.
fn round_end(updates: u64) -> f64 {
    let unit = 10f64.powf((updates.max(10) as f64).log10().floor());
    let rounds = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0];
    rounds.into_iter().map(|round| round * unit).find(|end| *end >= updates as f64).unwrap_or(10.0 * unit)
}

/// The marks of all lanes by step, each step once.
fn mark_labels(lanes: &[LaneView]) -> Vec<(u64, String)> {
    let of_lane = |lane: &LaneView| {
        let by_step = lane.snapshot.marks().chunk_by(|a, b| a.step == b.step);
        by_step.flat_map(|marks| step_labels(marks, lane.snapshot)).collect::<Vec<_>>()
    };
    let mut marks: Vec<(u64, String)> = lanes.iter().flat_map(of_lane).collect();
    marks.sort();
    marks.dedup();
    marks
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| if same.len() == 1 { same[0].clone() } else { (same[0].0, english::many_marks(same.len())) })
        .collect()
}

/// The labels of the marks of one lane at one step; shortcuts that all went to one strength are one label.
fn step_labels(marks: &[Mark], snapshot: &Snapshot) -> Vec<(u64, String)> {
    let step = marks[0].step;
    let words = |mark: &Mark| (step, mark_words(mark, snapshot));
    let skips: Vec<_> = marks.iter().filter(|mark| mark.what == MarkKind::Skip).collect();
    let after = strengths_after(step, snapshot);
    if skips.len() < 2 || after.iter().any(|strength| *strength != after[0]) {
        return marks.iter().map(words).collect();
    }
    let others = marks.iter().filter(|mark| mark.what != MarkKind::Skip).map(words);
    others.chain([(step, english::skip_mark(None, after[0]))]).collect()
}

/// The strengths in force at a step: those of now, with every later change taken back.
fn strengths_after(step: u64, snapshot: &Snapshot) -> Vec<f64> {
    let mut strengths = snapshot.strengths().to_vec();
    for mark in snapshot.marks().iter().rev().filter(|mark| mark.what == MarkKind::Skip && mark.step > step) {
        if let Some(index) = mark.block.as_deref().and_then(|name| snapshot.plan.block_index(name).ok()) {
            strengths[index] = mark.from;
        }
    }
    strengths
}

fn mark_words(mark: &Mark, snapshot: &Snapshot) -> String {
    match mark.what {
        MarkKind::Skip => {
            let block = mark.block.as_deref().and_then(|name| snapshot.plan.block_index(name).ok());
            english::skip_mark(block, mark.to)
        }
        MarkKind::Lr => english::lr_mark(&setting(mark.to)),
        MarkKind::Momentum => english::momentum_mark(&setting(mark.to)),
        MarkKind::Batch => english::batch_mark(&setting(mark.to)),
    }
}

//! Through how many branches the gradient goes on average, against the steps.

use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::format::in_unit;
use crate::plot::{Axis, BASELINE, Frame, Margin, ROW_GAP, is_narrow, marker, pieces, round_end, spread, thinned};
use crate::words::summary::branches_summary;
use crate::words::{self, Text};
use crate::{LaneView, LossPoint, View};
use protocol::Unit;

/// One line a run, from 0 to the number of blocks.
pub fn branches(lanes: &[LaneView], view: &View) -> Scene {
    let chart = Branches::new(lanes, view);
    let mut shapes = Vec::new();
    if chart.measured {
        chart.axes(&mut shapes);
        for lane in lanes {
            chart.line(lane, &mut shapes);
        }
        chart.labels(lanes, &mut shapes);
    } else {
        shapes.push(chart.frame.across(Class::Axis, chart.frame.bottom));
    }
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary: branches_summary(lanes) }
}

/// Where the chart's parts stand.
struct Branches {
    frame: Frame,
    steps: Axis,
    count: Axis,
    measured: bool,
}

/// A point's value, if there is one.
fn used(point: &LossPoint) -> Option<f64> {
    Some(f64::from(point.branches)).filter(|branches| branches.is_finite())
}

impl Branches {
    fn new(lanes: &[LaneView], view: &View) -> Self {
        let blocks = lanes.iter().map(|lane| lane.snapshot.diagram.blocks.len()).max().unwrap_or(0);
        let updates = lanes.iter().map(|lane| lane.snapshot.updates_done()).max().unwrap_or(0);
        let [left, right] = if is_narrow(view) { [40.0, 74.0] } else { [46.0, 92.0] };
        Self {
            frame: Frame::inside(view, Margin { left, right, top: 10.0, bottom: 22.0 }),
            steps: Axis::Whole(round_end(updates)),
            count: Axis::Linear(blocks.max(1) as f64),
            measured: lanes.iter().any(|lane| lane.snapshot.losses().iter().any(|point| used(point).is_some())),
        }
    }

    fn place(&self, point: &LossPoint) -> Option<[f64; 2]> {
        let x = self.frame.x(self.steps.fraction(point.step as f64)?);
        Some([x, self.frame.y(self.count.fraction(used(point)?)?)])
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        self.frame.vertical_axis(&self.count, if self.frame.height() > 90.0 { 4 } else { 2 }, shapes);
        for tick in self.steps.ticks(if self.frame.width() < 260.0 { 3 } else { 5 }) {
            let place = [self.frame.x(tick.fraction), self.frame.bottom + 16.0];
            shapes.push(Shape::text(Class::Tick, place, Anchor::Middle, tick.words));
        }
        let place = [self.frame.right + 18.0, self.frame.bottom + 16.0];
        shapes.push(Shape::text(Class::Label, place, Anchor::Start, Text::StepAxis.words()));
    }

    fn line(&self, lane: &LaneView, shapes: &mut Vec<Shape>) {
        for piece in pieces(lane.snapshot.losses().iter().map(|point| self.place(point))) {
            match piece[..] {
                [place] => shapes.push(marker(lane.lane, None, place, 3.0)),
                _ => shapes.push(Shape::polyline([Class::Smooth, Class::of_lane(lane.lane)], &thinned(&piece))),
            }
        }
    }

    /// The values of now, at the ends of the lines.
    fn labels(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let end = |lane: &LaneView| {
            let point = lane.snapshot.losses().last()?;
            let words = in_unit(Unit::Branches, used(point)?);
            let words = words::branches_label(&words, lane.snapshot.diagram.blocks.len());
            Some((self.place(point)?[1], (lane.lane, words)))
        };
        let ends = lanes.iter().filter_map(end).collect();
        for (y, (lane, words)) in spread(ends, ROW_GAP, [self.frame.top, self.frame.bottom]) {
            let place = [self.frame.right + 10.0, y + BASELINE];
            shapes.push(Shape::text([Class::LabelStrong, Class::of_lane(lane)], place, Anchor::Start, words));
        }
    }
}

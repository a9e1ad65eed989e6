//! Which blocks the network needs: how much held-out accuracy it loses without each.

use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::format::percent;
use crate::plot::{Axis, Frame, Margin, is_narrow};
use crate::words::{self, Text};
use crate::{LaneView, View};
use protocol::{Lane, Quantity};

/// One bar a block and run, from 0 down to what is lost without the block.
pub fn ablation(lanes: &[LaneView], view: &View) -> Scene {
    let left = if is_narrow(view) { 40.0 } else { 58.0 };
    let frame = Frame::inside(view, Margin { left, right: 16.0, top: 10.0, bottom: 22.0 });
    let losses: Vec<_> = lanes.iter().filter_map(Losses::of).collect();
    let blocks = losses.iter().map(|own| own.values.len()).max().unwrap_or(0);
    let mut shapes = Vec::new();
    if blocks == 0 {
        shapes.push(frame.across(Class::Axis, frame.bottom));
    } else {
        frame.vertical_axis(&Axis::Share, 3, &mut shapes);
        names(frame, blocks, &mut shapes);
    }
    let pitch = frame.width() / blocks.max(1) as f64;
    let width = (0.7 * pitch / losses.len().max(1) as f64).min(28.0);
    for (run, own) in losses.iter().enumerate() {
        for (index, lost) in own.values.iter().enumerate() {
            let Some(top) = lost.and_then(|lost| Axis::Share.fraction(lost)).map(|part| frame.y(part)) else {
                continue;
            };
            let x = frame.left + (index as f64 + 0.5) * pitch + (run as f64 - losses.len() as f64 / 2.0) * width;
            // A hair at 0, so that what costs nothing is seen too.
            let height = (frame.bottom - top).max(1.0);
            let place = [x + 0.5, frame.bottom - height, (width - 1.0).max(0.5), height];
            shapes.push(Shape::rect([Class::Pool, Class::of_lane(own.lane)], place, 0.0));
        }
    }
    let summary = if losses.is_empty() {
        words::unmeasured(lanes.iter().map(|lane| lane.snapshot.updates_done()).max().unwrap_or(0))
    } else {
        losses.iter().map(Losses::summary).collect::<Vec<_>>().join(" ")
    };
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary }
}

/// The numbers of the blocks, as many as have room.
fn names(frame: Frame, blocks: usize, shapes: &mut Vec<Shape>) {
    const ROOM: f64 = 22.0;
    let pitch = frame.width() / blocks as f64;
    let every = (ROOM / pitch).ceil().max(1.0) as usize;
    for index in (0..blocks).step_by(every) {
        let place = [frame.left + (index as f64 + 0.5) * pitch, frame.bottom + 16.0];
        shapes.push(Shape::text(Class::Tick, place, Anchor::Middle, (index + 1).to_string()));
    }
}

/// What a run loses without each block.
struct Losses {
    lane: Lane,
    step: u64,
    values: Vec<Option<f64>>,
}

impl Losses {
    /// What was measured last.
    fn of(lane: &LaneView) -> Option<Self> {
        let found = |own: &protocol::Evaluation| {
            let values = own.measured.column(Quantity::AblationAccuracy)?;
            Some(Self {
                lane: lane.lane,
                step: own.step,
                values: values.iter().map(|own| own.map(|own| -own)).collect(),
            })
        };
        lane.snapshot.evaluations().iter().rev().find_map(found)
    }

    fn summary(&self) -> String {
        let named = |(index, lost): (usize, &Option<f64>)| {
            let lost = lost.map_or_else(|| Text::Missing.words().to_owned(), percent);
            format!("{}: {lost}", words::block(index))
        };
        let listed: Vec<_> = self.values.iter().enumerate().map(named).collect();
        words::ablation_summary(self.lane, self.step, &listed.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lanes, snapshot};
    use protocol::{Column, Evaluation, Event, Measured};

    #[test]
    fn each_block_has_a_bar_as_high_as_what_is_lost_without_it() {
        let mut run = snapshot(8, 1.0);
        let columns = vec![Column { quantity: Quantity::AblationAccuracy, values: vec![Some(-0.5), Some(0.1), None] }];
        let measured = Measured { columns, ..Measured::default() };
        run.apply(Event::Eval(Evaluation { step: 4, loss: 1.0, accuracy: 0.5, measured, answers: Vec::new() }));
        let view = View { width: 600.0, height: 232.0, ..View::default() };
        let scene = ablation(&lanes(&run, &run)[..1], &view);
        let height = |shape: &Shape| match shape.form {
            crate::Form::Rect { height, .. } => Some(height),
            _ => None,
        };
        let bars: Vec<_> =
            scene.shapes.iter().filter(|shape| shape.has_class(Class::Pool)).filter_map(height).collect();
        assert_eq!(bars, [100.0, 1.0]);
        assert!(scene.summary.contains("block 1: 50 %") && scene.summary.contains("after 4"), "{}", scene.summary);
    }
}

//! The signal of a step that is walked through: what each block has put out so far, as wide as its root mean square on the
//! river's scale. It flows the other way.

use super::layout::LaneLayout;
use crate::LaneView;
use crate::drawing::{Class, Part, Shape};
use crate::flow::{RiverScale, signal};

/// What flows out of each block that the signal has passed; an arrow out of the latest. Before a gradient comes back.
pub fn draw(lane: &LaneView, layout: &LaneLayout, scale: Option<RiverScale>, shapes: &mut Vec<Shape>) {
    let (Some(walk), Some(scale)) = (lane.walk.filter(|walk| walk.at.is_forward()), scale) else { return };
    let count = layout.blocks.len();
    let passed = walk.at.passed(count);
    for (index, block) in layout.blocks.iter().enumerate().take(passed) {
        let from = block.x + block.width;
        let to = layout.blocks.get(index + 1).map_or(layout.ends[1].x, |next| next.x);
        let value = signal(&walk.known).get(index).copied().flatten();
        let Some(width) = value.and_then(|value| scale.width(value, layout.full)) else { continue };
        let (top, bottom) = (layout.axis - width / 2.0, layout.axis + width / 2.0);
        let tip = if index + 1 == passed { (to - from).min(9.0) } else { 0.0 };
        let parts = vec![
            Part::Move(from, top),
            Part::Line(to - tip, top),
            Part::Line(to, layout.axis),
            Part::Line(to - tip, bottom),
            Part::Line(from, bottom),
            Part::Close,
        ];
        let square = vec![
            Part::Move(from, top),
            Part::Line(to, top),
            Part::Line(to, bottom),
            Part::Line(from, bottom),
            Part::Close,
        ];
        shapes.push(Shape::path(Class::Signal, if tip > 0.0 { parts } else { square }));
    }
}

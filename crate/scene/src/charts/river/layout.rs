//! Where everything of the diagram stands; the river is drawn on it, and the page lays its switches and boxes over it.

use crate::View;
use crate::plot::{NARROW, WIDE, numbered};

/// Where one run's diagram stands. All lengths are CSS px of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneLayout {
    /// Upper edge.
    pub top: f64,
    /// Height.
    pub height: f64,
    /// Start of the lane's name, on its baseline.
    pub label: [f64; 2],
    /// The first join: the stem's output.
    pub left: f64,
    /// The last join: the head's input.
    pub right: f64,
    /// Height at which the middle of the river runs.
    pub axis: f64,
    /// Width of the river where the norm has the top of the scale.
    pub full: f64,
    /// Width of the channel over a shortcut where the norm has the top of the scale.
    pub channel: f64,
    /// The blocks, from the input to the loss.
    pub blocks: Vec<BlockLayout>,
}

/// Where one block stands.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockLayout {
    /// The joins before and behind it.
    pub joins: [f64; 2],
    /// Centre of its switch: the top of its arc.
    pub switch: [f64; 2],
    /// Left edge of its box.
    pub x: f64,
    /// Upper edge of its box.
    pub y: f64,
    /// Width of its box.
    pub width: f64,
    /// Height of its box.
    pub height: f64,
    /// Its shortcut's arc.
    pub arc: Arc,
    /// Whether its index is written.
    pub numbered: bool,
}

/// The middle line of a shortcut's arc: half an ellipse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Its foot on the side of the input.
    pub left: f64,
    /// Its foot on the side of the loss.
    pub right: f64,
    /// Its top.
    pub top: f64,
    /// Where its feet stand when the river is full; over a thinner river they reach down to it.
    pub base: f64,
}

impl LaneLayout {
    /// Distance from one block to the next.
    pub fn pitch(&self) -> f64 {
        (self.right - self.left) / self.blocks.len().max(1) as f64
    }

    /// Whether the indices stand inside the boxes; else below them.
    pub fn numbers_inside(&self) -> bool {
        self.blocks.first().is_some_and(|block| block.width >= ROOMY_BOX)
    }
}

/// The full river's width in heights of a box.
const FULL_IN_BOX: f64 = 0.68;

/// From this width on a box holds its index.
const ROOMY_BOX: f64 = 15.0;

/// The layout of lanes, one above the other; `blocks` holds the number of blocks of each.
pub fn river_layout(blocks: &[usize], view: &View) -> Vec<LaneLayout> {
    let height = (view.height / blocks.len().max(1) as f64).max(0.0);
    blocks.iter().enumerate().map(|(index, count)| lane_layout(*count, index as f64 * height, height, view)).collect()
}

/// Room left and right of the river.
fn gutters(view: &View) -> [f64; 2] {
    match (view.compact, view.width) {
        (true, width) if width < NARROW => [76.0, 30.0],
        (true, _) => [80.0, 36.0],
        (false, width) if width < NARROW => [38.0, 32.0],
        (false, width) if width < WIDE => [48.0, 44.0],
        (false, _) => [96.0, 84.0],
    }
}

fn lane_layout(count: usize, top: f64, height: f64, view: &View) -> LaneLayout {
    let [left_gutter, right_gutter] = gutters(view);
    let (left, right) = (left_gutter, (view.width - right_gutter).max(left_gutter + 1.0));
    let pitch = (right - left) / count.max(1) as f64;
    let box_width = (pitch * if pitch < 60.0 { 0.56 } else { 0.42 }).clamp(1.5, 46.0);
    let inside = box_width >= ROOMY_BOX;
    let label_row = if view.compact { 0.0 } else { 22.0 };
    let footer = if inside && height < 64.0 { 3.0 } else { 15.0 };
    // Half a switch stands above the arc's top.
    let free = (height - label_row - footer - 10.0).max(8.0);
    // Narrow arcs are low, lest they become a comb; the river gets the room that they leave.
    let inset_of = |channel: f64| channel / 2.0 + (pitch * 0.03).min(2.0);
    let highest = |channel: f64| (pitch / 2.0 - inset_of(channel)) * 1.2 + 6.0;
    let left_over = (free - highest(pitch * 0.2)) / (0.5 + FULL_IN_BOX / 2.0);
    let box_height = (free * 0.46).min(34.0).max(left_over.min(46.0)).max(4.0);
    let full = box_height * FULL_IN_BOX;
    let channel = (full * 0.62).min(pitch * 0.2);
    let axis = top + height - footer - box_height / 2.0;
    let inset = inset_of(channel);
    let base = axis - full / 2.0;
    let rise = (base - top - label_row - 10.0).min(highest(channel)).max(2.0);
    let shown = numbered(count, pitch, 20.0);
    let block = |index: usize| {
        let joins = [left + pitch * index as f64, left + pitch * (index + 1) as f64];
        let middle = (joins[0] + joins[1]) / 2.0;
        BlockLayout {
            joins,
            switch: [middle, base - rise],
            x: middle - box_width / 2.0,
            y: axis - box_height / 2.0,
            width: box_width,
            height: box_height,
            arc: Arc { left: joins[0] + inset, right: joins[1] - inset, top: base - rise, base },
            numbered: inside || shown.contains(&index),
        }
    };
    let label = if view.compact { [0.0, axis + 4.0] } else { [0.0, top + 13.0] };
    LaneLayout { top, height, label, left, right, axis, full, channel, blocks: (0..count).map(block).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stays_inside_its_lane_at_every_size() {
        for blocks in 1..=54 {
            for (width, height) in [(320.0, 120.0), (525.0, 110.0), (525.0, 220.0), (1240.0, 220.0), (1300.0, 400.0)] {
                for compact in [false, true] {
                    let view = View { width, height, compact, ..View::default() };
                    let lanes = river_layout(&[blocks; 2], &view);
                    assert_eq!(lanes.len(), 2);
                    for lane in &lanes {
                        assert_eq!(lane.blocks.len(), blocks);
                        let bottom = lane.top + lane.height;
                        for block in &lane.blocks {
                            let within = block.x >= block.joins[0] && block.x + block.width <= block.joins[1];
                            assert!(within && block.arc.left < block.arc.right, "{blocks} {view:?}");
                            assert!(
                                block.switch[1] >= lane.top && block.y + block.height <= bottom,
                                "{blocks} {view:?}"
                            );
                            assert!(block.arc.top < block.arc.base, "{blocks} {view:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_lanes_no_blocks_and_no_room_are_no_trouble() {
        assert!(river_layout(&[], &View::default()).is_empty());
        let lanes = river_layout(&[0, 0], &View::default());
        assert!(lanes.iter().all(|lane| lane.blocks.is_empty() && lane.axis.is_finite()));
    }
}

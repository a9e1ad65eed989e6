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
    /// Width of the river where the norm is the largest.
    pub full: f64,
    /// Width of the channel over a shortcut that carries all of a full river: less than that where blocks stand close.
    pub channel: f64,
    /// The blocks, from the input to the loss.
    pub blocks: Vec<BlockLayout>,
    /// The stem and the head.
    pub ends: [EndLayout; 2],
    /// The baseline of what stands below each block, if there is room.
    pub below: Option<f64>,
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

/// Where the box of the stem or of the head stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndLayout {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Whether its name has room in it.
    pub named: bool,
}

/// The middle line of a shortcut's arc: half an ellipse over the middle of the river.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arc {
    /// Its foot on the side of the input.
    pub left: f64,
    /// Its foot on the side of the loss.
    pub right: f64,
    /// Its top.
    pub top: f64,
    /// Where its feet stand: at the upper edge of a full river.
    pub base: f64,
}

impl LaneLayout {
    /// Distance from one block to the next.
    pub fn pitch(&self) -> f64 {
        (self.right - self.left) / self.blocks.len().max(1) as f64
    }

    /// Whether the blocks stand so close that boxes and arcs would cover the water: then it is drawn alone.
    pub fn is_dense(&self) -> bool {
        self.pitch() < LEAST_PITCH
    }

    /// Whether the indices stand inside the boxes; else below them.
    pub fn numbers_inside(&self) -> bool {
        self.blocks.first().is_some_and(|block| block.width >= ROOMY_BOX)
    }
}

/// The full river's width in heights of a box.
const FULL_IN_BOX: f64 = 0.9;

/// Blocks closer together than this are drawn without boxes.
const LEAST_PITCH: f64 = 6.0;

/// From this width on a box holds its index.
const ROOMY_BOX: f64 = 15.0;

/// Height of a row of words below the boxes.
const WORDS_BELOW: f64 = 14.0;

/// From the outer joins to the boxes of stem and head.
const TO_END: f64 = 4.0;

/// The layout of lanes, one above the other; `blocks` holds the number of blocks of each.
pub fn river_layout(blocks: &[usize], view: &View) -> Vec<LaneLayout> {
    let height = (view.height / blocks.len().max(1) as f64).max(0.0);
    blocks.iter().enumerate().map(|(index, count)| lane_layout(*count, index as f64 * height, height, view)).collect()
}

/// Below this width the river gets what room there is.
pub const LEAST: f64 = 300.0;

/// From this width on the box of stem or head has room for its name.
pub const NAMED_END: f64 = 28.0;

/// What stands left and right of the river.
pub struct Gutters {
    /// Left of the stem's box: the name of the run, where it has no row of its own.
    pub name: f64,
    /// The box of the stem or of the head.
    pub end: f64,
    /// Right of the head's box: where the gradient comes from.
    pub source: f64,
    /// Right of that: the scale.
    pub scale: f64,
}

impl Gutters {
    /// Those of a drawing.
    pub fn of(view: &View) -> Self {
        let [name, end, source, scale] = match (view.compact, view.width) {
            (true, width) if width < LEAST => [56.0, 12.0, 0.0, 56.0],
            (true, width) if width < NARROW => [64.0, 12.0, 0.0, 71.0],
            (true, _) => [64.0, 36.0, 0.0, 60.0],
            (false, width) if width < WIDE => [2.0, 42.0, 44.0, 76.0],
            (false, _) => [6.0, 52.0, 52.0, 86.0],
        };
        Self { name, end, source, scale }
    }
}

fn lane_layout(count: usize, top: f64, height: f64, view: &View) -> LaneLayout {
    let gutters = Gutters::of(view);
    let left = gutters.name + gutters.end + TO_END;
    let right = (view.width - gutters.scale - gutters.source - gutters.end - TO_END).max(left + 1.0);
    let pitch = (right - left) / count.max(1) as f64;
    let box_width = (pitch * if pitch < 60.0 { 0.56 } else { 0.48 }).clamp(1.5, 60.0).min(0.9 * pitch);
    let inside = box_width >= ROOMY_BOX;
    let label_row = if view.compact { 4.0 } else { 18.0 };
    // What stands below is left out first where there is no room.
    let wanted = if inside { WORDS_BELOW } else { 2.0 * WORDS_BELOW };
    let footer = if height - label_row - wanted >= 30.0 { wanted } else { 3.0 };
    let free = (height - label_row - footer - 2.0).max(8.0);
    let widest_channel = ((pitch - box_width) / 2.0 - 1.0).max(0.3);
    // Narrow arcs are low, lest they become a comb; the river gets the room that they leave.
    let highest = (pitch / 2.0 - widest_channel / 2.0).max(1.0) * 1.2 + 6.0;
    // From top to bottom: half a channel, the arc, half a river, half a box.
    let level = (free - 6.0) / (1.0 + 1.05 * FULL_IN_BOX);
    let low_arcs = (free - highest - widest_channel / 2.0) / (0.5 + FULL_IN_BOX / 2.0);
    // An arc that carries all is as wide as the river, unless blocks stand too close for that.
    let tallest = if widest_channel < 18.0 { 46.0 } else { (widest_channel / FULL_IN_BOX).clamp(30.0, 46.0) };
    let box_height = level.max(low_arcs).min(tallest).max(4.0);
    let full = box_height * FULL_IN_BOX;
    let channel = full.min(widest_channel);
    let lowest = height - footer - box_height / 2.0 - full / 2.0 - 1.0;
    let room = lowest - label_row - channel / 2.0;
    let rise = room.min(highest).max(2.0);
    // What is left over is shared between above and below.
    let base = top + lowest - (room - rise).max(0.0) / 2.0;
    let axis = base + full / 2.0;
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
            arc: Arc { left: joins[0] + channel / 2.0, right: joins[1] - channel / 2.0, top: base - rise, base },
            numbered: inside || shown.contains(&index),
        }
    };
    let end = |x: f64| EndLayout {
        x,
        y: axis - box_height / 2.0,
        width: gutters.end,
        height: box_height,
        named: gutters.end >= NAMED_END && box_height >= 12.0,
    };
    let label = if view.compact { [0.0, axis + 4.0] } else { [0.0, top + 12.0] };
    LaneLayout {
        top,
        height,
        label,
        left,
        right,
        axis,
        full,
        channel,
        blocks: (0..count).map(block).collect(),
        ends: [end(left - TO_END - gutters.end), end(right + TO_END)],
        below: (footer >= WORDS_BELOW).then_some(axis + box_height / 2.0 + 11.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stays_inside_its_lane_at_every_size() {
        for blocks in (1..=54).chain([96, 128]) {
            for (width, height) in [(320.0, 120.0), (525.0, 110.0), (525.0, 220.0), (1240.0, 220.0), (1300.0, 400.0)] {
                for compact in [false, true] {
                    let view = View { width, height, compact, ..View::default() };
                    let lanes = river_layout(&[blocks; 2], &view);
                    assert_eq!(lanes.len(), 2);
                    for lane in &lanes {
                        assert_eq!(lane.blocks.len(), blocks);
                        let bottom = lane.top + lane.height;
                        let [stem, head] = &lane.ends;
                        assert!(stem.x >= 0.0 && stem.x + stem.width <= lane.left, "{blocks} {view:?}");
                        assert!(head.x >= lane.right, "{blocks} {view:?}");
                        assert!(lane.below.is_none_or(|below| below <= bottom), "{blocks} {view:?}");
                        for block in &lane.blocks {
                            let within = block.x >= block.joins[0] && block.x + block.width <= block.joins[1];
                            assert!(within && block.arc.left < block.arc.right, "{blocks} {view:?}");
                            assert!(
                                block.switch[1] >= lane.top && block.y + block.height <= bottom,
                                "{blocks} {view:?}"
                            );
                            assert!(block.arc.top < block.arc.base, "{blocks} {view:?}");
                            assert!(block.arc.top - lane.channel / 2.0 >= lane.top - 1.0, "{blocks} {view:?}");
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

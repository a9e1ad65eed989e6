//! The diagram: the gradient as a river that flows from the loss upstream to the stem.
//!
//! The river's width at each join is the norm of the gradient there, on a log scale that all lanes share. Over an open
//! shortcut runs a channel as wide as what it carries; inside the box lies what comes through the branch.

mod layout;

pub use layout::{BlockLayout, LaneLayout, river_layout};

use crate::drawing::{Anchor, Class, Classes, Form, Part, Scene, Shape};
use crate::flow::{RiverScale, joins, value};
use crate::format::norm_number;
use crate::plot::{BASELINE, is_narrow, marker, power_words, text_width};
use crate::settings::{lane_name, switched};
use crate::words::summary::profile_summary;
use crate::words::{self, Text};
use crate::{LaneView, View};
use protocol::{Quantity, ShortcutKind, Stage, StepRecord};

/// The diagram's picture for all lanes, without the switches.
pub fn river(lanes: &[LaneView], view: &View) -> Scene {
    let blocks: Vec<usize> = lanes.iter().map(|lane| lane.snapshot.diagram.blocks.len()).collect();
    let scale = RiverScale::of(lanes);
    let mut shapes = Vec::new();
    for (index, layout) in river_layout(&blocks, view).iter().enumerate() {
        let name = lane_name(lanes, index, view.compact || is_narrow(view), switched);
        LaneDrawing { lane: &lanes[index], layout, scale, view, first: index == 0 }.draw(&name, &mut shapes);
    }
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary: profile_summary(lanes) }
}

/// The river's scale in words, for the caption; `None` before there is anything to draw.
pub fn river_scale_words(lanes: &[LaneView]) -> Option<String> {
    let (top, span) = RiverScale::of(lanes)?.top_and_span();
    Some(words::river_scale(&power_words(top), span))
}

/// One lane on its way into shapes.
struct LaneDrawing<'a> {
    lane: &'a LaneView<'a>,
    layout: &'a LaneLayout,
    scale: Option<RiverScale>,
    view: &'a View,
    /// Whether it is the uppermost lane: it names the stages for all.
    first: bool,
}

impl LaneDrawing<'_> {
    fn draw(&self, name: &str, shapes: &mut Vec<Shape>) {
        let record = self.lane.snapshot.latest();
        let norms = record.map(joins).unwrap_or_default();
        let width = |norm: &Option<f64>| norm.and_then(|norm| self.scale?.width(norm, self.layout.full));
        let widths: Vec<Option<f64>> = norms.iter().map(width).collect();
        self.stages(name, shapes);
        self.bed(&norms, &widths, shapes);
        self.bands(&widths, shapes);
        for (index, block) in self.layout.blocks.iter().enumerate() {
            self.shortcut(index, block, record, &widths, shapes);
        }
        for (index, block) in self.layout.blocks.iter().enumerate() {
            self.block(index, block, record, shapes);
        }
        self.names(name, shapes);
    }

    /// A class, in the lane's hue.
    fn class(&self, class: Class) -> Classes {
        [class, Class::of_lane(self.lane.lane)].into()
    }

    /// A class and what is special about it, in the lane's hue.
    fn classes(&self, class: Class, special: Option<Class>) -> Classes {
        special.map_or_else(|| self.class(class), |special| [class, special, Class::of_lane(self.lane.lane)].into())
    }

    /// A thin line between the stages, and their names over the first lane.
    fn stages(&self, name: &str, shapes: &mut Vec<Shape>) {
        let layout = self.layout;
        let Some(lowest) = layout.blocks.first().map(|block| block.y + block.height + 4.0) else { return };
        let highest = layout.blocks.first().map_or(layout.top, |block| block.switch[1] - 6.0);
        let name_end = layout.label[0] + text_width(Class::LabelStrong, name) + 15.0;
        for Stage { number, blocks, size } in &self.lane.snapshot.diagram.stages {
            if let Some(next) = layout.blocks.get(blocks.end) {
                let x = next.joins[0];
                shapes.push(Shape::line(Class::Stage, [x, highest], [x, lowest]));
            }
            let (from, to) = (layout.blocks[blocks.start].joins[0], layout.blocks[blocks.end - 1].joins[1]);
            let words = words::stage(*number, size.filter(|_| to - from > 150.0));
            let half = text_width(Class::LabelFaint, &words) / 2.0;
            let middle = (from + to) / 2.0;
            if self.first && !self.view.compact && to - from > 2.0 * half + 8.0 && middle - half > name_end {
                shapes.push(Shape::text(Class::LabelFaint, [middle, layout.label[1]], Anchor::Middle, words));
            }
        }
    }

    /// The river bed where no water is drawn: before the first measurement, or where a norm is 0 or not finite.
    fn bed(&self, norms: &[Option<f64>], widths: &[Option<f64>], shapes: &mut Vec<Shape>) {
        let LaneLayout { left, right, axis, .. } = *self.layout;
        if norms.is_empty() {
            shapes.push(Shape::line(self.class(Class::Bed), [left, axis], [right, axis]));
            return;
        }
        for (index, block) in self.layout.blocks.iter().enumerate() {
            let wet = |join: usize| widths.get(join).copied().flatten().is_some();
            if !(wet(index) && wet(index + 1)) {
                let bad = |join: usize| norms.get(join).copied().flatten().is_some_and(|norm| !norm.is_finite());
                let special = (bad(index) || bad(index + 1)).then_some(Class::Bad);
                shapes.push(Shape::line(
                    self.classes(Class::Bed, special),
                    [block.joins[0], axis],
                    [block.joins[1], axis],
                ));
            }
        }
    }

    /// The water: one piece for each stretch of joins that have a width.
    fn bands(&self, widths: &[Option<f64>], shapes: &mut Vec<Shape>) {
        let x = |join: usize| self.layout.left + self.layout.pitch() * join as f64;
        let mut start = 0;
        for stretch in widths.split(Option::is_none) {
            if stretch.len() > 1 {
                let half = |(i, width): (usize, &Option<f64>)| (x(start + i), width.unwrap_or_default() / 2.0);
                let halves: Vec<_> = stretch.iter().enumerate().map(half).collect();
                let upper = halves.iter().map(|(x, half)| [*x, self.layout.axis - half]);
                let lower = halves.iter().rev().map(|(x, half)| [*x, self.layout.axis + half]);
                let points: Vec<_> = upper.chain(lower).collect();
                let mut band = Shape::polyline(self.class(Class::Band), &points);
                if let Form::Path { parts, .. } = &mut band.form {
                    parts.push(Part::Close);
                }
                shapes.push(band);
            }
            start += stretch.len() + 1;
        }
    }

    /// The arc over a block: the channel as wide as what it carries, and a thin line where the switch is not fully on.
    fn shortcut(
        &self,
        index: usize,
        block: &BlockLayout,
        record: Option<&StepRecord>,
        widths: &[Option<f64>],
        shapes: &mut Vec<Shape>,
    ) {
        let kind = self.lane.snapshot.diagram.blocks.get(index).map(|block| block.shortcut);
        if kind == Some(ShortcutKind::None) {
            return;
        }
        let strength = self.lane.strengths.get(index).copied().unwrap_or(1.0);
        let carried = record.and_then(|record| value(record, Quantity::SkipGradL2, index));
        let channel = carried.and_then(|norm| self.scale?.width(norm, self.layout.channel));
        let foot = |join: usize| {
            let half = widths.get(join).copied().flatten().map_or(0.0, |width| width / 2.0);
            // Half a pixel into the water, so that no gap is seen.
            self.layout.axis - (half - 0.5).max(0.0)
        };
        let arc = arc_parts(block, foot(index), foot(index + 1));
        let thin = match strength {
            0.0 => Some(Class::ArcClosed),
            1.0 if channel.is_some() => None,
            1.0 => Some(Class::ArcOpen),
            _ => Some(Class::ArcPart),
        };
        if let Some(class) = thin {
            shapes.push(Shape::path(self.class(class), arc.clone()));
        }
        if let Some(width) = channel {
            // A switch that was closed after the measurement: what it carried is still shown, but faintly.
            let classes = self.classes(Class::Arc, (strength == 0.0).then_some(Class::ArcPast));
            // Between 0 and 1 the channel is broken: its dashes cover the strength's share of the way.
            let period = (self.layout.pitch() * 0.18).clamp(2.5, 20.0);
            let part = strength > 0.0 && strength < 1.0;
            let dash = part.then_some([period * strength, period * (1.0 - strength)]);
            shapes.push(Shape { classes, form: Form::Path { parts: arc, stroke: Some(width), dash } });
        }
        let option_a = kind == Some(ShortcutKind::OptionA);
        let room = block.y - block.switch[1] - 9.0;
        if option_a && self.layout.pitch() >= 40.0 && room >= 13.0 {
            let place = [block.switch[0], block.y - 4.0];
            shapes.push(Shape::text(Class::LabelFaint, place, Anchor::Middle, Text::OptionA.words()));
        }
    }

    /// The box with what comes through the branch, and its index.
    fn block(&self, index: usize, block: &BlockLayout, record: Option<&StepRecord>, shapes: &mut Vec<Shape>) {
        let BlockLayout { x, y, width, height, .. } = *block;
        let focused = self.view.focus == Some(index);
        let radius = (width * 0.18).min(6.0);
        let classes = self.classes(Class::Block, focused.then_some(Class::BlockFocus));
        shapes.push(Shape::rect(classes, [x, y, width, height], radius));
        let branch = record.and_then(|record| value(record, Quantity::BranchGradL2, index));
        if let Some(thick) = branch.and_then(|norm| self.scale?.width(norm, self.layout.full)) {
            let inset = (width * 0.1).min(1.0);
            let inner = [x + inset, self.layout.axis - thick / 2.0, width - 2.0 * inset, thick];
            shapes.push(Shape::rect(self.class(Class::Branch), inner, 0.0));
        }
        let (middle, below) = (x + width / 2.0, y + height + 12.0);
        if self.layout.numbers_inside() {
            let place = [middle, self.layout.axis + BASELINE];
            shapes.push(Shape::text(Class::BlockIndex, place, Anchor::Middle, (index + 1).to_string()));
        } else if block.numbered && !self.hidden_by_focus(middle) {
            shapes.push(Shape::text(Class::Tick, [middle, below], Anchor::Middle, (index + 1).to_string()));
        }
        let room_below = self.layout.top + self.layout.height >= below;
        let entering = record.and_then(|record| value(record, Quantity::GradInL2, index));
        if let Some(norm) = entering.filter(|_| focused && room_below) {
            let label = if self.layout.numbers_inside() {
                norm_number(norm)
            } else {
                format!("{} · {}", words::block(index), norm_number(norm))
            };
            let half = text_width(Class::Value, &label) / 2.0;
            let centre = self.view.width / 2.0;
            let place = middle.clamp(half.min(centre), (self.view.width - half).max(centre));
            shapes.push(Shape::text(self.class(Class::Value), [place, below], Anchor::Middle, label));
        }
    }

    /// Whether an index at that x would lie under the focused block's label.
    fn hidden_by_focus(&self, x: f64) -> bool {
        let focused = self.view.focus.and_then(|index| self.layout.blocks.get(index));
        focused.is_some_and(|block| (block.switch[0] - x).abs() < 66.0) && self.lane.snapshot.latest().is_some()
    }

    /// The lane's name, and what lies at the river's two ends.
    fn names(&self, name: &str, shapes: &mut Vec<Shape>) {
        let LaneLayout { label: [x, y], left, right, axis, .. } = *self.layout;
        shapes.push(marker(self.lane.lane, None, [x + 4.5, y - 4.5], 4.0));
        shapes.push(Shape::text(self.class(Class::LabelStrong), [x + 13.0, y], Anchor::Start, name));
        if !self.view.compact {
            shapes.push(Shape::text(Class::Label, [left - 8.0, axis + BASELINE], Anchor::End, Text::Stem.words()));
        }
        shapes.push(Shape::text(Class::Label, [right + 8.0, axis + BASELINE], Anchor::Start, Text::LossEnd.words()));
    }
}

/// Half an ellipse over a block, from its right foot to its left one: the way the gradient flows. The feet stand at
/// different heights.
fn arc_parts(block: &BlockLayout, left_foot: f64, right_foot: f64) -> Vec<Part> {
    /// A quarter of a circle as a cubic Bézier curve: the distance of its control points, in radii.
    const QUARTER: f64 = 0.552_285;
    let arc = block.arc;
    let (middle, top) = ((arc.left + arc.right) / 2.0, arc.top);
    let reach = (arc.right - arc.left) / 2.0 * QUARTER;
    let rise = |foot: f64| foot + (top - foot) * QUARTER;
    vec![
        Part::Move(arc.right, right_foot),
        Part::Curve([arc.right, rise(right_foot), middle + reach, top, middle, top]),
        Part::Curve([middle - reach, top, arc.left, rise(left_foot), arc.left, left_foot]),
    ]
}

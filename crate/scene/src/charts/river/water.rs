//! The water: between two blocks as wide as the norm at their join, at a block divided between the shortcut's arc and the
//! box by their shares of what comes back, and a dotted bed where there is too little to see.

use super::layout::{BlockLayout, LaneLayout};
use crate::LaneView;
use crate::drawing::{Class, Classes, Form, Part, Shape};
use crate::flow::{HAIRLINE, RiverScale, value};
use protocol::{Place, Quantity, ShortcutKind, StepRecord};

/// The water of one lane.
pub struct Water<'a> {
    /// The run.
    pub lane: &'a LaneView<'a>,
    /// Where it stands.
    pub layout: &'a LaneLayout,
    /// `None` before the first measurement.
    pub scale: Option<RiverScale>,
    /// The norms at the joins, from the stem to the last block.
    pub norms: &'a [Option<f64>],
    /// What was measured.
    pub record: Option<&'a StepRecord>,
}

/// How the water divides at one block.
struct Division {
    /// The share that comes back over the shortcut, 0 if there is none.
    over: f64,
    /// Whether anything comes back through the branch.
    through: bool,
}

impl Water<'_> {
    /// Everything that flows, and the bed where nothing does.
    pub fn draw(&self, shapes: &mut Vec<Shape>) {
        let layout = self.layout;
        if self.norms.is_empty() {
            let [stem, head] = layout.ends;
            shapes.push(self.bed([stem.x + stem.width, head.x], false));
        }
        for (index, block) in layout.blocks.iter().enumerate() {
            let division = self.division(index);
            let channels = self.channel(index, &division);
            if !self.norms.is_empty() {
                self.through(index, block, &division, channels, shapes);
            }
            self.over(index, block, channels, shapes);
        }
        // Last, so that a pool covers the feet of its arcs.
        for join in 0..self.norms.len() {
            self.pool(join, shapes);
        }
    }

    /// The width at a join.
    fn width(&self, join: usize) -> Option<f64> {
        self.scale?.width(self.norms.get(join).copied().flatten()?, self.layout.full)
    }

    /// A class, in the lane's hue.
    fn class(&self, class: Class) -> Classes {
        [class, Class::of_lane(self.lane.lane)].into()
    }

    fn division(&self, index: usize) -> Division {
        // Where there is no room for two ways the river is drawn as wide as it is.
        if self.layout.is_dense() {
            return Division { over: 0.0, through: true };
        }
        let part = |quantity| self.record.and_then(|record| value(record, quantity, Place::Block(index)));
        let over = part(Quantity::SkipShare).unwrap_or(0.0).clamp(0.0, 1.0);
        Division { over, through: part(Quantity::BranchGradL2) != Some(0.0) }
    }

    /// Whether the gradient has come as far as this block, which in slow motion takes its time.
    fn is_reached(&self, index: usize) -> bool {
        self.lane.walk.is_none_or(|walk| index >= walk.at.reached(self.layout.blocks.len()))
    }

    /// The width of the channel over a shortcut: the share of the river, in the measure of the arcs.
    fn channel(&self, index: usize, division: &Division) -> Option<f64> {
        if !self.is_reached(index) {
            return None;
        }
        let ends = [self.width(index), self.width(index + 1)];
        let river = match ends {
            [None, None] => return None,
            [left, right] => (left.unwrap_or(HAIRLINE) + right.unwrap_or(HAIRLINE)) / 2.0,
        };
        (division.over > 0.0).then(|| (division.over * river * self.layout.channel / self.layout.full).max(HAIRLINE))
    }

    /// How far a pool reaches from a join into the block beside it: as far as the foot of the arc.
    fn reach(&self, index: usize) -> f64 {
        self.channel(index, &self.division(index)).map_or(0.0, |width| self.layout.channel / 2.0 + width / 2.0)
    }

    /// What lies between two blocks.
    fn pool(&self, join: usize, shapes: &mut Vec<Shape>) {
        let layout = self.layout;
        let Some(width) = self.width(join) else { return };
        let x = layout.left + layout.pitch() * join as f64;
        let [stem, head] = layout.ends;
        let from = join.checked_sub(1).map_or(stem.x + stem.width, |block| x - self.reach(block));
        let to = if join < layout.blocks.len() { x + self.reach(join) } else { head.x };
        if to > from {
            let place = [from, layout.axis - width / 2.0, to - from, width];
            shapes.push(Shape::rect(self.class(Class::Pool), place, 0.0));
        }
    }

    /// What flows through a box, from the pool behind it to the one before it; dotted where the river is dry.
    fn through(
        &self,
        index: usize,
        block: &BlockLayout,
        division: &Division,
        channel: Option<f64>,
        shapes: &mut Vec<Shape>,
    ) {
        let reach = channel.map_or(0.0, |_| self.reach(index));
        let [left, right] = [block.joins[0] + reach, block.joins[1] - reach];
        let [before, behind] = [self.width(index), self.width(index + 1)];
        let thick = |width: f64| ((1.0 - division.over) * width).max(HAIRLINE);
        let is_bad = |join: usize| self.norms.get(join).copied().flatten().is_some_and(|norm| !norm.is_finite());
        let bad = is_bad(index) || is_bad(index + 1);
        match (before, behind) {
            _ if !self.is_reached(index) => shapes.push(self.bed([left, right], false)),
            _ if !division.through && (before.is_some() || behind.is_some()) => {}
            (Some(before), Some(behind)) => shapes.push(self.band([left, right], [thick(before), thick(behind)])),
            (None, None) => shapes.push(self.bed([left, right], bad)),
            (before, behind) => {
                // Where the norm, which falls by equal factors from join to join, leaves the scale.
                let dries = left + (right - left) * self.dries_at(index).unwrap_or(0.5);
                let (wet, dry, widths) = match (before, behind) {
                    (None, Some(behind)) => ([dries, right], [left, dries], [HAIRLINE, thick(behind)]),
                    (before, _) => ([left, dries], [dries, right], [thick(before.unwrap_or(0.0)), HAIRLINE]),
                };
                shapes.push(self.bed(dry, bad));
                if !bad {
                    shapes.push(self.band(wet, widths));
                }
            }
        }
    }

    /// At which part of the way from a join to the next the norm passes the end of the scale.
    fn dries_at(&self, index: usize) -> Option<f64> {
        let top = self.scale?.top();
        let decades = |join: usize| {
            let norm = self.norms.get(join).copied().flatten().filter(|norm| norm.is_finite() && *norm > 0.0)?;
            Some((norm / top).log10() + f64::from(RiverScale::DECADES))
        };
        let (left, right) = (decades(index)?, decades(index + 1)?);
        Some((left / (left - right)).clamp(0.0, 1.0)).filter(|part| part.is_finite())
    }

    /// Water between two places, of these widths there.
    fn band(&self, [left, right]: [f64; 2], [before, behind]: [f64; 2]) -> Shape {
        let axis = self.layout.axis;
        let parts = vec![
            Part::Move(left, axis - before / 2.0),
            Part::Line(right, axis - behind / 2.0),
            Part::Line(right, axis + behind / 2.0),
            Part::Line(left, axis + before / 2.0),
            Part::Close,
        ];
        Shape::path(self.class(Class::Band), parts)
    }

    /// The dry bed between two places.
    fn bed(&self, [left, right]: [f64; 2], bad: bool) -> Shape {
        let lane = Class::of_lane(self.lane.lane);
        let classes: Classes = if bad { [Class::Bed, Class::Bad, lane].into() } else { [Class::Bed, lane].into() };
        Shape::line(classes, [left, self.layout.axis], [right, self.layout.axis])
    }

    /// The arc over a block: the channel as wide as what it carries, and a thin line where the switch is not fully on.
    fn over(&self, index: usize, block: &BlockLayout, channel: Option<f64>, shapes: &mut Vec<Shape>) {
        let kind = self.lane.snapshot.diagram.blocks.get(index).map(|block| block.shortcut);
        if kind == Some(ShortcutKind::None) {
            return;
        }
        let strength = self.lane.strengths.get(index).copied().unwrap_or(1.0);
        // Thin lines end at the water, channels in it.
        let surface = |join: usize| self.layout.axis - self.width(join).unwrap_or(0.0) / 2.0;
        let thin = match strength {
            0.0 => Some(Class::ArcClosed),
            1.0 if channel.is_some() => None,
            1.0 => Some(Class::ArcOpen),
            _ => Some(Class::ArcPart),
        };
        if let Some(class) = thin.filter(|_| self.layout.is_dense()) {
            let [left, right] = block.joins;
            let gap = (right - left) * 0.15;
            shapes.push(Shape::line(self.class(class), [left + gap, block.arc.top], [right - gap, block.arc.top]));
        } else if let Some(class) = thin {
            shapes.push(Shape::path(self.class(class), arc_parts(block, [surface(index), surface(index + 1)])));
        }
        let Some(width) = channel else { return };
        let lane = Class::of_lane(self.lane.lane);
        // A switch that was closed after the measurement: what it carried is still shown, but faintly.
        let classes: Classes =
            if strength == 0.0 { [Class::Arc, Class::ArcPast, lane].into() } else { [Class::Arc, lane].into() };
        // Between 0 and 1 the channel is broken: its dashes cover the strength's share of the way.
        let period = (self.layout.pitch() * 0.18).clamp(2.5, 20.0);
        let part = strength > 0.0 && strength < 1.0;
        let dash = part.then_some([period * strength, period * (1.0 - strength)]);
        let parts = arc_parts(block, [self.layout.axis; 2]);
        shapes.push(Shape { classes, form: Form::Path { parts, stroke: Some(width), dash } });
    }
}

/// Half an ellipse over a block on two legs that stand in the river, from its right foot to its left one: the way the
/// gradient flows.
fn arc_parts(block: &BlockLayout, [left, right]: [f64; 2]) -> Vec<Part> {
    /// A quarter of a circle as a cubic Bézier curve: the distance of its control points, in radii.
    const QUARTER: f64 = 0.552_285;
    let arc = block.arc;
    let (middle, top) = ((arc.left + arc.right) / 2.0, arc.top);
    let reach = (arc.right - arc.left) / 2.0 * QUARTER;
    let shoulder = arc.base + (top - arc.base) * QUARTER;
    vec![
        Part::Move(arc.right, right),
        Part::Line(arc.right, arc.base),
        Part::Curve([arc.right, shoulder, middle + reach, top, middle, top]),
        Part::Curve([middle - reach, top, arc.left, shoulder, arc.left, arc.base]),
        Part::Line(arc.left, left),
    ]
}

//! The depth profile: the gradient entering each block against depth.

use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::flow::{entering, present};
use crate::format::norm_number;
use crate::plot::{
    Axis, BASELINE, Decades, Frame, Margin, ROW_GAP, is_drawable, is_narrow, marker, numbered, pieces, spread,
    text_width,
};
use crate::settings::{lane_name, measured};
use crate::words::Text;
use crate::words::summary::profile_summary;
use crate::{LaneView, View};

/// The gradient entering each block against depth, on a log axis whose range follows the present data in whole decades
/// (or on a linear axis).
pub fn profile(lanes: &[LaneView], view: &View) -> Scene {
    let names = names(lanes, view);
    let profile = Profile::new(lanes, view, &names);
    let mut shapes = Vec::new();
    profile.axes(&mut shapes);
    profile.focus_line(&mut shapes);
    for lane in lanes {
        profile.line(lane, &mut shapes);
    }
    profile.labels(lanes, &names, &mut shapes);
    profile.focus_values(lanes, &mut shapes);
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary: profile_summary(lanes) }
}

/// The block whose place on the profile is nearest to that x, if the x is in the plot: for pointers.
pub fn profile_block_at(lanes: &[LaneView], view: &View, x: f64) -> Option<usize> {
    let profile = Profile::new(lanes, view, &names(lanes, view));
    let (frame, count) = (profile.frame, profile.count);
    let inside = count > 0 && (frame.left - 12.0..=frame.right + 12.0).contains(&x);
    inside.then(|| ((x - frame.left) / profile.pitch().max(1e-9)).round().clamp(0.0, count as f64 - 1.0) as usize)
}

fn names(lanes: &[LaneView], view: &View) -> Vec<String> {
    (0..lanes.len()).map(|index| lane_name(lanes, index, is_narrow(view), measured)).collect()
}

/// Where the profile's parts stand.
struct Profile<'a> {
    view: &'a View,
    /// Between the axis' ends; a row for what is not finite may lie above, one for what is 0 below.
    frame: Frame,
    /// Where the blocks' indices hang.
    floor: f64,
    count: usize,
    /// `None` before the first measurement.
    axis: Option<Axis>,
    /// Whether there is a row above or below the axis.
    rows: [bool; 2],
}

/// Height of a row for values that have no place on the axis.
const ROW: f64 = 22.0;

/// In lower drawings the horizontal axis has no words.
const LOW: f64 = 120.0;

impl<'a> Profile<'a> {
    fn new(lanes: &[LaneView], view: &'a View, names: &[String]) -> Self {
        let count = lanes.iter().map(|lane| lane.snapshot.diagram.blocks.len()).max().unwrap_or(0);
        let now = || {
            lanes.iter().filter_map(|lane| lane.snapshot.latest()).flat_map(|r| entering(r).iter().copied().flatten())
        };
        let recent =
            || lanes.iter().flat_map(|lane| present(lane.snapshot)).flat_map(|r| entering(r).iter().copied().flatten());
        let axis = if view.linear {
            Axis::linear_to(recent().filter(|v| is_drawable(*v)).fold(0.0, f64::max), 4)
        } else {
            Decades::around(recent()).map(Axis::Log)
        };
        let rows = [now().any(|v| !v.is_finite()), !view.linear && now().any(|v| v.is_finite() && !is_drawable(v))];
        let longest = names.iter().map(|name| text_width(Class::LabelStrong, name)).fold(0.0, f64::max);
        let under = if view.height < LOW { 20.0 } else { 36.0 };
        let frame = Frame::inside(
            view,
            Margin {
                left: if is_narrow(view) { 46.0 } else { 58.0 },
                right: (12.0 + longest).min(view.width * 0.3),
                top: 15.0 + if rows[0] { ROW } else { 0.0 },
                bottom: under + if rows[1] { ROW } else { 0.0 },
            },
        );
        Self { view, frame, floor: view.height - under, count, axis, rows }
    }

    fn pitch(&self) -> f64 {
        self.frame.width() / self.count.saturating_sub(1).max(1) as f64
    }

    fn x(&self, block: usize) -> f64 {
        if self.count > 1 { self.frame.left + self.pitch() * block as f64 } else { self.frame.x(0.5) }
    }

    /// Where a value lies; the second is whether it has its true place.
    fn y(&self, value: f64) -> (f64, bool) {
        match self.axis.as_ref().and_then(|axis| axis.fraction(value)) {
            Some(fraction) => (self.frame.y(fraction), true),
            None if !value.is_finite() => (self.frame.top - ROW * 0.7, false),
            None => (self.frame.bottom + if self.rows[1] { ROW * 0.7 } else { 0.0 }, false),
        }
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        if let Some(axis) = &self.axis {
            let count = if self.view.linear { 4 } else { (self.frame.height() / 20.0).clamp(2.0, 7.0) as usize };
            self.frame.vertical_axis(axis, count, shapes);
        }
        let rows =
            [(self.rows[0], self.y(f64::NAN).0, Text::NotFiniteMark), (self.rows[1], self.y(0.0).0, Text::ZeroMark)];
        for (_, y, text) in rows.into_iter().filter(|(shown, ..)| *shown) {
            let ends = [[self.frame.left, y], [self.frame.right, y]];
            shapes.push(Shape::line([Class::Grid, Class::GridRow], ends[0], ends[1]));
            shapes.push(self.frame.beside(y, text.words()));
        }
        if self.axis.is_none() {
            shapes.push(self.frame.across(Class::Axis, self.floor));
        }
        for block in numbered(self.count, self.pitch(), 22.0) {
            let place = [self.x(block), self.floor + 17.0];
            shapes.push(Shape::text(Class::Tick, place, Anchor::Middle, (block + 1).to_string()));
        }
        if self.view.height >= LOW {
            let place = [(self.frame.left + self.frame.right) / 2.0, self.floor + 32.0];
            shapes.push(Shape::text(Class::Label, place, Anchor::Middle, Text::BlockAxis.words()));
        }
    }

    fn focus_line(&self, shapes: &mut Vec<Shape>) {
        if let Some(block) = self.view.focus.filter(|block| *block < self.count) {
            let x = self.x(block);
            shapes.push(Shape::line(Class::FocusLine, [x, 2.0], [x, self.floor + 4.0]));
        }
    }

    /// A lane's line, broken where a value has no place, and its markers; hollow ones off the axis.
    fn line(&self, lane: &LaneView, shapes: &mut Vec<Shape>) {
        let Some(record) = lane.snapshot.latest() else { return };
        let places: Vec<_> = entering(record).iter().map(|value| value.map(|value| self.y(value))).collect();
        let points = places.iter().enumerate().map(|(block, place)| match place {
            Some((y, true)) => Some([self.x(block), *y]),
            _ => None,
        });
        for piece in pieces(points).into_iter().filter(|piece| piece.len() > 1) {
            shapes.push(Shape::polyline([Class::Line, Class::of_lane(lane.lane)], &piece));
        }
        let radius = if self.pitch() < 9.0 { 2.2 } else { 4.0 };
        let shown = numbered(self.count, self.pitch(), 9.0);
        for block in shown.into_iter().chain(self.view.focus) {
            let Some((y, true_place)) = places.get(block).copied().flatten() else { continue };
            let focused = self.view.focus == Some(block);
            let state = match (true_place, focused) {
                (false, _) => Some(Class::Off),
                (true, true) => Some(Class::MarkerFocus),
                (true, false) => None,
            };
            let size = if focused { radius + 1.5 } else { radius };
            shapes.push(marker(lane.lane, state, [self.x(block), y], size));
        }
    }

    /// Each lane's name at the end of its line.
    fn labels(&self, lanes: &[LaneView], names: &[String], shapes: &mut Vec<Shape>) {
        let end = |(index, lane): (usize, &LaneView)| {
            let norms = entering(lane.snapshot.latest()?);
            let (block, value) = norms.iter().enumerate().rev().find_map(|(i, value)| value.map(|value| (i, value)))?;
            Some((self.y(value).0, (index, self.x(block))))
        };
        let ends: Vec<_> = lanes.iter().enumerate().filter_map(end).collect();
        for (y, (index, x)) in spread(ends, ROW_GAP, [self.frame.top, self.floor]) {
            let classes = [Class::LabelStrong, Class::of_lane(lanes[index].lane)];
            let x = x.max(self.frame.right.min(x + 1.0)) + 11.0;
            shapes.push(Shape::text(classes, [x, y + BASELINE], Anchor::Start, names[index].clone()));
        }
    }

    /// The focused block's values, beside their lines: above on the falling side, or below on the other one.
    fn focus_values(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let Some(block) = self.view.focus.filter(|block| *block < self.count) else { return };
        let x = self.x(block);
        let value = |(index, lane): (usize, &LaneView)| {
            let norms = entering(lane.snapshot.latest()?);
            let height = |block: usize| norms.get(block).copied().flatten().map(|norm| self.y(norm).0);
            let norm = norms.get(block).copied().flatten()?;
            let y = self.y(norm).0;
            let rises = height(block + 1).unwrap_or(y) <= block.checked_sub(1).and_then(height).unwrap_or(y);
            let room = if rises { x - self.frame.left } else { self.frame.right - x };
            let above = room >= 62.0;
            let anchor = if rises == above { Anchor::End } else { Anchor::Start };
            Some((y + if above { -9.0 } else { 13.0 }, (index, norm, anchor)))
        };
        let values: Vec<_> = lanes.iter().enumerate().filter_map(value).collect();
        for (y, (index, norm, anchor)) in spread(values, 15.0, [5.0, self.floor]) {
            let classes = [Class::Value, Class::of_lane(lanes[index].lane)];
            let x = if anchor == Anchor::End { x - 8.0 } else { x + 8.0 };
            shapes.push(Shape::text(classes, [x, y + BASELINE], anchor, norm_number(norm)));
        }
    }
}

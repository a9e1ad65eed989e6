//! The depth profile: the gradient entering each block against depth.

use crate::axis::{Decades, is_drawable, numbered, round_ticks, tick_words};
use crate::flow::{entering, present};
use crate::format::norm_number;
use crate::marker::{marker, spread};
use crate::settings::{lane_name, measured};
use crate::shape::{Anchor, Scene, Shape};
use crate::summary::profile_summary;
use crate::words::Text;
use crate::{LaneView, View};

/// The gradient entering each block against depth, on a log axis whose range follows the present data in whole decades
/// (or on a linear axis).
pub fn profile(lanes: &[LaneView], view: &View) -> Scene {
    let names: Vec<_> = (0..lanes.len()).map(|index| lane_name(lanes, index, view.width < 480.0, measured)).collect();
    let plot = Plot::new(lanes, view, &names);
    let mut shapes = Vec::new();
    plot.axes(&mut shapes);
    plot.focus_line(&mut shapes);
    for lane in lanes {
        plot.line(lane, &mut shapes);
    }
    plot.labels(lanes, &names, &mut shapes);
    plot.focus_values(lanes, &mut shapes);
    Scene { width: view.width, height: view.height, shapes, summary: profile_summary(lanes) }
}

/// The block whose place on the profile is nearest to that x, if the x is in the plot: for pointers.
pub fn profile_block_at(lanes: &[LaneView], view: &View, x: f64) -> Option<usize> {
    let names: Vec<_> = (0..lanes.len()).map(|index| lane_name(lanes, index, view.width < 480.0, measured)).collect();
    let plot = Plot::new(lanes, view, &names);
    let inside = plot.count > 0 && (plot.left - 12.0..=plot.right + 12.0).contains(&x);
    inside.then(|| ((x - plot.left) / plot.pitch().max(1e-9)).round().clamp(0.0, plot.count as f64 - 1.0) as usize)
}

/// The vertical axis.
enum Scale {
    Log(Decades),
    /// From 0 to the last tick.
    Linear(Vec<f64>),
}

/// Where the profile's parts stand.
struct Plot<'a> {
    view: &'a View,
    left: f64,
    right: f64,
    /// The axis' upper and lower end; a row for what is not finite may lie above, one for what is 0 below.
    top: f64,
    bottom: f64,
    /// Where the blocks' numbers hang.
    floor: f64,
    count: usize,
    /// `None` before the first measurement.
    scale: Option<Scale>,
    /// Whether there is a row above or below the axis.
    rows: [bool; 2],
}

/// Height of a row for values that have no place on the axis.
const ROW: f64 = 22.0;

impl<'a> Plot<'a> {
    fn new(lanes: &[LaneView], view: &'a View, names: &[String]) -> Self {
        let count = lanes.iter().map(|lane| lane.snapshot.plan.blocks.len()).max().unwrap_or(0);
        let now = || {
            lanes.iter().filter_map(|lane| lane.snapshot.latest()).flat_map(|r| entering(r).iter().copied().flatten())
        };
        let recent =
            || lanes.iter().flat_map(|lane| present(lane.snapshot)).flat_map(|r| entering(r).iter().copied().flatten());
        let scale = if view.linear {
            let top = recent().filter(|v| is_drawable(*v)).fold(0.0, f64::max);
            (top > 0.0).then(|| Scale::Linear(round_ticks(top, 4)))
        } else {
            Decades::around(recent()).map(Scale::Log)
        };
        let rows = [now().any(|v| !v.is_finite()), !view.linear && now().any(|v| v.is_finite() && !is_drawable(v))];
        let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let left = if view.width < 480.0 { 46.0 } else { 58.0 };
        let label_room = (12.0 + 7.4 * longest as f64).min(view.width * 0.3);
        let floor = view.height - if view.height < 120.0 { 20.0 } else { 36.0 };
        let (top, bottom) = (15.0 + if rows[0] { ROW } else { 0.0 }, floor - if rows[1] { ROW } else { 0.0 });
        let right = (view.width - label_room).max(left + 1.0);
        Self { view, left, right, top, bottom: bottom.max(top + 1.0), floor, count, scale, rows }
    }

    fn pitch(&self) -> f64 {
        (self.right - self.left) / self.count.saturating_sub(1).max(1) as f64
    }

    fn x(&self, block: usize) -> f64 {
        if self.count > 1 { self.left + self.pitch() * block as f64 } else { (self.left + self.right) / 2.0 }
    }

    /// Where a value lies; the second is whether it has its true place.
    fn y(&self, value: f64) -> (f64, bool) {
        let at = |fraction: f64| self.bottom - fraction * (self.bottom - self.top);
        match &self.scale {
            _ if !value.is_finite() => (self.top - ROW * 0.7, false),
            Some(Scale::Log(decades)) if is_drawable(value) => (at(decades.fraction(value)), true),
            Some(Scale::Linear(ticks)) => {
                let top = ticks.last().copied().unwrap_or(1.0);
                (at((value / top).clamp(0.0, 1.0)), true)
            }
            _ => (self.bottom + if self.rows[1] { ROW * 0.7 } else { 0.0 }, false),
        }
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        let most = ((self.bottom - self.top) / 20.0).clamp(2.0, 7.0) as usize;
        let ticks: Vec<(f64, String)> = match &self.scale {
            None => Vec::new(),
            Some(Scale::Log(decades)) => {
                let tick = |exponent: i32| (10f64.powi(exponent), decades.words(exponent));
                decades.ticks(most).into_iter().map(tick).collect()
            }
            Some(Scale::Linear(ticks)) => {
                let step = ticks.get(1).copied().unwrap_or(1.0);
                ticks.iter().map(|value| (*value, tick_words(*value, step))).collect()
            }
        };
        for (value, words) in ticks {
            // Decades below 1e-38 have no values, but a tick may stand there.
            let y = match &self.scale {
                Some(Scale::Log(decades)) => self.bottom - decades.fraction(value) * (self.bottom - self.top),
                _ => self.y(value).0,
            };
            shapes.push(Shape::line("grid", [self.left, y], [self.right, y]));
            shapes.push(Shape::text("tick", [self.left - 9.0, y + 4.0], Anchor::End, words));
        }
        let rows =
            [(self.rows[0], self.y(f64::NAN).0, Text::NotFiniteMark), (self.rows[1], self.y(0.0).0, Text::ZeroMark)];
        for (_, y, text) in rows.into_iter().filter(|(shown, ..)| *shown) {
            shapes.push(Shape::line("grid grid-row", [self.left, y], [self.right, y]));
            shapes.push(Shape::text("tick", [self.left - 9.0, y + 4.0], Anchor::End, text.words()));
        }
        if self.scale.is_none() {
            shapes.push(Shape::line("axis", [self.left, self.floor], [self.right, self.floor]));
        }
        for block in numbered(self.count, self.pitch(), 22.0) {
            let place = [self.x(block), self.floor + 17.0];
            shapes.push(Shape::text("tick", place, Anchor::Middle, (block + 1).to_string()));
        }
        if self.view.height >= 120.0 {
            let place = [(self.left + self.right) / 2.0, self.floor + 32.0];
            shapes.push(Shape::text("label", place, Anchor::Middle, Text::BlockAxis.words()));
        }
    }

    fn focus_line(&self, shapes: &mut Vec<Shape>) {
        if let Some(block) = self.view.focus.filter(|block| *block < self.count) {
            shapes.push(Shape::line("focus-line", [self.x(block), 2.0], [self.x(block), self.floor + 4.0]));
        }
    }

    /// A lane's line, broken where a value has no place, and its markers; hollow ones off the axis.
    fn line(&self, lane: &LaneView, shapes: &mut Vec<Shape>) {
        let Some(record) = lane.snapshot.latest() else { return };
        let places: Vec<_> = entering(record).iter().map(|value| value.map(|value| self.y(value))).collect();
        let mut piece: Vec<[f64; 2]> = Vec::new();
        for (block, place) in places.iter().enumerate() {
            match place {
                Some((y, true)) => piece.push([self.x(block), *y]),
                _ => flush(&mut piece, lane, shapes),
            }
        }
        flush(&mut piece, lane, shapes);
        let radius = if self.pitch() < 9.0 { 2.2 } else { 4.0 };
        let shown = numbered(self.count, self.pitch(), 9.0);
        for block in shown.into_iter().chain(self.view.focus) {
            let Some((y, true_place)) = places.get(block).copied().flatten() else { continue };
            let focused = self.view.focus == Some(block);
            let class = match (true_place, focused) {
                (false, _) => "off",
                (true, true) => "marker-focus",
                (true, false) => "",
            };
            let size = if focused { radius + 1.5 } else { radius };
            shapes.push(marker(lane.lane, class, [self.x(block), y], size));
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
        for (y, (index, x)) in spread(ends, 16.0, [self.top, self.floor]) {
            let class = format!("label-strong {}", lanes[index].lane.class());
            let x = x.max(self.right.min(x + 1.0)) + 11.0;
            shapes.push(Shape::text(class, [x, y + 4.0], Anchor::Start, names[index].clone()));
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
            let room = if rises { x - self.left } else { self.right - x };
            let above = room >= 62.0;
            let anchor = if rises == above { Anchor::End } else { Anchor::Start };
            Some((y + if above { -9.0 } else { 13.0 }, (index, norm, anchor)))
        };
        let values: Vec<_> = lanes.iter().enumerate().filter_map(value).collect();
        for (y, (index, norm, anchor)) in spread(values, 15.0, [5.0, self.floor]) {
            let class = format!("value {}", lanes[index].lane.class());
            let x = if anchor == Anchor::End { x - 8.0 } else { x + 8.0 };
            shapes.push(Shape::text(class, [x, y + 4.0], anchor, norm_number(norm)));
        }
    }
}

fn flush(piece: &mut Vec<[f64; 2]>, lane: &LaneView, shapes: &mut Vec<Shape>) {
    if piece.len() > 1 {
        shapes.push(Shape::polyline(format!("line {}", lane.lane.class()), piece));
    }
    piece.clear();
}

//! The history: for each run a heat map of stem, blocks and head against steps, one above the other, and the words around them.

use crate::drawing::{Anchor, Class, Pixels, Scene, Shape};
use crate::flow::Plot;
use crate::plot::{Axis, BASELINE, Decades, Frame, Margin};
use crate::track::HeatMap;
use crate::words::{self, Text};
use crate::{LaneView, View, lane_marker};
use protocol::{Lane, Place};
use std::rc::Rc;

/// Room around the pixels: left for the blocks, right for the colours' scale, below for the steps.
pub const MARGIN: Margin = Margin { left: 56.0, right: 74.0, top: 6.0, bottom: 22.0 };

/// Pixels between two runs.
const GAP: usize = 10;

/// The least distance between the names of two rows, px.
const NAME_ROOM: f64 = 11.0;

/// The whole histories of all runs on one range of colours, and the step that is looked back at.
pub fn history(lanes: &[LaneView], view: &View) -> Scene {
    let frame = Frame::inside(view, MARGIN);
    let axis = colour_axis(lanes, view.plot);
    // One range for all: a run that catches up stands where it is.
    let ranges = lanes.iter().filter_map(|lane| lane.whole.track().steps());
    let range = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default();
    let map = |lane: &LaneView| {
        let track = lane.whole.track();
        Some((lane.lane, track.picture(view.plot, frame.width() as usize, &axis, range)?))
    };
    let maps: Vec<(Lane, Rc<HeatMap>)> = lanes.iter().filter_map(map).collect();
    let mut scene = Scene { width: view.width, height: view.height, ..Scene::default() };
    let Some((_, first)) = maps.first() else {
        return Scene { summary: Text::NothingMeasuredYet.words().to_owned(), ..scene };
    };
    let (width, gap) = (first.width, GAP * usize::from(maps.len() > 1));
    let height = maps.iter().map(|(_, map)| map.height).sum::<usize>() + gap;
    let mut rgba = Vec::with_capacity(width * height * 4);
    let scale = frame.height() / height as f64;
    for (index, (lane, map)) in maps.iter().enumerate() {
        if index > 0 {
            rgba.resize(rgba.len() + width * gap * 4, 0);
        }
        let top = frame.top + (rgba.len() / (4 * width)) as f64 * scale;
        let rows = Frame { top, bottom: top + map.height as f64 * scale, ..frame };
        row_names(*lane, map, rows, &mut scene.shapes);
        rgba.extend_from_slice(&map.rgba);
    }
    let hatched = maps.iter().any(|(_, map)| map.hatched);
    // While the reader looks back: the step whose values the other charts show.
    let shown = view.look_back.and(lanes.first().and_then(|lane| lane.snapshot.latest())).map(|record| record.step);
    steps(first, shown, hatched, frame, &mut scene.shapes);
    colours(&axis, frame, &mut scene.shapes);
    scene.summary = words::history_summary(view.plot, first.blocks(), first.steps, &axis);
    Scene { pixels: Some(Pixels { width, height, rgba }), ..scene }
}

/// The axis of the colours, for all runs: it holds everything that was measured in any of them.
fn colour_axis(lanes: &[LaneView], plot: Plot) -> Axis {
    if let Some(own) = plot.own_axis() {
        return own;
    }
    let spans = lanes.iter().filter_map(|lane| lane.whole.track().span(plot));
    let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    // Runs with nothing but zeros get one decade.
    let (low, high) = span.map_or((-1, 0), |(low, high)| (low.floor() as i32, high.ceil() as i32));
    Axis::Log(Decades { low, high: high.max(low + 1) })
}

/// The first and the last row of a run, block 1 where that is another one and there is room, and whose run it is.
fn row_names(lane: Lane, map: &HeatMap, rows: Frame, shapes: &mut Vec<Shape>) {
    let row = rows.height() / map.places.len().max(1) as f64;
    let x = rows.left - 8.0;
    let mut name = |y: f64, words: String| shapes.push(Shape::text(Class::Tick, [x, y + BASELINE], Anchor::End, words));
    let of = |place: &Place| match place {
        Place::Stem => Text::Stem.words().to_owned(),
        Place::Head => Text::Head.words().to_owned(),
        Place::Block(0) => words::block(0),
        Place::Block(index) => (index + 1).to_string(),
    };
    let mut last = f64::NEG_INFINITY;
    let (first, end) = (map.places.first(), map.places.last().filter(|_| rows.height() > 30.0));
    let marker = Some(rows.y(0.5)).filter(|_| rows.height() > 36.0);
    for (index, place) in map.places.iter().enumerate() {
        let (is_first, is_end) = (Some(place) == first, Some(place) == end);
        let y =
            if is_end { rows.bottom - (row / 2.0).max(4.0) } else { rows.top + (row * (index as f64 + 0.5)).max(6.0) };
        let has_room = y - last >= NAME_ROOM
            && rows.bottom - y >= 1.5 * NAME_ROOM
            && marker.is_none_or(|marker| (y - marker).abs() >= NAME_ROOM);
        let is_inner_end = matches!(place, Place::Block(index) if *index == 0 || index + 1 == map.blocks()) && has_room;
        if is_first || is_end || is_inner_end && rows.height() > 50.0 {
            name(y, of(place));
            last = y;
        }
    }
    if let Some(y) = marker {
        let classes = [Class::LabelStrong, Class::of_lane(lane)];
        shapes.push(Shape::text(classes, [x, y + BASELINE], Anchor::End, lane_marker(lane)));
    }
}

/// The steps at both edges, or the one that is looked back at.
fn steps(map: &HeatMap, shown: Option<u64>, hatched: bool, frame: Frame, shapes: &mut Vec<Shape>) {
    let Frame { left, right, top, bottom } = frame;
    let mut text = |class: Class, x: f64, anchor: Anchor, words: String| {
        shapes.push(Shape::text(class, [x, bottom + 16.0], anchor, words));
    };
    // Where the legend of the hatching hides no step.
    let mut legend = (frame.x(0.5), Anchor::Middle);
    let mut looked_at = None;
    match shown {
        None => {
            text(Class::Tick, left, Anchor::Start, words::step(map.steps.0));
            text(Class::Tick, right, Anchor::End, crate::thousands(map.steps.1));
        }
        Some(step) => {
            let x = frame.x(map.fraction_of(step));
            legend = if x > legend.0 { (left, Anchor::Start) } else { (right, Anchor::End) };
            let inside = x.max(left + 30.0).min(right - 30.0);
            text(Class::Value, inside, Anchor::Middle, words::step(step));
            looked_at = Some(Shape::line(Class::LookBack, [x, top], [x, bottom + 4.0]));
        }
    }
    if hatched {
        text(Class::LabelFaint, legend.0, legend.1, Text::HistoryHatched.words().to_owned());
    }
    shapes.extend(looked_at);
}

/// The words at the bar of colours.
fn colours(axis: &Axis, frame: Frame, shapes: &mut Vec<Shape>) {
    for tick in axis.ticks(6) {
        let y = frame.y(tick.fraction);
        let place = [frame.right + 34.0, y.clamp(frame.top + 8.0, frame.bottom.max(frame.top + 8.0)) + BASELINE];
        shapes.push(Shape::text(Class::Tick, place, Anchor::Start, tick.words));
    }
}

//! The history card: a heat map for each run, one above the other, and the words around them.

use crate::runs::Runs;
use crate::state::State;
use scene::{Anchor, HeatMap, Lane, Scene, Shape, Text, View, english, history_in, thousands};

/// Room around the pixels: left for the blocks, right for the colours' scale, above, below for the steps; px.
pub const MARGIN: Margin = Margin { left: 56.0, right: 74.0, top: 6.0, bottom: 22.0 };

/// Room around a picture, px.
pub struct Margin {
    /// Left of it.
    pub left: f64,
    /// Right of it.
    pub right: f64,
    /// Above it.
    pub top: f64,
    /// Below it.
    pub bottom: f64,
}

/// Pixels between the two runs.
const GAP: usize = 10;

/// What is painted.
pub struct HistoryPicture {
    /// Width, height, and the pixels; stretched to the room inside the margins.
    pub pixels: Option<(usize, usize, Vec<u8>)>,
    /// The words around it, on the whole chart.
    pub scene: Scene,
}

/// The picture of all runs' histories.
pub fn picture(runs: &Runs, state: &State, view: &View) -> HistoryPicture {
    let width = (view.width - MARGIN.left - MARGIN.right).max(1.0);
    let range = runs.history_range();
    let lanes = state.lanes.iter().map(|lane| lane.lane).zip(runs.snapshots());
    let maps: Vec<(Lane, HeatMap)> =
        lanes.filter_map(|(lane, run)| Some((lane, history_in(run, width as usize, range)?))).collect();
    let mut scene = Scene { width: view.width, height: view.height, ..Scene::default() };
    let Some((_, first)) = maps.first() else { return HistoryPicture { pixels: None, scene } };
    let (pixel_width, gap) = (first.width, GAP * usize::from(maps.len() > 1));
    let rows = maps.iter().map(|(_, map)| map.height).sum::<usize>() + gap;
    let mut rgba = Vec::with_capacity(pixel_width * rows * 4);
    let scale = (view.height - MARGIN.top - MARGIN.bottom).max(1.0) / rows as f64;
    for (index, (lane, map)) in maps.iter().enumerate() {
        if index > 0 {
            rgba.resize(rgba.len() + pixel_width * gap * 4, 0);
        }
        let top = MARGIN.top + (rgba.len() / (4 * pixel_width)) as f64 * scale;
        block_names(*lane, map, [top, top + map.height as f64 * scale], &mut scene);
        rgba.extend_from_slice(&map.rgba);
    }
    steps(first, state, view, &mut scene);
    colours(first, view, &mut scene);
    scene.summary = english::history_summary(first.blocks, first.steps, first.decades);
    HistoryPicture { pixels: Some((pixel_width, rows, rgba)), scene }
}

/// The first and the last block of a run, and the focused one's row.
fn block_names(lane: Lane, map: &HeatMap, [top, bottom]: [f64; 2], scene: &mut Scene) {
    let row = (bottom - top) / map.blocks.max(1) as f64;
    let mut name = |y: f64, words: String| {
        scene.shapes.push(Shape::text("tick", [MARGIN.left - 8.0, y], Anchor::End, words));
    };
    name(top + (row / 2.0).max(6.0) + 4.0, english::block(0));
    if bottom - top > 30.0 {
        name(bottom - (row / 2.0).max(4.0) + 4.0, map.blocks.to_string());
    }
    let marker = format!("label-strong {}", lane.class());
    if bottom - top > 50.0 {
        let place = [MARGIN.left - 8.0, (top + bottom) / 2.0 + 4.0];
        scene.shapes.push(Shape::text(marker, place, Anchor::End, lane.marker()));
    }
}

/// The steps at both edges, and the one that is looked back at.
fn steps(map: &HeatMap, state: &State, view: &View, scene: &mut Scene) {
    let (left, right) = (MARGIN.left, view.width - MARGIN.right);
    let (top, bottom) = (MARGIN.top, view.height - MARGIN.bottom);
    let y = bottom + 16.0;
    let text = |class: &str, x: f64, anchor: Anchor, words: String| Shape::text(class, [x, y], anchor, words);
    // Where the legend of the hatching hides no step.
    let mut legend = ((left + right) / 2.0, Anchor::Middle);
    match state.look_back {
        None => {
            scene.shapes.push(text("tick", left, Anchor::Start, english::step(map.steps.0)));
            scene.shapes.push(text("tick", right, Anchor::End, thousands(map.steps.1)));
        }
        Some(step) => {
            let x = left + map.fraction_of(step) * (right - left);
            legend = if x > legend.0 { (left, Anchor::Start) } else { (right, Anchor::End) };
            scene.shapes.push(text("value", x.clamp(left + 30.0, right - 30.0), Anchor::Middle, english::step(step)));
            scene.shapes.push(Shape::line("look-back", [x, top], [x, bottom + 4.0]));
        }
    }
    if map.hatched {
        scene.shapes.push(text("label-faint", legend.0, legend.1, Text::HistoryHatched.words().to_owned()));
    }
}

/// The words at the bar of colours.
fn colours(map: &HeatMap, view: &View, scene: &mut Scene) {
    let (top, bottom) = (MARGIN.top, view.height - MARGIN.bottom);
    for (exponent, words) in &map.ticks {
        let y = bottom - map.tick_fraction(*exponent) * (bottom - top);
        let place = [view.width - MARGIN.right + 34.0, y.clamp(top + 8.0, bottom) + 4.0];
        scene.shapes.push(Shape::text("tick", place, Anchor::Start, words.clone()));
    }
}

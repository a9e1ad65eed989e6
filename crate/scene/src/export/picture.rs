//! A chart as a drawing that stands alone: on a ground, with a caption under it.

use super::raster::raster_markup;
use super::style::style;
use super::wrap::wrapped;
use crate::charts::river_layout;
use crate::drawing::{Anchor, Class, Scene, Shape, escaped, svg_inner};
use crate::plot::Margin;
use crate::{Chart, LaneView, Pixels, View};
use protocol::ShortcutKind;

/// Room at the edges.
const EDGE: f64 = 16.0;
/// From one line of the caption to the next.
const LINE: f64 = 17.0;
/// About how wide a letter of the title and of the caption, in which links stand, is: nothing here can measure it.
const LETTERS: [f64; 2] = [8.2, 7.4];
/// Between the parts of a line.
const DOT: &str = " · ";
/// Radius of what stands for a switch.
const SWITCH: f64 = 4.0;
/// What the pixels look like, which browsers would smooth.
const PIXELS: &str = ".pixels { image-rendering: pixelated; }";

/// A chart and its caption.
pub struct Picture {
    /// What it is called where it is opened.
    title: String,
    /// Ground and caption, of the size of all.
    pub around: Scene,
    /// The chart.
    pub chart: Scene,
    /// Where the chart stands.
    pub at: [f64; 2],
    /// The room around the chart's raster picture, if it has one.
    pub raster: Option<Margin>,
}

impl Picture {
    /// A chart as it is drawn in this view. The first line of the caption is its title; each is broken where it has no room.
    pub fn new(chart: Chart, lanes: &[LaneView], view: &View, caption: &[String]) -> Self {
        let mut scene = chart.draw(lanes, view);
        if chart == Chart::River {
            switches(lanes, view, &mut scene.shapes);
        }
        let width = view.width + 2.0 * EDGE;
        let mut y = EDGE + view.height + LINE + 4.0;
        let mut words = Vec::new();
        for (index, line) in caption.iter().enumerate() {
            // A title breaks between words, what follows between its parts.
            let (class, between) = if index == 0 { (Class::CaptionTitle, " ") } else { (Class::Caption, DOT) };
            let most = (view.width / LETTERS[index.min(1)]) as usize;
            for line in wrapped(line.split(between), most, between, "") {
                words.push(Shape::text(class, [EDGE, y], Anchor::Start, line));
                y += LINE;
            }
        }
        let height = y - LINE + EDGE;
        let ground = Shape::rect(Class::Paper, [0.0, 0.0, width, height], 0.0);
        let shapes = [ground].into_iter().chain(words).collect();
        Self {
            title: caption.first().cloned().unwrap_or_default(),
            around: Scene { width, height, shapes, ..Scene::default() },
            raster: chart.raster_margin().filter(|_| scene.pixels.is_some()),
            chart: scene,
            at: [EDGE, EDGE],
        }
    }

    /// The drawing as a file. `address` holds pixels in an address, which is all that it refers to.
    pub fn svg(&self, address: impl FnOnce(&Pixels) -> String) -> String {
        let Self { title, around, chart, at: [x, y], raster } = self;
        let Scene { width, height, .. } = around;
        let pixels = chart.pixels.as_ref().zip(*raster);
        let pixels = pixels.map(|(pixels, margin)| raster_markup(chart, margin, &address(pixels))).unwrap_or_default();
        let (title, summary, style) = (escaped(title), escaped(&chart.summary), style(PIXELS));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title>{title}</title>\n<desc>{summary}</desc>\n\
             <style>\n{style}</style>\n{}\n<g transform=\"translate({x} {y})\">\n{pixels}{}\n</g>\n</svg>\n",
            svg_inner(around),
            svg_inner(chart)
        )
    }
}

/// What in the page are switches over the diagram: filled where the shortcut is open, else hollow.
fn switches(lanes: &[LaneView], view: &View, shapes: &mut Vec<Shape>) {
    let blocks: Vec<usize> = lanes.iter().map(|lane| lane.snapshot.diagram.blocks.len()).collect();
    for (lane, layout) in lanes.iter().zip(river_layout(&blocks, view)) {
        let radius = SWITCH.min(layout.pitch() / 3.0);
        for (index, (block, place)) in lane.snapshot.diagram.blocks.iter().zip(&layout.blocks).enumerate() {
            if block.shortcut == ShortcutKind::None {
                continue;
            }
            let hue = Class::of_lane(lane.lane);
            let is_open = lane.strengths.get(index).is_none_or(|strength| *strength > 0.0);
            shapes.push(match is_open {
                true => Shape::circle([Class::Dot, hue], place.switch, radius),
                false => Shape::circle([Class::Dot, Class::Off, hue], place.switch, radius),
            });
        }
    }
}

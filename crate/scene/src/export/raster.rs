//! The raster picture of a chart within a drawing that stands alone, and the bar of its colours, which in the page stands over
//! the drawing.

use crate::track::history_colours;
use crate::{Margin, Scene};
use std::fmt::Write;

/// The bar of the colours: its width, and from the picture to it.
const BAR: [f64; 2] = [10.0, 18.0];

/// Where the pixels stand: left and upper edge, width, height.
pub fn raster_box(scene: &Scene, Margin { left, right, top, bottom }: Margin) -> [f64; 4] {
    [left, top, (scene.width - left - right).max(0.0), (scene.height - top - bottom).max(0.0)]
}

/// Where the bar of the colours stands.
pub fn colour_bar(scene: &Scene, margin: Margin) -> [f64; 4] {
    let [left, top, width, height] = raster_box(scene, margin);
    let [bar, gap] = BAR;
    [left + width + gap, top, bar, height]
}

/// Pixels that are in this address, and the bar of their colours; nothing of a scene without pixels.
pub fn raster_markup(scene: &Scene, margin: Margin, address: &str) -> String {
    let [left, top, width, height] = raster_box(scene, margin);
    let [x, _, bar, _] = colour_bar(scene, margin);
    let colours = history_colours();
    let colours: Vec<&str> = colours.split(", ").collect();
    let mut markup = format!(
        "<image class=\"pixels\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
         preserveAspectRatio=\"none\" xlink:href=\"{address}\"/>\n\
         <linearGradient id=\"colours\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">"
    );
    for (index, colour) in colours.iter().enumerate() {
        let offset = index as f64 / (colours.len() - 1).max(1) as f64;
        // Writing to a String cannot fail.
        let _ = write!(markup, "<stop offset=\"{offset}\" stop-color=\"{colour}\"/>");
    }
    let _ = writeln!(
        markup,
        "</linearGradient>\n<rect x=\"{x}\" y=\"{top}\" width=\"{bar}\" height=\"{height}\" rx=\"2\" fill=\"url(#colours)\"/>"
    );
    markup
}

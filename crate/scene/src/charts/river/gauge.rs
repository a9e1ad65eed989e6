//! The river's scale, beside it: how wide it is at some parts of the largest gradient that is shown.

use super::layout::{Gutters, LEAST, NAMED_END};
use crate::View;
use crate::drawing::{Anchor, Class, Shape};
use crate::flow::RiverScale;
use crate::plot::BASELINE;
use crate::words::Text;

/// The parts that have a line of the scale, in words.
const PARTS: [(f64, &str); 3] = [(1.0, "1"), (1e-2, "0.01"), (1e-4, "0.0001")];

/// Where there is little room.
const FEW_PARTS: [(f64, &str); 2] = [(1.0, "1"), (1e-3, "0.001")];

/// Between two lines, px.
const GAP: f64 = 5.0;

/// From the box of the head.
const TO_HEAD: f64 = 16.0;

/// In narrow drawings the head's name stands below its box and is wider.
const TO_NARROW_HEAD: f64 = 21.0;

/// The least height of a line: that of its words.
const LINE: f64 = 12.0;

/// The scale at the right edge of the drawing, `full` being the width of the widest river; above `top` stand other words.
pub fn gauge(full: f64, top: f64, view: &View, shapes: &mut Vec<Shape>) {
    let lines = |parts: &[(f64, &'static str)]| -> Vec<(Option<f64>, &'static str)> {
        let wet = parts.iter().map(|(part, words)| (RiverScale::width_of_part(*part, full), *words));
        wet.chain([(None, Text::DryBed.words())]).collect()
    };
    let height = |lines: &[(Option<f64>, &str)]| {
        lines.iter().map(|(water, _)| water.unwrap_or(0.0).max(LINE) + GAP).sum::<f64>() - GAP
    };
    let all = lines(&PARTS);
    let lines = if view.compact || height(&all) > view.height { lines(&FEW_PARTS) } else { all };
    let gutters = Gutters::of(view);
    let is_named_within = gutters.end >= NAMED_END;
    let to_head = match () {
        () if view.width < LEAST => TO_HEAD / 2.0,
        () if is_named_within => TO_HEAD,
        () => TO_NARROW_HEAD,
    };
    let x = view.width - gutters.scale + to_head;
    let [middle, lowest] = [2.0, 1.0].map(|part| (view.height - height(&lines)) / part);
    let mut y = middle.max(top).min(lowest).max(0.0);
    for (water, words) in lines {
        let line = water.unwrap_or(0.0).max(LINE);
        let middle = y + line / 2.0;
        shapes.push(match water {
            Some(water) => Shape::rect(Class::Gauge, [x, middle - water / 2.0, 9.0, water], 0.0),
            None => Shape::line(Class::Bed, [x, middle], [x + 9.0, middle]),
        });
        shapes.push(Shape::text(Class::LabelFaint, [x + 13.0, middle + BASELINE - 0.5], Anchor::Start, words));
        y += line + GAP;
    }
}

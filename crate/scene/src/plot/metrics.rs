//! Lengths that charts share, px: where a chart is narrow, how wide a text is, how far it stands from what it names.

use crate::{Class, View};

/// Below this width a chart is narrow: small margins, short names.
pub const NARROW: f64 = 480.0;

/// From this width on a chart is wide: there is room at both ends of the river.
pub const WIDE: f64 = 900.0;

/// From an axis to the end of its tick's text.
pub const TICK_GAP: f64 = 9.0;

/// From the middle of a line of text down to its baseline.
pub const BASELINE: f64 = 4.0;

/// Room right of a plot for the numbers of overlaid runs, where there are any.
const NUMBER_ROOM: f64 = 17.0;

/// The least distance between two labels at the ends of curves.
pub const ROW_GAP: f64 = 16.0;

/// Whether this is a narrow drawing.
pub fn is_narrow(view: &View) -> bool {
    view.width < NARROW
}

/// What the numbers of overlaid runs take right of a plot.
pub fn number_room(view: &View) -> f64 {
    if view.overlaid.is_empty() { 0.0 } else { NUMBER_ROOM }
}

/// About how wide these words are. The sizes of the letters are those of the style sheet; nothing here can measure them.
pub fn text_width(class: Class, words: &str) -> f64 {
    let letter = match class {
        // 12 px, bold; words are wider than numbers.
        Class::LabelStrong => 7.7,
        Class::Fraction => 7.4,
        // 11 px.
        Class::Value | Class::BlockIndex | Class::Tick | Class::Label => 6.6,
        // 10 px.
        Class::LabelFaint | Class::OverlaidNumber => 6.4,
        // 10 px, short words with digits.
        _ => 6.0,
    };
    // Names of models have capitals inside; elsewhere there is one at most.
    let of_names = class == Class::LabelStrong;
    let capitals = words.chars().skip(1).filter(|letter| of_names && letter.is_uppercase()).count();
    letter * (words.chars().count() as f64 + 0.3 * capitals as f64)
}

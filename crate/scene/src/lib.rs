//! Headwater's charts as data: events in, drawings and words out. No Candle, no browser, no files, no clocks.
//!
//! In reading order: [`Snapshot`] reduces a run's events; [`LaneView`] and [`View`] say what is looked at; a [`Chart`] draws
//! it with the parts in `plot`; [`Scene`] is a drawing, [`Class`] the CSS classes of its shapes and [`svg_inner`] its
//! markup; [`reading`] says in words what is drawn; [`Text`] holds every word of the page. Nothing is drawn that was not
//! measured.

mod charts;
mod drawing;
mod flow;
mod format;
#[cfg(test)]
mod gallery;
mod lane;
mod plot;
#[cfg(test)]
mod properties;
mod settings;
mod smooth;
mod snapshot;
#[cfg(test)]
mod testing;
pub mod words;

pub use charts::{
    BlockLayout, Chart, LaneLayout, Work, history_colours, profile_block_at, river_layout, river_scale_words,
};
pub use drawing::{Anchor, Class, Classes, Form, Part, Pixels, Scene, Shape, svg_inner};
pub use format::{norm_number, number, percent, ratio, setting, thousands};
pub use lane::{Lane, LaneView, View};
pub use plot::{Axis, Decades, Margin, NARROW, Tick};
pub use settings::{Ground, ground, settings_line};
pub use snapshot::{LossPoint, Snapshot};
pub use words::reading::{Piece, Reading, reading};
pub use words::{QuantityWords, Text, english, quantity_words};

//! Headwater's charts as data: events in, drawings and words out. No Candle, no browser, no files, no clocks.
//!
//! In reading order: [`Snapshot`] reduces a run's events; [`LaneView`] and [`View`] say what is looked at; [`river`],
//! [`profile`], [`learning`] and [`history`] draw it; [`Scene`] is a drawing and [`svg_inner`] its markup; [`reading`]
//! says the same in words; [`Text`] holds every word of the page. Nothing is drawn that was not measured.
//!
//! # CSS classes
//! Shapes carry classes only; the page's style sheet gives them colour, font and line. `lane-a` or `lane-b` stands beside
//! the class wherever a shape belongs to a run, and sets the hue (say, `--lane`).
//!
//! | class | form | what | suggested style |
//! |---|---|---|---|
//! | `bed` | path | river bed before the first measurement; with `dry` a norm of 0, with `bad` one that is not finite | thin line, dashed |
//! | `band` | path | the river | fill, opacity 0.18 |
//! | `arc` | path | channel over a shortcut; its `stroke-width` is what it carries; with `arc-past` it was closed since | no fill, stroke, opacity 0.55; past 0.2 |
//! | `arc-open` `arc-part` `arc-closed` | path | thin arc of a switch: open but not yet measured, between 0 and 1, closed | no fill, thin; closed dashed |
//! | `box` `box-focus` `box-small` | rect | a block; the focused one; one too narrow for its number | fill paper, stroke; focus 2.6 px, small 0.8 px |
//! | `branch` | rect | what comes through the branch | fill, opacity 0.3 |
//! | `box-number` | text | a block's number in its box | 11px bold |
//! | `stage` | path | boundary of a stage | thin, faint |
//! | `line` | path | a curve with markers | no fill, stroke 2; lane b dashed |
//! | `dot` `tri` | circle, path | markers; with `off` the value has no place on the axis, with `marker-focus` the block is focused | fill; off: hollow |
//! | `focus-line` | path | the focused block in the profile | thin |
//! | `raw` `smooth` | path | loss as it is, and smoothed | no fill; raw faint, smooth stroke 2, lane b dashed |
//! | `guide` | path | loss and accuracy of guessing | thin, dashed |
//! | `mark` `mark-label` | path, text | a setting was changed | thin, dotted; 10px |
//! | `axis` `grid` `grid-row` | path | axis lines; the row for values off the axis | thin |
//! | `tick` | text | numbers at axes | 11px, tabular figures |
//! | `label` `label-faint` | text | names at axes and ends; stages, "½", "guessing" | 11px; 10px |
//! | `label-strong` | text | a run's name or loss, in its hue | 12px bold |
//! | `value` | text | a measured value, in its hue | 11px bold, halo of paper (`paint-order: stroke`) |

mod axis;
mod curve;
mod flow;
mod format;
#[cfg(test)]
mod gallery;
mod heat;
mod lane;
mod learning;
mod marker;
mod profile;
#[cfg(test)]
mod properties;
mod reading;
mod river;
mod river_layout;
mod settings;
mod shape;
mod smooth;
mod snapshot;
mod summary;
mod svg;
#[cfg(test)]
mod testing;
pub mod words;

pub use format::{norm_number, number, percent, ratio, setting, thousands};
pub use heat::{HeatMap, history, history_in, history_range, viridis};
pub use lane::{Lane, LaneView, View};
pub use learning::learning;
pub use profile::{profile, profile_block_at};
pub use reading::{Piece, Reading, reading};
pub use river::{river, river_scale_words};
pub use river_layout::{Arc, BlockLayout, LaneLayout, river_layout};
pub use settings::{Ground, ground, settings_line};
pub use shape::{Anchor, Form, Part, Scene, Shape};
pub use smooth::{SMOOTHING, Smoother};
pub use snapshot::{LossPoint, Snapshot};
pub use svg::svg_inner;
pub use words::{QuantityWords, Text, english, quantity_words};

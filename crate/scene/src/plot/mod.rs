//! What charts are put together from: [`metrics`] in px, a [`Frame`] with its [`Axis`], curves, markers and labels.

mod axis;
mod curve;
mod frame;
mod label;
mod metrics;

pub use axis::{Axis, Decades, Tick, is_drawable, numbered, round_end};
pub use curve::{pieces, thinned};
pub use frame::{Frame, Margin};
pub use label::{marker, numbers, spread};
pub use metrics::{BASELINE, NARROW, ROW_GAP, TICK_GAP, WIDE, is_narrow, number_room, text_width};

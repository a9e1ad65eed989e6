//! A drawing as data, the CSS classes of its shapes, and its markup.

mod class;
mod shape;
mod svg;

pub use class::Class;
pub use shape::{Anchor, Classes, Form, Part, Pixels, Scene, Shape};
pub use svg::{escaped, svg_inner};

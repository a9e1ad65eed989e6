//! What a chart becomes outside of the page: [`picture`] a drawing with a caption that stands alone, with [`style`] in place of
//! the page's style sheets and [`raster`] for its pixels; [`numbers`] what it shows as numbers.

mod numbers;
mod picture;
mod raster;
mod style;
mod wrap;

pub use numbers::{Exhibit, file_name};
pub use picture::Picture;
pub use raster::{colour_bar, raster_box, raster_markup};
pub use style::{Looks, style};
pub use wrap::wrapped;

#[cfg(test)]
mod tests;

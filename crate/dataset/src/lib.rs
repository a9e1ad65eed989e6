//! Images with labels, wherever they come from. In reading order:
//!
//! `source`: a [`Source`] says what it holds and hands out pixels. `shards`: the sets that come with the program and the
//! page, whose files may still be arriving. [`random`]: the named streams that everything which is drawn comes from.
//!
//! No browser, no clocks, no printing, and no files.

mod error;
pub mod random;
mod shards;
mod source;

pub use error::DataError;
pub use shards::Shards;
pub use source::{Description, SHOWN, Source, Split, Wanted};

//! Images with labels, wherever they come from. In reading order:
//!
//! `source`: a [`Source`] says what it holds and hands out pixels. `shards`: the sets that come with the program and the
//! page, whose files may still be arriving. `memory`: those that are read whole, from the bytes of `idx` and `cifar` files.
//! `files`, behind a feature of that name: the sets in somebody's folders. `unusable`: what can be wrong with them. `sniff`:
//! what a file is in place of data. `augment`: how small images are changed at random.
//! `statistics`: mean and deviation of pixels. [`random`]: the named streams that
//! everything which is drawn comes from.
//!
//! No browser, no clocks, no printing, and no files but in `files`.

mod augment;
pub mod cifar;
mod error;
#[cfg(feature = "files")]
pub mod files;
pub mod idx;
mod memory;
pub mod random;
mod shards;
mod sniff;
mod source;
mod statistics;
mod unusable;

pub use error::DataError;
pub use memory::{Images, Memory};
pub use shards::Shards;
pub use sniff::Foreign;
pub use source::{Description, SHOWN, Source, Split, Wanted};
pub use statistics::Histogram;
pub use unusable::{Problem, Unusable};

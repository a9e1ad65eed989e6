//! The recording, schema version 1: events as JSON Lines, one object a line, plain or as gzip members.
//! `assets/schema/recording-1.json` describes a line. [`writer`] makes lines, [`table`] rows of a table, [`Excerpt`] a part of
//! either; [`Reader`] takes a file apart however it arrives in pieces, [`line`] is what one line says, [`Fault`] what can be
//! wrong with it.

mod excerpt;
mod fault;
mod line;
mod reader;
mod shape;
mod table;
mod writer;

pub use excerpt::Excerpt;
pub use fault::{Fault, FaultReason, Wanted};
pub use line::{Header, spec_of_json};
pub use reader::{Item, Reader};
pub use table::{COLUMNS, Row, rows, vector_place};
pub use writer::{
    Origin, compressed, ends_as_json, header, interrupted, line, measured_as_json, number, renamed, spec_as_json,
};

/// The version that this program writes, and the highest that it reads.
pub const SCHEMA: u32 = 1;

/// What an end line says is not finite, if it is not the loss.
const GRADIENT: &str = "gradient";

/// The longest line that is read, bytes. Beside what it hands out a reader holds one line, and up to 4 MB that a piece of a
/// compressed file becomes; what a line says takes a few times its length while it is read.
pub const LONGEST_LINE: usize = 16 << 20;

/// The largest step: beyond it JSON's numbers have gaps (IEEE 754, 2⁵³).
pub const MOST_STEPS: u64 = 1 << 53;

/// What the `by` of a mark says where the shortcut closed because it was folded into the weights of its branch.
const BY_FOLD: &str = "fold";

/// The most blocks that a recording may have.
pub const MOST_BLOCKS: usize = 4096;

//! What can be wrong with a recording, as data; `scene` has the words.

use crate::Complaint;
use std::fmt;
use thiserror::Error;

/// What is wrong with a recording, and where.
#[derive(Clone, Debug, PartialEq, Error)]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// The field, as in `columns.grad_in_l2[3]`; empty if it is the line itself.
    pub field: String,
    /// What is wrong with it.
    pub reason: FaultReason,
}

impl fmt::Display for Fault {
    /// For logs; people read `scene::words::recording_fault`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {:?}: {:?}", self.line, self.field, self.reason)
    }
}

/// What is wrong with a line or a field of it.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultReason {
    /// There is nothing in the file.
    Empty,
    /// There is no line at all that says what this is.
    NoRecording,
    /// The compressed file is damaged here.
    Damaged,
    /// The file ends within this line, which is left out.
    Incomplete,
    /// The line is longer than [`super::LONGEST_LINE`].
    TooLong,
    /// The line is no JSON.
    NotJson,
    /// A field that must be there is not.
    Missing,
    /// A field is something else than it must be.
    Wants(Wanted),
    /// It was written by a newer version.
    Newer(u64),
    /// There is no such lane.
    Lane(String),
    /// The header of its lane is still to come.
    BeforeHeader,
    /// Its lane has a header already.
    SecondHeader,
    /// There are no blocks, or more than [`super::MOST_BLOCKS`].
    Blocks(usize),
    /// There must be one value a block.
    Length {
        /// The number of blocks.
        blocks: usize,
        /// The number of values.
        found: usize,
    },
    /// The step does not come after that of the one before it, of its lane and kind.
    Order {
        /// The step before it.
        after: u64,
    },
    /// It is larger than [`super::MOST_STEPS`].
    TooLarge,
    /// There is no block of that name.
    UnknownBlock(String),
    /// A setting of the run has a value that this version does not take: the run cannot be made again, but shown.
    Setting(Complaint),
    /// The blocks are not those of the network that the settings name: the run cannot be made again, but shown.
    OtherBlocks,
}

/// What a field must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An object.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// A whole number from 0 on.
    Whole,
    /// A number, or one of the names of those that are not finite.
    Number,
    /// A number, the name of one that is not finite, or null.
    NumberOrNull,
}

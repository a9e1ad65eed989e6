//! The messages between the page and a page that embeds it, version [`VERSION`]: what the page [`Told`] it, and what that one
//! [`Asked`] for. Plain objects on both sides; fields may be added, never changed. [`MESSAGES`] lists them all:
//! `assets/schema/messages-1.json` and `assets/schema/messages-1.d.ts` are written from it.

mod asked;
mod catalogue;
mod told;

pub use asked::{Asked, Refusal, Subject, read, settings};
pub use catalogue::{Field, FieldKind, MESSAGES, MessageType, Presence};
pub use told::{Answer, Answered, ErrorCode, LaneStep, MarkTold, Ready, StateName, StateTold, StepTold, Told, Trouble};

/// The version of the messages: the `v` of each.
pub const VERSION: u32 = 1;

/// What the type of a message starts with; all others are somebody else's.
pub const PREFIX: &str = "headwater:";

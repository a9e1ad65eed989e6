//! What the parts of Headwater say to each other, in reading order:
//!
//! [`RunSpec`] (what the user asked for) → [`Plan`] (the validated network: blocks, shapes, parameters) →
//! [`Command`]s into a session and [`Event`]s out of it → [`codec`] (both as bytes between page and worker).
//!
//! No Candle, no browser, no files, no clocks: everything here is plain data.

pub mod codec;
mod data;
mod event;
mod keys;
mod message;
mod model;
mod plan;
mod quantity;
mod skip;
mod spec;

pub use data::{Data, Manifest, Shard};
pub use event::{Column, EndReason, Ends, Evaluation, Event, Mark, MarkKind, StepRecord};
pub use keys::{KEYS, Key, Outcome, key};
pub use message::{Change, Command, Reply, RunState, Start};
pub use model::{Init, Model, ModelSpec, Norm};
pub use plan::{BlockKind, BlockPlan, ParameterPlan, ParameterRole, Plan, Shortcut};
pub use quantity::Quantity;
pub use skip::Skip;
pub use spec::{RunSpec, SpecError};

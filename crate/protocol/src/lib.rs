//! What the parts of Headwater say to each other, in reading order:
//!
//! [`RunSpec`] (what the user asked for) → [`Plan`] (the validated network: blocks, shapes, parameters) →
//! [`Command`]s into a session and [`Event`]s out of it → [`codec`] (both as bytes between page and worker) and
//! [`recording`] (events as lines of a file).
//!
//! No Candle, no browser, no files, no clocks: everything here is plain data.

pub mod codec;
mod data;
mod diagram;
mod event;
mod failure;
mod families;
mod keys;
mod lane;
mod layer;
mod message;
mod model;
mod plan;
mod quantity;
pub mod recording;
mod schedule;
mod skip;
mod spec;

pub use data::{Data, Manifest, Shard};
pub use diagram::{Diagram, DiagramBlock, ShortcutKind, Stage};
pub use event::{Column, EndReason, Ends, Evaluation, Event, Mark, MarkKind, Measured, Scalar, StepRecord, Vector};
pub use failure::{DataProblem, Failure, Loss};
pub use keys::{KEYS, Key, Outcome, key};
pub use lane::Lane;
pub use layer::{ImageShape, LayerPlan, ParameterPlan, ParameterRole};
pub use message::{Change, Command, Go, Reply, RunState, Spent, Start, StepPart};
pub use model::{Activation, Family, Init, Labels, Merge, Model, ModelSpec, Norm, Order};
pub use plan::{BlockKind, BlockPlan, Plan, Shortcut};
pub use quantity::{Quantity, QuantityShape, SWEEP_STRENGTHS, Unit};
pub use schedule::Schedule;
pub use skip::Skip;
pub use spec::{RunSpec, SpecError};

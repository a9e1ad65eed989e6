//! What the parts of Headwater say to each other, in reading order:
//!
//! [`RunSpec`] (what the user asked for) → [`Plan`] (the validated network: blocks, shapes, parameters) →
//! [`Command`]s into a session and [`Event`]s out of it → [`codec`] (both as bytes between page and worker) and
//! [`recording`] (events as lines of a file). [`embed`] is what the page and a page around it say to each other, [`socket`] what the page and
//! the program that serves it do.
//!
//! No Candle, no browser, no files, no clocks: everything here is plain data.

pub mod codec;
mod complaint;
mod contents;
mod data;
mod diagram;
pub mod embed;
mod event;
mod fade;
mod failure;
mod families;
mod fold;
mod lane;
mod layer;
pub mod lesson;
mod lr_schedule;
mod message;
mod model;
mod phase;
mod plan;
mod proof;
mod quantity;
pub mod recording;
mod rules;
mod schedule;
pub mod setting;
mod skip;
pub mod socket;
mod spec;
mod standing;
mod timed;
mod weights;

pub use complaint::{Because, Complaint, Needs, Reason};
pub use contents::Contents;
pub use data::{Data, DataKind, Manifest, OwnData, Sample, Samples, Shard};
pub use diagram::{Diagram, DiagramBlock, Place, ShortcutKind, Stage};
pub use event::{
    Column, EndReason, Ends, Evaluation, Event, ImageAnswer, Lost, Mark, Measured, Scalar, StepRecord, Vector,
};
pub use fade::{Fade, Strengths};
pub use failure::{Damage, DataProblem, Failure, Loss};
pub use families::Family;
pub use fold::{Folded, FoldedLogits};
pub use lane::Lane;
pub use layer::{ImageShape, LayerPlan, ParameterPlan, ParameterRole};
pub use lr_schedule::LrSchedule;
pub use message::{Change, Command, Go, Reply, RunState, Spent, Start, StepPart};
pub use model::{
    Activation, ActivationOrder, Augment, Init, Labels, Merge, Model, ModelSpec, NoDecay, Norm, OnNonfinite, OptionA,
};
pub use phase::{Phase, StepPhase};
pub use plan::{BlockKind, BlockPlan, Plan, Shortcut};
pub use proof::{Proof, ProofPart, ProvedJoin, ProvedPart, Slope, Verdict, WeightSlope};
pub use quantity::{Quantity, QuantityShape, SWEEP_STRENGTHS, Unit};
pub use schedule::Schedule;
pub use setting::{Outcome, PageOptions, PageSetting, ProgramOptions, ProgramSetting, RunSetting, RunSpec};
pub use skip::Skip;
pub use standing::Standing;
pub use timed::TimedChanges;
pub use weights::{Check, Renaming, Unfit, Weights, WeightsProblem, weights_file};

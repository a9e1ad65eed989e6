//! The messages between the page and its worker. Both ends check the build, because they are separate files.

use crate::{Event, RunSpec};
use serde::{Deserialize, Serialize};

/// Page → worker. Sent only after [`Reply::Ready`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Load the data and build the network; a run in progress is dropped.
    Start(Start),
    /// Train until paused, done, or out of credits.
    Play,
    /// Stop after the present phase of the present step (a few milliseconds).
    Pause,
    /// Do exactly one step (the rest of it, if paused within one), then pause.
    StepOnce,
    /// Back to step 0 with the initial weights and the strengths, rates and batch in force now.
    Reset,
    /// Change a live setting; it takes effect with the next step.
    Change(Change),
    /// The page has painted: one more buffer of events may be sent.
    Credit,
    /// Test hook: panic inside the engine's loop.
    Panic,
}

/// What a worker needs for a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The run.
    pub spec: RunSpec,
    /// Absolute URL of the folder of the data set, ending in `/`.
    pub data_url: String,
    /// Buffers of events that may be sent before the first [`Command::Credit`].
    pub credits: u32,
}

/// A setting that may change while a run goes on, weights kept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Strength of one block's shortcut, or of all.
    Skip {
        /// Index of the block; `None` is all.
        block: Option<usize>,
        /// The new strength, in [`crate::Skip::RANGE`].
        strength: f64,
    },
    /// Learning rate.
    Lr(f64),
    /// Momentum.
    Momentum(f64),
    /// Images a step.
    Batch(usize),
    /// Budget of updates.
    Steps(u64),
}

/// Worker → page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker listens.
    Ready {
        /// The build that the worker comes from.
        build: String,
    },
    /// Data are arriving.
    Loading {
        /// Bytes so far.
        received: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The network is being built, which takes seconds for a large one.
    Building,
    /// The network stands.
    Started {
        /// Hash of the initial parameters: the same in wasm and natively.
        parameter_hash: String,
    },
    /// What the session said, in order. Costs one credit.
    Events(Vec<Event>),
    /// Where the time of the steps went that were done since the last such message, at most ten times a second; evaluations
    /// apart.
    Spent {
        /// Number of steps.
        steps: u64,
        /// What they took, milliseconds.
        working_ms: f64,
        /// What of that was measuring, milliseconds.
        measuring_ms: f64,
    },
    /// Where a step or an evaluation stands that takes long, at most ten times a second; at its end `done` is `all`.
    Progress {
        /// Whether it is an evaluation of the held-out images.
        evaluation: bool,
        /// Parts done: phases of the step, or images.
        done: u64,
        /// Parts in all.
        all: u64,
    },
    /// The state changed.
    State(RunState),
    /// The run cannot go on; the worker still listens. One sentence.
    Failed(String),
    /// The engine panicked; the worker is dead. The panic's text.
    Panicked(String),
}

/// What the worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunState {
    /// Built, at step 0.
    Ready,
    /// Training.
    Running,
    /// Stopped by the user; can go on.
    Paused,
    /// The budget is used up or the loss is not finite.
    Done,
}

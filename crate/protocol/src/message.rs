//! The messages between the page and where its runs come from: a [`Command`] goes in, a [`Reply`] comes out. Page and worker
//! are separate files, so both ends check the build.

use crate::socket::Closing;
use crate::weights::bytes;
use crate::{
    Check, Event, Fade, Failure, Folded, Loss, Proof, ProofPart, Quantity, Renaming, RunSetting, RunSpec, Samples,
    Unfit, Weights,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Page → source. Sent only after [`Reply::Ready`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Load the data and build the network; a run in progress is dropped.
    Start(Box<Start>),
    /// Train until paused, done, or out of credits.
    Play,
    /// Stop after the present phase of the present step (a few milliseconds).
    Pause,
    /// Train until this number of updates is done, then pause; one that has done them pauses. Whoever is told twice does it
    /// once.
    Until(u64),
    /// One more part of the update of this number, told by an [`Event::Phase`], then rest: each is asked for by one such
    /// command. What comes before that update is done first, as always and untold; of an update that is done nothing is.
    Phase(u64),
    /// Back to step 0 with the weights of the beginning and the strengths, rates and batch in force now.
    Reset,
    /// Change a live setting; it takes effect with the next step, a shortcut's strength with the one under way if it can.
    Change(Change),
    /// Whether weights fit: answered by [`Reply::Checked`]. No run hears of it.
    Check(Box<Check>),
    /// The weights as they are: answered by [`Reply::Weights`] if there is a run.
    Weights,
    /// Prove the gradients of the network as it is: answered by [`Reply::Proving`] and [`Reply::Proved`]. It waits until the
    /// run rests; [`Command::Play`] ends it.
    Prove,
    /// The page has painted: one more buffer of events may be sent.
    Credit,
    /// Whether the page shows this run, or has put it aside: who comes joins those that are shown. No run hears of it.
    Present(bool),
    /// Are you there? Answered by [`Reply::Here`] as soon as the phase under way is done.
    Ping,
    /// Test hook: panic inside the engine's loop.
    Panic,
}

/// What a run can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// Train until paused, done, or out of credits.
    Train,
    /// Train until this number of updates is done, then pause.
    Until(u64),
    /// Pause.
    Rest,
}

impl Go {
    /// The command that asks for it.
    pub fn command(self) -> Command {
        match self {
            Self::Train => Command::Play,
            Self::Until(updates) => Command::Until(updates),
            Self::Rest => Command::Pause,
        }
    }
}

/// What a source needs for a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The run.
    pub spec: RunSpec,
    /// Absolute URL of the folder of the data set, ending in `/`.
    pub data_url: String,
    /// Buffers of events that may be sent before the first [`Command::Credit`].
    pub credits: u32,
    /// What the network starts from; drawn from the seed if missing.
    pub weights: Option<Arc<Weights>>,
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
    /// The shortcuts fade out, or do not any more: what has faded so far stays.
    Fade(Option<Fade>),
    /// The shortcuts are folded into the weights of their branches: they close, and the function stays the same.
    Fold,
    /// A quantity is measured from the next step on, there at once, or no longer.
    Measure {
        /// Which one.
        quantity: Quantity,
        /// Whether it is.
        on: bool,
    },
    /// Any other live setting; all of them are numbers.
    Set {
        /// Which one.
        setting: RunSetting,
        /// Its new value.
        value: f64,
    },
}

/// Source → page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The source listens.
    Ready {
        /// The build that it comes from.
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
    /// The held-out images that are shown have arrived.
    Samples(Box<Samples>),
    /// The session's events, in order. Costs one credit.
    Events(Vec<Event>),
    /// Where the time of the steps went that were done since the last such message, at most ten times a second.
    Spent(Spent),
    /// Where a step or an evaluation stands that takes long, at most ten times a second; the last one is at its end.
    Progress(StepPart),
    /// The state changed.
    State(RunState),
    /// The page that drives has changed the budget: so many steps.
    Budget(u64),
    /// The answer to [`Command::Check`].
    Checked {
        /// Its number.
        number: u32,
        /// How the names of the tensors were read, or the first run that they do not fit.
        fits: Result<Vec<Renaming>, Unfit>,
    },
    /// The answer to [`Command::Weights`].
    Weights {
        /// Number of updates done.
        step: u64,
        /// Parameters and running statistics as a safetensors file.
        #[serde(with = "bytes")]
        bytes: Vec<u8>,
    },
    /// How far the proof has come, at most ten times a second.
    Proving(ProofPart),
    /// The proof is done; without one where the run went on, or there is no memory for it.
    Proved(Option<Box<Proof>>),
    /// The shortcuts were folded.
    Folded(Folded),
    /// The answer to [`Command::Ping`].
    Here,
    /// The run cannot begin or go on; the source still listens.
    Failed(Failure),
    /// Nothing was heard from the source for too long, since it was made or later; it may still come. No source sends this itself.
    Silent,
    /// The connection to a source elsewhere stands; whether the page drives its runs or watches. The page's end says it.
    Joined {
        /// Whether it drives.
        drives: bool,
    },
    /// The connection to a source elsewhere is lost, and will be taken up again. The page's end says it.
    Parted,
    /// Who drives the run that this page watches.
    Driving {
        /// Whether a page does.
        driven: bool,
        /// Whether the run rests for want of one.
        rests: bool,
    },
    /// What was said before the page joined, or came back, it has heard.
    CaughtUp,
    /// A source elsewhere closed the connection, for this reason. The page's end says it.
    Closed(Closing),
    /// The source is gone: it takes another one to go on.
    Lost(Loss),
}

/// Where the time of some steps went, evaluations apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Number of steps.
    pub steps: u64,
    /// What they took, milliseconds.
    pub working_ms: f64,
    /// What of that was measuring, milliseconds.
    pub measuring_ms: f64,
}

/// How far a long step or evaluation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPart {
    /// Whether it is an evaluation of the held-out images.
    pub evaluation: bool,
    /// Parts done: phases of the step, or images.
    pub done: u64,
    /// Parts in all.
    pub all: u64,
}

impl StepPart {
    /// The share of it that is done, in [0, 1].
    pub fn share(&self) -> f64 {
        self.done as f64 / self.all.max(1) as f64
    }

    /// Whether it is at its end.
    pub fn is_done(&self) -> bool {
        self.done >= self.all
    }
}

/// What a run is doing.
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

//! A training run as a state machine: changes go in, events come out, one phase of one block a call.
//!
//! [`Session`] is the place to start. `run` carries a step from its batch to its record; `live` takes changes while it goes
//! on; `evaluation` goes over the held-out images; `stochastic_depth` says which branches take part.

mod evaluation;
mod live;
mod run;
mod stochastic_depth;

pub use run::Advance;
pub use stochastic_depth::training_joins;

use crate::EngineError;
use crate::data::{DataSet, Order};
use crate::network::{Network, Parameters, Sgd};
use crate::pass::{Clock, Pass, Stopwatch};
use candle_core::Device;
use evaluation::Evaluating;
use protocol::{Change, EndReason, Event, Labels, Plan, RunSpec};

/// Where the run stands between two calls.
enum State {
    Between,
    Passing(Box<Pass>),
    Evaluating(Box<Evaluating>),
    Ended(EndReason),
}

/// A training run.
pub struct Session {
    /// The settings in force; live changes update it.
    spec: RunSpec,
    device: Device,
    data: DataSet,
    network: Network,
    optimiser: Sgd,
    order: Order,
    strengths: Vec<f64>,
    /// Images drawn for the next step but not all arrived.
    drawn: Option<Vec<usize>>,
    step: u64,
    pending: Vec<Change>,
    state: State,
    events: Vec<Event>,
    stopwatch: Stopwatch,
}

impl Session {
    /// A run at step 0.
    ///
    /// # Errors
    /// [`EngineError::Spec`] names the first setting that does not fit; [`EngineError::Candle`] if the device has no memory
    /// left.
    pub fn new(spec: RunSpec, mut data: DataSet, device: Device) -> Result<Self, EngineError> {
        let plan = Plan::new(spec.model_spec())?;
        let strengths = spec.skip.strengths(&plan)?;
        let parameters = Parameters::initial(&plan, spec.init, spec.seed, &device)?;
        let network = Network::new(plan, parameters)?;
        let optimiser = Sgd::new(spec.lr, spec.momentum, spec.weight_decay);
        let order = Order::new(&data, spec.seed);
        data.set_random_labels((spec.labels == Labels::Random).then_some(spec.seed));
        Ok(Self {
            spec,
            device,
            data,
            network,
            optimiser,
            order,
            strengths,
            drawn: None,
            step: 0,
            pending: Vec::new(),
            state: State::Between,
            events: Vec::new(),
            stopwatch: Stopwatch::default(),
        })
    }

    /// Starts the run again from its first step, with the settings in force now: initial weights and batches are equal bit
    /// for bit.
    ///
    /// # Errors
    /// What [`Session::new`] fails with.
    pub fn restart(mut self) -> Result<Self, EngineError> {
        self.apply_pending();
        let clock = self.stopwatch.clock;
        Ok(Self::new(self.spec, self.data, self.device)?.with_clock(clock))
    }

    /// Lends the session a clock, by which it tells how long measuring takes.
    #[must_use]
    pub fn with_clock(mut self, clock: Option<Clock>) -> Self {
        self.stopwatch.clock = clock;
        self
    }

    /// Milliseconds that measuring has taken so far; 0 without a clock.
    pub fn measuring_ms(&self) -> f64 {
        self.stopwatch.total_ms
    }

    /// The data set, for files that arrive late.
    pub fn data_mut(&mut self) -> &mut DataSet {
        &mut self.data
    }

    /// The settings in force.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Number of updates done.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Whether no step or evaluation is under way.
    pub fn is_between_steps(&self) -> bool {
        matches!(self.state, State::Between | State::Ended(_))
    }

    /// How far the step or evaluation under way has come: parts done and parts in all.
    pub fn progress(&self) -> Option<(usize, usize)> {
        match &self.state {
            State::Passing(pass) => Some(pass.progress()),
            State::Evaluating(evaluating) => Some(evaluating.progress(&self.data)),
            State::Between | State::Ended(_) => None,
        }
    }

    /// The events since the last call, in order.
    pub fn drain_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

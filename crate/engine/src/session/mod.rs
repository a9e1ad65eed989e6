//! A training run as a state machine: changes go in, events come out, one phase of one block a call.
//!
//! [`Session`] is the place to start. `run` carries a step from its batch to its record; `live` takes changes while it goes
//! on, `fold` that of skips into weights; `saved` puts a run down and takes it up again; `evaluation` goes over the
//! held-out images; `stochastic_depth` makes each step's joins from the strengths, and says which branches take part.

mod evaluation;
mod fold;
mod live;
mod rate;
mod run;
mod saved;
mod stochastic_depth;

pub use run::Advance;
pub use saved::Saved;
pub use stochastic_depth::training_joins;

use crate::data::{Images, VisitOrder};
use crate::network::{Network, Parameters, Sgd, Tensors};
use crate::pass::{Clock, Pass, Stopwatch};
use crate::{EngineError, Proof};
use candle_core::{DType, Device};
use dataset::{Source, Wanted};
use evaluation::Evaluating;
use protocol::{Change, EndReason, Event, Folded, Labels, Plan, Quantity, RunSpec, Strengths};

/// Where the run stands between two calls.
enum State {
    Between,
    Passing(Box<Pass>),
    Evaluating(Box<Evaluating>),
    Ended(EndReason),
}

/// A training run.
///
/// # Examples
/// Two steps with the shortcuts open, and one with them closed:
///
/// ```
/// use candle_core::Device;
/// use dataset::{Shards, Source, Split};
/// use engine::{Advance, Session};
/// use protocol::{Change, Data, Event, Manifest, Quantity, RunSpec, Shard};
///
/// // Invented images of 8×8 pixels, in the format of a data file: magic, five sizes, labels, pixels.
/// let shard = Shard { file: "invented".into(), count: 20, bytes: 0 };
/// let mut file = b"HWSHARD1".to_vec();
/// file.extend([20u32, 1, 8, 8, 10].iter().flat_map(|size| size.to_le_bytes()));
/// file.extend((0..20).map(|image| image % 10));
/// file.extend((0..20 * 64).map(|pixel| (pixel * 37 % 251) as u8));
/// let mut data = Shards::new(Manifest {
///     name: "invented".into(),
///     channels: 1,
///     height: 8,
///     width: 8,
///     classes: 10,
///     class_names: (0..10).map(|class| class.to_string()).collect(),
///     mean: 0.5,
///     std: 0.3,
///     train: vec![shard.clone()],
///     test: vec![shard],
/// })?;
/// data.insert(Split::Train, 0, &file)?;
/// data.insert(Split::Test, 0, &file)?;
///
/// let (model, quantities) = ("resnet8".parse()?, vec![Quantity::SkipGradL2]);
/// let spec = RunSpec { model, width: 2, batch: 5, data: Data::Digits, quantities, ..RunSpec::page_default() };
/// let mut session = Session::new(spec, data, Device::Cpu)?;
/// for _ in 0..2 {
///     assert_eq!(session.complete_step()?, Advance::Completed);
/// }
/// session.change(Change::Skip { block: None, strength: 0.0 })?;
/// session.complete_step()?;
///
/// let records: Vec<_> = session
///     .drain_events()
///     .into_iter()
///     .filter_map(|event| if let Event::Step(record) = event { Some(record) } else { None })
///     .collect();
/// let over_the_shortcut = |step: usize| records[step].column(Quantity::SkipGradL2).unwrap()[0];
/// assert!(over_the_shortcut(1).is_some_and(|norm| norm > 0.0));
/// assert_eq!(over_the_shortcut(2), None);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Session {
    /// The settings in force; live changes update it.
    spec: RunSpec,
    device: Device,
    data: Images,
    /// What the network started from, if that was not drawn from the seed.
    weights: Option<Tensors>,
    network: Network,
    optimiser: Sgd,
    order: VisitOrder,
    strengths: Strengths,
    /// Whether a mark says that the strengths fade.
    fade_marked: bool,
    /// Quantities that are measured as soon as can be, whatever their schedule.
    asked: Vec<Quantity>,
    /// What the last fold changed, until somebody asks.
    folded: Option<Folded>,
    /// Images drawn for the next step but not all arrived.
    drawn: Option<Vec<usize>>,
    step: u64,
    pending: Vec<Change>,
    /// The step of the last mark of a change.
    marked: Option<u64>,
    /// The changes of the steps before this one are made.
    timed_until: u64,
    /// Steps that made no update.
    skipped: u64,
    state: State,
    events: Vec<Event>,
    /// Whether each part of a step is told.
    walks: bool,
    /// Whether a part of the step under way was.
    is_told: bool,
    stopwatch: Stopwatch,
    /// How long steps have waited for their images.
    waiting: Stopwatch,
}

impl Session {
    /// A run at step 0.
    ///
    /// # Errors
    /// [`EngineError::Spec`] names the first setting that does not fit; [`EngineError::Candle`] if the device has no memory
    /// left.
    pub fn new(spec: RunSpec, data: impl Into<Box<dyn Source>>, device: Device) -> Result<Self, EngineError> {
        Self::begin_from(None, spec, data.into(), device)
    }

    /// A run at step 0 whose network starts from these weights; the seed still orders the images.
    ///
    /// # Errors
    /// [`EngineError::Spec`] names the first setting that does not fit, [`EngineError::Weights`] the first tensor that the
    /// network needs and they have not, or the other way round; [`EngineError::Candle`] if the device has no memory left.
    pub fn from_weights(
        weights: Tensors,
        spec: RunSpec,
        data: impl Into<Box<dyn Source>>,
        device: Device,
    ) -> Result<Self, EngineError> {
        Self::begin_from(Some(weights), spec, data.into(), device)
    }

    fn begin_from(
        weights: Option<Tensors>,
        spec: RunSpec,
        source: Box<dyn Source>,
        device: Device,
    ) -> Result<Self, EngineError> {
        let plan = Plan::new(spec.model_spec())?;
        let strengths = Strengths::new(spec.skip.strengths(&plan)?, spec.fade);
        spec.events.check(&plan)?;
        spec.check_batch(&plan)?;
        let mut network = match &weights {
            Some(weights) => Network::from_tensors(plan, weights.clone(), DType::F32, &device)?,
            None => {
                let parameters = Parameters::initial(&plan, spec.init, spec.seed, &device)?;
                Network::new(plan, parameters)?
            }
        };
        network.set_label_smoothing(spec.label_smoothing);
        let order = VisitOrder::new(&*source, spec.seed);
        let data = Images { source, random_labels: (spec.labels == Labels::Random).then_some(spec.seed) };
        Ok(Self {
            spec,
            device,
            data,
            weights,
            network,
            optimiser: Sgd::default(),
            order,
            strengths,
            fade_marked: false,
            asked: Vec::new(),
            folded: None,
            drawn: None,
            step: 0,
            pending: Vec::new(),
            marked: None,
            timed_until: 0,
            skipped: 0,
            state: State::Between,
            events: Vec::new(),
            walks: false,
            is_told: false,
            stopwatch: Stopwatch::default(),
            waiting: Stopwatch::default(),
        })
    }

    /// Starts the run again from its first step, with the settings in force now: its first weights and batches are equal bit
    /// for bit.
    ///
    /// # Errors
    /// What [`Session::new`] fails with.
    pub fn restart(mut self) -> Result<Self, EngineError> {
        self.apply_pending()?;
        let clock = self.stopwatch.clock;
        Ok(Self::begin_from(self.weights, self.spec, self.data.source, self.device)?.with_clock(clock))
    }

    /// Lends the session a clock, by which it tells how long measuring takes and how long steps wait for their images.
    #[must_use]
    pub fn with_clock(mut self, clock: Option<Clock>) -> Self {
        (self.stopwatch.clock, self.waiting.clock) = (clock, clock);
        self
    }

    /// Milliseconds that measuring has taken so far; 0 without a clock.
    pub fn measuring_ms(&self) -> f64 {
        self.stopwatch.total_ms
    }

    /// Milliseconds that steps have waited for their images so far; 0 without a clock.
    pub fn waiting_ms(&self) -> f64 {
        self.waiting.total_ms
    }

    /// The data set, for files that arrive late.
    pub fn data_mut(&mut self) -> &mut dyn Source {
        &mut *self.data.source
    }

    /// The settings in force.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether each part of a step is told by an [`Event::Phase`] as soon as it is done. It may change at any time, and changes
    /// nothing but what is told: what is measured of a step that begins so does not wait for its schedule.
    pub fn walk(&mut self, walks: bool) {
        self.walks = walks;
    }

    /// Number of updates done.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// How many of them were none, since the loss or a gradient was not finite.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Whether no step or evaluation is under way.
    pub fn is_between_steps(&self) -> bool {
        matches!(self.state, State::Between | State::Ended(_))
    }

    /// Whether a step is under way, and no evaluation.
    pub fn is_within_step(&self) -> bool {
        matches!(self.state, State::Passing(_))
    }

    /// Whether an evaluation is under way, or due before the next step.
    pub fn is_evaluating(&self) -> bool {
        matches!(self.state, State::Evaluating(_))
    }

    /// How far the step or evaluation under way has come: parts done and parts in all.
    pub fn progress(&self) -> Option<(usize, usize)> {
        match &self.state {
            State::Passing(pass) => Some(pass.progress()),
            State::Evaluating(evaluating) => Some(evaluating.progress(&self.data)),
            State::Between | State::Ended(_) => None,
        }
    }

    /// A proof of the network as it is now, on the batch that it takes next; nothing of the run changes. `None` if that
    /// batch's images have not all arrived.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    pub fn proof(&self) -> Result<Option<Proof>, EngineError> {
        let wanted = self.next_images();
        let Some(batch) = self.data.batch(&wanted, &self.device)? else { return Ok(None) };
        let images = wanted.images;
        let joins = training_joins(&self.spec, &self.strengths.at(self.step), self.step);
        let found = protocol::Proof { step: self.step, seed: self.spec.seed, images, ..Default::default() };
        Ok(Some(Proof::new(&self.network, batch.fit(self.network.plan.input)?, joins, found)?))
    }

    /// The images of the step under way or the next one.
    fn next_images(&self) -> Wanted {
        let images = self.drawn.clone().unwrap_or_else(|| self.order.peek(self.spec.batch));
        Wanted::training(&self.spec, self.step, images)
    }

    /// What the last fold of skips into weights changed, once.
    pub fn take_folded(&mut self) -> Option<Folded> {
        self.folded.take()
    }

    /// The events since the last call, in order.
    pub fn drain_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

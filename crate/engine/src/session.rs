//! A training run as a state machine: changes go in, events come out, one phase of one block a call.

use crate::data::{DataSet, Order, Split};
use crate::network::Network;
use crate::optimiser::Sgd;
use crate::parameters::Parameters;
use crate::quantities::{Measurements, update_ratio};
use crate::random::Stream;
use crate::stopwatch::{Clock, Stopwatch};
use crate::sweep::{Measuring, Sweep};
use crate::trials::Trials;
use crate::{Batch, EngineError, Join, Mode};
use candle_core::Device;
use protocol::{
    BlockPlan, Change, EndReason, Evaluation, Event, Labels, Mark, MarkKind, Plan, Quantity, RunSpec, Schedule, Skip,
    SpecError, StepRecord, key,
};

/// Held-out images evaluated in one call, at most.
const EVALUATION_CHUNK: usize = 50;
/// Numbers that the layers may put out in one call of an evaluation, about: large networks take fewer images a call.
const EVALUATION_NUMBERS: u64 = 100_000_000;

/// What a call of [`Session::advance`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// One phase; the step goes on.
    Working,
    /// The last phase of a step or of an evaluation.
    Completed,
    /// Nothing: a data file has not arrived yet.
    NeedsData,
    /// Nothing: the run has ended.
    Ended,
}

/// Where the run stands between two calls.
enum State {
    Between,
    Sweeping(Box<Sweep>),
    Evaluating(Box<Evaluating>),
    Ended(EndReason),
}

/// An evaluation under way.
struct Evaluating {
    found: Measurements,
    trials: Trials,
    next: usize,
    loss: f64,
    correct: usize,
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
    /// If the spec does not fit, or Candle cannot build the network.
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

    /// The same run from its first step, with the settings in force now: same weights, same batches, bit for bit.
    ///
    /// # Errors
    /// As [`Session::new`].
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
            State::Sweeping(sweep) => Some(sweep.progress()),
            State::Evaluating(under_way) => {
                let count = self.data.count(Split::Test);
                let (done, all) = under_way.trials.progress();
                Some((done * count + under_way.next, all * count))
            }
            State::Between | State::Ended(_) => None,
        }
    }

    /// What was said since the last call, in order.
    pub fn drain_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Asks for a change; it takes effect with the next step, weights kept.
    ///
    /// # Errors
    /// Names a value out of range; nothing is changed then.
    pub fn change(&mut self, change: Change) -> Result<(), SpecError> {
        // The one table of settings knows what each of them accepts.
        let accepts = |name: &str, value: String| {
            key(name).map_or(Ok(()), |key| key.set(&mut self.spec.clone(), &value).strict())
        };
        match change {
            Change::Skip { block, strength } => {
                accepts("skip", strength.to_string())?;
                let blocks = self.strengths.len();
                if let Some(block) = block.filter(|block| *block >= blocks) {
                    return Err(SpecError::new("block", block.to_string(), format!("a number below {blocks}")));
                }
            }
            Change::Lr(value) => accepts("lr", value.to_string())?,
            Change::Momentum(value) => accepts("momentum", value.to_string())?,
            Change::Batch(value) => accepts("batch", value.to_string())?,
            Change::Steps(value) => accepts("steps", value.to_string())?,
        }
        self.pending.push(change);
        if self.is_between_steps() {
            self.apply_pending();
        }
        Ok(())
    }

    fn apply_pending(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Skip { block, strength } => {
                    for index in 0..self.strengths.len() {
                        if block.is_none_or(|block| block == index) {
                            let from = std::mem::replace(&mut self.strengths[index], strength);
                            self.mark(MarkKind::Skip, Some(index), from, strength);
                        }
                    }
                    self.spec.skip = Skip::from_strengths(&self.network.plan, &self.strengths);
                }
                Change::Lr(to) => {
                    let from = std::mem::replace(&mut self.spec.lr, to);
                    self.optimiser.lr = to;
                    self.mark(MarkKind::Lr, None, from, to);
                }
                Change::Momentum(to) => {
                    let from = std::mem::replace(&mut self.spec.momentum, to);
                    self.optimiser.momentum = to;
                    self.mark(MarkKind::Momentum, None, from, to);
                }
                Change::Batch(to) => {
                    let from = std::mem::replace(&mut self.spec.batch, to);
                    self.mark(MarkKind::Batch, None, from as f64, to as f64);
                }
                Change::Steps(to) => {
                    self.spec.steps = to;
                    if matches!(self.state, State::Ended(EndReason::Done)) && self.step < to {
                        self.state = State::Between;
                    }
                }
            }
        }
    }

    fn mark(&mut self, what: MarkKind, block: Option<usize>, from: f64, to: f64) {
        if from != to {
            let name = |block: &BlockPlan| block.name.clone();
            let block = block.and_then(|index| self.network.plan.blocks.get(index)).map(name);
            self.events.push(Event::Mark(Mark { step: self.step, what, block, from, to }));
        }
    }

    /// Runs one phase of one block, or a chunk of an evaluation.
    ///
    /// # Errors
    /// Candle's.
    pub fn advance(&mut self) -> Result<Advance, EngineError> {
        match std::mem::replace(&mut self.state, State::Between) {
            State::Between => self.begin(),
            State::Sweeping(mut sweep) => {
                let more = sweep.advance(&self.network)?;
                if sweep.loss().is_some_and(|loss| !loss.is_finite()) {
                    return self.end_non_finite(&sweep);
                }
                if !more {
                    return self.complete(*sweep);
                }
                self.state = State::Sweeping(sweep);
                Ok(Advance::Working)
            }
            State::Evaluating(evaluating) => self.evaluate(evaluating),
            State::Ended(reason) => {
                self.state = State::Ended(reason);
                Ok(Advance::Ended)
            }
        }
    }

    /// Advances to the end of the step or evaluation under way (or of the next one).
    ///
    /// # Errors
    /// Candle's.
    pub fn complete_step(&mut self) -> Result<Advance, EngineError> {
        loop {
            match self.advance()? {
                Advance::Working => {}
                other => return Ok(other),
            }
        }
    }

    fn begin(&mut self) -> Result<Advance, EngineError> {
        self.apply_pending();
        if self.step >= self.spec.steps {
            return Ok(self.end(EndReason::Done));
        }
        let numbers = match self.drawn.take() {
            Some(numbers) => numbers,
            None => self.order.next(self.spec.batch),
        };
        let Some(batch) = self.data.batch(Split::Train, &numbers, &self.device)? else {
            self.drawn = Some(numbers);
            return Ok(Advance::NeedsData);
        };
        let batch = batch.fit(self.network.plan.input)?;
        let measuring = Measuring {
            quantities: self.due(|quantity| self.spec.measures(quantity, self.step)),
            seed: self.spec.seed,
            step: self.step,
            stopwatch: self.stopwatch,
        };
        let sweep = Sweep::new(&self.network, batch, training_joins(&self.spec, &self.strengths, self.step), measuring);
        self.state = State::Sweeping(Box::new(sweep));
        Ok(Advance::Working)
    }

    fn due(&self, is_due: impl Fn(Quantity) -> bool) -> Vec<Quantity> {
        self.spec.quantities.iter().copied().filter(|quantity| is_due(*quantity)).collect()
    }

    /// The joins of an evaluation: every branch, times its probability (Huang et al. 2016, equation 5).
    fn testing_joins(&self) -> Vec<Join> {
        let survival = survival(self.spec.stochastic_depth, self.strengths.len());
        let join = |(strength, probability): (&f64, f64)| Join {
            shortcut: *strength,
            branch: if *strength == 0.0 { 1.0 } else { probability },
        };
        self.strengths.iter().zip(survival).map(join).collect()
    }

    /// Updates the parameters and says what was measured before the update.
    fn complete(&mut self, sweep: Sweep) -> Result<Advance, EngineError> {
        sweep.track(&mut self.network)?;
        let mut swept = sweep.finish(&self.network)?;
        let before = self.network.parameters.clone();
        self.optimiser.step(&mut self.network.parameters, &swept.gradients)?;
        let since = swept.stopwatch.start();
        update_ratio::measure(&mut swept.found, &self.network, &before)?;
        swept.stopwatch.stop(since);
        self.stopwatch = swept.stopwatch;
        self.events.push(Event::Step(StepRecord {
            step: self.step,
            loss: swept.loss,
            train_accuracy: swept.accuracy,
            lr: self.spec.lr,
            measured: swept.found.finish(),
            ends: swept.ends,
        }));
        self.step += 1;
        let due = self.step == self.spec.steps || self.step.is_multiple_of(self.spec.eval_every.max(1));
        if self.spec.eval_every > 0 && due {
            self.state = State::Evaluating(Box::new(self.start_evaluation()));
        }
        Ok(Advance::Completed)
    }

    fn start_evaluation(&self) -> Evaluating {
        let due = self.due(|quantity| quantity.schedule() == Schedule::Evaluation);
        let found = Measurements::new(&due, self.strengths.len(), self.data.count(Split::Test));
        let trials = Trials::new(&found, &self.network, &self.testing_joins());
        Evaluating { found, trials, next: 0, loss: 0.0, correct: 0 }
    }

    /// One chunk of one trial.
    fn evaluate(&mut self, mut under_way: Box<Evaluating>) -> Result<Advance, EngineError> {
        let count = self.data.count(Split::Test);
        let most = (EVALUATION_NUMBERS / self.network.plan.activations.max(1)) as usize;
        let end = (under_way.next + most.clamp(1, EVALUATION_CHUNK)).min(count);
        let numbers: Vec<_> = (under_way.next..end).collect();
        let Some(batch) = self.data.batch(Split::Test, &numbers, &self.device)? else {
            self.state = State::Evaluating(under_way);
            return Ok(Advance::NeedsData);
        };
        let Batch { images, labels } = batch.fit(self.network.plan.input)?;
        let joins = under_way.trials.next().unwrap_or_default();
        let (mean, hits) = self.network.evaluate(&images, &labels, joins, Mode::Eval)?;
        under_way.loss += mean * numbers.len() as f64;
        under_way.correct += hits;
        under_way.next = end;
        if end == count {
            under_way.trials.push(under_way.loss / count as f64, under_way.correct as f64 / count as f64);
            (under_way.next, under_way.loss, under_way.correct) = (0, 0.0, 0);
        }
        if under_way.trials.next().is_some() {
            self.state = State::Evaluating(under_way);
            return Ok(Advance::Working);
        }
        let (loss, accuracy) = under_way.trials.record(&mut under_way.found);
        let measured = under_way.found.finish();
        self.events.push(Event::Eval(Evaluation { step: self.step, loss, accuracy, measured }));
        Ok(Advance::Completed)
    }

    /// Ends without an update: the parameters stay those before the step.
    fn end_non_finite(&mut self, sweep: &Sweep) -> Result<Advance, EngineError> {
        let block = sweep.first_non_finite()?.map(|index| self.network.plan.blocks[index].name.clone());
        Ok(self.end(EndReason::NonFinite { step: self.step, block }))
    }

    fn end(&mut self, reason: EndReason) -> Advance {
        self.events.push(Event::End(reason.clone()));
        self.state = State::Ended(reason);
        Advance::Ended
    }
}

/// The joins of a step at these strengths: with stochastic depth some branches are left out. A block whose shortcut is
/// closed always takes part.
pub fn training_joins(spec: &RunSpec, strengths: &[f64], step: u64) -> Vec<Join> {
    let mut stream = Stream::new(spec.seed, "stochastic-depth", step);
    let joins =
        strengths.iter().zip(survival(spec.stochastic_depth, strengths.len())).map(|(strength, probability)| {
            let takes_part = stream.uniform() < probability || *strength == 0.0;
            Join { shortcut: *strength, branch: if takes_part { 1.0 } else { 0.0 } }
        });
    joins.collect()
}

/// The probability with which each of so many blocks takes part: 1 − (l/L)(1 − p), l = 1, …, L (Huang et al. 2016,
/// arXiv 1603.09382, section 4).
fn survival(last: f64, blocks: usize) -> impl Iterator<Item = f64> {
    (1..=blocks).map(move |number| 1.0 - number as f64 / blocks as f64 * (1.0 - last))
}

//! What stands between whoever commands and a session: a [`Driver`] obeys [`Command`]s, advances the session while it has time
//! and credits, so that commands can arrive between two ticks, and says what comes of it. A Web Worker and the program that
//! serves the page are thin hosts of it: they carry the messages, load the images and call [`Driver::tick`].

mod memory;
mod proving;
mod timing;
mod weights;

use crate::{Advance, Clock, EngineError, Session};
use dataset::Split;
use memory::{check_size, has_room_for_proof};
use protocol::{Change, Command, Event, Failure, Reply, RunSpec, RunState, Start};
use proving::{Proving, Worked};
use timing::Timing;

/// What a driver is given by where it runs.
pub struct Host {
    /// Whoever hears it.
    pub say: Box<dyn Fn(Reply)>,
    /// Milliseconds since any fixed moment.
    pub clock: Clock,
    /// The most memory that a run may need, bytes.
    pub most_bytes: u64,
}

/// One run at a time, and what was asked of it.
pub struct Driver {
    host: Host,
    session: Option<Session>,
    /// Whether it is to train.
    goes: bool,
    /// The number of updates after which it rests by itself.
    until: Option<u64>,
    /// Whether it then rests, before an evaluation that is due; until then it does not wait for the page.
    pausing: bool,
    /// The update whose next part is asked for; then it rests.
    walking: Option<u64>,
    /// Whether that part was told, be it sent already.
    told: bool,
    /// How many more messages the page takes; below 0 where it was told more than it had room for.
    credits: i32,
    unsent: Vec<Event>,
    timing: Timing,
    /// A proof that was asked for, which waits until the run rests.
    proving: Option<Proving>,
    /// Whether that waits for images.
    proof_waits: bool,
    /// Whether the run waits for images.
    waits: bool,
    /// Which run this is, counted from the first; what belongs to an older one is dropped.
    run: u32,
}

impl Driver {
    /// A driver without a run.
    pub fn new(host: Host) -> Self {
        Self {
            host,
            session: None,
            goes: false,
            until: None,
            pausing: false,
            walking: None,
            told: false,
            credits: 0,
            unsent: Vec::new(),
            timing: Timing::default(),
            proving: None,
            proof_waits: false,
            waits: false,
            run: 0,
        }
    }

    /// The session of the run in progress.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    fn say(&self, reply: Reply) {
        (self.host.say)(reply);
    }

    /// The run cannot begin or go on for want of memory.
    ///
    /// # Errors
    /// Says how much it needs.
    pub fn check_size(&self, spec: &RunSpec) -> Result<(), Failure> {
        check_size(spec, self.host.most_bytes)
    }

    /// Drops the run in progress; returns which one the next is.
    fn drop_run(&mut self, credits: u32) -> u32 {
        (self.session, self.proving) = (None, None);
        (self.goes, self.pausing, self.walking, self.waits) = (false, false, None, false);
        self.credits = i32::try_from(credits).unwrap_or(i32::MAX);
        self.unsent.clear();
        self.timing = Timing::default();
        self.run += 1;
        self.run
    }

    /// Whether that run is still the present one.
    pub fn is_current(&self, run: u32) -> bool {
        self.run == run
    }

    /// Takes a new session, ready to train.
    pub fn begin(&mut self, session: Session) {
        let hash = session.network().parameters.hash();
        self.session = Some(session.with_clock(Some(self.host.clock)));
        match hash {
            Ok(parameter_hash) => self.say(Reply::Started { parameter_hash }),
            Err(error) => return self.fail(self.run, error.into()),
        }
        self.say(Reply::State(RunState::Ready));
    }

    /// Takes a data file that arrived late.
    pub fn insert(&mut self, split: Split, index: usize, file: &[u8]) -> Result<(), EngineError> {
        if let Some(session) = &mut self.session {
            session.data_mut().insert(split, index, file)?;
        }
        (self.waits, self.proof_waits) = (false, false);
        Ok(())
    }

    /// Sends the held-out images that are shown.
    pub fn show_samples(&mut self) {
        if let Some(session) = &mut self.session {
            let samples = Box::new(session.data_mut().samples());
            self.say(Reply::Samples(samples));
        }
    }

    /// Stops that run and says why.
    pub fn fail(&mut self, run: u32, failure: Failure) {
        if self.is_current(run) {
            (self.goes, self.walking, self.proving) = (false, None, None);
            self.say(Reply::Failed(failure));
        }
    }

    /// Does what it is told. A run that is to begin is handed back with its number: its images must be loaded, and then
    /// [`Driver::begin`] be called, if it still [is the present one](Driver::is_current).
    pub fn obey(&mut self, command: Command) -> Option<(u32, Start)> {
        match command {
            Command::Start(start) => return Some((self.drop_run(start.credits), *start)),
            Command::Play => self.play(),
            Command::Pause => self.pause(),
            Command::Until(updates) => self.go_until(updates),
            Command::Phase(step) => self.walk(step),
            Command::Reset => self.reset(),
            Command::Check(check) => self.say(weights::check(&check)),
            Command::Weights => self.hand_out_weights(),
            Command::Prove => self.begin_proof(),
            Command::Credit => self.credits = self.credits.saturating_add(1),
            Command::Change(change) => self.change(change),
            Command::Ping => self.say(Reply::Here),
            // Whoever joins is led by the program.
            Command::Present(_) => {}
            #[allow(clippy::panic, reason = "the test hook that shows how the page takes a panic of the engine")]
            Command::Panic => panic!("the engine was asked to panic"),
        }
        self.flush();
        None
    }

    fn begin_proof(&mut self) {
        if self.session.as_ref().is_some_and(|own| has_room_for_proof(own, self.host.most_bytes)) {
            (self.proving, self.proof_waits) = (Some(Proving::default()), false);
        } else {
            self.say(Reply::Proved(None));
        }
    }

    fn hand_out_weights(&mut self) {
        let Some(session) = &self.session else { return };
        match session.network().to_safetensors() {
            Ok(bytes) => self.say(Reply::Weights { step: session.step(), bytes }),
            Err(error) => self.fail(self.run, error.into()),
        }
    }

    fn change(&mut self, change: Change) {
        if let Err(failure) = self.try_change(change) {
            self.fail(self.run, failure);
        }
        self.collect();
    }

    fn try_change(&mut self, change: Change) -> Result<(), Failure> {
        let Some(session) = &mut self.session else { return Ok(()) };
        if let Change::Set { setting, value } = change {
            let mut spec = session.spec().clone();
            setting.setting().set_number(&mut spec, value).map_err(Failure::Settings)?;
            check_size(&spec, self.host.most_bytes)?;
        }
        Ok(session.change(change)?)
    }

    fn play(&mut self) {
        if self.proving.take().is_some() {
            self.say(Reply::Proved(None));
        }
        self.go(None);
    }

    fn go_until(&mut self, updates: u64) {
        match &self.session {
            Some(session) if session.step() < updates => self.go(Some(updates)),
            // It evaluates after the last of them, and will pause by itself.
            Some(_) if self.goes && self.until == Some(updates) => {}
            // It rests, before an evaluation that is due.
            Some(session) if session.step() == updates && session.is_evaluating() => self.go(Some(updates)),
            Some(_) => self.pause(),
            None => {}
        }
    }

    fn go(&mut self, until: Option<u64>) {
        if self.session.is_some() {
            (self.goes, self.until, self.pausing, self.walking) = (true, until, false, None);
            if let Some(proving) = &mut self.proving {
                proving.begin_again();
            }
            self.say(Reply::State(RunState::Running));
        }
    }

    /// Goes on to the next part of that update, then rests; an update that is done has none.
    fn walk(&mut self, step: u64) {
        if self.session.as_ref().is_some_and(|session| session.step() <= step) {
            if self.proving.take().is_some() {
                self.say(Reply::Proved(None));
            }
            (self.goes, self.until, self.pausing, self.walking) = (false, None, false, Some(step));
            self.told = false;
        }
    }

    /// Rests; a short step that is under way is finished first, so that what is changed meanwhile is in force at the next
    /// one, whoever asks for it.
    fn pause(&mut self) {
        let step = self.session.as_ref().filter(|session| session.is_within_step()).map(Session::step);
        match step.filter(|_| self.goes && self.timing.is_short()) {
            Some(step) => (self.until, self.pausing) = (Some(step + 1), true),
            None => self.rest(RunState::Paused),
        }
    }

    fn rest(&mut self, state: RunState) {
        let walked = self.walking.take().is_some();
        if std::mem::take(&mut self.goes) || walked {
            self.pausing = false;
            self.say(Reply::State(state));
        }
    }

    fn reset(&mut self) {
        self.proving = None;
        (self.goes, self.pausing, self.walking) = (false, false, None);
        self.unsent.clear();
        self.timing = Timing::default();
        self.say(Reply::Building);
        match self.session.take().map(Session::restart) {
            Some(Ok(session)) => {
                self.session = Some(session);
                self.say(Reply::State(RunState::Ready));
            }
            Some(Err(error)) => self.fail(self.run, error.into()),
            None => {}
        }
    }

    /// Goes on for this time, milliseconds; a phase that has begun is finished.
    pub fn tick(&mut self, time_ms: f64) {
        let mut now = (self.host.clock)();
        let end = now + time_ms;
        if self.may_prove() {
            self.prove(end);
        }
        while self.may_work() && now < end {
            let Some(session) = &mut self.session else {
                (self.goes, self.walking) = (false, None);
                break;
            };
            // What comes before is not told.
            session.walk(self.walking == Some(session.step()));
            let advance = session.advance();
            let since = std::mem::replace(&mut now, (self.host.clock)());
            match advance {
                Ok(Advance::Working) => {
                    if let Some(reply) = self.timing.worked(session, now - since, now) {
                        self.say(reply);
                    }
                    if self.walking.is_some() {
                        self.walked();
                    } else {
                        // A change is told as soon as it is made.
                        self.collect();
                        if self.unsent.iter().any(|event| matches!(event, Event::Mark(_))) {
                            break;
                        }
                    }
                }
                Ok(Advance::Completed) => {
                    if let Some(reply) = self.timing.completed(session, now - since) {
                        self.say(reply);
                    }
                    self.completed();
                }
                Ok(Advance::NeedsData) => {
                    // `insert` brings what is missing.
                    self.waits = true;
                    return self.flush();
                }
                Ok(Advance::Ended) => {
                    self.collect();
                    self.flush();
                    self.rest(RunState::Done);
                }
                Err(error) => self.fail(self.run, error.into()),
            }
        }
        self.flush();
    }

    fn completed(&mut self) {
        self.collect();
        if self.walking.is_some() {
            return self.walked();
        }
        let may_rest = |session: &&Session| self.pausing || session.is_between_steps();
        let Some(session) = self.session.as_ref().filter(may_rest) else { return };
        if self.until.is_some_and(|until| session.step() >= until) {
            self.flush();
            self.rest(RunState::Paused);
        }
    }

    /// Rests once the part that was asked for is told; after an update its evaluation is made first.
    fn walked(&mut self) {
        self.collect();
        let rests = self.session.as_ref().is_some_and(|own| own.is_within_step() || own.is_between_steps());
        if self.told && rests {
            self.flush();
            self.rest(RunState::Paused);
        }
    }

    fn may_work(&self) -> bool {
        (self.goes || self.walking.is_some()) && (self.credits > 0 || self.pausing) && !self.waits
    }

    fn may_prove(&self) -> bool {
        !self.goes && self.walking.is_none() && self.session.is_some() && self.proving.is_some() && !self.proof_waits
    }

    /// Goes on with the proof until this time.
    fn prove(&mut self, end: f64) {
        let (Some(session), Some(proving)) = (&self.session, &mut self.proving) else { return };
        match proving.work(session, end, self.host.clock) {
            Ok(Worked::On(news)) => news.into_iter().for_each(|news| self.say(news)),
            Ok(Worked::NeedsData) => self.proof_waits = true,
            Ok(Worked::Done(found)) => {
                self.proving = None;
                self.say(found);
            }
            Err(error) => self.fail(self.run, error.into()),
        }
    }

    fn collect(&mut self) {
        if let Some(session) = &mut self.session {
            let events = session.drain_events();
            self.told |= events.iter().any(|event| matches!(event, Event::Phase(_)));
            self.unsent.extend(events);
            if let Some(folded) = session.take_folded() {
                self.say(Reply::Folded(folded));
            }
        }
    }

    /// Sends the events so far, for one credit.
    fn flush(&mut self) {
        if (self.credits > 0 || self.pausing) && !self.unsent.is_empty() {
            self.credits -= 1;
            if let Some(spent) = self.timing.spent((self.host.clock)()) {
                self.say(spent);
            }
            let events = std::mem::take(&mut self.unsent);
            self.say(Reply::Events(events));
        }
    }

    /// Whether there is something to do at the next [`Driver::tick`].
    pub fn is_busy(&self) -> bool {
        self.may_work() || self.may_prove()
    }
}

//! Commands, and the tick loop: advances the session while it has time and credits, so that commands can arrive between
//! ticks.

use crate::loader;
use crate::memory::{check_size, has_room_for_proof};
use crate::outbox::{now_ms, send};
use crate::proving::{Proving, Worked};
use crate::timing::Timing;
use crate::weights;
use dataset::Split;
use engine::{Advance, EngineError, Session};
use protocol::{Change, Command, Event, Failure, Reply, RunState};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::MessagePort;

/// How long a tick may go on before messages get their turn, milliseconds. A phase that has begun is finished.
const TICK_MS: f64 = 16.0;

/// The worker's state.
pub struct Driver {
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
    /// Whether it waits for images.
    proof_waits: bool,
    ticks: Option<MessagePort>,
    tick_is_due: bool,
    /// Which run this is, counted from the first; what belongs to an older one is dropped.
    run: u32,
}

impl Driver {
    /// A worker without a run.
    pub fn new() -> Self {
        Self {
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
            ticks: None,
            tick_is_due: false,
            run: 0,
        }
    }

    /// The port to which ticks are posted.
    pub fn tick_by(&mut self, port: MessagePort) {
        self.ticks = Some(port);
    }

    /// Drops the run in progress; returns which one the next is.
    fn drop_run(&mut self, credits: u32) -> u32 {
        (self.session, self.proving) = (None, None);
        (self.goes, self.pausing, self.walking) = (false, false, None);
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
        self.session = Some(session.with_clock(Some(now_ms)));
        match hash {
            Ok(parameter_hash) => send(&Reply::Started { parameter_hash }),
            Err(error) => return self.fail(self.run, error.into()),
        }
        send(&Reply::State(RunState::Ready));
    }

    /// Takes a data file that arrived late.
    pub fn insert(&mut self, split: Split, index: usize, file: &[u8]) -> Result<(), EngineError> {
        if let Some(session) = &mut self.session {
            session.data_mut().insert(split, index, file)?;
        }
        self.proof_waits = false;
        self.schedule();
        Ok(())
    }

    /// Sends the held-out images that are shown.
    pub fn show_samples(&mut self) {
        if let Some(session) = &mut self.session {
            send(&Reply::Samples(Box::new(session.data_mut().samples())));
        }
    }

    /// Stops that run and says why.
    pub fn fail(&mut self, run: u32, failure: Failure) {
        if self.is_current(run) {
            (self.goes, self.walking, self.proving) = (false, None, None);
            send(&Reply::Failed(failure));
        }
    }

    /// Does what the page says to the run in progress.
    pub fn obey(driver: &Rc<RefCell<Self>>, command: Command) {
        let mut own = driver.borrow_mut();
        match command {
            Command::Start(start) => {
                let run = own.drop_run(start.credits);
                loader::load(driver.clone(), run, *start);
            }
            Command::Play => own.play(),
            Command::Pause => own.pause(),
            Command::Until(updates) => own.go_until(updates),
            Command::Phase(step) => own.walk(step),
            Command::Reset => own.reset(),
            Command::Check(check) => send(&weights::check(&check)),
            Command::Weights => own.hand_out_weights(),
            Command::Prove => own.begin_proof(),
            Command::Credit => own.credits += 1,
            Command::Change(change) => own.change(change),
            Command::Ping => send(&Reply::Here),
            #[allow(clippy::panic, reason = "the test hook that shows how the page takes a panic of the engine")]
            Command::Panic => panic!("the engine was asked to panic"),
        }
        own.flush();
        own.schedule();
    }

    fn begin_proof(&mut self) {
        if self.session.as_ref().is_some_and(has_room_for_proof) {
            (self.proving, self.proof_waits) = (Some(Proving::default()), false);
        } else {
            send(&Reply::Proved(None));
        }
    }

    fn hand_out_weights(&mut self) {
        let Some(session) = &self.session else { return };
        match session.network().to_safetensors() {
            Ok(bytes) => send(&Reply::Weights { step: session.step(), bytes }),
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
            check_size(&spec)?;
        }
        Ok(session.change(change)?)
    }

    fn play(&mut self) {
        if self.proving.take().is_some() {
            send(&Reply::Proved(None));
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
            send(&Reply::State(RunState::Running));
        }
    }

    /// Goes on to the next part of that update, then rests; an update that is done has none.
    fn walk(&mut self, step: u64) {
        if self.session.as_ref().is_some_and(|session| session.step() <= step) {
            if self.proving.take().is_some() {
                send(&Reply::Proved(None));
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
            send(&Reply::State(state));
        }
    }

    fn reset(&mut self) {
        self.proving = None;
        (self.goes, self.pausing, self.walking) = (false, false, None);
        self.unsent.clear();
        self.timing = Timing::default();
        send(&Reply::Building);
        match self.session.take().map(Session::restart) {
            Some(Ok(session)) => {
                self.session = Some(session);
                send(&Reply::State(RunState::Ready));
            }
            Some(Err(error)) => self.fail(self.run, error.into()),
            None => {}
        }
    }

    /// One tick: as many phases as fit.
    pub fn tick(&mut self) {
        self.tick_is_due = false;
        let mut now = now_ms();
        let end = now + TICK_MS;
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
            let since = std::mem::replace(&mut now, now_ms());
            match advance {
                Ok(Advance::Working) => {
                    if let Some(reply) = self.timing.worked(session, now - since, now) {
                        send(&reply);
                    }
                    if self.walking.is_some() {
                        self.walked();
                    }
                }
                Ok(Advance::Completed) => {
                    if let Some(reply) = self.timing.completed(session, now - since) {
                        send(&reply);
                    }
                    self.completed();
                }
                Ok(Advance::NeedsData) => return self.flush(), // `insert` schedules the next tick
                Ok(Advance::Ended) => {
                    self.collect();
                    self.flush();
                    self.rest(RunState::Done);
                }
                Err(error) => self.fail(self.run, error.into()),
            }
        }
        self.flush();
        self.schedule();
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
        (self.goes || self.walking.is_some()) && (self.credits > 0 || self.pausing)
    }

    fn may_prove(&self) -> bool {
        !self.goes && self.walking.is_none() && self.session.is_some() && self.proving.is_some() && !self.proof_waits
    }

    /// Goes on with the proof until this time.
    fn prove(&mut self, end: f64) {
        let (Some(session), Some(proving)) = (&self.session, &mut self.proving) else { return };
        match proving.work(session, end) {
            Ok(Worked::On(news)) => news.iter().for_each(send),
            Ok(Worked::NeedsData) => self.proof_waits = true,
            Ok(Worked::Done(found)) => {
                self.proving = None;
                send(&found);
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
                send(&Reply::Folded(folded));
            }
        }
    }

    /// Sends the events so far, for one credit.
    fn flush(&mut self) {
        if (self.credits > 0 || self.pausing) && !self.unsent.is_empty() {
            self.credits -= 1;
            if let Some(spent) = self.timing.spent(now_ms()) {
                send(&spent);
            }
            send(&Reply::Events(std::mem::take(&mut self.unsent)));
        }
    }

    fn schedule(&mut self) {
        if let (Some(port), false, true) = (&self.ticks, self.tick_is_due, self.may_work() || self.may_prove()) {
            self.tick_is_due = port.post_message(&JsValue::NULL).is_ok();
        }
    }
}

//! What happens in an animation frame: what has arrived is taken in, the charts are painted, the credits go back.

use crate::host::browser;
use crate::host::embed;
use crate::runs::inbox::Delivery;
use crate::runs::pace::Spent;
use crate::state::lane_state::{Phase, Progress};
use crate::state::{Action, WorkerNews};
use crate::store::Store;
use protocol::{Command, Event, Reply, RunState};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Text, table and controls change at most so often, milliseconds.
const READING_REST: f64 = 100.0;

/// When frames are painted and numbers are read off.
#[derive(Default)]
pub struct Rhythm {
    is_requested: Cell<bool>,
    frame: RefCell<Option<Closure<dyn FnMut()>>>,
    read_at: Cell<f64>,
    /// The version of the records that the numbers were read off.
    read_version: Cell<u64>,
    /// Runs to which a credit is owed for a buffer that is not yet painted.
    owed: RefCell<Vec<usize>>,
}

impl Rhythm {
    /// The numbers were read off just now.
    pub fn has_read(&self, version: u64) {
        self.read_at.set(browser::now());
        self.read_version.set(version);
    }
}

impl Store {
    /// A frame will be painted soon.
    pub fn request_frame(self: &Rc<Self>) {
        if self.rhythm.is_requested.replace(true) {
            return;
        }
        let mut frame = self.rhythm.frame.borrow_mut();
        let frame = frame.get_or_insert_with(|| {
            let store = self.clone();
            Closure::new(move || store.frame())
        });
        if let Some(window) = browser::window() {
            let _refused = window.request_animation_frame(frame.as_ref().unchecked_ref());
        }
    }

    fn frame(self: &Rc<Self>) {
        self.rhythm.is_requested.set(false);
        self.take_in();
        let waiting = {
            let (state, mut runs) = (self.state(), self.runs.borrow_mut());
            runs.look(&state);
            self.painter.borrow_mut().paint(&state, &runs, browser::now())
        };
        // Only now that it is painted: a slow page slows the run instead of piling it up.
        for lane in self.rhythm.owed.take() {
            self.send(lane, &Command::Credit);
        }
        if waiting || self.runs.borrow().version != self.rhythm.read_version.get() {
            self.request_frame();
        }
    }

    /// Takes in what the workers have said.
    pub fn take_in(self: &Rc<Self>) {
        let deliveries = self.inbox.borrow_mut().drain();
        let mut news = Vec::new();
        let mut behind = Vec::new();
        for delivery in deliveries {
            match delivery {
                Delivery::Event(lane, event) => news.extend(self.take_event(lane, &event).map(|said| (lane, said))),
                Delivery::Credit(lane) => self.rhythm.owed.borrow_mut().push(lane),
                Delivery::Reply(_, Reply::Spent { steps, working_ms, measuring_ms }) => {
                    self.runs.borrow_mut().spend(Spent { steps: steps as f64, working_ms, measuring_ms });
                }
                Delivery::Reply(lane, reply) => news.extend(news_of(reply).map(|said| (lane, said))),
                Delivery::Behind(lane) => behind.push(lane),
            }
        }
        let now = browser::now();
        let version = self.runs.borrow().version;
        if version != self.rhythm.read_version.get() {
            if self.state().phase() == Phase::Running {
                self.runs.borrow_mut().note_time(now);
            }
            // Before the news: a page that says it is done shows the last step.
            if !news.is_empty() || now - self.rhythm.read_at.get() >= READING_REST {
                let read = self.read();
                self.act(read);
            }
        }
        for (lane, said) in news {
            if let WorkerNews::Does(does) = said {
                self.runs.borrow_mut().note_change(now, does == RunState::Running);
            }
            self.act(Action::Worker(lane, said));
        }
        for lane in behind {
            let command = if self.state().is_going() { Command::Play } else { Command::StepOnce };
            self.send(lane, &command);
        }
    }

    fn take_event(&self, lane: usize, event: &Event) -> Option<WorkerNews> {
        self.runs.borrow_mut().apply(lane, event);
        match event {
            Event::Mark(mark) => {
                if let Some(own) = self.state().lanes.get(lane) {
                    embed::tell_mark(own.lane, mark);
                }
                None
            }
            Event::End(reason) => Some(WorkerNews::Ended(reason.clone())),
            Event::Step(_) | Event::Eval(_) => None,
        }
    }
}

fn news_of(reply: Reply) -> Option<WorkerNews> {
    match reply {
        Reply::Ready { build } => Some(WorkerNews::Listens(build)),
        Reply::Loading { received, total } => Some(WorkerNews::Loading(received, total)),
        Reply::Building => Some(WorkerNews::Building),
        Reply::Progress { evaluation, done, all } => {
            let progress = Progress { evaluation, done, all };
            Some(WorkerNews::Progress(Some(progress).filter(|progress| progress.done < progress.all)))
        }
        Reply::Started { parameter_hash } => Some(WorkerNews::Started(parameter_hash)),
        Reply::State(state) => Some(WorkerNews::Does(state)),
        Reply::Failed(sentence) => Some(WorkerNews::Failed(sentence)),
        // Events are taken apart in the inbox, times were taken in before, and a panic does not come this way.
        Reply::Panicked(why) => Some(WorkerNews::Died(why)),
        Reply::Events(_) | Reply::Spent { .. } => None,
    }
}

//! Where everything meets: the state, the workers, the records, the painter. Actions come in, effects go out.

use crate::host::browser;
use crate::host::embed;
use crate::paint::painter::{Chart, Painter};
use crate::runs::Runs;
use crate::runs::inbox::Inbox;
use crate::source::worker::{FromWorker, WorkerClient};
use crate::state::shared::Shared;
use crate::state::update::{BUILD, update};
use crate::state::{Action, Effect, State, WorkerNews};
use protocol::{Command, Reply, Start};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use yew::Callback;

/// Buffers of events that a worker may send before the page has painted any of them.
const CREDITS: u32 = 3;
/// A worker that says nothing for so long is reported, milliseconds.
const SILENCE: i32 = 15_000;
/// The address bar is written at most so often, milliseconds: browsers refuse to do it all the time.
const URL_REST: i32 = 300;

/// The page's one store.
pub struct Store {
    state: RefCell<Shared<State>>,
    listener: RefCell<Option<Callback<Shared<State>>>>,
    workers: RefCell<Vec<Option<Hired>>>,
    hired: Cell<u32>,
    url_is_due: Cell<bool>,
    /// What the workers have said and the page has not taken in.
    pub inbox: RefCell<Inbox>,
    /// The records.
    pub runs: RefCell<Runs>,
    /// The charts.
    pub painter: RefCell<Painter>,
    /// When frames are painted and numbers are read off.
    pub rhythm: crate::frame::Rhythm,
}

/// A worker, and which one it is: what older ones still say is not heard.
struct Hired {
    client: WorkerClient,
    number: u32,
}

impl Store {
    /// The store of a page in this state; nothing has been launched yet.
    pub fn new(state: State) -> Rc<Self> {
        let mut runs = Runs::default();
        (0..state.lanes.len()).for_each(|lane| runs.clear(&state, lane));
        Rc::new(Self {
            inbox: RefCell::new(Inbox::new(state.lanes.len())),
            state: RefCell::new(Shared::new(state)),
            listener: RefCell::new(None),
            workers: RefCell::new(Vec::new()),
            hired: Cell::new(0),
            url_is_due: Cell::new(false),
            runs: RefCell::new(runs),
            painter: RefCell::new(Painter::default()),
            rhythm: crate::frame::Rhythm::default(),
        })
    }

    /// The state now.
    pub fn state(&self) -> Shared<State> {
        self.state.borrow().clone()
    }

    /// Who is told of every new state.
    pub fn listen(&self, listener: Callback<Shared<State>>) {
        *self.listener.borrow_mut() = Some(listener);
    }

    /// Something happened.
    pub fn act(self: &Rc<Self>, action: Action) {
        let looked_back = self.state().look_back;
        let mut actions = VecDeque::from([action]);
        while let Some(action) = actions.pop_front() {
            let effects = update(self.state.borrow_mut().make_mut(), action);
            for effect in effects {
                actions.extend(self.perform(effect));
            }
        }
        if self.state().look_back != looked_back {
            // The numbers are of the moment that is looked at, also when nothing new is measured.
            let read = self.read();
            for effect in update(self.state.borrow_mut().make_mut(), read) {
                self.perform(effect);
            }
        }
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener.emit(self.state());
        }
        self.request_frame();
    }

    /// Does what the state asks for; it may lead to another action.
    fn perform(self: &Rc<Self>, effect: Effect) -> Option<Action> {
        match effect {
            Effect::Launch(lane) => return self.launch(lane),
            Effect::Start(lane) => {
                self.inbox.borrow_mut().started(lane);
                self.start(lane);
                return Some(self.clear(lane));
            }
            Effect::Reset(lane) => {
                let credits = self.inbox.borrow_mut().reset(lane);
                self.send(lane, &Command::Reset);
                (0..credits).for_each(|_| self.send(lane, &Command::Credit));
                return Some(self.clear(lane));
            }
            Effect::Clear(lane) => return Some(self.clear(lane)),
            Effect::Send(lane, command) => self.send(lane, &command),
            Effect::Drop(lane) => {
                self.workers.borrow_mut().truncate(lane);
                self.inbox.borrow_mut().resize(lane);
                self.runs.borrow_mut().truncate(lane);
                return Some(self.read());
            }
            Effect::WriteUrl => self.write_url_soon(),
            Effect::Restyle => browser::restyle(&self.state().page),
            Effect::TellReady => embed::tell_ready(),
            Effect::TellStep => embed::tell_step(&self.state().readout),
            Effect::TellError(sentence) => embed::tell_error(&sentence),
            Effect::Reload => browser::reload(),
        }
        None
    }

    fn launch(self: &Rc<Self>, lane: usize) -> Option<Action> {
        let number = self.hired.get() + 1;
        self.hired.set(number);
        {
            let mut inbox = self.inbox.borrow_mut();
            inbox.resize(self.state().lanes.len());
            inbox.launched(lane);
        }
        let hearing = self.clone();
        let client = match WorkerClient::launch(BUILD, move |said| hearing.hear(lane, number, said)) {
            Ok(client) => client,
            Err(_) => {
                return Some(Action::Worker(lane, WorkerNews::Unavailable));
            }
        };
        let mut workers = self.workers.borrow_mut();
        if workers.len() <= lane {
            workers.resize_with(lane + 1, || None);
        }
        // The old one, if there was one, ends here.
        workers[lane] = Some(Hired { client, number });
        let waiting = self.clone();
        browser::after(SILENCE, move || {
            if waiting.is_heard(lane, number) {
                waiting.act(Action::Worker(lane, WorkerNews::Silent));
            }
        });
        None
    }

    fn is_heard(&self, lane: usize, number: u32) -> bool {
        self.workers.borrow().get(lane).and_then(Option::as_ref).is_some_and(|hired| hired.number == number)
    }

    /// A worker said something.
    fn hear(self: &Rc<Self>, lane: usize, number: u32, said: FromWorker) {
        if !self.is_heard(lane, number) {
            return;
        }
        match said {
            FromWorker::Lost(why) => self.act(Action::Worker(lane, WorkerNews::Died(why))),
            // Not through the inbox: the trap that follows says less than this.
            FromWorker::Reply(Reply::Panicked(why)) => self.act(Action::Worker(lane, WorkerNews::Died(why))),
            FromWorker::Reply(reply) => {
                let credits = self.inbox.borrow_mut().receive(lane, reply);
                (0..credits).for_each(|_| self.send(lane, &Command::Credit));
                if self.inbox.borrow().holds_events() {
                    self.request_frame();
                } else {
                    self.take_in();
                }
            }
        }
    }

    /// Tells a worker something; a run without a worker hears nothing.
    pub fn send(&self, lane: usize, command: &Command) {
        if let Some(Some(hired)) = self.workers.borrow().get(lane) {
            hired.client.send(command);
        }
    }

    fn start(&self, lane: usize) {
        if let Some(own) = self.state().lanes.get(lane) {
            let data_url = browser::absolute(&format!("assets/data/{}/", own.spec.data.name()));
            self.send(lane, &Command::Start(Start { spec: own.spec.clone(), data_url, credits: CREDITS }));
        }
    }

    fn clear(&self, lane: usize) -> Action {
        self.runs.borrow_mut().clear(&self.state(), lane);
        self.read()
    }

    /// The numbers and sentences now.
    pub fn read(&self) -> Action {
        let mut runs = self.runs.borrow_mut();
        let state = self.state();
        runs.look(&state);
        self.rhythm.has_read(runs.version);
        Action::Read(Shared::new(runs.read(&state)))
    }

    fn write_url_soon(self: &Rc<Self>) {
        if self.state().page.embed || self.url_is_due.replace(true) {
            return;
        }
        let store = self.clone();
        browser::after(URL_REST, move || {
            store.url_is_due.set(false);
            browser::replace_query(&store.state().query());
        });
    }

    /// A chart has this size now.
    pub fn resized(self: &Rc<Self>, chart: Chart, width: f64, height: f64) {
        self.painter.borrow_mut().resize(chart, width, height);
        if chart == Chart::River && self.state().river != (width, height) {
            self.act(Action::River(width, height));
        }
        self.request_frame();
    }
}

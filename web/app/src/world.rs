//! Everything outside the state, and what the state can ask of it: the sources of the runs, what they have sent, the charts,
//! the address bar, the embedding page.

use crate::host::files::{Source, Way};
use crate::host::frames::Frames;
use crate::host::{browser, embed, files};
use crate::page_loop::{Event, FileEvent, Post};
use crate::paint::export::export;
use crate::paint::painter::Painter;
use crate::runs::Runs;
use crate::runs::inbox::Inbox;
use crate::runs::reading::{Begins, Reading};
use crate::source::{Call, Sources, Voice, Whose};
use crate::state::opened::OpenedBy;
use crate::state::shared::Shared;
use crate::state::told;
use crate::state::{Action, Effect, State};
use crate::view::plain;
use protocol::embed::{Answer, Answered, Subject, Told};
use protocol::{Command, Reply};
use scene::{Exhibit, LaneView, Overlaid, Snapshot, words};
use std::rc::Rc;

/// The address bar is written at most once in this time, milliseconds: browsers refuse to do it all the time.
const ADDRESS_REST: i32 = 300;

/// Time between two pictures of a recording that passes by, milliseconds.
const REPLAY_REST: i32 = 33;

/// For so many milliseconds after the end of the runs a click may have been meant for what the button was before.
const END_IS_NEWS: i32 = 700;

/// The recording of the run that the page would train, which is its first picture.
const FIRST_PICTURE: &str = "assets/recordings/first.headwater.jsonl.gz";

/// Everything outside the state.
pub struct World {
    /// Where the runs come from.
    pub sources: Sources,
    /// What the sources have said and the page has not taken in.
    pub inbox: Inbox,
    /// The records of the runs.
    pub runs: Runs,
    /// What a run that is put aside has sent and was recorded of it.
    aside: (Inbox, Runs),
    /// The records of the recording that is open, and the file that is being read into them.
    opened: Runs,
    reading: Option<Reading>,
    /// The records of the recording that the runs make again.
    reference: Vec<Snapshot>,
    /// Runs to which a credit is owed for a buffer that is not yet painted.
    pub owed: Vec<usize>,
    /// The charts.
    pub painter: Painter,
    /// When the browser paints.
    pub frames: Frames,
    pub post: Post,
    address_rests: bool,
    /// The settings in force that the present entry of the browser's history remembers.
    written: Option<String>,
    /// When the values beside the charts were last read off the records, and which version of these.
    read: (f64, u64),
}

impl World {
    /// The world of a page in this state; nothing has been launched yet.
    pub fn new(state: &State, post: Post) -> Self {
        let (heard, frame, due) = (post.clone(), post.clone(), post.clone());
        let mut runs = Runs::default();
        let written = (!state.page.embed).then(|| state.in_force());
        if let Some(in_force) = &written {
            browser::remember(in_force);
        }
        (0..state.lanes.len()).for_each(|lane| runs.clear(state, lane));
        Self {
            sources: Sources::new(Rc::new(move |voice: Voice, reply: Reply| heard(Event::Heard(voice, reply)))),
            inbox: Inbox::new(state.lanes.len()),
            runs,
            aside: (Inbox::new(0), Runs::default()),
            opened: Runs::default(),
            reading: None,
            reference: Vec::new(),
            owed: Vec::new(),
            painter: Painter::default(),
            frames: Frames::new(move || frame(Event::Frame), move || due(Event::Due)),
            post,
            address_rests: false,
            written,
            read: (0.0, 0),
        }
    }

    /// Does what the state asks for; it may lead to another action.
    pub fn perform(&mut self, state: &State, effect: Effect) -> Option<Action> {
        match effect {
            Effect::Launch(lane) => {
                self.inbox.resize(state.lanes.len());
                self.inbox.launched(lane);
                let native = state.native.as_ref();
                let joins = native.is_some_and(|native| native.joins);
                let insists = native.is_some_and(|native| native.insists);
                self.sources.launch(state.source, lane, Call { lanes: state.lanes.len(), joins, insists });
            }
            Effect::Start(lane) => {
                self.inbox.started(lane);
                if let Some(own) = state.lanes.get(lane) {
                    self.sources.start(lane, &own.spec, own.weights.clone());
                }
                return Some(self.clear(state, lane));
            }
            Effect::Reset(lane) => {
                let credits = self.inbox.reset(lane);
                self.sources.send(lane, &Command::Reset);
                self.sources.repay(lane, credits);
                return Some(self.clear(state, lane));
            }
            Effect::Clear(lane) => return Some(self.clear(state, lane)),
            Effect::Send(lane, command) => self.sources.send(lane, &command),
            Effect::Exchange => return Some(self.exchange(state)),
            Effect::Drop(lane) => {
                self.sources.truncate(lane);
                self.inbox.resize(lane);
                self.runs.truncate(lane);
                return Some(self.read(state));
            }
            Effect::Read => return Some(self.read(state)),
            Effect::OpenAddresses { addresses, beside } => {
                let files = addresses.into_iter().map(Source::Address).collect();
                files::open(files, Way { beside, by: OpenedBy::Link }, self.post.clone());
            }
            Effect::FetchList => files::fetch_list(self.post.clone()),
            Effect::FetchLesson(address) => files::fetch_lesson(address, self.post.clone()),
            Effect::SaveWorksheet => {
                if let Some(sheet) = state.worksheet(plain, &browser::address()) {
                    let name = state.taking.as_ref().map(|taking| taking.lesson.id.as_str()).unwrap_or_default();
                    files::hand_out(&format!("{name}-worksheet.html"), &sheet.page());
                }
            }
            Effect::OpenFirst => {
                let first = Source::Address(FIRST_PICTURE.to_owned());
                files::open(vec![first], Way { beside: false, by: OpenedBy::Page }, self.post.clone());
            }
            Effect::KeepReference(of) => self.reference = self.opened.take(&of),
            Effect::CloseRun(index) => self.opened.remove(index),
            Effect::CloseRecording => {
                files::stop();
                self.reading = None;
                self.opened.truncate(0);
            }
            Effect::ReplaySoon => {
                let post = self.post.clone();
                browser::after(REPLAY_REST, move || post(Event::Act(Action::ReplayOn)));
            }
            Effect::PhaseSoon(rest, number) => {
                let post = self.post.clone();
                browser::after(rest, move || post(Event::Act(Action::PhaseOn(number))));
            }
            Effect::EndSeenSoon => {
                let post = self.post.clone();
                browser::after(END_IS_NEWS, move || post(Event::Act(Action::EndSeen)));
            }
            Effect::SaveRecording => self.save(state),
            Effect::HandOut(name, bytes) => files::hand_out_bytes(&name, &bytes),
            Effect::Export(exhibit, format) => {
                self.shown(state).look(state);
                let size = match exhibit {
                    Exhibit::Chart(chart) => self.painter.size(chart),
                    Exhibit::Record => None,
                };
                // Whole steps, also in slow motion.
                let views: Vec<_> = self.views(state).into_iter().map(|view| LaneView { walk: None, ..view }).collect();
                export(state, &views, &self.overlaid(state), size, exhibit, format);
            }
            Effect::FocusField(setting) => {
                browser::after(0, move || browser::focus(&format!("set-{}", setting.name())));
            }
            Effect::Print => browser::print_soon(),
            Effect::WriteUrl => self.write_address_soon(state),
            Effect::Restyle => browser::restyle(&state.page),
            Effect::TellReady => embed::tell(Told::Ready(told::ready(state))),
            Effect::TellStep => told::step(state).into_iter().for_each(|step| embed::tell(Told::Step(Box::new(step)))),
            Effect::TellError(trouble) => tell_in_order(state, Told::Error(trouble)),
            Effect::TellAnswer(id, what) => {
                let answer = Answer { id, what, answered: self.answer(state, what) };
                tell_in_order(state, Told::Answer(answer));
            }
            Effect::FullScreen(whole) => browser::full_screen(whole),
            Effect::Copy(text) => {
                let post = self.post.clone();
                let copied = text.clone();
                browser::copy(&text, move || post(Event::Act(Action::HasCopied(copied))));
            }
            Effect::CopyDetails(sentence) => {
                let (browser, link) = browser::identity();
                let version = env!("CARGO_PKG_VERSION");
                let details = words::failure_details(version, crate::BUILD, &browser, &link, &sentence);
                browser::copy(&details, || {});
                return Some(Action::Copied(details));
            }
            Effect::Reload => browser::reload(),
        }
        None
    }

    fn answer(&self, state: &State, what: Subject) -> Answered {
        match what {
            Subject::State => Answered::State(told::state(state)),
            Subject::Settings => Answered::Settings(told::settings(state)),
            Subject::Record => Answered::Record(self.runs.recording(state, &browser::today(), false).collect()),
        }
    }

    /// The runs in force and those aside change places. Where none was aside, that of the state begins with an empty record.
    fn exchange(&mut self, state: &State) -> Action {
        self.repay();
        self.sources.exchange();
        std::mem::swap(&mut self.inbox, &mut self.aside.0);
        self.runs.exchange(&mut self.aside.1);
        let lanes = state.lanes.len();
        self.sources.truncate(lanes);
        self.inbox.resize(lanes);
        self.runs.truncate(lanes);
        (self.runs.updates().len()..lanes).for_each(|lane| self.runs.clear(state, lane));
        self.read(state)
    }

    /// A source said something. Of a run that is put aside it waits until that is taken up again.
    pub fn hear(&mut self, whose: Whose, reply: Reply) {
        match whose {
            Whose::Present(lane) => {
                let credits = self.inbox.receive(lane, reply);
                self.sources.repay(lane, credits);
            }
            Whose::Aside(lane) => {
                let credits = self.aside.0.receive(lane, reply);
                self.sources.repay_aside(lane, credits);
            }
        }
    }

    /// Gives back the credits for what is painted, or will not be.
    pub fn repay(&mut self) {
        for lane in std::mem::take(&mut self.owed) {
            self.sources.repay(lane, 1);
        }
    }

    fn clear(&mut self, state: &State, lane: usize) -> Action {
        self.runs.clear(state, lane);
        self.read(state)
    }

    /// The values and sentences beside the charts, read off now.
    pub fn read(&mut self, state: &State) -> Action {
        let runs = self.shown(state);
        runs.look(state);
        let (version, mut readout) = (runs.version, runs.read(state));
        if state.reference.is_empty() {
            self.reference.clear();
        } else if state.shows_recording().is_none() {
            readout.agreement = self.runs.agreement(&self.reference);
        }
        self.read = (browser::now(), version);
        Action::Read(Shared::new(readout))
    }

    /// The records that are shown.
    fn shown(&mut self, state: &State) -> &mut Runs {
        if state.shows_recording().is_some() { &mut self.opened } else { &mut self.runs }
    }

    /// What is shown, as the charts take it.
    pub fn views<'a>(&'a self, state: &'a State) -> Vec<LaneView<'a>> {
        if state.shows_recording().is_some() { self.opened.views(state) } else { self.runs.views(state) }
    }

    /// The runs that are only overlaid.
    pub fn overlaid<'a>(&'a self, state: &'a State) -> Vec<Overlaid<'a>> {
        self.opened.overlaid(state)
    }

    /// A file begins, arrives piece by piece, and ends; what the state is to hear of it.
    pub fn take_file(&mut self, state: &State, event: FileEvent) -> Vec<Action> {
        let mut news = Vec::new();
        match event {
            FileEvent::Opens { beside } => {
                if self.reading.take_if(|_| !beside).is_some() {
                    news.push(Action::RecordingEnded { last: false });
                }
                news.push(Action::Opening);
            }
            FileEvent::Begins { name, address, bytes, beside, by } => {
                let begins = Begins { total: bytes, beside, by };
                self.reading = Some(Reading::new(name, address, state.most_runs(), begins));
            }
            FileEvent::Piece(bytes, done) => {
                if let Some(mut reading) = self.reading.take()
                    && reading.push(&bytes, &mut self.opened, &mut news)
                {
                    self.reading = Some(reading);
                }
                news.push(Action::RecordingProgress(done));
            }
            FileEvent::Ends { last } => {
                if let Some(reading) = self.reading.take() {
                    reading.finish(&mut self.opened, &mut news);
                }
                news.push(Action::RecordingEnded { last });
            }
            FileEvent::Failed(sentence) => {
                news.push(Action::RecordingFault(sentence));
                if self.reading.take().is_some() {
                    news.push(Action::RecordingEnded { last: false });
                }
            }
        }
        news
    }

    /// The page's own runs so far become a file.
    fn save(&self, state: &State) {
        let spec = &state.lanes[0].spec;
        let updates = self.runs.updates().into_iter().max().unwrap_or(0);
        let data = spec.data.to_string().replace(':', "-");
        let name = format!("{}-{data}-seed{}-{updates}.headwater.jsonl", spec.model, spec.seed);
        files::save(name, self.runs.recording(state, &browser::today(), true));
    }

    /// Whether the records have changed since they were read off.
    pub fn is_unread(&self, state: &State) -> bool {
        let runs = if state.shows_recording().is_some() { &self.opened } else { &self.runs };
        runs.version != self.read.1
    }

    /// In how many milliseconds the records are to be read off again: this long after the last time, but for one who watches
    /// at once; never if they are read off.
    pub fn reading_is_due_in(&self, state: &State, rest: f64, now: f64) -> f64 {
        if !self.is_unread(state) {
            return f64::INFINITY;
        }
        let is_watched = self.painter.is_watched(state, &self.views(state), now);
        if is_watched { 0.0 } else { self.read.0 + rest - now }
    }

    /// Paints the charts that are due; in how many milliseconds the next one is that has to wait.
    pub fn paint(&mut self, state: &State) -> f64 {
        let is_unread = self.is_unread(state);
        let runs = if state.shows_recording().is_some() { &mut self.opened } else { &mut self.runs };
        runs.look(state);
        self.painter.paint(state, runs, is_unread, browser::now())
    }

    fn write_address_soon(&mut self, state: &State) {
        if state.page.embed || std::mem::replace(&mut self.address_rests, true) {
            return;
        }
        let post = self.post.clone();
        browser::after(ADDRESS_REST, move || post(Event::AddressRested));
    }

    /// Back or Forward has led to an entry of the history that remembers these settings.
    pub fn travelled(&mut self, to: &str) {
        self.written = Some(to.to_owned());
    }

    /// Puts a link to this state into the address bar: a new entry of the history where other settings are in force.
    pub fn write_address(&mut self, state: &State) {
        self.address_rests = false;
        let in_force = state.in_force();
        let is_new = self.written.as_ref().is_some_and(|written| *written != in_force);
        browser::write_query(&state.query(), &in_force, is_new);
        self.written = Some(in_force);
    }
}

/// What is to be heard even by a page that was not told yet that this one is ready.
fn tell_in_order(state: &State, message: Told) {
    if !embed::is_ready() {
        embed::tell(Told::Ready(told::ready(state)));
    }
    embed::tell(message);
}

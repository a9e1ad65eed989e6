//! The page's one loop. Whatever happens arrives at [`Page::handle`], one event after the other: an action changes the state
//! and its effects are done in the [`World`]; what a source says waits in the inbox and is taken in, at the latest when the
//! next frame is painted.

use crate::host::{browser, embed};
use crate::paint::painter::view;
use crate::runs::inbox::Item;
use crate::source::{Kind, Voice, Whose};
use crate::state::lane_state::Phase;
use crate::state::opened::OpenedBy;
use crate::state::shared::Shared;
use crate::state::told;
use crate::state::update::turn;
use crate::state::{Action, State};
use crate::world::World;
use protocol::embed::{MarkTold, Told};
use protocol::{Place, Reply, RunState};
use scene::{Chart, profile_place_at};
use std::rc::Rc;
use web_sys::{Element, HtmlCanvasElement};

/// Text, table, controls and the pictures of one step change at most once in this time, milliseconds, and all together, so
/// that they are of the same step: where painting shares the processor with training, so many pictures are enough. But every
/// step is shown while the reader looks for what a change does.
const READING_REST: f64 = 125.0;

/// Where a program trains on all processors of this computer, each picture takes of their time: then the rest is so many
/// times what the last picture took, up to [`LONGEST_READING_REST`].
const RESTS_FOR_A_PICTURE: f64 = 12.0;

/// The longest rest between pictures, milliseconds: a curve still grows before one's eyes.
const LONGEST_READING_REST: f64 = 400.0;

/// Everything that can happen to the page.
pub enum Event {
    /// A visitor, an embedding page or the page itself asks for something.
    Act(Action),
    /// A source said something.
    Heard(Voice, Reply),
    /// The browser is about to paint.
    Frame,
    /// A picture of a step is painted, which took so many milliseconds.
    Painted(f64),
    /// Something has waited long enough to be painted.
    Due,
    /// A component has put up a chart's elements.
    Mounted(Chart, Element, Option<HtmlCanvasElement>),
    /// A component has taken a chart's elements down.
    Unmounted(Chart),
    /// A chart has this width and height, px.
    Resized(Chart, f64, f64),
    /// Back or Forward has led to an entry of the history that remembers these settings.
    Travelled(String),
    /// A recording is being read.
    File(FileEvent),
    /// The page is about to be printed, or was.
    Paper(bool),
    /// The address bar has rested long enough to be written again.
    AddressRested,
}

/// How a file comes into the page.
pub enum FileEvent {
    /// Files are about to be opened.
    Opens {
        /// Whether what is open stays; else what is being read is read no further.
        beside: bool,
    },
    /// A file of this name and size begins, beside what is open or in its place.
    Begins {
        /// Its name.
        name: String,
        /// Where it was fetched from, if it was.
        address: Option<String>,
        /// Its size.
        bytes: u64,
        /// Whether what is open stays.
        beside: bool,
        /// Who opened it.
        by: OpenedBy,
    },
    /// Its next piece, and how many bytes of it have arrived with that.
    Piece(Vec<u8>, u64),
    /// It has ended.
    Ends {
        /// Whether no other one follows.
        last: bool,
    },
    /// It could not be had, or not to its end: the sentence about it.
    Failed(String),
}

/// Tells the loop of an event, from wherever it happens.
pub type Post = Rc<dyn Fn(Event)>;

/// The page: its state, and the world around that.
pub struct Page {
    state: Shared<State>,
    world: World,
    wants_frame: bool,
    is_embedded: bool,
    /// How long the last picture of a step took, milliseconds.
    picture_took: f64,
}

/// Whether a source says this of itself, and not of what its run has done.
fn is_of_connection(reply: &Reply) -> bool {
    matches!(
        reply,
        Reply::Lost(_)
            | Reply::Silent
            | Reply::Here
            | Reply::Joined { .. }
            | Reply::Parted
            | Reply::Driving { .. }
            | Reply::Closed(_)
    )
}

impl Page {
    /// A page in this state; nothing has been launched yet.
    pub fn new(state: State, post: Post) -> Self {
        let world = World::new(&state, post);
        Self {
            state: Shared::new(state),
            world,
            wants_frame: false,
            is_embedded: browser::is_embedded(),
            picture_took: 0.0,
        }
    }

    /// The state now.
    pub fn state(&self) -> Shared<State> {
        self.state.clone()
    }

    /// Handles one event.
    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Act(action) => self.act(action),
            Event::Heard(voice, reply) => self.hear(voice, reply),
            Event::Frame => self.paint(),
            Event::Painted(took) => self.picture_took = took,
            Event::Due => self.world.frames.is_due(),
            Event::Mounted(chart, svg, canvas) => self.world.painter.mount(chart, svg, canvas),
            Event::Unmounted(chart) => self.world.painter.unmount(chart),
            Event::Resized(chart, width, height) => self.resize(chart, width, height),
            Event::Travelled(to) => {
                self.world.travelled(&to);
                self.act(Action::Restore(browser::parse(&to)));
            }
            Event::File(event) => {
                for action in self.world.take_file(&self.state, event) {
                    self.act(action);
                }
            }
            Event::Paper(paper) => {
                self.world.painter.paper = paper;
                // Paper waits for no frame.
                self.paint_what_is_due();
            }
            Event::AddressRested => self.world.write_address(&self.state),
        }
        if self.is_embedded {
            embed::tell(Told::State(told::state(&self.state)));
        }
        if std::mem::take(&mut self.wants_frame) {
            self.world.frames.request();
        }
    }

    /// Changes the state, does what that asks for, and whatever follows from it.
    fn act(&mut self, action: Action) {
        let world = &mut self.world;
        turn(&mut self.state, action, |state, effect| world.perform(state, effect));
        self.wants_frame = true;
    }

    /// A source said something. Its events wait for a frame; where there are none, nothing needs to wait.
    fn hear(&mut self, voice: Voice, reply: Reply) {
        let Some(whose) = self.world.sources.whose(voice) else { return };
        if let (Whose::Present(lane), true) = (whose, is_of_connection(&reply)) {
            if matches!(reply, Reply::Joined { .. }) {
                self.world.runs.catches_up(lane);
                self.world.inbox.catches_up(lane);
            }
            // Not after what waits: of a panic and the trap that follows, the first says more.
            return self.act(Action::Heard(lane, reply));
        }
        if let (Whose::Aside(lane), Reply::Lost(_) | Reply::Silent) = (whose, &reply) {
            self.act(Action::AsideLost(lane));
        }
        if let (Whose::Aside(_), Reply::Closed(_)) = (whose, &reply) {
            self.act(Action::AsideTaken);
        }
        self.world.hear(whose, reply);
        if self.world.inbox.waits_for_frame() {
            self.events_arrived();
        } else if self.take_in() {
            // What was read off and what is drawn are of one step.
            self.paint_what_is_due();
        }
    }

    /// Events are taken in with the next frame. Those of a program on this computer are at once, and a frame comes when values
    /// are to be read off: a frame for each step, with nothing new to be seen, takes from the processors that train.
    fn events_arrived(&mut self) {
        if self.state.source != Kind::Native {
            self.wants_frame = true;
            return;
        }
        let heard = self.record();
        self.world.repay();
        if heard.is_empty() {
            self.world.frames.request_in(self.reading_is_due_in());
        } else if self.read_off(heard) {
            self.paint_what_is_due();
        }
    }

    /// Paints, and asks for another frame when what has to wait is due: all together with the next values that are read off,
    /// if there are any.
    fn paint_what_is_due(&mut self) {
        let due = self.world.paint(&self.state);
        let unread = self.reading_is_due_in();
        self.world.frames.request_in(if unread.is_finite() { unread } else { due });
    }

    /// A frame: takes in what has arrived, paints it, and only then gives the credits back: a slow page slows its runs, and
    /// nothing piles up.
    fn paint(&mut self) {
        self.world.frames.arrived();
        let begun = browser::now();
        if self.take_in() {
            let post = self.world.post.clone();
            // After the browser has laid it out and drawn it.
            browser::after(0, move || post(Event::Painted(browser::now() - begun)));
        }
        self.paint_what_is_due();
        self.world.repay();
    }

    /// Takes in what the sources have said: events into the records, everything else into the state. Whether the values were
    /// read off.
    fn take_in(&mut self) -> bool {
        let heard = self.record();
        self.read_off(heard)
    }

    /// Takes the events that have arrived into the records; what the state must hear.
    fn record(&mut self) -> Vec<Action> {
        let (mut heard, mut behind) = (Vec::new(), Vec::new());
        for (lane, item) in self.world.inbox.drain() {
            match item {
                Item::Event(event) => heard.extend(self.record_event(lane, event)),
                Item::Credit => self.world.owed.push(lane),
                Item::Reply(Reply::Spent(spent)) => self.world.runs.spend(spent),
                Item::Reply(Reply::CaughtUp) => self.world.runs.caught_up(lane),
                Item::Reply(reply) => heard.push(Action::Heard(lane, reply)),
                Item::Behind(updates, goes) => behind.push(Action::Behind(lane, updates, goes)),
            }
        }
        if self.world.is_unread(&self.state) && self.state.live_phase() == Phase::Running {
            self.world.runs.note_time(browser::now());
        }
        heard.extend(behind);
        heard
    }

    /// Reads the values off if that is due, and tells the state what was heard. Whether they were.
    fn read_off(&mut self, heard: Vec<Action>) -> bool {
        // Before what was heard: a page that says it is done shows the last step.
        let is_said = heard.iter().any(|action| !matches!(action, Action::Behind(..)));
        let is_read = self.world.is_unread(&self.state) && (is_said || self.reading_is_due_in() <= 0.0);
        if is_read {
            let read = self.world.read(&self.state);
            self.act(read);
        }
        for action in heard {
            if let Action::Heard(_, Reply::State(does)) = action {
                self.world.runs.note_change(browser::now(), does == RunState::Running);
            }
            self.act(action);
        }
        is_read
    }

    /// In how many milliseconds the values are to be read off; never if they are.
    fn reading_is_due_in(&self) -> f64 {
        self.world.reading_is_due_in(&self.state, self.reading_rest(), browser::now())
    }

    fn reading_rest(&self) -> f64 {
        if self.state.source != Kind::Native {
            return READING_REST;
        }
        (RESTS_FOR_A_PICTURE * self.picture_took).clamp(READING_REST, LONGEST_READING_REST)
    }

    /// Takes an event into the records; what the state must hear of it.
    fn record_event(&mut self, lane: usize, event: protocol::Event) -> Option<Action> {
        let heard = match &event {
            protocol::Event::Mark(mark) => {
                if let Some(own) = self.state.lanes.get(lane) {
                    embed::tell(Told::Mark(MarkTold::new(own.lane, mark)));
                }
                Some(Action::Marked(lane, mark.clone()))
            }
            protocol::Event::End(reason) => Some(Action::Ended(lane, reason.clone())),
            protocol::Event::Phase(phase) => return Some(Action::Walked(lane, phase.clone())),
            protocol::Event::Step(record) if !record.loss.is_finite() => Some(Action::WithoutUpdate(lane, record.step)),
            protocol::Event::Step(_) | protocol::Event::Eval(_) => None,
        };
        self.world.runs.apply(lane, event);
        heard
    }

    fn resize(&mut self, chart: Chart, width: f64, height: f64) {
        self.world.painter.resize(chart, width, height);
        if chart == Chart::River && self.state.river != (width, height) {
            self.act(Action::River(width, height));
        }
        self.wants_frame = true;
    }

    /// What the depth profile shows at `x` px from its left edge.
    pub fn profile_place_at(&self, x: f64) -> Option<Place> {
        let size = self.world.painter.size(Chart::Profile)?;
        let overlaid = self.world.overlaid(&self.state);
        profile_place_at(&self.world.views(&self.state), &view(&self.state, size, &overlaid), x)
    }
}

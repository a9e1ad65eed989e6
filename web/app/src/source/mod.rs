//! Where a run comes from: a [`Command`] goes in, a [`Reply`] comes out, whatever the source is. [`Sources`] makes them,
//! starts them, gives them credits and drops them; nothing outside this folder knows what kind of source it has, and nothing
//! in it knows the page's state, its charts or Yew. Another kind is one file beside [`worker`] and one [`Kind`].

mod pulse;
mod socket;
mod worker;

use crate::host::{browser, one_file};
use protocol::socket::CREDITS;
use protocol::{Command, Loss, Reply, RunSpec, Start, Weights};
use pulse::Pulse;
use scene::Text;
use std::rc::Rc;
use std::sync::Arc;

/// One run's source. Dropping it ends it.
trait Source {
    /// Tells it something. A source that is gone hears nothing; its end was or will be reported.
    fn send(&self, command: &Command);
}

/// What kinds of sources there are, and what each can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It trains in this browser.
    Live,
    /// It trains in the program that serves the page.
    Native,
    /// There is none: the page is a file that opens recordings.
    Absent,
}

impl Kind {
    /// The one that this page has.
    pub fn here() -> Self {
        if one_file::can_train() { Self::Live } else { Self::Absent }
    }

    /// Whether it trains.
    pub fn trains(self) -> bool {
        self != Self::Absent
    }

    /// The value of `data-source`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Native => "native",
            Self::Absent => "none",
        }
    }

    /// What the visitor is told of where the values come from.
    pub fn badge(self) -> Text {
        match self {
            Self::Live => Text::BadgeLive,
            Self::Native => Text::BadgeNative,
            Self::Absent => Text::BadgeViewer,
        }
    }
}

/// Which source said something: that of a run, and which one of those that the run has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    lane: usize,
    number: u32,
}

/// The run whose source said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One of those in force.
    Present(usize),
    /// One of those that are put aside.
    Aside(usize),
}

/// Whoever listens to the sources.
pub type Hear = Rc<dyn Fn(Voice, Reply)>;

/// What a source elsewhere is told of the page that calls on it.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// How many runs the page has.
    pub lanes: usize,
    /// Whether it joins the run that is there.
    pub joins: bool,
    /// Which runs it knows of.
    pub which: u64,
    /// Whether it wants to drive it although another page does.
    pub insists: bool,
}

/// The sources of all runs.
pub struct Sources {
    lanes: Vec<Option<Launched>>,
    /// Those of the run that is put aside.
    aside: Vec<Option<Launched>>,
    launches: u32,
    hear: Hear,
}

struct Launched {
    voice: Voice,
    /// `None` if it could not be made.
    source: Option<Rc<dyn Source>>,
}

impl Sources {
    /// No source yet; `hear` is called with everything that one says.
    pub fn new(hear: Hear) -> Self {
        Self { lanes: Vec::new(), aside: Vec::new(), launches: 0, hear }
    }

    /// A fresh source for this run; the old one, if there was one, ends. It says [`Reply::Ready`] when it listens.
    pub fn launch(&mut self, kind: Kind, lane: usize, call: Call) {
        self.launches += 1;
        let voice = Voice { lane, number: self.launches };
        let hear = self.hear.clone();
        let pulse = Rc::new(Pulse::default());
        let heard = pulse.clone();
        let tell = move |reply| hear(voice, reply);
        let told = tell.clone();
        let say = move |reply| {
            // Whatever it says, it is there.
            if heard.heard() {
                told(Reply::Here);
            }
            if reply != Reply::Here {
                told(reply);
            }
        };
        let sign = {
            let pulse = pulse.clone();
            move || pulse.arriving()
        };
        if self.lanes.len() <= lane {
            self.lanes.resize_with(lane + 1, || None);
        }
        self.lanes[lane] = None;
        let made = match kind {
            Kind::Live => worker::launch(say.clone(), sign),
            Kind::Native => socket::launch(say.clone(), lane, self.launches, call),
            Kind::Absent => return,
        };
        let is_made = made.is_ok();
        let source: Option<Rc<dyn Source>> = made.ok().map(Rc::from);
        if let Some(source) = &source {
            pulse.clone().beat(Rc::downgrade(source), tell.clone());
        }
        self.lanes[lane] = Some(Launched { voice, source });
        if is_made {
            pulse.await_first_word(tell);
        } else {
            say(Reply::Lost(Loss::Unavailable));
        }
    }

    /// The run whose source that is; `None` if it is an older one of that run.
    pub fn whose(&self, voice: Voice) -> Option<Whose> {
        let is_of = |lanes: &[Option<Launched>]| {
            lanes.get(voice.lane).and_then(Option::as_ref).is_some_and(|launched| launched.voice == voice)
        };
        match () {
            () if is_of(&self.lanes) => Some(Whose::Present(voice.lane)),
            () if is_of(&self.aside) => Some(Whose::Aside(voice.lane)),
            () => None,
        }
    }

    /// The sources of the runs in force and those of the run that is put aside change places. A program whose runs come in
    /// force hears of it; while others are, it keeps its own for whoever joins.
    pub fn exchange(&mut self, kind: Kind) {
        std::mem::swap(&mut self.lanes, &mut self.aside);
        if kind != Kind::Native {
            return;
        }
        for (lanes, is_shown) in [(&self.aside, false), (&self.lanes, true)] {
            let sources = lanes.iter().flatten().filter_map(|launched| launched.source.as_ref());
            sources.for_each(|source| source.send(&Command::Present(is_shown)));
        }
    }

    /// A run's source begins this run, from these weights if there are some; one in progress is dropped.
    pub fn start(&self, lane: usize, spec: &RunSpec, weights: Option<Arc<Weights>>) {
        let folder = format!("assets/data/{}/", spec.data);
        let data_url = if one_file::is_one() { folder } else { browser::absolute(&folder) };
        let start = Start { spec: spec.clone(), data_url, credits: CREDITS, weights };
        self.send(lane, &Command::Start(Box::new(start)));
    }

    /// Tells a run's source something; a run without a source hears nothing.
    pub fn send(&self, lane: usize, command: &Command) {
        if let Some(source) =
            self.lanes.get(lane).and_then(Option::as_ref).and_then(|launched| launched.source.as_ref())
        {
            source.send(command);
        }
    }

    /// Gives credits back to a run's source: this number of its buffers are painted, or will never be.
    pub fn repay(&self, lane: usize, credits: usize) {
        (0..credits).for_each(|_| self.send(lane, &Command::Credit));
    }

    /// Gives credits back to a source of the run that is put aside.
    pub fn repay_aside(&self, lane: usize, credits: usize) {
        let source = self.aside.get(lane).and_then(Option::as_ref).and_then(|launched| launched.source.as_ref());
        source.into_iter().for_each(|source| (0..credits).for_each(|_| source.send(&Command::Credit)));
    }

    /// Only the sources of the first `lanes` runs stay.
    pub fn truncate(&mut self, lanes: usize) {
        self.lanes.truncate(lanes);
    }
}

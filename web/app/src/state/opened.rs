//! A recording that is open: what the page shows in place of its own run, which rests meanwhile and is untouched.

use crate::state::State;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::readout::Readout;
use crate::state::shared::Shared;
use crate::state::url::{Request, twin};
use protocol::recording::Origin;
use protocol::{Diagram, Lane, RunSpec};
use std::rc::Rc;

/// Who opened a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenedBy {
    /// The visitor chose or dropped it.
    #[default]
    Visitor,
    /// The link names it.
    Link,
    /// The page itself: its first picture, which gives way to the first thing that the visitor does.
    Page,
}

/// What is open: one run or two, from one file or two.
#[derive(Clone, Default)]
pub struct Opened {
    /// Who opened it.
    pub by: OpenedBy,
    /// The runs whose headers were read.
    pub lanes: Vec<OpenedLane>,
    /// Bytes read, and bytes of all, while a file is being read.
    pub progress: Option<(u64, u64)>,
    /// Whether the steps pass by themselves.
    pub replays: bool,
    /// What was read off the page's own runs when the recording took their place.
    pub own: Option<Shared<Readout>>,
}

/// One recorded run.
#[derive(Clone, Debug)]
pub struct OpenedLane {
    /// Which of the two it is shown as.
    pub lane: Lane,
    /// The name of its file.
    pub file: String,
    /// Who wrote it, and when.
    pub origin: Origin,
    /// The network, and the settings at step 0 if they are known.
    pub diagram: Rc<Diagram>,
}

/// A run as it is shown, whether it trains here or was recorded.
#[derive(Clone, Copy)]
pub struct ShownLane<'a> {
    /// Which of the two.
    pub lane: Lane,
    /// The network as it is drawn.
    pub diagram: &'a Rc<Diagram>,
    /// The settings; `None` where a recording from elsewhere does not say them.
    pub spec: Option<&'a RunSpec>,
    /// The strengths that the switches show, one a block.
    pub strengths: &'a [f64],
    /// Whether the held-out images are evaluated.
    pub is_evaluated: bool,
}

impl State {
    /// The runs that are shown, one or two.
    pub fn shown<'a>(&'a self) -> Vec<ShownLane<'a>> {
        let at_that_step = |index: usize| self.readout.lanes.get(index).map(|read| read.strengths.as_slice());
        if let Some(opened) = self.shows_recording() {
            let recorded = |(index, own): (usize, &'a OpenedLane)| ShownLane {
                lane: own.lane,
                diagram: &own.diagram,
                spec: own.diagram.spec.as_ref(),
                strengths: at_that_step(index).unwrap_or_default(),
                is_evaluated: true,
            };
            return opened.lanes.iter().enumerate().map(recorded).collect();
        }
        let live = |(index, own): (usize, &'a LaneState)| ShownLane {
            lane: own.lane,
            diagram: &own.diagram,
            spec: Some(&own.spec),
            // While the reader looks back they stand as they stood then.
            strengths: self.look_back.and(at_that_step(index)).unwrap_or(&own.strengths),
            is_evaluated: own.is_evaluated(),
        };
        self.lanes.iter().enumerate().map(live).collect()
    }

    /// What is open and shown; `None` while the page shows its own run.
    pub fn shows_recording(&self) -> Option<&Opened> {
        self.opened.as_ref().filter(|opened| !opened.lanes.is_empty())
    }

    /// Whether the page's first picture is shown, or on its way.
    pub fn awaits_visitor(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.by == OpenedBy::Page)
    }

    /// Whether the page begins with a recording of the run that it would train: nothing else was asked for.
    pub fn begins_with_picture(&self) -> bool {
        let usual = Request::read(&[]);
        let [first, second] = self.lanes.as_slice() else { return false };
        let page = &self.page;
        first.spec == usual.spec
            && second.spec == twin(&usual.spec, &[])
            && self.source.trains()
            && !page.embed
            && page.runs.is_empty()
            && page.step.is_none()
            && self.on_ready.is_none()
    }

    /// What was read off the page's own runs, also while a recording is shown.
    pub fn own_readout(&self) -> &Readout {
        let own = self.shows_recording().and_then(|opened| opened.own.as_ref());
        own.unwrap_or(&self.readout)
    }

    /// What a recording is doing.
    pub fn recording_phase(&self, opened: &Opened) -> Phase {
        match () {
            () if opened.replays => Phase::Running,
            () if self.look_back.is_some() => Phase::Paused,
            () => Phase::Done,
        }
    }
}

//! Everything that the page's text and controls show. Changed only by [`crate::state::update`]; drawn by [`crate::view`].

use crate::runs::pace::Speed;
use crate::state::lane_state::{LaneState, Phase, Progress};
use crate::state::notice::{Notices, Topic};
use crate::state::page_options::{PageOptions, Theme};
use crate::state::readout::Readout;
use crate::state::shared::Shared;
use crate::state::url::{Linked, Overrides, Request, query, twin};
use protocol::{Command, EndReason, KEYS, RunSpec, RunState};
use scene::{Lane, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// The state of the page.
#[derive(Clone)]
pub struct State {
    /// The page's own settings.
    pub page: PageOptions,
    /// One run, or two that are compared.
    pub lanes: Vec<LaneState>,
    /// What the second run has otherwise than the first.
    pub overrides: Overrides,
    /// Parameters of the link that this page does not know.
    pub unknown: Vec<(String, String)>,
    /// Settings of the form that were edited since the last run began: what is said about them stays when it begins.
    pub edited: BTreeSet<&'static str>,
    /// Settings in the form that wait for a new run: their text by key.
    pub draft: BTreeMap<&'static str, String>,
    /// What to do as soon as every run is ready.
    pub on_ready: Option<Go>,
    /// What was asked for last and not yet confirmed: to train, or to pause.
    pub asked: Option<Go>,
    /// The focused block.
    pub focus: Option<usize>,
    /// Whether the depth profile has a linear axis.
    pub linear: bool,
    /// Whether the settings are unfolded.
    pub more: bool,
    /// The step that is looked back at.
    pub look_back: Option<u64>,
    /// What is said beside the measurements.
    pub notices: Notices,
    /// What the measurements say.
    pub readout: Shared<Readout>,
    /// Width and height of the diagram, px.
    pub river: (f64, f64),
    /// Whether an embedding page was told that this page is ready.
    pub announced: bool,
    /// Whether the test hook was used.
    pub faulted: bool,
}

/// What a run can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// Train.
    Train,
    /// One step.
    Step,
    /// Pause.
    Rest,
}

/// What happens to the page.
#[derive(Clone, Debug)]
pub enum Action {
    /// The page was opened: every run gets its worker.
    Begin,
    /// The button that plays and pauses.
    PlayOrPause,
    /// Train, if it does not.
    Play,
    /// Pause, if it trains.
    Pause,
    /// One step.
    StepOnce,
    /// Back to step 0.
    Reset,
    /// A run with the settings of the form.
    NewRun,
    /// Fresh workers.
    Restart,
    /// A switch of a shortcut.
    Toggle {
        /// Index of the run.
        lane: usize,
        /// Index of the block.
        block: usize,
    },
    /// The switch of all shortcuts of a run.
    ToggleAll {
        /// Index of the run.
        lane: usize,
    },
    /// A setting in the form: its key and its text.
    Edit(&'static str, String),
    /// URL parameters from an embedding page.
    Set(Vec<(String, String)>),
    /// A second run, or no more.
    Compare(bool),
    /// A block is looked at.
    Focus(Option<usize>),
    /// Log or linear axis.
    Linear(bool),
    /// A step is looked back at.
    LookBack(Option<u64>),
    /// The settings are unfolded or folded.
    More(bool),
    /// The colours.
    Theme(Theme),
    /// A notice was read.
    Dismiss(usize),
    /// The diagram has this width and height.
    River(f64, f64),
    /// The measurements were read off.
    Read(Shared<Readout>),
    /// The page is loaded again.
    Reload,
    /// Something from a run's worker.
    Worker(usize, WorkerNews),
}

/// What comes from a worker, measurements apart.
#[derive(Clone, Debug)]
pub enum WorkerNews {
    /// It listens, and comes from this build.
    Listens(String),
    /// It has not said anything for too long.
    Silent,
    /// The browser cannot make one.
    Unavailable,
    /// It is dead; why.
    Died(String),
    /// The run cannot go on; one sentence.
    Failed(String),
    /// Data are arriving: so many bytes, of so many.
    Loading(u64, u64),
    /// The network is being built.
    Building,
    /// Where a step or evaluation stands that takes long; none when it is done.
    Progress(Option<Progress>),
    /// The network stands; the hash of its parameters.
    Started(String),
    /// What it does.
    Does(RunState),
    /// The run ended.
    Ended(EndReason),
}

/// What an action asks of the world outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A fresh worker for this run.
    Launch(usize),
    /// This run's worker begins the run that the state describes; the record is cleared.
    Start(usize),
    /// This run's worker goes back to step 0; the record is cleared.
    Reset(usize),
    /// The record of this run is cleared.
    Clear(usize),
    /// This run's worker is told something else.
    Send(usize, Command),
    /// This run and its worker are gone.
    Drop(usize),
    /// The address bar.
    WriteUrl,
    /// The colours and the scale.
    Restyle,
    /// The embedding page hears that this page is ready.
    TellReady,
    /// The embedding page hears the measurements.
    TellStep,
    /// The embedding page hears that something went wrong.
    TellError(String),
    /// The page is loaded again.
    Reload,
}

impl State {
    /// The page as a link asks for it.
    ///
    /// # Errors
    /// A sentence, when there is no such network at all.
    pub fn new(request: Request) -> Result<Self, String> {
        let mut notices = Notices::default();
        let (first, _said_by_the_request) = LaneState::new(Lane::A, request.spec)?;
        let mut lanes = vec![first];
        if request.page.compare {
            match LaneState::new(Lane::B, twin(&lanes[0].spec, &request.overrides)) {
                Ok((second, misfits)) => {
                    lanes.push(second);
                    notices.say_all(misfits.into_iter().map(|misfit| misfit.notice(Lane::B)));
                }
                Err(sentence) => notices.say(Topic::Value("compare"), sentence, None),
            }
        }
        let mut page = request.page;
        page.compare = lanes.len() > 1;
        // The question is about the first block.
        let usual = (!page.embed).then_some(0);
        let focus = page.block.as_deref().and_then(|name| match lanes[0].plan.block_index(name) {
            Ok(index) => Some(index),
            Err(error) => {
                notices.say(Topic::Value("block"), format!("{error}."), None);
                None
            }
        });
        let focus = focus.or(usual);
        notices.say_all(request.problems);
        let reading = Reading { full: Vec::new(), short: Vec::new() };
        Ok(Self {
            on_ready: page.play.then_some(Go::Train),
            page,
            lanes,
            overrides: request.overrides,
            unknown: request.unknown,
            draft: BTreeMap::new(),
            edited: BTreeSet::new(),
            asked: None,
            focus,
            linear: false,
            more: false,
            look_back: None,
            notices,
            readout: Shared::new(Readout { lanes: Vec::new(), reading, scale: None, speed: Speed::default() }),
            river: (0.0, 0.0),
            announced: false,
            faulted: false,
        })
    }

    /// What all runs together are doing: the value of `data-state`.
    pub fn phase(&self) -> Phase {
        let any = |phase| self.lanes.iter().any(|lane| lane.phase == phase);
        let all = |phase| self.lanes.iter().all(|lane| lane.phase == phase);
        match () {
            () if any(Phase::Failed) => Phase::Failed,
            () if any(Phase::Loading) => Phase::Loading,
            () if any(Phase::Running) => Phase::Running,
            // The other run of a comparison may go on; when none can, it was the loss that stopped the page.
            () if all(Phase::Done) && self.lost_the_loss() => Phase::Failed,
            () if all(Phase::Done) => Phase::Done,
            () if all(Phase::Ready) => Phase::Ready,
            () => Phase::Paused,
        }
    }

    /// Whether a run ended at a loss that is not finite, and none goes on: it takes a reset to train again.
    pub fn lost_the_loss(&self) -> bool {
        self.lanes.iter().all(|lane| lane.phase == Phase::Done)
            && self.lanes.iter().any(|lane| matches!(lane.ended, Some(EndReason::NonFinite { .. })))
    }

    /// Whether the page trains or is about to: what the button for it would end.
    pub fn is_going(&self) -> bool {
        match (self.asked, self.phase()) {
            (Some(Go::Train), _) => true,
            (Some(Go::Rest | Go::Step), _) => false,
            (None, Phase::Loading) => self.on_ready == Some(Go::Train),
            (None, phase) => phase == Phase::Running,
        }
    }

    /// The query string of a link to this state.
    pub fn query(&self) -> String {
        let Self { page, lanes, unknown, .. } = self;
        query(&Linked { page, spec: &lanes[0].spec, twin: lanes.get(1).map(|lane| &lane.spec), unknown })
    }

    /// Number of updates done by the run that is furthest behind.
    pub fn updates(&self) -> u64 {
        self.readout.lanes.iter().map(|lane| lane.updates).min().unwrap_or(0)
    }

    /// The settings as the form shows them: those in force, and what waits for a new run.
    pub fn drafted(&self) -> RunSpec {
        let mut spec = self.lanes[0].spec.clone();
        // In the order of the table: a network comes before what may be changed about it.
        for key in KEYS {
            if let Some(text) = self.draft.get(key.name) {
                let _accepted = key.set(&mut spec, text);
            }
        }
        spec
    }
}

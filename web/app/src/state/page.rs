//! Everything that the page's text and controls show. Changed only by [`crate::state::update`]; drawn by [`crate::view`].

use crate::source::Kind;
use crate::state::aside::Aside;
use crate::state::images::Images;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::lesson::{Taking, shipped};
use crate::state::library::Listed;
use crate::state::native::Native;
use crate::state::notice::{NotTaken, Notices};
use crate::state::opened::{Opened, OpenedBy};
use crate::state::panel::Panel;
use crate::state::projector::Large;
use crate::state::readout::{LaneReadout, Readout, Speed};
use crate::state::shared::Shared;
use crate::state::slow::Slow;
use crate::state::url::{Linked, Overrides, Request, query, twin};
use protocol::lesson::Lesson;
use protocol::{
    Check, Complaint, EndReason, Fade, Go, Lane, PageOptions, Place, Proof, ProofPart, Quantity, RunSetting, RunSpec,
};
use scene::Reading;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How far a proof of the gradients is.
#[derive(Clone, Debug, PartialEq)]
pub enum Proving {
    /// Nothing is proved.
    No,
    /// It was asked for.
    Asked,
    /// It has come so far.
    On(ProofPart),
    /// This was found.
    Found(Rc<Proof>),
}

/// The state of the page.
#[derive(Clone)]
pub struct State {
    /// The page's own settings.
    pub page: PageOptions,
    /// One run, or two that are compared.
    pub lanes: Vec<LaneState>,
    /// The run that was put aside.
    pub aside: Option<Aside>,
    /// The recording that is open, or being read.
    pub opened: Option<Opened>,
    /// Whether the first picture gave way to a change of the page's own run.
    pub left_picture: bool,
    /// The files of the recordings that the runs make again, one each; empty if they make none.
    pub reference: Vec<String>,
    /// Where the runs come from.
    pub source: Kind,
    /// The program that serves the page, if one does.
    pub native: Option<Native>,
    /// The images that runs can have, beyond the shipped ones.
    pub images: Images,
    /// What the second run has otherwise than the first.
    pub overrides: Overrides,
    /// What a second run that was let go had otherwise, with which it is made again.
    pub let_go: Option<Overrides>,
    /// Parameters of the link that this page does not know.
    pub unknown: Vec<(String, String)>,
    /// Settings of the form that were edited since the last run began: what is said about them stays when it begins.
    pub edited: BTreeSet<RunSetting>,
    /// Settings in the form that wait for a new run: their text.
    pub draft: BTreeMap<RunSetting, String>,
    /// Settings in the form that wait for a new run of the second run alone: their text.
    pub twin_draft: BTreeMap<RunSetting, String>,
    /// The run whose settings the form shows: what is set for the first holds for both where the second has nothing of its
    /// own.
    pub form: Lane,
    /// What to do as soon as every run is ready.
    pub on_ready: Option<Go>,
    /// What was asked for last and not yet confirmed: to train, or to pause.
    pub asked: Option<Go>,
    /// The focused block, stem or head.
    pub focus: Option<Place>,
    /// Whether the block that the link asks for is one of the recording that it names, of which nothing was read yet.
    pub block_waits: bool,
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
    /// The lessons that the page has.
    pub lessons: Rc<[Rc<Lesson>]>,
    /// The lesson that is being taken.
    pub taking: Option<Taking>,
    /// The panel that is open over the page.
    pub panel: Option<Panel>,
    /// The proof of run A's gradients.
    pub proving: Proving,
    /// A file of weights of which a source is asked whether it fits.
    pub checking: Option<Check>,
    /// The recordings that come with the page, once they were asked for.
    pub listed: Rc<[Listed]>,
    /// What is shown large, on a projector.
    pub projector: Option<Large>,
    /// The link or text that was copied last.
    pub copied: Option<String>,
    /// After how many updates the runs were saved last.
    pub saved: u64,
    /// What was copied of a failure.
    pub details: Option<String>,
    /// Slow motion, while a step is walked through.
    pub slow: Option<Slow>,
    /// Whether the visitor asked for less motion: then nothing passes by itself.
    pub less_motion: bool,
    /// Whether the page is seen.
    pub visible: bool,
    /// Whether the page is in sight as far as it can see itself.
    pub in_sight: bool,
    /// Whether the runs rest because nobody sees them; they go on by themselves.
    pub resting: bool,
    /// Whether the runs ended by themselves a moment ago, under whoever was about to pause them.
    pub just_ended: bool,
    /// Whether the test hook was used.
    pub faulted: bool,
}

impl State {
    /// The page as a link asks for it.
    ///
    /// # Errors
    /// When there is no such network at all.
    pub fn new(request: Request) -> Result<Self, Complaint> {
        let images = &request.images;
        let mut notices = Notices::default();
        let (first, _said_by_the_request) = LaneState::new(Lane::A, request.spec, images)?;
        let mut lanes = vec![first];
        if request.page.compare {
            match LaneState::new(Lane::B, twin(&lanes[0].spec, &request.overrides), images) {
                Ok((second, misfits)) => {
                    lanes.push(second);
                    misfits.into_iter().for_each(|misfit| notices.not_taken(&misfit.not_taken(Lane::B)));
                }
                Err(complaint) => notices.not_taken(&NotTaken { complaint: complaint.of_twin(), now: None }),
            }
        }
        let mut page = request.page;
        page.compare = lanes.len() > 1;
        let measured = measured(&page);
        lanes.iter_mut().for_each(|lane| lane.spec.quantities.clone_from(&measured));
        // The question is about the first block.
        let usual = (!page.embed).then_some(Place::Block(0));
        // Where the link names a recording it is one of that one's.
        let block_waits = page.block.is_some() && !page.runs.is_empty();
        let found = if block_waits { Ok(None) } else { page.place(&lanes[0].diagram) };
        let focus = found.unwrap_or_else(|complaint| {
            notices.not_taken(&NotTaken { complaint, now: None });
            // The link that is written says no more what was refused.
            page.block = None;
            None
        });
        let focus = focus.or(usual);
        request.problems.into_iter().for_each(|(topic, sentence)| notices.say(topic, sentence, None));
        let reading = Reading { full: Vec::new(), short: Vec::new(), surprise: None };
        Ok(Self {
            on_ready: page.play.then_some(Go::Train),
            page,
            lanes,
            aside: None,
            opened: None,
            left_picture: false,
            reference: Vec::new(),
            source: Kind::Live,
            native: None,
            images: images.clone(),
            overrides: request.overrides,
            let_go: None,
            unknown: request.unknown,
            draft: BTreeMap::new(),
            twin_draft: BTreeMap::new(),
            form: Lane::A,
            edited: BTreeSet::new(),
            asked: None,
            focus,
            block_waits,
            linear: false,
            more: false,
            look_back: None,
            notices,
            readout: Shared::new(Readout {
                lanes: Vec::new(),
                overlaid: Vec::new(),
                reading,
                scale: None,
                speed: Speed::default(),
                agreement: Vec::new(),
                lesson: Vec::new(),
                curve: Vec::new(),
                saved_until: None,
            }),
            river: (0.0, 0.0),
            announced: false,
            lessons: shipped(),
            taking: None,
            panel: None,
            proving: Proving::No,
            checking: None,
            listed: Rc::default(),
            projector: None,
            copied: None,
            saved: 0,
            details: None,
            slow: None,
            less_motion: false,
            visible: true,
            in_sight: true,
            resting: false,
            just_ended: false,
            faulted: false,
        })
    }

    /// What all runs together are doing: the value of `data-state`.
    pub fn phase(&self) -> Phase {
        match self.shows_recording() {
            Some(opened) if opened.by != OpenedBy::Page => self.recording_phase(opened),
            _ => self.live_phase(),
        }
    }

    /// What the page's own runs together are doing, also while a recording is shown.
    pub fn live_phase(&self) -> Phase {
        let any = |phase| self.lanes.iter().any(|lane| lane.phase == phase);
        let all = |phase| self.lanes.iter().all(|lane| lane.phase == phase);
        match () {
            () if !self.source.trains() => Phase::Ready,
            () if any(Phase::Failed) => Phase::Failed,
            () if any(Phase::Loading) => Phase::Loading,
            () if any(Phase::Running) || self.resting && any(Phase::Paused) => Phase::Running,
            // The other run of a comparison may go on; when none can, it was the loss that stopped the page.
            () if all(Phase::Done) && self.lost_the_loss() => Phase::Failed,
            () if all(Phase::Done) => Phase::Done,
            () if all(Phase::Ready) => Phase::Ready,
            () => Phase::Paused,
        }
    }

    /// Whether nobody sees the page, and it is not to train on in the background.
    pub fn is_unseen(&self) -> bool {
        let goes_on = self.page.background || self.source == Kind::Native;
        self.shows_recording().is_none() && !(goes_on || self.visible && self.in_sight)
    }

    /// Whether a run ended at a loss that is not finite, and none goes on: it takes a reset to train again.
    pub fn lost_the_loss(&self) -> bool {
        self.lanes.iter().all(|lane| lane.phase == Phase::Done)
            && self.lanes.iter().any(|lane| matches!(lane.ended, Some(EndReason::NonFinite { .. })))
    }

    /// The learning rate that is worth trying after a loss that was not finite: the least with which a run began, if it was
    /// raised since; else the usual one, or a tenth.
    pub fn smaller_rate(&self) -> f64 {
        let least = |rates: &mut dyn Iterator<Item = f64>| rates.fold(f64::INFINITY, f64::min);
        let now = least(&mut self.lanes.iter().map(|lane| lane.spec.lr));
        let first = least(&mut (0..self.lanes.len()).map(|index| self.begun(index).lr));
        let usual = RunSpec::page_default().lr;
        match () {
            () if first < now => first,
            () if usual < now => usual,
            () => now / 10.0,
        }
    }

    /// Whether the page trains or is about to: what the button for it would end.
    pub fn is_going(&self) -> bool {
        match self.shows_recording() {
            Some(opened) if opened.by != OpenedBy::Page => opened.replays,
            _ => self.live_is_going(),
        }
    }

    /// Whether the page's own runs train or are about to, also while a recording is shown.
    pub fn live_is_going(&self) -> bool {
        match (self.asked, self.live_phase()) {
            (Some(Go::Train), _) => true,
            (Some(Go::Until(_)), Phase::Running) if self.lesson_goes() => true,
            (Some(Go::Rest | Go::Until(_)), _) => false,
            (None, Phase::Loading) => self.on_ready == Some(Go::Train),
            (None, phase) => phase == Phase::Running,
        }
    }

    /// The query string of a link to this state.
    pub fn query(&self) -> String {
        self.query_with(&self.page)
    }

    /// A link to the settings in force, whatever was changed on the way to them: what Back and Forward lead to.
    pub fn in_force(&self) -> String {
        let Self { page, lanes, unknown, .. } = self;
        // What is open is no setting.
        let page = &PageOptions { runs: Vec::new(), step: None, ..page.clone() };
        query(&Linked { page, spec: &lanes[0].spec, twin: lanes.get(1).map(|lane| &lane.spec), unknown })
    }

    /// The settings with which this run is made again: those in force before the first step, later those of its beginning
    /// and, as events, what was changed since.
    pub fn begun(&self, index: usize) -> RunSpec {
        let lane = &self.lanes[index];
        let read = self.own_readout().lanes.get(index).filter(|read| read.updates > 0 || lane.has_folded);
        let made = |read: &LaneReadout| Some(with_fade_to_come(read.replay.clone()?, lane.spec.fade, read.updates));
        match read.and_then(made) {
            Some(made) => RunSpec {
                steps: lane.spec.steps,
                eval_every: lane.spec.eval_every,
                quantities: lane.spec.quantities.clone(),
                ..made
            },
            None => lane.spec.clone(),
        }
    }

    /// Number of updates done by the run that is furthest behind.
    pub fn updates(&self) -> u64 {
        self.readout.lanes.iter().map(|lane| lane.updates).min().unwrap_or(0)
    }

    /// The first and the last step that are shown of any run.
    pub fn steps(&self) -> (u64, u64) {
        let first = self.readout.lanes.iter().filter_map(|lane| lane.first).min().unwrap_or(0);
        (first, self.furthest().saturating_sub(1).max(first))
    }

    /// Updates done by the run that has done most.
    pub fn furthest(&self) -> u64 {
        self.readout.lanes.iter().map(|lane| lane.updates).max().unwrap_or(0)
    }

    /// The second run's settings as the form shows them: what it has of its own, in force or waiting for a new run, and
    /// otherwise those of the first.
    pub fn drafted_twin(&self) -> RunSpec {
        let mut spec = twin(&self.drafted(), &self.drafted_overrides());
        if let Some(second) = self.lanes.get(1) {
            for setting in RunSetting::written().filter(|setting| setting.is_live()) {
                let _in_force = setting.setting().set(&mut spec, &setting.get(&second.spec));
            }
        }
        spec
    }

    /// What the second run will have of its own in a new run.
    pub fn drafted_overrides(&self) -> Overrides {
        let first = self.drafted();
        let kept = self.overrides.iter().filter(|(own, _)| !self.twin_draft.contains_key(own)).cloned();
        let waiting = self.twin_draft.iter().map(|(own, text)| (*own, text.clone()));
        // In the order of the table: a network comes before what may be changed about it.
        let mut all: Overrides = kept.chain(waiting.filter(|(own, text)| own.get(&first) != *text)).collect();
        all.sort();
        all
    }

    /// Whether the form shows the second run's settings.
    pub fn forms_twin(&self) -> bool {
        self.form == Lane::B && self.lanes.len() > 1
    }

    /// Whether the page's run cannot begin with its settings, and no others were chosen.
    pub fn is_refused(&self) -> bool {
        let chosen = !self.draft.is_empty() || !self.twin_draft.is_empty();
        let elsewhere = self.wanted_source().is_some_and(|wanted| wanted != self.source);
        self.shows_recording().is_none()
            && self.furthest() == 0
            && !chosen
            && !elsewhere
            && self.lanes.iter().any(|lane| lane.refused)
    }

    /// The settings as the form shows them: those in force, and what waits for a new run.
    pub fn drafted(&self) -> RunSpec {
        let mut spec = self.lanes[0].spec.clone();
        // In the order of the table: a network comes before what may be changed about it.
        for (setting, text) in &self.draft {
            let _accepted = setting.setting().set(&mut spec, text);
        }
        spec
    }
}

/// The settings of a run as it was made so far, and the fade that is set but has not begun: no mark tells of it yet.
fn with_fade_to_come(made: RunSpec, set: Option<Fade>, updates: u64) -> RunSpec {
    let to_come = set.filter(|fade| fade.from >= updates);
    match (made.fade, to_come) {
        (Some(own), to_come) if own.from >= updates => RunSpec { fade: to_come, ..made },
        (own, Some(fade)) if own != Some(fade) => RunSpec { events: made.events.with_fade(fade), ..made },
        _ => made,
    }
}

/// What the runs measure: what is usual in the page, and what is shown beside that.
pub fn measured(page: &PageOptions) -> Vec<Quantity> {
    let mut measured = Quantity::of_the_page();
    if page.plot.is_measured_while_shown() {
        measured.push(page.plot);
    }
    measured.extend(page.instrument.quantities());
    measured
}

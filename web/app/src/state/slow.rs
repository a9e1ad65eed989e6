//! Slow motion: a step is walked through part by part, of the page's own runs or of a recording.

use crate::state::State;
use crate::state::lane_state::Phase as Doing;
use protocol::{Phase, RunSpec, StepPhase};
use scene::Text;
use std::rc::Rc;

/// How many parts a second can pass by themselves.
pub const PACES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// Where slow motion stands.
#[derive(Clone, Debug, Default)]
pub struct Slow {
    /// So many parts a second pass by themselves; by hand if none.
    pub pace: Option<f64>,
    /// The number of the pace: an older one has nothing more to say.
    pub number: u32,
    /// The step that is walked through.
    pub step: u64,
    /// A run each.
    pub walks: Vec<Walk>,
    /// Whether it is a recording's.
    pub recorded: bool,
}

/// How far one run has come.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The latest part, with what is known of the step then.
    pub phase: Option<Rc<Phase>>,
    /// Whether its next part was asked for and is not told yet.
    pub awaited: bool,
    /// The settings with which the step began.
    pub begun: Option<RunSpec>,
}

impl Slow {
    /// Slow motion of so many runs, from this step on.
    pub fn new(runs: usize, step: u64, recorded: bool) -> Self {
        Self { walks: vec![Walk::default(); runs], step, recorded, ..Self::default() }
    }

    /// Whether a run waits at the end of the step for the others, or they all do.
    pub fn is_through(&self, run: usize) -> bool {
        let at_end = |walk: &Walk| walk.phase.as_ref().is_some_and(|phase| phase.at == StepPhase::Update);
        self.walks.get(run).is_some_and(at_end)
    }

    /// Whether a step was begun that is not at its end yet.
    pub fn is_within(&self) -> bool {
        let began = self.walks.iter().any(|walk| walk.phase.is_some() || walk.awaited);
        began && !(0..self.walks.len()).all(|run| self.is_through(run))
    }

    /// Whether no run is asked for a part that it has not told.
    pub fn is_told(&self) -> bool {
        self.walks.iter().all(|walk| !walk.awaited)
    }
}

impl State {
    /// How far a run is walked through.
    pub fn walk(&self, run: usize) -> Option<&Rc<Phase>> {
        self.slow.as_ref()?.walks.get(run)?.phase.as_ref()
    }

    /// The value of `data-phase`: the part of the run that is furthest from the end of the step.
    pub fn phase_name(&self) -> Option<String> {
        let slow = self.slow.as_ref()?;
        let shown = self.shown();
        let run = (0..shown.len()).find(|run| !slow.is_through(*run)).unwrap_or(0);
        let (phase, lane) = (self.walk(run), shown.get(run)?);
        Some(phase.map_or_else(|| "start".to_owned(), |phase| phase.at.name(lane.diagram)))
    }

    /// Whether something of a run was changed since the step that is walked through began.
    pub fn changed_while_walked(&self) -> bool {
        let Some(slow) = self.slow.as_ref().filter(|slow| !slow.recorded && slow.is_within()) else { return false };
        let changed = |(walk, lane): (&Walk, &crate::state::lane_state::LaneState)| {
            walk.begun.as_ref().is_some_and(|begun| *begun != lane.spec)
        };
        slow.walks.iter().zip(&self.lanes).any(changed)
    }

    /// Why there is no slow motion now.
    pub fn why_not_slow(&self) -> Option<Text> {
        if let Some(opened) = self.shows_recording().filter(|_| !self.awaits_visitor()) {
            let holds = self.readout.lanes.iter().any(|lane| lane.holds_gradients());
            return (!holds || opened.progress.is_some()).then_some(Text::SlowNotRecorded);
        }
        if self.taking.is_some() {
            return Some(Text::SlowInLesson);
        }
        if self.awaits_visitor() {
            return None;
        }
        let ended = self.lanes.iter().any(|lane| matches!(lane.phase, Doing::Done | Doing::Failed));
        ended.then_some(if self.live_phase() == Doing::Done { Text::StepDone } else { Text::SlowEnded })
    }
}

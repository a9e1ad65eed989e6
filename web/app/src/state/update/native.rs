//! Runs in the program that serves the page: which of the two computes, the connection to it, and who drives.

use super::{Gate, trouble};
use crate::source::Kind;
use crate::state::images::Images;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::{Remedy, Topic};
use crate::state::{Action, Effect, State};
use protocol::embed::ErrorCode;
use protocol::setting::ComputedBy;
use protocol::socket::{Begun, Closing, Offered};
use protocol::{RunSpec, Weights};
use scene::Text;
use std::sync::Arc;

/// What a page that watches is asked for, and would change the runs, is not done.
pub fn gate(state: &State, action: &Action) -> Gate {
    if state.watches() && changes_runs(action) { Gate::Instead(refuse) } else { Gate::Open }
}

fn changes_runs(action: &Action) -> bool {
    matches!(
        action,
        Action::PlayOrPause
            | Action::Play
            | Action::Pause
            | Action::StepOnce
            | Action::Slow(_)
            | Action::PhaseOnce
            | Action::Reset
            | Action::NewRun
            | Action::Restart
            | Action::TakeUp
            | Action::MakeLive
            | Action::SmallerRate
            | Action::Toggle { .. }
            | Action::ToggleAll { .. }
            | Action::Strength { .. }
            | Action::FadeOut { .. }
            | Action::Fold(_)
            | Action::Compare(_)
            | Action::Edit(..)
            | Action::ComputedBy(_)
            | Action::Set(_)
            | Action::Restore(_)
            | Action::BeginLesson(_)
            | Action::LessonFetched(..)
            | Action::OpenWeights(_)
    )
}

fn refuse(state: &mut State) -> Vec<Effect> {
    say_watching(state);
    let sentence = Text::Watching.words();
    vec![Effect::TellError(trouble::of_value(ErrorCode::NotAvailable, None, None, sentence))]
}

fn say_watching(state: &mut State) {
    state.notices.say(Topic::Program, Text::Watching.words(), Some(Remedy::Drive));
}

/// What is to compute the next run.
pub fn computed_by(state: &mut State, origin: ComputedBy) -> Vec<Effect> {
    state.page.source = origin;
    vec![Effect::WriteUrl]
}

/// The run that begins is computed by what was chosen.
pub fn take_source(state: &mut State) {
    let Some(wanted) = state.wanted_source().filter(|wanted| *wanted != state.source) else { return };
    state.source = wanted;
    state.notices.clear(Topic::Program);
    state.notices.clear(Topic::Source);
    state.images = state.images_of(wanted);
    for lane in &mut state.lanes {
        lane.images = state.images.clone();
        // A fresh source.
        lane.dead = true;
    }
}

impl State {
    /// What is to compute the next run, where there is a choice.
    pub fn wanted_source(&self) -> Option<Kind> {
        self.native.as_ref()?;
        Some(if self.page.source == ComputedBy::Native { Kind::Native } else { Kind::Live })
    }

    /// The images beyond the shipped sets that the next run can have.
    pub fn images_wanted(&self) -> &[Offered] {
        let native = self.native.as_ref().filter(|_| self.wanted_source() == Some(Kind::Native));
        native.map(|native| native.images.beyond()).unwrap_or_default()
    }

    fn images_of(&self, kind: Kind) -> Images {
        let native = self.native.as_ref().filter(|_| kind == Kind::Native);
        native.map(|native| native.images.clone()).unwrap_or_default()
    }

    /// A page that takes part in these runs, as they began.
    pub fn with_runs(mut self, runs: &[Begun]) -> Self {
        for (lane, begun) in self.lanes.iter_mut().zip(runs) {
            let quantities = std::mem::take(&mut lane.spec.quantities);
            // The program could make it of these settings.
            let _fits = lane.replace(RunSpec { quantities, ..begun.spec.clone() });
            let unread = |file: &String| Arc::new(Weights { file: file.clone(), bytes: Vec::new() });
            lane.start_from(begun.weights.as_ref().map(unread));
        }
        self
    }
}

/// The connection stands; the page drives the runs, or watches.
pub fn joined(state: &mut State, drives: bool) -> Vec<Effect> {
    let Some(native) = &mut state.native else { return Vec::new() };
    (native.watches, native.insists, native.met) = (!drives, false, true);
    if std::mem::take(&mut native.parted) {
        state.notices.clear(Topic::Source);
    }
    if drives {
        state.notices.clear(Topic::Program);
    } else {
        say_watching(state);
    }
    Vec::new()
}

/// A source that joined has said that it listens: it is not told to begin a run.
pub fn listens(state: &mut State, index: usize) -> bool {
    let Some(native) = state.native.as_mut().filter(|native| native.joins) else { return false };
    let lanes = &mut state.lanes;
    lanes[index].join();
    native.joins = !lanes.iter().all(|lane| lane.listening);
    true
}

/// The connection is lost.
pub fn parted(state: &mut State) -> Vec<Effect> {
    if let Some(native) = &mut state.native {
        native.parted = true;
    }
    state.notices.say(Topic::Source, Text::Parted.words(), None);
    Vec::new()
}

/// The program closed the connection.
pub fn closed(state: &mut State, closing: Closing) -> Vec<Effect> {
    match closing {
        Closing::Begun => vec![Effect::Reload],
        // It knows nothing of the runs that are there: as a page that is opened it joins them.
        Closing::Taken if state.native.as_ref().is_some_and(|native| !native.met) => vec![Effect::Reload],
        Closing::Taken => join_again(state, false),
        Closing::Gone => join_none(state),
        Closing::TooLong => {
            if let Some(native) = &mut state.native {
                // What is begun in its place is a run of this page.
                native.joins = false;
            }
            for lane in &mut state.lanes {
                (lane.dead, lane.phase) = (true, Phase::Failed);
            }
            state.notices.say(Topic::Source, Text::TooLongToJoin.words(), Some(Remedy::Restart));
            Vec::new()
        }
        Closing::Unreadable => {
            state.notices.say(Topic::Source, Text::BuildMismatch.words(), Some(Remedy::Reload));
            Vec::new()
        }
    }
}

/// The page that watches takes over.
pub fn drive(state: &mut State) -> Vec<Effect> {
    join_again(state, true)
}

/// The runs are joined afresh, from their beginning.
fn join_again(state: &mut State, insists: bool) -> Vec<Effect> {
    let Some(native) = &mut state.native else { return Vec::new() };
    (native.joins, native.insists, native.watches) = (true, insists, !insists);
    let begun: Vec<_> = state.lanes.iter().map(|lane| lane.begun.clone()).collect();
    for (lane, begun) in state.lanes.iter_mut().zip(begun) {
        let weights = lane.weights.clone();
        // It was in force before.
        let _fits = begun.map(|begun| lane.replace(begun));
        lane.start_from(weights);
    }
    launch_all(state)
}

/// There is nothing to join: the page begins its own run.
fn join_none(state: &mut State) -> Vec<Effect> {
    if let Some(native) = &mut state.native {
        (native.joins, native.watches) = (false, false);
    }
    state.notices.clear(Topic::Program);
    launch_all(state)
}

fn launch_all(state: &mut State) -> Vec<Effect> {
    state.lanes.iter_mut().for_each(LaneState::launch_again);
    (state.asked, state.on_ready, state.look_back) = (None, None, None);
    (0..state.lanes.len()).flat_map(|index| [Effect::Clear(index), Effect::Launch(index)]).collect()
}

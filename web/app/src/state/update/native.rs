//! Runs in the program that serves the page: which of the two computes, the connection to it, and who drives.

use super::{Gate, aside, opened, trouble};
use crate::source::Kind;
use crate::state::images::Images;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::{NotTaken, Remedy, Topic};
use crate::state::{Action, Effect, State};
use protocol::embed::ErrorCode;
use protocol::setting::ComputedBy;
use protocol::socket::{Begun, Closing, Offered};
use protocol::{Lane, RunSpec, Weights};
use scene::Text;
use std::sync::Arc;

/// What a page that watches is asked for, and would change the runs or ask something of them, is not done.
pub fn gate(state: &State, action: &Action) -> Gate {
    let is_stranger = state.computed_natively().is_some_and(|native| native.stranger);
    let elsewhere = matches!(action, Action::NewRun) && state.wanted_source() != Some(Kind::Native);
    match () {
        () if !is_of_driver(action) => Gate::Open,
        // There is nobody to ask; what was measured stays.
        () if is_stranger && !(elsewhere || matches!(action, Action::Edit(..) | Action::ComputedBy(_))) => {
            Gate::Instead(refuse_stranger)
        }
        () if state.watches() => Gate::Instead(refuse),
        () => Gate::Open,
    }
}

fn is_of_driver(action: &Action) -> bool {
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
            | Action::LinkRun
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
            | Action::SaveWeights(_)
    )
}

fn refuse_stranger(state: &mut State) -> Vec<Effect> {
    let sentence = Text::ProgramBegunAnew.words();
    state.notices.say(Topic::Source, sentence, None);
    vec![Effect::TellError(trouble::of_value(ErrorCode::NotAvailable, None, None, sentence))]
}

fn refuse(state: &mut State) -> Vec<Effect> {
    let sentence = say_watching(state);
    vec![Effect::TellError(trouble::of_value(ErrorCode::NotAvailable, None, None, sentence))]
}

fn say_watching(state: &mut State) -> &'static str {
    let undriven = state.native.as_ref().filter(|native| !native.here.driven).map(|native| native.rests);
    let sentence = match undriven {
        None => Text::Watching,
        Some(true) => Text::NobodyDrivesRests,
        Some(false) => Text::NobodyDrives,
    }
    .words();
    state.notices.say(Topic::Program, sentence, Some(Remedy::Drive));
    sentence
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
    (native.here.driven, native.rests, native.silent) = (true, false, false);
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

/// Who drives the runs that this page watches is another one, or nobody.
pub fn driving(state: &mut State, driven: bool, rests: bool) -> Vec<Effect> {
    if let Some(native) = state.native.as_mut().filter(|native| native.watches) {
        (native.here.driven, native.rests) = (driven, rests);
        say_watching(state);
    }
    Vec::new()
}

/// The program does not answer; it is asked again and again.
pub fn silent(state: &mut State, index: usize) -> Vec<Effect> {
    if let Some(native) = &mut state.native {
        native.silent = true;
    }
    state.details = None;
    let sentence = Text::ProgramSilent.words();
    state.notices.say(Topic::Source, sentence, None);
    vec![Effect::TellError(trouble::of_run(ErrorCode::Engine, index, sentence))]
}

/// It has answered.
pub fn answers(state: &mut State) {
    if let Some(native) = state.native.as_mut().filter(|native| !native.parted) {
        native.silent = false;
        state.notices.clear(Topic::Source);
    }
}

/// The program that answers is another one: it does not know this page.
pub fn is_stranger(state: &mut State) {
    if let Some(native) = &mut state.native {
        native.stranger = true;
    }
}

/// The runs that the link asks for begin.
pub fn begin_link(state: &mut State) -> Vec<Effect> {
    let Some(specs) = state.native.as_mut().and_then(|native| native.link.take()) else { return Vec::new() };
    state.notices.clear(Topic::Link);
    let quantities = state.lanes[0].spec.quantities.clone();
    let made: Result<Vec<_>, _> = specs
        .into_iter()
        .zip(Lane::ALL)
        .map(|(spec, lane)| LaneState::new(lane, RunSpec { quantities: quantities.clone(), ..spec }, &state.images))
        .collect();
    match made {
        Ok(made) => {
            let former = aside::worth_keeping(state);
            opened::take_over(state, made, former)
        }
        Err(complaint) => {
            state.notices.not_taken(&NotTaken { complaint, now: None });
            Vec::new()
        }
    }
}

/// The program closed the connection.
pub fn closed(state: &mut State, closing: Closing) -> Vec<Effect> {
    match closing {
        // It knows nothing of the runs that are there: as a page that is opened it joins them. What it shows, and what it has
        // aside, is of others.
        Closing::Begun | Closing::Taken => match &mut state.native {
            Some(native) if native.met => {
                native.watches = true;
                vec![Effect::JoinAnew]
            }
            _ => vec![Effect::Reload],
        },
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

/// The page that watches takes over: the runs that it sees are joined afresh, from their beginning.
pub fn drive(state: &mut State) -> Vec<Effect> {
    let Some(native) = &mut state.native else { return Vec::new() };
    (native.joins, native.insists, native.watches) = (true, true, false);
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

//! Lessons: begun, led through their steps, and left; then the visitor's run is as it was.

use super::{aside, opened, runs, settings};
use crate::state::lane_state::{LaneState, Phase};
use crate::state::lesson::{Before, Stage, Taking};
use crate::state::notice::{NotTaken, Topic};
use crate::state::url::{Request, twin};
use crate::state::{Effect, State};
use protocol::{Complaint, Lane, PageSetting, Reason, RunSpec, Weights};
use std::sync::Arc;

/// A lesson begins with runs of its own; the visitor's is put aside, and waits there also while another lesson follows.
pub fn begin(state: &mut State, id: &str) -> Vec<Effect> {
    let Some(lesson) = state.lessons.iter().find(|lesson| lesson.id == id).cloned() else {
        let names: Vec<_> = state.lessons.iter().map(|lesson| lesson.id.as_str()).collect();
        let complaint = Complaint::new(PageSetting::Lesson, &id, Reason::one_of(&names));
        state.notices.not_taken(&NotTaken { complaint, now: None });
        return Vec::new();
    };
    let (before, keeps_run) = match &state.taking {
        Some(taking) => (taking.before.clone(), taking.keeps_run),
        None => (before(state), aside::worth_keeping(state).is_some()),
    };
    let pairs: Vec<_> = lesson.run.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
    let request = Request::read(&pairs);
    let second = request.page.compare.then(|| (twin(&request.spec, &request.overrides), None));
    let mut effects = take_over(state, std::iter::once((request.spec, None)).chain(second).collect());
    (state.focus, state.look_back, state.more) = (None, None, false);
    // The way back is out of the lesson.
    state.notices.clear(Topic::Aside);
    let (step, stage, chosen, values) = (0, Stage::Asks, None, Vec::new());
    state.page.lesson = Some(lesson.id.clone());
    state.taking = Some(Taking { lesson, step, stage, chosen, values, before, keeps_run });
    effects.extend(show(state));
    effects
}

fn before(state: &State) -> Before {
    let runs = state.lanes.iter().enumerate().map(|(index, lane)| (state.begun(index), lane.weights.clone()));
    Before { page: state.page.clone(), runs: runs.collect(), focus: state.focus }
}

fn take_over(state: &mut State, runs: Vec<(RunSpec, Option<Arc<Weights>>)>) -> Vec<Effect> {
    let made = runs.into_iter().zip(Lane::ALL).map(|((spec, weights), lane)| {
        let (mut lane, misfits) = LaneState::new(lane, spec)?;
        lane.start_from(weights);
        Ok::<_, Complaint>((lane, misfits))
    });
    // Settings that were in force, or that a test has begun.
    let Ok(made) = made.collect() else { return Vec::new() };
    state.notices.clear_values();
    opened::take_over(state, made)
}

/// Profile and history show what the present step is about.
fn show(state: &mut State) -> Vec<Effect> {
    let plot = state.taking.as_ref().and_then(|taking| taking.now().plot.clone());
    let mut effects = plot.map(|plot| settings::set_page(state, PageSetting::Plot, &plot)).unwrap_or_default();
    effects.extend([Effect::Read, Effect::WriteUrl]);
    effects
}

/// One of the predictions is chosen.
pub fn predict(state: &mut State, option: usize) -> Vec<Effect> {
    if let Some(taking) = state.taking.as_mut().filter(|taking| taking.stage == Stage::Asks) {
        taking.chosen = Some(option).filter(|option| *option < taking.now().options.len());
    }
    Vec::new()
}

/// The runs go to the end of the step.
pub fn see(state: &mut State) -> Vec<Effect> {
    let Some(taking) = state.taking.as_mut().filter(|taking| taking.may_see()) else { return Vec::new() };
    taking.stage = Stage::Goes;
    let until = taking.now().until;
    let change: Vec<_> = taking.now().change.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
    let mut effects = if change.is_empty() { Vec::new() } else { settings::set(state, &change) };
    if state.taking.as_ref().is_some_and(|taking| taking.now().fold) {
        effects.extend((0..state.lanes.len()).flat_map(|lane| settings::fold(state, lane)).collect::<Vec<_>>());
    }
    state.look_back = None;
    match state.live_phase() {
        Phase::Loading => state.on_ready = Some(state.onward()),
        // There is nothing to go on with, or they are there: it is told what there is.
        Phase::Done => ran(state),
        Phase::Paused if state.updates() >= until => ran(state),
        _ => {
            let go = state.onward();
            state.asked = Some(go);
            effects.extend(runs::to_all(state, go));
        }
    }
    effects
}

/// The runs say what they do: at the end of the step it is told what came of it.
pub fn ran(state: &mut State) {
    let rests = matches!(state.live_phase(), Phase::Paused | Phase::Done) && !state.resting;
    let done = state.own_readout().lanes.iter().map(|lane| lane.updates).min().unwrap_or(0);
    let ended = state.live_phase() == Phase::Done;
    let Some(taking) = state.taking.as_mut().filter(|taking| taking.stage == Stage::Goes && rests) else { return };
    if ended || done >= taking.now().until {
        taking.stage = Stage::Told(taking.judged());
    }
}

/// The next step; after the last one the lesson is over.
pub fn next(state: &mut State) -> Vec<Effect> {
    let Some(taking) = state.taking.as_mut() else { return Vec::new() };
    if taking.step + 1 == taking.lesson.steps.len() {
        return leave(state);
    }
    (taking.step, taking.stage, taking.chosen) = (taking.step + 1, Stage::Asks, None);
    taking.values.clear();
    show(state)
}

/// The lesson from its beginning.
pub fn again(state: &mut State) -> Vec<Effect> {
    match state.taking.as_ref().map(|taking| taking.lesson.id.clone()) {
        Some(id) => begin(state, &id),
        None => Vec::new(),
    }
}

/// The visitor's run is there again, as it was.
pub fn leave(state: &mut State) -> Vec<Effect> {
    let Some(Taking { before, keeps_run, .. }) = state.taking.clone() else { return Vec::new() };
    let mut effects = if keeps_run && state.aside.is_some() {
        let effects = aside::take_up(state);
        // The lesson's run is not kept; its sources serve the next one that is put aside.
        if let Some(own) = &mut state.aside {
            own.updates = 0;
        }
        state.notices.clear(Topic::Aside);
        effects
    } else {
        take_over(state, before.runs)
    };
    state.taking = None;
    let compare = state.page.compare;
    (state.page, state.focus) = (before.page, before.focus);
    state.page.compare = compare;
    effects.extend([Effect::Restyle, Effect::Read, Effect::WriteUrl]);
    effects
}

/// The values of the present step were read off.
pub fn measured(state: &mut State) {
    if let Some(taking) = &mut state.taking {
        taking.values.clone_from(&state.readout.lesson);
    }
}

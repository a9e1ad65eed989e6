//! Slow motion: entered, led on from part to part, and left.
//!
//! A live run rests between two parts, as after *Pause*; each part is asked for by a command of its own. Of a recording the
//! parts are made from the step's record.

use super::{Gate, runs};
use crate::state::lane_state::Phase as Doing;
use crate::state::slow::Slow;
use crate::state::{Action, Effect, State};
use protocol::{Command, Go, Phase, StepPhase};
use std::rc::Rc;

/// Slow motion begins with the next step; what trains pauses first.
pub fn enter(state: &mut State) -> Vec<Effect> {
    if state.slow.is_some() || state.why_not_slow().is_some() {
        return Vec::new();
    }
    if state.shows_recording().is_some() {
        if let Some(opened) = &mut state.opened {
            opened.replays = false;
        }
        let (step, runs) = (state.look_back.unwrap_or(state.steps().1), state.shown().len());
        state.slow = Some(Slow::new(runs, step, true));
        return vec![Effect::Read];
    }
    state.look_back = None;
    let effects = runs::pause(state);
    state.slow = Some(Slow::new(state.lanes.len(), state.furthest(), false));
    effects
}

/// It is over; a step that was begun is finished, so that no run stays behind another.
pub fn leave(state: &mut State) -> Vec<Effect> {
    let Some(slow) = state.slow.take() else { return Vec::new() };
    if slow.recorded || !slow.is_within() {
        return vec![Effect::Read];
    }
    let go = Go::Until(slow.step + 1);
    state.asked = Some(go);
    let mut effects = runs::to_all(state, go);
    effects.push(Effect::Read);
    effects
}

/// Every run that is not at the end of the step goes to its next part; where all are, the next step begins.
pub fn next(state: &mut State) -> Vec<Effect> {
    let rests = matches!(state.live_phase(), Doing::Ready | Doing::Paused) && !state.resting;
    let furthest = state.furthest();
    let Some(slow) = &mut state.slow else { return Vec::new() };
    if slow.recorded {
        return next_recorded(state);
    }
    if !rests || !slow.is_told() {
        return Vec::new();
    }
    if !slow.is_within() {
        slow.step = furthest;
    }
    let begins = !slow.is_within();
    let mut effects = Vec::new();
    for run in 0..slow.walks.len() {
        if begins || !slow.is_through(run) {
            slow.walks[run].awaited = true;
            effects.push(Effect::Send(run, Command::Phase(slow.step)));
        }
    }
    effects
}

/// A recorded step is at its next part; after its last one the next step is looked at.
fn next_recorded(state: &mut State) -> Vec<Effect> {
    let (_, last) = state.steps();
    let Some(slow) = &mut state.slow else { return Vec::new() };
    let through = slow.walks.iter().enumerate().all(|(run, _)| slow.is_through(run));
    if through {
        if state.look_back.is_none_or(|step| step >= last) {
            return Vec::new();
        }
        state.look_back = state.look_back.map(|step| step + 1).filter(|step| *step < last);
        slow.step = state.look_back.unwrap_or(last);
        slow.walks.iter_mut().for_each(|walk| walk.phase = None);
        // Its record is read off first.
        slow.walks.iter_mut().for_each(|walk| walk.awaited = true);
        return vec![Effect::Read];
    }
    advance_recorded(state);
    vec![Effect::Read]
}

/// Every recorded run goes to its next part.
fn advance_recorded(state: &mut State) {
    let State { slow: Some(slow), readout, .. } = state else { return };
    for (walk, read) in slow.walks.iter_mut().zip(&readout.lanes) {
        walk.awaited = false;
        let Some(record) = &read.record else { continue };
        let blocks = read.rows.len();
        let at = match &walk.phase {
            None => Some(StepPhase::Stem),
            Some(phase) => phase.at.next(blocks),
        };
        if let Some(at) = at {
            walk.phase = Some(Rc::new(Phase::of(at, record)));
        }
    }
}

/// The record of a recorded step was read off: where its first part waits for it, that is shown.
pub fn read(state: &mut State) -> Vec<Effect> {
    let waits = state.slow.as_ref().is_some_and(|slow| slow.recorded && !slow.is_told());
    if !waits {
        return Vec::new();
    }
    advance_recorded(state);
    vec![Effect::Read]
}

/// A run has told a part of its step.
pub fn walked(state: &mut State, run: usize, phase: Phase) -> Vec<Effect> {
    let spec = state.lanes.get(run).map(|lane| lane.spec.clone());
    let Some(walk) = state.slow.as_mut().and_then(|slow| slow.walks.get_mut(run)) else { return Vec::new() };
    if walk.phase.as_ref().is_none_or(|before| before.known.step != phase.known.step) {
        walk.begun = spec;
    }
    (walk.phase, walk.awaited) = (Some(Rc::new(phase)), false);
    vec![Effect::Read]
}

/// Parts pass by themselves at this pace, or by hand. Who asked for less motion goes on by hand.
pub fn pace(state: &mut State, pace: Option<f64>) -> Vec<Effect> {
    let less_motion = state.less_motion;
    let Some(slow) = &mut state.slow else { return Vec::new() };
    slow.number += 1;
    slow.pace = pace.filter(|_| !less_motion);
    soon(slow)
}

/// The pace's next part, unless the pace is another one by now.
pub fn on(state: &mut State, number: u32) -> Vec<Effect> {
    if state.slow.as_ref().is_none_or(|slow| slow.number != number) {
        return Vec::new();
    }
    // What nobody sees waits.
    let mut effects = if state.is_unseen() { Vec::new() } else { next(state) };
    effects.extend(state.slow.as_ref().map(soon).unwrap_or_default());
    effects
}

fn soon(slow: &Slow) -> Vec<Effect> {
    let rest = |pace: f64| Effect::PhaseSoon((1000.0 / pace) as i32, slow.number);
    slow.pace.map(rest).into_iter().collect()
}

/// Whether the parts pass by themselves.
pub fn passes(state: &State) -> bool {
    state.slow.as_ref().is_some_and(|slow| slow.pace.is_some())
}

/// What the buttons do in slow motion.
pub fn gate(state: &State, action: &Action) -> Gate {
    match action {
        _ if state.slow.is_none() => Gate::Open,
        // What passes by itself pauses where it is.
        Action::PlayOrPause if passes(state) => Gate::Instead(|state| pace(state, None)),
        // It goes on in the middle of the step.
        Action::PlayOrPause | Action::Play => Gate::First(|state| {
            state.slow = None;
            Vec::new()
        }),
        Action::Pause => Gate::Instead(|state| pace(state, None)),
        Action::StepOnce | Action::Compare(_) | Action::LookBack(_) | Action::ShowAs(..) | Action::CloseRun(_) => {
            Gate::First(leave)
        }
        _ => Gate::Open,
    }
}

/// Where another run begins, or another one is shown, there is nothing to walk through any more. Nor where a run has ended.
pub fn drop_with_its_run(state: &mut State, effects: &[Effect]) {
    let ends = |effect: &Effect| {
        matches!(
            effect,
            Effect::Launch(_)
                | Effect::Start(_)
                | Effect::Reset(_)
                | Effect::Clear(_)
                | Effect::Exchange
                | Effect::Drop(_)
        )
    };
    let recorded = state.shows_recording().is_some();
    let is_over = |slow: &Slow| {
        let ended = state.lanes.iter().any(|lane| matches!(lane.phase, Doing::Done | Doing::Failed));
        slow.recorded != recorded
            || slow.walks.len() != state.shown().len()
            || !recorded && (ended || effects.iter().any(ends))
    };
    if state.slow.as_ref().is_some_and(is_over) {
        state.slow = None;
    }
}

/// A run that rests behind another one is walked through beside it.
pub fn walks_beside(state: &State, updates: u64) -> bool {
    state.slow.as_ref().is_some_and(|slow| !slow.recorded && slow.is_within() && slow.step + 1 == updates)
}

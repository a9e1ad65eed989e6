//! A reset or a new run ends no run: the one that was there is put aside, whole, and can be taken up again until another one
//! takes its place.

use super::{runs, weights};
use crate::source::Kind;
use crate::state::aside::Aside;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::{Remedy, Topic};
use crate::state::{Effect, State};
use protocol::setting::ComputedBy;
use protocol::{Command, Go, Lane};
use scene::words;

/// The most memory of a run that is kept aside, bytes by the plans' estimate: it is needed beside that of the run that goes on.
const MOST_BYTES: u64 = 256 << 20;

/// The run in force, if it is to be put aside for another one. In an embed there is no place to say so.
pub fn worth_keeping(state: &State) -> Option<Aside> {
    can_be_kept(state).filter(|_| !state.page.embed)
}

/// The run in force, if it can be kept: it has been trained, its sources live, and there is room for it.
pub fn can_be_kept(state: &State) -> Option<Aside> {
    let lives = |lane: &LaneState| {
        lane.listening && !lane.dead && !lane.silent && !matches!(lane.phase, Phase::Loading | Phase::Failed)
    };
    let bytes: u64 = state.lanes.iter().map(|lane| lane.plan.training_bytes(lane.spec.batch)).sum();
    // In a lesson it is the visitor's that waits.
    let has_room = bytes <= MOST_BYTES || state.source == Kind::Native;
    let keep = state.taking.is_none() && state.furthest() > 0 && state.lanes.iter().all(lives) && has_room;
    keep.then(|| in_force(state))
}

fn in_force(state: &State) -> Aside {
    Aside {
        lanes: state.lanes.clone(),
        overrides: state.overrides.clone(),
        source: state.source,
        updates: state.furthest(),
        would_be_lost: state.would_lose(),
    }
}

/// Puts a run aside in favour of that of the state, which is still to begin: on the sources of the run that was aside before,
/// or on fresh ones.
pub fn put(state: &mut State, former: Aside) -> Vec<Effect> {
    let mut effects = pause(&former);
    let before = state.aside.replace(former).filter(|before| before.source == state.source);
    for (index, lane) in state.lanes.iter_mut().enumerate() {
        let source = before.as_ref().and_then(|aside| aside.lanes.get(index));
        (lane.launched, lane.listening) = source.map_or((false, false), |own| (own.launched, own.listening));
        (lane.dead, lane.silent) = source.map_or((false, false), |own| (own.dead, own.silent));
    }
    effects.push(Effect::Exchange);
    effects.extend(weights::ask_again(state));
    say(state);
    effects
}

/// The run that was put aside goes on, from where it stood; the one in force takes its place.
pub fn take_up(state: &mut State) -> Vec<Effect> {
    let Some(aside) = state.aside.take() else { return Vec::new() };
    runs::forget_second(state);
    let present = in_force(state);
    state.reference.clear();
    let mut effects = pause(&present);
    state.aside = Some(present);
    (state.lanes, state.overrides, state.source) = (aside.lanes, aside.overrides, aside.source);
    state.page.source = if state.source == Kind::Native { ComputedBy::Native } else { ComputedBy::Browser };
    state.page.compare = state.lanes.len() > 1;
    state.draft.clear();
    state.twin_draft.clear();
    state.edited.clear();
    state.form = Lane::A;
    (state.look_back, state.on_ready, state.resting) = (None, None, false);
    // One that trained when it was put aside is about to say that it rests.
    state.asked = state.lanes.iter().any(|lane| lane.phase == Phase::Running).then_some(Go::Rest);
    state.focus = state.focus.filter(|place| place.is_in(state.lanes[0].plan.blocks.len()));
    // What was said of the other run's source or loss is of that.
    state.notices.clear(Topic::Run);
    state.notices.clear(Topic::Source);
    state.notices.clear_values();
    say(state);
    effects.extend([Effect::Exchange, Effect::WriteUrl]);
    effects.extend(weights::ask_again(state));
    effects
}

/// A source of it is lost: the run that begins in its place needs a fresh one. Who takes it up hears what was said.
pub fn lost(state: &mut State, lane: usize) -> Vec<Effect> {
    if let Some(own) = state.aside.as_mut().and_then(|aside| aside.lanes.get_mut(lane)) {
        own.silent = true;
    }
    Vec::new()
}

/// The program has ended it, or given it to another page.
pub fn taken(state: &mut State) -> Vec<Effect> {
    state.aside = None;
    say(state);
    Vec::new()
}

fn pause(run: &Aside) -> Vec<Effect> {
    let running = |(_, lane): &(usize, &LaneState)| lane.phase == Phase::Running;
    run.lanes.iter().enumerate().filter(running).map(|(index, _)| Effect::Send(index, Command::Pause)).collect()
}

/// Says that a run is kept, where there is something to go back to.
pub fn say(state: &mut State) {
    match state.aside.as_ref().filter(|aside| aside.updates > 0) {
        Some(aside) => state.notices.say(Topic::Aside, words::run_kept(aside.updates), Some(Remedy::TakeUp)),
        None => state.notices.clear(Topic::Aside),
    }
}

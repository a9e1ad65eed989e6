//! Play, pause, step, reset, restart, and the second run.

use super::{aside, settings};
use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::{NotTaken, Topic};
use crate::state::url::{overrides, twin};
use crate::state::{Effect, State};
use protocol::{Command, Go, Lane, PageSetting, RunSetting, RunSpec, Skip};
use scene::words;

/// Asks this of every run.
pub fn to_all(state: &State, go: Go) -> Vec<Effect> {
    (0..state.lanes.len()).map(|lane| Effect::Send(lane, go.command())).collect()
}

/// Trains, or remembers to.
pub fn play(state: &mut State) -> Vec<Effect> {
    state.look_back = None;
    if let Some(effects) = begin_chosen(state, Go::Train) {
        return effects;
    }
    match state.phase() {
        Phase::Loading => {
            state.on_ready = Some(Go::Train);
            Vec::new()
        }
        Phase::Failed if state.lost_the_loss() => reset_and(state, Go::Train),
        Phase::Failed => restart_and(state, Go::Train),
        phase => {
            let extended = if phase == Phase::Done { extend(state) } else { Ok(Vec::new()) };
            let mut effects = match extended {
                Ok(effects) => effects,
                Err(refused) => {
                    state.notices.not_taken(&refused);
                    return Vec::new();
                }
            };
            let go = state.onward();
            state.asked = Some(go);
            effects.extend(to_all(state, go));
            effects
        }
    }
}

/// Before the first step what was chosen for a new run is for the one that begins.
fn begin_chosen(state: &mut State, go: Go) -> Option<Vec<Effect>> {
    let elsewhere = state.wanted_source().is_some_and(|wanted| wanted != state.source);
    let waits = elsewhere || !state.draft.is_empty() || !state.twin_draft.is_empty();
    if !waits || state.furthest() > 0 || state.taking.is_some() || state.live_is_going() {
        return None;
    }
    let effects = settings::new_run(state);
    state.on_ready = Some(go);
    Some(effects)
}

/// A used-up budget grows, so that the run can go on, at most to what the setting accepts. Or no run goes on, where one
/// cannot.
fn extend(state: &mut State) -> Result<Vec<Effect>, NotTaken> {
    let updates = state.updates();
    let longer = |lane: &LaneState| {
        let mut wanted = lane.spec.clone();
        if wanted.steps <= updates {
            let steps = wanted.steps.max(updates) + wanted.steps.clamp(1, 1000);
            let _nearest = RunSetting::Steps.setting().set(&mut wanted, &steps.to_string());
        }
        lane.spec.check_budget(wanted.steps).map(|()| wanted.steps)
    };
    let mut longest = Vec::new();
    for lane in &state.lanes {
        longest.push(longer(lane).map_err(|complaint| NotTaken {
            complaint: complaint.of(lane.lane),
            now: Some(lane.spec.steps.to_string()),
        })?);
    }
    let mut effects = Vec::new();
    for (index, (lane, steps)) in state.lanes.iter_mut().zip(longest).enumerate() {
        lane.ended = None;
        lane.spec.steps = steps;
        effects.extend(lane.take_changes().into_iter().map(|change| Effect::Send(index, Command::Change(change))));
    }
    effects.push(Effect::WriteUrl);
    Ok(effects)
}

/// Runs that nobody sees rest, and go on by themselves when somebody does.
pub fn rest_unseen(state: &mut State, effects: &mut Vec<Effect>) {
    let unseen = state.is_unseen();
    if unseen && !state.resting && state.is_going() && state.phase() != Phase::Loading {
        state.resting = true;
        effects.extend(to_all(state, Go::Rest));
    } else if !unseen && std::mem::take(&mut state.resting) {
        let go = state.onward();
        state.asked = Some(go);
        effects.extend(to_all(state, go));
    }
}

/// Pauses, or forgets to train once it is ready.
pub fn pause(state: &mut State) -> Vec<Effect> {
    state.on_ready = None;
    if std::mem::take(&mut state.resting) {
        state.asked = None;
        return Vec::new();
    }
    if !matches!(state.phase(), Phase::Running) && state.asked != Some(Go::Train) {
        return Vec::new();
    }
    state.asked = Some(Go::Rest);
    to_all(state, Go::Rest)
}

/// The page's own run rests, whatever is shown.
pub fn pause_live(state: &mut State) -> Vec<Effect> {
    state.on_ready = None;
    let running = |(_, lane): &(usize, &LaneState)| lane.phase == Phase::Running;
    state.asked = None;
    state.lanes.iter().enumerate().filter(running).map(|(lane, _)| Effect::Send(lane, Command::Pause)).collect()
}

/// One step; a run that trains is paused after it.
pub fn step_once(state: &mut State) -> Vec<Effect> {
    (state.look_back, state.resting) = (None, false);
    if let Some(effects) = begin_chosen(state, Go::Until(1)) {
        return effects;
    }
    match state.phase() {
        Phase::Loading => state.on_ready = Some(Go::Until(1)),
        Phase::Failed if state.lost_the_loss() => return reset_and(state, Go::Until(1)),
        Phase::Failed => return restart_and(state, Go::Until(1)),
        Phase::Done => {}
        _ => {
            // One that is behind catches up before it makes the step of the others.
            let ahead = state.own_readout().lanes.iter().map(|lane| lane.updates).max().unwrap_or(0);
            state.asked = Some(Go::Until(ahead + 1));
            return to_all(state, Go::Until(ahead + 1));
        }
    }
    Vec::new()
}

/// The run in force from its beginning: whoever made the learning rate smaller sees whether that helps.
fn reset_and(state: &mut State, go: Go) -> Vec<Effect> {
    let effects = reset(state);
    state.on_ready = Some(go);
    effects
}

/// The run from its beginning with the learning rate that is worth trying after a loss that was not finite.
pub fn with_smaller_rate(state: &mut State) -> Vec<Effect> {
    let rate = state.smaller_rate();
    state.overrides.retain(|(own, _)| *own != RunSetting::Lr);
    for lane in &mut state.lanes {
        lane.spec.events = std::mem::take(&mut lane.spec.events).without(RunSetting::Lr);
        let wanted = RunSpec { lr: rate, ..lane.spec.clone() };
        let _taken = lane.set_live(RunSetting::Lr, &wanted);
    }
    let mut effects = reset_and(state, Go::Train);
    effects.push(Effect::WriteUrl);
    effects
}

/// The visitor goes back to step 0, and has read what was said about settings.
pub fn reset_by_visitor(state: &mut State) -> Vec<Effect> {
    state.notices.clear_values();
    state.edited.clear();
    reset(state)
}

/// Back to step 0: the same weights as at its beginning and the settings in force now.
pub fn reset(state: &mut State) -> Vec<Effect> {
    let former = aside::worth_keeping(state);
    settle(state);
    if state.lanes.iter().any(|lane| lane.phase == Phase::Failed || lane.silent) {
        return restart(state);
    }
    // A run that changes by itself begins as it did.
    for lane in &mut state.lanes {
        let first = lane.at_first(lane.spec.clone());
        // It was in force before, so it is still a network's.
        let _fits = if first == lane.spec { Ok(Vec::new()) } else { lane.replace(first) };
    }
    if let Some(former) = former {
        let mut effects = aside::put(state, former);
        effects.extend(begin_all(state));
        return effects;
    }
    let standing = |(_, lane): &(usize, &mut LaneState)| lane.phase != Phase::Loading;
    let reset = |(index, lane): (usize, &mut LaneState)| {
        lane.ended = None;
        // The source says when it is there; until then nothing more can be asked of it.
        (lane.phase, lane.progress) = (Phase::Loading, None);
        let as_told = lane.told.as_ref() == Some(&lane.spec);
        lane.begin();
        if as_told { Effect::Reset(index) } else { Effect::Start(index) }
    };
    state.lanes.iter_mut().enumerate().filter(standing).map(reset).collect()
}

/// Forgets what was asked of the run that ends here.
fn settle(state: &mut State) {
    (state.asked, state.on_ready, state.look_back, state.resting) = (None, None, None, false);
    state.notices.clear(Topic::Run);
}

/// The settings in force with fresh sources where the old ones are lost.
pub fn restart(state: &mut State) -> Vec<Effect> {
    settle(state);
    state.notices.clear(Topic::Source);
    for lane in &mut state.lanes {
        lane.dead |= !lane.listening || lane.silent;
    }
    begin_all(state)
}

fn restart_and(state: &mut State, go: Go) -> Vec<Effect> {
    let effects = restart(state);
    state.on_ready = Some(go);
    effects
}

/// Every run begins anew with the settings that the state holds.
pub fn begin_all(state: &mut State) -> Vec<Effect> {
    (state.asked, state.resting) = (None, false);
    if state.lanes.iter().any(|lane| lane.silent) {
        // A fresh source takes the place of that one.
        state.notices.clear(Topic::Source);
    }
    (0..state.lanes.len()).flat_map(|index| begin(&mut state.lanes[index], index)).collect()
}

/// A run begins anew: from its source if that listens, from a fresh one if it does not.
fn begin(lane: &mut LaneState, index: usize) -> Vec<Effect> {
    lane.phase = Phase::Loading;
    (lane.ended, lane.loading, lane.parameter_hash, lane.samples) = (None, None, None, None);
    (lane.building, lane.progress) = (false, None);
    lane.has_folded = false;
    match (lane.launched && !lane.dead && !lane.silent, lane.listening) {
        (true, true) => {
            lane.begin();
            vec![Effect::Start(index)]
        }
        // It will be told to start when it says that it listens.
        (true, false) => vec![Effect::Clear(index)],
        (false, _) => {
            lane.launch_again();
            vec![Effect::Clear(index), Effect::Launch(index)]
        }
    }
}

/// A second run beside the first, which goes on: the second begins at step 0, catches up on the same batches, and then
/// keeps step. Or the first alone again; the second, to the last bit, is what comparing again makes.
pub fn compare(state: &mut State, on: bool) -> Vec<Effect> {
    state.page.compare = on;
    state.notices.clear(Topic::Value(PageSetting::Compare.into()));
    if !on {
        let_go(state);
        state.lanes.truncate(1);
        state.form = Lane::A;
        state.twin_draft.clear();
        return vec![Effect::Drop(1), Effect::WriteUrl];
    }
    if state.lanes.len() > 1 {
        return Vec::new();
    }
    let mut effects = Vec::new();
    let second = beside(state);
    forget_second(state);
    match LaneState::new(Lane::B, second, &state.images) {
        Ok((mut second, misfits)) => {
            second.catches_up = state.updates() > 0 || state.phase() == Phase::Running;
            if state.is_going() && state.on_ready.is_none() {
                state.asked = Some(Go::Train);
            }
            misfits.into_iter().for_each(|misfit| state.notices.not_taken(&misfit.not_taken(Lane::B)));
            if second.plan.parameters == state.lanes[0].plan.parameters {
                second.start_from(state.lanes[0].weights.clone());
            }
            effects.extend(begin(&mut second, 1));
            state.lanes.push(second);
        }
        Err(complaint) => {
            state.page.compare = false;
            state.notices.not_taken(&NotTaken { complaint: complaint.of_twin(), now: None });
        }
    }
    effects.push(Effect::WriteUrl);
    effects
}

/// Remembers with what the second run is made again, and says so if it was trained.
fn let_go(state: &mut State) {
    if state.lanes.len() < 2 {
        return;
    }
    let second = state.begun(1);
    let mut own = overrides(&state.begun(0), &second);
    if !own.iter().any(|(setting, _)| *setting == RunSetting::Skip) {
        // Whatever becomes of the first one's.
        own.push((RunSetting::Skip, RunSetting::Skip.get(&second)));
        own.sort();
    }
    state.let_go = Some(own);
    let updates = state.own_readout().lanes.get(1).map_or(0, |read| read.updates);
    if updates > 0 && !state.page.embed {
        state.notices.say(Topic::LetGo, words::run_let_go(updates), None);
    }
}

/// Another run has begun: the second one would be another too.
pub fn forget_second(state: &mut State) {
    state.let_go = None;
    state.notices.clear(Topic::LetGo);
}

/// The run beside the first one: the one that was let go, or the same with what the link says otherwise. Unless that is about shortcuts, the first one
/// with its shortcuts as they are and the second with all of them the other way show what they do.
fn beside(state: &State) -> RunSpec {
    let first = &state.lanes[0];
    let begun = state.begun(0);
    if let Some(own) = &state.let_go {
        return twin(&begun, own);
    }
    let mut second = twin(&begun, &state.overrides);
    let closed_since = first.plan.has_shortcuts() && first.strengths.iter().all(|strength| *strength == 0.0);
    if closed_since && !state.overrides.iter().any(|(setting, _)| *setting == RunSetting::Skip) {
        second.skip = Skip::All(1.0);
    }
    second
}

//! Recordings: opened, looked through, closed again, and made live.

use super::{aside, runs};
use crate::state::lane_state::LaneState;
use crate::state::notice::Topic;
use crate::state::opened::OpenedLane;
use crate::state::{Effect, State};
use protocol::{Lane, Place};
use scene::{Text, words};

/// A file of this many bytes begins to be read; what was open before is closed, unless it is read beside that.
pub fn reading(state: &mut State, total: u64, beside: bool) -> Vec<Effect> {
    let mut opened = state.opened.take().filter(|_| beside).unwrap_or_default();
    state.reference.clear();
    (opened.progress, opened.replays) = (Some((0, total)), false);
    state.opened = Some(opened);
    state.notices.clear(Topic::Recording);
    Vec::new()
}

/// A header was read: from the first one on the page shows the recording, and its own run rests.
pub fn header(state: &mut State, lane: OpenedLane) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Some(opened) = &mut state.opened else { return effects };
    let is_first = opened.lanes.is_empty();
    if is_first {
        opened.own = Some(state.readout.clone());
    }
    opened.lanes.push(lane);
    if is_first {
        effects.extend(runs::pause_live(state));
        (state.look_back, state.more, state.resting) = (None, false, false);
        state.focus = state.focus.or(Some(Place::Block(0)));
    }
    keep_focus(state);
    effects.push(Effect::Read);
    effects
}

/// So many bytes were read.
pub fn progress(state: &mut State, done: u64) -> Vec<Effect> {
    if let Some((read, _)) = state.opened.as_mut().and_then(|opened| opened.progress.as_mut()) {
        *read = done;
    }
    Vec::new()
}

/// The file was read to its end, or as far as it could be.
pub fn ended(state: &mut State) -> Vec<Effect> {
    if let Some(opened) = &mut state.opened {
        opened.progress = None;
    }
    if state.shows_recording().is_none() {
        state.opened = None;
        return Vec::new();
    }
    state.look_back = state.page.step.take().filter(|step| *step < state.furthest().saturating_sub(1));
    vec![Effect::Read]
}

/// Something is wrong with a file.
pub fn fault(state: &mut State, sentence: String) -> Vec<Effect> {
    state.notices.say(Topic::Recording, sentence, None);
    Vec::new()
}

/// The page shows its own run again.
pub fn close(state: &mut State) -> Vec<Effect> {
    let Some(opened) = state.opened.take() else { return Vec::new() };
    state.readout = opened.own.unwrap_or_else(|| state.readout.clone());
    state.look_back = None;
    state.page.runs.clear();
    state.notices.clear(Topic::Recording);
    keep_focus(state);
    vec![Effect::CloseRecording, Effect::Read, Effect::WriteUrl]
}

fn keep_focus(state: &mut State) {
    let blocks = state.shown().first().map_or(0, |lane| lane.diagram.blocks.len());
    state.focus = state.focus.filter(|place| place.is_in(blocks));
}

/// The steps pass by themselves, or stop doing so.
pub fn replay(state: &mut State) -> Vec<Effect> {
    let last = state.furthest().saturating_sub(1);
    let Some(opened) = &mut state.opened else { return Vec::new() };
    opened.replays = !opened.replays && last > 0;
    if !opened.replays {
        return Vec::new();
    }
    // From the beginning, if it stands at the end.
    state.look_back = state.look_back.or(Some(0));
    vec![Effect::ReplaySoon]
}

/// In about so many pictures a whole recording passes: twenty seconds.
const PICTURES: u64 = 600;

/// One picture further.
pub fn replay_on(state: &mut State) -> Vec<Effect> {
    let last = state.furthest().saturating_sub(1);
    let Some(opened) = state.opened.as_mut().filter(|opened| opened.replays) else { return Vec::new() };
    let next = state.look_back.unwrap_or(last) + (last / PICTURES).max(1);
    if next >= last {
        opened.replays = false;
        state.look_back = None;
        return Vec::new();
    }
    state.look_back = Some(next);
    vec![Effect::ReplaySoon]
}

/// One step further; after the last one nothing.
pub fn step(state: &mut State) -> Vec<Effect> {
    let last = state.furthest().saturating_sub(1);
    if let Some(opened) = &mut state.opened {
        opened.replays = false;
    }
    state.look_back = state.look_back.map(|step| step + 1).filter(|step| *step < last);
    Vec::new()
}

/// Back to the first step.
pub fn rewind(state: &mut State) -> Vec<Effect> {
    if let Some(opened) = &mut state.opened {
        opened.replays = false;
    }
    state.look_back = (state.furthest() > 1).then_some(0);
    Vec::new()
}

/// The page trains the run that is shown, from its beginning and with the same changes; its own run is put aside.
pub fn make_live(state: &mut State) -> Vec<Effect> {
    let specs: Option<Vec<_>> = match state.shows_recording() {
        Some(opened) => opened.lanes.iter().enumerate().map(|(index, _)| recorded_spec(state, index)).collect(),
        None => return Vec::new(),
    };
    let Some(specs) = specs else { return fault(state, Text::NotMadeLive.words().to_owned()) };
    let made: Result<Vec<_>, _> =
        specs.into_iter().zip(Lane::ALL).map(|(spec, lane)| LaneState::new(lane, spec)).collect();
    let made = match made {
        Ok(made) => made,
        Err(complaint) => return fault(state, words::value_not_taken(&complaint, None)),
    };
    let files = state.shows_recording().map(|opened| opened.lanes.iter().map(|lane| lane.file.clone()).collect());
    let mut effects = vec![Effect::KeepReference];
    effects.extend(close(state));
    state.reference = files.unwrap_or_default();
    let former = aside::worth_keeping(state);
    let lanes = made.len();
    // The sources stay: those of a second run that is not needed end.
    let sources: Vec<_> = state.lanes.drain(..).collect();
    for (index, (mut lane, misfits)) in made.into_iter().enumerate() {
        misfits.into_iter().for_each(|misfit| state.notices.not_taken(&misfit.not_taken(lane.lane)));
        if let Some(source) = sources.get(index) {
            (lane.launched, lane.listening, lane.dead, lane.silent) =
                (source.launched, source.listening, source.dead, source.silent);
        }
        state.lanes.push(lane);
    }
    state.page.compare = lanes > 1;
    state.overrides = overrides(state);
    state.draft.clear();
    state.twin_draft.clear();
    state.form = Lane::A;
    match former {
        Some(former) => effects.extend(aside::put(state, former)),
        None if sources.len() > lanes => effects.push(Effect::Drop(lanes)),
        None => {}
    }
    effects.extend(runs::begin_all(state));
    state.on_ready = Some(protocol::Go::Train);
    effects.push(Effect::WriteUrl);
    effects
}

/// The settings with which a recorded run is made again.
fn recorded_spec(state: &State, index: usize) -> Option<protocol::RunSpec> {
    state.readout.lanes.get(index).and_then(|read| read.replay.clone())
}

/// What the second run has otherwise than the first.
fn overrides(state: &State) -> crate::state::url::Overrides {
    let [first, second] = state.lanes.as_slice() else { return Vec::new() };
    let differs = |own: &protocol::RunSetting| own.get(&first.spec) != own.get(&second.spec);
    protocol::RunSetting::written().filter(differs).map(|own| (own, own.get(&second.spec))).collect()
}

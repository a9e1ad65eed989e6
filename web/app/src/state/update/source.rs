//! What the sources of the runs say.

use super::{lesson, native, proof, slow, trouble, weights};
use crate::BUILD;
use crate::source::Kind;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::{Remedy, Topic};
use crate::state::{Effect, State};
use protocol::embed::ErrorCode;
use protocol::{Command, EndReason, Failure, Go, Loss, Mark, OnNonfinite, Place, Reply, RunState};
use scene::{Text, words};
use std::rc::Rc;

/// One run's source said something.
pub fn hear(state: &mut State, index: usize, reply: Reply) -> Vec<Effect> {
    let is_ready = matches!(&reply, Reply::Ready { build } if build == BUILD);
    if state.lanes.get(index).is_none_or(|lane| lane.dead) || is_ready && native::listens(state, index) {
        return Vec::new();
    }
    let lane = &mut state.lanes[index];
    match reply {
        Reply::Ready { .. } if is_ready => {
            lane.listening = true;
            lane.begin();
            state.notices.clear(Topic::Source);
            let mut effects = vec![Effect::Start(index)];
            effects.extend(if index == 0 { weights::pending(state) } else { Vec::new() });
            return effects;
        }
        Reply::Ready { .. } => {
            (lane.dead, lane.phase) = (true, Phase::Failed);
            return complain(state, index, Topic::Source, Text::BuildMismatch.words(), Remedy::Reload);
        }
        Reply::Silent if state.source == Kind::Native => return native::silent(state, index),
        Reply::Silent if lane.listening => {
            lane.silent = true;
            return complain(state, index, Topic::Source, Text::WorkerStopped.words(), Remedy::Restart);
        }
        Reply::Here => {
            lane.silent = false;
            if state.source == Kind::Native {
                native::answers(state);
            } else {
                state.notices.clear(Topic::Source);
            }
        }
        Reply::Silent => return complain(state, index, Topic::Source, Text::WorkerSilent.words(), Remedy::Restart),
        Reply::Joined { drives } => return native::joined(state, drives),
        Reply::Parted => return native::parted(state),
        Reply::Driving { driven, rests } => return native::driving(state, driven, rests),
        Reply::Closed(closing) => return native::closed(state, closing),
        Reply::Lost(loss) => return lost(state, index, &loss),
        Reply::Failed(failure) => {
            (lane.phase, lane.building) = (Phase::Failed, false);
            lane.refused = matches!(failure, Failure::Settings(_) | Failure::Memory { .. });
            // The same again would be refused again.
            let remedy = (!lane.refused).then_some(Remedy::NewRun);
            return [complain(state, index, Topic::Run, &words::failure(&failure), remedy), stop(state)].concat();
        }
        Reply::Loading { received, total } => lane.loading = Some((received, total)),
        Reply::Building => lane.building = lane.phase == Phase::Loading,
        Reply::Progress(part) => lane.progress = Some(part).filter(|part| !part.is_done()),
        Reply::Started { parameter_hash } => lane.parameter_hash = Some(parameter_hash),
        Reply::Samples(samples) => lane.samples = Some(Rc::new(*samples)),
        Reply::Checked { number, fits } => return weights::checked(state, number, fits),
        Reply::Weights { step, bytes } => return weights::saved(state, index, step, bytes),
        Reply::Folded(folded) => {
            let run = (state.lanes.len() > 1).then_some(state.lanes[index].lane);
            state.notices.say(Topic::Fold, words::folded(run, &folded), None);
            return vec![Effect::WriteUrl];
        }
        Reply::Proving(part) if index == 0 => proof::on(state, part),
        Reply::Proved(found) if index == 0 => proof::done(state, found.map(|found| *found)),
        // Whoever set it knows it.
        Reply::Budget(steps) if lane.follows => {
            [Some(&mut lane.spec), lane.told.as_mut()].into_iter().flatten().for_each(|spec| spec.steps = steps);
            return vec![Effect::WriteUrl];
        }
        Reply::State(does) => return doing(state, index, does),
        // These are for the records, or of a run that is not proved.
        Reply::Events(_)
        | Reply::Spent(_)
        | Reply::CaughtUp
        | Reply::Budget(_)
        | Reply::Proving(_)
        | Reply::Proved(_) => {}
    }
    Vec::new()
}

/// A run made a change: where it was to make it by itself the controls follow.
pub fn marked(state: &mut State, index: usize, mark: &Mark) -> Vec<Effect> {
    if let Some(lane) = state.lanes.get_mut(index) {
        lane.take_mark(mark);
    }
    Vec::new()
}

/// A run rests while the other one has done that many updates: it does what both are asked to do, or what that one is found to
/// do, which `goes`.
pub fn catch_up(state: &State, index: usize, updates: u64, goes: bool) -> Vec<Effect> {
    if slow::walks_beside(state, updates) {
        return Vec::new();
    }
    let go = match state.asked {
        Some(Go::Until(further)) => Go::Until(further.max(updates)),
        // What was heard of the one ahead may be of long ago.
        asked if (goes || asked.is_some()) && state.live_is_going() => state.onward(),
        _ => Go::Until(updates),
    };
    vec![Effect::Send(index, go.command())]
}

fn lost(state: &mut State, index: usize, loss: &Loss) -> Vec<Effect> {
    let lane = &mut state.lanes[index];
    (lane.dead, lane.phase) = (true, Phase::Failed);
    if index == 0 {
        state.checking = None;
    }
    match loss {
        Loss::Unavailable => complain(state, index, Topic::Source, Text::NoWorker.words(), Remedy::Reload),
        Loss::Stranger => {
            native::is_stranger(state);
            [complain(state, index, Topic::Source, Text::ProgramBegunAnew.words(), None), stop(state)].concat()
        }
        Loss::Died(why) if why.is_empty() && !lane.listening => {
            [complain(state, index, Topic::Source, Text::WorkerNotLoaded.words(), Remedy::Reload), stop(state)].concat()
        }
        Loss::Died(why) => {
            [complain(state, index, Topic::Source, &words::worker_died(why), Remedy::Restart), stop(state)].concat()
        }
    }
}

fn complain(
    state: &mut State,
    index: usize,
    topic: Topic,
    sentence: &str,
    remedy: impl Into<Option<Remedy>>,
) -> Vec<Effect> {
    // Details that were copied are of an earlier failure.
    state.details = None;
    state.notices.say(topic, sentence, remedy.into());
    let code = if topic == Topic::Source { ErrorCode::Engine } else { ErrorCode::Run };
    vec![Effect::TellError(trouble::of_run(code, index, sentence))]
}

/// Nothing goes on: the other run, if there is one, pauses.
fn stop(state: &mut State) -> Vec<Effect> {
    (state.asked, state.on_ready) = (None, None);
    let running = |(_, lane): &(usize, &LaneState)| lane.phase == Phase::Running;
    state.lanes.iter().enumerate().filter(running).map(|(other, _)| Effect::Send(other, Command::Pause)).collect()
}

/// A run ended.
pub fn ended(state: &mut State, index: usize, reason: EndReason) -> Vec<Effect> {
    let compared = state.lanes.len() > 1;
    let Some(lane) = state.lanes.get_mut(index).filter(|lane| !lane.dead) else { return Vec::new() };
    let run = compared.then_some(lane.lane);
    let effects = match &reason {
        EndReason::Done | EndReason::Interrupted => Vec::new(),
        EndReason::NonFinite { step, lost, block } => {
            let place = block.as_deref().and_then(|name| lane.diagram.place(name)).unwrap_or(Place::Head);
            let sentence = words::not_finite(*lost, *step, place, run);
            state.details = None;
            state.notices.say(Topic::Run, sentence.clone(), Some(Remedy::SmallerRate));
            vec![Effect::TellError(trouble::of_run(ErrorCode::NotFinite, index, &sentence))]
        }
    };
    state.lanes[index].ended = Some(reason);
    effects
}

/// The loss of a run is not finite: where such a run goes on, that is said once.
pub fn without_update(state: &mut State, index: usize, step: u64) -> Vec<Effect> {
    let compared = state.lanes.len() > 1;
    let goes_on = |lane: &&mut LaneState| !lane.left_out && lane.spec.on_nonfinite == OnNonfinite::Continue;
    if let Some(lane) = state.lanes.get_mut(index).filter(goes_on) {
        lane.left_out = true;
        state.notices.say(Topic::Run, words::without_update(step, compared.then_some(lane.lane)), None);
    }
    Vec::new()
}

fn doing(state: &mut State, index: usize, does: RunState) -> Vec<Effect> {
    let went = state.live_is_going();
    let lane = &mut state.lanes[index];
    let was = std::mem::replace(&mut lane.phase, Phase::from(does));
    lane.building = false;
    if matches!(does, RunState::Ready | RunState::Done) {
        lane.progress = None;
    }
    let confirmed = matches!(
        (state.asked, state.live_phase()),
        (Some(Go::Train), Phase::Running | Phase::Done | Phase::Failed)
            | (Some(Go::Rest | Go::Until(_)), Phase::Paused | Phase::Done | Phase::Failed)
    );
    if confirmed {
        state.asked = None;
    }
    lesson::ran(state);
    if was != Phase::Loading {
        let ended = went && matches!(state.live_phase(), Phase::Done | Phase::Failed);
        state.just_ended |= ended;
        return ended.then_some(Effect::EndSeenSoon).into_iter().collect();
    }
    // What was changed meanwhile could not be told before.
    let changes = state.lanes[index].take_changes();
    let mut effects: Vec<_> = changes.into_iter().map(|change| Effect::Send(index, Command::Change(change))).collect();
    if std::mem::take(&mut state.lanes[index].catches_up) && state.on_ready.is_none() {
        let going = state.live_is_going();
        let ahead = state.own_readout().lanes.first().map_or(0, |first| first.updates);
        let command = if going { Command::Play } else { Command::Until(ahead) };
        effects.push(Effect::Send(index, command));
        return effects;
    }
    if state.live_phase() == Phase::Ready {
        if !std::mem::replace(&mut state.announced, true) {
            effects.push(Effect::TellReady);
        }
        let Some(go) = state.on_ready.take().filter(|go| *go != Go::Rest) else { return effects };
        state.asked = Some(go);
        effects.extend((0..state.lanes.len()).map(|lane| Effect::Send(lane, go.command())));
    }
    effects
}

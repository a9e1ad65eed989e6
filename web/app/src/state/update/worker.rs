//! What the workers say, measurements apart.

use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::{Remedy, Topic};
use crate::state::{Effect, Go, State, WorkerNews};
use protocol::{Command, EndReason, RunState};
use scene::{Text, english};

/// The build that page and worker compare in their handshake.
pub const BUILD: &str = match option_env!("HEADWATER_BUILD") {
    Some(build) => build,
    None => "dev",
};

/// One run's worker said something.
pub fn hear(state: &mut State, index: usize, news: WorkerNews) -> Vec<Effect> {
    let Some(lane) = state.lanes.get_mut(index).filter(|lane| !lane.dead) else { return Vec::new() };
    match news {
        WorkerNews::Listens(build) if build == BUILD => {
            lane.listening = true;
            lane.told = Some(lane.spec.clone());
            state.notices.clear(Topic::Worker);
            vec![Effect::Start(index)]
        }
        WorkerNews::Listens(_) => {
            (lane.dead, lane.phase) = (true, Phase::Failed);
            complain(state, Topic::Worker, Text::BuildMismatch.words().to_owned(), Remedy::Reload)
        }
        WorkerNews::Silent if lane.listening => Vec::new(),
        WorkerNews::Silent => complain(state, Topic::Worker, Text::WorkerSilent.words().to_owned(), Remedy::Restart),
        WorkerNews::Unavailable => {
            (lane.dead, lane.phase) = (true, Phase::Failed);
            complain(state, Topic::Worker, Text::NoWorker.words().to_owned(), Remedy::Reload)
        }
        WorkerNews::Died(why) => {
            (lane.dead, lane.phase) = (true, Phase::Failed);
            let never = why.is_empty() && !lane.listening;
            let sentence = if never { Text::WorkerNotLoaded.words().to_owned() } else { english::worker_died(&why) };
            stop(state, Topic::Worker, sentence, Remedy::Restart)
        }
        WorkerNews::Failed(sentence) => {
            (lane.phase, lane.building) = (Phase::Failed, false);
            stop(state, Topic::Run, sentence, Remedy::NewRun)
        }
        WorkerNews::Loading(received, total) => {
            lane.loading = Some((received, total));
            Vec::new()
        }
        WorkerNews::Building => {
            lane.building = lane.phase == Phase::Loading;
            Vec::new()
        }
        WorkerNews::Progress(progress) => {
            lane.progress = progress;
            Vec::new()
        }
        WorkerNews::Started(hash) => {
            lane.parameter_hash = Some(hash);
            Vec::new()
        }
        WorkerNews::Ended(reason) => ended(state, index, reason),
        WorkerNews::Does(does) => doing(state, index, does),
    }
}

fn complain(state: &mut State, topic: Topic, sentence: String, remedy: Remedy) -> Vec<Effect> {
    state.notices.say(topic, sentence.clone(), Some(remedy));
    vec![Effect::TellError(sentence)]
}

/// Nothing goes on: the other run, if there is one, pauses.
fn stop(state: &mut State, topic: Topic, sentence: String, remedy: Remedy) -> Vec<Effect> {
    (state.asked, state.on_ready) = (None, None);
    let mut effects = complain(state, topic, sentence, remedy);
    let running = |(_, lane): &(usize, &LaneState)| lane.phase == Phase::Running;
    let others = state.lanes.iter().enumerate().filter(running).map(|(other, _)| Effect::Send(other, Command::Pause));
    effects.extend(others);
    effects
}

fn ended(state: &mut State, index: usize, reason: EndReason) -> Vec<Effect> {
    let lane = &mut state.lanes[index];
    let effects = match &reason {
        EndReason::Done => Vec::new(),
        EndReason::NonFinite { step, block } => {
            let block = block.as_deref().and_then(|name| lane.plan.block_index(name).ok());
            let sentence = english::loss_not_finite(*step, block);
            state.notices.say(Topic::Run, sentence.clone(), None);
            vec![Effect::TellError(sentence)]
        }
    };
    state.lanes[index].ended = Some(reason);
    effects
}

fn doing(state: &mut State, index: usize, does: RunState) -> Vec<Effect> {
    let lane = &mut state.lanes[index];
    let was = std::mem::replace(&mut lane.phase, Phase::from(does));
    lane.building = false;
    if matches!(does, RunState::Ready | RunState::Done) {
        lane.progress = None;
    }
    let confirmed = matches!(
        (state.asked, state.phase()),
        (Some(Go::Train), Phase::Running | Phase::Done | Phase::Failed)
            | (Some(Go::Rest | Go::Step), Phase::Paused | Phase::Done | Phase::Failed)
    );
    if confirmed {
        state.asked = None;
    }
    if was != Phase::Loading {
        return Vec::new();
    }
    // What was changed meanwhile could not be told before.
    let changes = state.lanes[index].take_changes();
    let mut effects: Vec<_> = changes.into_iter().map(|change| Effect::Send(index, Command::Change(change))).collect();
    if state.phase() == Phase::Ready {
        if !std::mem::replace(&mut state.announced, true) {
            effects.push(Effect::TellReady);
        }
        let command = match state.on_ready.take() {
            Some(Go::Train) => Command::Play,
            Some(Go::Step) => Command::StepOnce,
            Some(Go::Rest) | None => return effects,
        };
        state.asked = Some(if command == Command::Play { Go::Train } else { Go::Step });
        effects.extend((0..state.lanes.len()).map(|lane| Effect::Send(lane, command.clone())));
    }
    effects
}

//! Weights: those of a file are asked for whether they fit before anything gives way to a run that starts from them; those of
//! the page's own runs are saved.

use super::{opened, settings};
use crate::state::lane_state::{LaneState, Phase};
use crate::state::notice::Topic;
use crate::state::{Effect, State};
use protocol::{Check, Command, Renaming, RunSpec, Unfit, Weights, WeightsProblem, weights_file};
use scene::{Text, words};
use std::sync::Arc;

/// A file of weights was opened.
pub fn open(state: &mut State, weights: &Arc<Weights>) -> Vec<Effect> {
    state.notices.clear(Topic::Weights);
    if !state.source.trains() {
        state.notices.say(Topic::Weights, words::weights_need(&weights.file, Text::ViewerOnly.words()), None);
        return Vec::new();
    }
    if state.lanes[0].dead {
        state.notices.say(Topic::Weights, words::weights_need(&weights.file, Text::EngineGone.words()), None);
        return Vec::new();
    }
    ask(state, weights)
}

/// The first run's source is asked; where it does not listen yet, as soon as it does.
fn ask(state: &mut State, weights: &Arc<Weights>) -> Vec<Effect> {
    let number = state.checking.as_ref().map_or(0, |before| before.number + 1);
    state.checking = Some(Check { number, specs: specs(state), weights: weights.clone() });
    if state.lanes[0].listening { pending(state) } else { Vec::new() }
}

/// The question that is still to be answered.
pub fn pending(state: &State) -> Vec<Effect> {
    state.checking.iter().map(|check| Effect::Send(0, Command::Check(Box::new(check.clone())))).collect()
}

/// The runs change places with those aside, and their sources with them: the one that is the first now is asked.
pub fn ask_again(state: &mut State) -> Vec<Effect> {
    let weights = state.checking.as_ref().map(|check| check.weights.clone());
    weights.map(|weights| ask(state, &weights)).unwrap_or_default()
}

/// The settings that a new run would have.
fn specs(state: &State) -> Vec<RunSpec> {
    let mut trial = state.clone();
    settings::begin_drafted(&mut trial, None);
    trial.lanes.into_iter().map(|lane| lane.spec).collect()
}

/// The source has answered: a run starts from the weights, or all stays as it is.
pub fn checked(state: &mut State, number: u32, fits: Result<Vec<Renaming>, Unfit>) -> Vec<Effect> {
    let Some(check) = state.checking.take_if(|check| check.number == number) else { return Vec::new() };
    let Check { specs: asked, weights, .. } = check;
    match fits {
        Err(Unfit { lane, problem }) => refuse(state, &weights.file, &problem, &asked, lane),
        // The form says something else by now.
        Ok(_) if specs(state) != asked => ask(state, &weights),
        Ok(renamings) => {
            let mut effects = if state.awaits_visitor() { opened::give_way(state) } else { opened::close(state) };
            effects.extend(settings::new_run_from(state, Some(&weights)));
            if !renamings.is_empty() {
                state.notices.say(Topic::Weights, words::weights_renamed(&weights.file, &renamings), None);
            }
            effects
        }
    }
}

/// A file was not even read.
pub fn unread(state: &mut State, file: &str, problem: &WeightsProblem) -> Vec<Effect> {
    let specs = specs(state);
    refuse(state, file, problem, &specs, 0)
}

fn refuse(state: &mut State, file: &str, problem: &WeightsProblem, specs: &[RunSpec], lane: usize) -> Vec<Effect> {
    let Some(spec) = specs.get(lane) else { return Vec::new() };
    let run = state.lanes.get(lane).filter(|_| specs.len() > 1).map(|own| own.lane);
    state.notices.say(Topic::Weights, words::weights_not_taken(file, problem, spec, run), None);
    Vec::new()
}

/// Why a run's weights cannot be saved now, if so.
pub fn why_not_saved(lane: &LaneState) -> Option<Text> {
    match () {
        () if lane.dead => Some(Text::WeightsGone),
        () if lane.phase == Phase::Loading || lane.parameter_hash.is_none() => Some(Text::WeightsToCome),
        () => None,
    }
}

/// A run's weights are to be saved: its source has them.
pub fn save(state: &mut State, lane: usize) -> Vec<Effect> {
    state.panel = None;
    vec![Effect::Send(lane, Command::Weights)]
}

/// They have arrived.
pub fn saved(state: &State, lane: usize, step: u64, bytes: Vec<u8>) -> Vec<Effect> {
    let name = |own: &LaneState, mark| weights_file(&own.spec, &own.plan, &own.strengths, mark, step);
    let Some(own) = state.lanes.get(lane) else { return Vec::new() };
    let is_alone = state.lanes.iter().filter(|other| name(other, None) == name(own, None)).count() == 1;
    vec![Effect::HandOut(name(own, (!is_alone).then_some(own.lane.name())), bytes)]
}

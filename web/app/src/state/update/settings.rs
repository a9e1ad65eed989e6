//! Switches, the form, and parameters from an embedding page.

use super::{controls, runs};
use crate::state::fit::fit;
use crate::state::notice::{Notice, Topic};
use crate::state::page_options::PAGE_KEYS;
use crate::state::url::{problem, twin, twin_problem, unavailable};
use crate::state::{Action, Effect, State};
use protocol::{Command, Go, KEYS, Key, Lane, Outcome, RunSpec, key};
use scene::english;

/// One shortcut closes, or opens fully.
pub fn toggle(state: &mut State, lane: usize, block: usize) -> Vec<Effect> {
    if let Some(lane) = state.lanes.get_mut(lane).filter(|lane| lane.plan.has_shortcuts()) {
        let open = lane.strengths.get(block).is_some_and(|strength| *strength > 0.0);
        lane.set_skip(Some(block), if open { 0.0 } else { 1.0 });
        forget_skip(state);
    }
    state.look_back = None;
    tell_changes(state)
}

/// The switches are set by hand: what was said about `skip` is of the past.
fn forget_skip(state: &mut State) {
    state.notices.clear(Topic::Value("skip"));
    state.notices.clear(Topic::TwinValue("skip"));
}

/// All shortcuts of a run open; if they all are, they close.
pub fn toggle_all(state: &mut State, lane: usize) -> Vec<Effect> {
    if let Some(lane) = state.lanes.get_mut(lane).filter(|lane| lane.plan.has_shortcuts()) {
        let strength = if lane.all_open() { 0.0 } else { 1.0 };
        lane.set_skip(None, strength);
        forget_skip(state);
    }
    state.look_back = None;
    tell_changes(state)
}

/// The sources hear of every live setting that changed.
fn tell_changes(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (index, lane) in state.lanes.iter_mut().enumerate() {
        effects.extend(lane.take_changes().into_iter().map(|change| Effect::Send(index, Command::Change(change))));
    }
    effects.push(Effect::WriteUrl);
    effects
}

/// A setting in the form: live ones are in force at once, the others wait for a new run.
pub fn edit(state: &mut State, name: &'static str, text: &str) -> Vec<Effect> {
    let Some(key) = key(name) else { return Vec::new() };
    state.notices.clear(Topic::Value(name));
    if name == "depth" {
        state.notices.clear(Topic::Value("model"));
    }
    if key.live {
        for index in 0..state.lanes.len() {
            set_live(state, key, index, text);
        }
        return tell_changes(state);
    }
    state.edited.insert(name);
    let mut wanted = state.drafted();
    say_problem(state, key, key.set(&mut wanted, text), &(key.get)(&wanted));
    draft(state, key, (key.get)(&wanted));
    if name == "model" {
        leave_behind(state);
    }
    Vec::new()
}

/// A setting waits for a new run, unless it is in force already.
fn draft(state: &mut State, key: &'static Key, wanted: String) {
    state.draft.remove(key.name);
    if (key.get)(&state.drafted()) != wanted {
        state.draft.insert(key.name, wanted);
    }
}

/// Settings that do not go with the network that was chosen become what is usual with it.
fn leave_behind(state: &mut State) {
    let mut fitting = state.drafted();
    if fit(&mut fitting).is_ok() {
        for key in KEYS.iter().filter(|key| !["model", "depth"].contains(&key.name)) {
            draft(state, key, (key.get)(&fitting));
        }
    }
}

fn say_problem(state: &mut State, key: &Key, outcome: Outcome, now: &str) {
    if let Some(sentence) = problem(outcome, now) {
        state.notices.say(Topic::Value(key.name), sentence, None);
    }
}

/// Sets a live setting of one run; the second run keeps what its own parameters say.
fn set_live(state: &mut State, key: &'static Key, lane: usize, text: &str) {
    if lane > 0 && state.overrides.iter().any(|(name, _)| *name == key.name) {
        return;
    }
    let mut spec = state.lanes[lane].spec.clone();
    let outcome = key.set(&mut spec, text);
    if let Ok(strengths) = spec.skip.strengths(&state.lanes[lane].plan) {
        let now = (key.get)(&spec);
        (state.lanes[lane].spec, state.lanes[lane].strengths) = (spec, strengths);
        say_problem(state, key, outcome, &now);
    } else if let Err(error) = spec.skip.strengths(&state.lanes[lane].plan) {
        let now = (key.get)(&state.lanes[lane].spec);
        state.notices.say(Topic::Value(key.name), english::value_not_taken(&error, Some(&now)), None);
    }
}

/// A run with the settings of the form, from step 0.
pub fn new_run(state: &mut State) -> Vec<Effect> {
    let go = state.on_ready.or(state.is_going().then_some(Go::Train));
    // What this run's own settings led to stays to be read.
    let edited = std::mem::take(&mut state.edited);
    state.notices.clear_values_except(|key| edited.contains(key));
    state.notices.clear(Topic::Run);
    let spec = state.drafted();
    state.draft.clear();
    if let Err(sentence) = replace_all(state, spec) {
        state.notices.say(Topic::Value("model"), sentence, None);
    }
    state.focus = state.focus.filter(|block| *block < state.lanes[0].plan.blocks.len());
    state.look_back = None;
    let mut effects = runs::begin_all(state);
    state.on_ready = go;
    effects.push(Effect::WriteUrl);
    effects
}

/// Gives the first run these settings, and the second what follows from them; it keeps its own shortcuts if they fit.
fn replace_all(state: &mut State, spec: RunSpec) -> Result<(), String> {
    let misfits = state.lanes[0].replace(spec)?;
    state.notices.say_all(misfits.into_iter().map(|misfit| misfit.notice(Lane::A)));
    if let [first, second] = state.lanes.as_mut_slice() {
        let mut other = twin(&first.spec, &state.overrides);
        let kept = first.plan.has_shortcuts() && second.plan.has_shortcuts();
        if kept && second.spec.skip.strengths(&first.plan).is_ok() {
            other.skip = second.spec.skip.clone();
        }
        let misfits = second.replace(other)?;
        state.notices.say_all(misfits.into_iter().map(|misfit| misfit.notice(Lane::B)));
    }
    Ok(())
}

/// URL parameters from an embedding page, while the page stands.
pub fn set(state: &mut State, pairs: &[(String, String)]) -> Vec<Effect> {
    state.notices.clear_values();
    let mut effects = Vec::new();
    let mut anew = false;
    for (name, text) in pairs {
        if let Some(page_key) = PAGE_KEYS.iter().find(|key| *key == name) {
            effects.extend(set_page(state, page_key, text));
        } else if let Some(own) = name.strip_suffix("_b").and_then(key) {
            anew |= set_twin(state, own, text);
        } else if let Some(own) = key(name) {
            if own.live {
                (0..state.lanes.len()).for_each(|lane| set_live(state, own, lane, text));
            } else {
                effects.extend(edit(state, own.name, text));
            }
        }
    }
    if let Some(sentence) = unavailable(pairs) {
        state.notices.say(Topic::Unavailable, sentence, None);
    }
    effects.extend(complaints(state, pairs));
    if anew || !state.draft.is_empty() {
        effects.extend(new_run(state));
    } else {
        effects.extend(tell_changes(state));
    }
    effects
}

/// The embedding page hears what was not taken of its parameters.
fn complaints(state: &State, pairs: &[(String, String)]) -> Vec<Effect> {
    let named = |key: &str| pairs.iter().any(|(name, _)| name.strip_suffix("_b").unwrap_or(name) == key);
    let of_these = |notice: &&Notice| match notice.topic {
        Topic::Value(key) | Topic::TwinValue(key) => named(key),
        Topic::Unavailable => unavailable(pairs).is_some(),
        Topic::Source | Topic::Run => false,
    };
    let tell = |notice: &Notice| Effect::TellError(notice.sentence.clone());
    state.notices.all().iter().filter(of_these).map(tell).collect()
}

/// A parameter of the second run; true if it needs a new run.
fn set_twin(state: &mut State, own: &'static Key, text: &str) -> bool {
    let mut trial = state.lanes[0].spec.clone();
    let outcome = own.set(&mut trial, text);
    if !matches!(outcome, Outcome::Refused(_)) {
        state.overrides.retain(|(name, _)| *name != own.name);
        if own.live && state.lanes.len() > 1 {
            set_live(state, own, 1, text);
            state.notices.clear(Topic::Value(own.name));
        }
        state.overrides.push((own.name, (own.get)(&trial)));
    }
    let now = match state.lanes.get(1) {
        Some(second) if own.live => (own.get)(&second.spec),
        _ => (own.get)(&twin(&state.lanes[0].spec, &state.overrides)),
    };
    state.notices.clear(Topic::TwinValue(own.name));
    if let Some(sentence) = twin_problem(outcome, own.name, &now) {
        state.notices.say(Topic::TwinValue(own.name), sentence, None);
    }
    !own.live && state.lanes.len() > 1
}

/// One of the page's own parameters.
fn set_page(state: &mut State, name: &'static str, text: &str) -> Vec<Effect> {
    let before = state.page.clone();
    if let Err(error) = state.page.set(name, text) {
        let now = state.page.in_force(name);
        state.notices.say(Topic::Value(name), english::value_not_taken(&error, now.as_deref()), None);
    }
    let after = std::mem::replace(&mut state.page, before);
    match name {
        "compare" => runs::compare(state, after.compare),
        "play" if after.play => runs::play(state),
        "play" => runs::pause(state),
        "theme" | "scale" | "hide" => {
            state.page = after;
            vec![Effect::Restyle]
        }
        "block" => {
            let index = after.block.as_deref().and_then(|name| state.lanes[0].plan.block_index(name).ok());
            controls::look(state, &Action::Focus(index))
        }
        _ => Vec::new(),
    }
}

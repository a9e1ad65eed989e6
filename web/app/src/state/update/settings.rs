//! Switches, the form, and parameters from an embedding page.

use super::{aside, controls, lesson, native, runs, trouble};
use crate::state::fit::{fit, usual_eval_every};
use crate::state::lane_state::LaneState;
use crate::state::notice::{NotTaken, Notice, Topic};
use crate::state::page::measured;
use crate::state::url::{not_taken, of_twin, override_of, twin, unavailable};
use crate::state::{Action, Effect, State};
use protocol::embed::{ErrorCode, Refusal};
use protocol::setting::{Kind, planned};
use protocol::{
    Change, Command, Complaint, Data, DataKind, Go, Lane, ModelSpec, Outcome, OwnData, PageSetting, Quantity, Reason,
    RunSetting, RunSpec, Weights,
};
use std::ops::Range;
use std::sync::Arc;

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

/// The shortcuts of a run, all or these, get this strength.
pub fn strength(state: &mut State, lane: usize, blocks: Option<Range<usize>>, strength: f64) -> Vec<Effect> {
    if let Some(lane) = state.lanes.get_mut(lane).filter(|lane| lane.plan.has_shortcuts()) {
        let all = lane.strengths.len();
        match blocks.filter(|blocks| blocks.len() < all) {
            None => lane.set_skip(None, strength),
            Some(blocks) => blocks.filter(|block| *block < all).for_each(|block| lane.set_skip(Some(block), strength)),
        }
        forget_skip(state);
    }
    state.look_back = None;
    tell_changes(state)
}

/// The shortcuts of a run fade out over this number of steps.
pub fn fade_out(state: &mut State, lane: usize, steps: u64) -> Vec<Effect> {
    if let Some(lane) = state.lanes.get_mut(lane).filter(|lane| lane.plan.has_shortcuts()) {
        lane.fade_over(steps);
        state.notices.clear(Topic::Value(RunSetting::Fade.into()));
        state.notices.clear(Topic::TwinValue(RunSetting::Fade));
    }
    state.look_back = None;
    tell_changes(state)
}

/// The shortcuts of a run are folded into its weights, if that can be.
pub fn fold(state: &mut State, lane: usize) -> Vec<Effect> {
    if let Some(lane) = state.lanes.get_mut(lane).filter(|lane| lane.spec.check_fold(&lane.plan).is_ok()) {
        lane.fold();
        forget_skip(state);
    }
    state.look_back = None;
    tell_changes(state)
}

/// The switches are set by hand: what was said about `skip` is of the past.
fn forget_skip(state: &mut State) {
    state.notices.clear(Topic::Value(RunSetting::Skip.into()));
    state.notices.clear(Topic::TwinValue(RunSetting::Skip));
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

/// Whatever is shown is measured, and no longer once it is not.
pub fn measure_shown(state: &mut State, before: &[Quantity]) -> Vec<Effect> {
    let wanted = measured(&state.page);
    if wanted == before {
        return Vec::new();
    }
    let mut effects = Vec::new();
    for (index, lane) in state.lanes.iter_mut().enumerate() {
        lane.measure(&wanted);
        effects.extend(lane.take_changes().into_iter().map(|change| Effect::Send(index, Command::Change(change))));
    }
    effects
}

/// What the chart under all others shows is measured with the next step.
pub fn measure_again(state: &State) -> Vec<Effect> {
    let again = |quantity: &Quantity| Command::Change(Change::Measure { quantity: *quantity, on: true });
    let listening = (0..state.lanes.len()).filter(|lane| state.lanes[*lane].told.is_some());
    listening
        .flat_map(|lane| state.page.instrument.quantities().iter().map(move |own| Effect::Send(lane, again(own))))
        .collect()
}

/// The sources hear of every live setting that changed.
pub fn tell_changes(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (index, lane) in state.lanes.iter_mut().enumerate() {
        effects.extend(lane.take_changes().into_iter().map(|change| Effect::Send(index, Command::Change(change))));
    }
    effects.push(Effect::WriteUrl);
    effects
}

/// A budget from elsewhere is at least the steps that are made.
fn raise_budgets(state: &mut State) {
    for lane in &mut state.lanes {
        if let Err(complaint) = lane.check_made(lane.spec.steps) {
            let Reason::StepsMade(made) = complaint.reason else { continue };
            lane.spec.steps = made;
            state.notices.not_taken(&NotTaken { complaint: complaint.of(lane.lane), now: Some(made.to_string()) });
        }
    }
}

/// A setting of the second run alone: live ones are in force at once, the others wait for a new run.
pub fn edit_twin(state: &mut State, setting: RunSetting, text: &str) -> Vec<Effect> {
    if setting.is_live() {
        set_twin(state, setting, text);
        return tell_changes(state);
    }
    state.notices.clear(Topic::TwinValue(setting));
    let mut wanted = state.drafted_twin();
    let outcome = setting.setting().set(&mut wanted, text);
    let value = setting.get(&wanted);
    say(state, of_twin(outcome, || value.clone()));
    state.twin_draft.remove(&setting);
    if setting.get(&state.drafted_twin()) != value {
        state.twin_draft.insert(setting, value);
    }
    Vec::new()
}

/// A setting of both runs: live ones are in force at once, the others wait for a new run.
pub fn edit(state: &mut State, setting: RunSetting, text: &str) -> Vec<Effect> {
    state.notices.clear(Topic::Value(setting.into()));
    if let Kind::ShortFor { other, .. } = setting.setting().kind {
        state.notices.clear(Topic::Value(other));
    }
    if setting.is_live() {
        state.notices.clear(Topic::TwinValue(setting));
        set_live(state, setting, text);
        return tell_changes(state);
    }
    state.edited.insert(setting);
    let mut wanted = state.drafted();
    let is_usual = wanted.eval_every == usual_eval_every(&wanted);
    let outcome = setting.setting().set(&mut wanted, text);
    say(state, not_taken(outcome, || Some(setting.get(&wanted))));
    draft(state, setting, setting.get(&wanted));
    if is_usual && setting != RunSetting::EvalEvery {
        draft(state, RunSetting::EvalEvery, usual_eval_every(&wanted).to_string());
    }
    if setting == RunSetting::Model {
        leave_behind(state);
    }
    Vec::new()
}

/// A setting waits for a new run, unless it is in force already.
fn draft(state: &mut State, setting: RunSetting, wanted: String) {
    state.draft.remove(&setting);
    if setting.get(&state.drafted()) != wanted {
        state.draft.insert(setting, wanted);
    }
}

/// Settings that do not go with the network that was chosen become what is usual with it, and pictures get the size for it.
fn leave_behind(state: &mut State) {
    let mut fitting = state.drafted();
    if let Data::Own(own) = fitting.data {
        let for_it = Data::Own(OwnData { size: ModelSpec::standard(fitting.model).image_size, ..own });
        if own.kind == DataKind::Folder && state.images.check(for_it).is_ok() {
            fitting.data = for_it;
        }
    }
    if fit(&mut fitting, &state.images).is_ok() {
        for setting in RunSetting::written().filter(|setting| *setting != RunSetting::Model) {
            draft(state, setting, setting.get(&fitting));
        }
    }
}

fn say(state: &mut State, value: Option<NotTaken>) {
    if let Some(value) = value {
        state.notices.not_taken(&value);
    }
}

/// Sets a live setting of every run; the second run keeps what its own parameters say.
fn set_live(state: &mut State, setting: RunSetting, text: &str) {
    let outcome = set_live_of(&mut state.lanes[0], setting, text);
    let now = setting.get(&state.lanes[0].spec);
    say(state, not_taken(outcome.clone(), || Some(now)));
    let keeps = state.overrides.iter().any(|(own, _)| *own == setting);
    let Some(second) = state.lanes.get_mut(1).filter(|_| !keeps) else { return };
    let outcome_of_twin = set_live_of(second, setting, text);
    let now = setting.get(&second.spec);
    // What is said of the first run holds for both.
    if outcome_of_twin != outcome {
        say(state, of_twin(outcome_of_twin, || now));
    }
}

/// Sets a live setting of one run, if its network can have that value.
fn set_live_of(lane: &mut LaneState, setting: RunSetting, text: &str) -> Outcome {
    let mut spec = lane.spec.clone();
    let outcome = setting.setting().set(&mut spec, text);
    if matches!(outcome, Outcome::Refused(_)) {
        return outcome;
    }
    lane.set_live(setting, &spec).map_or_else(Outcome::Refused, |()| outcome)
}

/// A run with the settings of the form, from step 0, what it starts from drawn from the seed.
pub fn new_run(state: &mut State) -> Vec<Effect> {
    new_run_from(state, None)
}

/// A run with the settings of the form, from step 0; weights must fit the networks that it has.
pub fn new_run_from(state: &mut State, weights: Option<&Arc<Weights>>) -> Vec<Effect> {
    // What this run's own settings led to stays to be read.
    let edited = std::mem::take(&mut state.edited);
    state.notices.clear_values_except(|setting| edited.contains(&setting));
    let effects = begin_drafted(state, weights);
    // What the visitor wants to see lies under the form; what became of a value stands in it.
    state.more &=
        state.notices.all().iter().any(|notice| matches!(notice.topic, Topic::Value(_) | Topic::TwinValue(_)));
    effects
}

/// The settings that waited are in force, from step 0.
pub fn begin_drafted(state: &mut State, weights: Option<&Arc<Weights>>) -> Vec<Effect> {
    let go = state.on_ready.or(state.is_going().then_some(Go::Train));
    let former = aside::worth_keeping(state);
    native::take_source(state);
    runs::forget_second(state);
    state.reference.clear();
    state.notices.clear(Topic::Run);
    state.notices.clear(Topic::Link);
    let spec = state.lanes[0].at_first(state.drafted());
    state.overrides = state.drafted_overrides();
    state.draft.clear();
    state.twin_draft.clear();
    if let Err(complaint) = replace_all(state, spec) {
        state.notices.not_taken(&NotTaken { complaint, now: None });
    }
    state.notices.clear(Topic::Weights);
    state.lanes.iter_mut().for_each(|lane| lane.start_from(weights.cloned()));
    state.focus = state.focus.filter(|place| place.is_in(state.lanes[0].plan.blocks.len()));
    if state.page.place(&state.lanes[0].diagram).is_err() {
        state.page.block = None;
    }
    state.look_back = None;
    let mut effects = former.map(|former| aside::put(state, former)).unwrap_or_default();
    effects.extend(runs::begin_all(state));
    state.on_ready = go;
    effects.push(Effect::WriteUrl);
    effects
}

/// Gives the first run these settings, and the second what follows from them; it keeps its own shortcuts if they fit.
fn replace_all(state: &mut State, spec: RunSpec) -> Result<(), Complaint> {
    let misfits = state.lanes[0].replace(spec)?;
    misfits.into_iter().for_each(|misfit| state.notices.not_taken(&misfit.not_taken(Lane::A)));
    if let [first, second] = state.lanes.as_mut_slice() {
        let mut other = twin(&first.spec, &state.overrides);
        let kept = first.plan.has_shortcuts() && second.plan.has_shortcuts();
        if kept && second.spec.skip.strengths(&first.plan).is_ok() {
            let usual = std::mem::replace(&mut other.skip, second.spec.skip.clone());
            if other == first.spec {
                // Two equal runs show nothing.
                other.skip = usual;
            }
        }
        let misfits = second.replace(other)?;
        misfits.into_iter().for_each(|misfit| state.notices.not_taken(&misfit.not_taken(Lane::B)));
    }
    Ok(())
}

/// URL parameters from an embedding page, while the page stands; in the order of the table, as those of a link. One that is
/// no setting, and nothing is changed.
pub fn set(state: &mut State, pairs: &[(String, String)]) -> Vec<Effect> {
    if let Some((unknown, _)) = pairs.iter().find(|(name, _)| !is_known(name)) {
        return vec![Effect::TellError(trouble::refused(&Refusal::Setting(unknown.clone())))];
    }
    state.notices.clear_values();
    let mut effects = Vec::new();
    let mut anew = false;
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort_by_key(|(name, _)| RunSetting::named(name));
    let is_block = |name: &str| PageSetting::named(name) == Some(PageSetting::Block);
    for (name, text) in sorted.iter().filter(|(name, _)| !is_block(name)) {
        if let Some(setting) = PageSetting::named(name) {
            effects.extend(set_page(state, setting, text));
        } else if let Some(setting) = override_of(name) {
            anew |= set_twin(state, setting, text);
        } else if let Some(setting) = RunSetting::named(name) {
            if setting.is_live() {
                set_live(state, setting, text);
            } else {
                effects.extend(edit(state, setting, text));
            }
        }
    }
    state.edited.clear();
    if let Some(sentence) = unavailable(pairs) {
        state.notices.say(Topic::Unavailable, sentence, None);
    }
    let begins = anew || !state.draft.is_empty();
    if !begins {
        raise_budgets(state);
    }
    effects.extend(if begins { begin_drafted(state, None) } else { tell_changes(state) });
    // The block may be one of a network that comes with the same message.
    for (_, text) in sorted.iter().filter(|(name, _)| is_block(name)) {
        effects.extend(set_page(state, PageSetting::Block, text));
    }
    effects.extend(complaints(state, pairs));
    effects
}

/// The embedding page hears what was not taken of its parameters.
fn complaints(state: &State, pairs: &[(String, String)]) -> Vec<Effect> {
    let named = |key: &str| pairs.iter().any(|(name, _)| name.strip_suffix("_b").unwrap_or(name) == key);
    let of_these = |notice: &&Notice| match notice.topic {
        Topic::Value(setting) => named(setting.name()),
        Topic::TwinValue(setting) => named(setting.name()),
        Topic::Unavailable => unavailable(pairs).is_some(),
        _ => false,
    };
    let tell = |notice: &Notice| {
        let (lane, key) = match notice.topic {
            Topic::Value(setting) => (None, Some(setting.name().to_owned())),
            Topic::TwinValue(setting) => (Some(Lane::B), Some(format!("{}_b", setting.name()))),
            _ => (None, None),
        };
        let code = if notice.topic == Topic::Unavailable { ErrorCode::NotAvailable } else { ErrorCode::BadValue };
        Effect::TellError(trouble::of_value(code, lane, key.as_deref(), &notice.sentence))
    };
    state.notices.all().iter().filter(of_these).map(tell).collect()
}

/// Whether there is such a setting, or will be.
fn is_known(name: &str) -> bool {
    let of_a_run = name.strip_suffix("_b").unwrap_or(name);
    PageSetting::named(name).is_some()
        || RunSetting::named(of_a_run).is_some()
        || planned().any(|planned| planned.name == of_a_run)
}

/// A parameter of the second run; true if it needs a new run.
fn set_twin(state: &mut State, setting: RunSetting, text: &str) -> bool {
    let mut trial = state.lanes[0].spec.clone();
    let mut outcome = setting.setting().set(&mut trial, text);
    if let Some(second) = state.lanes.get_mut(1).filter(|_| setting.is_live()) {
        outcome = set_live_of(second, setting, text);
    }
    if !matches!(outcome, Outcome::Refused(_)) {
        state.overrides.retain(|(own, _)| *own != setting);
        state.overrides.push((setting, setting.get(&trial)));
    }
    state.notices.clear(Topic::TwinValue(setting));
    let value = of_twin(outcome, || match state.lanes.get(1) {
        Some(second) if setting.is_live() => setting.get(&second.spec),
        _ => setting.get(&twin(&state.lanes[0].spec, &state.overrides)),
    });
    say(state, value);
    !setting.is_live() && state.lanes.len() > 1
}

/// One of the page's own parameters.
pub fn set_page(state: &mut State, setting: PageSetting, text: &str) -> Vec<Effect> {
    let mut after = state.page.clone();
    let outcome = setting.setting().set(&mut after, text);
    say(state, not_taken(outcome, || setting.in_force(&after)));
    match setting {
        PageSetting::Compare => runs::compare(state, after.compare),
        PageSetting::Play if after.play => runs::play(state),
        PageSetting::Play => runs::pause(state),
        PageSetting::Block => match after.place(state.shown()[0].diagram) {
            Ok(place) => controls::look(state, &Action::Focus(place)),
            Err(complaint) => {
                say(state, Some(NotTaken { complaint, now: None }));
                Vec::new()
            }
        },
        // These say how the page begins.
        PageSetting::Embed | PageSetting::Fault | PageSetting::Version | PageSetting::Step => Vec::new(),
        PageSetting::Lesson => match after.lesson {
            Some(id) => lesson::begin(state, &id),
            None => lesson::leave(state),
        },
        // In place of what is open.
        PageSetting::Run => {
            state.page.runs = vec![text.to_owned()];
            vec![Effect::OpenAddresses { addresses: state.page.runs.clone(), beside: false }]
        }
        // All others are only to be seen.
        _ => {
            state.page = after;
            vec![Effect::Restyle]
        }
    }
}

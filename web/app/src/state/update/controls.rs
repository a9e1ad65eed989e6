//! Actions that change what is looked at, and nothing about the runs.

use super::{lesson, slow};
use crate::state::notice::Topic;
use crate::state::readout::Readout;
use crate::state::shared::Shared;
use crate::state::{Action, Effect, State};
use protocol::{Command, PageSetting};

/// What is looked at, and how.
pub fn look(state: &mut State, action: &Action) -> Vec<Effect> {
    match *action {
        Action::Focus(place) => {
            let blocks = state.shown().first().map_or(0, |lane| lane.diagram.blocks.len());
            state.focus = place.filter(|place| place.is_in(blocks));
        }
        Action::Linear(linear) => state.linear = linear,
        Action::LookBack(step) => state.look_back = step,
        Action::More(more) => state.more = more,
        Action::Dismiss(index) => state.notices.dismiss(index),
        Action::Keys(keys) => {
            state.page.keys = keys;
            return vec![Effect::WriteUrl];
        }
        Action::Projector(large) => {
            let was = std::mem::replace(&mut state.projector, large);
            let changes = was.is_some() != large.is_some();
            return changes.then_some(Effect::FullScreen(large.is_some())).into_iter().collect();
        }
        Action::HasCopied(ref text) => state.copied = Some(text.clone()),
        Action::Copied(ref details) => state.details = Some(details.clone()),
        Action::Visible(visible) => state.visible = visible,
        Action::InSight(seen) => state.in_sight = seen,
        Action::Background(on) => {
            state.page.background = on;
            return vec![Effect::WriteUrl];
        }
        Action::River(width, height) => state.river = (width, height),
        Action::Plot(quantity) => {
            state.page.plot = quantity;
            state.notices.clear(Topic::Value(PageSetting::Plot.into()));
            return vec![Effect::Read, Effect::WriteUrl];
        }
        Action::Instrument(instrument) => {
            state.page.instrument = instrument;
            return vec![Effect::Read, Effect::WriteUrl];
        }
        Action::Relative(relative) => {
            state.page.relative = relative;
            return vec![Effect::Read, Effect::WriteUrl];
        }
        Action::Theme(theme) => {
            state.page.theme = theme;
            state.notices.clear(Topic::Value(PageSetting::Theme.into()));
            return vec![Effect::Restyle, Effect::WriteUrl];
        }
        _ => {}
    }
    Vec::new()
}

/// New measurements were read off.
pub fn read(state: &mut State, readout: Shared<Readout>) -> Vec<Effect> {
    let before = state.updates();
    let link = state.query();
    state.readout = readout;
    if state.shows_recording().is_none() {
        let updates: Vec<_> = state.readout.lanes.iter().map(|read| read.updates).collect();
        state.lanes.iter_mut().zip(updates).for_each(|(lane, updates)| lane.passed(updates));
    }
    lesson::measured(state);
    let last = state.furthest().saturating_sub(1);
    if state.shows_recording().is_some() && state.look_back.is_some_and(|step| step >= last) {
        // The last step is no step of the past.
        state.look_back = None;
    }
    let now = state.updates();
    let mut effects = slow::read(state);
    if state.query() != link {
        effects.push(Effect::WriteUrl);
    }
    if now != before && now > 0 {
        effects.push(Effect::TellStep);
    }
    if state.page.fault && now > 0 && !state.faulted {
        state.faulted = true;
        effects.push(Effect::Send(0, Command::Panic));
    }
    effects
}

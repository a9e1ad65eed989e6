//! Back and Forward: the settings as they stood at another entry of the browser's history, weights kept where they are live.
//! Where these are those of the run that was put aside, it goes on.

use super::{aside, runs, settings};
use crate::state::aside::Aside;
use crate::state::lane_state::LaneState;
use crate::state::url::{Request, twin};
use crate::state::{Effect, State};
use protocol::{Lane, PageSetting, RunSetting, RunSpec};

/// Sets whatever stands otherwise than in this link, which is of settings in force ([`State::in_force`]).
pub fn restore(state: &mut State, link: &[(String, String)]) -> Vec<Effect> {
    let wanted = Request::read_with(link, &state.images);
    // What was typed since is gone as well.
    state.notices.clear_values();
    let second = twin(&wanted.spec, &wanted.overrides);
    let of_runs = [&wanted.spec, &second];
    let needs_another = |lanes: &[LaneState]| {
        lanes.iter().zip(of_runs).any(|(lane, wanted)| differing(wanted, &lane.spec, false).next().is_some())
    };
    let is_it = |aside: &Aside| {
        let same = |(lane, wanted): (&LaneState, &RunSpec)| {
            [true, false].iter().all(|live| differing(wanted, &lane.spec, *live).next().is_none())
        };
        wanted.page.compare == (aside.lanes.len() > 1) && aside.lanes.iter().zip(of_runs).all(same)
    };
    let mut effects = Vec::new();
    if needs_another(&state.lanes) && state.aside.as_ref().is_some_and(is_it) {
        effects.extend(aside::take_up(state));
    }
    let joins = wanted.page.compare && state.lanes.len() < 2;
    if wanted.page.compare != (state.lanes.len() > 1) {
        effects.extend(runs::compare(state, wanted.page.compare));
    }
    state.overrides.clone_from(&wanted.overrides);
    let anew = needs_another(&state.lanes);
    for (lane, wanted) in state.lanes.iter_mut().zip(of_runs) {
        let (joins, now) = (joins && lane.lane == Lane::B, lane.spec.clone());
        // A run that joins comes to what it changes by itself at its own steps.
        let comes = |setting: &RunSetting| joins && now.events.clone().without(*setting) != now.events;
        for setting in differing(wanted, &now, true).filter(|setting| !comes(setting)) {
            // The network may be another one: then its shortcuts stay as they are.
            let _fits = lane.set_live(setting, wanted);
        }
    }
    let of_page = PageSetting::ALL.iter().filter(|own| {
        let begins =
            [PageSetting::Compare, PageSetting::Play, PageSetting::Run, PageSetting::Step, PageSetting::Lesson];
        !begins.contains(own)
    });
    for setting in of_page {
        let text = setting.setting().get(&wanted.page);
        if setting.setting().get(&state.page) != text {
            effects.extend(settings::set_page(state, *setting, &text));
        }
    }
    if anew {
        state.draft =
            differing(&wanted.spec, &state.lanes[0].spec, false).map(|own| (own, own.get(&wanted.spec))).collect();
        effects.extend(settings::new_run(state));
    } else {
        effects.extend(settings::tell_changes(state));
    }
    effects
}

/// The settings in which the two differ: the live ones, or those that need a new run. What a run changes by itself is of its
/// past.
fn differing<'a>(a: &'a RunSpec, b: &'a RunSpec, live: bool) -> impl Iterator<Item = RunSetting> + use<'a> {
    let differs = move |own: &RunSetting| own.is_live() == live && own.get(a) != own.get(b);
    RunSetting::written().filter(|own| *own != RunSetting::Events).filter(differs)
}

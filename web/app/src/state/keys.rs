//! Single keys that do what a button does.

use crate::state::projector::Large;
use crate::state::{Action, Panel, State};
use protocol::setting::ControlGroup;

/// What has the keyboard's focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Focused {
    /// Something outside the lab.
    pub is_outside: bool,
    /// A field that takes text, a list of values, or anything in a dialog.
    pub is_field: bool,
    /// A button or a link: the space bar is its own.
    pub is_button: bool,
    /// A slider, a list or a chart: the arrows are its own.
    pub is_walked: bool,
}

/// What this key does; `None` if it is left to the browser. `key` is the event's.
pub fn action(state: &State, key: &str, focused: Focused) -> Option<Action> {
    let page = &state.page;
    let Focused { is_outside, is_field, is_button, is_walked } = focused;
    if !page.keys || is_outside || is_field {
        return None;
    }
    let where_shown = |group: ControlGroup, action: Action| page.shows(group).then_some(action);
    match key {
        " " if !is_button => where_shown(ControlGroup::Play, Action::PlayOrPause),
        "ArrowRight" if !is_walked && state.slow.is_some() => where_shown(ControlGroup::Step, Action::PhaseOnce),
        "ArrowRight" if !is_walked => where_shown(ControlGroup::Step, Action::StepOnce),
        "w" | "W" => where_shown(ControlGroup::Step, Action::Slow(state.slow.is_none())),
        "r" | "R" => where_shown(ControlGroup::Reset, Action::Reset),
        "s" | "S" => where_shown(ControlGroup::Skips, Action::ToggleAll { lane: 0 }),
        // An embed has neither the button nor the panel.
        "c" | "C" if !page.embed => where_shown(ControlGroup::Compare, Action::Compare(state.lanes.len() < 2)),
        "p" | "P" if !page.embed => Some(Action::Projector(state.projector.is_none().then(Large::default))),
        "l" | "L" if !page.embed => where_shown(ControlGroup::Lessons, Action::OpenPanel(Panel::Lessons)),
        "?" if !page.embed => Some(Action::OpenPanel(Panel::Help)),
        number if state.projector.is_some() => Large::of_key(number).map(|large| Action::Projector(Some(large))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::url::Request;

    fn page(query: &str) -> State {
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        State::new(Request::read(&query.split('&').filter_map(pair).collect::<Vec<_>>())).unwrap()
    }

    fn does(query: &str, key: &str, focused: Focused) -> bool {
        action(&page(query), key, focused).is_some()
    }

    const KEYS: [&str; 9] = [" ", "ArrowRight", "r", "S", "c", "L", "?", "p", "w"];

    #[test]
    fn every_key_works_where_nothing_else_wants_it() {
        for key in KEYS {
            assert!(does("", key, Focused::default()), "{key:?}");
            assert!(!does("keys=0", key, Focused::default()), "{key:?} is switched off");
            assert!(!does("", key, Focused { is_field: true, ..Focused::default() }), "{key:?} in a field");
            assert!(!does("", key, Focused { is_outside: true, ..Focused::default() }), "{key:?} elsewhere");
        }
        for key in ["ArrowLeft", "Enter", "x", "F5", "Tab", "Escape", "1"] {
            assert!(!does("", key, Focused::default()), "{key}");
        }
    }

    #[test]
    fn a_button_keeps_its_space_and_a_slider_its_arrows() {
        let button = Focused { is_button: true, ..Focused::default() };
        let slider = Focused { is_walked: true, ..Focused::default() };
        assert!(!does("", " ", button) && does("", "ArrowRight", button) && does("", "r", button));
        assert!(!does("", "ArrowRight", slider) && does("", " ", slider) && does("", "r", slider));
    }

    #[test]
    fn a_key_does_nothing_that_the_page_does_not_offer() {
        for (key, group) in KEYS.iter().zip(["play", "step", "reset", "skips", "compare", "lessons"]) {
            assert!(!does(&format!("hide={group}"), key, Focused::default()), "{key:?} with hide={group}");
        }
        assert!(!does("embed=1", "c", Focused::default()) && !does("embed=1", "?", Focused::default()));
        assert!(!does("embed=1", "L", Focused::default()));
        assert!(does("embed=1", " ", Focused::default()));
    }
}

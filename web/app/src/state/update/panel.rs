//! The panels over the page.

use super::proof;
use crate::state::panel::Panel;
use crate::state::{Effect, State};

/// A panel opens; one that was open gives way.
pub fn open(state: &mut State, panel: Panel) -> Vec<Effect> {
    state.panel = Some(panel);
    match panel {
        Panel::Open if state.listed.is_empty() => vec![Effect::FetchList],
        Panel::Proof => proof::ask(state),
        _ => Vec::new(),
    }
}

/// A panel closes. One that has given way says so too late to close the other.
pub fn close(state: &mut State, panel: Panel) -> Vec<Effect> {
    state.panel = state.panel.filter(|open| *open != panel);
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::url::Request;

    #[test]
    fn one_panel_is_open_and_the_one_that_gave_way_does_not_close_the_other() {
        let mut state = State::new(Request::read(&[])).unwrap();
        for panel in Panel::ALL {
            open(&mut state, panel);
            assert_eq!(state.panel, Some(panel));
        }
        close(&mut state, Panel::Open);
        assert_eq!(state.panel, Panel::ALL.last().copied());
        close(&mut state, Panel::Share);
        assert_eq!(state.panel, None);
    }

    #[test]
    fn the_list_of_what_comes_with_the_page_is_fetched_for_its_panel() {
        let mut state = State::new(Request::read(&[])).unwrap();
        assert_eq!(open(&mut state, Panel::Help), []);
        assert_eq!(open(&mut state, Panel::Open), [Effect::FetchList]);
    }
}

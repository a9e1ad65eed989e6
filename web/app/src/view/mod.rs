//! The elements around the charts. A component draws the state, and turns what a visitor does into an [`Action`]: a click on a
//! switch in [`blocks`] into [`Action::Toggle`], a value in [`settings_form`] into [`Action::Edit`]. It changes nothing itself,
//! and knows neither where runs come from nor their records. Start at [`app`].

mod app;
mod bar;
mod block_keys;
mod blocks;
mod chart_card;
mod chart_frame;
mod choices;
mod dialog;
mod export;
mod glossary;
mod header;
mod help;
mod history;
mod inspector;
mod instrument;
mod lead;
mod learning;
mod lesson;
mod lessons;
mod library;
mod markdown;
mod notices;
mod open_runs;
mod overlaid_table;
mod profile;
mod profile_table;
mod progress;
mod proof;
mod recording;
mod rested;
mod river;
mod samples;
mod save;
mod select;
mod settings_form;
mod share;
mod sketch;
mod strengths;
mod term;
mod walk;
mod worksheet;

pub use app::{App, AppProps};
pub use markdown::plain;

use crate::state::shared::Shared;
use crate::state::{Action, State};
use crate::store::Store;
use std::rc::Rc;
use yew::{Callback, Properties};

/// The store, as a property: there is only one.
#[derive(Clone)]
pub struct Handle(pub Rc<Store>);

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What most components are given: the state and the store.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What to draw.
    pub state: Shared<State>,
    /// Where actions go.
    pub store: Handle,
}

impl Props {
    /// A callback that does this.
    pub fn on<E: 'static>(&self, action: Action) -> Callback<E> {
        self.on_event(move |_| Some(action.clone()))
    }

    /// A callback that does what the event leads to.
    pub fn on_event<E: 'static>(&self, action: impl Fn(E) -> Option<Action> + 'static) -> Callback<E> {
        let store = self.store.clone();
        Callback::from(move |event| {
            if let Some(action) = action(event) {
                store.0.act(action);
            }
        })
    }
}

/// The suffix of a run's ids: none for the first.
fn suffix(lane: usize) -> &'static str {
    if lane == 0 { "" } else { "-b" }
}

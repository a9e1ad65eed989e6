//! The page. Each folder says what it is, what it must not know, and where to start reading: [`state`] (all that text and
//! controls show, changed by a pure function that returns effects) → [`store`], which carries the effects out → [`source`]
//! (where runs come from) → [`runs`] (what they sent), taken in once a [`frame`] → [`paint`] (the charts) and [`view`] (the
//! elements around them); [`host`] is what the page stands in.
//!
//! No Candle and no engine here: all that is known of a run came out of its source as events.

mod frame;
mod host;
mod paint;
mod runs;
mod source;
mod state;
mod store;
mod view;

use host::{browser, embed};
use state::url::Request;
use state::{Action, State};
use store::Store;

fn main() {
    let mut request = Request::read(&browser::parameters());
    // Whoever asked for less motion starts it themselves.
    request.page.play &= !browser::less_motion();
    browser::restyle(&request.page);
    match State::new(request) {
        Ok(state) => begin(state),
        Err(sentence) => {
            if let Some(body) = browser::document().and_then(|document| document.body()) {
                body.set_text_content(Some(&sentence));
            }
        }
    }
}

fn begin(state: State) {
    let store = Store::new(state);
    let told = store.clone();
    embed::listen(move |action| told.act(action));
    let folded = store.clone();
    browser::on_escape(move || {
        if folded.state().more {
            folded.act(Action::More(false));
            browser::focus("more");
        }
    });
    yew::Renderer::<view::App>::with_props(view::AppProps { store: view::Handle(store.clone()) }).render();
    store.act(Action::Begin);
}

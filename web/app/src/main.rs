//! The page. In reading order: [`url`] and [`page_options`] (what a link asks for) → [`state`] (all that text and controls
//! show), changed only by [`update`], a pure function that returns effects → [`store`], which carries them out through
//! [`worker_client`] (one worker a run), takes replies in through the [`inbox`] once a [`frame`], keeps the records
//! ([`runs`]) and lets the [`painter`] draw them → [`view`], the elements around the charts.
//!
//! No Candle and no engine here: all that is known of a run came out of its worker as events.

mod browser;
mod embed;
mod embed_height;
mod facts;
mod families;
mod fit;
mod frame;
mod history_chart;
mod history_range;
mod inbox;
mod lane_state;
mod notice;
mod pace;
mod page_options;
mod painter;
mod readout;
mod runs;
mod shared;
mod state;
mod store;
mod update;
mod url;
mod view;
mod worker_client;

use state::{Action, State};
use store::Store;
use url::Request;

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

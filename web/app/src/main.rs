//! The page. Each folder says what it is, what it must not know, and where to start reading: [`state`] (all that text and
//! controls show, changed by a pure function that returns effects), [`source`] (where runs come from), [`runs`] (what they
//! sent), [`paint`] (the charts), [`view`] (the elements around them), [`host`] (what the page stands in).
//!
//! A click goes from a component in [`view`] as an action through the [`store`] into the [`page_loop`]: the state changes, and
//! its effects are done in the [`world`], which sends commands to a source. What the source replies comes back into the loop.
//!
//! No Candle and no engine here: all that is known of a run came out of its source as events.

mod host;
mod page_loop;
mod paint;
mod runs;
mod source;
mod state;
mod store;
mod view;
mod world;

use host::program::Unanswered;
use host::{browser, embed, files, keys, one_file};
use protocol::setting::ControlGroup;
use protocol::socket::Here;
use scene::Text;
use source::Kind;
use state::given::{Surroundings, given};
use state::native::{self, Native};
use state::notice::Topic;
use state::{Action, State};
use store::Store;

/// The build that page and worker compare in their handshake.
pub const BUILD: &str = match option_env!("HEADWATER_BUILD") {
    Some(build) => build,
    None => "dev",
};

fn main() {
    host::program::follow_token();
    if host::program::token().is_some() {
        // What the program has decides what the page can offer.
        host::program::ask(|found| open(Some(found)));
    } else {
        open(None);
    }
}

/// Opens the page; `program` is what the program that serves it said, if one does.
fn open(program: Option<Result<Here, Unanswered>>) {
    let element = browser::settings_element();
    let framed = browser::is_embedded();
    let link = browser::parameters();
    let recordings = one_file::recordings();
    let given = given(Surroundings { link, element: element.as_deref(), framed, recordings: &recordings });
    let (mut native, unanswered) = match program {
        Some(Ok(here)) => (Some(Native::new(here)), None),
        Some(Err(why)) => (None, Some(unanswered_words(why))),
        None if host::program::serves() => (None, Some(Text::NoToken)),
        None => (None, None),
    };
    let mut request = native::request(&given.pairs, native.as_mut());
    request.problems.extend(given.problem.map(|sentence| (Topic::Unknown, sentence)));
    if let Some(text) = unanswered {
        // It is why there is no program, where the link asks for one.
        request.problems.retain(|(topic, _)| *topic != Topic::Program);
        request.problems.push((Topic::Program, text.words().to_owned()));
    }
    // Whoever asked for less motion starts it themselves.
    let less_motion = browser::less_motion();
    request.page.play &= !less_motion;
    browser::restyle(&request.page);
    match State::new(request) {
        Ok(state) => begin(State { less_motion, ..state }.computed_by(native, Kind::here())),
        Err(complaint) => {
            let sentence = scene::words::value_not_taken(&complaint, None);
            if let Some(body) = browser::document().and_then(|document| document.body()) {
                body.set_text_content(Some(&sentence));
            }
        }
    }
}

fn unanswered_words(why: Unanswered) -> Text {
    match why {
        Unanswered::Refused => Text::UnknownToken,
        Unanswered::Unreachable => Text::ProgramUnreachable,
    }
}

fn begin(state: State) {
    let store = Store::new(state);
    let told = store.clone();
    embed::listen(move |action| told.act(action));
    let travelled = store.clone();
    browser::on_travel(move |to| travelled.travelled(to));
    let printed = store.clone();
    browser::on_print(move |paper| printed.prints(paper));
    let dropped = store.clone();
    if dropped.state().page.shows(ControlGroup::Open) {
        files::accept_drops(move |files| dropped.open(files));
    }
    let folded = store.clone();
    browser::on_escape(move || {
        let state = folded.state();
        // Panels are above.
        if state.more && state.panel.is_none() {
            folded.act(Action::More(false));
            browser::focus("more");
        } else if state.slow.is_some() && state.panel.is_none() {
            folded.act(Action::Slow(false));
        } else if state.projector.is_some() && state.panel.is_none() {
            folded.act(Action::Projector(None));
        }
    });
    let left = store.clone();
    browser::ask_before_leaving(move || left.state().would_lose());
    let given_back = store.clone();
    browser::on_screen_given_back(move || {
        if given_back.state().projector.is_some() {
            given_back.act(Action::Projector(None));
        }
    });
    let pressed = store.clone();
    keys::listen(move |key, focused| {
        let action = state::keys::action(&pressed.state(), key, focused);
        let is_used = action.is_some();
        action.into_iter().for_each(|action| pressed.act(action));
        is_used
    });
    yew::Renderer::<view::App>::with_props(view::AppProps { store: view::Handle(store.clone()) }).render();
    store.act(Action::Begin);
}

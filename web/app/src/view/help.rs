//! The help: what the page is, its words, its keys, and what this copy of it is.

use super::Props;
use crate::state::Action;
use scene::Text;
use scene::words::{self, Gloss};
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn Help(props: &Props) -> Html {
    let word = |term: &words::Term| {
        html! { <div key={term.word()}><dt>{ term.word() }</dt><dd>{ term.line() }</dd></div> }
    };
    let key = |Gloss { term, meaning }: &Gloss| {
        html! { <div key={*term}><dt>{ *term }</dt><dd>{ *meaning }</dd></div> }
    };
    html! {
        <>
            if !props.state.source.trains() { <p>{ Text::ViewerOnly.words() }</p> }
            <p>{ Text::HelpWhat.words() }</p>
            <h3>{ Text::HelpDoing.words() }</h3>
            <dl class="how-to-read">{ for words::DOING.iter().map(key) }</dl>
            <h3>{ Text::HelpWords.words() }</h3>
            <dl class="how-to-read">{ for words::Term::ALL.iter().map(word) }</dl>
            <h3>{ Text::HelpKeys.words() }</h3>
            <dl class="keys">{ for words::KEYS.iter().map(key) }</dl>
            <button
                id="keys" type="button" role="switch" class="keys-switch" aria-checked={props.state.page.keys.to_string()}
                onclick={props.on(Action::Keys(!props.state.page.keys))}
            >
                { Text::KeysSwitch.words() }
                <span class="pill" aria-hidden="true"><span class="knob" /></span>
            </button>
            <h3>{ Text::HelpCopy.words() }</h3>
            <p>{ words::this_copy(env!("CARGO_PKG_VERSION"), crate::BUILD) }</p>
            <p>{ Text::Licence.words() }</p>
            <p>{ source() }</p>
        </>
    }
}

/// Where the source is, if this copy was built with that knowledge.
fn source() -> Html {
    match option_env!("CARGO_PKG_REPOSITORY").filter(|address| !address.is_empty()) {
        Some(address) => html! {
            <>{ Text::SourceIsAt.words() }{ " " }<a href={address} target="_blank" rel="noopener">{ address }</a></>
        },
        None => html! { { Text::SourceUnknown.words() } },
    }
}

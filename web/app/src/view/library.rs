//! The panel that opens a recording: a file of the visitor's, or one that comes with the page.

use super::Props;
use crate::host::browser;
use crate::state::library::Listed;
use crate::state::{Action, Panel};
use scene::{Text, words};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The id of what chooses files.
const CHOOSER: &str = "open-file";

/// What is in the panel.
#[component]
pub fn Library(props: &Props) -> Html {
    let one = |listed: &Listed| {
        html! {
            <li key={listed.address.clone()}>
                <button type="button" class="listed" onclick={props.on(Action::OpenListed(listed.address.clone()))}>
                    <span class="listed-title">{ &listed.title }</span>
                    <span class="aside">{ &listed.about }{ " " }{ words::kilobytes(listed.bytes) }</span>
                </button>
            </li>
        }
    };
    html! {
        <>
            <p>{ Text::LibraryFiles.words() }</p>
            if let Some(opened) = props.state.shows_recording().filter(|_| !props.state.awaits_visitor()) {
                <p>
                    <label class="open-instead">
                        <input
                            id="open-instead" type="checkbox" checked={opened.gives_way}
                            onchange={props.on(Action::OpenInstead(!opened.gives_way))}
                        />
                        { " " }{ Text::OpenInstead.words() }
                    </label>
                </p>
            }
            <p><button type="button" class="small" onclick={|_| browser::click(CHOOSER)}>{ Text::ChooseFiles.words() }</button></p>
            if !props.state.listed.is_empty() {
                <h3>{ Text::LibraryListed.words() }</h3>
                <ul class="library">{ for props.state.listed.iter().map(one) }</ul>
            }
        </>
    }
}

/// What chooses files; it is there also while the panel is closed.
#[component]
pub fn Chooser(props: &Props) -> Html {
    html! {
        <input
            id={CHOOSER} class="visually-hidden" type="file" multiple=true accept=".jsonl,.gz,.safetensors" tabindex="-1"
            aria-label={Text::OpenExplained.words()} onchange={opens(props)}
        />
    }
}

/// The files that were chosen are opened; the same ones can be chosen again.
fn opens(props: &Props) -> Callback<Event> {
    let store = props.store.clone();
    Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(files) = input.files() {
            store.0.act(Action::ClosePanel(Panel::Open));
            store.0.open(&files);
        }
        input.set_value("");
    })
}

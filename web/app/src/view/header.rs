//! The name of the page, and how it looks.

use super::Props;
use crate::host::browser::system_is_dark;
use crate::state::Action;
use protocol::setting::{ControlGroup, Theme};
use scene::Text;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The head of the page.
#[component]
pub fn Header(props: &Props) -> Html {
    let dark = match props.state.page.theme {
        Theme::Light => false,
        Theme::Dark => true,
        Theme::Auto => system_is_dark(),
    };
    let (other, name) = if dark { (Theme::Light, Text::SwitchToLight) } else { (Theme::Dark, Text::SwitchToDark) };
    html! {
        <header class="head">
            <span class="brand">{ Text::Brand.words() }</span>
            <span class="tagline">{ Text::Tagline.words() }</span>
            <nav class="head-links">
                if props.state.page.shows(ControlGroup::Open) {
                    <label class="link open-file" title={Text::OpenExplained.words()}>
                        { Text::Open.words() }
                        <input
                            id="open-file" class="visually-hidden" type="file" multiple=true accept=".jsonl,.gz"
                            onchange={opens(props)}
                        />
                    </label>
                }
                if props.state.page.shows(ControlGroup::Open) && props.state.source.trains() {
                    <button
                        id="save" class="link" type="button" title={Text::SaveExplained.words()}
                        disabled={props.state.shows_recording().is_some() || props.state.furthest() == 0}
                        onclick={props.on(Action::SaveRecording)}
                    >
                        { Text::Save.words() }
                    </button>
                }
                <button
                    id="open-help" class="link" type="button" aria-haspopup="dialog" onclick={props.on(Action::Help(true))}
                >
                    { Text::Help.words() }
                </button>
                if props.state.page.shows(ControlGroup::Theme) {
                    <button
                        id="theme" class="quiet" type="button" aria-label={name.words()} title={name.words()}
                        onclick={props.on(Action::Theme(other))}
                    >
                        <span aria-hidden="true" class="half-disc" />
                    </button>
                }
            </nav>
        </header>
    }
}

/// The files that were chosen are opened; the same ones can be chosen again.
fn opens(props: &Props) -> Callback<Event> {
    let store = props.store.clone();
    Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        if let Some(files) = input.files() {
            store.0.open(&files);
        }
        input.set_value("");
    })
}

//! The name of the page, and how it looks.

use super::Props;
use crate::host::browser::system_is_dark;
use crate::state::{Action, Panel};
use protocol::setting::{ControlGroup, Theme};
use scene::Text;
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
                if props.state.page.shows(ControlGroup::Lessons) && props.state.source.trains() {
                    <button
                        id="lessons" class="link" type="button" aria-haspopup="dialog" title={Text::LessonsExplained.words()}
                        onclick={props.on(Action::OpenPanel(Panel::Lessons))}
                    >
                        { Text::Lessons.words() }
                    </button>
                }
                if props.state.page.shows(ControlGroup::Open) {
                    <button
                        id="open" class="link" type="button" aria-haspopup="dialog" title={Text::OpenExplained.words()}
                        onclick={props.on(Action::OpenPanel(Panel::Open))}
                    >
                        { Text::Open.words() }
                    </button>
                }
                if props.state.page.shows(ControlGroup::Open) && props.state.source.trains() {
                    <button
                        id="save" class="link" type="button" aria-haspopup="dialog" title={Text::SaveExplained.words()}
                        disabled={props.state.shows_recording().is_some()} onclick={props.on(Action::OpenPanel(Panel::Save))}
                    >
                        { Text::Save.words() }
                    </button>
                    <button
                        id="export" class="link" type="button" aria-haspopup="dialog" title={Text::ExportExplained.words()}
                        onclick={props.on(Action::OpenPanel(Panel::Export))}
                    >
                        { Text::Export.words() }
                    </button>
                }
                if props.state.source.trains() {
                    <button
                        id="prove" class="link" type="button" aria-haspopup="dialog" title={Text::ProofExplained.words()}
                        onclick={props.on(Action::OpenPanel(Panel::Proof))}
                    >
                        { Text::ProofTitle.words() }
                    </button>
                }
                <button
                    id="open-help" class="link" type="button" aria-haspopup="dialog" onclick={props.on(Action::OpenPanel(Panel::Help))}
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

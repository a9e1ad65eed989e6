//! The name of the page, and how it looks.

use super::Props;
use crate::host::browser::system_is_dark;
use crate::state::projector::Large;
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
                if let Some(large) = props.state.projector { { panels(props, large) } } else { { links(props) } }
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

/// What leads into the panels.
fn links(props: &Props) -> Html {
    html! {
        <>
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
                id="share" class="link" type="button" aria-haspopup="dialog" title={Text::ShareExplained.words()}
                onclick={props.on(Action::OpenPanel(Panel::Share))}
            >
                { Text::Share.words() }
            </button>
            <button
                id="projector" class="link to-projector" type="button" title={Text::ProjectorExplained.words()}
                onclick={props.on(Action::Projector(Some(Large::default())))}
            >
                { Text::Projector.words() }
            </button>
            <button
                id="open-help" class="link" type="button" aria-haspopup="dialog" onclick={props.on(Action::OpenPanel(Panel::Help))}
            >
                { Text::Help.words() }
            </button>
        </>
    }
}

/// On a projector: what is shown large, and the way back.
fn panels(props: &Props, now: Large) -> Html {
    let one = |large: Large| {
        html! {
            <button
                key={large.name()} type="button" class="small" data-large={large.name()} aria-pressed={(large == now).to_string()}
                onclick={props.on(Action::Projector(Some(large)))}
            >
                { large.title().words() }
            </button>
        }
    };
    html! {
        <>
            <span class="large-panels" role="group" aria-label={Text::ProjectorPanels.words()}>{ for Large::ALL.into_iter().map(one) }</span>
            <button id="projector" class="link" type="button" onclick={props.on(Action::Projector(None))}>
                { Text::ProjectorLeave.words() }
            </button>
        </>
    }
}

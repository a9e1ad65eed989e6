//! One-sentence messages, each with what can be done about it.

use super::Props;
use super::settings_form::shows;
use crate::host::browser;
use crate::state::Action;
use crate::state::notice::{Notice, Remedy, Topic};
use protocol::setting::Id;
use scene::{Text, words};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// The messages; an empty list takes no room.
#[component]
pub fn NoticeList(props: &Props) -> Html {
    let notices = props.state.notices.all();
    let is_empty = notices.iter().all(|notice| stands_at_its_field(props, notice));
    html! {
        <div id="notice" role="status" class={classes!("notices", is_empty.then_some("empty"))}>
            { for notices.iter().enumerate().map(|(index, notice)| one(props, index, notice)) }
            if let Some(details) = props.state.details.as_ref().filter(|_| notices.iter().any(is_failure)) {
                <pre id="details" class="details">{ details }</pre>
            }
        </div>
    }
}

/// Whether somebody may want to look into it.
fn is_failure(notice: &Notice) -> bool {
    matches!(notice.topic, Topic::Source | Topic::Run)
}

/// Whether a notice stands at its field of the open form; then it is here only for those who listen.
fn stands_at_its_field(props: &Props, notice: &Notice) -> bool {
    let state = &props.state;
    matches!(notice.topic, Topic::Value(Id::Run(setting)) if state.more && !state.page.embed && shows(setting))
}

/// What has the focus is about to go: the next notice's button takes it, else the button that trains.
fn pass_focus(event: &MouseEvent) {
    let own = event.target_dyn_into::<Element>().and_then(|target| target.closest(".notice").ok().flatten());
    let other = own.and_then(|own| own.next_element_sibling().or_else(|| own.previous_element_sibling()));
    let button = other.and_then(|other| other.query_selector("button").ok().flatten());
    match button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        Some(button) => {
            let _focused = button.focus();
        }
        None => browser::focus("play"),
    }
}

fn one(props: &Props, index: usize, notice: &Notice) -> Html {
    if stands_at_its_field(props, notice) {
        return html! { <p class="visually-hidden" key={notice.sentence.clone()}>{ &notice.sentence }</p> };
    }
    let act = |action: Action| {
        props.on_event(move |event: MouseEvent| {
            pass_focus(&event);
            Some(action.clone())
        })
    };
    let remedy = notice.remedy.map(|remedy| match remedy {
        Remedy::Restart => ("restart", Text::Restart.words().to_owned(), Action::Restart),
        Remedy::NewRun => ("retry", Text::NewRun.words().to_owned(), Action::NewRun),
        Remedy::TakeUp => ("take-up", Text::TakeUp.words().to_owned(), Action::TakeUp),
        Remedy::Drive => ("drive", Text::DriveFromHere.words().to_owned(), Action::Drive),
        Remedy::LinkRun => ("link-run", Text::LinkRun.words().to_owned(), Action::LinkRun),
        Remedy::Reload => ("reload", Text::Reload.words().to_owned(), Action::Reload),
        Remedy::SmallerRate => ("smaller-rate", words::again_with(props.state.smaller_rate()), Action::SmallerRate),
    });
    html! {
        <p class="notice" key={notice.sentence.clone()}>
            <span>{ &notice.sentence }</span>
            if let Some((id, text, action)) = remedy {
                <button {id} type="button" class="small" onclick={act(action)}>{ text }</button>
            }
            if is_failure(notice) {
                <button
                    type="button" class="small copy-details"
                    onclick={props.on(Action::CopyDetails(notice.sentence.clone()))}
                >
                    { Text::CopyDetails.words() }
                </button>
            }
            <button
                type="button" class="quiet close" aria-label={words::close(&notice.sentence)}
                onclick={act(Action::Dismiss(index))}
            >
                { "×" }
            </button>
        </p>
    }
}

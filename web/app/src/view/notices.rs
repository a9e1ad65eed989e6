//! One-sentence messages, each with what can be done about it.

use super::Props;
use crate::state::Action;
use crate::state::notice::{Notice, Remedy, Topic};
use scene::Text;
use yew::prelude::*;

/// The messages; an empty list takes no room.
#[component]
pub fn NoticeList(props: &Props) -> Html {
    let notices = props.state.notices.all();
    html! {
        <div id="notice" role="status" class={classes!("notices", notices.is_empty().then_some("empty"))}>
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

fn one(props: &Props, index: usize, notice: &Notice) -> Html {
    let remedy = notice.remedy.map(|remedy| match remedy {
        Remedy::Restart => ("restart", Text::Restart, Action::Restart),
        Remedy::NewRun => ("retry", Text::NewRun, Action::NewRun),
        Remedy::Reload => ("reload", Text::Reload, Action::Reload),
    });
    html! {
        <p class="notice" key={notice.sentence.clone()}>
            <span>{ &notice.sentence }</span>
            if let Some((id, text, action)) = remedy {
                <button {id} type="button" class="small" onclick={props.on(action)}>{ text.words() }</button>
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
                type="button" class="quiet close" aria-label={Text::Close.words()}
                onclick={props.on(Action::Dismiss(index))}
            >
                { "×" }
            </button>
        </p>
    }
}

//! The settings behind "More", made from the one table of keys.

use super::Props;
use super::choices::{Choices, choices, explanation, label};
use crate::state::Action;
use crate::state::families::goes_with;
use protocol::{KEYS, Key, RunSpec};
use scene::Text;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The form.
#[component]
pub fn SettingsForm(props: &Props) -> Html {
    let spec = props.state.drafted();
    let family = spec.model.family();
    let field = |key: &'static Key| field(props, key, &spec);
    // The switches are the control for `skip`, and `model` is that for `depth`.
    let offered = move |key: &&Key| goes_with(key.name, family) && !["skip", "depth"].contains(&key.name);
    let of = |live: bool| KEYS.iter().filter(move |key| key.live == live).filter(offered);
    let onsubmit = props.on_event(|event: SubmitEvent| {
        event.prevent_default();
        Some(Action::NewRun)
    });
    html! {
        <form id="settings" class="settings" aria-label={Text::SettingsTitle.words()} {onsubmit}>
            <fieldset>
                <legend>{ Text::LiveSettings.words() }</legend>
                <div class="fields">{ for of(true).map(field) }</div>
            </fieldset>
            <fieldset>
                <legend>{ Text::NewRunSettings.words() }</legend>
                <div class="fields">{ for of(false).map(field) }</div>
            </fieldset>
            <div class="settings-foot">
                <span class="aside">
                    if !props.state.draft.is_empty() { { Text::NewRunNeeded.words() } }
                </span>
                <button id="new-run" type="submit" class={classes!((!props.state.draft.is_empty()).then_some("primary"))}>
                    { Text::NewRun.words() }
                </button>
            </div>
        </form>
    }
}

fn field(props: &Props, key: &'static Key, spec: &RunSpec) -> Html {
    let value = (key.get)(spec);
    let id = format!("set-{}", key.name);
    let (wide, title) = (key.name == "model", explanation(key.name));
    let changed = props.state.draft.contains_key(key.name);
    html! {
        <label class={classes!("field", changed.then_some("changed"), wide.then_some("wide"))} {title} for={id.clone()} key={key.name}>
            <span>{ label(key.name) }</span>
            { match choices(key.name, spec) {
                Some(choices) => select(props, key, id, &value, &choices),
                None => input(props, key, id, value),
            } }
        </label>
    }
}

fn input(props: &Props, key: &'static Key, id: String, value: String) -> Html {
    let onchange = props.on_event(move |event: Event| {
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        Some(Action::Edit(key.name, input.value()))
    });
    // Enter would begin a new run, which what applies at once does not need.
    let onkeydown = props.on_event(move |event: KeyboardEvent| {
        if !key.live || event.key() != "Enter" {
            return None;
        }
        event.prevent_default();
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        Some(Action::Edit(key.name, input.value()))
    });
    html! { <input {id} type="text" inputmode="decimal" autocomplete="off" {value} {onchange} {onkeydown} /> }
}

fn select(props: &Props, key: &'static Key, id: String, value: &str, choices: &[Choices]) -> Html {
    let onchange = props.on_event(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>()?;
        Some(Action::Edit(key.name, select.value()))
    });
    let option = |(name, words): &(String, String)| {
        html! { <option key={name.clone()} value={name.clone()} selected={name == value}>{ words }</option> }
    };
    let listed = choices.iter().flat_map(|group| &group.values).any(|(name, _)| name == value);
    let group = |group: &Choices| {
        let options = group.values.iter().map(option);
        match group.heading {
            Some(heading) => html! { <optgroup label={heading}>{ for options }</optgroup> },
            None => html! { <>{ for options }</> },
        }
    };
    html! {
        <select {id} {onchange}>
            { for choices.iter().map(group) }
            // What a link asked for beyond the list.
            if !listed { { option(&(value.to_owned(), value.to_owned())) } }
        </select>
    }
}

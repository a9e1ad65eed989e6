//! The settings behind "More", made from the one table of settings.

use super::Props;
use super::choices::{Choices, choices};
use crate::state::Action;
use protocol::{PageSetting, Reason, RunSetting, RunSpec};
use scene::{Text, words};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The form.
#[component]
pub fn SettingsForm(props: &Props) -> Html {
    let spec = props.state.drafted();
    let model = spec.model;
    let field = |setting: RunSetting| field(props, setting, &spec);
    // The switches are the control for `skip`.
    let offered = move |setting: &RunSetting| setting.goes_with(model) && *setting != RunSetting::Skip;
    let of = |live: bool| RunSetting::written().filter(move |setting| setting.is_live() == live).filter(offered);
    let onsubmit = props.on_event(|event: SubmitEvent| {
        event.prevent_default();
        Some(Action::NewRun)
    });
    let background = !props.state.page.background;
    let on_background = props.on_event(move |_: Event| Some(Action::Background(background)));
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
            <label>
                <input id="background" type="checkbox" checked={props.state.page.background} onchange={on_background} />
                { words::setting_words(PageSetting::Background).label }
            </label>
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

fn field(props: &Props, setting: RunSetting, spec: &RunSpec) -> Html {
    let value = setting.get(spec);
    let id = format!("set-{}", setting.name());
    let wide = setting == RunSetting::Model;
    let words = words::setting_words(setting);
    let changed = props.state.draft.contains_key(&setting);
    html! {
        <label class={classes!("field", changed.then_some("changed"), wide.then_some("wide"))} title={words.explanation} for={id.clone()} key={setting.name()}>
            <span>{ words.label }</span>
            { match choices(setting, spec) {
                Some(choices) => select(props, setting, id, &value, &choices),
                None => input(props, setting, id, value),
            } }
        </label>
    }
}

fn input(props: &Props, setting: RunSetting, id: String, value: String) -> Html {
    let onchange = props.on_event(move |event: Event| {
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        Some(Action::Edit(setting, input.value()))
    });
    // Enter would begin a new run, which what applies at once does not need.
    let onkeydown = props.on_event(move |event: KeyboardEvent| {
        if !setting.is_live() || event.key() != "Enter" {
            return None;
        }
        event.prevent_default();
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        Some(Action::Edit(setting, input.value()))
    });
    let is_number = matches!(setting.setting().range(), Reason::Whole { .. } | Reason::Real { .. });
    let inputmode = if is_number { "decimal" } else { "text" };
    html! { <input {id} type="text" {inputmode} autocomplete="off" {value} {onchange} {onkeydown} /> }
}

fn select(props: &Props, setting: RunSetting, id: String, value: &str, choices: &[Choices]) -> Html {
    let onchange = props.on_event(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>()?;
        Some(Action::Edit(setting, select.value()))
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

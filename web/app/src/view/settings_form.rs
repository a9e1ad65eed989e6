//! The settings behind "More", made from the one table of keys.

use super::Lab;
use crate::state::Action;
use protocol::{Data, Init, KEYS, Key, Model, Norm};
use scene::{Text, english};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The form.
#[component]
pub fn SettingsForm(lab: &Lab) -> Html {
    let field = |key: &'static Key| field(lab, key);
    // The switches are the control for `skip`, and `depth` is that for `model`.
    let of = |live: bool| KEYS.iter().filter(move |key| key.live == live && !["skip", "model"].contains(&key.name));
    let onsubmit = lab.on_event(|event: SubmitEvent| {
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
                    if !lab.state.draft.is_empty() { { Text::NewRunNeeded.words() } }
                </span>
                <button id="new-run" type="submit" class={classes!((!lab.state.draft.is_empty()).then_some("primary"))}>
                    { Text::NewRun.words() }
                </button>
            </div>
        </form>
    }
}

fn field(lab: &Lab, key: &'static Key) -> Html {
    let value = lab.state.form_value(key);
    let id = format!("set-{}", key.name);
    let changed = lab.state.draft.contains_key(key.name);
    html! {
        <label class={classes!("field", changed.then_some("changed"))} for={id.clone()} key={key.name}>
            <span>{ label(key.name) }</span>
            { match choices(key.name, &value) {
                Some(choices) => select(lab, key, id, &value, &choices),
                None => input(lab, key, id, value),
            } }
        </label>
    }
}

fn input(lab: &Lab, key: &'static Key, id: String, value: String) -> Html {
    let onchange = lab.on_event(move |event: Event| {
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        Some(Action::Edit(key.name, input.value()))
    });
    // Enter would begin a new run, which what applies at once does not need.
    let onkeydown = lab.on_event(move |event: KeyboardEvent| {
        if !key.live || event.key() != "Enter" {
            return None;
        }
        event.prevent_default();
        let input = event.target_dyn_into::<HtmlInputElement>()?;
        Some(Action::Edit(key.name, input.value()))
    });
    html! { <input {id} type="text" inputmode="decimal" autocomplete="off" {value} {onchange} {onkeydown} /> }
}

fn select(lab: &Lab, key: &'static Key, id: String, value: &str, choices: &[(String, String)]) -> Html {
    let onchange = lab.on_event(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>()?;
        Some(Action::Edit(key.name, select.value()))
    });
    let option = |(name, words): &(String, String)| {
        html! { <option key={name.clone()} value={name.clone()} selected={name == value}>{ words }</option> }
    };
    html! { <select {id} {onchange}>{ for choices.iter().map(option) }</select> }
}

/// The values that a setting can have and their words, if they can be listed.
fn choices(key: &str, value: &str) -> Option<Vec<(String, String)>> {
    let named = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    match key {
        "depth" => {
            let depths = Model::PRESETS.iter().filter_map(|name| name.parse::<Model>().ok()).map(Model::depth);
            let mut depths: Vec<_> =
                depths.map(|depth| named(&depth.to_string(), &format!("ResNet-{depth}"))).collect();
            if !depths.iter().any(|(name, _)| name == value) {
                depths.push(named(value, &format!("ResNet-{value}")));
            }
            Some(depths)
        }
        "norm" => Some(Norm::ALL.iter().map(|norm| named(norm.name(), english::norm(*norm))).collect()),
        "init" => Some(Init::ALL.iter().map(|init| named(init.name(), english::init(*init))).collect()),
        "data" => Some(Data::ALL.iter().map(|data| named(data.name(), data.title())).collect()),
        _ => None,
    }
}

fn label(key: &str) -> &'static str {
    let text = match key {
        "depth" => Text::Depth,
        "width" => Text::Width,
        "norm" => Text::Norm,
        "init" => Text::Init,
        "data" => Text::Data,
        "lr" => Text::LearningRate,
        "momentum" => Text::Momentum,
        "weight_decay" => Text::WeightDecay,
        "batch" => Text::Batch,
        "seed" => Text::Seed,
        _ => Text::Budget,
    };
    text.words()
}

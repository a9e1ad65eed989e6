//! The settings behind "More", made from the one table of settings.

use super::choices::{Choice, Choices, choices};
use super::select::Select;
use super::{Handle, Props};
use crate::state::Action;
use crate::state::notice::Topic;
use protocol::setting::ComputedBy;
use protocol::{Lane, PageSetting, Reason, RunSetting, RunSpec};
use scene::{Text, lane_marker, words};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Whether the form has a field for a setting. The switches are the control for `skip`.
pub fn shows(setting: RunSetting) -> bool {
    setting != RunSetting::Skip && RunSetting::written().any(|written| written == setting)
}

/// The form.
#[component]
pub fn SettingsForm(props: &Props) -> Html {
    let spec = if props.state.forms_twin() { props.state.drafted_twin() } else { props.state.drafted() };
    let other_source = props.state.wanted_source().is_some_and(|wanted| wanted != props.state.source);
    let waits = other_source || !props.state.draft.is_empty() || !props.state.twin_draft.is_empty();
    let field = |setting: RunSetting| field(props, setting, &spec);
    let offered = |setting: &RunSetting| shows(*setting);
    let of = |live: bool| RunSetting::written().filter(move |setting| setting.is_live() == live).filter(offered);
    let onsubmit = props.on_event(|event: SubmitEvent| {
        event.prevent_default();
        Some(Action::NewRun)
    });
    let background = !props.state.page.background;
    let on_background = props.on_event(move |_: Event| Some(Action::Background(background)));
    let background_words = words::setting_words(PageSetting::Background);
    html! {
        <form id="settings" class="settings" aria-label={Text::SettingsTitle.words()} {onsubmit}>
            <div class="settings-body">
                if props.state.lanes.len() > 1 {
                    <fieldset class="form-of">
                        <legend>{ Text::FormOf.words() }</legend>
                        { form_of(props, Lane::A, Text::FormOfBoth) }
                        { form_of(props, Lane::B, Text::FormOfTwin) }
                    </fieldset>
                }
                <fieldset>
                    <legend>{ Text::LiveSettings.words() }</legend>
                    <div class="fields">{ for of(true).map(field) }</div>
                </fieldset>
                <fieldset>
                    <legend>{ Text::NewRunSettings.words() }</legend>
                    <div class="fields">
                        { computed_by(props, other_source) }
                        { for of(false).map(field) }
                    </div>
                </fieldset>
                <label>
                    <input id="background" type="checkbox" checked={props.state.page.background} onchange={on_background} />
                    { background_words.label }<span class="aside">{ " · " }{ Text::BackgroundExplained.words() }</span>
                </label>
            </div>
            <div class="settings-foot">
                <span class="aside">
                    if waits { { Text::NewRunNeeded.words() } }
                </span>
                <button id="new-run" type="submit" class={classes!(waits.then_some("primary"))}>
                    { Text::NewRun.words() }
                </button>
            </div>
        </form>
    }
}

/// The choice of the run whose settings the form shows.
fn form_of(props: &Props, lane: Lane, text: Text) -> Html {
    let shown = if props.state.forms_twin() { Lane::B } else { Lane::A };
    let onchange = props.on_event(move |_: Event| Some(Action::FormOf(lane)));
    html! {
        <label>
            <input
                id={format!("form-of-{}", lane.name())} type="radio" name="form-of" checked={shown == lane} {onchange}
            />
            { text.words() }
        </label>
    }
}

/// The choice of what computes the runs, where a program serves the page.
fn computed_by(props: &Props, changed: bool) -> Option<Html> {
    let native = props.state.native.as_ref()?;
    let words = words::setting_words(PageSetting::Source);
    let own = words::this_computer(&words::engine_of(&native.here.device, native.here.threads));
    let onchoice = props.on_event(|chosen: String| chosen.parse().ok().map(Action::ComputedBy));
    let option = |origin: ComputedBy, words: String| html! { <option value={origin.name()}>{ words }</option> };
    Some(html! {
        <div class={classes!("field", changed.then_some("changed"), "wide")}>
            <label for="set-source">{ words.label }</label>
            <Select id="set-source" value={props.state.page.source.name()} about="about-source" {onchoice}>
                { option(ComputedBy::Browser, Text::ComputedByBrowser.words().to_owned()) }
                { option(ComputedBy::Native, own) }
            </Select>
            <span class="about" id="about-source">{ words.explanation }</span>
        </div>
    })
}

fn field(props: &Props, setting: RunSetting, spec: &RunSpec) -> Html {
    let state = &props.state;
    let offered = state.images_wanted();
    let twin = state.forms_twin();
    let topic = if twin { Topic::TwinValue(setting) } else { Topic::Value(setting.into()) };
    let said = state.notices.all().iter().find(|notice| notice.topic == topic);
    let fixed = !setting.goes_with(spec.model);
    let about = match said {
        Some(notice) => notice.sentence.clone(),
        None if fixed => words::no_choice(setting, spec.model),
        None => words::setting_words(setting).explanation.to_owned(),
    };
    let choices = choices(setting, spec, offered);
    // What is not accepted stays there to be mended.
    let typed = said.and_then(|notice| notice.typed.clone()).filter(|_| choices.is_none());
    let value = typed.unwrap_or_else(|| setting.get(spec));
    html! {
        <Field
            key={format!("{} {twin}", setting.name())} {setting} {value} {choices} {fixed} {about} own={twin && setting.get(spec) != setting.get(&state.drafted())}
            changed={if twin { &state.twin_draft } else { &state.draft }.contains_key(&setting)} wrong={said.is_some()}
            store={props.store.clone()}
        />
    }
}

/// One setting. A component of its own, so that a run that goes on does not write over what is being typed.
#[derive(Clone, PartialEq, Properties)]
struct FieldProps {
    setting: RunSetting,
    value: String,
    /// The values to choose from, if they can be listed.
    choices: Option<Vec<Choices>>,
    /// Whether it waits for a new run.
    changed: bool,
    /// Whether the second run has another value than the first.
    own: bool,
    /// Whether the value that was entered last was not taken.
    wrong: bool,
    /// Whether the network leaves no choice.
    fixed: bool,
    /// One line about it: what it is, or why there is no choice, or why the value was not taken.
    about: String,
    store: Handle,
}

#[component]
fn Field(props: &FieldProps) -> Html {
    let FieldProps { setting, changed, wrong, about, .. } = props;
    let id = format!("set-{}", setting.name());
    let about_id = format!("about-{}", setting.name());
    let wide = *setting == RunSetting::Model;
    let words = words::setting_words(*setting);
    html! {
        <div class={classes!("field", changed.then_some("changed"), wide.then_some("wide"))}>
            <label for={id.clone()}>
                { words.label }
                if props.own { <span class="marker lane-b">{ " " }{ lane_marker(Lane::B) }</span> }
            </label>
            { match &props.choices {
                Some(choices) => select(props, id, choices, &about_id),
                None => input(props, id, &about_id),
            } }
            <span class={classes!("about", wrong.then_some("wrong"))} id={about_id}>{ about }</span>
        </div>
    }
}

impl FieldProps {
    fn edit(&self, text: String) {
        self.store.0.act(Action::Edit(self.setting, text));
    }
}

fn input(props: &FieldProps, id: String, about: &str) -> Html {
    let entered = |event: &Event| event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
    let onchange = {
        let props = props.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let text = input.value();
            // Until it is drawn anew: nothing may come of it.
            input.set_value(&props.value);
            props.edit(text);
        })
    };
    // Enter would begin a new run, which what applies at once does not need.
    let onkeydown = {
        let props = props.clone();
        Callback::from(move |event: KeyboardEvent| {
            if props.setting.is_live() && event.key() == "Enter" {
                event.prevent_default();
                entered(&event).into_iter().for_each(|text| props.edit(text));
            }
        })
    };
    let is_number = matches!(props.setting.setting().range(), Reason::Whole { .. } | Reason::Real { .. });
    let inputmode = if is_number { "decimal" } else { "text" };
    html! {
        <input
            {id} type="text" {inputmode} autocomplete="off" value={props.value.clone()} disabled={props.fixed}
            aria-invalid={props.wrong.then_some("true")} aria-describedby={about.to_owned()} {onchange} {onkeydown}
        />
    }
}

fn select(props: &FieldProps, id: String, choices: &[Choices], about: &str) -> Html {
    let onchoice = {
        let props = props.clone();
        Callback::from(move |text: String| props.edit(text))
    };
    let value = props.value.as_str();
    let option = |choice: &Choice| {
        html! {
            <option key={choice.value.clone()} value={choice.value.clone()} disabled={!choice.goes}>
                { &choice.words }
            </option>
        }
    };
    let listed = choices.iter().flat_map(|group| &group.values).any(|choice| choice.value == value);
    let group = |group: &Choices| {
        let options = group.values.iter().map(option);
        match group.heading {
            Some(heading) => html! { <optgroup label={heading}>{ for options }</optgroup> },
            None => html! { <>{ for options }</> },
        }
    };
    html! {
        <Select
            {id} value={props.value.clone()} disabled={props.fixed} wrong={props.wrong} about={about.to_owned()} {onchoice}
        >
            { for choices.iter().map(group) }
            // What a link asked for beyond the list.
            if !listed { { option(&Choice { value: value.to_owned(), words: value.to_owned(), goes: true }) } }
        </Select>
    }
}

//! The whole page.

use super::bar::{Bar, SettingsInForce};
use super::dialog::Dialog;
use super::glossary::Glossary;
use super::header::Header;
use super::history::History;
use super::inspector::Inspector;
use super::instrument::InstrumentCard;
use super::lead::{Lead, Surprise};
use super::learning::{Learning, Numbers};
use super::lesson::{LessonStep, TryThis};
use super::library::Chooser;
use super::notices::NoticeList;
use super::profile::Profile;
use super::profile_table::ProfileTables;
use super::river::River;
use super::samples::Samples;
use super::{Handle, Props};
use crate::host::{embed_height, sight};
use crate::state::lane_state::Phase;
use crate::state::lesson::{Stage, Taking};
use crate::state::readout::full_precision;
use crate::state::{Action, Panel, State};
use protocol::setting::ControlGroup;
use web_sys::Element;
use yew::prelude::*;

/// The page's one property.
#[derive(Clone, PartialEq, Properties)]
pub struct AppProps {
    /// Where actions go.
    pub store: Handle,
}

/// The page.
#[component]
pub fn App(props: &AppProps) -> Html {
    let store = props.store.clone();
    let state = use_state(|| store.0.state());
    {
        let (store, setter) = (store.clone(), state.setter());
        use_effect_with((), move |()| {
            setter.set(store.0.state());
            store.0.listen(Callback::from(move |state| setter.set(state)));
        });
    }
    let root = use_node_ref();
    {
        let (root, store) = (root.clone(), store.clone());
        use_effect_with((), move |()| {
            if let Some(element) = root.cast::<Element>() {
                embed_height::watch(&element);
                sight::watch(&element, move |seen| store.0.act(Action::InSight(seen)));
            }
        });
    }
    let props = Props { state: (*state).clone(), store };
    let embed = props.state.page.embed;
    let recorded = props.state.shows_recording().is_some();
    // A page without an engine has nothing to show before a recording is open.
    let shows = recorded || props.state.source.trains();
    // A recording that is opened in a lesson is looked at in its place.
    let taught = props.state.taking.is_some() && !recorded;
    let offers_lessons = props.state.page.shows(ControlGroup::Lessons) && props.state.source.trains();
    let tries = offers_lessons && !taught && !embed && (!recorded || props.state.awaits_visitor());
    let classes = classes!(
        "lab",
        (!shows).then_some("bare"),
        embed.then_some("embed"),
        (props.state.shown().len() > 1).then_some("two"),
        props.state.projector.is_some().then_some("projector"),
        props.state.taking.as_ref().filter(|_| taught).map(stage_class)
    );
    let opens_files = !embed && props.state.page.shows(ControlGroup::Open);
    let has = |panel: Panel| match panel {
        Panel::Help | Panel::Proof | Panel::Share => !embed,
        Panel::Open | Panel::Save | Panel::Export => opens_files,
        Panel::Lessons => !embed && offers_lessons,
        Panel::Worksheet => taught,
    };
    let dialog = |panel: Panel| {
        let Props { state, store } = props.clone();
        html! { <Dialog key={panel.id()} {state} {store} {panel} /> }
    };
    html! {
        <main
            id="lab" class={classes} ref={root}
            data-state={props.state.phase().name()}
            data-step={own_updates(&props.state).to_string()}
            data-viewed-step={viewed_step(&props.state)}
            data-steps-per-second={pace(&props.state)}
            data-lesson={props.state.taking.as_ref().map(|taking| taking.lesson.id.clone())}
            data-lesson-step={props.state.taking.as_ref().map(|taking| (taking.step + 1).to_string())}
            data-large={props.state.projector.map(|large| large.name())}
            data-phase={props.state.phase_name()}
            data-resting={props.state.resting.then_some("1")}
            data-source={if recorded { "recording" } else { props.state.source.name() }}
            data-engine={props.state.engine().filter(|_| !recorded || props.state.awaits_visitor())}
        >
            <NoticeList ..props.clone() />
            <div class="window">
                if !embed { <Header ..props.clone() /> }
                if taught { <LessonStep ..props.clone() /> } else { <Lead ..props.clone() /> }
                if tries { <TryThis ..props.clone() /> }
                if shows {
                    <River ..props.clone() />
                    if !taught { <Surprise ..props.clone() /> }
                    <Profile ..props.clone() />
                    if !embed {
                        <History ..props.clone() />
                        <Learning ..props.clone() />
                        <Inspector ..props.clone() />
                    }
                    <Bar ..props.clone() />
                    if embed { <Numbers ..props.clone() /> }
                    <SettingsInForce ..props.clone() />
                }
            </div>
            if !embed && shows {
                <InstrumentCard ..props.clone() />
                <Samples ..props.clone() />
            }
            if opens_files { <Chooser ..props.clone() /> }
            { for Panel::ALL.into_iter().filter(|panel| has(*panel)).map(dialog) }
            if shows { <ProfileTables ..props.clone() /> }
            if !embed { <Glossary ..props /> }
        </main>
    }
}

/// What a lesson does now, for the style sheet.
fn stage_class(taking: &Taking) -> Classes {
    classes!(
        "taught",
        match taking.stage() {
            Stage::Asks => "asks",
            Stage::Goes => "goes",
            Stage::Told(_) => "told",
        }
    )
}

/// The updates of the run that is shown; 0 beside the first picture, when the visitor's own has not begun.
fn own_updates(state: &State) -> u64 {
    if state.awaits_visitor() { 0 } else { state.updates() }
}

/// The step that the values are of, while the reader looks back.
fn viewed_step(state: &State) -> Option<String> {
    state.look_back?;
    Some(state.readout.lanes.first()?.step?.to_string())
}

/// Updates a second while it trains.
fn pace(state: &State) -> String {
    let pace = state.readout.speed.steps_per_second.filter(|_| state.phase() == Phase::Running);
    full_precision(pace.map(|pace| (pace * 100.0).round() / 100.0))
}

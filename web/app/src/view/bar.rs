//! The bar at the bottom: play, step, reset, where the values come from, how far the run is, and all settings in force.

use super::blocks::why_fixed;
use super::progress::{progress, thin_bar};
use super::select::Select;
use super::settings_form::SettingsForm;
use super::{Props, suffix};
use crate::host::browser;
use crate::source::Kind;
use crate::state::lane_state::Phase;
use crate::state::opened::OpenedRun;
use crate::state::slow::PACES;
use crate::state::update::passes_slowly;
use crate::state::{Action, State};
use protocol::setting::ControlGroup;
use scene::{Text, lane_class, lane_marker, words};
use yew::prelude::*;

/// The bar.
#[component]
pub fn Bar(props: &Props) -> Html {
    let state = &props.state;
    let page = &state.page;
    let embed = page.embed;
    // What the controls of a run to come are about; those of a recording lead through its steps.
    let trains = state.source.trains();
    let recorded = state.shows_recording().is_some() && !state.awaits_visitor();
    html! {
        <footer class={classes!("bar", state.awaits_visitor().then_some("invites"))}>
            { thin_bar(state) }
            if page.shows(ControlGroup::Play) { { play(props) } }
            if page.shows(ControlGroup::Step) {
                if state.slow.is_some() {
                    <button id="step-once" type="button" title={Text::PhaseOnceExplained.words()} onclick={props.on(Action::PhaseOnce)}>
                        { Text::PhaseOnce.words() }
                    </button>
                } else { <button
                    id="step-once" type="button" disabled={state.phase() == Phase::Done || why_not_driven(state).is_some() || state.taking.is_some() && !state.lesson_goes()}
                    title={(state.phase() == Phase::Done && state.shows_recording().is_none()).then(|| Text::StepDone.words())} onclick={props.on(Action::StepOnce)}
                >
                    { Text::StepOnce.words() }
                </button> }
                { slow(props) }
            }
            if page.shows(ControlGroup::Reset) {
                <button id="reset" type="button" disabled={why_not_driven(state).is_some()} title={why_not_driven(state)} onclick={props.on(Action::Reset)}>
                    { if recorded { Text::Rewind.words() } else { Text::Reset.words() } }
                </button>
            }
            if !embed { { badge(state) } }
            if state.slow.is_some() { { pace(props) } } else { { progress(props) } }
            if trains && page.shows(ControlGroup::Skips) { { for (0..state.shown().len()).map(|lane| all_skips(props, lane)) } }
            if trains && !embed && page.shows(ControlGroup::Compare) { { compare(props) } }
            if trains && !embed && page.shows(ControlGroup::Settings) {
                <button
                    id="more" type="button" disabled={recorded} aria-expanded={state.more.to_string()} aria-controls="settings"
                    onclick={props.on(Action::More(!state.more))}
                >
                    { if state.more { Text::Less.words() } else { Text::More.words() } }
                    <span aria-hidden="true">{ if state.more { " ▴" } else { " ▾" } }</span>
                </button>
            }
            if let Some(address) = browser::own_address(&full_page(state)).filter(|_| embed) {
                <a class="full-page" target="_blank" rel="noopener" href={address}>
                    { Text::FullPage.words() }<span aria-hidden="true">{ " ↗" }</span>
                </a>
            }
            if state.more && !embed { <SettingsForm ..props.clone() /> }
        </footer>
    }
}

/// Why what would change the runs cannot be pressed: another page drives them, or did; or there is none.
pub fn why_not_driven(state: &State) -> Option<&'static str> {
    if state.is_refused() {
        return Some(Text::RunRefused.words());
    }
    (state.watches() && state.shows_recording().is_none()).then(|| Text::DrivenElsewhere.words())
}

/// Where the values come from.
fn badge(state: &State) -> Html {
    let native = state.engine().filter(|_| state.source == Kind::Native);
    match state.shows_recording() {
        Some(opened) => {
            let whose = opened.runs.iter().map(made_by).collect::<Vec<_>>().join("\n");
            html! {
                <>
                    <span class="badge of-recording" title={whose}>{ Text::BadgeRecording.words() }</span>
                    // Who will compute what comes after the first picture.
                    if let Some(engine) = native.filter(|_| state.awaits_visitor()) {
                        <span class="badge of-program">{ words::this_computer(&engine) }</span>
                    }
                </>
            }
        }
        None => match native {
            None if state.is_refused() => Html::default(),
            None => html! { <span class="badge">{ state.source.badge().words() }</span> },
            Some(_) if state.is_cut_off() => {
                html! { <span class="badge of-program cut-off">{ Text::BadgeCutOff.words() }</span> }
            }
            Some(engine) if state.is_refused() => {
                html! { <span class="badge of-program">{ words::this_computer(&engine) }</span> }
            }
            Some(_) if state.rests_undriven() => {
                html! { <span class="badge of-program">{ Text::BadgeUndriven.words() }</span> }
            }
            Some(engine) => html! {
                <span class="badge of-program" title={engine.clone()}>{ state.source.badge().words() }<span class="threads">{ ": " }{ engine }</span></span>
            },
        },
    }
}

/// Who made a recorded run, and how.
fn made_by(OpenedRun { file, origin, .. }: &OpenedRun) -> String {
    let whose = words::recording_origin(file, &origin.producer, &origin.created);
    origin.command.iter().fold(whose, |whose, command| format!("{whose} · {command}"))
}

fn play(props: &Props) -> Html {
    let going = props.state.is_going() || passes_slowly(&props.state);
    // A run paused within its first step goes on; after an error there is nothing to go on with.
    let anew = matches!(props.state.phase(), Phase::Loading | Phase::Ready | Phase::Failed);
    let waits = props.state.taking.as_ref().is_some_and(|taking| !taking.goes && !taking.may_see());
    let watches = why_not_driven(&props.state);
    let why = watches.or(waits.then(|| Text::LessonLeads.words()));
    let text = match (going, anew) {
        (true, _) => Text::Pause,
        (false, true) if props.state.awaits_visitor() => Text::TrainYourself,
        (false, _) if props.state.shows_recording().is_some() => Text::Replay,
        (false, true) => Text::Train,
        (false, false) => Text::Resume,
    };
    html! {
        <button id="play" type="button" class="primary" disabled={why.is_some()} title={why} aria-label={text.words()} onclick={props.on(Action::PlayOrPause)}>
            <span class={if going { "icon-pause" } else { "icon-play" }} aria-hidden="true" />
            <span class="play-word">{ text.words() }</span>
        </button>
    }
}

/// The button of slow motion.
fn slow(props: &Props) -> Html {
    let (on, why) =
        (props.state.slow.is_some(), props.state.why_not_slow().map(Text::words).or(why_not_driven(&props.state)));
    html! {
        <button
            id="slow" type="button" aria-pressed={on.to_string()} disabled={!on && why.is_some()}
            title={why.unwrap_or(Text::SlowExplained.words())} onclick={props.on(Action::Slow(!on))}
        >
            { Text::Slow.words() }
        </button>
    }
}

/// How many parts of a step pass by themselves, in place of how far the run is.
fn pace(props: &Props) -> Html {
    let own = props.state.slow.as_ref().and_then(|slow| slow.pace);
    let less = props.state.less_motion;
    let onchoice = props.on_event(|chosen: String| Some(Action::SlowPace(chosen.parse().ok())));
    let option = |pace: f64| html! { <option value={pace.to_string()}>{ words::walk_pace(pace) }</option> };
    html! {
        <span class="progress pace">
            <Select
                id="slow-pace" class="plot-choice" value={own.map(|pace| pace.to_string()).unwrap_or_default()}
                label={Text::SlowPace.words()} disabled={less}
                title={if less { Text::SlowLessMotion } else { Text::SlowPace }.words()} {onchoice}
            >
                <option value="">{ Text::SlowByHand.words() }</option>
                { for PACES.into_iter().map(option) }
            </Select>
        </span>
    }
}

/// One line that states every setting in force, and what the second run has otherwise.
#[component]
pub fn SettingsInForce(props: &Props) -> Html {
    let state = &props.state;
    // Who computes them, or will.
    let native = state.computed_natively().filter(|_| state.shows_recording().is_none() || state.awaits_visitor());
    let engine = native.and(state.engine()).map(|engine| words::this_computer(&engine) + " · ");
    let words = engine.unwrap_or_default() + &state.settings_words();
    html! {
        <p class="settings-line" id="settings-line" title={words.clone()}>{ words }</p>
    }
}

/// The switch of all shortcuts of a run.
fn all_skips(props: &Props, lane: usize) -> Html {
    let shown = props.state.shown();
    let Some(own) = shown.get(lane).copied() else { return Html::default() };
    let strengths = own.strengths;
    let absent = (!own.diagram.has_shortcuts()).then_some(Text::NoShortcutsExplained);
    // Of a network from elsewhere nobody knows how they are set.
    if absent.is_none() && !own.diagram.has_switches() {
        return Html::default();
    }
    let why = absent.or_else(|| why_fixed(&props.state));
    let open = strengths.iter().all(|strength| *strength > 0.0);
    // Neither all nor none.
    let some = strengths.iter().any(|strength| *strength > 0.0) && !open;
    let run = (shown.len() > 1).then_some(own.lane);
    html! {
        <button
            key={lane} disabled={why.is_some()} title={why.map(Text::words)} id={format!("skip-all{}", suffix(lane))} type="button" role="switch"
            class={classes!("all-skips", lane_class(own.lane))} aria-label={words::of_run(Text::AllSkips.words(), run)} aria-checked={open.to_string()}
            onclick={props.on(Action::ToggleAll { lane })}
        >
            if shown.len() > 1 { <span class="marker" aria-hidden="true">{ lane_marker(own.lane) }</span> }
            <span class="all-skips-word">{ Text::AllSkips.words() }</span>
            <span class={classes!("pill", some.then_some("some"))} aria-hidden="true"><span class="knob" /></span>
        </button>
    }
}

fn compare(props: &Props) -> Html {
    let on = props.state.shown().len() > 1;
    let recorded = props.state.shows_recording().is_some() && !props.state.awaits_visitor();
    let watches = why_not_driven(&props.state);
    let title = watches.unwrap_or(if recorded { Text::NotOfARecording } else { Text::CompareExplained }.words());
    html! {
        <button
            id="compare" type="button" aria-pressed={on.to_string()} {title} disabled={recorded || watches.is_some()}
            onclick={props.on(Action::Compare(!on))}
        >
            { Text::Compare.words() }
        </button>
    }
}

/// The parameters of this state, outside the frame.
fn full_page(state: &State) -> String {
    let mut state = state.clone();
    state.page.embed = false;
    state.query()
}

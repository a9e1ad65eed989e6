//! How far everything is: a thin bar while something takes long, and the words beside the buttons.

use super::Props;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::readout::{LaneReadout, full_precision};
use crate::state::{Action, State};
use protocol::{EndReason, Go, StepPart};
use scene::{Text, number, percent, thousands, words};
use yew::prelude::*;

/// A thin bar while the source and the data arrive, the network is being built, or a long step is under way.
pub fn thin_bar(state: &State) -> Html {
    let visitors = state.opened.as_ref().filter(|_| !state.awaits_visitor());
    if let Some((done, all)) = visitors.and_then(|opened| opened.progress) {
        return html! {
            <progress
                id="recording-progress" class="loading" aria-label={Text::ReadingRecording.words()}
                value={done.to_string()} max={all.max(1).to_string()}
            />
        };
    }
    if state.shows_recording().is_some() && !state.awaits_visitor() {
        return Html::default();
    }
    if let Some((_, progress)) = under_way(state) {
        return html! {
            <progress
                id="step-progress" class="loading step-progress" aria-label={Text::StepProgress.words()}
                value={progress.done.to_string()} max={progress.all.to_string()}
            />
        };
    }
    if is_building(state) {
        return html! { <progress class="loading" aria-label={Text::StateBuilding.words()} /> };
    }
    let bytes: Vec<_> = state.lanes.iter().filter_map(|lane| lane.loading).collect();
    let (received, total) = bytes.iter().fold((0, 0), |(r, t), (received, total)| (r + received, t + total));
    if total > 0 && received < total {
        return html! {
            <progress class="loading" aria-label={Text::LoadingData.words()} value={received.to_string()} max={total.to_string()} />
        };
    }
    if state.phase() == Phase::Loading {
        return html! { <progress class="loading" aria-label={Text::LoadingEngine.words()} /> };
    }
    Html::default()
}

/// How far the run is, how fast, and why it stands still.
pub fn progress(props: &Props) -> Html {
    let state = &props.state;
    if state.shows_recording().is_some() && !(state.awaits_visitor() && state.look_back.is_some()) {
        return recorded(state);
    }
    if let Some(step) = state.look_back.filter(|_| !state.page.embed) {
        return looking_back(props, step);
    }
    let doing = doing(state);
    let speed = state.readout.speed;
    let pace = speed.steps_per_second.filter(|_| doing.is_none() && state.phase() == Phase::Running);
    let ms_per_step = full_precision(speed.ms_per_step.map(|time| (time * 100.0).round() / 100.0));
    // A run whose loss is lost goes no further; the other one may.
    let lives = |(lane, _): &(&LaneState, &LaneReadout)| !matches!(lane.ended, Some(EndReason::NonFinite { .. }));
    let living = state.lanes.iter().zip(&state.readout.lanes).filter(lives).map(|(_, read)| read.updates).min();
    let (updates, budget) = (thousands(living.unwrap_or(state.updates())), thousands(state.goal()));
    let steps = words::progress(&updates, (!state.page.embed).then_some(&budget));
    html! {
        <span class="progress">
            { steps }
            if let Some(part) = under_way(state) { { " · " }{ part_words(part, state.page.embed) } }
            if let Some(behind) = behind(state) { { " · " }{ behind } }
            if let Some(text) = doing { { " · " }{ text.words() } }
            <span id="steps-per-second" data-ms-per-step={ms_per_step}>
                if let Some(pace) = pace {
                    { "\u{a0}· " }<span class="whole">{ words::pace(&pace_words(pace), state.page.embed) }</span>
                }
            </span>
            if let Some(share) = speed.measuring_share {
                <span
                    id="measuring-share" class="measuring-share" title={Text::MeasuringShareExplained.words()}
                    data-value={full_precision(Some((share * 1e4).round() / 1e4))}
                >
                    { "\u{a0}· " }<span class="whole">{ words::measuring(&percent(share)) }</span>
                </span>
            }
        </span>
    }
}

/// Which step is looked at, and the way back.
fn looking_back(props: &Props, step: u64) -> Html {
    let all = thousands(props.state.furthest());
    html! {
        <span class="progress">
            { words::looks_back(&thousands(step), &all) }{ "\u{a0}· " }
            <button type="button" class="link whole" onclick={props.on(Action::LookBack(None))}>{ Text::ToLatest.words() }</button>
        </span>
    }
}

/// Which step of a recording is shown.
fn recorded(state: &State) -> Html {
    let (_, last) = state.steps();
    let at = state.look_back.unwrap_or(last);
    let steps = words::recorded_step(&thousands(at), (!state.page.embed).then_some(&thousands(last)));
    if state.page.embed {
        // There is no badge that says it, and what comes later may have no room.
        return html! { <span class="progress">{ Text::Recorded.words() }{ " · " }{ steps }</span> };
    }
    // Of the first picture the badge says what it is.
    let end = (!state.awaits_visitor() && state.look_back.is_none()).then(|| state.recording_end().words());
    html! {
        <span class="progress">{ steps }if let Some(end) = end { { " · " }{ end } }</span>
    }
}

/// The run that is still far behind the other one, and where it stands.
fn behind(state: &State) -> Option<String> {
    let ahead = state.readout.lanes.iter().map(|lane| lane.updates).max()?;
    let lanes = state.lanes.iter().zip(&state.readout.lanes);
    let behind = lanes.filter(|(lane, read)| lane.phase == Phase::Running && read.updates + 2 < ahead);
    behind.map(|(lane, _)| words::catches_up(lane.lane, &thousands(ahead))).next()
}

/// Why it does not train, or is about to stop.
fn doing(state: &State) -> Option<Text> {
    match state.phase() {
        Phase::Loading | Phase::Running if state.is_cut_off() => Some(Text::StateCutOff),
        Phase::Running if state.rests_undriven() => Some(Text::StateUndriven),
        Phase::Loading if is_building(state) => Some(Text::StateBuilding),
        Phase::Loading => Some(Text::StateLoading),
        Phase::Ready => Some(Text::StateReady),
        Phase::Running if state.resting => Some(Text::Unseen),
        Phase::Running if state.asked == Some(Go::Rest) => Some(Text::StatePausing),
        Phase::Running => None,
        // The button says so where there is little room.
        Phase::Paused if state.page.embed => None,
        Phase::Paused if state.lanes.iter().any(|lane| lane.progress.is_some_and(|part| !part.evaluation)) => {
            Some(Text::StateWithin)
        }
        Phase::Paused if was_flipped(state) => Some(Text::StateFlipped),
        Phase::Paused => Some(Text::StatePaused),
        Phase::Done if state.page.embed => Some(Text::StateDoneShort),
        Phase::Done if was_flipped(state) => Some(Text::StateDoneFlipped),
        Phase::Done => Some(Text::StateDone),
        Phase::Failed if state.lost_the_loss() => Some(Text::StateNotFinite),
        Phase::Failed => Some(Text::StateFailed),
    }
}

/// Whether a switch stands otherwise than when the latest step was measured, of a run that this page can let go on.
fn was_flipped(state: &State) -> bool {
    let flipped = |(lane, read): (&LaneState, &LaneReadout)| read.step.is_some() && read.strengths != lane.strengths;
    !state.watches() && state.look_back.is_none() && state.lanes.iter().zip(&state.readout.lanes).any(flipped)
}

fn is_building(state: &State) -> bool {
    state.lanes.iter().any(|lane| lane.building)
}

/// The run whose long step or evaluation is furthest behind, and where that stands.
fn under_way(state: &State) -> Option<(&LaneState, StepPart)> {
    let at_work = state.lanes.iter().filter_map(|lane| Some((lane, lane.progress?)));
    at_work.min_by(|(_, a), (_, b)| a.share().total_cmp(&b.share()))
}

/// Where a long step or evaluation stands, in words.
fn part_words((lane, part): (&LaneState, StepPart), short: bool) -> String {
    let share = percent(part.share());
    if short {
        return share;
    }
    if part.evaluation {
        return words::evaluation_part(&share);
    }
    words::step_part(part.done as usize, lane.plan.blocks.len())
}

fn pace_words(pace: f64) -> String {
    if pace < 99.5 { format!("{pace:.1}") } else { number(pace.round()) }
}

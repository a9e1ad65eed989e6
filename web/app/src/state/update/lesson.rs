//! Lessons: begun, led through their steps, and left; then the visitor's run is as it was.

use super::{Gate, aside, opened, runs, settings, trouble};
use crate::state::aside::Aside;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::lesson::{Answer, Before, LessonProblem, Stage, Taking, is_address};
use crate::state::notice::{NotTaken, Topic};
use crate::state::panel::Panel;
use crate::state::{Action, Effect, State};
use protocol::embed::ErrorCode;
use protocol::lesson::Lesson;
use protocol::{Complaint, EndReason, Lane, PageSetting, Reason, RunSpec, Weights};
use scene::Text;
use std::rc::Rc;
use std::sync::Arc;

/// In a lesson the buttons of the runs lead through it.
pub fn gate(state: &State, action: &Action) -> Gate {
    let Some(taking) = &state.taking else { return Gate::Open };
    match action {
        Action::PlayOrPause | Action::Play if !taking.goes => Gate::Instead(see),
        Action::StepOnce if !taking.goes => Gate::Instead(|_| Vec::new()),
        Action::Reset | Action::Restart | Action::NewRun | Action::SmallerRate => Gate::Instead(again),
        Action::TakeUp => Gate::Instead(leave),
        Action::Restore(_) => Gate::First(leave),
        _ => Gate::Open,
    }
}

/// The lesson of this name begins, or what lies at this address is fetched.
pub fn begin(state: &mut State, name: &str) -> Vec<Effect> {
    if let Some(lesson) = state.lesson(name).cloned() {
        return begin_with(state, lesson, name);
    }
    if is_address(name) {
        state.page.lesson = Some(name.to_owned());
        return vec![Effect::FetchLesson(name.to_owned()), Effect::WriteUrl];
    }
    let names: Vec<_> = state.lessons.iter().map(|lesson| lesson.id.as_str()).collect();
    let complaint = Complaint::new(PageSetting::Lesson, &name, Reason::one_of(&names));
    state.notices.not_taken(&NotTaken { complaint, now: None });
    Vec::new()
}

/// What lay at that address is a lesson, or is not; by now something else may have been asked for.
pub fn fetched(state: &mut State, address: &str, found: Result<Rc<Lesson>, LessonProblem>) -> Vec<Effect> {
    if state.page.lesson.as_deref() != Some(address) {
        return Vec::new();
    }
    match found {
        Ok(lesson) => begin_with(state, lesson, address),
        Err(problem) => {
            let sentence = problem.sentence(address);
            state.page.lesson = state.taking.as_ref().map(|taking| taking.name.clone());
            state.notices.say(Topic::Value(PageSetting::Lesson.into()), &*sentence, None);
            let told = trouble::of_value(ErrorCode::BadValue, None, Some(PageSetting::Lesson.name()), &sentence);
            vec![Effect::TellError(told), Effect::WriteUrl]
        }
    }
}

/// A lesson begins with runs of its own; the visitor's is put aside, and waits there also while another lesson follows.
fn begin_with(state: &mut State, lesson: Rc<Lesson>, name: &str) -> Vec<Effect> {
    let before = state.taking.as_ref().map_or_else(|| before(state), |taking| taking.before.clone());
    let former = aside::can_be_kept(state);
    let mut effects = begin_runs(state, &lesson, 0, former);
    (state.focus, state.look_back, state.more, state.panel) = (None, None, false, None);
    // The way back is out of the lesson.
    state.notices.clear(Topic::Aside);
    state.notices.clear(Topic::Fold);
    let answers = vec![Answer::default(); lesson.steps.len()];
    state.page.lesson = Some(name.to_owned());
    state.taking = Some(Taking { lesson, name: name.to_owned(), step: 0, ran: 0, goes: false, answers, before });
    lay_out(state);
    effects.extend(show(state));
    effects
}

/// The runs begin with which that step does; they measure what its part of the lesson asks for.
fn begin_runs(state: &mut State, lesson: &Lesson, step: usize, former: Option<Aside>) -> Vec<Effect> {
    // They were read with the lesson.
    let specs = lesson.specs(step).unwrap_or_default();
    take_over(state, specs.into_iter().map(|spec| (spec, None)).collect(), former)
}

/// What is drawn in the steps of the present runs has their blocks.
fn lay_out(state: &mut State) {
    let blocks = Lane::ALL.map(|lane| state.blocks_of(lane));
    let Some(taking) = &mut state.taking else { return };
    for index in taking.lesson.part_of(taking.step) {
        let draw = taking.lesson.steps[index].draw;
        taking.answers[index].drawn = draw.map(|draw| vec![None; blocks[draw.lane as usize]]).unwrap_or_default();
    }
}

fn before(state: &State) -> Before {
    let made_again = || {
        let runs = state.lanes.iter().enumerate().map(|(index, lane)| (state.begun(index), lane.weights.clone()));
        runs.collect()
    };
    Before {
        plot: (state.page.plot, state.page.relative),
        focus: state.focus,
        runs: aside::can_be_kept(state).is_none().then(made_again),
        updates: state.furthest(),
    }
}

fn take_over(state: &mut State, runs: Vec<(RunSpec, Option<Arc<Weights>>)>, former: Option<Aside>) -> Vec<Effect> {
    let images = state.images.clone();
    let made = runs.into_iter().zip(Lane::ALL).map(|((spec, weights), lane)| {
        let (mut lane, misfits) = LaneState::new(lane, spec, &images)?;
        lane.start_from(weights);
        Ok::<_, Complaint>((lane, misfits))
    });
    // Settings that were in force, or that were read with the lesson.
    let Ok(made) = made.collect() else { return Vec::new() };
    state.notices.clear_values();
    // What waited for the run before is not for this one.
    state.on_ready = None;
    opened::take_over(state, made, former)
}

/// Profile and history show what the step is about, as it stood at its end if that is told.
fn show(state: &mut State) -> Vec<Effect> {
    let Some(taking) = &state.taking else { return Vec::new() };
    let is_present =
        !taking.has_its_runs() || taking.answers.get(taking.step + 1).is_none_or(|next| next.told.is_none());
    state.look_back = match taking.stage() {
        Stage::Told(_) if !is_present => taking.now().until.checked_sub(1),
        _ => None,
    };
    let plot = taking.now().plot.clone();
    let mut effects = plot.map(|plot| settings::set_page(state, PageSetting::Plot, &plot)).unwrap_or_default();
    effects.extend([Effect::Read, Effect::WriteUrl]);
    effects
}

/// One of the predictions is chosen.
pub fn predict(state: &mut State, option: usize) -> Vec<Effect> {
    if let Some(taking) = state.taking.as_mut().filter(|taking| taking.stage() == Stage::Asks) {
        taking.answer_mut().chosen = Some(option).filter(|option| *option < taking.now().options.len());
    }
    Vec::new()
}

/// Blocks are drawn, at these powers of ten.
pub fn draw(state: &mut State, points: &[(usize, f64)]) -> Vec<Effect> {
    let Some(taking) = state.taking.as_mut().filter(|taking| taking.stage() == Stage::Asks) else { return Vec::new() };
    let Some(sketch) = taking.sketch(taking.step) else { return Vec::new() };
    let (blocks, [low, high]) = (sketch.drawn(), sketch.draw.ends());
    for (block, power) in points.iter().filter(|(block, _)| blocks.contains(block)) {
        taking.answer_mut().drawn[*block] = Some(power.clamp(low, high));
    }
    Vec::new()
}

/// The runs go to the end of the step.
pub fn see(state: &mut State) -> Vec<Effect> {
    let Some(taking) = state.taking.as_mut().filter(|taking| taking.may_see()) else { return Vec::new() };
    taking.goes = true;
    let until = taking.now().until;
    let change: Vec<_> = taking.now().change.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
    let mut effects = if change.is_empty() { Vec::new() } else { settings::set(state, &change) };
    if state.taking.as_ref().is_some_and(|taking| taking.now().fold) {
        effects.extend((0..state.lanes.len()).flat_map(|lane| settings::fold(state, lane)).collect::<Vec<_>>());
    }
    state.look_back = None;
    match state.live_phase() {
        Phase::Loading => state.on_ready = Some(state.onward()),
        // There is nothing to go on with, or they are there: it is told what there is.
        Phase::Done => ran(state),
        Phase::Failed if state.lost_the_loss() => ran(state),
        Phase::Paused if is_there(state, until) => ran(state),
        _ => {
            let go = state.onward();
            state.asked = Some(go);
            effects.extend(runs::to_all(state, go));
        }
    }
    effects
}

/// Whether each run has done so many updates and what is due after them.
fn is_there(state: &State, updates: u64) -> bool {
    let done = |lane: usize| state.own_readout().lanes.get(lane).map_or(0, |read| read.updates);
    // One whose loss is no number goes no further.
    let ended = |lane: usize| matches!(state.lanes[lane].ended, Some(EndReason::NonFinite { .. }));
    (0..state.lanes.len()).all(|lane| ended(lane) || done(lane) >= updates && state.is_evaluated(lane, updates))
}

/// The runs say what they do: at the end of the step it is told what came of it.
pub fn ran(state: &mut State) {
    let ended = state.live_phase() == Phase::Done || state.lost_the_loss();
    let rests = (ended || state.live_phase() == Phase::Paused) && !state.resting;
    let Some(until) = state.taking.as_ref().filter(|taking| taking.goes && rests).map(|taking| taking.now().until)
    else {
        return;
    };
    let is_there = ended || is_there(state, until);
    if let Some(taking) = state.taking.as_mut().filter(|_| is_there) {
        taking.goes = false;
        taking.answer_mut().told = Some(taking.judged());
    }
}

/// The next step; after the last one the lesson is over.
pub fn next(state: &mut State) -> Vec<Effect> {
    let Some(taking) = state.taking.as_mut().filter(|taking| taking.answer().told.is_some()) else { return Vec::new() };
    if taking.is_last() {
        return leave(state);
    }
    taking.step += 1;
    state.notices.clear(Topic::Fold);
    let (lesson, step) = (taking.lesson.clone(), taking.step);
    let mut effects = Vec::new();
    if lesson.steps[step].run.is_some() && taking.ran < step {
        taking.ran = step;
        effects = begin_runs(state, &lesson, step, None);
        (state.focus, state.look_back) = (None, None);
        lay_out(state);
    }
    effects.extend(show(state));
    effects
}

/// The step before is shown again, with what was expected and what came of it.
pub fn back(state: &mut State) -> Vec<Effect> {
    let Some(taking) = state.taking.as_mut().filter(|taking| taking.may_go_back()) else { return Vec::new() };
    taking.step -= 1;
    show(state)
}

/// The lesson from its beginning.
pub fn again(state: &mut State) -> Vec<Effect> {
    match state.taking.as_ref().map(|taking| (taking.lesson.clone(), taking.name.clone())) {
        Some((lesson, name)) => begin_with(state, lesson, &name),
        None => Vec::new(),
    }
}

/// The visitor's run is there again, as it was; theme and keys stay as they are.
pub fn leave(state: &mut State) -> Vec<Effect> {
    state.page.lesson = None;
    let Some(Taking { before, .. }) = state.taking.clone() else { return vec![Effect::WriteUrl] };
    let mut effects = match before.runs {
        // Nothing had begun.
        Some(runs) => {
            let mut effects = take_over(state, runs, None);
            aside::say(state);
            if before.updates > 0 {
                state.notices.say(Topic::Run, Text::RunNotKept.words(), None);
            }
            effects.extend(opened::picture_again(state));
            effects
        }
        None => {
            let effects = aside::take_up(state);
            // The lesson's run is not kept; its sources serve the next one that is put aside.
            if let Some(own) = &mut state.aside {
                own.updates = 0;
            }
            state.notices.clear(Topic::Aside);
            effects
        }
    };
    state.taking = None;
    state.notices.clear(Topic::Fold);
    state.panel = state.panel.filter(|panel| *panel != Panel::Worksheet);
    (state.page.plot, state.page.relative) = before.plot;
    (state.focus, state.look_back) = (before.focus, None);
    effects.extend([Effect::Read, Effect::WriteUrl]);
    effects
}

/// The values of the step on the way were read off. What is told stays as it was told.
pub fn measured(state: &mut State) {
    if let Some(taking) = state.taking.as_mut().filter(|taking| taking.answer().told.is_none()) {
        taking.answer_mut().values.clone_from(&state.readout.lesson);
        taking.answer_mut().curve.clone_from(&state.readout.curve);
    }
}

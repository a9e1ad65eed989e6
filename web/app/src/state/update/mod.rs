//! How actions change the state. Pure: what must happen outside it comes back as effects, and [`turn`] lets the world do them.

mod aside;
mod controls;
mod lesson;
mod native;
mod opened;
mod panel;
mod proof;
mod runs;
mod settings;
mod slow;
mod source;
mod trouble;
mod typed;
mod undo;
mod viewer;
mod weights;

pub use proof::why_not as why_not_proved;
pub use slow::passes as passes_slowly;
pub use weights::why_not_saved;

use crate::state::page::measured;
use crate::state::shared::Shared;
use crate::state::{Action, Effect, State};
use protocol::Go;
use std::collections::VecDeque;

/// Changes the state, lets the world do what that asks for, and goes on with whatever follows from it until nothing is left.
/// `perform` does one effect; where that leads to another action, it returns it.
pub fn turn(state: &mut Shared<State>, action: Action, mut perform: impl FnMut(&State, Effect) -> Option<Action>) {
    let mut actions = VecDeque::from([action]);
    while let Some(action) = actions.pop_front() {
        for effect in update(state.make_mut(), action) {
            actions.extend(perform(state, effect));
        }
    }
}

/// Changes the state and says what must happen outside it.
pub fn update(state: &mut State, action: Action) -> Vec<Effect> {
    let (looked_back, measured) = (state.look_back, measured(&state.page));
    let mut effects = change(state, action);
    effects.extend(settings::measure_shown(state, &measured));
    runs::rest_unseen(state, &mut effects);
    proof::drop_with_its_run(state, &effects);
    slow::drop_with_its_run(state, &effects);
    if state.look_back != looked_back {
        // The values are of the moment that is looked at, also when nothing new is measured.
        effects.push(Effect::Read);
    }
    effects
}

/// What comes of an action while something else than the page's own run has the say.
pub enum Gate {
    /// It is done.
    Open,
    /// This is done in its place.
    Instead(fn(&mut State) -> Vec<Effect>),
    /// It is done after this, which ends what had the say.
    First(fn(&mut State) -> Vec<Effect>),
}

/// What may have the say, the outermost first: a page without an engine, another page that drives the runs, the first picture, slow motion, a
/// recording, a lesson.
const GATES: [fn(&State, &Action) -> Gate; 6] =
    [viewer::gate, native::gate, opened::gate_of_picture, slow::gate, opened::gate_of_recording, lesson::gate];

fn change(state: &mut State, action: Action) -> Vec<Effect> {
    for gate in GATES {
        match gate(state, &action) {
            Gate::Open => {}
            Gate::Instead(other) => return other(state),
            Gate::First(first) => {
                let mut effects = first(state);
                effects.extend(change(state, action));
                return effects;
            }
        }
    }
    match action {
        Action::Begin => begin(state),
        Action::PlayOrPause if state.is_going() => runs::pause(state),
        // It was to pause what ended under the finger.
        Action::PlayOrPause if state.just_ended => Vec::new(),
        Action::EndSeen => {
            state.just_ended = false;
            Vec::new()
        }
        Action::Play if state.is_going() => Vec::new(),
        Action::PlayOrPause | Action::Play => runs::play(state),
        Action::Pause => runs::pause(state),
        Action::StepOnce => runs::step_once(state),
        Action::Slow(true) => slow::enter(state),
        Action::Slow(false) => slow::leave(state),
        Action::PhaseOnce => slow::next(state),
        Action::SlowPace(pace) => slow::pace(state, pace),
        Action::PhaseOn(number) => slow::on(state, number),
        Action::Walked(lane, phase) => slow::walked(state, lane, *phase),
        Action::Reset => runs::reset_by_visitor(state),
        Action::NewRun => typed::mend_first(state).unwrap_or_else(|| settings::new_run(state)),
        Action::Restart => runs::restart(state),
        Action::TakeUp => aside::take_up(state),
        Action::ComputedBy(origin) => native::computed_by(state, origin),
        Action::Drive => native::drive(state),
        Action::LinkRun => native::begin_link(state),
        Action::AsideLost(lane) => aside::lost(state, lane),
        Action::AsideTaken => aside::taken(state),
        Action::Toggle { lane, block } => settings::toggle(state, lane, block),
        Action::ToggleAll { lane } => settings::toggle_all(state, lane),
        Action::Strength { lane, blocks, strength } => settings::strength(state, lane, blocks, strength),
        Action::FadeOut { lane, steps } => settings::fade_out(state, lane, steps),
        Action::Fold(lane) => settings::fold(state, lane),
        Action::MeasureAgain => settings::measure_again(state),
        Action::FormOf(lane) => {
            state.form = lane;
            Vec::new()
        }
        Action::Edit(key, text) => typed::edit_form(state, key, &text),
        Action::Set(pairs) => settings::set(state, &pairs),
        Action::Answer(id, what) => vec![Effect::TellAnswer(id, what)],
        Action::Refuse(refusal) => vec![Effect::TellError(trouble::refused(&refusal))],
        Action::Compare(on) => runs::compare(state, on),
        Action::Heard(lane, reply) => source::hear(state, lane, reply),
        Action::Ended(lane, reason) => source::ended(state, lane, reason),
        Action::WithoutUpdate(lane, step) => source::without_update(state, lane, step),
        Action::Marked(lane, mark) => source::marked(state, lane, &mark),
        Action::Behind(lane, updates, goes) => source::catch_up(state, lane, updates, goes),
        Action::Opening => opened::opening(state),
        Action::Reading { total, beside, by } => opened::reading(state, total, beside, by),
        Action::RecordingHeader(lane) => opened::header(state, *lane),
        Action::RecordingTitle(index, title) => opened::titled(state, index, &title),
        Action::RecordingProgress(done) => opened::progress(state, done),
        Action::RecordingFault(sentence) => opened::fault(state, sentence),
        Action::RecordingEnded { last } => opened::ended(state, last),
        Action::CloseRecording => opened::close(state),
        Action::CloseRun(index) => opened::close_run(state, index),
        Action::ShowAs(index, lane) => opened::show_as(state, index, lane),
        Action::OpenInstead(instead) => {
            if let Some(opened) = &mut state.opened {
                opened.gives_way = instead;
            }
            Vec::new()
        }
        Action::BeginLesson(name) => lesson::begin(state, &name),
        Action::LessonFetched(address, found) => lesson::fetched(state, &address, found),
        Action::Predict(option) => lesson::predict(state, option),
        Action::Draw(points) => lesson::draw(state, &points),
        Action::See => lesson::see(state),
        Action::NextStep => lesson::next(state),
        Action::LastStep => lesson::back(state),
        Action::AgainLesson => lesson::again(state),
        Action::LeaveLesson => lesson::leave(state),
        Action::SaveWorksheet => vec![Effect::SaveWorksheet],
        Action::PrintWorksheet => vec![Effect::Print],
        Action::OpenPanel(panel) => panel::open(state, panel),
        Action::ClosePanel(panel) => panel::close(state, panel),
        Action::Listed(list) => {
            state.listed = list;
            Vec::new()
        }
        Action::OpenListed(address) => opened::open_listed(state, address),
        Action::ShowPicture => opened::show_picture_again(state),
        Action::ReplayOn => opened::replay_on(state),
        Action::MakeLive => opened::make_live(state),
        Action::Export(exhibit, format) => vec![Effect::Export(exhibit, format)],
        Action::Print => {
            state.panel = None;
            vec![Effect::Print]
        }
        Action::SaveRecording => {
            state.panel = None;
            state.saved = state.furthest();
            vec![Effect::SaveRecording]
        }
        Action::SaveProof => proof::save(state),
        Action::SaveWeights(lane) => weights::save(state, lane),
        Action::OpenWeights(file) => weights::open(state, &file),
        Action::WeightsUnread(file, problem) => weights::unread(state, &file, &problem),
        Action::Copy(text) => vec![Effect::Copy(text)],
        Action::SmallerRate => runs::with_smaller_rate(state),
        Action::CopyDetails(sentence) => vec![Effect::CopyDetails(sentence)],
        Action::Restore(link) => undo::restore(state, &link),
        Action::Reload => vec![Effect::Reload],
        Action::Read(readout) => controls::read(state, readout),
        Action::Focus(_)
        | Action::Plot(_)
        | Action::Instrument(_)
        | Action::Relative(_)
        | Action::Linear(_)
        | Action::LookBack(_)
        | Action::More(_)
        | Action::Theme(_)
        | Action::Dismiss(_)
        | Action::Keys(_)
        | Action::Copied(_)
        | Action::HasCopied(_)
        | Action::Projector(_)
        | Action::Visible(_)
        | Action::InSight(_)
        | Action::Background(_)
        | Action::River(..) => controls::look(state, &action),
    }
}

/// The page was opened. Where something of its link was not taken, the address says at once what is in force: it is said once,
/// not at each visit.
fn begin(state: &mut State) -> Vec<Effect> {
    let mut effects = if state.source.trains() { runs::begin_all(state) } else { viewer::begin(state) };
    if !state.page.runs.is_empty() {
        effects.push(Effect::OpenAddresses { addresses: state.page.runs.clone(), beside: false });
    } else if let Some(name) = state.page.lesson.take() {
        effects.extend(lesson::begin(state, &name));
    } else if let Some(step) = state.page.step.take() {
        // The run is made again up to the moment that the link leads to.
        let least = state.lanes.iter().map(|lane| lane.spec.steps).min().unwrap_or(0);
        if state.on_ready.is_none() {
            state.on_ready = Some(Go::Until((step + 1).min(least)));
        }
    } else if state.begins_with_picture() {
        effects.extend(opened::show_picture(state));
    }
    if !state.notices.all().is_empty() {
        effects.push(Effect::WriteUrl);
    }
    effects
}

#[cfg(test)]
mod lesson_tests;
#[cfg(test)]
mod link_properties;
#[cfg(test)]
mod native_tests;
#[cfg(test)]
mod sharing_tests;
#[cfg(test)]
mod slow_tests;
#[cfg(test)]
mod strength_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod weights_tests;

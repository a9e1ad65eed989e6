//! A page without an engine: a file that opens recordings. What needs one is not done, and an embedding page hears so.

use super::{Gate, opened, trouble};
use crate::state::{Action, Effect, State};
use protocol::embed::ErrorCode;
use scene::Text;

/// The page was opened: it is ready at once.
pub fn begin(state: &mut State) -> Vec<Effect> {
    state.on_ready = None;
    state.announced = true;
    vec![Effect::TellReady]
}

/// What takes an engine is not done.
pub fn gate(state: &State, action: &Action) -> Gate {
    if !state.source.trains() && needs_an_engine(state, action) { Gate::Instead(refuse) } else { Gate::Open }
}

/// Whether this takes an engine; with a recording open the buttons of a run lead through that.
fn needs_an_engine(state: &State, action: &Action) -> bool {
    match action {
        Action::PlayOrPause | Action::Play | Action::StepOnce | Action::Slow(_) | Action::Reset => {
            state.shows_recording().is_none()
        }
        Action::NewRun | Action::Restart | Action::TakeUp | Action::MakeLive => true,
        Action::SaveRecording | Action::SaveWeights(_) => true,
        Action::Toggle { .. } | Action::ToggleAll { .. } | Action::Compare(_) => true,
        Action::FormOf(_) | Action::Edit(..) | Action::More(_) | Action::Restore(_) => true,
        Action::BeginLesson(_) | Action::LessonFetched(..) => true,
        Action::Set(pairs) => opened::leads_elsewhere(pairs),
        _ => false,
    }
}

/// What is done in its place.
fn refuse(_: &mut State) -> Vec<Effect> {
    let sentence = Text::ViewerOnly.words();
    vec![Effect::TellError(trouble::of_value(ErrorCode::NotAvailable, None, None, sentence))]
}

//! How actions change the state. Pure: what must happen outside it comes back as effects.

mod controls;
mod runs;
mod settings;
mod worker;

use crate::state::{Action, Effect, State};

pub use worker::BUILD;

/// Changes the state and says what must happen outside it.
pub fn update(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Begin => runs::begin_all(state),
        Action::PlayOrPause if state.is_going() => runs::pause(state),
        Action::Play if state.is_going() => Vec::new(),
        Action::PlayOrPause | Action::Play => runs::play(state),
        Action::Pause => runs::pause(state),
        Action::StepOnce => runs::step_once(state),
        Action::Reset => runs::reset_by_visitor(state),
        Action::NewRun => settings::new_run(state),
        Action::Restart => runs::restart(state),
        Action::Toggle { lane, block } => settings::toggle(state, lane, block),
        Action::ToggleAll { lane } => settings::toggle_all(state, lane),
        Action::Edit(key, text) => settings::edit(state, key, &text),
        Action::Set(pairs) => settings::set(state, &pairs),
        Action::Compare(on) => runs::compare(state, on),
        Action::Worker(lane, news) => worker::hear(state, lane, news),
        Action::Reload => vec![Effect::Reload],
        Action::Read(readout) => controls::read(state, readout),
        Action::Focus(_)
        | Action::Linear(_)
        | Action::LookBack(_)
        | Action::More(_)
        | Action::Theme(_)
        | Action::Dismiss(_)
        | Action::River(..) => controls::look(state, &action),
    }
}

#[cfg(test)]
mod tests;

//! The proof of the gradients of run A, which rests meanwhile.

use super::runs;
use crate::BUILD;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::{Effect, Proving, State};
use protocol::{Command, Proof, ProofPart};
use scene::Text;

/// Why nothing can be proved now, if so.
pub fn why_not(state: &State) -> Option<Text> {
    let lane = &state.lanes[0];
    match lane.phase {
        _ if lane.dead => Some(Text::ProofOfNothing),
        Phase::Failed => Some(Text::ProofOfNothing),
        Phase::Loading => Some(Text::ProofToCome),
        _ if state.watches() => Some(Text::DrivenElsewhere),
        _ => None,
    }
}

/// The proof is asked for, unless one is under way.
pub fn ask(state: &mut State) -> Vec<Effect> {
    if why_not(state).is_some() || matches!(state.proving, Proving::Asked | Proving::On(_)) {
        return Vec::new();
    }
    state.proving = Proving::Asked;
    let mut effects = if state.shows_recording().is_some() { runs::pause_live(state) } else { runs::pause(state) };
    effects.push(Effect::Send(0, Command::Prove));
    effects
}

/// It has come so far.
pub fn on(state: &mut State, part: ProofPart) {
    if matches!(state.proving, Proving::Asked | Proving::On(_)) {
        state.proving = Proving::On(part);
    }
}

/// It is done, or was ended by a run that goes on.
pub fn done(state: &mut State, found: Option<Proof>) {
    if matches!(state.proving, Proving::Asked | Proving::On(_)) {
        state.proving = found.map_or(Proving::No, |found| Proving::Found(found.into()));
    }
}

/// Where run A's source begins something else, nothing is proved any more.
pub fn drop_with_its_run(state: &mut State, effects: &[Effect]) {
    let ends =
        |effect: &Effect| matches!(effect, Effect::Launch(0) | Effect::Start(0) | Effect::Reset(0) | Effect::Exchange);
    if state.lanes[0].dead || effects.iter().any(ends) {
        state.proving = Proving::No;
    }
}

/// All numbers of it become a file.
pub fn save(state: &State) -> Vec<Effect> {
    let Proving::Found(proof) = &state.proving else { return Vec::new() };
    let LaneState { spec, diagram, strengths, .. } = &state.lanes[0];
    let settings = scene::settings_line(Some(spec), diagram, strengths);
    let all = serde_json::json!({ "build": BUILD, "link": state.query(), "settings": settings, "proof": **proof });
    let name = format!("headwater-proof-{}-step{}.json", spec.model, proof.step);
    vec![Effect::HandOut(name, all.to_string().into_bytes())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::update::update;
    use crate::state::url::Request;
    use crate::state::{Action, Panel};
    use protocol::{Reply, RunState};

    fn heard(state: &mut State, reply: Reply) {
        update(state, Action::Heard(0, reply));
    }

    /// A page whose only run trains.
    fn training() -> State {
        let mut state = State::new(Request::read(&[("compare".into(), "0".into())])).unwrap();
        heard(&mut state, Reply::Ready { build: BUILD.into() });
        heard(&mut state, Reply::State(RunState::Ready));
        update(&mut state, Action::Play);
        heard(&mut state, Reply::State(RunState::Running));
        state
    }

    #[test]
    fn a_proof_lets_the_run_rest_first_and_is_asked_for_once() {
        let mut state = training();
        let asked = [Effect::Send(0, Command::Pause), Effect::Send(0, Command::Prove)];
        assert_eq!(update(&mut state, Action::OpenPanel(Panel::Proof)), asked);
        assert_eq!(update(&mut state, Action::OpenPanel(Panel::Proof)), []);
        heard(&mut state, Reply::State(RunState::Paused));
        let part = ProofPart { done: 1, all: 2, left_ms: 3.0 };
        heard(&mut state, Reply::Proving(part));
        assert_eq!(state.proving, Proving::On(part));
        heard(&mut state, Reply::Proved(Some(Box::new(Proof { step: 7, ..Proof::default() }))));
        assert!(matches!(&state.proving, Proving::Found(found) if found.step == 7));
        let saved = update(&mut state, Action::SaveProof);
        let [Effect::HandOut(name, bytes)] = saved.as_slice() else { panic!("{saved:?}") };
        assert_eq!(name, "headwater-proof-resnet20-step7.json");
        let read: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!(read["proof"]["step"], 7);
    }

    #[test]
    fn a_run_that_goes_on_or_begins_anew_ends_the_proof() {
        let mut state = training();
        update(&mut state, Action::OpenPanel(Panel::Proof));
        heard(&mut state, Reply::Proved(None));
        assert_eq!(state.proving, Proving::No);
        heard(&mut state, Reply::State(RunState::Paused));
        update(&mut state, Action::OpenPanel(Panel::Proof));
        assert_eq!(state.proving, Proving::Asked);
        update(&mut state, Action::Reset);
        heard(&mut state, Reply::Proved(Some(Box::default())));
        assert_eq!(state.proving, Proving::No, "what is heard of it later is of a run that is over");
    }

    #[test]
    fn a_network_that_is_not_there_yet_is_not_proved() {
        let mut state = State::new(Request::read(&[])).unwrap();
        assert_eq!(update(&mut state, Action::OpenPanel(Panel::Proof)), []);
        assert_eq!(state.proving, Proving::No);
    }
}

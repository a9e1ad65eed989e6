//! Slow motion without a browser: who is asked for which part, and what ends it.

use super::tests::{does, read, ready};
use super::update;
use crate::state::lane_state::Phase as Doing;
use crate::state::opened::{Opened, OpenedRun};
use crate::state::readout::LaneReadout;
use crate::state::shared::Shared;
use crate::state::{Action, Effect, State};
use protocol::recording::Origin;
use protocol::{Column, Command, Ends, Go, Measured, Phase, Place, Quantity, Reply, RunState, StepPhase, StepRecord};
use scene::Text;
use std::rc::Rc;

const NEXT: Action = Action::PhaseOnce;

/// The record of a step in which block 1 passes on 1, block 2 twice that, and so on.
fn record(step: u64, blocks: usize) -> StepRecord {
    let values = (1..=blocks).map(|block| Some(block as f64)).collect();
    let measured = Measured { columns: vec![Column { quantity: Quantity::GradInL2, values }], ..Measured::default() };
    StepRecord { step, loss: 2.3, train_accuracy: 0.1, lr: 0.05, measured, ends: Ends::default() }
}

/// A run tells a part of a step, and rests.
fn tells(state: &mut State, lane: usize, step: u64, at: StepPhase) {
    let phase = Phase::of(at, &record(step, state.lanes[lane].diagram.blocks.len()));
    update(state, Action::Walked(lane, Box::new(phase)));
    does(state, lane, RunState::Paused);
}

/// Every run tells all parts of a step.
fn walks_through(state: &mut State, step: u64) {
    for lane in 0..state.lanes.len() {
        let blocks = state.lanes[lane].diagram.blocks.len();
        StepPhase::all(blocks).for_each(|at| tells(state, lane, step, at));
    }
}

#[test]
fn what_trains_pauses_and_each_part_is_asked_for_once() {
    let (mut state, _) = ready("");
    update(&mut state, Action::Play);
    does(&mut state, 0, RunState::Running);
    assert_eq!(update(&mut state, Action::Slow(true)), [Effect::Send(0, Command::Pause)]);
    assert_eq!((state.phase_name().as_deref(), update(&mut state, NEXT)), (Some("start"), vec![]), "it still trains");
    read(&mut state, 12);
    does(&mut state, 0, RunState::Paused);
    assert_eq!(update(&mut state, NEXT), [Effect::Send(0, Command::Phase(12))]);
    assert_eq!(update(&mut state, NEXT), [], "it is not told yet");
    tells(&mut state, 0, 12, StepPhase::Stem);
    assert_eq!((state.phase_name().as_deref(), state.phase()), (Some("forward:stem"), Doing::Paused));
    assert_eq!(update(&mut state, NEXT), [Effect::Send(0, Command::Phase(12))]);
    tells(&mut state, 0, 12, StepPhase::Update);
    assert_eq!(state.phase_name().as_deref(), Some("update"));
    read(&mut state, 13);
    assert_eq!(update(&mut state, NEXT), [Effect::Send(0, Command::Phase(13))], "the next step");
}

#[test]
fn the_shorter_of_two_runs_waits_at_the_end_of_the_step() {
    let (mut state, _) = ready("compare=1&depth=8&depth_b=20");
    update(&mut state, Action::Slow(true));
    let both = [Effect::Send(0, Command::Phase(0)), Effect::Send(1, Command::Phase(0))];
    assert_eq!(update(&mut state, NEXT), both);
    tells(&mut state, 0, 0, StepPhase::Update);
    assert_eq!(update(&mut state, NEXT), [], "the other one has told nothing");
    tells(&mut state, 1, 0, StepPhase::Forward(0));
    assert_eq!(state.phase_name().as_deref(), Some("forward:layer1.0"));
    assert_eq!(update(&mut state, NEXT), [Effect::Send(1, Command::Phase(0))]);
    // It stands a step behind, on purpose.
    assert_eq!(update(&mut state, Action::Behind(1, 1, true)), []);
    tells(&mut state, 1, 0, StepPhase::Update);
    read(&mut state, 1);
    assert_eq!(update(&mut state, NEXT), [Effect::Send(0, Command::Phase(1)), Effect::Send(1, Command::Phase(1))]);
}

#[test]
fn leaving_it_finishes_the_step_and_play_goes_on_from_its_middle() {
    let walking = || {
        let (mut state, _) = ready("compare=1");
        update(&mut state, Action::Slow(true));
        update(&mut state, NEXT);
        (0..2).for_each(|lane| tells(&mut state, lane, 0, StepPhase::Forward(3)));
        state
    };
    let mut state = walking();
    let left = update(&mut state, Action::Slow(false));
    let until = |lane| Effect::Send(lane, Command::Until(1));
    assert_eq!((left, state.asked), (vec![until(0), until(1), Effect::Read], Some(Go::Until(1))));
    assert_eq!(state.phase_name(), None);
    let mut state = walking();
    assert_eq!(update(&mut state, Action::PlayOrPause), [0, 1].map(|lane| Effect::Send(lane, Command::Play)));
    assert!(state.slow.is_none());
    let mut state = walking();
    let stepped = update(&mut state, Action::StepOnce);
    assert!(stepped.contains(&until(0)) && stepped.contains(&until(1)) && state.slow.is_none(), "{stepped:?}");
    // Between two steps there is nothing to finish.
    let mut state = walking();
    walks_through(&mut state, 0);
    assert_eq!(update(&mut state, Action::Slow(false)), [Effect::Read]);
}

#[test]
fn a_change_within_a_step_is_said_to_hold_from_the_next_one_on() {
    let (mut state, _) = ready("");
    update(&mut state, Action::Slow(true));
    update(&mut state, NEXT);
    tells(&mut state, 0, 0, StepPhase::Stem);
    assert!(!state.changed_while_walked());
    update(&mut state, Action::Toggle { lane: 0, block: 2 });
    assert!(state.changed_while_walked());
    walks_through(&mut state, 0);
    assert!(!state.changed_while_walked(), "it is in force by now");
    read(&mut state, 1);
    update(&mut state, NEXT);
    tells(&mut state, 0, 1, StepPhase::Stem);
    assert!(!state.changed_while_walked());
}

#[test]
fn parts_pass_by_themselves_only_when_asked_for_and_seen() {
    let (mut state, _) = ready("");
    assert_eq!(update(&mut state, Action::SlowPace(Some(2.0))), [], "there is no slow motion");
    update(&mut state, Action::Slow(true));
    assert_eq!(update(&mut state, Action::SlowPace(Some(2.0))), [Effect::PhaseSoon(500, 1)]);
    let asked = Effect::Send(0, Command::Phase(0));
    assert_eq!(update(&mut state, Action::PhaseOn(1)), [asked, Effect::PhaseSoon(500, 1)]);
    assert_eq!(update(&mut state, Action::PhaseOn(1)), [Effect::PhaseSoon(500, 1)], "a slow network takes its time");
    tells(&mut state, 0, 0, StepPhase::Stem);
    assert_eq!(update(&mut state, Action::SlowPace(Some(0.25))), [Effect::PhaseSoon(4000, 2)]);
    assert_eq!(update(&mut state, Action::PhaseOn(1)), [], "an older pace");
    update(&mut state, Action::Visible(false));
    assert_eq!(update(&mut state, Action::PhaseOn(2)), [Effect::PhaseSoon(4000, 2)], "nobody sees it");
    update(&mut state, Action::Visible(true));
    // The button pauses what passes, and trains on only from there.
    assert_eq!(update(&mut state, Action::PlayOrPause), []);
    assert_eq!((update(&mut state, Action::PhaseOn(2)), state.slow.is_some()), (Vec::new(), true));
    update(&mut state, Action::SlowPace(Some(0.25)));
    assert_eq!(update(&mut state, Action::Pause), []);
    assert_eq!(update(&mut state, Action::PhaseOn(4)), []);
    state.less_motion = true;
    assert_eq!(update(&mut state, Action::SlowPace(Some(4.0))), []);
    assert_eq!(update(&mut state, NEXT), [Effect::Send(0, Command::Phase(0))], "by hand it goes on");
}

#[test]
fn another_run_or_its_end_is_the_end_of_slow_motion() {
    let lesson = Action::BeginLesson("close-now".to_owned());
    let done = Action::Heard(0, Reply::State(RunState::Done));
    for end in [Action::Reset, Action::NewRun, lesson, done] {
        let (mut state, _) = ready("");
        update(&mut state, Action::Slow(true));
        update(&mut state, NEXT);
        tells(&mut state, 0, 0, StepPhase::Stem);
        assert!(state.slow.is_some());
        update(&mut state, end.clone());
        assert!(state.slow.is_none(), "{end:?}");
    }
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Done);
    assert_eq!((state.why_not_slow(), update(&mut state, Action::Slow(true))), (Some(Text::StepDone), vec![]));
    let (mut state, _) = ready("");
    update(&mut state, Action::BeginLesson("close-now".to_owned()));
    assert_eq!((state.why_not_slow(), state.slow.is_none()), (Some(Text::SlowInLesson), true));
}

/// A page that shows a recording of two steps, of which this is read off.
fn recording(holds: bool, step: u64) -> State {
    let (mut state, _) = ready("");
    let diagram = state.lanes[0].diagram.clone();
    let origin = Origin { producer: "test".to_owned(), created: String::new(), command: None };
    let mut opened = Opened::default();
    opened.add(OpenedRun::new("run.gz".to_owned(), None, origin, diagram));
    state.opened = Some(opened);
    reads(&mut state, holds, step);
    state
}

/// The record of that step is read off.
fn reads(state: &mut State, holds: bool, step: u64) {
    let known = record(step, 9);
    let at = |place| crate::state::readout::row(Some(&known).filter(|_| holds), place);
    let lane = LaneReadout {
        updates: 2,
        first: Some(0),
        step: Some(step),
        rows: (0..9).map(|index| at(Place::Block(index))).collect(),
        record: Some(Rc::new(known.clone())),
        ..LaneReadout::default()
    };
    let mut readout = (*state.readout).clone();
    readout.lanes = vec![lane];
    update(state, Action::Read(Shared::new(readout)));
}

#[test]
fn a_recording_is_walked_through_step_by_step_where_it_holds_the_gradients() {
    let mut state = recording(false, 0);
    assert_eq!(state.why_not_slow(), Some(Text::SlowNotRecorded));
    assert_eq!((update(&mut state, Action::Slow(true)), state.slow.is_none()), (vec![], true));

    let mut state = recording(true, 0);
    update(&mut state, Action::LookBack(Some(0)));
    update(&mut state, Action::Slow(true));
    let mut names = Vec::new();
    for _ in StepPhase::all(9) {
        assert_eq!(update(&mut state, NEXT), [Effect::Read], "nothing is asked of a source");
        names.push(state.phase_name().unwrap());
    }
    assert_eq!(
        (names[1].as_str(), names[10].as_str(), names[11].as_str()),
        ("forward:layer1.0", "loss", "backward:layer3.2")
    );
    assert_eq!(
        *state.walk(0).unwrap().known.column(Quantity::GradInL2).unwrap(),
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0].map(Some)
    );
    // The next step's first part waits for its record.
    update(&mut state, NEXT);
    assert_eq!((state.look_back, state.walk(0).is_none()), (None, true));
    reads(&mut state, true, 1);
    let first = state.walk(0).unwrap();
    assert_eq!((first.at, first.known.step), (StepPhase::Stem, 1));
    update(&mut state, Action::CloseRecording);
    assert!(state.slow.is_none());
}

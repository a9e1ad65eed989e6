//! Links to moments, what leaving would lose, the learning rate after a loss that was not finite, and the projector.

use super::tests::{does, page, read, ready};
use super::update;
use crate::state::lane_state::Phase;
use crate::state::projector::Large;
use crate::state::readout::{LaneReadout, Readout, Speed};
use crate::state::shared::Shared;
use crate::state::url::Request;
use crate::state::{Action, Effect, State};
use protocol::{Command, EndReason, Go, Place, RunSetting, RunState};

fn asked(query: &str) -> Request {
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Request::read(&query.split('&').filter_map(pair).collect::<Vec<_>>())
}

/// So many updates are done, each of so many milliseconds, and the values are of that step.
fn trained(state: &mut State, updates: u64, ms_per_step: f64) {
    let lane = LaneReadout { updates, step: updates.checked_sub(1), ..LaneReadout::default() };
    let speed = Speed { ms_per_step: Some(ms_per_step), ..Speed::default() };
    let lanes = state.lanes.iter().map(|_| lane.clone()).collect();
    let readout = Readout { lanes, speed, ..(*state.readout).clone() };
    update(state, Action::Read(Shared::new(readout)));
}

#[test]
fn a_link_to_a_moment_makes_the_run_again_up_to_it_and_rests() {
    let (mut state, _) = ready("lr=0.1");
    assert_eq!(state.moment(), None, "nothing is measured yet");
    trained(&mut state, 215, 10.0);
    update(&mut state, Action::Focus(Some(Place::Block(3))));
    let link = state.moment().unwrap();
    let request = asked(&link);
    assert_eq!((request.page.step, request.page.block.as_deref()), (Some(214), Some("layer2.0")));
    assert!(request.problems.is_empty(), "{:?}", request.problems);

    let mut opened = State::new(request).unwrap();
    update(&mut opened, Action::Begin);
    assert_eq!((opened.on_ready, opened.focus), (Some(Go::Until(215)), Some(Place::Block(3))));
    assert!(!opened.is_going() && opened.page.step.is_none(), "the address of the page does not keep it");
    super::tests::says(&mut opened, 0, super::tests::ready_to_start());
    assert!(does(&mut opened, 0, RunState::Ready).contains(&Effect::Send(0, Command::Until(215))));
    // No further than the budget.
    let mut short = page("steps=20&step=400");
    update(&mut short, Action::Begin);
    assert_eq!(short.on_ready, Some(Go::Until(20)));
}

#[test]
fn a_frame_is_the_same_page_embedded() {
    let (state, _) = ready("lr=0.1&compare=1&skip_b=off");
    let request = asked(&state.framed());
    assert!(request.page.embed && request.page.compare && request.spec == state.lanes[0].spec);
}

#[test]
fn only_a_long_run_that_was_not_saved_is_asked_about() {
    let (mut state, _) = ready("steps=100000");
    assert!(!state.would_lose());
    trained(&mut state, 1000, 10.0);
    assert!(!state.would_lose(), "it is made again in ten seconds");
    trained(&mut state, 5000, 10.0);
    assert!(state.would_lose());
    update(&mut state, Action::SaveRecording);
    assert!(!state.would_lose(), "it is saved");
    trained(&mut state, 5001, 10.0);
    assert!(state.would_lose(), "and then went on");
    let mut lesson = state.clone();
    lesson.lanes[0].phase = Phase::Paused;
    update(&mut lesson, Action::BeginLesson("close-now".to_owned()));
    read(&mut lesson, 0);
    assert!(lesson.would_lose(), "it waits while a lesson is taken");
    state.page.embed = true;
    assert!(!state.would_lose(), "a course page is left as its reader likes");
}

fn lost_the_loss(query: &str) -> State {
    let (mut state, _) = ready(query);
    update(
        &mut state,
        Action::Ended(
            0,
            EndReason::NonFinite { step: 2, lost: protocol::Lost::Loss, block: Some("layer1.0".to_owned()) },
        ),
    );
    does(&mut state, 0, RunState::Done);
    state
}

#[test]
fn after_a_loss_that_is_not_finite_one_click_trains_again_with_a_smaller_rate() {
    let mut state = lost_the_loss("lr=5");
    assert_eq!(state.smaller_rate(), 0.05, "the usual one");
    assert!(update(&mut state, Action::SmallerRate).contains(&Effect::Start(0)));
    assert_eq!((state.lanes[0].spec.lr, state.on_ready), (0.05, Some(Go::Train)));
    assert!(state.notices.all().is_empty());
    assert_eq!(lost_the_loss("lr=0.01").smaller_rate(), 0.001, "a tenth");
}

#[test]
fn a_rate_that_was_raised_on_the_way_goes_back_to_that_of_the_beginning() {
    let (mut state, _) = ready("lr=0.1");
    let begun = state.lanes[0].spec.clone();
    update(&mut state, Action::Edit(RunSetting::Lr, "9".to_owned()));
    let lane = LaneReadout { updates: 9, replay: Some(begun), ..LaneReadout::default() };
    let readout = Readout { lanes: vec![lane], ..(*state.readout).clone() };
    update(&mut state, Action::Read(Shared::new(readout)));
    assert_eq!(state.smaller_rate(), 0.1);
    let mut planned = lost_the_loss("lr=0.1&events=3:lr=9");
    update(&mut planned, Action::SmallerRate);
    assert!(planned.lanes[0].spec.events.is_empty(), "the change that broke it is not made again");
}

#[test]
fn a_projector_takes_the_whole_screen_and_gives_it_back() {
    let (mut state, _) = ready("");
    assert_eq!(update(&mut state, Action::Projector(Some(Large::River))), [Effect::FullScreen(true)]);
    assert_eq!(update(&mut state, Action::Projector(Some(Large::Block))), []);
    assert_eq!(state.projector, Some(Large::Block));
    assert_eq!(update(&mut state, Action::Projector(None)), [Effect::FullScreen(false)]);
    read(&mut state, 1);
    assert_eq!(Large::ALL.map(|large| Large::of_key(&(large as usize + 1).to_string())), Large::ALL.map(Some));
    assert!(["0", "7", "x"].iter().all(|key| Large::of_key(key).is_none()));
}

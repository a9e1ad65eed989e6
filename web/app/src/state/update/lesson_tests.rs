//! Lessons lead the page and give it back.

use super::tests::{does, page, read, ready, says};
use super::update;
use crate::state::lane_state::LaneState;
use crate::state::lesson::{Stage, shipped};
use crate::state::shared::Shared;
use crate::state::update::source;
use crate::state::url::{Request, twin};
use crate::state::{Action, Effect, State};
use protocol::lesson::Measure;
use protocol::{Command, Go, Lane, Reply, RunState};

fn begin(state: &mut State, id: &str) -> Vec<Effect> {
    update(state, Action::BeginLesson(id.to_owned()))
}

/// The sources have built what they were told.
fn built(state: &mut State) {
    for lane in 0..state.lanes.len() {
        if !state.lanes[lane].listening {
            says(state, lane, Reply::Ready { build: crate::BUILD.to_owned() });
        }
        does(state, lane, RunState::Ready);
    }
}

/// The runs reach this number of updates and rest, with these values measured.
fn rests(state: &mut State, updates: u64, values: &[(&str, f64)]) {
    for lane in 0..state.lanes.len() {
        does(state, lane, RunState::Running);
    }
    read(state, updates);
    let lesson = values.iter().map(|(name, value)| ((*name).to_owned(), Some(*value))).collect();
    let readout = crate::state::readout::Readout { lesson, ..(*state.readout).clone() };
    update(state, Action::Read(Shared::new(readout)));
    for lane in 0..state.lanes.len() {
        does(state, lane, RunState::Paused);
    }
}

/// The engine's test plays them with these settings; so does the page, whose links say the same of them.
#[test]
fn each_lesson_begins_with_the_runs_that_it_was_tried_with() {
    for lesson in shipped().iter() {
        for part in lesson.parts() {
            let settings = lesson.steps[part.start].run.as_ref().unwrap_or(&lesson.run);
            let request = Request::read(&settings.clone().into_iter().collect::<Vec<_>>());
            assert_eq!((&request.problems, &request.unknown), (&Vec::new(), &Vec::new()), "{}", lesson.id);
            let second = request.page.compare.then(|| twin(&request.spec, &request.overrides));
            let mut runs: Vec<_> = std::iter::once(request.spec).chain(second).collect();
            let specs = lesson.specs(part.start).unwrap();
            runs.iter_mut().zip(&specs).for_each(|(run, spec)| run.quantities.clone_from(&spec.quantities));
            assert_eq!(runs, specs, "{}", lesson.id);
            for (lane, spec) in Lane::ALL.into_iter().zip(specs) {
                let (made, misfits) = LaneState::new(lane, spec.clone()).unwrap();
                assert_eq!((&made.spec, misfits.len()), (&spec, 0), "{} is mended by the page", lesson.id);
            }
            for step in &lesson.steps[part] {
                let evaluated = step.until == 1 || runs[0].eval_every > 0 && step.until % runs[0].eval_every == 0;
                let asks = step.values.values().any(|wanted| wanted.of == Measure::Accuracy);
                assert!(evaluated || !asks, "{} at {}: not evaluated", lesson.id, step.until);
            }
        }
    }
}

/// A step with a run of its own begins it as it asks; the visitor's waits all the while.
#[test]
fn a_step_begins_a_run_of_its_own_and_the_one_before_the_lesson_comes_back() {
    let (mut state, _) = ready("compare=0&lr=0.1");
    does(&mut state, 0, RunState::Running);
    read(&mut state, 30);
    does(&mut state, 0, RunState::Paused);
    let kept = state.lanes.clone();
    begin(&mut state, "what-vanishes");
    built(&mut state);
    let lesson = state.taking.as_ref().unwrap().lesson.clone();
    for (index, step) in lesson.steps.iter().enumerate() {
        if step.run.is_some() {
            let specs: Vec<_> = state.lanes.iter().map(|lane| lane.spec.clone()).collect();
            assert_eq!(specs, lesson.specs(index).unwrap(), "step {index}");
            built(&mut state);
        }
        read(&mut state, 0);
        update(&mut state, Action::Predict(0));
        update(&mut state, Action::See);
        rests(&mut state, step.until, &[]);
        assert!(matches!(state.taking.as_ref().unwrap().stage, Stage::Told(_)), "step {index}");
        update(&mut state, Action::NextStep);
    }
    assert!(state.taking.is_none());
    assert_eq!((state.lanes == kept, state.page.compare), (true, false));
}

#[test]
fn a_lesson_asks_goes_and_tells_and_the_run_before_it_comes_back() {
    let (mut state, _) = ready("compare=0&lr=0.1");
    does(&mut state, 0, RunState::Running);
    read(&mut state, 30);
    does(&mut state, 0, RunState::Paused);
    let kept = state.lanes.clone();
    begin(&mut state, "close-now");
    assert!(state.aside.as_ref().is_some_and(|aside| aside.updates == 30) && state.notices.all().is_empty());
    built(&mut state);
    read(&mut state, 0);
    // Nothing to predict: See and the page's own button lead on.
    let until = |updates| [Effect::Send(0, Command::Until(updates))];
    assert_eq!(update(&mut state, Action::PlayOrPause), until(250));
    does(&mut state, 0, RunState::Running);
    assert!(state.is_going() && state.asked == Some(Go::Until(250)));
    // Paused on the way, and on.
    assert_eq!(update(&mut state, Action::PlayOrPause), [Effect::Send(0, Command::Pause)]);
    rests(&mut state, 100, &[]);
    assert_eq!(state.taking.as_ref().unwrap().stage, Stage::Goes);
    assert_eq!(update(&mut state, Action::PlayOrPause), until(250));
    rests(&mut state, 250, &[("right", 0.95)]);
    assert_eq!(state.taking.as_ref().unwrap().outcome().unwrap().id, "learns");
    update(&mut state, Action::NextStep);
    // Here one predicts first.
    assert_eq!(update(&mut state, Action::See), []);
    update(&mut state, Action::Predict(0));
    let effects = update(&mut state, Action::See);
    assert!(effects.contains(&until(400)[0]) && state.lanes[0].strengths.iter().all(|open| *open == 0.0));
    rests(&mut state, 400, &[("before", 0.95), ("after", 0.1), ("part", 1e-5)]);
    let taking = state.taking.as_ref().unwrap();
    assert_eq!((taking.outcome().unwrap().id.as_str(), taking.came_true()), ("falls", Some(false)));
    assert!(taking.says(&taking.outcome().unwrap().text).contains("From 95 % to **10 %**"));
    update(&mut state, Action::NextStep);
    assert!(state.taking.is_none() && state.notices.all().is_empty());
    assert_eq!((state.lanes == kept, state.page.compare), (true, false));
    assert!(state.aside.as_ref().is_none_or(|aside| aside.updates == 0));
}

#[test]
fn without_a_run_before_it_the_settings_come_back() {
    let (mut state, _) = ready("compare=1&depth=8&plot=skip_share&skip_b=off");
    let (specs, query) = (state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>(), state.query());
    begin(&mut state, "silent-branches");
    assert_eq!(state.lanes.len(), 1);
    built(&mut state);
    // From one to another, and out.
    begin(&mut state, "batch-norm");
    built(&mut state);
    update(&mut state, Action::LeaveLesson);
    assert_eq!(state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>(), specs);
    assert_eq!(state.query(), query);
}

#[test]
fn what_no_outcome_fits_is_no_outcome() {
    let mut state = page("compare=0");
    update(&mut state, Action::Begin);
    built(&mut state);
    begin(&mut state, "close-now");
    built(&mut state);
    update(&mut state, Action::See);
    rests(&mut state, 250, &[("right", f64::NAN)]);
    let taking = state.taking.as_ref().unwrap();
    assert_eq!((taking.stage, taking.outcome(), taking.came_true()), (Stage::Told(None), None, None));
}

/// A source that lags is not led astray, and one that nobody sees goes on to the end of the step only.
#[test]
fn both_runs_go_to_the_end_of_the_step_and_no_further() {
    let (mut state, _) = ready("");
    begin(&mut state, "batch-norm");
    built(&mut state);
    update(&mut state, Action::Predict(2));
    assert_eq!(update(&mut state, Action::See).len(), 2);
    does(&mut state, 0, RunState::Running);
    assert_eq!(source::catch_up(&state, 1, 1), [Effect::Send(1, Command::Until(1))]);
    rests(&mut state, 1, &[("part", 11.0), ("open", 5.0)]);
    update(&mut state, Action::NextStep);
    update(&mut state, Action::Predict(0));
    update(&mut state, Action::See);
    does(&mut state, 0, RunState::Running);
    assert_eq!(source::catch_up(&state, 1, 2), [Effect::Send(1, Command::Until(200))]);
    update(&mut state, Action::Visible(false));
    for lane in [0, 1] {
        does(&mut state, lane, RunState::Paused);
    }
    let until = [0, 1].map(|lane| Effect::Send(lane, Command::Until(200)));
    assert_eq!(update(&mut state, Action::Visible(true)), until);
}

#[test]
fn a_link_begins_with_a_lesson_and_names_the_one_that_is_taken() {
    let (mut state, _) = ready("lesson=batch-norm");
    assert_eq!((state.taking.as_ref().map(|taking| taking.step), state.lanes.len()), (Some(0), 2));
    built(&mut state);
    assert!(state.query().contains("lesson=batch-norm"), "{}", state.query());
    update(&mut state, Action::LeaveLesson);
    assert!(state.taking.is_none() && !state.query().contains("lesson"), "{}", state.query());
    let (state, _) = ready("lesson=none-such");
    let said: Vec<_> = state.notices.all().iter().map(|notice| notice.sentence.clone()).collect();
    assert!(
        state.taking.is_none() && said.iter().any(|said| said.contains("none-such") && said.contains("close-now")),
        "{said:?}"
    );
}

/// What an embedding page sets leads in and out.
#[test]
fn a_message_begins_and_ends_a_lesson() {
    let (mut state, _) = ready("depth=8&compare=0");
    let set = |value: &str| Action::Set(vec![("lesson".to_owned(), value.to_owned())]);
    update(&mut state, set("one-open"));
    assert!(state.taking.is_some());
    update(&mut state, set(""));
    assert!(
        state.taking.is_none() && state.query().contains("depth=8") | state.query().contains("resnet8"),
        "{}",
        state.query()
    );
}

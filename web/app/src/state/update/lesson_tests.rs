//! Lessons lead the page and give it back.

use super::tests::{does, page, read, ready, says};
use super::update;
use crate::state::images::Images;
use crate::state::lane_state::LaneState;
use crate::state::lesson::{LessonProblem, SHIPPED, Stage, folklore, shipped};
use crate::state::panel::Panel;
use crate::state::readout::{LaneReadout, Readout};
use crate::state::shared::Shared;
use crate::state::update::source;
use crate::state::url::{Request, twin};
use crate::state::{Action, Effect, State};
use protocol::lesson::{Lesson, Measure};
use protocol::{Command, Go, Lane, Reply, RunState};
use scene::Text;
use std::rc::Rc;

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

/// The runs reach this number of updates and rest, with these values measured and what is due evaluated.
fn rests(state: &mut State, updates: u64, values: &[(&str, f64)]) {
    rests_evaluated(state, updates, Some(updates), values);
}

fn rests_evaluated(state: &mut State, updates: u64, evaluated: Option<u64>, values: &[(&str, f64)]) {
    for lane in 0..state.lanes.len() {
        does(state, lane, RunState::Running);
    }
    read(state, updates);
    let lesson = values.iter().map(|(name, value)| ((*name).to_owned(), Some(*value))).collect();
    let own = LaneReadout { updates, last_evaluated: evaluated, ..LaneReadout::default() };
    let lanes = state.lanes.iter().map(|_| own.clone()).collect();
    let curve = (0..9).map(|block| Some(10f64.powi(block - 8))).collect();
    let readout = Readout { lanes, lesson, curve, ..(*state.readout).clone() };
    update(state, Action::Read(Shared::new(readout)));
    for lane in 0..state.lanes.len() {
        does(state, lane, RunState::Paused);
    }
}

/// The engine's test plays them with these settings; so does the page, whose links say the same of them.
#[test]
fn each_lesson_begins_with_the_runs_that_it_was_tried_with() {
    assert_eq!(shipped().len(), SHIPPED.len());
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
                let (made, misfits) = LaneState::new(lane, spec.clone(), &Images::default()).unwrap();
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
            if index > 0 {
                // What came before is read again, and changes nothing of the runs that are there.
                update(&mut state, Action::LastStep);
                let taking = state.taking.as_ref().unwrap();
                assert!((taking.step, taking.ran) == (index - 1, index) && state.look_back.is_none());
                assert!(matches!(taking.stage(), Stage::Told(_)) && !taking.has_its_runs());
                let effects = update(&mut state, Action::NextStep);
                assert!(!effects.iter().any(|effect| matches!(effect, Effect::Start(_))), "{effects:?}");
                assert_eq!(state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>(), specs);
            }
        }
        read(&mut state, 0);
        update(&mut state, Action::Predict(0));
        update(&mut state, Action::Draw(vec![(0, 0.0)]));
        update(&mut state, Action::See);
        rests(&mut state, step.until, &[]);
        assert!(matches!(state.taking.as_ref().unwrap().stage(), Stage::Told(_)), "step {index}");
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
    assert_eq!(state.taking.as_ref().unwrap().stage(), Stage::Goes);
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
fn an_embed_gives_the_run_back_too_and_a_run_too_large_to_keep_begins_anew_and_that_is_said() {
    let left = |query: &str| {
        let (mut state, _) = ready(query);
        read(&mut state, 30);
        does(&mut state, 0, RunState::Paused);
        let lanes = state.lanes.clone();
        begin(&mut state, "close-now");
        built(&mut state);
        update(&mut state, Action::LeaveLesson);
        let said: Vec<_> = state.notices.all().iter().map(|notice| notice.sentence.to_string()).collect();
        (state.lanes == lanes, said)
    };
    assert_eq!(left("embed=1"), (true, Vec::new()));
    let (is_back, said) = left("model=resnet110&width=64&data=fashion-mnist&batch=128");
    assert!(!is_back && said[..] == [Text::RunNotKept.words()], "{said:?}");
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
    assert_eq!((taking.stage(), taking.outcome(), taking.came_true()), (Stage::Told(None), None, None));
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
    assert_eq!(source::catch_up(&state, 1, 1, true), [Effect::Send(1, Command::Until(1))]);
    rests(&mut state, 1, &[("part", 11.0), ("open", 5.0)]);
    update(&mut state, Action::NextStep);
    update(&mut state, Action::Predict(0));
    update(&mut state, Action::See);
    does(&mut state, 0, RunState::Running);
    assert_eq!(source::catch_up(&state, 1, 2, true), [Effect::Send(1, Command::Until(200))]);
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

/// What is said to be seen in a lesson, and what an experiment leads to, is there.
#[test]
fn each_lesson_that_is_named_is_there() {
    let (lessons, sayings) = (shipped(), folklore());
    let named = sayings.iter().filter_map(|saying| saying.lesson.as_deref());
    let named: Vec<_> = named.chain(lessons.iter().filter_map(|lesson| lesson.leads_to.as_deref())).collect();
    assert!(sayings.len() >= 2 && !named.is_empty());
    for name in named {
        assert!(lessons.iter().any(|lesson| lesson.id == name), "{name}");
    }
}

const DRAWN: &str = r#"{
    "lesson": 1, "id": "drawn", "title": "Drawn", "about": "how steep?", "run": {"data": "digits", "compare": "1", "skip_b": "off"},
    "leads_to": "batch-norm",
    "steps": [
        {
            "ask": "How steep?", "until": 1, "seconds": 1,
            "options": [{"id": "steep", "text": "Very **steep**."}],
            "draw": {"of": "grad_in_l2", "lane": "b", "relative": true, "decades": 8},
            "values": {"loss": {"of": "loss"}},
            "outcomes": [{"id": "any", "option": "steep", "when": [], "text": "So **it** is: {loss}."}]
        },
        {"ask": "And then?", "until": 2, "seconds": 1, "outcomes": [{"id": "any", "when": [], "text": "Nothing."}]}
    ]
}"#;

const ADDRESS: &str = "https://example.org/lessons/drawn.json";

fn fetched(text: &str) -> Result<Rc<Lesson>, LessonProblem> {
    Lesson::read(text).map(Rc::new).map_err(LessonProblem::Fault)
}

/// A page that has begun with the lesson at that address.
fn drawn() -> State {
    let (mut state, _) = ready("compare=0&depth=8");
    assert_eq!(begin(&mut state, ADDRESS)[0], Effect::FetchLesson(ADDRESS.to_owned()));
    assert!(state.taking.is_none() && state.query().contains(ADDRESS), "{}", state.query());
    update(&mut state, Action::LessonFetched(ADDRESS.to_owned(), fetched(DRAWN)));
    built(&mut state);
    read(&mut state, 0);
    state
}

#[test]
fn a_lesson_of_another_site_is_taken_like_the_others_and_its_link_names_it() {
    let mut state = drawn();
    assert_eq!(state.taking.as_ref().map(|taking| taking.lesson.id.as_str()), Some("drawn"));
    assert!(state.query().contains(&format!("lesson={ADDRESS}")), "{}", state.query());
    update(&mut state, Action::AgainLesson);
    assert!(state.query().contains(ADDRESS), "{}", state.query());
    update(&mut state, Action::LeaveLesson);
    assert!(state.query().contains("depth=8") || state.query().contains("resnet8"), "{}", state.query());
    assert!(!state.query().contains("lesson"));
}

#[test]
fn what_cannot_be_taken_is_said_in_one_sentence_and_nothing_is_lost() {
    for bad in ["<html>", "{}", &DRAWN.replace("\"until\": 2", "\"until\": 0")] {
        let (mut state, _) = ready("compare=0&depth=8");
        does(&mut state, 0, RunState::Running);
        read(&mut state, 30);
        let lanes = state.lanes.clone();
        begin(&mut state, ADDRESS);
        let effects = update(&mut state, Action::LessonFetched(ADDRESS.to_owned(), fetched(bad)));
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::TellError(trouble) if trouble.key.as_deref() == Some("lesson")))
        );
        let said: Vec<_> = state.notices.all().iter().map(|notice| notice.sentence.as_str()).collect();
        assert!(matches!(said.as_slice(), [one] if one.contains("drawn.json is not taken")), "{said:?}");
        assert!(state.lanes == lanes && state.taking.is_none() && !state.query().contains("lesson"));
    }
    // In a lesson, that goes on.
    let mut state = drawn();
    begin(&mut state, "other.json");
    update(&mut state, Action::LessonFetched("other.json".to_owned(), fetched("")));
    assert!(state.taking.is_some() && state.query().contains(ADDRESS), "{}", state.query());
    // What was asked for before counts no more.
    let (mut state, _) = ready("");
    begin(&mut state, ADDRESS);
    begin(&mut state, "close-now");
    update(&mut state, Action::LessonFetched(ADDRESS.to_owned(), fetched(DRAWN)));
    assert_eq!(state.taking.as_ref().map(|taking| taking.name.as_str()), Some("close-now"));
}

#[test]
fn a_prediction_is_drawn_and_held_against_what_was_measured() {
    let mut state = drawn();
    update(&mut state, Action::Predict(0));
    assert!(!state.taking.as_ref().unwrap().may_see(), "the curve is still to be drawn");
    update(&mut state, Action::Draw(vec![(0, -1.0), (8, -5.0), (99, -5.0), (3, -50.0)]));
    let taking = state.taking.as_ref().unwrap();
    assert_eq!(
        (taking.answer().drawn[0], taking.answer().drawn[3], taking.answer().drawn[8]),
        (Some(-1.0), Some(-8.0), None)
    );
    assert!(taking.may_see() && taking.gap().is_none());
    update(&mut state, Action::See);
    update(&mut state, Action::Draw(vec![(0, -3.0)]));
    rests(&mut state, 1, &[("loss", 2.3)]);
    let taking = state.taking.as_ref().unwrap();
    let (_, gap) = taking.gap().unwrap();
    assert_eq!((gap.block, gap.drawn, gap.decades), (0, 0.1, 7.0));
    // What comes later changes nothing of what was told.
    rests(&mut state, 1, &[("loss", 9.0)]);
    assert_eq!(state.taking.as_ref().unwrap().answer().values, [("loss".to_owned(), Some(2.3))]);
}

#[test]
fn back_shows_what_was_expected_and_what_came_of_it() {
    let mut state = drawn();
    update(&mut state, Action::Predict(0));
    update(&mut state, Action::Draw(vec![(0, -1.0)]));
    update(&mut state, Action::LastStep);
    update(&mut state, Action::See);
    rests(&mut state, 1, &[("loss", 2.3)]);
    update(&mut state, Action::NextStep);
    update(&mut state, Action::LastStep);
    let taking = state.taking.as_ref().unwrap();
    assert_eq!((taking.step, taking.came_true(), taking.stage()), (0, Some(true), Stage::Told(Some(0))));
    assert!(taking.gap().is_some() && state.look_back.is_none(), "the runs stand where it ended");
    assert_eq!(update(&mut state, Action::See), [], "it was seen");
    update(&mut state, Action::NextStep);
    update(&mut state, Action::See);
    rests(&mut state, 2, &[]);
    update(&mut state, Action::LastStep);
    assert_eq!((state.look_back, state.taking.as_ref().unwrap().step), (Some(0), 0));
    update(&mut state, Action::NextStep);
    assert_eq!((state.look_back, state.taking.as_ref().unwrap().stage()), (None, Stage::Told(Some(0))));
    // The sheet holds it all.
    update(&mut state, Action::OpenPanel(Panel::Worksheet));
    let sheet = state.worksheet(crate::view::plain, "https://example.org/").unwrap();
    let page = sheet.page();
    for held in [
        "Very steep.",
        "So it is: 2.30.",
        "Nothing.",
        "7.0 powers of ten apart",
        "seed",
        "?lesson=https://example.org/lessons",
    ] {
        assert!(page.contains(held), "{held} in {page}");
    }
    update(&mut state, Action::NextStep);
    assert!(state.taking.is_none() && state.panel.is_none());
}

/// Paused within its last step, a run rests before the evaluation that is due: it goes on before anything is told.
#[test]
fn nothing_is_told_before_what_is_due_is_evaluated() {
    let (mut state, _) = ready("compare=0");
    begin(&mut state, "close-now");
    built(&mut state);
    update(&mut state, Action::See);
    rests_evaluated(&mut state, 250, Some(200), &[("right", 0.5)]);
    assert_eq!(state.taking.as_ref().unwrap().stage(), Stage::Goes);
    assert_eq!(update(&mut state, Action::PlayOrPause), [Effect::Send(0, Command::Until(250))]);
    rests(&mut state, 250, &[("right", 0.95)]);
    assert_eq!(state.taking.as_ref().unwrap().outcome().unwrap().id, "learns");
}

#[test]
fn theme_and_keys_stay_as_they_were_set_in_a_lesson() {
    let (mut state, _) = ready("compare=0&relative=1");
    begin(&mut state, "close-now");
    built(&mut state);
    update(&mut state, Action::Theme(protocol::setting::Theme::Dark));
    update(&mut state, Action::Keys(false));
    update(&mut state, Action::Relative(false));
    update(&mut state, Action::LeaveLesson);
    assert_eq!((state.page.theme, state.page.keys, state.page.relative), (protocol::setting::Theme::Dark, false, true));
}

#[test]
fn the_bar_goes_up_to_where_the_step_ends() {
    let (mut state, _) = ready("compare=0&steps=700");
    assert_eq!(state.goal(), 700);
    begin(&mut state, "close-now");
    assert_eq!(state.goal(), 250);
}

#[test]
fn a_short_form_leads_into_the_lesson_that_it_names() {
    let mut state = drawn();
    let further = state.taking.as_ref().and_then(|taking| taking.lesson.leads_to.clone()).unwrap();
    begin(&mut state, &further);
    assert_eq!((state.taking.as_ref().map(|taking| taking.name.as_str()), state.panel), (Some("batch-norm"), None));
    update(&mut state, Action::LeaveLesson);
    assert!(state.query().contains("resnet8") || state.query().contains("depth=8"), "{}", state.query());
}

#[test]
fn a_lesson_that_began_on_the_first_picture_gives_it_back() {
    let begun = |actions: &[Action]| {
        let mut state = State::new(Request::read(&[])).unwrap();
        assert!(update(&mut state, Action::Begin).contains(&Effect::OpenFirst));
        for action in actions {
            update(&mut state, action.clone());
        }
        begin(&mut state, "close-now");
        assert!(state.opened.is_none() && state.taking.is_some());
        let shows = update(&mut state, Action::LeaveLesson).contains(&Effect::OpenFirst);
        assert_eq!(shows, state.opened.is_some());
        shows
    };
    assert!(begun(&[]));
    assert!(!begun(&[Action::Toggle { lane: 0, block: 3 }]), "what was set since stays");
}

#[test]
fn what_a_fold_changed_is_said_until_the_next_step() {
    let (mut state, _) = ready("");
    begin(&mut state, "close-now");
    built(&mut state);
    let folded = protocol::Folded { step: 3, logits: None };
    says(&mut state, 0, Reply::Folded(folded));
    assert_eq!(state.notices.all().len(), 1);
    update(&mut state, Action::LeaveLesson);
    assert!(state.notices.all().is_empty());
}

#[test]
fn a_run_whose_loss_is_no_number_ends_a_step_alone_and_beside_another_one() {
    let lost = protocol::EndReason::NonFinite { step: 3, lost: protocol::Lost::Loss, block: None };
    for id in ["close-now", "batch-norm"] {
        let (mut state, _) = ready("");
        begin(&mut state, id);
        built(&mut state);
        update(&mut state, Action::Predict(0));
        update(&mut state, Action::See);
        let until = state.taking.as_ref().unwrap().now().until;
        let last = state.lanes.len() - 1;
        update(&mut state, Action::Ended(last, lost.clone()));
        does(&mut state, last, RunState::Done);
        if last > 0 {
            does(&mut state, 0, RunState::Running);
            let there = LaneReadout { updates: until, last_evaluated: Some(until), ..LaneReadout::default() };
            let lanes = vec![there, LaneReadout { updates: 3, ..LaneReadout::default() }];
            let readout = Readout { lanes, ..(*state.readout).clone() };
            update(&mut state, Action::Read(Shared::new(readout)));
            does(&mut state, 0, RunState::Paused);
        }
        assert!(matches!(state.taking.as_ref().unwrap().stage(), Stage::Told(_)), "{id}");
    }
}

#[test]
fn what_waited_for_the_run_before_does_not_train_that_of_a_lesson() {
    let mut state = page("lesson=close-now&play=1");
    update(&mut state, Action::Begin);
    assert!(state.taking.is_some() && state.on_ready.is_none());
    built(&mut state);
    update(&mut state, Action::See);
    update(&mut state, Action::Restart);
    let taking = state.taking.as_ref().unwrap();
    assert_eq!((taking.step, taking.stage()), (0, Stage::Asks), "a fresh start is that of the lesson");
}

//! Runs in the program that serves the page.

use super::*;
use crate::BUILD;
use crate::source::Kind;
use crate::state::lane_state::Phase;
use crate::state::native::{Native, request};
use crate::state::notice::Remedy;
use crate::state::panel::Panel;
use crate::state::readout::{LaneReadout, Readout};
use crate::state::shared::Shared;
use protocol::setting::ComputedBy;
use protocol::socket::{Begun, Closing, Here, Offered};
use protocol::{Command, Go, Loss, Mark, Reply, RunSetting, RunSpec, RunState};
use scene::Text;

fn here(runs: Vec<RunSpec>, driven: bool) -> Here {
    let offered = |name: &str| Offered { data: name.parse().unwrap(), title: name.to_owned() };
    Here {
        build: BUILD.to_owned(),
        device: "cpu".to_owned(),
        threads: 8,
        data: ["digits", "fashion-mnist", "folder:3x64x64:20"].map(offered).into(),
        trained: !runs.is_empty(),
        runs: runs.into_iter().map(|spec| Begun { spec, weights: None }).collect(),
        driven,
        which: 7,
    }
}

fn opened(query: &[(&str, &str)], here: Here) -> State {
    let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut native = Native::new(here);
    let request = request(&pairs, Some(&mut native));
    State::new(request).unwrap().computed_by(Some(native), Kind::Live)
}

fn ready(state: &mut State, lane: usize) -> Vec<Effect> {
    update(state, Action::Heard(lane, Reply::Ready { build: BUILD.to_owned() }))
}

/// The page's sources have built their networks.
fn launched(state: &mut State) {
    update(state, Action::Begin);
    for lane in 0..state.lanes.len() {
        assert_eq!(ready(state, lane), [Effect::Start(lane)]);
        update(state, Action::Heard(lane, Reply::State(RunState::Ready)));
    }
    state.opened = None;
}

fn said(state: &State) -> Vec<&str> {
    state.notices.all().iter().map(|notice| notice.sentence.as_str()).collect()
}

#[test]
fn a_page_of_a_program_lets_it_compute_and_its_link_says_so() {
    let mut state = opened(&[("data", "folder:3x64x64:20"), ("compare", "0")], here(Vec::new(), false));
    assert_eq!((state.source, state.engine().as_deref()), (Kind::Native, Some("8 threads")));
    assert_eq!(state.lanes[0].spec.data.to_string(), "folder:3x64x64:20");
    assert_eq!((said(&state), state.query().contains("source=native")), (Vec::new(), true));
    // Others have no such program, or one of their own.
    assert!(!state.shared_query().contains("source") && !state.framed().contains("source"), "{}", state.framed());
    update(&mut state, Action::Begin);
    assert_eq!(ready(&mut state, 0), [Effect::Start(0)]);
    // Nobody must see it train.
    update(&mut state, Action::Visible(false));
    assert!(!state.is_unseen());

    let browser = opened(&[("source", "browser"), ("data", "folder:3x64x64:20")], here(Vec::new(), false));
    assert_eq!((browser.source, browser.query().contains("source=browser")), (Kind::Live, true));
    // Also where the program has runs: the browser's are none of these.
    let deep = RunSpec { steps: 77, ..RunSpec::page_default() };
    let mut browser = opened(&[("source", "browser"), ("compare", "0")], here(vec![deep], true));
    update(&mut browser, Action::Begin);
    assert_eq!(ready(&mut browser, 0), [Effect::Start(0)]);
    assert!(browser.lanes[0].spec.steps != 77 && !browser.watches());
}

#[test]
fn without_a_program_the_browser_computes_and_the_page_says_so() {
    let asked = request(&[("source".to_owned(), "native".to_owned())], None);
    let state = State::new(asked).unwrap().computed_by(None, Kind::Live);
    assert_eq!((state.source, state.page.source), (Kind::Live, ComputedBy::Browser));
    assert_eq!(said(&state), [Text::NoProgram.words()]);
}

#[test]
fn a_new_run_is_computed_by_what_was_chosen_and_has_its_images() {
    let mut state = opened(&[("compare", "0")], here(Vec::new(), false));
    launched(&mut state);
    update(&mut state, Action::Edit(RunSetting::Data, "folder:3x64x64:20".to_owned()));
    update(&mut state, Action::ComputedBy(ComputedBy::Browser));
    assert_eq!(state.source, Kind::Native);
    let effects = update(&mut state, Action::NewRun);
    assert_eq!(state.source, Kind::Live);
    assert!(effects.contains(&Effect::Launch(0)), "{effects:?}");
    assert!(state.lanes[0].spec.data.check_shipped().is_ok());
    assert!(said(&state)[0].contains("--data-dir"), "{:?}", said(&state));
    update(&mut state, Action::ComputedBy(ComputedBy::Native));
    let effects = update(&mut state, Action::NewRun);
    assert!(state.source == Kind::Native && effects.contains(&Effect::Launch(0)), "{effects:?}");
}

#[test]
fn a_page_that_comes_later_joins_the_runs_as_they_began() {
    let deep = RunSpec { steps: 77, lr: 0.02, ..RunSpec::page_default() };
    let plain = RunSpec { skip: "off".parse().unwrap(), ..deep.clone() };
    let mut state = opened(&[("steps", "5"), ("play", "1")], here(vec![deep.clone(), plain.clone()], false));
    let begins = update(&mut state, Action::Begin);
    assert!(begins.contains(&Effect::Launch(0)) && begins.contains(&Effect::Launch(1)), "{begins:?}");
    for (lane, spec) in [(0, &deep), (1, &plain)] {
        assert_eq!(
            (ready(&mut state, lane), &state.lanes[lane].spec.steps, &state.lanes[lane].spec.skip),
            (Vec::new(), &77, &spec.skip)
        );
    }
    assert!(!state.native.as_ref().unwrap().joins);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Running)));
    // What the other page changed is followed.
    let block = Some("layer2.0".to_owned());
    let mark = Mark { step: 3, what: RunSetting::Skip, block, from: 1.0, to: 0.0, folded: false };
    update(&mut state, Action::Marked(0, mark));
    let block = state.lanes[0].plan.block_index("layer2.0").unwrap();
    assert_eq!(state.lanes[0].strengths[block], 0.0);
    assert_eq!(state.lanes[0].take_changes(), []);
    // Its next run is its own.
    update(&mut state, Action::Heard(0, Reply::State(RunState::Paused)));
    let effects = update(&mut state, Action::NewRun);
    assert!(effects.contains(&Effect::Start(0)) || effects.contains(&Effect::Launch(0)), "{effects:?}");
}

#[test]
fn who_watches_changes_nothing_until_it_drives() {
    let spec = RunSpec::page_default();
    let mut state = opened(&[], here(vec![spec], true));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: false }));
    ready(&mut state, 0);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Running)));
    for action in
        [Action::Toggle { lane: 0, block: 0 }, Action::Pause, Action::Reset, Action::NewRun, Action::Compare(true)]
    {
        let effects = update(&mut state, action.clone());
        assert!(matches!(effects[..], [Effect::TellError(_)]), "{action:?} {effects:?}");
    }
    assert_eq!(said(&state), [Text::Watching.words()]);
    let effects = update(&mut state, Action::Drive);
    assert_eq!(effects, [Effect::Clear(0), Effect::Launch(0)]);
    assert!(state.native.as_ref().is_some_and(|native| native.insists && native.joins));
    update(&mut state, Action::Heard(0, Reply::Joined { drives: true }));
    assert_eq!(ready(&mut state, 0), []);
    assert_eq!(said(&state), Vec::<&str>::new());
    update(&mut state, Action::Heard(0, Reply::State(RunState::Running)));
    assert_eq!(update(&mut state, Action::Pause), [Effect::Send(0, Command::Pause)]);
    // Another page takes over in its turn.
    let effects = update(&mut state, Action::Heard(0, Reply::Closed(Closing::Taken)));
    assert!(state.watches() && effects == [Effect::JoinAnew], "{effects:?}");
}

#[test]
fn in_place_of_a_run_that_is_too_long_to_join_the_page_begins_its_own() {
    let mut state = opened(&[], here(vec![RunSpec::page_default()], false));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Closed(Closing::TooLong)));
    assert_eq!((state.phase(), said(&state)), (Phase::Failed, vec![Text::TooLongToJoin.words()]));
    assert!(update(&mut state, Action::Restart).contains(&Effect::Launch(0)));
    assert_eq!(ready(&mut state, 0), [Effect::Start(0)]);
}

#[test]
fn a_connection_that_is_lost_is_said_until_it_stands_again() {
    let mut state = opened(&[("compare", "0")], here(Vec::new(), false));
    launched(&mut state);
    update(&mut state, Action::Heard(0, Reply::Parted));
    assert_eq!(said(&state), [Text::Parted.words()]);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: true }));
    assert_eq!(said(&state), Vec::<&str>::new());
    // Nor is there a run for it where another page's are: it joins them as a page that is opened.
    let mut late = opened(&[("compare", "0")], here(Vec::new(), false));
    update(&mut late, Action::Begin);
    assert_eq!(update(&mut late, Action::Heard(0, Reply::Closed(Closing::Taken))), [Effect::Reload]);
    // A program that was begun anew has no run of this page.
    update(&mut state, Action::Heard(0, Reply::Lost(Loss::Stranger)));
    assert_eq!((state.phase(), said(&state)), (Phase::Failed, vec![Text::ProgramBegunAnew.words()]));
    // Nothing is thrown away for what can only fail.
    assert_eq!(state.notices.all()[0].remedy, None);
    for action in [Action::Play, Action::StepOnce, Action::Reset, Action::Restart, Action::NewRun] {
        let effects = update(&mut state, action.clone());
        assert!(matches!(effects[..], [Effect::TellError(_)]), "{action:?} {effects:?}");
    }
    // This browser can go on with another one.
    update(&mut state, Action::ComputedBy(ComputedBy::Browser));
    assert!(update(&mut state, Action::NewRun).contains(&Effect::Launch(0)));
}

#[test]
fn a_program_that_does_not_answer_is_said_until_it_does() {
    let mut state = opened(&[("compare", "0")], here(Vec::new(), false));
    launched(&mut state);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Running)));
    let hears = |state: &mut State, reply| update(state, Action::Heard(0, reply));
    // The bytes stop, and come again.
    hears(&mut state, Reply::Silent);
    assert_eq!((said(&state), state.is_cut_off()), (vec![Text::ProgramSilent.words()], true));
    assert_eq!(state.notices.all()[0].remedy, None);
    hears(&mut state, Reply::Here);
    assert_eq!((said(&state), state.is_cut_off()), (Vec::new(), false));
    // The connection is lost, for longer than a moment.
    hears(&mut state, Reply::Parted);
    hears(&mut state, Reply::Silent);
    hears(&mut state, Reply::Here);
    assert_eq!((said(&state), state.is_cut_off()), (vec![Text::ProgramSilent.words()], true));
    hears(&mut state, Reply::Joined { drives: true });
    assert_eq!((said(&state), state.is_cut_off()), (Vec::new(), false));
    // The run is what it was.
    assert_eq!((state.phase(), state.lanes[0].silent), (Phase::Running, false));
}

#[test]
fn on_the_printed_address_the_page_joins_the_runs_that_are_there() {
    let usual = RunSpec::page_default();
    let plain = RunSpec { skip: "off".parse().unwrap(), ..usual.clone() };
    for driven in [false, true] {
        let mut state = opened(&[], here(vec![usual.clone(), plain.clone()], driven));
        let effects = update(&mut state, Action::Begin);
        assert!(!effects.contains(&Effect::OpenFirst) && state.opened.is_none(), "{effects:?}");
        assert_eq!((ready(&mut state, 0), state.watches()), (Vec::new(), driven));
    }
    // Where there is nothing to join the picture comes first.
    let untrained = Here { trained: false, ..here(vec![usual, plain], false) };
    let mut state = opened(&[], untrained);
    assert!(update(&mut state, Action::Begin).contains(&Effect::OpenFirst));
}

#[test]
fn what_a_link_asks_for_beside_the_runs_that_are_there_is_offered() {
    let usual = RunSpec::page_default();
    let mut state = opened(&[("width", "10"), ("compare", "0")], here(vec![usual.clone()], false));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: true }));
    ready(&mut state, 0);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Paused)));
    assert_eq!((said(&state), state.lanes[0].spec.width), (vec![Text::LinkWaits.words()], usual.width));
    assert_eq!(state.notices.all()[0].remedy, Some(Remedy::LinkRun));
    let effects = update(&mut state, Action::LinkRun);
    assert!(effects.contains(&Effect::Start(0)), "{effects:?}");
    assert_eq!((said(&state), state.lanes[0].spec.width), (Vec::new(), 10));
    // A link to the run that is there asks for nothing else, whatever was changed in it since.
    let same = [("compare", "0"), ("skip", "on"), ("events", "40:lr=0.1")];
    assert_eq!(said(&opened(&same, here(vec![usual.clone()], false))), Vec::<&str>::new());
    // A run that has made no step gives way.
    let untrained = Here { trained: false, ..here(vec![usual], false) };
    let state = opened(&[("width", "10"), ("compare", "0")], untrained);
    assert_eq!((said(&state), state.lanes[0].spec.width), (Vec::new(), 10));
}

#[test]
fn who_watches_hears_that_nobody_drives() {
    let mut state = opened(&[("compare", "0")], here(vec![RunSpec::page_default()], true));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: false }));
    ready(&mut state, 0);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Running)));
    for (driven, rests, text) in
        [(false, true, Text::NobodyDrivesRests), (true, false, Text::Watching), (false, false, Text::NobodyDrives)]
    {
        update(&mut state, Action::Heard(0, Reply::Driving { driven, rests }));
        assert_eq!((said(&state), state.rests_undriven()), (vec![text.words()], rests));
        assert_eq!(state.notices.all()[0].remedy, Some(Remedy::Drive));
    }
}

#[test]
fn before_the_first_step_what_was_chosen_is_trained() {
    for action in [Action::PlayOrPause, Action::StepOnce] {
        let mut state = opened(&[("compare", "0")], here(Vec::new(), false));
        launched(&mut state);
        update(&mut state, Action::Edit(RunSetting::Data, "fashion-mnist".to_owned()));
        let effects = update(&mut state, action.clone());
        assert!(effects.contains(&Effect::Start(0)), "{effects:?}");
        let go = if matches!(action, Action::StepOnce) { Go::Until(1) } else { Go::Train };
        assert_eq!((state.lanes[0].spec.data.to_string().as_str(), state.on_ready), ("fashion-mnist", Some(go)));
    }
}

/// The program has them at the sizes of both kinds of networks.
#[test]
fn pictures_follow_the_network_that_is_chosen() {
    let mut own = here(Vec::new(), false);
    let offered = |name: &str| Offered { data: name.parse().unwrap(), title: name.to_owned() };
    own.data.extend(["folder:3x224x224:20", "folder:3x32x32:20"].map(offered));
    let mut state = opened(&[("data", "folder:3x32x32:20"), ("compare", "0")], own);
    launched(&mut state);
    let mut data = |model: &str| {
        update(&mut state, Action::Edit(RunSetting::Model, model.to_owned()));
        state.drafted().data.to_string()
    };
    assert_eq!(data("resnet18"), "folder:3x224x224:20");
    assert_eq!(data("resnet32"), "folder:3x32x32:20");
    // Neither what has one size nor what comes with the page.
    for name in ["fashion-mnist", "digits"] {
        update(&mut state, Action::Edit(RunSetting::Data, name.to_owned()));
        update(&mut state, Action::Edit(RunSetting::Model, "resnet18".to_owned()));
        assert_eq!(state.drafted().data.to_string(), name);
    }
    let mut state = opened(&[("data", "folder:3x64x64:20"), ("compare", "0")], here(Vec::new(), false));
    launched(&mut state);
    update(&mut state, Action::Edit(RunSetting::Model, "resnet18".to_owned()));
    assert_eq!(state.drafted().data.to_string(), "folder:3x64x64:20");
}

#[test]
fn why_held_out_images_are_not_evaluated_is_the_true_reason() {
    let why = |query: &[(&str, &str)]| opened(query, here(Vec::new(), false)).lanes[0].why_not_evaluated();
    assert_eq!(why(&[]), None);
    assert_eq!(why(&[("eval_every", "0")]), Some(Text::NotEvaluatedAsSet));
    let large = [("model", "resnet50"), ("width", "64"), ("image_size", "224")];
    assert_eq!(why(&large), Some(Text::NotEvaluated));
}

/// A page that drives has trained a run, and has begun another one beside it.
fn with_one_aside() -> State {
    let mut state = opened(&[("compare", "0")], here(Vec::new(), false));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: true }));
    ready(&mut state, 0);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Ready)));
    state.opened = None;
    let lanes = vec![LaneReadout { updates: 20, ..LaneReadout::default() }];
    let readout = Readout { lanes, ..(*state.readout).clone() };
    update(&mut state, Action::Read(Shared::new(readout)));
    update(&mut state, Action::Heard(0, Reply::State(RunState::Paused)));
    let effects = update(&mut state, Action::NewRun);
    assert!(effects.contains(&Effect::Exchange) && state.aside.is_some(), "{effects:?}");
    state
}

#[test]
fn whoever_is_taken_over_from_or_watches_joins_what_is_there_by_itself() {
    for closing in [Closing::Taken, Closing::Begun] {
        let mut state = with_one_aside();
        let effects = update(&mut state, Action::Heard(0, Reply::Closed(closing)));
        assert_eq!((effects, state.watches()), (vec![Effect::JoinAnew], true));
    }
    // Its link says nothing of the run that it had.
    let state = opened(&[("depth", "8"), ("theme", "dark"), ("compare", "0")], here(Vec::new(), false));
    let link = state.without_runs();
    assert!(link.contains("theme=dark") && !link.contains("depth"), "{link}");
}

#[test]
fn a_run_aside_that_the_program_has_given_away_is_not_offered_any_more() {
    let mut state = with_one_aside();
    assert!(state.notices.all().iter().any(|notice| notice.remedy == Some(Remedy::TakeUp)));
    update(&mut state, Action::AsideTaken);
    assert!(state.aside.is_none() && state.notices.all().iter().all(|notice| notice.remedy != Some(Remedy::TakeUp)));
    assert_eq!(update(&mut state, Action::TakeUp), []);
}

#[test]
fn who_watches_follows_the_budget_and_whoever_set_it_keeps_its_own() {
    let spec = RunSpec { steps: 400, ..RunSpec::page_default() };
    let mut state = opened(&[], here(vec![spec], true));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: false }));
    ready(&mut state, 0);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Done)));
    update(&mut state, Action::Heard(0, Reply::Budget(800)));
    assert_eq!((state.goal(), state.lanes[0].take_changes()), (800, Vec::new()));
    let mut own = opened(&[("compare", "0")], here(Vec::new(), false));
    launched(&mut own);
    let goal = own.goal();
    update(&mut own, Action::Heard(0, Reply::Budget(goal + 7)));
    assert_eq!(own.goal(), goal);
}

#[test]
fn why_there_is_no_proof_is_the_true_reason() {
    let why = |state: &mut State| {
        let asks = update(state, Action::OpenPanel(Panel::Proof)).contains(&Effect::Send(0, Command::Prove));
        (asks, why_not_proved(state))
    };
    let mut state = opened(&[("compare", "0")], here(Vec::new(), false));
    assert_eq!(why(&mut state), (false, Some(Text::ProofToCome)));
    launched(&mut state);
    assert_eq!(why(&mut state), (true, None));
    update(&mut state, Action::Heard(0, Reply::Lost(Loss::Stranger)));
    assert_eq!(why(&mut state), (false, Some(Text::ProofOfNothing)));
    // The program answers nothing to who watches, nor does it hand out weights.
    let mut state = opened(&[], here(vec![RunSpec::page_default()], true));
    update(&mut state, Action::Begin);
    update(&mut state, Action::Heard(0, Reply::Joined { drives: false }));
    ready(&mut state, 0);
    update(&mut state, Action::Heard(0, Reply::State(RunState::Paused)));
    assert_eq!(why(&mut state), (false, Some(Text::DrivenElsewhere)));
    let effects = update(&mut state, Action::SaveWeights(0));
    assert!(matches!(effects[..], [Effect::TellError(_)]), "{effects:?}");
}

#[test]
fn a_run_that_rests_is_not_woken_by_what_the_other_one_did_long_ago() {
    let spec = RunSpec::page_default();
    let mut state = opened(&[], here(vec![spec.clone(), spec], false));
    update(&mut state, Action::Begin);
    for lane in [0, 1] {
        update(&mut state, Action::Heard(lane, Reply::Joined { drives: true }));
        ready(&mut state, lane);
    }
    // What follows of the first waits for the second.
    update(&mut state, Action::Heard(0, Reply::State(RunState::Running)));
    update(&mut state, Action::Heard(1, Reply::State(RunState::Paused)));
    assert_eq!(update(&mut state, Action::Behind(1, 602, false)), [Effect::Send(1, Command::Until(602))]);
    assert_eq!(update(&mut state, Action::Behind(1, 602, true)), [Effect::Send(1, Command::Play)]);
}

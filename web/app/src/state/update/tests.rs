//! What the page does, without a browser: actions in, effects out.

use super::{turn, update};
use crate::BUILD;
use crate::source::Kind;
use crate::state::lane_state::Phase;
use crate::state::notice::{Remedy, Topic};
use crate::state::opened::{Opened, OpenedBy, OpenedRun};
use crate::state::readout::{LaneReadout, Readout, Speed};
use crate::state::shared::Shared;
use crate::state::told;
use crate::state::url::Request;
use crate::state::{Action, Effect, State};
use protocol::embed::{ErrorCode, Refusal, StateName};
use protocol::recording::Origin;
use protocol::{
    Change, Command, DataProblem, Diagram, EndReason, Failure, Go, Lane, Loss, Mark, Norm, Place, Reason, Reply,
    RunSetting, RunSpec, RunState, Skip, StepPart,
};
use scene::{LaneView, Snapshot, Text, words};
use serde_json::json;
use std::rc::Rc;

mod several;

/// A page with one run, unless the link says how many.
pub(super) fn page(query: &str) -> State {
    let query = if query.contains("compare") { query.to_owned() } else { format!("{query}&compare=0") };
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = Request::read(&query.split('&').filter_map(pair).collect::<Vec<_>>());
    State::new(request).unwrap()
}

/// The link to a page with one run, without saying so.
fn link(state: &State) -> String {
    state.query().replace("&compare=0", "").replace("compare=0", "")
}

pub(super) fn says(state: &mut State, lane: usize, reply: Reply) -> Vec<Effect> {
    update(state, Action::Heard(lane, reply))
}

pub(super) fn does(state: &mut State, lane: usize, does: RunState) -> Vec<Effect> {
    says(state, lane, Reply::State(does))
}

pub(super) fn ready_to_start() -> Reply {
    Reply::Ready { build: BUILD.to_owned() }
}

pub(super) fn died(why: &str) -> Reply {
    Reply::Lost(Loss::Died(why.to_owned()))
}

/// A page whose workers have built their networks; the effects of the last one's word.
pub(super) fn ready(query: &str) -> (State, Vec<Effect>) {
    let mut state = page(query);
    let launches = update(&mut state, Action::Begin);
    assert_eq!(launches.iter().filter(|effect| matches!(effect, Effect::Launch(_))).count(), state.lanes.len());
    let mut last = Vec::new();
    for lane in 0..state.lanes.len() {
        assert_eq!(says(&mut state, lane, ready_to_start()), [Effect::Start(lane)]);
        says(&mut state, lane, Reply::Started { parameter_hash: "abc".to_owned() });
        last = does(&mut state, lane, RunState::Ready);
    }
    // The first picture has its own test.
    state.opened = None;
    assert_eq!(state.phase(), Phase::Ready);
    (state, last)
}

pub(super) fn read(state: &mut State, updates: u64) -> Vec<Effect> {
    let readout = readout(state, updates);
    update(state, readout)
}

fn readout(state: &State, updates: u64) -> Action {
    let lanes = state.lanes.iter().map(|_| LaneReadout { updates, ..LaneReadout::default() }).collect();
    let readout = Readout {
        overlaid: Vec::new(),
        lanes,
        reading: state.readout.reading.clone(),
        scale: None,
        speed: Speed::default(),
        agreement: Vec::new(),
        lesson: Vec::new(),
        curve: Vec::new(),
        saved_until: None,
    };
    Action::Read(Shared::new(readout))
}

#[test]
fn play_and_pause() {
    let (mut state, effects) = ready("");
    assert_eq!(effects, [Effect::TellReady]);
    assert_eq!(update(&mut state, Action::PlayOrPause), [Effect::Send(0, Command::Play)]);
    assert!(state.is_going() && state.phase() == Phase::Ready);
    does(&mut state, 0, RunState::Running);
    assert!(state.is_going() && state.asked.is_none());
    assert_eq!(update(&mut state, Action::PlayOrPause), [Effect::Send(0, Command::Pause)]);
    assert!(!state.is_going() && state.phase() == Phase::Running);
    does(&mut state, 0, RunState::Paused);
    assert_eq!((state.phase(), state.asked), (Phase::Paused, None));
}

#[test]
fn a_pause_that_comes_just_after_the_end_buys_no_further_steps() {
    let (mut state, _) = ready("compare=1&steps=100");
    update(&mut state, Action::PlayOrPause);
    (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Running)));
    read(&mut state, 100);
    assert_eq!(does(&mut state, 0, RunState::Done), [], "the other one goes on");
    assert_eq!(does(&mut state, 1, RunState::Done), [Effect::EndSeenSoon]);
    assert_eq!(update(&mut state, Action::PlayOrPause), []);
    assert_eq!((state.phase(), state.lanes[0].spec.steps), (Phase::Done, 100));
    update(&mut state, Action::EndSeen);
    assert!(update(&mut state, Action::PlayOrPause).contains(&Effect::Send(0, Command::Play)));
    assert_eq!(state.lanes[0].spec.steps, 200);
    // An embedding page says what it means, and a step to the end is not trained under a finger.
    let (mut state, _) = ready("steps=1");
    update(&mut state, Action::StepOnce);
    does(&mut state, 0, RunState::Running);
    assert_eq!(does(&mut state, 0, RunState::Done), []);
    assert!(!update(&mut state, Action::PlayOrPause).is_empty());
    does(&mut state, 0, RunState::Running);
    assert_eq!(does(&mut state, 0, RunState::Done), [Effect::EndSeenSoon]);
    assert!(!update(&mut state, Action::Play).is_empty());
}

/// It opens recordings: what takes an engine is refused, whoever asks, and no source is ever launched.
#[test]
fn a_page_without_an_engine_is_ready_at_once_and_starts_nothing() {
    let mut state = State { source: Kind::Absent, ..page("play=1") };
    assert_eq!(update(&mut state, Action::Begin), [Effect::TellReady]);
    assert_eq!((state.phase(), state.is_going()), (Phase::Ready, false));
    let set = |name: &str, value: &str| Action::Set(vec![(name.to_owned(), value.to_owned())]);
    for action in
        [Action::Play, Action::StepOnce, Action::Reset, Action::NewRun, Action::Compare(true), set("lr", "0.1")]
    {
        let effects = update(&mut state, action);
        assert!(matches!(&effects[..], [Effect::TellError(_)]), "{effects:?}");
    }
    assert!(!update(&mut state, set("theme", "dark")).iter().any(|effect| matches!(effect, Effect::TellError(_))));
}

#[test]
fn play_while_it_loads_is_remembered() {
    let mut state = page("");
    update(&mut state, Action::Begin);
    assert_eq!(update(&mut state, Action::PlayOrPause), []);
    assert!(state.is_going());
    says(&mut state, 0, ready_to_start());
    assert_eq!(does(&mut state, 0, RunState::Ready), [Effect::TellReady, Effect::Send(0, Command::Play)]);
    assert!(ready("play=1").1.contains(&Effect::Send(0, Command::Play)));
}

/// The link and the form say what the program says, and which value is used.
#[test]
fn a_value_that_is_not_accepted_is_one_sentence_in_link_form_and_program() {
    for setting in RunSetting::ALL {
        let text = match setting.setting().range() {
            Reason::Whole { max, .. } => (max + 1).to_string(),
            Reason::Real { max, .. } => (max + 1.0).to_string(),
            _ => "odd".to_owned(),
        };
        let refused = setting.setting().set(&mut RunSpec::program_default(), &text).strict().unwrap_err();
        let of_program = words::complaint(&refused);
        // The form calls settings by its own names.
        let of_form = words::typed_not_taken(&refused, "x");
        let label = words::setting_words(*setting).label;
        assert_eq!(of_form, of_program.replacen(setting.name(), label, 1) + "; x is used.");
        let of_link = page(&format!("{}={text}", setting.name())).notices;
        let mut state = page("");
        update(&mut state, Action::Edit(*setting, text));
        for (notices, expected) in
            [(of_link.all(), &*of_program), (state.notices.all(), of_form.trim_end_matches("; x is used."))]
        {
            let said: Vec<_> = notices.iter().map(|notice| notice.sentence.as_str()).collect();
            assert!(said.iter().any(|sentence| sentence.starts_with(&format!("{expected}; "))), "{said:?}");
        }
    }
}

/// A link and an embedding page get the nearest value; in the form a slip of the finger trains nothing.
#[test]
fn a_value_that_is_typed_changes_nothing_until_it_is_accepted() {
    for (index, lane) in Lane::ALL.into_iter().enumerate() {
        let (mut state, _) = ready("compare=1");
        update(&mut state, Action::More(true));
        update(&mut state, Action::FormOf(lane));
        update(&mut state, Action::PlayOrPause);
        (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Running)));
        let before = (state.query(), state.drafted(), state.drafted_twin());
        let typed = |state: &State| state.notices.all().iter().filter_map(|own| own.typed.clone()).collect::<Vec<_>>();
        for (setting, text) in [(RunSetting::Lr, "500"), (RunSetting::Batch, "0"), (RunSetting::Width, "9999")] {
            let effects = update(&mut state, Action::Edit(setting, text.to_owned()));
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::Send(..))), "{effects:?}");
            let said = &state.notices.all().last().unwrap().sentence;
            let now = setting.get(&state.lanes[index].spec);
            assert!(said.contains(&format!("{text:?}")) && said.ends_with(&format!("; {now} is used.")), "{said}");
        }
        assert_eq!((state.query(), state.drafted(), state.drafted_twin()), before);
        assert_eq!(typed(&state), ["500", "0", "9999"], "they stay in their fields");
        let mut back = state.clone();
        update(&mut back, Action::Restore(vec![("compare".to_owned(), "1".to_owned())]));
        assert_eq!(typed(&back), [""; 0]);
        // A new run is of what the form says, so that waits too; without the form the run in force begins anew.
        // First what is wrong is mended: its first field has the focus, also where the form shows the other run.
        let first = [Effect::FocusField(RunSetting::Lr)];
        assert_eq!(update(&mut state.clone(), Action::NewRun), first);
        let mut elsewhere = state.clone();
        update(&mut elsewhere, Action::FormOf(Lane::ALL[1 - index]));
        assert_eq!((update(&mut elsewhere, Action::NewRun), elsewhere.form), (first.into(), lane));
        let mut closed = state.clone();
        update(&mut closed, Action::More(false));
        assert!(update(&mut closed, Action::NewRun).contains(&Effect::Start(0)));
        for (setting, text) in [(RunSetting::Lr, "0.5"), (RunSetting::Batch, "16"), (RunSetting::Width, "16")] {
            update(&mut state, Action::Edit(setting, text.to_owned()));
        }
        assert_eq!((typed(&state).len(), state.lanes[index].spec.lr), (0, 0.5));
        assert!(update(&mut state, Action::NewRun).contains(&Effect::Start(0)));
    }
    let (mut state, _) = ready("");
    let heard = told(&mut state, &[("lr", "500"), ("width", "9999")]);
    assert!(
        ["; 100 is used.", "; 1024 is used."].iter().all(|end| heard.iter().any(|own| own.ends_with(end))),
        "{heard:?}"
    );
    assert_eq!((state.lanes[0].spec.lr, state.lanes[0].spec.width), (100.0, 1024));
    assert!(state.notices.all().iter().all(|notice| notice.typed.is_none()));
}

#[test]
fn a_single_step_does_not_look_like_training() {
    let (mut state, _) = ready("");
    assert_eq!(update(&mut state, Action::StepOnce), [Effect::Send(0, Command::Until(1))]);
    does(&mut state, 0, RunState::Running);
    assert!(!state.is_going());
    does(&mut state, 0, RunState::Paused);
    assert_eq!(state.asked, None);
}

#[test]
fn a_switch_shows_at_once_and_the_worker_hears_of_it() {
    let (mut state, _) = ready("");
    let effects = update(&mut state, Action::Toggle { lane: 0, block: 3 });
    let change = Command::Change(Change::Skip { block: Some(3), strength: 0.0 });
    assert_eq!((effects, state.lanes[0].strengths[3]), (vec![Effect::Send(0, change), Effect::WriteUrl], 0.0));
    assert_eq!(link(&state), "skip=layer2.0=0");
    // One is closed, so the switch of all opens them all.
    update(&mut state, Action::ToggleAll { lane: 0 });
    assert_eq!(link(&state), "");
    let effects = update(&mut state, Action::ToggleAll { lane: 0 });
    assert_eq!(effects[0], Effect::Send(0, Command::Change(Change::Skip { block: None, strength: 0.0 })));
    assert_eq!(link(&state), "skip=off");
}

#[test]
fn live_settings_apply_at_once_and_the_others_wait_for_a_new_run() {
    let (mut state, _) = ready("");
    let effects = update(&mut state, Action::Edit(RunSetting::Lr, "0.01".to_owned()));
    assert_eq!(
        effects,
        [Effect::Send(0, Command::Change(Change::Set { setting: RunSetting::Lr, value: 0.01 })), Effect::WriteUrl]
    );
    assert_eq!(update(&mut state, Action::Edit(RunSetting::Depth, "56".to_owned())), []);
    assert_eq!((state.lanes[0].plan.blocks.len(), link(&state).as_str()), (9, "lr=0.01"));
    assert_eq!(update(&mut state, Action::NewRun), [Effect::Start(0), Effect::WriteUrl]);
    assert_eq!((state.lanes[0].plan.blocks.len(), link(&state).as_str()), (27, "model=resnet56&lr=0.01"));
    assert_eq!((state.phase(), state.draft.len()), (Phase::Loading, 0));
    update(&mut state, Action::Edit(RunSetting::Lr, "fast".to_owned()));
    assert!(state.notices.all()[0].sentence.contains("fast"));
    assert_eq!(state.lanes[0].spec.lr, 0.01);
}

#[test]
fn a_live_value_that_the_network_cannot_have_changes_nothing_and_is_said() {
    let (mut state, _) = ready("model=mlp3&norm=bn&batch=8");
    assert_eq!(update(&mut state, Action::Edit(RunSetting::Batch, "1".to_owned())), []);
    assert_eq!(state.lanes[0].spec.batch, 8);
    let sentence = &state.notices.all()[0].sentence;
    assert!(sentence.starts_with("batch \"1\"") && sentence.ends_with("8 is used."), "{sentence}");
}

#[test]
fn what_is_said_about_a_setting_outlives_the_run_that_it_begins_and_no_other() {
    let (mut state, _) = ready("width=2000&lr_b=1");
    assert_eq!(state.notices.all().len(), 2);
    update(&mut state, Action::Edit(RunSetting::Width, "9999".to_owned()));
    update(&mut state, Action::Edit(RunSetting::Seed, "many".to_owned()));
    update(&mut state, Action::NewRun);
    let sentences: Vec<_> = state.notices.all().iter().map(|notice| notice.sentence.as_str()).collect();
    assert!(matches!(sentences[..], [a, b] if a.contains("9999") && b.contains("many")), "{sentences:?}");
    update(&mut state, Action::Edit(RunSetting::Seed, "2".to_owned()));
    assert_eq!(state.notices.all().len(), 1);
    update(&mut state, Action::Reset);
    assert!(state.notices.all().is_empty());
}

#[test]
fn a_new_run_goes_on_training_if_the_old_one_did() {
    let (mut state, _) = ready("");
    update(&mut state, Action::PlayOrPause);
    does(&mut state, 0, RunState::Running);
    update(&mut state, Action::NewRun);
    assert!(state.is_going());
    assert_eq!(does(&mut state, 0, RunState::Ready), [Effect::Send(0, Command::Play)]);
}

#[test]
fn a_new_run_of_two_networks_is_never_of_one_twice() {
    let (mut state, _) = ready("compare=1");
    update(&mut state, Action::ToggleAll { lane: 0 });
    update(&mut state, Action::Edit(RunSetting::Norm, "bn".to_owned()));
    update(&mut state, Action::NewRun);
    let skips: Vec<_> = state.lanes.iter().map(|lane| lane.spec.skip.clone()).collect();
    assert_eq!(skips, [Skip::All(0.0), Skip::All(1.0)]);
}

#[test]
fn reset_waits_for_the_worker() {
    let (mut state, _) = ready("");
    update(&mut state, Action::PlayOrPause);
    does(&mut state, 0, RunState::Running);
    assert_eq!(update(&mut state, Action::Reset), [Effect::Reset(0)]);
    assert!(!state.is_going());
    update(&mut state, Action::Toggle { lane: 0, block: 0 });
    let effects = does(&mut state, 0, RunState::Ready);
    assert_eq!(effects, [Effect::Send(0, Command::Change(Change::Skip { block: Some(0), strength: 0.0 }))]);
    assert_eq!(state.phase(), Phase::Ready);
}

#[test]
fn a_used_up_budget_grows_when_training_goes_on() {
    let (mut state, _) = ready("steps=50");
    read(&mut state, 50);
    update(&mut state, Action::Ended(0, EndReason::Done));
    does(&mut state, 0, RunState::Done);
    let effects = update(&mut state, Action::PlayOrPause);
    let grown = Effect::Send(0, Command::Change(Change::Set { setting: RunSetting::Steps, value: 100.0 }));
    assert_eq!(effects, [grown, Effect::WriteUrl, Effect::Send(0, Command::Play)]);
}

#[test]
fn changes_that_the_network_cannot_make_are_said_as_soon_as_they_are_typed() {
    let (mut state, _) = ready("model=resnet8");
    update(&mut state, Action::More(true));
    let before = state.drafted();
    assert_eq!(update(&mut state, Action::Edit(RunSetting::Events, "480:layer9.0=0".to_owned())), []);
    let said = sentences(&state);
    assert!(said.len() == 1 && said[0].starts_with("changes at steps ") && said[0].contains("layer3.0"), "{said:?}");
    assert_eq!(state.drafted(), before);
    assert_eq!(update(&mut state, Action::NewRun), [Effect::FocusField(RunSetting::Events)]);
    update(&mut state, Action::Edit(RunSetting::Events, "480:layer3.0=0".to_owned()));
    assert_eq!((sentences(&state).len(), state.draft[&RunSetting::Events].as_str()), (0, "480:layer3.0=0"));
}

#[test]
fn a_run_that_needs_too_much_memory_is_not_live_and_waits_for_other_settings() {
    let (mut state, _) = ready("width=16");
    let refused = |state: &mut State| {
        let model = "resnet110".to_owned();
        let (needed, available) = (659_000_000_000, 23_541_358_592);
        let failure = Failure::Memory { model, width: 512, batch: 32, image: [224; 2], needed, available };
        says(state, 0, Reply::Failed(failure));
    };
    refused(&mut state);
    let said = &state.notices.all()[0];
    assert!(said.sentence.contains("613.7 GB to train, and there is room for 21.9 GB: "), "{}", said.sentence);
    assert_eq!((said.remedy, state.is_refused()), (None, true));
    for (setting, text) in [(RunSetting::Width, "20"), (RunSetting::Batch, "4")] {
        let mut other = state.clone();
        update(&mut other, Action::Edit(setting, text.to_owned()));
        assert!(!other.is_refused());
        assert!(!update(&mut other, Action::Play).is_empty());
    }
    update(&mut state, Action::NewRun);
    assert!(!state.is_refused());
}

#[test]
fn a_budget_is_no_less_than_the_steps_that_are_made() {
    let (mut state, _) = ready("steps=2000&compare=1");
    read(&mut state, 1074);
    assert_eq!(update(&mut state, Action::Edit(RunSetting::Steps, "100".to_owned())), []);
    let said = &state.notices.all()[0];
    assert!(said.sentence.contains("1074 or more") && said.sentence.ends_with("; 2000 is used."), "{}", said.sentence);
    assert_eq!(said.typed.as_deref(), Some("100"));
    update(&mut state, Action::Edit(RunSetting::Steps, "1074".to_owned()));
    let steps = |state: &State| [0, 1].map(|lane| state.lanes[lane].spec.steps);
    assert_eq!((state.notices.all().len(), steps(&state)), (0, [1074; 2]));
    // An embedding page gets the nearest one, and for a new run the one that it asks for.
    let heard = told(&mut state, &[("steps", "100")]);
    assert_eq!((heard.len(), steps(&state)), (2, [1074; 2]), "{heard:?}");
    let mut anew = state.clone();
    assert_eq!((told(&mut anew, &[("steps", "100"), ("width", "20")]).len(), steps(&anew)), (0, [100; 2]));
    // A run that was faster than its budget goes on at once.
    state.lanes.iter_mut().for_each(|lane| lane.spec.steps = 1070);
    (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Done)));
    let effects = update(&mut state, Action::Play);
    let grown = Effect::Send(0, Command::Change(Change::Set { setting: RunSetting::Steps, value: 2074.0 }));
    assert!(effects.contains(&grown) && effects.contains(&Effect::Send(0, Command::Play)), "{effects:?}");
}

/// Its link makes it again with one budget only.
#[test]
fn a_run_whose_rate_follows_its_budget_has_no_other_one() {
    let (mut state, _) = ready("steps=50&lr_schedule=cosine&compare=1");
    let steps = |state: &State| state.lanes.iter().map(|lane| lane.spec.steps).collect::<Vec<_>>();
    update(&mut state, Action::Edit(RunSetting::Steps, "60".to_owned()));
    assert_eq!(steps(&state), [60, 60], "before its first step");
    update(&mut state, Action::PlayOrPause);
    (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Running)));
    let said = |state: &State| state.notices.all().iter().map(|own| own.sentence.clone()).collect::<Vec<_>>();
    read(&mut state, 20);
    update(&mut state, Action::Edit(RunSetting::Steps, "90".to_owned()));
    assert_eq!(steps(&state), [60, 60]);
    let sentences = said(&state);
    assert!(
        sentences.len() == 1 && sentences[0].starts_with("budget of steps \"90\" does not go with lr schedule cosine")
    );
    read(&mut state, 60);
    (0..2).for_each(|lane| {
        update(&mut state, Action::Ended(lane, EndReason::Done));
        does(&mut state, lane, RunState::Done);
    });
    update(&mut state, Action::EndSeen);
    let link = state.query();
    assert_eq!(update(&mut state, Action::PlayOrPause), []);
    assert_eq!((state.phase(), steps(&state), state.query()), (Phase::Done, vec![60, 60], link));
    let sentences = said(&state);
    assert!(sentences.len() == 1 && sentences[0].contains("steps \"120\"") && sentences[0].contains("Reset"));
    // From its beginning it takes another one.
    update(&mut state, Action::Reset);
    read(&mut state, 0);
    (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Ready)));
    assert!(said(&state).iter().all(|sentence| !sentence.contains("cosine")), "{:?}", said(&state));
    update(&mut state, Action::Edit(RunSetting::Steps, "90".to_owned()));
    assert_eq!(steps(&state), [90, 90]);
}

#[test]
fn a_budget_grows_no_further_than_the_setting_accepts() {
    let (mut state, _) = ready("steps=999999&compare=0");
    for (updates, grown) in [(999_999, 1_000_000), (1_000_000, 1_000_000)] {
        read(&mut state, updates);
        update(&mut state, Action::Ended(0, EndReason::Done));
        does(&mut state, 0, RunState::Done);
        update(&mut state, Action::PlayOrPause);
        assert_eq!(state.lanes[0].spec.steps, grown);
    }
}

#[test]
fn a_loss_that_is_not_finite_names_block_and_step() {
    let (mut state, _) = ready("lr=10");
    let reason = EndReason::NonFinite { step: 12, lost: protocol::Lost::Loss, block: Some("layer2.0".to_owned()) };
    update(&mut state, Action::Ended(0, reason));
    does(&mut state, 0, RunState::Done);
    let sentence = &state.notices.all()[0].sentence;
    assert!(sentence.contains("step 12") && sentence.contains("block 4"), "{sentence}");
    let mut other = ready("lr=10").0;
    let gradient =
        EndReason::NonFinite { step: 3, lost: protocol::Lost::Gradient, block: Some(Place::STEM.to_owned()) };
    update(&mut other, Action::Ended(0, gradient));
    let sentence = &other.notices.all()[0].sentence;
    assert!(
        sentence.starts_with("The gradient at step 3") && sentence.contains("before the first block"),
        "{sentence}"
    );
    assert!(state.phase() == Phase::Failed && !state.is_going());
    let mut stepped = state.clone();
    assert_eq!(update(&mut stepped, Action::StepOnce), [Effect::Reset(0)]);
    assert_eq!(does(&mut stepped, 0, RunState::Ready), [Effect::TellReady, Effect::Send(0, Command::Until(1))][1..]);
    update(&mut state, Action::Edit(RunSetting::Lr, "0.01".to_owned()));
    assert_eq!(update(&mut state, Action::PlayOrPause), [Effect::Reset(0)]);
    assert_eq!((state.on_ready, state.notices.all().len()), (Some(Go::Train), 0));
}

#[test]
fn a_run_that_goes_on_past_a_loss_that_is_not_finite_says_so_once() {
    let (mut state, _) = ready("on_nonfinite=continue&compare=1");
    update(&mut state, Action::WithoutUpdate(1, 3));
    let sentence = state.notices.all()[0].sentence.clone();
    assert!(sentence.contains("▲ at step 3") && sentence.contains("no update"), "{sentence}");
    state.notices.clear(Topic::Run);
    update(&mut state, Action::WithoutUpdate(1, 4));
    assert!(state.notices.all().is_empty(), "what was closed stays closed");
    update(&mut state, Action::Reset);
    update(&mut state, Action::WithoutUpdate(1, 3));
    assert_eq!(state.notices.all().len(), 1, "a run that begins anew says it anew");
    // Where such a loss ends the run, its end says so.
    let (mut state, _) = ready("");
    update(&mut state, Action::WithoutUpdate(0, 3));
    assert!(state.notices.all().is_empty());
}

#[test]
fn a_dead_worker_is_reported_and_can_be_restarted() {
    let (mut state, _) = ready("");
    let effects = says(&mut state, 0, died("the engine was asked to panic"));
    assert!(matches!(&effects[..], [Effect::TellError(trouble)] if trouble.message.contains("asked to panic")));
    assert_eq!((state.phase(), state.notices.all()[0].remedy), (Phase::Failed, Some(Remedy::Restart)));
    assert_eq!(says(&mut state, 0, died("unreachable")), []);
    assert_eq!(update(&mut state, Action::Restart), [Effect::Clear(0), Effect::Launch(0)]);
    assert_eq!((state.phase(), state.notices.all().len()), (Phase::Loading, 0));
}

#[test]
fn a_silent_worker_is_reported_until_it_speaks() {
    let mut state = page("");
    update(&mut state, Action::Begin);
    says(&mut state, 0, Reply::Silent);
    assert_eq!(state.notices.all()[0].remedy, Some(Remedy::Restart));
    assert_eq!(says(&mut state, 0, ready_to_start()), [Effect::Start(0)]);
    assert!(state.notices.all().is_empty());
    does(&mut state, 0, RunState::Ready);
    assert!(matches!(&says(&mut state, 0, Reply::Silent)[..], [Effect::TellError(_)]));
    says(&mut state, 0, Reply::Here);
    assert!(state.notices.all().is_empty());
    // A reset or a new run does not wait for one that went silent.
    says(&mut state, 0, Reply::Silent);
    assert_eq!(update(&mut state, Action::NewRun)[..2], [Effect::Clear(0), Effect::Launch(0)]);
    assert!(state.notices.all().is_empty());
}

#[test]
fn runs_that_nobody_sees_rest_and_go_on_by_themselves() {
    let (mut state, _) = ready("");
    update(&mut state, Action::Play);
    does(&mut state, 0, RunState::Running);
    assert_eq!(update(&mut state, Action::InSight(false)), [Effect::Send(0, Command::Pause)]);
    does(&mut state, 0, RunState::Paused);
    assert_eq!((state.phase(), state.resting), (Phase::Running, true));
    assert_eq!(update(&mut state, Action::Visible(false)), []);
    assert_eq!(update(&mut state, Action::InSight(true)), []);
    assert_eq!(update(&mut state, Action::Visible(true)), [Effect::Send(0, Command::Play)]);
    does(&mut state, 0, RunState::Running);
    // A pause while it rests is a pause.
    update(&mut state, Action::InSight(false));
    does(&mut state, 0, RunState::Paused);
    update(&mut state, Action::Pause);
    assert_eq!(state.phase(), Phase::Paused);
    assert_eq!(update(&mut state, Action::InSight(true)), []);
    // What is asked for out of sight begins in sight.
    update(&mut state, Action::InSight(false));
    let effects = update(&mut state, Action::Play);
    assert_eq!(effects, [Effect::Send(0, Command::Play), Effect::Send(0, Command::Pause)]);
    assert_eq!(update(&mut state, Action::Background(true)), [Effect::WriteUrl, Effect::Send(0, Command::Play)]);
    assert!(!state.resting && state.is_going());
}

#[test]
fn a_worker_of_another_build_is_not_used() {
    let mut state = page("");
    update(&mut state, Action::Begin);
    let effects = says(&mut state, 0, Reply::Ready { build: "older".to_owned() });
    assert!(matches!(&effects[..], [Effect::TellError(_)]));
    assert_eq!((state.phase(), state.notices.all()[0].remedy), (Phase::Failed, Some(Remedy::Reload)));
}

#[test]
fn missing_data_fail_the_run_and_a_new_run_tries_again() {
    let (mut state, _) = ready("");
    let problem = DataProblem::Status(404);
    says(&mut state, 0, Reply::Failed(Failure::Data { file: "x".to_owned(), problem }));
    assert_eq!(state.notices.all()[0].sentence, "The data file x could not be loaded (status 404).");
    assert_eq!((state.phase(), state.notices.all()[0].remedy), (Phase::Failed, Some(Remedy::NewRun)));
    assert_eq!(update(&mut state, Action::NewRun), [Effect::Start(0), Effect::WriteUrl]);
    assert!(state.notices.all().is_empty());
}

#[test]
fn the_test_hook_panics_after_the_first_step() {
    let (mut state, _) = ready("fault=panic");
    assert_eq!(read(&mut state, 0), []);
    assert_eq!(read(&mut state, 1), [Effect::TellStep, Effect::Send(0, Command::Panic)]);
    assert_eq!(read(&mut state, 2), [Effect::TellStep]);
}

#[test]
fn two_runs_start_together() {
    let (mut state, effects) = ready("compare=1&play=1&lr_b=0.1");
    assert_eq!((state.lanes[1].spec.skip.clone(), state.lanes[1].spec.lr), (Skip::All(0.0), 0.1));
    let plays = [Effect::TellReady, Effect::Send(0, Command::Play), Effect::Send(1, Command::Play)];
    assert_eq!(effects, plays);
    // A rate of its own is not changed with the other's.
    update(&mut state, Action::Edit(RunSetting::Lr, "0.2".to_owned()));
    assert_eq!((state.lanes[0].spec.lr, state.lanes[1].spec.lr), (0.2, 0.1));
    assert_eq!(update(&mut state, Action::Compare(false)), [Effect::Drop(1), Effect::WriteUrl]);
    let effects = update(&mut state, Action::Compare(true));
    assert_eq!(effects, [Effect::Clear(1), Effect::Launch(1), Effect::WriteUrl]);
}

#[test]
fn the_first_run_is_kept_when_a_second_one_joins_and_catches_up() {
    for (is_running, command) in [(true, Command::Play), (false, Command::Until(480))] {
        let (mut state, _) = ready("");
        does(&mut state, 0, RunState::Running);
        read(&mut state, 480);
        if !is_running {
            does(&mut state, 0, RunState::Paused);
        }
        update(&mut state, Action::Compare(true));
        assert_eq!((state.lanes[1].spec.skip.clone(), state.is_going()), (Skip::All(0.0), is_running));
        says(&mut state, 1, ready_to_start());
        assert_eq!(does(&mut state, 1, RunState::Ready), [Effect::Send(1, command)]);
    }
}

#[test]
fn a_second_run_that_is_let_go_comes_back_as_it_was() {
    let (mut state, _) = ready("compare=1&norm_b=bn");
    for lane in [0, 1] {
        does(&mut state, lane, RunState::Running);
    }
    // Opened at step 480; the first closed a moment later.
    update(&mut state, Action::ToggleAll { lane: 1 });
    let replays = [("490:skip=off", 0), ("480:skip=on", 1)]
        .map(|(events, lane)| RunSpec { events: events.parse().unwrap(), ..state.lanes[lane].begun.clone().unwrap() });
    update(&mut state, Action::ToggleAll { lane: 0 });
    let mut readout = (*state.readout).clone();
    readout.lanes = replays
        .iter()
        .map(|replay| LaneReadout { updates: 500, replay: Some(replay.clone()), ..LaneReadout::default() })
        .collect();
    update(&mut state, Action::Read(Shared::new(readout)));
    let (begun, link, in_force) = (state.begun(1), state.query(), state.in_force());
    update(&mut state, Action::Compare(false));
    assert_eq!(state.notices.all()[0].sentence, words::run_let_go(500));
    // By the button, and by Back.
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    for again in [Action::Compare(true), Action::Restore(in_force.split('&').filter_map(pair).collect())] {
        let mut state = state.clone();
        update(&mut state, again);
        assert_eq!(state.lanes[1].spec, begun, "begins as it began, and changes when it changed");
        assert!(state.lanes[1].catches_up && state.notices.all().is_empty());
        assert_eq!(state.query(), link);
    }
    // What is set meanwhile holds for both where the second has nothing of its own.
    let mut other = state.clone();
    update(&mut other, Action::Edit(RunSetting::Seed, "7".to_owned()));
    update(&mut other, Action::NewRun);
    read(&mut other, 0);
    assert!(other.notices.all().iter().all(|notice| notice.sentence != words::run_let_go(500)));
    update(&mut other, Action::Compare(true));
    assert_eq!((other.lanes[1].spec.seed, other.lanes[1].spec.norm), (7, Norm::Bn));
}

/// A page whose first run says that it was changed.
fn page_that_closed_at_480(query: &str) -> State {
    let (mut state, _) = ready(query);
    does(&mut state, 0, RunState::Running);
    update(&mut state, Action::ToggleAll { lane: 0 });
    let replay = RunSpec { events: "480:skip=off".parse().unwrap(), ..state.lanes[0].begun.clone().unwrap() };
    let mut readout = (*state.readout).clone();
    readout.lanes = vec![LaneReadout { updates: 500, replay: Some(replay), ..LaneReadout::default() }];
    update(&mut state, Action::Read(Shared::new(readout)));
    state
}

#[test]
fn a_run_that_was_closed_is_compared_with_the_one_that_was_not() {
    let mut state = page_that_closed_at_480("");
    assert_eq!(link(&state), "events=480:skip=off");
    update(&mut state, Action::Compare(true));
    let second = &state.lanes[1].spec;
    assert_eq!((second.skip.clone(), second.events.is_empty()), (Skip::All(1.0), true));
    let query = state.query();
    assert_eq!(query, "events=480:skip=off&skip_b=on");
    let again = page(&format!("{query}&compare=1"));
    let [first, second] = &again.lanes[..] else { panic!("two runs") };
    assert_eq!((first.spec.events.to_string(), &second.spec), ("480:skip=off".to_owned(), &state.lanes[1].spec));
    // Closed from the first step on: the other one is open.
    assert_eq!(page("skip=off&compare=1").lanes[1].spec.skip, Skip::All(1.0));
}

#[test]
fn back_and_forward_lead_to_the_settings_that_were_in_force() {
    let (mut state, _) = ready("compare=1");
    let travel = |state: &mut State, to: &str| {
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        update(state, Action::Restore(to.split('&').filter_map(pair).collect()))
    };
    let first = state.in_force();
    update(&mut state, Action::Toggle { lane: 0, block: 3 });
    update(&mut state, Action::ToggleAll { lane: 1 });
    update(&mut state, Action::Edit(RunSetting::Lr, "0.2".to_owned()));
    let second = state.in_force();
    let back = travel(&mut state, &first);
    assert_eq!(state.in_force(), first);
    assert_eq!(back.iter().filter(|effect| matches!(effect, Effect::Send(..))).count(), 4, "{back:?}");
    assert!(travel(&mut state, &first).iter().all(|effect| *effect == Effect::WriteUrl));
    travel(&mut state, &second);
    assert_eq!((state.in_force(), state.lanes[1].strengths.clone()), (second, vec![1.0; 9]));
    update(&mut state, Action::Edit(RunSetting::Depth, "56".to_owned()));
    update(&mut state, Action::NewRun);
    update(&mut state, Action::Compare(false));
    let back = travel(&mut state, &first);
    assert_eq!((state.in_force(), state.lanes.len()), (first, 2));
    assert!(back.contains(&Effect::Start(0)), "{back:?}");
}

#[test]
fn a_run_makes_the_changes_of_its_link_by_itself_and_reset_makes_them_again() {
    let (mut state, _) = ready("events=480:skip=off;900:lr=0.01");
    does(&mut state, 0, RunState::Running);
    let mark = |block: &protocol::BlockPlan| Mark {
        step: 480,
        what: RunSetting::Skip,
        block: Some(block.name.clone()),
        from: 1.0,
        to: 0.0,
        folded: false,
    };
    let marks: Vec<_> = state.lanes[0].plan.blocks.iter().map(mark).collect();
    for mark in marks {
        assert_eq!(update(&mut state, Action::Marked(0, mark)), []);
    }
    assert_eq!((state.lanes[0].all_open(), state.lanes[0].take_changes()), (false, vec![]));
    assert_eq!(update(&mut state, Action::Reset), [Effect::Start(0)]);
    assert!(state.lanes[0].all_open());
    does(&mut state, 0, RunState::Ready);
    assert_eq!(update(&mut state, Action::Reset), [Effect::Reset(0)]);
    // What the visitor changes in mid-run stays in force.
    let mut state = page_that_closed_at_480("");
    assert!(update(&mut state, Action::Reset).contains(&Effect::Exchange));
    assert!(!state.lanes[0].all_open());
}

#[test]
fn an_embedding_page_sets_parameters() {
    let (mut state, _) = ready("");
    let set = |pairs: &[(&str, &str)]| {
        Action::Set(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    };
    let effects = update(&mut state, set(&[("skip", "off"), ("theme", "dark")]));
    let closed = Effect::Send(0, Command::Change(Change::Skip { block: None, strength: 0.0 }));
    assert_eq!(effects, [Effect::Restyle, closed, Effect::WriteUrl]);
    assert_eq!(update(&mut state, set(&[("norm", "bn")])), [Effect::Start(0), Effect::WriteUrl]);
    assert_eq!(state.lanes[0].strengths, [0.0; 9]);
}

/// What an embedding page is told of the parameters that it sets.
fn told(state: &mut State, pairs: &[(&str, &str)]) -> Vec<String> {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sentence = |effect| if let Effect::TellError(trouble) = effect { Some(trouble.message) } else { None };
    update(state, Action::Set(pairs)).into_iter().filter_map(sentence).collect()
}

/// The sentences on the page.
fn sentences(state: &State) -> Vec<&str> {
    state.notices.all().iter().map(|notice| notice.sentence.as_str()).collect()
}

#[test]
fn an_embedding_page_hears_of_a_block_that_is_not_there_as_a_link_does() {
    let by_link = page("block=layer9.9");
    let (mut state, _) = ready("block=layer1.1");
    assert_eq!(told(&mut state, &[("block", "layer9.9")]), sentences(&by_link));
    assert_eq!((sentences(&state), state.focus), (sentences(&by_link), Some(Place::Block(1))));
    assert_eq!((told(&mut state, &[("block", "layer2.0")]), state.focus), (vec![], Some(Place::Block(3))));
    // A block of the network that comes with it, whichever stands first.
    assert_eq!(
        (told(&mut state, &[("block", "layer1.8"), ("model", "resnet56")]), state.focus),
        (vec![], Some(Place::Block(8)))
    );
    assert_eq!((told(&mut state, &[("block", "")]), state.focus), (vec![], None));
}

#[test]
fn what_is_not_taken_stays_to_be_read_when_the_message_begins_a_run() {
    let (mut state, _) = ready("");
    let pairs = [("theme", "pink"), ("lr", "999"), ("model", "resnet8"), ("block", "layer3.2")];
    let heard = told(&mut state, &pairs);
    assert_eq!((heard.len(), sentences(&state)), (3, heard.iter().map(String::as_str).collect()));
}

#[test]
fn a_value_that_the_second_run_cannot_have_is_said_of_it_and_not_kept() {
    let (mut state, _) = ready("compare=1");
    let [sentence] = &told(&mut state, &[("skip_b", "layer9.9=0")])[..] else { panic!("one sentence") };
    assert!(sentence.starts_with("skip_b \"layer9.9=0\"") && sentence.ends_with("; off is used."), "{sentence}");
    assert_eq!((state.overrides.len(), &state.lanes[1].spec.skip), (0, &Skip::All(0.0)));
    // The second run has other blocks.
    let (mut state, _) = ready("compare=1&model=resnet32&model_b=resnet8");
    let [sentence] = &told(&mut state, &[("skip", "layer1.4=0")])[..] else { panic!("one sentence") };
    assert!(sentence.starts_with("skip_b \"layer1.4=0\""), "{sentence}");
    assert_eq!(state.lanes[0].strengths[4], 0.0);
    // What holds for both is said once.
    assert_eq!(told(&mut state, &[("lr", "999")]).len(), 1);
    assert_eq!((state.lanes[0].spec.lr, state.lanes[1].spec.lr), (100.0, 100.0));
}

#[test]
fn a_large_network_is_evaluated_only_if_somebody_says_so() {
    let (mut state, _) = ready("");
    let evaluated = |state: &mut State, pairs: &[(&str, &str)]| {
        assert_eq!(told(state, pairs), [""; 0]);
        state.lanes[0].spec.eval_every
    };
    assert_eq!(evaluated(&mut state, &[("eval_every", "50"), ("image_size", "224"), ("model", "resnet50")]), 50);
    assert_eq!(state.query(), "model=resnet50&width=64&image_size=224&eval_every=50&compare=0");
    assert_eq!(evaluated(&mut state, &[("model", "resnet20"), ("image_size", "0")]), 50);
    assert_eq!(evaluated(&mut state, &[("image_size", "224"), ("model", "resnet50")]), 0);
    assert_eq!(state.query(), "model=resnet50&width=64&image_size=224&compare=0");
    // The form shows what is in force.
    update(&mut state, Action::Edit(RunSetting::ImageSize, "32".to_owned()));
    assert_eq!(state.drafted().eval_every, 50);
}

#[test]
fn a_message_with_an_unknown_setting_changes_nothing_and_is_answered_once() {
    let (mut state, _) = ready("");
    let before = state.query();
    let pairs = [("skip", "off"), ("unheard", "of"), ("norm", "bn"), ("odd", "1")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let effects = update(&mut state, Action::Set(pairs));
    let [Effect::TellError(trouble)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((trouble.key.as_deref(), trouble.code), (Some("unheard"), ErrorCode::UnknownSetting));
    assert_eq!((state.query(), state.notices.all().len()), (before, 0));
    let effects = update(&mut state, Action::Refuse(Refusal::Type("headwater:dance".to_owned())));
    assert!(matches!(&effects[..], [Effect::TellError(trouble)] if trouble.code == ErrorCode::UnknownType));
}

#[test]
fn an_embedding_page_hears_which_value_of_which_run_was_not_taken() {
    let (mut state, _) = ready("compare=1");
    let pairs = [("lr", "fast"), ("lr_b", "999"), ("lock", "skips")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let effects = update(&mut state, Action::Set(pairs));
    let heard = effects.iter().filter_map(|effect| match effect {
        Effect::TellError(trouble) => Some((trouble.key.clone(), trouble.lane, trouble.code)),
        _ => None,
    });
    let mut heard: Vec<_> = heard.collect();
    heard.sort_by_key(|(key, ..)| key.clone());
    let expected = [
        (None, None, ErrorCode::NotAvailable),
        (Some("lr".to_owned()), None, ErrorCode::BadValue),
        (Some("lr_b".to_owned()), Some(Lane::B), ErrorCode::BadValue),
    ];
    assert_eq!(heard, expected);
}

#[test]
fn an_embedding_page_hears_that_there_is_no_such_block() {
    let (mut state, _) = ready("");
    let set = |block: &str| Action::Set(vec![("block".to_owned(), block.to_owned())]);
    update(&mut state, set("layer3.2"));
    assert_eq!(state.focus, Some(Place::Block(8)));
    let effects = update(&mut state, set("layer9.9"));
    let of_block =
        |effect: &Effect| matches!(effect, Effect::TellError(trouble) if trouble.key.as_deref() == Some("block"));
    assert_eq!(effects.iter().filter(|effect| of_block(effect)).count(), 1);
    assert_eq!(state.focus, Some(Place::Block(8)));
}

#[test]
fn an_embedding_page_hears_what_the_page_does_and_with_which_settings() {
    let (mut state, _) = ready("compare=1&lr_b=0.1");
    let says = |state: &State| told::state(state).state;
    assert_eq!(says(&state), StateName::Ready);
    for lane in 0..2 {
        does(&mut state, lane, RunState::Running);
    }
    assert_eq!(says(&state), StateName::Running);
    assert_eq!(update(&mut state, Action::Visible(false)), [0, 1].map(|lane| Effect::Send(lane, Command::Pause)));
    assert_eq!(says(&state), StateName::Resting);
    update(&mut state, Action::Visible(true));
    self::says(&mut state, 1, died("no memory"));
    let told = told::state(&state);
    assert_eq!(told.state, StateName::Failed);
    assert!(told.why.is_some_and(|why| why.contains("no memory")));
    let settings = told::settings(&state);
    assert_eq!((&settings["lr"], &settings["lr_b"]), (&json!(0.05), &json!(0.1)));
    assert_eq!(
        (&settings["skip"], &settings["skip_b"], &settings["theme"]),
        (&json!("on"), &json!("off"), &json!("auto"))
    );
    assert!(!settings.contains_key("norm_b") && settings["compare"] == json!(1));
}

#[test]
fn what_is_refused_is_said_once_and_the_address_says_what_is_in_force() {
    let mut state = page("block=layer9.9&lr=fast");
    assert_eq!(state.notices.all().len(), 2);
    assert!(update(&mut state, Action::Begin).contains(&Effect::WriteUrl));
    assert_eq!(link(&state), "");
    assert!(!update(&mut page(""), Action::Begin).contains(&Effect::WriteUrl));
    // A block that the next network does not have is of the past.
    let (mut state, _) = ready("block=layer3.2");
    update(&mut state, Action::Edit(RunSetting::Depth, "8".to_owned()));
    update(&mut state, Action::NewRun);
    assert_eq!(link(&state), "model=resnet8");
}

#[test]
fn a_plain_network_has_nothing_to_switch_and_its_twin_is_the_same() {
    let (mut state, _) = ready("model=vgg16&image_size=32&compare=1");
    assert!(state.notices.all().is_empty());
    assert_eq!(state.lanes[0].spec, state.lanes[1].spec);
    let before = link(&state);
    assert_eq!(update(&mut state, Action::ToggleAll { lane: 0 }), [Effect::WriteUrl]);
    assert_eq!(update(&mut state, Action::Toggle { lane: 1, block: 2 }), [Effect::WriteUrl]);
    assert_eq!((link(&state), state.lanes[1].strengths.clone()), (before, vec![0.0; 13]));
    // A residual network after it is compared with its skips closed.
    update(&mut state, Action::Edit(RunSetting::Model, "resnet8".to_owned()));
    update(&mut state, Action::NewRun);
    assert_eq!((state.lanes[0].spec.skip.clone(), state.lanes[1].spec.skip.clone()), (Skip::All(1.0), Skip::All(0.0)));
}

#[test]
fn another_network_leaves_behind_what_does_not_go_with_it() {
    let (mut state, _) = ready("order=pre&merge=concat&data=digits");
    update(&mut state, Action::Edit(RunSetting::Model, "vgg16_bn".to_owned()));
    let drafted = state.drafted();
    assert_eq!((drafted.order.name(), drafted.merge.name(), drafted.image_size), ("post", "add", 0));
    update(&mut state, Action::NewRun);
    assert!(state.notices.all().is_empty(), "{:?}", state.notices);
    assert_eq!((state.lanes[0].plan.blocks.len(), state.draft.len()), (13, 0));
}

#[test]
fn building_and_long_steps_are_followed() {
    let mut state = page("play=1");
    update(&mut state, Action::Begin);
    says(&mut state, 0, ready_to_start());
    says(&mut state, 0, Reply::Building);
    assert!(state.lanes[0].building);
    does(&mut state, 0, RunState::Ready);
    assert!(!state.lanes[0].building);
    does(&mut state, 0, RunState::Running);
    let part = StepPart { evaluation: false, done: 3, all: 22 };
    says(&mut state, 0, Reply::Progress(part));
    update(&mut state, Action::Pause);
    does(&mut state, 0, RunState::Paused);
    assert_eq!(state.lanes[0].progress, Some(part));
    update(&mut state, Action::Reset);
    assert_eq!(state.lanes[0].progress, None);
}

#[test]
fn whatever_an_effect_leads_to_is_done_too() {
    let (state, _) = ready("");
    let mut state = Shared::new(state);
    let mut done = Vec::new();
    turn(&mut state, Action::LookBack(Some(3)), |state, effect| {
        let leads_to = match effect {
            Effect::Read => Some(readout(state, 1)),
            Effect::TellStep => Some(Action::More(true)),
            _ => None,
        };
        done.push(effect);
        leads_to
    });
    assert_eq!(done, [Effect::Read, Effect::TellStep]);
    assert!(state.updates() == 1 && state.more);
}

#[test]
fn a_run_that_is_behind_does_what_both_are_asked_to_do() {
    let (mut state, _) = ready("compare=1");
    assert_eq!(update(&mut state, Action::Behind(1, 4, true)), [Effect::Send(1, Command::Until(4))]);
    update(&mut state, Action::Play);
    assert_eq!(update(&mut state, Action::Behind(1, 4, true)), [Effect::Send(1, Command::Play)]);
}

/// One source makes its step before the other one says that it has begun: whoever is told twice is told the same.
#[test]
fn a_step_is_one_step_whichever_source_is_slow() {
    for late in [0, 1] {
        let (mut state, _) = ready("compare=1");
        read(&mut state, 30);
        for lane in [0, 1] {
            does(&mut state, lane, RunState::Paused);
        }
        let step = [0, 1].map(|lane| Effect::Send(lane, Command::Until(31)));
        assert_eq!(update(&mut state, Action::StepOnce), step);
        does(&mut state, 1 - late, RunState::Running);
        assert_eq!(update(&mut state, Action::Behind(late, 31, true)), step[late..=late]);
        for does_it in [RunState::Running, RunState::Running, RunState::Paused] {
            does(&mut state, late, does_it);
            assert!(!state.is_going());
        }
        does(&mut state, 1 - late, RunState::Paused);
        assert_eq!((state.phase(), state.asked), (Phase::Paused, None));
    }
}

#[test]
fn the_form_of_the_second_run_gives_it_settings_of_its_own() {
    let (mut state, _) = ready("compare=1&norm=none");
    update(&mut state, Action::FormOf(Lane::B));
    assert!(state.forms_twin());
    // Live at once, and for that run alone.
    let effects = update(&mut state, Action::Edit(RunSetting::Lr, "0.2".to_owned()));
    let change = Change::Set { setting: RunSetting::Lr, value: 0.2 };
    assert_eq!(effects[0], Effect::Send(1, Command::Change(change)));
    assert_eq!((state.lanes[0].spec.lr, state.lanes[1].spec.lr), (0.05, 0.2));
    // Others wait.
    update(&mut state, Action::Edit(RunSetting::Norm, "bn".to_owned()));
    assert_eq!((state.drafted().norm, state.drafted_twin().norm), (Norm::None, Norm::Bn));
    assert_eq!(state.lanes[1].spec.norm, Norm::None);
    update(&mut state, Action::Edit(RunSetting::Norm, "none".to_owned()));
    assert!(state.twin_draft.is_empty(), "as the first one has it");
    update(&mut state, Action::Edit(RunSetting::Norm, "bn".to_owned()));
    update(&mut state, Action::Edit(RunSetting::Init, "nonsense".to_owned()));
    assert!(state.notices.all().iter().any(|notice| notice.sentence.starts_with("initialisation ▲ \"nonsense\"")));
    update(&mut state, Action::NewRun);
    assert_eq!((state.lanes[0].spec.norm, state.lanes[1].spec.norm), (Norm::None, Norm::Bn));
    assert!(state.query().contains("norm_b=bn") && state.query().contains("lr_b=0.2"), "{}", state.query());
    // What is set for the first holds for the second where that has nothing of its own.
    update(&mut state, Action::FormOf(Lane::A));
    update(&mut state, Action::Edit(RunSetting::Seed, "7".to_owned()));
    assert_eq!((state.drafted_twin().seed, state.drafted_twin().norm), (7, Norm::Bn));
    update(&mut state, Action::FormOf(Lane::B));
    update(&mut state, Action::Compare(false));
    assert!(!state.forms_twin());
}

#[test]
fn a_reset_puts_the_run_aside_and_back_to_it_is_a_step_back_and_forth() {
    let (mut state, _) = ready("compare=1");
    assert_eq!(update(&mut state, Action::Reset), [Effect::Reset(0), Effect::Reset(1)], "nothing to keep");
    for lane in [0, 1] {
        does(&mut state, lane, RunState::Ready);
    }
    update(&mut state, Action::PlayOrPause);
    for lane in [0, 1] {
        does(&mut state, lane, RunState::Running);
    }
    read(&mut state, 480);
    update(&mut state, Action::ToggleAll { lane: 0 });
    let kept = state.lanes.clone();
    let effects = update(&mut state, Action::Reset);
    let pauses = [0, 1].map(|lane| Effect::Send(lane, Command::Pause));
    let launches = [0, 1].map(|lane| [Effect::Clear(lane), Effect::Launch(lane)]).concat();
    assert_eq!(effects[..2], pauses);
    assert_eq!(effects[2], Effect::Exchange);
    assert_eq!(effects[3..], launches);
    assert_eq!(state.notices.all()[0].sentence, words::run_kept(480));
    assert_eq!(state.lanes[0].spec.skip, Skip::All(0.0), "the settings in force stay");
    for lane in [0, 1] {
        says(&mut state, lane, ready_to_start());
        does(&mut state, lane, RunState::Ready);
    }
    read(&mut state, 12);
    let effects = update(&mut state, Action::TakeUp);
    assert_eq!(effects, [Effect::Exchange, Effect::WriteUrl]);
    assert_eq!((&state.lanes, state.asked), (&kept, Some(Go::Rest)));
    for lane in [0, 1] {
        does(&mut state, lane, RunState::Paused);
    }
    assert_eq!((state.phase(), state.asked), (Phase::Paused, None));
    assert_eq!(state.notices.all()[0].sentence, words::run_kept(12));
    // The next one that is put aside leaves its sources to the run that begins.
    read(&mut state, 480);
    let effects = update(&mut state, Action::Reset);
    assert_eq!(effects, [Effect::Exchange, Effect::Start(0), Effect::Start(1)]);
}

#[test]
fn back_after_a_new_run_leads_to_the_run_that_was_put_aside() {
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    let before = state.in_force();
    update(&mut state, Action::Edit(RunSetting::Depth, "32".to_owned()));
    let effects = update(&mut state, Action::NewRun);
    assert_eq!(effects[0], Effect::Exchange);
    let link = |text: &str| {
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        text.split('&').filter_map(pair).collect::<Vec<_>>()
    };
    let effects = update(&mut state, Action::Restore(link(&before)));
    assert_eq!(effects[..2], [Effect::Exchange, Effect::WriteUrl]);
    assert_eq!((state.lanes[0].plan.blocks.len(), state.phase()), (9, Phase::Paused));
}

#[test]
fn a_run_in_an_embed_one_that_is_lost_or_one_that_is_large_is_not_put_aside() {
    for query in ["embed=1", "model=resnet50&image_size=224&batch=16&width=64"] {
        let (mut state, _) = ready(query);
        does(&mut state, 0, RunState::Paused);
        read(&mut state, 30);
        assert_eq!(update(&mut state, Action::Reset), [Effect::Reset(0)], "{query}");
    }
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    says(&mut state, 0, died("a trap"));
    assert!(!update(&mut state, Action::Reset).contains(&Effect::Exchange));
    assert!(state.aside.is_none());
}

/// A page that shows a recording of this run.
fn with_recording(state: &mut State, query: &str) {
    let other = page(query);
    update(state, Action::Reading { total: 100, beside: false, by: OpenedBy::Visitor });
    for lane in &other.lanes {
        update(state, Action::RecordingHeader(Box::new(recorded(lane.diagram.clone()))));
    }
    update(state, Action::RecordingEnded { last: true });
}

/// A link to a moment of a recording names its block, which the page's own network need not have.
#[test]
fn a_link_chooses_the_block_of_the_recording_that_it_names() {
    let opened = |query: &str, by: OpenedBy| {
        let (mut state, _) = ready(query);
        update(&mut state, Action::Reading { total: 100, beside: false, by });
        update(&mut state, Action::RecordingHeader(Box::new(recorded(page("depth=32").lanes[0].diagram.clone()))));
        update(&mut state, Action::RecordingEnded { last: true });
        state
    };
    let mut state = opened("run=mine.gz&block=layer3.4", OpenedBy::Link);
    assert_eq!((state.focus, sentences(&state)), (Some(Place::Block(14)), Vec::new()));
    assert!(state.query().contains("block=layer3.4"), "{}", state.query());
    update(&mut state, Action::CloseRecording);
    assert!(!state.query().contains("block"), "the own network has none of that name: {}", state.query());
    let state = opened("run=mine.gz&block=layer9.9", OpenedBy::Link);
    assert_eq!(state.focus, Some(Place::Block(0)));
    let said = sentences(&state);
    assert!(said.len() == 1 && said[0].starts_with("block \"layer9.9\"") && said[0].contains("17 in all"), "{said:?}");
    // What a visitor opens is not what the link meant.
    for query in ["block=layer3.2", "run=gone.gz&block=layer3.4"] {
        let state = opened(query, OpenedBy::Visitor);
        let own = if query.contains("run") { 0 } else { 8 };
        assert_eq!((state.focus, sentences(&state)), (Some(Place::Block(own)), Vec::new()));
    }
}

#[test]
fn the_first_picture_is_the_default_run_and_gives_way_to_whatever_one_does() {
    assert!(update(&mut page("compare=1"), Action::Begin).contains(&Effect::OpenFirst));
    for query in ["compare=0", "compare=1&embed=1", "compare=1&depth=32", "compare=1&play=1", "compare=1&lr_b=0.1"] {
        assert!(!update(&mut page(query), Action::Begin).contains(&Effect::OpenFirst), "{query}");
    }
    let shown = || {
        let (mut state, _) = ready("compare=1");
        state.opened = Some(Opened { by: OpenedBy::Page, ..Opened::default() });
        for lane in page("compare=1").lanes {
            update(&mut state, Action::RecordingHeader(Box::new(recorded(lane.diagram))));
        }
        assert!(state.shows_recording().is_some() && state.phase() == Phase::Ready);
        state
    };
    let toggle = Action::Toggle { lane: 0, block: 3 };
    for action in [Action::PlayOrPause, Action::StepOnce, Action::Slow(true), toggle, Action::Compare(false)] {
        let (mut with, mut without) = (shown(), ready("compare=1").0);
        let effects = update(&mut with, action.clone());
        assert_eq!(effects[..2], [Effect::CloseRecording, Effect::Read]);
        assert_eq!(effects[2..], update(&mut without, action), "what it does without the picture");
        assert!(!with.awaits_visitor() && with.shows_recording().is_none());
        // Nothing has been trained yet: the picture can be had again.
        assert_eq!(with.has_left_picture(), !with.is_going());
        assert_eq!(update(&mut with, Action::ShowPicture).last(), Some(&Effect::OpenFirst));
        assert!(!with.has_left_picture());
    }
    let mut state = shown();
    update(&mut state, Action::OpenListed("gone.gz".to_owned()));
    update(&mut state, Action::RecordingFault("gone.gz could not be fetched".to_owned()));
    assert_eq!(state.notices.all().len(), 1, "it was asked for, and is missed");
    update(&mut state, Action::CloseRecording);
    assert!(state.has_left_picture(), "and the way back is there");
    let mut state = shown();
    assert!(!update(&mut state, Action::LookBack(Some(3))).contains(&Effect::CloseRecording));
    assert!(state.awaits_visitor(), "looking changes no run");
    // What is wrong with another file is said, and the picture stays.
    update(&mut state, Action::RecordingFault("notes.txt: no recording".to_owned()));
    update(&mut state, Action::RecordingEnded { last: true });
    assert!(state.awaits_visitor() && state.shows_recording().is_some());
    assert_eq!(state.notices.all().len(), 1);
    update(&mut state, Action::Opening);
    assert!(state.notices.all().is_empty(), "the next file begins anew");
    // That it cannot be had is no fault of the page.
    state.opened.as_mut().unwrap().progress = Some((1, 2));
    update(&mut state, Action::RecordingFault("gone".to_owned()));
    assert!(state.opened.is_none() && state.notices.all().is_empty());
}

#[test]
fn the_picture_comes_back_with_the_settings_of_its_run_and_back_undoes_that() {
    let usual = page("compare=1");
    let specs = |state: &State| state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>();
    let set = |name: &str, value: &str| Action::Set(vec![(name.to_owned(), value.to_owned())]);
    let changes = [
        Action::Toggle { lane: 0, block: 3 },
        Action::ToggleAll { lane: 1 },
        Action::Edit(RunSetting::Lr, "0.2".to_owned()),
        Action::Compare(false),
        set("depth", "56"),
        set("norm_b", "bn"),
    ];
    for change in changes {
        let (mut state, _) = ready("compare=1&plot=weight_grad_l2");
        state.left_picture = true;
        update(&mut state, change.clone());
        let changed = state.in_force();
        for lane in 0..state.lanes.len() {
            does(&mut state, lane, RunState::Ready);
        }
        assert!(state.has_left_picture());
        let effects = update(&mut state, Action::ShowPicture);
        assert!(effects.contains(&Effect::WriteUrl), "an entry of the history: {change:?}");
        assert_eq!(specs(&state), specs(&usual), "{change:?}");
        assert_eq!(state.query(), "plot=weight_grad_l2", "what is only looked at stays");
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        update(&mut state, Action::Restore(changed.split('&').filter_map(pair).collect()));
        assert_eq!(state.in_force(), changed, "{change:?}");
    }
    // As it is there is nothing to put back.
    let (mut state, _) = ready("compare=1");
    assert_eq!(update(&mut state, Action::ShowPicture), [Effect::OpenFirst]);
    // A run that was trained is kept.
    for lane in [0, 1] {
        does(&mut state, lane, RunState::Paused);
    }
    read(&mut state, 30);
    let effects = update(&mut state, Action::ShowPicture);
    assert!(effects.contains(&Effect::Exchange) && effects.contains(&Effect::OpenFirst), "{effects:?}");
    assert_eq!((state.aside.as_ref().map(|aside| aside.updates), state.phase()), (Some(30), Phase::Loading));
}

#[test]
fn the_recorded_first_picture_has_the_settings_of_the_page() {
    let mut items = Vec::new();
    let mut reader = protocol::recording::Reader::default();
    reader.push(include_bytes!("../../../../../assets/recordings/first.headwater.jsonl.gz"), &mut items).unwrap();
    reader.finish(&mut items).unwrap();
    let recorded: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            protocol::recording::Item::Header(header) => header.diagram.spec,
            _ => None,
        })
        .collect();
    let lanes = page("compare=1").lanes;
    assert_eq!(recorded.len(), lanes.len());
    for (recorded, lane) in recorded.iter().zip(&lanes) {
        let RunSpec { steps, eval_every, measure_every, ref quantities, .. } = *recorded;
        let quantities = quantities.clone();
        let own = RunSpec { steps, eval_every, measure_every, quantities, ..lane.spec.clone() };
        assert_eq!(*recorded, own);
    }
}

/// A recorded run of this network.
pub(super) fn recorded(diagram: Rc<Diagram>) -> OpenedRun {
    let origin = Origin { producer: "mine".to_owned(), created: "2026".to_owned(), command: None };
    OpenedRun::new("run.gz".to_owned(), None, origin, diagram)
}

#[test]
fn a_recording_takes_the_place_of_the_runs_that_rest_meanwhile() {
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Running);
    read(&mut state, 30);
    let before = state.lanes.clone();
    update(&mut state, Action::Reading { total: 100, beside: false, by: OpenedBy::Visitor });
    assert!(state.shows_recording().is_none(), "not before it is known to be one");
    let opened = recorded(page("depth=32").lanes[0].diagram.clone());
    let effects = update(&mut state, Action::RecordingHeader(Box::new(opened)));
    assert_eq!(effects[..2], [Effect::Send(0, Command::Pause), Effect::Read]);
    assert_eq!(state.shown()[0].diagram.blocks.len(), 15);
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 200);
    assert_eq!((state.phase(), state.live_phase()), (Phase::Done, Phase::Paused));
    // The same buttons lead through its steps; its switches are not thrown.
    for action in [Action::Toggle { lane: 0, block: 3 }, Action::ToggleAll { lane: 0 }, Action::Compare(true)] {
        assert_eq!(update(&mut state, action), []);
    }
    assert_eq!(update(&mut state, Action::PlayOrPause), [Effect::ReplaySoon, Effect::Read]);
    assert_eq!((state.phase(), state.look_back), (Phase::Running, Some(0)));
    update(&mut state, Action::ReplayOn);
    update(&mut state, Action::StepOnce);
    assert_eq!((state.phase(), state.look_back), (Phase::Paused, Some(2)));
    update(&mut state, Action::Reset);
    assert_eq!(state.look_back, Some(0));
    update(&mut state, Action::PlayOrPause);
    while state.phase() == Phase::Running {
        update(&mut state, Action::ReplayOn);
    }
    assert_eq!((state.phase(), state.look_back), (Phase::Done, None));
    let effects = update(&mut state, Action::CloseRecording);
    assert_eq!(effects, [Effect::CloseRecording, Effect::Read, Effect::WriteUrl]);
    assert_eq!((state.updates(), state.lanes[0].spec == before[0].spec), (30, true), "as it was");
}

#[test]
fn a_recorded_run_is_made_live_with_its_settings_and_the_page_s_own_is_put_aside() {
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    with_recording(&mut state, "depth=32&compare=1&norm_b=bn");
    let specs: Vec<_> = page("depth=32&compare=1&norm_b=bn").lanes.into_iter().map(|lane| lane.spec).collect();
    let lanes =
        specs.iter().map(|spec| LaneReadout { updates: 200, replay: Some(spec.clone()), ..LaneReadout::default() });
    let reading = state.readout.reading.clone();
    let readout = Readout {
        lanes: lanes.collect(),
        overlaid: Vec::new(),
        reading,
        scale: None,
        speed: Speed::default(),
        agreement: Vec::new(),
        lesson: Vec::new(),
        curve: Vec::new(),
        saved_until: None,
    };
    update(&mut state, Action::Read(Shared::new(readout)));
    let effects = update(&mut state, Action::MakeLive);
    assert!(effects.contains(&Effect::Exchange) && effects.contains(&Effect::Launch(1)));
    assert_eq!(state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>(), specs);
    assert_eq!(state.aside.as_ref().map(|aside| (aside.updates, aside.lanes.len())), Some((30, 1)));
    assert_eq!((state.on_ready, state.page.compare), (Some(Go::Train), true));
    assert_eq!((effects[0].clone(), state.reference.len()), (Effect::KeepReference(vec![0, 1]), 2));
    assert!(state.query().contains("norm_b=bn"), "{}", state.query());
}

#[test]
fn a_recording_ends_where_its_longest_run_was_interrupted_or_done() {
    let (mut state, _) = ready("");
    with_recording(&mut state, "depth=32&compare=1");
    let mut end = |lanes: [(u64, bool); 2]| {
        let lanes = lanes.map(|(updates, interrupted)| LaneReadout { updates, interrupted, ..LaneReadout::default() });
        let readout = Readout { lanes: lanes.to_vec(), ..(*state.readout).clone() };
        update(&mut state, Action::Read(Shared::new(readout)));
        let told = told::state(&state);
        assert_eq!(told.state, StateName::Done);
        told.why
    };
    let words = |text: Text| Some(text.words().to_owned());
    assert_eq!(end([(20, true), (9, false)]), words(Text::RecordingInterrupted));
    assert_eq!(end([(20, false), (9, true)]), words(Text::RecordingEnd));
}

#[test]
fn whether_a_run_was_interrupted_is_read_off_its_end() {
    let mut run = Snapshot::new(page("").lanes[0].diagram.clone());
    let interrupted = |run: &Snapshot| {
        let strengths = run.strengths();
        let view = LaneView { lane: Lane::A, snapshot: run, whole: run, strengths, walk: None, file: None };
        crate::state::readout::readout(&[view], Vec::new(), Speed::default()).lanes[0].interrupted
    };
    assert!(!interrupted(&run));
    run.apply(protocol::Event::End(EndReason::Interrupted));
    assert!(interrupted(&run));
}

#[test]
fn charts_know_the_file_of_a_recorded_run_and_none_of_the_page_s_own() {
    let (mut state, _) = ready("");
    let mut runs = crate::runs::Runs::default();
    runs.add(Snapshot::new(state.lanes[0].diagram.clone()));
    let files = |runs: &crate::runs::Runs, state: &State| {
        runs.views(state).iter().map(|view| view.file.map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(files(&runs, &state), [None]);
    with_recording(&mut state, "depth=32&compare=0");
    assert_eq!(files(&runs, &state), [Some("run.gz".to_owned())]);
}

#[test]
fn a_file_that_is_no_recording_changes_nothing_that_is_shown() {
    let (mut state, _) = ready("");
    read(&mut state, 30);
    update(&mut state, Action::Reading { total: 100, beside: false, by: OpenedBy::Visitor });
    update(&mut state, Action::RecordingFault("notes.txt: it is no recording.".to_owned()));
    update(&mut state, Action::RecordingEnded { last: true });
    assert!(state.opened.is_none());
    assert_eq!((state.updates(), state.notices.all().len()), (30, 1));
}

#[test]
fn while_a_recording_is_shown_the_page_s_own_run_hears_nothing_and_what_is_about_it_shows_it_first() {
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    let own = state.query();
    with_recording(&mut state, "depth=32&compare=0");
    read(&mut state, 200);
    // Blocks beyond the own network's can be looked at, and the link stays that of the own run.
    update(&mut state, Action::Focus(Some(Place::Block(12))));
    assert_eq!((state.focus, state.query()), (Some(Place::Block(12)), own));
    // A page around this one plays and pauses what is shown.
    assert_eq!(update(&mut state, Action::Play), [Effect::ReplaySoon, Effect::Read]);
    assert_eq!(update(&mut state, Action::Pause), []);
    assert!(!state.is_going() && state.look_back == Some(0));
    // A setting of the run is about the own one.
    let effects = update(&mut state, Action::Set(vec![("lr".to_owned(), "0.01".to_owned())]));
    assert!(state.shows_recording().is_none() && effects[0] == Effect::CloseRecording, "{effects:?}");
    assert_eq!((state.updates(), state.lanes[0].spec.lr, state.look_back), (30, 0.01, None));
    // A theme is not.
    with_recording(&mut state, "depth=32&compare=0");
    update(&mut state, Action::Set(vec![("theme".to_owned(), "dark".to_owned())]));
    assert!(state.shows_recording().is_some());
}

#[test]
fn another_file_in_place_of_one_leaves_nothing_of_it_behind() {
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    with_recording(&mut state, "depth=32&compare=0");
    read(&mut state, 200);
    update(&mut state, Action::LookBack(Some(40)));
    update(&mut state, Action::Reading { total: 10, beside: false, by: OpenedBy::Visitor });
    assert_eq!(
        (state.updates(), state.look_back),
        (30, None),
        "the own run, until the file is known to be a recording"
    );
    update(&mut state, Action::RecordingFault("notes.txt: it is no recording.".to_owned()));
    update(&mut state, Action::RecordingFault("more.txt: it is no recording.".to_owned()));
    update(&mut state, Action::RecordingEnded { last: true });
    assert!(state.opened.is_none());
    let said = &state.notices.all()[0].sentence;
    assert!(said.contains("notes.txt") && said.contains("more.txt"), "{said}");
    // The step of a link is that of the last of its files.
    state.page.step = Some(7);
    with_recording(&mut state, "depth=32&compare=0");
    read(&mut state, 200);
    assert_eq!(state.look_back, Some(7));
}

#[test]
fn a_source_that_is_lost_while_its_run_is_aside_is_not_used_again() {
    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    update(&mut state, Action::Reset);
    says(&mut state, 0, ready_to_start());
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 12);
    update(&mut state, Action::AsideLost(0));
    let effects = update(&mut state, Action::Reset);
    assert_eq!(effects, [Effect::Exchange, Effect::Clear(0), Effect::Launch(0)]);
}

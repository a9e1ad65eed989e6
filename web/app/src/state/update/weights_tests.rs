//! What becomes of weights, without a browser: files in, effects out.

use super::tests::{died, does, page, read, ready, ready_to_start, recorded, says};
use super::update;
use crate::source::Kind;
use crate::state::lane_state::Phase;
use crate::state::opened::{Opened, OpenedBy};
use crate::state::update::why_not_saved;
use crate::state::{Action, Effect, State};
use protocol::{Check, Command, Renaming, Reply, RunState, Unfit, Weights, WeightsProblem};
use std::rc::Rc;
use std::sync::Arc;

fn weights(file: &str) -> Arc<Weights> {
    Arc::new(Weights { file: file.to_owned(), bytes: vec![1, 2, 3] })
}

fn asked(effects: &[Effect]) -> Option<&Check> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(0, Command::Check(check)) => Some(&**check),
        _ => None,
    })
}

/// The file is opened and fits; what that leads to.
fn opened(state: &mut State, file: &str) -> Vec<Effect> {
    let effects = update(state, Action::OpenWeights(weights(file)));
    let number = asked(&effects).unwrap().number;
    says(state, 0, Reply::Checked { number, fits: Ok(Vec::new()) })
}

fn sentence(state: &State) -> String {
    state.notices.all().last().map(|notice| notice.sentence.clone()).unwrap_or_default()
}

fn files(state: &State) -> Vec<Option<&str>> {
    state.lanes.iter().map(|lane| lane.diagram.weights.as_deref()).collect()
}

#[test]
fn weights_that_fit_begin_a_run_of_the_chosen_network_in_every_lane_and_the_former_is_kept() {
    let (mut state, _) = ready("compare=1&skip_b=off");
    (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Paused)));
    read(&mut state, 30);
    update(&mut state, Action::Edit(protocol::RunSetting::Norm, "bn".to_owned()));
    let before = state.lanes.clone();
    let effects = update(&mut state, Action::OpenWeights(weights("mine.safetensors")));
    let check = asked(&effects).unwrap().clone();
    assert_eq!((effects.len(), &state.lanes), (1, &before), "nothing gives way before it is known to fit");
    assert!(check.specs.len() == 2 && check.specs.iter().all(|spec| spec.norm == protocol::Norm::Bn));
    let effects = says(&mut state, 0, Reply::Checked { number: check.number, fits: Ok(Vec::new()) });
    assert!(effects.contains(&Effect::Exchange) && state.aside.is_some(), "the run that was there is put aside");
    assert_eq!(state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>(), check.specs);
    assert_eq!(files(&state), [Some("mine.safetensors"); 2]);
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Launch(_))).count(), 2);
    for lane in 0..2 {
        assert_eq!(says(&mut state, lane, ready_to_start()), [Effect::Start(lane)]);
        says(&mut state, lane, Reply::Started { parameter_hash: "of the file".to_owned() });
        does(&mut state, lane, RunState::Ready);
    }
    read(&mut state, 0);
    // A reset goes back to them, a new run to the seed, and so does the run that was there.
    assert_eq!(update(&mut state, Action::Reset), [Effect::Reset(0), Effect::Reset(1)]);
    assert_eq!(files(&state), [Some("mine.safetensors"); 2]);
    assert!(state.settings_words().contains("from mine.safetensors"), "{}", state.settings_words());
    let mut other = state.clone();
    update(&mut other, Action::NewRun);
    assert_eq!(files(&other), [None, None]);
    update(&mut state, Action::TakeUp);
    assert_eq!(files(&state), [None, None]);
    update(&mut state, Action::TakeUp);
    assert_eq!(files(&state), [Some("mine.safetensors"); 2], "it was put aside with its weights");
}

#[test]
fn weights_that_do_not_fit_change_nothing_and_one_sentence_says_why() {
    let (mut state, _) = ready("compare=1&norm_b=bn");
    (0..2).for_each(|lane| drop(does(&mut state, lane, RunState::Running)));
    read(&mut state, 30);
    let before = state.lanes.clone();
    let number = asked(&update(&mut state, Action::OpenWeights(weights("mine.safetensors")))).unwrap().number;
    let problem = WeightsProblem::Missing { name: "bn1.bias".to_owned(), shape: vec![8] };
    assert_eq!(says(&mut state, 0, Reply::Checked { number, fits: Err(Unfit { lane: 1, problem }) }), []);
    assert_eq!((&state.lanes, state.phase()), (&before, Phase::Running));
    for words in
        ["mine.safetensors", "bn1.bias", "[8]", "▲", "ResNet-20 of width 8 with batch norm", "Nothing was changed"]
    {
        assert!(sentence(&state).contains(words), "{words} in {}", sentence(&state));
    }
    let problem = WeightsProblem::TooLarge { bytes: 1 << 30 };
    update(&mut state, Action::WeightsUnread("huge.safetensors".to_owned(), problem));
    assert!(sentence(&state).contains("1024 MB") && sentence(&state).contains("256 MB"), "{}", sentence(&state));
    assert_eq!(state.notices.all().len(), 1, "of two files the later is said");
    // One that fits puts the sentence away.
    opened(&mut state, "good.safetensors");
    assert!(state.notices.all().iter().all(|notice| !notice.sentence.contains("huge")));
}

#[test]
fn names_that_were_read_as_others_are_said_and_the_run_begins() {
    let (mut state, _) = ready("");
    let number = asked(&update(&mut state, Action::OpenWeights(weights("mine.safetensors")))).unwrap().number;
    let renamings = vec![Renaming::Without("module.".to_owned()), Renaming::Linear];
    says(&mut state, 0, Reply::Checked { number, fits: Ok(renamings) });
    assert_eq!(files(&state), [Some("mine.safetensors")]);
    for words in ["mine.safetensors", "module.", "linear as fc"] {
        assert!(sentence(&state).contains(words), "{words} in {}", sentence(&state));
    }
    // The next file's are its own.
    opened(&mut state, "good.safetensors");
    assert!(state.notices.all().iter().all(|notice| !notice.sentence.contains("module.")));
}

#[test]
fn what_was_asked_of_a_source_that_is_not_there_yet_or_has_changed_places_is_asked_again() {
    let mut state = page("");
    update(&mut state, Action::Begin);
    assert_eq!(update(&mut state, Action::OpenWeights(weights("early.safetensors"))), []);
    let effects = says(&mut state, 0, ready_to_start());
    assert!(effects[0] == Effect::Start(0) && asked(&effects).is_some(), "{effects:?}");

    let (mut state, _) = ready("");
    does(&mut state, 0, RunState::Paused);
    read(&mut state, 30);
    let first = asked(&update(&mut state, Action::OpenWeights(weights("mine.safetensors")))).unwrap().number;
    update(&mut state, Action::Reset);
    let again = says(&mut state, 0, ready_to_start());
    let number = asked(&again).unwrap().number;
    assert_ne!(number, first);
    assert_eq!(
        says(&mut state, 0, Reply::Checked { number: first, fits: Ok(Vec::new()) }),
        [],
        "the answer to an older question"
    );
    says(&mut state, 0, Reply::Checked { number, fits: Ok(Vec::new()) });
    assert_eq!(files(&state), [Some("mine.safetensors")]);

    // The form was changed while it was asked.
    let (mut state, _) = ready("");
    let number = asked(&update(&mut state, Action::OpenWeights(weights("mine.safetensors")))).unwrap().number;
    update(&mut state, Action::Edit(protocol::RunSetting::Width, "9".to_owned()));
    let effects = says(&mut state, 0, Reply::Checked { number, fits: Ok(Vec::new()) });
    assert_eq!(asked(&effects).unwrap().specs[0].width, 9);
    assert_eq!(files(&state), [None]);
}

#[test]
fn without_an_engine_no_weights_are_opened_and_none_are_saved() {
    let mut viewer = State { source: Kind::Absent, ..page("") };
    update(&mut viewer, Action::Begin);
    assert_eq!(update(&mut viewer, Action::OpenWeights(weights("mine.safetensors"))), []);
    assert!(sentence(&viewer).starts_with("mine.safetensors was not opened."));

    let (mut state, _) = ready("");
    assert_eq!(why_not_saved(&state.lanes[0]), None);
    says(&mut state, 0, died("a trap"));
    assert_eq!(why_not_saved(&state.lanes[0]), Some(scene::Text::WeightsGone));
    assert_eq!(update(&mut state, Action::OpenWeights(weights("mine.safetensors"))), []);
    assert!(sentence(&state).contains("restart"), "{}", sentence(&state));
    assert_eq!(update(&mut state, Action::SaveRecording), [Effect::SaveRecording], "the record is the page's own");
    update(&mut state, Action::Restart);
    assert_eq!(why_not_saved(&state.lanes[0]), Some(scene::Text::WeightsToCome));
}

#[test]
fn saved_weights_are_named_by_network_shortcuts_and_step() {
    let names = |query: &str| {
        let (mut state, _) = ready(query);
        (0..state.lanes.len())
            .map(|lane| {
                assert_eq!(update(&mut state, Action::SaveWeights(lane)), [Effect::Send(lane, Command::Weights)]);
                match says(&mut state, lane, Reply::Weights { step: 400, bytes: vec![7] }).remove(0) {
                    Effect::HandOut(name, bytes) if bytes == [7] => name,
                    other => panic!("{other:?}"),
                }
            })
            .collect::<Vec<_>>()
    };
    let [open, closed] = ["resnet20-w8-open-step400.safetensors", "resnet20-w8-closed-step400.safetensors"];
    assert_eq!(names("compare=1"), [open, closed]);
    assert_eq!(names(""), [open]);
    let twins = ["resnet20-w8-open-a-step400.safetensors", "resnet20-w8-open-b-step400.safetensors"];
    assert_eq!(names("compare=1&skip_b=on&lr_b=0.1"), twins);
}

#[test]
fn a_second_run_starts_from_the_same_weights_if_they_are_of_its_network() {
    let (mut state, _) = ready("");
    opened(&mut state, "mine.safetensors");
    update(&mut state, Action::Compare(true));
    assert_eq!(files(&state), [Some("mine.safetensors"); 2]);
    let (mut state, _) = ready("depth_b=32");
    opened(&mut state, "mine.safetensors");
    update(&mut state, Action::Compare(true));
    assert_eq!(files(&state), [Some("mine.safetensors"), None]);
}

#[test]
fn a_recording_of_a_run_on_images_of_ones_own_is_shown_and_not_made_live() {
    let (mut state, _) = ready("");
    let mut recording = (*page("").lanes[0].diagram).clone();
    recording.spec.as_mut().unwrap().data = "folder:3x224x224:1000".parse().unwrap();
    let replay = recording.spec.clone();
    state.opened = Some(Opened { by: OpenedBy::Visitor, ..Opened::default() });
    update(&mut state, Action::RecordingHeader(Box::new(recorded(Rc::new(recording)))));
    let mut lanes = (*state.readout).clone();
    lanes.lanes = vec![crate::state::readout::LaneReadout { replay, updates: 5, ..Default::default() }];
    update(&mut state, Action::Read(crate::state::shared::Shared::new(lanes)));
    assert_eq!(update(&mut state, Action::MakeLive), []);
    assert!(sentence(&state).contains("images that are not in the page"), "{}", sentence(&state));
    assert!(state.shows_recording().is_some());
}

/// What was changed before its first step is in none of its marks, unless its header says that it is.
#[test]
fn a_recording_that_begins_later_than_its_run_is_made_live_where_it_tells_what_was_before() {
    for (begins, is_made) in [(0, false), (150, true)] {
        let (mut state, _) = ready("");
        let mut diagram = (*page("").lanes[0].diagram).clone();
        diagram.begins = begins;
        let replay = diagram.spec.clone().filter(|_| is_made);
        state.opened = Some(Opened { by: OpenedBy::Visitor, ..Opened::default() });
        update(&mut state, Action::RecordingHeader(Box::new(recorded(Rc::new(diagram)))));
        let mut read = (*state.readout).clone();
        let lane = crate::state::readout::LaneReadout { replay, first: Some(150), updates: 200, ..Default::default() };
        read.lanes = vec![lane];
        update(&mut state, Action::Read(crate::state::shared::Shared::new(read)));
        let effects = update(&mut state, Action::MakeLive);
        assert_eq!(effects.contains(&Effect::KeepReference(vec![0])), is_made, "{begins}: {effects:?}");
        assert_eq!(state.shows_recording().is_none(), is_made);
        assert!(is_made || sentence(&state).contains("begins in the middle of its run"), "{}", sentence(&state));
    }
}

#[test]
fn a_recording_of_a_run_from_a_file_is_not_made_live() {
    let (mut state, _) = ready("");
    let mut diagram = (*page("").lanes[0].diagram).clone();
    diagram.weights = Some("mine.safetensors".to_owned());
    state.opened = Some(Opened { by: OpenedBy::Visitor, ..Opened::default() });
    update(&mut state, Action::RecordingHeader(Box::new(recorded(Rc::new(diagram)))));
    let readout = state.lanes[0].spec.clone();
    let mut lanes = (*state.readout).clone();
    lanes.lanes = vec![crate::state::readout::LaneReadout { replay: Some(readout), updates: 5, ..Default::default() }];
    update(&mut state, Action::Read(crate::state::shared::Shared::new(lanes)));
    assert_eq!(update(&mut state, Action::MakeLive), []);
    assert!(sentence(&state).contains("weights of a file"), "{}", sentence(&state));
    assert!(state.shows_recording().is_some());
    // A file of weights closes it, and the page's own run begins from that.
    opened(&mut state, "mine.safetensors");
    assert!(state.shows_recording().is_none() && files(&state) == [Some("mine.safetensors")]);
}

//! More than two recorded runs are open.

use super::*;
use crate::state::readout::OverlaidReadout;

/// A run of this file, or of this address, is read beside what is open.
fn add(state: &mut State, file: &str, depth: usize, address: Option<&str>) {
    let beside = state.adds();
    let by = if address.is_some() { OpenedBy::Link } else { OpenedBy::Visitor };
    update(state, Action::Opening);
    update(state, Action::Reading { total: 100, beside, by });
    let diagram = page(&format!("depth={depth}")).lanes[0].diagram.clone();
    let run = OpenedRun { file: file.to_owned(), address: address.map(str::to_owned), ..recorded(diagram) };
    update(state, Action::RecordingHeader(Box::new(run)));
    update(state, Action::RecordingEnded { last: true });
}

/// A page with recordings of these depths, in this order.
fn with(depths: &[usize]) -> State {
    let (mut state, _) = ready("");
    for (index, depth) in depths.iter().enumerate() {
        add(&mut state, &format!("{}.gz", index + 1), *depth, None);
    }
    state
}

/// The numbers of the runs that are shown in full, and of those that are only overlaid.
fn roles(state: &State) -> (Vec<usize>, Vec<usize>) {
    let opened = state.shows_recording().unwrap();
    (opened.in_full().map(|(_, run)| run.number).collect(), opened.overlaid().map(|(_, run)| run.number).collect())
}

fn blocks(state: &State) -> Vec<usize> {
    state.shown().iter().map(|lane| lane.diagram.blocks.len()).collect()
}

#[test]
fn what_is_opened_further_is_added_the_first_two_in_full() {
    let state = with(&[8, 14, 20, 32]);
    assert_eq!((roles(&state), blocks(&state)), ((vec![1, 2], vec![3, 4]), vec![3, 6]));
    assert_eq!(state.shown().iter().map(|lane| lane.lane).collect::<Vec<_>>(), Lane::ALL);
    let listed = state.listed_runs();
    assert_eq!(listed.iter().map(|own| own.lane).collect::<Vec<_>>(), [Some(Lane::A), Some(Lane::B), None, None]);
    assert_eq!(listed.iter().map(|own| own.stretched).collect::<Vec<_>>(), [None, None, Some(9), Some(15)]);
}

#[test]
fn any_run_is_shown_as_a_or_b_and_the_two_change_places() {
    let mut state = with(&[8, 14, 20, 32]);
    assert_eq!(update(&mut state, Action::ShowAs(3, Lane::A)), [Effect::Read]);
    assert_eq!((roles(&state), blocks(&state)), ((vec![4, 2], vec![1, 3]), vec![15, 6]));
    update(&mut state, Action::ShowAs(1, Lane::A));
    assert_eq!((roles(&state), blocks(&state)), ((vec![2, 4], vec![1, 3]), vec![6, 15]));
    update(&mut state, Action::ShowAs(1, Lane::A));
    update(&mut state, Action::ShowAs(9, Lane::B));
    assert_eq!(roles(&state), (vec![2, 4], vec![1, 3]), "as it is, and a run that is not there");
    // A block that the new first run does not have is no longer looked at.
    update(&mut state, Action::ShowAs(3, Lane::A));
    update(&mut state, Action::Focus(Some(Place::Block(14))));
    update(&mut state, Action::ShowAs(0, Lane::A));
    assert_eq!(state.focus, None);
}

#[test]
fn a_run_that_is_closed_gives_its_place_and_later_its_number_to_another() {
    let mut state = with(&[8, 14, 20, 32]);
    assert_eq!(update(&mut state, Action::CloseRun(0)), [Effect::CloseRun(0), Effect::Read, Effect::WriteUrl]);
    assert_eq!((roles(&state), blocks(&state)), ((vec![3, 2], vec![4]), vec![9, 6]));
    add(&mut state, "5.gz", 44, None);
    assert_eq!(roles(&state), (vec![3, 2], vec![4, 1]), "the free number, in the order of the list");
    for _ in 0..2 {
        update(&mut state, Action::CloseRun(2));
    }
    assert_eq!(roles(&state), (vec![3, 2], vec![]));
    update(&mut state, Action::CloseRun(1));
    assert_eq!((roles(&state), blocks(&state)), ((vec![2], vec![]), vec![6]));
    let effects = update(&mut state, Action::CloseRun(0));
    assert_eq!(effects, [Effect::CloseRecording, Effect::Read, Effect::WriteUrl]);
    assert!(state.shows_recording().is_none());
    // While a file is read nothing is closed: its lines know where they belong.
    let mut state = with(&[8, 14, 20]);
    update(&mut state, Action::Reading { total: 100, beside: true, by: OpenedBy::Visitor });
    assert_eq!(update(&mut state, Action::CloseRun(0)), []);
}

#[test]
fn who_asks_for_it_opens_in_place_of_what_is_open_and_an_embed_always_does() {
    let mut state = with(&[8, 14, 20]);
    assert!(state.adds());
    update(&mut state, Action::OpenInstead(true));
    assert!(!state.adds());
    add(&mut state, "other.gz", 32, None);
    assert_eq!((roles(&state), blocks(&state), state.adds()), ((vec![1], vec![]), vec![15], true));
    let (mut embed, _) = ready("embed=1");
    add(&mut embed, "one.gz", 8, None);
    assert_eq!((embed.adds(), embed.most_runs(), state.most_runs()), (false, 2, 12));
}

#[test]
fn the_link_names_the_addresses_of_what_is_open() {
    let (mut state, _) = ready("");
    let opens = |state: &mut State, address: &str| update(state, Action::OpenListed(address.to_owned()));
    let beside = |beside: bool, address: &str| Effect::OpenAddresses { addresses: vec![address.to_owned()], beside };
    assert_eq!(opens(&mut state, "a.gz")[0], beside(false, "a.gz"));
    add(&mut state, "a.gz", 8, Some("a.gz"));
    assert_eq!(opens(&mut state, "b.gz")[0], beside(true, "b.gz"));
    add(&mut state, "b.gz", 8, Some("b.gz"));
    assert_eq!(opens(&mut state, "b.gz"), [], "it is open");
    add(&mut state, "mine.gz", 8, None);
    assert!(state.query().contains("run=a.gz&run=b.gz"), "{}", state.query());
    update(&mut state, Action::CloseRun(0));
    assert!(!state.query().contains("a.gz") && state.query().contains("run=b.gz"), "{}", state.query());
}

#[test]
fn one_bad_file_among_several_is_named_and_the_others_stay() {
    let mut state = with(&[8, 14]);
    update(&mut state, Action::Opening);
    update(&mut state, Action::Reading { total: 10, beside: true, by: OpenedBy::Visitor });
    update(&mut state, Action::RecordingFault("notes.txt: it is no recording.".to_owned()));
    update(&mut state, Action::RecordingEnded { last: false });
    update(&mut state, Action::Reading { total: 10, beside: true, by: OpenedBy::Visitor });
    update(&mut state, Action::RecordingHeader(Box::new(recorded(page("depth=20").lanes[0].diagram.clone()))));
    update(&mut state, Action::RecordingEnded { last: true });
    assert_eq!(roles(&state), (vec![1, 2], vec![3]));
    assert_eq!(state.notices.all()[0].sentence, "notes.txt: it is no recording.");
}

#[test]
fn the_two_in_full_are_made_live_and_the_list_reads_off_each_run() {
    let mut state = with(&[8, 14, 20]);
    let lane = |updates, depth: usize| LaneReadout {
        updates,
        replay: page(&format!("depth={depth}")).lanes[0].diagram.spec.clone(),
        ..LaneReadout::default()
    };
    let overlaid = vec![OverlaidReadout { updates: 7, ..OverlaidReadout::default() }];
    update(&mut state, Action::ShowAs(2, Lane::A));
    let readout = Readout { lanes: vec![lane(9, 20), lane(8, 14)], overlaid, ..(*state.readout).clone() };
    update(&mut state, Action::Read(Shared::new(readout)));
    assert_eq!(state.listed_runs().iter().map(|own| own.updates).collect::<Vec<_>>(), [7, 8, 9]);
    let effects = update(&mut state, Action::MakeLive);
    assert_eq!(effects[..2], [Effect::KeepReference(vec![2, 1]), Effect::CloseRecording]);
    assert_eq!((state.reference.as_slice(), blocks(&state)), (&["3.gz".to_owned(), "2.gz".to_owned()][..], vec![9, 6]));
}

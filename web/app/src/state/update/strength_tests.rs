//! Strengths between closed and open, and skips that fade out.

use super::tests::{page, read, ready};
use super::update;
use crate::state::lane_state::Phase;
use crate::state::readout::{Speed, readout};
use crate::state::shared::Shared;
use crate::state::{Action, Effect, State};
use protocol::{Change, Command, Event, Fade, Folded, FoldedLogits, Lane, Mark, Quantity, Reply, RunSetting, Skip};
use scene::{LaneView, Snapshot};

fn strength(state: &mut State, blocks: Option<std::ops::Range<usize>>, strength: f64) -> Vec<Effect> {
    update(state, Action::Strength { lane: 0, blocks, strength })
}

fn sent(effects: &[Effect]) -> Vec<Change> {
    let change = |effect: &Effect| match effect {
        Effect::Send(_, Command::Change(change)) => Some(*change),
        _ => None,
    };
    effects.iter().filter_map(change).collect()
}

/// A run that has done this number of updates and goes on.
fn running(query: &str, updates: u64) -> State {
    let (mut state, _) = ready(query);
    state.lanes[0].phase = Phase::Running;
    read(&mut state, updates);
    state
}

#[test]
fn a_slider_sets_one_skip_those_of_a_stage_or_all() {
    let mut state = running("", 10);
    assert_eq!(sent(&strength(&mut state, Some(3..4), 0.5)), [Change::Skip { block: Some(3), strength: 0.5 }]);
    assert_eq!(state.lanes[0].spec.skip.to_string(), "layer2.0=0.5");
    let stage: Vec<_> = (0..3).map(|block| Change::Skip { block: Some(block), strength: 0.2 }).collect();
    assert_eq!(sent(&strength(&mut state, Some(0..3), 0.2)), stage);
    assert_eq!(sent(&strength(&mut state, Some(0..9), 0.7)), [Change::Skip { block: None, strength: 0.7 }]);
    assert_eq!((&state.lanes[0].spec.skip, &state.lanes[0].strengths), (&Skip::All(0.7), &vec![0.7; 9]));
}

#[test]
fn skips_fade_out_by_the_steps_and_a_switch_takes_its_block_out() {
    let mut state = running("", 100);
    let fade = Fade { from: 100, to: 300 };
    assert_eq!(sent(&update(&mut state, Action::FadeOut { lane: 0, steps: 200 })), [Change::Fade(Some(fade))]);
    update(&mut state, Action::Marked(0, Mark::of_fade(fade)));
    read(&mut state, 200);
    assert_eq!(state.lanes[0].strengths, [0.5; 9]);
    // The settings say what was set; the steps do the rest.
    assert_eq!((&state.lanes[0].spec.skip, state.lanes[0].spec.fade), (&Skip::All(1.0), Some(fade)));
    let opened = Change::Skip { block: Some(2), strength: 1.0 };
    assert_eq!(sent(&strength(&mut state, Some(2..3), 1.0)), [opened]);
    read(&mut state, 400);
    let mut expected = [0.0; 9];
    expected[2] = 1.0;
    assert_eq!(state.lanes[0].strengths, expected);
    // A faded skip that is opened again is told, though what was set of it is the same.
    assert_eq!(sent(&strength(&mut state, None, 1.0)), [Change::Skip { block: None, strength: 1.0 }]);
    assert_eq!((state.lanes[0].spec.fade, &state.lanes[0].strengths), (None, &vec![1.0; 9]));
}

#[test]
fn a_fade_begins_with_the_step_that_its_source_says() {
    let mut state = running("", 100);
    update(&mut state, Action::FadeOut { lane: 0, steps: 200 });
    let later = Fade { from: 104, to: 300 };
    assert_eq!(update(&mut state, Action::Marked(0, Mark::of_fade(later))), []);
    assert_eq!(state.lanes[0].spec.fade, Some(later));
    assert_eq!(sent(&update(&mut state, Action::Reset)), [], "a run that fades is made again as it was");
    assert_eq!((state.lanes[0].spec.fade, &state.lanes[0].strengths), (Some(later), &vec![1.0; 9]));
    // What is set while the first steps are on their way is in the fade or not by the source's step, not by the page's.
    let mut state = running("fade=110-210", 108);
    strength(&mut state, Some(0..1), 0.5);
    let block = Some("layer1.0".to_owned());
    update(
        &mut state,
        Action::Marked(0, Mark { step: 112, what: RunSetting::Skip, block, from: 1.0, to: 0.5, folded: false }),
    );
    read(&mut state, 160);
    assert_eq!(state.lanes[0].strengths[..2], [0.5, 0.5]);
    read(&mut state, 250);
    assert_eq!(state.lanes[0].strengths[..2], [0.5, 0.0]);
}

#[test]
fn the_form_and_the_link_say_a_fade() {
    let mut state = running("compare=1&fade=50-90", 0);
    assert_eq!((state.lanes[0].spec.fade, state.lanes[1].spec.fade), (Some(Fade { from: 50, to: 90 }), None));
    assert!(state.query().contains("fade=50-90"), "{}", state.query());
    let effects = update(&mut state, Action::Edit(RunSetting::Fade, "60-80".to_owned()));
    assert!(sent(&effects).contains(&Change::Fade(Some(Fade { from: 60, to: 80 }))), "{effects:?}");
    update(&mut state, Action::Edit(RunSetting::Fade, "80-60".to_owned()));
    assert_eq!(state.lanes[0].spec.fade, Some(Fade { from: 60, to: 80 }));
    let said = &state.notices.all()[0].sentence;
    assert!(said.contains("80-60") && said.contains("480-980"), "{said}");
    assert_eq!(sent(&update(&mut state, Action::Edit(RunSetting::Fade, String::new())))[0], Change::Fade(None));
}

#[test]
fn skips_are_folded_where_a_branch_is_one_layer_and_the_link_says_so() {
    let mut state = running("", 30);
    assert_eq!(sent(&update(&mut state, Action::Fold(0))), [], "a branch of two layers");
    let mut state = running("model=mlp5&branch_layers=1", 30);
    assert_eq!(sent(&update(&mut state, Action::Fold(0))), [Change::Fold]);
    assert_eq!(state.lanes[0].strengths, [0.0; 5]);
    let folded = Folded { step: 31, logits: Some(FoldedLogits { difference: 2e-7, largest: 3.0 }) };
    update(&mut state, Action::Heard(0, Reply::Folded(folded)));
    let said = &state.notices.all()[0].sentence;
    assert!(said.contains("step 31") && said.contains("2.00e-07"), "{said}");
    update(&mut state, Action::Heard(0, Reply::Folded(Folded { step: 1031, logits: None })));
    assert!(state.notices.all()[0].sentence.ends_with("closed, from step 1,031 on."), "{:?}", state.notices.all());
}

#[test]
fn skips_that_are_folded_before_the_first_step_are_folded_by_the_link_too() {
    let (mut state, _) = ready("model=mlp5&branch_layers=1");
    assert_eq!(sent(&update(&mut state, Action::Fold(0))), [Change::Fold]);
    let mark = |index: usize| {
        let block = Some(state.lanes[0].plan.blocks[index].name.clone());
        Mark { step: 0, what: RunSetting::Skip, block, from: 1.0, to: 0.0, folded: true }
    };
    let marks: Vec<_> = (0..5).map(mark).collect();
    let mut run = Snapshot::new(state.lanes[0].diagram.clone());
    for mark in marks {
        run.apply(Event::Mark(mark.clone()));
        update(&mut state, Action::Marked(0, mark));
    }
    let lane = LaneView {
        lane: Lane::A,
        snapshot: &run,
        whole: &run,
        strengths: &state.lanes[0].strengths,
        walk: None,
        file: None,
    };
    let readout = readout(&[lane], Vec::new(), Speed::default());
    update(&mut state, Action::Read(Shared::new(readout)));
    assert_eq!((state.lanes[0].strengths.as_slice(), state.begun(0).skip), (&[0.0; 5][..], Skip::All(1.0)));
    assert!(state.query().contains("events=0:skip=fold"), "{}", state.query());
    update(&mut state, Action::Reset);
    assert!(!state.query().contains("fold"), "another run, of the settings in force: {}", state.query());
    // Before there is a run, the one that begins does it.
    let mut state = page("model=mlp5&branch_layers=1");
    update(&mut state, Action::Fold(0));
    assert_eq!((state.lanes[0].spec.events.to_string().as_str(), state.lanes[0].all_open()), ("0:skip=fold", true));
}

#[test]
fn what_a_fade_had_come_to_when_it_was_stopped_is_what_the_source_says() {
    let mut state = running("", 100);
    update(&mut state, Action::FadeOut { lane: 0, steps: 100 });
    update(&mut state, Action::Marked(0, Mark::of_fade(Fade { from: 100, to: 200 })));
    read(&mut state, 150);
    update(&mut state, Action::Edit(RunSetting::Fade, String::new()));
    assert_eq!(state.lanes[0].strengths, [0.5; 9]);
    update(&mut state, Action::Toggle { lane: 0, block: 2 });
    let mark = |state: &State, index: usize, from, to| {
        let block = Some(state.lanes[0].plan.blocks[index].name.clone());
        Mark { step: 153, what: RunSetting::Skip, block, from, to, folded: false }
    };
    for index in 0..9 {
        let mark = mark(&state, index, 1.0, 0.47);
        update(&mut state, Action::Marked(0, mark));
    }
    let mut expected = [0.47; 9];
    expected[2] = 0.0;
    assert_eq!(state.lanes[0].strengths, expected, "the switch was used later");
}

#[test]
fn what_is_shown_is_measured_and_no_longer_once_it_is_not() {
    let mut state = running("", 30);
    let measure = |quantity, on| Change::Measure { quantity, on };
    assert_eq!(sent(&update(&mut state, Action::Plot(Quantity::WeightL2))), [measure(Quantity::WeightL2, true)]);
    assert_eq!(
        sent(&update(&mut state, Action::Plot(Quantity::DeadShare))),
        [measure(Quantity::DeadShare, true), measure(Quantity::WeightL2, false)]
    );
    assert_eq!(sent(&update(&mut state, Action::Plot(Quantity::SkipShare))), [measure(Quantity::DeadShare, false)]);
    assert_eq!(state.lanes[0].spec.quantities, Quantity::of_the_page());
    // A link that shows it measures it from the beginning.
    let (state, _) = ready("plot=mask_pass");
    assert!(state.lanes[0].spec.quantities.contains(&Quantity::MaskPass));
}

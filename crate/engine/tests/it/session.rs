//! A run as a whole: replay, changes on the way, measuring without a trace, ends.
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, batch, data, device, images, loss_bits, run, session, small_spec, steps};
use candle_core::Tensor;
use dataset::{Shards, Source, Split};
use engine::{Advance, Bug, EngineError, Mode, Session, training_joins};
use protocol::{
    Change, EndReason, Evaluation, Event, Fade, Init, Lost, Mark, Model, Norm, Quantity, RunSetting, RunSpec, Skip,
    StepRecord,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn spec_of(norm: Norm, init: Init) -> RunSpec {
    RunSpec { norm, init, ..small_spec() }
}

#[test]
fn a_run_and_its_restart_have_bit_equal_losses() {
    for spec in [spec_of(Norm::None, Init::Pytorch), spec_of(Norm::Bn, Init::He)] {
        let mut first = session(spec.clone());
        let losses = loss_bits(&run(&mut first, 50));
        assert_eq!(losses.len(), 50);
        assert_eq!(loss_bits(&run(&mut first.restart().unwrap(), 50)), losses);
        assert_eq!(loss_bits(&run(&mut session(spec.clone()), 50)), losses);
        assert_ne!(loss_bits(&run(&mut session(RunSpec { seed: 2, ..spec }), 50)), losses);
    }
}

#[test]
fn measuring_changes_nothing() {
    for spec in [spec_of(Norm::None, Init::Pytorch), spec_of(Norm::Bn, Init::He)] {
        let (mut all, mut none) = (session(spec.clone()), session(RunSpec { quantities: vec![], ..spec.clone() }));
        let mut evaluated = session(RunSpec { eval_every: 7, ..spec });
        let losses = loss_bits(&run(&mut none, 50));
        assert_eq!(loss_bits(&run(&mut all, 50)), losses);
        assert_eq!(loss_bits(&run(&mut evaluated, 50)), losses);
        let hash = |session: &Session| session.network().parameters.hash().unwrap();
        assert_eq!(hash(&all), hash(&none));
        assert_eq!(hash(&evaluated), hash(&none));
    }
}

#[test]
fn an_evaluation_says_what_the_network_takes_the_shown_images_for() {
    let mut session = session(RunSpec { eval_every: 5, ..small_spec() });
    run(&mut session, 5);
    session.complete_step().unwrap();
    let events = session.drain_events();
    let [Event::Eval(Evaluation { answers, .. })] = &events[..] else { panic!("{events:?}") };
    let samples = session.data_mut().samples();
    let labels: Vec<_> = samples.images.iter().map(|sample| sample.label).collect();
    assert_eq!(labels, (0..8).collect::<Vec<_>>());
    let mut shown: Vec<_> = samples.images.iter().map(|sample| sample.image).collect();
    shown.sort_unstable();
    assert_eq!(answers.iter().map(|answer| answer.image).collect::<Vec<_>>(), shown);
    // Alone, an image is answered alike: the loss under a label is the logarithm of its probability.
    for answer in answers {
        let batch = batch(&images(DIGITS), Split::Test, &[answer.image]);
        let batch = batch.fit(session.network().plan.input).unwrap();
        let label = Tensor::new(&[answer.class as u32], device()).unwrap();
        let joins = training_joins(&small_spec(), &[1.0; 3], 5);
        let (loss, correct) = session.network().evaluate(&batch.images, &label, &joins, Mode::Eval).unwrap();
        assert!(correct == 1 && ((-loss).exp() - answer.probability).abs() < 1e-5, "{answer:?}: {loss}");
    }
}

#[test]
fn flipping_shortcuts_keeps_the_weights_and_shows_in_the_next_profile() {
    let mut session = session(spec_of(Norm::None, Init::Pytorch));
    run(&mut session, 5);
    let hash = session.network().parameters.hash().unwrap();
    session.change(Change::Skip { block: Some(1), strength: 0.0 }).unwrap();
    assert_eq!(session.network().parameters.hash().unwrap(), hash);
    assert_eq!(session.step(), 5);
    let events = run(&mut session, 1);
    let Event::Mark(mark) = &events[0] else { panic!("{events:?}") };
    assert_eq!((mark.step, mark.what, mark.block.as_deref()), (5, RunSetting::Skip, Some("layer2.0")));
    assert_eq!((mark.from, mark.to), (1.0, 0.0));
    let record = steps(&events)[0];
    let column = record.column(Quantity::SkipGradL2).unwrap();
    assert!(column[0].is_some() && column[1].is_none() && column[2].is_some());
    session.change(Change::Skip { block: None, strength: 0.0 }).unwrap();
    let events = run(&mut session, 1);
    let marks = events.iter().filter(|event| matches!(event, Event::Mark(_))).count();
    assert_eq!(marks, 2, "only the two that were open changed");
    assert!(steps(&events)[0].column(Quantity::BranchRatio).unwrap().iter().all(Option::is_none));
    assert_eq!(session.spec().skip, Skip::All(0.0));
}

/// A session whose first step has come so far.
fn within_first_step(spec: RunSpec, phases: usize) -> Session {
    let mut session = session(spec);
    for _ in 0..phases {
        assert_eq!(session.advance().unwrap(), Advance::Working);
    }
    session
}

/// Each mark as its step and what changed.
fn marks(events: &[Event]) -> Vec<(u64, RunSetting)> {
    events.iter().filter_map(|event| if let Event::Mark(m) = event { Some((m.step, m.what)) } else { None }).collect()
}

#[test]
fn a_step_under_way_begins_again_with_a_shortcut_that_changes() {
    let closed = Change::Skip { block: None, strength: 0.0 };
    let spec = || RunSpec { norm: Norm::Bn, init: Init::He, stochastic_depth: 0.5, eval_every: 2, ..small_spec() };
    let mut before = session(spec());
    before.change(closed).unwrap();
    let expected = run(&mut before, 4);
    let hash = |session: &Session| session.network().parameters.hash().unwrap();
    // From the stem on, forward, back, and to the last phase before the update.
    let all = {
        let mut whole = session(spec());
        (1..).find(|_| whole.advance().unwrap() == Advance::Completed).unwrap()
    };
    for phases in 1..all {
        let mut flipped = within_first_step(spec(), phases);
        flipped.change(closed).unwrap();
        assert_eq!(marks(&flipped.drain_events()), [(0, RunSetting::Skip); 3], "at once");
        let events = run(&mut flipped, 4);
        let said: Vec<_> = expected.iter().filter(|event| !matches!(event, Event::Mark(_))).collect();
        assert_eq!(events.iter().collect::<Vec<_>>(), said, "after {phases} phases");
        assert_eq!(hash(&flipped), hash(&before));
    }
}

#[test]
fn a_step_begins_again_once_and_for_shortcuts_alone() {
    let skip = |strength| Change::Skip { block: Some(1), strength };
    let rate = Change::Set { setting: RunSetting::Lr, value: 0.01 };
    let mut dragged = within_first_step(small_spec(), 3);
    let mut progress = Vec::new();
    for strength in [0.8, 0.6, 0.4] {
        dragged.change(skip(strength)).unwrap();
        dragged.advance().unwrap();
        progress.push(dragged.progress().unwrap().0);
    }
    assert_eq!(progress, [1, 2, 3], "a slider that is dragged does not keep a run from going on");
    let events = run(&mut dragged, 2);
    assert_eq!(marks(&events), [(0, RunSetting::Skip), (1, RunSetting::Skip), (1, RunSetting::Skip)]);

    let expected = loss_bits(&run(&mut session(small_spec()), 1));
    let mut slower = within_first_step(small_spec(), 3);
    slower.change(rate).unwrap();
    slower.change(skip(0.0)).unwrap();
    assert_eq!(loss_bits(&run(&mut slower, 1)), expected);
    assert_eq!(marks(&run(&mut slower, 1)), [(1, RunSetting::Lr), (1, RunSetting::Skip)], "in the order asked for");
    // Where something was changed with the step, or strengths fade, the next one is waited for.
    let mut busy = session(small_spec());
    busy.change(rate).unwrap();
    busy.advance().unwrap();
    busy.change(skip(0.0)).unwrap();
    assert_eq!(marks(&run(&mut busy, 1)), [(0, RunSetting::Lr)]);
    assert_eq!(marks(&run(&mut busy, 1)), [(1, RunSetting::Skip)]);
    let mut faded = within_first_step(RunSpec { fade: Some(Fade { from: 0, to: 4 }), ..small_spec() }, 3);
    faded.change(skip(1.0)).unwrap();
    assert_eq!(marks(&run(&mut faded, 1)), [(0, RunSetting::Fade)]);
    assert_eq!(marks(&run(&mut faded, 1)), [(1, RunSetting::Skip)]);
}

#[test]
fn rate_momentum_and_batch_change_while_running() {
    let mut session = session(small_spec());
    run(&mut session, 2);
    session.change(Change::Set { setting: RunSetting::Lr, value: 0.01 }).unwrap();
    session.change(Change::Set { setting: RunSetting::Momentum, value: 0.5 }).unwrap();
    session.change(Change::Set { setting: RunSetting::Batch, value: 16.0 }).unwrap();
    let events = run(&mut session, 1);
    let kinds: Vec<_> =
        events.iter().filter_map(|e| if let Event::Mark(m) = e { Some(m.what) } else { None }).collect();
    assert_eq!(kinds, [RunSetting::Lr, RunSetting::Momentum, RunSetting::Batch]);
    let record = steps(&events)[0];
    assert_eq!(record.lr, 0.01);
    assert_eq!((record.train_accuracy * 16.0).fract(), 0.0);
    for bad in [
        Change::Set { setting: RunSetting::Lr, value: -1.0 },
        Change::Set { setting: RunSetting::Lr, value: f64::NAN },
        Change::Set { setting: RunSetting::Momentum, value: 1.0 },
        Change::Set { setting: RunSetting::Batch, value: 0.0 },
    ] {
        assert!(matches!(session.change(bad), Err(EngineError::Spec(_))), "{bad:?}");
    }
    let too_strong = session.change(Change::Skip { block: None, strength: 3.0 });
    assert!(matches!(too_strong, Err(EngineError::Spec(_))), "{too_strong:?}");
}

/// Nobody writes the index of a block: the program makes it of a name or a click.
#[test]
fn a_block_that_is_not_there_is_an_internal_error() {
    let mut session = session(small_spec());
    for block in [3, usize::MAX] {
        let found = session.change(Change::Skip { block: Some(block), strength: 1.0 });
        assert!(matches!(found, Err(EngineError::Internal(Bug::NoBlock { blocks: 3, .. }))), "{found:?}");
    }
    assert!(session.change(Change::Skip { block: Some(2), strength: 1.0 }).is_ok());
}

#[test]
fn the_budget_ends_the_run_and_a_larger_one_lets_it_go_on() {
    let mut session = session(RunSpec { steps: 3, eval_every: 2, ..small_spec() });
    while session.advance().unwrap() != Advance::Ended {}
    let events = session.drain_events();
    assert_eq!(events.last(), Some(&Event::End(EndReason::Done)));
    assert_eq!((session.step(), steps(&events).len()), (3, 3));
    let evaluated = |event: &Event| if let Event::Eval(evaluation) = event { Some(evaluation.step) } else { None };
    let evaluations: Vec<_> = events.iter().filter_map(evaluated).collect();
    assert_eq!(evaluations, [2, 3], "after every second update and after the last");
    assert_eq!(session.advance().unwrap(), Advance::Ended);
    assert!(session.drain_events().is_empty());
    session.change(Change::Set { setting: RunSetting::Steps, value: 5.0 }).unwrap();
    run(&mut session, 2);
    assert_eq!(session.step(), 5);
}

#[test]
fn a_loss_that_is_not_finite_names_step_and_block_and_keeps_the_parameters() {
    let model = Model::cifar(20).unwrap();
    let mut session = session(RunSpec { model, lr: 10.0, init: Init::He, ..small_spec() });
    let mut hash = String::new();
    while session.advance().unwrap() != Advance::Ended {
        if session.is_between_steps() {
            hash = session.network().parameters.hash().unwrap();
        }
    }
    let events = session.drain_events();
    let Some(Event::End(EndReason::NonFinite { step, lost: Lost::Loss, block })) = events.last() else {
        panic!("{:?}", events.last())
    };
    assert_eq!(*step, session.step());
    assert!(block.is_some(), "the first block with a non-finite output");
    assert_eq!(session.network().parameters.hash().unwrap(), hash);
    assert!(steps(&events).iter().all(|record| record.loss.is_finite()));
}

#[test]
fn a_run_starts_with_the_first_file_and_is_the_same_run() {
    let mut complete = session(RunSpec { steps: 30, ..small_spec() });
    let expected = loss_bits(&run(&mut complete, 30));
    let manifest = data(DIGITS).manifest().clone();
    let file = |name: &str| DIGITS.1.iter().find(|(file, _)| *file == name).unwrap().1;
    let mut set = Shards::new(manifest.clone()).unwrap();
    set.insert(Split::Train, 0, file(&manifest.train[0].file)).unwrap();
    let mut session = Session::new(RunSpec { steps: 30, ..small_spec() }, set, device().clone()).unwrap();
    while session.complete_step().unwrap() != Advance::NeedsData {}
    let early = session.step();
    assert!(early > 0 && early < 30, "{early} steps from the first file");
    for (index, shard) in manifest.train.iter().enumerate().skip(1) {
        session.data_mut().insert(Split::Train, index, file(&shard.file)).unwrap();
    }
    run(&mut session, 0);
    let mut events = session.drain_events();
    events.extend(run(&mut session, 30 - early));
    let late = loss_bits(&events);
    assert_eq!(late, expected[expected.len() - late.len()..]);
}

#[test]
fn shortcut_and_branch_parts_add_up_to_the_whole() {
    let mut session = session(RunSpec { norm: Norm::Bn, init: Init::He, ..small_spec() });
    session.change(Change::Skip { block: Some(0), strength: 0.5 }).unwrap();
    for record in steps(&run(&mut session, 3)) {
        let column = |quantity| record.column(quantity).unwrap();
        for block in 0..3 {
            let [whole, skip, branch, cosine] =
                [Quantity::GradInL2, Quantity::SkipGradL2, Quantity::BranchGradL2, Quantity::SkipBranchCosine]
                    .map(|quantity| column(quantity)[block].unwrap());
            let sum = (skip * skip + branch * branch + 2.0 * cosine * skip * branch).sqrt();
            assert!((sum / whole - 1.0).abs() < 1e-5, "block {block}: {sum} and {whole}");
        }
        let (into, out) = (column(Quantity::GradInL2), column(Quantity::GradOutL2));
        assert_eq!(into[1..], out[..2]);
        assert_eq!(record.ends.stem_grad_out_l2, into[0]);
        assert_eq!(record.ends.head_grad_in_l2, out[2]);
    }
}

#[test]
fn changes_at_given_steps_make_the_run_that_a_visitor_made() {
    let mut by_hand = session(small_spec());
    let mut events = run(&mut by_hand, 3);
    by_hand.change(Change::Skip { block: None, strength: 0.0 }).unwrap();
    events.extend(run(&mut by_hand, 2));
    by_hand.change(Change::Skip { block: Some(1), strength: 0.5 }).unwrap();
    by_hand.change(Change::Set { setting: RunSetting::Lr, value: 0.01 }).unwrap();
    by_hand.change(Change::Set { setting: RunSetting::Batch, value: 7.0 }).unwrap();
    events.extend(run(&mut by_hand, 3));
    let list = "3:skip=off;5:layer2.0=0.5;5:lr=0.01;5:batch=7".parse().unwrap();
    let mut by_itself = session(RunSpec { events: list, ..small_spec() });
    assert_eq!(run(&mut by_itself, 8), events);
    let again = run(&mut by_itself.restart().unwrap(), 0);
    assert_eq!(again, []);
    let list = "3:layer9.0=0".parse().unwrap();
    assert!(Session::new(RunSpec { events: list, ..small_spec() }, data(DIGITS), device().clone()).is_err());
}

/// The norm that comes over the shortcut of each block at a step.
fn over_the_shortcut(record: &StepRecord) -> Vec<Option<f64>> {
    record.column(Quantity::SkipGradL2).unwrap().to_vec()
}

#[test]
fn strengths_fade_out_as_if_they_were_set_before_each_step() {
    let fade = Fade { from: 2, to: 6 };
    let spec = RunSpec { fade: Some(fade), ..small_spec() };
    let mut faded = session(spec.clone());
    let events = run(&mut faded, 8);
    let marks: Vec<_> =
        events.iter().filter_map(|e| if let Event::Mark(m) = e { Some(m.clone()) } else { None }).collect();
    assert_eq!(marks, [Mark::of_fade(fade)]);
    let mut by_hand = session(small_spec());
    let mut losses = Vec::new();
    for step in 0..8 {
        let strength = fade.left(step);
        by_hand.change(Change::Skip { block: None, strength }).unwrap();
        losses.extend(loss_bits(&run(&mut by_hand, 1)));
    }
    assert_eq!(loss_bits(&events), losses);
    assert_eq!(over_the_shortcut(steps(&events)[6]), [None; 3]);
    // Again, bit for bit: the same run, its restart, and the one in which somebody sets it at that step.
    assert_eq!(loss_bits(&run(&mut faded.restart().unwrap(), 8)), losses);
    let mut live = session(small_spec());
    let mut found = loss_bits(&run(&mut live, 2));
    live.change(Change::Fade(Some(fade))).unwrap();
    found.extend(loss_bits(&run(&mut live, 6)));
    assert_eq!(found, losses);
    let events = "2:fade=2-6".parse().unwrap();
    assert_eq!(loss_bits(&run(&mut session(RunSpec { events, ..small_spec() }), 8)), losses);
}

#[test]
fn a_switch_takes_its_block_out_of_the_fade() {
    let mut faded = session(RunSpec { fade: Some(Fade { from: 1, to: 4 }), ..small_spec() });
    run(&mut faded, 3);
    faded.change(Change::Skip { block: Some(1), strength: 1.0 }).unwrap();
    let events = run(&mut faded, 3);
    let Event::Mark(mark) = &events[0] else { panic!("{events:?}") };
    assert_eq!((mark.step, mark.block.as_deref(), mark.to), (3, Some("layer2.0"), 1.0));
    assert!((mark.from - 1.0 / 3.0).abs() < 1e-12, "it had faded to a third: {}", mark.from);
    let last = over_the_shortcut(steps(&events)[2]);
    assert!(last[0].is_none() && last[1].is_some() && last[2].is_none(), "{last:?}");
    // Taken back, it stays where it has come to.
    let mut stopped = session(RunSpec { fade: Some(Fade { from: 1, to: 5 }), ..small_spec() });
    run(&mut stopped, 3);
    stopped.change(Change::Fade(None)).unwrap();
    assert_eq!((&stopped.spec().skip, stopped.spec().fade), (&Skip::All(0.5), None));
}

#[test]
fn a_network_whose_skips_faded_out_is_evaluated_without_them() {
    let evaluated = |spec: RunSpec| {
        let mut session = session(RunSpec { eval_every: 3, steps: 3, ..spec });
        while session.advance().unwrap() != Advance::Ended {}
        let is_eval = |event: &Event| if let Event::Eval(own) = event { Some(own.loss) } else { None };
        session.drain_events().iter().find_map(is_eval).unwrap()
    };
    let fade = |from, to| RunSpec { fade: Some(Fade { from, to }), ..small_spec() };
    // Until the last update all are open: only the evaluation differs.
    assert_ne!(evaluated(fade(2, 3)), evaluated(small_spec()));
    assert_eq!(evaluated(fade(3, 9)), evaluated(small_spec()));
}

/// A perceptron whose branches are one linear layer each.
fn one_layer() -> RunSpec {
    RunSpec { model: "mlp12".parse().unwrap(), width: 16, branch_layers: 1, ..small_spec() }
}

#[test]
fn skips_folded_into_the_weights_leave_the_function_as_it_was() {
    for (order, activation) in [("post", "relu"), ("sum", "relu"), ("post", "tanh")] {
        let spec = RunSpec { order: order.parse().unwrap(), activation: activation.parse().unwrap(), ..one_layer() };
        let mut session = session(spec);
        run(&mut session, 20);
        session.change(Change::Skip { block: Some(3), strength: 0.5 }).unwrap();
        let hash = session.network().parameters.hash().unwrap();
        session.change(Change::Fold).unwrap();
        let folded = session.take_folded().unwrap();
        let logits = folded.logits.unwrap();
        assert!(folded.step == 20 && logits.largest > 0.1 && logits.relative() < 1e-5, "{folded:?}");
        assert_eq!((session.take_folded(), &session.spec().skip), (None, &Skip::All(0.0)));
        assert_ne!(session.network().parameters.hash().unwrap(), hash);
        let events = run(&mut session, 1);
        let marks: Vec<_> =
            events.iter().filter_map(|e| if let Event::Mark(m) = e { Some((m.to, m.folded)) } else { None }).collect();
        assert_eq!(marks, [vec![(0.5, false)], vec![(0.0, true); 12]].concat());
    }
}

#[test]
fn the_step_after_a_fold_has_the_loss_that_it_would_have_had() {
    let loss = |change: Option<Change>| {
        let mut session = session(one_layer());
        run(&mut session, 20);
        change.into_iter().for_each(|change| session.change(change).unwrap());
        steps(&run(&mut session, 1))[0].loss
    };
    let (kept, folded) = (loss(None), loss(Some(Change::Fold)));
    assert!((kept / folded - 1.0).abs() < 1e-5, "{kept} and {folded}");
    let cut = loss(Some(Change::Skip { block: None, strength: 0.0 }));
    assert!((kept / cut - 1.0).abs() > 0.1, "cut alone it is another function: {kept} and {cut}");
    let by_itself = RunSpec { events: "20:skip=fold".parse().unwrap(), ..one_layer() };
    assert_eq!(steps(&run(&mut session(by_itself), 21))[20].loss, folded);
}

#[test]
fn what_cannot_be_folded_is_refused_and_nothing_changes() {
    let norm = RunSpec { norm: Norm::Bn, init: Init::He, ..one_layer() };
    for spec in [small_spec(), norm, RunSpec { branch_layers: 2, ..one_layer() }] {
        let mut session = session(spec);
        let hash = session.network().parameters.hash().unwrap();
        assert!(matches!(session.change(Change::Fold), Err(EngineError::Spec(_))));
        assert_eq!((session.network().parameters.hash().unwrap(), &session.spec().skip), (hash, &Skip::All(1.0)));
    }
}

#[test]
fn what_is_asked_for_is_measured_with_the_next_step_and_changes_nothing() {
    let spec = RunSpec { quantities: vec![Quantity::GradInL2], eval_every: 0, ..small_spec() };
    let losses = loss_bits(&run(&mut session(spec.clone()), 10));
    let mut asked = session(spec);
    let mut events = run(&mut asked, 3);
    let wanted = [Quantity::DeadShare, Quantity::PathBound, Quantity::AblationAccuracy, Quantity::SweepAccuracy];
    wanted.into_iter().for_each(|quantity| asked.change(Change::Measure { quantity, on: true }).unwrap());
    events.extend(run(&mut asked, 3));
    let record = steps(&events)[3];
    assert!(record.column(Quantity::DeadShare).is_some() && record.measured.vector(Quantity::PathBound).is_some());
    assert!(steps(&events)[4].measured.vector(Quantity::PathBound).is_none(), "on demand only");
    let evaluations: Vec<_> =
        events.iter().filter_map(|e| if let Event::Eval(own) = e { Some(own) } else { None }).collect();
    let [evaluation] = evaluations[..] else { panic!("{evaluations:?}") };
    assert!(evaluation.step == 4 && evaluation.measured.vector(Quantity::SweepAccuracy).is_some());
    assert_eq!(evaluation.measured.column(Quantity::AblationAccuracy).unwrap().len(), 3);
    wanted.into_iter().for_each(|quantity| asked.change(Change::Measure { quantity, on: false }).unwrap());
    events.extend(run(&mut asked, 4));
    assert_eq!((loss_bits(&events), &asked.spec().quantities[..]), (losses, &[Quantity::GradInL2][..]));
}

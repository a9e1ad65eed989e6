//! Quantities in a training run: those of the update and of the held-out images against their twins, when each is
//! measured, and that measuring leaves no trace in the run.

use super::pass::{BlockPass, Pass, Twin};
use super::record;
use crate::data::VisitOrder;
use crate::support::{DIGITS, batch, images, loss_bits, run, session, small_spec, steps};
use crate::{Batch, Join, Mode, Session};
use dataset::Split;
use protocol::{
    Evaluation, Event, Init, Labels, Measured, Merge, Norm, Quantity, RunSpec, SWEEP_STRENGTHS, Schedule, Skip,
};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Momentum and weight decay as PyTorch defines them, in float64.
struct Velocities(BTreeMap<String, Vec<f64>>);

impl Velocities {
    /// ‖Δw‖/‖w‖ of a block's next update.
    fn update(&mut self, block: &BlockPass, pass: &Pass, spec: &RunSpec) -> f64 {
        let (mut moved, mut size) = (Vec::new(), Vec::new());
        for (name, _, weights) in &block.parameters {
            size.extend(weights);
            let Some(gradient) = pass.gradients.get(name) else { continue };
            let first = !self.0.contains_key(name);
            let velocity = self.0.entry(name.clone()).or_insert_with(|| vec![0.0; weights.len()]);
            for ((v, g), w) in velocity.iter_mut().zip(gradient).zip(weights) {
                let direction = g + spec.weight_decay * w;
                *v = if first { direction } else { spec.momentum * *v + direction };
                moved.push(spec.lr * *v);
            }
        }
        record::norm(&moved) / record::norm(&size)
    }
}

fn check_update_ratio(spec: &RunSpec) {
    let (mut session, set) = (session(spec.clone()), images(DIGITS));
    let mut order = VisitOrder::new(&*set.source, spec.seed);
    let strengths = spec.skip.strengths(&session.network().plan).unwrap();
    let joins: Vec<_> = strengths.into_iter().map(Join::at).collect();
    let mut velocities = Velocities(BTreeMap::new());
    for step in 0..4 {
        let batch = batch(&set, Split::Train, &order.next(spec.batch));
        let batch = batch.fit(session.network().plan.input).unwrap();
        let pass = Twin::of(session.network()).pass(&batch, &joins);
        let events = run(&mut session, 1);
        let found = steps(&events)[0].column(Quantity::UpdateRatio).unwrap();
        for (index, block) in pass.blocks.iter().enumerate() {
            let (found, expected) = (found[index].unwrap(), velocities.update(block, &pass, spec));
            let error = (found / expected - 1.0).abs();
            assert!(error < 1e-3, "{} step {step} block {index}: {found} instead of {expected}", spec.model);
        }
    }
}

#[test]
fn the_update_ratio_is_that_of_sgd_written_out() {
    let spec = RunSpec { weight_decay: 1e-2, lr: 0.02, batch: 8, ..small_spec() };
    check_update_ratio(&RunSpec { norm: Norm::Bn, init: Init::He, ..spec.clone() });
    check_update_ratio(&RunSpec { momentum: 0.0, weight_decay: 0.0, ..spec.clone() });
    // A projection behind a closed shortcut has weights, but no gradient and no update.
    let closed = Skip::List(vec![("layer2.0".into(), 0.0)]);
    let model = "resnet18".parse().unwrap();
    check_update_ratio(&RunSpec { model, width: 2, norm: Norm::Bn, init: Init::He, skip: closed, ..spec });
}

/// The one evaluation among events.
fn evaluation(events: Vec<Event>) -> Evaluation {
    let mut found =
        events.into_iter().filter_map(|event| if let Event::Eval(eval) = event { Some(eval) } else { None });
    let first = found.next().unwrap();
    assert!(found.next().is_none());
    first
}

/// A session after some steps and the evaluation that follows, with every quantity of evaluations.
fn evaluated(spec: RunSpec) -> (Session, Evaluation) {
    let mut session = session(RunSpec { eval_every: 3, quantities: Quantity::ALL.to_vec(), ..spec });
    run(&mut session, 3);
    session.complete_step().unwrap();
    let evaluation = evaluation(session.drain_events());
    (session, evaluation)
}

/// All held-out images at once.
fn held_out(session: &Session) -> Batch {
    let set = images(DIGITS);
    let numbers: Vec<_> = (0..set.count(Split::Test)).collect();
    let batch = batch(&set, Split::Test, &numbers);
    batch.fit(session.network().plan.input).unwrap()
}

/// Compares an evaluation with what `(loss, accuracy)` of joins should be.
fn check_evaluation(found: &Evaluation, joins: &[Join], evaluate: impl Fn(&[Join]) -> (f64, f64)) {
    let close = |what: &str, found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-4, "{what}: {found} instead of {expected}");
    };
    let (loss, accuracy) = evaluate(joins);
    close("loss", found.loss, loss);
    close("accuracy", found.accuracy, accuracy);
    let column = |quantity| found.measured.column(quantity).unwrap();
    for index in 0..joins.len() {
        let mut joins = joins.to_vec();
        joins[index] =
            Join { shortcut: if joins[index].shortcut == 0.0 { 1.0 } else { joins[index].shortcut }, branch: 0.0 };
        let without = evaluate(&joins);
        close("ablation", column(Quantity::AblationLoss)[index].unwrap(), without.0 - loss);
        close("ablation", column(Quantity::AblationAccuracy)[index].unwrap(), without.1 - accuracy);
    }
    for (index, factor) in SWEEP_STRENGTHS.iter().enumerate() {
        let joins: Vec<_> = joins.iter().map(|join| Join { shortcut: join.shortcut * factor, ..*join }).collect();
        let scaled = evaluate(&joins);
        close("sweep", found.measured.vector(Quantity::SweepLoss).unwrap()[index], scaled.0);
        close("sweep", found.measured.vector(Quantity::SweepAccuracy).unwrap()[index], scaled.1);
    }
}

#[test]
fn ablation_and_strength_sweep_of_the_held_out_images_equal_the_twins() {
    for merge in [Merge::Add, Merge::Concat] {
        let skip = Skip::List(vec![("layer1.0".into(), 0.5), ("layer3.0".into(), 0.0)]);
        let (session, found) = evaluated(RunSpec { merge, skip, ..small_spec() });
        let (twin, batch) = (Twin::of(session.network()), held_out(&session));
        let joins = [0.5, 1.0, 0.0].map(Join::at);
        check_evaluation(&found, &joins, |joins| twin.evaluate(&batch, joins));
    }
}

/// Every branch takes part, multiplied by its probability 1 − (l/L)(1 − p); a closed block's branch by 1.
#[test]
fn with_stochastic_depth_the_evaluation_weighs_each_branch_with_its_probability() {
    for (last, norm) in [(0.5, Norm::Bn), (0.0, Norm::None)] {
        let skip = Skip::List(vec![("layer2.0".into(), 0.0)]);
        let (session, found) = evaluated(RunSpec { stochastic_depth: last, norm, skip, ..small_spec() });
        let batch = held_out(&session);
        let joins = [
            Join { shortcut: 1.0, branch: 1.0 - (1.0 - last) / 3.0 },
            Join { shortcut: 0.0, branch: 1.0 },
            Join { shortcut: 1.0, branch: last },
        ];
        let count = batch.labels.elem_count() as f64;
        check_evaluation(&found, &joins, |joins| {
            let (loss, correct) = session.network().evaluate(&batch.images, &batch.labels, joins, Mode::Eval).unwrap();
            (loss, correct as f64 / count)
        });
    }
}

fn names(measured: &Measured) -> Vec<Quantity> {
    let columns = measured.columns.iter().map(|column| column.quantity);
    let scalars = measured.scalars.iter().map(|scalar| scalar.quantity);
    let mut names: Vec<_> =
        columns.chain(scalars).chain(measured.vectors.iter().map(|vector| vector.quantity)).collect();
    names.sort_unstable();
    names
}

/// The steps at which each quantity was measured, and the evaluations.
fn measured_at(measure_every: Option<Schedule>) -> (BTreeMap<Quantity, Vec<u64>>, BTreeMap<Quantity, Vec<u64>>) {
    let spec = RunSpec {
        model: "mlp2".parse().unwrap(),
        eval_every: 5,
        quantities: Quantity::ALL.to_vec(),
        measure_every,
        ..small_spec()
    };
    let mut session = session(spec);
    let (mut in_steps, mut in_evaluations) = (BTreeMap::new(), BTreeMap::new());
    for event in run(&mut session, 22) {
        let (place, step, measured): (&mut BTreeMap<_, Vec<_>>, _, _) = match event {
            Event::Step(record) => (&mut in_steps, record.step, record.measured),
            Event::Eval(evaluation) => (&mut in_evaluations, evaluation.step, evaluation.measured),
            other => panic!("{other:?}"),
        };
        for quantity in names(&measured) {
            place.entry(quantity).or_default().push(step);
        }
    }
    (in_steps, in_evaluations)
}

#[test]
fn every_quantity_is_measured_at_just_the_steps_that_are_due() {
    let logarithmic = vec![0, 1, 2, 5, 10, 20];
    for measure_every in [None, Some(Schedule::Every(3)), Some(Schedule::Log)] {
        let (in_steps, in_evaluations) = measured_at(measure_every);
        for quantity in Quantity::ALL {
            let of_evaluations = quantity.schedule() == Schedule::Evaluation;
            let own = match quantity.schedule() {
                Schedule::Every(1) => (0..22).collect(),
                Schedule::Every(10) => vec![0, 10, 20],
                Schedule::Log => logarithmic.clone(),
                Schedule::OnDemand => vec![0],
                other => {
                    assert_eq!(other, Schedule::Evaluation, "{quantity}: write its steps down here");
                    Vec::new()
                }
            };
            let expected = match measure_every {
                _ if of_evaluations => Vec::new(),
                None => own,
                Some(Schedule::Log) => logarithmic.clone(),
                _ => vec![0, 3, 6, 9, 12, 15, 18, 21],
            };
            let found = in_steps.get(quantity).cloned().unwrap_or_default();
            assert_eq!(found, expected, "{quantity} with {measure_every:?}");
            let expected = if of_evaluations { vec![5, 10, 15, 20] } else { Vec::new() };
            let found = in_evaluations.get(quantity).cloned().unwrap_or_default();
            assert_eq!(found, expected, "{quantity} with {measure_every:?}");
        }
    }
}

#[test]
fn analyses_and_evaluations_leave_the_run_untouched_to_the_last_bit() {
    let page = small_spec();
    let bn = RunSpec { norm: Norm::Bn, init: Init::He, ..page.clone() };
    let cases = [
        bn.clone(),
        page.clone(),
        RunSpec { stochastic_depth: 0.5, ..bn.clone() },
        RunSpec { stochastic_depth: 0.5, ..page.clone() },
        RunSpec { labels: Labels::Random, ..bn.clone() },
        RunSpec { labels: Labels::Random, merge: Merge::Concat, ..page },
        RunSpec { init: Init::SkipInit, ..bn },
    ];
    for spec in cases {
        let silent = RunSpec { quantities: Vec::new(), eval_every: 0, ..spec.clone() };
        let loud = RunSpec {
            quantities: Quantity::ALL.to_vec(),
            measure_every: Some(Schedule::Every(1)),
            eval_every: 5,
            ..spec.clone()
        };
        let (mut silent, mut loud) = (session(silent), session(loud));
        let (expected, found) = (run(&mut silent, 20), run(&mut loud, 20));
        assert!(names(&steps(&expected)[7].measured).is_empty());
        assert!(names(&steps(&found)[7].measured).contains(&Quantity::PathBound));
        assert_eq!(loss_bits(&found), loss_bits(&expected), "{spec:?}");
        let hash = |session: &Session| session.network().parameters.hash().unwrap();
        assert_eq!(hash(&loud), hash(&silent), "{spec:?}");
    }
}

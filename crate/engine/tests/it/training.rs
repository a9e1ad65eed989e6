//! What a run trains by: its learning rate over the steps, what decays, smoothed labels, losses that are no numbers.
#![allow(clippy::unwrap_used)]

use crate::support::{run, session, small_spec, steps};
use engine::{Advance, Session};
use protocol::{
    Change, EndReason, Event, Init, LrSchedule, NoDecay, Norm, OnNonfinite, ParameterRole, RunSetting, RunSpec,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn hash(session: &Session) -> String {
    session.network().parameters.hash().unwrap()
}

#[test]
fn the_recorded_learning_rate_is_the_one_that_is_used() {
    // 0.08 · 1/4 is exact.
    let mut warm = session(RunSpec { lr: 0.08, warmup: 4, ..small_spec() });
    let mut plain = session(RunSpec { lr: 0.02, ..small_spec() });
    let (events, same) = (run(&mut warm, 1), run(&mut plain, 1));
    assert_eq!([steps(&events)[0].lr, steps(&same)[0].lr], [0.02, 0.02]);
    assert_eq!(hash(&warm), hash(&plain));
    let rates: Vec<_> = steps(&run(&mut warm, 4)).iter().map(|record| record.lr).collect();
    assert_eq!(rates, [0.04, 0.06, 0.08, 0.08]);
}

/// What is set by hand or by an event is what the schedule goes on from.
#[test]
fn a_change_sets_the_rate_from_which_the_schedule_goes_on() {
    let spec = RunSpec {
        lr: 0.1,
        lr_schedule: "step:2,5*0.5".parse().unwrap(),
        events: "3:lr=0.08".parse().unwrap(),
        ..small_spec()
    };
    let mut session = session(spec);
    let mut events = run(&mut session, 4);
    session.change(Change::Set { setting: RunSetting::Lr, value: 0.04 }).unwrap();
    events.extend(run(&mut session, 2));
    let rates: Vec<_> = steps(&events).iter().map(|record| record.lr).collect();
    assert_eq!(rates, [0.1, 0.1, 0.05, 0.04, 0.02, 0.01]);
    let marks = events.iter().filter_map(|event| if let Event::Mark(mark) = event { Some(mark.to) } else { None });
    assert_eq!(marks.collect::<Vec<_>>(), [0.08, 0.04]);
}

#[test]
fn a_cosine_ends_near_nothing() {
    let mut session = session(RunSpec { lr: 0.1, steps: 20, lr_schedule: LrSchedule::Cosine, ..small_spec() });
    let events = run(&mut session, 20);
    let rates: Vec<_> = steps(&events).iter().map(|record| record.lr).collect();
    assert!(rates[0] == 0.1 && rates.is_sorted_by(|a, b| a > b) && rates[19] > 0.0 && rates[19] < 1e-3, "{rates:?}");
}

#[test]
fn weight_decay_spares_norms_and_biases_where_it_is_asked_to() {
    let spec = |weight_decay, no_decay| RunSpec {
        norm: Norm::Bn,
        init: Init::Pytorch,
        weight_decay,
        no_decay,
        ..small_spec()
    };
    let after_one = |spec: RunSpec| {
        let mut session = session(spec);
        run(&mut session, 1);
        session
    };
    let plain = after_one(spec(0.0, NoDecay::None));
    let spared = after_one(spec(0.1, NoDecay::NormsBiases));
    let decayed = after_one(spec(0.1, NoDecay::None));
    let values = |session: &Session, index: usize| {
        session.network().parameters.tensor(index).flatten_all().unwrap().to_vec1::<f32>().unwrap()
    };
    let (mut weights, mut others) = (0, 0);
    for (index, own) in plain.network().parameters.plan().iter().enumerate() {
        let [plain, spared, decayed] = [&plain, &spared, &decayed].map(|session| values(session, index));
        if matches!(own.role, ParameterRole::ConvWeight | ParameterRole::LinearWeight) {
            weights += 1;
            assert_eq!(spared, decayed, "{}", own.name);
            assert_ne!(spared, plain, "{}", own.name);
        } else {
            others += 1;
            assert_eq!(spared, plain, "{}", own.name);
            // A bias of 0 has nothing to decay.
            assert!(decayed != plain || own.role == ParameterRole::NormBias, "{}", own.name);
        }
    }
    assert!(weights > 5 && others > 10);
}

#[test]
fn labels_are_smoothed_in_the_training_loss_alone() {
    let spec = |label_smoothing| RunSpec { label_smoothing, eval_every: 1, lr: 0.0, ..small_spec() };
    let told = |spec: RunSpec| {
        let mut session = session(spec);
        session.complete_step().unwrap();
        session.complete_step().unwrap();
        session.drain_events()
    };
    let (plain, smoothed) = (told(spec(0.0)), told(spec(0.3)));
    assert_ne!(steps(&plain)[0].loss.to_bits(), steps(&smoothed)[0].loss.to_bits());
    assert_eq!(steps(&plain)[0].train_accuracy, steps(&smoothed)[0].train_accuracy);
    assert!(plain.last() == smoothed.last() && matches!(plain.last(), Some(Event::Eval(_))));
    // And its gradient is the slope of that loss.
    let mut session = session(spec(0.3));
    let found = session.proof().unwrap().unwrap().finish(session.network()).unwrap();
    assert!(found.wrong().is_empty() && found.parts.len() == 5, "{found:?}");
    assert!((found.loss - found.loss_f64).abs() < 1e-4, "{} and {}", found.loss, found.loss_f64);
    assert_eq!(session.complete_step().unwrap(), Advance::Completed);
    assert_eq!(steps(&session.drain_events())[0].loss, found.loss);
}

#[test]
fn a_run_goes_on_past_a_loss_that_is_no_number_where_it_is_asked_to() {
    let spec = RunSpec { lr: 100.0, norm: Norm::None, init: Init::He, steps: 40, ..small_spec() };
    let mut stopped = session(spec.clone());
    while stopped.complete_step().unwrap() != Advance::Ended {}
    let Some(Event::End(EndReason::NonFinite { step, .. })) = stopped.drain_events().pop() else { panic!() };
    let mut session = session(RunSpec { on_nonfinite: OnNonfinite::Continue, ..spec });
    run(&mut session, step);
    let before = hash(&session);
    let events = run(&mut session, 1);
    assert_eq!(hash(&session), before, "no update is made");
    let record = steps(&events)[0];
    assert!(!record.loss.is_finite() && record.measured.columns.is_empty() && record.step == step);
    while session.complete_step().unwrap() != Advance::Ended {}
    let events = session.drain_events();
    assert_eq!(events.last(), Some(&Event::End(EndReason::Done)));
    assert_eq!(session.step(), 40);
}

//! A run that is put down and taken up again goes on to the last bit as if it had not been.
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, data, device, session, small_spec};
use engine::{Advance, EngineError, Saved, Session};
use protocol::{Change, Contents, Event, Norm, Quantity, RunSetting, RunSpec, WeightsProblem};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A run with everything on which its future may depend: batch norm, momentum, images in an order, branches that take
/// turns, a fade, changes at steps, evaluations.
fn spec() -> RunSpec {
    RunSpec {
        norm: Norm::Bn,
        weight_decay: 1e-3,
        stochastic_depth: 0.5,
        fade: Some("20-60".parse().unwrap()),
        events: "10:lr=0.02;30:batch=48;52:layer1.0=0.7;70:skip=0.5;71:momentum=0.5".parse().unwrap(),
        eval_every: 25,
        steps: 90,
        quantities: vec![Quantity::GradInL2, Quantity::UpdateRatio, Quantity::AblationLoss],
        ..small_spec()
    }
}

/// To the end; every event of it.
fn rest(session: &mut Session) -> Vec<Event> {
    while session.complete_step().unwrap() != Advance::Ended {}
    session.drain_events()
}

fn restored(saved: Saved, spec: RunSpec) -> Session {
    Session::restore(saved, spec, data(DIGITS), device().clone()).unwrap()
}

#[test]
fn a_run_that_is_taken_up_again_goes_on_to_the_last_bit() {
    let whole = rest(&mut session(spec()));
    // Between steps, within the fade, past its block's own change, before an evaluation, in a later epoch, at the end.
    for at in [0, 1, 24, 25, 40, 53, 60, 71, 90] {
        let mut first = session(spec());
        while first.step() < at {
            first.complete_step().unwrap();
        }
        let saved = first.save().unwrap().unwrap();
        let mut events = first.drain_events();
        let mut second = restored(saved.clone(), spec());
        assert_eq!(second.save().unwrap().unwrap(), saved, "at {at}");
        events.extend(rest(&mut second));
        assert!(events == whole, "at {at}");
    }
}

#[test]
fn changes_by_hand_are_kept_too() {
    let run = |put_down: bool| {
        let mut run = session(RunSpec { eval_every: 0, steps: 30, ..small_spec() });
        for _ in 0..5 {
            run.complete_step().unwrap();
        }
        run.change(Change::Set { setting: RunSetting::Lr, value: 0.01 }).unwrap();
        run.change(Change::Skip { block: Some(1), strength: 0.25 }).unwrap();
        run.complete_step().unwrap();
        run.advance().unwrap();
        run.change(Change::Set { setting: RunSetting::Batch, value: 7.0 }).unwrap();
        assert_eq!(run.save().unwrap(), None, "within a step");
        while !run.is_between_steps() {
            run.advance().unwrap();
        }
        let mut events = run.drain_events();
        if put_down {
            let spec = RunSpec { eval_every: 0, steps: 30, ..small_spec() };
            run = restored(run.save().unwrap().unwrap(), spec);
        }
        events.extend(rest(&mut run));
        events
    };
    assert!(run(true) == run(false));
}

#[test]
fn files_of_another_network_are_named() {
    let mut other = session(RunSpec { width: 2, ..spec() });
    other.complete_step().unwrap();
    let mut own = session(spec());
    own.complete_step().unwrap();
    let (other, own) = (other.save().unwrap().unwrap(), own.save().unwrap().unwrap());
    let refused = |saved| match Session::restore(saved, spec(), data(DIGITS), device().clone()) {
        Err(EngineError::Weights(problem)) => problem,
        other => panic!("{:?}", other.map(|_| ())),
    };
    let problem = refused(Saved { optimiser: other.optimiser, ..own.clone() });
    assert!(matches!(problem, WeightsProblem::Shape { .. }), "{problem:?}");
    let cut = own.network[..own.network.len() / 2].to_vec();
    assert_eq!(refused(Saved { network: cut, ..own.clone() }), WeightsProblem::Damaged);
    assert_eq!(refused(Saved { optimiser: Vec::new(), ..own }), WeightsProblem::Not(Contents::Empty));
}

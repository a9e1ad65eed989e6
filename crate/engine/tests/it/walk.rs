//! A step that is walked through part by part: the same step, told as it goes.
#![allow(clippy::unwrap_used)]

use crate::support::{loss_bits, run, session, small_spec, steps};
use engine::Session;
use protocol::{ActivationOrder, Change, Event, Init, Norm, Phase, Quantity, RunSpec, Schedule, StepPhase};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Networks whose joins differ: with and without norm, a mask after the join or none.
fn specs() -> [RunSpec; 3] {
    let bn = RunSpec { norm: Norm::Bn, init: Init::He, ..small_spec() };
    let none = RunSpec { norm: Norm::None, init: Init::Pytorch, ..small_spec() };
    [bn.clone(), none, RunSpec { order: ActivationOrder::Pre, ..bn }]
}

/// One step, walked through, with a closed, a half open and an open shortcut; what was said, marks apart.
fn walked(spec: RunSpec) -> Vec<Event> {
    let mut session = session(spec);
    session.change(Change::Skip { block: Some(0), strength: 0.0 }).unwrap();
    session.change(Change::Skip { block: Some(1), strength: 0.5 }).unwrap();
    run(&mut session, 3);
    session.walk(true);
    run(&mut session, 1)
}

fn phases(events: &[Event]) -> Vec<&Phase> {
    events.iter().filter_map(|event| if let Event::Phase(phase) = event { Some(&**phase) } else { None }).collect()
}

#[test]
fn walking_through_steps_changes_no_bit_of_the_run() {
    for spec in specs() {
        let spec = RunSpec { eval_every: 4, ..spec };
        let flip = |session: &mut Session| session.change(Change::Skip { block: Some(1), strength: 0.0 }).unwrap();
        let (mut plain, mut slow) = (session(spec.clone()), session(spec));
        let mut expected = run(&mut plain, 5);
        flip(&mut plain);
        expected.extend(run(&mut plain, 7));
        // Entered and left between steps, and within them.
        let mut events = run(&mut slow, 2);
        slow.walk(true);
        events.extend(run(&mut slow, 2));
        while !slow.is_within_step() {
            slow.advance().unwrap();
        }
        (0..4).for_each(|_| assert!(slow.advance().is_ok()));
        slow.walk(false);
        flip(&mut slow);
        events.extend(run(&mut slow, 3));
        for advances in [3, 9] {
            slow.walk(true);
            (0..advances).for_each(|_| assert!(slow.advance().is_ok()));
            slow.walk(false);
            events.extend(run(&mut slow, 2));
        }
        events.extend(run(&mut slow, 1));
        assert!(phases(&events).len() > 20);
        let losses = loss_bits(&expected);
        assert_eq!((losses.len(), loss_bits(&events)), (12, losses));
        let whole = |events: Vec<Event>| -> Vec<_> {
            events.into_iter().filter(|event| !matches!(event, Event::Phase(_))).collect()
        };
        assert_eq!(whole(events), expected, "records, evaluations and the mark");
        let hash = |session: &Session| session.network().parameters.hash().unwrap();
        assert_eq!(hash(&slow), hash(&plain));
    }
}

#[test]
fn what_is_told_on_the_way_is_what_the_record_holds() {
    for spec in specs() {
        let events = walked(spec);
        let (told, record) = (phases(&events), steps(&events)[0]);
        assert_eq!(told.iter().map(|phase| phase.at).collect::<Vec<_>>(), StepPhase::all(3).collect::<Vec<_>>());
        for phase in &told {
            // As text, in which NaN is NaN and every digit stands.
            assert_eq!(format!("{phase:?}"), format!("{:?}", Phase::of(phase.at, record)));
        }
        assert_eq!(told.last().unwrap().known, *record);
    }
}

#[test]
fn at_each_join_the_parts_that_are_told_add_up_to_the_whole() {
    for spec in specs() {
        for phase in phases(&walked(spec)) {
            let StepPhase::Backward(block) = phase.at else { continue };
            let value = |quantity| phase.known.column(quantity).unwrap()[block];
            let (whole, branch) = (value(Quantity::GradInL2).unwrap(), value(Quantity::BranchGradL2).unwrap());
            let sum = match (value(Quantity::SkipGradL2), value(Quantity::SkipBranchCosine)) {
                (Some(skip), Some(cosine)) => (skip * skip + branch * branch + 2.0 * cosine * skip * branch).sqrt(),
                (None, None) if block == 0 => branch,
                parts => panic!("block {block}: {parts:?}"),
            };
            assert!(whole > 0.0 && (sum / whole - 1.0).abs() < 1e-5, "block {block}: {sum} and {whole}");
        }
    }
}

#[test]
fn a_step_that_is_walked_through_is_measured_whatever_the_schedule() {
    let spec = RunSpec { measure_every: Some(Schedule::Log), ..small_spec() };
    let (mut session, mut plain) = (session(spec.clone()), session(spec));
    run(&mut session, 3);
    session.walk(true);
    let events = run(&mut session, 1);
    let last = phases(&events).into_iter().find(|phase| phase.at == StepPhase::Backward(0)).unwrap();
    assert!(last.known.column(Quantity::GradInL2).is_some_and(|column| column.iter().all(Option::is_some)));
    session.walk(false);
    assert!(steps(&run(&mut session, 1))[0].column(Quantity::GradInL2).is_none(), "the next one is not");
    assert_eq!(loss_bits(&run(&mut session, 3)), loss_bits(&run(&mut plain, 8))[5..]);
}

#[test]
fn a_flip_in_a_step_that_is_walked_through_waits_for_the_next_one() {
    let mut plain = session(small_spec());
    let expected = loss_bits(&run(&mut plain, 1));
    let mut slow = session(small_spec());
    slow.walk(true);
    for _ in 0..7 {
        slow.advance().unwrap();
    }
    slow.change(Change::Skip { block: None, strength: 0.0 }).unwrap();
    let first = run(&mut slow, 1);
    assert_eq!(loss_bits(&first), expected);
    assert!(phases(&first).iter().all(|phase| phase.at == StepPhase::Stem || phase.known.step == 0));
    let Event::Mark(mark) = &run(&mut slow, 1)[0] else { panic!("no mark") };
    assert_eq!(mark.step, 1);
}

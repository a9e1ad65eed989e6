//! The default page's question, answered by measurement on the page's default, the 8×8 digits: with skips the gradient
//! reaches the first block and the network learns; without them, from the same weights, neither. Native only (a minute).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, FASHION_MNIST, Shipped, data, device, run, steps};
use engine::Session;
use protocol::{Data, Event, Quantity, RunSpec, Skip, StepRecord};

const SEEDS: [u64; 3] = [1, 2, 3];

fn session(seed: u64, strength: f64, eval_every: u64) -> Session {
    let spec = RunSpec { seed, skip: Skip::All(strength), eval_every, ..RunSpec::page_default() };
    session_on(DIGITS, spec)
}

fn session_on(shipped: Shipped, spec: RunSpec) -> Session {
    Session::new(spec, data(shipped), device().clone()).unwrap()
}

fn first_over_last(record: &StepRecord) -> f64 {
    let column = record.column(Quantity::GradInL2).unwrap();
    column[0].unwrap() / column[column.len() - 1].unwrap()
}

/// What `of` finds for each seed, on a thread each.
fn of_seeds<T: Send>(of: impl Fn(u64) -> T + Sync) -> Vec<(u64, T)> {
    let of = &of;
    std::thread::scope(|scope| {
        let threads = SEEDS.map(|seed| (seed, scope.spawn(move || of(seed))));
        threads.into_iter().map(|(seed, thread)| (seed, thread.join().unwrap())).collect()
    })
}

#[test]
fn at_step_0_the_gradient_reaches_the_first_block_only_over_the_skips() {
    for (shipped, data) in [(DIGITS, Data::Digits), (FASHION_MNIST, Data::FashionMnist)] {
        for seed in SEEDS {
            let ratio = |strength| {
                let spec = RunSpec { data, seed, skip: Skip::All(strength), eval_every: 0, ..RunSpec::page_default() };
                first_over_last(steps(&run(&mut session_on(shipped, spec), 1))[0])
            };
            let (open, closed) = (ratio(1.0), ratio(0.0));
            assert!((0.2..=0.8).contains(&open), "{data:?}, seed {seed}: {open:.2e} with skips");
            assert!((1e-9..=1e-6).contains(&closed), "{data:?}, seed {seed}: {closed:.2e} without");
        }
    }
}

#[test]
fn with_skips_held_out_accuracy_passes_90_percent_within_250_steps() {
    let best = |seed| {
        let events = run(&mut session(seed, 1.0, 50), 250);
        let accuracy = |event: &Event| if let Event::Eval(evaluation) = event { evaluation.accuracy } else { 0.0 };
        events.iter().map(accuracy).fold(0.0, f64::max)
    };
    for (seed, accuracy) in of_seeds(best) {
        assert!(accuracy >= 0.9, "seed {seed}: {accuracy}");
    }
}

#[test]
fn without_skips_the_loss_stays_at_guessing() {
    let late = |seed| {
        let events = run(&mut session(seed, 0.0, 0), 400);
        let late: Vec<f64> = steps(&events)[300..].iter().map(|record| record.loss).collect();
        late.iter().sum::<f64>() / late.len() as f64
    };
    for (seed, mean) in of_seeds(late) {
        assert!((mean - 10f64.ln()).abs() < 0.02, "seed {seed}: mean loss {mean} of steps 300 to 399");
    }
}

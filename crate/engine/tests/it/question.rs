//! The default page's question, answered by measurement on the shipped Fashion-MNIST images: with skips the gradient
//! reaches the first block and the network learns; without them, from the same weights, neither. Native only (minutes).
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use crate::support::{FASHION_MNIST, data, run, steps};
use candle_core::Device;
use engine::Session;
use protocol::{Event, Quantity, RunSpec, Skip, StepRecord};

const SEEDS: [u64; 3] = [1, 2, 3];

fn session(seed: u64, strength: f64, eval_every: u64) -> Session {
    let spec = RunSpec { seed, skip: Skip::All(strength), eval_every, ..RunSpec::page_default() };
    Session::new(spec, data(FASHION_MNIST), Device::Cpu).unwrap()
}

fn first_over_last(record: &StepRecord) -> f64 {
    let column = record.column(Quantity::GradInL2).unwrap();
    column[0].unwrap() / column[column.len() - 1].unwrap()
}

#[test]
fn at_step_0_the_gradient_reaches_the_first_block_only_over_the_skips() {
    for seed in SEEDS {
        let ratio = |strength| first_over_last(steps(&run(&mut session(seed, strength, 0), 1))[0]);
        let (open, closed) = (ratio(1.0), ratio(0.0));
        assert!((0.2..=0.8).contains(&open), "seed {seed}: {open:.2e} with skips");
        assert!((1e-9..=1e-6).contains(&closed), "seed {seed}: {closed:.2e} without");
    }
}

#[test]
fn with_skips_held_out_accuracy_passes_60_percent_within_400_steps() {
    let best = |seed| {
        let events = run(&mut session(seed, 1.0, 100), 401);
        let accuracy = |event: &Event| if let Event::Eval(evaluation) = event { evaluation.accuracy } else { 0.0 };
        events.iter().map(accuracy).fold(0.0, f64::max)
    };
    let mut accuracies: Vec<f64> = std::thread::scope(|scope| {
        let threads = SEEDS.map(|seed| scope.spawn(move || best(seed)));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    accuracies.sort_by(f64::total_cmp);
    assert!(accuracies[1] >= 0.6, "median of {accuracies:?}");
}

#[test]
fn without_skips_the_loss_stays_at_guessing() {
    let events = run(&mut session(1, 0.0, 0), 400);
    let late: Vec<f64> = steps(&events)[300..].iter().map(|record| record.loss).collect();
    let mean = late.iter().sum::<f64>() / late.len() as f64;
    assert!((mean - 10f64.ln()).abs() < 0.02, "mean loss {mean} of steps 300 to 399");
}

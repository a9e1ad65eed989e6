//! Runs for the tests, with gradients as those of the page's default: residual flat, plain falling to 5e-8 of it.

use crate::{LaneView, Snapshot};
use protocol::{
    BlockKind, Column, Data, Diagram, DiagramBlock, Ends, Event, Lane, Mark, Measured, Model, Phase, Plan, Quantity,
    RunSetting, RunSpec, Scalar, ShortcutKind, Skip, StepPhase, StepRecord,
};

/// The page's default network of that depth, on Fashion-MNIST.
pub fn spec(depth: usize) -> RunSpec {
    RunSpec { model: Model::cifar(depth).unwrap(), data: Data::FashionMnist, ..RunSpec::page_default() }
}

/// Its network.
pub fn plan(depth: usize) -> Plan {
    Plan::new(spec(depth).model_spec()).unwrap()
}

/// A network of any number of blocks: a deeper one, cut off.
pub fn diagram_of(blocks: usize) -> Diagram {
    let depth = 2 * blocks.next_multiple_of(3) + 2;
    let mut plan = plan(if depth == 50 { 56 } else { depth });
    plan.blocks.truncate(blocks);
    Diagram::new(&plan, Some(spec(20)))
}

/// A run of that depth before its first event, all shortcuts at that strength.
pub fn snapshot(depth: usize, strength: f64) -> Snapshot {
    Snapshot::new(Diagram::new(&plan(depth), Some(RunSpec { skip: Skip::All(strength), ..spec(depth) })))
}

/// Both lanes, with the switches as in the runs.
pub fn lanes<'a>(a: &'a Snapshot, b: &'a Snapshot) -> [LaneView<'a>; 2] {
    let view = |lane, snapshot: &'a Snapshot| LaneView {
        lane,
        snapshot,
        whole: snapshot,
        strengths: snapshot.strengths(),
        walk: None,
        file: None,
    };
    [view(Lane::A, a), view(Lane::B, b)]
}

/// A step with these gradients entering the blocks; the last value arrives at the last block's output.
pub fn step(step: u64, loss: f64, joins: &[f64], open: bool) -> Event {
    let blocks = joins.len() - 1;
    let column =
        |quantity, value: &dyn Fn(usize) -> Option<f64>| Column { quantity, values: (0..blocks).map(value).collect() };
    let columns = vec![
        column(Quantity::GradInL2, &|i| Some(joins[i])),
        column(Quantity::GradOutL2, &|i| Some(joins[i + 1])),
        column(Quantity::BranchGradL2, &|i| Some(if open { joins[i] * 0.1 } else { joins[i] })),
        column(Quantity::SkipGradL2, &|i| open.then_some(joins[i] * 0.97)),
    ];
    let shortcut = |index: usize| open.then_some(joins[index] * 0.97);
    let branch = |index: usize| if open { joins[index] * 0.1 } else { joins[index] };
    let used = (0..blocks).map(|index| measure::branch_energy_share(branch(index), shortcut(index))).sum();
    let scalars = vec![Scalar { quantity: Quantity::EffectiveDepthClosed, value: Some(used) }];
    let measured = Measured { columns, scalars, ..Measured::default() };
    let ends = Ends { head_grad_in_l2: Some(joins[blocks]), stem_grad_out_l2: Some(joins[0]), ..Ends::default() };
    Event::Step(StepRecord { step, loss, train_accuracy: 0.1, lr: 0.05, measured, ends })
}

/// What is known of the latest step of a run after this part of it: its signal grows by a tenth from block to block.
pub fn walked(run: &Snapshot, at: StepPhase) -> Phase {
    let mut record = run.measured().unwrap().clone();
    let values = (0..run.diagram.blocks.len()).map(|block| Some(0.5 * 1.1f64.powi(block as i32))).collect();
    record.measured.columns.push(Column { quantity: Quantity::ActivationRms, values });
    Phase::of(at, &record)
}

/// The gradients of the default's plain twin: from `last` down to `last * factor` at block 1.
pub fn falling(blocks: usize, last: f64, factor: f64) -> Vec<f64> {
    let part = |i: usize| (blocks - i.min(blocks)) as f64 / blocks.max(1) as f64;
    (0..=blocks).map(|i| last * factor.powf(part(i))).collect()
}

/// A run of 60 steps of each lane.
pub fn trained() -> (Snapshot, Snapshot) {
    let (mut a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
    for i in 0..60 {
        let loss = 2.302 - 0.015 * i as f64 + 0.1 * ((i * 7919) % 13) as f64 / 13.0;
        a.apply(step(i, loss, &falling(9, 0.036, 0.9), true));
        b.apply(step(i, 2.303, &falling(9, 2e-3, 1e-7), false));
    }
    (a, b)
}

/// Some steps of a run from elsewhere, of which only names, kinds and stages of its six blocks are known.
pub fn foreign(kind: BlockKind) -> Snapshot {
    let shortcut = if kind == BlockKind::Conv { ShortcutKind::None } else { ShortcutKind::Identity };
    let block = |index: usize| (1 + index / 2, DiagramBlock::named(format!("blocks.{index}"), kind, shortcut));
    let mut run = Snapshot::new(Diagram::foreign((0..6).map(block), Quantity::PROFILE.to_vec()));
    for i in 0..3 {
        run.apply(step(i, 2.3, &falling(6, 0.036, 0.9), kind != BlockKind::Conv));
    }
    let block = Some("blocks.3".to_owned());
    run.apply(Event::Mark(Mark { step: 3, what: RunSetting::Lr, block, from: 0.1, to: 0.01, folded: false }));
    run
}

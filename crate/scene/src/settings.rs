//! The line that states every setting in force, and the names that runs have from their settings.

use crate::LaneView;
use crate::format::{setting, thousands};
use crate::words::Text;
use crate::words::english::{self, Settings, SkipState};
use protocol::{Model, Plan, RunSpec};

/// All settings in force, on one line; `strengths` are those of the shortcuts, a block each.
pub fn settings_line(spec: &RunSpec, plan: &Plan, strengths: &[f64]) -> String {
    let Model::Cifar { depth } = spec.model;
    english::settings(&Settings {
        depth,
        width: spec.width,
        data: spec.data.title(),
        norm: english::norm(spec.norm),
        init: english::init(spec.init),
        lr: setting(spec.lr),
        momentum: setting(spec.momentum),
        weight_decay: setting(spec.weight_decay),
        batch: spec.batch,
        seed: spec.seed,
        skips: english::skip_runs(&runs(strengths)),
        parameters: thousands(plan.parameter_count as u64),
    })
}

/// What two compared runs share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The network has the same shape and starts from the same numbers.
    pub same_parameters: bool,
    /// Each step sees the same images.
    pub same_batches: bool,
    /// One sentence: that it is so, or what differs.
    pub words: String,
}

/// What these two runs share.
pub fn ground(a: &RunSpec, b: &RunSpec) -> Ground {
    let (data, seed) = (a.data == b.data, a.seed == b.seed);
    let (model, batch) = (a.model == b.model, a.batch == b.batch);
    let (width, norm, init) = (a.width == b.width, a.norm == b.norm, a.init == b.init);
    let named = [
        (model, Text::Depth),
        (width, Text::Width),
        (norm, Text::Norm),
        (init, Text::Init),
        (data, Text::Data),
        (batch, Text::Batch),
        (seed, Text::Seed),
    ];
    let differing: Vec<_> = named.iter().filter(|(same, _)| !same).map(|(_, text)| text.words()).collect();
    let (same_parameters, same_batches) = (model && width && norm && init && data && seed, data && seed && batch);
    Ground { same_parameters, same_batches, words: english::ground(&differing, same_parameters, same_batches) }
}

/// Runs of neighbouring blocks with the same strength: first and last number, strength.
fn runs(strengths: &[f64]) -> Vec<(usize, usize, f64)> {
    let mut runs: Vec<(usize, usize, f64)> = Vec::new();
    for (index, strength) in strengths.iter().enumerate() {
        match runs.last_mut() {
            Some((_, last, same)) if same == strength => *last = index + 1,
            _ => runs.push((index + 1, index + 1, *strength)),
        }
    }
    runs
}

/// How these shortcuts stand.
fn skip_state(strengths: &[f64]) -> SkipState {
    let open = strengths.iter().filter(|a| **a != 0.0).count();
    let of = strengths.len();
    match strengths.first() {
        Some(1.0) if runs(strengths).len() == 1 => SkipState::Open,
        None | Some(0.0) if open == 0 => SkipState::Closed,
        Some(same) if runs(strengths).len() == 1 => SkipState::At(setting(*same)),
        _ if open < of => SkipState::Some { open, of },
        _ => SkipState::Mixed,
    }
}

/// The name of one of the runs, from what tells it from the other: its shortcuts, else the first other setting that
/// differs. `strengths` says of which moment the shortcuts are.
pub fn lane_name<'a>(
    lanes: &[LaneView<'a>],
    index: usize,
    short: bool,
    strengths: fn(&LaneView<'a>) -> &'a [f64],
) -> String {
    let skips = |lane: &LaneView<'a>| {
        let state = skip_state(strengths(lane));
        if short { english::skips_short(&state) } else { english::skips(&state) }
    };
    let own = skips(&lanes[index]);
    let others: Vec<_> = lanes.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, lane)| lane).collect();
    if others.iter().all(|other| skips(other) != own) {
        return own;
    }
    let differs = |what: fn(&RunSpec) -> String| {
        let mine = what(&lanes[index].snapshot.spec);
        others.iter().any(|other| what(&other.snapshot.spec) != mine).then_some(mine)
    };
    DISTINCTIONS.iter().find_map(|what| differs(*what)).unwrap_or(own)
}

/// What may tell two runs with equal shortcuts apart, the most telling first.
const DISTINCTIONS: [fn(&RunSpec) -> String; 8] = [
    |spec| english::norm(spec.norm).to_owned(),
    |spec| english::init(spec.init).to_owned(),
    |spec| format!("ResNet-{}", spec.model.depth()),
    |spec| english::width(spec.width),
    |spec| spec.data.title().to_owned(),
    |spec| english::lr_mark(&setting(spec.lr)),
    |spec| english::momentum_mark(&setting(spec.momentum)),
    |spec| english::seed(spec.seed),
];

/// The shortcuts as the switches show them.
pub fn switched<'a>(lane: &LaneView<'a>) -> &'a [f64] {
    lane.strengths
}

/// The shortcuts under which the latest step was measured.
pub fn measured<'a>(lane: &LaneView<'a>) -> &'a [f64] {
    lane.snapshot.measured_strengths()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lanes, plan, snapshot, spec};
    use protocol::Norm;

    #[test]
    fn the_line_states_everything() {
        let expected = "ResNet-20 width 8 · Fashion-MNIST 28×28 · no norm · PyTorch init · SGD lr 0.05, momentum 0.9, \
                        weight decay 0 · batch 32 · seed 1 · skips on · 67,218 parameters";
        assert_eq!(settings_line(&spec(20), &plan(20), &[1.0; 9]), expected);
    }

    #[test]
    fn mixed_shortcuts_are_all_stated() {
        let line = |strengths: &[f64]| settings_line(&spec(20), &plan(20), strengths);
        assert!(line(&[0.0; 9]).contains("· skips off ·"));
        assert!(line(&[0.5; 9]).contains("· skips 0.5 ·"));
        let mixed = [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.25, 0.25, 0.0];
        assert!(line(&mixed).contains("· skips on in blocks 1–3, off in 4, on in 5–6, 0.25 in 7–8, off in 9 ·"));
    }

    #[test]
    fn what_two_runs_do_not_share_is_named() {
        let a = spec(20);
        let said = |change: fn(&mut RunSpec)| {
            let mut b = a.clone();
            change(&mut b);
            ground(&a, &b).words
        };
        let same = Text::SameSeedSameBatches.words();
        assert_eq!(said(|b| (b.lr, b.steps) = (0.1, 5)), same);
        assert_eq!(said(|b| b.seed = 7), "Different seed: other initial parameters, other batches.");
        assert_eq!(said(|b| b.batch = 7), "Different batch: same initial parameters, other batches.");
        let words = said(|b| (b.width, b.norm) = (3, Norm::Bn));
        assert_eq!(words, "Different width and normalisation: other initial parameters, same batches.");
    }

    #[test]
    fn runs_are_named_by_what_differs() {
        let (a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        let name = |a: &crate::Snapshot, b: &crate::Snapshot, index| lane_name(&lanes(a, b), index, false, measured);
        assert_eq!([name(&a, &b, 0), name(&a, &b, 1)], ["skips open", "skips closed"]);
        b = snapshot(20, 1.0);
        b.spec.norm = Norm::Bn;
        assert_eq!([name(&a, &b, 0), name(&a, &b, 1)], ["no norm", "batch norm"]);
        assert_eq!(name(&a, &a, 1), "skips open");
        let half = snapshot(20, 0.5);
        assert_eq!(lane_name(&lanes(&half, &a), 0, true, measured), "at 0.5");
    }
}

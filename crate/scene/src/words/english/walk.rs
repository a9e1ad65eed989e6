//! Slow motion, in English: what each part of a step shows, with its numbers.

use super::step_part;
use protocol::{Phase, Place, Quantity, StepPhase};

/// A piece of what is said of a part of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Words.
    Words(&'static str),
    /// A value of the step's record, and the name of its quantity.
    Value(&'static str, f64),
}

/// Which part of a step it is.
pub fn walk_part(at: StepPhase, blocks: usize) -> String {
    match at {
        StepPhase::Stem => step_part(0, blocks),
        StepPhase::Forward(index) => step_part(1 + index, blocks),
        StepPhase::Loss => "loss".to_owned(),
        StepPhase::Backward(index) => step_part(2 * blocks + 1 - index, blocks),
        StepPhase::StemBack => step_part(2 * blocks + 2, blocks),
        StepPhase::Update => "update".to_owned(),
    }
}

/// Where slow motion stands: the step and its part.
pub fn walk_title(step: u64, part: &str) -> String {
    format!("Step {} · {part}", crate::thousands(step))
}

/// Beside that: something was changed since the step began.
pub fn walk_changed(step: u64) -> String {
    format!("your change holds from step {} on", crate::thousands(step + 1))
}

/// How many parts of a step pass by themselves.
pub fn walk_pace(pace: f64) -> String {
    format!("{pace} a second")
}

/// Before the first part.
pub fn walk_begins(step: u64) -> String {
    format!("Slow motion: step {} comes next, part by part", crate::thousands(step))
}

/// What a part of a step shows of one run; `short` where there is little room.
pub fn walk_said(phase: &Phase, short: bool) -> Vec<Said> {
    use Said::{Value, Words};
    let value = |quantity, place| {
        let found = crate::value(&phase.known, quantity, place)?;
        Some(Value(quantity.name(), found))
    };
    let said = match phase.at {
        StepPhase::Stem => vec![Words("the stem makes a signal of the images")],
        StepPhase::Forward(index) => forward(&|quantity| value(quantity, Place::Block(index)), short),
        StepPhase::Loss => {
            let sets_out = value(Quantity::GradInL2, Place::Head);
            let gradient =
                sets_out.into_iter().flat_map(|own| [Words("· its gradient"), own, Words("sets out from the head")]);
            [Words("the loss is"), Value("loss", phase.known.loss)].into_iter().chain(gradient).collect()
        }
        StepPhase::Backward(index) => backward(&|quantity| value(quantity, Place::Block(index)), short),
        StepPhase::StemBack => {
            let arrives = value(Quantity::GradOutL2, Place::Stem);
            let weights = value(Quantity::WeightGradL2, Place::Stem);
            let weights = weights.into_iter().flat_map(|own| [Words("· its weights get"), own]);
            arrives.into_iter().flat_map(|own| [own, Words("arrives at the stem")]).chain(weights).collect()
        }
        StepPhase::Update if !phase.known.loss.is_finite() => vec![Words("no weight moves: the loss is not finite")],
        StepPhase::Update => {
            vec![Words("the weights take their step, at learning rate"), Value("lr", phase.known.lr)]
        }
    };
    if said.is_empty() { vec![Words("not measured at this step")] } else { said }
}

/// What a block makes of the signal.
fn forward(at: &dyn Fn(Quantity) -> Option<Said>, short: bool) -> Vec<Said> {
    use Said::Words;
    let signal = at(Quantity::ActivationRms).into_iter().flat_map(|own| [Words("signal out"), own]);
    let branch = match (at(Quantity::BranchRatio), at(Quantity::BranchRms)) {
        (Some(ratio), _) => {
            vec![Words("· branch"), ratio, Words(if short { "× skip" } else { "× what the skip brings" })]
        }
        (None, Some(own)) => {
            vec![Words("· branch"), own, Words(if short { "alone" } else { "alone: nothing comes over a skip" })]
        }
        (None, None) => Vec::new(),
    };
    signal.chain(branch).collect()
}

/// How a block's gradient comes together.
fn backward(at: &dyn Fn(Quantity) -> Option<Said>, short: bool) -> Vec<Said> {
    use Said::Words;
    let Some(whole) = at(Quantity::GradInL2) else { return Vec::new() };
    let arrives = at(Quantity::GradOutL2);
    let arrives = arrives.into_iter().flat_map(|own| [own, Words(if short { "in ·" } else { "arrives ·" })]);
    let cosine = at(Quantity::SkipBranchCosine);
    let parts = match (at(Quantity::SkipGradL2), at(Quantity::BranchGradL2), short) {
        (Some(skip), Some(branch), true) => vec![Words("skip"), skip, Words("+ branch"), branch],
        (Some(skip), Some(branch), false) => vec![skip, Words("over the skip +"), branch, Words("through the branch")],
        (None, Some(branch), true) => vec![Words("no skip · branch"), branch],
        (None, Some(branch), false) => vec![Words("no skip:"), branch, Words("through the branch")],
        // Stochastic depth.
        (Some(skip), None, _) => vec![Words("the branch is left out: skip"), skip],
        (None, None, _) => vec![Words("its parts are not known")],
    };
    let cosine = cosine.into_iter().flat_map(|own| [Words(if short { "cos" } else { "at cosine" }), own]);
    let passed = [Words("="), whole].into_iter().chain((!short).then_some(Words("passed on")));
    arrives.chain(parts).chain(cosine).chain(passed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number;
    use crate::testing::{falling, snapshot, step, walked};

    /// What is said, as one line.
    fn line(at: StepPhase, open: bool, short: bool) -> String {
        let mut run = snapshot(20, 1.0);
        run.apply(step(7, 2.3, &falling(9, 0.5, 0.1), open));
        let piece = |said: Said| match said {
            Said::Words(words) => words.to_owned(),
            Said::Value(_, value) => number(value),
        };
        let said = walk_said(&walked(&run, at), short);
        said.into_iter().map(piece).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_part_says_its_numbers() {
        let said = [
            (StepPhase::Forward(2), "signal out 0.605"),
            (StepPhase::Loss, "the loss is 2.30 · its gradient 0.500 sets out from the head"),
            (
                StepPhase::Backward(8),
                "0.500 arrives · 0.376 over the skip + 0.0387 through the branch = 0.387 passed on",
            ),
            (StepPhase::StemBack, "0.0500 arrives at the stem"),
            (StepPhase::Update, "the weights take their step, at learning rate 0.0500"),
        ];
        for (at, words) in said {
            assert_eq!(line(at, true, false), words);
        }
        let closed = "0.500 arrives · no skip: 0.387 through the branch = 0.387 passed on";
        assert_eq!(line(StepPhase::Backward(8), false, false), closed);
        assert_eq!(line(StepPhase::Backward(8), true, true), "0.500 in · skip 0.376 + branch 0.0387 = 0.387");
    }

    #[test]
    fn a_step_without_a_finite_loss_moves_no_weight() {
        let mut run = snapshot(20, 1.0);
        run.apply(step(7, f64::NAN, &falling(9, 0.5, 0.1), true));
        let said = walk_said(&walked(&run, StepPhase::Update), false);
        assert!(matches!(said[..], [Said::Words("no weight moves: the loss is not finite")]));
    }

    #[test]
    fn the_parts_have_the_names_of_a_long_step_s() {
        let parts: Vec<_> = StepPhase::all(2).map(|at| walk_part(at, 2)).collect();
        let back = ["loss", "block 2 of 2, backward", "block 1 of 2, backward", "stem, backward", "update"];
        assert_eq!(parts[..3], ["stem, forward", "block 1 of 2, forward", "block 2 of 2, forward"]);
        assert_eq!(parts[3..], back);
    }
}

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

/// What a part of a step shows of one run.
pub fn walk_said(phase: &Phase) -> Vec<Said> {
    use Said::{Value, Words};
    let value = |quantity: Quantity, place: Place| {
        crate::value(&phase.known, quantity, place).map(|value| Value(quantity.name(), value))
    };
    let unmeasured = || vec![Words("not measured at this step")];
    match phase.at {
        StepPhase::Stem => vec![Words("the stem makes a signal of the images")],
        StepPhase::Forward(index) => {
            let at = |quantity| value(quantity, Place::Block(index));
            let mut said = match (at(Quantity::ActivationRms), at(Quantity::BranchRms)) {
                (Some(signal), _) => vec![Words("signal out"), signal],
                (None, Some(_)) => Vec::new(),
                (None, None) => return unmeasured(),
            };
            let joint = if said.is_empty() { "" } else { "·" };
            match at(Quantity::BranchRatio) {
                Some(ratio) => {
                    said.extend([Words(joint), Words("the branch is"), ratio, Words("× what the skip brings")])
                }
                None => said.extend(at(Quantity::BranchRms).into_iter().flat_map(|own| {
                    [Words(joint), Words("the branch brings"), own, Words("and nothing comes over a skip")]
                })),
            }
            said.retain(|piece| *piece != Words(""));
            said
        }
        StepPhase::Loss => {
            let mut said = vec![Words("the loss is"), Value("loss", phase.known.loss)];
            if let Some(arrives) = value(Quantity::GradInL2, Place::Head) {
                said.extend([Words("· its gradient"), arrives, Words("sets out from the head")]);
            }
            said
        }
        StepPhase::Backward(index) => {
            let at = |quantity| value(quantity, Place::Block(index));
            let (Some(whole), Some(branch)) = (at(Quantity::GradInL2), at(Quantity::BranchGradL2)) else {
                return unmeasured();
            };
            let mut said: Vec<_> =
                at(Quantity::GradOutL2).into_iter().flat_map(|own| [own, Words("arrives ·")]).collect();
            match at(Quantity::SkipGradL2) {
                Some(skip) => {
                    said.extend([skip, Words("over the skip +"), branch, Words("through the branch")]);
                    said.extend(at(Quantity::SkipBranchCosine).into_iter().flat_map(|own| [Words("at cosine"), own]));
                }
                None => said.extend([Words("no skip:"), branch, Words("through the branch")]),
            }
            said.extend([Words("="), whole, Words("passed on")]);
            said
        }
        StepPhase::StemBack => match value(Quantity::GradOutL2, Place::Stem) {
            Some(arrives) => {
                let weights = value(Quantity::WeightGradL2, Place::Stem);
                let weights = weights.into_iter().flat_map(|own| [Words("· its weights get"), own]);
                [arrives, Words("arrives at the stem")].into_iter().chain(weights).collect()
            }
            None => unmeasured(),
        },
        StepPhase::Update => {
            vec![Words("every weight moves against its gradient, at learning rate"), Value("lr", phase.known.lr)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number;
    use crate::testing::{falling, snapshot, step, walked};

    /// What is said, as one line.
    fn line(at: StepPhase, open: bool) -> String {
        let mut run = snapshot(20, 1.0);
        run.apply(step(7, 2.3, &falling(9, 0.5, 0.1), open));
        let piece = |said: Said| match said {
            Said::Words(words) => words.to_owned(),
            Said::Value(_, value) => number(value),
        };
        let said = walk_said(&walked(&run, at));
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
            (StepPhase::Update, "every weight moves against its gradient, at learning rate 0.0500"),
        ];
        for (at, words) in said {
            assert_eq!(line(at, true), words);
        }
        let closed = "0.500 arrives · no skip: 0.387 through the branch = 0.387 passed on";
        assert_eq!(line(StepPhase::Backward(8), false), closed);
    }

    #[test]
    fn the_parts_have_the_names_of_a_long_step_s() {
        let parts: Vec<_> = StepPhase::all(2).map(|at| walk_part(at, 2)).collect();
        let back = ["loss", "block 2 of 2, backward", "block 1 of 2, backward", "stem, backward", "update"];
        assert_eq!(parts[..3], ["stem, forward", "block 1 of 2, forward", "block 2 of 2, forward"]);
        assert_eq!(parts[3..], back);
    }
}

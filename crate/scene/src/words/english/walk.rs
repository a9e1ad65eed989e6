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
            let mut said = vec![Value("loss", phase.known.loss)];
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

//! Sentences for what surprises, in English. Each says what is seen, with its numbers, and why.

use super::{block, capital, setting_words};
use crate::change::Change;
use crate::format::{setting, thousands};

/// Why no block gets any gradient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeathCause {
    /// Silent branches and closed skip connections.
    Silent,
    /// It never had any.
    Born,
    /// It had some before.
    Trained {
        /// The first step without any.
        step: Option<u64>,
        /// The first block that puts out 0 for every image.
        block: Option<usize>,
    },
    /// It had some before a change, said by [`after_change`].
    Changed(String),
}

/// What is the matter with a run.
pub fn what_is(run: &str, what: &str) -> String {
    format!("{}: {what}.", capital(run))
}

/// What was the matter with a run before it became what it is now.
pub fn what_was(run: &str, what: &str) -> String {
    format!("{}. {}.", capital(what), capital(run))
}

/// No block gets any gradient.
pub fn dead_network(cause: &DeathCause) -> String {
    let why = match cause {
        DeathCause::Silent => {
            "each branch begins silent (its last batch norm has gamma 0) and the skip connections are closed, so that \
             nothing comes through; with open ones it trains"
        }
        DeathCause::Born => "from the first step on some layer passes on nothing, and no step changes that",
        DeathCause::Trained { step, block: first } => {
            let since = step.map(|step| format!(" since step {}", thousands(step))).unwrap_or_default();
            let place = first.map_or_else(|| "some layer".to_owned(), block);
            &format!(
                "the network is dead{since}: {place} puts out 0 for every image, and no step changes that; a new run with \
                 a smaller learning rate helps"
            )
        }
        DeathCause::Changed(after) => &format!("so it is {after}"),
    };
    format!("no gradient comes back at all: {why}")
}

/// The loss is not finite since this step; `jumped` is from what to what it jumped before, and at which step, `after` what was
/// changed shortly before, by [`after_change`].
pub fn lost_loss(since: &str, jumped: Option<[&str; 3]>, after: Option<&str>) -> String {
    let seen = match jumped {
        Some([from, to, step]) => {
            format!("jumped from {from} to {to} at step {step}, and is not finite since step {since}")
        }
        None => format!("is not finite since step {since}"),
    };
    format!("the loss {seen}{}", too_large(after))
}

/// No loss was ever finite.
pub fn never_finite() -> &'static str {
    "the loss is not finite from the first step on, before anything was learnt: images, labels or first weights hold a \
     number that is not, or too large a one"
}

/// Why a loss became larger.
fn too_large(after: Option<&str>) -> String {
    let usual = || ": a step was too large, which is rarer at a smaller learning rate".to_owned();
    after.map_or_else(usual, |after| format!(", {after}"))
}

/// The loss jumped; `after` is what was changed shortly before, by [`after_change`].
pub fn jump_of_the_loss(from: &str, to: &str, step: &str, after: Option<&str>) -> String {
    let why = too_large(after);
    format!("the loss jumped from {from} (smoothed) to {to} at step {step}{why}")
}

/// That something is so many steps after these changes, the first of which is the step that feels them.
pub fn after_change(steps: u64, changes: &[Change]) -> String {
    let when = match steps {
        0 => "right after".to_owned(),
        1 => "1 step after".to_owned(),
        many => format!("{} steps after", thousands(many)),
    };
    let put = |to: f64| match to {
        1.0 => "opened".to_owned(),
        0.0 => "closed".to_owned(),
        other => format!("set to {}", setting(other)),
    };
    let what = match changes {
        [Change::Skips(to)] => format!("the skips were {}", put(*to)),
        [Change::Skip(index, to)] => format!("{}’s skip was {}", block(*index), put(*to)),
        [Change::Fold] => "the skips were folded into the weights".to_owned(),
        [Change::Fade(_)] => "the skips began to fade out".to_owned(),
        [Change::Setting(own, to)] => format!("{} was set to {}", setting_words(*own).label, setting(*to)),
        many if many.iter().all(|change| matches!(change, Change::Skip(..))) => {
            format!("{} skips were changed", many.len())
        }
        many => format!("{} settings were changed", many.len()),
    };
    format!("{when} {what}")
}

/// At the start the first block passes on far more than the last one.
pub fn exploding_start(run: &str, part: &str, [first, last]: [usize; 2], factor: &str, batch_norm: bool) -> String {
    let why = if batch_norm {
        "batch norm rescales the signal forwards, and that makes what comes back larger; the first steps undo most of it"
    } else {
        "the blocks make it larger on its way back, at this rate on average"
    };
    format!(
        "{}: the gradient explodes at the start, {factor}× a block, so that {} passes on {part} what {} does: {why}.",
        capital(run),
        block(first),
        block(last),
    )
}

/// Skip connections are open, and still little comes through.
pub fn open_and_still_vanishing(run: &str, part: &str, blocks: [usize; 2], activation: Option<&str>) -> String {
    let why = match activation {
        Some(name) => {
            format!("the {name} behind each addition has a small slope, and the skip connection runs through it")
        }
        None => "what stands on the way of the skip connections makes it smaller at each block".to_owned(),
    };
    let [first, last] = blocks.map(block);
    format!("{}, and still {first} passes on only {part} what {last} does: {why}.", capital(run))
}

/// Training images are classified far better than held-out ones.
pub fn training_above_held_out(run: &str, training: &str, held_out: &str, step: &str, averages: bool) -> String {
    let why = if averages {
        "on held-out images batch norm uses running averages, which follow slowly at first"
    } else {
        "it has learnt its training images by heart more than what they have in common"
    };
    format!(
        "{}: at step {step} right on {training} of the training images, but on {held_out} of the held-out ones: {why}.",
        capital(run)
    )
}

/// The signal gets small on its way forward.
pub fn signal_dies_forwards(run: &str, part: &str, last: usize) -> String {
    format!(
        "{}: the signal dies forwards as well: {} puts out {part} what {} does. A weight's gradient is gradient times \
         signal, so that it is tiny in every block.",
        capital(run),
        block(last.saturating_sub(1)),
        block(0),
    )
}

/// The loss is still that of guessing, early in the run.
pub fn flat_start(run: &str) -> String {
    format!(
        "{}: in the first steps the loss hardly moves, and that is usual: a gradient arrives at every block, and it takes \
         some steps until it shows.",
        capital(run)
    )
}

/// The gradient at the head is smaller than the other run's since the loss is.
pub fn learnt_and_small(run: &str) -> String {
    format!(
        "{}: it has learnt, and where the loss is small there is little gradient to send. Compare block with block, or \
         choose “÷ last block”.",
        capital(run)
    )
}

/// The first block passes on more than the last one; where skip connections are open, whether most of it comes over them.
pub fn first_above_last(run: &str, part: &str, [first, last]: [usize; 2], over: Option<bool>) -> String {
    let why = match over {
        Some(true) => "the skip connections bring most of it through, and the branches add their part",
        Some(false) => "what comes over the skip connections and what comes through the branches add up",
        None => "on the whole the blocks make it larger on its way back",
    };
    format!("{}: {} passes on more than {}, {part}: {why}.", capital(run), block(first), block(last))
}

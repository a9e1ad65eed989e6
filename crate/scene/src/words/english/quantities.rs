//! The quantities, in English: what each is called, and one sentence on how to read it.

use crate::format::in_unit;
use crate::words::QuantityWords;
use protocol::Quantity;

/// What the page says about a quantity.
pub fn quantity(quantity: Quantity) -> QuantityWords {
    let words = |title, how_to_read| QuantityWords { title, how_to_read };
    match quantity {
        Quantity::GradInL2 => {
            words("gradient passed on", "The pull at what enters the block: earlier ones learn from it.")
        }
        Quantity::GradOutL2 => {
            words("gradient arriving", "The pull at what leaves the block, as it comes from the loss.")
        }
        Quantity::WeightGradL2 => {
            words("weight gradient", "The pull at the block’s own weights: near 0 it stands still.")
        }
        Quantity::BranchGradL2 => {
            words("through the branch", "The part of the gradient that comes back through the block's own layers.")
        }
        Quantity::SkipGradL2 => words(
            "over the shortcut",
            "The part of the gradient that comes back over the shortcut, past the block's own layers.",
        ),
        Quantity::SkipBranchCosine => words(
            "cosine of the parts",
            "Whether the two parts pull the same way (1), at right angles (0) or against each other (−1).",
        ),
        Quantity::BranchRatio => {
            words("branch / shortcut", "Near 0 the shortcut’s part prevails, above 1 the branch’s.")
        }
        Quantity::BranchRms => words("size of the branch", "The typical size of one number that the branch adds."),
        Quantity::UpdateRatio => words(
            "update ratio",
            "By what part of their size the block's parameters move in one step: about 1/1000 is usual, 0 means that the block does not learn.",
        ),
        Quantity::GradInRms => words(
            "gradient passed on, each number",
            "The typical pull at one number that enters the block, which compares stages of different shape.",
        ),
        Quantity::GradInPerSample => words(
            "gradient passed on, each image",
            "The typical norm of one image's gradient, which does not shrink when the batch grows.",
        ),
        Quantity::WeightL2 => {
            words("size of the weights", "How large the block's parameters are: under batch norm they only grow.")
        }
        Quantity::WeightGradRatio => words(
            "weight gradient / weights",
            "The pull at the parameters against their size, which compares blocks of different width.",
        ),
        Quantity::WeightGradInvariant => words(
            "scale-free weight gradient",
            "The pull at the weights in a form that stays the same when weights before a norm are made larger or smaller.",
        ),
        Quantity::SkipShare => {
            words("share over the shortcut", "How much goes past the block: at ½ both ways carry alike.")
        }
        Quantity::BranchGain => words(
            "gain of the branch",
            "By what factor the block's own layers make the gradient larger (above 1) or smaller on its way back.",
        ),
        Quantity::MaskPass => words(
            "passed by the activation",
            "What part of the arriving gradient the activation after the addition lets through: a ReLU stops what was negative.",
        ),
        Quantity::ActivationRms => words("size of the signal", "The typical size of one number that leaves the block."),
        Quantity::ActivationCosine => words(
            "likeness of two images",
            "How alike the block's outputs for two different images are: near 1 the network no longer tells them apart.",
        ),
        Quantity::DeadShare => words(
            "dead channels",
            "What part of the channels is 0 for every image of the batch and so learns nothing at this step.",
        ),
        Quantity::UnderflowShare => words(
            "lost to rounding",
            "What part of the gradient's numbers is 0, too small for 32-bit numbers, or not finite.",
        ),
        Quantity::AblationLoss => words(
            "loss without this block",
            "By how much the held-out loss rises when this block alone is left out: near 0, the network can do without it.",
        ),
        Quantity::AblationAccuracy => words(
            "accuracy without this block",
            "By how much the held-out accuracy changes when this block alone is left out.",
        ),
        Quantity::DepthRatio => words(
            "first against last block",
            "Powers of ten between the gradients at the two ends: −3 means that the first block passes on a thousandth of what the last one does, 0 as much.",
        ),
        Quantity::LayerFactor => words(
            "factor a block",
            "By what factor the gradient grows at each block on its way back: below 1 it vanishes with depth, above 1 it explodes.",
        ),
        Quantity::WeightDepthRatio => words(
            "first against last weights",
            "The same powers of ten for the pull at the parameters of the first and the last block.",
        ),
        Quantity::EffectiveDepth => words(
            "effective depth",
            "Through how many branches the gradient goes on average, each path length counted by the energy that it carries.",
        ),
        Quantity::EffectiveDepthMean => words(
            "effective depth, signed",
            "The same average counted by what each path adds to the whole gradient: negative where long paths work against it.",
        ),
        Quantity::EffectiveDepthClosed => words(
            "effective depth, estimated",
            "Through how many branches the gradient goes on average, if paths did not interfere: all of them once the shortcuts are closed.",
        ),
        Quantity::EffectiveDepthBound => words(
            "effective depth, upper bound",
            "The same estimate with the weights of the historical upper bound, which counts long paths for too much.",
        ),
        Quantity::EffectiveDepthForward => words(
            "effective depth forward",
            "Through how many branches the signal goes on average on its way from the image to the loss.",
        ),
        Quantity::EffectiveDepthAblation => words(
            "blocks that matter",
            "How many blocks raise the held-out loss by more than 0.1 nats when left out alone.",
        ),
        Quantity::ActiveBlocks => {
            words("branches at work", "How many blocks' branches took part in the step: all, but for stochastic depth.")
        }
        Quantity::Coherence => words(
            "coherence of the paths",
            "Whether paths add up (above 1), ignore each other (1) or cancel (below 1).",
        ),
        Quantity::PathEnergy => words(
            "energy of each path length",
            "How much of the gradient came back through exactly k branches, all such paths added up.",
        ),
        Quantity::PathEnergyClosed => words(
            "path lengths, estimated",
            "What share of the gradient's energy each number of branches would carry, if paths did not interfere.",
        ),
        Quantity::PathBound => words(
            "path lengths, upper bound",
            "The most that paths through k branches could carry if none of them cancelled: often far above what they do.",
        ),
        Quantity::PathNorm => words(
            "one path",
            "How much a single path through k branches carries on average: it falls steeply with its length.",
        ),
        Quantity::SweepLoss => words(
            "loss at other strengths",
            "The held-out loss with all shortcuts made weaker or stronger by one factor: flat means that they could be taken away.",
        ),
        Quantity::SweepAccuracy => words(
            "accuracy at other strengths",
            "The held-out accuracy with all shortcuts made weaker or stronger by one factor.",
        ),
    }
}

/// What a quantity says at one place: its formula with the numbers of that place, and how to read it.
pub fn explained(quantity: Quantity, value: impl Fn(Quantity) -> Option<f64>) -> String {
    let how_to_read = self::quantity(quantity).how_to_read;
    let formula = quantity.formula();
    let Some(own) = value(quantity) else { return format!("{formula}: {how_to_read}") };
    let number = |quantity| value(quantity).map(|value| in_unit(quantity.unit(), value));
    let parts = [Quantity::SkipGradL2, Quantity::BranchGradL2, Quantity::SkipBranchCosine].map(number);
    let with_numbers = match (quantity, parts) {
        (Quantity::SkipShare, [Some(over), Some(through), _]) => format!(" = {over} / ({over} + {through})"),
        (Quantity::GradInL2, [Some(over), Some(through), Some(cosine)]) => {
            format!(" = √({over}² + {through}² + 2·{cosine}·{over}·{through})")
        }
        _ => String::new(),
    };
    format!("{formula}{with_numbers} = {}. {how_to_read}", in_unit(quantity.unit(), own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_has_this_block_s_numbers() {
        let value = |quantity| match quantity {
            Quantity::SkipGradL2 => Some(0.239),
            Quantity::BranchGradL2 => Some(0.0235),
            Quantity::SkipBranchCosine => Some(0.0551),
            Quantity::GradInL2 => Some(0.241),
            Quantity::SkipShare => Some(0.9105),
            _ => None,
        };
        let share = explained(Quantity::SkipShare, value);
        assert!(share.contains("= 0.239 / (0.239 + 0.0235) = 91 %. How much"), "{share}");
        let whole = explained(Quantity::GradInL2, value);
        assert!(whole.contains("= √(0.239² + 0.0235² + 2·0.0551·0.239·0.0235) = 0.241. "), "{whole}");
        let absent = explained(Quantity::BranchRatio, value);
        assert!(absent.starts_with("‖F(x)‖ / ‖a·h(x)‖: Near 0"), "{absent}");
    }
}

//! Settings, in English: their values, the line that states them all, and what is said where one is not taken.

use super::{list, skip_runs};
use crate::format::{setting, thousands};
use crate::words::Text;
use protocol::{Activation, Diagram, Family, Init, Labels, Merge, Model, Norm, Order, RunSpec, SpecError};

/// A normalisation.
pub fn norm(norm: Norm) -> &'static str {
    match norm {
        Norm::Bn => Text::NormBn.words(),
        Norm::None => Text::NormNone.words(),
    }
}

/// An initialisation.
pub fn init(init: Init) -> &'static str {
    match init {
        Init::He => Text::InitHe.words(),
        Init::Xavier => Text::InitXavier.words(),
        Init::Pytorch => Text::InitPytorch.words(),
        Init::ZeroGamma => Text::InitZeroGamma.words(),
        Init::SkipInit => Text::InitSkipInit.words(),
        Init::Scaled => Text::InitScaled.words(),
    }
}

/// An order of the layers in a block.
pub fn order(order: Order) -> &'static str {
    match order {
        Order::Post => Text::OrderPost.words(),
        Order::Pre => Text::OrderPre.words(),
        Order::Sum => Text::OrderSum.words(),
    }
}

/// An activation function.
pub fn activation(activation: Activation) -> &'static str {
    match activation {
        Activation::Relu => Text::ActivationRelu.words(),
        Activation::Tanh => Text::ActivationTanh.words(),
        Activation::Sigmoid => Text::ActivationSigmoid.words(),
        Activation::Linear => Text::ActivationLinear.words(),
    }
}

/// How branch and shortcut come together.
pub fn merge(merge: Merge) -> &'static str {
    match merge {
        Merge::Add => Text::MergeAdd.words(),
        Merge::Concat => Text::MergeConcat.words(),
    }
}

/// Which labels a run is trained on.
pub fn labels(labels: Labels) -> &'static str {
    match labels {
        Labels::True => Text::LabelsTrue.words(),
        Labels::Random => Text::LabelsRandom.words(),
    }
}

/// So many weight layers in a branch.
pub fn branch_layers(count: usize) -> &'static str {
    if count == 1 { Text::OneBranchLayer.words() } else { Text::TwoBranchLayers.words() }
}

/// A width of a network.
pub fn width(channels: usize) -> String {
    format!("width {channels}")
}

/// A seed.
pub fn seed(seed: u64) -> String {
    format!("seed {seed}")
}

/// A size of the images in place of the data's own.
pub fn image_size(size: usize) -> String {
    if size == 0 { Text::OwnImageSize.words().to_owned() } else { format!("{size}×{size} px") }
}

/// The probability with which the last block takes part in a step.
pub fn stochastic_depth(last: f64) -> String {
    if last == 1.0 { Text::EveryBlock.words().to_owned() } else { format!("stochastic depth {}", setting(last)) }
}

/// The network's name without what other settings say too.
fn model(model: Model) -> String {
    match model {
        Model::Vgg { depth, .. } => format!("VGG-{depth}"),
        other => other.title(),
    }
}

/// All settings in force, on one line; `skips` are the strengths of the shortcuts in runs of neighbouring blocks. What is
/// as usual with networks of the family is left out.
pub fn settings(spec: &RunSpec, diagram: &Diagram, skips: &[(usize, usize, f64)]) -> String {
    let family = spec.model.family();
    let usual_width = family.is_imagenet_kind() && spec.width == family.width();
    let width = if usual_width { String::new() } else { format!(" {}", width(spec.width)) };
    let usual = |[channels, ..]: &[usize; 3]| spec.image_size == 0 && *channels == spec.data.image()[0];
    let input = diagram.input.filter(|input| !usual(input));
    let also = |differs: bool, words: String| differs.then_some(words);
    let parts = [
        Some(model(spec.model) + &width),
        input.map(|[channels, height, across]| format!("{channels}×{height}×{across}")),
        also(spec.order != Order::Post, order(spec.order).to_owned()),
        also(spec.activation != Activation::Relu, activation(spec.activation).to_owned()),
        also(spec.merge != Merge::Add, merge(spec.merge).to_owned()),
        also(family == Family::Mlp && spec.branch_layers == 1, branch_layers(1).to_owned()),
        Some(spec.data.title().to_owned()),
        also(spec.labels != Labels::True, labels(spec.labels).to_owned()),
        Some(norm(spec.norm).to_owned()),
        Some(init(spec.init).to_owned()),
        Some(format!(
            "SGD lr {}, momentum {}, weight decay {}",
            setting(spec.lr),
            setting(spec.momentum),
            setting(spec.weight_decay)
        )),
        Some(format!("batch {}", spec.batch)),
        Some(seed(spec.seed)),
        also(spec.stochastic_depth != 1.0, stochastic_depth(spec.stochastic_depth)),
        Some(shortcuts(diagram, skips)),
        parameters(diagram),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A value that was not taken as it is, and what is in force instead.
pub fn value_not_taken(error: &SpecError, now: Option<&str>) -> String {
    match now {
        Some(now) => format!("{error}; {now} is used."),
        None => format!("{error}; it is left out."),
    }
}

/// What is known of a network whose settings are not known; `skips` as in [`settings`].
pub fn network(diagram: &Diagram, skips: &[(usize, usize, f64)]) -> String {
    let size = format!("{} blocks in {} stages", diagram.blocks.len(), diagram.stages.len());
    let parts = [Some(size), Some(shortcuts(diagram, skips)), parameters(diagram)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn shortcuts(diagram: &Diagram, skips: &[(usize, usize, f64)]) -> String {
    if diagram.has_shortcuts() { skip_runs(skips) } else { Text::NoShortcuts.words().to_owned() }
}

fn parameters(diagram: &Diagram) -> Option<String> {
    diagram.parameters.map(|count| format!("{} parameters", thousands(count as u64)))
}

/// Settings of a link (`fade=0-9`) that this version does not have.
pub fn not_available(settings: &[String]) -> String {
    let (are, were) = if settings.len() == 1 { ("is", "was") } else { ("are", "were") };
    format!("{} {are} not available in this version and {were} left out.", list(settings))
}

/// Settings of the second run (`lr_b=0.1`) in a link that asks for one run only.
pub fn needs_compare(settings: &[String]) -> String {
    let need = if settings.len() == 1 { "needs" } else { "need" };
    format!("{} {need} compare=1: there is no second run.", list(settings))
}

/// What two runs that are compared do not share, and what they do.
pub fn ground(differing: &[&str], same_parameters: bool, same_batches: bool) -> String {
    let shared = match (same_parameters, same_batches) {
        (true, true) => return Text::SameSeedSameBatches.words().to_owned(),
        (true, false) => ": same initial parameters, other batches",
        (false, true) => ": other initial parameters, same batches",
        (false, false) => ": other initial parameters, other batches",
    };
    format!("Different {}{shared}.", list(differing))
}

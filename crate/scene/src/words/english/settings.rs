//! Settings, in English: their values, the line that states them all, and what is said where one is not taken.

use super::{blocks, cut, fade, few, from_file, list, skip_runs};
use crate::format::{setting, thousands};
use crate::words::Text;
use protocol::setting::Id;
use protocol::{
    Activation, ActivationOrder, Augment, Because, Complaint, Data, Diagram, Family, Init, Labels, LrSchedule, Merge,
    Model, NoDecay, Norm, OnNonfinite, OptionA, PageSetting, ProgramSetting, Reason, RunSetting, RunSpec,
};

/// What is said about a setting: its label in the form, and one line that explains it in the form and in the program's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingWords {
    /// What it is called.
    pub label: &'static str,
    /// One line, without a full stop.
    pub explanation: &'static str,
}

/// What is said about this setting.
pub fn setting_words(id: impl Into<Id>) -> SettingWords {
    let (label, explanation) = match id.into() {
        Id::Run(setting) => of_a_run(setting),
        Id::Page(setting) => of_the_page(setting),
        Id::Program(setting) => of_the_program(setting),
    };
    SettingWords { label, explanation }
}

fn of_a_run(setting: RunSetting) -> (&'static str, &'static str) {
    match setting {
        RunSetting::Model => ("network", "the network, such as resnet20, resnet50, vgg19_bn or mlp56"),
        RunSetting::Depth => ("depth", "short for model=resnetD of the CIFAR family"),
        RunSetting::Width => ("width", "channels of the first stage, or features of an mlpN"),
        RunSetting::Norm => ("normalisation", "batch norm after each convolution, or none"),
        RunSetting::Init => ("initialisation", "how the initial weights are drawn"),
        RunSetting::Order => (
            "order",
            "activation after the addition (post), before the branch's layers (pre), or within the branch only (sum)",
        ),
        RunSetting::Activation => ("activation", "the activation function"),
        RunSetting::Merge => ("branch joins by", "how branch and shortcut come together"),
        RunSetting::BranchLayers => ("layers in a branch", "weight layers in a branch of an mlpN"),
        RunSetting::OptionA => (
            "option A's zeros",
            "where a skip connection that doubles the channels puts its channels of zeros: after the input's, or half \
             before and half after",
        ),
        RunSetting::Data => ("data", "the images that the network learns"),
        RunSetting::Labels => {
            ("labels", "the data's own labels, or one drawn at random for each training image, for good")
        }
        RunSetting::Augment => (
            "augmentation",
            "how training images are changed at random each time: another part of them (of small images 4 pixels around \
             are added first), left and right exchanged, or both",
        ),
        RunSetting::ImageSize => (
            "image size",
            "height and width to which images are enlarged or reduced, pixels; 0 is the data's own, or the network's",
        ),
        RunSetting::StochasticDepth => (
            "stochastic depth",
            "probability with which the last block takes part in a step; blocks before it take part more often; \
             1 is every block at every step",
        ),
        RunSetting::Skip => ("skips", "strengths of the shortcuts: 1 (on) is open, 0 (off) is closed"),
        RunSetting::Fade => (
            "fade skips out",
            "FROM-TO, two steps between which the strengths of the shortcuts go evenly to 0; empty: they stay",
        ),
        RunSetting::Lr => ("learning rate", "learning rate of SGD"),
        RunSetting::LrSchedule => (
            "lr schedule",
            "what becomes of the learning rate that is set: it stays (constant), goes to 0 along half a cosine up to the \
             budget of steps (cosine), or is multiplied at each of some steps (step:S1,S2,…*FACTOR)",
        ),
        RunSetting::Warmup => (
            "warm-up",
            "steps over which the learning rate rises evenly to the one that is set; the first step has one above 0",
        ),
        RunSetting::Momentum => ("momentum", "momentum of SGD, as torch.optim.SGD defines it"),
        RunSetting::WeightDecay => ("weight decay", "weight decay of SGD, as torch.optim.SGD defines it"),
        RunSetting::NoDecay => {
            ("weight decay spares", "what weight decay spares: nothing (none), or batch norm’s weights and all biases")
        }
        RunSetting::LabelSmoothing => (
            "label smoothing",
            "share of the target that goes evenly to all classes, in the training loss alone, as \
             torch.nn.CrossEntropyLoss defines it",
        ),
        RunSetting::Batch => ("batch", "images a step"),
        RunSetting::Seed => ("seed", "seed of every random stream: the same seed gives the same run"),
        RunSetting::Steps => ("budget of steps", "number of updates after which the run ends"),
        RunSetting::EvalEvery => (
            "evaluate every",
            "updates between two evaluations of the held-out images; 0: none (the program then makes one, at the end)",
        ),
        RunSetting::MeasureEvery => (
            "measure every",
            "steps between two measurements, log (steps 0, 1, 2, 5, 10, …), or own: each quantity's own schedule",
        ),
        RunSetting::Events => {
            ("changes at steps", "changes that the run makes by itself, such as 480:skip=off;920:skip=on;1000:lr=0.01")
        }
        RunSetting::OnNonfinite => (
            "non-finite loss",
            "what becomes of a run whose loss is not finite: it ends (stop), or that step makes no update and the next \
             batch is taken (continue)",
        ),
    }
}

fn of_the_page(setting: PageSetting) -> (&'static str, &'static str) {
    match setting {
        PageSetting::Compare => {
            ("compare", "1: a second network trains beside the first, in lock-step; embedded, 0 is usual")
        }
        PageSetting::Block => ("block", "the block in focus at first, such as layer2.0, stem or head"),
        PageSetting::Plot => (
            "plot",
            "the quantity of the blocks that profile and history show, by its column's name (docs/quantities.md)",
        ),
        PageSetting::Relative => ("relative", "1: profile and history show it relative to the last block's"),
        PageSetting::Instrument => (
            "instrument",
            "what the chart under all others shows: branches used over time, the spectrum of paths, the accuracy by the \
             strength of the skips, or what is lost without each block",
        ),
        PageSetting::Embed => ("embed", "1: without head and margins, to stand in another page"),
        PageSetting::Theme => ("theme", "light, dark, or what the system has (auto)"),
        PageSetting::Scale => ("scale", "everything larger by this factor, for projectors"),
        PageSetting::Hide => ("hide", "control groups that are not shown, a comma list; readouts never hide"),
        PageSetting::Play => ("play", "1: trains when it is ready"),
        PageSetting::Background => (
            "train on in the background",
            "1: also trains while the page is out of sight, as in a tab behind others; 0: it rests meanwhile",
        ),
        PageSetting::Source => (
            "computed by",
            "what computes the runs: this browser, or the program that serves the page (`headwater serve`)",
        ),
        PageSetting::Keys => ("keys", "0: no single key does anything; the list of keys is in the help"),
        PageSetting::Run => (
            "run",
            "the address of a recording that is opened; repeated, up to 12 runs are shown together, two large and the others as thin lines",
        ),
        PageSetting::Step => ("step", "the step that is looked at first; a run of the page is made again up to it"),
        PageSetting::Lesson => (
            "lesson",
            "the lesson that the page begins with: its name, such as close-now, or the address of a lesson’s file",
        ),
        PageSetting::Fault => ("fault", "for tests: the engine panics after the first step"),
        PageSetting::Version => ("version", "the version of these parameters"),
    }
}

fn of_the_program(setting: ProgramSetting) -> (&'static str, &'static str) {
    match setting {
        ProgramSetting::Classes => {
            ("classes", "number of classes [default: the family's, 10 or 1000; with data, the data's]")
        }
        ProgramSetting::Channels => (
            "channels",
            "channels of the image [default: 3; with data, the data's, repeated for networks of ImageNet's kind]",
        ),
        ProgramSetting::Weights => (
            "weights",
            "weights with torchvision's state_dict names (safetensors), initialised by --init and --seed if missing; linear \
             for fc, Hugging Face's names, and module., model. or _orig_mod. before all of them are read too",
        ),
        ProgramSetting::Input => {
            ("input", "images [N, C, H, W], normalised, and labels [N] (safetensors), in place of a batch of --data")
        }
        ProgramSetting::DataDir => (
            "folder of images",
            "images of one's own, beside the shipped sets or in their place: a folder of idx files, of CIFAR's binary files, or of folders of \
             JPEG and PNG images, one a class (docs/data.md)",
        ),
        ProgramSetting::Updates => (
            "updates",
            "make N updates on the same batch; adds losses (N+1) and after, the profile after the last (CSV: only that)",
        ),
        ProgramSetting::Epochs => (
            "epochs",
            "passes over the training images, in place of --steps; of each, the last images are left out if they do not \
             fill a batch",
        ),
        ProgramSetting::Quantities => (
            "quantities",
            "comma list of quantities, all (but those that must be named), or none \
             [default: probe, the eight columns of the profile; train, also the update ratio and what costs nothing]",
        ),
        ProgramSetting::Dtype => (
            "number type",
            "number type of the computation: f64, f32 (faster; deep networks with batch norm round by thousandths), or \
             auto: f64 unless the network and batch are large",
        ),
        ProgramSetting::Device => ("device", "where it is computed: cpu or cuda:N"),
        ProgramSetting::Threads => {
            ("threads", "threads to compute on [default: one a core]; the results do not depend on it")
        }
        ProgramSetting::Port => ("port", "the port on this computer that the page is served at; 0: any that is free"),
        ProgramSetting::WhenAlone => (
            "when alone",
            "what becomes of a run when the page that drives it is closed or cut off: go (it goes on) or rest",
        ),
        ProgramSetting::Record => (
            "record",
            "write the run to this file, one JSON object a line (*.headwater.jsonl, or *.headwater.jsonl.gz, compressed)",
        ),
        ProgramSetting::SkipSchedule => (
            "skip schedule",
            "how the shortcuts change: fade:FROM-TO, or BLOCK=STRENGTH@STEP,… (BLOCK may be all); short for --fade and \
             --events",
        ),
        ProgramSetting::Checkpoint => (
            "checkpoints",
            "a folder for checkpoints, of which it keeps the last two: one when the run ends or is interrupted, others by \
             --checkpoint-every; each holds model.safetensors with torchvision's names",
        ),
        ProgramSetting::CheckpointEvery => ("checkpoint every", "updates between two checkpoints"),
        ProgramSetting::Recipe => (
            "recipe",
            "a file with the settings of a run, such as those in assets/recipes; what else is given here goes before them",
        ),
        ProgramSetting::Only => ("only", "makes one run of the sweep, by its number, and the others not"),
        ProgramSetting::List => ("list", "names the runs and their recordings, and makes none"),
        ProgramSetting::Resume => (
            "resume",
            "a folder of checkpoints: the newest goes on, with the settings, data and recording of its run, and on the \
             processor every later digit is as without a pause; --steps may be larger, --record another file",
        ),
        ProgramSetting::To => (
            "format",
            "a table with a row for each value (lane,step,kind,quantity,block,value), or an array of the recording's lines",
        ),
        ProgramSetting::Out => (
            "output",
            "write to this file, once all of it is there; export: standard output if missing; report: a name that ends in \
             .svg or .html",
        ),
        ProgramSetting::Json => ("JSON", "print JSON; train: one object a line; check: one object a file"),
        ProgramSetting::Csv => (
            "CSV",
            "print CSV: a table with a row a block, then one of the scalars and one of the vectors if there are any",
        ),
    }
}

/// What a form shows for a value of a setting.
pub fn value(setting: RunSetting, text: &str) -> String {
    let words = match setting {
        RunSetting::Model => return text.parse().map_or_else(|_| text.to_owned(), Model::title),
        RunSetting::Data => return text.parse().map_or_else(|_| text.to_owned(), Data::title),
        RunSetting::ImageSize => return text.parse().map_or_else(|_| text.to_owned(), image_size),
        RunSetting::BranchLayers => {
            return text.parse().map_or_else(|_| text.to_owned(), |count| branch_layers(count).to_owned());
        }
        RunSetting::Norm => text.parse().map(norm),
        RunSetting::Init => text.parse().map(init),
        RunSetting::Order => text.parse().map(order),
        RunSetting::Activation => text.parse().map(activation),
        RunSetting::Merge => text.parse().map(merge),
        RunSetting::OptionA => text.parse().map(option_a),
        RunSetting::Labels => text.parse().map(labels),
        RunSetting::Augment => text.parse().map(augment),
        RunSetting::NoDecay => text.parse().map(no_decay),
        RunSetting::OnNonfinite => text.parse().map(on_nonfinite),
        _ => Ok(text),
    };
    words.unwrap_or(text).to_owned()
}

/// A value of the form that cannot be chosen with the other settings as they are, and why.
pub fn not_now(value: &str, complaint: &Complaint) -> String {
    let why = match &complaint.reason {
        Reason::NotWith { because: Because::NoGamma, .. } => "needs batch norm".to_owned(),
        Reason::NotWith { other, value, .. } => format!("not with {}", self::value(*other, value)),
        _ => return value.to_owned(),
    };
    format!("{value} ({why})")
}

/// Why a network leaves no choice of a setting.
pub fn no_choice(setting: RunSetting, model: Model) -> String {
    match setting.only_value(model) {
        Some(_)
            if matches!(setting, RunSetting::StochasticDepth | RunSetting::Fade) && !model.family().has_shortcuts() =>
        {
            format!("{} has no skip connections", model.title())
        }
        Some(only) => format!("{} takes only this: {}", model.title(), value(setting, only)),
        None => String::new(),
    }
}

/// What the form calls a family of networks.
pub fn family(family: Family) -> &'static str {
    match family {
        Family::Cifar => "ResNets for small images",
        Family::ImageNet => "ResNets for large images",
        Family::Vgg => "plain, without shortcuts",
        Family::Mlp => "residual perceptrons",
    }
}

/// The names of a family's networks.
pub(super) fn networks(family: Family) -> String {
    let presets: Vec<_> = family.presets().map(|model| model.to_string()).collect();
    match family {
        Family::Cifar => format!("resnetD with D = {} ({}, …)", cifar_depths(), presets.join(", ")),
        Family::Mlp => format!("mlpN with N from {} to {} blocks", family.depths().start(), family.depths().end()),
        Family::ImageNet | Family::Vgg => presets.join(", "),
    }
}

/// The depths of the CIFAR family.
pub(super) fn cifar_depths() -> String {
    let depths = Family::Cifar.depths();
    let others = depths.clone().step_by(6).filter(|depth| Model::cifar(*depth).is_none());
    let others: Vec<_> = others.map(|depth| depth.to_string()).collect();
    format!("6n+2 from {} to {} except {}", depths.start(), depths.end(), list(&others, "and"))
}

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
pub fn order(order: ActivationOrder) -> &'static str {
    match order {
        ActivationOrder::Post => Text::OrderPost.words(),
        ActivationOrder::Pre => Text::OrderPre.words(),
        ActivationOrder::Sum => Text::OrderSum.words(),
    }
}

/// The order in short words, where there is room for one a line.
pub fn order_short(order: ActivationOrder) -> &'static str {
    match order {
        ActivationOrder::Post => "act. after",
        ActivationOrder::Pre => "act. before",
        ActivationOrder::Sum => "sum alone",
    }
}

/// What tells networks apart where there is room for a word a line: of one family it is the depth.
pub fn network_short(model: Model) -> String {
    match model.family() {
        Family::Cifar | Family::ImageNet => format!("{} layers", model.depth()),
        _ => model.title(),
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

/// How training images are changed.
pub fn augment(augment: Augment) -> &'static str {
    match augment {
        Augment::None => Text::NoAugmentation.words(),
        Augment::Crop => Text::Crops.words(),
        Augment::Flip => Text::Flips.words(),
        Augment::CropFlip => Text::CropsAndFlips.words(),
    }
}

/// What weight decay spares.
fn no_decay(no_decay: NoDecay) -> &'static str {
    match no_decay {
        NoDecay::None => Text::SparesNothing.words(),
        NoDecay::NormsBiases => Text::SparesNorms.words(),
    }
}

/// What becomes of a run whose loss is not finite.
fn on_nonfinite(on_nonfinite: OnNonfinite) -> &'static str {
    match on_nonfinite {
        OnNonfinite::Stop => Text::RunEnds.words(),
        OnNonfinite::Continue => Text::StepLeftOut.words(),
    }
}

/// Where option A's channels of zeros stand.
pub fn option_a(option_a: OptionA) -> &'static str {
    match option_a {
        OptionA::After => Text::ZerosAfter.words(),
        OptionA::Around => Text::ZerosAround.words(),
    }
}

/// A number of weight layers in a branch.
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
    match model.family() {
        Family::Vgg => format!("VGG-{}", model.depth()),
        _ => model.title(),
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
        also(spec.order != ActivationOrder::Post, order(spec.order).to_owned()),
        also(spec.activation != Activation::Relu, activation(spec.activation).to_owned()),
        also(spec.merge != Merge::Add, merge(spec.merge).to_owned()),
        also(family == Family::Mlp && spec.branch_layers == 1, branch_layers(1).to_owned()),
        also(spec.option_a != OptionA::After, option_a(spec.option_a).to_owned()),
        Some(spec.data.title()),
        also(spec.labels != Labels::True, labels(spec.labels).to_owned()),
        also(spec.augment != Augment::None, augment(spec.augment).to_owned()),
        Some(norm(spec.norm).to_owned()),
        Some(diagram.weights.as_deref().map_or_else(|| init(spec.init).to_owned(), from_file)),
        Some(format!(
            "SGD lr {}, momentum {}, weight decay {}",
            setting(spec.lr),
            setting(spec.momentum),
            setting(spec.weight_decay)
        )),
        also(spec.lr_schedule != LrSchedule::Constant, format!("lr schedule {}", spec.lr_schedule)),
        also(spec.warmup > 0, format!("warm-up {} steps", thousands(spec.warmup))),
        also(spec.no_decay != NoDecay::None, Text::NoDecayOfNorms.words().to_owned()),
        also(spec.label_smoothing > 0.0, format!("label smoothing {}", setting(spec.label_smoothing))),
        Some(format!("batch {}", spec.batch)),
        Some(seed(spec.seed)),
        also(spec.on_nonfinite != OnNonfinite::Stop, Text::StepsLeftOut.words().to_owned()),
        also(spec.stochastic_depth != 1.0, stochastic_depth(spec.stochastic_depth)),
        Some(shortcuts(diagram, skips)),
        spec.fade.map(fade),
        parameters(diagram),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What is known of a network whose settings are not known; `skips` as in [`settings`].
pub fn network(diagram: &Diagram, skips: &[(usize, usize, f64)]) -> String {
    let stages = (diagram.stages.len() > 1).then(|| format!(" in {} stages", diagram.stages.len()));
    let size = blocks(diagram.blocks.len()) + &stages.unwrap_or_default();
    // Of a model from elsewhere nobody knows how its shortcuts are set.
    let shortcuts = (diagram.model.is_none() || !diagram.has_shortcuts()).then(|| shortcuts(diagram, skips));
    let parts = [diagram.model.clone(), Some(size), shortcuts, parameters(diagram)];
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
    format!("{} {are} not available in this version and {were} left out.", few(settings))
}

/// Settings of the second run (`lr_b=0.1`) in a link that asks for one run only.
pub fn needs_compare(settings: &[String]) -> String {
    let need = if settings.len() == 1 { "needs" } else { "need" };
    format!("{} {need} compare=1: there is no second run.", few(settings))
}

/// Parameters of a link that are no settings.
pub fn unknown_parameters(names: &[String]) -> String {
    let (are, them) = if names.len() == 1 { ("is no setting", "it") } else { ("are no settings", "them") };
    format!("{} {are} of this page; its link keeps {them}.", few(names))
}

/// The settings that stand in a page without a link are no JSON; `why` is the reader's word.
pub fn settings_no_json(why: &str) -> String {
    format!("The settings in the element headwater-settings are no JSON ({}) and were left out.", cut(why))
}

/// What two runs that are compared do not share, and what they do; from step `parting` on their batches are of different sizes.
pub fn ground(differing: &[&str], same_parameters: bool, same_batches: bool, parting: Option<u64>) -> String {
    let until = parting.map(|step| format!(" up to step {}", thousands(step))).unwrap_or_default();
    if differing.is_empty() && parting.is_some() {
        return format!("Same initial parameters; the same batches{until}.");
    }
    let shared = match (same_parameters, same_batches) {
        (true, true) => return Text::SameSeedSameBatches.words().to_owned(),
        (true, false) => ": same initial parameters, other batches",
        (false, true) => ": other initial parameters, same batches",
        (false, false) => ": other initial parameters, other batches",
    };
    format!("Different {}{shared}{until}.", list(differing, "and"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::setting::entries;

    #[test]
    fn the_form_says_in_words_what_is_spared_and_what_is_left_out() {
        let words = |setting: RunSetting| -> Vec<_> {
            setting.setting().offers().unwrap().iter().map(|text| value(setting, text)).collect()
        };
        assert_eq!(words(RunSetting::NoDecay), ["nothing", "norms and biases"]);
        assert_eq!(words(RunSetting::OnNonfinite), ["the run ends", "the step is left out"]);
    }

    #[test]
    fn every_setting_is_explained_in_one_line() {
        for entry in entries() {
            let Some(id) = entry.id else { continue };
            let SettingWords { label, explanation } = setting_words(id);
            assert!(!label.is_empty(), "{}", entry.name);
            let tidy = explanation.trim() == explanation && !explanation.contains("  ") && !explanation.ends_with('.');
            assert!(!explanation.is_empty() && tidy, "{}: {explanation}", entry.name);
        }
    }

    #[test]
    fn what_cannot_be_chosen_now_says_why() {
        let mut run = RunSpec::page_default();
        let why = |run: &RunSpec, setting: RunSetting, value: &str| {
            setting.against(run, value).map(|complaint| not_now(&self::value(setting, value), &complaint))
        };
        let zero_gamma = why(&run, RunSetting::Init, "zero-gamma");
        assert_eq!(zero_gamma.as_deref(), Some("zero-gamma init (needs batch norm)"));
        run.norm = Norm::Bn;
        assert_eq!(why(&run, RunSetting::Init, "zero-gamma"), None);
        run.order = ActivationOrder::Pre;
        let zero_gamma = why(&run, RunSetting::Init, "zero-gamma");
        assert_eq!(zero_gamma.as_deref(), Some("zero-gamma init (not with pre-activation)"));
        let vgg: Model = "vgg16".parse().unwrap();
        assert_eq!(no_choice(RunSetting::Merge, vgg), "VGG-16 takes only this: addition");
        assert_eq!(no_choice(RunSetting::StochasticDepth, vgg), "VGG-16 has no skip connections");
    }

    #[test]
    fn every_value_that_a_form_offers_has_words() {
        for setting in RunSetting::ALL {
            for text in setting.setting().offers().unwrap_or_default() {
                assert!(!value(*setting, &text).is_empty(), "{setting:?}={text}");
            }
        }
    }
}

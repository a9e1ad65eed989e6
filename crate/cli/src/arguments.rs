//! The command line. Settings of a run are text here and are read by the one table of settings in `protocol`.

use clap::{Args, Parser, Subcommand};
use protocol::{RunSpec, SpecError, key};

/// Train and probe residual networks, block by block.
#[derive(Parser)]
#[command(name = "headwater", version, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// List the networks, or show one network's blocks, parameters and cost.
    Models(Box<Models>),
    /// One forward and backward pass; prints the gradient profile.
    Probe(Box<Probe>),
    /// Train on a shipped data set.
    Train(Box<Train>),
}

impl Command {
    /// What `--threads` says.
    pub fn threads(&self) -> Option<&str> {
        match self {
            Self::Models(_) => None,
            Self::Probe(options) => options.threads.as_deref(),
            Self::Train(options) => options.threads.as_deref(),
        }
    }
}

/// `headwater models`.
#[derive(Args)]
#[command(allow_negative_numbers = true)]
pub struct Models {
    /// A network, such as resnet20; all presets if missing.
    pub name: Option<String>,
    #[command(flatten)]
    pub shape: Shape,
    #[command(flatten)]
    pub design: Design,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The sizes of a network and of its input.
#[derive(Args)]
pub struct Shape {
    /// Channels of the first stage, or features of an mlpN [default: 16 for the CIFAR family, else 64].
    #[arg(long)]
    pub width: Option<String>,
    /// Number of classes [default: the input's family's, 10 or 1000; with data, the data's].
    #[arg(long)]
    pub classes: Option<String>,
    /// Channels of the image [default: 3; with data, the data's, repeated for networks of ImageNet's kind].
    #[arg(long)]
    pub channels: Option<String>,
    /// Height and width of the image, pixels [default: 32 or 224; with data, the data's].
    #[arg(long)]
    pub image_size: Option<String>,
}

/// How a network is made, beside its sizes; the same names as in the page's URL.
#[derive(Args)]
pub struct Design {
    /// bn or none [default: bn, and none for vgg16 and vgg19].
    #[arg(long)]
    pub norm: Option<String>,
    /// he, xavier, pytorch, zero-gamma, skipinit or scaled [default: he].
    #[arg(long)]
    pub init: Option<String>,
    /// Activation after the addition (post), before the branch's layers (pre), or within the branch only (sum)
    /// [default: post].
    #[arg(long)]
    pub order: Option<String>,
    /// relu, tanh, sigmoid or linear [default: relu].
    #[arg(long)]
    pub activation: Option<String>,
    /// add or concat [default: add].
    #[arg(long)]
    pub merge: Option<String>,
    /// Weight layers in a branch of an mlpN, 1 or 2 [default: 2].
    #[arg(long)]
    pub branch_layers: Option<String>,
}

impl Design {
    /// Writes what was given into the spec.
    ///
    /// # Errors
    /// Names the first value that is not accepted.
    pub fn apply(&self, spec: &mut RunSpec) -> Result<(), SpecError> {
        let given = [
            ("norm", &self.norm),
            ("init", &self.init),
            ("order", &self.order),
            ("activation", &self.activation),
            ("merge", &self.merge),
            ("branch_layers", &self.branch_layers),
        ];
        given.into_iter().try_for_each(|(name, text)| set(spec, name, text.as_deref()))
    }
}

/// `headwater probe`.
#[derive(Args)]
#[command(allow_negative_numbers = true)]
pub struct Probe {
    /// The network, such as resnet20.
    #[arg(long)]
    pub model: String,
    #[command(flatten)]
    pub shape: Shape,
    #[command(flatten)]
    pub design: Design,
    #[command(flatten)]
    pub settings: Settings,
    /// Weights with torchvision's state_dict names (safetensors); initialised by --init and --seed if missing.
    #[arg(long, value_name = "FILE.safetensors")]
    pub weights: Option<std::path::PathBuf>,
    /// `images` [N, C, H, W] and `labels` [N] (safetensors), in place of a batch of --data.
    #[arg(long, value_name = "FILE.safetensors")]
    pub input: Option<std::path::PathBuf>,
    /// Make N updates on the same batch; adds `losses` (N+1) and `after`, the profile after the last (CSV: that one only).
    #[arg(long, value_name = "N")]
    pub updates: Option<String>,
    /// Comma list of quantities, all (but those that must be named), or none [default: the eight columns of the profile].
    #[arg(long)]
    pub quantities: Option<String>,
    /// Number type of the computation: f64, f32 (faster; deep networks with batch norm round by thousandths), or auto: f64
    /// unless the network and batch are large.
    #[arg(long, default_value = "auto")]
    pub dtype: String,
    /// cpu or cuda:N.
    #[arg(long, default_value = "cpu")]
    pub device: String,
    /// Threads to compute on [default: one a core]; the results do not depend on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<String>,
    /// Print JSON.
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV: a table with a row a block, then one of the scalars and one of the vectors if there are any.
    #[arg(long)]
    pub csv: bool,
}

/// `headwater train`.
#[derive(Args)]
#[command(allow_negative_numbers = true)]
pub struct Train {
    /// The network, such as resnet20.
    #[arg(long)]
    pub model: String,
    /// Channels of the first stage, or features of an mlpN [default: 16 for the CIFAR family, else 64].
    #[arg(long)]
    pub width: Option<String>,
    /// Height and width to which the images are enlarged or reduced, pixels [default: the data's].
    #[arg(long)]
    pub image_size: Option<String>,
    #[command(flatten)]
    pub design: Design,
    #[command(flatten)]
    pub settings: Settings,
    /// true, or random: a label drawn at random for each training image, for good [default: true].
    #[arg(long)]
    pub labels: Option<String>,
    /// Number of updates [default: 2000].
    #[arg(long, conflicts_with = "epochs")]
    pub steps: Option<String>,
    /// Number of passes over the training images, in place of --steps.
    #[arg(long)]
    pub epochs: Option<String>,
    /// Evaluate the held-out images after every N updates and after the last [default: 100; 0 is after the last only].
    #[arg(long, value_name = "N")]
    pub eval_every: Option<String>,
    /// Comma list of quantities, all, or none [default: the profile, the update ratio and what costs nothing].
    #[arg(long)]
    pub quantities: Option<String>,
    /// Measure every N steps, or log (steps 0, 1, 2, 5, 10, …) [default: each quantity's own schedule].
    #[arg(long, value_name = "N|log")]
    pub measure_every: Option<String>,
    /// Write the run to this file, one JSON object a line (*.headwater.jsonl).
    #[arg(long, value_name = "FILE")]
    pub record: Option<std::path::PathBuf>,
    /// cpu or cuda:N.
    #[arg(long, default_value = "cpu")]
    pub device: String,
    /// Threads to compute on [default: one a core]; the results do not depend on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<String>,
    /// Print one JSON object a line: steps, evaluations, and the end.
    #[arg(long)]
    pub json: bool,
}

/// Settings that probe and train share; the same names as in the page's URL.
#[derive(Args)]
pub struct Settings {
    /// fashion-mnist or digits [default: fashion-mnist].
    #[arg(long)]
    pub data: Option<String>,
    /// Images a step [default: 32].
    #[arg(long)]
    pub batch: Option<String>,
    /// on, off, one strength from 0 to 2, or a list such as layer1.0=0.5,layer2.1=0 [default: on].
    #[arg(long)]
    pub skip: Option<String>,
    /// Probability that the last block takes part in a step; earlier ones take part more often [default: 1].
    #[arg(long, value_name = "P_L")]
    pub stochastic_depth: Option<String>,
    /// Learning rate [default: 0.05].
    #[arg(long)]
    pub lr: Option<String>,
    /// Momentum, as torch.optim.SGD has it [default: 0.9].
    #[arg(long)]
    pub momentum: Option<String>,
    /// Weight decay, as torch.optim.SGD has it [default: 0].
    #[arg(long)]
    pub weight_decay: Option<String>,
    /// Seed of every random stream [default: 1].
    #[arg(long)]
    pub seed: Option<String>,
}

impl Settings {
    /// Writes what was given into the spec.
    ///
    /// # Errors
    /// Names the first value that is not accepted.
    pub fn apply(&self, spec: &mut RunSpec) -> Result<(), SpecError> {
        let given = [
            ("data", &self.data),
            ("batch", &self.batch),
            ("skip", &self.skip),
            ("stochastic_depth", &self.stochastic_depth),
            ("lr", &self.lr),
            ("momentum", &self.momentum),
            ("weight_decay", &self.weight_decay),
            ("seed", &self.seed),
        ];
        given.into_iter().try_for_each(|(name, text)| set(spec, name, text.as_deref()))
    }
}

/// Writes one setting into the spec, if it was given.
///
/// # Errors
/// Names the value and what is accepted.
pub fn set(spec: &mut RunSpec, name: &str, text: Option<&str>) -> Result<(), SpecError> {
    match (key(name), text) {
        (Some(key), Some(text)) => key.set(spec, text).strict(),
        _ => Ok(()),
    }
}

/// A whole number, if it was given.
///
/// # Errors
/// Names the value and the range.
pub fn whole(name: &str, text: Option<&str>, min: usize, max: usize) -> Result<Option<usize>, SpecError> {
    let accepted = || format!("a whole number from {min} to {max}");
    text.map(|text| {
        let number = text.trim().parse().ok().filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| SpecError::new(name, text, accepted()))
    })
    .transpose()
}

/// Takes so many threads, before anything is computed.
///
/// # Errors
/// Names a number that is out of range.
pub fn take_threads(text: Option<&str>) -> Result<(), crate::failure::Failure> {
    let Some(count) = whole("threads", text, 1, 1024)? else { return Ok(()) };
    let taken = rayon::ThreadPoolBuilder::new().num_threads(count).build_global();
    taken.map_err(|error| crate::failure::Failure::Run(format!("{count} threads could not be started: {error}")))
}

/// The device of `--device`.
///
/// # Errors
/// If there is no such device, or this build cannot use it, with what to do.
pub fn device(text: &str) -> Result<candle_core::Device, crate::failure::Failure> {
    use crate::failure::{Failure, first_line};
    let refused = || SpecError::new("device", text, "cpu or cuda:N with a number N, such as cuda:0");
    if text == "cpu" {
        return Ok(candle_core::Device::Cpu);
    }
    let number = text.strip_prefix("cuda:").and_then(|number| number.parse().ok()).ok_or_else(refused)?;
    if !cfg!(feature = "cuda") {
        let how = "build one with cargo build --release -p headwater --features cuda";
        return Err(Failure::Input(format!(
            "device {text:?} is not in this program, which was built without CUDA: {how}"
        )));
    }
    candle_core::Device::new_cuda(number)
        .map_err(|error| Failure::Input(format!("device {text:?} cannot be used: {}", first_line(&error.to_string()))))
}

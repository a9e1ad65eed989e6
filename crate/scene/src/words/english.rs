//! English.

use super::{QuantityWords, Text};
use crate::format::setting;
use protocol::{BlockPlan, Init, Norm, Quantity, Shortcut, SpecError};

/// The fixed texts.
pub(super) fn text(text: Text) -> &'static str {
    match text {
        Text::Brand => "Headwater",
        Text::Tagline => "watch the gradient flow upstream",
        Text::Question => {
            "Close the skips and train the same network on the same batches. \
             How much of the gradient still reaches block 1?"
        }
        Text::QuestionTwo => "Two networks train side by side. How much of the gradient still reaches block 1?",
        Text::QuestionShort => "How much of the gradient still reaches block 1?",
        Text::NothingMeasuredYet => "Nothing measured yet: press Train, and the first step fills the river.",
        Text::Help => "Help",
        Text::Share => "Share",
        Text::Embed => "Embed",
        Text::FullPage => "Full page",
        Text::Theme => "Theme",
        Text::ThemeLight => "light",
        Text::ThemeDark => "dark",
        Text::ThemeAuto => "as the system",
        Text::SwitchToLight => "Switch to light colours",
        Text::SwitchToDark => "Switch to dark colours",
        Text::TrainItYourself => "Train it yourself",
        Text::Train => "Train",
        Text::Resume => "Go on",
        Text::Pause => "Pause",
        Text::StepOnce => "Step",
        Text::Slow => "Slow",
        Text::Reset => "Reset",
        Text::NewRun => "New run",
        Text::More => "More",
        Text::Less => "Less",
        Text::Close => "Close",
        Text::Copy => "Copy",
        Text::Copied => "Copied",
        Text::Restart => "Restart",
        Text::Reload => "Reload",
        Text::AllSkips => "All skips",
        Text::OpenAllSkips => "Open all skips",
        Text::CloseAllSkips => "Close all skips",
        Text::Compare => "Compare",
        Text::CompareExplained => "Two networks in lock-step, each in a worker of its own.",
        Text::SameSeedSameBatches => "Same seed, same initial parameters, same batches.",
        Text::BadgeLive => "live · this browser",
        Text::BadgeRecording => "recording of a real run",
        Text::StateLoading => "loading",
        Text::LoadingEngine => "The engine is loading",
        Text::LoadingData => "The data are loading",
        Text::StateReady => "ready",
        Text::StateRunning => "training",
        Text::StatePaused => "paused",
        Text::StateDone => "budget used up",
        Text::StateFailed => "stopped by an error",
        Text::StateNotFinite => "stopped: loss not finite",
        Text::PausedWhileHidden => "Paused because the page was out of sight.",
        Text::StepsPerSecond => "steps/s",
        Text::RiverTitle => "The gradient as a river",
        Text::RiverCaption => "width = gradient norm, log scale · gradient flows ← from the loss",
        Text::RiverLaneList => "The network's blocks, from the input to the loss",
        Text::Stem => "stem",
        Text::LossEnd => "loss",
        Text::StageBoundary => "A new stage: half the height and width, twice the channels.",
        Text::OptionA => "½",
        Text::OptionAExplained => {
            "This shortcut keeps every second row and column and appends zero channels (option A): no parameters."
        }
        Text::Shortcut => "shortcut",
        Text::ShortcutStrength => "strength of the shortcut",
        Text::ProfileTitle => "Gradient entering each block",
        Text::ProfileSubtitle => "‖∂E/∂x‖",
        Text::BlockAxis => "block (1 = nearest the input)",
        Text::LogAxis => "log axis",
        Text::LinearAxis => "linear axis",
        Text::LogAxisExplained => {
            "On a log axis equal distances are equal factors: each line is so many times the one below."
        }
        Text::ZeroMark => "<1e−38",
        Text::NotFiniteMark => "not finite",
        Text::LearningTitle => "Loss",
        Text::LearningSubtitle => "raw faint, smoothed 0.85",
        Text::LossWord => "loss",
        Text::AccuracyWord => "accuracy",
        Text::TrainAccuracy => "training accuracy",
        Text::TrainShort => "training",
        Text::HeldOut => "held-out",
        Text::HeldOutAccuracy => "held-out accuracy",
        Text::Guessing => "guessing",
        Text::StepAxis => "step",
        Text::HistoryTitle => "History",
        Text::HistorySubtitle => "block × step · drag to look back",
        Text::HistoryHatched => "Hatched: zero or not finite.",
        Text::BackToLive => "Back to now",
        Text::HistorySlider => "Step that is looked at",
        Text::BlockTitle => "Block",
        Text::BlockNone => "Point at a block to see all its numbers.",
        Text::PartsAddUp => "the two parts add up to the whole",
        Text::ShareOverShortcut => "share over the shortcut",
        Text::AbsentAtZero => "none: the shortcut is closed",
        Text::NotMeasured => "not measured",
        Text::TableTitle => "The present profile as a table",
        Text::TableShow => "Show the table",
        Text::TableHide => "Hide the table",
        Text::Block => "block",
        Text::SettingsTitle => "Settings",
        Text::Depth => "depth",
        Text::Width => "width",
        Text::Norm => "normalisation",
        Text::NormBn => "batch norm",
        Text::NormNone => "no norm",
        Text::Init => "initialisation",
        Text::InitHe => "He init",
        Text::InitXavier => "Xavier init",
        Text::InitPytorch => "PyTorch init",
        Text::InitZeroGamma => "zero-gamma init",
        Text::Data => "data",
        Text::Skips => "skips",
        Text::LearningRate => "learning rate",
        Text::Momentum => "momentum",
        Text::WeightDecay => "weight decay",
        Text::Batch => "batch",
        Text::Seed => "seed",
        Text::Budget => "budget of steps",
        Text::LiveSettings => "While it trains",
        Text::NewRunSettings => "For a new run",
        Text::NewRunNeeded => "Takes effect with a new run.",
        Text::LossNotFinite => {
            "The loss is no longer a finite number. A smaller learning rate or batch norm usually helps; \
             what was measured is kept."
        }
        Text::WorkerCrashed => {
            "The engine stopped unexpectedly; what was measured is kept, and a new run can be started."
        }
        Text::NoWorker => "This browser cannot start the worker in which the network trains.",
        Text::NoWasm => "This browser has no WebAssembly SIMD, which the network needs to train.",
        Text::BuildMismatch => "This page was updated meanwhile and its engine is of another build: please reload.",
        Text::WorkerNotLoaded => "The engine could not be loaded; the connection to this site may be gone.",
        Text::WorkerSilent => {
            "The worker in which the network trains has not answered for 15 seconds; it may still come, or be started afresh."
        }
        Text::NoScript => "Headwater trains a network in this page, and needs scripts for it.",
    }
}

/// The quantities.
pub(super) fn quantity(quantity: Quantity) -> QuantityWords {
    let words = |title, formula, how_to_read| QuantityWords { title, formula, how_to_read };
    match quantity {
        Quantity::GradInL2 => words(
            "gradient in",
            "‖∂E/∂x‖",
            "How strongly the loss pulls at what enters the block, over the whole batch: it is what the blocks before it learn from.",
        ),
        Quantity::GradOutL2 => words(
            "gradient out",
            "‖∂E/∂y‖",
            "What arrives at the block's output from the loss, before the block passes it on.",
        ),
        Quantity::WeightGradL2 => words(
            "weight gradient",
            "√Σ‖∂E/∂w‖²",
            "How strongly the loss pulls at the block's own parameters: near 0, the block stands still.",
        ),
        Quantity::BranchGradL2 => words(
            "through the branch",
            "‖JᵀDg‖",
            "The part of the gradient that comes back through the block's two convolutions.",
        ),
        Quantity::SkipGradL2 => words(
            "over the shortcut",
            "‖a·hᵀDg‖",
            "The part of the gradient that comes back over the shortcut, untouched by the block's weights.",
        ),
        Quantity::SkipBranchCosine => words(
            "cosine of the parts",
            "cos(a·hᵀDg, JᵀDg)",
            "Whether the two parts pull the same way (1), at right angles (0) or against each other (−1).",
        ),
        Quantity::BranchRatio => words(
            "branch / shortcut",
            "‖F(x)‖ / ‖a·h(x)‖",
            "How much the block changes what the shortcut carries: near 0 it passes its input on, above 1 it replaces it.",
        ),
        Quantity::BranchRms => {
            words("size of the branch", "‖F(x)‖ / √n", "The typical size of one number that the branch adds.")
        }
    }
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
    }
}

/// Block numbers count from 1.
pub fn block(index: usize) -> String {
    format!("block {}", index + 1)
}

/// How a run's shortcuts stand: all open, all closed, all at one strength, or so many of them open.
pub enum SkipState {
    /// All at strength 1.
    Open,
    /// All at strength 0.
    Closed,
    /// All at the same other strength.
    At(String),
    /// Some at strength 0, the others not.
    Some {
        /// How many are not at 0.
        open: usize,
        /// How many there are.
        of: usize,
    },
    /// None at 0, not all the same.
    Mixed,
}

/// A run's name by its shortcuts, as in "skips open".
pub fn skips(state: &SkipState) -> String {
    match state {
        SkipState::Open => "skips open".to_owned(),
        SkipState::Closed => "skips closed".to_owned(),
        SkipState::At(strength) => format!("skips at {strength}"),
        SkipState::Some { open, of } => format!("{open} of {of} skips open"),
        SkipState::Mixed => "skips partly open".to_owned(),
    }
}

/// The same where there is little room.
pub fn skips_short(state: &SkipState) -> String {
    match state {
        SkipState::Open => "open".to_owned(),
        SkipState::Closed => "closed".to_owned(),
        SkipState::At(strength) => format!("at {strength}"),
        SkipState::Some { open, of } => format!("{open}/{of} open"),
        SkipState::Mixed => "partly".to_owned(),
    }
}

/// Strengths of runs of neighbouring blocks, for the settings line: `(first, last, strength)`, numbered from 1.
pub fn skip_runs(runs: &[(usize, usize, f64)]) -> String {
    let strength = |a: f64| match a {
        1.0 => "on".to_owned(),
        0.0 => "off".to_owned(),
        other => setting(other),
    };
    let span = |first: usize, last: usize| if first == last { first.to_string() } else { format!("{first}–{last}") };
    match runs {
        [] => "no skips".to_owned(),
        [(_, _, only)] => format!("skips {}", strength(*only)),
        [(first, last, a), rest @ ..] => {
            let block = if first == last { "block" } else { "blocks" };
            let others = rest.iter().map(|(first, last, a)| format!(", {} in {}", strength(*a), span(*first, *last)));
            format!("skips {} in {block} {}{}", strength(*a), span(*first, *last), others.collect::<String>())
        }
    }
}

/// What part of the last block's gradient the first one receives. `**` encloses what is set in bold.
pub fn receives(run: &str, part: &str, last: usize) -> String {
    let of = if part.starts_with("1/") { "of what" } else { "what" };
    format!("{}: block 1 receives **{part}** {of} block {last} receives", capital(run))
}

/// The same for the second run of a comparison, or where there is little room.
pub fn receives_too(run: &str, part: &str) -> String {
    let of_it = if part.starts_with("1/") { " of it" } else { "" };
    format!("{}: **{part}**{of_it}", capital(run))
}

/// The same as a sentence of its own, where there is little room.
pub fn receives_short(run: &str, part: &str, last: usize) -> String {
    format!("{}: **{part}** of block {last}’s", capital(run))
}

/// In place of a part: the first block's gradient is 0, or less than f32 numbers hold.
pub fn receives_nothing(run: &str) -> String {
    format!("{}: what block 1 receives is **below 1e-38**, less than 32-bit numbers can hold", capital(run))
}

/// In place of a part: there is nothing to compare with.
pub fn no_part(run: &str, finite: bool) -> String {
    let why =
        if finite { "the gradient is **0** at the last block too" } else { "the gradient is **not finite** any more" };
    format!("{}: {why}", capital(run))
}

/// Added when the smoothed loss has not left that of guessing.
pub fn still_guessing(classes: usize) -> String {
    format!(", and the loss stays at ln {classes}: it still guesses")
}

/// Which measurement the sentences speak of.
pub fn measured_at(steps: &[String], networks: usize) -> String {
    match steps {
        [one] if networks == 1 => format!("Measured at step {one} on this network."),
        [one] => format!("Measured at step {one} on these networks."),
        many => format!("Measured at steps {} on these networks.", many.join(" and ")),
    }
}

/// The river's scale.
pub fn river_scale(full_width: &str, decades: i32) -> String {
    format!("full width = {full_width} · each factor of ten below is 1/{decades} narrower")
}

/// A summary of one run's profile: at the last block, at the first one.
pub fn profile_summary(run: &str, last: usize, at_last: &str, at_first: &str) -> String {
    format!("{}: gradient norm {at_last} at block {last}, {at_first} at block 1.", capital(run))
}

/// A summary of one run's loss.
pub fn loss_summary(run: &str, step: &str, loss: &str, held_out: Option<&str>) -> String {
    let held_out = held_out.map(|share| format!(", held-out accuracy {share}")).unwrap_or_default();
    format!("{}: smoothed loss {loss} at step {step}{held_out}.", capital(run))
}

/// A change of the shortcuts on the time charts; `index` is the block's, or none for all.
pub fn skip_mark(index: Option<usize>, to: f64) -> String {
    let state = match to {
        1.0 => "open".to_owned(),
        0.0 => "closed".to_owned(),
        other => format!("at {}", setting(other)),
    };
    index.map_or_else(|| format!("skips {state}"), |index| format!("{} {state}", block(index)))
}

/// A change of the learning rate on the time charts.
pub fn lr_mark(to: &str) -> String {
    format!("lr {to}")
}

/// A change of the momentum on the time charts.
pub fn momentum_mark(to: &str) -> String {
    format!("momentum {to}")
}

/// A change of the batch size on the time charts.
pub fn batch_mark(to: &str) -> String {
    format!("batch {to}")
}

/// Several changes at the same step.
pub fn many_marks(count: usize) -> String {
    format!("{count} changes")
}

/// What a settings line says, each part as text.
pub struct Settings<'a> {
    /// Weighted layers.
    pub depth: usize,
    /// Channels of the first stage.
    pub width: usize,
    /// Title of the data set.
    pub data: &'a str,
    /// [`norm`].
    pub norm: &'a str,
    /// [`init`].
    pub init: &'a str,
    /// Learning rate.
    pub lr: String,
    /// Momentum.
    pub momentum: String,
    /// Weight decay.
    pub weight_decay: String,
    /// Images a step.
    pub batch: usize,
    /// Seed.
    pub seed: u64,
    /// [`skip_runs`].
    pub skips: String,
    /// Number of parameters.
    pub parameters: String,
}

/// All settings in force, on one line.
pub fn settings(settings: &Settings) -> String {
    let Settings { depth, width, data, norm, init, lr, momentum, weight_decay, batch, seed, skips, parameters } =
        settings;
    format!(
        "ResNet-{depth} width {width} · {data} · {norm} · {init} · SGD lr {lr}, momentum {momentum}, \
         weight decay {weight_decay} · batch {batch} · seed {seed} · {skips} · {parameters} parameters"
    )
}

/// How far a run is.
pub fn progress(step: &str, of: &str) -> String {
    format!("step {step} of {of}")
}

/// A block in the diagram, for those who do not see it: "Block 3 of 9, shortcut open, gradient 2.1e-03, 64 % over the
/// shortcut".
pub fn block_label(number: usize, of: usize, strength: f64, gradient: Option<&str>, share: Option<&str>) -> String {
    let shortcut = match strength {
        1.0 => "open".to_owned(),
        0.0 => "closed".to_owned(),
        other => format!("at {}", setting(other)),
    };
    let gradient = gradient.map(|norm| format!(", gradient {norm}")).unwrap_or_default();
    let share = share.map(|share| format!(", {share} over the shortcut")).unwrap_or_default();
    format!("Block {number} of {of}, shortcut {shortcut}{gradient}{share}")
}

/// The name of a switch.
pub fn switch_label(number: usize) -> String {
    format!("Shortcut of block {number}")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A width of a network.
pub fn width(channels: usize) -> String {
    format!("width {channels}")
}

/// A seed.
pub fn seed(seed: u64) -> String {
    format!("seed {seed}")
}

/// A stage of the network, with the height and width of its images where there is room.
pub fn stage(number: usize, size: Option<[usize; 2]>) -> String {
    size.map_or_else(|| format!("stage {number}"), |[height, width]| format!("stage {number} · {height}×{width}"))
}

/// The smoothed loss at the end of its line.
pub fn loss_label(loss: &str) -> String {
    format!("smoothed {loss}")
}

/// The held-out accuracy at the end of its line.
pub fn held_out_label(share: &str) -> String {
    format!("held-out {share}")
}

/// A value that was not taken as it is, and what is in force instead.
pub fn value_not_taken(error: &SpecError, now: Option<&str>) -> String {
    match now {
        Some(now) => format!("{error}; {now} is used."),
        None => format!("{error}; it is left out."),
    }
}

/// Settings of a link (`order=pre`) that this version does not have.
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

/// The step that numbers are of.
pub fn at_step(at: u64) -> String {
    format!("at {}", step(at))
}

/// "a", "a and b", "a, b and c".
fn list(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The worker is dead; `why` is its panic's text, or nothing.
pub fn worker_died(why: &str) -> String {
    let why = why.trim().trim_end_matches('.').replace('\n', " ");
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    format!("The engine stopped unexpectedly{why}; what was measured is kept.")
}

/// The loss is not a finite number; `block` is the index of the first block whose output is not, or none for the head.
pub fn loss_not_finite(step: u64, block: Option<usize>) -> String {
    let place = block.map_or_else(|| "after the last block".to_owned(), |index| format!("in {}", self::block(index)));
    format!(
        "The loss at step {step} is not a finite number, and the first such number arises {place}: a smaller learning \
         rate or batch norm usually helps; what was measured is kept."
    )
}

/// Steps a second.
pub fn pace(number: &str, short: bool) -> String {
    if short { format!("{number}/s") } else { format!("{number} {}", Text::StepsPerSecond.words()) }
}

/// A step of a run.
pub fn step(step: u64) -> String {
    format!("step {}", crate::format::thousands(step))
}

/// A summary of the history.
pub fn history_summary(blocks: usize, (first, last): (u64, u64), (low, high): (i32, i32)) -> String {
    format!(
        "The gradient entering each of {blocks} blocks at steps {first} to {last}, coloured from 1e{low} to 1e{high}."
    )
}

/// The list of one run's blocks.
pub fn lane_list(lane: &str) -> String {
    format!("Blocks of run {}, from the input to the loss", lane.to_uppercase())
}

/// The title of what is known about one block.
pub fn block_title(index: usize) -> String {
    capital(&block(index))
}

/// What a block is.
pub fn block_facts(block: &BlockPlan) -> String {
    let shape = |[channels, height, width]: [usize; 3]| format!("{channels}×{height}×{width}");
    let change = match block.shortcut {
        Shortcut::Identity => shape(block.output),
        Shortcut::OptionA => format!("{} → {} (option A)", shape(block.input), shape(block.output)),
    };
    let parameters = crate::format::thousands(block.parameters as u64);
    format!("{} · {change} · {parameters} parameters", block.name)
}

/// The caption of a table of the present profile.
pub fn table_caption(list: &str, at: Option<u64>) -> String {
    at.map_or_else(|| format!("{list}: nothing measured yet"), |at| format!("{list}, at {}", step(at)))
}

/// Which initial parameters a run has, and which build computes it.
pub fn parameter_hash(hash: &str, build: &str) -> String {
    format!("Initial parameters {hash} · build {build}")
}

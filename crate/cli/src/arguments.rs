//! The command line. Every flag is a line of the one table of settings in `protocol`; its help is that of `scene`.

use crate::failure::{Failure, first_line, say};
use crate::recipe;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use protocol::setting::{Device, Entry, Id, Subcommand, entries};
use protocol::{Complaint, ProgramOptions, ProgramSetting, Reason, RunSetting, RunSpec};
use scene::words;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What the command line asks for.
#[derive(Clone)]
pub struct Request {
    /// What to do.
    pub command: Subcommand,
    /// The run, from the program's default and the flags.
    pub run: RunSpec,
    /// What is no run's.
    pub options: ProgramOptions,
    /// The recordings that are read, in the order in which they were named.
    pub files: Vec<PathBuf>,
    /// The settings that were given.
    pub given: Vec<Id>,
}

impl Request {
    /// Whether a setting was given.
    pub fn gives(&self, setting: impl Into<Id>) -> bool {
        self.given.contains(&setting.into())
    }
}

/// The commands with their names and what they do.
const COMMANDS: [(Subcommand, &str, &str); 9] = [
    (Subcommand::Models, "models", "List the networks, or show one network's blocks, parameters and cost"),
    (Subcommand::Probe, "probe", "One forward and backward pass; prints the gradient profile"),
    (Subcommand::Train, "train", "Train on a shipped data set, or on images of one's own"),
    (Subcommand::Data, "data", "Say what a folder of images holds: classes, sizes, means; and show the first images"),
    (Subcommand::Check, "check", "Say whether recordings are whole and sound, and what is in them"),
    (Subcommand::Export, "export", "Make a table or JSON of a recording, for other programs"),
    (
        Subcommand::Report,
        "report",
        "Make one file of recorded runs: the charts of one or two as a picture, or the page with up to 12 inside",
    ),
    (Subcommand::Sweep, "sweep", "Train the runs of a grid of settings and seeds, or one of them by its number"),
    (Subcommand::Serve, "serve", "Serve the page on this computer, which then computes its runs"),
];

/// The id of the recordings among a command's arguments: they are no setting.
const FILES: &str = "files";

/// The command line as clap reads it.
fn program() -> Command {
    let table = entries();
    let commands = COMMANDS.map(|(command, name, about)| {
        let flags = table.iter().filter(|entry| entry.commands.contains(&command));
        Command::new(name).about(about).args(files(command)).args(flags.filter_map(|entry| flag(entry, command)))
    });
    Command::new("headwater")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Train and probe residual networks, block by block")
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands)
}

/// The recordings or the folder that a command reads, by name.
fn files(command: Subcommand) -> Option<Arg> {
    let (many, help) = match command {
        Subcommand::Models | Subcommand::Probe | Subcommand::Train => return None,
        Subcommand::Data => (false, "A folder of images; of several idx sets in one, the folder and the set's name"),
        Subcommand::Sweep => (false, "The grid: a file such as assets/recipes/depth-sweep.json"),
        Subcommand::Check => (true, "Recordings, as train --record and the page write them"),
        Subcommand::Export => (false, "A recording, as train --record and the page write them"),
        Subcommand::Report => {
            (true, "Recordings, with one or two runs in all for a picture (.svg) and up to 12 for a page (.html)")
        }
        Subcommand::Serve => (true, "Recordings that the page opens and lists, with up to 12 runs in all"),
    };
    let name = if command == Subcommand::Data { "DIR" } else { "FILE" };
    let arg = Arg::new(FILES)
        .value_name(name)
        .help(help)
        .required(command != Subcommand::Serve)
        .value_parser(value_parser!(PathBuf));
    Some(if many { arg.num_args(1..) } else { arg })
}

/// The flag of a setting; of `models`, the network is a word of its own.
fn flag(entry: &Entry, command: Subcommand) -> Option<Arg> {
    let id = entry.id?;
    let is_model = id == RunSetting::Model.into();
    let arg = Arg::new(entry.name).help(help(id, entry.accepts.as_ref()));
    if is_model && command == Subcommand::Models {
        return Some(arg.value_name("NAME").help("A network, such as resnet20; all presets if missing"));
    }
    let arg = arg.long(entry.name.replace('_', "-"));
    if entry.accepts == Some(Reason::Flag) {
        let csv = id == ProgramSetting::Csv.into();
        let arg = arg.action(ArgAction::SetTrue);
        return Some(if csv { arg.conflicts_with(ProgramSetting::Json.name()) } else { arg });
    }
    let is_required = match id {
        Id::Program(ProgramSetting::Out) => matches!(command, Subcommand::Report | Subcommand::Sweep),
        // A checkpoint says which network it is of.
        Id::Run(RunSetting::Model) if command == Subcommand::Train => false,
        _ => is_model || id == ProgramSetting::To.into(),
    };
    let arg = arg.value_name(value_name(id)).required(is_required).allow_negative_numbers(true);
    let arg = if is_model && command == Subcommand::Train {
        arg.required_unless_present_any([ProgramSetting::Resume.name(), ProgramSetting::Recipe.name()])
    } else {
        arg
    };
    let epochs = id == ProgramSetting::Epochs.into();
    Some(if epochs { arg.conflicts_with(RunSetting::Steps.name()) } else { arg })
}

/// What stands for the value in a help text.
fn value_name(id: Id) -> &'static str {
    match id {
        Id::Program(ProgramSetting::Weights | ProgramSetting::Input) => "FILE.safetensors",
        Id::Program(ProgramSetting::Record | ProgramSetting::Out) => "FILE",
        Id::Program(ProgramSetting::Checkpoint | ProgramSetting::Resume | ProgramSetting::DataDir) => "DIR",
        Id::Program(ProgramSetting::CheckpointEvery | ProgramSetting::Port) => "N",
        Id::Program(ProgramSetting::Recipe) => "FILE.json",
        Id::Program(ProgramSetting::Only) => "K/N",
        Id::Program(ProgramSetting::SkipSchedule) => "fade:FROM-TO|LIST",
        Id::Run(RunSetting::LrSchedule) => "constant|cosine|step:S1,S2*F",
        Id::Run(RunSetting::Warmup) => "STEPS",
        Id::Program(ProgramSetting::To) => "csv|json",
        Id::Program(ProgramSetting::WhenAlone) => "go|rest",
        Id::Program(ProgramSetting::Quantities) | Id::Run(RunSetting::Events) => "LIST",
        Id::Run(RunSetting::Model) => "NAME",
        Id::Run(RunSetting::StochasticDepth) => "P_L",
        Id::Run(RunSetting::MeasureEvery) => "N|log",
        _ => "VALUE",
    }
}

/// The explanation of a setting, what it accepts where that is short, and its default.
fn help(id: Id, accepts: Option<&Reason>) -> String {
    let explanation = words::setting_words(id).explanation;
    let accepted = match accepts {
        Some(Reason::OneOf(_) | Reason::Data | Reason::Whole { .. } | Reason::Real { .. } | Reason::Strengths) => {
            accepts.map(words::accepted)
        }
        _ => None,
    };
    let accepted = accepted.map(|words| format!(": {words}")).unwrap_or_default();
    let default = default(id).map(|value| format!(" [default: {value}]")).unwrap_or_default();
    let more = more(id).map(|more| format!("; {more}")).unwrap_or_default();
    format!("{explanation}{accepted}{default}{more}")
}

/// What a form has no room for.
fn more(id: Id) -> Option<&'static str> {
    match id {
        Id::Run(RunSetting::OptionA) => Some(
            "a file of weights needs the one that it was trained with, which its names and shapes do not tell: around where \
             the code of its shortcut pads by planes//4 on both sides, as the most used CIFAR ResNet does, after where the \
             zeros follow",
        ),
        Id::Run(RunSetting::StochasticDepth) => Some(
            "one draw a block and step holds for the whole batch; in an evaluation each branch takes part, times its \
             probability",
        ),
        Id::Program(ProgramSetting::Quantities) => Some(
            "weight_grad_l2 counts all parameters of a block, biases and norms too, and can be level where grad_in_l2 \
             falls: it is the product of the gradient, which falls towards the input, and of the signal, which falls \
             towards the output",
        ),
        _ => None,
    }
}

/// The program's default, where it is one value for every network and command.
fn default(id: Id) -> Option<String> {
    let run = train_default();
    match id {
        Id::Run(RunSetting::Model) => None,
        Id::Run(RunSetting::Width) => Some("16 for the CIFAR family, else 64".to_owned()),
        Id::Run(RunSetting::Norm) => Some("bn, and none for vgg16 and vgg19".to_owned()),
        Id::Run(setting) => Some(setting.get(&run)),
        Id::Program(
            setting @ (ProgramSetting::Dtype
            | ProgramSetting::Device
            | ProgramSetting::Port
            | ProgramSetting::WhenAlone),
        ) => Some(setting.setting().get(&ProgramOptions::default())),
        Id::Page(_) | Id::Program(_) => None,
    }
}

/// The run that `train` begins from.
pub fn train_default() -> RunSpec {
    RunSpec { eval_every: 100, ..RunSpec::program_default() }
}

/// Reads the command line.
///
/// # Errors
/// clap's error for what is no command or flag, and for help and version; the first complaint about a value.
pub fn read() -> Result<Request, Refusal> {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let is_models = typed.get(1).is_some_and(|word| word == "models");
    let request = read_words(typed.iter().cloned()).map_err(|refusal| match refusal {
        // The network of `models` is a word of its own.
        Refusal::Value(complaint) if !is_models => Refusal::File(Failure::Input(words::complaint_of_flag(&complaint))),
        other => other,
    })?;
    if request.options.recipe.is_empty() {
        return Ok(request);
    }
    let (recipe, flags) = recipe::recipe_settings(Path::new(&request.options.recipe)).map_err(Refusal::File)?;
    for sentence in [recipe.about, recipe.aims_at, recipe.run_here].iter().filter(|sentence| !sentence.is_empty()) {
        say(sentence);
    }
    read_words(recipe::with_settings(&flags, typed).into_iter())
}

/// Reads a command line from its words, the program's name among them.
///
/// # Errors
/// clap's error for what is no command or flag, and for help and version; the first complaint about a value.
pub fn read_words(words: impl Iterator<Item = OsString>) -> Result<Request, Refusal> {
    let matches = program().try_get_matches_from(words)?;
    let (name, matches) = matches.subcommand().unwrap_or(("", &matches));
    let command = COMMANDS.iter().find(|(_, own, _)| *own == name).map_or(Subcommand::Models, |(command, ..)| *command);
    let run = if command == Subcommand::Train { train_default() } else { RunSpec::program_default() };
    let files =
        files(command).and_then(|_| matches.get_many::<PathBuf>(FILES)).into_iter().flatten().cloned().collect();
    let mut request = Request { command, run, options: ProgramOptions::default(), files, given: Vec::new() };
    for entry in entries().iter().filter(|entry| entry.commands.contains(&command)) {
        let Some((id, text)) = entry.id.and_then(|id| Some((id, given(matches, entry)?))) else { continue };
        request.given.push(id);
        match id {
            Id::Run(setting) => setting.setting().set(&mut request.run, &text).strict()?,
            Id::Program(setting) => setting.setting().set(&mut request.options, &text).strict()?,
            Id::Page(_) => {}
        }
    }
    Ok(request)
}

/// The text of a flag that was given.
fn given(matches: &ArgMatches, entry: &Entry) -> Option<String> {
    if entry.accepts == Some(Reason::Flag) {
        return matches.get_flag(entry.name).then(|| "1".to_owned());
    }
    matches.get_one::<String>(entry.name).cloned()
}

/// Why a command line is not carried out.
pub enum Refusal {
    /// It could not be read, or asks for help.
    Usage(Box<clap::Error>),
    /// A value is not accepted.
    Value(Complaint),
    /// A recipe cannot be used, or a value that was typed; it is in words already.
    File(Failure),
}

impl From<clap::Error> for Refusal {
    fn from(error: clap::Error) -> Self {
        Self::Usage(Box::new(error))
    }
}

impl From<Complaint> for Refusal {
    fn from(complaint: Complaint) -> Self {
        Self::Value(complaint)
    }
}

/// Takes this number of threads, before anything is computed.
///
/// # Errors
/// If they cannot be started.
pub fn take_threads(threads: Option<usize>) -> Result<(), Failure> {
    let Some(count) = threads else { return Ok(()) };
    let taken = rayon::ThreadPoolBuilder::new().num_threads(count).build_global();
    taken.map_err(|error| Failure::Run(format!("{count} threads could not be started: {error}")))
}

/// The device that was asked for.
///
/// # Errors
/// If this build or this computer does not have it, with what to do.
pub fn device(device: Device) -> Result<candle_core::Device, Failure> {
    let Device::Cuda(number) = device else { return Ok(candle_core::Device::Cpu) };
    let name = device.to_string();
    if !cfg!(feature = "cuda") {
        let how = "build one with cargo build --release -p headwater --features cuda";
        return Err(Failure::Input(format!(
            "--device {name:?} is not in this program, which was built without CUDA: {how}"
        )));
    }
    let device = candle_core::Device::new_cuda(number);
    device.and_then(|device| kernel::keep_freed_memory_on(&device).map(|()| device)).map_err(|error| {
        Failure::Input(format!("--device {name:?} cannot be used: {}", first_line(&error.to_string())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_command_line_is_well_formed() {
        program().debug_assert();
    }

    /// Of `models`, the network is a word of its own; recordings are no setting.
    #[test]
    fn the_flags_of_a_command_are_its_settings() {
        let program = program();
        for (command, name, _) in COMMANDS {
            let arguments = program.find_subcommand(name).into_iter().flat_map(Command::get_arguments);
            let arguments = arguments.filter(|arg| arg.get_id() != FILES);
            let flag = |arg: &Arg| arg.get_long().unwrap_or(arg.get_id().as_str()).replace('-', "_");
            let flags: BTreeSet<_> = arguments.map(flag).collect();
            let own = entries().into_iter().filter(|entry| entry.commands.contains(&command));
            assert_eq!(flags, own.map(|entry| entry.name.to_owned()).collect(), "{name}");
        }
        for entry in entries() {
            let of_the_program = matches!(entry.id, Some(Id::Run(_) | Id::Program(_)));
            assert!(of_the_program || entry.commands.is_empty(), "{}", entry.name);
        }
    }

    #[test]
    fn the_help_says_what_surprises() {
        let help = |command: &str, flag: &str| {
            let program = program();
            let arg =
                program.find_subcommand(command).and_then(|own| own.get_arguments().find(|arg| arg.get_id() == flag));
            arg.and_then(Arg::get_help).map(ToString::to_string).unwrap_or_default()
        };
        for (command, flag, words) in [
            ("train", "epochs", "left out if they do not fill a batch"),
            ("train", "stochastic_depth", "whole batch"),
            ("train", "stochastic_depth", "times its probability"),
            ("probe", "option_a", "planes//4 on both sides"),
            ("train", "option_a", "around where"),
            ("probe", "quantities", "biases and norms too"),
            ("probe", "quantities", "can be level where grad_in_l2 falls"),
            ("probe", "weights", "Hugging Face"),
        ] {
            assert!(help(command, flag).contains(words), "{command} --{flag}: {}", help(command, flag));
        }
    }

    #[test]
    fn every_flag_has_help() {
        for command in program().get_subcommands() {
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.len() > 5, "{} {}", command.get_name(), arg.get_id());
            }
        }
    }
}

//! The flags of the program that are no run's: the struct that holds them, and their lines of the table.

use super::Kind;
use super::table::{choice_of, flag, settings, whole};
use crate::model::choice;
use crate::{Quantity, Reason};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What the program is told beside the run. `None` and an empty text are "not given".
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramOptions {
    /// Number of classes.
    pub classes: Option<usize>,
    /// Channels of the image.
    pub channels: Option<usize>,
    /// Weights with torchvision's state_dict names, a safetensors file.
    pub weights: String,
    /// Images and labels, a safetensors file.
    pub input: String,
    /// The folder of images of one's own.
    pub data_dir: String,
    /// Updates on the same batch.
    pub updates: Option<usize>,
    /// Passes over the training images, in place of a number of steps.
    pub epochs: Option<usize>,
    /// The quantities measured, in place of the usual ones.
    pub quantities: Option<Vec<Quantity>>,
    /// Number type of the computation.
    pub dtype: NumberType,
    /// Where it is computed.
    pub device: Device,
    /// Threads to compute on.
    pub threads: Option<usize>,
    /// The port that is listened on; 0 is any that is free.
    pub port: u16,
    /// What becomes of a run whose page is gone.
    pub when_alone: WhenAlone,
    /// The file of the recording.
    pub record: String,
    /// How the shortcuts change, short for `fade` and `events`.
    pub skip_schedule: String,
    /// The folder of the checkpoints.
    pub checkpoint: String,
    /// Updates between two checkpoints.
    pub checkpoint_every: Option<usize>,
    /// The folder of checkpoints of which the newest goes on.
    pub resume: String,
    /// Settings of a run, a file.
    pub recipe: String,
    /// The one run of a sweep that is made.
    pub only: Option<Only>,
    /// Names the runs of a sweep, and makes none.
    pub list: bool,
    /// The format that a recording is exported to.
    pub to: ExportFormat,
    /// The file that is written, in place of standard output.
    pub out: String,
    /// Prints JSON.
    pub json: bool,
    /// Prints CSV.
    pub csv: bool,
}

impl Default for ProgramOptions {
    fn default() -> Self {
        Self {
            classes: None,
            channels: None,
            weights: String::new(),
            input: String::new(),
            data_dir: String::new(),
            updates: None,
            epochs: None,
            quantities: None,
            dtype: NumberType::Auto,
            device: Device::Cpu,
            threads: None,
            port: 8080,
            when_alone: WhenAlone::Go,
            record: String::new(),
            skip_schedule: String::new(),
            checkpoint: String::new(),
            checkpoint_every: None,
            resume: String::new(),
            recipe: String::new(),
            only: None,
            list: false,
            to: ExportFormat::Csv,
            out: String::new(),
            json: false,
            csv: false,
        }
    }
}

choice! {
    /// Number type of a computation.
    NumberType {
        /// f64 unless the network and the batch are large.
        Auto = "auto",
        /// 32 bits.
        F32 = "f32",
        /// 64 bits.
        F64 = "f64",
    }
}

choice! {
    /// A format for programs that know no recordings.
    ExportFormat {
        /// A table with a row for each value.
        Csv = "csv",
        /// An array with an object for each line.
        Json = "json",
    }
}

choice! {
    /// What becomes of a run that no page drives any more.
    WhenAlone {
        /// It goes on.
        Go = "go",
        /// It rests until a page comes.
        Rest = "rest",
    }
}

/// Where it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The processor.
    Cpu,
    /// The graphics card of that number.
    Cuda(usize),
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

impl FromStr for Device {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if text == "cpu" {
            return Ok(Self::Cpu);
        }
        let number = text.strip_prefix("cuda:").and_then(|number| number.parse().ok());
        number.map(Self::Cuda).ok_or(Reason::Device)
    }
}

/// One run of a sweep, by its number. Written `K of N` or `K/N`, or as `K` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Only {
    /// The number, from 1.
    pub number: usize,
    /// How many runs there are, if that was said.
    pub count: Option<usize>,
}

impl Only {
    /// Whether a sweep of this many runs has it.
    pub fn is_of(self, count: usize) -> bool {
        (1..=count).contains(&self.number) && self.count.is_none_or(|own| own == count)
    }
}

impl fmt::Display for Only {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            Some(count) => write!(f, "{} of {count}", self.number),
            None => write!(f, "{}", self.number),
        }
    }
}

impl FromStr for Only {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let number = |text: &str| text.trim().parse().ok().filter(|number| *number > 0).ok_or(Reason::Only);
        match text.split_once('/').or_else(|| text.split_once("of")) {
            Some((own, count)) => Ok(Self { number: number(own)?, count: Some(number(count)?) }),
            None => Ok(Self { number: number(text)?, count: None }),
        }
    }
}

/// A text that is not empty, in a field of that name.
macro_rules! path {
    ($field:ident, $reason:ident) => {
        Kind::Text {
            accepts: || Reason::$reason,
            get: |options| options.$field.clone(),
            set: |options, text| {
                options.$field = text.to_owned();
                if text.is_empty() { Err(Reason::$reason) } else { Ok(()) }.into()
            },
        }
    };
}

/// A file's name, in a field of that name.
macro_rules! file {
    ($field:ident) => {
        path!($field, File)
    };
}

/// A folder's name, in a field of that name.
macro_rules! folder {
    ($field:ident) => {
        path!($field, Folder)
    };
}

/// A whole number that may be left out, in a field of that name.
macro_rules! given {
    ($field:ident, $min:literal..=$max:literal) => {
        Kind::Whole {
            min: $min,
            max: $max,
            offers: &[],
            get: |options| options.$field.unwrap_or_default() as u64,
            set: |options, value| options.$field = Some(value as usize),
        }
    };
}

settings! {
    /// A setting of the program alone.
    ProgramSetting of ProgramOptions in Program;
    Classes "classes" fixed SHAPES given!(classes, 2..=100_000);
    Channels "channels" fixed SHAPES given!(channels, 1..=64);
    Weights "weights" fixed PROBE file!(weights);
    Input "input" fixed PROBE file!(input);
    DataDir "data_dir" fixed COMPUTES folder!(data_dir);
    Updates "updates" fixed PROBE given!(updates, 0..=1_000_000);
    Epochs "epochs" fixed TRAIN given!(epochs, 1..=10_000);
    Quantities "quantities" fixed RUNS Kind::Text {
        accepts: Quantity::accepted,
        get: |options| options.quantities.as_deref().map(Quantity::write_list).unwrap_or_default(),
        set: |options, text| Quantity::parse_list(text).map(|list| options.quantities = Some(list)).into(),
    };
    Dtype "dtype" fixed PROBE choice_of!(NumberType, dtype);
    Device "device" fixed COMPUTES Kind::Text {
        accepts: || Reason::Device,
        get: |options| options.device.to_string(),
        set: |options, text| text.parse().map(|device| options.device = device).into(),
    };
    Threads "threads" fixed COMPUTES given!(threads, 1..=1024);
    Port "port" fixed SERVE whole!(port, 0..=65_535);
    WhenAlone "when_alone" fixed SERVE choice_of!(WhenAlone, when_alone);
    Record "record" fixed RUNS file!(record);
    SkipSchedule "skip_schedule" fixed TRAIN path!(skip_schedule, SkipSchedule);
    Checkpoint "checkpoint" fixed TRAIN folder!(checkpoint);
    CheckpointEvery "checkpoint_every" fixed TRAIN given!(checkpoint_every, 1..=1_000_000);
    Resume "resume" fixed TRAIN folder!(resume);
    Recipe "recipe" fixed TRAIN file!(recipe);
    Only "only" fixed SWEEP Kind::Text {
        accepts: || Reason::Only,
        get: |options| options.only.map(|only| only.to_string()).unwrap_or_default(),
        set: |options, text| text.parse().map(|only| options.only = Some(only)).into(),
    };
    List "list" fixed SWEEP flag!(list);
    To "to" fixed EXPORT choice_of!(ExportFormat, to);
    Out "out" fixed WRITES_A_FILE file!(out);
    Json "json" fixed PRINTS_JSON flag!(json);
    Csv "csv" fixed PROBE flag!(csv);
}

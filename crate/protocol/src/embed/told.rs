//! What the page tells the page that embeds it.

use super::{Subject, VERSION};
use crate::recording::number;
use crate::{Lane, Mark};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Page → embedding page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum Told {
    /// It listens, and everything else comes after this.
    #[serde(rename = "headwater:ready")]
    Ready(Ready),
    /// It does something else now.
    #[serde(rename = "headwater:state")]
    State(StateTold),
    /// The measurements.
    #[serde(rename = "headwater:step")]
    Step(Box<StepTold>),
    /// A live setting was changed while a run went on.
    #[serde(rename = "headwater:mark")]
    Mark(MarkTold),
    /// It would like to be so high.
    #[serde(rename = "headwater:resize")]
    Resize {
        /// CSS px.
        height: f64,
    },
    /// Something went wrong, or was not taken.
    #[serde(rename = "headwater:error")]
    Error(Trouble),
    /// The answer to [`super::Asked::Get`].
    #[serde(rename = "headwater:answer")]
    Answer(Answer),
}

impl Told {
    /// The message as it is sent.
    pub fn to_json(&self) -> Value {
        // Keys are texts, so that nothing can fail.
        let mut message = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(fields) = &mut message {
            fields.insert("v".to_owned(), VERSION.into());
        }
        message
    }

    /// What learning platforms understand of it, to be sent beside it.
    pub fn for_platforms(&self) -> Option<Value> {
        match self {
            Self::Resize { height } => Some(json!({"subject": "lti.frameResize", "height": height})),
            _ => None,
        }
    }
}

/// The page listens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ready {
    /// The build of the page.
    pub build: String,
    /// Every setting in force by its name in a URL; `NAME_b` where the second run has another value.
    pub settings: Map<String, Value>,
}

/// What the page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StateName {
    /// The engine or the data are not there yet.
    Loading,
    /// At step 0.
    Ready,
    /// Training.
    Running,
    /// Unseen: it goes on by itself when it is seen.
    Resting,
    /// Can go on.
    Paused,
    /// The budget is used up.
    Done,
    /// An error, or a loss that is not finite; what was measured is kept.
    Failed,
}

/// The state of the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StateTold {
    /// What it does.
    pub state: StateName,
    /// Why, in words; null where the state says it all.
    pub why: Option<String>,
    /// Number of updates done.
    pub step: u64,
}

/// The measurements of a step: those of the first run, and of each run under its letter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepTold {
    /// The step that was measured.
    pub step: Option<u64>,
    /// Number of updates done.
    pub updates: u64,
    /// Mean cross-entropy over the batch, nats.
    #[serde(serialize_with = "optional")]
    pub loss: Option<f64>,
    /// Share of the batch classified correctly, in [0, 1].
    #[serde(serialize_with = "optional")]
    pub train_accuracy: Option<f64>,
    /// Share of the held-out images classified correctly at the latest evaluation, in [0, 1].
    #[serde(serialize_with = "optional")]
    pub accuracy: Option<f64>,
    /// Updates a second.
    #[serde(serialize_with = "optional")]
    pub steps_per_second: Option<f64>,
    /// Each run.
    pub lanes: BTreeMap<Lane, LaneStep>,
}

/// The measurements of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LaneStep {
    /// The step that was measured.
    pub step: Option<u64>,
    /// Number of updates done.
    pub updates: u64,
    /// Mean cross-entropy over the batch, nats.
    #[serde(serialize_with = "optional")]
    pub loss: Option<f64>,
    /// Share of the batch classified correctly, in [0, 1].
    #[serde(serialize_with = "optional")]
    pub train_accuracy: Option<f64>,
    /// Share of the held-out images classified correctly at the latest evaluation, in [0, 1].
    #[serde(serialize_with = "optional")]
    pub accuracy: Option<f64>,
    /// Strength of each block's shortcut at that step.
    pub strengths: Vec<f64>,
    /// The blocks' names, from the input to the loss.
    pub blocks: Vec<String>,
    /// Norm of the gradient that each block passes on towards the input, ‖∂E/∂x‖.
    #[serde(serialize_with = "column")]
    pub grad_in_l2: Vec<Option<f64>>,
    /// Norm of the gradient that arrives at each block from the loss, ‖∂E/∂y‖.
    #[serde(serialize_with = "column")]
    pub grad_out_l2: Vec<Option<f64>>,
    /// The first block's `grad_in_l2` over the last one's.
    #[serde(serialize_with = "optional")]
    pub first_over_last: Option<f64>,
}

/// A live setting was changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarkTold {
    /// Of which run.
    pub lane: Lane,
    /// The first step that feels it.
    pub step: u64,
    /// The setting's name.
    pub what: &'static str,
    /// The block, for one shortcut.
    pub block: Option<String>,
    /// The value before.
    pub from: f64,
    /// The value after.
    pub to: f64,
}

impl MarkTold {
    /// A mark of that run.
    pub fn new(lane: Lane, mark: &Mark) -> Self {
        let Mark { step, what, ref block, from, to, .. } = *mark;
        Self { lane, step, what: what.name(), block: block.clone(), from, to }
    }
}

/// What went wrong, or was not taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trouble {
    /// One sentence.
    pub message: String,
    /// The run that it is about, if it is about one.
    pub lane: Option<Lane>,
    /// The setting that it is about, by its name in a URL.
    pub key: Option<String>,
    /// What kind of trouble it is.
    pub code: ErrorCode,
}

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// There is no such type of message.
    UnknownType,
    /// There is no such setting; nothing was changed.
    UnknownSetting,
    /// The message is of a version that this page does not know.
    NewerVersion,
    /// The message lacks a field, or has one that cannot be read; nothing was changed.
    BadMessage,
    /// The value was not taken as it is.
    BadValue,
    /// The setting is planned and not there yet.
    NotAvailable,
    /// The engine does not answer, is of another build, or is lost.
    Engine,
    /// The run could not begin or go on.
    Run,
    /// The loss is not a finite number.
    NotFinite,
}

impl ErrorCode {
    /// Every code, as it is written.
    pub const NAMES: &'static [&'static str] = &[
        "unknown-type",
        "unknown-setting",
        "newer-version",
        "bad-message",
        "bad-value",
        "not-available",
        "engine",
        "run",
        "not-finite",
    ];
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// What the question was marked with.
    pub id: Value,
    /// What was asked for.
    pub what: Subject,
    /// That.
    #[serde(flatten)]
    pub answered: Answered,
}

/// What was asked for; the field has the name of the [`Subject`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answered {
    /// What the page does.
    State(StateTold),
    /// Every setting in force.
    Settings(Map<String, Value>),
    /// The run so far, as the text of a recording.
    Record(String),
}

/// Numbers that are not finite by name, as in recordings: JSON has none.
fn optional<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map_or(Value::Null, number).serialize(serializer)
}

fn column<S: Serializer>(values: &[Option<f64>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|value| value.map_or(Value::Null, number)))
}

//! Lines of a recording, from what a session says.

use super::{BY_FOLD, GRADIENT, SCHEMA};
use crate::{
    Diagram, DiagramBlock, EndReason, Ends, Evaluation, Event, ImageAnswer, Lane, Lost, Mark, Measured, Quantity,
    RunSetting, RunSpec, Stage, StepRecord,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use std::io::Write;

/// Who wrote a recording, when, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Program, version and commit.
    pub producer: String,
    /// Date and time in UTC, RFC 3339.
    pub created: String,
    /// The command that makes the run, if it was one.
    pub command: Option<String>,
}

/// The first line of a lane. Its `spec` is null where the settings are not known.
pub fn header(lane: Lane, origin: &Origin, diagram: &Diagram) -> Value {
    let written = |block: &DiagramBlock, stage: usize| {
        let mut written = json!({"name": block.name, "kind": block.kind, "stage": stage});
        if diagram.spec.is_none() {
            written["shortcut"] = block.shortcut.name().into();
        }
        if let Some(module) = &block.module {
            written["module"] = module.as_str().into();
        }
        written
    };
    let in_stage = |stage: &Stage| {
        let blocks = diagram.blocks.get(stage.blocks.clone()).unwrap_or_default();
        blocks.iter().map(|block| written(block, stage.number)).collect::<Vec<_>>()
    };
    let mut line = json!({
        "type": "header",
        "schema": SCHEMA,
        "producer": origin.producer,
        "created": origin.created,
        "lane": lane.name(),
        "spec": diagram.spec.as_ref().map(spec_as_json),
        "blocks": diagram.stages.iter().flat_map(in_stage).collect::<Vec<_>>(),
        "quantities": diagram.quantities.iter().map(|quantity| quantity.name()).collect::<Vec<_>>(),
    });
    if let Some(command) = &origin.command {
        line["command"] = command.as_str().into();
    }
    if let Some(weights) = &diagram.weights {
        line["weights"] = weights.as_str().into();
    }
    if diagram.begins > 0 {
        line["begins"] = diagram.begins.into();
    }
    if let Some(model) = &diagram.model {
        line["model"] = model.as_str().into();
    }
    if !diagram.notes.is_empty() {
        line["notes"] = json!(diagram.notes);
    }
    line
}

/// Settings that came later: they are said where they are not as usual.
const LATER: [RunSetting; 7] = [
    RunSetting::Augment,
    RunSetting::Fade,
    RunSetting::LrSchedule,
    RunSetting::Warmup,
    RunSetting::NoDecay,
    RunSetting::LabelSmoothing,
    RunSetting::OnNonfinite,
];

/// The run's settings by their names in a URL; numbers as numbers.
pub fn spec_as_json(spec: &RunSpec) -> Value {
    let value = |text: String| serde_json::from_str(&text).ok().filter(Value::is_number).unwrap_or(Value::from(text));
    // Headers that were written before there were these stay as they are.
    let usual = RunSpec::program_default();
    let is_said = |setting: &RunSetting| !LATER.contains(setting) || setting.get(spec) != setting.get(&usual);
    RunSetting::written().filter(is_said).map(|setting| (setting.name().to_owned(), value(setting.get(spec)))).collect()
}

/// The line of an event.
pub fn line(lane: Lane, event: &Event) -> Value {
    let mut object = match event {
        Event::Step(record) => step(record),
        Event::Eval(evaluation) => eval(evaluation),
        Event::Mark(mark) => self::mark(mark),
        Event::End(reason) => end(reason),
        // Of no recording: a step is one line.
        Event::Phase(_) => typed("phase"),
    };
    object.insert("lane".into(), lane.name().into());
    Value::Object(object)
}

fn step(record: &StepRecord) -> Map<String, Value> {
    let StepRecord { step, loss, train_accuracy, lr, measured, ends } = record;
    let mut object = typed("step");
    object.insert("step".into(), (*step).into());
    object.insert("loss".into(), number(*loss));
    object.insert("train_accuracy".into(), number(*train_accuracy));
    object.insert("lr".into(), number(*lr));
    object.extend(measured_as_json(measured));
    object.insert("ends".into(), ends_as_json(ends));
    object
}

fn eval(evaluation: &Evaluation) -> Map<String, Value> {
    let Evaluation { step, loss, accuracy, measured, answers } = evaluation;
    let mut object = typed("eval");
    object.insert("step".into(), (*step).into());
    object.insert("loss".into(), number(*loss));
    object.insert("accuracy".into(), number(*accuracy));
    let more = measured_as_json(measured).into_iter();
    object.extend(more.filter(|(_, value)| value.as_object().is_some_and(|found| !found.is_empty())));
    if !answers.is_empty() {
        let answer = |answer: &ImageAnswer| json!({"image": answer.image, "class": answer.class, "probability": number(answer.probability)});
        object.insert("answers".into(), answers.iter().map(answer).collect());
    }
    object
}

fn mark(mark: &Mark) -> Map<String, Value> {
    let Mark { step, what, block, from, to, folded } = mark;
    let mut object = typed("mark");
    object.insert("step".into(), (*step).into());
    object.insert("what".into(), what.name().into());
    if let Some(block) = block {
        object.insert("block".into(), block.as_str().into());
    }
    object.insert("from".into(), number(*from));
    object.insert("to".into(), number(*to));
    if *folded {
        object.insert("by".into(), BY_FOLD.into());
    }
    object
}

fn end(reason: &EndReason) -> Map<String, Value> {
    let mut object = typed("end");
    match reason {
        EndReason::Done => {
            object.insert("reason".into(), "done".into());
        }
        EndReason::Interrupted => {
            object.insert("reason".into(), "interrupted".into());
        }
        EndReason::NonFinite { step, lost, block } => {
            object.insert("reason".into(), "nonfinite".into());
            object.insert("step".into(), (*step).into());
            object.insert("block".into(), json!(block));
            if *lost == Lost::Gradient {
                object.insert("what".into(), GRADIENT.into());
            }
        }
    }
    object
}

/// A line as text, of a run that has another name than a lane's: readers leave it out and say so.
pub fn renamed(mut line: Value, name: &str) -> String {
    line["lane"] = name.into();
    line.to_string()
}

/// The line that ends the lane of a run that its user stopped.
pub fn interrupted(lane: Lane) -> Value {
    line(lane, &Event::End(EndReason::Interrupted))
}

/// Whole lines as one gzip member: members one after the other are a file that any gzip program reads, and one that is cut
/// off loses its last member at most.
pub fn compressed(lines: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // A vector takes everything.
    let _taken = encoder.write_all(lines);
    encoder.finish().unwrap_or_default()
}

fn typed(kind: &str) -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), Value::from(kind))])
}

/// `columns`, `scalars` and `vectors`, each an object by quantity.
pub fn measured_as_json(measured: &Measured) -> Map<String, Value> {
    let name = |quantity: Quantity| quantity.name().to_owned();
    let optional = |value: &Option<f64>| value.map_or(Value::Null, number);
    let columns: Map<_, _> = measured
        .columns
        .iter()
        .map(|column| (name(column.quantity), column.values.iter().map(optional).collect()))
        .collect();
    let scalars: Map<_, _> =
        measured.scalars.iter().map(|scalar| (name(scalar.quantity), optional(&scalar.value))).collect();
    let vectors: Map<_, _> = measured
        .vectors
        .iter()
        .map(|vector| (name(vector.quantity), vector.values.iter().copied().map(number).collect()))
        .collect();
    let parts = [("columns", columns), ("scalars", scalars), ("vectors", vectors)];
    parts.into_iter().map(|(key, part)| (key.to_owned(), Value::Object(part))).collect()
}

/// What is not a block; null where nothing was measured.
pub fn ends_as_json(ends: &Ends) -> Value {
    let optional = |value: Option<f64>| value.map_or(Value::Null, number);
    json!({
        "stem": {"grad_out_l2": optional(ends.stem_grad_out_l2), "weight_grad_l2": optional(ends.stem_weight_grad_l2)},
        "head": {"grad_in_l2": optional(ends.head_grad_in_l2), "weight_grad_l2": optional(ends.head_weight_grad_l2)},
    })
}

/// A finite number as JSON, others by name.
pub fn number(value: f64) -> Value {
    match value {
        value if value.is_finite() => json!(value),
        value if value.is_nan() => json!("NaN"),
        value => json!(if value > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}

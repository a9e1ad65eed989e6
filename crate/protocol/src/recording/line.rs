//! What one line says.

use super::fault::FaultReason;
use super::shape::{first_fault, own_fields};
use super::{BY_FOLD, GRADIENT, MOST_BLOCKS, MOST_STEPS, Origin, SCHEMA};
use crate::{
    BlockKind, Column, Diagram, DiagramBlock, EndReason, Ends, Evaluation, Event, ImageAnswer, Lane, Lost, Mark,
    Measured, Plan, Quantity, QuantityShape, RunSetting, RunSpec, Scalar, ShortcutKind, StepRecord, Vector,
};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The names of numbers that are not finite.
pub const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// What a recording says about a lane before its first event.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Whose it is.
    pub lane: Lane,
    /// Who wrote it, and when.
    pub origin: Origin,
    /// The network, and the settings at step 0 if they are known: then the run can be made again.
    pub diagram: Diagram,
    /// Why the settings that stand there could not be taken, if so.
    pub unread: Option<(String, FaultReason)>,
}

/// A line that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The first of its lane.
    Header(Box<Header>),
    /// Something that happened in a lane.
    Event(Lane, Event),
    /// A line of a lane that there is not.
    OtherLane(String),
    /// A line of a type, or a mark of a kind, that this version does not know.
    Unknown,
}

/// So long a line is read a second time to name the field that is wrong, bytes: as values it takes many times its length.
const LONGEST_EXPLAINED: usize = 1 << 20;

/// Reads a line; what is wrong with it, and with which field.
pub fn read(text: &str) -> Result<Line, (String, FaultReason)> {
    let not_json = || (String::new(), FaultReason::NotJson);
    if let Ok(raw) = serde_json::from_str::<Raw>(text) {
        return raw.into_line().map_err(|(field, reason)| (field.to_owned(), reason));
    }
    if text.len() > LONGEST_EXPLAINED {
        return Err(not_json());
    }
    let value: Value = serde_json::from_str(text).map_err(|_| not_json())?;
    if is_other_mark(&value) {
        return Ok(Line::Unknown);
    }
    if let Some(fault) = first_fault(&value) {
        return Err(fault);
    }
    if !value.get("type").is_some_and(is_known) {
        return Ok(Line::Unknown);
    }
    // Nothing is wrong with its own fields: it has another one, which lines of another type have otherwise.
    let own = own_fields(&value).to_string();
    let raw = serde_json::from_str::<Raw>(&own).map_err(|_| not_json())?;
    raw.into_line().map_err(|(field, reason)| (field.to_owned(), reason))
}

fn is_known(kind: &Value) -> bool {
    ["header", "step", "eval", "mark", "end"].iter().any(|known| kind == known)
}

/// Whether it marks something that this version does not know, such as `resume`, whatever stands in its fields.
fn is_other_mark(line: &Value) -> bool {
    let what = line.get("what").and_then(Value::as_str);
    let is_known = match what.and_then(RunSetting::named) {
        // Some say the steps of a fade as one text.
        Some(RunSetting::Fade) => line.get("to").is_some_and(Value::is_number),
        named => named.is_some_and(RunSetting::is_live),
    };
    line.get("type").is_some_and(|kind| kind == "mark") && what.is_some() && !is_known
}

/// Every field that any line may have.
#[derive(serde::Deserialize)]
struct Raw<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    lane: Option<Cow<'a, str>>,
    step: Option<u64>,
    loss: Option<Number>,
    accuracy: Option<Number>,
    train_accuracy: Option<Number>,
    lr: Option<Number>,
    #[serde(default)]
    columns: ByQuantity<Vec<Option<Number>>>,
    #[serde(default)]
    scalars: ByQuantity<Option<Number>>,
    #[serde(default)]
    vectors: ByQuantity<Vec<Number>>,
    ends: Option<RawEnds>,
    answers: Option<Vec<RawAnswer>>,
    what: Option<String>,
    block: Option<String>,
    from: Option<Number>,
    to: Option<Number>,
    by: Option<String>,
    reason: Option<String>,
    schema: Option<u64>,
    producer: Option<String>,
    created: Option<String>,
    weights: Option<String>,
    begins: Option<u64>,
    command: Option<String>,
    spec: Option<Map<String, Value>>,
    model: Option<String>,
    notes: Option<Vec<String>>,
    blocks: Option<Vec<RawBlock>>,
    quantities: Option<Vec<String>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct RawEnds {
    stem: Option<RawStem>,
    head: Option<RawHead>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct RawStem {
    grad_out_l2: Option<Number>,
    weight_grad_l2: Option<Number>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct RawHead {
    grad_in_l2: Option<Number>,
    weight_grad_l2: Option<Number>,
}

#[derive(serde::Deserialize)]
struct RawAnswer {
    image: u64,
    class: u64,
    probability: Number,
}

#[derive(serde::Deserialize)]
struct RawBlock {
    name: String,
    kind: Option<String>,
    stage: Option<usize>,
    shortcut: Option<String>,
    module: Option<String>,
}

impl RawBlock {
    /// The block that is drawn, with the number of its stage. What is not known of it is as usual: a block with its input for a
    /// shortcut, and none around a single convolution.
    fn drawn(self) -> (usize, DiagramBlock) {
        let kind = BlockKind::ALL.into_iter().find(|kind| self.kind.as_deref() == Some(kind.name()));
        let kind = kind.unwrap_or(BlockKind::Block);
        let usual = if kind == BlockKind::Conv { ShortcutKind::None } else { ShortcutKind::Identity };
        let shortcut =
            self.shortcut.map_or(usual, |name| ShortcutKind::named(&name).unwrap_or(ShortcutKind::Projection));
        let block = DiagramBlock { module: self.module, ..DiagramBlock::named(self.name, kind, shortcut) };
        (self.stage.unwrap_or(1).max(1), block)
    }
}

type Wrong = (&'static str, FaultReason);

impl Raw<'_> {
    fn into_line(self) -> Result<Line, Wrong> {
        if self.step.is_some_and(|step| step > MOST_STEPS) {
            return Err(("step", FaultReason::TooLarge));
        }
        let lane = match self.lane.as_deref() {
            None => Lane::A,
            Some(name) => match Lane::ALL.into_iter().find(|lane| lane.name() == name) {
                Some(lane) => lane,
                None => return Ok(Line::OtherLane(name.to_owned())),
            },
        };
        let event = match &*self.kind {
            "header" => return self.header(lane).map(|header| Line::Header(Box::new(header))),
            "step" => Event::Step(self.step()?),
            "eval" => Event::Eval(self.eval()?),
            "mark" => match self.mark()? {
                Some(mark) => Event::Mark(mark),
                None => return Ok(Line::Unknown),
            },
            "end" => Event::End(self.end()?),
            _ => return Ok(Line::Unknown),
        };
        Ok(Line::Event(lane, event))
    }

    fn step(self) -> Result<StepRecord, Wrong> {
        Ok(StepRecord {
            step: there("step", self.step)?,
            loss: there("loss", self.loss)?.0,
            train_accuracy: self.train_accuracy.map_or(f64::NAN, |share| share.0),
            lr: self.lr.map_or(f64::NAN, |lr| lr.0),
            measured: measured(self.columns, self.scalars, self.vectors),
            ends: self.ends.map(ends).unwrap_or_default(),
        })
    }

    fn eval(self) -> Result<Evaluation, Wrong> {
        let answer = |answer: RawAnswer| ImageAnswer {
            image: answer.image as usize,
            class: answer.class as usize,
            probability: answer.probability.0,
        };
        Ok(Evaluation {
            step: there("step", self.step)?,
            loss: there("loss", self.loss)?.0,
            accuracy: there("accuracy", self.accuracy)?.0,
            measured: measured(self.columns, self.scalars, self.vectors),
            answers: self.answers.unwrap_or_default().into_iter().map(answer).collect(),
        })
    }

    /// `None` if it is of a kind that changes nothing that is drawn, such as `resume`.
    fn mark(self) -> Result<Option<Mark>, Wrong> {
        let step = there("step", self.step)?;
        let what = there("what", self.what)?;
        let Some(what) = RunSetting::named(&what).filter(|setting| setting.is_live()) else { return Ok(None) };
        let [from, to] = [there("from", self.from)?.0, there("to", self.to)?.0];
        let folded = what == RunSetting::Skip && self.by.is_some_and(|by| by == BY_FOLD);
        Ok(Some(Mark { step, what, block: self.block, from, to, folded }))
    }

    fn end(self) -> Result<EndReason, Wrong> {
        Ok(match &*there("reason", self.reason)? {
            "done" => EndReason::Done,
            "nonfinite" => {
                let lost = if self.what.as_deref() == Some(GRADIENT) { Lost::Gradient } else { Lost::Loss };
                EndReason::NonFinite { step: there("step", self.step)?, lost, block: self.block }
            }
            // Whatever else ended it: it stopped before its time.
            _ => EndReason::Interrupted,
        })
    }

    fn header(self, lane: Lane) -> Result<Header, Wrong> {
        let schema = there("schema", self.schema)?;
        if schema > u64::from(SCHEMA) {
            return Err(("schema", FaultReason::Newer(schema)));
        }
        let origin = Origin {
            producer: there("producer", self.producer)?,
            created: there("created", self.created)?,
            command: self.command,
        };
        let blocks = there("blocks", self.blocks)?;
        if blocks.is_empty() || blocks.len() > MOST_BLOCKS {
            return Err(("blocks", FaultReason::Blocks(blocks.len())));
        }
        let names: Vec<String> = blocks.iter().map(|block| block.name.clone()).collect();
        let known = there("quantities", self.quantities)?;
        let known: Vec<Quantity> = known.iter().filter_map(|name| Quantity::named(name)).collect();
        let (diagram, unread) = match self.spec.map(|spec| spec_of_json(&spec, &known)) {
            Some(Ok((spec, plan))) if plan.block_names() == names => (Some(Diagram::new(&plan, Some(spec))), None),
            Some(Ok(_)) => (None, Some(("blocks".to_owned(), FaultReason::OtherBlocks))),
            Some(Err(fault)) => (None, Some(fault)),
            None => (None, None),
        };
        let foreign = || Diagram::foreign(blocks.into_iter().map(RawBlock::drawn), known);
        let diagram = Diagram {
            weights: self.weights,
            begins: self.begins.unwrap_or_default(),
            model: self.model,
            notes: self.notes.unwrap_or_default(),
            ..diagram.unwrap_or_else(foreign)
        };
        Ok(Header { lane, origin, diagram, unread })
    }
}

/// The run's settings by their names, as [`super::spec_as_json`] writes them, and the network that they ask for.
///
/// # Errors
/// The field that is wrong, and why.
pub fn spec_of_json(
    spec: &Map<String, Value>,
    quantities: &[Quantity],
) -> Result<(RunSpec, Plan), (String, FaultReason)> {
    let mut run = RunSpec { quantities: quantities.to_vec(), ..RunSpec::program_default() };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // In the order of the table: a network comes before what may be changed about it. What this version does not know, it
    // does without.
    for setting in RunSetting::written() {
        let Some(value) = spec.get(setting.name()) else { continue };
        let taken = setting.setting().set(&mut run, &text(value)).strict();
        taken.map_err(|complaint| (format!("spec.{}", setting.name()), FaultReason::Setting(complaint)))?;
    }
    let refused = |complaint: crate::Complaint| ("spec".to_owned(), FaultReason::Setting(complaint));
    let plan = Plan::new(run.model_spec()).map_err(refused)?;
    run.skip.strengths(&plan).map_err(refused)?;
    run.events.check(&plan).map_err(refused)?;
    Ok((run, plan))
}

fn there<T>(name: &'static str, value: Option<T>) -> Result<T, Wrong> {
    value.ok_or((name, FaultReason::Missing))
}

fn measured(
    columns: ByQuantity<Vec<Option<Number>>>,
    scalars: ByQuantity<Option<Number>>,
    vectors: ByQuantity<Vec<Number>>,
) -> Measured {
    let column = |(quantity, values): (Quantity, Vec<Option<Number>>)| Column {
        quantity,
        values: values.into_iter().map(|value| value.map(|value| value.0)).collect(),
    };
    let vector = |(quantity, values): (Quantity, Vec<Number>)| Vector {
        quantity,
        values: values.into_iter().map(|value| value.0).collect(),
    };
    let scalar = |(quantity, value): (Quantity, Option<Number>)| Scalar { quantity, value: value.map(|value| value.0) };
    Measured {
        columns: columns.of(|shape| shape == QuantityShape::Block).map(column).collect(),
        scalars: scalars.of(|shape| shape == QuantityShape::Scalar).map(scalar).collect(),
        vectors: vectors.of(|shape| matches!(shape, QuantityShape::Path | QuantityShape::Sweep)).map(vector).collect(),
    }
}

fn ends(RawEnds { stem, head }: RawEnds) -> Ends {
    let (stem, head) = (stem.unwrap_or_default(), head.unwrap_or_default());
    let plain = |value: Option<Number>| value.map(|value| value.0);
    Ends {
        stem_grad_out_l2: plain(stem.grad_out_l2),
        stem_weight_grad_l2: plain(stem.weight_grad_l2),
        head_grad_in_l2: plain(head.grad_in_l2),
        head_weight_grad_l2: plain(head.weight_grad_l2),
    }
}

/// A number, or the name of one that is not finite.
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Number, E> {
                match name {
                    "NaN" => Ok(Number(f64::NAN)),
                    "Infinity" => Ok(Number(f64::INFINITY)),
                    "-Infinity" => Ok(Number(f64::NEG_INFINITY)),
                    _ => Err(E::custom("no number")),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// An object by the names of quantities, in the order of [`Quantity::ALL`]; names of none are left out.
struct ByQuantity<T>(Vec<(Quantity, T)>);

impl<T> Default for ByQuantity<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByQuantity<T> {
    /// Those of this shape.
    fn of(self, shape: fn(QuantityShape) -> bool) -> impl Iterator<Item = (Quantity, T)> {
        self.0.into_iter().filter(move |(quantity, _)| shape(quantity.shape()))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByQuantity<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = ByQuantity<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object by quantity")
            }
            fn visit_unit<E: Error>(self) -> Result<ByQuantity<T>, E> {
                Ok(ByQuantity::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByQuantity<T>, A::Error> {
                let mut entries: Vec<(Quantity, T)> = Vec::new();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    match Quantity::named(&name) {
                        // The later of two of one name holds, as in any JSON.
                        Some(quantity) => {
                            entries.retain(|(own, _)| *own != quantity);
                            entries.push((quantity, map.next_value()?));
                        }
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                entries.sort_by_key(|(quantity, _)| *quantity);
                Ok(ByQuantity(entries))
            }
        }
        deserializer.deserialize_any(Entries(PhantomData))
    }
}

/// What an event must be in the run of this network, where the last one of its kind was of step `last`; the field that is not.
pub fn check(event: &Event, diagram: &Diagram, last: Option<u64>) -> Result<(), (String, FaultReason)> {
    let blocks = diagram.blocks.len();
    let columns = |measured: &Measured| {
        let odd = measured.columns.iter().find(|column| column.values.len() != blocks);
        odd.map_or(Ok(()), |column| {
            let found = column.values.len();
            Err((format!("columns.{}", column.quantity.name()), FaultReason::Length { blocks, found }))
        })
    };
    let after = |step: u64| match last.filter(|last| step <= *last) {
        Some(after) => Err(("step".to_owned(), FaultReason::Order { after })),
        None => Ok(()),
    };
    match event {
        Event::Step(record) => {
            after(record.step)?;
            columns(&record.measured)
        }
        Event::Eval(evaluation) => {
            after(evaluation.step)?;
            columns(&evaluation.measured)
        }
        Event::Mark(mark) => {
            let unknown = mark.block.as_ref().filter(|name| diagram.block_index(name).is_none());
            if let Some(name) = unknown.filter(|_| mark.what == RunSetting::Skip) {
                return Err(("block".to_owned(), FaultReason::UnknownBlock(name.clone())));
            }
            Ok(())
        }
        Event::End(_) | Event::Phase(_) => Ok(()),
    }
}

//! A recording as a table in long form: a row for each value, whatever was measured of what. What was not measured has no
//! row.

use super::number;
use crate::{
    Diagram, Ends, Evaluation, Event, Mark, Measured, Place, Quantity, QuantityShape, SWEEP_STRENGTHS, StepRecord,
};
use serde_json::Value;
use std::borrow::Cow;

/// What the columns are: the first line of the table as CSV.
pub const COLUMNS: &str = "lane,step,kind,quantity,block,value\n";

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The step of its line.
    pub step: u64,
    /// The kind of its line.
    pub kind: &'static str,
    /// What it is, by its name in recordings.
    pub quantity: &'static str,
    /// Of what: a block, stem or head, or a place in a vector; empty where it is of the whole network.
    pub block: Cow<'a, str>,
    /// The value.
    pub value: f64,
}

impl Row<'_> {
    /// The row as a line of CSV, of the run with this name: all digits, and by name what is not finite, as recordings write them.
    pub fn csv(&self, lane: &str) -> String {
        let Row { step, kind, quantity, block, value } = self;
        let value = match number(*value) {
            Value::String(name) => name,
            digits => digits.to_string(),
        };
        format!("{lane},{step},{kind},{quantity},{},{value}\n", cell(block))
    }
}

/// A text as a cell (RFC 4180): blocks from elsewhere may be called anything.
fn cell(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

/// What an event of a run says.
pub fn rows<'a>(diagram: &'a Diagram, event: &'a Event) -> Vec<Row<'a>> {
    let (step, kind) = match event {
        Event::Step(record) => (record.step, "step"),
        Event::Eval(evaluation) => (evaluation.step, "eval"),
        Event::Mark(mark) => (mark.step, "mark"),
        Event::End(_) | Event::Phase(_) => return Vec::new(),
    };
    let mut rows = Rows { step, kind, rows: Vec::new() };
    match event {
        Event::Step(StepRecord { loss, train_accuracy, lr, measured, ends, .. }) => {
            rows.push("loss", "", Some(*loss));
            // Neither is ever not a number, but where a recording from elsewhere does not say it.
            rows.push("train_accuracy", "", Some(*train_accuracy).filter(|value| !value.is_nan()));
            rows.push("lr", "", Some(*lr).filter(|value| !value.is_nan()));
            rows.measured(diagram, measured);
            rows.ends(ends);
        }
        Event::Eval(Evaluation { loss, accuracy, measured, .. }) => {
            rows.push("loss", "", Some(*loss));
            rows.push("accuracy", "", Some(*accuracy));
            rows.measured(diagram, measured);
        }
        Event::Mark(Mark { what, block, to, .. }) => {
            rows.push(what.name(), block.as_deref().unwrap_or_default(), Some(*to));
        }
        Event::End(_) | Event::Phase(_) => {}
    }
    rows.rows
}

/// The rows of one event.
struct Rows<'a> {
    step: u64,
    kind: &'static str,
    rows: Vec<Row<'a>>,
}

impl<'a> Rows<'a> {
    fn measured(&mut self, diagram: &'a Diagram, measured: &'a Measured) {
        for column in &measured.columns {
            for (block, value) in diagram.blocks.iter().zip(&column.values) {
                self.push(column.quantity.name(), block.name.as_str(), *value);
            }
        }
        for scalar in &measured.scalars {
            self.push(scalar.quantity.name(), "", scalar.value);
        }
        for vector in &measured.vectors {
            for (index, value) in vector.values.iter().enumerate() {
                self.push(vector.quantity.name(), vector_place(vector.quantity, index), Some(*value));
            }
        }
    }

    fn ends(&mut self, ends: &Ends) {
        self.push(Quantity::GradOutL2.name(), Place::STEM, ends.stem_grad_out_l2);
        self.push(Quantity::WeightGradL2.name(), Place::STEM, ends.stem_weight_grad_l2);
        self.push(Quantity::GradInL2.name(), Place::HEAD, ends.head_grad_in_l2);
        self.push(Quantity::WeightGradL2.name(), Place::HEAD, ends.head_weight_grad_l2);
    }

    fn push(&mut self, quantity: &'static str, block: impl Into<Cow<'a, str>>, value: Option<f64>) {
        let Self { step, kind, .. } = *self;
        self.rows.extend(value.map(|value| Row { step, kind, quantity, block: block.into(), value }));
    }
}

/// What the value of a vector at that index is of: a number of branches on a path, or a strength.
pub fn vector_place(quantity: Quantity, index: usize) -> String {
    if quantity.shape() == QuantityShape::Sweep {
        SWEEP_STRENGTHS.get(index).map(f64::to_string).unwrap_or_default()
    } else {
        index.to_string()
    }
}

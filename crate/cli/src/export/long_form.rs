//! A recording as CSV in long form: a row for each value, whatever was measured of what.

use super::Stopped;
use crate::places::place;
use crate::recording_file;
use protocol::recording::{Item, number};
use protocol::{Ends, Evaluation, Event, Lane, Mark, Measured, Place, Quantity, StepRecord};
use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, Read, Write};

/// What the columns are.
const HEAD: &str = "lane,step,kind,quantity,block,value\n";

/// Writes a recording that was found sound. What was not measured has no row.
pub fn write(recording: impl Read, out: &mut impl Write) -> Result<(), Stopped> {
    out.write_all(HEAD.as_bytes())?;
    // Of each lane, the names of its blocks.
    let mut blocks: [Vec<String>; 2] = Default::default();
    recording_file::read(recording, |item| {
        match item {
            Item::Header(header) => {
                blocks[header.lane as usize] = header.diagram.blocks.iter().map(|block| block.name.clone()).collect();
            }
            Item::Event(lane, event) => Rows { lane, blocks: &blocks[lane as usize], out }.event(&event)?,
            // Said when it was found sound so far.
            Item::Warning(_) => {}
        }
        Ok(())
    })
}

/// The rows of a lane.
struct Rows<'a, W> {
    lane: Lane,
    blocks: &'a [String],
    out: &'a mut W,
}

/// What a row says first: the step and the kind of its line.
type Of = (u64, &'static str);

impl<W: Write> Rows<'_, W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Step(StepRecord { step, loss, train_accuracy, lr, measured, ends }) => {
                let of = (*step, "step");
                self.row(of, "loss", "", *loss)?;
                // Neither is ever not a number, but where a recording from elsewhere does not say it.
                for (name, value) in [("train_accuracy", *train_accuracy), ("lr", *lr)] {
                    self.optional(of, name, "", Some(value).filter(|value| !value.is_nan()))?;
                }
                self.measured(of, measured)?;
                self.ends(of, ends)
            }
            Event::Eval(Evaluation { step, loss, accuracy, measured, .. }) => {
                let of = (*step, "eval");
                self.row(of, "loss", "", *loss)?;
                self.row(of, "accuracy", "", *accuracy)?;
                self.measured(of, measured)
            }
            Event::Mark(Mark { step, what, block, to, .. }) => {
                self.row((*step, "mark"), what.name(), block.as_deref().unwrap_or_default(), *to)
            }
            Event::End(_) => Ok(()),
        }
    }

    fn measured(&mut self, of: Of, measured: &Measured) -> io::Result<()> {
        for column in &measured.columns {
            let blocks = self.blocks;
            for (block, value) in blocks.iter().zip(&column.values) {
                self.optional(of, column.quantity.name(), block, *value)?;
            }
        }
        for scalar in &measured.scalars {
            self.optional(of, scalar.quantity.name(), "", scalar.value)?;
        }
        for vector in &measured.vectors {
            for (index, value) in vector.values.iter().enumerate() {
                self.row(of, vector.quantity.name(), &place(vector.quantity, index), *value)?;
            }
        }
        Ok(())
    }

    fn ends(&mut self, of: Of, ends: &Ends) -> io::Result<()> {
        let rows = [
            (Quantity::GradOutL2, Place::STEM, ends.stem_grad_out_l2),
            (Quantity::WeightGradL2, Place::STEM, ends.stem_weight_grad_l2),
            (Quantity::GradInL2, Place::HEAD, ends.head_grad_in_l2),
            (Quantity::WeightGradL2, Place::HEAD, ends.head_weight_grad_l2),
        ];
        rows.into_iter().try_for_each(|(quantity, place, value)| self.optional(of, quantity.name(), place, value))
    }

    fn optional(&mut self, of: Of, quantity: &str, block: &str, value: Option<f64>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.row(of, quantity, block, value))
    }

    fn row(&mut self, (step, kind): Of, quantity: &str, block: &str, value: f64) -> io::Result<()> {
        let (lane, block) = (self.lane.name(), cell(block));
        // As recordings write them: all digits, and by name what is not finite.
        match number(value) {
            Value::String(name) => writeln!(self.out, "{lane},{step},{kind},{quantity},{block},{name}"),
            digits => writeln!(self.out, "{lane},{step},{kind},{quantity},{block},{digits}"),
        }
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

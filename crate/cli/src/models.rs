//! `headwater models`: what networks there are, and what one consists of.

use crate::arguments::Request;
use crate::failure::Failure;
use crate::network::{Usual, shaped};
use protocol::{Model, Plan, RunSetting};
use serde::Serialize;
use std::io::Write;

/// One network, as printed in JSON.
#[derive(Serialize)]
struct Description {
    name: String,
    family: &'static str,
    parameters: usize,
    multiply_accumulates: u64,
    input: [usize; 3],
    blocks: Vec<protocol::BlockPlan>,
}

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    let named = request.gives(RunSetting::Model);
    let models = if named { vec![request.run.model] } else { Model::presets().collect() };
    let descriptions = models.iter().map(|model| describe(*model, request)).collect::<Result<Vec<_>, Failure>>()?;
    let mut out = std::io::stdout().lock();
    if request.options.json {
        let text = match (named, descriptions.as_slice()) {
            (true, [only]) => serde_json::to_string_pretty(only)?,
            (_, all) => serde_json::to_string_pretty(all)?,
        };
        return Ok(writeln!(out, "{text}")?);
    }
    for model in &descriptions {
        let Description { name, family, parameters, multiply_accumulates, input: [c, h, w], blocks } = model;
        let blocks = blocks.len();
        let line = format!("{parameters:>10} parameters  {multiply_accumulates:>13} multiply-accumulates  {c}x{h}x{w}");
        writeln!(out, "{name:<10} {family:<8} {blocks:>4} blocks  {line}")?;
    }
    if let (true, [only]) = (named, descriptions.as_slice()) {
        for block in &only.blocks {
            let shape = |[c, h, w]: [usize; 3]| format!("{c}x{h}x{w}");
            let (from, to) = (shape(block.input), shape(block.output));
            writeln!(out, "  {:<11} {from:>12} -> {to:<12} {:>9} parameters", block.name, block.parameters)?;
        }
    }
    Ok(())
}

fn describe(model: Model, request: &Request) -> Result<Description, Failure> {
    let mut run = request.run.clone();
    if model != run.model {
        run.set_model(model);
        run.width = if request.gives(RunSetting::Width) { request.run.width } else { run.width };
    }
    let plan = Plan::new(shaped(&run, &request.options, Usual::of_model(model)))?;
    let Plan { spec, input, blocks, parameter_count, multiply_accumulates, .. } = plan;
    let (name, family) = (spec.model.to_string(), spec.model.family().name());
    Ok(Description { name, family, parameters: parameter_count, multiply_accumulates, input, blocks })
}

//! `headwater models`: what networks there are, and what one consists of.

use crate::arguments::{Models, Shape, whole};
use crate::failure::Failure;
use protocol::{Model, ModelSpec, Norm, Plan};
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
pub fn run(options: &Models) -> Result<(), Failure> {
    let names: Vec<&str> = options.name.as_deref().map_or_else(|| Model::PRESETS.to_vec(), |name| vec![name]);
    let norm = options.norm.parse()?;
    let describe = |name: &&str| Ok(describe(Plan::new(spec(name, &options.shape, norm)?)?));
    let descriptions = names.iter().map(describe).collect::<Result<Vec<_>, Failure>>()?;
    let mut out = std::io::stdout().lock();
    if options.json {
        let text = match (&options.name, descriptions.as_slice()) {
            (Some(_), [only]) => serde_json::to_string_pretty(only)?,
            (_, all) => serde_json::to_string_pretty(all)?,
        };
        return Ok(writeln!(out, "{text}")?);
    }
    for model in &descriptions {
        let Description { name, family, parameters, multiply_accumulates, input: [c, h, w], blocks } = model;
        let blocks = blocks.len();
        let line = format!("{parameters:>10} parameters  {multiply_accumulates:>13} multiply-accumulates  {c}x{h}x{w}");
        writeln!(out, "{name:<10} {family:<6} {blocks:>3} blocks  {line}")?;
    }
    if let (Some(_), [only]) = (&options.name, descriptions.as_slice()) {
        for block in &only.blocks {
            let shape = |[c, h, w]: [usize; 3]| format!("{c}x{h}x{w}");
            let (from, to) = (shape(block.input), shape(block.output));
            writeln!(out, "  {:<10} {from:>10} -> {to:<10} {:>9} parameters", block.name, block.parameters)?;
        }
    }
    Ok(())
}

fn describe(plan: Plan) -> Description {
    let Plan { spec, input, blocks, parameter_count, multiply_accumulates, .. } = plan;
    let (name, family) = (spec.model.to_string(), spec.model.family());
    Description { name, family, parameters: parameter_count, multiply_accumulates, input, blocks }
}

/// The network's shape from the flags, with the program's defaults.
///
/// # Errors
/// Names the first value that is not accepted.
pub fn spec(model: &str, shape: &Shape, norm: Norm) -> Result<ModelSpec, Failure> {
    let number = |name, text: &Option<String>, default, min, max| {
        Ok::<_, Failure>(whole(name, text.as_deref(), min, max)?.unwrap_or(default))
    };
    Ok(ModelSpec {
        model: model.parse()?,
        width: number("width", &shape.width, 16, 1, 1024)?,
        channels: number("channels", &shape.channels, 3, 1, 64)?,
        image_size: number("image-size", &shape.image_size, 32, 1, 1024)?,
        classes: number("classes", &shape.classes, 10, 2, 100_000)?,
        norm,
    })
}

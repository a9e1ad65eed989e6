//! `headwater probe`: one forward and backward pass in training mode, nothing updated unless asked for.

use crate::arguments::{Probe, device, whole};
use crate::data;
use crate::failure::{Failure, first_line};
use crate::json::{ends, number};
use crate::models;
use candle_core::{DType, Device, Tensor};
use engine::data::{Order, Split};
use engine::probe::{Profile, batch_from_tensors, profile, updates};
use engine::{Batch, Network, Parameters, Sgd};
use protocol::{ModelSpec, Plan, Quantity, RunSpec, SpecError};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Runs the command.
pub fn run(options: &Probe) -> Result<(), Failure> {
    let mut run = RunSpec::program_default();
    options.settings.apply(&mut run)?;
    let quantities = options.quantities.as_deref().map_or(Ok(Quantity::ALL.to_vec()), Quantity::parse_list)?;
    let count = whole("updates", options.updates.as_deref(), 0, 1_000_000)?;
    let dtype = match options.dtype.as_str() {
        "f32" => DType::F32,
        "f64" => DType::F64,
        other => return Err(SpecError::new("dtype", other, "f32 or f64").into()),
    };
    let device = device(&options.device)?;
    let plan = Plan::new(model_spec(options, &run)?)?;
    let strengths = run.skip.strengths(&plan)?;
    let parameters = match &options.weights {
        Some(file) => Parameters::from_tensors(&plan, read_tensors(file)?, dtype, &device)?,
        None => Parameters::initial(&plan, run.init, run.seed, &device)?.to_dtype(dtype)?,
    };
    let mut network = Network::new(plan, parameters)?;
    let batch = match &options.input {
        Some(file) => batch_from_tensors(&network, &read_tensors(file)?)?,
        None => first_batch(&run, &network)?,
    };
    let found = profile(&network, &batch, &strengths, &quantities)?;
    let updated = match count {
        Some(count) => {
            let mut optimiser = Sgd::new(run.lr, run.momentum, run.weight_decay);
            let mut losses = updates(&mut network, &batch, &strengths, &mut optimiser, count)?;
            let after = profile(&network, &batch, &strengths, &quantities)?;
            losses.push(after.loss);
            Some(Updated { losses, after })
        }
        None => None,
    };
    let text = if options.json {
        serde_json::to_string_pretty(&as_json(&network.plan, &found, updated.as_ref()))? + "\n"
    } else if options.csv {
        // A CSV is one table: with --updates the profile after the last.
        as_csv(&network.plan, updated.as_ref().map_or(&found, |updated| &updated.after))
    } else {
        as_text(&network.plan, &found, updated.as_ref())
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    let last_loss = updated.map_or(found.loss, |updated| updated.after.loss);
    if last_loss.is_finite() {
        Ok(())
    } else {
        Err(Failure::Run(format!("the loss is {last_loss}, not a finite number")))
    }
}

/// What `--updates` adds.
struct Updated {
    /// The loss before each update and after the last.
    losses: Vec<f64>,
    /// The profile after the last update.
    after: Profile,
}

/// The shape of the data unless given, or the program's own defaults when the input comes from a file.
fn model_spec(options: &Probe, run: &RunSpec) -> Result<ModelSpec, Failure> {
    let mut spec = models::spec(&options.model, &options.shape, run.norm)?;
    if options.input.is_none() {
        let [channels, image_size] = run.data.image();
        let of_data = [("channels", channels), ("image-size", image_size), ("classes", run.data.classes())];
        let given = [&options.shape.channels, &options.shape.image_size, &options.shape.classes];
        for ((name, needed), given) in of_data.into_iter().zip(given) {
            if let Some(text) = given.as_deref().filter(|text| *text != needed.to_string()) {
                return Err(SpecError::new(name, text, format!("{needed} with data {}", run.data)).into());
            }
        }
        (spec.channels, spec.image_size, spec.classes) = (channels, image_size, run.data.classes());
    }
    Ok(spec)
}

/// The first batch that a training run with this seed would see.
fn first_batch(run: &RunSpec, network: &Network) -> Result<Batch, Failure> {
    let set = data::load(run.data)?;
    let numbers = Order::new(&set, run.seed).next(run.batch);
    let batch = set.batch(Split::Train, &numbers, network.device())?;
    let batch = batch.ok_or_else(|| Failure::Input(format!("data {} are not complete", run.data)))?;
    let images = batch.images.to_dtype(network.dtype()).map_err(engine::EngineError::from)?;
    Ok(Batch { images, labels: batch.labels })
}

fn read_tensors(file: &Path) -> Result<HashMap<String, Tensor>, Failure> {
    let unreadable = |why: String| Failure::Input(format!("{} could not be read: {why}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)
        .map_err(|error| unreadable(format!("it is not a safetensors file ({})", first_line(&error.to_string()))))
}

/// `{model, parameters, loss, blocks, ends}` before any update; with updates also `losses` and `after`, a profile.
fn as_json(plan: &Plan, found: &Profile, updated: Option<&Updated>) -> Value {
    let mut whole = profile_as_json(plan, found);
    whole["model"] = json!(plan.spec.model.to_string());
    whole["parameters"] = json!(plan.parameter_count);
    if let Some(Updated { losses, after }) = updated {
        whole["losses"] = losses.iter().copied().map(number).collect();
        whole["after"] = profile_as_json(plan, after);
    }
    whole
}

/// `{loss, blocks, ends}`.
fn profile_as_json(plan: &Plan, found: &Profile) -> Value {
    let row = |(index, block): (usize, &protocol::BlockPlan)| {
        let mut row = Map::from_iter([("block".to_owned(), json!(block.name))]);
        for column in &found.columns {
            row.insert(column.quantity.name().to_owned(), column.values[index].map_or(Value::Null, number));
        }
        Value::Object(row)
    };
    let rows: Vec<_> = plan.blocks.iter().enumerate().map(row).collect();
    json!({"loss": number(found.loss), "blocks": rows, "ends": ends(&found.ends)})
}

fn as_csv(plan: &Plan, found: &Profile) -> String {
    let names: Vec<_> = found.columns.iter().map(|column| column.quantity.name()).collect();
    let mut text = format!("block,{}\n", names.join(","));
    for (index, block) in plan.blocks.iter().enumerate() {
        let cell = |column: &protocol::Column| column.values[index].map(|value| value.to_string()).unwrap_or_default();
        let cells: Vec<_> = found.columns.iter().map(cell).collect();
        text += &format!("{},{}\n", block.name, cells.join(","));
    }
    text
}

fn as_text(plan: &Plan, found: &Profile, updated: Option<&Updated>) -> String {
    let head = format!("{}  {} parameters\n", plan.spec.model, plan.parameter_count);
    let Some(Updated { losses, after }) = updated else { return head + &as_table(plan, found) };
    let words: Vec<_> = losses.iter().map(|loss| format!("{loss:.6}")).collect();
    let (before, after) = (as_table(plan, found), as_table(plan, after));
    let count = losses.len() - 1;
    format!("{head}{before}\nlosses {}\n\nafter {count} updates\n{after}", words.join(" "))
}

fn as_table(plan: &Plan, found: &Profile) -> String {
    let mut text = format!("loss {:.6}\n{:<12}", found.loss, "block");
    for column in &found.columns {
        text += &format!(" {:>18}", column.quantity.name());
    }
    for (index, block) in plan.blocks.iter().enumerate() {
        text += &format!("\n{:<12}", block.name);
        for column in &found.columns {
            let cell = column.values[index].map_or("-".to_owned(), |value| format!("{value:.4e}"));
            text += &format!(" {cell:>18}");
        }
    }
    let ends = &found.ends;
    let (out, stem) = (ends.stem_grad_out_l2, ends.stem_weight_grad_l2);
    let (into, head) = (ends.head_grad_in_l2, ends.head_weight_grad_l2);
    text + &format!(
        "\nstem  grad_out_l2 {out:.4e}  weight_grad_l2 {stem:.4e}\nhead  grad_in_l2 {into:.4e}  weight_grad_l2 {head:.4e}\n"
    )
}

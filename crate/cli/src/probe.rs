//! `headwater probe`: one forward and backward pass in training mode, nothing updated unless asked for.

use crate::arguments::{Request, device};
use crate::data;
use crate::failure::{Failure, say};
use crate::network::{Usual, check_skip, shaped};
use crate::progress::lost_number;
use crate::recorder::Recorder;
use crate::tensor_file;
use candle_core::DType;
use dataset::{Source, Split, Wanted};
use engine::data::{Images, VisitOrder};
use engine::probe::{Profile, Updates, profile, updates};
use engine::{Batch, EngineError, Input, Join, Measuring, Network, Parameters};
use protocol::recording::{ends_as_json, measured_as_json, number, vector_place};
use protocol::setting::NumberType;
use protocol::{
    Complaint, EndReason, Event, Lost, Measured, ModelSpec, Needs, Place, Plan, ProgramOptions, ProgramSetting,
    Quantity, QuantityShape, Reason, RunSetting, RunSpec, StepRecord,
};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

/// Multiply-accumulates of a batch's forward pass up to which `--dtype auto` computes in f64: some ten seconds. In f32 deep
/// networks with batch norm round by a few thousandths.
const WIDE_WORK: u64 = 8_000_000_000;

/// A recording says how its run is made again.
const NOT_RECORDED: &str = "record: a recording names settings that make its run again, and files of weights or images are \
                            none; record without --weights and --input";

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    check_skip(request)?;
    let Request { run, options, .. } = request;
    let mut run = run.clone();
    if file(&options.record).is_some() && (file(&options.input).is_some() || file(&options.weights).is_some()) {
        return Err(Failure::Input(NOT_RECORDED.to_owned()));
    }
    let quantities = options.quantities.clone().unwrap_or(Quantity::PROFILE.to_vec());
    let device = device(options.device)?;
    let mut notes = Vec::new();
    let input = file(&options.input).map(|file| Ok::<_, Failure>((file, tensor_file::input(file)?))).transpose()?;
    let images = if input.is_some() { None } else { Some(data::open(request)?) };
    let images = images.map(|(data, images)| {
        run.data = data;
        images
    });
    let run = &run;
    let held = input.as_ref().map(|(_, input)| input);
    let plan = Plan::new(model_spec(run, options, held)?)?;
    let joins = joins(run, &plan)?;
    let count = batch_size(request, held)?;
    RunSpec { batch: count, ..run.clone() }.check_batch(&plan)?;
    let dtype = match options.dtype {
        NumberType::Auto if plan.multiply_accumulates * count as u64 <= WIDE_WORK => DType::F64,
        NumberType::Auto | NumberType::F32 => DType::F32,
        NumberType::F64 => DType::F64,
    };
    let mut network = match file(&options.weights) {
        Some(file) => {
            let least = if held.is_some() { 0 } else { run.data.classes() };
            tensor_file::network(file, plan, dtype, &device, least, &mut notes)?
        }
        None => {
            let parameters = Parameters::initial(&plan, run.init, run.seed, &device)?.to_dtype(dtype)?;
            Network::new(plan, parameters)?
        }
    };
    let batch = match (&input, images) {
        (Some((file, input)), _) => tensor_file::batch(file, input, &network, &mut notes)?,
        (None, Some(images)) => first_batch(images, run, &network)?,
        (None, None) => return Err(Failure::Internal("there are no images".to_owned())),
    };
    let measuring = Measuring { seed: run.seed, ..Measuring::of(&quantities) };
    let found = in_range(profile(&network, &batch, &joins, &measuring)?, "", &network)?;
    if let Some(path) = file(&options.record) {
        record(path, run, &quantities, &network.plan, &found)?;
    }
    let updated = match options.updates {
        Some(count) => {
            let Updates { mut losses, lost } = updates(&mut network, &batch, &joins, run, count)?;
            let done = format!(" after {} updates", losses.len());
            if let Some(lost) = lost {
                return Err(out_of_range(lost, &done, &network));
            }
            let after = in_range(profile(&network, &batch, &joins, &measuring)?, &done, &network)?;
            losses.push(after.loss);
            Some(Updated { losses, after })
        }
        None => None,
    };
    let text = if options.json {
        serde_json::to_string_pretty(&as_json(&network.plan, &found, updated.as_ref()))? + "\n"
    } else if options.csv {
        // With --updates the profile after the last.
        as_csv(&network.plan, &updated.as_ref().map_or(&found, |updated| &updated.after).measured)
    } else {
        as_text(&network.plan, &found, updated.as_ref())
    };
    notes.iter().for_each(|note| say(note));
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

/// The profile, if its numbers are finite.
fn in_range(found: Profile, when: &str, network: &Network) -> Result<Profile, Failure> {
    found.lost.map_or(Ok(found), |lost| Err(out_of_range(lost, when, network)))
}

fn out_of_range((lost, place): (Lost, Place), when: &str, network: &Network) -> Failure {
    let place = match place {
        Place::Stem => Place::STEM,
        Place::Block(index) => &network.plan.blocks[index].name,
        Place::Head => Place::HEAD,
    };
    let (dtype, remedy) = match network.dtype() {
        DType::F64 => ("f64", "smaller weights, images or --lr may stay in it"),
        _ => ("f32", "--dtype f64 has a larger one"),
    };
    let lost = lost_number(lost);
    Failure::Run(format!(
        "{lost}{when} is not a finite number, first in {place}, beyond the range of {dtype}: {remedy}"
    ))
}

/// Writes the pass to a file, as the one step of a run.
fn record(path: &Path, run: &RunSpec, quantities: &[Quantity], plan: &Plan, found: &Profile) -> Result<(), Failure> {
    let spec = RunSpec { steps: 1, quantities: quantities.to_vec(), ..run.clone() };
    let mut recorder = Recorder::new(path, &spec, plan)?;
    let (measured, ends) = (found.measured.clone(), found.ends);
    recorder.event(&Event::Step(StepRecord {
        step: 0,
        loss: found.loss,
        train_accuracy: f64::NAN,
        lr: run.lr,
        measured,
        ends,
    }))?;
    recorder.event(&Event::End(EndReason::Done))?;
    recorder.flush()
}

/// The file of that name, if one was given.
fn file(name: &str) -> Option<&Path> {
    Some(Path::new(name)).filter(|path| !path.as_os_str().is_empty())
}

/// The number of images: those of the input file, which `--batch` must agree with, or the run's.
fn batch_size(request: &Request, input: Option<&Input>) -> Result<usize, Complaint> {
    let batch = request.run.batch;
    match input.map(|input| input.sizes()[0]) {
        Some(held) if request.gives(RunSetting::Batch) && held != batch => {
            Err(Complaint::new(RunSetting::Batch, &batch, Reason::ImagesInFile(held)))
        }
        Some(held) => Ok(held),
        None => Ok(batch),
    }
}

/// The joins of step 0.
fn joins(run: &RunSpec, plan: &Plan) -> Result<Vec<Join>, Failure> {
    Ok(engine::training_joins(run, &run.skip.strengths(plan)?, 0))
}

/// What `--updates` adds.
struct Updated {
    /// The loss before each update and after the last.
    losses: Vec<f64>,
    /// The profile after the last update.
    after: Profile,
}

/// The shape of the input file or of the data, unless flags say otherwise.
fn model_spec(run: &RunSpec, options: &ProgramOptions, input: Option<&Input>) -> Result<ModelSpec, Complaint> {
    if let Some(input) = input {
        let [_, channels, image_size] = input.sizes();
        return Ok(shaped(run, options, Usual { channels, image_size, ..Usual::of_model(run.model) }));
    }
    let (data, usual) = (run.data, Usual::of_data(run));
    let spec = shaped(run, options, usual);
    let [own_channels, _] = data.image();
    if spec.classes < usual.classes {
        let reason = Reason::WithData { data, needs: Needs::AtLeast(usual.classes) };
        return Err(Complaint::new(ProgramSetting::Classes, &spec.classes, reason));
    }
    // Grey images are repeated for networks that take several channels.
    if spec.channels != own_channels && own_channels != 1 {
        let reason = Reason::WithData { data, needs: Needs::Exactly(own_channels) };
        return Err(Complaint::new(ProgramSetting::Channels, &spec.channels, reason));
    }
    Ok(spec)
}

/// The first batch that a training run with this seed would see.
fn first_batch(set: Box<dyn Source>, run: &RunSpec, network: &Network) -> Result<Batch, Failure> {
    let numbers = VisitOrder::new(&*set, run.seed).next(run.batch);
    let batch = Images::from(set).batch(&Wanted::plain(Split::Train, numbers), network.device())?;
    let batch = batch.ok_or_else(|| Failure::Internal(format!("data {} are not complete", run.data)))?;
    let Batch { images, labels } = batch.fit(network.plan.input)?;
    let images = images.to_dtype(network.dtype()).map_err(EngineError::from)?;
    Ok(Batch { images, labels })
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

/// `{loss, blocks, ends}`, and `scalars` and `vectors` if there are any.
fn profile_as_json(plan: &Plan, found: &Profile) -> Value {
    let row = |(index, block): (usize, &protocol::BlockPlan)| {
        let mut row = Map::from_iter([("block".to_owned(), json!(block.name))]);
        for column in &found.measured.columns {
            row.insert(column.quantity.name().to_owned(), column.values[index].map_or(Value::Null, number));
        }
        Value::Object(row)
    };
    let rows: Vec<_> = plan.blocks.iter().enumerate().map(row).collect();
    let mut whole = json!({"loss": number(found.loss), "blocks": rows, "ends": ends_as_json(&found.ends)});
    let measured = measured_as_json(&found.measured);
    for key in ["scalars", "vectors"] {
        if let Some(part) = measured.get(key).filter(|part| part.as_object().is_some_and(|part| !part.is_empty())) {
            whole[key] = part.clone();
        }
    }
    whole
}

/// One table of the columns, one of the scalars, one of the vectors, with an empty line between.
fn as_csv(plan: &Plan, measured: &Measured) -> String {
    let cell = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let mut tables = Vec::new();
    if !measured.columns.is_empty() || (measured.scalars.is_empty() && measured.vectors.is_empty()) {
        let names = measured.columns.iter().map(|column| column.quantity.name());
        let head: Vec<_> = ["block"].into_iter().chain(names).collect();
        let mut table = head.join(",") + "\n";
        for (index, block) in plan.blocks.iter().enumerate() {
            let cells = measured.columns.iter().map(|column| cell(column.values[index]));
            table += &([block.name.clone()].into_iter().chain(cells).collect::<Vec<_>>().join(",") + "\n");
        }
        tables.push(table);
    }
    if !measured.scalars.is_empty() {
        let row = |scalar: &protocol::Scalar| format!("{},{}\n", scalar.quantity, cell(scalar.value));
        tables.push("quantity,value\n".to_owned() + &measured.scalars.iter().map(row).collect::<String>());
    }
    for vector in &measured.vectors {
        let row = |(index, value): (usize, &f64)| format!("{},{value}\n", vector_place(vector.quantity, index));
        let rows: String = vector.values.iter().enumerate().map(row).collect();
        tables.push(format!("{},{}\n{rows}", place_name(vector.quantity), vector.quantity));
    }
    tables.join("\n")
}

/// What the places of a vector are: numbers of branches on a path, or strengths.
fn place_name(quantity: Quantity) -> &'static str {
    if quantity.shape() == QuantityShape::Sweep { "strength" } else { "branches" }
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
    let Profile { loss, measured, ends, .. } = found;
    let cell = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4e}"));
    let mut text = format!("loss {loss:.6}");
    if !measured.columns.is_empty() {
        text += &format!("\n{:<12}", "block");
        for column in &measured.columns {
            text += &format!(" {:>18}", column.quantity.name());
        }
        for (index, block) in plan.blocks.iter().enumerate() {
            text += &format!("\n{:<12}", block.name);
            for column in &measured.columns {
                text += &format!(" {:>18}", cell(column.values[index]));
            }
        }
    }
    let (out, stem) = (cell(ends.stem_grad_out_l2), cell(ends.stem_weight_grad_l2));
    let (into, head) = (cell(ends.head_grad_in_l2), cell(ends.head_weight_grad_l2));
    text +=
        &format!("\nstem  grad_out_l2 {out}  weight_grad_l2 {stem}\nhead  grad_in_l2 {into}  weight_grad_l2 {head}\n");
    for scalar in &measured.scalars {
        text += &format!("{:<26} {}\n", scalar.quantity.name(), scalar.value.map_or("-".into(), |v| format!("{v:.4}")));
    }
    for vector in &measured.vectors {
        let values: Vec<_> = vector.values.iter().map(|value| format!("{value:.3e}")).collect();
        text += &format!("{:<26} {}\n", vector.quantity.name(), values.join(" "));
    }
    text
}

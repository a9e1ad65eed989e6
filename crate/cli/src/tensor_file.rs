//! Weights and images that somebody brings, in safetensors files.

use crate::failure::Failure;
use candle_core::{DType, Device};
use engine::{Batch, EngineError, Input, Network, Tensors, torchvision_names};
use protocol::{Plan, ProgramSetting, WeightsProblem};
use scene::words;
use std::path::Path;

/// The plan's network with the weights of a file; `notes` gets a sentence if its names were other ones. Images of a data set
/// have so many classes at least.
///
/// # Errors
/// What is wrong with the file, by its name.
pub fn network(
    file: &Path,
    plan: Plan,
    dtype: DType,
    device: &Device,
    least_classes: usize,
    notes: &mut Vec<String>,
) -> Result<Network, Failure> {
    let (tensors, renamings) = torchvision_names(&plan, tensors(file)?);
    if !renamings.is_empty() {
        notes.push(words::weights_renamed(&file.display().to_string(), &renamings));
    }
    Network::from_tensors(plan, tensors, dtype, device).map_err(|error| match &error {
        EngineError::Weights(WeightsProblem::Classes { found, .. }) if can_be_asked(found[0], least_classes) => {
            let flag = format!("; with --classes {} it fits", found[0]);
            of_file_with(file, error, &flag)
        }
        _ => of_file(file, error),
    })
}

/// The images and labels of a file.
///
/// # Errors
/// What is wrong with the file, by its name.
pub fn input(file: &Path) -> Result<Input, Failure> {
    Input::new(&tensors(file)?).map_err(|error| of_file(file, error))
}

/// The batch for this network; `notes` gets a sentence if nobody seems to have normalised the images.
///
/// # Errors
/// What is wrong with the file, by its name.
pub fn batch(file: &Path, input: &Input, network: &Network, notes: &mut Vec<String>) -> Result<Batch, Failure> {
    let batch = input.batch(network).map_err(|error| of_file(file, error))?;
    if let Some(range) = input.unnormalised()? {
        let [least, greatest] = range.map(|value| (value * 1000.0).round() / 1000.0);
        notes.push(format!(
            "The values of the images in {} go from {least} to {greatest}, as pixels do that nobody has normalised: a \
             network that was trained on normalised ones needs (images - mean) / std.",
            file.display()
        ));
    }
    Ok(batch)
}

fn tensors(file: &Path) -> Result<Tensors, Failure> {
    let unreadable = |error| Failure::Input(format!("{} could not be read: {error}", file.display()));
    let bytes = std::fs::read(file).map_err(unreadable)?;
    engine::read_tensors(&bytes).map_err(|problem| of_file(file, problem.into()))
}

/// Whether somebody can ask for this number of classes.
fn can_be_asked(classes: usize, least: usize) -> bool {
    classes >= least && ProgramSetting::Classes.setting().check(classes).is_ok()
}

/// What is wrong with a file names it.
fn of_file(file: &Path, error: EngineError) -> Failure {
    of_file_with(file, error, "")
}

fn of_file_with(file: &Path, error: EngineError, remedy: &str) -> Failure {
    let what = match error {
        EngineError::Weights(problem) => words::weights_problem(&problem) + remedy,
        EngineError::Input(error) => error.to_string(),
        error => return error.into(),
    };
    Failure::Input(format!("{} cannot be used: {what}", file.display()))
}

//! The profiles of the PyTorch reference's cases: its formula gives weights and batches.

#[path = "../../../engine/tests/it/support/formula.rs"]
mod formula;

use super::fold::Fold;
use crate::Failure;
use candle_core::{DType, Device};
use engine::probe::{profile, updates};
use engine::{Join, Measuring};
use protocol::{ModelSpec, Quantity, RunSpec, Skip};
use serde_json::Value;

/// The file that the engine's tests compare with.
const REFERENCE: &str = include_str!("../../../engine/tests/it/reference/gradient_profiles.json");
/// Number of its cases.
pub(super) const COUNT: usize = 8;
/// Updates on the case's batch, hashed too.
const UPDATES: usize = 3;

/// Profiles one case and hashes every value.
pub(super) fn line(index: usize) -> Result<String, Failure> {
    let reference: Value = serde_json::from_str(REFERENCE)?;
    let case = &reference["cases"][index];
    let text = |key: &str| case[key].as_str().ok_or(format!("the reference has no case {index} with {key}"));
    let size = |key: &str| case[key].as_u64().unwrap_or_default() as usize;
    let spec = ModelSpec {
        width: size("width"),
        channels: size("channels"),
        image_size: size("image_size"),
        classes: size("classes"),
        norm: text("norm")?.parse()?,
        ..ModelSpec::standard(text("model")?.parse()?)
    };
    let seed = reference["seed"].as_u64().unwrap_or_default();
    let mut network = formula::network(spec, seed, DType::F32, &Device::Cpu)?;
    let batch = formula::batch(spec, seed, size("batch"), DType::F32, &Device::Cpu)?;
    let skip: Skip = text("skip")?.parse()?;
    let joins: Vec<_> = skip.strengths(&network.plan)?.into_iter().map(Join::at).collect();
    let found = profile(&network, &batch, &joins, &Measuring::of(&Quantity::PROFILE))?;
    let (mut profile, mut losses) = (Fold::default(), Fold::default());
    profile.measured(&found.measured);
    profile.ends(&found.ends);
    losses.value(found.loss);
    let run = RunSpec { lr: 0.05, momentum: 0.9, weight_decay: 1e-4, ..RunSpec::page_default() };
    let later = updates(&mut network, &batch, &joins, &run, UPDATES)?;
    later.losses.into_iter().for_each(|loss| losses.value(loss));
    let name = format!("reference {} width {} skip {skip} norm {}", spec.model, spec.width, spec.norm);
    let (profile, losses, last) = (profile.hash(), losses.hash(), network.parameters.hash()?);
    Ok(format!("{name}: profile {profile} losses {losses} final {last}"))
}

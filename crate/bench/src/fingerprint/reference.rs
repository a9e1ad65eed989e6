//! The profiles of the PyTorch reference's cases: its formula gives weights and batches.

use super::fold::Fold;
use crate::Failure;
use candle_core::{DType, Device, Tensor};
use engine::probe::{profile, updates};
use engine::random::fnv1a64;
use engine::{Batch, Join, Measuring, Network, Parameters};
use protocol::{ModelSpec, ParameterPlan, ParameterRole, Plan, Quantity, RunSpec, Skip};
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
    let mut network = network(spec, seed)?;
    let batch = batch(spec, seed, size("batch"))?;
    let skip: Skip = text("skip")?.parse()?;
    let joins: Vec<_> = skip.strengths(&network.plan)?.into_iter().map(Join::at).collect();
    let found = profile(&network, &batch, &joins, &Measuring::of(&Quantity::PROFILE))?;
    let (mut profile, mut losses) = (Fold::default(), Fold::default());
    profile.measured(&found.measured);
    profile.ends(&found.ends);
    losses.value(found.loss);
    let run = RunSpec { lr: 0.05, momentum: 0.9, weight_decay: 1e-4, ..RunSpec::page_default() };
    let later = updates(&mut network, &batch, &joins, &run, UPDATES)?;
    later.into_iter().for_each(|loss| losses.value(loss));
    let name = format!("reference {} width {} skip {skip} norm {}", spec.model, spec.width, spec.norm);
    let (profile, losses, last) = (profile.hash(), losses.hash(), network.parameters.hash()?);
    Ok(format!("{name}: profile {profile} losses {losses} final {last}"))
}

/// s_i in [-1, 1) of `make_reference.py`.
fn signed_units(seed: u64, name: &str, count: usize) -> impl Iterator<Item = f64> {
    let key = fnv1a64(format!("{seed}:{name}").bytes());
    (1..=count as u64).map(move |i| {
        let mut z = key.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        2.0 * ((z >> 40) as f64 / (1u64 << 24) as f64) - 1.0
    })
}

fn values(parameter: &ParameterPlan, seed: u64) -> Vec<f32> {
    let shape = &parameter.shape;
    let (offset, scale) = match parameter.role {
        ParameterRole::ConvWeight => (0.0, 3f64.sqrt() * (2.0 / (shape[0] * shape[2] * shape[3]) as f64).sqrt()),
        ParameterRole::LinearWeight => (0.0, 3f64.sqrt() / (shape[1] as f64).sqrt()),
        ParameterRole::NormWeight { .. } => (1.0, 0.1),
        ParameterRole::NormBias | ParameterRole::Bias { .. } | ParameterRole::Scale => (0.0, 0.1),
    };
    signed_units(seed, &parameter.name, parameter.count()).map(|s| (offset + scale * s) as f32).collect()
}

fn network(spec: ModelSpec, seed: u64) -> Result<Network, Failure> {
    let plan = Plan::new(spec)?;
    let tensor = |parameter: &ParameterPlan| {
        let tensor = Tensor::from_vec(values(parameter, seed), parameter.shape.clone(), &Device::Cpu)?;
        Ok((parameter.name.clone(), tensor))
    };
    let tensors = plan.parameters.iter().map(tensor).collect::<candle_core::Result<_>>()?;
    let parameters = Parameters::from_tensors(&plan, tensors, DType::F32, &Device::Cpu)?;
    Ok(Network::new(plan, parameters)?)
}

fn batch(spec: ModelSpec, seed: u64, count: usize) -> candle_core::Result<Batch> {
    let ModelSpec { channels, image_size, classes, .. } = spec;
    let units = signed_units(seed, "images", count * channels * image_size * image_size);
    let pixels: Vec<f32> = units.map(|s| (3f64.sqrt() * s) as f32).collect();
    let images = Tensor::from_vec(pixels, (count, channels, image_size, image_size), &Device::Cpu)?;
    let labels: Vec<u32> = (0..count).map(|n| ((7 * n + 3) % classes) as u32).collect();
    Ok(Batch { images, labels: Tensor::new(labels, &Device::Cpu)? })
}

//! Networks and batches whose numbers are those of a formula, on which `reference/make_reference.py` builds the same in
//! PyTorch. The fingerprints of `crate/bench` are of these too.

use candle_core::{DType, Device, Tensor};
use engine::random::fnv1a64;
use engine::{Batch, EngineError, Network};
use protocol::{ModelSpec, ParameterPlan, ParameterRole, Plan};

/// s_i in [-1, 1) of `make_reference.py`.
pub fn signed_units(seed: u64, name: &str, count: usize) -> impl Iterator<Item = f64> {
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

/// The network whose weights are those of the formula.
pub fn network(spec: ModelSpec, seed: u64, dtype: DType, device: &Device) -> Result<Network, EngineError> {
    let plan = Plan::new(spec)?;
    let tensor = |parameter: &ParameterPlan| {
        let tensor = Tensor::from_vec(values(parameter, seed), parameter.shape.clone(), device)?;
        Ok((parameter.name.clone(), tensor))
    };
    let tensors = plan.parameters.iter().map(tensor).collect::<candle_core::Result<_>>()?;
    Network::from_tensors(plan, tensors, dtype, device)
}

/// The batch of the formula.
pub fn batch(spec: ModelSpec, seed: u64, count: usize, dtype: DType, device: &Device) -> Result<Batch, EngineError> {
    let ModelSpec { channels, image_size, classes, .. } = spec;
    let units = signed_units(seed, "images", count * channels * image_size * image_size);
    let pixels: Vec<f32> = units.map(|s| (3f64.sqrt() * s) as f32).collect();
    let images = Tensor::from_vec(pixels, (count, channels, image_size, image_size), device)?;
    let labels: Vec<u32> = (0..count).map(|n| ((7 * n + 3) % classes) as u32).collect();
    Ok(Batch { images: images.to_dtype(dtype)?, labels: Tensor::new(labels, device)? })
}

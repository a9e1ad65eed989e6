//! The trainable tensors of a network, always in name order.

use super::initial::initial_values;
use crate::random::Fnv1a64;
use crate::{Bug, EngineError, WeightsError};
use candle_core::{DType, Device, Tensor};
use kernel::Floats;
use protocol::{Init, ParameterPlan, Plan};
use std::collections::HashMap;

/// The trainable tensors of a network, sorted by their state_dict name. A clone shares the tensors; updates replace them,
/// so it keeps the old ones.
#[derive(Clone)]
pub struct Parameters {
    plan: Vec<ParameterPlan>,
    tensors: Vec<Tensor>,
}

impl Parameters {
    /// Freshly initialised parameters, f32.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    pub fn initial(plan: &Plan, init: Init, seed: u64, device: &Device) -> Result<Self, EngineError> {
        let tensor = |parameter: &ParameterPlan| {
            Tensor::from_vec(initial_values(parameter, init, seed), parameter.shape.clone(), device)
        };
        let tensors = plan.parameters.iter().map(tensor).collect::<Result<_, _>>()?;
        Ok(Self { plan: plan.parameters.clone(), tensors })
    }

    /// Parameters from tensors with torchvision's state_dict names. BN tensors are ignored if the network has no norm;
    /// BN buffers (`running_mean`, `running_var`, `num_batches_tracked`) are always accepted.
    ///
    /// # Errors
    /// [`EngineError::Weights`] names the first tensor that is missing, of another shape, not of floating-point values, or
    /// not of this network.
    pub fn from_tensors(
        plan: &Plan,
        mut tensors: HashMap<String, Tensor>,
        dtype: DType,
        device: &Device,
    ) -> Result<Self, EngineError> {
        let mut take = |parameter: &ParameterPlan| {
            let ParameterPlan { name, shape, .. } = parameter;
            let missing = || WeightsError::Missing { name: name.clone(), shape: shape.clone() };
            let tensor = tensors.remove(name).ok_or_else(missing)?;
            if tensor.dims() != shape.as_slice() {
                let (found, needed) = (tensor.dims().to_vec(), shape.clone());
                return Err(WeightsError::Shape { name: name.clone(), found, needed }.into());
            }
            if !tensor.dtype().is_float() {
                return Err(WeightsError::Kind { name: name.clone(), found: tensor.dtype().as_str() }.into());
            }
            Ok(tensor.to_device(device)?.to_dtype(dtype)?.contiguous()?)
        };
        let taken = plan.parameters.iter().map(&mut take).collect::<Result<_, EngineError>>()?;
        let has_norm = plan.spec.norm == protocol::Norm::Bn;
        let mut extra: Vec<_> = tensors.keys().filter(|name| !is_accepted_extra(name, has_norm)).collect();
        extra.sort();
        match extra.first() {
            Some(name) => Err(WeightsError::Extra { name: (*name).clone() }.into()),
            None => Ok(Self { plan: plan.parameters.clone(), tensors: taken }),
        }
    }

    /// Parameters that no plan names, for tests of single layers.
    #[cfg(test)]
    pub(crate) fn unplanned(tensors: Vec<Tensor>) -> Self {
        Self { plan: Vec::new(), tensors }
    }

    /// A copy with values of another type.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device cannot hold values of that type.
    pub fn to_dtype(&self, dtype: DType) -> Result<Self, EngineError> {
        let tensors = self.tensors.iter().map(|tensor| tensor.to_dtype(dtype)).collect::<Result<_, _>>()?;
        Ok(Self { plan: self.plan.clone(), tensors })
    }

    /// The index of the parameter of that name.
    pub(crate) fn index(plan: &Plan, name: &str) -> Result<usize, EngineError> {
        let found = plan.parameters.binary_search_by(|parameter| parameter.name.as_str().cmp(name));
        found.map_err(|_| Bug::NoParameter { name: name.to_owned() }.into())
    }

    /// Names and shapes, sorted by name.
    pub fn plan(&self) -> &[ParameterPlan] {
        &self.plan
    }

    /// One tensor, by its index in name order.
    pub fn tensor(&self, index: usize) -> &Tensor {
        &self.tensors[index]
    }

    /// Replaces one tensor by another of its shape.
    pub fn replace(&mut self, index: usize, tensor: Tensor) {
        self.tensors[index] = tensor;
    }

    /// A hash of all values in name order (FNV-1a, 64 bits, of each name and its values as little-endian bytes),
    /// 16 hexadecimal digits.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a tensor cannot be read from the device, or holds neither f32 nor f64.
    pub fn hash(&self) -> Result<String, EngineError> {
        let mut hash = Fnv1a64::default();
        for (parameter, tensor) in self.plan.iter().zip(&self.tensors) {
            hash.add(parameter.name.bytes());
            Floats::with(tensor, |floats| match floats {
                Floats::F32(values) => values.iter().for_each(|value| hash.add(value.to_le_bytes())),
                Floats::F64(values) => values.iter().for_each(|value| hash.add(value.to_le_bytes())),
            })?;
        }
        Ok(format!("{:016x}", hash.value()))
    }
}

/// Whether a tensor that the plan does not name may stand in a weights file.
fn is_accepted_extra(name: &str, has_norm: bool) -> bool {
    let buffer = ["running_mean", "running_var", "num_batches_tracked"].iter().any(|end| name.ends_with(end));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let norm =
        name.split('.').any(|part| part.strip_prefix("bn").is_some_and(digits)) || name.contains("downsample.1.");
    buffer || (norm && !has_norm)
}

//! The trainable tensors of a network, always in name order.

use super::initial::initial_values;
use crate::random::Fnv1a64;
use crate::{Bug, EngineError};
use candle_core::{DType, Device, Tensor};
use kernel::Floats;
use protocol::{Init, ParameterPlan, Plan};

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

    /// Parameters of these tensors, in the order of the plan.
    pub(super) fn new(plan: &Plan, tensors: Vec<Tensor>) -> Self {
        Self { plan: plan.parameters.clone(), tensors }
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

//! Stochastic gradient descent as `torch.optim.SGD` defines it (no Nesterov, no dampening).

use super::norms::are_finite;
use super::parameters::Parameters;
use super::weights::{Tensors, take, write_tensors};
use crate::EngineError;
use candle_core::{DType, Device, Tensor};
use protocol::{RunSpec, WeightsProblem};

/// SGD with momentum and weight decay: g ← g + decay·w; v ← momentum·v + g (v = g at the first step); w ← w − lr·v.
///
/// It holds the velocities alone; the settings are the run's at each update, so that one that is live needs nothing more.
#[derive(Default)]
pub struct Sgd {
    velocity: Vec<Option<Tensor>>,
}

impl Sgd {
    /// One update with the run's settings and this learning rate; parameters without a gradient stay as they are.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a gradient does not have the shape of its parameter.
    pub fn step(
        &mut self,
        run: &RunSpec,
        lr: f64,
        parameters: &mut Parameters,
        gradients: &[Option<Tensor>],
    ) -> Result<(), EngineError> {
        self.velocity.resize(gradients.len(), None);
        for (index, gradient) in gradients.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            let (weight, old) = (parameters.tensor(index), self.velocity[index].as_ref());
            let is_spared = parameters.plan().get(index).is_some_and(|own| run.no_decay.spares(own.role));
            let decay = if is_spared { 0.0 } else { run.weight_decay };
            let (updated, velocity) = kernel::sgd(weight, gradient, old, lr, run.momentum, decay)?;
            self.velocity[index] = Some(velocity);
            parameters.replace(index, updated);
        }
        Ok(())
    }

    /// Whether every velocity is a finite number.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if one cannot be read from the device.
    pub(crate) fn is_finite(&self) -> Result<bool, EngineError> {
        are_finite(self.velocity.iter().flatten())
    }

    /// The velocities of these parameters by their names, as a safetensors file; a parameter that never had a gradient has
    /// none.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a tensor cannot be read from the device.
    pub(crate) fn to_safetensors(&self, parameters: &Parameters) -> Result<Vec<u8>, EngineError> {
        let named = parameters.plan().iter().zip(&self.velocity);
        let named: Vec<_> = named.filter_map(|(own, velocity)| Some((own.name.clone(), velocity.as_ref()?))).collect();
        write_tensors(&named)
    }

    /// The optimiser with these velocities, by the names of their parameters.
    ///
    /// # Errors
    /// [`EngineError::Weights`] names the first tensor that is of another shape, or of no parameter.
    pub(crate) fn from_tensors(
        mut tensors: Tensors,
        parameters: &Parameters,
        device: &Device,
    ) -> Result<Self, EngineError> {
        let plan = parameters.plan().iter();
        let velocity = plan
            .map(|own| take(&mut tensors, &own.name, &own.shape, DType::F32, device))
            .collect::<Result<Vec<_>, _>>()?;
        let extra = tensors.into_keys().min();
        extra.map_or(Ok(Self { velocity }), |name| Err(WeightsProblem::Extra { name }.into()))
    }
}

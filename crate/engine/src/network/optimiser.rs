//! Stochastic gradient descent as `torch.optim.SGD` defines it (no Nesterov, no dampening).

use super::parameters::Parameters;
use crate::EngineError;
use candle_core::Tensor;

/// SGD with momentum and weight decay: g ← g + decay·w; v ← momentum·v + g (v = g at the first step); w ← w − lr·v.
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Momentum.
    pub momentum: f64,
    /// Weight decay.
    pub weight_decay: f64,
    velocity: Vec<Option<Tensor>>,
}

impl Sgd {
    /// An optimiser without history.
    pub fn new(lr: f64, momentum: f64, weight_decay: f64) -> Self {
        Self { lr, momentum, weight_decay, velocity: Vec::new() }
    }

    /// One update; parameters without a gradient stay as they are.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a gradient does not have the shape of its parameter.
    pub fn step(&mut self, parameters: &mut Parameters, gradients: &[Option<Tensor>]) -> Result<(), EngineError> {
        self.velocity.resize(gradients.len(), None);
        for (index, gradient) in gradients.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            let (weight, old) = (parameters.tensor(index), self.velocity[index].as_ref());
            let (updated, velocity) = kernel::sgd(weight, gradient, old, self.lr, self.momentum, self.weight_decay)?;
            self.velocity[index] = Some(velocity);
            parameters.replace(index, updated);
        }
        Ok(())
    }
}

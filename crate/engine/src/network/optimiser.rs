//! Stochastic gradient descent as `torch.optim.SGD` defines it (no Nesterov, no dampening).

use super::parameters::Parameters;
use crate::EngineError;
use candle_core::Tensor;
use protocol::RunSpec;

/// SGD with momentum and weight decay: g ← g + decay·w; v ← momentum·v + g (v = g at the first step); w ← w − lr·v.
///
/// It holds the velocities alone; the settings are the run's at each update, so that one that is live needs nothing more.
#[derive(Default)]
pub struct Sgd {
    velocity: Vec<Option<Tensor>>,
}

impl Sgd {
    /// One update with the run's settings; parameters without a gradient stay as they are.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a gradient does not have the shape of its parameter.
    pub fn step(
        &mut self,
        run: &RunSpec,
        parameters: &mut Parameters,
        gradients: &[Option<Tensor>],
    ) -> Result<(), EngineError> {
        self.velocity.resize(gradients.len(), None);
        for (index, gradient) in gradients.iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            let (weight, old) = (parameters.tensor(index), self.velocity[index].as_ref());
            let (updated, velocity) = kernel::sgd(weight, gradient, old, run.lr, run.momentum, run.weight_decay)?;
            self.velocity[index] = Some(velocity);
            parameters.replace(index, updated);
        }
        Ok(())
    }
}

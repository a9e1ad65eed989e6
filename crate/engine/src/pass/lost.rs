//! Where numbers left the range of their type: on the way forward, if the loss is no finite number; else on the way back,
//! if a gradient is none.

use super::{Measuring, Pass};
use crate::EngineError;
use crate::network::{Network, norms};
use protocol::{Lost, Place, StepPhase};
use std::iter::once;

impl Pass {
    /// What of this pass is no finite number, and the first place in the order of computing where that came about. Of
    /// gradients it knows once all are there.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a tensor cannot be read from the device.
    pub fn lost(&self, network: &Network) -> Result<Option<(Lost, Place)>, EngineError> {
        match self.loss() {
            None => Ok(None),
            Some(loss) if !loss.is_finite() => Ok(Some((Lost::Loss, self.lost_signal(network)?))),
            Some(_) if self.has_gradients() && !norms::are_finite(self.gradients.iter().flatten())? => {
                Ok(Some((Lost::Gradient, self.lost_gradient(network)?)))
            }
            Some(_) => Ok(None),
        }
    }

    fn has_gradients(&self) -> bool {
        self.done() == Some(StepPhase::StemBack)
    }

    /// The first place, from the input, whose output is not finite.
    fn lost_signal(&self, network: &Network) -> Result<Place, EngineError> {
        let stem = network.stem.evaluate(&network.parameters, None, &self.batch.images)?;
        if !norms::are_finite(once(&stem))? {
            return Ok(Place::Stem);
        }
        for (index, tape) in self.tapes.iter().enumerate() {
            if !norms::are_finite(once(&tape.y))? {
                return Ok(Place::Block(index));
            }
        }
        Ok(Place::Head)
    }

    /// The first place, from the loss, that makes a gradient that is not finite: of its parameters, or the one that leaves
    /// it. The pass is made once more for that, watched part by part.
    fn lost_gradient(&self, network: &Network) -> Result<Place, EngineError> {
        let mut again = Self::new(network, self.batch.clone(), self.joins.clone(), Measuring::default());
        while again.advance(network)? {
            let (place, own) = match again.done() {
                Some(StepPhase::Loss) => (Place::Head, network.head.parameter_indices()),
                Some(StepPhase::Backward(index)) => (Place::Block(index), network.blocks[index].parameter_indices()),
                _ => continue,
            };
            let own = own.iter().filter_map(|index| again.gradients[*index].as_ref());
            if !norms::are_finite(own.chain(once(&again.flowing.tensor)))? {
                return Ok(place);
            }
        }
        Ok(Place::Stem)
    }
}

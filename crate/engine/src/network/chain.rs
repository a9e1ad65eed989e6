//! Layers one after the other: stem, branch, projection and head are each a chain.

use super::layer::{Gradients, Layer, LayerTape, Running};
use super::parameters::Parameters;
use crate::EngineError;
use candle_core::Tensor;
use protocol::Activation;

/// Layers one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Chain(pub(crate) Vec<Layer>);

/// What a chain's backward pass needs.
pub(crate) struct ChainTape(Vec<LayerTape>);

impl Chain {
    /// The output with batch statistics, and the tape.
    pub(crate) fn forward(&self, parameters: &Parameters, x: &Tensor) -> Result<(Tensor, ChainTape), EngineError> {
        let mut value = x.clone();
        let mut tapes = Vec::with_capacity(self.0.len());
        for layer in &self.0 {
            let (y, tape) = layer.forward(parameters, &value)?;
            tapes.push(tape);
            value = y;
        }
        Ok((value, ChainTape(tapes)))
    }

    /// The output with these running statistics, or with those of the batch if there are none.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &Tensor,
    ) -> Result<Tensor, EngineError> {
        let mut value = x.clone();
        for layer in &self.0 {
            value = match running {
                Some(running) => layer.evaluate(parameters, running, &value)?,
                None => layer.forward(parameters, &value)?.0,
            };
        }
        Ok(value)
    }

    /// The gradient of the input from that of the output; parameter gradients go into `gradients`, if there is such a
    /// place. The first layer's input gradient is skipped if nobody needs it (`None` is returned then).
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &ChainTape,
        g: &Tensor,
        mut gradients: Option<&mut Gradients>,
        needs_input: bool,
    ) -> Result<Option<Tensor>, EngineError> {
        let mut g = Some(g.clone());
        for (index, (layer, tape)) in self.0.iter().zip(&tape.0).enumerate().rev() {
            if let Some(at_output) = g {
                g = layer.backward(parameters, tape, &at_output, gradients.as_deref_mut(), needs_input || index > 0)?;
            }
        }
        Ok(g)
    }

    /// Moves the running statistics towards those of the batch on the tape.
    pub(crate) fn track(&self, tape: &ChainTape, running: &mut [Running]) -> Result<(), EngineError> {
        for (layer, tape) in self.0.iter().zip(&tape.0) {
            if let (Layer::BatchNorm { running: index, .. }, LayerTape::BatchNorm(tape)) = (layer, tape) {
                running[*index].track(tape)?;
            }
        }
        Ok(())
    }

    /// The parameters that its layers use.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        self.0.iter().flat_map(Layer::parameter_indices).collect()
    }

    /// Those of its layers that only pool.
    pub(crate) fn pools(&self) -> Self {
        Self(self.0.iter().filter(|layer| matches!(layer, Layer::MaxPool { .. })).cloned().collect())
    }

    /// The outputs of its ReLUs.
    pub(crate) fn relu_outputs<'a>(&'a self, tape: &'a ChainTape) -> impl Iterator<Item = &'a Tensor> {
        self.0.iter().zip(&tape.0).filter_map(|pair| match pair {
            (Layer::Activation(Activation::Relu), LayerTape::Output(y)) => Some(y),
            _ => None,
        })
    }
}

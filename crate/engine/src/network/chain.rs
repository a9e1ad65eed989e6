//! Layers one after the other: stem, branch, projection and head are each a chain.

use super::layer::{Gradients, Layer, LayerTape, Running};
use super::parameters::Parameters;
use crate::{Bug, EngineError};
use candle_core::Tensor;
use protocol::Activation;
use std::sync::Arc;

/// Layers one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    layers: Vec<Layer>,
    identity: Identity,
}

/// What a chain's backward pass needs.
pub(crate) struct ChainTape {
    /// Of each layer.
    layers: Vec<LayerTape>,
    of: Identity,
}

/// Which chain it is: each one made has its own, for as long as anybody has it.
#[derive(Clone, Debug)]
pub(crate) struct Identity(Arc<()>);

impl Chain {
    /// A chain of these layers.
    pub(crate) fn new(layers: Vec<Layer>) -> Self {
        Self { layers, identity: Identity(Arc::new(())) }
    }

    /// The layers, from the input on.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Which chain this is, to be kept with a tape.
    pub(crate) fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Whether a tape with this identity was made by this chain.
    ///
    /// # Errors
    /// [`EngineError::Internal`] if it was made by another.
    pub(crate) fn check(&self, of: &Identity) -> Result<(), EngineError> {
        if Arc::ptr_eq(&self.identity.0, &of.0) {
            Ok(())
        } else {
            Err(Bug::TapeOfAnotherLayer { layer: format!("{:?}", self.layers) }.into())
        }
    }

    /// The output with batch statistics, and the tape.
    pub(crate) fn forward(&self, parameters: &Parameters, x: &Tensor) -> Result<(Tensor, ChainTape), EngineError> {
        let mut value = x.clone();
        let mut tapes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (y, tape) = layer.forward(parameters, &value)?;
            tapes.push(tape);
            value = y;
        }
        Ok((value, ChainTape { layers: tapes, of: self.identity() }))
    }

    /// The output with these running statistics, or with those of the batch if there are none.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &Tensor,
    ) -> Result<Tensor, EngineError> {
        let mut value = x.clone();
        for layer in &self.layers {
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
        for (index, (layer, tape)) in self.with_tape(tape)?.enumerate().rev() {
            if let Some(at_output) = g {
                g = layer.backward(parameters, tape, &at_output, gradients.as_deref_mut(), needs_input || index > 0)?;
            }
        }
        Ok(g)
    }

    /// Moves the running statistics towards those of the batch on the tape.
    pub(crate) fn track(&self, tape: &ChainTape, running: &mut [Running]) -> Result<(), EngineError> {
        for (layer, tape) in self.with_tape(tape)? {
            if let (Layer::BatchNorm { running: index, .. }, LayerTape::BatchNorm(tape)) = (layer, tape) {
                running[*index].track(tape)?;
            }
        }
        Ok(())
    }

    /// The parameters that its layers use.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        self.layers.iter().flat_map(Layer::parameter_indices).collect()
    }

    /// Those of its layers that only pool.
    pub(crate) fn pools(&self) -> Self {
        Self::new(self.layers.iter().filter(|layer| matches!(layer, Layer::MaxPool { .. })).cloned().collect())
    }

    /// The outputs of its ReLUs.
    pub(crate) fn relu_outputs<'a>(&self, tape: &'a ChainTape) -> Result<Vec<&'a Tensor>, EngineError> {
        let of_relu = |pair: (&Layer, &'a LayerTape)| match pair {
            (Layer::Activation(Activation::Relu), LayerTape::Output(y)) => Some(y),
            _ => None,
        };
        Ok(self.with_tape(tape)?.filter_map(of_relu).collect())
    }

    /// Each layer with what is on the tape of it: a tape of this chain has one of each.
    fn with_tape<'a, 'b>(
        &'a self,
        tape: &'b ChainTape,
    ) -> Result<impl DoubleEndedIterator<Item = (&'a Layer, &'b LayerTape)> + ExactSizeIterator, EngineError> {
        self.check(&tape.of)?;
        Ok(self.layers.iter().zip(&tape.layers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    /// A layer of each kind, and of some kinds two; each takes and gives `[1, 4, 1, 1]`.
    fn layers() -> Vec<Layer> {
        let conv = |bias| Layer::Conv { weight: 0, bias, stride: 1, padding: 0 };
        let activations = [Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Linear];
        let others = [
            conv(None),
            conv(Some(2)),
            Layer::BatchNorm { weight: 2, bias: 2, running: 0 },
            Layer::MaxPool { kernel: 1, stride: 1, padding: 0 },
            Layer::AveragePool { out: 1 },
            Layer::Flatten,
            Layer::Linear { weight: 1, bias: 2 },
            Layer::Scale { weight: 3 },
            Layer::Factor(0.5),
        ];
        activations.map(Layer::Activation).into_iter().chain(others).collect()
    }

    #[test]
    fn a_tape_serves_the_layer_that_made_it_and_no_other() {
        let ones = |shape: &[usize]| Tensor::ones(shape, DType::F32, &Device::Cpu).unwrap();
        let parameters = [&[4, 4, 1, 1][..], &[4, 4], &[4], &[1]].map(ones);
        let (count, parameters) = (parameters.len(), Parameters::unplanned(parameters.into()));
        let x = ones(&[1, 4, 1, 1]);
        let chains: Vec<_> = layers().into_iter().map(|layer| Chain::new(vec![layer])).collect();
        let empty = Chain::new(Vec::new());
        let chains: Vec<_> = chains.into_iter().chain([empty.clone(), Chain::new(layers())]).collect();
        for (of, maker) in chains.iter().enumerate() {
            let (_, tape) = maker.forward(&parameters, &x).unwrap();
            for (index, chain) in chains.iter().enumerate() {
                let mut gradients = vec![None; count];
                let found = chain.backward(&parameters, &tape, &x, Some(&mut gradients), true);
                if of == index {
                    assert!(found.unwrap().is_some(), "{chain:?}");
                    continue;
                }
                let names = format!("{chain:?} with a tape of {maker:?}");
                assert!(matches!(found, Err(EngineError::Internal(_))), "{names}");
                assert!(gradients.iter().all(Option::is_none), "{names}");
                assert!(matches!(chain.track(&tape, &mut []), Err(EngineError::Internal(_))), "{names}");
                assert!(matches!(chain.relu_outputs(&tape), Err(EngineError::Internal(_))), "{names}");
            }
        }
        let (_, tape) = empty.forward(&parameters, &x).unwrap();
        assert!(empty.clone().backward(&parameters, &tape, &x, None, true).is_ok(), "a copy is the same chain");
    }
}

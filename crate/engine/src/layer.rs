//! The layers that branches are made of: forward with a tape, and backward pure in the gradient.

use crate::EngineError;
use crate::parameters::Parameters;
use candle_core::Tensor;
use kernel::{BatchNormTape, ConvShape};

/// Added to the variance before the square root, as PyTorch has it.
pub(crate) const BN_EPS: f64 = 1e-5;
/// Weight of the newest batch in the running statistics, as PyTorch has it.
const BN_MOMENTUM: f64 = 0.1;

/// Which statistics batch norm uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Those of the batch.
    Train,
    /// The running ones.
    Eval,
}

/// One layer; numbers are indices into [`Parameters`] and into the running statistics.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    /// Convolution without bias.
    Conv { weight: usize, stride: usize, padding: usize },
    /// Batch normalisation.
    BatchNorm { weight: usize, bias: usize, running: usize },
    /// max(x, 0).
    Relu,
}

/// What a layer's backward pass needs.
pub(crate) enum LayerTape {
    Conv { x: Tensor },
    BatchNorm(BatchNormTape),
    Relu { y: Tensor },
}

/// Running mean and (unbiased) variance of one batch norm, `[C]` each.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) mean: Tensor,
    pub(crate) variance: Tensor,
}

/// The gradient of each parameter, by its index; `None` until it was computed.
pub(crate) type Gradients = Vec<Option<Tensor>>;

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

    /// The output with running statistics.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: &[Running],
        x: &Tensor,
    ) -> Result<Tensor, EngineError> {
        let mut value = x.clone();
        for layer in &self.0 {
            value = match *layer {
                Layer::BatchNorm { weight, bias, running: index } => {
                    let Running { mean, variance } = &running[index];
                    let (weight, bias) = (parameters.tensor(weight), parameters.tensor(bias));
                    kernel::batch_norm_eval(&value, weight, bias, mean, variance, BN_EPS)?
                }
                _ => layer.forward(parameters, &value)?.0,
            };
        }
        Ok(value)
    }

    /// The gradient of the input from that of the output; parameter gradients go into `gradients`. The first layer's
    /// input gradient is skipped if nobody needs it (`None` is returned then).
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &ChainTape,
        g: &Tensor,
        gradients: &mut Gradients,
        needs_input: bool,
    ) -> Result<Option<Tensor>, EngineError> {
        let mut g = Some(g.clone());
        for (index, (layer, tape)) in self.0.iter().zip(&tape.0).enumerate().rev() {
            if let Some(at_output) = g {
                g = layer.backward(parameters, tape, &at_output, gradients, needs_input || index > 0)?;
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
}

impl Running {
    fn track(&mut self, tape: &BatchNormTape) -> Result<(), EngineError> {
        let count = (tape.normalised.elem_count() / tape.mean.elem_count()) as f64;
        let unbiased = (&tape.variance * (count / (count - 1.0).max(1.0)))?;
        let mix = |old: &Tensor, new: &Tensor| (old * (1.0 - BN_MOMENTUM))? + (new * BN_MOMENTUM)?;
        (self.mean, self.variance) = (mix(&self.mean, &tape.mean)?, mix(&self.variance, &unbiased)?);
        Ok(())
    }
}

impl Layer {
    fn forward(&self, parameters: &Parameters, x: &Tensor) -> Result<(Tensor, LayerTape), EngineError> {
        Ok(match *self {
            Self::Conv { weight, stride, padding } => {
                (kernel::conv2d(x, parameters.tensor(weight), stride, padding)?, LayerTape::Conv { x: x.clone() })
            }
            Self::BatchNorm { weight, bias, .. } => {
                let (y, tape) = kernel::batch_norm(x, parameters.tensor(weight), parameters.tensor(bias), BN_EPS)?;
                (y, LayerTape::BatchNorm(tape))
            }
            Self::Relu => {
                let y = kernel::relu(x)?;
                (y.clone(), LayerTape::Relu { y })
            }
        })
    }

    fn backward(
        &self,
        parameters: &Parameters,
        tape: &LayerTape,
        g: &Tensor,
        gradients: &mut Gradients,
        needs_input: bool,
    ) -> Result<Option<Tensor>, EngineError> {
        match (self, tape) {
            (&Self::Conv { weight, stride, padding }, LayerTape::Conv { x }) => {
                let w = parameters.tensor(weight);
                let shape = ConvShape::of(x, w, stride, padding)?;
                gradients[weight] = Some(kernel::conv2d_grad_weight(x, g, &shape)?);
                Ok(if needs_input { Some(kernel::conv2d_grad_input(w, g, &shape)?) } else { None })
            }
            (&Self::BatchNorm { weight, bias, .. }, LayerTape::BatchNorm(tape)) => {
                let (grad, grad_weight, grad_bias) = kernel::batch_norm_backward(tape, parameters.tensor(weight), g)?;
                gradients[weight] = Some(grad_weight);
                gradients[bias] = Some(grad_bias);
                Ok(Some(grad))
            }
            (Self::Relu, LayerTape::Relu { y }) => Ok(Some(kernel::relu_backward(y, g)?)),
            _ => Err(EngineError::Weights("a tape of another layer was given".into())),
        }
    }
}

impl Chain {
    /// The parameters that its layers use.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        let of = |layer: &Layer| match *layer {
            Layer::Conv { weight, .. } => vec![weight],
            Layer::BatchNorm { weight, bias, .. } => vec![weight, bias],
            Layer::Relu => vec![],
        };
        self.0.iter().flat_map(of).collect()
    }
}

//! The layers: forward with a tape, and backward pure in the gradient.

use super::parameters::Parameters;
#[cfg(test)]
use crate::proof::faulty as kernel;
use crate::{Bug, EngineError};
use ::kernel::{BatchNormTape, ConvShape, MaxPoolTape};
use candle_core::Tensor;
use protocol::Activation;

/// Added to the variance before the square root, as PyTorch has it.
const BN_EPS: f64 = 1e-5;
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

/// One layer; `weight`, `bias` and `running` are indices into [`Parameters`] and into the running statistics.
///
/// # Shapes
/// All layers take and give `[N, C, H, W]`: N images, C channels or features, H×W pixels (1×1 behind [`Self::Flatten`]).
/// A gradient has the shape of what it is the gradient of.
///
/// | layer | gives |
/// |---|---|
/// | `Conv`, kernel K×K | `[N, outputs, (H + 2·padding − K) / stride + 1, …]` |
/// | `BatchNorm`, `Activation`, `Scale`, `Factor` | `[N, C, H, W]` |
/// | `MaxPool` | `[N, C, (H + 2·padding − kernel) / stride + 1, …]` |
/// | `AveragePool` | `[N, C, out, out]` |
/// | `Flatten` | `[N, C·H·W, 1, 1]` |
/// | `Linear` | `[N, outputs, 1, 1]` |
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    Conv { weight: usize, bias: Option<usize>, stride: usize, padding: usize },
    BatchNorm { weight: usize, bias: usize, running: usize },
    Activation(Activation),
    MaxPool { kernel: usize, stride: usize, padding: usize },
    AveragePool { out: usize },
    Flatten,
    Linear { weight: usize, bias: usize },
    Scale { weight: usize },
    Factor(f64),
}

/// Batch, channels, height and width.
pub(crate) type Dims = (usize, usize, usize, usize);

/// What a layer's backward pass needs.
pub(crate) enum LayerTape {
    /// The input: of a convolution, a linear layer or a scale.
    Input(Tensor),
    BatchNorm(BatchNormTape),
    /// The output of an activation.
    Output(Tensor),
    MaxPool(MaxPoolTape),
    /// The input's shape.
    Shape(Dims),
    Nothing,
}

/// Running mean and (unbiased) variance of one batch norm, `[C]` each.
#[derive(Clone)]
pub(crate) struct Running {
    /// The batch norm's name.
    pub(crate) name: String,
    pub(crate) mean: Tensor,
    pub(crate) variance: Tensor,
}

/// The gradient of each parameter, by its index; `None` until it was computed.
pub(crate) type Gradients = Vec<Option<Tensor>>;

impl Running {
    /// The names of mean and variance in a state_dict.
    pub(crate) fn names(&self) -> [String; 2] {
        ["running_mean", "running_var"].map(|own| format!("{}.{own}", self.name))
    }

    /// Moves the statistics towards those of the batch on the tape.
    pub(crate) fn track(&mut self, tape: &BatchNormTape) -> Result<(), EngineError> {
        let count = tape.count() as f64;
        let unbiased = (tape.variance() * (count / (count - 1.0).max(1.0)))?;
        let mix = |old: &Tensor, new: &Tensor| (old * (1.0 - BN_MOMENTUM))? + (new * BN_MOMENTUM)?;
        (self.mean, self.variance) = (mix(&self.mean, tape.mean())?, mix(&self.variance, &unbiased)?);
        Ok(())
    }
}

impl Layer {
    /// The output with batch statistics, and the tape.
    pub(crate) fn forward(&self, parameters: &Parameters, x: &Tensor) -> Result<(Tensor, LayerTape), EngineError> {
        let tensor = |index: usize| parameters.tensor(index);
        Ok(match *self {
            Self::Conv { weight, bias, stride, padding } => {
                let y = kernel::conv2d(x, tensor(weight), stride, padding)?;
                let y = if let Some(bias) = bias { kernel::channel_bias(&y, tensor(bias))? } else { y };
                (y, LayerTape::Input(x.clone()))
            }
            Self::BatchNorm { weight, bias, .. } => {
                let (y, tape) = kernel::batch_norm(x, tensor(weight), tensor(bias), BN_EPS)?;
                (y, LayerTape::BatchNorm(tape))
            }
            Self::Activation(activation) => {
                let y = activate(activation, x)?;
                (y.clone(), LayerTape::Output(y))
            }
            Self::MaxPool { kernel, stride, padding } => {
                let (y, tape) = kernel::max_pool(x, kernel, stride, padding)?;
                (y, LayerTape::MaxPool(tape))
            }
            Self::AveragePool { out } => (kernel::average_pool(x, out)?, LayerTape::Shape(x.dims4()?)),
            Self::Flatten => {
                let (batch, channels, height, width) = x.dims4()?;
                (x.reshape((batch, channels * height * width, 1, 1))?, LayerTape::Shape(x.dims4()?))
            }
            Self::Linear { weight, bias } => {
                (kernel::linear(x, tensor(weight), Some(tensor(bias)))?, LayerTape::Input(x.clone()))
            }
            Self::Scale { weight } => (kernel::scale(x, tensor(weight))?, LayerTape::Input(x.clone())),
            Self::Factor(factor) => ((x * factor)?, LayerTape::Nothing),
        })
    }

    /// The output with these running statistics.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: &[Running],
        x: &Tensor,
    ) -> Result<Tensor, EngineError> {
        match *self {
            Self::BatchNorm { weight, bias, running: index } => {
                let Running { mean, variance, .. } = &running[index];
                let (weight, bias) = (parameters.tensor(weight), parameters.tensor(bias));
                Ok(kernel::batch_norm_eval(x, weight, bias, mean, variance, BN_EPS)?)
            }
            _ => Ok(self.forward(parameters, x)?.0),
        }
    }

    /// The gradient of the input from that of the output (`None` if `needs_input` is false and it is not cheap); parameter
    /// gradients go into `gradients`, if there is such a place.
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &LayerTape,
        g: &Tensor,
        gradients: Option<&mut Gradients>,
        needs_input: bool,
    ) -> Result<Option<Tensor>, EngineError> {
        let tensor = |index: usize| parameters.tensor(index);
        Ok(match (self, tape) {
            (&Self::Conv { weight, bias, stride, padding }, LayerTape::Input(x)) => {
                let w = tensor(weight);
                let shape = ConvShape::of(x, w, stride, padding)?;
                if let Some(gradients) = gradients {
                    gradients[weight] = Some(kernel::conv2d_grad_weight(&shape, x, g)?);
                    if let Some(bias) = bias {
                        gradients[bias] = Some(kernel::channel_bias_grad_bias(g)?);
                    }
                }
                if needs_input { Some(kernel::conv2d_grad_input(&shape, w, g)?) } else { None }
            }
            (&Self::BatchNorm { weight, bias, .. }, LayerTape::BatchNorm(tape)) => {
                let (grad, grad_weight, grad_bias) = kernel::batch_norm_backward(tape, tensor(weight), g)?;
                if let Some(gradients) = gradients {
                    (gradients[weight], gradients[bias]) = (Some(grad_weight), Some(grad_bias));
                }
                Some(grad)
            }
            (&Self::Activation(activation), LayerTape::Output(y)) => Some(activation_backward(activation, y, g)?),
            (Self::MaxPool { .. }, LayerTape::MaxPool(tape)) => Some(kernel::max_pool_backward(tape, g)?),
            (Self::AveragePool { .. }, LayerTape::Shape(dims)) => Some(kernel::average_pool_backward(*dims, g)?),
            (Self::Flatten, LayerTape::Shape(dims)) => Some(g.reshape(*dims)?),
            (&Self::Linear { weight, bias }, LayerTape::Input(x)) => {
                if let Some(gradients) = gradients {
                    gradients[weight] = Some(kernel::linear_grad_weight(x, g)?);
                    gradients[bias] = Some(kernel::linear_grad_bias(g)?);
                }
                if needs_input { Some(kernel::linear_grad_input(tensor(weight), g)?) } else { None }
            }
            (&Self::Scale { weight }, LayerTape::Input(x)) => {
                let (grad, grad_scale) = kernel::scale_backward(x, tensor(weight), g)?;
                if let Some(gradients) = gradients {
                    gradients[weight] = Some(grad_scale);
                }
                Some(grad)
            }
            (Self::Factor(factor), LayerTape::Nothing) => Some((g * *factor)?),
            _ => return Err(Bug::TapeOfAnotherLayer { layer: format!("{self:?}") }.into()),
        })
    }

    /// Whether f(c·x) = c·f(x) for every c > 0.
    pub(crate) fn is_homogeneous(&self) -> bool {
        match self {
            Self::Conv { bias, .. } => bias.is_none(),
            Self::Activation(activation) => matches!(activation, Activation::Relu | Activation::Linear),
            Self::MaxPool { .. } | Self::AveragePool { .. } | Self::Flatten | Self::Scale { .. } | Self::Factor(_) => {
                true
            }
            Self::BatchNorm { .. } | Self::Linear { .. } => false,
        }
    }

    /// The parameters that it uses.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        match *self {
            Self::Conv { weight, bias, .. } => std::iter::once(weight).chain(bias).collect(),
            Self::BatchNorm { weight, bias, .. } | Self::Linear { weight, bias } => vec![weight, bias],
            Self::Scale { weight } => vec![weight],
            _ => Vec::new(),
        }
    }
}

/// f(x), element by element.
pub(crate) fn activate(activation: Activation, x: &Tensor) -> Result<Tensor, EngineError> {
    Ok(match activation {
        Activation::Relu => kernel::relu(x)?,
        Activation::Tanh => kernel::tanh(x)?,
        Activation::Sigmoid => kernel::sigmoid(x)?,
        Activation::Linear => x.clone(),
    })
}

/// Dg with D the derivative of f, from f's output y.
pub(crate) fn activation_backward(activation: Activation, y: &Tensor, g: &Tensor) -> Result<Tensor, EngineError> {
    Ok(match activation {
        Activation::Relu => kernel::relu_backward(y, g)?,
        Activation::Tanh => kernel::tanh_backward(y, g)?,
        Activation::Sigmoid => kernel::sigmoid_backward(y, g)?,
        Activation::Linear => g.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn a_tape_of_another_layer_is_an_internal_error() {
        let plan = protocol::Plan::new(crate::support::resnet8(1)).unwrap();
        let parameters = Parameters::initial(&plan, protocol::Init::He, 1, &Device::Cpu).unwrap();
        let g = Tensor::zeros((1, 1, 1, 1), DType::F32, &Device::Cpu).unwrap();
        let layers = [
            Layer::Conv { weight: 0, bias: None, stride: 1, padding: 1 },
            Layer::BatchNorm { weight: 0, bias: 0, running: 0 },
            Layer::Activation(Activation::Relu),
            Layer::MaxPool { kernel: 3, stride: 2, padding: 1 },
            Layer::AveragePool { out: 1 },
            Layer::Flatten,
            Layer::Linear { weight: 0, bias: 0 },
            Layer::Scale { weight: 0 },
        ];
        for layer in layers {
            let mut gradients = vec![None; plan.parameters.len()];
            let found = layer.backward(&parameters, &LayerTape::Nothing, &g, Some(&mut gradients), true);
            assert!(matches!(found, Err(EngineError::Internal(_))), "{layer:?}");
            assert!(gradients.iter().all(Option::is_none), "{layer:?}");
        }
    }
}

//! The layers that networks are listed in: each knows its output shape, its parameters and its cost.

use crate::{Activation, Reason};
use serde::{Deserialize, Serialize};

/// Shape of one image or feature map, `[C, H, W]`; fully connected features are `[features, 1, 1]`.
pub type ImageShape = [usize; 3];

/// One layer of a plan; `name` is torchvision's module name, to which `.weight` and `.bias` are appended.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerPlan {
    /// Convolution with a square kernel.
    Conv {
        /// Module name.
        name: String,
        /// Channels of the output.
        out: usize,
        /// Height and width of the kernel.
        kernel: usize,
        /// Step between output pixels.
        stride: usize,
        /// Zeros added at each side.
        padding: usize,
        /// Whether it has a bias.
        bias: bool,
    },
    /// Batch normalisation.
    BatchNorm {
        /// Module name.
        name: String,
        /// Whether it is the last of its branch.
        last: bool,
    },
    /// The activation function, element by element.
    Activation(Activation),
    /// Max pooling with a square window.
    MaxPool {
        /// Height and width of the window.
        kernel: usize,
        /// Step between windows.
        stride: usize,
        /// Rows and columns of −∞ added at each side.
        padding: usize,
    },
    /// Adaptive average pooling to `out × out`; 1 is global average pooling.
    AveragePool {
        /// Height and width of the output.
        out: usize,
    },
    /// `[C, H, W]` → `[C·H·W, 1, 1]`.
    Flatten,
    /// Fully connected layer with bias.
    Linear {
        /// Module name.
        name: String,
        /// Features of the output.
        out: usize,
    },
    /// Multiplication by one learnable number, 0 at first (SkipInit).
    Scale {
        /// The parameter's whole name.
        name: String,
    },
    /// Multiplication by a constant.
    Factor(f64),
}

/// One trainable tensor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParameterPlan {
    /// torchvision's state_dict name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// What it does.
    pub role: ParameterRole,
}

/// What a parameter does, which decides how it is initialised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterRole {
    /// Convolution weight, `[out, in, kh, kw]`.
    ConvWeight,
    /// BN weight (gamma), `[channels]`; `last` if it is the last of a branch.
    NormWeight {
        /// Whether it is the last BN of its branch.
        last: bool,
    },
    /// BN bias (beta), `[channels]`.
    NormBias,
    /// Linear weight, `[out, in]`.
    LinearWeight,
    /// Bias of a convolution or linear layer, `[out]`; the inputs of its unit decide its range under `pytorch`.
    Bias {
        /// Inputs of one unit.
        fan_in: usize,
    },
    /// The scalar on a branch, `[1]`.
    Scale,
}

impl ParameterPlan {
    /// Number of scalars.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

impl LayerPlan {
    /// The shape of its output.
    ///
    /// # Errors
    /// If its window is larger than the input: the image is too small for the network.
    pub fn output(&self, input: ImageShape) -> Result<ImageShape, Reason> {
        let [channels, height, width] = input;
        let slide = |size: usize, kernel: usize, stride: usize, padding: usize| {
            let room = (size + 2 * padding).checked_sub(kernel).filter(|_| size > 0);
            room.map(|room| room / stride + 1).ok_or(Reason::ImageTooSmall { kernel, size })
        };
        Ok(match *self {
            Self::Conv { out, kernel, stride, padding, .. } => {
                [out, slide(height, kernel, stride, padding)?, slide(width, kernel, stride, padding)?]
            }
            Self::MaxPool { kernel, stride, padding } => {
                [channels, slide(height, kernel, stride, padding)?, slide(width, kernel, stride, padding)?]
            }
            Self::AveragePool { out } => [channels, out, out],
            Self::Flatten => [channels * height * width, 1, 1],
            Self::Linear { out, .. } => [out, 1, 1],
            Self::BatchNorm { .. } | Self::Activation(_) | Self::Scale { .. } | Self::Factor(_) => input,
        })
    }

    /// Its trainable tensors.
    pub fn parameters(&self, input: ImageShape) -> Vec<ParameterPlan> {
        let parameter = |name: String, shape: Vec<usize>, role| ParameterPlan { name, shape, role };
        match self {
            Self::Conv { name, out, kernel, bias, .. } => {
                let weight = parameter(
                    format!("{name}.weight"),
                    vec![*out, input[0], *kernel, *kernel],
                    ParameterRole::ConvWeight,
                );
                let role = ParameterRole::Bias { fan_in: input[0] * kernel * kernel };
                let bias = bias.then(|| parameter(format!("{name}.bias"), vec![*out], role));
                std::iter::once(weight).chain(bias).collect()
            }
            Self::BatchNorm { name, last } => vec![
                parameter(format!("{name}.weight"), vec![input[0]], ParameterRole::NormWeight { last: *last }),
                parameter(format!("{name}.bias"), vec![input[0]], ParameterRole::NormBias),
            ],
            Self::Linear { name, out } => vec![
                parameter(format!("{name}.weight"), vec![*out, input[0]], ParameterRole::LinearWeight),
                parameter(format!("{name}.bias"), vec![*out], ParameterRole::Bias { fan_in: input[0] }),
            ],
            Self::Scale { name } => vec![parameter(name.clone(), vec![1], ParameterRole::Scale)],
            _ => Vec::new(),
        }
    }

    /// Multiplications for one image: convolutions and linear layers.
    pub fn multiply_accumulates(&self, input: ImageShape, output: ImageShape) -> u64 {
        let outputs = output.iter().product::<usize>() as u64;
        match self {
            Self::Conv { kernel, .. } => (input[0] * kernel * kernel) as u64 * outputs,
            Self::Linear { .. } => input[0] as u64 * outputs,
            _ => 0,
        }
    }
}

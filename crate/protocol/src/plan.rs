//! The validated network: its blocks with their shapes, its parameters with torchvision's names, its cost.

use crate::{Model, ModelSpec, Norm, SpecError};
use serde::Serialize;

/// A network ready to be built or drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// What it was made from.
    #[serde(skip)]
    pub spec: ModelSpec,
    /// Shape of one input image, `[C, H, W]`.
    pub input: [usize; 3],
    /// The residual blocks, from the input to the loss.
    pub blocks: Vec<BlockPlan>,
    /// Every trainable parameter, sorted by name.
    #[serde(skip)]
    pub parameters: Vec<ParameterPlan>,
    /// Number of trainable scalars.
    pub parameter_count: usize,
    /// Multiplications of one forward pass on one image: convolutions and linear layers.
    pub multiply_accumulates: u64,
}

/// One residual block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockPlan {
    /// torchvision's module name, such as `layer2.0`.
    pub name: String,
    /// What the branch is made of.
    pub kind: BlockKind,
    /// Stage, from 1.
    pub stage: usize,
    /// Shape of one image at its input, `[C, H, W]`.
    #[serde(rename = "in")]
    pub input: [usize; 3],
    /// Shape of one image at its output, `[C, H, W]`.
    #[serde(rename = "out")]
    pub output: [usize; 3],
    /// Number of trainable scalars.
    pub parameters: usize,
    /// Stride of its first convolution.
    #[serde(skip)]
    pub stride: usize,
    /// What the shortcut does.
    #[serde(skip)]
    pub shortcut: Shortcut,
}

/// What a block's branch is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// conv3×3 – norm – ReLU – conv3×3 – norm (He et al. 2015, figure 5 left).
    Basic,
}

/// What a block's shortcut does to its input; none of these has parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Shortcut {
    /// Nothing.
    Identity,
    /// Option A of He et al. 2015: every second row and column, zero channels appended.
    OptionA,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
    /// Linear bias, `[out]`; the inputs of its layer decide its range under `pytorch`.
    LinearBias {
        /// Inputs of its layer.
        fan_in: usize,
    },
}

impl ParameterPlan {
    /// Number of scalars.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Plan {
    /// Plans the network.
    ///
    /// # Errors
    /// Names a size that is out of range.
    pub fn new(spec: ModelSpec) -> Result<Self, SpecError> {
        in_range("width", spec.width, 1, 1024)?;
        in_range("channels", spec.channels, 1, 64)?;
        in_range("image_size", spec.image_size, 1, 1024)?;
        in_range("classes", spec.classes, 2, 100_000)?;
        match spec.model {
            Model::Cifar { depth } => Ok(cifar(spec, depth)),
        }
    }

    /// About the memory that a training step with a batch of this size needs, bytes: each block keeps some seven tensors of
    /// its output's shape (of f32), each parameter its gradient, velocity and update.
    pub fn training_bytes(&self, batch: usize) -> u64 {
        let outputs: usize = self.blocks.iter().map(|block| block.output.iter().product::<usize>()).sum();
        4 * (7 * outputs as u64 * batch as u64 + 4 * self.parameter_count as u64)
    }

    /// The index of the block of that name.
    ///
    /// # Errors
    /// Names the block, and the blocks there are.
    pub fn block_index(&self, name: &str) -> Result<usize, SpecError> {
        self.blocks.iter().position(|block| block.name == name).ok_or_else(|| {
            let names: Vec<_> = self.blocks.iter().map(|block| block.name.as_str()).collect();
            SpecError::new("block", name, format!("one of {}", names.join(", ")))
        })
    }
}

fn in_range(name: &str, value: usize, min: usize, max: usize) -> Result<(), SpecError> {
    let accepted = || format!("a whole number from {min} to {max}");
    if (min..=max).contains(&value) { Ok(()) } else { Err(SpecError::new(name, value.to_string(), accepted())) }
}

/// Counts parameters and multiplications while the layers are listed.
struct Builder {
    norm: Norm,
    parameters: Vec<ParameterPlan>,
    multiply_accumulates: u64,
}

impl Builder {
    fn parameter(&mut self, name: String, shape: Vec<usize>, role: ParameterRole) {
        self.parameters.push(ParameterPlan { name, shape, role });
    }

    /// A 3×3 convolution with padding 1 and no bias, and its norm; returns the output shape.
    fn conv_norm(
        &mut self,
        conv: &str,
        norm: &str,
        input: [usize; 3],
        out: usize,
        stride: usize,
        last: bool,
    ) -> [usize; 3] {
        let [channels, height, width] = input;
        let output = [out, height.div_ceil(stride), width.div_ceil(stride)];
        self.parameter(format!("{conv}.weight"), vec![out, channels, 3, 3], ParameterRole::ConvWeight);
        if self.norm == Norm::Bn {
            self.parameter(format!("{norm}.weight"), vec![out], ParameterRole::NormWeight { last });
            self.parameter(format!("{norm}.bias"), vec![out], ParameterRole::NormBias);
        }
        self.multiply_accumulates += (channels * 9) as u64 * output.iter().product::<usize>() as u64;
        output
    }

    fn linear(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.parameter(format!("{name}.weight"), vec![outputs, inputs], ParameterRole::LinearWeight);
        self.parameter(format!("{name}.bias"), vec![outputs], ParameterRole::LinearBias { fan_in: inputs });
        self.multiply_accumulates += (inputs * outputs) as u64;
    }

    fn count(&self) -> usize {
        self.parameters.iter().map(ParameterPlan::count).sum()
    }
}

fn cifar(spec: ModelSpec, depth: usize) -> Plan {
    let mut builder = Builder { norm: spec.norm, parameters: Vec::new(), multiply_accumulates: 0 };
    let input = [spec.channels, spec.image_size, spec.image_size];
    let mut shape = builder.conv_norm("conv1", "bn1", input, spec.width, 1, false);
    let mut blocks = Vec::new();
    for stage in 1..=3 {
        for index in 0..(depth - 2) / 6 {
            let before = builder.count();
            let name = format!("layer{stage}.{index}");
            let stride = if stage > 1 && index == 0 { 2 } else { 1 };
            let channels = spec.width << (stage - 1);
            let names = |layer: usize| (format!("{name}.conv{layer}"), format!("{name}.bn{layer}"));
            let (conv1, bn1) = names(1);
            let (conv2, bn2) = names(2);
            let middle = builder.conv_norm(&conv1, &bn1, shape, channels, stride, false);
            let output = builder.conv_norm(&conv2, &bn2, middle, channels, 1, true);
            blocks.push(BlockPlan {
                kind: BlockKind::Basic,
                stage,
                input: shape,
                output,
                parameters: builder.count() - before,
                stride,
                shortcut: if stride == 1 { Shortcut::Identity } else { Shortcut::OptionA },
                name,
            });
            shape = output;
        }
    }
    builder.linear("fc", shape[0], spec.classes);
    let (parameter_count, multiply_accumulates) = (builder.count(), builder.multiply_accumulates);
    let mut parameters = builder.parameters;
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    Plan { spec, input, blocks, parameters, parameter_count, multiply_accumulates }
}

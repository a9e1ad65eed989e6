//! A network of the plan: stem, residual blocks, head, with its parameters and running statistics.

use crate::EngineError;
use crate::block::Block;
use crate::head::Head;
use crate::layer::{Chain, Layer, Running};
use crate::parameters::Parameters;
use candle_core::{DType, Device, Tensor};
use protocol::{BlockPlan, Norm, Plan};

/// A network ready to run.
pub struct Network {
    /// What it was built from.
    pub plan: Plan,
    /// The trainable tensors.
    pub parameters: Parameters,
    pub(crate) stem: Chain,
    pub(crate) blocks: Vec<Block>,
    pub(crate) head: Head,
    pub(crate) running: Vec<Running>,
}

impl Network {
    /// Builds the plan's network around these parameters; running statistics start at mean 0 and variance 1.
    ///
    /// # Errors
    /// Candle's.
    pub fn new(plan: Plan, parameters: Parameters) -> Result<Self, EngineError> {
        let mut builder = Builder { plan: &plan, first: parameters.tensor(0), running: Vec::new() };
        let stem = builder.conv_norm_relu("conv1", "bn1", 1)?;
        let blocks = plan.blocks.iter().map(|block| builder.basic_block(block)).collect::<Result<_, _>>()?;
        let index = |name| Parameters::index(&plan, name);
        let head = Head { weight: index("fc.weight")?, bias: index("fc.bias")? };
        let running = builder.running;
        Ok(Self { plan, parameters, stem: Chain(stem), blocks, head, running })
    }

    /// The number type of its parameters.
    pub fn dtype(&self) -> DType {
        self.parameters.tensor(0).dtype()
    }

    /// Where its parameters are.
    pub fn device(&self) -> &Device {
        self.parameters.tensor(0).device()
    }

    /// The mean cross-entropy and the number of correct answers on images `[N, C, H, W]` with labels u32 `[N]`, with
    /// running statistics; nothing is changed.
    ///
    /// # Errors
    /// Candle's.
    pub fn evaluate(&self, images: &Tensor, labels: &Tensor, strengths: &[f64]) -> Result<(f64, usize), EngineError> {
        let mut x = self.stem.evaluate(&self.parameters, &self.running, images)?;
        for (block, a) in self.blocks.iter().zip(strengths) {
            x = block.evaluate(&self.parameters, &self.running, &x, *a)?;
        }
        let tape = self.head.forward(&self.parameters, &x, labels)?;
        Ok((tape.loss, tape.correct))
    }
}

/// Lists the layers and makes a place for each batch norm's running statistics.
struct Builder<'a> {
    plan: &'a Plan,
    /// Any parameter: tells number type and device.
    first: &'a Tensor,
    running: Vec<Running>,
}

impl Builder<'_> {
    fn basic_block(&mut self, block: &BlockPlan) -> Result<Block, EngineError> {
        let name = &block.name;
        let mut branch = self.conv_norm_relu(&format!("{name}.conv1"), &format!("{name}.bn1"), block.stride)?;
        branch.extend(self.conv_norm(&format!("{name}.conv2"), &format!("{name}.bn2"), 1)?);
        Ok(Block { branch: Chain(branch), shortcut: block.shortcut })
    }

    fn conv_norm_relu(&mut self, conv: &str, norm: &str, stride: usize) -> Result<Vec<Layer>, EngineError> {
        let mut layers = self.conv_norm(conv, norm, stride)?;
        layers.push(Layer::Relu);
        Ok(layers)
    }

    fn conv_norm(&mut self, conv: &str, norm: &str, stride: usize) -> Result<Vec<Layer>, EngineError> {
        let index = |name: String| Parameters::index(self.plan, &name);
        let weight = index(format!("{conv}.weight"))?;
        let mut layers = vec![Layer::Conv { weight, stride, padding: 1 }];
        if self.plan.spec.norm == Norm::Bn {
            let (weight, bias) = (index(format!("{norm}.weight"))?, index(format!("{norm}.bias"))?);
            let (channels, dtype, device) =
                (self.plan.parameters[weight].count(), self.first.dtype(), self.first.device());
            let (mean, variance) = (Tensor::zeros(channels, dtype, device)?, Tensor::ones(channels, dtype, device)?);
            layers.push(Layer::BatchNorm { weight, bias, running: self.running.len() });
            self.running.push(Running { mean, variance });
        }
        Ok(layers)
    }
}

//! The training step in stock Candle, as its documentation has it: `conv2d`, `candle_nn::BatchNorm`, autograd. SGD
//! has no momentum there, so its two lines stand here.

use crate::ours::{batch, parameters};
use crate::{Case, Failure};
use candle_core::{Result, Tensor, Var};
use candle_nn::{BatchNorm, ModuleT};
use engine::Parameters;
use protocol::{LayerPlan, Plan, Shortcut};
use std::collections::HashMap;

type Step = Box<dyn FnMut() -> std::result::Result<(), Failure>>;

/// The network's variables and norms by name.
struct Stock {
    plan: Plan,
    variables: HashMap<String, Var>,
    norms: HashMap<String, BatchNorm>,
    strength: f64,
}

impl Stock {
    fn new(plan: Plan, parameters: &Parameters, strength: f64) -> Result<Self> {
        let mut variables = HashMap::new();
        for (index, parameter) in parameters.plan().iter().enumerate() {
            variables.insert(parameter.name.clone(), Var::from_tensor(parameters.tensor(index))?);
        }
        let mut norms = HashMap::new();
        let chains = plan.blocks.iter().flat_map(|block| {
            let projection = if let Shortcut::Projection(layers) = &block.shortcut { layers.as_slice() } else { &[] };
            block.branch.iter().chain(projection)
        });
        for layer in plan.stem.iter().chain(chains).chain(&plan.head) {
            if let LayerPlan::BatchNorm { name, .. } = layer {
                let (weight, bias) = (&variables[&format!("{name}.weight")], &variables[&format!("{name}.bias")]);
                let (mean, variance) = (weight.zeros_like()?, weight.ones_like()?);
                let channels = weight.elem_count();
                let (weight, bias) = (weight.as_tensor().clone(), bias.as_tensor().clone());
                norms.insert(name.clone(), BatchNorm::new(channels, mean, variance, weight, bias, 1e-5)?);
            }
        }
        Ok(Self { plan, variables, norms, strength })
    }

    fn chain(&self, layers: &[LayerPlan], x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for layer in layers {
            x = match layer {
                LayerPlan::Conv { name, stride, padding, .. } => {
                    x.conv2d(&self.variables[&format!("{name}.weight")], *padding, *stride, 1, 1)?
                }
                LayerPlan::BatchNorm { name, .. } => self.norms[name].forward_t(&x, true)?,
                LayerPlan::Activation(_) => x.relu()?,
                LayerPlan::AveragePool { .. } => x.flatten_from(2)?.mean(2)?,
                LayerPlan::Linear { name, .. } => {
                    let weight = &self.variables[&format!("{name}.weight")];
                    x.matmul(&weight.t()?)?.broadcast_add(&self.variables[&format!("{name}.bias")])?
                }
                other => candle_core::bail!("stock Candle trains no {other:?}"),
            };
        }
        Ok(x)
    }

    fn loss(&self, images: &Tensor, labels: &Tensor) -> Result<Tensor> {
        let mut x = self.chain(&self.plan.stem, images)?;
        for block in &self.plan.blocks {
            let branch = self.chain(&block.branch, &x)?;
            let shortcut = match &block.shortcut {
                Shortcut::OptionA { channels, before } => {
                    let even = |size: usize| Tensor::arange_step(0, size as u32, 2, x.device());
                    let picked = x.index_select(&even(x.dim(2)?)?, 2)?.index_select(&even(x.dim(3)?)?, 3)?;
                    picked.pad_with_zeros(1, *before, channels - x.dim(1)? - before)?
                }
                Shortcut::Projection(layers) => self.chain(layers, &x)?,
                _ => x.clone(),
            };
            x = if self.strength == 0.0 { branch } else { (branch + (shortcut * self.strength)?)? }.relu()?;
        }
        candle_nn::loss::cross_entropy(&self.chain(&self.plan.head, &x)?, labels)
    }
}

pub(crate) fn trainer(case: &Case) -> std::result::Result<Step, Failure> {
    let (plan, parameters) = parameters(case)?;
    let stock = Stock::new(plan, &parameters, case.strength)?;
    let batch = batch(case)?;
    let mut velocities: HashMap<String, Tensor> = HashMap::new();
    let mut step = move || -> Result<()> {
        let gradients = stock.loss(&batch.images, &batch.labels)?.backward()?;
        for (name, variable) in &stock.variables {
            let Some(gradient) = gradients.get(variable) else { continue };
            let velocity = match velocities.get(name) {
                Some(velocity) => ((velocity * 0.9)? + gradient)?,
                None => gradient.clone(),
            };
            variable.set(&(variable.as_tensor() - (&velocity * 0.01)?)?)?;
            velocities.insert(name.clone(), velocity);
        }
        Ok(())
    };
    Ok(Box::new(move || Ok(step()?)))
}

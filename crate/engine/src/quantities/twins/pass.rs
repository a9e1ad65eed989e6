//! A second engine, slow and written out: any plan's forward pass in stock Candle operations and float64, its gradients
//! by Candle's own autograd over the whole graph. It shares no code with `engine` or `kernel`; of the plan it reads only
//! the lists of layers.
//!
//! Candle keeps the gradients of variables alone, so a variable of zeros is added wherever a gradient is wanted.

use super::layers::{self, Reader};
use crate::{Batch, Join, Network};
use candle_core::backprop::GradStore;
use candle_core::{D, DType, Tensor, Var};
use protocol::{Activation, BlockPlan, LayerPlan, Merge, ParameterRole, Plan, Shortcut};
use std::collections::BTreeMap;

/// A network as the twin holds it.
pub struct Twin {
    pub plan: Plan,
    /// By name.
    pub weights: BTreeMap<String, Var>,
}

/// Everything about one batch.
pub struct Pass {
    pub loss: f64,
    pub accuracy: f64,
    pub blocks: Vec<BlockPass>,
    /// The gradient of each parameter, by name; parameters that took no part are missing.
    pub gradients: BTreeMap<String, Vec<f64>>,
}

/// One block's activations and gradients, row-major.
pub struct BlockPass {
    /// F(x); `None` if it was left out.
    pub branch: Option<Vec<f64>>,
    /// a·h(x); `None` at strength 0.
    pub shortcut: Option<Vec<f64>>,
    pub y: Vec<f64>,
    /// ∂E/∂y.
    pub arrived: Vec<f64>,
    /// The gradient behind the activation after the sum.
    pub masked: Vec<f64>,
    /// The part of ∂E/∂x that comes back through the branch.
    pub through_branch: Option<Vec<f64>>,
    /// The part of ∂E/∂x that comes back over the shortcut.
    pub over_shortcut: Option<Vec<f64>>,
    /// ∂E/∂x, by a variable of its own.
    pub whole: Vec<f64>,
    /// The outputs of its ReLUs, `[N, C, H, W]`.
    pub relus: Vec<Tensor>,
    /// Names and values of its parameters, whether they took part or not.
    pub parameters: Vec<(String, ParameterRole, Vec<f64>)>,
}

/// The variables of one block.
struct Taps {
    input: Var,
    branch: Option<Var>,
    shortcut: Option<Var>,
    sum: Var,
    output: Var,
}

/// The tensors of one block.
struct Held {
    branch: Option<Tensor>,
    shortcut: Option<Tensor>,
    y: Tensor,
    relus: Vec<Tensor>,
}

/// x + 0, the 0 being a variable.
fn tap(x: &Tensor) -> (Tensor, Var) {
    let zeros = Var::zeros(x.dims(), x.dtype(), x.device()).unwrap();
    (x.add(&zeros).unwrap(), zeros)
}

/// The numbers as float64.
pub fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn gradient(store: &GradStore, variable: &Var) -> Vec<f64> {
    store.get(variable).map_or_else(|| vec![0.0; variable.elem_count()], numbers)
}

impl Twin {
    /// The twin of a network as it is now.
    pub fn of(network: &Network) -> Self {
        let named = network.parameters.plan().iter().enumerate().map(|(index, parameter)| {
            let tensor = network.parameters.tensor(index).to_dtype(DType::F64).unwrap();
            (parameter.name.clone(), Var::from_tensor(&tensor).unwrap())
        });
        Self { plan: network.plan.clone(), weights: named.collect() }
    }

    /// Mean cross-entropy and share of correct answers, with batch statistics.
    pub fn evaluate(&self, batch: &Batch, joins: &[Join]) -> (f64, f64) {
        let mut reader = Reader { weights: &self.weights, relus: Vec::new() };
        let mut x = reader.chain(&self.plan.stem, &batch.images.to_dtype(DType::F64).unwrap());
        for (block, join) in self.plan.blocks.iter().zip(joins) {
            x = block_forward(&mut reader, block, &x, *join).0.y;
        }
        let (loss, accuracy) = cross_entropy(&reader.chain(&self.plan.head, &x), &batch.labels);
        (loss.to_scalar().unwrap(), accuracy)
    }

    /// Forward and backward with batch statistics.
    pub fn pass(&self, batch: &Batch, joins: &[Join]) -> Pass {
        let mut reader = Reader { weights: &self.weights, relus: Vec::new() };
        let mut x = reader.chain(&self.plan.stem, &batch.images.to_dtype(DType::F64).unwrap());
        let mut blocks = Vec::new();
        for (block, join) in self.plan.blocks.iter().zip(joins) {
            let (held, taps, next) = {
                let (held, taps) = block_forward(&mut reader, block, &x, *join);
                let next = held.y.clone();
                (held, taps, next)
            };
            blocks.push((held, taps));
            x = next;
        }
        let (loss, accuracy) = cross_entropy(&reader.chain(&self.plan.head, &x), &batch.labels);
        let store = loss.backward().unwrap();
        let passed = blocks.into_iter().zip(&self.plan.blocks);
        let blocks = passed.map(|((held, taps), plan)| self.block_pass(plan, held, &taps, &store)).collect();
        let gradients = self
            .weights
            .iter()
            .filter_map(|(name, variable)| store.get(variable).map(|gradient| (name.clone(), numbers(gradient))));
        Pass { loss: loss.to_scalar().unwrap(), accuracy, gradients: gradients.collect(), blocks }
    }

    fn block_pass(&self, plan: &BlockPlan, held: Held, taps: &Taps, store: &GradStore) -> BlockPass {
        let of = |variable: &Option<Var>| variable.as_ref().map(|variable| gradient(store, variable));
        BlockPass {
            branch: held.branch.as_ref().map(numbers),
            shortcut: held.shortcut.as_ref().map(numbers),
            y: numbers(&held.y),
            arrived: gradient(store, &taps.output),
            masked: gradient(store, &taps.sum),
            through_branch: of(&taps.branch),
            over_shortcut: of(&taps.shortcut),
            whole: gradient(store, &taps.input),
            relus: held.relus,
            parameters: self.parameters_of(plan),
        }
    }

    /// The parameters whose layers stand in the block's branch or projection.
    fn parameters_of(&self, block: &BlockPlan) -> Vec<(String, ParameterRole, Vec<f64>)> {
        let projection: &[LayerPlan] = if let Shortcut::Projection(layers) = &block.shortcut { layers } else { &[] };
        let modules: Vec<&str> = block.branch.iter().chain(projection).filter_map(layers::name).collect();
        let is_of_block = |name: &str| {
            modules
                .iter()
                .any(|module| name.strip_prefix(module).is_some_and(|rest| ["", ".weight", ".bias"].contains(&rest)))
        };
        let own = self.plan.parameters.iter().filter(|parameter| is_of_block(&parameter.name));
        own.map(|parameter| (parameter.name.clone(), parameter.role, numbers(&self.weights[&parameter.name]))).collect()
    }
}

/// y = f(a·h(x) + b·F(x)), or f of the two side by side. A block without a shortcut that is left out pools its input.
fn block_forward(reader: &mut Reader, block: &BlockPlan, x: &Tensor, join: Join) -> (Held, Taps) {
    reader.relus.clear();
    let (x, input) = tap(x);
    let (mut branch, mut branch_tap) = (None, None);
    if join.branch != 0.0 {
        let (x, variable) = tap(&x);
        (branch, branch_tap) = (Some(reader.chain(&block.branch, &x)), Some(variable));
    }
    let (mut shortcut, mut shortcut_tap) = (None, None);
    if join.shortcut != 0.0 && block.shortcut != Shortcut::None {
        let (x, variable) = tap(&x);
        let h = match &block.shortcut {
            Shortcut::OptionA { channels, before } => layers::every_second_pixel(&x, *channels, *before),
            Shortcut::Projection(layers) => reader.chain(layers, &x),
            Shortcut::Identity | Shortcut::None => x,
        };
        (shortcut, shortcut_tap) = (Some((h * join.shortcut).unwrap()), Some(variable));
    }
    let weighted = branch.as_ref().map(|branch| (branch * join.branch).unwrap());
    let joined = match (weighted, &shortcut) {
        (None, None) if block.shortcut == Shortcut::None => layers::pools_only(&block.branch, &x),
        (branch, shortcut) => joined(block, &x, branch, shortcut.clone()),
    };
    let (sum, sum_tap) = tap(&joined);
    let y = layers::activation(block.after, &sum);
    if block.after == Activation::Relu {
        reader.relus.push(y.clone());
    }
    let (y, output) = tap(&y);
    let held = Held { branch, shortcut, y, relus: std::mem::take(&mut reader.relus) };
    (held, Taps { input, branch: branch_tap, shortcut: shortcut_tap, sum: sum_tap, output })
}

fn joined(block: &BlockPlan, x: &Tensor, branch: Option<Tensor>, shortcut: Option<Tensor>) -> Tensor {
    let [channels, height, width] = block.output;
    let zeros = |channels| Tensor::zeros((x.dims()[0], channels, height, width), DType::F64, x.device()).unwrap();
    if block.merge == Merge::Add {
        return match (branch, shortcut) {
            (Some(branch), Some(shortcut)) => (branch + shortcut).unwrap(),
            (one, other) => one.or(other).unwrap_or_else(|| zeros(channels)),
        };
    }
    let kept = block.input[0];
    let (shortcut, branch) =
        (shortcut.unwrap_or_else(|| zeros(kept)), branch.unwrap_or_else(|| zeros(channels - kept)));
    Tensor::cat(&[shortcut, branch], 1).unwrap()
}

/// The mean of −log softmax at the labels, and the share of images whose label has the largest logit.
fn cross_entropy(logits: &Tensor, labels: &Tensor) -> (Tensor, f64) {
    let logits = logits.flatten_from(1).unwrap();
    let largest = logits.max_keepdim(D::Minus1).unwrap().detach();
    let shifted = logits.broadcast_sub(&largest).unwrap();
    let total = shifted.exp().unwrap().sum_keepdim(D::Minus1).unwrap().log().unwrap();
    let of_label = shifted.gather(&labels.unsqueeze(1).unwrap(), 1).unwrap();
    let loss = (total - of_label).unwrap().mean_all().unwrap();
    let (rows, labels) = (logits.to_vec2::<f64>().unwrap(), labels.to_vec1::<u32>().unwrap());
    let right = rows.iter().zip(&labels).filter(|(row, label)| {
        let at_label = row[**label as usize];
        row.iter().all(|logit| *logit <= at_label)
    });
    let accuracy = right.count() as f64 / labels.len() as f64;
    (loss, accuracy)
}

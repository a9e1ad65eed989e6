//! The twin's layers, each from operations that Candle can differentiate.

use candle_core::{DType, Tensor, Var};
use protocol::{Activation, LayerPlan};
use std::collections::BTreeMap;

/// Runs lists of layers and keeps the outputs of the ReLUs it meets.
pub struct Reader<'a> {
    pub weights: &'a BTreeMap<String, Var>,
    pub relus: Vec<Tensor>,
}

/// The module's name of a layer that has parameters.
pub fn name(layer: &LayerPlan) -> Option<&str> {
    match layer {
        LayerPlan::Conv { name, .. }
        | LayerPlan::BatchNorm { name, .. }
        | LayerPlan::Linear { name, .. }
        | LayerPlan::Scale { name } => Some(name),
        _ => None,
    }
}

impl Reader<'_> {
    /// The layers one after the other.
    pub fn chain(&mut self, layers: &[LayerPlan], x: &Tensor) -> Tensor {
        layers.iter().fold(x.clone(), |x, layer| self.layer(layer, &x))
    }

    fn layer(&mut self, layer: &LayerPlan, x: &Tensor) -> Tensor {
        let weight = |name: &str| self.weights[&format!("{name}.weight")].as_tensor();
        let bias = |name: &str| self.weights[&format!("{name}.bias")].reshape((1, (), 1, 1)).unwrap();
        match layer {
            LayerPlan::Conv { name, stride, padding, bias: has_bias, .. } => {
                let y = x.contiguous().unwrap().conv2d(weight(name), *padding, *stride, 1, 1).unwrap();
                if *has_bias { y.broadcast_add(&bias(name)).unwrap() } else { y }
            }
            LayerPlan::BatchNorm { name, .. } => {
                let gamma = weight(name).reshape((1, (), 1, 1)).unwrap();
                let mean = |x: &Tensor| x.mean_keepdim((0, 2, 3)).unwrap();
                let centred = x.broadcast_sub(&mean(x)).unwrap();
                let deviation = (mean(&centred.sqr().unwrap()) + 1e-5).unwrap().sqrt().unwrap();
                let normalised = centred.broadcast_div(&deviation).unwrap();
                normalised.broadcast_mul(&gamma).unwrap().broadcast_add(&bias(name)).unwrap()
            }
            LayerPlan::Activation(function) => {
                let y = activation(*function, x);
                if *function == Activation::Relu {
                    self.relus.push(y.clone());
                }
                y
            }
            LayerPlan::MaxPool { kernel, stride, padding } => max_pool(x, *kernel, *stride, *padding),
            LayerPlan::AveragePool { out } => average_pool(x, *out),
            LayerPlan::Flatten => x.flatten_from(1).unwrap().reshape((x.dims()[0], (), 1, 1)).unwrap(),
            LayerPlan::Linear { name, .. } => {
                let y = x.flatten_from(1).unwrap().matmul(&weight(name).t().unwrap()).unwrap();
                y.reshape((x.dims()[0], (), 1, 1)).unwrap().broadcast_add(&bias(name)).unwrap()
            }
            LayerPlan::Scale { name } => x.broadcast_mul(&self.weights[name].reshape((1, 1, 1, 1)).unwrap()).unwrap(),
            LayerPlan::Factor(factor) => (x * *factor).unwrap(),
        }
    }
}

/// f, element by element. The ReLU is a product with its mask: Candle's own passes gradients at 0.
pub fn activation(function: Activation, x: &Tensor) -> Tensor {
    match function {
        Activation::Relu => x.mul(&x.gt(0.0).unwrap().to_dtype(DType::F64).unwrap()).unwrap(),
        Activation::Tanh => x.tanh().unwrap(),
        Activation::Sigmoid => ((x.neg().unwrap().exp().unwrap() + 1.0).unwrap()).recip().unwrap(),
        Activation::Linear => x.clone(),
    }
}

/// The pixels `first`, `first + step`, …, `count` of them, along a dimension; those outside are the nearest inside.
fn every(x: &Tensor, dim: usize, first: isize, step: usize, count: usize) -> Tensor {
    let last = x.dims()[dim] as isize - 1;
    let places: Vec<u32> =
        (0..count as isize).map(|place| (first + place * step as isize).clamp(0, last) as u32).collect();
    x.contiguous().unwrap().index_select(&Tensor::new(places, x.device()).unwrap(), dim).unwrap()
}

/// The maximum over shifted slices. A pixel that stands for one outside is in its window anyway.
fn max_pool(x: &Tensor, kernel: usize, stride: usize, padding: usize) -> Tensor {
    let out = |size: usize| (size + 2 * padding - kernel) / stride + 1;
    let (rows, columns) = (out(x.dims()[2]), out(x.dims()[3]));
    let offset = |within: usize| within as isize - padding as isize;
    let shifted = (0..kernel * kernel).map(|within| {
        let down = every(x, 2, offset(within / kernel), stride, rows);
        every(&down, 3, offset(within % kernel), stride, columns)
    });
    shifted.reduce(|largest, slice| largest.maximum(&slice).unwrap()).unwrap()
}

/// The mean over each of `out × out` windows, from ⌊i·size/out⌋ to ⌈(i + 1)·size/out⌉.
fn average_pool(x: &Tensor, out: usize) -> Tensor {
    let along = |x: &Tensor, dim: usize| {
        let size = x.dims()[dim];
        let window = |i: usize| {
            let (start, end) = (i * size / out, ((i + 1) * size).div_ceil(out));
            x.narrow(dim, start, end - start).unwrap().mean_keepdim(dim).unwrap()
        };
        Tensor::cat(&(0..out).map(window).collect::<Vec<_>>(), dim).unwrap()
    };
    along(&along(x, 2), 3)
}

/// Option A: every second row and column, zero channels appended.
pub fn every_second_pixel(x: &Tensor, channels: usize, before: usize) -> Tensor {
    let half = |size: usize| size.div_ceil(2);
    let (own, rows, columns) = (x.dims()[1], half(x.dims()[2]), half(x.dims()[3]));
    every(&every(x, 2, 0, 2, rows), 3, 0, 2, columns).pad_with_zeros(1, before, channels - own - before).unwrap()
}

/// What remains of a block without a shortcut that is left out.
pub fn pools_only(layers: &[LayerPlan], x: &Tensor) -> Tensor {
    layers.iter().fold(x.clone(), |x, layer| match layer {
        LayerPlan::MaxPool { kernel, stride, padding } => max_pool(&x, *kernel, *stride, *padding),
        _ => x,
    })
}

//! What the tests share: seeded tensors, and the comparison with a slow twin.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor, Var};

/// A small generator, so that a failure can be run again.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub(crate) fn among(&mut self, choices: &[usize]) -> usize {
        choices[self.next() as usize % choices.len()]
    }

    pub(crate) fn tensor(&mut self, dims: &[usize]) -> Tensor {
        let count = dims.iter().product();
        let values: Vec<f32> = (0..count).map(|_| self.next() as f32 / (1u64 << 30) as f32 - 1.0).collect();
        Tensor::from_vec(values, dims, &Device::Cpu).unwrap()
    }
}

/// In f64.
pub(crate) fn wide(tensor: &Tensor) -> Tensor {
    tensor.to_dtype(DType::F64).unwrap()
}

/// Both tensors agree within a few rounding errors of the largest element.
pub(crate) fn assert_close(what: &str, ours: &Tensor, twin: &Tensor) {
    assert_eq!(ours.dims(), twin.dims(), "{what}");
    let values = |tensor: &Tensor| wide(tensor).flatten_all().unwrap().to_vec1::<f64>().unwrap();
    let (ours, twin) = (values(ours), values(twin));
    let scale = twin.iter().fold(0.1f64, |largest, v| largest.max(v.abs()));
    for (index, (a, b)) in ours.iter().zip(&twin).enumerate() {
        assert!((a - b).abs() <= 5e-5 * scale, "{what}: element {index} is {a}, its twin {b}");
    }
}

/// The gradients by Candle's autograd of Σ g·f(inputs).
pub(crate) fn autograd(inputs: &[Tensor], g: &Tensor, f: impl Fn(&[Tensor]) -> Tensor) -> Vec<Tensor> {
    let variables: Vec<Var> = inputs.iter().map(|input| Var::from_tensor(&wide(input)).unwrap()).collect();
    let tensors: Vec<Tensor> = variables.iter().map(|variable| variable.as_tensor().clone()).collect();
    let gradients = (f(&tensors) * wide(g)).unwrap().sum_all().unwrap().backward().unwrap();
    tensors.iter().map(|tensor| gradients.get(tensor).unwrap().clone()).collect()
}

/// Σ a·b in f64.
pub(crate) fn inner(a: &Tensor, b: &Tensor) -> f64 {
    (wide(a) * wide(b)).unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap()
}

/// The gradient of Σ g·f(x) by central differences in f64.
pub(crate) fn central_differences(x: &Tensor, g: &Tensor, f: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let values = wide(x).flatten_all().unwrap().to_vec1::<f64>().unwrap();
    let at = |index: usize, by: f64| {
        let mut moved = values.clone();
        moved[index] += by;
        inner(&f(&Tensor::from_vec(moved, x.dims(), &Device::Cpu).unwrap()), g)
    };
    let step = 1e-6;
    let slopes: Vec<f64> = (0..values.len()).map(|i| (at(i, step) - at(i, -step)) / (2.0 * step)).collect();
    Tensor::from_vec(slopes, x.dims(), &Device::Cpu).unwrap()
}

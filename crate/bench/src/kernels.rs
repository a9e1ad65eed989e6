//! The kernels one by one: billions of floating-point operations a second of each convolution, milliseconds of the rest.

use candle_core::{Device, Result, Tensor};
use engine::random::Stream;
use kernel::ConvShape;

/// A convolution: channels, outputs, size, kernel, stride, batch.
pub type Conv = [usize; 6];

/// The convolutions of the benched networks.
pub const CONVOLUTIONS: [Conv; 12] = [
    [8, 8, 28, 3, 1, 32],
    [8, 16, 28, 3, 2, 32],
    [16, 16, 14, 3, 1, 32],
    [32, 32, 7, 3, 1, 32],
    [16, 16, 28, 3, 1, 32],
    [32, 32, 14, 3, 1, 32],
    [64, 64, 7, 3, 1, 32],
    [64, 64, 16, 3, 1, 16],
    [128, 128, 8, 3, 1, 16],
    [256, 256, 4, 3, 1, 16],
    [512, 512, 2, 3, 1, 16],
    [64, 256, 56, 1, 1, 2],
];

/// Numbers that repeat.
pub fn numbers(dims: &[usize], seed: u64) -> Result<Tensor> {
    let mut stream = Stream::new(seed, "bench", 1);
    let values: Vec<f32> = (0..dims.iter().product()).map(|_| stream.normal() as f32).collect();
    Tensor::from_vec(values, dims, &Device::Cpu)
}

/// The best of several times of a function, milliseconds.
pub fn best(now: &impl Fn() -> f64, mut f: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..12 {
        let start = now();
        f()?;
        best = best.min(now() - start);
    }
    Ok(best)
}

/// `(what, GFLOP/s or 0, milliseconds)` of each pass of a convolution and of the layers that follow it; the first is the
/// matrix product of the convolution's size, without unfolding.
///
/// # Errors
/// If an operation on tensors fails; Candle says which and on what shapes.
pub fn time(conv: Conv, now: &impl Fn() -> f64) -> Result<Vec<(String, f64, f64)>> {
    let [channels, outs, size, kernel, stride, batch] = conv;
    let x = numbers(&[batch, channels, size, size], 1)?;
    let w = numbers(&[outs, channels, kernel, kernel], 2)?;
    let padding = kernel / 2;
    let shape = ConvShape::of(&x, &w, stride, padding)?;
    let y = kernel::conv2d(&x, &w, stride, padding)?;
    let flops = 2.0 * (y.elem_count() * channels * kernel * kernel) as f64;
    let columns = numbers(&[channels * kernel * kernel, y.elem_count() / outs], 5)?;
    let flat = w.reshape((outs, ()))?;
    let raw = flops / best(now, || flat.matmul(&columns).map(drop))? / 1e6;
    let mut rows = vec![("raw".to_owned(), raw, 0.0)];
    let mut push = |what: &str, flops: f64, ms: f64| rows.push((what.to_owned(), flops / ms / 1e6, ms));
    push("forward", flops, best(now, || kernel::conv2d(&x, &w, stride, padding).map(drop))?);
    push("input gradient", flops, best(now, || kernel::conv2d_grad_input(&w, &y, &shape).map(drop))?);
    push("weight gradient", flops, best(now, || kernel::conv2d_grad_weight(&x, &y, &shape).map(drop))?);
    let (weight, bias) = (numbers(&[outs], 3)?, numbers(&[outs], 4)?);
    let (_, tape) = kernel::batch_norm(&y, &weight, &bias, 1e-5)?;
    push("batch norm", 0.0, best(now, || kernel::batch_norm(&y, &weight, &bias, 1e-5).map(drop))?);
    push("batch norm gradient", 0.0, best(now, || kernel::batch_norm_backward(&tape, &weight, &y).map(drop))?);
    push("relu", 0.0, best(now, || kernel::relu(&y).map(drop))?);
    push("relu gradient", 0.0, best(now, || kernel::relu_backward(&y, &y).map(drop))?);
    push("sum", 0.0, best(now, || kernel::add_scaled(&y, &y, 1.0).map(drop))?);
    Ok(rows)
}

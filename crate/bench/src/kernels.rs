//! The kernels one by one: billions of floating-point operations a second of each convolution, milliseconds of the rest.

use candle_core::{Device, Result, Tensor};
use engine::random::Stream;
use kernel::{Algorithm, ConvShape, Direction};

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

/// Reproducible values.
fn values(dims: &[usize], seed: u64) -> Result<Tensor> {
    let mut stream = Stream::new(seed, "bench", 1);
    let values: Vec<f32> = (0..dims.iter().product()).map(|_| stream.normal() as f32).collect();
    Tensor::from_vec(values, dims, &Device::Cpu)
}

/// The best of several times of a function, milliseconds.
fn best(now: &impl Fn() -> f64, mut f: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..12 {
        let start = now();
        f()?;
        best = best.min(now() - start);
    }
    Ok(best)
}

/// A kernel, timed.
pub struct Timing {
    /// Its name.
    pub kernel: &'static str,
    /// The way to convolve that was chosen, if it is a pass of a convolution.
    pub algorithm: Option<Algorithm>,
    /// Billions of floating-point operations a second, of a convolution; else 0.
    pub gflops: f64,
    /// Milliseconds, the best of several times.
    pub ms: f64,
}

/// The rate of the matrix product of the convolution's size, without unfolding, in GFLOP/s; and each pass of the
/// convolution and of the layers that follow it.
///
/// # Errors
/// If the convolution's sizes do not fit, or an operation on tensors fails; Candle says which and on what shapes.
pub fn time(conv: Conv, now: &impl Fn() -> f64) -> Result<(f64, Vec<Timing>)> {
    let [channels, outs, size, kernel, stride, batch] = conv;
    let x = values(&[batch, channels, size, size], 1)?;
    let w = values(&[outs, channels, kernel, kernel], 2)?;
    let padding = kernel / 2;
    let shape = ConvShape::of(&x, &w, stride, padding)?;
    let y = kernel::conv2d(&x, &w, stride, padding)?;
    let flops = 2.0 * (y.elem_count() * channels * kernel * kernel) as f64;
    let unfolded = values(&[channels * kernel * kernel, y.elem_count() / outs], 5)?;
    let flat = w.reshape((outs, ()))?;
    let raw = flops / best(now, || flat.matmul(&unfolded).map(drop))? / 1e6;
    let mut timings = Vec::new();
    let mut conv = |kernel, direction, pass: &dyn Fn() -> Result<Tensor>| -> Result<()> {
        let ms = best(now, || pass().map(drop))?;
        let algorithm = Some(shape.algorithm(batch, direction));
        timings.push(Timing { kernel, algorithm, gflops: flops / ms / 1e6, ms });
        Ok(())
    };
    conv("forward", Direction::Values, &|| kernel::conv2d(&x, &w, stride, padding))?;
    conv("input gradient", Direction::InputGradient, &|| kernel::conv2d_grad_input(&shape, &w, &y))?;
    conv("weight gradient", Direction::WeightGradient, &|| kernel::conv2d_grad_weight(&shape, &x, &y))?;
    let mut push = |kernel, ms| timings.push(Timing { kernel, algorithm: None, gflops: 0.0, ms });
    let (weight, bias) = (values(&[outs], 3)?, values(&[outs], 4)?);
    let (_, tape) = kernel::batch_norm(&y, &weight, &bias, 1e-5)?;
    push("batch norm", best(now, || kernel::batch_norm(&y, &weight, &bias, 1e-5).map(drop))?);
    push("batch norm gradient", best(now, || kernel::batch_norm_backward(&tape, &weight, &y).map(drop))?);
    push("relu", best(now, || kernel::relu(&y).map(drop))?);
    push("relu gradient", best(now, || kernel::relu_backward(&y, &y).map(drop))?);
    push("sum", best(now, || kernel::add_scaled(&y, &y, 1.0).map(drop))?);
    Ok((raw, timings))
}

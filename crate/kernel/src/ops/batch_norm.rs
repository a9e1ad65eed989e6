//! Batch normalisation over N, H and W with batch statistics (Ioffe & Szegedy 2015, arXiv 1502.03167), its gradient, and
//! the affine map that it is in evaluation.

use super::channel_bias::{sum_channels, with_channels};
use crate::cpu::elementwise::{map_channels, zip_channels};
use crate::cpu::slices::{has_fast_path, is_elsewhere, with_f32, with_f32s};
use crate::cpu::sums::{dot_lanes, sum_lanes, sum_planes};
use candle_core::{Result, Tensor};

/// What [`batch_norm_backward`] needs of the forward pass, and its statistics; only [`batch_norm`] makes one.
#[derive(Clone, Debug)]
pub struct BatchNormTape {
    /// x − mean, `[N, C, H, W]`; in CPU memory over √(variance + eps).
    deviation: Tensor,
    /// What makes normalised values of the deviation, `[C]`, if it is not normalised already.
    to_normalised: Option<Tensor>,
    /// 1/√(variance + eps), `[C]`.
    inverse_std: Tensor,
    mean: Tensor,
    variance: Tensor,
}

impl BatchNormTape {
    /// Mean of each channel over batch and pixels, `[C]`.
    pub fn mean(&self) -> &Tensor {
        &self.mean
    }

    /// Biased variance of each channel (divided by [`count`](Self::count)), `[C]`.
    pub fn variance(&self) -> &Tensor {
        &self.variance
    }

    /// Elements of a channel, N·H·W.
    pub fn count(&self) -> usize {
        self.deviation.elem_count() / self.mean.elem_count().max(1)
    }
}

/// y = weight·(x − mean)/√(variance + eps) + bias, a channel at a time; x and y `[N, C, H, W]`, weight and bias `[C]`.
///
/// ```
/// # use candle_core::{Device, Tensor};
/// use kernel::{batch_norm, batch_norm_backward};
/// let x = Tensor::new(&[1f32, 3.0, 5.0, 7.0], &Device::Cpu)?.reshape((4, 1, 1, 1))?;
/// let (weight, bias) = (Tensor::new(&[2f32], &Device::Cpu)?, Tensor::new(&[1f32], &Device::Cpu)?);
/// let (y, tape) = batch_norm(&x, &weight, &bias, 1e-5)?;
/// assert_eq!(tape.mean().to_vec1::<f32>()?, [4.0]);
/// assert_eq!(tape.variance().to_vec1::<f32>()?, [5.0]);
/// assert!((y.flatten_all()?.to_vec1::<f32>()?[3] - (1.0 + 2.0 * 3.0 / 5f32.sqrt())).abs() < 1e-4);
///
/// let (grad_x, grad_weight, grad_bias) = batch_norm_backward(&tape, &weight, &y.ones_like()?)?;
/// assert_eq!(grad_x.dims(), x.dims());
/// assert_eq!(grad_bias.to_vec1::<f32>()?, [4.0]);
/// # assert_eq!(grad_weight.dims(), [1]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If the shapes do not fit, or Candle cannot allocate.
pub fn batch_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> Result<(Tensor, BatchNormTape)> {
    check_parameters(x, [weight, bias])?;
    if is_elsewhere(x) {
        return portable(x, weight, bias, eps);
    }
    let (mean, variance) = statistics(x)?;
    let inverse_std = (&variance + eps)?.sqrt()?.recip()?;
    let shift = (&mean * &inverse_std)?.neg()?;
    let deviation = affine(x, &inverse_std, &shift)?;
    let y = affine(&deviation, weight, bias)?;
    Ok((y, BatchNormTape { deviation, to_normalised: None, inverse_std, mean, variance }))
}

/// [`batch_norm`] for devices other than the CPU: as few operations as can be with a value for each channel, which are slow
/// on a graphics card.
fn portable(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> Result<(Tensor, BatchNormTape)> {
    let count = (x.elem_count() / x.dim(1)?.max(1)) as f64;
    let mean = (sum_channels(x)? / count)?;
    let deviation = with_channels(x, &mean, Tensor::broadcast_sub)?;
    let variance = (sum_channels(&deviation.sqr()?)? / count)?;
    let inverse_std = (&variance + eps)?.sqrt()?.recip()?;
    let scaled = with_channels(&deviation, &(weight * &inverse_std)?, Tensor::broadcast_mul)?;
    let y = with_channels(&scaled, bias, Tensor::broadcast_add)?;
    let to_normalised = Some(inverse_std.clone());
    Ok((y, BatchNormTape { deviation, to_normalised, inverse_std, mean, variance }))
}

/// [`batch_norm`] with given statistics in place of the batch's, as in evaluation; x `[N, C, H, W]`, the others `[C]`.
///
/// # Errors
/// If the shapes do not fit, or Candle cannot allocate.
pub fn batch_norm_eval(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    mean: &Tensor,
    variance: &Tensor,
    eps: f64,
) -> Result<Tensor> {
    check_parameters(x, [weight, bias, mean, variance])?;
    let scale = (weight * (variance + eps)?.sqrt()?.recip()?)?;
    let shift = (bias - (mean * &scale)?)?;
    affine(x, &scale, &shift)
}

/// The gradients of (x, weight, bias), `[N, C, H, W]`, `[C]` and `[C]`, from that of y, g `[N, C, H, W]`, the statistics
/// being functions of x.
///
/// # Errors
/// If g or weight does not fit the tape, or Candle cannot allocate.
pub fn batch_norm_backward(tape: &BatchNormTape, weight: &Tensor, g: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    check_parameters(&tape.deviation, [weight])?;
    if g.dims() != tape.deviation.dims() {
        candle_core::bail!("batch_norm: gradient {:?} does not fit output {:?}", g.dims(), tape.deviation.dims());
    }
    let normalised = |of_deviation: Tensor| match &tape.to_normalised {
        Some(factor) => of_deviation * factor,
        None => Ok(of_deviation),
    };
    let (on_deviation, grad_bias) = channel_sums(g, &tape.deviation)?;
    let grad_weight = normalised(on_deviation)?;
    let count = tape.count() as f64;
    // grad_x = scale·(g − mean(g) − normalised·mean(g·normalised)), scale = weight/std.
    let scale = (weight * &tape.inverse_std)?;
    let on_deviation = normalised(((&scale * &grad_weight)? / -count)?)?;
    let constant = ((&scale * &grad_bias)? / -count)?;
    let grad = combine(g, &scale, &tape.deviation, &on_deviation, &constant)?;
    Ok((grad, grad_weight, grad_bias))
}

fn check_parameters<const COUNT: usize>(x: &Tensor, parameters: [&Tensor; COUNT]) -> Result<()> {
    let (_, channels, _, _) = x.dims4()?;
    match parameters.iter().find(|parameter| parameter.dims() != [channels]) {
        Some(parameter) => {
            candle_core::bail!("batch_norm: parameter {:?} does not fit input {:?}", parameter.dims(), x.dims())
        }
        None => Ok(()),
    }
}

/// Mean and biased variance of each channel. Two passes, summed in f64: no cancellation.
fn statistics(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let (batch, channels, height, width) = x.dims4()?;
    let count = (batch * height * width) as f64;
    if !has_fast_path(x) {
        let mean = (sum_channels(x)? / count)?;
        let variance = (sum_channels(&with_channels(x, &mean, Tensor::broadcast_sub)?.sqr()?)? / count)?;
        return Ok((mean, variance));
    }
    let narrow = |sums: Vec<[f64; 1]>| sums.iter().map(|[sum]| (sum / count) as f32).collect::<Vec<f32>>();
    let (mean, variance) = with_f32(x, |x| {
        let mean = narrow(sum_planes(
            x,
            x,
            channels,
            height * width,
            #[inline(always)]
            |_, plane, _| [sum_lanes(plane, |v| v)],
        ));
        let variance = narrow(sum_planes(
            x,
            x,
            channels,
            height * width,
            #[inline(always)]
            |channel, plane, _| {
                let mean = mean[channel];
                [sum_lanes(plane, |v| (v - mean) * (v - mean))]
            },
        ));
        (mean, variance)
    })?;
    Ok((Tensor::new(mean, x.device())?, Tensor::new(variance, x.device())?))
}

/// scale·x + shift, a channel at a time.
fn affine(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<Tensor> {
    if !has_fast_path(x) {
        let scaled = with_channels(x, scale, Tensor::broadcast_mul)?;
        return with_channels(&scaled, shift, Tensor::broadcast_add);
    }
    with_f32s(scale, shift, |scale, shift| {
        map_channels(x, |channel| (scale[channel], shift[channel]), |(scale, shift), x| x * scale + shift)
    })?
}

/// (Σ g·n, Σ g) of each channel.
fn channel_sums(g: &Tensor, normalised: &Tensor) -> Result<(Tensor, Tensor)> {
    if !has_fast_path(g) {
        return Ok((sum_channels(&(g * normalised)?)?, sum_channels(g)?));
    }
    let (_, channels, height, width) = g.dims4()?;
    let (weighted, plain) = with_f32s(g, normalised, |g, n| {
        let sums = sum_planes(
            g,
            n,
            channels,
            height * width,
            #[inline(always)]
            |_, g, n| [dot_lanes(g, n), sum_lanes(g, |v| v)],
        );
        let narrow = |index: usize| sums.iter().map(|sums| sums[index] as f32).collect::<Vec<f32>>();
        (narrow(0), narrow(1))
    })?;
    Ok((Tensor::new(weighted, g.device())?, Tensor::new(plain, g.device())?))
}

/// p·g + q·n + r, a channel at a time.
fn combine(g: &Tensor, p: &Tensor, n: &Tensor, q: &Tensor, r: &Tensor) -> Result<Tensor> {
    if !has_fast_path(g) {
        let [scaled, normalised] = [(g, p), (n, q)].map(|(x, by)| with_channels(x, by, Tensor::broadcast_mul));
        return with_channels(&(scaled? + normalised?)?, r, Tensor::broadcast_add);
    }
    let (p, q, r) = (p.to_vec1::<f32>()?, q.to_vec1::<f32>()?, r.to_vec1::<f32>()?);
    let of_channel = |channel: usize| (p[channel], q[channel], r[channel]);
    zip_channels(g, n, of_channel, |(p, q, r), g, n| p * g + (q * n + r))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    /// What other devices run, on the CPU.
    #[test]
    fn the_portable_way_equals_the_loops_in_values_and_gradients() {
        let dims = (5, 3, 4, 7);
        let tensor = |seed: usize, count: usize| -> Vec<f32> {
            (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 250.0 - 1.0).collect()
        };
        let images = |seed| Tensor::from_vec(tensor(seed, 420), dims, &Device::Cpu).unwrap();
        let channels = |seed| Tensor::from_vec(tensor(seed, 3), 3, &Device::Cpu).unwrap();
        let (x, g, weight, bias) = (images(1), images(2), channels(3), channels(4));
        let both = [batch_norm(&x, &weight, &bias, 1e-5), portable(&x, &weight, &bias, 1e-5)];
        let [expected, found] = both.map(|run| {
            let (y, tape) = run.unwrap();
            let (grad, grad_weight, grad_bias) = batch_norm_backward(&tape, &weight, &g).unwrap();
            [y, grad, grad_weight, grad_bias, tape.mean().clone(), tape.variance().clone()]
        });
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found.dims(), expected.dims());
            let values = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            for (found, expected) in values(found).into_iter().zip(values(expected)) {
                assert!((found - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{index}: {found}, not {expected}");
            }
        }
    }
}

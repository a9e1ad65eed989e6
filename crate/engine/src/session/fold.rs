//! Skips folded into the weights: each branch's W becomes W + a·I and its skip closes, so that the function stays the same.

use super::Session;
use super::stochastic_depth::training_joins;
use crate::EngineError;
use crate::network::{Mode, Parameters};
use candle_core::{D, DType, Tensor};
use protocol::{Folded, FoldedLogits};

impl Session {
    /// Folds every skip that is open into its branch, and measures what that changes of the logits of the next batch.
    pub(super) fn fold(&mut self) -> Result<(), EngineError> {
        let before = self.logits()?;
        for (index, strength) in self.strengths.at(self.step).into_iter().enumerate() {
            let Some(name) = self.network.plan.blocks[index].folds_into().filter(|_| strength != 0.0) else { continue };
            let weight = Parameters::index(&self.network.plan, &name)?;
            let folded = plus_identity(self.network.parameters.tensor(weight), strength)?;
            self.network.parameters.replace(weight, folded);
        }
        self.set_skip(None, 0.0, true);
        let largest = |tensor: &Tensor| tensor.abs()?.max_all()?.to_scalar::<f64>();
        let logits = match (before, self.logits()?) {
            (Some(before), Some(after)) => {
                Some(FoldedLogits { difference: largest(&(&after - &before)?)?, largest: largest(&before)? })
            }
            _ => None,
        };
        self.folded = Some(Folded { step: self.step, logits });
        Ok(())
    }

    /// The logits of the next batch, as f64; `None` if its images have not all arrived.
    fn logits(&self) -> Result<Option<Tensor>, EngineError> {
        let Some(batch) = self.data.batch(&self.next_images(), &self.device)? else { return Ok(None) };
        let batch = batch.fit(self.network.plan.input)?;
        let joins = training_joins(&self.spec, &self.strengths.at(self.step), self.step);
        Ok(Some(self.network.logits(&batch.images, &joins, Mode::Train)?.to_dtype(DType::F64)?))
    }
}

/// W + a·I: of a linear layer's weight `[n, n]` the identity, of a convolution's `[n, n, k, k]` with k odd the Dirac kernel,
/// which is 1 in the middle where output and input channel are the same.
fn plus_identity(weight: &Tensor, a: f64) -> Result<Tensor, EngineError> {
    let channels = weight.dim(0)?;
    let mut identity = Tensor::eye(channels, weight.dtype(), weight.device())?;
    if let [_, _, height, width] = *weight.dims() {
        identity = identity.reshape((channels, channels, 1, 1))?;
        for (dim, size) in [(D::Minus2, height), (D::Minus1, width)] {
            identity = identity.pad_with_zeros(dim, size / 2, size / 2)?;
        }
    }
    Ok((weight + (identity * a)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn a_convolution_with_the_dirac_kernel_is_the_convolution_and_its_input() {
        let random = |shape: &[usize]| Tensor::randn(0f64, 1.0, shape, &Device::Cpu).unwrap();
        let (x, weight) = (random(&[2, 3, 5, 5]), random(&[3, 3, 3, 3]));
        let both = (x.conv2d(&weight, 1, 1, 1, 1).unwrap() + (&x * 0.7).unwrap()).unwrap();
        let folded = x.conv2d(&plus_identity(&weight, 0.7).unwrap(), 1, 1, 1, 1).unwrap();
        let off = (both - folded).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f64>().unwrap();
        assert!(off < 1e-12, "{off}");
    }
}

//! The head: global average pooling, a linear layer, and the mean cross-entropy.

use crate::EngineError;
use crate::layer::Gradients;
use crate::parameters::Parameters;
use candle_core::{D, DType, Tensor};

/// Global average pooling and `fc`.
pub(crate) struct Head {
    pub(crate) weight: usize,
    pub(crate) bias: usize,
}

/// The head's forward pass on a batch with labels.
pub(crate) struct HeadTape {
    x_dims: (usize, usize, usize, usize),
    pooled: Tensor,
    log_probabilities: Tensor,
    labels: Tensor,
    /// Mean cross-entropy, nats.
    pub(crate) loss: f64,
    /// Number of images classified correctly.
    pub(crate) correct: usize,
}

impl Head {
    /// x `[N, C, H, W]`, labels u32 `[N]`.
    pub(crate) fn forward(
        &self,
        parameters: &Parameters,
        x: &Tensor,
        labels: &Tensor,
    ) -> Result<HeadTape, EngineError> {
        let pooled = x.flatten_from(2)?.mean(D::Minus1)?;
        let logits =
            pooled.matmul(&parameters.tensor(self.weight).t()?)?.broadcast_add(parameters.tensor(self.bias))?;
        let log_probabilities = candle_nn::ops::log_softmax(&logits, D::Minus1)?;
        let of_labels = log_probabilities.gather(&labels.unsqueeze(1)?, 1)?.to_dtype(DType::F64)?;
        let loss = -of_labels.mean_all()?.to_scalar::<f64>()?;
        let hits = logits.argmax(D::Minus1)?.eq(labels)?.to_dtype(DType::F64)?;
        let correct = hits.sum_all()?.to_scalar::<f64>()? as usize;
        Ok(HeadTape { x_dims: x.dims4()?, pooled, log_probabilities, labels: labels.clone(), loss, correct })
    }

    /// The gradient at the head's input, `[N, C, H, W]`.
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &HeadTape,
        gradients: &mut Gradients,
    ) -> Result<Tensor, EngineError> {
        let (batch, channels, height, width) = tape.x_dims;
        let log_probabilities = &tape.log_probabilities;
        let ones = Tensor::ones((batch, 1), log_probabilities.dtype(), log_probabilities.device())?;
        let truth = log_probabilities.zeros_like()?.scatter_add(&tape.labels.unsqueeze(1)?, &ones, 1)?;
        let at_logits = ((log_probabilities.exp()? - truth)? / batch as f64)?;
        gradients[self.weight] = Some(at_logits.t()?.contiguous()?.matmul(&tape.pooled)?);
        gradients[self.bias] = Some(at_logits.sum(0)?);
        let at_pooled = (at_logits.matmul(parameters.tensor(self.weight))? / (height * width) as f64)?;
        Ok(at_pooled.reshape((batch, channels, 1, 1))?.broadcast_as(tape.x_dims)?.contiguous()?)
    }
}

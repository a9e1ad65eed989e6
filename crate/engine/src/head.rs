//! The head: what follows the last block up to the logits, and the mean cross-entropy.

use crate::EngineError;
use crate::chain::{Chain, ChainTape};
use crate::layer::{Gradients, Running};
use crate::parameters::Parameters;
use candle_core::{D, DType, Tensor};

/// The layers from the last block's output to the logits.
pub(crate) struct Head(pub(crate) Chain);

/// The head's forward pass on a batch with labels.
pub(crate) struct HeadTape {
    chain_tape: ChainTape,
    answers: Answers,
    labels: Tensor,
}

/// What the logits say.
pub(crate) struct Answers {
    log_probabilities: Tensor,
    /// Mean cross-entropy, nats.
    pub(crate) loss: f64,
    /// Number of images classified correctly.
    pub(crate) correct: usize,
}

impl HeadTape {
    /// Mean cross-entropy and number of images classified correctly.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The head's layers' tape.
    pub(crate) fn chain_tape(&self) -> &ChainTape {
        &self.chain_tape
    }
}

impl Head {
    /// x `[N, C, H, W]`, labels u32 `[N]`.
    pub(crate) fn forward(
        &self,
        parameters: &Parameters,
        x: &Tensor,
        labels: &Tensor,
    ) -> Result<HeadTape, EngineError> {
        let (logits, chain_tape) = self.0.forward(parameters, x)?;
        Ok(HeadTape { chain_tape, answers: Answers::of(&logits, labels)?, labels: labels.clone() })
    }

    /// The same with these running statistics, or those of the batch if there are none.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &Tensor,
        labels: &Tensor,
    ) -> Result<Answers, EngineError> {
        Answers::of(&self.0.evaluate(parameters, running, x)?, labels)
    }

    /// The gradient at the head's input, `[N, C, H, W]`.
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &HeadTape,
        gradients: &mut Gradients,
    ) -> Result<Tensor, EngineError> {
        let log_probabilities = &tape.answers.log_probabilities;
        let (batch, classes) = log_probabilities.dims2()?;
        let ones = Tensor::ones((batch, 1), log_probabilities.dtype(), log_probabilities.device())?;
        let truth = log_probabilities.zeros_like()?.scatter_add(&tape.labels.unsqueeze(1)?, &ones, 1)?;
        let at_logits = ((log_probabilities.exp()? - truth)? / batch as f64)?.reshape((batch, classes, 1, 1))?;
        let at_input = self.0.backward(parameters, &tape.chain_tape, &at_logits, Some(gradients), true)?;
        Ok(at_input.unwrap_or(at_logits))
    }
}

impl Answers {
    /// Logits `[N, K, 1, 1]` against labels u32 `[N]`.
    fn of(logits: &Tensor, labels: &Tensor) -> Result<Self, EngineError> {
        let logits = logits.flatten_from(1)?;
        let log_probabilities = candle_nn::ops::log_softmax(&logits, D::Minus1)?;
        let of_labels = log_probabilities.gather(&labels.unsqueeze(1)?, 1)?.to_dtype(DType::F64)?;
        let loss = -of_labels.mean_all()?.to_scalar::<f64>()?;
        let hits = logits.argmax(D::Minus1)?.eq(labels)?.to_dtype(DType::F64)?;
        let correct = hits.sum_all()?.to_scalar::<f64>()? as usize;
        Ok(Self { log_probabilities, loss, correct })
    }
}

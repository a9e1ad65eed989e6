//! The head: what follows the last block up to the logits, and the mean cross-entropy.

use super::block_floating_point::BlockFloat;
use super::chain::{Chain, ChainTape};
use super::layer::{Gradients, Layer, Running};
use super::parameters::Parameters;
use crate::EngineError;
use candle_core::{D, DType, Tensor};

/// The layers from the last block's output to the logits.
pub(crate) struct Head {
    /// Those that still allow another unit: activation, pooling.
    summary: Chain,
    /// Those from the first that needs true values on.
    classifier: Chain,
}

/// The head's forward pass on a batch with labels.
pub(crate) struct HeadTape {
    summary_tape: ChainTape,
    classifier_tape: ChainTape,
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
}

impl Head {
    /// The head of these layers.
    pub(crate) fn new(layers: Vec<Layer>) -> Self {
        let allows_units = |layer: &Layer| layer.is_homogeneous() && layer.parameter_indices().is_empty();
        let mut summary = layers;
        let classifier = summary.split_off(summary.iter().take_while(|layer| allows_units(layer)).count());
        Self { summary: Chain::new(summary), classifier: Chain::new(classifier) }
    }

    /// The tape of x `[N, C, H, W]` with labels u32 `[N]`, by the statistics of the batch.
    pub(crate) fn forward(
        &self,
        parameters: &Parameters,
        x: &BlockFloat,
        labels: &Tensor,
    ) -> Result<HeadTape, EngineError> {
        let (tensor, summary_tape) = self.summary.forward(parameters, &x.tensor)?;
        let summary = BlockFloat { tensor, exponent: x.exponent };
        let (logits, classifier_tape) = self.classifier.forward(parameters, &summary.lowered()?)?;
        Ok(HeadTape { summary_tape, classifier_tape, answers: Answers::of(&logits, labels)?, labels: labels.clone() })
    }

    /// The answers to x `[N, C, H, W]` with labels u32 `[N]`, by these running statistics or, if there are none, those of the
    /// batch.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &BlockFloat,
        labels: &Tensor,
    ) -> Result<Answers, EngineError> {
        Answers::of(&self.logits(parameters, running, x)?, labels)
    }

    /// The logits `[N, K, 1, 1]` of x `[N, C, H, W]`, by these running statistics or, if there are none, those of the batch.
    pub(crate) fn logits(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &BlockFloat,
    ) -> Result<Tensor, EngineError> {
        let tensor = self.summary.evaluate(parameters, running, &x.tensor)?;
        let summary = BlockFloat { tensor, exponent: x.exponent };
        self.classifier.evaluate(parameters, running, &summary.lowered()?)
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
        let classifier_tape = &tape.classifier_tape;
        let at_summary = self.classifier.backward(parameters, classifier_tape, &at_logits, Some(gradients), true)?;
        let at_summary = at_summary.unwrap_or(at_logits);
        let at_input = self.summary.backward(parameters, &tape.summary_tape, &at_summary, None, true)?;
        Ok(at_input.unwrap_or(at_summary))
    }

    /// Moves the running statistics towards those of the batch on the tape.
    pub(crate) fn track(&self, tape: &HeadTape, running: &mut [Running]) -> Result<(), EngineError> {
        self.classifier.track(&tape.classifier_tape, running)
    }

    /// The parameters that its layers use.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        self.classifier.parameter_indices()
    }
}

impl Answers {
    /// The most probable class of one image, and its probability.
    pub(crate) fn top(&self, image: usize) -> Result<(usize, f64), EngineError> {
        let log_probabilities = self.log_probabilities.get(image)?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
        let mut top = (0, f64::NEG_INFINITY);
        for (class, value) in log_probabilities.into_iter().enumerate() {
            if value > top.1 {
                top = (class, value);
            }
        }
        Ok((top.0, top.1.exp()))
    }

    /// The cross-entropy of each image with these labels u32 `[N]`, nats.
    pub(crate) fn losses(&self, labels: &Tensor) -> Result<Vec<f64>, EngineError> {
        let of_labels = self.log_probabilities.gather(&labels.unsqueeze(1)?, 1)?.to_dtype(DType::F64)?;
        Ok(of_labels.neg()?.flatten_all()?.to_vec1()?)
    }

    /// Logits `[N, K, 1, 1]` against labels u32 `[N]`.
    fn of(logits: &Tensor, labels: &Tensor) -> Result<Self, EngineError> {
        let logits = logits.flatten_from(1)?;
        let log_probabilities = candle_nn::ops::log_softmax(&logits, D::Minus1)?;
        let of_labels = log_probabilities.gather(&labels.unsqueeze(1)?, 1)?.to_dtype(DType::F64)?;
        let hits = logits.argmax(D::Minus1)?.eq(labels)?.to_dtype(DType::F64)?;
        // Together: a device is asked once.
        let both = Tensor::stack(&[of_labels.mean_all()?, hits.sum_all()?], 0)?.to_vec1::<f64>()?;
        Ok(Self { log_probabilities, loss: -both[0], correct: both[1] as usize })
    }
}

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
    /// The share of each label that goes evenly to all classes where the network is trained.
    pub(crate) label_smoothing: f64,
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
        Self { summary: Chain::new(summary), classifier: Chain::new(classifier), label_smoothing: 0.0 }
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
        let answers = Answers::of(&logits, labels)?.smoothed(self.label_smoothing)?;
        Ok(HeadTape { summary_tape, classifier_tape, answers, labels: labels.clone() })
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
        let mut truth = log_probabilities.zeros_like()?.scatter_add(&tape.labels.unsqueeze(1)?, &ones, 1)?;
        if self.label_smoothing > 0.0 {
            truth = truth.affine(1.0 - self.label_smoothing, self.label_smoothing / classes as f64)?;
        }
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

    /// The loss of each image with these labels u32 `[N]` where this share of each goes evenly to all classes, nats.
    pub(crate) fn losses(&self, labels: &Tensor, label_smoothing: f64) -> Result<Vec<f64>, EngineError> {
        let mut of_labels = self.log_probabilities.gather(&labels.unsqueeze(1)?, 1)?.to_dtype(DType::F64)?;
        if label_smoothing > 0.0 {
            let of_all = self.log_probabilities.to_dtype(DType::F64)?.mean_keepdim(1)?;
            of_labels = ((of_labels * (1.0 - label_smoothing))? + (of_all * label_smoothing)?)?;
        }
        Ok(of_labels.neg()?.flatten_all()?.to_vec1()?)
    }

    /// With the loss where this share of each label goes evenly to all classes: (1 − ε)·E + ε·E', E' the mean of
    /// −log p over images and classes, as torch.nn.CrossEntropyLoss has it (Szegedy et al. 2016, arXiv 1512.00567, section 7).
    fn smoothed(mut self, share: f64) -> Result<Self, EngineError> {
        if share > 0.0 {
            let of_all = self.log_probabilities.to_dtype(DType::F64)?.mean_all()?.to_scalar::<f64>()?;
            self.loss = (1.0 - share) * self.loss - share * of_all;
        }
        Ok(self)
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

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    /// Logits `[3, 4]` and labels.
    fn case() -> (Vec<f64>, [u32; 3]) {
        (vec![0.5, -1.0, 2.0, 0.1, 1.5, 0.3, -0.7, 0.2, -0.4, 0.9, 1.1, -2.0], [2, 1, 3])
    }

    fn head(label_smoothing: f64, labels: &Tensor) -> (f64, Vec<f64>) {
        let (logits, _) = case();
        let x = BlockFloat::plain(Tensor::from_vec(logits, (3, 4, 1, 1), &Device::Cpu).unwrap());
        let mut head = Head::new(Vec::new());
        head.label_smoothing = label_smoothing;
        let parameters = Parameters::unplanned(Vec::new());
        let tape = head.forward(&parameters, &x, labels).unwrap();
        let mean = tape.answers().losses(labels, label_smoothing).unwrap().iter().sum::<f64>() / 3.0;
        assert!((mean - tape.answers().loss).abs() < 1e-12, "{mean}");
        let gradient = head.backward(&parameters, &tape, &mut Vec::new()).unwrap();
        (tape.answers().loss, gradient.flatten_all().unwrap().to_vec1().unwrap())
    }

    /// A slow loop over the definition, Candle's autograd of the cross-entropy against the smoothed labels, and what
    /// torch.nn.functional.cross_entropy says in float64.
    #[test]
    fn label_smoothing_is_the_cross_entropy_against_smoothed_labels() {
        let (logits, labels) = case();
        let given = Tensor::new(&labels, &Device::Cpu).unwrap();
        let by_torch = [(0.0, 1.9698588643409807), (0.1, 1.9590255310076472), (0.5, 1.915692197674314)];
        for (share, torch) in by_torch.into_iter().chain([(1.0, 1.8615255310076473)]) {
            let (loss, gradient) = head(share, &given);
            assert!((loss - torch).abs() < 1e-12, "{share}: {loss} and {torch}");
            let target = |image: usize, class: usize| {
                let own = if labels[image] as usize == class { 1.0 } else { 0.0 };
                (1.0 - share) * own + share / 4.0
            };
            let mut slow = 0.0;
            for (image, row) in logits.chunks(4).enumerate() {
                let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
                slow -= (0..4).map(|class| target(image, class) * (row[class].exp() / sum).ln()).sum::<f64>() / 3.0;
            }
            assert!((loss - slow).abs() < 1e-12, "{share}: {loss} and {slow}");
            let var = Var::from_vec(logits.clone(), (3, 4), &Device::Cpu).unwrap();
            let targets: Vec<f64> = (0..12).map(|at| target(at / 4, at % 4)).collect();
            let targets = Tensor::from_vec(targets, (3, 4), &Device::Cpu).unwrap();
            let log_probabilities = candle_nn::ops::log_softmax(var.as_tensor(), 1).unwrap();
            let by_candle = ((log_probabilities * targets).unwrap().sum_all().unwrap() / -3.0).unwrap();
            let store = by_candle.backward().unwrap();
            let twin: Vec<f64> = store.get(&var).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            assert!(gradient.iter().zip(&twin).all(|(a, b)| (a - b).abs() < 1e-12), "{gradient:?} and {twin:?}");
        }
    }
}

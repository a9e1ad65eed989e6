//! Events as bytes, and their hashes.

use engine::random::fnv1a64;
use protocol::{Ends, Evaluation, Measured, StepRecord};

/// Bytes to be hashed.
#[derive(Default)]
pub(super) struct Fold(Vec<u8>);

impl Fold {
    /// Adds a text, such as the name of what follows.
    pub(super) fn text(&mut self, text: &str) {
        self.0.extend(text.bytes().chain([0]));
    }

    /// Adds every bit of a value.
    pub(super) fn value(&mut self, value: f64) {
        self.0.extend(value.to_bits().to_le_bytes());
    }

    /// Adds a value that may not exist.
    pub(super) fn option(&mut self, value: Option<f64>) {
        self.0.push(u8::from(value.is_some()));
        self.value(value.unwrap_or_default());
    }

    /// Adds everything that a step measured.
    pub(super) fn step(&mut self, record: &StepRecord) {
        self.text(&format!("step {}", record.step));
        self.value(record.train_accuracy);
        self.value(record.lr);
        self.measured(&record.measured);
        self.ends(&record.ends);
    }

    /// Adds everything that an evaluation measured.
    pub(super) fn evaluation(&mut self, evaluation: &Evaluation) {
        self.text(&format!("eval {}", evaluation.step));
        self.value(evaluation.accuracy);
        self.measured(&evaluation.measured);
    }

    /// Adds every column, scalar and vector.
    pub(super) fn measured(&mut self, measured: &Measured) {
        for column in &measured.columns {
            self.text(column.quantity.name());
            column.values.iter().for_each(|value| self.option(*value));
        }
        for scalar in &measured.scalars {
            self.text(scalar.quantity.name());
            self.option(scalar.value);
        }
        for vector in &measured.vectors {
            self.text(vector.quantity.name());
            vector.values.iter().for_each(|value| self.value(*value));
        }
    }

    /// Adds the gradients at the two ends.
    pub(super) fn ends(&mut self, ends: &Ends) {
        let Ends { stem_grad_out_l2, stem_weight_grad_l2, head_grad_in_l2, head_weight_grad_l2 } = *ends;
        for value in [stem_grad_out_l2, stem_weight_grad_l2, head_grad_in_l2, head_weight_grad_l2] {
            self.option(value);
        }
    }

    /// The hash of all that was added, 16 hexadecimal digits.
    pub(super) fn hash(self) -> String {
        format!("{:016x}", fnv1a64(self.0))
    }
}

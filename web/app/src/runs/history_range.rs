//! The range of a run's history, kept while it grows: looking through thousands of records for each picture is slow.

use protocol::{Quantity, StepRecord};

/// Below this, where f32 ends, values are hatched, not coloured.
const SMALLEST: f64 = 1e-38;

/// The smallest and the largest gradient that has a colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryRange {
    low: f64,
    high: f64,
}

impl Default for HistoryRange {
    fn default() -> Self {
        Self { low: f64::INFINITY, high: 0.0 }
    }
}

impl HistoryRange {
    /// Takes a record in.
    pub fn include(&mut self, record: &StepRecord) {
        let values = record.column(Quantity::GradInL2).unwrap_or(&[]).iter().flatten();
        for value in values.filter(|value| value.is_finite() && **value >= SMALLEST) {
            (self.low, self.high) = (self.low.min(*value), self.high.max(*value));
        }
    }

    /// The range of both.
    pub fn and(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Whole decades that hold it; one decade if it is empty.
    pub fn decades(self) -> (i32, i32) {
        if self.low > self.high {
            return (-1, 0);
        }
        let (low, high) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        (low, high.max(low + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Column, Ends, Measured};

    #[test]
    fn the_range_is_in_whole_decades() {
        let mut range = HistoryRange::default();
        assert_eq!(range.decades(), (-1, 0));
        let values = vec![Some(3e-4), None, Some(0.02), Some(0.0), Some(f64::NAN), Some(1e-45)];
        let columns = vec![Column { quantity: Quantity::GradInL2, values }];
        let (measured, ends) = (Measured { columns, ..Measured::default() }, Ends::default());
        range.include(&StepRecord { step: 0, loss: 1.0, train_accuracy: 0.0, lr: 0.1, measured, ends });
        assert_eq!(range.decades(), (-4, -1));
        assert_eq!(HistoryRange::default().and(range), range);
    }
}

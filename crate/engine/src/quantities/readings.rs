//! The numbers that quantities are made from, as far as they are read of tensors. In CPU memory each is read at once. On
//! another device reading waits until all that was asked of the device is done, so there each stays a tensor of one number,
//! and all are read together, once a step; what is made from them is recorded then.

use super::Measurements;
use crate::EngineError;
use crate::network::norms::{self, is_elsewhere, with_values};
use crate::network::reductions;
use candle_core::Tensor;
use std::ops::Index;

/// A number that was asked for: its place among those of the step.
#[derive(Clone, Copy)]
pub(crate) struct Reading(usize);

/// All numbers of a step.
pub(crate) struct Numbers(Vec<f64>);

impl Index<Reading> for Numbers {
    type Output = f64;

    fn index(&self, reading: Reading) -> &f64 {
        &self.0[reading.0]
    }
}

/// What is recorded once the numbers are there.
type Later = Box<dyn FnOnce(&mut Measurements, &Numbers) + Send>;

/// The numbers so far, and what waits for them.
#[derive(Default)]
pub(crate) struct Readings {
    /// NaN in place of those that a device still holds.
    known: Vec<f64>,
    held: Vec<(usize, Tensor)>,
    later: Vec<Later>,
    /// Treats every device as another than the CPU, for tests.
    #[cfg(test)]
    pub(crate) everything_is_elsewhere: bool,
    /// How often numbers were fetched from a device.
    #[cfg(test)]
    pub(crate) fetched: usize,
}

impl Readings {
    fn is_elsewhere(&self, tensor: &Tensor) -> bool {
        #[cfg(test)]
        if self.everything_is_elsewhere {
            return true;
        }
        is_elsewhere(tensor)
    }

    /// A number of a tensor by one of two ways, according to where it is.
    fn of(
        &mut self,
        tensor: &Tensor,
        here: impl FnOnce() -> Result<f64, EngineError>,
        elsewhere: impl FnOnce() -> candle_core::Result<Tensor>,
    ) -> Result<Reading, EngineError> {
        let place = self.known.len();
        let known = if self.is_elsewhere(tensor) {
            self.held.push((place, elsewhere()?));
            f64::NAN
        } else {
            here()?
        };
        self.known.push(known);
        Ok(Reading(place))
    }

    /// Fetches what devices hold.
    fn fetch(&mut self) -> Result<Numbers, EngineError> {
        if !self.held.is_empty() {
            let (places, held): (Vec<_>, Vec<_>) = self.held.drain(..).unzip();
            for (place, number) in places.into_iter().zip(Tensor::stack(&held, 0)?.to_vec1::<f64>()?) {
                self.known[place] = number;
            }
            #[cfg(test)]
            {
                self.fetched += 1;
            }
        }
        Ok(Numbers(std::mem::take(&mut self.known)))
    }
}

impl Measurements {
    /// Σ‖tensor‖² over those that there are.
    pub(crate) fn sum_of_squares<'a>(
        &mut self,
        tensors: impl Iterator<Item = &'a Tensor>,
    ) -> Result<Reading, EngineError> {
        let tensors: Vec<_> = tensors.collect();
        let Some(first) = tensors.first() else {
            self.readings.known.push(0.0);
            return Ok(Reading(self.readings.known.len() - 1));
        };
        let here = || norms::sum_of_squares(tensors.iter().copied());
        self.readings.of(first, here, || reductions::sum_of_squares(&tensors))
    }

    /// The inner product of two tensors of one shape.
    pub(crate) fn dot(&mut self, a: &Tensor, b: &Tensor) -> Result<Reading, EngineError> {
        self.readings.of(a, || norms::dot(a, b), || reductions::dot(a, b))
    }

    /// The norm ‖tensor‖₂.
    pub(crate) fn l2(&mut self, tensor: &Tensor) -> Result<Reading, EngineError> {
        self.readings.of(tensor, || norms::l2(tensor), || reductions::sum_of_squares(&[tensor])?.sqrt())
    }

    /// The number of values that underflow in true values.
    pub(crate) fn underflowed(&mut self, tensor: &Tensor, unit: f64) -> Result<Reading, EngineError> {
        let here = || Ok(with_values!(tensor, |values| measure::underflowed(values, unit))? as f64);
        self.readings.of(tensor, here, || reductions::underflowed(tensor, unit))
    }

    /// The number of dead channels of `[N, C, H, W]`.
    pub(crate) fn dead_channels(&mut self, tensor: &Tensor) -> Result<Reading, EngineError> {
        let (_, channels, height, width) = tensor.dims4()?;
        let here =
            || Ok(with_values!(tensor, |values| measure::dead_channels(values, channels, height * width))? as f64);
        self.readings.of(tensor, here, || reductions::dead_channels(tensor))
    }

    /// The mean cosine between different images of `[N, …]`; ∞ where there are no two.
    pub(crate) fn mean_cosine(&mut self, tensor: &Tensor) -> Result<Reading, EngineError> {
        let images = tensor.dim(0)?;
        let cosine = || with_values!(tensor, |values| measure::mean_pairwise_cosine(values, images));
        let here = || Ok(cosine()?.unwrap_or(f64::INFINITY));
        self.readings.of(tensor, here, || reductions::mean_cosine(tensor))
    }

    /// Records something with the numbers, once they are there.
    pub(crate) fn later(&mut self, record: impl FnOnce(&mut Self, &Numbers) + Send + 'static) {
        self.readings.later.push(Box::new(record));
    }

    /// Fetches the numbers and records what waited for them.
    pub(super) fn read(&mut self) -> Result<(), EngineError> {
        let numbers = self.readings.fetch()?;
        for record in std::mem::take(&mut self.readings.later) {
            record(self, &numbers);
        }
        Ok(())
    }
}

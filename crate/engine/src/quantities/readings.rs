//! The numbers that quantities are made from, as far as they are read of tensors. In CPU memory each is read at once. On
//! another device reading waits until all that was asked of the device is done, so there each stays a tensor of one number,
//! and all are read together, once a step; what is made from them is recorded then.

use super::Measurements;
use crate::EngineError;
use crate::network::norms::{self, with_values};
use crate::network::reductions;
use candle_core::Tensor;
use kernel::is_elsewhere;
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
        // They stay: what is recorded later may be made from them too.
        Ok(Numbers(self.known.clone()))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use crate::network::Sgd;
    use crate::quantities::{Found, Update};
    use crate::support::{MIXED, cycled, device, formula_batch, formula_network, resnet8};
    use crate::{Measuring, Pass, Stopwatch};
    use candle_core::DType;
    use protocol::{ModelSpec, Norm, Quantity, QuantityShape, RunSpec, Schedule};

    /// All that is measured at a step but the analyses of paths, and how often it was fetched before and in all.
    fn step(spec: ModelSpec, everything_is_elsewhere: bool) -> (Found, [usize; 2]) {
        let (mut network, batch) = (formula_network(spec, 1, DType::F32), formula_batch(spec, 1, 4, DType::F32));
        let is_of_paths = |quantity: &Quantity| {
            matches!(quantity.schedule(), Schedule::OnDemand | Schedule::Evaluation)
                || quantity.shape() == QuantityShape::Path
                || quantity.name().starts_with("effective_depth_mean")
        };
        let quantities: Vec<_> = Quantity::ALL.iter().copied().filter(|quantity| !is_of_paths(quantity)).collect();
        let joins = cycled(&MIXED, network.plan.blocks.len());
        let mut pass = Pass::new(&network, batch, joins, Measuring::of(&quantities));
        pass.found.readings.everything_is_elsewhere = everything_is_elsewhere;
        let mut found = pass.finish(&network).unwrap();
        let before = network.parameters.clone();
        Sgd::default().step(&RunSpec::page_default(), 0.05, &mut network.parameters, &found.gradients).unwrap();
        let update = Update { network: &network, before: &before };
        found.found.after_update(&update, &mut Stopwatch::default()).unwrap();
        let mut found = found.found;
        let early = found.readings.fetched;
        found.read().unwrap();
        let fetched = found.readings.fetched;
        (found.finish().unwrap(), [early, fetched])
    }

    #[test]
    fn a_device_is_asked_once_a_step_and_tells_what_the_loops_find() {
        for norm in [Norm::Bn, Norm::None] {
            let spec = ModelSpec { norm, ..resnet8(4) };
            let ((here, never), (elsewhere, once)) = (step(spec, false), step(spec, true));
            // A card is elsewhere anyway.
            let anyway = [0, usize::from(!device().is_cpu())];
            assert_eq!((never, once), (anyway, [0, 1]), "fetches before the end of a step and with it");
            let all = |found: &Found| {
                let columns = found.measured.columns.iter().flat_map(|column| &column.values);
                let Found { ends, .. } = found;
                let ends = [ends.stem_grad_out_l2, ends.stem_weight_grad_l2, ends.head_grad_in_l2];
                let scalars = found.measured.scalars.iter().map(|scalar| scalar.value);
                columns.copied().chain(scalars).chain(ends).chain([found.ends.head_weight_grad_l2]).collect::<Vec<_>>()
            };
            let (here, elsewhere) = (all(&here), all(&elsewhere));
            assert!(here.len() > 70 && here.len() == elsewhere.len(), "{}", here.len());
            for (index, pair) in here.into_iter().zip(elsewhere).enumerate() {
                match pair {
                    (Some(here), Some(elsewhere)) if (here - elsewhere).abs() <= 1e-9 * here.abs() => {}
                    (None, None) => {}
                    _ => panic!("{norm}, value {index}: {pair:?}"),
                }
            }
        }
    }
}

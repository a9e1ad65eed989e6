//! The hand-written backward pass against central differences, in float64 with stock Candle operations.

use super::device;
use candle_core::Tensor;
use engine::random::Stream;
use engine::{Batch, Join, Measuring, Mode, Network, Parameters, Pass};

const TOLERANCE: f64 = 1e-4;
/// Below this a difference is rounding errors: the error of a smaller derivative is measured against this.
const FLOOR: f64 = 1e-5;

/// A network at a batch.
pub struct Differences<'a> {
    pub name: String,
    pub network: &'a Network,
    pub batch: &'a Batch,
    pub joins: Vec<Join>,
}

impl Differences<'_> {
    /// So many single weights and one random direction among the parameters whose names start with each prefix.
    pub fn check(&self, prefixes: &[&str], singles: usize) {
        let pass = Pass::new(self.network, self.batch.clone(), self.joins.clone(), Measuring::default());
        let found = pass.finish(self.network).unwrap();
        assert_eq!(found.loss, self.loss(&self.network.parameters), "{}: two forward passes", self.name);
        for prefix in prefixes {
            self.check_prefix(prefix, singles, &found.gradients);
        }
    }

    fn check_prefix(&self, prefix: &str, singles: usize, gradients: &[Option<Tensor>]) {
        let parameters = &self.network.parameters;
        let names: Vec<_> = parameters.plan().iter().map(|parameter| parameter.name.as_str()).collect();
        let indices: Vec<_> = (0..names.len()).filter(|index| names[*index].starts_with(prefix)).collect();
        let mut stream = Stream::new(1, prefix, 0);
        let (mut checked, mut kinks) = (0, 0);
        while checked <= singles {
            let index = indices[stream.below(indices.len())];
            let direction = direction(parameters.tensor(index), checked < singles, &mut stream);
            let slope = |gradient: &Tensor| (gradient * &direction).unwrap().sum_all().unwrap().to_scalar().unwrap();
            // A branch that is left out and a projection that is closed have no gradient.
            let expected: f64 = gradients[index].as_ref().map_or(0.0, slope);
            let Some(found) = self.central_difference(index, &direction) else {
                kinks += 1;
                assert!(kinks <= 10, "{} {prefix}: {kinks} kinks beside {checked} checked weights", self.name);
                continue;
            };
            let error = (found - expected).abs() / expected.abs().max(FLOOR);
            assert!(error <= TOLERANCE, "{} {}: {expected} but {found} ({error:.1e})", self.name, names[index]);
            checked += 1;
        }
    }

    fn loss(&self, parameters: &Parameters) -> f64 {
        let network = Network::new(self.network.plan.clone(), parameters.clone()).unwrap();
        network.evaluate(&self.batch.images, &self.batch.labels, &self.joins, Mode::Train).unwrap().0
    }

    /// The derivative of the loss along a direction, or `None` if two step sizes disagree: then a ReLU has its kink there.
    fn central_difference(&self, index: usize, direction: &Tensor) -> Option<f64> {
        let slope = |size: f64| {
            let at = |size: f64| {
                let mut parameters = self.network.parameters.clone();
                let moved = (parameters.tensor(index) + (direction * size).unwrap()).unwrap();
                parameters.replace(index, moved);
                self.loss(&parameters)
            };
            (at(size) - at(-size)) / (2.0 * size)
        };
        let (wide, narrow) = (slope(1e-5), slope(2.5e-6));
        ((wide - narrow).abs() <= TOLERANCE * wide.abs().max(FLOOR)).then_some(wide)
    }
}

/// One weight (drawn among the tensor's numbers), or a random direction through the whole tensor.
fn direction(like: &Tensor, single: bool, stream: &mut Stream) -> Tensor {
    let mut values = vec![0.0; like.elem_count()];
    if single {
        values[stream.below(like.elem_count())] = 1.0;
    } else {
        values.fill_with(|| stream.normal());
    }
    Tensor::from_vec(values, like.shape(), device()).unwrap()
}

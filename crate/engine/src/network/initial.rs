//! Initial parameters. Each tensor has its own random stream, named after it, so no order of visiting matters.

use crate::random::Stream;
use protocol::{Init, ParameterPlan, ParameterRole};

/// The initial values of one parameter, row-major. See [`Init`] for the formulas.
pub fn initial_values(parameter: &ParameterPlan, init: Init, seed: u64) -> Vec<f32> {
    let mut stream = Stream::new(seed, &format!("init:{}", parameter.name), 0);
    let count = parameter.count();
    let mut normal = |variance: f64| (0..count).map(|_| (variance.sqrt() * stream.normal()) as f32).collect();
    let Fans { fan_in, fan_out } = Fans::of(parameter);
    match (parameter.role, init) {
        (ParameterRole::NormWeight { last }, _) => vec![if last && init == Init::ZeroGamma { 0.0 } else { 1.0 }; count],
        (ParameterRole::NormBias, _) => vec![0.0; count],
        (ParameterRole::Bias { fan_in }, Init::Pytorch) => uniform(stream, count, 1.0 / (fan_in as f64).sqrt()),
        (ParameterRole::Bias { .. } | ParameterRole::Scale, _) => vec![0.0; count],
        (_, Init::Pytorch) => uniform(stream, count, 1.0 / fan_in.sqrt()),
        (_, Init::Xavier) => uniform(stream, count, (6.0 / (fan_in + fan_out)).sqrt()),
        (ParameterRole::ConvWeight, _) => normal(2.0 / fan_out),
        (ParameterRole::LinearWeight, _) => normal(2.0 / fan_in),
    }
}

/// Uniform in ±bound.
fn uniform(mut stream: Stream, count: usize, bound: f64) -> Vec<f32> {
    (0..count).map(|_| (bound * (2.0 * stream.uniform() - 1.0)) as f32).collect()
}

/// Numbers of inputs and outputs of one unit, counting the kernel's taps.
struct Fans {
    fan_in: f64,
    fan_out: f64,
}

impl Fans {
    fn of(parameter: &ParameterPlan) -> Self {
        let taps: usize = parameter.shape.iter().skip(2).product();
        let size = |dim: usize| (parameter.shape.get(dim).copied().unwrap_or(1) * taps) as f64;
        Self { fan_in: size(1), fan_out: size(0) }
    }
}

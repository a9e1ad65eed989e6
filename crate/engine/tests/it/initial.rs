//! Initial parameters: the same everywhere, with the moments that each initialisation promises.
#![allow(clippy::unwrap_used)]

use crate::support::{device, small_spec};
use engine::Parameters;
use engine::initial_values;
use engine::random::Stream;
use protocol::{Init, Norm, ParameterPlan, ParameterRole, Plan, RunSpec};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The hashes are the same natively and in wasm: this test runs on both.
#[test]
fn the_initial_parameters_are_the_same_on_every_machine() {
    let expected = [
        (Init::Pytorch, Norm::None, "370fd8dd3ba19ea3"),
        (Init::He, Norm::Bn, "95ef1ffacfb50314"),
        (Init::Xavier, Norm::None, "27835ec76b001c0d"),
        (Init::ZeroGamma, Norm::Bn, "ca38d36ed22724d4"),
    ];
    for (init, norm, hash) in expected {
        let spec = RunSpec { init, norm, ..RunSpec::page_default() };
        let plan = Plan::new(spec.model_spec()).unwrap();
        let parameters = Parameters::initial(&plan, init, 1, device()).unwrap();
        assert_eq!(parameters.hash().unwrap(), hash, "{init} {norm}");
    }
}

fn moments(values: &[f32]) -> (f64, f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count;
    (mean, variance, values.iter().fold(0.0, |most, v| f64::from(v.abs()).max(most)))
}

#[test]
fn weights_have_the_promised_mean_variance_and_range() {
    let conv = |out: usize, input: usize| ParameterPlan {
        name: "layer1.0.conv1.weight".into(),
        shape: vec![out, input, 3, 3],
        role: ParameterRole::ConvWeight,
    };
    let linear = ParameterPlan { name: "fc.weight".into(), shape: vec![200, 300], role: ParameterRole::LinearWeight };
    let cases = [
        (conv(64, 32), Init::He, 2.0 / (64.0 * 9.0), f64::INFINITY),
        (conv(64, 32), Init::Pytorch, 1.0 / (3.0 * 32.0 * 9.0), 1.0 / (32.0f64 * 9.0).sqrt()),
        (conv(64, 32), Init::Xavier, 2.0 / (96.0 * 9.0), (6.0 / (96.0f64 * 9.0)).sqrt()),
        (linear.clone(), Init::He, 2.0 / 300.0, f64::INFINITY),
        (linear.clone(), Init::Pytorch, 1.0 / 900.0, 1.0 / 300f64.sqrt()),
        (linear, Init::Xavier, 2.0 / 500.0, (6.0 / 500.0f64).sqrt()),
    ];
    for (parameter, init, variance, bound) in cases {
        let values = initial_values(&parameter, init, 7);
        let (mean, found, largest) = moments(&values);
        let count = values.len() as f64;
        assert!(mean.abs() < 4.0 * (variance / count).sqrt(), "{init}: mean {mean}");
        assert!((found / variance - 1.0).abs() < 6.0 / count.sqrt(), "{init}: variance {found}, not {variance}");
        assert!(largest <= bound * 1.000_001 && (bound.is_infinite() || largest > 0.99 * bound), "{init}: {largest}");
    }
}

#[test]
fn zero_gamma_silences_each_branch_and_nothing_else() {
    let spec = RunSpec { norm: Norm::Bn, ..small_spec() };
    let plan = Plan::new(spec.model_spec()).unwrap();
    for parameter in plan.parameters.iter().filter(|parameter| parameter.name.contains("bn")) {
        let values = initial_values(parameter, Init::ZeroGamma, 1);
        let one = parameter.name.ends_with("weight") && !parameter.name.ends_with("bn2.weight");
        assert!(values.iter().all(|v| *v == if one { 1.0 } else { 0.0 }), "{}", parameter.name);
    }
}

#[test]
fn streams_differ_by_seed_purpose_and_step_and_repeat() {
    let first = |seed, purpose, step| Stream::new(seed, purpose, step).uniform().to_bits();
    let base = first(1, "order", 0);
    assert_eq!(base, first(1, "order", 0));
    for other in [first(2, "order", 0), first(1, "init", 0), first(1, "order", 1)] {
        assert_ne!(base, other);
    }
    let mut items: Vec<_> = (0..100).collect();
    Stream::new(1, "order", 0).shuffle(&mut items);
    assert!(!items.is_sorted());
    items.sort_unstable();
    assert_eq!(items, (0..100).collect::<Vec<_>>());
}

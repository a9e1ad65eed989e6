//! The quantities of `golden/golden.json` (PyTorch autograd in float64), reproduced in float64 and in float32, natively
//! and in wasm. The file was made by `golden/make_golden.py`.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::{formula_batch, formula_network};
use candle_core::DType;
use engine::probe::{Profile, profile};
use engine::{Join, Measuring};
use protocol::{ModelSpec, Quantity};
use serde_json::Value;
use std::str::FromStr;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// How far a number may be from the golden one.
struct Tolerance {
    relative: f64,
    /// For what can be near 0 by cancelling: cosines, differences, logarithms, shares of counts.
    absolute: f64,
}

impl Tolerance {
    fn check(&self, what: &str, quantity: Quantity, found: Option<f64>, expected: &Value) {
        let cancels = matches!(
            quantity,
            Quantity::SkipBranchCosine
                | Quantity::ActivationCosine
                | Quantity::AblationLoss
                | Quantity::AblationAccuracy
                | Quantity::DepthRatio
                | Quantity::WeightDepthRatio
                | Quantity::EffectiveDepthMean
                | Quantity::UnderflowShare
                | Quantity::DeadShare
                | Quantity::SweepAccuracy
        );
        let near = |found: f64, expected: f64| {
            (found - expected).abs() <= if cancels { self.absolute } else { self.relative * expected.abs() }
        };
        match (found, expected.as_f64()) {
            (None, None) => {}
            (Some(found), Some(expected)) if near(found, expected) => {}
            other => panic!("{what} {quantity}: found and expected are {other:?}"),
        }
    }

    fn check_list(
        &self,
        what: &str,
        quantity: Quantity,
        found: impl ExactSizeIterator<Item = Option<f64>>,
        expected: &[Value],
    ) {
        assert_eq!(found.len(), expected.len(), "{what} {quantity}");
        for (index, (found, expected)) in found.zip(expected).enumerate() {
            self.check(&format!("{what} at {index}"), quantity, found, expected);
        }
    }
}

fn word<T: FromStr>(case: &Value, key: &str) -> T {
    case[key].as_str().unwrap().parse().ok().unwrap()
}

fn spec(case: &Value) -> ModelSpec {
    let size = |key: &str| case[key].as_u64().unwrap() as usize;
    ModelSpec {
        width: size("width"),
        channels: size("channels"),
        image_size: size("image_size"),
        classes: size("classes"),
        branch_layers: size("branch_layers"),
        norm: word(case, "norm"),
        order: word(case, "order"),
        merge: word(case, "merge"),
        activation: word(case, "activation"),
        ..ModelSpec::standard(word(case, "model"))
    }
}

fn measured(case: &Value, seed: u64, dtype: DType) -> Profile {
    let spec = spec(case);
    let network = formula_network(spec, seed, dtype);
    let batch = formula_batch(spec, seed, case["batch"].as_u64().unwrap() as usize, dtype);
    let strengths = case["strengths"].as_array().unwrap().iter();
    let joins: Vec<_> = strengths.map(|strength| Join::at(strength.as_f64().unwrap())).collect();
    profile(&network, &batch, &joins, &Measuring::of(Quantity::ALL)).unwrap()
}

fn check(dtype: DType, tolerance: &Tolerance) {
    let golden: Value = serde_json::from_str(include_str!("golden/golden.json")).unwrap();
    let seed = golden["seed"].as_u64().unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 9);
    for (number, case) in cases.iter().enumerate() {
        let name = format!("case {number} {} {} {} {dtype:?}", case["model"], case["norm"], case["order"]);
        let Profile { loss, measured, .. } = measured(case, seed, dtype);
        let expected = case["loss"].as_f64().unwrap();
        assert!((loss / expected - 1.0).abs() <= tolerance.relative, "{name}: loss {loss} instead of {expected}");
        let entries = |key: &str| {
            let entries = case[key].as_object().unwrap().iter();
            entries.map(|(quantity, value)| (quantity.parse::<Quantity>().unwrap(), value)).collect::<Vec<_>>()
        };
        assert_eq!(entries("columns").len() + entries("scalars").len() + entries("vectors").len(), 36);
        for (quantity, values) in entries("columns") {
            let column = measured.column(quantity).unwrap();
            tolerance.check_list(&name, quantity, column.iter().copied(), values.as_array().unwrap());
        }
        for (quantity, value) in entries("scalars") {
            tolerance.check(&name, quantity, measured.scalar(quantity), value);
        }
        for (quantity, values) in entries("vectors") {
            let vector = measured.vector(quantity).unwrap();
            tolerance.check_list(&name, quantity, vector.iter().copied().map(Some), values.as_array().unwrap());
        }
    }
}

#[test]
fn the_golden_quantities_are_reproduced_in_float64() {
    check(DType::F64, &Tolerance { relative: 1e-8, absolute: 1e-8 });
}

#[test]
fn the_golden_quantities_are_reproduced_in_float32() {
    check(DType::F32, &Tolerance { relative: 5e-3, absolute: 5e-3 });
}

//! The profiles of `reference/gradient_profiles.json` (PyTorch autograd in float64), reproduced in float32 natively and
//! in wasm. The file was made by `reference/make_reference.py`, whose formula also gives weights and batches here.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::{device, formula_batch, formula_network};
use candle_core::DType;
use engine::probe::{Profile, profile, updates};
use engine::{Join, Measuring};
use protocol::{Model, ModelSpec, Norm, Quantity, RunSpec, Skip};
use serde_json::Value;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// On a card f32 rounds elsewhere, and a ReLU near 0 opens or closes; in f64 nothing of that is left (`docs/cuda.md`).
fn relative() -> f64 {
    if device().is_cpu() { 2e-3 } else { 5e-3 }
}

const COSINE: f64 = 3e-3;
const AFTER_UPDATES: f64 = 5e-3;

fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs();
    assert!(error <= tolerance, "{what}: {found} instead of {expected}, {error:.1e} relative");
}

fn check_profile(name: &str, found: &Profile, case: &Value) {
    close(&format!("{name} loss"), found.loss, case["loss"].as_f64().unwrap(), relative());
    for (index, row) in case["blocks"].as_array().unwrap().iter().enumerate() {
        for quantity in Quantity::PROFILE {
            let what = format!("{name} {} {quantity}", row["block"]);
            let column = found.measured.column(quantity).unwrap();
            match (row.get(quantity.name()).and_then(Value::as_f64), column[index]) {
                (None, None) => {}
                (Some(expected), Some(found)) if quantity == Quantity::SkipBranchCosine => {
                    assert!((found - expected).abs() <= COSINE, "{what}: {found} instead of {expected}");
                }
                (Some(expected), Some(found)) => close(&what, found, expected, relative()),
                other => panic!("{what}: {other:?}"),
            }
        }
    }
    let ends = &case["ends"];
    let pairs = [
        ("stem", "grad_out_l2", found.ends.stem_grad_out_l2),
        ("stem", "weight_grad_l2", found.ends.stem_weight_grad_l2),
        ("head", "grad_in_l2", found.ends.head_grad_in_l2),
        ("head", "weight_grad_l2", found.ends.head_weight_grad_l2),
    ];
    for (end, quantity, found) in pairs {
        let expected = ends[end][quantity].as_f64().unwrap();
        close(&format!("{name} {end} {quantity}"), found.unwrap(), expected, relative());
    }
}

#[test]
fn every_case_of_the_reference_is_reproduced() {
    let reference: Value = serde_json::from_str(include_str!("reference/gradient_profiles.json")).unwrap();
    let seed = reference["seed"].as_u64().unwrap();
    let mut checked = 0;
    for case in reference["cases"].as_array().unwrap() {
        let model: Model = case["model"].as_str().unwrap().parse().unwrap();
        let size = |key: &str| case[key].as_u64().unwrap() as usize;
        let norm: Norm = case["norm"].as_str().unwrap().parse().unwrap();
        let (width, channels, image_size, classes) =
            (size("width"), size("channels"), size("image_size"), size("classes"));
        let spec = ModelSpec { width, channels, image_size, classes, norm, ..ModelSpec::standard(model) };
        let mut network = formula_network(spec, seed, DType::F32);
        assert_eq!(network.plan.parameter_count, size("parameters"), "{model}");
        let batch = formula_batch(spec, seed, size("batch"), DType::F32);
        let skip: Skip = case["skip"].as_str().unwrap().parse().unwrap();
        let joins: Vec<_> = skip.strengths(&network.plan).unwrap().into_iter().map(Join::at).collect();
        let name = format!("{model} width {width} skip {skip} norm {norm}");
        check_profile(&name, &profile(&network, &batch, &joins, &Measuring::of(&Quantity::PROFILE)).unwrap(), case);
        if let Some(losses) = case.get("sgd_losses").and_then(Value::as_array) {
            let run = RunSpec { lr: 0.05, momentum: 0.9, weight_decay: 1e-4, ..RunSpec::page_default() };
            let found = updates(&mut network, &batch, &joins, &run, losses.len()).unwrap();
            for (step, (found, expected)) in found.losses.iter().zip(losses).enumerate() {
                close(&format!("{name} loss {step}"), *found, expected.as_f64().unwrap(), AFTER_UPDATES);
            }
        }
        checked += 1;
    }
    assert_eq!(checked, 8);
}

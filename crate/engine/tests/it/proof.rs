//! The proof of the gradients, on the presets that the page offers: each block's direction within 0.1 %, or what float32
//! makes of it; and it changes nothing.
#![allow(clippy::unwrap_used)]

use crate::support::{device, formula_batch, loss_bits, mlp, resnet8, run, session, small, small_spec};
use candle_core::DType;
use engine::{Join, Network, Parameters};
use protocol::{ActivationOrder, Change, Init, Merge, ModelSpec, Norm, Plan, ProvedPart, Slope, Verdict};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The proof of a network in f32 as it is drawn, all shortcuts at this strength.
fn prove(spec: ModelSpec, strength: f64) -> protocol::Proof {
    let plan = Plan::new(spec).unwrap();
    let parameters = Parameters::initial(&plan, spec.init, 1, device()).unwrap();
    let network = Network::new(plan, parameters).unwrap();
    let joins = vec![Join::at(strength); network.plan.blocks.len()];
    let batch = formula_batch(spec, 1, 8, DType::F32);
    let started = protocol::Proof { seed: 1, ..Default::default() };
    engine::Proof::new(&network, batch, joins, started).unwrap().finish(&network).unwrap()
}

fn resnet20(norm: Norm, init: Init) -> ModelSpec {
    ModelSpec { norm, init, model: "resnet20".parse().unwrap(), ..resnet8(4) }
}

/// Every slope that can be checked is right; returns how many directions that are, and the parts in all.
fn is_proved(spec: ModelSpec, strength: f64) -> (usize, usize) {
    let found = prove(spec, strength);
    assert_eq!(found.wrong(), [""; 0], "{spec:?} at {strength}: {found:?}");
    assert!((found.loss - found.loss_f64).abs() < 1e-4 * found.loss, "{spec:?}: {} {}", found.loss, found.loss_f64);
    assert!(found.worst_join().unwrap_or(0.0) < 1e-6, "{spec:?}: {:?}", found.joins);
    let checked = found.parts.iter().filter(|part| part.direction.error().is_some()).count();
    (checked, found.parts.len())
}

#[test]
fn the_gradients_of_the_pages_networks_are_those_of_the_loss() {
    let pytorch = resnet20(Norm::None, Init::Pytorch);
    let bn = resnet20(Norm::Bn, Init::He);
    let networks = [
        pytorch,
        bn,
        ModelSpec { order: ActivationOrder::Pre, ..bn },
        ModelSpec { order: ActivationOrder::Sum, ..bn },
        resnet20(Norm::None, Init::SkipInit),
        resnet20(Norm::None, Init::Scaled),
        ModelSpec { norm: Norm::Bn, merge: Merge::Concat, ..resnet8(3) },
        ModelSpec { norm: Norm::Bn, ..mlp(8, 16) },
        ModelSpec { norm: Norm::None, init: Init::Pytorch, ..mlp(8, 16) },
        small("resnet18", 4, 32),
    ];
    for spec in networks {
        let found = prove(spec, 1.0);
        assert_eq!(found.wrong(), [""; 0], "{spec:?}: {found:?}");
        for ProvedPart { name, bound, direction, weights, .. } in &found.parts {
            assert_eq!(*bound, 1e-3, "{spec:?} {name}");
            // A factor of 0 is a kink of what stands at 0.
            let kink = spec.init == Init::SkipInit && direction.verdict == Verdict::Kink;
            assert!(kink || direction.error().is_some_and(|error| error < 1e-3), "{spec:?} {name}: {direction:?}");
            assert!(!weights.is_empty());
        }
        assert!(found.worst().is_some_and(|worst| worst < 1e-3));
        assert!(found.worst_join().is_some_and(|worst| worst < 1e-6), "{spec:?}: {:?}", found.joins);
    }
}

#[test]
fn with_shortcuts_half_open_closed_and_absent_too() {
    assert_eq!(is_proved(resnet20(Norm::None, Init::Pytorch), 0.5).0, 11);
    assert_eq!(is_proved(resnet20(Norm::Bn, Init::He), 0.0), (11, 11));
    assert_eq!(is_proved(small("vgg16_bn", 4, 32), 0.0), (14, 14));
    // Float32 leaves this one open to a few thousandths.
    assert_eq!(is_proved(resnet20(Norm::Bn, Init::He), 0.5), (11, 11));
}

/// Nothing flows back through 20 closed layers: that is said, and is no error.
#[test]
fn what_is_too_small_is_counted_and_not_called_wrong() {
    let (checked, parts) = is_proved(resnet20(Norm::None, Init::Pytorch), 0.0);
    assert!((1..parts).contains(&checked), "{checked} of {parts}");
    let found = prove(resnet20(Norm::None, Init::Pytorch), 0.0);
    let stem = &found.parts[0];
    assert_eq!((stem.name.as_str(), stem.direction.verdict), ("stem", Verdict::TooSmall));
    assert!(stem.direction.predicted < stem.direction.floor);
}

/// With γ = 0 every activation that is 0 stands on the kink of its ReLU.
#[test]
fn a_loss_with_a_kink_has_no_slope_to_be_wrong_about() {
    let found = prove(resnet20(Norm::Bn, Init::ZeroGamma), 1.0);
    assert_eq!(found.wrong(), [""; 0], "{found:?}");
    let verdicts: Vec<_> = found.parts.iter().map(|part| part.direction.verdict).collect();
    assert!(verdicts[1..10].contains(&Verdict::Kink), "{verdicts:?}");
    assert!(verdicts[10..].iter().all(|verdict| matches!(verdict, Verdict::Error(error) if *error < 1e-3)));
}

#[test]
fn a_large_network_is_checked_along_its_blocks_directions_only() {
    let found = prove(small("resnet18", 64, 64), 1.0);
    assert_eq!(found.wrong(), [""; 0]);
    assert!(found.parts.iter().all(|part| part.weights.is_empty()));
    assert!(found.parts.iter().all(|part| part.direction.error().is_some_and(|error| error < 1e-3)), "{found:?}");
}

#[test]
fn a_proof_says_of_what_it_is() {
    let mut own = session(small_spec());
    run(&mut own, 3);
    let hash = own.network().parameters.hash().unwrap();
    let found = own.proof().unwrap().unwrap().finish(own.network()).unwrap();
    assert_eq!((found.step, found.seed, found.images.len()), (3, 1, 32));
    assert_eq!(found.parameter_hash, hash);
    let names: Vec<_> = found.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["stem", "layer1.0", "layer2.0", "layer3.0", "head"]);
    assert!(found.parts.iter().all(|part| part.weights.len() == protocol::Proof::WEIGHTS));
    let next = run(&mut own, 1);
    assert_eq!(
        loss_bits(&next),
        [found.loss.to_bits()],
        "it is the batch, the weights and the kernels of the next step"
    );
}

#[test]
fn a_proof_changes_nothing_of_the_run() {
    let spec = protocol::RunSpec { norm: Norm::Bn, stochastic_depth: 0.5, ..small_spec() };
    let (mut own, mut other) = (session(spec.clone()), session(spec));
    run(&mut own, 3);
    run(&mut other, 3);
    let before = own.network().to_safetensors().unwrap();
    let mut proof = own.proof().unwrap().unwrap();
    let (mut last, all) = proof.progress();
    while proof.advance(own.network()).unwrap() {
        let (done, still) = proof.progress();
        assert!(done >= last && done <= all && still == all);
        last = done;
    }
    assert_eq!(own.network().to_safetensors().unwrap(), before, "parameters and running statistics");
    for session in [&mut own, &mut other] {
        session.change(Change::Skip { block: Some(1), strength: 0.5 }).unwrap();
    }
    assert_eq!(run(&mut own, 4), run(&mut other, 4));
}

/// The hand-written backward pass in float64, where nothing is rounded that matters.
#[test]
fn in_float64_the_same_proof_is_sharper_still() {
    let spec = ModelSpec { norm: Norm::Bn, ..resnet8(4) };
    let network = crate::support::formula_network(spec, 3, DType::F64);
    let batch = formula_batch(spec, 3, 5, DType::F64);
    let joins = vec![Join::at(0.5); 3];
    let found =
        engine::Proof::new(&network, batch, joins, protocol::Proof::default()).unwrap().finish(&network).unwrap();
    let errors: Vec<_> = found.parts.iter().flat_map(ProvedPart::slopes).filter_map(Slope::error).collect();
    assert!(errors.len() > 60 && errors.iter().all(|error| *error < 1e-4), "{errors:?}");
}

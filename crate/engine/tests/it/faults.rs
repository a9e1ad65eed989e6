//! What a run refuses before it begins, and how it ends where numbers leave their range.
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, data, device, formula_batch, formula_network, run, session, small_spec};
use candle_core::{DType, Tensor};
use dataset::{Shards, Source, Split};
use engine::probe::{profile, updates};
use engine::{Advance, EngineError, Join, Measuring, Network, Session, Tensors, read_tensors};
use protocol::{
    Activation, Change, Data, EndReason, Event, Lost, Manifest, ModelSpec, Norm, OnNonfinite, Place, Quantity,
    RunSetting, RunSpec, Shard,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The setting that is refused.
fn refused<T>(result: Result<T, EngineError>) -> &'static str {
    match result.err() {
        Some(EngineError::Spec(complaint)) => complaint.setting.name(),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_batch_norm_of_one_value_a_channel_is_refused_wherever_it_would_begin() {
    let model = "mlp2".parse().unwrap();
    let spec = RunSpec { model, norm: Norm::Bn, ..small_spec() };
    let new = |spec: RunSpec| Session::new(spec, data(DIGITS), device().clone());
    assert_eq!(refused(new(RunSpec { batch: 1, ..spec.clone() })), "batch");
    assert_eq!(refused(new(RunSpec { events: "3:batch=1".parse().unwrap(), ..spec.clone() })), "events");
    let mut two = session(RunSpec { batch: 2, ..spec.clone() });
    run(&mut two, 1);
    assert_eq!(refused(two.change(Change::Set { setting: RunSetting::Batch, value: 1.0 })), "batch");
    run(&mut two, 1);
    assert_eq!(two.spec().batch, 2, "nothing was changed");
    // Without norm, and where more than one pixel is left, one image is a batch.
    assert!(new(RunSpec { batch: 1, norm: Norm::None, ..spec }).is_ok());
    assert!(new(RunSpec { batch: 1, norm: Norm::Bn, ..small_spec() }).is_ok());
    assert_eq!(refused(new(RunSpec { batch: 1, norm: Norm::Bn, image_size: 4, ..small_spec() })), "batch");
}

/// A perceptron of ten blocks without shortcuts whose layers multiply by 10¹⁰: what is 0 on the way forward stays so, and
/// the gradient of 1 at the end is beyond the range of f32 in the second block from there.
fn steep() -> RunSpec {
    RunSpec {
        model: "mlp10".parse().unwrap(),
        norm: Norm::None,
        activation: Activation::Tanh,
        skip: protocol::Skip::All(0.0),
        batch: 4,
        eval_every: 0,
        data: Data::Digits,
        width: 4,
        ..RunSpec::page_default()
    }
}

/// Its weights: in the blocks all 10¹⁰ on the diagonal, biases 0.
fn steep_weights(spec: &RunSpec, classes: usize) -> Tensors {
    let spec = ModelSpec { classes, ..spec.model_spec() };
    let network = formula_network(spec, 1, DType::F32);
    let tensors = read_tensors(&network.to_safetensors().unwrap()).unwrap();
    let steep = |(name, tensor): (String, Tensor)| {
        let tensor = match tensor.dims() {
            [4, 4] => (Tensor::eye(4, DType::F32, device()).unwrap() * 1e10).unwrap(),
            [_] => tensor.zeros_like().unwrap(),
            _ => tensor,
        };
        (name, tensor)
    };
    tensors.into_iter().map(steep).collect()
}

/// Images that are all 0.
fn dark() -> Shards {
    let shard = Shard { file: "dark".into(), count: 20, bytes: 0 };
    let mut file = b"HWSHARD1".to_vec();
    file.extend([20u32, 1, 8, 8, 10].iter().flat_map(|size| size.to_le_bytes()));
    file.extend((0..20).map(|image| image % 10));
    file.extend([0; 20 * 64]);
    let mut data = Shards::new(Manifest {
        name: "dark".into(),
        channels: 1,
        height: 8,
        width: 8,
        classes: 10,
        class_names: (0..10).map(|class| class.to_string()).collect(),
        mean: 0.0,
        std: 1.0,
        train: vec![shard.clone()],
        test: vec![shard],
    })
    .unwrap();
    data.insert(Split::Train, 0, &file).unwrap();
    data.insert(Split::Test, 0, &file).unwrap();
    data
}

#[test]
fn a_gradient_that_leaves_its_range_is_named_by_block_before_anything_is_updated() {
    for quantities in [vec![], vec![Quantity::GradInL2, Quantity::PathEnergy]] {
        let spec = RunSpec { quantities, ..steep() };
        let mut session =
            Session::from_weights(steep_weights(&spec, 10), spec.clone(), dark(), device().clone()).unwrap();
        let before = session.network().to_safetensors().unwrap();
        assert_eq!(session.complete_step().unwrap(), Advance::Ended);
        let block = Some("layer1.8".to_owned());
        let end = Event::End(EndReason::NonFinite { step: 0, lost: Lost::Gradient, block });
        assert_eq!(session.drain_events(), [end]);
        assert_eq!(session.network().to_safetensors().unwrap(), before, "nothing was updated");
        assert_eq!(session.complete_step().unwrap(), Advance::Ended);
    }
}

#[test]
fn steps_that_make_no_update_are_counted_whichever_number_is_not_finite() {
    let spec = RunSpec { on_nonfinite: OnNonfinite::Continue, steps: 9, ..steep() };
    let mut session = Session::from_weights(steep_weights(&spec, 10), spec.clone(), dark(), device().clone()).unwrap();
    let before = session.network().to_safetensors().unwrap();
    let is_finite = |event: &Event| if let Event::Step(step) = event { Some(step.loss.is_finite()) } else { None };
    let losses: Vec<_> = run(&mut session, 3).iter().filter_map(is_finite).collect();
    assert_eq!((session.skipped(), losses), (3, vec![true; 3]));
    assert_eq!(session.network().to_safetensors().unwrap(), before);
    let saved = session.save().unwrap().unwrap();
    let mut again = Session::restore(saved, spec, dark(), device().clone()).unwrap();
    run(&mut again, 2);
    assert_eq!((again.step(), again.skipped()), (5, 5), "also those before it was put down");
}

#[test]
fn a_probe_says_where_numbers_left_their_range() {
    let lost = |activation, factor: f64, changed: Option<&str>, pixel: f64, dtype| {
        let spec = RunSpec { activation, ..steep() };
        let mut weights = steep_weights(&spec, 10);
        for (name, tensor) in &mut weights {
            if tensor.dims() == [4, 4] {
                *tensor = (Tensor::eye(4, DType::F32, device()).unwrap() * factor).unwrap();
            }
            if changed == Some(name) {
                *tensor = (tensor.ones_like().unwrap() * 3e38).unwrap();
            }
        }
        let plan = protocol::Plan::new(spec.model_spec()).unwrap();
        let network = Network::from_tensors(plan, weights, dtype, device()).unwrap();
        let images = (Tensor::ones((4, 1, 8, 8), dtype, device()).unwrap() * pixel).unwrap();
        let batch = engine::Batch { images, labels: Tensor::zeros(4, DType::U32, device()).unwrap() };
        profile(&network, &batch, &[Join::at(0.0); 10], &Measuring::of(&[Quantity::GradInL2])).unwrap().lost
    };
    let (tanh, linear) = (Activation::Tanh, Activation::Linear);
    // On the way back, and not in float64.
    assert_eq!(lost(tanh, 1e10, None, 0.0, DType::F32), Some((Lost::Gradient, Place::Block(8))));
    assert_eq!(lost(tanh, 1e10, None, 0.0, DType::F64), None);
    assert_eq!(lost(tanh, 1.0, None, 0.0, DType::F32), None);
    // On the way forward.
    assert_eq!(lost(linear, 1e10, None, 1.0, DType::F32), Some((Lost::Loss, Place::Block(1))));
    assert_eq!(lost(linear, 1.0, Some("fc1.weight"), 1.0, DType::F32), Some((Lost::Loss, Place::Stem)));
    assert_eq!(lost(linear, 1.0, Some("fc.weight"), 1e3, DType::F32), Some((Lost::Loss, Place::Head)));
}

#[test]
fn updates_stop_before_the_one_that_has_no_finite_gradient() {
    let spec = ModelSpec { norm: Norm::None, ..crate::support::resnet8(4) };
    let (mut network, batch) = (formula_network(spec, 1, DType::F32), formula_batch(spec, 1, 4, DType::F32));
    let run = RunSpec { lr: 100.0, ..small_spec() };
    let found = updates(&mut network, &batch, &[Join::at(1.0); 3], &run, 50).unwrap();
    assert!(found.lost.is_some() && found.losses.len() < 50);
    assert!(found.losses.iter().all(|loss| loss.is_finite()));
}

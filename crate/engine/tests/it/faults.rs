//! What a run refuses before it begins, and how it ends where numbers leave their range.
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, data, run, session, small_spec};
use candle_core::Device;
use engine::{EngineError, Session};
use protocol::{Change, Norm, RunSetting, RunSpec};
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
    let new = |spec: RunSpec| Session::new(spec, data(DIGITS), Device::Cpu);
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

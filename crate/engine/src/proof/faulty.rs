//! The kernels with one that can be made wrong, for the test that a proof finds it. Test builds alone have this file.

use crate::support::{device, formula_batch, resnet8};
use candle_core::{DType, Result, Tensor};
pub use kernel::*;
use protocol::{Init, Norm, Plan};
use std::cell::Cell;

/// What is wrong with the backward pass of convolutions that double the channels, in float32.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// The gradient of the weights is 1 % too large.
    Larger,
    /// It is 0 for the last output channel.
    Missing,
    /// The gradient of the input has its sign turned for one image.
    Turned,
}

thread_local! {
    static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
}

fn fault(weight: &Tensor) -> Option<Fault> {
    let doubles = weight.dims()[0] == 2 * weight.dims()[1];
    FAULT.get().filter(|_| doubles && weight.dtype() == DType::F32)
}

pub fn conv2d_grad_weight(shape: &ConvShape, x: &Tensor, g: &Tensor) -> Result<Tensor> {
    let right = kernel::conv2d_grad_weight(shape, x, g)?;
    match fault(&right) {
        Some(Fault::Larger) => right * 1.01,
        Some(Fault::Missing) => {
            let kept = right.dim(0)? - 1;
            Tensor::cat(&[right.narrow(0, 0, kept)?, right.narrow(0, kept, 1)?.zeros_like()?], 0)
        }
        _ => Ok(right),
    }
}

pub fn conv2d_grad_input(shape: &ConvShape, w: &Tensor, g: &Tensor) -> Result<Tensor> {
    let right = kernel::conv2d_grad_input(shape, w, g)?;
    match fault(w) {
        Some(Fault::Turned) => {
            let rest = right.dim(0)? - 1;
            Tensor::cat(&[right.narrow(0, 0, 1)?.neg()?, right.narrow(0, 1, rest)?], 0)
        }
        _ => Ok(right),
    }
}

/// The parts that a proof of ResNet-8 finds wrong.
fn found_wrong(norm: Norm, fault: Option<Fault>) -> Vec<String> {
    let spec = protocol::ModelSpec { norm, ..resnet8(4) };
    let plan = Plan::new(spec).unwrap();
    let parameters = crate::Parameters::initial(&plan, Init::He, 1, device()).unwrap();
    let network = crate::Network::new(plan, parameters).unwrap();
    let batch = formula_batch(spec, 1, 8, DType::F32);
    FAULT.set(fault);
    let joins = vec![crate::Join::at(1.0); network.blocks.len()];
    let proof = crate::Proof::new(&network, batch, joins, protocol::Proof::default()).unwrap();
    let found = proof.finish(&network).unwrap();
    FAULT.set(None);
    found.wrong().into_iter().map(str::to_owned).collect()
}

/// Blocks layer2.0 and layer3.0 begin with a convolution that doubles the channels.
#[test]
fn a_fault_in_one_kernel_is_found_and_its_block_named() {
    for norm in [Norm::None, Norm::Bn] {
        assert_eq!(found_wrong(norm, None), [""; 0], "norm {norm}");
        for fault in [Fault::Larger, Fault::Missing] {
            assert_eq!(found_wrong(norm, Some(fault)), ["layer2.0", "layer3.0"], "norm {norm}");
        }
        // A gradient that leaves layer2.0 wrong is wrong in all that comes before it.
        let wrong = found_wrong(norm, Some(Fault::Turned));
        assert!(["stem", "layer1.0", "layer2.0"].iter().all(|part| wrong.iter().any(|name| name == part)), "{wrong:?}");
        assert!(!wrong.iter().any(|name| name == "layer3.0" || name == "head"), "norm {norm}: {wrong:?}");
    }
}

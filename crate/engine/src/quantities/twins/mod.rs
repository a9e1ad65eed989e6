//! Every quantity against its twin: an independent forward pass in stock Candle operations, Candle's own autograd, and
//! plain loops over all values.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod comparison;
mod in_runs;
mod layers;
mod pass;
pub(crate) mod record;

use super::CATALOGUE;
use crate::Join;
pub(crate) use pass::{BlockPass, Pass};
use protocol::Quantity;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What a quantity is compared with. A [`super::Definition`] without one does not compile.
#[derive(Clone, Copy)]
pub(crate) enum Twin {
    /// Of a block in a pass over a number of images.
    Block(fn(Quantity, &BlockPass, &Pass, usize) -> Option<f64>),
    /// Of a pass with these joins.
    Scalar(fn(Quantity, &Pass, &[Join]) -> Option<f64>),
    /// Of a pass, by the number of branches on a path.
    Path(fn(&Pass) -> Vec<f64>),
    /// The test that compares it.
    Own(&'static str),
}

#[test]
fn every_quantity_is_defined_once_and_has_a_twin() {
    let mut defined: Vec<_> = CATALOGUE.iter().flat_map(|definition| definition.yields).copied().collect();
    defined.sort_unstable();
    assert_eq!(defined, Quantity::ALL, "the quantities of the catalogue and those of protocol");
    let tests = [include_str!("comparison.rs"), include_str!("in_runs.rs"), include_str!("../../../tests/it/paths.rs")];
    for definition in CATALOGUE {
        if let Twin::Own(name) = definition.twin {
            let written = format!("fn {name}(");
            assert!(tests.iter().any(|test| test.contains(&written)), "no test {name} for {:?}", definition.yields);
        }
    }
}

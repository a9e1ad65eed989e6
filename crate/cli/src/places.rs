//! What the values of a vector stand for, in tables.

use protocol::{Quantity, QuantityShape, SWEEP_STRENGTHS};

/// What the places of a vector are: numbers of branches on a path, or strengths.
pub fn place_name(quantity: Quantity) -> &'static str {
    if quantity.shape() == QuantityShape::Sweep { "strength" } else { "branches" }
}

/// The place of a vector's value.
pub fn place(quantity: Quantity, index: usize) -> String {
    if quantity.shape() == QuantityShape::Sweep {
        SWEEP_STRENGTHS.get(index).map(f64::to_string).unwrap_or_default()
    } else {
        index.to_string()
    }
}

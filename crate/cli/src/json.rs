//! Numbers as JSON, shared by what the commands print.

use protocol::Ends;
use serde_json::{Value, json};

/// A finite number as JSON, others by name.
pub fn number(value: f64) -> Value {
    match value {
        value if value.is_finite() => json!(value),
        value if value.is_nan() => json!("NaN"),
        value => json!(if value > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}

/// What is not a block.
pub fn ends(ends: &Ends) -> Value {
    json!({
        "stem": {"grad_out_l2": number(ends.stem_grad_out_l2), "weight_grad_l2": number(ends.stem_weight_grad_l2)},
        "head": {"grad_in_l2": number(ends.head_grad_in_l2), "weight_grad_l2": number(ends.head_weight_grad_l2)},
    })
}

//! `docs/quantities.md` is written from the list of quantities and from the words of the page.
#![allow(clippy::unwrap_used)]

use protocol::{Quantity, QuantityShape, SWEEP_STRENGTHS};
use scene::{QuantityWords, quantity_words};
use std::fmt::Write;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/quantities.md");

const HEAD: &str = "\
# What is measured

Written by `BLESS=1 cargo test -p scene --test quantities` from `crate/protocol/src/quantity.rs` and from the words of the \
page; a test fails when this file is stale.

A block computes y = f(a·h(x) + F(x)): x is its input, y its output, h the shortcut, a the shortcut's strength, F the \
branch. E is the batch's mean cross-entropy, J the derivative of F, D that of f, g the gradient at the first block's \
input, G_k the part of it that came through exactly k branches, n the number of blocks or of elements, B that of images. \
Norms are L2 over batch and features, accumulated in f64. What is measured at a step is measured with the parameters \
before the update of that number. A value is absent where it does not exist: of a shortcut that is closed, of a branch \
that is left out, of a ratio where both are 0. `weight_grad_l2` counts all parameters of a block, biases and norms too; it \
can be level where `grad_in_l2` falls, being the product of the gradient, which falls towards the input, and of the \
signal, which falls towards the output (Glorot & Bengio 2010, section 4.2).
";

/// A sentence each for a heading.
fn part(shape: QuantityShape) -> (&'static str, String) {
    match shape {
        QuantityShape::Block => ("Of each block", "One value a block, from the input to the loss.".to_owned()),
        QuantityShape::Scalar => ("Of the network", "One value.".to_owned()),
        QuantityShape::Path => {
            ("Of each number of branches on a path", "n + 1 values, for k = 0, …, n branches.".to_owned())
        }
        QuantityShape::Sweep => {
            let factors: Vec<_> = SWEEP_STRENGTHS.iter().map(f64::to_string).collect();
            let sentence = format!("One value for each factor c on all strengths: {}.", factors.join(", "));
            ("Of each factor of the strength sweep", sentence)
        }
    }
}

fn written() -> String {
    let mut text = HEAD.to_owned();
    for shape in [QuantityShape::Block, QuantityShape::Scalar, QuantityShape::Path, QuantityShape::Sweep] {
        let (title, sentence) = part(shape);
        writeln!(text, "\n## {title}\n\n{sentence}\n").unwrap();
        text += "| name | what | formula | unit | when | cost | how to read it | source |\n|---|---|---|---|---|---|---|---|\n";
        for quantity in Quantity::ALL.iter().copied().filter(|quantity| quantity.shape() == shape) {
            let QuantityWords { title, how_to_read } = quantity_words(quantity);
            let (unit, schedule) = (quantity.unit().name(), quantity.schedule());
            let (formula, cost, source) = (quantity.formula().replace('|', "\\|"), quantity.cost(), quantity.source());
            writeln!(
                text,
                "| `{quantity}` | {title} | {formula} | {unit} | {schedule} | {cost} | {how_to_read} | {source} |"
            )
            .unwrap();
        }
    }
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test compares a file, and writes it when asked to")]
fn the_page_on_quantities_is_that_of_the_catalogue() {
    let expected = written();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(FILE, &expected).unwrap();
    }
    let found = std::fs::read_to_string(FILE).unwrap_or_default();
    let stale = "docs/quantities.md is stale: BLESS=1 cargo test -p scene --test quantities writes it";
    assert!(found == expected, "{stale}");
}

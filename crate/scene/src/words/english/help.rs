//! The words of the help panel, in English: what each term means, what each key does.

/// A term, and what it means, in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gloss {
    /// The term.
    pub term: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

const fn gloss(term: &'static str, meaning: &'static str) -> Gloss {
    Gloss { term, meaning }
}

/// The terms that the page uses, from the network to its measurements.
pub const GLOSSARY: &[Gloss] = &[
    gloss("block", "A few layers with a way past them; the network is a row of blocks, numbered from the input."),
    gloss("branch", "The layers inside a block: what the block adds to its input."),
    gloss(
        "skip connection",
        "The way past the branch; in formulas it is called the shortcut. A switch opens or closes it.",
    ),
    gloss("strength", "The factor on the skip connection: 1 is open, 0 is closed; the weights stay as they are."),
    gloss("stage", "Blocks of one image size; the next stage halves the image and doubles the channels."),
    gloss("½", "A skip connection into the next stage: it takes every second pixel and fills the new channels with 0."),
    gloss("stem, head", "The layers before the first block, and those after the last one that name the class."),
    gloss("gradient", "How the loss would change with each number in the network: what training follows."),
    gloss(
        "arriving, passed on",
        "The gradient comes from the loss: it arrives at a block's output, and the block passes it on towards the input.",
    ),
    gloss("norm ‖ ‖", "The length of a list of numbers: the root of the sum of their squares."),
    gloss("loss", "How far the answers are from the truth: the mean cross-entropy, in nats."),
    gloss("guessing, ln 10", "The loss of a network that gives each of ten classes the same chance: 2.303."),
    gloss("held-out", "Images that the network is never trained on."),
    gloss("batch", "The images of one step."),
    gloss("step", "One batch forward and back, and one update of the weights."),
    gloss(
        "batch norm",
        "A layer that gives each channel mean 0 and deviation 1 over the batch, then a learnt scale (gamma) and shift.",
    ),
    gloss(
        "effective depth",
        "Through how many branches the gradient goes on average, each path counted by what it carries.",
    ),
];

/// The keys and what they do.
pub const KEYS: &[Gloss] = &[
    gloss("Space", "train or pause"),
    gloss("→", "one step"),
    gloss("R", "reset"),
    gloss("S", "open or close all skips"),
    gloss("C", "compare, or one network again"),
    gloss("?", "this panel"),
    gloss("← → in the diagram", "from block to block; ↑ ↓ between a block and its switch"),
    gloss("← → in the history", "from step to step"),
    gloss("Esc", "close what is open"),
];

/// Which version and build of the page this is.
pub fn this_copy(version: &str, build: &str) -> String {
    format!("Headwater {version}, build {build}.")
}

/// What helps whoever looks into a failure.
pub fn failure_details(version: &str, build: &str, browser: &str, link: &str, message: &str) -> String {
    format!("{message}\n\nHeadwater {version}, build {build}\nbrowser: {browser}\nlink: {link}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_stands_once_and_is_explained_in_one_line() {
        for (index, Gloss { term, meaning }) in GLOSSARY.iter().enumerate() {
            assert!(GLOSSARY.iter().skip(index + 1).all(|other| other.term != *term), "{term}");
            assert!(meaning.ends_with(['.', '3']) && meaning.len() < 140, "{term}: {meaning}");
        }
    }
}

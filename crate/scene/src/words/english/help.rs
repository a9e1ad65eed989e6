//! The help panel, in English: what each key does. (Its terms are those of [`super::Term`].)

/// A key, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gloss {
    /// The key.
    pub term: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

const fn gloss(term: &'static str, meaning: &'static str) -> Gloss {
    Gloss { term, meaning }
}

/// What one can do with the page.
pub const DOING: &[Gloss] = &[
    gloss("Train", "trains the network; close a skip on the diagram while it trains, and the weights stay as they are"),
    gloss(
        "Compare",
        "trains a second network ▲ beside the first ● on the same batches; More sets what is different in ▲",
    ),
    gloss("Drag over the history", "looks back at any step; Back to now returns"),
    gloss("÷ last block", "divides every gradient by what the last block passes on, so that only the shape is seen"),
    gloss("Open and Save", "a run as one file: of this page, of the program, or of anyone’s own network"),
];

/// The keys and what they do.
pub const KEYS: &[Gloss] = &[
    gloss("Space", "train or pause"),
    gloss("→", "one step"),
    gloss("W", "slow motion: walk through a step; → is its next part, Esc leaves it"),
    gloss("R", "reset"),
    gloss("S", "open or close all skips"),
    gloss("C", "compare, or one network again"),
    gloss("L", "the lessons"),
    gloss("P", "larger, for a projector, or as before; 1 to 6 choose what is shown"),
    gloss("?", "this panel"),
    gloss("← → in the diagram", "from block to block; ↑ ↓ between a block and its switch"),
    gloss("← → in the history", "from step to step"),
    gloss("Esc", "close what is open"),
];

/// Which version and build of the page this is.
pub fn this_copy(version: &str, build: &str) -> String {
    format!("Headwater {version}, build {build}.")
}

/// The build that made something.
pub fn this_copy_of(build: &str) -> String {
    format!("Headwater, build {build}")
}

/// What helps whoever looks into a failure.
pub fn failure_details(version: &str, build: &str, browser: &str, link: &str, message: &str) -> String {
    format!("{message}\n\nHeadwater {version}, build {build}\nbrowser: {browser}\nlink: {link}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once() {
        for (index, Gloss { term, meaning }) in KEYS.iter().enumerate() {
            assert!(KEYS.iter().skip(index + 1).all(|other| other.term != *term), "{term}");
            assert!(!meaning.is_empty(), "{term}");
        }
    }
}

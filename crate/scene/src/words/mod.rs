//! Every word of the page. A language is one folder beside this file: a list of fixed texts ([`Text`]), one function with
//! named arguments for each sentence that holds a value, and the words of quantities, settings and complaints. Only this file
//! names the language: everything else says `words::`. (A second language is a second folder, and here the choice between
//! them; what is missing does not compile.)

mod english;
mod reading;
pub(crate) mod summary;
mod surprise;

pub use english::quantity as quantity_words;
pub use english::*;
pub use reading::{Piece, Reading, reading};
pub use surprise::Surprise;

/// What the page says about a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityWords {
    /// Its name for people.
    pub title: &'static str,
    /// One sentence: how to read it.
    pub how_to_read: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Quantity;

    #[test]
    fn no_text_is_empty_or_untidy() {
        for text in Text::ALL {
            let words = text.words();
            assert!(!words.is_empty() && words.trim() == words && !words.contains("  "), "{text:?}: {words:?}");
        }
    }

    #[test]
    fn a_step_passes_every_block_twice() {
        let parts: Vec<_> = (0..10).map(|done| step_part(done, 3)).collect();
        let expected = [
            "stem, forward",
            "block 1 of 3, forward",
            "block 2 of 3, forward",
            "block 3 of 3, forward",
            "head",
            "block 3 of 3, backward",
            "block 2 of 3, backward",
            "block 1 of 3, backward",
            "stem, backward",
            "measuring",
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn every_quantity_is_explained_in_one_sentence() {
        for quantity in Quantity::ALL {
            let QuantityWords { title, how_to_read } = quantity_words(*quantity);
            assert!(!title.is_empty() && !quantity.formula().is_empty(), "{quantity}");
            assert!(how_to_read.ends_with('.') && how_to_read.matches(". ").count() == 0, "{quantity}: {how_to_read}");
        }
    }
}

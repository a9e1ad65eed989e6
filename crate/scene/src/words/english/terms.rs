//! The words of the field that the page uses, each with one line that explains it where it stands.

/// Declares [`Term`], the list of its variants, and of each the word and the line.
macro_rules! terms {
    ($($name:ident => $word:literal, $line:literal,)+) => {
        /// A word that explains itself. To add one: one line here.
        #[allow(missing_docs, reason = "the line documents the name")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Term { $($name,)+ }

        impl Term {
            /// Every word, in the order of the list of words.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// Whether it names a part of a block, y = f(a·h(x) + F(x)).
            pub fn is_of_a_block(self) -> bool {
                matches!(self, Self::Skip | Self::Shortcut | Self::Branch | Self::Block | Self::Strength)
            }

            /// What it means, in one line.
            pub fn line(self) -> &'static str {
                match self { $(Self::$name => $line,)+ }
            }
        }
    };
}

terms! {
    Gradient => "gradient", "How the loss would change with each number in the network: what training follows, backwards from the loss.",
    Skip => "skip connection", "A way past a block: y = f(a·h(x) + F(x)) adds what it carries, a·h(x), to what the block's own layers make, F(x).",
    Shortcut => "shortcut", "Another word for skip connection; in formulas a·h(x), where a is 1 if it is open and 0 if it is closed.",
    Branch => "branch", "A block's own layers, F(x) in its formula: the way that does not skip them.",
    Block => "block", "A few layers with a way past them: y = f(a·h(x) + F(x)). Blocks are numbered from the image to the loss.",
    Strength => "strength", "The factor a on a skip connection: 1 is open, 0 is closed; the weights stay as they are.",
    Attention => "attention", "A branch in which every position of a sequence gathers from the others; around it goes a skip connection of its own.",
    Mlp => "MLP", "In a transformer the branch after attention: two fully connected layers, the same at every position.",
    Ways => "arriving, passed on", "The gradient comes from the loss: it arrives at a block's output, and the block passes it on towards the input.",
    Stem => "stem", "The layers before block 1: they make of an image what the blocks work on.",
    Head => "head", "What follows the last block: it averages the image away and gives each class a score.",
    Stage => "stage", "Blocks whose images have one size: the next stage has half the height and width and twice the channels.",
    Half => "½", "This skip connection passes on every second row and column, since its block halves the image.",
    Guessing => "guessing", "A network that knows nothing gives each of 10 classes a tenth: its loss is ln 10 = 2.30, its accuracy 10 %.",
    HeldOut => "held-out", "Images that the network never trains on: how it does on them is how well it has learnt.",
    Loss => "loss", "The mean cross-entropy over a batch: 0 if every image gets its own class for sure, 2.30 if one of ten is guessed.",
    Batch => "batch", "The images of one step.",
    Step => "step", "One batch forward and back, and one update of the weights.",
    Norm => "‖ ‖", "The size of many numbers taken together: the square root of the sum of their squares.",
    Derivatives => "∂E/∂x, ∂E/∂y", "The gradient of the loss E by a block's input x, which the block passes on, and by its output y, which arrives.",
    Jacobians => "D, J, h, g", "D is the slope of the activation f behind the addition, J that of the branch F, h the shortcut, g what arrives.",
    BatchNorm => "batch norm", "After each convolution every channel is brought to mean 0 and variance 1 over the batch, then scaled by γ.",
    ZeroGamma => "zero-gamma", "The last γ of each branch starts at 0: at first every branch is silent, and only the skip connections speak.",
    PathsApart => "if paths do not interfere", "A path takes skip or branch at each block; the estimate adds up what each carries as if none cancelled another.",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_one_line() {
        for (index, term) in Term::ALL.iter().enumerate() {
            let line = term.line();
            assert!(Term::ALL[index + 1..].iter().all(|other| other.word() != term.word()), "{term:?} twice");
            assert!(line.ends_with('.') && line.chars().count() <= 140 && line.trim() == line, "{term:?}: {line}");
        }
    }
}

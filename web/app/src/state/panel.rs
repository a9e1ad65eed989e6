//! What can be open over the page, one at a time.

use scene::Text;

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// What the page is, its words and keys.
    Help,
    /// The recordings that come with the page, and the chooser of files.
    Open,
    /// Recording and weights of the page's own runs.
    Save,
    /// What is shown, as files and on paper.
    Export,
    /// Whether the gradients are those of the loss.
    Proof,
    /// Links to what is shown, and how to cite it.
    Share,
    /// The lessons, and what is often said.
    Lessons,
    /// What the lesson that is taken was so far, on paper.
    Worksheet,
}

impl Panel {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Help, Self::Open, Self::Save, Self::Export, Self::Proof, Self::Share, Self::Lessons, Self::Worksheet];

    /// The id of its element.
    pub fn id(self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Open => "library",
            Self::Save => "saving",
            Self::Export => "exporting",
            Self::Proof => "proof",
            Self::Share => "sharing",
            Self::Lessons => "lesson-list",
            Self::Worksheet => "worksheet",
        }
    }

    /// What stands above it.
    pub fn title(self) -> Text {
        match self {
            Self::Help => Text::HelpTitle,
            Self::Open => Text::LibraryTitle,
            Self::Save => Text::Save,
            Self::Export => Text::ExportTitle,
            Self::Proof => Text::ProofTitle,
            Self::Share => Text::Share,
            Self::Lessons => Text::Lessons,
            Self::Worksheet => Text::Worksheet,
        }
    }
}

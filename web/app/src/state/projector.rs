//! The page on a projector: larger, over the whole screen, one panel at a time.

use scene::Text;

/// What is shown on a projector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Large {
    /// The river.
    #[default]
    River,
    /// The depth profile.
    Profile,
    /// The history.
    History,
    /// Loss and accuracy.
    Learning,
    /// The focused block.
    Block,
    /// Everything, as otherwise.
    All,
}

impl Large {
    /// All of them, in the order of their keys.
    pub const ALL: [Self; 6] = [Self::River, Self::Profile, Self::History, Self::Learning, Self::Block, Self::All];

    /// Its name, for the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::River => "river",
            Self::Profile => "profile",
            Self::History => "history",
            Self::Learning => "learning",
            Self::Block => "inspector",
            Self::All => "all",
        }
    }

    /// What its button says.
    pub fn title(self) -> Text {
        match self {
            Self::River => Text::ProjectorRiver,
            Self::Profile => Text::ProjectorProfile,
            Self::History => Text::ProjectorHistory,
            Self::Learning => Text::ProjectorLearning,
            Self::Block => Text::ProjectorBlock,
            Self::All => Text::ProjectorAll,
        }
    }

    /// The one of this key: the first has 1.
    pub fn of_key(key: &str) -> Option<Self> {
        let number: usize = key.parse().ok()?;
        Self::ALL.get(number.checked_sub(1)?).copied()
    }
}

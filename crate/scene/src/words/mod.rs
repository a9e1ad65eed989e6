//! Every word of the page. A locale is one file beside this one (`english.rs`): an exhaustive match over [`Text`], and one
//! function with named arguments for each sentence that holds a number. A missing text does not compile.

pub mod english;
mod reading;
pub(crate) mod summary;

pub use reading::{Piece, Reading, reading};

use protocol::Quantity;

/// Declares [`Text`] and the list of its variants.
macro_rules! texts {
    ($($name:ident,)+) => {
        /// A fixed text of the page. To add one: one line here, one in `english.rs`, where the words document the name.
        #[allow(missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Text { $($name,)+ }

        impl Text {
            /// Every text.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

texts! {
    // Head of the page.
    Brand,
    Tagline,
    Question,
    QuestionTwo,
    QuestionPlain,
    QuestionShort,
    NothingMeasuredYet,
    FirstStepUnderWay,
    FullPage,
    SwitchToLight,
    SwitchToDark,
    // Buttons.
    Train,
    Resume,
    Pause,
    StepOnce,
    Reset,
    NewRun,
    More,
    Less,
    Close,
    Restart,
    Reload,
    AllSkips,
    Compare,
    CompareExplained,
    SameSeedSameBatches,
    // Where the numbers come from, and how far.
    BadgeLive,
    StateLoading,
    LoadingEngine,
    LoadingData,
    StateBuilding,
    StateReady,
    StatePausing,
    StatePaused,
    StateDone,
    StateFailed,
    StateNotFinite,
    StepsPerSecond,
    MeasuringShare,
    MeasuringShareExplained,
    StepProgress,
    // The river.
    RiverTitle,
    RiverCaption,
    Stem,
    LossEnd,
    OptionA,
    // The depth profile.
    ProfileTitle,
    ProfileSubtitle,
    BlockAxis,
    LogAxis,
    LinearAxis,
    LogAxisExplained,
    ZeroMark,
    NotFiniteMark,
    // Loss and accuracy.
    LearningTitle,
    LossWord,
    TrainShort,
    HeldOut,
    Guessing,
    NotEvaluated,
    StepAxis,
    // History.
    HistoryTitle,
    HistorySubtitle,
    HistoryHatched,
    BackToLive,
    HistorySlider,
    // One block.
    BlockTitle,
    BlockNone,
    IfPathsAreApart,
    ShareOverShortcut,
    // Table.
    TableTitle,
    Block,
    // Settings.
    SettingsTitle,
    NormBn,
    NormNone,
    InitHe,
    InitXavier,
    InitPytorch,
    InitZeroGamma,
    InitSkipInit,
    InitScaled,
    OrderPost,
    OrderPre,
    OrderSum,
    ActivationRelu,
    ActivationTanh,
    ActivationSigmoid,
    ActivationLinear,
    MergeAdd,
    MergeConcat,
    OneBranchLayer,
    TwoBranchLayers,
    LabelsTrue,
    LabelsRandom,
    OwnImageSize,
    EveryBlock,
    NoShortcuts,
    PlainShort,
    NoShortcutsExplained,
    LiveSettings,
    NewRunSettings,
    NewRunNeeded,
    // When it goes wrong.
    NoWorker,
    BuildMismatch,
    WorkerSilent,
    WorkerNotLoaded,
}

impl Text {
    /// The words.
    pub fn words(self) -> &'static str {
        english::text(self)
    }
}

/// What the page says about a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantityWords {
    /// Its name for people.
    pub title: &'static str,
    /// One sentence: how to read it.
    pub how_to_read: &'static str,
}

/// What the page says about this quantity.
pub fn quantity_words(quantity: Quantity) -> QuantityWords {
    english::quantity(quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_empty_or_untidy() {
        for text in Text::ALL {
            let words = text.words();
            assert!(!words.is_empty() && words.trim() == words && !words.contains("  "), "{text:?}: {words:?}");
        }
    }

    #[test]
    fn a_step_passes_every_block_twice() {
        let parts: Vec<_> = (0..10).map(|done| english::step_part(done, 3)).collect();
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

//! The fixed texts, in English.

/// Declares [`Text`], the list of its variants, and their words.
macro_rules! texts {
    ($($name:ident => $words:literal,)+) => {
        /// A fixed text of the page. To add one: one line here.
        #[allow(missing_docs, reason = "the words document the name")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Text { $($name,)+ }

        impl Text {
            /// Every text.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

texts! {
    // Head of the page.
    Brand => "Headwater",
    Tagline => "watch the gradient flow upstream",
    Question =>
        "Close the skips and train the same network on the same batches. How much of the gradient still gets through block 1?",
    QuestionPair =>
        "One network, its skips open and closed, on the same batches. How much of the gradient gets through block 1?",
    QuestionTwo => "Two networks train side by side. How much of the gradient still gets through block 1?",
    QuestionPlain => "A plain network, without skip connections. How much of the gradient still gets through block 1?",
    QuestionClosed => "The skips of this network are closed. How much of the gradient still gets through block 1?",
    QuestionViewer => "Open a recording of a run",
    QuestionShort => "How much of the gradient still gets through block 1?",
    ViewerOnly =>
        "This file opens recordings and trains nothing: choose one with Open, or drop it here. The page that trains is \
         headwater.html, made by cargo xtask dist.",
    RunRefused => "Nothing measured: this run cannot begin. “More” has other settings.",
    NothingMeasuredYet => "Nothing measured yet: the first step fills the river.",
    PressTrain => "Press ▶ Train.",
    RunNotKept => "Your run was too large to be kept beside the lesson, or its engine was lost: it begins anew.",
    SkipsFolded => "skips folded into the weights",
    SkipsExplained =>
        "A skip connection adds what enters a block to what its layers make of it: a switch opens or closes it, the layers always \
         run. The gradient flows back from the loss, right to left.",
    SkipsOfElsewhere =>
        "A skip connection adds what enters a block to what its layers make of it. The gradient flows back from the loss, right \
         to left.",
    FirstStepUnderWay => "Nothing measured yet: the first step is under way.",
    FullPage => "Full page",
    SwitchToLight => "Switch to light colours",
    SwitchToDark => "Switch to dark colours",
    Help => "Help",
    HelpTitle => "Help",
    HelpWhat =>
        "Headwater trains a residual network in your browser and shows, at every step, how much gradient reaches each \
         of its blocks. Open and close its skip connections while it trains, one by one or all, and see what becomes of \
         the gradient and of the learning. Every number is measured on a real network: yours, or the recorded one whose badge \
         says so. Nothing leaves your machine.",
    HelpDoing => "What to do",
    HelpWords => "Words",
    HelpKeys => "Keys",
    KeysSwitch => "Single keys",
    HelpCopy => "This copy",
    Licence =>
        "Licensed under MIT or Apache-2.0, at your choice. The images are UCI’s handwritten digits (CC BY 4.0) and \
         Fashion-MNIST (Zalando, MIT).",
    SourceIsAt => "Source and documents:",
    SourceUnknown =>
        "Source and documents stand in the repository that this copy was built from; it does not know the address.",
    CopyDetails => "Copy details",
    // Buttons.
    ShowPicture => "Back to the recorded picture",
    TryThis => "Try this:",
    PredictFirst => "Predict first",
    PredictBoth => "Predict first: choose, and draw below",
    See => "See",
    LessonNext => "Next",
    LessonDone => "Done",
    LessonAgain => "From the beginning",
    LessonLeave => "Leave",
    LessonLeaveRun => "Leave (your run comes back)",
    LessonGoes => "It runs: watch what happens.",
    LessonLeads => "The experiment above leads: choose what you expect, then See.",
    CameTrue => "As you said.",
    CameOtherwise => "It came out differently.",
    Measured => "measured",
    YourAnswer => "(your answer)",
    Drawn => "drawn",
    Lessons => "Lessons",
    LessonsExplained => "Predict, see, read why: lessons that lead through the page, and what is often said of skips.",
    LessonsWhat =>
        "Each lesson asks, lets you say what you expect, and then measures it on a network that trains before your eyes. Your own run \
         waits meanwhile and comes back as it was.",
    LessonsShort => "Experiments of one click",
    FolkloreTitle => "Folklore, checked",
    SeeIt => "See it",
    LessonBack => "Back",
    Worksheet => "Worksheet",
    WorksheetSave => "Save as HTML",
    WorksheetPrint => "Print",
    DrawFirst => "Draw what you expect",
    DrawnAndMeasured => "Drawn and measured",
    SheetName => "Name",
    SheetDate => "Date",
    SheetExpected => "Expected",
    SheetDrawn => "Drawn over the blocks",
    SheetNotYet => "Not taken yet.",
    DrawHere => "draw here: drag, or ↑ ↓ at a block",
    NoOutcome =>
        "What was measured fits none of the answers that this experiment knows: something was changed, or it no longer holds. \
         The charts show what there is.",
    TrainYourself => "Train it yourself",
    Train => "Train",
    Resume => "Go on",
    Pause => "Pause",
    StepOnce => "Step",
    Slow => "Slow",
    SlowExplained => "Slow motion: walks through one step, block by block, forward and back",
    PhaseOnce => "Part",
    PhaseOnceExplained => "The next part of the step",
    SlowPace => "Parts a second",
    SlowByHand => "by hand",
    WalkBegins => "Part shows the next part; the list beside it says how many a second pass by themselves.",
    SlowLessMotion => "You asked for less motion: Part goes on, one part at a time.",
    SlowInLesson => "The experiment leads here; leave it for slow motion.",
    SlowEnded => "A run has ended: Reset begins it anew.",
    SlowNotRecorded => "This recording does not hold the gradients of its blocks.",
    WalkForward =>
        "Forward: the images become a signal. Each block adds what its branch makes of the signal to what its skip carries.",
    WalkLoss => "The loss says how wrong the answers are. From here on the gradient flows back.",
    WalkSum =>
        "The two parts are vectors: whole² = skip² + branch² + 2 · skip · branch · cosine.",
    WalkMask => "The activation after the join has let only some of what arrives into both.",
    WalkStem => "The river has come to its end: every weight has its gradient now.",
    WalkUpdate => "Only now the weights change. The next part begins the next step.",
    Reset => "Reset",
    Rewind => "To the start",
    NewRun => "New run",
    More => "More",
    Less => "Less",
    Close => "Close",
    Restart => "Restart",
    TakeUp => "Back to it",
    SwitchesOfThePast => "As it stood at the step that you look back at; back to now, and it can be thrown.",
    Reload => "Reload",
    AllSkips => "All skips",
    Strengths => "Strength",
    StrengthsExplained => "0 is closed, 1 open; between them a skip carries that part of its input. The weights are kept.",
    FadeOut => "Fade out over",
    WhileShown => "measured while shown",
    OfGradient => "The gradient",
    OfWeights => "The weights",
    OfWays => "Its two ways",
    OfSignal => "The signal",
    Fold => "Fold into the weights",
    FoldExplained =>
        "Each branch’s W becomes W + a·I and its skip closes: the network computes the same without it.",
    FoldClosed => "All its skips are closed: there is nothing to fold.",
    FoldNeeds =>
        "To fold a skip into the weights its branch must be one linear layer: mlpN with one layer in a branch, no norm, and \
         no activation before it.",
    FadeSteps => "Steps to fade over",
    Steps => "steps",
    Compare => "Compare",
    CompareExplained => "Two networks side by side, in lock-step.",
    SameSeedSameBatches => "Same initial parameters and batches.",
    // Where the numbers come from, and how far.
    BadgeLive => "live · this browser",
    BadgeNative => "live · this computer",
    BadgeCutOff => "no connection",
    BadgeUndriven => "rests · this computer",
    BadgeViewer => "recordings only",
    BadgeRecording => "recording of a real run",
    Open => "Open",
    LibraryTitle => "Open a file",
    LibraryFiles =>
        "A recording that this page, the program or anyone’s own training has written, .headwater.jsonl or .jsonl.gz; \
         several are shown together, two large and the others as thin lines behind them. Or weights, .safetensors with \
         torchvision’s names: a new run of the network that is chosen starts from them. Both can also be dropped anywhere \
         on the page.",
    OpenInstead => "Close what is open first",
    ChooseFiles => "Choose files",
    LibraryListed => "Recorded for you: real runs, measured at every step that is shown",
    OpenExplained => "Open a recording (.jsonl, .jsonl.gz) or weights (.safetensors); both can also be dropped anywhere on the page.",
    Save => "Save",
    SaveExplained => "Save the runs so far: as a recording, or the weights of their networks.",
    SaveRecording => "Recording",
    SaveRecordingExplained => "of all runs: their steps, evaluations, changes, and the settings to make them again (.headwater.jsonl.gz)",
    NothingToSave => "nothing is measured yet",
    SaveWeightsExplained => "as they are now, with torchvision’s names and batch norm’s running statistics (.safetensors)",
    WeightsGone => "gone with the engine, which has stopped; what was recorded can still be saved",
    WeightsToCome => "there when the network is built",
    EngineGone => "The engine has stopped, and reading weights takes one: restart it, then open the file again.",
    Export => "Export",
    ExportExplained => "Charts and numbers as files, each with its settings, seed, build and link; or on paper.",
    ExportTitle => "Export",
    Share => "Share",
    ShareExplained => "Links to what is shown, a frame for your own page, how to cite it.",
    ShareLink => "This page as it is set",
    ShareLinkExplained =>
        "Opens at the beginning and makes the same run: its settings, and what was changed at which step.",
    ShareHere =>
        "Nobody else can open this address. On another page of Headwater what stands behind its ? does the same.",
    ShareNotFiles => "A file of your computer is in no link: put it on the web and open it from there (run=ADDRESS).",
    ShareNotWeights =>
        "No link holds the file of weights that this run started from: whoever opens it begins with weights drawn from the seed.",
    ShareMoment => "This moment",
    ShareMomentExplained =>
        "Shows this step with this block in focus: a run is made again up to there and rests, a recording opens there.",
    ShareNoMoment => "Nothing is shown that a link could lead to; a run that you train is.",
    ShareFrame => "Within your own page",
    ShareFrameExplained => "HTML for a course page or slides; README.md says what the frame can be told.",
    Cite => "Cite",
    CiteExplained => "With version, build and the link to what is shown.",
    CiteBibtex => "BibTeX",
    CiteBibtexExplained => "The same for LaTeX.",
    Copy => "Copy",
    HasCopied => "Copied",
    Projector => "Projector",
    ProjectorExplained => "Larger, full screen, one panel at a time (P).",
    ProjectorLeave => "Leave",
    ProjectorRiver => "Network",
    ProjectorProfile => "Depth profile",
    ProjectorHistory => "History",
    ProjectorLearning => "Loss",
    ProjectorBlock => "Block",
    ProjectorAll => "All",
    ProjectorPanels => "What is shown large",
    ExportWhat =>
        "What is shown now becomes a file: a drawing that stands alone (SVG, PNG) with its settings, seed, build and link \
         under it, or the numbers that it is drawn from (CSV, JSON), to the last digit.",
    ExportRecord => "Whole record",
    ExportRecording => "“Save” writes the runs as a recording, which this page and the program open again.",
    NothingToExport => "Nothing is measured yet: there is nothing to export.",
    Print => "Print",
    ProofTitle => "Is this real?",
    ProofExplained => "Hold the gradients of the network as it is now against its loss.",
    ProofWhat =>
        "A gradient says how steeply the loss changes when the weights move. So move them and see: a step forward and one \
         back along each block’s gradient, along a random direction, and along 20 single weights of each block. The slope of the \
         loss between the two must be what the gradient predicts.",
    ProofHow =>
        "The gradients are those of the next training step, by the very code that trains, in float32. The losses are \
         computed apart from them, in float64, where a smaller step can be seen. Training rests meanwhile and is not changed: \
         it can go on as if nothing had been.",
    ProofOfA => "Of two runs it is run A that is checked.",
    ProofOfOwn => "It is the page’s own run that is checked, not the recording.",
    ProofToCome => "The network is not there yet: open this again when it is.",
    ProofOfNothing => "There is no network to check.",
    ProofEnded => "Not checked: the run went on, or its network is too large for this page’s memory.",
    ProofBegins => "Begins …",
    ProofPart => "Part",
    ProofDirection => "Along its gradient",
    ProofAcross => "At random",
    ProofWeights => "Worst weight",
    ProofUnchecked => "Unchecked",
    ProofBound => "Accepted",
    ProofLarge => "The network is large: single weights are checked only where that takes no more than 100 billion multiplications.",
    ProofNotChecked =>
        "Too small: so flat that the rounding of the losses hides it. Rounded away: float32 itself leaves it open, as moving the \
         weights by their last bits shows. At a kink: a ReLU switches there, and the loss has no slope. None of them counts as \
         an error. Accepted is 0.1 %, or what float32 leaves open where that is more.",
    ProofSave => "Save all numbers (JSON)",
    RecordingTitle => "A recording",
    RecordingNotes => "What it does not hold, and why",
    CloseRecording => "Close",
    CloseRecordings => "Close all",
    RunsRun => "Run",
    RunsAs => "Shown as",
    MakeLive => "Make it live",
    MakeLiveExplained => "Train the same run here: the same settings, seed and changes.",
    NotMadeLive => "This recording does not say with which settings its run was made: it can be looked at, not trained.",
    NotMadeLiveLate => "This recording begins in the middle of its run and does not tell what was changed before: it can be looked at, not trained.",
    NotMadeLiveFromFile => "This run started from the weights of a file, which a recording does not hold: it can be looked at, not trained again from its seed.",
    NotMadeLiveOwnData => "This run learned from images that are not in the page: it can be looked at, and `headwater train --data-dir` trains on such images.",
    NotOfARecording => "This is a recording: its run is over. “Make it live” trains it here.",
    NotOfARecordingAlone => "This is a recording: its run is over.",
    ReadingRecording => "The recording is being read",
    Replay => "Replay",
    RecordingEnd => "at its end",
    RecordingInterrupted => "interrupted",
    Recorded => "recorded",
    StateCutOff => "no connection",
    StateUndriven => "rests: nobody drives",
    StateLoading => "loading",
    LoadingEngine => "The engine is loading",
    LoadingData => "The data are loading",
    StateBuilding => "building the network",
    StateReady => "ready",
    StatePausing => "pausing after this block",
    StatePaused => "paused",
    Unseen => "resting while out of sight",
    StateFlipped => "press Step or Go on to see what it does",
    StateDone => "budget used up",
    StateDoneFlipped => "press Go on to see what it does",
    StepDone => "The budget is used up: Go on makes it larger.",
    StateDoneShort => "done",
    StateWithin => "paused within a step, which Step finishes first",
    FractionsLabel => "passes on",
    StateFailed => "stopped by an error",
    StateNotFinite => "stopped: loss not finite",
    StepsPerSecond => "steps/s",
    MeasuringShare => "measuring",
    MeasuringShareExplained =>
        "How much of a step's time goes into taking these measurements: without them a step is so much shorter.",
    StepProgress => "The step under way",
    // The river.
    RiverTitle => "The gradient as a river",
    RiverSkip => "over each block,",
    RiverBranch => "through it",
    RiverWidth => "width =",
    RiverCaption => "arriving, log scale",
    Stem => "stem",
    Head => "head",
    LossEnd => "← loss",
    DryBed => "dry",
    OptionA => "½",
    // The depth profile.
    ProfileTitle => "Depth profile",
    PlotLabel => "What profile and history show",
    PlotRelative => "÷ last",
    PlotRelativeTo => "block",
    PlotRelativeExplained =>
        "Each value over the last block's: how the gradient changes with depth, whatever becomes of the loss.",
    BlockAxis => "block (1 = nearest the input)",
    LogAxis => "log",
    LinearAxis => "linear",
    LogAxisExplained => "On a log axis equal distances are equal factors: each line is so many times the one below.",
    ZeroMark => "0",
    NoValue => "nothing",
    NotFiniteMark => "not finite",
    // Loss and accuracy.
    LearningTitle => "Loss",
    LearningPlotted => "cross-entropy of each batch and its moving average, accuracy on held-out images",
    LossWord => "loss",
    TrainShort => "training",
    Guessing => "guessing",
    NotEvaluatedAsSet => "Held-out images are not evaluated: “evaluate every” is 0.",
    NotEvaluated => "Held-out images are not evaluated: with so much to compute an image “evaluate every” is usually 0.",
    StepAxis => "step",
    // Branches used.
    InstrumentLabel => "What this chart shows",
    MeasureAgain => "Measure again",
    MeasuredNext => "measured with the next step, and as long as it is shown",
    PathsTitle => "Paths of the gradient",
    PathsSubtitle =>
        "what part of it came through k branches: as it is, and faint the upper bound of Veit et al., for which paths never cancel",
    PathsAxis => "branches k",
    SweepTitle => "Strength sweep",
    SweepSubtitle => "held-out accuracy with the strengths of all skips multiplied: 0 cuts them, 1 is as it is",
    AblationTitle => "Without one block",
    AblationSubtitle => "held-out accuracy that is lost when this block alone is left out",
    Missing => "–",
    BranchesTitle => "Branches used",
    BranchesSubtitle => "through how many branches the gradient goes on average, if paths do not interfere; all layers run at every step",
    // History.
    HistoryTitle => "History",
    HistoryDrag => "drag to look back",
    HistoryHatched => "Hatched: 0 or not finite.",
    BackToLive => "Back to now",
    ToLatest => "to the latest step",
    HistorySlider => "Step that is looked at",
    // The images.
    SamplesTitle => "Held-out images",
    SamplesAside => "what the network takes each for, at the latest evaluation",
    // One block.
    BlockTitle => "Block",
    BlockNone => "Point at a block to see all its numbers.",
    // Table.
    GlossaryTitle => "The words",
    TableTitle => "The present profile as a table",
    Block => "block",
    // Settings.
    SettingsTitle => "Settings",
    NormBn => "batch norm",
    NormNone => "no norm",
    InitHe => "He init",
    InitXavier => "Xavier init",
    InitPytorch => "PyTorch init",
    InitZeroGamma => "zero-gamma init",
    InitSkipInit => "SkipInit",
    InitScaled => "branches scaled by 1/√n",
    OrderPost => "post-activation",
    OrderPre => "pre-activation",
    OrderSum => "no activation after",
    ActivationRelu => "ReLU",
    ActivationTanh => "tanh",
    ActivationSigmoid => "sigmoid",
    ActivationLinear => "linear",
    MergeAdd => "addition",
    MergeConcat => "concatenation",
    OneBranchLayer => "one layer a branch",
    TwoBranchLayers => "two layers a branch",
    ZerosAfter => "zeros after",
    ZerosAround => "zeros around",
    NoAugmentation => "no augmentation",
    Crops => "random crops",
    Flips => "random flips",
    CropsAndFlips => "random crops and flips",
    LabelsTrue => "true labels",
    LabelsRandom => "random labels",
    NoDecayOfNorms => "no decay of norms and biases",
    SparesNothing => "nothing",
    SparesNorms => "norms and biases",
    RunEnds => "the run ends",
    StepLeftOut => "the step is left out",
    StepsLeftOut => "steps without a finite loss are left out",
    OwnImageSize => "the data's own",
    EveryBlock => "every block at every step",
    NoShortcuts => "no skip connections",
    PlainShort => "plain",
    NoShortcutsExplained => "This network has no skip connections: there is nothing to close or open.",
    BackgroundExplained => "else it rests while the page is out of sight, as in a tab behind others",
    FormOf => "Settings of",
    FormOfBoth => "both (▲ keeps what it has of its own)",
    FormOfTwin => "▲ alone",
    LiveSettings => "While it trains",
    NewRunSettings => "For a new run",
    NewRunNeeded => "Takes effect with a new run.",
    ComputedByBrowser => "this browser",
    // The program that serves the page.
    Watching => "Another page drives these runs; this one watches them.",
    DrivenElsewhere => "This page only watches: Drive from here, above, lets it drive.",
    NobodyDrives => "Nobody drives these runs; they go on, and this page watches them.",
    NobodyDrivesRests => "Nobody drives these runs; they rest.",
    DriveFromHere => "Drive from here",
    Parted => "The connection to `headwater serve` is lost; it is being taken up again.",
    ProgramSilent => "`headwater serve` does not answer; it is asked again and again. If it was ended, its runs are gone: Save keeps what is shown.",
    TooLongToJoin => "The run is too long to be shown from its beginning; it goes on without this page. A restart begins another one.",
    ProgramBegunAnew => "`headwater serve` was ended and begun anew: its runs are gone, and what was measured is kept here. Open the address that it printed.",
    UnknownToken => "`headwater serve` does not know the token of this address: open the address that it printed, whole; this browser computes the runs.",
    NoToken => "This page comes from `headwater serve`, and its address has no token: open the address that it printed, whole; this browser computes the runs.",
    LinkWaits => "The program has a run of its own, which is shown: the link’s settings are for a new run.",
    LinkRun => "Begin it",
    ProgramUnreachable => "`headwater serve` does not answer at this address; this browser computes the runs.",
    NoProgram => "This page does not come from `headwater serve`, which computes on this computer; this browser computes the runs.",
    // When it goes wrong.
    SettingsNoObject => "The settings in the element headwater-settings are no object and were left out.",
    NoWorker =>
        "The worker in which the network trains cannot be started: the browser has none, or the frame around this page is \
         a closed sandbox (it needs allow-same-origin).",
    BuildMismatch => "This page was updated meanwhile and its engine is of another build: please reload.",
    WorkerStopped => "The engine no longer answers; what was measured is kept.",
    WorkerSilent =>
        "The worker in which the network trains has not answered for 15 seconds; it may still come, or be started \
         afresh.",
    WorkerNotLoaded =>
        "The engine could not be loaded: the connection to this site is gone, or the site was updated meanwhile; please \
         reload.",
}

//! What can happen to the page, and what it can ask of the world. An [`Action`] goes into [`super::update`], which changes the
//! state and returns [`Effect`]s.

use crate::state::export::Format;
use crate::state::lesson::LessonProblem;
use crate::state::library::Listed;
use crate::state::opened::{OpenedBy, OpenedRun};
use crate::state::panel::Panel;
use crate::state::projector::Large;
use crate::state::readout::Readout;
use crate::state::shared::Shared;
use protocol::embed::{Refusal, Subject, Trouble};
use protocol::lesson::Lesson;
use protocol::setting::{ComputedBy, Instrument, Theme};
use protocol::{Command, EndReason, Lane, Mark, Phase, Place, Quantity, Reply, RunSetting, Weights, WeightsProblem};
use scene::Exhibit;
use serde_json::Value;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// What happens to the page.
#[derive(Clone, Debug)]
pub enum Action {
    /// The page was opened: every run gets its source.
    Begin,
    /// The button that plays and pauses.
    PlayOrPause,
    /// Train, if it does not.
    Play,
    /// Pause, if it trains.
    Pause,
    /// It is a moment ago that the runs ended by themselves.
    EndSeen,
    /// One step.
    StepOnce,
    /// Slow motion, or no more.
    Slow(bool),
    /// The next part of the step that is walked through.
    PhaseOnce,
    /// So many parts a second pass by themselves; none but by hand.
    SlowPace(Option<f64>),
    /// The pace of that number has its next part, if it still is the pace.
    PhaseOn(u32),
    /// A run has told a part of its step.
    Walked(usize, Box<Phase>),
    /// Back to step 0.
    Reset,
    /// A run with the settings of the form.
    NewRun,
    /// Fresh sources.
    Restart,
    /// The run that was put aside goes on.
    TakeUp,
    /// The next run is computed by this.
    ComputedBy(ComputedBy),
    /// The page drives the runs from now on, and no other one.
    Drive,
    /// The runs that the link asks for begin, in place of those of the program.
    LinkRun,
    /// A switch of a shortcut.
    Toggle {
        /// Index of the run.
        lane: usize,
        /// Index of the block.
        block: usize,
    },
    /// The switch of all shortcuts of a run.
    ToggleAll {
        /// Index of the run.
        lane: usize,
    },
    /// Shortcuts of a run get another strength.
    Strength {
        /// Index of the run.
        lane: usize,
        /// Indices of the blocks; `None` is all.
        blocks: Option<Range<usize>>,
        /// The strength.
        strength: f64,
    },
    /// The shortcuts of a run fade out.
    FadeOut {
        /// Index of the run.
        lane: usize,
        /// Over this number of steps.
        steps: u64,
    },
    /// The shortcuts of the run of this index are folded into its weights.
    Fold(usize),
    /// The form shows the settings of this run.
    FormOf(Lane),
    /// A setting in the form, and its text.
    Edit(RunSetting, String),
    /// URL parameters from an embedding page.
    Set(Vec<(String, String)>),
    /// An embedding page asks for an answer with this mark.
    Answer(Value, Subject),
    /// An embedding page's message is not obeyed.
    Refuse(Refusal),
    /// The page is seen, or not.
    Visible(bool),
    /// The page came into sight, or went out of it.
    InSight(bool),
    /// To train on while nobody sees it.
    Background(bool),
    /// The settings of this link are in force again: Back or Forward.
    Restore(Vec<(String, String)>),
    /// A second run, or no more.
    Compare(bool),
    /// A block, the stem or the head is looked at.
    Focus(Option<Place>),
    /// Profile and history show this quantity.
    Plot(Quantity),
    /// The chart under all others shows this.
    Instrument(Instrument),
    /// What that chart shows is measured with the next step.
    MeasureAgain,
    /// Profile and history show what is relative to the last block, or not.
    Relative(bool),
    /// Log or linear axis.
    Linear(bool),
    /// A step is looked back at.
    LookBack(Option<u64>),
    /// The settings are unfolded or folded.
    More(bool),
    /// The lesson of this name begins, or that at this address.
    BeginLesson(String),
    /// What lay at this address is a lesson, or this is wrong with it.
    LessonFetched(String, Result<Rc<Lesson>, LessonProblem>),
    /// One of the predictions of a lesson's step is chosen.
    Predict(usize),
    /// Blocks are drawn in a lesson's step, at these powers of ten.
    Draw(Vec<(usize, f64)>),
    /// The runs go to the end of a lesson's step.
    See,
    /// The next step of a lesson, or its end.
    NextStep,
    /// The step before is shown again.
    LastStep,
    /// A lesson from its beginning.
    AgainLesson,
    /// A lesson is over; what was there before it is there again.
    LeaveLesson,
    /// What a lesson was becomes a file.
    SaveWorksheet,
    /// It is printed, as the panel that is open shows it.
    PrintWorksheet,
    /// A panel is opened over the page.
    OpenPanel(Panel),
    /// A panel is closed, if it is the one that is open.
    ClosePanel(Panel),
    /// The recordings that come with the page are these.
    Listed(Rc<[Listed]>),
    /// One of them is opened, by its address.
    OpenListed(String),
    /// The first picture is shown again.
    ShowPicture,
    /// What is shown becomes a file.
    Export(Exhibit, Format),
    /// What is shown is printed.
    Print,
    /// Single keys do what buttons do, or nothing.
    Keys(bool),
    /// On a projector this is shown large; or the page is as otherwise again.
    Projector(Option<Large>),
    /// A link or a text is copied.
    Copy(String),
    /// That link or text was copied.
    HasCopied(String),
    /// What would be asked for again with a smaller learning rate.
    SmallerRate,
    /// The details of the failure that this sentence is about are copied.
    CopyDetails(String),
    /// These details were copied, and are shown.
    Copied(String),
    /// The colours.
    Theme(Theme),
    /// A notice was read.
    Dismiss(usize),
    /// The diagram has this width and height.
    River(f64, f64),
    /// The measurements were read off.
    Read(Shared<Readout>),
    /// Recordings are about to be opened: what was said of those before is said no more.
    Opening,
    /// A recording of so many bytes begins to be read, beside what is open or in its place.
    Reading {
        /// Its size.
        total: u64,
        /// Whether what is open stays.
        beside: bool,
        /// Whether the link names it.
        by: OpenedBy,
    },
    /// A header of a recording was read.
    RecordingHeader(Box<OpenedRun>),
    /// The run of this index, among those that are open, is called that from now on.
    RecordingTitle(usize, String),
    /// So many bytes of a recording were read.
    RecordingProgress(u64),
    /// Something is wrong with a recording.
    RecordingFault(String),
    /// A recording was read to its end, or no further.
    RecordingEnded {
        /// Whether no other one follows.
        last: bool,
    },
    /// A source of the run that is put aside is lost, or says nothing any more.
    AsideLost(usize),
    /// The program has closed the connection to a run that is put aside: it is gone, or another page's.
    AsideTaken,
    /// The page shows its own run again.
    CloseRecording,
    /// Of what is open this run is closed.
    CloseRun(usize),
    /// Of what is open this run is shown as A or B.
    ShowAs(usize, Lane),
    /// What is opened next takes the place of what is open, or not.
    OpenInstead(bool),
    /// The recording that passes by goes one picture further.
    ReplayOn,
    /// The page trains the run that was recorded.
    MakeLive,
    /// The runs so far become a file.
    SaveRecording,
    /// The weights of this run become a file.
    SaveWeights(usize),
    /// All numbers of the proof become a file.
    SaveProof,
    /// A file of weights was opened.
    OpenWeights(Arc<Weights>),
    /// The file of weights of this name could not be read at all.
    WeightsUnread(String, WeightsProblem),
    /// The page is loaded again.
    Reload,
    /// A run's source said something; events apart.
    Heard(usize, Reply),
    /// A run ended.
    Ended(usize, EndReason),
    /// The loss of a run at this step is not finite.
    WithoutUpdate(usize, u64),
    /// A run made a change.
    Marked(usize, Mark),
    /// A run rests while the other one has done this number of updates; whether that one trains.
    Behind(usize, u64, bool),
}

/// What an action asks of the world outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A fresh source for this run.
    Launch(usize),
    /// This run's source begins the run that the state describes; the record is cleared.
    Start(usize),
    /// This run's source goes back to step 0; the record is cleared.
    Reset(usize),
    /// The record of this run is cleared.
    Clear(usize),
    /// This run's source is told something else.
    Send(usize, Command),
    /// The runs, with their sources and records, and those that are put aside change places.
    Exchange,
    /// The page is opened again, to join the runs that are there, whatever its link says of its own.
    JoinAnew,
    /// This run and its source are gone.
    Drop(usize),
    /// The values beside the charts are read off the records.
    Read,
    /// The form's field of this setting gets the focus, once it is drawn.
    FocusField(RunSetting),
    /// The address bar.
    WriteUrl,
    /// The colours and the scale.
    Restyle,
    /// The embedding page hears that this page is ready.
    TellReady,
    /// The embedding page hears the measurements.
    TellStep,
    /// The embedding page hears that something went wrong.
    TellError(Trouble),
    /// The embedding page hears the answer with this mark.
    TellAnswer(Value, Subject),
    /// The recordings at these addresses are opened, beside what is open or in its place.
    OpenAddresses {
        /// Where they lie.
        addresses: Vec<String>,
        /// Whether what is open stays.
        beside: bool,
    },
    /// The list of the recordings that come with the page is fetched.
    FetchList,
    /// The lesson at this address is fetched; it leads to [`Action::LessonFetched`].
    FetchLesson(String),
    /// What the lesson was becomes a file.
    SaveWorksheet,
    /// The page's first picture is opened.
    OpenFirst,
    /// Of the recorded runs the records of these stay, to be compared with.
    KeepReference(Vec<usize>),
    /// Nothing is kept of the recordings.
    CloseRecording,
    /// Nothing is kept of this recorded run.
    CloseRun(usize),
    /// A recording goes on passing by in a moment: [`Action::ReplayOn`].
    ReplaySoon,
    /// The next part of a step in so many milliseconds: [`Action::PhaseOn`] with this number.
    PhaseSoon(i32, u32),
    /// The end of the runs is news for a moment: [`Action::EndSeen`].
    EndSeenSoon,
    /// The runs so far become a file.
    SaveRecording,
    /// These bytes become a file of this name.
    HandOut(String, Vec<u8>),
    /// What is shown becomes a file.
    Export(Exhibit, Format),
    /// What is shown is printed.
    Print,
    /// The page takes the whole screen, or gives it back.
    FullScreen(bool),
    /// This is copied; once it is, that leads to [`Action::HasCopied`].
    Copy(String),
    /// The details of a failure are copied; they lead to [`Action::Copied`].
    CopyDetails(String),
    /// The page is loaded again.
    Reload,
}

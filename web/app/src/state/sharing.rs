//! What is handed on of what is shown: links to it and the frame of another page; and what leaving would lose.

use super::State;
use super::opened::{Opened, OpenedBy, OpenedRun};
use super::url::{Linked, query};
use crate::source::Kind;
use protocol::setting::ComputedBy;
use protocol::{PageOptions, RunSpec};

/// A run that took so long to train is not left without asking, milliseconds.
const WORTH_ASKING: f64 = 20_000.0;

impl State {
    /// The query string of a link to the moment that is shown: a recording at that step, or a run that is made again up to
    /// it and rests there. `None` where nothing is shown that a link can lead to.
    pub fn moment(&self) -> Option<String> {
        let unnamed = self.visitors_recordings().is_some_and(|opened| opened.runs.iter().all(is_unnamed));
        if self.awaits_visitor() || self.taking.is_some() || unnamed || self.starts_from_a_file() {
            return None;
        }
        let step = self.readout.lanes.first()?.step?;
        let place = self.focus.and_then(|focus| Some(self.shown().first()?.diagram.place_name(focus).to_owned()));
        Some(self.query_with(&PageOptions { step: Some(step), block: place, play: false, ..self.for_others() }))
    }

    /// The query string of a link to this state for others: whichever program computes here, they have their own.
    pub fn shared_query(&self) -> String {
        self.query_with(&self.for_others())
    }

    fn for_others(&self) -> PageOptions {
        PageOptions { source: ComputedBy::Browser, served: false, ..self.page.clone() }
    }

    /// The query string of a link to the page alone, whatever its runs are.
    pub fn without_runs(&self) -> String {
        let page = &PageOptions { play: false, lesson: None, step: None, ..self.page.clone() };
        query(&Linked { page, spec: &RunSpec::page_default(), twin: None, unknown: &self.unknown })
    }

    /// The query string of the page as it stands in a frame of another one.
    pub fn framed(&self) -> String {
        self.query_with(&PageOptions { embed: true, ..self.for_others() })
    }

    /// Whether recordings are shown of which no link says where they are.
    pub fn shows_unnamed_files(&self) -> bool {
        self.visitors_recordings().is_some_and(|opened| opened.runs.iter().any(is_unnamed))
    }

    /// Whether a run that is shown started from weights that no link holds.
    pub fn starts_from_a_file(&self) -> bool {
        self.shows_recording().is_none() && self.lanes.iter().any(|lane| lane.weights.is_some())
    }

    fn visitors_recordings(&self) -> Option<&Opened> {
        self.shows_recording().filter(|opened| opened.by != OpenedBy::Page)
    }

    /// The query string of a link to this state, but with these settings of the page.
    pub fn query_with(&self, page: &PageOptions) -> String {
        let twin = (self.lanes.len() > 1).then(|| self.begun(1));
        query(&Linked { page, spec: &self.begun(0), twin: twin.as_ref(), unknown: &self.unknown })
    }

    /// Whether leaving the page would lose a run that is not made again in a moment and was not saved.
    pub fn would_lose(&self) -> bool {
        let own = self.own_readout();
        let updates = own.lanes.iter().map(|lane| lane.updates).max().unwrap_or(0);
        let took = own.speed.ms_per_step.unwrap_or(0.0) * updates as f64;
        // In a lesson the visitor's run waits aside.
        let waits = self.taking.as_ref().and(self.aside.as_ref()).is_some_and(|aside| aside.would_be_lost);
        // A program keeps its runs.
        let stays = self.source == Kind::Native;
        !self.page.embed && !stays && (waits || updates != self.saved && took >= WORTH_ASKING)
    }
}

/// Whether no link can say where a recording is.
fn is_unnamed(run: &OpenedRun) -> bool {
    run.address.is_none()
}

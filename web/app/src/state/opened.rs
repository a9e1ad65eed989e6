//! The recordings that are open: what the page shows in place of its own run, which rests meanwhile and is untouched. Two of
//! their runs are shown in full, as the page's own would be; the others are overlaid.

use crate::state::State;
use crate::state::images::Images;
use crate::state::lane_state::{LaneState, Phase};
use crate::state::readout::{LaneReadout, Readout};
use crate::state::shared::Shared;
use crate::state::url::{Request, twin};
use protocol::recording::Origin;
use protocol::{Diagram, Lane, RunSetting, RunSpec};
use scene::{Ground, MOST_OPEN_RUNS, Snapshot, Text, ground, run_title, words};
use std::rc::Rc;

/// So many settings stand in the name of a run.
const MOST_NAMED: usize = 3;

/// Who opened a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenedBy {
    /// The visitor chose or dropped it.
    #[default]
    Visitor,
    /// The link names it.
    Link,
    /// The page itself: its first picture, which gives way to the first thing that the visitor does.
    Page,
}

/// What is open: runs from one file or more.
#[derive(Clone, Default)]
pub struct Opened {
    /// Who opened it.
    pub by: OpenedBy,
    /// The runs whose headers were read, in that order.
    pub runs: Vec<OpenedRun>,
    /// Which of them are shown in full: the first as A, the second as B. The others are overlaid.
    pub pair: Vec<usize>,
    /// Whether what is opened next takes the place of these.
    pub gives_way: bool,
    /// Bytes read, and bytes of all, while a file is being read.
    pub progress: Option<(u64, u64)>,
    /// Whether the steps pass by themselves.
    pub replays: bool,
    /// What was read off the page's own runs when the recording took their place.
    pub own: Option<Shared<Readout>>,
}

/// One recorded run.
#[derive(Clone, Debug)]
pub struct OpenedRun {
    /// Its number among those that are open, from 1; it keeps it.
    pub number: usize,
    /// What it is, and where another one is called the same, what it has otherwise.
    pub title: String,
    /// What it is.
    pub plain: String,
    /// The name of its file.
    pub file: String,
    /// Where that was fetched from, if it was.
    pub address: Option<String>,
    /// Who wrote it, and when.
    pub origin: Origin,
    /// The network, and the settings at step 0 if they are known.
    pub diagram: Rc<Diagram>,
}

impl OpenedRun {
    /// A run that has no number yet.
    pub fn new(file: String, address: Option<String>, origin: Origin, diagram: Rc<Diagram>) -> Self {
        let plain = run_title(&Snapshot::new(diagram.clone()));
        Self { number: 0, title: plain.clone(), plain, file, address, origin, diagram }
    }

    /// Its number and what it is: no other one has this name.
    pub fn name(&self) -> String {
        format!("{} {}", self.number, self.title)
    }
}

impl Opened {
    /// One more run: it has the first number that is free, and the first place that is.
    pub fn add(&mut self, run: OpenedRun) {
        let is_free = |number: &usize| self.runs.iter().all(|own| own.number != *number);
        let number = (1..).find(is_free).unwrap_or_default();
        self.runs.push(OpenedRun { number, ..run });
        if self.pair.len() < Lane::ALL.len() {
            self.pair.push(self.runs.len() - 1);
        }
        self.distinguish();
    }

    /// Runs that are called the same have in their names what tells them apart.
    pub fn distinguish(&mut self) {
        let titles: Vec<_> = self.runs.iter().map(|run| self.title(run)).collect();
        self.runs.iter_mut().zip(titles).for_each(|(run, title)| run.title = title);
    }

    fn title(&self, run: &OpenedRun) -> String {
        let spec = |run: &OpenedRun| run.diagram.spec.clone();
        let Some(own) = spec(run) else { return run.plain.clone() };
        let others: Vec<_> = self.runs.iter().filter(|other| other.plain == run.plain).filter_map(spec).collect();
        let differs = |setting: &RunSetting| others.iter().any(|other| setting.get(other) != setting.get(&own));
        // What these change is in the name already, or on the way.
        let told = [RunSetting::Skip, RunSetting::Fade, RunSetting::Events];
        let differing =
            RunSetting::written().filter(|setting| !told.contains(setting)).filter(differs).take(MOST_NAMED);
        let words = differing.map(|setting| words::setting_mark(setting, &setting.get(&own)));
        [run.plain.clone()].into_iter().chain(words).collect::<Vec<_>>().join(" · ")
    }

    /// Shows a run as A or B; if it is the other one already, both change places.
    pub fn show_as(&mut self, index: usize, lane: Lane) {
        let place = lane as usize;
        if index >= self.runs.len() || place >= self.pair.len() {
            return;
        }
        match self.pair.iter().position(|own| *own == index) {
            Some(before) => self.pair.swap(before, place),
            None => self.pair[place] = index,
        }
    }

    /// A run is closed; the first that was only overlaid takes its place, if it had one.
    pub fn remove(&mut self, index: usize) -> OpenedRun {
        let overlaid = self.overlaid().map(|(index, _)| index).next();
        if let Some(place) = self.pair.iter().position(|own| *own == index) {
            match overlaid {
                Some(next) => self.pair[place] = next,
                None => drop(self.pair.remove(place)),
            }
        }
        self.pair.iter_mut().filter(|own| **own > index).for_each(|own| *own -= 1);
        let closed = self.runs.remove(index);
        self.distinguish();
        closed
    }

    /// What a run is shown as; `None` if it is only overlaid.
    pub fn lane(&self, index: usize) -> Option<Lane> {
        let place = self.pair.iter().position(|own| *own == index)?;
        Lane::ALL.get(place).copied()
    }

    /// The runs that are shown in full, A first.
    pub fn in_full(&self) -> impl Iterator<Item = (Lane, &OpenedRun)> {
        Lane::ALL.into_iter().zip(self.pair.iter().filter_map(|index| self.runs.get(*index)))
    }

    /// The runs that are only overlaid, each with its index.
    pub fn overlaid(&self) -> impl Iterator<Item = (usize, &OpenedRun)> {
        self.runs.iter().enumerate().filter(|(index, _)| !self.pair.contains(index))
    }
}

/// A line of the list of what is open.
pub struct ListedRun<'a> {
    /// Its index.
    pub index: usize,
    /// The run.
    pub run: &'a OpenedRun,
    /// What it is shown as; `None` if it is only overlaid.
    pub lane: Option<Lane>,
    /// Updates that it did.
    pub updates: u64,
    /// Its number of blocks, if it is overlaid on profiles of another number.
    pub stretched: Option<usize>,
}

/// A run as it is shown, whether it trains here or was recorded.
#[derive(Clone, Copy)]
pub struct ShownLane<'a> {
    /// Which of the two.
    pub lane: Lane,
    /// The network as it is drawn.
    pub diagram: &'a Rc<Diagram>,
    /// The settings; `None` where a recording from elsewhere does not say them.
    pub spec: Option<&'a RunSpec>,
    /// The strengths that the switches show, one a block.
    pub strengths: &'a [f64],
    /// Why the held-out images are not evaluated, if they are not.
    pub why_not_evaluated: Option<Text>,
}

impl State {
    /// The runs that are shown, one or two.
    pub fn shown<'a>(&'a self) -> Vec<ShownLane<'a>> {
        let at_that_step = |index: usize| self.readout.lanes.get(index).map(|read| read.strengths.as_slice());
        if let Some(opened) = self.shows_recording() {
            let recorded = |(index, (lane, own)): (usize, (Lane, &'a OpenedRun))| ShownLane {
                lane,
                diagram: &own.diagram,
                spec: own.diagram.spec.as_ref(),
                strengths: at_that_step(index).unwrap_or_default(),
                why_not_evaluated: None,
            };
            return opened.in_full().enumerate().map(recorded).collect();
        }
        let live = |(index, own): (usize, &'a LaneState)| ShownLane {
            lane: own.lane,
            diagram: &own.diagram,
            spec: Some(&own.spec),
            // While the reader looks back they stand as they stood then.
            strengths: self.look_back.and(at_that_step(index)).unwrap_or(&own.strengths),
            why_not_evaluated: own.why_not_evaluated(),
        };
        self.lanes.iter().enumerate().map(live).collect()
    }

    /// What two runs that are shown share, if their settings are known.
    pub fn ground(&self) -> Option<Ground> {
        let shown = self.shown();
        let [first, second] = shown.as_slice() else { return None };
        let made = |index: usize, lane: &ShownLane| match self.shows_recording() {
            Some(_) => {
                self.readout.lanes.get(index).and_then(|read| read.replay.clone()).or_else(|| lane.spec.cloned())
            }
            None => Some(self.begun(index)),
        };
        Some(ground(&made(0, first)?, &made(1, second)?))
    }

    /// What is open and shown; `None` while the page shows its own run.
    pub fn shows_recording(&self) -> Option<&Opened> {
        self.opened.as_ref().filter(|opened| !opened.runs.is_empty())
    }

    /// What is open, run by run.
    pub fn listed_runs(&self) -> Vec<ListedRun<'_>> {
        let Some(opened) = self.shows_recording() else { return Vec::new() };
        let blocks = |run: &OpenedRun| run.diagram.blocks.len();
        let deepest = opened.in_full().map(|(_, run)| blocks(run)).max();
        let mut overlaid = self.readout.overlaid.iter();
        let line = |(index, run)| {
            let lane = opened.lane(index);
            let updates = match lane {
                Some(lane) => self.readout.lanes.get(lane as usize).map(|read| read.updates),
                None => overlaid.next().map(|read| read.updates),
            };
            let stretched = (lane.is_none() && deepest != Some(blocks(run))).then(|| blocks(run));
            ListedRun { index, run, lane, updates: updates.unwrap_or(0), stretched }
        };
        opened.runs.iter().enumerate().map(line).collect()
    }

    /// Whether what is opened next is added to what is open.
    pub fn adds(&self) -> bool {
        let stays = |opened: &Opened| opened.by != OpenedBy::Page && !opened.gives_way;
        !self.page.embed && self.opened.as_ref().is_some_and(stays)
    }

    /// So many runs can be open together: embedded there is room for those that are shown in full.
    pub fn most_runs(&self) -> usize {
        if self.page.embed { Lane::ALL.len() } else { MOST_OPEN_RUNS }
    }

    /// Whether the page's first picture is shown, or on its way.
    pub fn awaits_visitor(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.by == OpenedBy::Page)
    }

    /// Whether the page begins with a recording of the run that it would train: nothing else was asked for.
    pub fn begins_with_picture(&self) -> bool {
        let usual = Request::read_with(&[], &Images::default());
        let [first, second] = self.lanes.as_slice() else { return false };
        let page = &self.page;
        first.spec == usual.spec
            && second.spec == twin(&usual.spec, &[])
            && self.source.trains()
            // Nor are there runs to take part in.
            && self.computed_natively().is_none_or(|native| !native.joins)
            && !page.embed
            && page.runs.is_empty()
            && page.step.is_none()
            && self.on_ready.is_none()
    }

    /// Whether one can go back to the first picture: it gave way, and nothing has been trained since.
    pub fn has_left_picture(&self) -> bool {
        self.left_picture && self.opened.is_none() && self.furthest() == 0 && !self.is_going()
    }

    /// Why the page cannot make the runs again that are shown, if it cannot.
    pub fn why_not_live(&self) -> Option<Text> {
        let shown = self.shown();
        let of_any = |is: &dyn Fn(&Diagram) -> bool| shown.iter().any(|lane| is(lane.diagram));
        let is_late =
            |(read, lane): (&LaneReadout, &ShownLane)| read.first.is_some_and(|first| first > lane.diagram.begins);
        match () {
            () if of_any(&|run: &Diagram| run.spec.is_none()) => Some(Text::NotMadeLive),
            () if of_any(&|run: &Diagram| run.weights.is_some()) => Some(Text::NotMadeLiveFromFile),
            () if of_any(&|run: &Diagram| {
                run.spec.as_ref().is_some_and(|spec| self.images.check(spec.data).is_err())
            }) =>
            {
                Some(Text::NotMadeLiveOwnData)
            }
            () if self.readout.lanes.iter().zip(&shown).any(is_late) => Some(Text::NotMadeLiveLate),
            () => None,
        }
    }

    /// What the end of what is shown is: of the longest run.
    pub fn recording_end(&self) -> Text {
        let longest = self.readout.lanes.iter().max_by_key(|read| read.updates);
        let interrupted = longest.is_some_and(|read| read.interrupted);
        if interrupted { Text::RecordingInterrupted } else { Text::RecordingEnd }
    }

    /// What was read off the page's own runs, also while a recording is shown.
    pub fn own_readout(&self) -> &Readout {
        let own = self.shows_recording().and_then(|opened| opened.own.as_ref());
        own.unwrap_or(&self.readout)
    }

    /// What a recording is doing.
    pub fn recording_phase(&self, opened: &Opened) -> Phase {
        match () {
            () if opened.replays => Phase::Running,
            () if self.look_back.is_some() => Phase::Paused,
            () => Phase::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Plan;

    #[test]
    fn runs_that_are_called_the_same_are_named_by_what_differs() {
        let origin = || Origin { producer: String::new(), created: String::new(), command: None };
        let run = |lr: f64, seed: u64| {
            let spec = RunSpec { lr, seed, ..RunSpec::page_default() };
            let diagram = Diagram::new(&Plan::new(spec.model_spec()).unwrap(), Some(spec));
            OpenedRun::new(String::new(), None, origin(), Rc::new(diagram))
        };
        let mut opened = Opened::default();
        opened.add(run(0.05, 1));
        let plain = opened.runs[0].title.clone();
        opened.add(run(0.1, 1));
        let titles = |opened: &Opened| opened.runs.iter().map(|run| run.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(&opened), [format!("{plain} · lr 0.05"), format!("{plain} · lr 0.1")]);
        opened.remove(1);
        assert_eq!(titles(&opened), [plain]);
    }
}

//! The records of the runs, what of them is looked at, and how fast they grow.

use crate::runs::archive::Archive;
use crate::runs::pace::Pace;
use crate::state::State;
use crate::state::lane_state::LaneState;
use crate::state::opened::OpenedRun;
use crate::state::readout::{Readout, overlaid_readout, readout};
use protocol::recording::{Origin, header, line};
use protocol::{Diagram, Event, Lane, Spent, StepRecord};
use scene::lesson::{drawn, measured};
use scene::{Agreement, LaneView, Overlaid, Snapshot, agreement, run_title};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The records of the runs.
#[derive(Default)]
pub struct Runs {
    lanes: Vec<Snapshot>,
    /// Every step of each of the page's own runs.
    archives: Vec<Archive>,
    /// The records that are shown in full, as they were at a step that is looked back at.
    past: Option<Past>,
    pace: Pace,
    /// Runs of which only what is past arrives: how fast that comes is not how fast they go.
    behind: BTreeSet<usize>,
    /// Changes with every measurement.
    pub version: u64,
}

/// Some records as they were at a step.
struct Past {
    step: u64,
    /// Which.
    of: Vec<usize>,
    lanes: Vec<Snapshot>,
}

impl Runs {
    /// Clears the record of one run; it will be of the network and settings that the state holds.
    pub fn clear(&mut self, state: &State, lane: usize) {
        if let Some(own) = state.lanes.get(lane) {
            let run = Snapshot::new(Diagram { spec: Some(own.spec.clone()), ..(*own.diagram).clone() });
            let archive = Archive::new(Archive::MOST_BYTES);
            if lane < self.lanes.len() {
                (self.lanes[lane], self.archives[lane]) = (run, archive);
            } else {
                self.lanes.push(run);
                self.archives.push(archive);
            }
        }
        (self.past, self.version) = (None, self.version + 1);
        self.pace.clear();
        self.behind.remove(&lane);
    }

    /// Only the records of the first `lanes` runs stay.
    pub fn truncate(&mut self, lanes: usize) {
        self.lanes.truncate(lanes);
        self.archives.truncate(lanes);
        self.behind.retain(|lane| *lane < lanes);
        (self.past, self.version) = (None, self.version + 1);
    }

    /// These records and those change places.
    pub fn exchange(&mut self, other: &mut Self) {
        let version = self.version.max(other.version) + 1;
        std::mem::swap(self, other);
        (self.past, self.version) = (None, version);
    }

    /// One more record, of a run that is kept elsewhere.
    pub fn add(&mut self, run: Snapshot) {
        self.lanes.push(run);
        (self.past, self.version) = (None, self.version + 1);
    }

    /// Takes one event in.
    pub fn apply(&mut self, lane: usize, event: Event) {
        if let Some(run) = self.lanes.get_mut(lane) {
            let step = match &event {
                Event::Step(record) => record.step,
                Event::Eval(evaluation) => evaluation.step.saturating_sub(1),
                Event::Mark(mark) => mark.step,
                Event::End(_) | Event::Phase(_) => 0,
            };
            if self.past.as_ref().is_some_and(|past| step <= past.step) {
                // It is of what is looked back at.
                self.past = None;
            }
            if let (Event::Step(record), Some(archive)) = (&event, self.archives.get_mut(lane)) {
                archive.push(record);
            }
            run.apply(event);
            self.version += 1;
        }
    }

    /// Notes the time, for the pace.
    pub fn note_time(&mut self, now: f64) {
        if !self.behind.is_empty() {
            return;
        }
        let updates = self.updates().into_iter().min().unwrap_or(0);
        self.pace.note(now, updates);
    }

    /// The runs begin to train, or rest.
    pub fn note_change(&mut self, now: f64, running: bool) {
        self.pace.rest();
        if running {
            self.note_time(now);
        }
    }

    /// What a run did before the page came, or came back, is about to arrive.
    pub fn catches_up(&mut self, lane: usize) {
        self.behind.insert(lane);
        self.pace.rest();
    }

    /// That has all arrived.
    pub fn caught_up(&mut self, lane: usize) {
        self.behind.remove(&lane);
    }

    /// Some more steps of one run, and what they took; with two runs, what counts is the average of their steps.
    pub fn spend(&mut self, spent: Spent) {
        self.pace.spend(spent);
    }

    /// Number of updates done, a run each.
    pub fn updates(&self) -> Vec<u64> {
        self.lanes.iter().map(Snapshot::updates_done).collect()
    }

    /// What the state looks at: now, or a step of the past.
    pub fn look(&mut self, state: &State) {
        let Some(step) = state.look_back else {
            self.past = None;
            return;
        };
        let of = match state.shows_recording() {
            Some(opened) => opened.pair.clone(),
            None => (0..self.lanes.len()).collect(),
        };
        if self.past.as_ref().is_none_or(|past| past.step != step || past.of != of) {
            let lanes = of.iter().filter_map(|index| self.lanes.get(*index)).map(|run| run.until(step)).collect();
            self.past = Some(Past { step, of, lanes });
        }
    }

    /// The records of these runs, in this order; no record is here any longer.
    pub fn take(&mut self, of: &[usize]) -> Vec<Snapshot> {
        let taken = of.iter().filter_map(|index| self.lanes.get(*index)).cloned().collect();
        self.truncate(0);
        taken
    }

    /// The record of one run goes.
    pub fn remove(&mut self, index: usize) {
        if index < self.lanes.len() {
            self.lanes.remove(index);
        }
        (self.past, self.version) = (None, self.version + 1);
    }

    /// How each run compares with its recording.
    pub fn agreement(&self, recorded: &[Snapshot]) -> Vec<Option<Agreement>> {
        self.lanes.iter().zip(recorded).map(|(run, recorded)| agreement(run, recorded)).collect()
    }

    /// The runs as they are looked at. The switches of a past moment, or of a recording, stand as they stood then.
    pub fn views<'a>(&'a self, state: &'a State) -> Vec<LaneView<'a>> {
        let past = self.past.as_ref().map(|past| &past.lanes);
        if let Some(opened) = state.shows_recording() {
            let view = |(place, (index, lane)): (usize, (&usize, Lane))| {
                let whole = self.lanes.get(*index)?;
                let snapshot = past.and_then(|past| past.get(place)).unwrap_or(whole);
                let walk = state.walk(place).map(Rc::as_ref);
                let file = opened.runs.get(*index).map(|own| own.file.as_str());
                Some(LaneView { lane, strengths: snapshot.measured_strengths(), snapshot, whole, walk, file })
            };
            return opened.pair.iter().zip(Lane::ALL).enumerate().filter_map(view).collect();
        }
        let view = |(index, (run, lane)): (usize, (&'a Snapshot, &'a LaneState))| {
            let snapshot = past.and_then(|past| past.get(index));
            LaneView {
                lane: lane.lane,
                strengths: snapshot.map_or(lane.strengths.as_slice(), Snapshot::measured_strengths),
                snapshot: snapshot.unwrap_or(run),
                whole: run,
                walk: state.walk(index).map(Rc::as_ref),
                file: None,
            }
        };
        self.lanes.iter().zip(&state.lanes).enumerate().map(view).collect()
    }

    /// What one of them is, in a few words.
    pub fn title(&self, index: usize) -> Option<String> {
        self.lanes.get(index).map(run_title)
    }

    /// The runs that are only overlaid.
    pub fn overlaid<'a>(&'a self, state: &'a State) -> Vec<Overlaid<'a>> {
        let of = |(index, own): (usize, &'a OpenedRun)| {
            let run = self.lanes.get(index)?;
            Some(Overlaid { number: own.number, title: &own.title, run })
        };
        state.shows_recording().into_iter().flat_map(|opened| opened.overlaid()).filter_map(of).collect()
    }

    /// The lines of a recording of the runs so far: of each its header, then its events in order, with all its steps or those
    /// that the charts go by. They stay what they are while the runs go on.
    pub fn recording(&self, state: &State, created: &str, whole: bool) -> impl Iterator<Item = String> + use<> {
        let of = |((run, archive), own): ((&Snapshot, &Archive), &LaneState)| {
            let is_wanted = |record: &&StepRecord| !whole || archive.lacks(record.step);
            let later: Vec<_> = run.records().filter(is_wanted).cloned().collect();
            let archived = whole.then(|| archive.clone().steps());
            let events = run.events_with(Box::new(archived.into_iter().flatten().chain(later)));
            let (lane, first) = (own.lane, header(own.lane, &own_origin(created), &run.diagram));
            std::iter::once(first).chain(events.map(move |event| line(lane, &event)))
        };
        let runs: Vec<_> = self.lanes.iter().zip(&self.archives).zip(&state.lanes).map(of).collect();
        runs.into_iter().flatten().map(|line| format!("{line}\n"))
    }

    /// The values and sentences beside the charts.
    pub fn read(&self, state: &State) -> Readout {
        let overlaid = self.overlaid(state);
        let overlaid = overlaid.iter().map(|own| overlaid_readout(own, state.plot(), state.look_back)).collect();
        let saved_until = self.archives.iter().find_map(Archive::full_since);
        let own = state.taking.as_ref().filter(|_| state.shows_recording().is_none());
        let runs: Vec<_> = self.lanes.iter().collect();
        let lesson = own.map(|taking| measured(taking.now(), &runs)).unwrap_or_default();
        let curve = own.and_then(|taking| drawn(taking.now(), &runs)).unwrap_or_default();
        let views = self.views(state);
        let mut readout = readout(&views, overlaid, self.pace.speed());
        if state.slow.as_ref().is_some_and(|slow| slow.recorded) {
            for (read, view) in readout.lanes.iter_mut().zip(&views) {
                read.record = view.snapshot.measured().cloned().map(Rc::new);
            }
        }
        Readout { lesson, curve, saved_until, ..readout }
    }
}

/// Who records what this page trains.
pub fn own_origin(created: &str) -> Origin {
    Origin { producer: format!("headwater ({})", crate::BUILD), created: created.to_owned(), command: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::url::Request;
    use protocol::recording::{Item, Reader};
    use protocol::{Column, EndReason, Ends, Evaluation, Mark, Measured, Quantity, RunSetting};

    const SMALL: [(&str, &str); 4] = [("model", "mlp1"), ("compare", "1"), ("lr", "0.5"), ("skip_b", "off")];

    /// Two runs that are compared, and nothing of them yet.
    fn begun() -> (State, Runs) {
        let state = State::new(Request::read(&SMALL.map(|(key, value)| (key.to_owned(), value.to_owned())))).unwrap();
        let mut runs = Runs::default();
        (0..2).for_each(|lane| runs.clear(&state, lane));
        (state, runs)
    }

    /// What happens at a step of a run, with a value of its own.
    fn at(lane: usize, step: u64) -> Vec<Event> {
        let value = 1.0 / (2 * step + lane as u64 + 1) as f64;
        let columns = vec![Column { quantity: Quantity::GradInL2, values: vec![Some(value)] }];
        let measured = Measured { columns, ..Measured::default() };
        let record = StepRecord { step, loss: value, train_accuracy: 0.5, lr: 0.5, measured, ends: Ends::default() };
        let mark = Mark { step, what: RunSetting::Lr, block: None, from: 0.5, to: value, folded: false };
        let (measured, answers) = (Measured::default(), Vec::new());
        let evaluation = Evaluation { step: step + 1, loss: value, accuracy: 0.5, measured, answers };
        let mark = step.is_multiple_of(1000).then_some(Event::Mark(mark));
        let evaluation = (step + 1).is_multiple_of(700).then_some(Event::Eval(evaluation));
        mark.into_iter().chain([Event::Step(record)]).chain(evaluation).collect()
    }

    /// The events of each lane that a saved file says.
    fn read(saved: impl Iterator<Item = String>) -> [Vec<Event>; 2] {
        let (mut reader, mut events) = (Reader::default(), [Vec::new(), Vec::new()]);
        let mut take = |items: Vec<Item>| {
            for item in items {
                match item {
                    Item::Event(lane, event) => events[lane as usize].push(event),
                    Item::Header(_) => {}
                    Item::Warning(fault) => panic!("{fault}"),
                }
            }
        };
        for line in saved {
            let mut items = Vec::new();
            reader.push(line.as_bytes(), &mut items).unwrap();
            take(items);
        }
        let mut items = Vec::new();
        reader.finish(&mut items).unwrap();
        take(items);
        events
    }

    #[test]
    fn a_long_run_is_saved_with_every_step_and_all_that_happened_in_order() {
        let (state, mut runs) = begun();
        let steps = 3 * 16_384 + 100;
        let mut all = [Vec::new(), Vec::new()];
        for (step, lane) in (0..steps).flat_map(|step| [(step, 0), (step, 1)]) {
            for event in at(lane, step) {
                all[lane].push(event.clone());
                runs.apply(lane, event);
            }
        }
        for (lane, all) in all.iter_mut().enumerate() {
            all.push(Event::End(EndReason::Done));
            runs.apply(lane, Event::End(EndReason::Done));
        }
        assert!(runs.lanes.iter().all(|run| run.records().len() <= 16_385), "the charts go by fewer");
        let saved = runs.recording(&state, "2026", true);
        // What is saved is the runs as they were, whatever becomes of them.
        runs.clear(&state, 0);
        assert!(read(saved) == all);
    }

    #[test]
    fn where_the_memory_ends_so_do_the_steps_that_the_charts_do_without() {
        let (state, mut runs) = begun();
        let room = 400_000;
        runs.archives[0] = Archive::new(room);
        for step in 0..40_000 {
            at(0, step).into_iter().for_each(|event| runs.apply(0, event));
            assert!(runs.archives[0].bytes() <= room);
        }
        let whole = runs.archives[0].full_since().unwrap();
        assert!(runs.archives[0].bytes() > room - 4_000 && (5_000..16_384).contains(&whole), "{whole}");
        assert_eq!(runs.read(&state).saved_until, Some(whole));
        let steps = |event: Event| match event {
            Event::Step(record) => Some(record.step),
            _ => None,
        };
        let [saved, _] = read(runs.recording(&state, "2026", true));
        let saved: Vec<u64> = saved.into_iter().filter_map(steps).collect();
        let later = runs.lanes[0].records().map(|record| record.step).filter(|step| *step > whole);
        assert_eq!(saved, (0..=whole).chain(later).collect::<Vec<_>>());
        // Another run has all the room again.
        runs.clear(&state, 0);
        assert_eq!(runs.read(&state).saved_until, None);
    }
}

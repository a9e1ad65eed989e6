//! The records of the runs, what of them is looked at, and how fast they grow.

use crate::runs::pace::Pace;
use crate::state::State;
use crate::state::opened::OpenedRun;
use crate::state::readout::{Readout, overlaid_readout, readout};
use protocol::recording::{Origin, header, line};
use protocol::{Diagram, Event, Lane, Spent};
use scene::{Agreement, LaneView, Overlaid, Snapshot, agreement, run_title};

/// The records of the runs.
#[derive(Default)]
pub struct Runs {
    lanes: Vec<Snapshot>,
    /// The records that are shown in full, as they were at a step that is looked back at.
    past: Option<Past>,
    pace: Pace,
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
            if lane < self.lanes.len() {
                self.lanes[lane] = run;
            } else {
                self.lanes.push(run);
            }
        }
        (self.past, self.version) = (None, self.version + 1);
        self.pace.clear();
    }

    /// Only the records of the first `lanes` runs stay.
    pub fn truncate(&mut self, lanes: usize) {
        self.lanes.truncate(lanes);
        (self.past, self.version) = (None, self.version + 1);
    }

    /// These records and those change places.
    pub fn exchange(&mut self, other: &mut Self) {
        let version = self.version.max(other.version) + 1;
        std::mem::swap(self, other);
        (self.past, self.version) = (None, version);
    }

    /// One more record.
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
                Event::End(_) => 0,
            };
            if self.past.as_ref().is_some_and(|past| step <= past.step) {
                // It is of what is looked back at.
                self.past = None;
            }
            run.apply(event);
            self.version += 1;
        }
    }

    /// Notes the time, for the pace.
    pub fn note_time(&mut self, now: f64) {
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
                Some(LaneView { lane, strengths: snapshot.measured_strengths(), snapshot, whole })
            };
            return opened.pair.iter().zip(Lane::ALL).enumerate().filter_map(view).collect();
        }
        let view = |(index, (run, lane)): (usize, (&'a Snapshot, &'a crate::state::lane_state::LaneState))| {
            let snapshot = past.and_then(|past| past.get(index));
            LaneView {
                lane: lane.lane,
                strengths: snapshot.map_or(lane.strengths.as_slice(), Snapshot::measured_strengths),
                snapshot: snapshot.unwrap_or(run),
                whole: run,
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

    /// The runs so far as the text of a recording: of each its header, then its events in order.
    pub fn recording(&self, state: &State, created: &str) -> String {
        let origin = own_origin(created);
        let mut text = String::new();
        for (run, own) in self.lanes.iter().zip(&state.lanes) {
            text += &format!("{}\n", header(own.lane, &origin, &run.diagram));
            for event in run.events() {
                text += &format!("{}\n", line(own.lane, &event));
            }
        }
        text
    }

    /// The values and sentences beside the charts.
    pub fn read(&self, state: &State) -> Readout {
        let overlaid = self.overlaid(state);
        let overlaid = overlaid.iter().map(|own| overlaid_readout(own, state.plot(), state.look_back)).collect();
        readout(&self.views(state), overlaid, self.pace.speed())
    }
}

/// Who records what this page trains.
pub fn own_origin(created: &str) -> Origin {
    Origin { producer: format!("headwater ({})", crate::BUILD), created: created.to_owned(), command: None }
}

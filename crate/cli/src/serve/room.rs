//! The runs that are there, who is connected to them, and who drives. Each run is a source of some page's; a page has up to two
//! of them a lane, of which it shows one and has put the other aside. Those that are shown are present: other pages join and
//! take over these, all together.

use super::driving::{Means, drive};
use super::roster::Roster;
use super::run::Run;
use super::seats::{Ending, Guest, Waiting};
use protocol::socket::{Closing, Here, Visit};
use protocol::{Change, Command, Failure, Reply, RunSetting};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The room.
pub struct Room {
    means: Arc<Means>,
    build: String,
    device: String,
    /// Whether runs go on that no page drives.
    goes_alone: bool,
    state: Mutex<Roster>,
}

impl Room {
    /// A room without runs.
    pub fn new(means: Means, build: &str, device: String, goes_alone: bool) -> Self {
        Self { means: Arc::new(means), build: build.to_owned(), device, goes_alone, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, Roster> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a page is told that asks.
    pub fn here(&self) -> Here {
        let state = self.state();
        let present: Vec<_> = (0..2).map_while(|lane| state.present(lane)).map(|number| &state.runs[&number]).collect();
        Here {
            build: self.build.clone(),
            device: self.device.clone(),
            threads: self.means.threads,
            data: self.means.images.offered(),
            which: state.which,
            driven: state.runs.values().any(|run| run.driver.is_some()),
            trained: present.iter().any(|run| run.log.events_from(0) > 0 || run.log.joined_from().is_none()),
            runs: present.iter().map_while(|run| run.begun.clone()).collect(),
        }
    }

    /// A page calls.
    ///
    /// # Errors
    /// Why it is not let in.
    pub fn enter(self: &Arc<Self>, visit: Visit) -> Result<Guest, Closing> {
        let mut state = self.state();
        let source = (visit.page, visit.source);
        let own = state.runs.iter().find(|(_, run)| run.owner == source && run.lane == visit.lane).map(|(own, _)| *own);
        if let Some(run) = own {
            return state.resume(run, visit).ok_or(Closing::Gone);
        }
        let present = state.present(visit.lane);
        if visit.joins {
            if visit.which != state.which {
                return Err(Closing::Begun);
            }
            return state.join(present.ok_or(Closing::Gone)?, visit);
        }
        let owner = present.and_then(|number| state.runs.get(&number)).map(|run| run.owner);
        let is_others = owner.is_some_and(|(page, _)| page != visit.page);
        if !visit.drives && (state.is_driven_beside(visit.page) || is_others && visit.heard > 0) {
            return Err(Closing::Taken);
        }
        if visit.heard > 0 || !is_others && owner.is_some_and(|(_, own)| own > visit.source) {
            return Err(Closing::Gone);
        }
        state.make_way(visit.lane, visit.page);
        if visit.lanes == 1 {
            // No second run is beside it.
            state.make_way(1, visit.page);
        }
        let run = state.give();
        let begun = self.begin(&mut state, run, visit);
        if let Err(error) = begun {
            state.say(run, &Reply::Failed(Failure::Internal(error.to_string())));
        }
        state.resume(run, visit).ok_or(Closing::Gone)
    }

    fn begin(self: &Arc<Self>, state: &mut Roster, run: u64, visit: Visit) -> Result<(), rayon::ThreadPoolBuildError> {
        let (commands, obeyed) = channel();
        state.runs.insert(run, Run::new(visit, commands, self.goes_alone));
        state.say(run, &Reply::Ready { build: self.build.clone() });
        let room = Arc::downgrade(self);
        let tell = move |news| {
            if let Some(room) = room.upgrade() {
                room.state().take(run, news);
            }
        };
        drive(self.means.clone(), visit.lanes, obeyed, tell)
    }

    /// A connection has brought a command.
    pub fn hear(&self, seat: u64, command: Command) {
        let mut state = self.state();
        let Roster { runs, seats, .. } = &mut *state;
        let Some(own) = seats.get(seat) else { return };
        own.wake.notify_one();
        let Some(run) = runs.get_mut(&own.run) else { return };
        if run.driver != Some(seat) {
            run.guests.entry(own.source).and_modify(|heard| *heard += 1);
            return;
        }
        run.heard += 1;
        match command {
            Command::Present(is_shown) => {
                let number = own.run;
                return state.show(number, is_shown);
            }
            Command::Credit if !run.credits.paid() => return,
            _ => {}
        }
        let budget = match command {
            Command::Change(Change::Set { setting: RunSetting::Steps, value }) => Some(value),
            _ => None,
        };
        run.tell(command);
        if let Some(steps) = budget {
            run.budget(steps);
            let number = own.run;
            seats.wake(number);
        }
    }

    /// A connection confirms that it has heard all replies up to this number.
    pub fn confirm(&self, seat: u64, count: u64) {
        let mut state = self.state();
        let Roster { runs, seats, .. } = &mut *state;
        // Nobody confirms more than was sent.
        let own = seats.get(seat).filter(|own| count <= own.next);
        if let Some(run) = own.and_then(|own| runs.get_mut(&own.run)).filter(|run| run.driver == Some(seat)) {
            run.log.heard(count);
        }
    }

    /// What there is for a connection; it counts as said.
    pub fn waiting(&self, seat: u64) -> Waiting {
        let mut state = self.state();
        let Roster { runs, seats, .. } = &mut *state;
        let Some(own) = seats.get(seat) else { return Ending::Replaced.into() };
        if let Some(ending) = own.closing {
            return ending.into();
        }
        runs.get(&own.run).map(|run| own.waiting(seat, run, self.goes_alone)).unwrap_or_default()
    }

    /// A connection is over; `on_purpose` if its page has no more need of the source.
    pub fn leave(&self, seat: u64, on_purpose: bool) {
        let mut state = self.state();
        let Some(own) = state.seats.remove(seat) else { return };
        let Some(run) = state.runs.get_mut(&own.run).filter(|run| run.driver == Some(seat)) else { return };
        run.leave();
        if on_purpose {
            state.end(own.run, Ending::Said(Closing::Begun));
        } else {
            state.seats.wake(own.run);
        }
    }
}

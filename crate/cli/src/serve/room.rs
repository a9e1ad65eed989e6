//! The runs that are there, who is connected to them, and who drives. Each run is a source of some page's; a page has up to two
//! of them a lane, of which the one that it last told something is the present one: others can join that.

use super::driving::{Means, News, drive};
use super::run::{Run, frame};
use axum::body::Bytes;
use protocol::socket::{Closing, Here, Told, Visit};
use protocol::{Command, Failure, Reply};
use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The room.
pub struct Room {
    means: Arc<Means>,
    build: String,
    device: String,
    /// Whether runs go on that no page drives.
    goes_alone: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    runs: BTreeMap<u64, Run>,
    seats: BTreeMap<u64, Seat>,
    /// Numbers that were given out.
    given: u64,
}

/// A connection.
struct Seat {
    run: u64,
    /// The page, and which of its sources this is.
    source: (u64, u32),
    /// The number of the next reply that it hears.
    next: u64,
    /// Whether it joined the run, and hears it from its beginning alone.
    joined: bool,
    /// How many commands it was last told were heard.
    told: u64,
    /// What it was last asked to confirm.
    asked: u64,
    /// Whether it was last told that a page drives the run.
    driven: bool,
    wake: Arc<Notify>,
    closing: Option<Ending>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// For this reason.
    Said(Closing),
    /// Another connection of the same source has taken its place.
    Replaced,
}

/// Who has a connection.
pub struct Guest {
    /// Its number.
    pub seat: u64,
    /// What it is told first.
    pub welcome: Told,
    /// Wakes it when there is something for it.
    pub wake: Arc<Notify>,
}

/// What there is for a connection.
#[derive(Default)]
pub struct Waiting {
    /// Commands were heard.
    pub heard: Option<u64>,
    /// Replies.
    pub frames: Vec<Bytes>,
    /// It is to confirm that it has heard all up to this number.
    pub confirm: Option<u64>,
    /// Who drives the run that it watches.
    pub driving: Option<Told>,
    /// It ends.
    pub ending: Option<Ending>,
}

/// Replies that are handed out at once.
const AT_ONCE: usize = 64;

impl Room {
    /// A room without runs.
    pub fn new(means: Means, build: &str, device: String, goes_alone: bool) -> Self {
        Self { means: Arc::new(means), build: build.to_owned(), device, goes_alone, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
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
            driven: present.iter().any(|run| run.driver.is_some()),
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
            return state.join(present.ok_or(Closing::Gone)?, visit);
        }
        if let Some(run) = present.and_then(|number| state.runs.get(&number)) {
            let is_others = run.owner.0 != visit.page;
            if is_others && !visit.drives && (run.driver.is_some() || visit.heard > 0) {
                return Err(Closing::Taken);
            }
            if !is_others && run.owner.1 > visit.source {
                return Err(Closing::Gone);
            }
        }
        if visit.heard > 0 {
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

    fn begin(self: &Arc<Self>, state: &mut State, run: u64, visit: Visit) -> Result<(), rayon::ThreadPoolBuildError> {
        let (commands, obeyed) = channel();
        state.runs.insert(run, Run::new(visit, commands, self.goes_alone, state.given));
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
        let State { runs, seats, given } = &mut *state;
        let Some(own) = seats.get_mut(&seat) else { return };
        own.wake.notify_one();
        let Some(run) = runs.get_mut(&own.run) else { return };
        if run.driver != Some(seat) {
            run.guests.entry(own.source).and_modify(|heard| *heard += 1);
            return;
        }
        run.heard += 1;
        let is_credit = command == Command::Credit;
        if !is_credit && command != Command::Ping {
            *given += 1;
            run.told_at = *given;
        }
        if !is_credit || run.credits.paid() {
            run.tell(command);
        }
    }

    /// A connection confirms that it has heard all replies up to this number.
    pub fn confirm(&self, seat: u64, count: u64) {
        let mut state = self.state();
        let State { runs, seats, .. } = &mut *state;
        // Nobody confirms more than was sent.
        let own = seats.get(&seat).filter(|own| count <= own.next);
        if let Some(run) = own.and_then(|own| runs.get_mut(&own.run)).filter(|run| run.driver == Some(seat)) {
            run.log.heard(count);
        }
    }

    /// What there is for a connection; it counts as said.
    pub fn waiting(&self, seat: u64) -> Waiting {
        let mut state = self.state();
        let State { runs, seats, .. } = &mut *state;
        let Some(own) = seats.get_mut(&seat) else {
            return Waiting { ending: Some(Ending::Replaced), ..Waiting::default() };
        };
        if let Some(ending) = own.closing {
            return Waiting { ending: Some(ending), ..Waiting::default() };
        }
        let Some(run) = runs.get(&own.run) else { return Waiting::default() };
        let mut waiting = Waiting::default();
        let drives = run.driver == Some(seat);
        let driven = run.driver.is_some();
        if std::mem::replace(&mut own.driven, driven) != driven && !drives {
            waiting.driving = Some(Told::Driving { driven, rests: !driven && !self.goes_alone });
        }
        let heard = if drives { Some(&run.heard) } else { run.guests.get(&own.source) };
        if let Some(&heard) = heard.filter(|heard| **heard != own.told) {
            own.told = heard;
            waiting.heard = Some(heard);
        }
        while waiting.frames.len() < AT_ONCE && own.next < run.log.end() {
            let Some(said) = run.log.get(own.next, own.joined) else {
                waiting.ending = Some(Ending::Said(Closing::TooLong));
                break;
            };
            own.next += 1;
            waiting.frames.push(match said.to {
                // Its place is taken, so that all count alike.
                Some(page) if page != own.source.0 => frame(&Reply::Here),
                _ => said.frame,
            });
        }
        if drives && own.next > own.asked && run.log.is_long() {
            own.asked = own.next;
            waiting.confirm = Some(own.next);
        }
        waiting
    }

    /// A connection is over; `on_purpose` if its page has no more need of the source.
    pub fn leave(&self, seat: u64, on_purpose: bool) {
        let mut state = self.state();
        let Some(own) = state.seats.remove(&seat) else { return };
        let Some(run) = state.runs.get_mut(&own.run).filter(|run| run.driver == Some(seat)) else { return };
        run.driver = None;
        state.wake(own.run);
        let State { runs, .. } = &mut *state;
        let Some(run) = runs.get_mut(&own.run) else { return };
        if on_purpose {
            state.end(own.run, Ending::Said(Closing::Begun));
        } else {
            let credits = run.credits.left();
            run.pay(credits);
        }
    }
}

impl State {
    fn give(&mut self) -> u64 {
        self.given += 1;
        self.given
    }

    /// The run that a lane's page last told something.
    fn present(&self, lane: usize) -> Option<u64> {
        let there = self.runs.iter().filter(|(_, run)| run.lane == lane && !run.is_dead);
        there.max_by_key(|(_, run)| run.told_at).map(|(number, _)| *number)
    }

    /// A source's own page is there, again or for the first time.
    fn resume(&mut self, number: u64, visit: Visit) -> Option<Guest> {
        let run = self.runs.get_mut(&number)?;
        let (own, joined) = run.log.has(visit.heard);
        if !own && !joined {
            return None;
        }
        let before = run.driver;
        run.log.heard(visit.heard);
        let guest = self.seat(number, visit, visit.heard, !own, true)?;
        self.close(before, Ending::Replaced);
        let run = self.runs.get_mut(&number)?;
        run.credits.back();
        Some(guest)
    }

    /// A page that was not there before takes part: it drives if nobody else does, or if it insists.
    fn join(&mut self, number: u64, visit: Visit) -> Result<Guest, Closing> {
        let run = self.runs.get_mut(&number).ok_or(Closing::Gone)?;
        let source = (visit.page, visit.source);
        let is_back = run.guests.contains_key(&source);
        if visit.heard > 0 && !is_back {
            return Err(Closing::Begun);
        }
        let from = run.log.joined_from().ok_or(Closing::TooLong)?;
        let next = if visit.heard > 0 { visit.heard } else { from };
        if !run.log.has(next).1 {
            return Err(Closing::TooLong);
        }
        let before = run.driver;
        let drives = visit.drives || before.is_none();
        if drives {
            (run.owner, run.heard) = (source, run.guests.remove(&source).unwrap_or_default());
            run.log.taken(next);
            let credits = run.credits.taken(run.log.events_from(next));
            run.pay(credits);
        } else {
            run.guests.entry(source).or_default();
        }
        let lane = run.lane;
        let guest = self.seat(number, visit, next, true, drives).ok_or(Closing::Gone)?;
        if drives {
            self.close(before, Ending::Said(Closing::Taken));
            self.make_way_but(lane, visit.page, Some(number));
        }
        Ok(guest)
    }

    fn seat(&mut self, number: u64, visit: Visit, next: u64, joined: bool, drives: bool) -> Option<Guest> {
        let seat = self.give();
        let run = self.runs.get_mut(&number)?;
        let source = (visit.page, visit.source);
        let heard = if drives { run.heard } else { run.guests.get(&source).copied().unwrap_or_default() };
        if drives {
            run.driver = Some(seat);
        }
        let wake = Arc::new(Notify::new());
        let own = wake.clone();
        let past = run.log.end();
        let place =
            Seat { run: number, source, next, joined, told: heard, asked: next, driven: true, wake, closing: None };
        self.seats.insert(seat, place);
        self.wake(number);
        Some(Guest { seat, welcome: Told::Welcome { heard, next, past, drives }, wake: own })
    }

    /// There is something for everybody who hears a run.
    fn wake(&self, number: u64) {
        self.seats.values().filter(|own| own.run == number).for_each(|own| own.wake.notify_one());
    }

    fn close(&mut self, seat: Option<u64>, ending: Ending) {
        if let Some(seat) = seat.and_then(|seat| self.seats.get_mut(&seat)) {
            seat.closing.get_or_insert(ending);
            seat.wake.notify_one();
        }
    }

    /// A page begins a run in this lane: those of other pages end, and those of its own that it is not connected to.
    fn make_way(&mut self, lane: usize, page: u64) {
        self.make_way_but(lane, page, None);
    }

    fn make_way_but(&mut self, lane: usize, page: u64, stays: Option<u64>) {
        let goes = |(number, run): (&u64, &Run)| {
            let is_kept = run.owner.0 == page && run.driver.is_some() && !run.is_dead;
            (run.lane == lane && !is_kept && Some(*number) != stays).then_some(*number)
        };
        let ended: Vec<_> = self.runs.iter().filter_map(goes).collect();
        for number in ended {
            self.end(number, Ending::Said(Closing::Begun));
        }
        // Who watches what was the present run is to watch this one.
        let left: Vec<_> = self
            .runs
            .iter()
            .filter(|(own, run)| run.lane == lane && Some(**own) != stays)
            .map(|(own, _)| *own)
            .collect();
        left.into_iter().for_each(|number| self.dismiss(number));
    }

    /// A run ends, whoever is connected to it.
    fn end(&mut self, number: u64, ending: Ending) {
        // Its thread ends with its commands.
        let Some(run) = self.runs.remove(&number) else { return };
        for (seat, own) in self.seats.iter_mut().filter(|(_, own)| own.run == number) {
            let said = if run.driver == Some(*seat) { Ending::Said(Closing::Taken) } else { ending };
            own.closing.get_or_insert(said);
            own.wake.notify_one();
        }
    }

    /// Those who watch are to join again.
    fn dismiss(&mut self, number: u64) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        run.guests.clear();
        let driver = run.driver;
        for (_, own) in self.seats.iter_mut().filter(|(seat, own)| own.run == number && Some(**seat) != driver) {
            own.closing.get_or_insert(Ending::Said(Closing::Begun));
            own.wake.notify_one();
        }
    }

    /// A run has news.
    fn take(&mut self, number: u64, news: News) {
        match news {
            News::Says(reply) => self.say(number, &reply),
            News::Begins(begun) => {
                self.dismiss(number);
                self.runs.get_mut(&number).into_iter().for_each(|run| run.begins(begun.clone()));
            }
            News::BeginsAnew(begun) => {
                self.dismiss(number);
                self.runs.get_mut(&number).into_iter().for_each(|run| run.begins_anew(begun.clone()));
            }
        }
    }

    fn say(&mut self, number: u64, reply: &Reply) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        run.say(reply);
        self.wake(number);
    }
}

//! Two runs that are compared, others that their page has put aside, and pages that watch and take over.

use super::runs::spec;
use super::{Page, Served, events, start, visit};
use protocol::socket::{Closing, Visit};
use protocol::{Change, Command, Event, Reply, RunSetting, RunSpec, RunState};

/// A pair of this page, its sources so many and the next: each has made so many steps and rests.
fn pair(served: &Served, page: u64, source: u32, spec: &RunSpec, steps: u64) -> [Page; 2] {
    let plain = RunSpec { skip: "off".parse().unwrap(), ..spec.clone() };
    let mut both = [0, 1].map(|lane| {
        let (own, drives) = served.welcome(Visit { lane, lanes: 2, ..visit(page, source + lane as u32) });
        assert!(drives);
        own
    });
    for (own, spec) in both.iter_mut().zip([spec, &plain]) {
        own.say(&start(spec));
        own.say(&Command::Until(steps));
        own.until_state(true, RunState::Paused);
    }
    both
}

/// A visit to a run of the pair that is there.
fn comes(page: u64, lane: usize, drives: bool) -> Visit {
    Visit { lane, lanes: 2, joins: true, drives, ..visit(page, 1 + lane as u32) }
}

/// A page that comes to both runs, and how many steps it hears of each until that rests.
fn comes_to_both(served: &Served, page: u64, drives: bool) -> ([Page; 2], [usize; 2]) {
    let mut both = [0, 1].map(|lane| {
        let (own, does) = served.welcome(comes(page, lane, drives));
        assert_eq!(does, drives, "{lane}");
        own
    });
    let steps = both.each_mut().map(|own| {
        let events = events(&own.until_state(drives, RunState::Paused));
        events.iter().filter(|event| matches!(event, Event::Step(_))).count()
    });
    (both, steps)
}

fn say_to_both(pages: &mut [Page; 2], command: &Command) {
    pages.iter_mut().for_each(|own| own.say(command));
}

fn seeds(served: &Served) -> Vec<u64> {
    served.here().runs.iter().map(|run| run.spec.seed).collect()
}

/// A page with a pair of seed 9 that has made 7 steps, and one of seed 3 aside that has made 20.
fn one_aside(served: &Served) -> ([Page; 2], [Page; 2]) {
    let mut aside = pair(served, 1, 1, &spec(60), 20);
    say_to_both(&mut aside, &Command::Present(false));
    let present = pair(served, 1, 3, &RunSpec { seed: 9, ..spec(60) }, 7);
    assert_eq!(seeds(served), [9, 9]);
    (aside, present)
}

#[test]
fn who_takes_over_takes_the_pair_that_it_sees() {
    let served = Served::with(&[]);
    let (aside, [mut first, second]) = one_aside(&served);
    let (mut watching, steps) = comes_to_both(&served, 2, false);
    assert_eq!(steps, [7, 7]);
    let (mut new, drives) = served.welcome(comes(3, 0, true));
    assert!(drives);
    // The page whose runs are taken lets go of all its sources, before the other has called for the second.
    assert_eq!(first.ended(), Closing::Taken as u16);
    second.close(1000);
    let (mut beside, drives) = served.welcome(comes(3, 1, true));
    assert!(drives);
    for own in [&mut new, &mut beside] {
        own.until_state(true, RunState::Paused);
        own.say(&Command::Until(9));
        own.until_state(true, RunState::Paused);
    }
    // Who watches sees it go on, and who comes later finds the same pair.
    for own in &mut watching {
        own.until_state(false, RunState::Paused);
    }
    [new, beside].into_iter().for_each(Page::lose);
    served.await_nobody();
    assert_eq!(seeds(&served), [9, 9]);
    // What was aside is gone with the page that had it.
    aside.into_iter().for_each(|mut own| assert_eq!(own.ended(), Closing::Taken as u16));
    assert_eq!(served.call(Visit { heard: 4, lanes: 2, ..visit(1, 1) }).ended(), Closing::Taken as u16);
}

#[test]
fn whoever_watches_follows_a_page_to_another_run_and_back() {
    let served = Served::with(&[]);
    let mut pair = pair(&served, 1, 1, &spec(60), 20);
    let (watching, steps) = comes_to_both(&served, 2, false);
    assert_eq!(steps, [20, 20]);
    let which = served.here().which;
    // One run alone, as a lesson may have it; both of the pair are put aside.
    say_to_both(&mut pair, &Command::Present(false));
    watching.into_iter().for_each(|mut own| assert_eq!(own.ended(), Closing::Begun as u16));
    served.wait_until(|here| here.runs.is_empty());
    // Between the two there is nothing to join, and nothing of its own to begin.
    assert!(served.here().driven);
    assert_eq!(served.call(visit(2, 3)).ended(), Closing::Taken as u16);
    let (mut alone, _) = served.welcome(visit(1, 3));
    alone.say(&start(&RunSpec { seed: 9, ..spec(60) }));
    alone.until_state(true, RunState::Ready);
    assert_eq!(seeds(&served), [9]);
    let (mut watching, drives) = served.welcome(Visit { source: 4, ..comes(2, 0, false) });
    assert!(!drives);
    // Back to the pair.
    alone.say(&Command::Present(false));
    say_to_both(&mut pair, &Command::Present(true));
    assert_eq!(watching.ended(), Closing::Begun as u16);
    served.wait_until(|here| here.runs.len() == 2);
    assert_eq!(seeds(&served), [3, 3]);
    // Who knows of other runs does not join these unawares, not even to drive them.
    let late = Visit { which, ..comes(4, 1, true) };
    assert_eq!(served.call(late).ended(), Closing::Begun as u16);
    assert_eq!(comes_to_both(&served, 5, false).1, [20, 20]);
    // The run that is aside now goes on without being theirs.
    alone.say(&Command::Ping);
    alone.until(true, |reply| *reply == Reply::Here);
    assert_eq!(seeds(&served), [3, 3]);
}

#[test]
fn the_pair_that_was_shown_last_is_found_when_all_pages_are_gone() {
    let served = Served::with(&["--when-alone", "rest"]);
    let (mut aside, mut present) = one_aside(&served);
    // What is aside is told something last.
    say_to_both(&mut aside, &Command::Pause);
    say_to_both(&mut present, &Command::Change(Change::Skip { block: None, strength: 1.0 }));
    aside[1].say(&Command::Change(Change::Skip { block: None, strength: 0.5 }));
    aside[1].say(&Command::Ping);
    aside[1].until(true, |reply| *reply == Reply::Here);
    aside.into_iter().chain(present).for_each(Page::lose);
    served.await_nobody();
    assert_eq!(seeds(&served), [9, 9]);
    let both = [0, 1].map(|lane| served.welcome(comes(6, lane, false)));
    assert_eq!(both.each_ref().map(|(_, drives)| *drives), [true, true]);
    for (mut own, _) in both {
        let events = events(&own.until_state(true, RunState::Paused));
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Step(_))).count(), 7);
    }
}

#[test]
fn a_page_drives_both_runs_or_none() {
    let served = Served::with(&[]);
    let [first, second] = pair(&served, 1, 1, &spec(60), 5);
    // A page that is loaded again comes before all that it was is gone.
    first.lose();
    let (_watching, drives) = served.welcome(comes(2, 0, false));
    assert!(!drives);
    second.lose();
    served.await_nobody();
    let (_beside, drives) = served.welcome(comes(2, 1, false));
    assert!(!drives);
    let both = [0, 1].map(|lane| served.welcome(comes(3, lane, false)));
    assert_eq!(both.each_ref().map(|(_, drives)| *drives), [true, true]);
}

#[test]
fn whoever_watches_hears_of_another_budget() {
    let served = Served::with(&[]);
    let mut page = served.begin(1, &spec(30));
    page.say(&Command::Play);
    page.until_state(true, RunState::Done);
    let mut watching = served.welcome(comes(2, 0, false)).0;
    watching.until_state(false, RunState::Done);
    page.say(&Command::Change(Change::Set { setting: RunSetting::Steps, value: 50.0 }));
    watching.until(false, |reply| *reply == Reply::Budget(50));
    assert_eq!(served.here().runs[0].spec.steps, 50);
    // One that the setting does not take is none.
    page.say(&Command::Change(Change::Set { setting: RunSetting::Steps, value: 1e18 }));
    page.say(&Command::Play);
    let more = watching.until_state(false, RunState::Done);
    assert!(!more.iter().any(|reply| matches!(reply, Reply::Budget(_))), "{more:?}");
}

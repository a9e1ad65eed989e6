//! Runs over connections that break, and pages that watch and take over.

use super::{Page, Served, device_name, events, start, visit};
use crate::arguments::device;
use crate::data;
use engine::{Advance, Session};
use protocol::socket::{CREDITS, Closing, Told, Visit};
use protocol::{Change, Command, Data, Event, Loss, Reply, RunSpec, RunState};
use tungstenite::Message;

/// A run of many buffers.
pub fn spec(steps: u64) -> RunSpec {
    let mut spec = RunSpec::page_default();
    spec.set_model("mlp3".parse().unwrap());
    RunSpec { width: 8, steps, eval_every: 50, data: Data::Digits, seed: 3, ..spec }
}

/// What a session tells of the run when nobody is between.
fn told(spec: &RunSpec) -> Vec<Event> {
    let set = data::load(spec.data).unwrap();
    let device = device(device_name().parse().unwrap()).unwrap_or_else(|_| panic!("{}", device_name()));
    let mut session = Session::new(spec.clone(), set, device).unwrap();
    let mut events = Vec::new();
    while session.advance().unwrap() != Advance::Ended {
        events.extend(session.drain_events());
    }
    events.extend(session.drain_events());
    events
}

fn is_events(reply: &Reply) -> bool {
    matches!(reply, Reply::Events(_))
}

fn joins(page: u64) -> Visit {
    Visit { joins: true, ..visit(page, 1) }
}

#[test]
fn a_run_over_a_connection_is_the_run_itself() {
    let (served, spec) = (Served::with(&[]), spec(120));
    let mut page = served.begin(1, &spec);
    let mut replies = page.until_state(true, RunState::Ready);
    replies.extend(page.until(true, |reply| matches!(reply, Reply::Samples(_))));
    let Reply::Ready { build } = &replies[0] else { panic!("{replies:?}") };
    let here = served.here();
    assert_eq!(
        (&here.build, here.device.as_str(), here.threads, here.driven),
        (build, device_name().as_str(), 2, true)
    );
    assert_eq!(here.runs[0].spec, spec);
    assert!(replies.iter().any(|reply| matches!(reply, Reply::Loading { .. })));
    assert!(replies.iter().any(|reply| matches!(reply, Reply::Started { .. })));
    page.say(&Command::Play);
    replies = page.until_state(true, RunState::Done);
    assert_eq!(events(&replies), told(&spec));
}

#[test]
fn two_runs_are_two_lanes() {
    let (served, spec) = (Served::with(&[]), spec(20));
    let plain = RunSpec { skip: "off".parse().unwrap(), ..spec.clone() };
    let lane = |lane| Visit { lane, lanes: 2, ..visit(1, 1 + lane as u32) };
    let (mut first, _) = served.welcome(lane(0));
    let (mut second, _) = served.welcome(lane(1));
    for (page, spec) in [(&mut first, &spec), (&mut second, &plain)] {
        page.say(&start(spec));
        page.say(&Command::Play);
    }
    assert_eq!(events(&second.until_state(true, RunState::Done)), told(&plain));
    assert_eq!(events(&first.until_state(true, RunState::Done)), told(&spec));
    assert_eq!(served.here().runs.len(), 2);
    second.close(1000);
    served.wait_until(|here| here.runs.len() < 2);
    assert_eq!(served.here().runs[0].spec, spec);
}

#[test]
fn a_connection_that_breaks_is_taken_up_again_and_the_run_went_on() {
    let (served, spec) = (Served::with(&[]), spec(400));
    let mut page = served.begin(1, &spec);
    page.say(&Command::Play);
    let mut heard = page.until(false, is_events);
    let (mut other, drives) = served.welcome(joins(2));
    assert!(!drives);
    page.lose();
    // Nobody pays any more, and yet it comes to its end.
    let watched = other.until_state(false, RunState::Done);
    let back = Visit { heard: heard.len() as u64, ..visit(1, 1) };
    let (mut page, drives) = served.welcome(back);
    assert!(drives);
    assert_eq!((page.heard, page.said_heard), (heard.len() as u64, 2));
    heard.extend(page.until_state(true, RunState::Done));
    assert_eq!(events(&heard), told(&spec));
    assert_eq!(events(&watched), told(&spec));
    // What it pays for now was paid for; the next run has its three credits, and no more.
    page.say(&start(&spec));
    page.say(&Command::Play);
    let more = page.until(false, |reply| *reply == Reply::State(RunState::Running));
    assert!(more.iter().any(|reply| matches!(reply, Reply::Started { .. })));
    (0..3).for_each(|_| drop(page.until(false, is_events)));
    page.say(&Command::Weights);
    let last = page.until(false, |reply| matches!(reply, Reply::Weights { .. }));
    assert!(!last.iter().any(is_events), "{}", last.len());
}

#[test]
fn a_connection_that_breaks_again_and_again_loses_nothing() {
    // A run that is far ahead of its page, and one that the page keeps up with.
    for spec in [spec(300), RunSpec { width: 256, ..spec(40) }] {
        let served = Served::with(&[]);
        let mut page = served.begin(1, &spec);
        page.say(&Command::Play);
        let (mut heard, mut commands, mut owed) = (Vec::new(), 2, 0);
        'rounds: for round in 0.. {
            for _ in 0..=round % 4 {
                if heard.last() == Some(&Reply::State(RunState::Done)) {
                    break 'rounds;
                }
                let reply = page.next().unwrap();
                owed += u64::from(is_events(&reply));
                heard.push(reply);
                // It pays at once or late, and not later than it must.
                if round % 3 != 0 || owed == u64::from(CREDITS) {
                    (0..owed).for_each(|_| page.say(&Command::Credit));
                    commands += std::mem::take(&mut owed);
                }
            }
            page.lose();
            served.await_nobody();
            page = served.welcome(Visit { heard: heard.len() as u64, ..visit(1, 1) }).0;
            // A command that was lost on the way is said again.
            for _ in page.said_heard..commands {
                page.say(&Command::Credit);
            }
        }
        assert_eq!(events(&heard), told(&spec));
    }
}

#[test]
fn a_run_that_is_to_rest_waits_for_its_page() {
    let (served, spec) = (Served::with(&["--when-alone", "rest"]), spec(400));
    let mut page = served.begin(1, &spec);
    page.say(&Command::Play);
    let mut heard: Vec<_> = (0..3).flat_map(|_| page.until(false, is_events)).collect();
    page.lose();
    served.await_nobody();
    let (mut page, _) = served.welcome(Visit { heard: heard.len() as u64, ..visit(1, 1) });
    page.say(&Command::Weights);
    let since = page.until(false, |reply| matches!(reply, Reply::Weights { .. }));
    let done = events(&heard).iter().filter(|event| matches!(event, Event::Step(_))).count() as u64;
    let Some(Reply::Weights { step, .. }) = since.last() else { panic!("{since:?}") };
    assert!(!since.iter().any(is_events) && *step == done && done < 400, "{step} {done}");
    // What it owes.
    (0..3).for_each(|_| page.say(&Command::Credit));
    heard.extend(page.until_state(true, RunState::Done));
    assert_eq!(events(&heard), told(&spec));
}

#[test]
fn a_second_page_watches_and_takes_over() {
    let (served, spec) = (Served::with(&[]), spec(200));
    let mut first = served.begin(1, &spec);
    first.say(&Command::Until(40));
    let begun = first.until_state(true, RunState::Paused);
    let (mut second, drives) = served.welcome(joins(2));
    assert!(!drives);
    let watched = second.until_state(true, RunState::Paused);
    assert_eq!(events(&watched), events(&begun));
    // Nobody heeds it.
    second.say(&Command::Reset);
    second.say(&Command::Play);
    first.say(&Command::Until(60));
    let more = first.until_state(true, RunState::Paused);
    assert_eq!(events(&second.until_state(false, RunState::Paused)), events(&more));
    // An answer to the one is none to the other.
    first.say(&Command::Weights);
    first.until(true, |reply| matches!(reply, Reply::Weights { .. }));
    assert_eq!(second.next(), Ok(Reply::Here));
    // It insists.
    let (mut third, drives) = served.welcome(Visit { drives: true, source: 2, ..joins(2) });
    assert!(drives);
    assert_eq!(first.ended(), Closing::Taken as u16);
    let mut heard = third.until_state(true, RunState::Paused);
    heard.extend(third.until_state(true, RunState::Paused));
    third.say(&Command::Play);
    heard.extend(third.until_state(true, RunState::Done));
    assert_eq!(events(&heard), told(&spec));
    assert!(matches!(heard[0], Reply::Ready { .. }));
    // The one that drove cannot begin again, and not go on where it was.
    let mut back = served.call(Visit { heard: 5, ..visit(1, 1) });
    assert_eq!(back.ended(), Closing::Taken as u16);
    assert_eq!(served.call(visit(1, 2)).ended(), Closing::Taken as u16);
    // Unless nobody else does.
    third.lose();
    served.await_nobody();
    let (mut first, drives) = served.welcome(Visit { source: 3, ..joins(1) });
    assert!(drives);
    assert_eq!(events(&first.until_state(false, RunState::Done)), told(&spec));
}

#[test]
fn who_watched_and_then_drives_says_nothing_twice() {
    let (served, spec) = (Served::with(&["--when-alone", "rest"]), spec(60));
    let mut first = served.begin(1, &spec);
    first.until_state(true, RunState::Ready);
    first.until(true, |reply| matches!(reply, Reply::Samples(_)));
    let (mut second, _) = served.welcome(joins(2));
    let mut heard = second.until(true, |reply| matches!(reply, Reply::Samples(_)));
    // Nobody obeys, and yet they count.
    (0..3).for_each(|_| second.say(&Command::Pause));
    while second.said_heard < 3 {
        first.say(&Command::Ping);
        heard.extend(second.next());
    }
    second.lose();
    first.lose();
    served.await_nobody();
    let (mut second, drives) = served.welcome(Visit { heard: heard.len() as u64, ..joins(2) });
    assert!(drives);
    assert_eq!((second.said_heard, second.heard), (3, heard.len() as u64));
    second.say(&Command::Play);
    heard.extend(second.until_state(true, RunState::Done));
    assert_eq!(events(&heard), told(&spec));
}

#[test]
fn who_watches_joins_again_when_the_run_begins_anew() {
    let (served, spec) = (Served::with(&[]), spec(30));
    let mut first = served.begin(1, &spec);
    first.say(&Command::Play);
    first.until_state(true, RunState::Done);
    let (mut second, _) = served.welcome(joins(2));
    first.say(&Command::Change(Change::Set { setting: protocol::RunSetting::Lr, value: 0.25 }));
    first.say(&Command::Reset);
    assert_eq!(second.ended(), Closing::Begun as u16);
    first.until_state(true, RunState::Ready);
    // Then it drives.
    first.lose();
    served.await_nobody();
    assert_eq!(served.here().runs[0].spec, RunSpec { lr: 0.25, ..spec.clone() });
    let (mut second, drives) = served.welcome(Visit { source: 2, ..joins(2) });
    assert!(drives);
    second.say(&Command::Play);
    let heard = second.until_state(true, RunState::Done);
    let kinds = heard.iter().take(5).collect::<Vec<_>>();
    assert!(
        matches!(
            kinds[..],
            [
                Reply::Ready { .. },
                Reply::Started { .. },
                Reply::Samples(_),
                Reply::Building,
                Reply::State(RunState::Ready)
            ]
        ),
        "{kinds:?}"
    );
    assert_eq!(events(&heard), told(&RunSpec { lr: 0.25, ..spec }));
}

#[test]
fn who_watches_is_told_when_nobody_drives_and_when_somebody_does() {
    for (words, rests) in [(&[][..], false), (&["--when-alone", "rest"], true)] {
        let (served, spec) = (Served::with(words), spec(30));
        let mut first = served.begin(1, &spec);
        first.until_state(true, RunState::Ready);
        let (mut second, drives) = served.welcome(joins(2));
        assert!(!drives);
        let told = |page: &mut Page| page.until(true, |reply| matches!(reply, Reply::Driving { .. })).pop();
        first.lose();
        assert_eq!(told(&mut second), Some(Reply::Driving { driven: false, rests }));
        let (mut third, drives) = served.welcome(joins(3));
        assert!(drives);
        assert_eq!(told(&mut second), Some(Reply::Driving { driven: true, rests: false }));
        // A run that has made no step is told from one that has.
        assert!(!served.here().trained);
        third.say(&Command::Play);
        third.until_state(true, RunState::Done);
        assert!(served.here().trained);
    }
}

#[test]
fn a_page_with_one_run_leaves_no_second_one_of_another_page_beside_it() {
    let (served, spec) = (Served::with(&[]), spec(30));
    let two = [(0, 1), (1, 2)].map(|(lane, source)| {
        let (mut page, _) = served.welcome(Visit { lane, lanes: 2, ..visit(1, source) });
        page.say(&start(&spec));
        page.until_state(true, RunState::Ready);
        page
    });
    assert_eq!(served.here().runs.len(), 2);
    two.into_iter().for_each(Page::lose);
    served.await_nobody();
    served.begin(2, &spec).until_state(true, RunState::Ready);
    assert_eq!(served.here().runs.len(), 1);
}

#[test]
fn who_joins_hears_how_much_of_it_is_past() {
    let (served, spec) = (Served::with(&[]), spec(30));
    let mut first = served.begin(1, &spec);
    first.say(&Command::Play);
    let said = first.until_state(true, RunState::Done).len() as u64;
    let mut second = served.call(joins(2));
    let Message::Text(text) = second.socket.read().unwrap() else { panic!("no welcome") };
    let Told::Welcome { past, .. } = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
    assert!(past >= said, "{past} {said}");
}

#[test]
fn a_panic_ends_the_run_and_nothing_else() {
    let (served, spec) = (Served::with(&[]), spec(30));
    let mut page = served.begin(1, &spec);
    page.say(&Command::Panic);
    let replies = page.until(true, |reply| matches!(reply, Reply::Lost(_)));
    assert_eq!(replies.last(), Some(&Reply::Lost(Loss::Died("the engine was asked to panic".to_owned()))));
    assert!(served.here().runs.is_empty());
    let (mut again, _) = served.welcome(visit(1, 2));
    again.say(&start(&spec));
    again.say(&Command::Play);
    assert_eq!(events(&again.until_state(true, RunState::Done)), told(&spec));
}

#[test]
fn a_run_ends_when_its_page_says_so_and_stays_when_the_page_goes() {
    let (served, spec) = (Served::with(&[]), spec(30));
    let ready = |mut page: Page| {
        page.until_state(true, RunState::Ready);
        page
    };
    ready(served.begin(1, &spec)).close(1001);
    served.await_nobody();
    assert_eq!(served.here().runs.len(), 1);
    // The page, opened again.
    let (page, drives) = served.welcome(joins(2));
    assert!(drives);
    ready(page).close(1000);
    served.wait_until(|here| here.runs.is_empty());
    assert_eq!(served.call(joins(3)).ended(), Closing::Gone as u16);
}

#[test]
fn a_page_may_keep_a_run_aside() {
    let (served, spec) = (Served::with(&[]), spec(60));
    let mut aside = served.begin(1, &spec);
    aside.say(&Command::Until(20));
    let mut heard = aside.until_state(true, RunState::Paused);
    let other = RunSpec { seed: 9, ..spec.clone() };
    let (mut present, _) = served.welcome(visit(1, 2));
    present.say(&start(&other));
    present.until_state(true, RunState::Ready);
    assert_eq!(served.here().runs[0].spec, other);
    // It is taken up again, and the other one goes.
    present.say(&Command::Present(false));
    aside.say(&Command::Present(true));
    aside.say(&Command::Play);
    heard.extend(aside.until_state(true, RunState::Done));
    assert_eq!(served.here().runs[0].spec, spec);
    assert_eq!(events(&heard), told(&spec));
    present.close(1000);
    aside.say(&Command::Ping);
    assert_eq!(aside.until(true, |reply| *reply == Reply::Here).len(), 1);
    // Another page's run is no run of this one's.
    aside.lose();
    served.await_nobody();
    let (mut third, _) = served.welcome(visit(2, 1));
    third.say(&start(&other));
    third.until_state(true, RunState::Ready);
    assert_eq!(served.call(Visit { heard: 4, ..visit(1, 1) }).ended(), Closing::Taken as u16);
}

#[test]
fn images_that_are_not_here_are_told() {
    let served = Served::with(&[]);
    let mut page = served.begin(1, &RunSpec { data: "folder:3x64x64:20".parse().unwrap(), ..spec(30) });
    let replies = page.until(true, |reply| matches!(reply, Reply::Failed(_)));
    let Some(Reply::Failed(failure)) = replies.last() else { panic!("{replies:?}") };
    let protocol::Failure::Settings(complaint) = failure else { panic!("{failure:?}") };
    assert_eq!((complaint.setting, complaint.given.as_str()), (protocol::RunSetting::Data.into(), "folder:3x64x64:20"));
    page.say(&start(&spec(30)));
    page.until_state(true, RunState::Ready);
}

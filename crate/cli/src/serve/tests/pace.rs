//! How fast a served run is, and how soon it obeys, where no page paints; `docs/cuda.md` quotes what it prints:
//!
//!     HEADWATER_PACE="--model resnet20 --width 16" cargo test --release -p headwater --bin headwater -- --ignored --nocapture pace

use super::{Page, Served, device_name, events};
use crate::arguments::read_words;
use protocol::{Change, Command, Event, Reply, RunState};
use std::env;
use std::time::{Duration, Instant};

/// How long steps are counted.
const COUNTED: Duration = Duration::from_secs(8);

/// Steps before that.
const WARM: usize = 10;

/// Changes of a shortcut that are timed.
const CHANGES: usize = 40;

/// The events of the next buffer, which is paid for at once.
fn next(page: &mut Page) -> Vec<Event> {
    events(&page.until(true, |reply| matches!(reply, Reply::Events(_))))
}

fn steps(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Step(_))).count()
}

#[test]
#[ignore = "a measurement"]
fn pace_of_a_served_run() {
    let words = env::var("HEADWATER_PACE").unwrap_or_default();
    let all = ["headwater", "train"].into_iter().chain(words.split_whitespace());
    let request = read_words(all.map(Into::into)).unwrap_or_else(|_| panic!("{words}"));
    let spec = protocol::RunSpec { steps: 1_000_000, eval_every: 0, ..request.run };
    let served = Served::with(&[]);
    let mut page = served.begin(1, &spec);
    page.until_state(true, RunState::Ready);
    page.say(&Command::Play);
    // What is made ready once.
    let mut warm = 0;
    while warm < WARM {
        warm += steps(&next(&mut page));
    }
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < COUNTED {
        done += steps(&next(&mut page));
    }
    let each = done as f64 / begun.elapsed().as_secs_f64();
    let mut took: Vec<_> = (0..CHANGES)
        .map(|change| {
            let asked = Instant::now();
            page.say(&Command::Change(Change::Skip { block: Some(1), strength: (change % 2) as f64 }));
            while !next(&mut page).iter().any(|event| matches!(event, Event::Mark(_))) {}
            let took = asked.elapsed();
            // Not always at the same part of a step.
            let rest = Instant::now();
            while rest.elapsed() < Duration::from_millis(5 + 7 * change as u64) {
                next(&mut page);
            }
            took.as_secs_f64() * 1000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!(
        "served on {}: {words}: {each:.2} steps/s, {:.0} images/s; a change of a shortcut until its mark: median {:.1} ms, \
         p95 {:.1} ms",
        device_name(),
        each * spec.batch as f64,
        took[CHANGES / 2],
        took[CHANGES * 95 / 100 - 1]
    );
}

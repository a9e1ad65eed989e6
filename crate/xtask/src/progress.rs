//! How far a long set-up is: the crates that its parts have compiled, counted in what cargo says, and the time that is left.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::run::finish;

/// Something is said this often, at most.
const PAUSE: Duration = Duration::from_secs(15);

/// One part of a set-up.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What is set up.
    pub name: &'static str,
    /// How many crates it compiles.
    pub crates: u32,
    /// How long it takes on two cores where it is alone, seconds.
    pub seconds: f64,
}

/// All parts, some of which may be under way at the same time.
pub struct Progress {
    parts: Vec<Part>,
    state: Mutex<State>,
}

struct State {
    /// Crates compiled so far, by part.
    compiled: Vec<u32>,
    start: Instant,
    last_said: Instant,
}

impl Progress {
    /// Begins, and says how long it will take.
    pub fn begin(parts: Vec<Part>) -> Self {
        let names: Vec<_> = parts.iter().map(|part| part.name).collect();
        let all: f64 = parts.iter().map(|part| part.seconds).sum();
        println!("set-up, once: {}; on two cores this takes {}", names.join(", "), in_words(all));
        let now = Instant::now();
        let state = State { compiled: vec![0; parts.len()], start: now, last_said: now };
        Self { parts, state: Mutex::new(state) }
    }

    /// Runs a cargo command of this part to its end, and says now and then how far all parts are. What cargo says besides
    /// is passed on.
    ///
    /// # Errors
    /// If the program cannot be run or does not succeed.
    pub fn run(&self, part: usize, command: &mut Command) -> Result<()> {
        let mut child = command.stderr(Stdio::piped()).spawn().context("cannot start cargo")?;
        let lines = child.stderr.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
        for line in lines.map_while(Result::ok) {
            let word = line.split_whitespace().next().unwrap_or_default();
            match word {
                "Compiling" => self.compiled(part),
                "Blocking" | "Downloading" | "Downloaded" | "Locking" | "Adding" | "Updating" | "Installing"
                | "Finished" => {}
                _ => eprintln!("{line}"),
            }
        }
        finish(command, child.wait()?)
    }

    /// All commands of this part are done.
    pub fn done(&self, part: usize) {
        self.state().compiled[part] = self.parts[part].crates;
    }

    fn compiled(&self, part: usize) {
        let mut state = self.state();
        state.compiled[part] += 1;
        if state.last_said.elapsed() >= PAUSE {
            state.last_said = Instant::now();
            println!("  {}", line(&self.parts, &state.compiled, state.start.elapsed().as_secs_f64()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far each part is, and the time left.
fn line(parts: &[Part], compiled: &[u32], elapsed: f64) -> String {
    let shares = parts.iter().zip(compiled).map(|(part, compiled)| {
        let percent = (100 * compiled / part.crates.max(1)).min(100);
        format!("{} {percent} %", part.name)
    });
    let shares: Vec<_> = shares.collect();
    format!("{}; {} left", shares.join(", "), in_words(seconds_left(parts, compiled, elapsed)))
}

/// What is planned of what remains, and the more has been done, the more as fast as that went. A part's last crates take
/// longer than its first, so that the last tenth of its time is left when all of them have begun.
fn seconds_left(parts: &[Part], compiled: &[u32], elapsed: f64) -> f64 {
    let all: f64 = parts.iter().map(|part| part.seconds).sum();
    let done = |(part, compiled): (&Part, &u32)| {
        part.seconds * f64::min(1.0, 0.9 * f64::from(*compiled) / f64::from(part.crates.max(1)))
    };
    let done: f64 = parts.iter().zip(compiled).map(done).sum();
    if done == 0.0 {
        return all;
    }
    let share = done / all;
    (all - done) * ((1.0 - share) + share * elapsed / done)
}

/// Half minutes, as one says them.
fn in_words(seconds: f64) -> String {
    match (seconds / 30.0).round() as u32 {
        0 => "less than half a minute".to_owned(),
        1 => "about half a minute".to_owned(),
        2 => "about a minute".to_owned(),
        halves if halves % 2 == 0 => format!("about {} minutes", halves / 2),
        halves => format!("about {}½ minutes", halves / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [Part; 2] =
        [Part { name: "trunk", crates: 100, seconds: 100.0 }, Part { name: "the page", crates: 50, seconds: 200.0 }];

    #[test]
    fn the_time_left_begins_as_planned_and_follows_the_machine() {
        assert_eq!(seconds_left(&PARTS, &[0, 0], 0.0), 300.0);
        let (slow, fast) = (seconds_left(&PARTS, &[100, 20], 500.0), seconds_left(&PARTS, &[100, 20], 50.0));
        assert!(slow > 130.0 && fast < 130.0, "{slow} {fast}");
        let left = seconds_left(&PARTS, &[100, 50], 300.0);
        assert!(left > 0.0 && left < 60.0, "{left}");
    }

    #[test]
    fn it_is_said_in_half_minutes_with_the_share_of_each_part() {
        assert_eq!(line(&PARTS, &[30, 5], 60.0), "trunk 30 %, the page 10 %; about 4½ minutes left");
        assert_eq!(in_words(5.0), "less than half a minute");
        assert_eq!(in_words(125.0), "about 2 minutes");
    }

    #[cfg(unix)]
    #[test]
    fn a_part_that_fails_is_named() {
        let progress = Progress::begin(PARTS.to_vec());
        let mut command = Command::new("sh");
        command.args(["-c", "echo '   Compiling a v1' >&2; exit 4"]);
        let error = progress.run(0, &mut command).expect_err("it exits with 4");
        assert!(error.to_string().contains("exit status: 4"), "{error}");
        assert_eq!(progress.state().compiled, [1, 0]);
    }
}

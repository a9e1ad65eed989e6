//! The programs that time training steps: each reads cases on its standard input and answers with milliseconds.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A running program that answers each line with `{"ms": …}`.
pub struct Stopwatch {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Stopwatch {
    /// Starts the program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = format!("{:?}", command.get_program());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| name)?;
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().context("the program has no output")?);
        Ok(Self { child, questions, answers })
    }

    /// What the program answers to a line.
    pub fn ask(&mut self, line: &str) -> Result<f64> {
        let questions = self.questions.as_mut().context("the program has no input")?;
        writeln!(questions, "{line}")?;
        questions.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let ms = serde_json::from_str::<Value>(&answer).ok().and_then(|value| value["ms"].as_f64());
        match ms {
            Some(ms) => Ok(ms),
            None => bail!("{line:?} was answered with {answer:?}"),
        }
    }
}

impl Drop for Stopwatch {
    fn drop(&mut self) {
        // Its input ends, so it ends; what it says then is of no interest.
        self.questions = None;
        let _ended = self.child.wait();
    }
}

/// Medians of two sides timed in turn, `rounds` times.
pub fn in_turn(
    rounds: usize,
    mut this: impl FnMut() -> Result<f64>,
    mut other: impl FnMut() -> Result<f64>,
) -> Result<(f64, f64)> {
    let (mut these, mut others) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        these.push(this()?);
        others.push(other()?);
    }
    Ok((median(&mut these), median(&mut others)))
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sides_take_turns_and_the_middle_counts() {
        let order = std::cell::RefCell::new(String::new());
        let mut times = [9.0, 1.0, 2.0].into_iter();
        let this = || {
            order.borrow_mut().push('a');
            Ok(times.next().unwrap())
        };
        let other = || {
            order.borrow_mut().push('b');
            Ok(5.0)
        };
        assert_eq!(in_turn(3, this, other).unwrap(), (2.0, 5.0));
        assert_eq!(order.into_inner(), "ababab");
    }

    #[test]
    fn an_answer_without_a_time_is_an_error() {
        let mut echo = Stopwatch::start(&mut Command::new("cat")).unwrap();
        assert_eq!(echo.ask("{\"ms\": 2.5}").unwrap(), 2.5);
        assert!(echo.ask("fast").is_err());
    }
}

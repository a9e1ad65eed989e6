//! What `headwater train` tells of a run: a progress bar on a terminal, plain lines or JSON lines otherwise.

use crate::failure::Failure;
use engine::Session;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use protocol::{
    EndReason, Evaluation, Event, Lane, Lost, Place, Quantity, SWEEP_STRENGTHS, Scalar, Schedule, StepRecord, recording,
};
use serde_json::json;
use std::fmt;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Steps between two plain lines.
const LINE_EVERY: u64 = 50;

/// What the accuracy of a batch counts for in the one that the bar shows.
const MEMORY: f64 = 0.02;

/// What is left of a run.
pub struct Kept {
    /// Its recording.
    pub recording: Option<PathBuf>,
    /// Its last checkpoint.
    pub checkpoint: Option<PathBuf>,
}

impl Kept {
    /// Where they are, and how to look at them.
    fn words(&self) -> Option<String> {
        let recording = self.recording.as_deref().map(|path| {
            let path = path.display();
            format!("recording {path} (headwater report {path} --out FILE.svg draws it, the page opens it)")
        });
        let checkpoint =
            self.checkpoint.as_deref().and_then(|path| Some((path, path.parent()?))).map(|(path, folder)| {
                let (path, folder) = (path.display(), folder.display());
                format!("checkpoint {path} (headwater train --resume {folder} --steps N goes on)")
            });
        let both: Vec<_> = [recording, checkpoint].into_iter().flatten().collect();
        (!both.is_empty()).then(|| both.join("; "))
    }
}

/// Where the run's events go.
pub struct Progress {
    bar: ProgressBar,
    json: bool,
    steps: u64,
    blocks: Vec<String>,
    /// Quantities that were asked for by name: the plain lines tell their numbers.
    asked: Vec<Quantity>,
    last_loss: f64,
    /// Of the training images, over about the last fifty batches.
    accuracy: f64,
    /// Steps that were told.
    seen: u64,
    /// Steps whose loss was not finite, and that made no update.
    without_update: u64,
    failure: Option<String>,
}

impl Progress {
    /// Of a run that begins or goes on.
    pub fn new(session: &Session, json: bool, asked: Vec<Quantity>) -> Self {
        let (steps, batch) = (session.spec().steps, session.spec().batch as f64);
        let on_terminal = std::io::stderr().is_terminal() && !json;
        let bar = if on_terminal { ProgressBar::new(steps) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:24} step {pos} of {len}  {msg}  {images}  {eta} left") {
            let images = move |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _no_room = write!(out, "{:.0} images/s", state.per_sec() * batch);
            };
            bar.set_style(style.with_key("images", images));
        }
        bar.set_position(session.step());
        bar.reset_eta();
        let blocks = session.network().plan.blocks.iter().map(|block| block.name.clone()).collect();
        Self {
            bar,
            json,
            steps,
            blocks,
            asked,
            last_loss: f64::NAN,
            accuracy: 0.0,
            seen: 0,
            without_update: 0,
            failure: None,
        }
    }

    /// Tells an event.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn event(&mut self, event: &Event) -> Result<(), Failure> {
        match event {
            Event::Step(record) => self.step(event, record),
            Event::Eval(_) if self.json => self.line(&recording::line(Lane::A, event).to_string()),
            Event::Eval(evaluation) => self.evaluation(evaluation),
            Event::End(EndReason::NonFinite { step, lost, block }) => {
                let place = block.as_deref().unwrap_or(Place::HEAD);
                self.failure = Some(format!(
                    "{} of step {step} is not a finite number, first in {place}, and the update was not made: try a smaller \
                     --lr or --norm bn",
                    lost_number(*lost)
                ));
                Ok(())
            }
            Event::End(EndReason::Done | EndReason::Interrupted) | Event::Mark(_) | Event::Phase(_) => Ok(()),
        }
    }

    fn step(&mut self, event: &Event, record: &StepRecord) -> Result<(), Failure> {
        self.last_loss = record.loss;
        self.without_update += u64::from(!record.loss.is_finite());
        // At first the mean of all.
        self.seen += 1;
        let weight = MEMORY.max(1.0 / self.seen as f64);
        if record.train_accuracy.is_finite() {
            self.accuracy += (record.train_accuracy - self.accuracy) * weight;
        }
        self.bar.set_position(record.step + 1);
        self.bar.set_message(format!("loss {:.4}, accuracy {:.1} %", record.loss, 100.0 * self.accuracy));
        if self.json {
            return self.line(&recording::line(Lane::A, event).to_string());
        }
        let found: String = record.measured.scalars.iter().filter_map(|scalar| self.scalar(scalar)).collect();
        let due = record.step.is_multiple_of(LINE_EVERY) || record.step + 1 == self.steps;
        let rare = self.asked.iter().any(|quantity| quantity.schedule() != Schedule::Every(1)) && !found.is_empty();
        if self.bar.is_hidden() && (due || rare) {
            let ratio = gradient_ratio(record);
            return self.line(&format!("step {} loss {:.4}{ratio}{found}", record.step, record.loss));
        }
        Ok(())
    }

    fn scalar(&self, scalar: &Scalar) -> Option<String> {
        let value = scalar.value.filter(|_| self.asked.contains(&scalar.quantity))?;
        Some(format!(", {} {value:.3}", scalar.quantity))
    }

    fn evaluation(&self, evaluation: &Evaluation) -> Result<(), Failure> {
        let Evaluation { step, loss, accuracy, measured, .. } = evaluation;
        let points = |share: f64| 100.0 * share;
        self.line(&format!("after {step} updates: held-out loss {loss:.4}, accuracy {:.1} %", points(*accuracy)))?;
        let of_ablation =
            [Quantity::AblationLoss, Quantity::AblationAccuracy].map(|quantity| measured.column(quantity));
        if let [Some(losses), Some(accuracies)] = of_ablation {
            for ((block, loss), accuracy) in self.blocks.iter().zip(losses).zip(accuracies) {
                let change = match (loss, accuracy) {
                    (Some(loss), Some(accuracy)) => {
                        format!("loss {loss:+.4}, accuracy {:+.1} points", points(*accuracy))
                    }
                    _ => "cannot be left out: its input and output differ in shape".to_owned(),
                };
                self.line(&format!("  without {block}: {change}"))?;
            }
        }
        let of_sweep = [Quantity::SweepLoss, Quantity::SweepAccuracy].map(|quantity| measured.vector(quantity));
        if let [Some(losses), Some(accuracies)] = of_sweep {
            for ((factor, loss), accuracy) in SWEEP_STRENGTHS.iter().zip(losses).zip(accuracies) {
                let accuracy = points(*accuracy);
                self.line(&format!("  all strengths times {factor}: loss {loss:.4}, accuracy {accuracy:.1} %"))?;
            }
        }
        Ok(())
    }

    fn line(&self, text: &str) -> Result<(), Failure> {
        if self.bar.is_hidden() {
            writeln!(std::io::stdout().lock(), "{text}")?;
        } else {
            self.bar.suspend(|| writeln!(std::io::stdout().lock(), "{text}"))?;
        }
        Ok(())
    }

    /// Tells how the run ended.
    ///
    /// # Errors
    /// If the loss was not finite, or standard output cannot be written.
    pub fn finish(self, session: &Session, kept: &Kept) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let (updates, hash) = (session.step(), session.network().parameters.hash()?);
        let is_cut_short = updates < session.spec().steps || session.is_evaluating();
        let reason = match (&self.failure, is_cut_short) {
            (Some(sentence), _) => sentence.as_str(),
            (None, true) => "interrupted",
            (None, false) => "done",
        };
        let end = match (self.json, &self.failure) {
            (true, _) => {
                let mut end = json!({"type": "end", "reason": reason, "updates": updates, "parameters": hash});
                for (name, path) in [("recording", &kept.recording), ("checkpoint", &kept.checkpoint)] {
                    if let Some(path) = path {
                        end[name] = path.to_string_lossy().into();
                    }
                }
                end.to_string()
            }
            (false, None) => {
                let without = match self.without_update {
                    0 => String::new(),
                    count => format!(" ({count} of them skipped, since the loss was not a finite number)"),
                };
                format!("{reason}: {updates} updates{without}, last loss {:.4}, parameters {hash}", self.last_loss)
            }
            (false, Some(_)) => String::new(),
        };
        if !end.is_empty() {
            writeln!(std::io::stdout().lock(), "{end}")?;
        }
        if let Some(words) = kept.words().filter(|_| !self.json) {
            writeln!(std::io::stdout().lock(), "{words}")?;
        }
        self.failure.map_or(Ok(()), |sentence| Err(Failure::Run(sentence)))
    }
}

/// The number that is not finite, in words.
pub fn lost_number(lost: Lost) -> &'static str {
    match lost {
        Lost::Loss => "the loss",
        Lost::Gradient => "the gradient",
    }
}

/// The first block's gradient over the last one's, in words.
fn gradient_ratio(record: &StepRecord) -> String {
    match record.column(Quantity::GradInL2) {
        Some([Some(first), .., Some(last)]) if *last > 0.0 => {
            format!(", gradient first/last block {:.2e}", first / last)
        }
        _ => String::new(),
    }
}

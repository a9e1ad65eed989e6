//! What `headwater train` tells of a run: a progress bar on a terminal, plain lines or JSON lines otherwise.

use crate::failure::Failure;
use engine::Session;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use protocol::{
    EndReason, Evaluation, Event, Lane, Lost, Mark, Place, Quantity, RunSetting, SWEEP_STRENGTHS, Scalar, Schedule,
    StepRecord, recording,
};
use serde_json::json;
use std::fmt;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    /// Images a step, as the run's settings have it now.
    batch: Arc<AtomicUsize>,
    failure: Option<String>,
}

impl Progress {
    /// Of a run that begins or goes on.
    pub fn new(session: &Session, json: bool, asked: Vec<Quantity>) -> Self {
        let (steps, batch) = (session.spec().steps, Arc::new(AtomicUsize::new(session.spec().batch)));
        let on_terminal = std::io::stderr().is_terminal() && !json;
        let bar = if on_terminal { ProgressBar::new(steps) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:24} step {pos} of {len}  {msg}  {images}  {eta} left") {
            let now = batch.clone();
            let images = move |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _no_room = write!(out, "{}", images_a_second(state.per_sec(), &now));
            };
            bar.set_style(style.with_key("images", images));
        }
        bar.set_position(session.step());
        bar.reset_eta();
        let blocks = session.network().plan.blocks.iter().map(|block| block.name.clone()).collect();
        Self { bar, json, steps, blocks, asked, last_loss: f64::NAN, accuracy: 0.0, seen: 0, batch, failure: None }
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
            Event::Mark(Mark { what: RunSetting::Batch, to, .. }) => {
                // A batch is a whole number.
                self.batch.store(*to as usize, Ordering::Relaxed);
                Ok(())
            }
            Event::End(EndReason::Done | EndReason::Interrupted) | Event::Mark(_) | Event::Phase(_) => Ok(()),
        }
    }

    fn step(&mut self, event: &Event, record: &StepRecord) -> Result<(), Failure> {
        self.last_loss = record.loss;
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
                let without = match session.skipped() {
                    0 => String::new(),
                    count => {
                        format!(" ({count} of them skipped, since the loss or a gradient was not a finite number)")
                    }
                };
                // A run that was over already has told of none.
                let loss = if self.seen > 0 { format!(", last loss {:.4}", self.last_loss) } else { String::new() };
                format!("{reason}: {updates} updates{without}{loss}, parameters {hash}")
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

/// What the bar says of the speed.
fn images_a_second(steps: f64, batch: &AtomicUsize) -> String {
    format!("{:.0} images/s", steps * batch.load(Ordering::Relaxed) as f64)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use protocol::RunSpec;

    #[test]
    fn the_speed_is_that_of_the_batch_which_is_set_now() {
        let mut spec = RunSpec { batch: 32, ..RunSpec::page_default() };
        spec.set_model("mlp2".parse().unwrap());
        let session = Session::new(spec.clone(), data::load(spec.data).unwrap(), candle_core::Device::Cpu).unwrap();
        let mut progress = Progress::new(&session, false, Vec::new());
        assert_eq!(images_a_second(2.0, &progress.batch), "64 images/s");
        let mark = |what, to| Event::Mark(Mark { step: 5, what, block: None, from: 0.0, to, folded: false });
        progress.event(&mark(RunSetting::Lr, 3.0)).unwrap();
        progress.event(&mark(RunSetting::Batch, 40.0)).unwrap();
        assert_eq!(images_a_second(2.0, &progress.batch), "80 images/s");
    }
}

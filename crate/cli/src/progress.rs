//! What `headwater train` tells of a run: a progress bar on a terminal, plain lines or JSON lines otherwise.

use crate::failure::Failure;
use engine::Session;
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{
    EndReason, Evaluation, Event, Lane, Lost, Place, Plan, Quantity, SWEEP_STRENGTHS, Scalar, Schedule, StepRecord,
    recording,
};
use serde_json::json;
use std::io::{IsTerminal, Write};

/// Steps between two plain lines.
const LINE_EVERY: u64 = 50;

/// Where the run's events go.
pub struct Progress {
    bar: ProgressBar,
    json: bool,
    steps: u64,
    blocks: Vec<String>,
    /// Quantities that were asked for by name: the plain lines tell their numbers.
    asked: Vec<Quantity>,
    last_loss: f64,
    failure: Option<String>,
}

impl Progress {
    /// Of a run of this number of steps.
    pub fn new(steps: u64, json: bool, plan: &Plan, asked: Vec<Quantity>) -> Self {
        let on_terminal = std::io::stderr().is_terminal() && !json;
        let bar = if on_terminal { ProgressBar::new(steps) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:32} step {pos} of {len}  {per_sec}  {msg}") {
            bar.set_style(style);
        }
        let blocks = plan.blocks.iter().map(|block| block.name.clone()).collect();
        Self { bar, json, steps, blocks, asked, last_loss: f64::NAN, failure: None }
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
        self.bar.set_position(record.step + 1);
        self.bar.set_message(format!("loss {:.4}", record.loss));
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
    pub fn finish(self, session: &Session) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        let (updates, hash) = (session.step(), session.network().parameters.hash()?);
        let reason = match (&self.failure, updates < session.spec().steps) {
            (Some(sentence), _) => sentence.as_str(),
            (None, true) => "interrupted",
            (None, false) => "done",
        };
        let end = match (self.json, &self.failure) {
            (true, _) => json!({"type": "end", "reason": reason, "updates": updates, "parameters": hash}).to_string(),
            (false, None) => {
                format!("{reason}: {updates} updates, last loss {:.4}, parameters {hash}", self.last_loss)
            }
            (false, Some(_)) => String::new(),
        };
        if !end.is_empty() {
            writeln!(std::io::stdout().lock(), "{end}")?;
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

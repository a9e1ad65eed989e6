//! `headwater train`: a session to its end, with a progress bar on a terminal and plain lines otherwise.

use crate::arguments::{Train, device, set, whole};
use crate::data;
use crate::failure::Failure;
use crate::network::apply;
use crate::recorder::Recorder;
use engine::data::Split;
use engine::{Advance, Session};
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{EndReason, Evaluation, Event, Quantity, RunSpec, StepRecord, recording};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Plain lines report every so many steps.
const LINE_EVERY: u64 = 50;

/// Runs the command.
pub fn run(options: &Train) -> Result<(), Failure> {
    let mut spec = RunSpec::program_default();
    apply(&mut spec, &options.model, &options.design, options.settings.skip.as_deref())?;
    set(&mut spec, "width", options.width.as_deref())?;
    set(&mut spec, "image_size", options.image_size.as_deref())?;
    set(&mut spec, "labels", options.labels.as_deref())?;
    set(&mut spec, "steps", options.steps.as_deref())?;
    options.settings.apply(&mut spec)?;
    spec.quantities = options.quantities.as_deref().map_or(Ok(Quantity::USUAL.to_vec()), Quantity::parse_list)?;
    spec.measure_every = options.measure_every.as_deref().map(str::parse).transpose()?;
    let set = data::load(spec.data)?;
    if let Some(epochs) = whole("epochs", options.epochs.as_deref(), 1, 10_000)? {
        spec.steps = (epochs * (set.count(Split::Train) / spec.batch)) as u64;
    }
    let eval_every = whole("eval-every", options.eval_every.as_deref(), 0, 1_000_000)?.unwrap_or(100) as u64;
    // 0 asks for one evaluation, after the last update.
    spec.eval_every = if eval_every == 0 { spec.steps } else { eval_every };
    let steps = spec.steps;
    let mut session = Session::new(spec, set, device(&options.device)?)?;
    let recorder = |path: &PathBuf| Recorder::new(path, session.spec(), &session.network().plan);
    let mut recorder = options.record.as_ref().map(recorder).transpose()?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    // A second handler cannot be there; without one Ctrl-C simply ends the program.
    let _no_handler = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let mut report = Report::new(steps, options.json);
    loop {
        let advance = session.complete_step()?;
        for event in session.drain_events() {
            if let Some(recorder) = &mut recorder {
                recorder.event(&event)?;
            }
            report.event(&event)?;
        }
        if advance == Advance::Ended {
            break;
        }
        if interrupted.load(Ordering::Relaxed) && session.is_between_steps() {
            break;
        }
    }
    report.finish(&session)
}

/// Where the run's events go.
struct Report {
    bar: ProgressBar,
    json: bool,
    steps: u64,
    last_loss: f64,
    failure: Option<String>,
}

impl Report {
    fn new(steps: u64, json: bool) -> Self {
        let on_terminal = std::io::stderr().is_terminal() && !json;
        let bar = if on_terminal { ProgressBar::new(steps) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:32} step {pos} of {len}  {per_sec}  {msg}") {
            bar.set_style(style);
        }
        Self { bar, json, steps, last_loss: f64::NAN, failure: None }
    }

    fn event(&mut self, event: &Event) -> Result<(), Failure> {
        match event {
            Event::Step(record) => self.step(event, record),
            Event::Eval(_) if self.json => self.line(&recording::line("a", event).to_string()),
            Event::Eval(Evaluation { step, loss, accuracy, .. }) => {
                self.line(&format!("after {step} updates: held-out loss {loss:.4}, accuracy {:.1} %", 100.0 * accuracy))
            }
            Event::End(EndReason::NonFinite { step, block }) => {
                let place = block.as_ref().map_or("the head".to_owned(), |block| format!("block {block}"));
                self.failure = Some(format!(
                    "the loss of step {step} is not a finite number, first in {place}: try a smaller --lr or --norm bn"
                ));
                Ok(())
            }
            Event::End(EndReason::Done) | Event::Mark(_) => Ok(()),
        }
    }

    fn step(&mut self, event: &Event, record: &StepRecord) -> Result<(), Failure> {
        self.last_loss = record.loss;
        self.bar.set_position(record.step + 1);
        self.bar.set_message(format!("loss {:.4}", record.loss));
        if self.json {
            return self.line(&recording::line("a", event).to_string());
        }
        if self.bar.is_hidden() && (record.step.is_multiple_of(LINE_EVERY) || record.step + 1 == self.steps) {
            return self.line(&format!("step {} loss {:.4}{}", record.step, record.loss, gradient_ratio(record)));
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

    fn finish(self, session: &Session) -> Result<(), Failure> {
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

/// The first block's gradient over the last one's, in words.
fn gradient_ratio(record: &StepRecord) -> String {
    match record.column(Quantity::GradInL2) {
        Some([Some(first), .., Some(last)]) if *last > 0.0 => {
            format!(", gradient first/last block {:.2e}", first / last)
        }
        _ => String::new(),
    }
}

//! `headwater train`: a session to its end, with a progress bar on a terminal and plain lines otherwise.

use crate::arguments::{Train, device, set, whole};
use crate::data;
use crate::failure::Failure;
use crate::network::apply;
use crate::recorder::Recorder;
use crate::report::Report;
use engine::data::Split;
use engine::{Advance, Session};
use protocol::{Quantity, RunSpec};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    let asked = if options.quantities.is_some() { session.spec().quantities.clone() } else { Vec::new() };
    let mut report = Report::new(steps, options.json, &session.network().plan, asked);
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
            recorder.as_mut().map_or(Ok(()), Recorder::interrupted)?;
            break;
        }
    }
    report.finish(&session)
}

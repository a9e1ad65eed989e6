//! `headwater train`: a session to its end, with a progress bar on a terminal and plain lines otherwise.

use crate::arguments::{Request, device};
use crate::data;
use crate::failure::Failure;
use crate::network::check_skip;
use crate::recorder::Recorder;
use crate::report::Report;
use engine::data::Split;
use engine::{Advance, Session};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    check_skip(request)?;
    let options = &request.options;
    let mut spec = request.run.clone();
    let asked = options.quantities.clone();
    spec.quantities = asked.clone().unwrap_or(spec.quantities);
    let set = data::load(spec.data)?;
    if let Some(epochs) = options.epochs {
        spec.steps = (epochs * (set.count(Split::Train) / spec.batch)) as u64;
    }
    // 0 asks for one evaluation, after the last update.
    spec.eval_every = if spec.eval_every == 0 { spec.steps } else { spec.eval_every };
    let steps = spec.steps;
    let mut session = Session::new(spec, set, device(options.device)?)?;
    let record = Some(Path::new(&options.record)).filter(|path| !path.as_os_str().is_empty());
    let recorder = |path: &Path| Recorder::new(path, session.spec(), &session.network().plan);
    let mut recorder = record.map(recorder).transpose()?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    // A second handler cannot be there; without one Ctrl-C simply ends the program.
    let _no_handler = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let mut report = Report::new(steps, options.json, &session.network().plan, asked.unwrap_or_default());
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

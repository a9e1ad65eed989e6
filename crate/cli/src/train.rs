//! `headwater train`: a session to its end, with a progress bar on a terminal and plain lines otherwise.

use crate::arguments::{Request, device};
use crate::data;
use crate::failure::{Failure, say};
use crate::network::check_skip;
use crate::progress::Progress;
use crate::recorder::Recorder;
use engine::{Advance, Session};
use protocol::{Complaint, Data, DataKind, OwnData, ProgramSetting, Reason, RunSetting};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    check_skip(request)?;
    let options = &request.options;
    let mut spec = request.run.clone();
    let asked = options.quantities.clone();
    spec.quantities = asked.clone().unwrap_or(spec.quantities);
    let (data, set) = data::open(request)?;
    spec.data = data;
    if let Some(epochs) = options.epochs {
        spec.steps = updates(epochs, set.describe().train / spec.batch)?;
    }
    // 0 asks for one evaluation, after the last update.
    spec.eval_every = if spec.eval_every == 0 { spec.steps } else { spec.eval_every };
    let steps = spec.steps;
    let begun = clock_ms();
    let mut session = Session::new(spec, set, device(options.device)?)?.with_clock(Some(clock_ms));
    let record = Some(Path::new(&options.record)).filter(|path| !path.as_os_str().is_empty());
    let recorder = |path: &Path| Recorder::new(path, session.spec(), &session.network().plan);
    let mut recorder = record.map(recorder).transpose()?;
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    // A second handler cannot be there; without one Ctrl-C simply ends the program.
    let _no_handler = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let mut progress = Progress::new(steps, options.json, &session.network().plan, asked.unwrap_or_default());
    let trained = train(&mut session, recorder.as_mut(), &mut progress, &interrupted);
    // Whatever ended it; and what went wrong first is said.
    let recorded = recorder.as_mut().map_or(Ok(()), Recorder::flush);
    trained.and(recorded)?;
    progress.finish(&session)?;
    if matches!(session.spec().data, Data::Own(OwnData { kind: DataKind::Folder, .. })) {
        let share = 100.0 * session.waiting_ms() / (clock_ms() - begun);
        say(&format!("training waited for pictures {share:.1} % of the time"));
    }
    Ok(())
}

/// Milliseconds since the program first asked.
fn clock_ms() -> f64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
}

/// The session to its end, or until its user stops it.
fn train(
    session: &mut Session,
    mut recorder: Option<&mut Recorder>,
    progress: &mut Progress,
    interrupted: &AtomicBool,
) -> Result<(), Failure> {
    loop {
        let advance = session.complete_step()?;
        for event in session.drain_events() {
            if let Some(recorder) = &mut recorder {
                recorder.event(&event)?;
            }
            progress.event(&event)?;
        }
        if advance == Advance::Ended {
            return Ok(());
        }
        if interrupted.load(Ordering::Relaxed) && session.is_between_steps() {
            return recorder.map_or(Ok(()), Recorder::interrupted);
        }
    }
}

/// The updates in this number of passes over the images, of which one pass makes `a_pass`; as many as `--steps` accepts.
fn updates(epochs: usize, a_pass: usize) -> Result<u64, Complaint> {
    let steps = epochs * a_pass;
    let of_epochs = |complaint: Complaint| match complaint.reason {
        Reason::Whole { max, .. } => {
            let accepted = Reason::Whole { min: 1, max: max / a_pass.max(1) as u64 };
            Complaint::new(ProgramSetting::Epochs, &epochs, accepted)
        }
        _ => complaint,
    };
    RunSetting::Steps.setting().check(steps).map_err(of_epochs)?;
    Ok(steps as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_as_many_updates_as_steps_may_be() {
        assert_eq!(updates(3, 187), Ok(561));
        assert_eq!(updates(5347, 187), Ok(999_889));
        let refused = Complaint::new(ProgramSetting::Epochs, &5348, Reason::Whole { min: 1, max: 5347 });
        assert_eq!(updates(5348, 187), Err(refused));
    }
}

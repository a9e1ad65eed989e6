//! `headwater train`: a session to its end, with a progress bar on a terminal and plain lines otherwise.

use crate::arguments::{Request, device};
use crate::checkpoint::{Checkpoints, DataSeen, Found, GoesOn};
use crate::failure::{Failure, say};
use crate::network::check_skip;
use crate::progress::{Kept, Progress};
use crate::recorder::Recorder;
use crate::signals::Signals;
use crate::{data, resume, skip_schedule};
use engine::{Advance, Session};
use protocol::{Complaint, Data, DataKind, OwnData, ProgramOptions, ProgramSetting, Reason, RunSetting, RunSpec};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Over,
    /// Somebody stopped it.
    Stopped,
}

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    train_one(request).map(|_| ())
}

/// Trains one run.
///
/// # Errors
/// If it cannot begin or go on, or its loss is not finite.
pub fn train_one(request: &Request) -> Result<Ending, Failure> {
    check_skip(request)?;
    let mut request = request.clone();
    skip_schedule::take_in(&mut request)?;
    let mut found = None;
    if !request.options.resume.is_empty() {
        let (taken, checkpoint) = resume::take_up(&request)?;
        (request, found) = (taken, Some(checkpoint));
    }
    let asked = request.options.quantities.clone();
    let (data, set) = data::open(&request)?;
    let images = set.describe().train;
    let seen = DataSeen::of(&*set);
    if let Some(found) = &found {
        resume::check_data(found, data, &seen)?;
        if let Some(epochs) = request.options.epochs.take() {
            let steps = updates(epochs, images / request.run.batch)?;
            resume::set_steps(&mut request, found, steps)?;
        }
    }
    settle(&mut request, data, images)?;
    let (spec, options) = (&request.run, &request.options);
    let device = device(options.device)?;
    let from = found.as_ref().map(Found::place);
    let old = found.as_ref().and_then(resume::recording);
    let begun = clock_ms();
    let session = match found {
        Some(found) => Session::restore(found.saved, spec.clone(), set, device)?,
        None => Session::new(spec.clone(), set, device)?,
    };
    let mut session = session.with_clock(Some(clock_ms));
    // Files are touched once the run is known to be one.
    let mut checkpoints = checkpoints(spec, options, seen, from.as_ref())?;
    // A long recording takes long to be gone on with.
    let signals = Signals::heard();
    let record = Some(Path::new(&options.record)).filter(|path| !path.as_os_str().is_empty());
    let plan = &session.network().plan;
    let recorder = |path| match &from {
        Some(from) => resume::recorder(path, old.as_deref(), spec, plan, from, &signals),
        None => Recorder::new(path, spec, plan),
    };
    let mut recorder = record.map(recorder).transpose()?;
    let mut progress = Progress::new(&session, options.json, asked.unwrap_or_default());
    let trained = train(&mut session, recorder.as_mut(), checkpoints.as_mut(), &mut progress, &signals);
    // Whatever ended it; and what went wrong first is said.
    let recorded = recorder.as_mut().map_or(Ok(()), Recorder::flush);
    let ending = trained.and_then(|ending| recorded.map(|()| ending))?;
    let kept = Kept { recording: record.map(Path::to_owned), checkpoint: checkpoints.and_then(|own| own.last()) };
    progress.finish(&session, &kept)?;
    if matches!(session.spec().data, Data::Own(OwnData { kind: DataKind::Folder, .. })) {
        let share = 100.0 * session.waiting_ms() / (clock_ms() - begun);
        say(&format!("training waited for pictures {share:.1} % of the time"));
    }
    Ok(ending)
}

/// Gives the run the settings that its images and other flags decide: then they are those of its recording's header.
fn settle(request: &mut Request, data: Data, images: usize) -> Result<(), Complaint> {
    let (run, options) = (&mut request.run, &request.options);
    run.data = data;
    if let Some(quantities) = &options.quantities {
        run.quantities.clone_from(quantities);
    }
    if let Some(epochs) = options.epochs {
        run.steps = updates(epochs, images / run.batch)?;
    }
    // 0 asks for one evaluation, after the last update.
    run.eval_every = if run.eval_every == 0 { run.steps } else { run.eval_every };
    Ok(())
}

/// The settings that the header of this run's recording has, of so many training images.
///
/// # Errors
/// About the first setting that is not accepted.
pub fn recorded_spec(request: &Request, data: Data, images: usize) -> Result<RunSpec, Failure> {
    let mut request = request.clone();
    skip_schedule::take_in(&mut request)?;
    settle(&mut request, data, images)?;
    Ok(request.run)
}

/// The checkpoints that are asked for.
fn checkpoints(
    spec: &RunSpec,
    options: &ProgramOptions,
    data: DataSeen,
    from: Option<&GoesOn>,
) -> Result<Option<Checkpoints>, Failure> {
    if !options.checkpoint.is_empty() {
        return Checkpoints::new(Path::new(&options.checkpoint), spec, options, data, from).map(Some);
    }
    match options.checkpoint_every {
        Some(every) => Err(Failure::Input(format!("--checkpoint-every {every} needs a folder: --checkpoint DIR"))),
        None => Ok(None),
    }
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
    mut checkpoints: Option<&mut Checkpoints>,
    progress: &mut Progress,
    signals: &Signals,
) -> Result<Ending, Failure> {
    // Why its events cannot be told any more; then the run is put down like one that is stopped.
    let mut untold = None;
    loop {
        let advance = session.advance()?;
        for event in session.drain_events() {
            if let Some(recorder) = &mut recorder {
                recorder.event(&event)?;
            }
            if let Some(checkpoints) = &mut checkpoints {
                checkpoints.event(&event);
            }
            if untold.is_none() {
                untold = progress.event(&event).err();
            }
        }
        // A step is finished; an evaluation is made again by whoever goes on.
        let stops = (signals.ask_to_stop() || untold.is_some()) && !session.is_within_step();
        let is_over = advance == Advance::Ended || stops;
        let is_due = |own: &&mut Checkpoints| is_over || session.is_between_steps() && own.is_due(session.step());
        if let Some(checkpoints) = checkpoints.as_mut().filter(|own| is_due(own)) {
            // A checkpoint needs the recording up to its step.
            recorder.as_mut().map_or(Ok(()), |recorder| recorder.settle())?;
            checkpoints.write(session)?;
        }
        if advance == Advance::Ended {
            return untold.map_or(Ok(Ending::Over), Err);
        }
        if stops {
            recorder.map_or(Ok(()), Recorder::interrupted)?;
            return match untold {
                Some(Failure::NobodyReads) => Err(Failure::Run(format!(
                    "nobody reads the output any more: the run stopped after {} updates",
                    session.step()
                ))),
                other => other.map_or(Ok(Ending::Stopped), Err),
            };
        }
    }
}

/// The updates in this number of passes over the images, of which one pass makes `a_pass`; as many as `--steps` accepts.
fn updates(epochs: usize, a_pass: usize) -> Result<u64, Complaint> {
    let steps = epochs * a_pass.max(1);
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

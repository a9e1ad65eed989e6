//! `--resume`: what a command line asks for that goes on from a checkpoint.

use crate::arguments::Request;
use crate::checkpoint::{DataSeen, Found, GoesOn, KEPT_SETTINGS, is_same, newest};
use crate::failure::{Failure, say};
use crate::recorder::Recorder;
use crate::signals::Signals;
use protocol::setting::Id;
use protocol::{Data, Plan, ProgramOptions, ProgramSetting, Quantity, RunSetting, RunSpec};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Settings of the program that may be others than before.
const FREE: [ProgramSetting; 9] = [
    // That it holds the same kind and number of images is looked at.
    ProgramSetting::DataDir,
    // It is a fade and changes at steps by now.
    ProgramSetting::SkipSchedule,
    ProgramSetting::Resume,
    ProgramSetting::Threads,
    ProgramSetting::Record,
    ProgramSetting::Checkpoint,
    ProgramSetting::CheckpointEvery,
    ProgramSetting::Epochs,
    ProgramSetting::Json,
];

/// The request with the settings of the checkpoint's run, and the checkpoint.
///
/// # Errors
/// If there is none, or a flag says something else than its run has.
pub fn take_up(request: &Request) -> Result<(Request, Found), Failure> {
    let folder = Path::new(&request.options.resume);
    let found = newest(folder)?;
    let mut taken = request.clone();
    taken.run = found.run.clone();
    for setting in KEPT_SETTINGS.into_iter().filter(|setting| !request.gives(*setting)) {
        if let Some(text) = kept(&found, setting) {
            setting.setting().set(&mut taken.options, text).strict()?;
        }
    }
    if taken.options.checkpoint.is_empty() {
        taken.options.checkpoint.clone_from(&request.options.resume);
    }
    for id in &request.given {
        let [given, own] = match *id {
            Id::Run(RunSetting::Steps) => {
                set_steps(&mut taken, &found, request.run.steps)?;
                continue;
            }
            // One evaluation, after the last update, is asked for by 0.
            Id::Run(RunSetting::EvalEvery)
                if request.run.eval_every == 0 && found.run.eval_every == found.run.steps =>
            {
                continue;
            }
            Id::Run(setting) => [setting.get(&request.run), setting.get(&found.run)],
            Id::Program(ProgramSetting::Quantities) => {
                let given = request.options.quantities.as_deref().map(Quantity::write_list);
                [given.unwrap_or_default(), Quantity::write_list(&found.run.quantities)]
            }
            Id::Program(setting) if !FREE.contains(&setting) => {
                let usual = setting.setting().get(&ProgramOptions::default());
                let own = kept(&found, setting).map_or(usual, ToOwned::to_owned);
                [setting.setting().get(&request.options), own]
            }
            Id::Program(_) | Id::Page(_) => continue,
        };
        if given != own {
            return Err(Failure::Input(format!(
                "--{} {given:?} contradicts the checkpoint {}, whose run has {own:?}: leave it out, or begin a new run",
                id.name().replace('_', "-"),
                found.path.display()
            )));
        }
    }
    Ok((taken, found))
}

/// Gives the run that goes on another budget.
///
/// # Errors
/// If the checkpoint is of a later step.
pub fn set_steps(taken: &mut Request, found: &Found, steps: u64) -> Result<(), Failure> {
    let done = found.saved.standing.step;
    if steps < done {
        return Err(Failure::Input(format!(
            "--steps {steps} is not accepted: the checkpoint {} has {done} updates already, so it must be {done} or more",
            found.path.display()
        )));
    }
    if done > 0 {
        found.run.check_budget(steps)?;
    }
    // The one evaluation after the last update stays that.
    if taken.run.eval_every == taken.run.steps {
        taken.run.eval_every = steps;
    }
    taken.run.steps = steps;
    Ok(())
}

/// Whether these are the images of the run.
///
/// # Errors
/// What is another one.
pub fn check_data(found: &Found, kind: Data, now: &DataSeen) -> Result<(), Failure> {
    let refused = |why: String| Err(Failure::Input(format!("--resume {}: {why}", found.path.display())));
    let before = &found.data;
    if before.images != now.images || found.run.data != kind {
        return refused(format!(
            "its run has {} training images ({}), and the data have {} now ({kind})",
            before.images, found.run.data, now.images
        ));
    }
    if before.data.is_some() && before.data != now.data {
        return refused(format!(
            "the data are another set of {kind} than its run learned from: name that with --data-dir"
        ));
    }
    Ok(())
}

/// The recording of the run so far, if there is one.
pub fn recording(found: &Found) -> Option<PathBuf> {
    kept(found, ProgramSetting::Record).map(PathBuf::from)
}

/// Goes on with the `old` recording; where another file is asked for and the old one cannot be used, with that one, or from
/// there on if it is new.
///
/// # Errors
/// If the file cannot be made, or the old recording cannot be gone on with.
pub fn recorder(
    path: &Path,
    old: Option<&Path>,
    spec: &RunSpec,
    plan: &Plan,
    from: &GoesOn,
    signals: &Signals,
) -> Result<Recorder, Failure> {
    match Recorder::go_on(path, old, spec, plan, from, signals) {
        Err(Failure::Input(why)) if old.is_some_and(|old| old != path && !is_same(old, path)) => {
            if path.exists() {
                // The old one was moved there, or it is another run's and stays as it is.
                return Recorder::go_on(path, Some(path), spec, plan, from, signals);
            }
            say(&why);
            Recorder::go_on(path, None, spec, plan, from, signals)
        }
        other => other,
    }
}

fn kept(found: &Found, setting: ProgramSetting) -> Option<&str> {
    found.program.get(setting.name()).and_then(Value::as_str)
}

//! `--skip-schedule`: how the shortcuts change, as a fade and changes at steps.

use crate::arguments::Request;
use crate::failure::Failure;
use protocol::{Complaint, Fade, ProgramSetting, Reason, RunSetting, TimedChanges};

/// What stands for every block.
const ALL: &str = "all";

/// Gives the run the fade and the changes that the flag is short for.
///
/// # Errors
/// If it is neither, or the fade is given twice.
pub fn take_in(request: &mut Request) -> Result<(), Failure> {
    let text = request.options.skip_schedule.clone();
    let refused = || Complaint::new(ProgramSetting::SkipSchedule, &text, Reason::SkipSchedule);
    let mut changes = request.run.events.to_string();
    let mut parts = text.split(',').map(str::trim).filter(|part| !part.is_empty()).peekable();
    if parts.peek().is_none() && !text.is_empty() {
        return Err(refused().into());
    }
    for part in parts {
        if let Some(fade) = part.strip_prefix("fade:") {
            if request.gives(RunSetting::Fade) {
                let fade = RunSetting::Fade.get(&request.run);
                return Err(Failure::Input(format!(
                    "--skip-schedule {text:?} does not go with --fade {fade:?}: give one of them"
                )));
            }
            request.run.fade = Some(fade.parse::<Fade>().map_err(|_| refused())?);
            request.given.push(RunSetting::Fade.into());
        } else {
            let (block, at) = part.split_once('=').ok_or_else(refused)?;
            let (strength, step) = at.split_once('@').ok_or_else(refused)?;
            let block = match block.trim() {
                ALL => RunSetting::Skip.name(),
                // Those that are no block belong to --events.
                other if RunSetting::named(other).is_some() => return Err(refused().into()),
                block => block,
            };
            changes.push_str(&format!(";{step}:{block}={strength}"));
            request.given.push(RunSetting::Events.into());
        }
    }
    request.run.events = changes.parse::<TimedChanges>().map_err(|_| refused())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::read_words;

    fn taken(words: &[&str]) -> Result<Request, String> {
        let words = ["headwater", "train", "--model", "resnet20"].iter().chain(words).map(Into::into);
        let mut request = read_words(words).unwrap_or_else(|_| panic!());
        take_in(&mut request).map(|()| request).map_err(|failure| failure.to_string())
    }

    #[test]
    fn it_is_short_for_a_fade_and_changes_at_steps() {
        let of = |words: &[&str]| taken(words).map(|request| (Fade::write(request.run.fade), request.run.events));
        let said = |words: &[&str]| of(words).map(|(fade, events)| (fade, events.to_string())).unwrap();
        let pair = |fade: &str, events: &str| (fade.to_owned(), events.to_owned());
        assert_eq!(said(&["--skip-schedule", "fade:480-980"]), pair("480-980", ""));
        let list = ["--skip-schedule", "layer2.0=0@500, all=on@900"];
        assert_eq!(said(&list), pair("", "500:layer2.0=0;900:skip=on"));
        let both = ["--skip-schedule", "layer2.0=0.5@5,fade:7-9", "--events", "6:lr=0.1"];
        assert_eq!(said(&both), pair("7-9", "5:layer2.0=0.5;6:lr=0.1"));
        assert_eq!(said(&[]), pair("", ""));
    }

    #[test]
    fn what_is_none_is_named() {
        for bad in [
            "layer2.0",
            "layer2.0=0",
            "layer2.0@5",
            "fade:9-5",
            "fade",
            "lr=0.1@5",
            "layer2.0=3@5",
            "5:skip=off",
            ",",
            " ",
        ] {
            let said = taken(&["--skip-schedule", bad]).err().unwrap_or_else(|| panic!("{bad}"));
            assert!(said.contains("skip_schedule") && said.contains("BLOCK=STRENGTH@STEP"), "{bad}: {said}");
        }
        let said = taken(&["--skip-schedule", "fade:1-2", "--fade", "3-4"]).err().unwrap();
        assert!(said.contains("does not go with --fade \"3-4\""), "{said}");
    }
}

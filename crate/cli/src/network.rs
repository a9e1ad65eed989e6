//! Which network the flags ask for.

use crate::arguments::Request;
use protocol::{Because, Complaint, Model, ModelSpec, ProgramOptions, Reason, RunSetting, RunSpec};

/// Refuses strengths for a network without shortcuts, open ones too: whoever gives them believes that there are some.
///
/// # Errors
/// The complaint about `--skip`.
pub fn check_skip(request: &Request) -> Result<(), Complaint> {
    let model = request.run.model;
    if !request.gives(RunSetting::Skip) || model.family().has_shortcuts() {
        return Ok(());
    }
    let because = Because::NoShortcuts;
    let reason = Reason::NotWith { other: RunSetting::Model, value: model.to_string(), because };
    Err(Complaint::new(RunSetting::Skip, &request.run.skip, reason))
}

/// Sizes that hold unless a flag says otherwise.
#[derive(Clone, Copy)]
pub struct Usual {
    pub channels: usize,
    pub image_size: usize,
    pub classes: usize,
}

impl Usual {
    /// The sizes of the network's authors.
    pub fn of_model(model: Model) -> Self {
        let ModelSpec { channels, image_size, classes, .. } = ModelSpec::standard(model);
        Self { channels, image_size, classes }
    }

    /// The sizes of the run's data.
    pub fn of_data(run: &RunSpec) -> Self {
        let ModelSpec { channels, image_size, classes, .. } = run.model_spec();
        Self { channels, image_size, classes }
    }
}

/// The network's shape: the run's design with the sizes of the flags.
pub fn shaped(run: &RunSpec, options: &ProgramOptions, usual: Usual) -> ModelSpec {
    ModelSpec {
        channels: options.channels.unwrap_or(usual.channels),
        image_size: if run.image_size == 0 { usual.image_size } else { run.image_size },
        classes: options.classes.unwrap_or(usual.classes),
        ..run.model_spec()
    }
}

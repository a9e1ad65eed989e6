//! Which network the flags ask for.

use crate::arguments::{Design, Shape, set, whole};
use crate::failure::Failure;
use protocol::{Model, ModelSpec, RunSpec, SpecError};

/// The run's model, its design and its strengths as the flags have them.
///
/// # Errors
/// Names the first value that is not accepted.
pub fn apply(spec: &mut RunSpec, model: &str, design: &Design, skip: Option<&str>) -> Result<(), Failure> {
    set(spec, "model", Some(model))?;
    design.apply(spec)?;
    let given = skip.filter(|_| matches!(spec.model, Model::Vgg { .. }));
    given.map_or(Ok(()), |skip| {
        Err(SpecError::new("skip", skip, format!("left out: {} has no shortcuts", spec.model)).into())
    })
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
///
/// # Errors
/// Names the first value that is not accepted.
pub fn shaped(run: &RunSpec, shape: &Shape, usual: Usual) -> Result<ModelSpec, Failure> {
    let number = |name, text: &Option<String>, usual, min, max| {
        Ok::<_, Failure>(whole(name, text.as_deref(), min, max)?.unwrap_or(usual))
    };
    Ok(ModelSpec {
        width: number("width", &shape.width, run.model.family().width(), 1, 1024)?,
        channels: number("channels", &shape.channels, usual.channels, 1, 64)?,
        image_size: number("image-size", &shape.image_size, usual.image_size, 1, 1024)?,
        classes: number("classes", &shape.classes, usual.classes, 2, 100_000)?,
        ..run.model_spec()
    })
}

//! The one table of settings: the page's URL parameters, the program's flags and the controls are made from it.

use crate::{Activation, Data, Init, Labels, Merge, Model, Norm, Order, RunSpec, Skip, SpecError};

/// What became of a value that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken as it is.
    Taken,
    /// It was out of range and moved to the nearest accepted value; the error says what was given.
    Clamped(SpecError),
    /// It could not be read; nothing was changed.
    Refused(SpecError),
}

impl Outcome {
    /// The strict reading: anything not taken as it is, is an error.
    ///
    /// # Errors
    /// The sentence about the value that was clamped or refused.
    pub fn strict(self) -> Result<(), SpecError> {
        match self {
            Self::Taken => Ok(()),
            Self::Clamped(error) | Self::Refused(error) => Err(error),
        }
    }
}

/// One setting of a [`RunSpec`].
pub struct Key {
    /// The name in the URL; the program's flag is the same with `-` for `_`.
    pub name: &'static str,
    /// Whether it may change while a run goes on; the others need a new run.
    pub live: bool,
    /// The value as it is written in a URL.
    pub get: fn(&RunSpec) -> String,
    set: fn(&mut RunSpec, &str) -> Outcome,
}

impl Key {
    /// Sets the value from text.
    pub fn set(&self, spec: &mut RunSpec, text: &str) -> Outcome {
        (self.set)(spec, text)
    }
}

/// The setting of that name.
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Every setting, in the order in which a link writes them.
pub const KEYS: &[Key] = &[
    Key {
        name: "model",
        live: false,
        get: |spec| spec.model.to_string(),
        set: |spec, text| {
            let mut model = spec.model;
            let outcome = take(&mut model, text.parse());
            spec.set_model(model);
            outcome
        },
    },
    Key { name: "depth", live: false, get: |spec| spec.model.depth().to_string(), set: set_depth },
    Key {
        name: "width",
        live: false,
        get: |spec| spec.width.to_string(),
        set: |spec, text| whole(&mut spec.width, "width", text, 1, 256),
    },
    Key {
        name: "norm",
        live: false,
        get: |spec| spec.norm.to_string(),
        set: |spec, text| take(&mut spec.norm, text.parse::<Norm>()),
    },
    Key {
        name: "init",
        live: false,
        get: |spec| spec.init.to_string(),
        set: |spec, text| take(&mut spec.init, text.parse::<Init>()),
    },
    Key {
        name: "order",
        live: false,
        get: |spec| spec.order.to_string(),
        set: |spec, text| take(&mut spec.order, text.parse::<Order>()),
    },
    Key {
        name: "activation",
        live: false,
        get: |spec| spec.activation.to_string(),
        set: |spec, text| take(&mut spec.activation, text.parse::<Activation>()),
    },
    Key {
        name: "merge",
        live: false,
        get: |spec| spec.merge.to_string(),
        set: |spec, text| take(&mut spec.merge, text.parse::<Merge>()),
    },
    Key {
        name: "branch_layers",
        live: false,
        get: |spec| spec.branch_layers.to_string(),
        set: |spec, text| whole(&mut spec.branch_layers, "branch_layers", text, 1, 2),
    },
    Key {
        name: "data",
        live: false,
        get: |spec| spec.data.to_string(),
        set: |spec, text| take(&mut spec.data, text.parse::<Data>()),
    },
    Key {
        name: "labels",
        live: false,
        get: |spec| spec.labels.to_string(),
        set: |spec, text| take(&mut spec.labels, text.parse::<Labels>()),
    },
    Key {
        name: "image_size",
        live: false,
        get: |spec| spec.image_size.to_string(),
        set: |spec, text| whole(&mut spec.image_size, "image_size", text, 0, 1024),
    },
    Key {
        name: "stochastic_depth",
        live: false,
        get: |spec| spec.stochastic_depth.to_string(),
        set: |spec, text| real(&mut spec.stochastic_depth, "stochastic_depth", text, 0.0, 1.0),
    },
    Key {
        name: "skip",
        live: true,
        get: |spec| spec.skip.to_string(),
        set: |spec, text| take(&mut spec.skip, text.parse::<Skip>()),
    },
    Key {
        name: "lr",
        live: true,
        get: |spec| spec.lr.to_string(),
        set: |spec, text| real(&mut spec.lr, "lr", text, 0.0, 10.0),
    },
    Key {
        name: "momentum",
        live: true,
        get: |spec| spec.momentum.to_string(),
        set: |spec, text| real(&mut spec.momentum, "momentum", text, 0.0, 0.999),
    },
    Key {
        name: "weight_decay",
        live: false,
        get: |spec| spec.weight_decay.to_string(),
        set: |spec, text| real(&mut spec.weight_decay, "weight_decay", text, 0.0, 1.0),
    },
    Key {
        name: "batch",
        live: true,
        get: |spec| spec.batch.to_string(),
        set: |spec, text| whole(&mut spec.batch, "batch", text, 1, 512),
    },
    Key {
        name: "seed",
        live: false,
        get: |spec| spec.seed.to_string(),
        set: |spec, text| whole(&mut spec.seed, "seed", text, 0, u64::from(u32::MAX)),
    },
    Key {
        name: "steps",
        live: true,
        get: |spec| spec.steps.to_string(),
        set: |spec, text| whole(&mut spec.steps, "steps", text, 1, 1_000_000),
    },
];

fn set_depth(spec: &mut RunSpec, text: &str) -> Outcome {
    let accepted = "6n+2 from 8 to 1202 except 50 and 152: 8, 14, 20, 26, 32, …";
    let Ok(depth) = text.trim().parse::<usize>() else {
        return Outcome::Refused(SpecError::new("depth", text, accepted));
    };
    let nearest = (8..=1202).filter(|d| Model::cifar(*d).is_some()).min_by_key(|d| d.abs_diff(depth));
    spec.set_model(nearest.and_then(Model::cifar).unwrap_or(spec.model));
    if spec.model.depth() == depth { Outcome::Taken } else { Outcome::Clamped(SpecError::new("depth", text, accepted)) }
}

fn take<T>(slot: &mut T, parsed: Result<T, SpecError>) -> Outcome {
    match parsed {
        Ok(value) => {
            *slot = value;
            Outcome::Taken
        }
        Err(error) => Outcome::Refused(error),
    }
}

fn whole<T: TryFrom<u64> + Copy>(slot: &mut T, name: &str, text: &str, min: u64, max: u64) -> Outcome {
    let error = || SpecError::new(name, text, format!("a whole number from {min} to {max}"));
    let Ok(value) = text.trim().parse::<i128>() else { return Outcome::Refused(error()) };
    let clamped = value.clamp(i128::from(min), i128::from(max));
    let Some(new) = u64::try_from(clamped).ok().and_then(|v| T::try_from(v).ok()) else {
        return Outcome::Refused(error());
    };
    *slot = new;
    if clamped == value { Outcome::Taken } else { Outcome::Clamped(error()) }
}

fn real(slot: &mut f64, name: &str, text: &str, min: f64, max: f64) -> Outcome {
    let error = || SpecError::new(name, text, format!("a number from {min} to {max}"));
    let Some(value) = text.trim().parse::<f64>().ok().filter(|v| !v.is_nan()) else {
        return Outcome::Refused(error());
    };
    *slot = value.clamp(min, max);
    if *slot == value { Outcome::Taken } else { Outcome::Clamped(error()) }
}

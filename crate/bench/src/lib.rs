//! One training step (forward, backward, SGD with momentum), timed: ours and stock Candle's, on the same shapes. The
//! program and the wasm module answer the same question.

pub mod fingerprint;
pub mod kernels;
mod ours;
mod stock;
#[cfg(target_arch = "wasm32")]
mod wasm;

use protocol::{Model, ModelSpec, Norm, Quantity};
use std::error::Error;
use std::str::FromStr;

/// What went wrong, in whichever package.
pub type Failure = Box<dyn Error>;

/// Whose code trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The engine, nothing measured.
    Ours,
    /// The engine, with the quantities that a run measures unless asked otherwise.
    Measured,
    /// The engine, with every quantity of a step; not those of an evaluation.
    MeasuredAll,
    /// Stock Candle: its convolution, batch norm and autograd.
    Stock,
}

impl FromStr for Side {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        match name {
            "ours" => Ok(Self::Ours),
            "measured" => Ok(Self::Measured),
            "measured-all" => Ok(Self::MeasuredAll),
            "stock" => Ok(Self::Stock),
            other => Err(format!("side {other:?} is not ours, measured, measured-all or stock").into()),
        }
    }
}

/// A training step to time.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The network and its input.
    pub spec: ModelSpec,
    /// Images a step.
    pub batch: usize,
    /// Strength of every shortcut.
    pub strength: f64,
}

impl Case {
    /// Reads `MODEL WIDTH CHANNELS SIZE CLASSES BATCH [NORM [INIT [STRENGTH]]]`.
    pub fn parse(words: &[&str]) -> Option<Self> {
        let model: Model = words.first()?.parse().ok()?;
        let number = |place: usize| words.get(place)?.parse::<usize>().ok();
        let standard = ModelSpec::standard(model);
        let norm: Norm = words.get(6).map_or(Some(standard.norm), |word| word.parse().ok())?;
        let spec = ModelSpec {
            width: number(1)?,
            channels: number(2)?,
            image_size: number(3)?,
            classes: number(4)?,
            norm,
            init: words.get(7).map_or(Some(standard.init), |word| word.parse().ok())?,
            ..standard
        };
        let strength = words.get(8).map_or(Some(1.0), |word| word.parse().ok())?;
        Some(Self { spec, batch: number(5)?, strength })
    }
}

/// Milliseconds of each of `steps` training steps, after two to warm up; `now` is a clock in milliseconds.
///
/// # Errors
/// If Candle or the engine fails.
pub fn time_steps(side: Side, case: &Case, steps: usize, now: impl Fn() -> f64) -> Result<Vec<f64>, Failure> {
    let mut step: Box<dyn FnMut() -> Result<(), Failure>> = match side {
        Side::Ours => ours::trainer(case, &[])?,
        Side::Measured => ours::trainer(case, &Quantity::USUAL)?,
        Side::MeasuredAll => ours::trainer(case, Quantity::ALL)?,
        Side::Stock => stock::trainer(case)?,
    };
    let mut times = Vec::with_capacity(steps);
    for index in 0..steps + 2 {
        let start = now();
        step()?;
        if index >= 2 {
            times.push(now() - start);
        }
    }
    Ok(times)
}

/// The middle value.
pub fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

//! What a lesson wants to know of a run.

use crate::{Lane, Quantity, QuantityShape, SWEEP_STRENGTHS};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

/// One measured value, or what part one is of another.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What is measured.
    pub of: Measure,
    /// Where, if it is measured at each block.
    #[serde(default)]
    pub block: Option<Site>,
    /// At which number of branches on a path, if it is measured at each; the sum over all, if missing.
    #[serde(default)]
    pub k: Option<usize>,
    /// At which factor on all strengths, if it is measured at each of [`SWEEP_STRENGTHS`].
    #[serde(default)]
    pub at_strength: Option<f64>,
    /// Of which run; the first, if missing.
    #[serde(default)]
    pub lane: Option<Lane>,
    /// Up to which step: the last measurement up to it counts. The end of the lesson's step, if missing.
    #[serde(default)]
    pub at: Option<u64>,
    /// What it is divided by.
    #[serde(default)]
    pub over: Option<Box<Wanted>>,
    /// How it is written, if otherwise than its unit wants.
    #[serde(default)]
    pub form: Option<Form>,
}

impl Wanted {
    /// Itself, and what it is divided by.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |part| part.over.as_deref())
    }

    /// Whether it says where, just as what is measured wants it.
    pub(super) fn says_where(&self) -> bool {
        let shape = match self.of {
            Measure::Quantity(quantity) => quantity.shape(),
            _ => QuantityShape::Scalar,
        };
        let factor = self.at_strength.filter(|factor| SWEEP_STRENGTHS.contains(factor));
        let named = (self.block.is_some(), self.k.is_some(), self.at_strength.is_some());
        match shape {
            QuantityShape::Block => named == (true, false, false),
            QuantityShape::Scalar => named == (false, false, false),
            QuantityShape::Path => !named.0 && !named.2,
            QuantityShape::Sweep => named == (false, false, true) && factor.is_some(),
        }
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The mean cross-entropy over the batch, nats.
    Loss,
    /// Its debiased moving average, nats.
    SmoothedLoss,
    /// Share of the held-out images that are classified correctly.
    Accuracy,
    /// Share of the batch that is classified correctly.
    TrainAccuracy,
    /// A quantity.
    Quantity(Quantity),
}

impl Measure {
    /// Those that are no quantities, with their names.
    const OTHERS: [(&'static str, Self); 4] = [
        ("loss", Self::Loss),
        ("smoothed_loss", Self::SmoothedLoss),
        ("accuracy", Self::Accuracy),
        ("train_accuracy", Self::TrainAccuracy),
    ];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        let other = Self::OTHERS.iter().find(|(own, _)| *own == name).map(|(_, measure)| *measure);
        other.or_else(|| Quantity::named(name).map(Self::Quantity))
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let accepted = "loss, smoothed_loss, accuracy, train_accuracy or a quantity";
        Self::named(&name).ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&name), &accepted))
    }
}

/// Where a value is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// The stem.
    Stem,
    /// The block next to it.
    First,
    /// The block of this number, from 1.
    Block(usize),
    /// The block next to the loss.
    Last,
    /// The head.
    Head,
    /// The block at which it is largest.
    Largest,
    /// The block at which it is smallest.
    Smallest,
}

impl<'de> Deserialize<'de> for Site {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match name.as_str() {
            "stem" => Ok(Self::Stem),
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            "head" => Ok(Self::Head),
            "largest" => Ok(Self::Largest),
            "smallest" => Ok(Self::Smallest),
            number => match number.parse() {
                Ok(number) if number > 0 => Ok(Self::Block(number)),
                _ => Err(D::Error::invalid_value(
                    Unexpected::Str(&name),
                    &"stem, first, last, head, largest, smallest or the number of a block",
                )),
            },
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A number.
    Number,
    /// A share of a hundred.
    Percent,
    /// A part or a multiple of something.
    Factor,
}

//! A file of weights on its way between page and source, and what can be wrong with one.

use crate::{Contents, Plan, RunSpec};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// A safetensors file that was opened, and not read yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// The file's name.
    pub file: String,
    /// All of it.
    #[serde(with = "bytes")]
    pub bytes: Vec<u8>,
}

impl Weights {
    /// A larger file is not read, bytes: a page holds it as often as four times.
    pub const MOST_BYTES: u64 = 256 << 20;
}

/// Its bytes are no words.
impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Weights({:?}, {} bytes)", self.file, self.bytes.len())
    }
}

/// Whether a file of weights fits the networks of some runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Comes back with the answer.
    pub number: u32,
    /// The runs.
    pub specs: Vec<RunSpec>,
    /// The file.
    pub weights: Arc<Weights>,
}

/// Why a file of weights is not taken for a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfit {
    /// The index of the run.
    pub lane: usize,
    /// What is wrong.
    pub problem: WeightsProblem,
}

/// How the names of a file's tensors were read as torchvision's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renaming {
    /// Without what all of them began with, such as `module.`.
    Without(String),
    /// `linear` as `fc`, as the most used network of the CIFAR family calls it.
    Linear,
    /// From the names that Hugging Face's transformers give a ResNet.
    HuggingFace,
}

/// What is wrong with a file of weights. Its text here is for logs.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{self:?}")]
pub enum WeightsProblem {
    /// It is larger than [`Weights::MOST_BYTES`].
    TooLarge {
        /// Its size, bytes.
        bytes: u64,
    },
    /// It vanished before it was read.
    Unreadable,
    /// It does not begin as a safetensors file does, but is this.
    Not(Contents),
    /// It begins as a safetensors file, and is cut or damaged.
    Damaged,
    /// A tensor is missing.
    Missing {
        /// Its name.
        name: String,
        /// The shape that it should have.
        shape: Vec<usize>,
    },
    /// A tensor has another shape.
    Shape {
        /// Its name.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that it should have.
        needed: Vec<usize>,
    },
    /// It answers with another number of classes.
    Classes {
        /// The name of the tensor that says so.
        name: String,
        /// Its shape, which begins with the number of classes.
        found: Vec<usize>,
        /// The shape that it should have.
        needed: Vec<usize>,
    },
    /// A tensor does not hold floating-point values of 16, 32 or 64 bits.
    Kind {
        /// Its name.
        name: String,
        /// The type of its values.
        found: String,
    },
    /// A tensor holds values that are no finite numbers.
    NotFinite {
        /// Its name.
        name: String,
        /// How many are NaN or infinite.
        count: usize,
        /// How many there are.
        of: usize,
        /// The type as which they were read.
        dtype: String,
    },
    /// A tensor belongs to no layer of the network.
    Extra {
        /// Its name.
        name: String,
    },
}

/// The name of the file of a run's weights after `step` updates, its shortcuts at these strengths: such as
/// `resnet20-w8-closed-step400.safetensors`. `mark` tells runs apart whose names would be the same.
pub fn weights_file(spec: &RunSpec, plan: &Plan, strengths: &[f64], mark: Option<&str>, step: u64) -> String {
    let all = |strength: f64| strengths.iter().all(|own| *own == strength);
    let skips = match () {
        () if !plan.has_shortcuts() => None,
        () if all(1.0) => Some("open"),
        () if all(0.0) => Some("closed"),
        () => Some("partly"),
    };
    let parts = [Some(format!("{}-w{}", spec.model, spec.width)), skips.map(str::to_owned), mark.map(str::to_owned)];
    let name: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}-step{step}.safetensors", name.join("-"))
}

/// Bytes as one piece, which the codec copies at once.
pub(crate) mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        <&[u8]>::deserialize(deserializer).map(<[u8]>::to_vec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Message;
    use crate::{Command, Reply};

    #[test]
    fn a_file_of_weights_passes_between_page_and_source_whole() {
        let weights = Arc::new(Weights { file: "mine.safetensors".into(), bytes: (0..=255).collect() });
        let check = Command::Check(Box::new(Check { number: 3, specs: vec![RunSpec::page_default()], weights }));
        assert_eq!(Command::decode(&check.encode().unwrap()).unwrap(), check);
        let reply = Reply::Weights { step: 7, bytes: vec![0, 255, 7] };
        let encoded = reply.encode().unwrap();
        assert_eq!(Reply::decode(&encoded).unwrap(), reply);
        for cut in 0..encoded.len() {
            assert!(Reply::decode(&encoded[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn the_name_of_the_file_says_network_shortcuts_and_step() {
        let name = |spec: &RunSpec, strength: f64, mark| {
            let plan = Plan::new(spec.model_spec()).unwrap();
            let mut strengths = vec![strength; plan.blocks.len()];
            strengths[0] = strength.floor();
            weights_file(spec, &plan, &strengths, mark, 400)
        };
        let usual = RunSpec::page_default();
        assert_eq!(name(&usual, 1.0, None), "resnet20-w8-open-step400.safetensors");
        assert_eq!(name(&usual, 0.0, Some("b")), "resnet20-w8-closed-b-step400.safetensors");
        assert_eq!(name(&usual, 0.5, None), "resnet20-w8-partly-step400.safetensors");
        let vgg = RunSpec { model: "vgg16".parse().unwrap(), width: 64, ..usual };
        assert_eq!(name(&vgg, 1.0, None), "vgg16-w64-step400.safetensors");
    }
}

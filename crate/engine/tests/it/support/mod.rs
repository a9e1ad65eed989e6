//! What the engine's tests share: small networks, weights and batches by formula, the shipped data, and runs.
#![allow(dead_code, clippy::unwrap_used)]

pub mod differences;
pub mod formula;

use candle_core::{DType, Device};
use dataset::{Shards, Source, Split, Wanted};
use engine::data::Images;
use engine::{Batch, Join, Network, Session};
use protocol::{Data, Event, Manifest, Model, ModelSpec, ParameterPlan, ParameterRole, Quantity, RunSpec, StepRecord};
use std::env;
use std::sync::OnceLock;

/// Where the tests compute. A build with CUDA may be told that a card does: `HEADWATER_TEST_DEVICE=cuda:0`.
#[allow(clippy::disallowed_methods, reason = "whoever runs the tests chooses")]
pub fn device() -> &'static Device {
    static DEVICE: OnceLock<Device> = OnceLock::new();
    DEVICE.get_or_init(|| match env::var("HEADWATER_TEST_DEVICE") {
        Ok(name) => Device::new_cuda(name.strip_prefix("cuda:").unwrap().parse().unwrap()).unwrap(),
        Err(_) => Device::Cpu,
    })
}

/// Three blocks of the CIFAR family on grey images of 8×8 pixels.
pub fn resnet8(width: usize) -> ModelSpec {
    ModelSpec { width, channels: 1, image_size: 8, ..ModelSpec::standard("resnet8".parse().unwrap()) }
}

/// Fully connected blocks on grey images of 4×4 pixels.
pub fn mlp(blocks: usize, width: usize) -> ModelSpec {
    ModelSpec { width, channels: 1, image_size: 4, ..ModelSpec::standard(format!("mlp{blocks}").parse().unwrap()) }
}

/// A network of the ImageNet or VGG family, small.
pub fn small(name: &str, width: usize, image_size: usize) -> ModelSpec {
    ModelSpec { width, image_size, classes: 4, ..ModelSpec::standard(name.parse().unwrap()) }
}

/// Blocks half open, closed, left out, open.
pub const MIXED: [Join; 4] = [
    Join { shortcut: 0.5, branch: 1.0 },
    Join { shortcut: 0.0, branch: 1.0 },
    Join { shortcut: 1.0, branch: 0.0 },
    Join { shortcut: 1.0, branch: 1.0 },
];

/// The number of branches that the gradient takes on average, in each of the forms that need no evaluation.
pub const EFFECTIVE_DEPTHS: [Quantity; 5] = [
    Quantity::EffectiveDepth,
    Quantity::EffectiveDepthMean,
    Quantity::EffectiveDepthClosed,
    Quantity::EffectiveDepthBound,
    Quantity::EffectiveDepthForward,
];

/// This number of joins, in turn from the pattern.
pub fn cycled(pattern: &[Join], blocks: usize) -> Vec<Join> {
    pattern.iter().copied().cycle().take(blocks).collect()
}

/// The network whose weights are those of the formula.
pub fn formula_network(spec: ModelSpec, seed: u64, dtype: DType) -> Network {
    formula::network(spec, seed, dtype, device()).unwrap()
}

/// The network of the formula with the weights of its blocks (no norm's, no bias) multiplied by a power of two, one for
/// the first half of the blocks and one for the others.
pub fn shrunk_network(spec: ModelSpec, seed: u64, factors: [f64; 2], dtype: DType) -> Network {
    let mut network = formula_network(spec, seed, dtype);
    for index in 0..network.parameters.plan().len() {
        let ParameterPlan { name, role, .. } = &network.parameters.plan()[index];
        let is_weight = matches!(role, ParameterRole::ConvWeight | ParameterRole::LinearWeight);
        let blocks = &network.plan.blocks;
        let of_block = blocks.iter().position(|block| name.starts_with(&format!("{}.", block.name)));
        if let Some(block) = of_block.filter(|_| is_weight) {
            let factor = factors[2 * block / blocks.len()];
            let shrunk = (network.parameters.tensor(index) * factor).unwrap();
            network.parameters.replace(index, shrunk);
        }
    }
    network
}

/// The batch of the formula.
pub fn formula_batch(spec: ModelSpec, seed: u64, count: usize, dtype: DType) -> Batch {
    formula::batch(spec, seed, count, dtype, device()).unwrap()
}

macro_rules! shipped {
    ($folder:literal, $($file:literal),+) => {
        (include_str!(concat!("../../../../../assets/data/", $folder, "/manifest.json")),
         &[$(($file, include_bytes!(concat!("../../../../../assets/data/", $folder, "/", $file)).as_slice())),+])
    };
}

/// A shipped data set's manifest and files.
pub type Shipped = (&'static str, &'static [(&'static str, &'static [u8])]);

/// The 8×8 digits.
pub const DIGITS: Shipped = shipped!("digits", "train-00.bin", "train-01.bin", "train-02.bin", "test-00.bin");

/// The 28×28 clothes; for native tests, because it would make the wasm tests 3 MB larger.
#[cfg(not(target_arch = "wasm32"))]
pub const FASHION_MNIST: Shipped = shipped!(
    "fashion-mnist",
    "train-00.bin",
    "train-01.bin",
    "train-02.bin",
    "train-03.bin",
    "train-04.bin",
    "train-05.bin",
    "train-06.bin",
    "train-07.bin",
    "train-08.bin",
    "train-09.bin",
    "train-10.bin",
    "train-11.bin",
    "test-00.bin",
    "test-01.bin"
);

/// The data set with all its files.
pub fn data(shipped: Shipped) -> Shards {
    let manifest: Manifest = serde_json::from_str(shipped.0).unwrap();
    let mut set = Shards::new(manifest.clone()).unwrap();
    for (split, shards) in [(Split::Train, &manifest.train), (Split::Test, &manifest.test)] {
        for (index, shard) in shards.iter().enumerate() {
            let (_, bytes) = shipped.1.iter().find(|(file, _)| *file == shard.file).unwrap();
            set.insert(split, index, bytes).unwrap();
        }
    }
    set
}

/// The data set as batches.
pub fn images(shipped: Shipped) -> Images {
    data(shipped).into()
}

/// Some of the images as a batch.
pub fn batch(set: &Images, split: Split, images: &[usize]) -> Batch {
    set.batch(&Wanted::plain(split, images.to_vec()), device()).unwrap().unwrap()
}

/// A small quick run: the settings of the page's default on the 8×8 digits, eight layers deep.
pub fn small_spec() -> RunSpec {
    let model = Model::cifar(8).unwrap();
    RunSpec { model, width: 4, data: Data::Digits, eval_every: 0, ..RunSpec::page_default() }
}

/// A session on the digits.
pub fn session(spec: RunSpec) -> Session {
    Session::new(spec, data(DIGITS), device().clone()).unwrap()
}

/// Runs `count` steps and returns what was said.
pub fn run(session: &mut Session, count: u64) -> Vec<Event> {
    let end = session.step() + count;
    while session.step() < end {
        session.complete_step().unwrap();
    }
    session.drain_events()
}

/// The step records among events.
pub fn steps(events: &[Event]) -> Vec<&StepRecord> {
    events.iter().filter_map(|event| if let Event::Step(record) = event { Some(record) } else { None }).collect()
}

/// The losses, as bits.
pub fn loss_bits(events: &[Event]) -> Vec<u64> {
    steps(events).iter().map(|record| record.loss.to_bits()).collect()
}

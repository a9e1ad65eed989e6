//! What the engine's tests share: small networks, weights and batches by formula, the shipped data, and runs.
#![allow(dead_code, clippy::unwrap_used)]

pub mod differences;

use candle_core::{DType, Device, Tensor};
use engine::data::{DataSet, Split};
use engine::random::fnv1a64;
use engine::{Batch, Join, Network, Parameters, Session};
use protocol::{Data, Event, Manifest, Model, ModelSpec, ParameterPlan, ParameterRole, Plan, RunSpec, StepRecord};

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

/// This number of joins, in turn from the pattern.
pub fn cycled(pattern: &[Join], blocks: usize) -> Vec<Join> {
    pattern.iter().copied().cycle().take(blocks).collect()
}

/// s_i in [-1, 1) of `reference/make_reference.py`.
pub fn signed_units(seed: u64, name: &str, count: usize) -> impl Iterator<Item = f64> {
    let key = fnv1a64(format!("{seed}:{name}").bytes());
    (1..=count as u64).map(move |i| {
        let mut z = key.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        2.0 * ((z >> 40) as f64 / (1u64 << 24) as f64) - 1.0
    })
}

fn formula_values(parameter: &ParameterPlan, seed: u64) -> Vec<f32> {
    let shape = &parameter.shape;
    let (offset, scale) = match parameter.role {
        ParameterRole::ConvWeight => (0.0, 3f64.sqrt() * (2.0 / (shape[0] * shape[2] * shape[3]) as f64).sqrt()),
        ParameterRole::LinearWeight => (0.0, 3f64.sqrt() / (shape[1] as f64).sqrt()),
        ParameterRole::NormWeight { .. } => (1.0, 0.1),
        ParameterRole::NormBias | ParameterRole::Bias { .. } | ParameterRole::Scale => (0.0, 0.1),
    };
    signed_units(seed, &parameter.name, parameter.count()).map(|s| (offset + scale * s) as f32).collect()
}

/// The network whose weights are those of the formula.
pub fn formula_network(spec: ModelSpec, seed: u64, dtype: DType) -> Network {
    let plan = Plan::new(spec).unwrap();
    let tensors = plan.parameters.iter().map(|parameter| {
        let values = formula_values(parameter, seed);
        (parameter.name.clone(), Tensor::from_vec(values, parameter.shape.clone(), &Device::Cpu).unwrap())
    });
    let parameters = Parameters::from_tensors(&plan, tensors.collect(), dtype, &Device::Cpu).unwrap();
    Network::new(plan, parameters).unwrap()
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
    let ModelSpec { channels, image_size, classes, .. } = spec;
    let numbers = signed_units(seed, "images", count * channels * image_size * image_size);
    let pixels: Vec<f32> = numbers.map(|s| (3f64.sqrt() * s) as f32).collect();
    let images = Tensor::from_vec(pixels, (count, channels, image_size, image_size), &Device::Cpu).unwrap();
    let labels: Vec<u32> = (0..count).map(|n| ((7 * n + 3) % classes) as u32).collect();
    Batch { images: images.to_dtype(dtype).unwrap(), labels: Tensor::new(labels, &Device::Cpu).unwrap() }
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
pub fn data(shipped: Shipped) -> DataSet {
    let manifest: Manifest = serde_json::from_str(shipped.0).unwrap();
    let mut set = DataSet::new(manifest.clone()).unwrap();
    for (split, shards) in [(Split::Train, &manifest.train), (Split::Test, &manifest.test)] {
        for (index, shard) in shards.iter().enumerate() {
            let (_, bytes) = shipped.1.iter().find(|(file, _)| *file == shard.file).unwrap();
            set.insert(split, index, bytes).unwrap();
        }
    }
    set
}

/// A small quick run: the settings of the page's default on the 8×8 digits, eight layers deep.
pub fn small_spec() -> RunSpec {
    let model = Model::cifar(8).unwrap();
    RunSpec { model, width: 4, data: Data::Digits, eval_every: 0, ..RunSpec::page_default() }
}

/// A session on the digits.
pub fn session(spec: RunSpec) -> Session {
    Session::new(spec, data(DIGITS), Device::Cpu).unwrap()
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

//! Files of weights and of images, damaged at random: whatever is in one, it is read or named, and nothing panics.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "with --nocapture the test says how many cases came to what")]

use crate::support::formula_network;
use candle_core::{DType, Device, Tensor};
use dataset::random::Stream;
use engine::{EngineError, Input, Network, Tensors, read_tensors};
use protocol::{ModelSpec, Norm, Plan};

/// The length of a safetensors file's header.
fn header_length(file: &[u8]) -> usize {
    u64::from_le_bytes(*file.first_chunk().unwrap()) as usize
}

/// What stands in a header, and what may stand there instead: of equal size, of another, of a type that nobody reads.
const SWAPS: [[&str; 2]; 18] = [
    ["F32", "I32"],
    ["F32", "U32"],
    ["F32", "F64"],
    ["F32", "F8_E4M3"],
    ["I64", "F64"],
    ["I64", "U64"],
    ["[2,2]", "[4]"],
    ["[2,2]", "[4,1]"],
    ["[2,1,2,2]", "[2,2,2,1]"],
    ["[2,1,2,2]", "[1,2,2,2]"],
    ["[2]", "[1,2]"],
    ["[2]", "[18446744073709551615,2]"],
    ["[2]", "[-2]"],
    ["bias", "weight"],
    ["fc", "linear"],
    ["module.", "model."],
    ["labels", "images"],
    ["layer1", "encoder.stages.65535.layers.0"],
];

/// The file with something else in its header, whose length is mended.
fn swapped(file: &[u8], random: &mut Stream) -> Vec<u8> {
    let (header, values) = file[8..].split_at(header_length(file));
    let mut header = String::from_utf8_lossy(header).into_owned();
    for _ in 0..1 + random.below(2) {
        let [from, to] = SWAPS[random.below(SWAPS.len())];
        let places: Vec<_> = header.match_indices(from).map(|(at, _)| at).collect();
        if !places.is_empty() {
            let at = places[random.below(places.len())];
            header.replace_range(at..at + from.len(), to);
        }
    }
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), values].concat()
}

/// The file with one to three bytes that are others, missing or new, in its header, its values or both.
fn bitten(file: &[u8], random: &mut Stream) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let header = 8 + header_length(file);
    let whole = random.below(2) == 0;
    for _ in 0..1 + random.below(3) {
        let from = if whole { 0 } else { header.min(bytes.len() - 1) };
        let at = from + random.below(bytes.len() - from);
        match random.below(if whole { 4 } else { 2 }) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 0x7f, 0xff, b'0', b'"', b'{'][random.below(6)],
            2 => bytes.truncate(at + 1),
            _ => bytes.insert(at, random.below(256) as u8),
        }
    }
    bytes
}

/// `HEADWATER_FUZZ` sets another number of thousands of cases when the test is built.
#[test]
fn however_a_file_of_tensors_is_damaged_it_is_read_or_named() {
    let thousands: Option<usize> = option_env!("HEADWATER_FUZZ").and_then(|text| text.parse().ok());
    let cases = 1000 * thousands.unwrap_or(100);
    let standard = ModelSpec::standard("mlp1".parse().unwrap());
    let spec =
        ModelSpec { norm: Norm::None, width: 2, channels: 1, image_size: 2, classes: 2, branch_layers: 1, ..standard };
    let network = formula_network(spec, 1, DType::F32);
    let weights = network.to_safetensors().unwrap();
    let named = |rule: fn(&str) -> String| {
        let tensors: Tensors =
            read_tensors(&weights).unwrap().into_iter().map(|(name, tensor)| (rule(&name), tensor)).collect();
        safetensors::serialize(tensors, None).unwrap()
    };
    let images = Tensor::new(&[0.5f32, -1.0, 0.25, 2.0, -0.5, 1.0, 0.0, 3.0], &Device::Cpu).unwrap();
    let labels = Tensor::new(&[1i64, 0], &Device::Cpu).unwrap();
    let input = [("images", images.reshape((2, 1, 2, 2)).unwrap()), ("labels", labels)];
    let files = [
        weights.clone(),
        named(|name| format!("module.{name}")),
        named(|name| format!("resnet.embedder.embedder.convolution.weight{name}")),
        safetensors::serialize(input, None).unwrap(),
    ];
    let (mut random, mut read, mut named) = (Stream::new(1, "fuzz:tensors", 0), 0, 0);
    for case in 0..cases {
        let file = &files[case % files.len()];
        let file = if random.below(2) == 0 { swapped(file, &mut random) } else { bitten(file, &mut random) };
        let found = read_tensors(&file).map_err(EngineError::from).and_then(|tensors| {
            let input = Input::new(&tensors).and_then(|input| input.batch(&network).map(drop));
            let plan = Plan::clone(&network.plan);
            input.or_else(|_| Network::from_tensors(plan, tensors, DType::F32, &Device::Cpu).map(drop))
        });
        match found {
            Ok(()) => read += 1,
            Err(EngineError::Weights(_) | EngineError::Input(_)) => named += 1,
            Err(other) => unreachable!("case {case}: {other}"),
        }
    }
    println!("{cases} cases: {read} were read, {named} were named");
    assert!(read > cases / 10 && named > cases / 2, "{cases} cases: {read} were read, {named} were named");
}

//! Weights and images that somebody brings: what is read, and how everything else is named.
#![allow(clippy::unwrap_used)]

#[path = "../../engine/tests/it/support/mod.rs"]
mod formulas;
#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use candle_core::{DType, Device, Tensor};
use formulas::{formula_batch, formula_network};
use protocol::{Model, ModelSpec};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use support::{file, headwater, json, refused};

/// Formula weights as a map, ready to be damaged and saved.
fn weights(spec: ModelSpec, seed: u64) -> HashMap<String, Tensor> {
    let network = formula_network(spec, seed, DType::F32);
    let plan = network.parameters.plan().iter().enumerate();
    plan.map(|(index, parameter)| (parameter.name.clone(), network.parameters.tensor(index).clone())).collect()
}

fn save(tensors: &HashMap<String, Tensor>, name: &str) -> String {
    let path = file(name);
    candle_core::safetensors::save(tensors, &path).unwrap();
    path.to_str().unwrap().to_owned()
}

fn small() -> ModelSpec {
    ModelSpec { width: 8, channels: 1, image_size: 28, ..ModelSpec::standard(Model::cifar(8).unwrap()) }
}

const SMALL: [&str; 10] =
    ["--model", "resnet8", "--width", "8", "--channels", "1", "--image-size", "28", "--classes", "10"];

/// A file of these bytes.
fn written(name: &str, bytes: &[u8]) -> String {
    let path = file(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A probe of the small network with these weights and images.
fn probe<'a>(weights: &'a str, input: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["probe"], &SMALL[..], &["--weights", weights, "--input", input], more].concat()
}

fn save_batch(spec: ModelSpec, name: &str) -> String {
    let batch = formula_batch(spec, 1, 4, DType::F32);
    let labels = batch.labels.to_dtype(DType::I64).unwrap();
    save(&HashMap::from([("images".into(), batch.images), ("labels".into(), labels)]), name)
}

#[test]
fn probe_reproduces_a_reference_case_from_files() {
    let reference: Value =
        serde_json::from_str(include_str!("../../engine/tests/it/reference/gradient_profiles.json")).unwrap();
    let case = &reference["cases"][0];
    let weights = save(&weights(small(), 1), "weights.safetensors");
    let input = save_batch(small(), "input.safetensors");
    let more = ["--weights", &weights, "--input", &input, "--updates", "5", "--weight-decay", "1e-4", "--json"];
    let found = json(&[&["probe"], SMALL.as_slice(), more.as_slice()].concat());
    let losses: Vec<_> = found["losses"].as_array().unwrap().iter().map(|loss| loss.as_f64().unwrap()).collect();
    let expected = case["sgd_losses"].as_array().unwrap();
    assert_eq!(losses.len(), expected.len());
    for (found, expected) in losses.iter().zip(expected) {
        assert!((found / expected.as_f64().unwrap() - 1.0).abs() < 5e-3, "{found} and {expected}");
    }
    assert_eq!(found["loss"], found["losses"][0], "the profile before any update");
    assert_eq!(found["after"]["loss"], found["losses"][5], "the profile after the last");
    assert_ne!(found["after"]["blocks"][0]["grad_in_l2"], found["blocks"][0]["grad_in_l2"]);
    let plain = ["--weights", &weights, "--input", &input, "--json"];
    let found = json(&[&["probe"], SMALL.as_slice(), plain.as_slice()].concat());
    for (found, expected) in found["blocks"].as_array().unwrap().iter().zip(case["blocks"].as_array().unwrap()) {
        assert_eq!(found["block"], expected["block"]);
        let (a, b) = (found["grad_in_l2"].as_f64().unwrap(), expected["grad_in_l2"].as_f64().unwrap());
        assert!((a / b - 1.0).abs() < 2e-3, "{found} and {expected}");
    }
}

#[test]
fn damaged_weights_and_inputs_are_named() {
    let refused_with = |weights: &str, input: &str, words: &[&str]| refused(&probe(weights, input, &[]), words);
    let input = save_batch(small(), "good-input.safetensors");
    let good = save(&weights(small(), 1), "good-weights.safetensors");

    let mut missing = weights(small(), 1);
    missing.remove("layer2.0.conv1.weight");
    refused_with(&save(&missing, "missing.safetensors"), &input, &["layer2.0.conv1.weight", "[16, 8, 3, 3]"]);
    let mut extra = weights(small(), 1);
    extra.insert("layer4.0.conv1.weight".into(), extra["conv1.weight"].clone());
    refused_with(&save(&extra, "extra.safetensors"), &input, &["layer4.0.conv1.weight"]);
    let mut misshapen = weights(small(), 1);
    misshapen.insert("fc.bias".into(), misshapen["bn1.bias"].clone());
    refused_with(&save(&misshapen, "misshapen.safetensors"), &input, &["fc.bias", "[8]", "[10]"]);

    let mut whole = weights(small(), 1);
    let integers = whole["fc.bias"].to_dtype(DType::I64).unwrap();
    whole.insert("fc.bias".into(), integers);
    refused_with(&save(&whole, "integers.safetensors"), &input, &["fc.bias", "i64"]);

    refused_with("nowhere.safetensors", &input, &["nowhere.safetensors"]);
    refused_with(&good, &good, &["images"]);
    let other = save_batch(ModelSpec { image_size: 20, ..small() }, "other-input.safetensors");
    refused_with(&good, &other, &["images", "[N, 1, 28, 28]"]);
}

#[test]
fn buffers_are_accepted_and_norm_tensors_ignored_without_norm() {
    let mut tensors = weights(small(), 1);
    let zero = Tensor::new(0i64, &Device::Cpu).unwrap();
    tensors.insert("bn1.num_batches_tracked".into(), zero);
    tensors.insert("bn1.running_mean".into(), tensors["bn1.bias"].clone());
    let (weights, input) = (save(&tensors, "buffers.safetensors"), save_batch(small(), "buffers-input.safetensors"));
    for norm in ["bn", "none"] {
        let more = ["--weights", &weights, "--input", &input, "--norm", norm, "--json"];
        assert!(json(&[&["probe"], SMALL.as_slice(), more.as_slice()].concat())["loss"].is_number());
    }
}

#[test]
fn torchvisions_weights_of_a_resnet18_are_read_by_name() {
    let spec = ModelSpec { image_size: 32, classes: 10, width: 8, ..ModelSpec::standard("resnet18".parse().unwrap()) };
    let tensors = weights(spec, 1);
    assert!(tensors.contains_key("layer2.0.downsample.0.weight") && tensors.contains_key("layer2.0.downsample.1.bias"));
    let (weights, input) = (save(&tensors, "resnet18.safetensors"), save_batch(spec, "resnet18-input.safetensors"));
    let options = ["probe", "--model", "resnet18", "--width", "8", "--classes", "10", "--weights", &weights];
    let open = json(&[options.as_slice(), &["--input", &input, "--json"]].concat());
    assert_eq!(open["blocks"].as_array().unwrap().len(), 8);
    // Without norm the norm's tensors are ignored, the projection's too.
    let without = json(&[options.as_slice(), &["--input", &input, "--norm", "none", "--json"]].concat());
    assert_ne!(open["loss"], without["loss"]);
}

#[test]
fn what_is_no_safetensors_file_is_named_with_the_remedy() {
    let (good, input) =
        (save(&weights(small(), 1), "whole-weights.safetensors"), save_batch(small(), "whole-input.safetensors"));
    let whole = fs::read(&good).unwrap();
    let cases: [(&str, &[u8], &[&str]); 8] = [
        ("empty", b"", &["empty", "again"]),
        (
            "pointer",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n",
            &["Git LFS", "git lfs pull"],
        ),
        ("pickle", b"\x80\x02}q\x00.", &["pickle", "torch.load(\"FILE\"", "save_file("]),
        ("model.pth", b"PK\x03\x04archive/data.pkl", &["zip archive", "torch.load(\"FILE\"", "save_file("]),
        ("page", b"<!doctype html><title>model.safetensors</title>", &["web page", "the file itself"]),
        ("packed", b"\x1f\x8b\x08\x00", &["compressed", "gunzip"]),
        ("text", b"no tensors here", &["not a safetensors file"]),
        ("cut", &whole[..whole.len() / 2], &["cut or damaged"]),
    ];
    for (name, bytes, words) in cases {
        let odd = written(name, bytes);
        let words = [words, &[name, "cannot be used"]].concat();
        refused(&probe(&odd, &input, &[]), &words);
        refused(&probe(&good, &odd, &[]), &words);
    }
}

#[test]
fn weights_that_are_no_usable_numbers_are_named_by_tensor() {
    let input = save_batch(small(), "for-numbers.safetensors");
    let mut odd = weights(small(), 1);
    let (shape, values) = (odd["fc.weight"].dims().to_vec(), odd["fc.weight"].flatten_all().unwrap());
    let mut values = values.to_vec1::<f32>().unwrap();
    (values[3], values[70], values[80]) = (f32::NAN, f32::INFINITY, f32::NEG_INFINITY);
    odd.insert("fc.weight".into(), Tensor::from_vec(values, shape, &Device::Cpu).unwrap());
    let odd = save(&odd, "infinite.safetensors");
    refused(&probe(&odd, &input, &[]), &["infinite.safetensors", "320 values", "fc.weight", "3 are NaN or infinite"]);

    // Types that Candle cannot write, or whose conversion never ends: a header says that of the same bytes.
    let good = fs::read(save(&weights(small(), 1), "of-other-types.safetensors")).unwrap();
    let length = u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    for found in ["F8_E4M3", "F8_E5M2", "BOOL", "U64"] {
        let mut header: Value = serde_json::from_slice(&good[8..8 + length]).unwrap();
        let own = header["fc.bias"].as_object_mut().unwrap();
        own.insert("dtype".into(), found.into());
        own.insert("shape".into(), serde_json::json!([if found == "U64" { 5 } else { 40 }]));
        let header = header.to_string().into_bytes();
        let file = [&(header.len() as u64).to_le_bytes()[..], &header, &good[8 + length..]].concat();
        let odd = written("of-another-type.safetensors", &file);
        refused(&probe(&odd, &input, &[]), &["fc.bias", found, "f16, bf16, f32, f64"]);
    }
}

#[test]
fn weights_for_another_number_of_classes_name_the_flag() {
    let mut seven = small();
    seven.classes = 7;
    let file = save(&weights(seven, 1), "seven-classes.safetensors");
    let input = save_batch(small(), "ten-classes.safetensors");
    refused(&probe(&file, &input, &[]), &["7 classes", "fc.bias", "[10]", "--classes 7"]);
    // Images of a data set with ten classes leave no choice.
    let path = file.as_str();
    let output = headwater(&["probe", "--model", "resnet8", "--width", "8", "--weights", path]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("7 classes") && !said.contains("--classes 7"), "{said}");
    // That flag takes 2 or more.
    let mut one = weights(small(), 1);
    for name in ["fc.weight", "fc.bias"] {
        let first = one[name].narrow(0, 0, 1).unwrap();
        one.insert(name.to_owned(), first);
    }
    let one = save(&one, "one-class.safetensors");
    let output = headwater(&probe(&one, &input, &[]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("fc.bias") && !said.contains("--classes 1 it"), "{said}");
}

#[test]
fn names_of_others_are_read_and_one_line_says_so() {
    let input = save_batch(small(), "for-names.safetensors");
    let plain = weights(small(), 1);
    let named = |rule: &dyn Fn(&str) -> String| -> HashMap<String, Tensor> {
        plain.iter().map(|(name, tensor)| (rule(name), tensor.clone())).collect()
    };
    let expected = headwater(&probe(&save(&plain, "plain-names.safetensors"), &input, &["--json"]));
    assert!(expected.stderr.is_empty(), "nothing was read otherwise");
    let cases: [(HashMap<_, _>, &[&str]); 4] = [
        (named(&|name| format!("module.{name}")), &["module."]),
        (named(&|name| format!("_orig_mod.model.{name}")), &["_orig_mod.model."]),
        (named(&|name| name.replace("fc.", "linear.")), &["linear as fc"]),
        (named(&|name| format!("module.{}", name.replace("fc.", "linear."))), &["module.", "linear as fc"]),
    ];
    for (tensors, words) in cases {
        let output = headwater(&probe(&save(&tensors, "other-names.safetensors"), &input, &["--json"]));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.stdout, expected.stdout, "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!([words, &["other-names.safetensors"]].concat().iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn hugging_faces_resnet_is_the_same_network() {
    let spec = ModelSpec { image_size: 32, classes: 10, width: 8, ..ModelSpec::standard("resnet18".parse().unwrap()) };
    let own = |name: &str| {
        let name = name.replace("fc.", "classifier.1.").replace("downsample.0", "shortcut.convolution");
        let mut name = name.replace("downsample.1", "shortcut.normalization");
        for layer in 1..=2 {
            let stem = if name.starts_with("layer") { format!("layer.{}", layer - 1) } else { "embedder".to_owned() };
            name = name.replace(&format!("conv{layer}"), &format!("{stem}.convolution"));
            name = name.replace(&format!("bn{layer}"), &format!("{stem}.normalization"));
        }
        for stage in 1..=4 {
            name = name.replace(&format!("layer{stage}."), &format!("resnet.encoder.stages.{}.layers.", stage - 1));
        }
        if name.starts_with("embedder") { format!("resnet.embedder.{name}") } else { name }
    };
    let plain = weights(spec, 1);
    let theirs: HashMap<_, _> = plain.iter().map(|(name, tensor)| (own(name), tensor.clone())).collect();
    for name in [
        "resnet.embedder.embedder.convolution.weight",
        "resnet.encoder.stages.0.layers.1.layer.1.normalization.bias",
        "resnet.encoder.stages.3.layers.0.shortcut.convolution.weight",
        "classifier.1.weight",
    ] {
        assert!(theirs.contains_key(name), "{name}");
    }
    let input = save_batch(spec, "hf-input.safetensors");
    let probed = |weights: &str| {
        let shape = ["probe", "--model", "resnet18", "--width", "8", "--classes", "10", "--json"];
        headwater(&[&shape, &["--weights", weights, "--input", &input][..]].concat())
    };
    let (plain, theirs) = (probed(&save(&plain, "hf-plain.safetensors")), probed(&save(&theirs, "hf-own.safetensors")));
    assert!(plain.status.success() && plain.stdout == theirs.stdout);
    assert!(String::from_utf8(theirs.stderr).unwrap().contains("Hugging Face"));
}

/// Images and labels as somebody may have saved them, and what is said of them.
#[test]
fn inputs_are_checked_before_a_network_sees_them() {
    let good = save(&weights(small(), 1), "for-inputs.safetensors");
    let batch = formula_batch(small(), 1, 4, DType::F32);
    let (images, labels) = (batch.images, batch.labels.to_dtype(DType::I64).unwrap());
    let input = |images: &Tensor, labels: &Tensor| {
        let tensors = HashMap::from([("images".into(), images.clone()), ("labels".into(), labels.clone())]);
        save(&tensors, "odd-input.safetensors")
    };
    let refused_with = |images: &Tensor, labels: &Tensor, words: &[&str]| {
        refused(&probe(&good, &input(images, labels), &[]), &[words, &["odd-input.safetensors"]].concat());
    };
    let last = images.permute((0, 2, 3, 1)).unwrap().contiguous().unwrap();
    refused_with(&last, &labels, &["[4, 28, 28, 1]", "[N, H, W, C]", "permute(0, 3, 1, 2)"]);
    refused_with(&images.squeeze(1).unwrap(), &labels, &["[4, 28, 28]", "[N, C, H, W]"]);
    refused_with(&images.narrow(2, 0, 20).unwrap().contiguous().unwrap(), &labels, &["[4, 1, 20, 28]", "equal"]);
    let bytes = images.abs().unwrap().to_dtype(DType::U8).unwrap();
    refused_with(&bytes, &labels, &["images holds u8", "floating-point"]);
    refused_with(&(&images * f64::INFINITY).unwrap(), &labels, &["of the 3136 values", "images", "NaN or infinite"]);
    for (odd, said) in [(2.7, "2.7"), (-0.5, "-0.5"), (f64::NAN, "NaN")] {
        let odd = Tensor::new(&[1.0, 2.0, odd, 3.0], &Device::Cpu).unwrap();
        refused_with(&images, &odd, &[said, "image 2", "whole number"]);
    }
    let out = Tensor::new(&[1i64, 2, 3, 10], &Device::Cpu).unwrap();
    refused_with(&images, &out, &["label 10 of image 3", "from 0 to 9"]);
    refused_with(&images, &labels.narrow(0, 0, 3).unwrap(), &["labels has shape [3]", "[4]"]);
    refused(&probe(&good, &good, &[]), &["no tensor images", "bn1.bias"]);

    // Floating-point labels that are whole numbers are the same labels.
    let plain = headwater(&probe(&good, &input(&images, &labels), &["--json"]));
    let floats = headwater(&probe(&good, &input(&images, &labels.to_dtype(DType::F32).unwrap()), &["--json"]));
    assert!(plain.status.success() && plain.stdout == floats.stdout && plain.stderr.is_empty());
    // Pixels that nobody normalised are measured, and a line says what they look like.
    for pixels in [(&images.abs().unwrap() / 255.0).unwrap(), (images.abs().unwrap() * 255.0).unwrap()] {
        let output = headwater(&probe(&good, &input(&pixels, &labels), &["--json"]));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.lines().count() == 1 && said.contains("normalised"), "{said}");
        assert!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["loss"].is_number());
    }
}

/// Exit code 1, nothing on standard output, and one line that holds these words.
fn failed(arguments: &[&str], words: &[&str]) {
    let output = headwater(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.is_empty(), said.lines().count()), (Some(1), true, 1), "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

#[test]
fn numbers_beyond_their_range_are_no_table_but_a_line_that_names_the_place() {
    let input = save_batch(small(), "for-ranges.safetensors");
    let mut steep = weights(small(), 1);
    for (name, tensor) in &mut steep {
        if name.starts_with("layer") && name.contains("conv") {
            *tensor = (tensor.clone() * 1e12).unwrap();
        }
    }
    let steep = save(&steep, "steep.safetensors");
    let none = |more: &[&'static str]| [&probe(&steep, &input, &["--norm", "none"])[..], more].concat();
    for form in [&["--dtype", "f32"][..], &["--dtype", "f32", "--json"], &["--dtype", "f32", "--csv"]] {
        failed(&none(form), &["the loss is not a finite number", "first in layer2.0", "f32", "--dtype f64"]);
    }
    assert!(headwater(&none(&["--dtype", "f64"])).status.success(), "f64 holds it");
    let good = save(&weights(small(), 1), "for-updates.safetensors");
    let updates = ["--norm", "none", "--updates", "40", "--lr", "100"];
    failed(&probe(&good, &input, &updates), &[" updates is not a finite number, first in "]);
}

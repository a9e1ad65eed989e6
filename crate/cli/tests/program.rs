//! The program as its users run it: what it prints, and how it refuses bad input.
#![allow(clippy::unwrap_used)]

#[path = "../../engine/tests/it/support/mod.rs"]
mod support;

use candle_core::{DType, Tensor};
use protocol::{Model, ModelSpec};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{formula_batch, formula_network};

fn headwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headwater")).args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = headwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit code 2 and one line on standard error that holds every one of these words.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = headwater(arguments);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {line}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    for word in words {
        assert!(line.contains(word), "{arguments:?} should name {word}: {line}");
    }
}

/// A file of this test alone.
fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

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

fn save_batch(spec: ModelSpec, name: &str) -> String {
    let batch = formula_batch(spec, 1, 4, DType::F32);
    let labels = batch.labels.to_dtype(DType::I64).unwrap();
    save(&HashMap::from([("images".into(), batch.images), ("labels".into(), labels)]), name)
}

#[test]
fn models_prints_the_published_sizes() {
    let model = json(&["models", "resnet20", "--json"]);
    assert_eq!(model["parameters"], 269_722);
    assert_eq!(model["multiply_accumulates"], 40_551_040);
    assert_eq!(model["input"], serde_json::json!([3, 32, 32]));
    assert_eq!(model["blocks"][3]["name"], "layer2.0");
    assert_eq!(model["blocks"][3]["in"], serde_json::json!([16, 32, 32]));
    assert_eq!(model["blocks"][3]["out"], serde_json::json!([32, 16, 16]));
    assert_eq!(json(&["models", "--json"]).as_array().unwrap().len(), Model::presets().count());
    assert_eq!(json(&["models", "resnet50", "--json"])["parameters"], 25_557_032);
    assert_eq!(json(&["models", "vgg19", "--json"])["parameters"], 143_667_240);
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
fn closed_shortcuts_have_no_shortcut_columns() {
    let found =
        json(&["probe", "--model", "resnet8", "--width", "4", "--data", "digits", "--skip", "layer1.0=0", "--json"]);
    assert!(found["blocks"][0]["skip_grad_l2"].is_null());
    assert!(found["blocks"][1]["skip_grad_l2"].is_number());
    let csv = headwater(&["probe", "--model", "resnet8", "--width", "4", "--data", "digits", "--skip", "off", "--csv"]);
    let text = String::from_utf8(csv.stdout).unwrap();
    let rows: Vec<_> = text.lines().collect();
    assert!(rows[0].starts_with("block,grad_in_l2,") && rows[1].contains(",,") && rows.len() == 4, "{text}");
}

#[test]
fn bad_values_are_named_with_what_is_accepted() {
    refused(&["probe", "--model", "resnet21"], &["resnet21", "6n+2"]);
    refused(&["probe", "--model", "resnet20", "--width", "0"], &["width", "\"0\"", "from 1 to 1024"]);
    refused(&["probe", "--model", "resnet20", "--skip", "layer9.9=1"], &["layer9.9", "layer1.0"]);
    refused(&["probe", "--model", "resnet20", "--skip", "2.5"], &["2.5", "from 0 to 2"]);
    refused(&["probe", "--model", "resnet20", "--norm", "layer"], &["layer", "bn or none"]);
    refused(&["probe", "--model", "resnet20", "--quantities", "grad"], &["grad", "grad_in_l2"]);
    refused(&["probe", "--model", "resnet20", "--classes", "5"], &["classes", "5", "10 or more"]);
    refused(&["probe", "--model", "resnet18", "--order", "pre"], &["order", "pre", "model resnet18, which takes post"]);
    refused(&["probe", "--model", "vgg16", "--norm", "bn"], &["norm", "vgg16_bn"]);
    refused(&["probe", "--model", "vgg16", "--skip", "on"], &["skip", "vgg16, which has no skip connections"]);
    refused(&["probe", "--model", "vgg16", "--image-size", "31"], &["image_size", "\"31\"", "from 32 to 1024"]);
    refused(&["train", "--model", "mlp4", "--measure-every", "often"], &["measure_every", "often", "log"]);
    refused(&["train", "--model", "mlp4", "--epochs", "10000"], &["epochs \"10000\"", "a whole number from 1 to "]);
    refused(&["train", "--model", "mlp4", "--record", "run.jsonl.gz"], &["run.jsonl.gz", ".gz"]);
    refused(&["train", "--model", "mlp4", "--record", "no-such-folder/run.jsonl"], &["no-such-folder"]);
    refused(&["train", "--model", "mlp4", "--stochastic-depth", "2"], &["stochastic_depth", "from 0 to 1"]);
    refused(&["probe", "--model", "resnet20", "--device", "gpu"], &["gpu", "cuda:0"]);
    refused(&["probe", "--model", "resnet20", "--updates", "-1"], &["updates", "-1"]);
    refused(&["train", "--model", "resnet20", "--lr", "fast"], &["fast", "from 0 to 10"]);
    refused(&["train", "--model", "resnet20", "--batch", "0"], &["batch", "from 1 to 512"]);
    refused(&["train", "--model", "resnet20", "--data", "cifar-10"], &["cifar-10", "fashion-mnist or digits"]);
    refused(&["train"], &["--model"]);
    refused(&["train", "--model", "resnet20", "--speed", "9"], &["--speed"]);
    refused(&["fly"], &["fly"]);
    refused(&[], &["models", "probe", "train"]);
}

#[cfg(not(feature = "cuda"))]
#[test]
fn without_cuda_a_cuda_device_says_how_to_get_it() {
    refused(&["probe", "--model", "resnet20", "--device", "cuda:0"], &["cuda:0", "--features cuda"]);
}

#[test]
fn damaged_weights_and_inputs_are_named() {
    let probe = |weights: &str, input: &str| {
        [&["probe"], SMALL.as_slice(), &["--weights", weights, "--input", input]]
            .concat()
            .into_iter()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    let refused_with = |weights: &str, input: &str, words: &[&str]| {
        let arguments = probe(weights, input);
        refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), words);
    };
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

    let not_weights = file("text.safetensors");
    std::fs::write(&not_weights, "no tensors here").unwrap();
    refused_with(not_weights.to_str().unwrap(), &input, &["text.safetensors", "not a safetensors file"]);
    refused_with("nowhere.safetensors", &input, &["nowhere.safetensors"]);
    refused_with(&good, &good, &["images"]);
    let other = save_batch(ModelSpec { image_size: 20, ..small() }, "other-input.safetensors");
    refused_with(&good, &other, &["images", "[N, 1, 28, 28]"]);
}

#[test]
fn buffers_are_accepted_and_norm_tensors_ignored_without_norm() {
    let mut tensors = weights(small(), 1);
    let zero = Tensor::new(0i64, &candle_core::Device::Cpu).unwrap();
    tensors.insert("bn1.num_batches_tracked".into(), zero);
    tensors.insert("bn1.running_mean".into(), tensors["bn1.bias"].clone());
    let (weights, input) = (save(&tensors, "buffers.safetensors"), save_batch(small(), "buffers-input.safetensors"));
    for norm in ["bn", "none"] {
        let more = ["--weights", &weights, "--input", &input, "--norm", norm, "--json"];
        assert!(json(&[&["probe"], SMALL.as_slice(), more.as_slice()].concat())["loss"].is_number());
    }
}

#[test]
fn train_runs_to_its_end_and_says_how_it_went() {
    let options =
        ["train", "--model", "resnet8", "--width", "4", "--data", "digits", "--norm", "none", "--init", "pytorch"];
    let output = headwater(&[options.as_slice(), &["--steps", "60", "--eval-every", "30"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(text.contains("after 30 updates: held-out loss") && text.contains("done: 60 updates"), "{text}");
    let again = headwater(&[options.as_slice(), &["--steps", "60", "--eval-every", "30"]].concat());
    assert_eq!(String::from_utf8(again.stdout).unwrap(), text, "the same run again, to the last digit");
}

#[test]
fn train_prints_json_lines_to_the_end() {
    let options = ["train", "--model", "resnet8", "--width", "4", "--data", "digits", "--steps", "5", "--json"];
    let output = headwater(&options);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["step", "step", "step", "step", "step", "eval", "end"]);
    assert_eq!(lines[0]["columns"]["grad_in_l2"].as_array().unwrap().len(), 3);
    assert!(lines[0]["ends"]["stem"]["weight_grad_l2"].is_number());
    assert_eq!((&lines[5]["step"], &lines[6]["reason"]), (&Value::from(5), &Value::from("done")));
    let diverged = ["--norm", "none", "--lr", "10", "--steps", "200", "--model", "resnet20"];
    let output = headwater(
        &[&options[..1], &["--data", "digits", "--width", "4", "--init", "he", "--json"], &diverged].concat(),
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(last["type"] == "end" && last["reason"].as_str().unwrap().contains("not a finite number"), "{last}");
}

#[test]
fn a_run_that_diverges_exits_with_1_and_names_block_and_step() {
    let options =
        ["train", "--model", "resnet20", "--width", "4", "--data", "digits", "--norm", "none", "--init", "he"];
    let output = headwater(&[options.as_slice(), &["--steps", "200", "--lr", "10"]].concat());
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert!(line.contains("step") && line.contains("not a finite number") && line.contains("--norm bn"), "{line}");
}

#[test]
fn a_recording_is_the_run_line_by_line() {
    let path = file("run.headwater.jsonl");
    let record = path.to_str().unwrap();
    let options = ["train", "--model", "resnet8", "--width", "4", "--data", "digits", "--eval-every", "2"];
    let more = ["--steps", "4", "--quantities", "all", "--measure-every", "2", "--record", record, "--json"];
    let output = headwater(&[options.as_slice(), &more].concat());
    assert!(output.status.success());
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["header", "step", "step", "eval", "step", "step", "eval", "end"]);
    assert!(text.ends_with('\n') && text.starts_with("{\"type\":\"header\",\"schema\":1,"));
    let header = &lines[0];
    assert_eq!((&header["spec"]["model"], &header["spec"]["width"]), (&Value::from("resnet8"), &Value::from(4)));
    assert_eq!(header["blocks"][1], serde_json::json!({"name": "layer2.0", "kind": "basic", "stage": 2}));
    assert_eq!(lines[1]["columns"]["grad_in_l2"].as_array().unwrap().len(), 3);
    assert_eq!(lines[1]["vectors"]["path_energy"].as_array().unwrap().len(), 4);
    assert!(lines[1]["scalars"]["effective_depth"].is_number() && lines[1]["columns"]["update_ratio"][0].is_number());
    assert_eq!(lines[2]["columns"], serde_json::json!({}), "nothing is due at step 1");
    assert_eq!(lines[3]["columns"]["ablation_loss"].as_array().unwrap().len(), 3);
    assert_eq!(lines[3]["vectors"]["sweep_loss"].as_array().unwrap().len(), 8);
    let printed = String::from_utf8(output.stdout).unwrap();
    let steps = |text: &str| text.lines().filter(|line| line.contains("\"type\":\"step\"")).map(String::from).collect();
    let (recorded, printed): (Vec<String>, Vec<String>) = (steps(&text), steps(&printed));
    assert_eq!(recorded, printed, "what --json prints is what is recorded");
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
fn probe_prints_any_quantities_as_json_and_csv() {
    let options = ["probe", "--model", "mlp4", "--width", "8", "--data", "digits", "--batch", "8"];
    let found =
        json(&[options.as_slice(), &["--quantities", "skip_share,effective_depth,path_energy", "--json"]].concat());
    assert!(found["blocks"][0]["skip_share"].is_number() && found["blocks"][0]["grad_in_l2"].is_null());
    assert_eq!(found["vectors"]["path_energy"].as_array().unwrap().len(), 5);
    let depth = found["scalars"]["effective_depth"].as_f64().unwrap();
    assert!(depth > 0.0 && depth < 4.0);
    let csv =
        headwater(&[options.as_slice(), &["--quantities", "skip_share,depth_ratio,path_energy", "--csv"]].concat());
    let text = String::from_utf8(csv.stdout).unwrap();
    let tables: Vec<_> = text.split("\n\n").collect();
    assert_eq!(tables.len(), 3, "{text}");
    assert!(tables[0].starts_with("block,skip_share\nlayer1.0,") && tables[0].lines().count() == 5);
    assert!(tables[1].starts_with("quantity,value\ndepth_ratio,"));
    assert!(tables[2].starts_with("branches,path_energy\n0,") && tables[2].lines().count() == 6);
}

/// The pool is read once a process, so each number of threads is a process of its own.
#[test]
fn the_number_of_threads_changes_no_digit() {
    let options = ["train", "--model", "resnet8", "--width", "8", "--steps", "4", "--eval-every", "0"];
    let of = |threads: &str| headwater(&[options.as_slice(), &["--threads", threads]].concat()).stdout;
    let one = of("1");
    assert!(String::from_utf8_lossy(&one).contains("done: 4 updates"));
    assert_eq!(of("2"), one);
    assert_eq!(of("3"), one);
    refused(&["train", "--model", "mlp4", "--threads", "0"], &["threads", "from 1 to 1024"]);
}

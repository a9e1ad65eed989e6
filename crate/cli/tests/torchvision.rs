//! Weights in others' networks: a checkpoint in torchvision's, and those of Hugging Face's transformers in ours. Needs
//! python3 (or `PYTHON`) with torch, torchvision and transformers:
//! `cargo test -p headwater --test torchvision -- --ignored --nocapture`.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use engine::{Join, Mode, Network, read_tensors};
use protocol::{ModelSpec, Plan};
use serde_json::Value;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Trained, so that the running statistics are no longer those of a new network.
#[test]
#[ignore = "needs torch and torchvision"]
fn a_checkpoint_gives_torchvisions_network_the_same_logits() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("torchvision");
    let _none_of_before = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let checkpoints = folder.join("checkpoints");
    let options = ["train", "--model", "resnet18", "--data", "digits", "--image-size", "64", "--batch", "16"];
    let more = ["--steps", "12", "--eval-every", "0", "--quantities", "none", "--lr", "0.01", "--checkpoint"];
    let mut program = Command::new(env!("CARGO_BIN_EXE_headwater"));
    assert!(program.args(options).args(more).arg(&checkpoints).output().unwrap().status.success());
    let weights = checkpoints.join("step-000012/model.safetensors");
    let images = Tensor::randn(0f32, 1.0, (4, 3, 64, 64), &Device::Cpu).unwrap();
    let input = folder.join("input.safetensors");
    candle_core::safetensors::save(&HashMap::from([("images", images.clone())]), &input).unwrap();

    let own = logits("resnet18", &weights, &images);
    let found = told_by("torchvision_logits.py", &["resnet18".as_ref(), weights.as_ref(), input.as_ref()]);
    equal(&own, &found);
}

/// The names of all tensors, the strides, and the loss that the program prints for a batch in training mode.
#[test]
#[ignore = "needs torch and transformers"]
fn weights_of_hugging_face_give_the_same_logits_and_the_same_loss() {
    for model in ["resnet18", "resnet34", "resnet50"] {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transformers").join(model);
        let _none_of_before = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let found = told_by("transformers_logits.py", &[model.as_ref(), folder.as_ref()]);
        let [weights, input] = ["model.safetensors", "input.safetensors"].map(|file| folder.join(file));
        let images = read_tensors(&fs::read(&input).unwrap()).unwrap()["images"].clone();
        equal(&logits(model, &weights, &images), &found);

        let mut program = Command::new(env!("CARGO_BIN_EXE_headwater"));
        let options = ["probe", "--model", model, "--image-size", "64", "--classes", "10", "--dtype", "f64", "--json"];
        program.args(options).arg("--weights").arg(&weights).arg("--input").arg(&input);
        let output = program.output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && complaint.contains("Hugging Face"), "{complaint}");
        let probed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let [own, theirs] = [&probed, &found].map(|json| json["loss"].as_f64().unwrap());
        println!("{model}: loss {own}, transformers {theirs}");
        assert!((own - theirs).abs() < 1e-5 * theirs, "{own} {theirs}");
    }
}

/// Our logits with the weights of a file, in evaluation.
fn logits(model: &str, weights: &Path, images: &Tensor) -> Vec<f32> {
    let spec = ModelSpec { classes: 10, image_size: 64, ..ModelSpec::standard(model.parse().unwrap()) };
    let tensors = read_tensors(&fs::read(weights).unwrap()).unwrap();
    let network = Network::from_tensors(Plan::new(spec).unwrap(), tensors, DType::F32, &Device::Cpu).unwrap();
    let joins = vec![Join::at(1.0); network.plan.blocks.len()];
    network.logits(images, &joins, Mode::Eval).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// What a script beside this file prints.
fn told_by(script: &str, arguments: &[&OsStr]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Our logits are theirs.
fn equal(own: &[f32], found: &Value) {
    let rows = found["logits"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    let theirs: Vec<_> = rows.map(|logit| logit.as_f64().unwrap()).collect();
    assert_eq!(theirs.len(), own.len());
    let off = own.iter().zip(&theirs).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    let largest = theirs.iter().fold(0.0, |most: f64, logit| most.max(logit.abs()));
    println!("{}: {} logits up to {largest:.3}, at most {off:.1e} apart", found["versions"], own.len());
    assert!(off < 1e-4 * largest.max(1.0), "{off}");
}

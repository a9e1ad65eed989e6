//! A checkpoint in torchvision's own network. Needs python3 (or `PYTHON`) with torch and torchvision:
//! `cargo test -p headwater --test torchvision -- --ignored --nocapture`.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use engine::{Join, Mode, Network, read_tensors};
use protocol::{ModelSpec, Plan};
use serde_json::Value;
use std::collections::HashMap;
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
    let spec = ModelSpec { classes: 10, image_size: 64, ..ModelSpec::standard("resnet18".parse().unwrap()) };
    let images = Tensor::randn(0f32, 1.0, (4, 3, 64, 64), &Device::Cpu).unwrap();
    let input = folder.join("input.safetensors");
    candle_core::safetensors::save(&HashMap::from([("images", images.clone())]), &input).unwrap();

    let tensors = read_tensors(&fs::read(&weights).unwrap()).unwrap();
    let network = Network::from_tensors(Plan::new(spec).unwrap(), tensors, DType::F32, &Device::Cpu).unwrap();
    let joins = vec![Join::at(1.0); network.plan.blocks.len()];
    let own = network.logits(&images, &joins, Mode::Eval).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torchvision_logits.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).arg(script).arg("resnet18").args([&weights, &input]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = found["logits"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    let theirs: Vec<_> = rows.map(|logit| logit.as_f64().unwrap()).collect();
    assert_eq!(theirs.len(), own.len());
    let off = own.iter().zip(&theirs).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
    let largest = theirs.iter().fold(0.0, |most: f64, logit| most.max(logit.abs()));
    println!(
        "torch, torchvision {}: {} logits up to {largest:.3}, at most {off:.1e} apart",
        found["versions"],
        own.len()
    );
    assert!(off < 1e-4, "{off}");
}

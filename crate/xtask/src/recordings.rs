//! `cargo xtask recordings`: makes the recordings that come with the page, by real runs of the program on this machine, and
//! their list. Each header holds the command of its run.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::run::run;
use crate::workspace::Workspace;

/// Where they lie, below the root and on the site.
pub const FOLDER: &str = "assets/recordings";

/// The page's first picture.
pub const FIRST: &str = "/first.headwater.jsonl.gz";

/// One file of one run, or of two that are shown together.
struct Bundled {
    /// The file's name up to its endings.
    name: &'static str,
    title: &'static str,
    about: &'static str,
    /// What follows `headwater`.
    runs: &'static [&'static str],
}

/// What the page shows of a run.
const MEASURED: &str = "grad_in_l2,grad_out_l2,weight_grad_l2,branch_grad_l2,skip_grad_l2,skip_branch_cosine,branch_ratio,\
                        branch_rms,update_ratio,skip_share,activation_rms,depth_ratio,layer_factor,effective_depth_closed,path_energy_closed";

/// All of them, as the page lists them.
const ALL: [Bundled; 10] = [
    Bundled {
        name: "first",
        title: "The first picture: skips open and closed",
        about: "ResNet-20 on the digits without norm, the page's own default: the closed one learns nothing.",
        runs: &[
            "train --model resnet20 --width 8 --data digits --norm none --init pytorch --steps 201 --eval-every 25 --measure-every 5",
            "train --model resnet20 --width 8 --data digits --norm none --init pytorch --steps 201 --eval-every 25 --measure-every 5 --skip off",
        ],
    },
    Bundled {
        name: "fashion-no-norm",
        title: "Fashion-MNIST, no norm: skips open and closed",
        about: "The same on harder images: both guess at first, and only the open one leaves.",
        runs: &[
            "train --model resnet20 --width 8 --data fashion-mnist --norm none --init pytorch --steps 801 --eval-every 100 --measure-every 20",
            "train --model resnet20 --width 8 --data fashion-mnist --norm none --init pytorch --steps 801 --eval-every 100 --measure-every 20 --skip off",
        ],
    },
    Bundled {
        name: "fashion-batch-norm",
        title: "Fashion-MNIST, batch norm: skips open and closed",
        about: "With batch norm the plain network's gradient does not vanish, and it learns.",
        runs: &[
            "train --model resnet20 --width 8 --data fashion-mnist --steps 801 --eval-every 100 --measure-every 20",
            "train --model resnet20 --width 8 --data fashion-mnist --steps 801 --eval-every 100 --measure-every 20 --skip off",
        ],
    },
    Bundled {
        name: "resnet56",
        title: "56 layers, batch norm: ResNet-56 and plain-56",
        about: "Deeper. At first block 1 of the plain network gets thousands of times the gradient of its last block; it learns worse.",
        runs: &[
            "train --model resnet56 --width 8 --data fashion-mnist --steps 601 --eval-every 100 --measure-every 30",
            "train --model resnet56 --width 8 --data fashion-mnist --steps 601 --eval-every 100 --measure-every 30 --skip off",
        ],
    },
    Bundled {
        name: "zero-gamma",
        title: "Silent branches: zero-gamma",
        about: "Every branch begins at 0, so that the network is its skips alone, and grows as it learns.",
        runs: &[
            "train --model resnet20 --width 8 --data fashion-mnist --init zero-gamma --steps 601 --eval-every 100 --measure-every 10",
        ],
    },
    Bundled {
        name: "fade",
        title: "Skips faded out while it trains: batch norm and none",
        about: "From step 300 on the skips are made weaker by a tenth every 20 steps. With batch norm it learns again, without it not.",
        runs: &[
            "train --model resnet20 --width 8 --data digits --steps 701 --eval-every 50 --measure-every 20 --events 300:skip=0.9;320:skip=0.8;340:skip=0.7;360:skip=0.6;380:skip=0.5;400:skip=0.4;420:skip=0.3;440:skip=0.2;460:skip=0.1;480:skip=0",
            "train --model resnet20 --width 8 --data digits --norm none --init pytorch --steps 701 --eval-every 50 --measure-every 20 --events 300:skip=0.9;320:skip=0.8;340:skip=0.7;360:skip=0.6;380:skip=0.5;400:skip=0.4;420:skip=0.3;440:skip=0.2;460:skip=0.1;480:skip=0",
        ],
    },
    Bundled {
        name: "resnet18-start",
        title: "ResNet-18 at initialisation, 224×224",
        about: "One forward and backward pass of the ImageNet network, nothing trained.",
        runs: &["probe --model resnet18 --data fashion-mnist --image-size 224 --batch 8 --dtype f32"],
    },
    Bundled {
        name: "resnet50-start",
        title: "ResNet-50 at initialisation, 224×224",
        about: "One pass: sixteen bottleneck blocks.",
        runs: &["probe --model resnet50 --data fashion-mnist --image-size 224 --batch 8 --dtype f32"],
    },
    Bundled {
        name: "resnet152-start",
        title: "ResNet-152 at initialisation, 224×224",
        about: "One pass: fifty bottleneck blocks.",
        runs: &["probe --model resnet152 --data fashion-mnist --image-size 224 --batch 4 --dtype f32"],
    },
    Bundled {
        name: "vgg19-start",
        title: "VGG-19 at initialisation, 224×224",
        about: "One pass through sixteen convolutions without any skip.",
        runs: &["probe --model vgg19 --data fashion-mnist --image-size 224 --batch 4 --dtype f32"],
    },
];

/// Builds the program, makes every recording anew, and writes the list.
pub fn recordings(workspace: &Workspace) -> Result<ExitCode> {
    let root = &workspace.root;
    run(workspace.cargo().args(["build", "--release", "-p", "headwater"]))?;
    let program = workspace.target.join("release/headwater");
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let mut list = Vec::new();
    for Bundled { name, title, about, runs } in ALL {
        let lanes: Vec<String> =
            runs.iter().map(|line| record(&program, &workspace.target, line)).collect::<Result<_>>()?;
        let file = format!("{name}.headwater.jsonl.gz");
        let packed = packed(&together(&lanes)?)?;
        println!("{file}: {} bytes", packed.len());
        list.push(json!({"file": file, "title": title, "about": about, "bytes": packed.len()}));
        fs::write(folder.join(&file), packed)?;
    }
    let list = serde_json::to_string_pretty(&Value::from(list))? + "\n";
    fs::write(folder.join("list.json"), list)?;
    println!(
        "BLESS=1 cargo test -p headwater figure draws the first of them for index.html, and says which words there are to change; \
         BLESS=1 cargo test -p headwater gallery draws docs/gallery.md anew"
    );
    Ok(ExitCode::SUCCESS)
}

/// The lines of one run.
fn record(program: &Path, scratch: &Path, line: &str) -> Result<String> {
    let file = scratch.join("bundled.gz");
    // The program keeps an older recording.
    let _none_of_before = fs::remove_file(&file);
    println!("headwater {line}");
    run(Command::new(program)
        .args(line.split(' '))
        .args(["--quantities", MEASURED, "--record"])
        .arg(&file)
        .stdout(std::process::Stdio::null()))?;
    let packed = fs::File::open(&file).with_context(|| format!("{} could not be read", file.display()))?;
    let mut text = String::new();
    MultiGzDecoder::new(packed).read_to_string(&mut text)?;
    Ok(text)
}

/// One file of these runs, each the next lane: the headers, and what happened in the order of the steps.
fn together(lanes: &[String]) -> Result<String> {
    let mut lines = Vec::new();
    for (text, lane) in lanes.iter().zip(["a", "b"]) {
        for line in text.lines() {
            let mut line: Value = serde_json::from_str(line)?;
            line["lane"] = lane.into();
            let order = match (line["type"].as_str(), line["step"].as_u64()) {
                (Some("header"), _) => (0, 0),
                (Some("end"), _) => (2, 0),
                (_, step) => (1, step.unwrap_or(0)),
            };
            lines.push((order, line));
        }
    }
    lines.sort_by_key(|(order, _)| *order);
    Ok(lines.into_iter().map(|(_, line)| format!("{line}\n")).collect())
}

fn packed(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_become_one_file_in_the_order_of_their_steps() {
        let lane = |loss: f64| {
            format!(
                "{{\"type\":\"header\",\"lane\":\"a\"}}\n{{\"type\":\"step\",\"step\":0,\"loss\":{loss}}}\n{{\"type\":\"eval\",\"step\":1}}\n{{\"type\":\"end\"}}\n"
            )
        };
        let text = together(&[lane(0.1), lane(0.25)]).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let kinds: Vec<_> = lines
            .iter()
            .map(|line| format!("{}{}", line["type"].as_str().unwrap(), line["lane"].as_str().unwrap()))
            .collect();
        assert_eq!(kinds, ["headera", "headerb", "stepa", "stepb", "evala", "evalb", "enda", "endb"]);
        assert_eq!(lines[3]["loss"], 0.25);
    }
}

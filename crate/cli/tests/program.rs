//! The program as its users run it: what it prints, and how it refuses bad input.
#![allow(clippy::unwrap_used)]

mod support;

use flate2::bufread::GzDecoder;
use protocol::recording::{Fault, Item, Reader};
use protocol::{EndReason, Event, Model};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime};
use support::{file, headwater, json, listening, new_file, refused};

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
    refused(&["probe", "--model", "resnet20", "--width", "0"], &["--width \"0\"", "from 1 to 1024"]);
    refused(&["probe", "--model", "resnet20", "--skip", "layer9.9=1"], &["layer9.9", "layer1.0"]);
    refused(&["probe", "--model", "resnet20", "--skip", "2.5"], &["2.5", "from 0 to 2"]);
    refused(&["probe", "--model", "resnet20", "--norm", "layer"], &["layer", "bn or none"]);
    refused(&["probe", "--model", "resnet20", "--quantities", "grad"], &["grad", "grad_in_l2"]);
    refused(&["probe", "--model", "resnet20", "--classes", "5"], &["classes", "5", "10 or more"]);
    refused(&["probe", "--model", "resnet18", "--order", "pre"], &["order", "pre", "model resnet18, which takes post"]);
    refused(&["probe", "--model", "vgg16", "--norm", "bn"], &["--norm", "vgg16_bn"]);
    refused(&["probe", "--model", "vgg16", "--skip", "on"], &["skip", "vgg16, which has no skip connections"]);
    refused(&["probe", "--model", "vgg16", "--image-size", "31"], &["--image-size \"31\"", "from 32 to 1024"]);
    refused(&["train", "--model", "mlp4", "--measure-every", "often"], &["--measure-every \"often\"", "log"]);
    refused(&["train", "--model", "mlp4", "--epochs", "10000"], &["--epochs \"10000\"", "a whole number from 1 to "]);
    refused(&["train", "--model", "mlp4", "--record", "no-such-folder/run.jsonl"], &["no-such-folder"]);
    refused(&["train", "--model", "mlp4", "--stochastic-depth", "2"], &["--stochastic-depth \"2\"", "from 0 to 1"]);
    refused(&["probe", "--model", "resnet20", "--device", "gpu"], &["gpu", "cuda:0"]);
    refused(&["probe", "--model", "resnet20", "--updates", "-1"], &["updates", "-1"]);
    refused(&["train", "--model", "resnet20", "--lr", "fast"], &["fast", "from 0 to 100"]);
    refused(&["train", "--model", "resnet20", "--batch", "0"], &["batch", "from 1 to 512"]);
    refused(&["train", "--model", "resnet20", "--data", "cifar-10"], &["cifar-10", "fashion-mnist or digits"]);
    refused(&["train"], &["--model"]);
    refused(&["train", "--model", "resnet20", "--speed", "9"], &["--speed"]);
    let misled = headwater(&["serve", "--prot", "3"]);
    assert_eq!(String::from_utf8_lossy(&misled.stderr), "headwater: unexpected argument '--prot' found\n");
    refused(&["models", "resnet21"], &["headwater: model \"resnet21\"", "6n+2"]);
    refused(&["fly"], &["fly"]);
    refused(&[], &["models", "probe", "train", "check", "export", "report"]);
    refused(&["check"], &["<FILE>"]);
    refused(&["export", "run.jsonl"], &["--to"]);
    refused(&["export", "run.jsonl", "--to", "xml"], &["to \"xml\"", "csv or json"]);
    refused(&["export", "run.jsonl", "run.jsonl", "--to", "csv"], &["run.jsonl"]);
    refused(&["export", "nowhere.jsonl", "--to", "csv"], &["nowhere.jsonl", "could not be read"]);
    refused(&["report", "nowhere.jsonl"], &["--out"]);
    refused(&["report", "nowhere.jsonl", "--out", "a.svg"], &["nowhere.jsonl", "could not be read"]);
    refused(&["report", "nowhere.jsonl", "--out", "a.png"], &["a.png", ".svg"]);
}

#[test]
fn a_batch_of_which_batch_norm_leaves_nothing_is_refused() {
    for command in ["probe", "train"] {
        let words = ["batch \"1\"", "norm bn", "bn1", "2 images"];
        refused(&[command, "--model", "mlp2", "--data", "digits", "--batch", "1"], &words);
        let small = [command, "--model", "resnet18", "--width", "1", "--image-size", "16", "--data", "digits"];
        refused(&[&small[..], &["--batch", "1"]].concat(), &["batch \"1\"", "layer3.0.bn1"]);
    }
    refused(
        &["train", "--model", "mlp2", "--data", "digits", "--events", "2:batch=1"],
        &["events", "2:batch=1", "bn1"],
    );
    let without = ["probe", "--model", "mlp2", "--width", "4", "--data", "digits", "--norm", "none", "--json"];
    assert!(json(&[&without[..], &["--batch", "1"]].concat())["loss"].is_number());
}

#[cfg(not(feature = "cuda"))]
#[test]
fn without_cuda_a_cuda_device_says_how_to_get_it() {
    refused(&["probe", "--model", "resnet20", "--device", "cuda:0"], &["cuda:0", "--features cuda"]);
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
    let path = new_file("run.headwater.jsonl");
    let record = path.to_str().unwrap();
    let options = ["train", "--model", "resnet8", "--width", "4", "--data", "digits", "--eval-every", "2"];
    let more = ["--steps", "4", "--quantities", "all", "--measure-every", "2", "--record", record, "--json"];
    let output = headwater(&[options.as_slice(), &more].concat());
    assert!(output.status.success());
    let text = fs::read_to_string(&path).unwrap();
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

/// A small run that is recorded under this name, with every kind of line in it; of six steps unless `more` says otherwise.
fn recorded(name: &str, more: &[&str]) -> String {
    let path = new_file(name).to_str().unwrap().to_owned();
    let options = ["train", "--model", "resnet8", "--width", "4", "--data", "digits", "--eval-every", "3"];
    let record = ["--events", "2:layer1.0=0;4:lr=0.01", "--record", &path];
    let steps: &[&str] = if more.contains(&"--steps") { &[] } else { &["--steps", "6"] };
    let output = headwater(&[&options[..], &record, steps, more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

/// What is read of a file, and what was wrong.
fn read(bytes: &[u8]) -> (Vec<Item>, Option<Fault>) {
    let (mut reader, mut items) = (Reader::default(), Vec::new());
    let fault = reader.push(bytes, &mut items).err().or_else(|| reader.finish(&mut items).err());
    (items, fault)
}

/// The lines of a recording, unpacked if need be; the file must be whole.
fn lines_of(path: &str) -> Vec<Value> {
    let mut text = String::new();
    let file = fs::File::open(path).unwrap();
    if path.ends_with(".gz") {
        flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        { file }.read_to_string(&mut text).unwrap();
    }
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_compressed_recording_holds_the_lines_of_a_plain_one() {
    let [plain, packed] = ["same.jsonl", "same.jsonl.gz"].map(|name| lines_of(&recorded(name, &[])));
    assert_eq!((plain.len(), plain[0]["type"].as_str()), (12, Some("header")));
    // The headers say when they were written.
    assert_eq!(plain[1..], packed[1..]);
    assert_eq!(plain[0]["spec"], packed[0]["spec"]);
}

/// A run without end that is recorded, once its header is in the file.
fn endless(path: &Path, more: &[&str]) -> Child {
    let _none_of_before = fs::remove_file(path);
    let options =
        ["train", "--model", "mlp2", "--width", "4", "--batch", "4", "--data", "digits", "--steps", "1000000"];
    let record = ["--eval-every", "1000000", "--quantities", "grad_in_l2", "--record", path.to_str().unwrap()];
    let mut program = listening();
    let program = program.args(options).args(record).args(more);
    let mut run = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while fs::metadata(path).map_or(0, |found| found.len()) == 0 {
        assert_eq!(run.try_wait().unwrap(), None, "it ended before it began");
        std::thread::sleep(Duration::from_millis(5));
    }
    run
}

/// Whatever moment the program is killed at: a plain recording loses no complete line, a compressed one no complete member.
#[test]
fn a_recording_that_is_killed_opens_with_every_complete_line_and_member() {
    let mut random = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos() as u64;
    let mut moment = |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros((random >> 33) % most)
    };
    for round in 0..6 {
        let path = file("killed.jsonl");
        let mut run = endless(&path, &[]);
        let after = moment(300_000);
        std::thread::sleep(after);
        run.kill().unwrap();
        run.wait().unwrap();
        let bytes = fs::read(&path).unwrap();
        let complete = bytes.iter().filter(|byte| **byte == b'\n').count();
        let (mut items, fault) = read(&bytes);
        if bytes.last() != Some(&b'\n') {
            items.pop_if(|last| matches!(last, Item::Warning(_)));
        }
        assert_eq!((fault, items.len()), (None, complete), "{round}: killed after {after:?}");
        assert!(items.iter().all(|item| !matches!(item, Item::Warning(_))));
    }
    let mut members = 0;
    for round in 0..4 {
        let path = file("killed.jsonl.gz");
        let mut run = endless(&path, &[]);
        let header = fs::metadata(&path).unwrap().len();
        // Once at least it is seen that members come while the run goes on.
        while round == 0 && fs::metadata(&path).unwrap().len() == header {
            std::thread::sleep(Duration::from_millis(5));
        }
        let after = moment(2_500_000);
        std::thread::sleep(after);
        run.kill().unwrap();
        run.wait().unwrap();
        let bytes = fs::read(&path).unwrap();
        let (items, fault) = read(&bytes);
        assert_eq!(fault, None, "{round}: killed after {after:?}");
        // Member by member, as far as they are complete.
        let (mut rest, mut complete) = (&bytes[..], 0);
        while !rest.is_empty() {
            let (mut decoder, mut text) = (GzDecoder::new(rest), String::new());
            if decoder.read_to_string(&mut text).is_err() {
                break;
            }
            rest = decoder.into_inner();
            (members, complete) = (members + 1, complete + text.lines().count());
            assert!(text.ends_with('\n'), "a member is whole lines");
        }
        let events = items.iter().filter(|item| !matches!(item, Item::Warning(_))).count();
        assert!(events >= complete && complete > 0, "{round}: killed after {after:?}, {events} of {complete}");
        assert!(!rest.is_empty() || events == items.len(), "nothing is missing: {round}, {after:?}");
    }
    assert!(members > 4, "more than the headers");
}

#[cfg(unix)]
#[test]
fn a_recording_that_its_user_stops_says_so() {
    for name in ["stopped.jsonl", "stopped.jsonl.gz"] {
        let path = file(name);
        let run = endless(&path, &["--json"]);
        // A step was made.
        let mut line = String::new();
        let mut run = run;
        BufReader::new(run.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let mut printed = run.stdout.take().unwrap();
        Command::new("sh").args(["-c", &format!("kill -INT {}", run.id())]).status().unwrap();
        printed.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(0), "{name}");
        let lines = lines_of(path.to_str().unwrap());
        assert_eq!(lines.last().unwrap()["reason"], "interrupted", "{name}");
    }
}

/// Standard output that nobody reads any further ends the run quietly; what was recorded until then is in the file.
#[test]
fn a_run_that_nobody_reads_leaves_a_whole_recording() {
    for name in ["failed.jsonl", "failed.jsonl.gz"] {
        let path = file(name);
        let mut run = endless(&path, &["--json"]);
        drop(run.stdout.take());
        let output = run.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(said.contains("nobody reads the output any more: the run stopped after"), "{said}");
        let (items, fault) = read(&fs::read(&path).unwrap());
        assert_eq!(fault, None);
        assert!(items.iter().all(|item| !matches!(item, Item::Warning(_))), "{name}");
        let steps = items.iter().filter(|item| matches!(item, Item::Event(_, Event::Step(_))));
        assert!(steps.count() > 0, "{name}: the step that could not be printed was recorded");
        assert!(matches!(items.last(), Some(Item::Event(_, Event::End(EndReason::Interrupted)))), "{name}");
    }
}

/// Files of this size at most, as on a disk that fills up.
#[cfg(target_os = "linux")]
fn with_little_room(kilobytes: u32, arguments: &[&str]) -> Output {
    let shell = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * kilobytes);
    Command::new("sh").args(["-c", &shell, env!("CARGO_BIN_EXE_headwater")]).args(arguments).output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_whole_lines_or_nothing() {
    for name in ["full.jsonl", "full.jsonl.gz"] {
        let path = new_file(name);
        let options = ["train", "--model", "mlp2", "--width", "4", "--data", "digits", "--steps", "100000"];
        let output = with_little_room(64, &[&options[..], &["--record", path.to_str().unwrap()]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(name) && said.contains("could not be written"), "{said}");
        lines_of(path.to_str().unwrap());
    }
    let path = recorded("large.jsonl", &["--steps", "60"]);
    let out = file("large.csv");
    let output = with_little_room(16, &["export", &path, "--to", "csv", "--out", out.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.trim_end().lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("large.csv could not be written"), "{said}");
    let left = fs::read_dir(out.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("large.csv")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_older_recording_is_kept_under_another_name() {
    for end in ["~", "~2", ""] {
        let _none_of_before = fs::remove_file(file(&format!("kept.jsonl{end}")));
    }
    let path = file("kept.jsonl");
    // An empty file holds nothing to keep.
    fs::write(&path, "").unwrap();
    let run = |seed: &str| {
        let options = ["train", "--model", "mlp1", "--width", "4", "--data", "digits", "--batch", "4", "--steps", "2"];
        let output = headwater(&[&options[..], &["--seed", seed, "--record", path.to_str().unwrap()]].concat());
        assert!(output.status.success());
        (fs::read_to_string(&path).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (first, said) = run("1");
    assert!(!said.contains("was there already"), "{said}");
    let (second, said) = run("2");
    assert!(
        said.contains("kept.jsonl was there already: the old one is") && said.contains("kept.jsonl~ now"),
        "{said}"
    );
    let (third, said) = run("3");
    assert!(said.contains("kept.jsonl~2 now"), "{said}");
    let kept = ["~", "~2"].map(|end| fs::read_to_string(file(&format!("kept.jsonl{end}"))).unwrap());
    assert_eq!(kept, [first, second]);
    assert!(third.contains("\"seed\":3"), "{third}");
}

#[test]
fn check_counts_what_is_sound_and_names_what_is_not() {
    let (sound, packed) = (recorded("sound.jsonl", &[]), recorded("sound.jsonl.gz", &[]));
    let text = fs::read_to_string(&sound).unwrap();
    let damaged = |name: &str, text: &[u8]| {
        let path = file(name).to_str().unwrap().to_owned();
        fs::write(&path, text).unwrap();
        path
    };
    let both = damaged("both.jsonl", (text.clone() + &text.replace("\"lane\":\"a\"", "\"lane\":\"b\"")).as_bytes());
    let ended = |name: &str, reason: &str| damaged(name, text.replace("\"reason\":\"done\"", reason).as_bytes());
    let stopped = ended("check-stopped.jsonl", "\"reason\":\"interrupted\"");
    let killed =
        damaged("check-killed.jsonl", (text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n").as_bytes());
    let ends = headwater(&["check", &stopped, &killed]);
    let (ends, code) = (String::from_utf8(ends.stdout).unwrap(), ends.status.code());
    let counted = "ok, lane a: 6 steps, 2 evaluations, 2 marks";
    assert_eq!((ends, code), (format!("{stopped}: {counted}, interrupted\n{killed}: {counted}, no end\n"), Some(0)));
    let good = headwater(&["check", &sound, &packed, &both]);
    let counts = "6 steps, 2 evaluations, 2 marks";
    let expected = format!(
        "{sound}: ok, lane a: {counts}\n{packed}: ok, lane a: {counts}\n{both}: ok, lane a: {counts}, lane b: {counts}\n"
    );
    assert_eq!((String::from_utf8(good.stdout).unwrap(), good.status.code()), (expected, Some(0)));
    assert!(good.stderr.is_empty());

    let cut = damaged("cut.jsonl", &text.as_bytes()[..text.len() - 20]);
    let wrong = damaged("wrong.jsonl", text.replacen("\"loss\":", "\"lost\":", 1).as_bytes());
    let other = damaged("other.jsonl", b"a shopping list\n");
    let bad = headwater(&["check", &sound, &cut, &wrong, &other, "nowhere.jsonl"]);
    assert_eq!(bad.status.code(), Some(2));
    let printed = String::from_utf8(bad.stdout).unwrap();
    let expected = [
        format!("{sound}: ok, lane a: {counts}"),
        format!("{cut}: not ok, lane a: {counts}, no end"),
        format!("{wrong}: not ok, lane a: 0 steps, 0 evaluations, 0 marks, no end"),
        format!("{other}: not ok"),
        "nowhere.jsonl: not ok".to_owned(),
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
    let said = String::from_utf8(bad.stderr).unwrap();
    let expected = [
        format!("headwater: {cut}: line 12: the file ends within it; it is left out"),
        format!("headwater: {wrong}: line 2, loss: it is missing"),
        format!("headwater: {other}: line 1: it is no JSON object on a line of its own"),
        "headwater: nowhere.jsonl: it could not be read: ".to_owned(),
    ];
    assert_eq!(said.lines().count(), expected.len(), "{said}");
    assert!(said.lines().zip(&expected).all(|(line, start)| line.starts_with(start)), "{said}");

    let as_json = headwater(&["check", "--json", &both, &wrong, "nowhere.jsonl"]);
    assert_eq!(as_json.status.code(), Some(2));
    let text = String::from_utf8(as_json.stdout).unwrap();
    let found: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lane = |lane: &str| serde_json::json!({"lane": lane, "steps": 6, "evaluations": 2, "marks": 2, "end": "done"});
    let expected = serde_json::json!({"file": both, "ok": true, "lanes": [lane("a"), lane("b")], "faults": []});
    assert_eq!(found[0], expected);
    let fault = serde_json::json!({"line": 2, "field": "loss", "sentence": "line 2, loss: it is missing"});
    assert_eq!((&found[1]["faults"][0], &found[1]["ok"]), (&fault, &Value::from(false)));
    assert_eq!((&found[2]["lanes"], &found[2]["faults"][0]["line"]), (&serde_json::json!([]), &Value::Null));
}

#[test]
fn export_has_every_value_to_the_last_digit() {
    let path = recorded("values.jsonl.gz", &["--quantities", "all"]);
    let lines = lines_of(&path);
    let output = headwater(&["export", &path, "--to", "json"]);
    assert!(output.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), Value::from(lines.clone()));

    let text = String::from_utf8(headwater(&["export", &path, "--to", "csv"]).stdout).unwrap();
    let mut rows = text.lines().map(|row| row.split(',').collect::<Vec<_>>());
    assert_eq!(rows.next().unwrap().join(","), "lane,step,kind,quantity,block,value");
    let rows: HashMap<[String; 4], &str> =
        rows.map(|row| ([row[1], row[2], row[3], row[4]].map(str::to_owned), row[5])).collect();
    let blocks: Vec<_> =
        lines[0]["blocks"].as_array().unwrap().iter().map(|block| block["name"].as_str().unwrap()).collect();
    let mut expected = 0;
    let mut check = |at: [&str; 4], value: &Value| {
        expected += usize::from(!value.is_null());
        let found = rows.get(&at.map(str::to_owned)).map(|text| (*text).to_owned());
        assert_eq!(found, (!value.is_null()).then(|| value.to_string()), "{at:?}");
    };
    for line in &lines {
        let (step, kind) = (line["step"].to_string(), line["type"].as_str().unwrap());
        for name in ["loss", "train_accuracy", "lr", "accuracy"] {
            if !line[name].is_null() {
                check([&step, kind, name, ""], &line[name]);
            }
        }
        if kind == "mark" {
            check([&step, kind, line["what"].as_str().unwrap(), line["block"].as_str().unwrap_or("")], &line["to"]);
        }
        for (name, values) in line["columns"].as_object().into_iter().flatten() {
            values
                .as_array()
                .unwrap()
                .iter()
                .zip(&blocks)
                .for_each(|(value, block)| check([&step, kind, name, block], value));
        }
        for (name, value) in line["scalars"].as_object().into_iter().flatten() {
            check([&step, kind, name, ""], value);
        }
        for (name, values) in line["vectors"].as_object().into_iter().flatten() {
            for (index, value) in values.as_array().unwrap().iter().enumerate() {
                let place = if name.starts_with("sweep") {
                    protocol::SWEEP_STRENGTHS[index].to_string()
                } else {
                    index.to_string()
                };
                check([&step, kind, name, &place], value);
            }
        }
        for end in ["stem", "head"] {
            for (name, value) in line["ends"][end].as_object().into_iter().flatten() {
                check([&step, kind, name, end], value);
            }
        }
    }
    assert_eq!((rows.len(), text.lines().count() - 1), (expected, expected), "no row but these");
}

/// A recording of another program, as odd as it may be.
const FOREIGN: &str = concat!(
    "{\"type\":\"header\",\"schema\":1,\"producer\":\"<mine> & \\u0001\",\"created\":\"2026\",\"quantities\":[],",
    "\"blocks\":[{\"name\":\"a, \\\"b\\\"\"},{\"name\":\"]]>\"}]}\n",
    "{\"type\":\"weather\",\"is\":1.50}\n",
    "{\"type\":\"step\",\"step\":0,\"loss\":\"NaN\",\"columns\":{\"grad_in_l2\":[1e-300,\"Infinity\"]}}\n",
    "{\"type\":\"step\",\"lane\":\"c\",\"step\":0,\"loss\":1}\n",
    "{\"type\":\"step\",\"step\":1,\"loss\":0.1",
);

#[test]
fn what_is_odd_or_cut_is_exported_as_far_as_it_is_read() {
    let path = file("foreign.jsonl").to_str().unwrap().to_owned();
    fs::write(&path, FOREIGN).unwrap();
    let csv = headwater(&["export", &path, "--to", "csv"]);
    let expected = "lane,step,kind,quantity,block,value\na,0,step,loss,,NaN\n\
                    a,0,step,grad_in_l2,\"a, \"\"b\"\"\",1e-300\na,0,step,grad_in_l2,]]>,Infinity\n";
    assert_eq!((String::from_utf8(csv.stdout).unwrap().as_str(), csv.status.code()), (expected, Some(0)));
    let said = String::from_utf8(csv.stderr).unwrap();
    assert!(said.lines().count() == 2 && said.contains("\"c\"") && said.contains("line 5"), "{said}");
    let json = headwater(&["export", &path, "--to", "json"]);
    let first: Vec<_> = FOREIGN.lines().take(3).collect();
    assert_eq!(String::from_utf8(json.stdout).unwrap(), format!("[\n{}\n]\n", first.join(",\n")));
}

#[test]
fn a_file_that_is_written_is_whole_or_as_it_was() {
    let folder = file("exports");
    fs::create_dir_all(&folder).unwrap();
    let (path, out) = (recorded("exported.jsonl", &[]), folder.join("values.csv").to_str().unwrap().to_owned());
    let export = |path: &str, out: &str| headwater(&["export", path, "--to", "csv", "--out", out]);
    assert!(export(&path, &out).status.success());
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(text.into_bytes(), headwater(&["export", &path, "--to", "csv"]).stdout);
    fs::write(&out, "old").unwrap();
    let damaged = file("exports.jsonl").to_str().unwrap().to_owned();
    fs::write(&damaged, fs::read_to_string(&path).unwrap().replacen("\"step\":4", "\"step\":-4", 1)).unwrap();
    refused(&["export", &damaged, "--to", "csv", "--out", &out], &["exports.jsonl", "line ", "step"]);
    refused(&["export", &damaged, "--to", "json"], &["exports.jsonl", "line ", "step"]);
    refused(&["export", &path, "--to", "csv", "--out", &path], &["exported.jsonl", "the recording itself"]);
    refused(&["export", &path, "--to", "csv", "--out", folder.to_str().unwrap()], &["exports", "something else"]);
    refused(&["export", &path, "--to", "csv", "--out", "no-such-folder/a.csv"], &["no-such-folder"]);
    let picture = folder.join("report.svg").to_str().unwrap().to_owned();
    refused(&["report", &damaged, "--out", &picture], &["exports.jsonl", "line ", "step"]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left");
}

/// Whatever is printed, the first line meets a closed pipe, which is what `head` leaves behind when it ends.
#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let path = recorded("long.jsonl", &["--steps", "300"]);
    let small = ["--model", "mlp2", "--width", "4", "--data", "digits", "--batch", "4"];
    let with = |command: &'static str, more: &[&'static str]| [&[command], &small[..], more].concat();
    for arguments in [
        vec!["models"],
        vec!["models", "--json"],
        vec!["models", "resnet20"],
        with("probe", &[]),
        with("probe", &["--json"]),
        with("probe", &["--csv"]),
        vec!["check", &path],
        vec!["export", &path, "--to", "csv"],
        vec!["export", &path, "--to", "json"],
        vec!["--help"],
        vec!["train", "--help"],
        vec!["--version"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_headwater")).args(&arguments).stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// The page is in the program only if it was built with one, as `cargo xtask program` does.
#[test]
fn a_report_as_html_holds_its_recordings_or_says_how_to_get_the_page() {
    let recording = recorded("for-the-page.jsonl", &[]);
    let out = file("page.html");
    let _none_of_before = fs::remove_file(&out);
    let arguments = ["report", &recording, "--out", out.to_str().unwrap()];
    if option_env!("HEADWATER_VIEWER").is_none() {
        refused(&arguments, &["page.html", "without the page", "cargo xtask program", ".svg"]);
        assert!(!out.exists());
    } else {
        let output = headwater(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(fs::read_to_string(&out).unwrap().contains("data-recording=\"for-the-page.jsonl\">H4sI"));
    }
}

/// The picture of these recordings, as text.
fn report(files: &[&str], name: &str) -> String {
    let out = file(name).to_str().unwrap().to_owned();
    let output = headwater(&[&["report"], files, &["--out", &out]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(out).unwrap()
}

#[test]
fn the_title_of_a_report_says_what_tells_two_runs_apart() {
    let slow = recorded("slow.jsonl", &["--lr", "0.02"]);
    let fast = recorded("fast.jsonl", &["--lr", "0.05"]);
    let picture = report(&[&slow, &fast], "rates.svg");
    let document = roxmltree::Document::parse(&picture).unwrap();
    let title = document.descendants().find(|node| node.has_tag_name("title")).and_then(|node| node.text());
    assert_eq!(title, Some("ResNet-8 · lr 0.02 | lr 0.05"));
    // One alone has its network's name.
    let picture = report(&[&slow], "rate.svg");
    assert!(picture.contains("<title>ResNet-8</title>"));
}

#[test]
fn a_report_stands_alone_and_says_what_the_runs_are() {
    let first = recorded("first.jsonl", &[]);
    let second = recorded("second.jsonl.gz", &["--norm", "none", "--skip", "0.5"]);
    let picture = report(&[&first, &second], "two.svg");
    let document = roxmltree::Document::parse(&picture).unwrap();
    let ids: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("g") || node.parent().is_some_and(|parent| parent.has_tag_name("svg")))
        .filter_map(|node| node.attribute("id"))
        .collect();
    assert_eq!(ids, ["profile", "history", "learning", "branches"]);
    let href = |node: &roxmltree::Node| node.attribute(("http://www.w3.org/1999/xlink", "href")).map(str::to_owned);
    let pictures: Vec<_> = document.descendants().filter_map(|node| href(&node)).collect();
    assert!(matches!(pictures.as_slice(), [only] if only.starts_with("data:image/png;base64,iVBOR")));
    let elsewhere = picture.replace("http://www.w3.org/", "");
    assert!(["http:", "https:", "@import", "var(", "<script"].iter().all(|word| !elsewhere.contains(word)));
    let classes = |name: &str| {
        document
            .descendants()
            .filter(|node| node.attribute("class").is_some_and(|class| class.split(' ').any(|own| own == name)))
            .count()
    };
    assert!(classes("lane-a") > 5 && classes("lane-b") > 5, "both runs are drawn");
    let text: Vec<_> = document.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect();
    let text = text.join("\n");
    for words in [
        "ResNet-8",
        "● first.jsonl · 6 of 6 steps",
        "▲ second.jsonl.gz · 6 of 6 steps",
        "ResNet-8 width 4 · digits 8×8 · batch norm · He init",
        "skips 0.5",
        "recorded by headwater 0.1.0 (",
        "Depth profile",
        "gradient passed on",
        "at step 5",
        "History",
        "Loss",
        "Branches used",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    // The command makes the run again.
    let commands = document.descendants().filter(|node| node.attribute("class") == Some("command"));
    let command: String = commands.filter_map(|node| node.text()).collect::<Vec<_>>().join("\n").replace("\\\n", "");
    let again = command.lines().nth(1).unwrap().replacen("headwater", env!("CARGO_BIN_EXE_headwater"), 1);
    let path = new_file("again.jsonl").to_str().unwrap().to_owned();
    let output = Command::new("sh").args(["-c", &format!("{again} --record {path}")]).output().unwrap();
    assert!(output.status.success(), "{again}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(lines_of(&path)[1..], lines_of(&second)[1..], "{again}");
}

#[test]
fn two_runs_of_one_file_are_drawn_and_a_third_is_refused() {
    let one = recorded("one.jsonl", &[]);
    let text = fs::read_to_string(&one).unwrap();
    let both = file("pair.jsonl").to_str().unwrap().to_owned();
    // The second lane first: each keeps its place.
    fs::write(&both, text.replace("\"lane\":\"a\"", "\"lane\":\"b\"") + &text).unwrap();
    let picture = report(&[&both], "pair.svg");
    assert!(picture.contains("● pair.jsonl, lane a") && picture.contains("▲ pair.jsonl, lane b"));
    let alone = report(&[&one], "one.svg");
    assert!(alone.contains("● one.jsonl · 6 of 6 steps") && !alone.contains("class=\"line lane-b"));
    let out = file("three.svg").to_str().unwrap().to_owned();
    let _none_of_before = fs::remove_file(&out);
    refused(&["report", &both, &one, "--out", &out], &["one.jsonl", "two runs at most", "3"]);
    refused(&["report", &one, &one, &one, "--out", &out], &["one.jsonl", "two runs at most", "3"]);
    let empty = file("empty.jsonl").to_str().unwrap().to_owned();
    fs::write(&empty, text.lines().next().unwrap()).unwrap();
    refused(&["report", &empty, "--out", &out], &["empty.jsonl", "no step"]);
    assert!(!Path::new(&out).exists());
}

#[test]
fn a_report_of_what_is_odd_is_still_a_picture() {
    let path = file("odd.jsonl").to_str().unwrap().to_owned();
    fs::write(&path, FOREIGN).unwrap();
    let out = file("odd.svg").to_str().unwrap().to_owned();
    let output = headwater(&["report", &path, "--out", &out]);
    assert!(output.status.success());
    let picture = fs::read_to_string(&out).unwrap();
    let document = roxmltree::Document::parse(&picture).unwrap();
    let text: String = document.descendants().filter_map(|node| node.text()).collect();
    assert!(text.contains("A network of 2 blocks") && text.contains("recorded by <mine> & \u{fffd} · 2026"), "{text}");
    assert!(!picture.contains("NaN") && !picture.contains("class=\"command\">"));
}

/// What is wrong is said before anything is served.
#[test]
fn what_cannot_be_served_is_named() {
    refused(&["serve", "--port", "70000"], &["port", "70000", "65535"]);
    refused(&["serve", "--port", "eighty"], &["port", "eighty"]);
    refused(&["serve", "--when-alone", "stop"], &["stop", "go", "rest"]);
    refused(&["serve", "--device", "tpu"], &["tpu", "cuda:N"]);
    if option_env!("HEADWATER_PAGE").is_none() {
        refused(&["serve", "--port", "0"], &["without the page", "cargo xtask program"]);
    } else {
        refused(&["serve", "--port", "0", "no-such-file"], &["no-such-file", "could not be read"]);
        refused(&["serve", "--port", "0", "--data-dir", "no-such-folder"], &["no-such-folder"]);
    }
}

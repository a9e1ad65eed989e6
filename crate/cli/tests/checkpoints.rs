//! Runs that are killed, stopped or run out of room, and go on: what a checkpoint and a recording hold then.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use flate2::read::MultiGzDecoder;
use protocol::recording::{Item, Reader};
use protocol::{Event, Mark, RunSpec};
use scene::Snapshot;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;
#[cfg(unix)]
use support::listening;

/// A run of several epochs (the digits are 44 batches), evaluated on the way, with changes at steps and branches that take
/// turns.
const RUN: [&str; 17] = [
    "train",
    "--model",
    "mlp3",
    "--width",
    "8",
    "--data",
    "digits",
    "--steps",
    "400",
    "--eval-every",
    "50",
    "--stochastic-depth",
    "0.7",
    "--fade",
    "100-250",
    "--events",
    "60:batch=40;90:lr=0.02;270:layer1.1=0.5",
];

fn headwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headwater")).args(arguments).output().unwrap()
}

/// What it says on standard error, with this exit code.
fn fails(code: i32, arguments: &[&str]) -> String {
    let output = headwater(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    said
}

/// What it prints.
fn works(arguments: &[&str]) -> String {
    let output = headwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An empty folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkpoints").join(name);
    let _none_of_before = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The lines of a whole recording but its header and the marks of going on: what is equal however a run came about.
fn told(path: &Path) -> Vec<Value> {
    let mut bytes = fs::read(path).unwrap();
    if text(path).ends_with(".gz") {
        let packed = std::mem::take(&mut bytes);
        MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    }
    assert_eq!(bytes.last(), Some(&b'\n'));
    let lines = std::str::from_utf8(&bytes).unwrap().lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["type"] != "header" && line["what"] != "resume").collect()
}

/// The steps of a recording as it was left; it opens, and none is missing among them.
fn opens(path: &Path) -> usize {
    let (mut reader, mut items) = (Reader::default(), Vec::new());
    reader.push(&fs::read(path).unwrap(), &mut items).unwrap();
    reader.finish(&mut items).unwrap();
    let step = |item: &Item| if let Item::Event(_, Event::Step(record)) = item { Some(record.step) } else { None };
    let steps: Vec<_> = items.iter().filter_map(step).collect();
    assert_eq!(steps, (0..steps.len() as u64).collect::<Vec<_>>());
    steps.len()
}

/// Runs the program until it has told of so many steps, and kills it.
fn killed_after(steps: usize, arguments: &[&str]) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_headwater"));
    let mut run = program.args(arguments).arg("--json").stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(run.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
    let seen = lines.filter(|line| line.contains("\"type\":\"step\"")).take(steps).count();
    assert_eq!(seen, steps);
    run.kill().unwrap();
    run.wait().unwrap();
}

/// Killed at ten random moments, plain and compressed: the recording opens with every complete step, and what goes on from the
/// last checkpoint, on another number of threads and killed once more, tells to the last bit what a run does that nobody
/// stopped.
#[test]
fn a_run_that_is_killed_goes_on_to_the_last_bit() {
    let folder = folder("killed");
    let whole = folder.join("whole.jsonl");
    works(&[&RUN[..], &["--record", text(&whole)]].concat());
    let whole = told(&whole);
    assert_eq!(whole.iter().filter(|line| line["type"] == "step").count(), 400);
    let mut random = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut moment = |from: usize, to: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from + (random >> 33) as usize % (to - from)
    };
    for round in 0..10 {
        let record = folder.join(format!("{round}.jsonl{}", if round % 2 == 0 { "" } else { ".gz" }));
        let checkpoints = folder.join(round.to_string());
        let more = ["--record", text(&record), "--checkpoint", text(&checkpoints), "--checkpoint-every", "7"];
        let first = moment(8, 200);
        killed_after(first, &[&RUN[..], &more, &["--threads", "1"]].concat());
        // A compressed one may lack its last second, but nothing from before the last checkpoint.
        let at_least = (first - 1) / 7 * 7;
        assert!(opens(&record) >= at_least, "{round}: killed after {first}");
        assert!(names(&checkpoints).iter().filter(|name| name.starts_with("step-")).count() <= 3, "{round}");
        let second = moment(1, 100);
        killed_after(second, &["train", "--resume", text(&checkpoints), "--threads", "2"]);
        assert!(opens(&record) >= at_least, "{round}: killed after {first} and {second}");
        works(&["train", "--resume", text(&checkpoints), "--threads", "3"]);
        assert!(told(&record) == whole, "{round}: killed after {first} and {second}");
        assert_eq!(opens(&record), 400);
        assert_eq!(names(&checkpoints), ["step-000399", "step-000400"]);
    }
}

#[test]
fn a_run_goes_on_with_a_larger_budget_and_in_another_recording() {
    let folder = folder("longer");
    let [whole, short, other] = ["whole.jsonl", "short.jsonl.gz", "other.jsonl"].map(|name| folder.join(name));
    works(&[&RUN[..], &["--record", text(&whole)]].concat());
    let checkpoints = folder.join("checkpoints");
    let short_run: Vec<_> = RUN.iter().map(|word| if *word == "400" { "150" } else { word }).collect();
    let more = ["--record", text(&short), "--checkpoint", text(&checkpoints)];
    let said = works(&[&short_run[..], &more].concat());
    let last = said.lines().last().unwrap();
    for words in [text(&short), "headwater report", "step-000150", "--resume", text(&checkpoints)] {
        assert!(last.contains(words), "{words}: {said}");
    }
    let before = fs::read(&short).unwrap();
    works(&["train", "--resume", text(&checkpoints), "--steps", "400", "--record", text(&other)]);
    assert!(told(&other) == told(&whole));
    assert_eq!(fs::read(&short).unwrap(), before, "the recording so far stays");
    let header: Value = serde_json::from_str(fs::read_to_string(&other).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!(header["spec"]["steps"], 400);
    let marks = fs::read_to_string(&other).unwrap();
    assert!(marks.contains("{\"type\":\"mark\",\"step\":150,\"what\":\"resume\",\"lane\":\"a\"}"));
    // The finished run again: there is nothing left to do, and nothing is lost.
    let said = works(&["train", "--resume", text(&checkpoints)]);
    assert!(said.starts_with("done: 400 updates, parameters ") && !said.contains("NaN"), "{said}");
    assert!(told(&other) == told(&whole));
    // 9 epochs of 44 batches are 396 steps.
    let said = fails(2, &["train", "--resume", text(&checkpoints), "--epochs", "9"]);
    assert!(said.contains("396") && said.contains("400 or more"), "{said}");
}

/// What tells of a run how it is made again: its header and the marks.
fn replay(path: &Path) -> (Option<RunSpec>, Vec<Mark>) {
    let (mut reader, mut items) = (Reader::default(), Vec::new());
    reader.push(&fs::read(path).unwrap(), &mut items).unwrap();
    reader.finish(&mut items).unwrap();
    let mut run = None;
    for item in items {
        match item {
            Item::Header(header) => run = Some(Snapshot::new(header.diagram)),
            Item::Event(_, event) => run.as_mut().unwrap().apply(event),
            Item::Warning(fault) => unreachable!("{fault:?}"),
        }
    }
    let run = run.unwrap();
    (run.replay(), run.marks().to_vec())
}

/// `run.json` as a version of the program wrote it that had no hash of it, said little of the data and told no changes.
fn made_older(run: &Path) {
    let mut written: Value = serde_json::from_slice(&fs::read(run).unwrap()).unwrap();
    let fields = written.as_object_mut().unwrap();
    assert!(["hash", "data", "marks"].iter().all(|new| fields.remove(*new).is_some_and(|value| !value.is_null())));
    written["checkpoint"] = 1.into();
    fs::write(run, written.to_string()).unwrap();
}

/// Begun where the run goes on, it tells what was changed before: so that it is the run which nobody stopped that it makes
/// again. One that cannot know does not say how the run is made.
#[test]
fn a_recording_that_begins_where_a_run_goes_on_makes_the_whole_run_again() {
    let folder = folder("late");
    let [whole, late, later, unknown] = ["a.jsonl", "b.jsonl.gz", "c.jsonl", "d.jsonl"].map(|name| folder.join(name));
    works(&[&RUN[..], &["--record", text(&whole)]].concat());
    let (spec, marks) = replay(&whole);
    assert!(marks.len() > 3 && marks.iter().any(|mark| mark.step < 280), "{marks:?}");
    let checkpoints = folder.join("checkpoints");
    let short_run: Vec<_> = RUN.iter().map(|word| if *word == "400" { "280" } else { word }).collect();
    works(&[&short_run[..], &["--checkpoint", text(&checkpoints)]].concat());
    let resume = ["train", "--resume", text(&checkpoints), "--steps"];
    works(&[&resume[..], &["300", "--record", text(&late)]].concat());
    // And gone on with once more, in another file.
    works(&[&resume[..], &["400", "--record", text(&later)]].concat());
    let steps = told(&later).iter().filter(|line| line["type"] == "step").count();
    assert_eq!((steps, replay(&later)), (120, (spec, marks)));
    works(&["check", text(&later)]);
    made_older(&checkpoints.join("step-000400/run.json"));
    fs::remove_file(&later).unwrap();
    works(&[&resume[..], &["401", "--record", text(&unknown)]].concat());
    assert_eq!(replay(&unknown), (None, Vec::new()));
}

#[test]
fn what_contradicts_a_checkpoint_or_is_none_is_named() {
    let folder = folder("contradicts");
    let (checkpoints, record) = (folder.join("checkpoints"), folder.join("run.jsonl"));
    let short_run: Vec<_> = RUN.iter().map(|word| if *word == "400" { "20" } else { word }).collect();
    let more = ["--checkpoint", text(&checkpoints), "--checkpoint-every", "8", "--record", text(&record)];
    works(&[&short_run[..], &more].concat());
    assert_eq!(names(&checkpoints), ["step-000016", "step-000020"]);
    let resume = ["train", "--resume", text(&checkpoints)];
    let refused = |more: &[&str], words: &[&str]| {
        let said = fails(2, &[&resume[..], more].concat());
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    };
    refused(&["--lr", "0.3"], &["lr \"0.3\" contradicts", "step-000020", "\"0.05\""]);
    refused(&["--model", "mlp4"], &["model \"mlp4\" contradicts", "\"mlp3\""]);
    refused(&["--quantities", "none"], &["quantities", "contradicts"]);
    refused(&["--steps", "19"], &["steps 19", "must be 20 or more"]);
    works(&[&resume[..], &["--lr", "0.05", "--model", "mlp3"]].concat());
    // The recording of another run, and none.
    let other = folder.join("other.jsonl");
    works(&["train", "--model", "mlp2", "--data", "digits", "--steps", "30", "--record", text(&other)]);
    let own = fs::read(&record).unwrap();
    fs::copy(&other, &record).unwrap();
    refused(&[], &["run.jsonl", "the recording of another run", "--record FILE"]);
    assert_eq!(fs::read(&record).unwrap(), fs::read(&other).unwrap(), "it is left alone");
    let cut: Vec<_> = own.split_inclusive(|byte| *byte == b'\n').take(12).flatten().copied().collect();
    fs::write(&record, &cut).unwrap();
    refused(&[], &["run.jsonl", "ends after 11 steps", "made after 20"]);
    // By another name it is the same file.
    let roundabout = folder.join("checkpoints/../run.jsonl");
    refused(&["--record", text(&roundabout)], &["run.jsonl", "ends after 11 steps"]);
    assert_eq!(fs::read(&record).unwrap(), cut);
    fs::remove_file(&record).unwrap();
    refused(&[], &["run.jsonl", "could not be read"]);
    // In another file it begins where the run stands.
    let late = folder.join("late.jsonl");
    works(&[&resume[..], &["--record", text(&late), "--steps", "22"]].concat());
    let steps: Vec<_> = told(&late).iter().filter_map(|line| line["step"].as_u64()).collect();
    assert_eq!(steps, [20, 21, 22], "two steps and an evaluation");
    let said = fails(2, &[&RUN[..], &["--checkpoint", text(&checkpoints)]].concat());
    assert!(said.contains("checkpoints of another run"), "{said}");
    assert!(fails(2, &["train", "--resume", text(&folder)]).contains("there is no checkpoint in it"));
    assert!(fails(2, &["train", "--resume", "nowhere"]).contains("could not be read"));
    assert!(fails(2, &[&RUN[..], &["--checkpoint-every", "5"]].concat()).contains("--checkpoint DIR"));
    assert!(fails(2, &["train", "--steps", "5"]).contains("--model"));
}

#[test]
fn a_damaged_checkpoint_is_left_out_for_the_one_before() {
    let folder = folder("damaged");
    let (checkpoints, whole) = (folder.join("checkpoints"), folder.join("whole.jsonl"));
    let short_run: Vec<_> = RUN.iter().map(|word| if *word == "400" { "100" } else { word }).collect();
    works(&[&short_run[..], &["--record", text(&whole)]].concat());
    let record = folder.join("run.jsonl");
    let more = ["--checkpoint", text(&checkpoints), "--checkpoint-every", "30", "--record", text(&record)];
    works(&[&short_run[..], &more].concat());
    assert_eq!(names(&checkpoints), ["step-000090", "step-000100"]);
    let network = checkpoints.join("step-000100/model.safetensors");
    let mut bytes = fs::read(&network).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&network, bytes).unwrap();
    let output = headwater(&["train", "--resume", text(&checkpoints)]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("model.safetensors is not as it was written"), "{said}");
    assert!(told(&record) == told(&whole));
    // It took the place of the damaged one.
    works(&["train", "--resume", text(&checkpoints)]);
    // One number in it, and the hash that would tell.
    let run = checkpoints.join("step-000100/run.json");
    let written = fs::read_to_string(&run).unwrap();
    for (from, to) in [("\"position\": ", "\"position\": 1"), ("\"hash\"", "\"hasj\"")] {
        assert_eq!(written.matches(from).count(), 1, "{from}");
        fs::write(&run, written.replace(from, to)).unwrap();
        let output =
            headwater(&["train", "--resume", text(&checkpoints), "--record", text(&folder.join("other.jsonl"))]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.contains("step-000100: run.json is not as it was written"), "{said}");
    }
    for step in ["step-000090", "step-000100"] {
        fs::write(checkpoints.join(step).join("run.json"), "{").unwrap();
    }
    let said = fails(2, &["train", "--resume", text(&checkpoints)]);
    assert!(said.contains("none of its checkpoints is whole") && said.contains("run.json"), "{said}");
}

/// Ctrl-C, and what a system ends programs with, finish the step, put the run down and close the recording.
#[cfg(unix)]
#[test]
fn a_signal_finishes_the_step_and_leaves_a_checkpoint() {
    let folder = folder("signals");
    let whole = folder.join("whole.jsonl");
    works(&[&RUN[..], &["--record", text(&whole)]].concat());
    for signal in ["INT", "TERM"] {
        let (checkpoints, record) = (folder.join(signal), folder.join(format!("{signal}.jsonl")));
        let more = ["--checkpoint", text(&checkpoints), "--record", text(&record), "--json"];
        let mut program = listening();
        let mut run = program.args(RUN).args(more).stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = BufReader::new(run.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(printed.next().unwrap().contains("\"step\":0"));
        Command::new("sh").args(["-c", &format!("kill -{signal} {}", run.id())]).status().unwrap();
        let last: Value = serde_json::from_str(&printed.last().unwrap()).unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(0), "{signal}");
        assert_eq!(last["reason"], "interrupted", "{signal}: it ended before it was stopped");
        let step = last["updates"].as_u64().unwrap();
        assert_eq!(names(&checkpoints), [format!("step-{step:06}")]);
        assert_eq!(last["checkpoint"], text(&checkpoints.join(format!("step-{step:06}"))));
        assert_eq!(told(&record).last().unwrap()["reason"], "interrupted");
        works(&["train", "--resume", text(&checkpoints)]);
        assert!(told(&record) == told(&whole), "{signal} after {step}");
    }
}

/// A long recording is copied before the run goes on: who stops that has what was there before, and nothing beside it.
#[cfg(unix)]
#[test]
fn a_signal_while_the_recording_is_copied_leaves_nothing_of_the_copy() {
    let folder = folder("copied");
    let (checkpoints, record) = (folder.join("checkpoints"), folder.join("run.jsonl"));
    let short_run: Vec<_> = RUN.iter().map(|word| if *word == "400" { "20" } else { word }).collect();
    works(&[&short_run[..], &["--checkpoint", text(&checkpoints), "--record", text(&record)]].concat());
    let written = fs::read_to_string(&record).unwrap();
    let (header, rest) = written.split_once('\n').unwrap();
    let mark = json!({"type": "mark", "step": 0, "what": "note", "text": "x".repeat(1000)});
    fs::write(&record, format!("{header}\n{}{rest}", format!("{mark}\n").repeat(60_000))).unwrap();
    let size = fs::metadata(&record).unwrap().len();
    let mut program = listening();
    let run = program.args(["train", "--resume", text(&checkpoints), "--steps", "100000"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !names(&folder).iter().any(|name| name.ends_with(".part")) {
        assert_eq!(run.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    Command::new("sh").args(["-c", &format!("kill -INT {}", run.id())]).status().unwrap();
    assert!(run.wait().unwrap().code().is_some(), "it ends by itself");
    assert_eq!(names(&folder), ["checkpoints", "run.jsonl"]);
    assert!(fs::metadata(&record).unwrap().len() >= size);
}

/// `nohup` keeps a run going when its terminal ends; without it that is a signal as the others.
#[cfg(target_os = "linux")]
#[test]
fn the_end_of_the_terminal_stops_a_run_unless_it_is_ignored() {
    for (heard, reason) in [("--ignore-signal=HUP", "done"), ("--default-signal=HUP", "interrupted")] {
        let mut program = Command::new("env");
        let program = program.args([heard, env!("CARGO_BIN_EXE_headwater")]).args(RUN).arg("--json");
        let mut run = program.stdout(Stdio::piped()).spawn().unwrap();
        let mut printed = BufReader::new(run.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(printed.next().unwrap().contains("\"step\":0"));
        Command::new("sh").args(["-c", &format!("kill -HUP {}", run.id())]).status().unwrap();
        let last: Value = serde_json::from_str(&printed.last().unwrap()).unwrap();
        assert_eq!((run.wait().unwrap().code(), &last["reason"]), (Some(0), &Value::from(reason)));
    }
}

/// Files of this size at most, as on a disk that fills up.
#[cfg(target_os = "linux")]
#[test]
fn where_no_room_is_left_the_earlier_checkpoint_stays_whole() {
    let folder = folder("full");
    let checkpoints = folder.join("checkpoints");
    let more = ["--checkpoint", text(&checkpoints), "--checkpoint-every", "5", "--steps", "12"];
    let options = ["train", "--model", "mlp3", "--width", "40", "--data", "digits"];
    works(&[&options[..], &more].concat());
    assert_eq!(names(&checkpoints), ["step-000010", "step-000012"]);
    let size = fs::metadata(checkpoints.join("step-000012/model.safetensors")).unwrap().len();
    assert!(size > 32 << 10);
    let shell = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"";
    let program = ["-c", shell, env!("CARGO_BIN_EXE_headwater"), "train", "--resume", text(&checkpoints)];
    let output = Command::new("sh").args(program).args(["--steps", "20"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.trim_end().lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("step-000015 could not be written"), "{said}");
    assert_eq!(names(&checkpoints), ["step-000010", "step-000012"]);
    works(&["train", "--resume", text(&checkpoints), "--steps", "20"]);
    assert_eq!(names(&checkpoints), ["step-000015", "step-000020"]);
}

/// A small file system that fills up, where one may be mounted: there checkpoint and recording share what room there is.
#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_that_fills_up_keeps_what_was_whole() {
    let folder = folder("tmpfs");
    let disk = folder.join("disk");
    fs::create_dir(&disk).unwrap();
    // In a name space of its own: nothing is left of it, whatever becomes of the test.
    let script = "mount -t tmpfs -o size=400k tmpfs \"$1\" || exit 77; shift; disk=\"$1\"; shift
        \"$@\" >\"$disk.out\" 2>\"$disk.said\"; code=$?
        cp -r \"$disk\" \"$disk.left\"; exit $code";
    let (record, checkpoints) = (disk.join("run.jsonl"), disk.join("checkpoints"));
    let run = ["train", "--model", "mlp3", "--width", "16", "--data", "digits", "--steps", "100000"];
    let files = ["--record", text(&record), "--checkpoint", text(&checkpoints), "--checkpoint-every", "20"];
    let mut shell = Command::new("unshare");
    let shell = shell.args(["--mount", "sh", "-c", script, "sh", text(&disk), text(&disk)]);
    let output = shell.arg(env!("CARGO_BIN_EXE_headwater")).args(run).args(files).output();
    let Ok(output) = output.map_err(|error| eprintln!("not tried: there is no unshare ({error})")) else { return };
    if !disk.with_extension("said").exists() {
        eprintln!("not tried: nothing may be mounted here ({})", String::from_utf8_lossy(&output.stderr).trim());
        return;
    }
    let said = fs::read_to_string(disk.with_extension("said")).unwrap();
    assert_eq!((output.status.code(), said.trim_end().lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("could not be written") && said.contains("No space left"), "{said}");
    let left = disk.with_extension("left");
    let steps = opens(&left.join("run.jsonl"));
    let whole = told(&left.join("run.jsonl"));
    assert_eq!(whole.iter().filter(|line| line["type"] == "step").count(), steps, "whole lines alone");
    let kept = names(&left.join("checkpoints"));
    assert!(!kept.is_empty() && kept.iter().all(|name| name.starts_with("step-")), "{kept:?}");
    // Where there is room again, the last of them goes on.
    let (again, checkpoints) = (folder.join("again.jsonl"), left.join("checkpoints"));
    let resume = ["train", "--resume", text(&checkpoints), "--record", text(&again), "--steps"];
    let step: u64 = kept.last().and_then(|name| name.strip_prefix("step-")?.parse().ok()).unwrap();
    works(&[&resume[..], &[&(step + 1).to_string()]].concat());
    assert_eq!(told(&again)[0]["step"], step);
}

#[test]
fn a_place_that_cannot_be_written_is_named_before_anything_is_done() {
    let folder = folder("unwritable");
    let (file, record) = (folder.join("file"), folder.join("run.jsonl"));
    fs::write(&file, "a file").unwrap();
    fs::write(&record, "an older recording").unwrap();
    let below = file.join("checkpoints");
    for (place, words) in [(&file, "could not be made"), (&below, "could not be made")] {
        let said = fails(2, &[&RUN[..], &["--checkpoint", text(place), "--record", text(&record)]].concat());
        assert!(said.contains(text(place)) && said.contains(words), "{said}");
    }
    // What is no run leaves nothing either.
    let none = folder.join("none");
    let said = fails(2, &["train", "--model", "mlp3", "--skip", "layer9.9=0", "--checkpoint", text(&none)]);
    assert!(said.contains("layer9.9"), "{said}");
    let nowhere = folder.join("nowhere/run.jsonl");
    let said = fails(2, &[&RUN[..], &["--record", text(&nowhere)]].concat());
    assert!(said.contains(text(&nowhere)) && said.contains("could not be made"), "{said}");
    let deep = folder.join("made/for/it");
    fails(2, &[&RUN[..], &["--record", text(&nowhere), "--checkpoint", text(&deep)]].concat());
    assert_eq!(names(&folder), ["file", "run.jsonl"]);
    assert_eq!(fs::read_to_string(&record).unwrap(), "an older recording");
}

/// What a schedule makes of the rate is in the recording, which says how to make the run again, and going on keeps it.
#[test]
fn schedules_are_kept_by_recording_and_checkpoint() {
    let folder = folder("schedules");
    let [whole, again, cut] = ["whole.jsonl", "again.jsonl", "cut.jsonl"].map(|name| folder.join(name));
    let run = ["train", "--model", "mlp3", "--width", "8", "--data", "digits", "--steps", "40", "--lr", "0.08"];
    let rates = ["--lr-schedule", "step:20,30*0.5", "--warmup", "4", "--label-smoothing", "0.1"];
    let decay =
        ["--weight-decay", "0.01", "--no-decay", "norms-biases", "--skip-schedule", "layer1.1=0.5@12,fade:15-25"];
    let options = [&run[..], &rates, &decay].concat();
    works(&[&options[..], &["--record", text(&whole)]].concat());
    let lines = told(&whole);
    let steps = lines.iter().filter(|line| line["type"] == "step");
    let found: Vec<_> = steps.map(|line| line["lr"].as_f64().unwrap()).collect();
    assert_eq!((&found[..5], found[20], found[30]), (&[0.02, 0.04, 0.06, 0.08, 0.08][..], 0.04, 0.02));
    let marks: Vec<_> = lines.iter().filter(|line| line["type"] == "mark").map(|line| line["what"].clone()).collect();
    assert_eq!(marks, ["skip", "fade"]);
    // The command of the header makes the run again.
    let header: Value = serde_json::from_str(fs::read_to_string(&whole).unwrap().lines().next().unwrap()).unwrap();
    let command = format!("{} --record {}", header["command"].as_str().unwrap(), text(&again));
    let program = command.replacen("headwater", env!("CARGO_BIN_EXE_headwater"), 1);
    assert!(Command::new("sh").args(["-c", &program]).output().unwrap().status.success(), "{command}");
    assert!(told(&again) == lines);
    let checkpoints = folder.join("checkpoints");
    let more = ["--checkpoint", text(&checkpoints), "--checkpoint-every", "3", "--record", text(&cut)];
    killed_after(14, &[&options[..], &more].concat());
    works(&["train", "--resume", text(&checkpoints), "--skip-schedule", "layer1.1=0.5@12,fade:15-25"]);
    assert!(told(&cut) == lines);
    let said = fails(2, &["train", "--resume", text(&checkpoints), "--warmup", "5"]);
    assert!(said.contains("warmup \"5\" contradicts"), "{said}");
}

#[test]
fn a_run_that_diverges_goes_on_where_it_is_asked_to() {
    let run = ["train", "--model", "resnet8", "--width", "4", "--data", "digits", "--norm", "none", "--lr", "90"];
    let said = works(&[&run[..], &["--steps", "30", "--on-nonfinite", "continue"]].concat());
    assert!(
        said.contains("done: 30 updates (") && said.contains("skipped, since the loss or a gradient was not"),
        "{said}"
    );
    let said = fails(1, &[&run[..], &["--steps", "30", "--on-nonfinite", "stop"]].concat());
    assert!(said.contains("not a finite number"), "{said}");
}

#[test]
fn what_is_no_schedule_is_named() {
    let refused = |flag: &str, value: &str, words: &[&str]| {
        let said = fails(2, &["train", "--model", "mlp3", flag, value]);
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    };
    refused("--lr-schedule", "linear", &["--lr-schedule \"linear\"", "constant, cosine, or step:"]);
    refused("--lr-schedule", "step:5,3*0.1", &["step:5,3*0.1", "in order"]);
    refused("--warmup", "-1", &["warmup \"-1\"", "from 0 to 1000000"]);
    refused("--label-smoothing", "1.5", &["--label-smoothing \"1.5\"", "from 0 to 1"]);
    refused("--no-decay", "all", &["--no-decay \"all\"", "none or norms-biases"]);
    refused("--on-nonfinite", "ignore", &["--on-nonfinite \"ignore\"", "stop or continue"]);
    refused("--skip-schedule", "layer1.0=0", &["--skip-schedule \"layer1.0=0\"", "BLOCK=STRENGTH@STEP"]);
    refused("--skip-schedule", "layer9.9=0@5", &["layer9.9", "layer1.0"]);
}

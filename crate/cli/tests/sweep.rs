//! `train --recipe` and `sweep`, as a user runs them.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use support::{file, headwater, new_file, refused};

fn recipe(name: &str) -> String {
    format!("{}/../../assets/recipes/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A folder of this test alone, empty.
fn folder(name: &str) -> PathBuf {
    let folder = file(name);
    let _was_not_there = fs::remove_dir_all(&folder);
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The lines that say what was measured.
fn measured(path: &Path) -> Vec<String> {
    let lines = fs::read_to_string(path).unwrap();
    let of = |line: &&str| line.contains("\"type\":\"step\"") || line.contains("\"type\":\"eval\"");
    lines.lines().filter(of).map(str::to_owned).collect()
}

const SMALL: &str = r#"{
  "settings": {"model": "mlp2", "width": 4, "data": "digits", "batch": 16, "steps": 6, "eval_every": 3},
  "grid": {"skip": ["on", "off"]},
  "seeds": [1, 2]
}"#;

#[test]
fn a_sweep_makes_the_runs_that_train_makes_one_by_one_or_all_and_none_twice() {
    let out = folder("sweep");
    let grid = file("small-sweep.json");
    fs::write(&grid, SMALL).unwrap();
    let sweep = |more: &[&str]| headwater(&[&["sweep", text(&grid), "--out", text(&out)], more].concat());
    let list = sweep(&["--list"]);
    assert_eq!(String::from_utf8(list.stdout).unwrap().lines().count(), 4);
    assert!(!out.exists());

    // As a job array does, the third of four.
    assert!(sweep(&["--only", "3/4", "--threads", "1"]).status.success());
    let third = out.join("3-skip=off_seed=1.headwater.jsonl");
    let made = fs::read_dir(&out).unwrap().count();
    assert_eq!((made, third.is_file()), (1, true));
    let alone = new_file("sweep-alone.jsonl");
    let flags =
        "train --model mlp2 --width 4 --data digits --batch 16 --steps 6 --eval-every 3 --skip off --seed 1 --record";
    let words: Vec<_> = flags.split(' ').chain([text(&alone)]).collect();
    assert!(headwater(&words).status.success());
    assert_eq!(measured(&third), measured(&alone));
    assert_eq!(measured(&third).len(), 8);

    let before = fs::metadata(&third).unwrap().modified().unwrap();
    let all = sweep(&[]);
    assert!(all.status.success());
    assert!(String::from_utf8_lossy(&all.stderr).contains("3 of 4: ") && fs::read_dir(&out).unwrap().count() == 4);
    assert_eq!(fs::metadata(&third).unwrap().modified().unwrap(), before, "a run that is there is not made again");
    // One that was cut is.
    let whole = measured(&third);
    let cut = fs::read_to_string(&third).unwrap();
    fs::write(&third, &cut[..cut.len() / 2]).unwrap();
    assert!(sweep(&[]).status.success());
    assert_eq!(measured(&third), whole);
}

#[test]
fn a_run_that_fails_does_not_keep_the_others_of_its_sweep() {
    let out = folder("sweep-fails");
    let grid = file("failing-sweep.json");
    let settings = r#"{"settings": {"model": "mlp2", "data": "digits", "batch": 16, "steps": 60, "norm": "none"}, "grid": {"lr": [100, 0.01]}}"#;
    fs::write(&grid, settings).unwrap();
    let output = headwater(&["sweep", text(&grid), "--out", text(&out)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("1 of 2 runs failed"), "{said}");
    // It would fail again: that it did is said, and is no success.
    let again = headwater(&["sweep", text(&grid), "--out", text(&out)]);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(1), "{said}");
    let first = said.lines().next().unwrap_or_default();
    assert!(first.contains("1-lr=100.headwater.jsonl is there already, and failed: ") && first.contains("remove it"));
    assert!(
        said.contains("2-lr=0.01.headwater.jsonl is there already\n") && said.contains("1 of 2 runs failed"),
        "{said}"
    );
    assert!(fs::read_to_string(out.join("2-lr=0.01.headwater.jsonl")).unwrap().contains("\"reason\":\"done\""));
}

#[test]
fn a_sweep_says_of_each_run_whether_it_is_there_and_keeps_none_of_other_settings() {
    let out = folder("sweep-states");
    let grid = file("states-sweep.json");
    let write = |steps: u32| {
        let settings = r#""model": "mlp2", "data": "digits", "batch": 16, "norm": "none""#;
        let text =
            format!(r#"{{"settings": {{{settings}, "steps": {steps}}}, "grid": {{"lr": [100, 0.01, 0.02, 0.03]}}}}"#);
        fs::write(&grid, text).unwrap();
    };
    let sweep = |more: &[&str]| headwater(&[&["sweep", text(&grid), "--out", text(&out)], more].concat());
    let list = || String::from_utf8(sweep(&["--list"]).stdout).unwrap();
    write(60);
    for only in ["1", "2", "3"] {
        sweep(&["--only", only]);
    }
    let third = out.join("3-lr=0.02.headwater.jsonl");
    let whole = fs::read_to_string(&third).unwrap();
    fs::write(&third, whole.lines().take(9).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let found = list();
    let states: Vec<_> = found.lines().map(|line| line.rsplit_once(".headwater.jsonl ").unwrap().1).collect();
    assert!(states[0].starts_with("(failed: ") && states[0].contains("is not a finite number"), "{found}");
    assert_eq!(states[1..], ["(done)", "(broken off)", "(missing)"]);
    // What was broken off is made again, whole.
    assert!(sweep(&["--only", "3"]).status.success());
    assert!(fs::read_to_string(&third).unwrap().contains("\"reason\":\"done\""));

    write(40);
    let before = fs::read_dir(&out).unwrap().count();
    let words = ["2-lr=0.01.headwater.jsonl was made with other settings (steps 60, now 40", "--out", "remove it"];
    refused(&["sweep", text(&grid), "--out", text(&out), "--only", "2"], &words);
    refused(&["sweep", text(&grid), "--out", text(&out)], &["was made with other settings"]);
    assert_eq!(fs::read_dir(&out).unwrap().count(), before, "nothing was made");
    assert!(list().contains("(done, with other settings (steps 60, now 40"));
}

#[test]
fn what_is_no_sweep_is_refused_before_anything_is_trained() {
    let out = folder("sweep-refused");
    let grid = file("wrong-sweep.json");
    let refuse = |content: &str, more: &[&str], words: &[&str]| {
        fs::write(&grid, content).unwrap();
        refused(&[&["sweep", text(&grid), "--out", text(&out)], more].concat(), words);
        assert!(!out.exists());
    };
    refuse("{", &[], &["wrong-sweep.json", "it is no sweep", "line 1"]);
    refuse(r#"{"grid": {"lr": [0.1]}}"#, &[], &["wrong-sweep.json", "lr=0.1", "--model"]);
    refuse(r#"{"settings": {"model": "resnet8"}, "grid": {"lr": [0.1, 1000]}}"#, &[], &["lr=1000", "100"]);
    refuse(SMALL, &["--only", "5/4"], &["--only 5 of 4", "4 runs, from 1 to 4"]);
    refuse(SMALL, &["--only", "1/3"], &["--only 1 of 3", "4 runs, not 3"]);
    refuse(SMALL, &["--only", "x"], &["only", "the number of a run"]);
    fs::write(file("bad-recipe.json"), r#"{"settings": {"model": "mlp2", "lr": 1000}}"#).unwrap();
    refuse(r#"{"recipe": "bad-recipe.json", "grid": {"seed": [1]}}"#, &[], &["bad-recipe.json: lr \"1000\"", "to 100"]);
    fs::write(file("odd-recipe.json"), r#"{"settings": {"modle": "mlp2"}}"#).unwrap();
    refuse(
        r#"{"recipe": "odd-recipe.json", "grid": {"seed": [1]}}"#,
        &[],
        &["odd-recipe.json: \"modle\" is no setting"],
    );
    refuse(r#"{"grid": {"modle": ["mlp2"]}}"#, &[], &["wrong-sweep.json: \"modle\" is no setting"]);
    refuse(r#"{"grid": {"lr": []}}"#, &[], &["wrong-sweep.json: grid: lr is an empty list"]);
    refuse(r#"{"recipe": "not-there.json", "grid": {"seed": [1]}}"#, &[], &["not-there.json", "could not be read"]);
}

#[test]
fn a_recipe_gives_its_settings_and_what_is_said_beside_it_goes_before_them() {
    let path = new_file("recipe.jsonl");
    let digits = recipe("digits-resnet20.json");
    let output = headwater(&["train", "--recipe", &digits, "--steps", "3", "--record", text(&path)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("The run that the page opens with"), "{said}");
    let header = fs::read_to_string(&path).unwrap().lines().next().unwrap_or_default().to_owned();
    for part in ["\"model\":\"resnet20\"", "\"width\":8", "\"norm\":\"none\"", "\"data\":\"digits\"", "\"steps\":3"] {
        assert!(header.contains(part), "{part}: {header}");
    }
    // A recipe for other images than there are trains on none.
    let output = headwater(&["train", "--recipe", &recipe("cifar10-resnet20.json"), "--steps", "1"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("--data-dir"), "{said}");
    refused(&["train", "--recipe", "not-there.json"], &["not-there.json", "could not be read"]);
    refused(&["train"], &["--model"]);
    let bad = file("wrong-recipe.json");
    fs::write(&bad, r#"{"settings": {"model": "mlp2", "lr": "fast"}}"#).unwrap();
    refused(&["train", "--recipe", text(&bad)], &["wrong-recipe.json: lr \"fast\"", "from 0 to 100"]);
}

#[test]
fn a_sweep_in_place_of_a_recipe_and_the_other_way_round_are_named() {
    let (grid, one) = (recipe("depth-sweep.json"), recipe("digits-resnet20.json"));
    refused(&["train", "--recipe", &grid], &["it is a sweep, the settings of many runs: headwater sweep", "--out DIR"]);
    let out = folder("sweep-of-a-recipe");
    refused(
        &["sweep", &one, "--out", text(&out)],
        &["it is a recipe, the settings of one run: headwater train --recipe"],
    );
    assert!(!out.exists());
}

//! `headwater sweep`: the runs of a grid of settings and seeds, one after another, or one of them by its number.

use crate::arguments::{Refusal, Request, read_words};
use crate::failure::{Failure, say, usage_line};
use crate::made::{Made, State};
use crate::recipe::{Problem, SWEEP, flags, read_json, recipe_settings, with_settings, word};
use crate::{data, train};
use protocol::{Data, ProgramSetting, RunSetting};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

/// A sweep may have so many runs.
const MOST_RUNS: usize = 10_000;

/// What stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sweep {
    /// What it asks, in a sentence.
    #[serde(default, rename = "about")]
    _about: String,
    /// A recipe beside this file, from which each run begins.
    recipe: Option<String>,
    /// What all runs have.
    #[serde(default)]
    settings: Map<String, Value>,
    /// The values of each setting: every combination is a run, the last setting changing fastest.
    #[serde(default)]
    grid: Map<String, Value>,
    /// The seeds, each of which every combination has.
    seeds: Option<Value>,
}

/// One run of a sweep.
#[derive(Debug, PartialEq)]
struct Point {
    /// What it has that others have not, for people and for the file's name.
    name: String,
    /// All of its settings.
    settings: Vec<[String; 2]>,
}

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    let [file] = request.files.as_slice() else { return Err(Failure::Internal("a sweep is one file".to_owned())) };
    let named = |problem: Problem| problem.of(file);
    let sweep: Sweep = read_json(file, SWEEP)?;
    let common = match &sweep.recipe {
        Some(name) => recipe_settings(&file.with_file_name(name))?.1,
        None => Vec::new(),
    };
    let points = points(&common, &sweep).map_err(named)?;
    let count = points.len();
    let requests =
        points.iter().map(|point| request_of(request, point)).collect::<Result<Vec<_>, _>>().map_err(named)?;
    let chosen = match request.options.only {
        None => 0..count,
        Some(only) if only.is_of(count) => only.number - 1..only.number,
        Some(only) => {
            let wrong = match only.count.filter(|own| *own != count) {
                Some(other) => format!("not {other}"),
                None => format!("from 1 to {count}"),
            };
            let file = file.display();
            return Err(Failure::Input(format!(
                "--only {only} is not accepted: the sweep {file} has {count} runs, {wrong}"
            )));
        }
    };
    let width = count.to_string().len();
    let place = |index: usize| {
        let name = format!("{:0width$}-{}.headwater.jsonl", index + 1, points[index].name);
        Path::new(&request.options.out).join(name)
    };
    let found = chosen.clone().map(|index| Made::at(&place(index))).collect::<Result<Vec<_>, _>>()?;
    let mut images = Images::default();
    if request.options.list {
        for (index, made) in chosen.zip(&found) {
            // Where the images are not here, only what is in the recording can be told.
            let other = images.differing(made, &requests[index]).unwrap_or_default();
            let other = if other.is_empty() { other } else { format!(", with other settings ({other})") };
            writeln!(
                std::io::stdout(),
                "{} of {count}: {} ({}{other})",
                index + 1,
                place(index).display(),
                made.state
            )?;
        }
        return Ok(());
    }
    for (index, made) in chosen.clone().zip(&found) {
        let other = images.differing(made, &requests[index])?;
        if !other.is_empty() {
            let path = place(index);
            let why =
                format!("{} was made with other settings ({other}): give another --out, or remove it", path.display());
            return Err(Failure::Input(why));
        }
    }
    std::fs::create_dir_all(&request.options.out)
        .map_err(|error| Failure::Input(format!("--out {:?} cannot be made: {error}", request.options.out)))?;
    let mut failed = 0;
    for (index, made) in chosen.clone().zip(found) {
        let path = place(index);
        let title = format!("{} of {count}: {}", index + 1, path.display());
        match made.state {
            State::Done => {
                say(&format!("{title} is there already"));
                continue;
            }
            State::Failed(why) => {
                say(&format!("{title} is there already, and failed: {why}; to make it again, remove it"));
                failed += 1;
                continue;
            }
            State::Missing => say(&title),
            State::BrokenOff => {
                // What was broken off is the beginning of what is made now.
                std::fs::remove_file(&path)
                    .map_err(|error| Failure::Input(format!("{}: it cannot be replaced: {error}", path.display())))?;
                say(&format!("{title} was broken off, and is made again"));
            }
        }
        let mut own = requests[index].clone();
        own.options.record = path.to_string_lossy().into_owned();
        match train::train_one(&own) {
            Ok(train::Ending::Stopped) => return Err(Failure::Run(format!("the sweep stopped at run {title}"))),
            Ok(train::Ending::Over) => {}
            // The others are not worse for it.
            Err(failure @ Failure::Run(_)) => {
                say(&format!("{title}: {failure}"));
                failed += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
    let files: Vec<_> = chosen.clone().map(|index| place(index).display().to_string()).collect();
    if files.len() > 1 {
        say(&format!(
            "all of it in one page: headwater serve {out}/*.headwater.jsonl, or headwater report {out}/*.headwater.jsonl --out {out}/index.html",
            out = request.options.out
        ));
    }
    if failed > 0 { Err(Failure::Run(format!("{failed} of {} runs failed", chosen.len()))) } else { Ok(()) }
}

/// All runs, in order.
fn points(common: &[[String; 2]], sweep: &Sweep) -> Result<Vec<Point>, Problem> {
    let own = flags(&sweep.settings)?;
    let mut points = vec![Point { name: String::new(), settings: Vec::new() }];
    let seed = sweep.seeds.clone().map(|seeds| (RunSetting::Seed.name().to_owned(), seeds));
    if let Some((_, seeds)) = &seed
        && !seeds.as_array().is_some_and(|list| list.iter().all(Value::is_u64))
    {
        return Err(Problem::Seeds(seeds.clone()));
    }
    if seed.is_some() && sweep.grid.contains_key(RunSetting::Seed.name()) {
        return Err(Problem::TwoSeeds);
    }
    for (name, values) in sweep.grid.iter().map(|(name, values)| (name.clone(), values.clone())).chain(seed) {
        let values = values.as_array().ok_or_else(|| Problem::NoList { name: name.clone(), value: values.clone() })?;
        if values.is_empty() {
            return Err(Problem::EmptyList(name));
        }
        if let Some(value) = twice(values) {
            return Err(Problem::Twice { name, value: value.clone() });
        }
        if points.len() * values.len() > MOST_RUNS {
            return Err(Problem::TooMany(MOST_RUNS));
        }
        let mut more = Vec::new();
        for point in &points {
            for value in values {
                let value = word(&name, value)?;
                // Refuses what is no setting.
                let setting = flags(&Map::from_iter([(name.clone(), Value::String(value.clone()))]))?;
                let joint = if point.name.is_empty() { "" } else { "_" };
                let name = format!("{}{joint}{}={}", point.name, name.replace('_', "-"), file_name(&value));
                more.push(Point { name, settings: [point.settings.clone(), setting].concat() });
            }
        }
        points = more;
    }
    for point in &mut points {
        let over = |list: &[[String; 2]], name: &str| list.iter().any(|[own, _]| own == name);
        let own: Vec<_> = own.iter().filter(|[name, _]| !over(&point.settings, name)).cloned().collect();
        let above = [own, std::mem::take(&mut point.settings)].concat();
        let below = common.iter().filter(|[name, _]| !over(&above, name) && !excludes(&above, name)).cloned();
        point.settings = below.chain(above.iter().cloned()).collect();
        if point.name.is_empty() {
            point.name = "run".to_owned();
        }
    }
    Ok(points)
}

/// A value that stands in the list twice, also as a number and as a text.
fn twice(values: &[Value]) -> Option<&Value> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let is_same =
        |one: &Value, other: &Value| one == other || number(one).is_some_and(|own| number(other) == Some(own));
    values
        .iter()
        .enumerate()
        .find(|(index, value)| values[..*index].iter().any(|own| is_same(own, value)))
        .map(|(_, value)| value)
}

/// Whether one of these settings takes the place of that one.
fn excludes(settings: &[[String; 2]], name: &str) -> bool {
    let other = match name {
        "steps" => "epochs",
        "epochs" => "steps",
        _ => return false,
    };
    settings.iter().any(|[own, _]| own == other)
}

/// A value as a part of a file's name, on every system.
fn file_name(value: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-.,+".contains(letter) { letter } else { '-' };
    value.chars().map(plain).take(60).collect()
}

/// The command line of one run, with what was said on that of the sweep.
fn request_of(sweep: &Request, point: &Point) -> Result<Request, Problem> {
    let mut words: Vec<OsString> = vec!["headwater".into(), "train".into()];
    for setting in [ProgramSetting::DataDir, ProgramSetting::Device, ProgramSetting::Threads] {
        if sweep.gives(setting) {
            let flag = format!("--{}", setting.name().replace('_', "-"));
            words.extend([flag.into(), setting.setting().get(&sweep.options).into()]);
        }
    }
    read_words(with_settings(&point.settings, words).into_iter()).map_err(|refusal| {
        let why = match refusal {
            Refusal::Value(complaint) => scene::words::complaint(&complaint),
            Refusal::Usage(error) => usage_line(&error),
            Refusal::File(failure) => failure.to_string(),
        };
        Problem::Run { run: point.name.clone(), why }
    })
}

/// What the runs of a sweep learn from, as far as that decides their settings: each set is opened once.
#[derive(Default)]
struct Images(Vec<Set>);

/// A set of images.
struct Set {
    /// What is asked for: the folder, the set, and the size of pictures.
    asked: (String, Data, usize),
    /// How a run on it is written.
    data: Data,
    /// Training images.
    count: usize,
}

impl Images {
    /// In which settings a recording differs from a run.
    fn differing(&mut self, made: &Made, request: &Request) -> Result<String, Failure> {
        if made.state == State::Missing {
            return Ok(String::new());
        }
        let asked = (request.options.data_dir.clone(), request.run.data, data::picture_size(&request.run));
        let known = self.0.iter().find(|own| own.asked == asked).map(|own| (own.data, own.count));
        let (data, count) = match known {
            Some(found) => found,
            None => {
                let (data, set) = data::open(request)?;
                let count = set.describe().train;
                self.0.push(Set { asked, data, count });
                (data, count)
            }
        };
        Ok(made.differs_from(&train::recorded_spec(request, data, count)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<Point>, Problem> {
        points(&[], &serde_json::from_str(text).unwrap())
    }

    #[test]
    fn every_combination_is_a_run_and_the_last_setting_changes_fastest() {
        let found = of(
            r#"{"settings": {"model": "resnet8", "lr": 0.1}, "grid": {"skip": ["on", "off"], "lr": [0.05, 0.2]}, "seeds": [1, 2]}"#,
        )
        .unwrap();
        let names: Vec<_> = found.iter().map(|point| point.name.as_str()).collect();
        assert_eq!(names.len(), 8);
        assert_eq!(names[..3], ["skip=on_lr=0.05_seed=1", "skip=on_lr=0.05_seed=2", "skip=on_lr=0.2_seed=1"]);
        let settings: Vec<_> = found[7].settings.iter().map(|[name, value]| format!("{name}={value}")).collect();
        assert_eq!(settings, ["model=resnet8", "skip=off", "lr=0.2", "seed=2"]);
    }

    #[test]
    fn what_is_no_sweep_is_named() {
        for (text, said) in [
            (r#"{"grid": {"skip": "on"}}"#, "skip must be a list"),
            (r#"{"grid": {"skip": []}}"#, "grid: skip is an empty list"),
            (r#"{"seeds": []}"#, "seed is an empty list"),
            (r#"{"seeds": "a"}"#, "seeds must be a list of whole numbers, such as [1, 2, 3], and is \"a\""),
            (r#"{"seeds": [1, -2]}"#, "seeds must be a list"),
            (r#"{"seeds": [1, 2, 1]}"#, "seed has 1 twice"),
            (r#"{"grid": {"lr": [0.05, 0.1, 0.050]}}"#, "lr has 0.05 twice"),
            (r#"{"grid": {"lr": [1, "1.0"]}}"#, "lr has \"1.0\" twice"),
            (r#"{"grid": {"depht": [1]}}"#, "\"depht\" is no setting"),
            (r#"{"grid": {"seed": [1]}, "seeds": [1]}"#, "twice"),
            (r#"{"grid": {"skip": [["on"]]}}"#, "skip must be a text"),
        ] {
            let found = of(text);
            assert!(found.as_ref().is_err_and(|why| why.to_string().contains(said)), "{text}: {found:?}");
        }
        let many = format!(
            r#"{{"grid": {{"lr": [{0}], "momentum": [{0}]}}}}"#,
            (1..=101).map(|number| number.to_string()).collect::<Vec<_>>().join(",")
        );
        assert!(of(&many).is_err_and(|why| why.to_string().contains("more than 10000 runs")));
    }
}

//! Settings of a run in a file, for `train --recipe`, and those of many runs, for `sweep`: read into the words of a command
//! line, before which everything that is refused there is refused here too.

use crate::arguments::{Refusal, read_words};
use crate::failure::Failure;
use protocol::setting::{Subcommand, entries};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use thiserror::Error;

/// The kinds of file.
const RECIPE: &str = "recipe";
pub const SWEEP: &str = "sweep";

/// No recipe needs more, bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A recipe: what stands in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What it is, in a sentence.
    #[serde(default)]
    pub about: String,
    /// Where it is from.
    #[serde(default, rename = "source")]
    _source: String,
    /// What was published of it.
    #[serde(default)]
    pub aims_at: String,
    /// What came of it when it was run for this project, or that it was not.
    #[serde(default)]
    pub run_here: String,
    /// The settings, by their names in a link or as flags.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

/// What is wrong with a recipe or a sweep.
#[derive(Debug, Error)]
pub enum Problem {
    /// The file cannot be read.
    #[error("it could not be read: {0}")]
    File(#[from] io::Error),
    /// Its text is none of this kind.
    #[error("it is no {kind}: {error}")]
    Json {
        /// A recipe, or a sweep.
        kind: &'static str,
        /// What and where.
        error: serde_json::Error,
    },
    /// It is the other kind of file.
    #[error("it is {is}: {command}")]
    Other {
        /// What it is.
        is: &'static str,
        /// What takes it.
        command: String,
    },
    /// It is larger than any.
    #[error("it is no {0}: it is larger than 1 MB")]
    TooLarge(&'static str),
    /// A name that is no setting's.
    #[error("{0:?} is no setting that a recipe can have: headwater train --help lists them")]
    NoSetting(String),
    /// A value that cannot be one.
    #[error("{name} must be a text, a number, true or false, and is {value}")]
    Value {
        /// The setting.
        name: String,
        /// The value.
        value: Value,
    },
    /// A value that the program does not accept.
    #[error("{0}")]
    Refused(String),
    /// A setting of a grid without values.
    #[error("grid: {name} must be a list of values, such as [\"on\", \"off\"], and is {value}")]
    NoList {
        /// The setting.
        name: String,
        /// What stands there.
        value: Value,
    },
    /// A list without values.
    #[error("grid: {0} is an empty list: name one value or more, or leave it out")]
    EmptyList(String),
    /// A value that would make runs twice.
    #[error("grid: {name} has {value} twice, which would make the same runs again")]
    Twice {
        /// The setting.
        name: String,
        /// The value.
        value: Value,
    },
    /// Seeds that are none.
    #[error("seeds must be a list of whole numbers, such as [1, 2, 3], and is {0}")]
    Seeds(Value),
    /// Two lists of seeds.
    #[error("the seeds stand in it twice: in seeds and in grid")]
    TwoSeeds,
    /// A grid that is too large.
    #[error("it has more than {0} runs")]
    TooMany(usize),
    /// A run of a sweep that cannot be made.
    #[error("{run}: {why}")]
    Run {
        /// The run.
        run: String,
        /// What is wrong with its command line.
        why: String,
    },
}

impl Problem {
    /// The failure of a command that needs this file.
    pub fn of(&self, path: &Path) -> Failure {
        Failure::Input(format!("{}: {self}", path.display()))
    }
}

/// Reads a file of JSON.
///
/// # Errors
/// If it cannot be read, or is no such file.
pub fn read_json<T: for<'a> Deserialize<'a>>(path: &Path, kind: &'static str) -> Result<T, Failure> {
    let read = text_of(path, kind).and_then(|text| parse(&text, kind).map_err(|problem| other(path, &text, problem)));
    read.map_err(|problem| problem.of(path))
}

/// What is wrong with a text that could not be read as one kind, if it is of the other kind.
fn other(path: &Path, text: &str, problem: Problem) -> Problem {
    let Problem::Json { kind, .. } = problem else { return problem };
    let path = path.display();
    let fields: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    if kind == RECIPE && has(&["grid", "seeds"]) {
        let command = format!("headwater sweep {path} --out DIR makes them");
        return Problem::Other { is: "a sweep, the settings of many runs", command };
    }
    if kind == SWEEP && has(&["source", "aims_at", "run_here"]) && !has(&["grid", "seeds"]) {
        let command = format!("headwater train --recipe {path} makes it");
        return Problem::Other { is: "a recipe, the settings of one run", command };
    }
    problem
}

/// Reads a recipe, with its settings as flags whose values are accepted.
///
/// # Errors
/// If it cannot be read, or a name or value in it is not accepted.
pub fn recipe_settings(path: &Path) -> Result<(Recipe, Vec<[String; 2]>), Failure> {
    let recipe: Recipe = read_json(path, RECIPE)?;
    let settings = flags(&recipe.settings).map_err(|problem| problem.of(path))?;
    let words = with_settings(&settings, vec!["headwater".into(), "train".into()]);
    match read_words(words.into_iter()) {
        Err(Refusal::Value(complaint)) => Err(Problem::Refused(scene::words::complaint(&complaint)).of(path)),
        // What a recipe leaves out, others say.
        _ => Ok((recipe, settings)),
    }
}

fn text_of(path: &Path, kind: &'static str) -> Result<String, Problem> {
    let mut text = String::new();
    let length = File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if length as u64 > MOST_BYTES { Err(Problem::TooLarge(kind)) } else { Ok(text) }
}

fn parse<T: for<'a> Deserialize<'a>>(text: &str, kind: &'static str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::Json { kind, error })
}

/// A setting's value as a word of the command line.
///
/// # Errors
/// If it is neither text, number nor truth value.
pub fn word(name: &str, value: &Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(true) => Ok("1".to_owned()),
        Value::Bool(false) => Ok("0".to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(Problem::Value { name: name.to_owned(), value: value.clone() })
        }
    }
}

/// Settings as flags of `train`, with their values.
///
/// # Errors
/// About the first that is none.
pub fn flags(settings: &Map<String, Value>) -> Result<Vec<[String; 2]>, Problem> {
    let table = entries();
    let flag = |(name, value): (&String, &Value)| {
        let name = name.replace('-', "_");
        let known = table.iter().any(|entry| entry.name == name && entry.commands.contains(&Subcommand::Train));
        if !known || NOT_IN_A_FILE.contains(&name.as_str()) {
            return Err(Problem::NoSetting(name));
        }
        Ok([name.clone(), word(&name, value)?])
    };
    settings.iter().map(flag).collect()
}

/// Flags of `train` that are of this computer or this call alone.
const NOT_IN_A_FILE: [&str; 3] = ["recipe", "resume", "json"];

/// The words of a command line that has these settings, with others on top: where the words name a setting, or what excludes
/// it, the file's gives way.
pub fn with_settings(settings: &[[String; 2]], words: Vec<OsString>) -> Vec<OsString> {
    let given = |name: &str| {
        let flag = format!("--{}", name.replace('_', "-"));
        let is = |word: &OsString| {
            word.to_str()
                .is_some_and(|word| word == flag || word.strip_prefix(&flag).is_some_and(|rest| rest.starts_with('=')))
        };
        words.iter().any(is)
    };
    let excluded = |name: &str| match name {
        "steps" => given("epochs"),
        "epochs" => given("steps"),
        _ => false,
    };
    let kept = settings.iter().filter(|[name, _]| !given(name) && !excluded(name));
    let flags: Vec<_> = kept.map(|[name, value]| format!("--{}={value}", name.replace('_', "-")).into()).collect();
    let mut all = words;
    // After the names of program and command.
    let place = 2.min(all.len());
    all.splice(place..place, flags);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_command_line_says_goes_before_the_recipe() {
        let settings = [["model", "resnet20"], ["epochs", "3"], ["lr", "0.1"]].map(|pair| pair.map(str::to_owned));
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let text =
            |all: Vec<OsString>| all.iter().map(|word| word.to_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ");
        assert_eq!(
            text(with_settings(&settings, words("headwater train"))),
            "headwater train --model=resnet20 --epochs=3 --lr=0.1"
        );
        let on_top = with_settings(&settings, words("headwater train --lr 0.2 --steps=5 --recipe x.json"));
        assert_eq!(text(on_top), "headwater train --model=resnet20 --lr 0.2 --steps=5 --recipe x.json");
    }

    #[test]
    fn what_is_no_setting_is_named() {
        for (text, said) in [
            (r#"{"settings": {"depht": 20}}"#, "\"depht\" is no setting"),
            (r#"{"settings": {"lr": [0.1]}}"#, "lr must be a text"),
            (r#"{"settings": {"resume": "DIR"}}"#, "\"resume\" is no setting"),
            (r#"{"setting": {}}"#, "unknown field `setting`"),
            ("", "it is no recipe"),
            ("[1]", "it is no recipe"),
        ] {
            let found = parse::<Recipe>(text, "recipe").and_then(|recipe| flags(&recipe.settings).map(|_| ()));
            assert!(found.as_ref().is_err_and(|why| why.to_string().contains(said)), "{text}: {found:?}");
        }
    }

    #[test]
    fn every_recipe_of_the_project_is_a_run_and_says_what_came_of_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/recipes");
        let mut count = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.to_str().unwrap().ends_with("-sweep.json") {
                continue;
            }
            let recipe: Recipe = read_json(&path, "recipe").unwrap_or_else(|why| panic!("{why}"));
            assert!(!recipe.about.is_empty() && !recipe.run_here.is_empty(), "{path:?}");
            assert!(recipe.run_here != "Not run here." || !recipe.aims_at.is_empty(), "{path:?}");
            let words = with_settings(&flags(&recipe.settings).unwrap(), vec!["headwater".into(), "train".into()]);
            assert!(read_words(words.into_iter()).is_ok(), "{path:?}");
            count += 1;
        }
        assert!(count >= 8, "{count}");
    }

    #[test]
    fn a_damaged_recipe_is_read_or_named() {
        let whole = include_bytes!("../../../assets/recipes/cifar10-resnet20.json");
        let (mut read, mut named) = (0, 0);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let thousands = std::env::var("HEADWATER_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
        for _ in 0..thousands * 1000 {
            let mut bytes = whole.to_vec();
            for _ in 0..=draw(3) {
                match draw(3) {
                    0 => bytes.truncate(draw(bytes.len() + 1)),
                    1 if !bytes.is_empty() => {
                        let place = draw(bytes.len());
                        bytes[place] = draw(256) as u8;
                    }
                    _ => bytes.insert(draw(bytes.len() + 1), b"{}[]\",:0e-"[draw(10)]),
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            match parse::<Recipe>(&text, "recipe").and_then(|recipe| flags(&recipe.settings)) {
                Ok(_) => read += 1,
                Err(why) => {
                    assert!(!why.to_string().is_empty());
                    named += 1;
                }
            }
        }
        println!("{read} were read, {named} named");
        assert!(read > 100 && named > 100, "{read} {named}");
    }
}

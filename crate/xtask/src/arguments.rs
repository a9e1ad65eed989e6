//! What the user asked for: raw arguments in, a [`Task`] or one sentence out. By hand, so that xtask compiles fast.

use std::path::PathBuf;

use crate::bench::Options;

/// What `cargo xtask help` prints.
pub const HELP: &str = "\
Usage: cargo xtask <task>

  serve [--port 8080] [--no-open]  build the page, serve it on this machine and open it in the browser
  test                             formatting, tidy, clippy, native, wasm and browser tests (Chromium, Firefox)
  test-webkit                      the core browser tests in WebKitGTK
  test-lessons                     take every lesson in Chromium to its end, by mouse, by keys and by touch
  tidy [--fix]                     find dead references, unused words, undocumented settings, rules without classes, …
  dist                             write the static site to dist/, and beside it the page as one file, in three sizes
  program [--features cuda]        build the program headwater with the page inside, for `report` as html
  check-cuda                       fetch CUDA's compiler (1.2 GB) and build the program for NVIDIA cards, card or none
  check-pytorch                    fetch PyTorch (5 GB) and test the recorder in assets/python on other people's networks
  bench [--quick] [--json FILE]    time every claim about speed, two sides in turn; one JSON object a result
        [--docs]                   and write the tables of docs/performance.md
  bench --fingerprints             hashes over every bit of a list of runs, natively and in wasm: to compare two versions
  answers                          run the commands of docs/answers.md again and write their outputs into it
  lessons                          play the lessons in full with three seeds, and say what came of each step
  recordings                       make the recordings that come with the page, by real runs
  help                             this text

Each task first installs what is missing: the wasm target, trunk and wasm-bindgen; `test` also Chromium and Firefox where it can.";

/// One task with its options.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Print the help text.
    Help,
    /// Build and serve the page.
    Serve {
        /// Port on the loopback address; 0 takes a free one.
        port: u16,
        /// Whether to open the user's browser.
        open: bool,
    },
    /// Run every check.
    Test,
    /// Run the core browser tests in WebKitGTK.
    TestWebkit,
    /// Take every lesson in Chromium, from its start to its finish.
    TestLessons,
    /// Find what no compiler sees.
    Tidy {
        /// Whether to write the tables that are made from the program's own.
        fix: bool,
    },
    /// Write the static site, and the page as one file.
    Dist,
    /// Build the program with the page inside.
    Program {
        /// Cargo's features, a comma list.
        features: Option<String>,
    },
    /// Build the program for NVIDIA cards with a compiler that is fetched.
    CheckCuda,
    /// Test the recorder for PyTorch with packages that are fetched.
    CheckPytorch,
    /// Time every claim about speed.
    Bench(Options),
    /// Run the commands of the answers again.
    Answers,
    /// Play the lessons in full, with three seeds.
    Lessons,
    /// Make the recordings that come with the page.
    Recordings,
}

/// Reads the arguments that follow `cargo xtask`.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Task, String> {
    let mut arguments = arguments.into_iter();
    let task = match arguments.next().as_deref() {
        None => return Err("error: name a task".to_owned()),
        Some("help" | "--help" | "-h") => return Ok(Task::Help),
        Some("serve") => return parse_serve(arguments),
        Some("bench") => return parse_bench(arguments),
        Some("program") => return parse_program(arguments),
        Some("test") => Task::Test,
        Some("test-webkit") => Task::TestWebkit,
        Some("test-lessons") => Task::TestLessons,
        Some("tidy") => return parse_tidy(arguments),
        Some("dist") => Task::Dist,
        Some("check-cuda") => Task::CheckCuda,
        Some("check-pytorch") => Task::CheckPytorch,
        Some("answers") => Task::Answers,
        Some("lessons") => Task::Lessons,
        Some("recordings") => Task::Recordings,
        Some(other) => return Err(format!("error: there is no task `{other}`")),
    };
    match arguments.next().as_deref() {
        None => Ok(task),
        Some("--help" | "-h") => Ok(Task::Help),
        Some(extra) => Err(format!("error: this task takes no argument `{extra}`")),
    }
}

fn parse_tidy(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(Task::Tidy { fix: false }),
        (Some("--help" | "-h"), None) => Ok(Task::Help),
        (Some("--fix"), None) => Ok(Task::Tidy { fix: true }),
        (Some("--fix"), Some(extra)) => Err(format!("error: tidy takes no argument `{extra}`")),
        (Some(extra), _) => Err(format!("error: tidy takes no argument `{extra}`")),
    }
}

fn parse_program(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let mut features = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(Task::Help),
            "--features" => features = Some(arguments.next().ok_or("error: --features takes a list, such as cuda")?),
            other => return Err(format!("error: program takes no argument `{other}`")),
        }
    }
    Ok(Task::Program { features })
}

fn parse_serve(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let (mut port, mut open) = (8080, true);
    while let Some(argument) = arguments.next() {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        match (name, &attached) {
            ("--help" | "-h", None) => return Ok(Task::Help),
            ("--no-open", None) => open = false,
            ("--port", _) => {
                let value = attached.or_else(|| arguments.next()).unwrap_or_default();
                port = value
                    .parse()
                    .map_err(|_| format!("error: --port takes a number from 0 to 65535, not `{value}`"))?;
            }
            _ => return Err(format!("error: serve takes no argument `{argument}`")),
        }
    }
    Ok(Task::Serve { port, open })
}

fn parse_bench(mut arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(Task::Help),
            "--quick" => options.quick = true,
            "--docs" => options.docs = true,
            "--fingerprints" => options.fingerprints = true,
            "--json" => {
                let file = arguments.next().ok_or("error: --json takes the name of a file")?;
                options.json = Some(PathBuf::from(file));
            }
            other => return Err(format!("error: bench takes no argument `{other}`")),
        }
    }
    if options.quick && options.docs {
        return Err("error: bench takes --docs only without --quick, whose rounds are too short for it".to_owned());
    }
    if options.fingerprints && options != (Options { fingerprints: true, ..Options::default() }) {
        return Err("error: bench takes --fingerprints alone, because nothing is timed then".to_owned());
    }
    Ok(Task::Bench(options))
}

#[cfg(test)]
mod tests {
    use super::{Options, Task, parse};

    fn parsed(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn tasks_and_their_options_are_read() {
        assert_eq!(parsed("serve"), Ok(Task::Serve { port: 8080, open: true }));
        assert_eq!(parsed("serve --no-open --port 9"), Ok(Task::Serve { port: 9, open: false }));
        assert_eq!(parsed("serve --port=0"), Ok(Task::Serve { port: 0, open: true }));
        assert_eq!(parsed("test"), Ok(Task::Test));
        assert_eq!(parsed("test-webkit"), Ok(Task::TestWebkit));
        assert_eq!(parsed("test-lessons"), Ok(Task::TestLessons));
        assert_eq!(parsed("tidy"), Ok(Task::Tidy { fix: false }));
        assert_eq!(parsed("tidy --fix"), Ok(Task::Tidy { fix: true }));
        assert_eq!(parsed("dist"), Ok(Task::Dist));
        assert_eq!(parsed("check-cuda"), Ok(Task::CheckCuda));
        assert_eq!(parsed("check-pytorch"), Ok(Task::CheckPytorch));
        assert_eq!(parsed("answers"), Ok(Task::Answers));
        assert_eq!(parsed("lessons"), Ok(Task::Lessons));
        assert_eq!(parsed("program"), Ok(Task::Program { features: None }));
        assert_eq!(parsed("program --features cuda"), Ok(Task::Program { features: Some("cuda".to_owned()) }));
        assert_eq!(parsed("bench"), Ok(Task::Bench(Options::default())));
        let options = Options { quick: true, json: Some("a".into()), ..Options::default() };
        assert_eq!(parsed("bench --quick --json a"), Ok(Task::Bench(options)));
        let options = Options { fingerprints: true, ..Options::default() };
        assert_eq!(parsed("bench --fingerprints"), Ok(Task::Bench(options)));
        assert_eq!(parsed("test --help"), Ok(Task::Help));
    }

    #[test]
    fn anything_else_is_named_in_one_sentence() {
        for (line, named) in [
            ("", "name a task"),
            ("polish", "`polish`"),
            ("bench --json", "--json"),
            ("bench --quick --docs", "--docs"),
            ("bench --fingerprints --quick", "--fingerprints"),
            ("test fast", "`fast`"),
            ("program fast", "`fast`"),
            ("program --features", "--features"),
            ("tidy up", "`up`"),
            ("serve --port eighty", "`eighty`"),
            ("serve --port 70000", "`70000`"),
            ("serve --port", "``"),
            ("serve --no-open=1", "`--no-open=1`"),
        ] {
            let sentence = parsed(line).expect_err(line);
            assert!(sentence.contains(named) && sentence.lines().count() == 1, "{line}: {sentence}");
        }
    }
}

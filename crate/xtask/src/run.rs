//! Running other programs: where a program is, whether it succeeded, and how to end one that hangs.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The first file of that name in `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|program| program.is_file())
}

/// `PATH` with these folders before all others.
pub fn path_with(folders: &[PathBuf]) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.iter().cloned().chain(env::split_paths(&path))).context("PATH cannot take one more folder")
}

/// Runs a program to its end, its output going where ours goes; an exit status other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    succeed(command, |command| command.status())
}

/// Runs tests like [`run`], but ends the program and all that it started when it takes longer than `limit`. The error also
/// names the tests that failed, and after such an end what was said last.
pub fn run_tests(limit: Duration, command: &mut Command) -> Result<()> {
    let name = display(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {name}"))?;
    let output = child.stdout.take().with_context(|| format!("{name} has no output"))?;
    let reader = spawn(move || pass_on(BufReader::new(output)));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() >= limit {
            end_descendants(child.id());
            child.kill()?;
            child.wait()?;
            break None;
        }
        sleep(Duration::from_millis(50));
    };
    let heard = reader.join().unwrap_or_default();
    let failed: String = heard.failed.iter().map(|line| format!("\n  {line}")).collect();
    match status {
        Some(status) if status.success() => Ok(()),
        Some(status) => bail!("{name} failed: {status}{failed}"),
        None => bail!("{name} was ended after {} s{failed}\n  it said last: {}", limit.as_secs(), heard.last),
    }
}

/// What tests have said.
#[derive(Default)]
struct Heard {
    /// The lines that name a failed test.
    failed: Vec<String>,
    /// The last line that names a test, or else is not empty.
    last: String,
}

/// Passes lines on to our own output as they come.
fn pass_on(lines: impl BufRead) -> Heard {
    let mut heard = Heard::default();
    for line in lines.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        let line = line.trim();
        if line.starts_with("not ok ") || line.starts_with("test ") && line.ends_with("FAILED") {
            heard.failed.push(line.to_owned());
        }
        let is_detail = ["---", "...", "duration_ms:", "type:"].iter().any(|detail| line.starts_with(detail));
        if !line.is_empty() && !is_detail {
            line.clone_into(&mut heard.last);
        }
    }
    heard
}

/// What a program prints on standard output, without the last line end.
pub fn output(command: &mut Command) -> Result<String> {
    let name = display(command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", output.status);
    }
    let text =
        String::from_utf8(output.stdout).with_context(|| format!("{name} printed something that is not UTF-8"))?;
    Ok(text.trim_end().to_owned())
}

/// The version in the answer to `PROGRAM --version`, by custom the second word; none if the program does not run.
pub fn version_of(program: &Path) -> Option<String> {
    let answer = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

fn succeed(command: &mut Command, start: impl FnOnce(&mut Command) -> std::io::Result<ExitStatus>) -> Result<()> {
    let status = start(command).with_context(|| format!("cannot run {}", display(command)))?;
    finish(command, status)
}

/// An exit status other than 0 is an error that names the command.
pub fn finish(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("{} failed: {status}", display(command));
    }
    Ok(())
}

/// The command as one would type it, the program without its folder.
fn display(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or_default().to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    format!("`{}`", words.join(" "))
}

/// Ends all that a process has started. `Child::kill` alone would end cargo and leave the hanging test behind; a process
/// group of its own would no longer hear Ctrl-C.
fn end_descendants(root: u32) {
    if cfg!(windows) {
        let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]).status();
        return;
    }
    let table = output(Command::new("ps").args(["-A", "-o", "pid=,ppid="])).unwrap_or_default();
    let doomed = descendants(&table, root).into_iter().map(|process| process.to_string());
    let _ = Command::new("kill").arg("-KILL").args(doomed).stderr(Stdio::null()).status();
}

/// All processes below `root` in a table of `pid ppid` lines.
fn descendants(table: &str, root: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for line in table.lines() {
        let mut numbers = line.split_whitespace().map_while(|word| word.parse().ok());
        if let (Some(child), Some(parent)) = (numbers.next(), numbers.next()) {
            children.entry(parent).or_default().push(child);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        let next = children.remove(&parent).unwrap_or_default();
        found.extend(&next);
        open.extend(next);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_are_found_through_all_generations() {
        let mut found = descendants("  1 0\n 10 1\n 11 10\n 12 10\n 13 12\n 20 1\n", 10);
        found.sort_unstable();
        assert_eq!(found, [11, 12, 13]);
    }

    #[cfg(unix)]
    #[test]
    fn a_hanging_program_is_ended_with_what_it_started() {
        let start = Instant::now();
        let mut command = Command::new("sh");
        let sleeper = format!("sleep 61.{}", std::process::id());
        command.args(["-c", &format!("{sleeper} & wait")]);
        let error = run_tests(Duration::from_millis(200), &mut command).expect_err("it hangs");
        assert!(format!("{error:#}").contains("was ended after"), "{error:#}");
        assert!(start.elapsed() < Duration::from_secs(30));
        // The shell's own line has more words, and what is dead but not yet gathered has none.
        let still_there = output(Command::new("ps").args(["-A", "-o", "args="])).unwrap_or_default();
        assert!(!still_there.lines().any(|line| line.trim() == sleeper), "{still_there}");
    }

    #[cfg(unix)]
    #[test]
    fn failed_tests_are_named() {
        let said = "ok 1 - one\nnot ok 2 - two\n  ---\ntest a::b ... FAILED\ntest c ... ok\n";
        let mut command = Command::new("sh");
        command.args(["-c", "printf %s \"$0\"; exit 1", said]);
        let error = run_tests(Duration::from_secs(60), &mut command).expect_err("it exits with 1").to_string();
        assert!(error.ends_with("failed: exit status: 1\n  not ok 2 - two\n  test a::b ... FAILED"), "{error}");
        let heard = pass_on(said.as_bytes());
        assert_eq!(heard.last, "test c ... ok");
    }

    #[cfg(unix)]
    #[test]
    fn a_failing_program_is_named_with_its_status() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("it exits with 3");
        assert_eq!(error.to_string(), "`sh -c exit 3` failed: exit status: 3");
    }
}

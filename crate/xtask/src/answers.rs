//! `cargo xtask answers`: runs every command of `docs/answers.md` and writes what it prints below it, so that no number
//! there is older than the program.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::run::{output, path_with, run};
use crate::workspace::Workspace;

/// What opens a block of a command and its output.
const OPEN: &str = "```console";
/// What closes it.
const CLOSE: &str = "```";

/// Builds the program and refreshes the page.
pub fn answers(workspace: &Workspace) -> Result<ExitCode> {
    let root = &workspace.root;
    run(workspace.cargo().args(["build", "--release", "-p", "headwater"]))?;
    let page = root.join("docs/answers.md");
    let text = fs::read_to_string(&page).with_context(|| format!("{} could not be read", page.display()))?;
    let programs = workspace.target.join("release");
    let refreshed = refresh(&text, |command| answer(root.clone(), &programs, command))?;
    fs::write(&page, refreshed).with_context(|| format!("{} could not be written", page.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn answer(folder: PathBuf, programs: &std::path::Path, command: &str) -> Result<String> {
    println!("$ {command}");
    output(
        Command::new("bash")
            .current_dir(folder)
            .env("PATH", path_with(&[programs.to_path_buf()])?)
            .args(["-c", command]),
    )
}

/// The page with each block's output replaced by what `answer` says to its command.
fn refresh(text: &str, mut answer: impl FnMut(&str) -> Result<String>) -> Result<String> {
    let mut refreshed = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        refreshed += &format!("{line}\n");
        if line != OPEN {
            continue;
        }
        for line in lines.by_ref() {
            if let Some(command) = line.strip_prefix("$ ") {
                refreshed += &format!("{line}\n{}\n", answer(command)?);
            } else if line == CLOSE {
                refreshed += &format!("{line}\n");
                break;
            }
        }
    }
    Ok(refreshed)
}

#[cfg(test)]
mod tests {
    use super::refresh;

    #[test]
    fn old_output_is_replaced_and_the_text_stays() {
        let page =
            "<details>\n\n```console\n$ first one\nold\nolder\n```\n\n</details>\n```rust\n$ not a command\n```\n";
        let found = refresh(page, |command| Ok(format!("said {command}"))).unwrap();
        let expected =
            "<details>\n\n```console\n$ first one\nsaid first one\n```\n\n</details>\n```rust\n$ not a command\n```\n";
        assert_eq!(found, expected);
        assert_eq!(refresh(&found, |command| Ok(format!("said {command}"))).unwrap(), found);
    }
}

//! The repository's texts in memory, so that a test can plant a fault.

use super::settings::{self, SettingsTable};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Folders and a file that git ignores or keeps for itself.
const SKIPPED: [&str; 5] = ["target", "dist", "node_modules", ".git", "headwater-viewer.html"];

/// Every file of the repository and the tables that its documents are compared with.
#[derive(Default)]
pub(super) struct Repository {
    /// Text by path from the root, with `/`; empty for what is no text.
    pub(super) files: BTreeMap<String, String>,
    /// The README's tables of settings, as they should be.
    pub(super) settings: Vec<SettingsTable>,
    /// Every live setting: what a recording can mark.
    pub(super) marks: Vec<String>,
    /// Every type of message to or from an embedding page.
    pub(super) messages: Vec<String>,
    /// Every setting that the header of a recording holds.
    pub(super) header: Vec<String>,
}

/// One thing to mend.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The file, from the root.
    pub(super) file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub(super) line: usize,
    /// What is wrong.
    pub(super) sentence: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, sentence } = self;
        if *line == 0 { write!(f, "{file}: {sentence}") } else { write!(f, "{file}:{line}: {sentence}") }
    }
}

impl Finding {
    /// A finding at a line.
    pub(super) fn at(file: &str, line: usize, sentence: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, sentence: sentence.into() }
    }
}

impl Repository {
    /// Reads everything below the root that is not ignored.
    ///
    /// # Errors
    /// If a file or folder cannot be read.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut files)?;
        let live = protocol::setting::entries().into_iter().filter(|entry| entry.live);
        let marks = live.map(|entry| entry.name.to_owned()).collect();
        let header = protocol::RunSetting::written().map(|setting| setting.name().to_owned()).collect();
        let messages = protocol::embed::MESSAGES.iter().map(|message| message.name.to_owned()).collect();
        Ok(Self { files, settings: settings::tables(), marks, messages, header })
    }

    /// The text of a file; empty if there is none.
    pub(super) fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }

    /// Files whose path starts and ends like this.
    pub(super) fn of<'a>(&'a self, start: &'a str, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(start) && path.ends_with(end))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files of the program itself: no tests, examples or build scripts.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.of("", ".rs").filter(|(path, _)| path.contains("/src/"))
    }
}

fn read_folder(folder: &Path, inside: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} could not be listed", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &path, files)?;
        } else {
            let bytes = fs::read(entry.path()).with_context(|| format!("{path} could not be read"))?;
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
    }
    Ok(())
}

/// A repository of these files alone.
#[cfg(test)]
pub(super) fn planted(files: &[(&str, &str)]) -> Repository {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    Repository { files: files.iter().map(owned).collect(), ..Repository::default() }
}

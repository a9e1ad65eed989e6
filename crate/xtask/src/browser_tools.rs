//! Set-up for tests and for the published site: Node and its packages in `web/test`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::run::{find_program, output, run};
use crate::workspace::Workspace;

/// The oldest Node that the packages run on.
const NODE_MAJOR: u32 = 18;

/// Node with the packages of `web/test`.
pub struct Node {
    /// The program.
    pub program: PathBuf,
    /// The folder of the installed packages.
    pub packages: PathBuf,
}

impl Node {
    /// Makes sure that Node is there and that its packages are those of the lock file.
    pub fn set_up(workspace: &Workspace) -> Result<Self> {
        let program = find_program("node").with_context(|| {
            format!("Node {NODE_MAJOR} or newer is missing; install your system's package `nodejs`")
        })?;
        let version = output(Command::new(&program).arg("--version"))?;
        if major(&version).is_none_or(|major| major < NODE_MAJOR) {
            bail!("Node is {version}, but {NODE_MAJOR} or newer is needed; upgrade your system's package `nodejs`");
        }
        let folder = workspace.root.join("web").join("test");
        install_packages(&folder)?;
        Ok(Self { program, packages: folder.join("node_modules") })
    }

    /// A command that runs a script out of the installed packages.
    pub fn script(&self, path: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(self.packages.join(path));
        command
    }
}

/// Installs what the lock file says, unless npm did so after the lock file was last written.
fn install_packages(folder: &Path) -> Result<()> {
    let changed = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    let installed = changed(&folder.join("node_modules").join(".package-lock.json"));
    if is_current(changed(&folder.join("package-lock.json")), installed) {
        return Ok(());
    }
    let npm = find_program(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .context("npm is missing; install your system's package `npm`")?;
    println!("installing the Node packages of web/test, to test the page and to shrink it; this takes some seconds");
    let quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new(npm).current_dir(folder).arg("ci").args(quiet))
        .context("cannot install the Node packages of web/test")
}

/// Whether packages installed at one time satisfy a lock file written at another.
fn is_current(lock: Option<SystemTime>, installed: Option<SystemTime>) -> bool {
    matches!((lock, installed), (Some(lock), Some(installed)) if installed >= lock)
}

/// 20 out of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major("v20.1.0"), Some(20));
        assert_eq!(major("v8.0.0"), Some(8));
        assert_eq!(major("nonsense"), None);
    }

    #[test]
    fn packages_are_current_only_when_installed_after_the_lock_file() {
        let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
        assert!(is_current(at(1), at(2)));
        assert!(!is_current(at(2), at(1)));
        assert!(!is_current(at(1), None));
    }
}

//! The tests of `web/test` in one browser, on the built page as this program serves it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::browser_tools::Node;
use crate::browsers::{self, Browser};
use crate::run::run_tests;
use crate::rust_tools::RustTools;
use crate::workspace::Workspace;
use crate::{file_server, one_file, page, program};

/// A test in a browser can hang where a native one would crash. No honest run takes this long.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The tests that every browser passes.
pub const CORE: &str = "core";
/// The tests that use what one browser alone can do.
pub const CHROMIUM_ALONE: &str = "";

/// The tests that take minutes, of which each has a command of its own.
const WHOLE: &str = "whole";

/// `cargo xtask test-webkit`: the core tests in WebKitGTK.
pub fn test_webkit(workspace: &Workspace) -> Result<ExitCode> {
    let tools = RustTools::set_up_for_page(workspace)?;
    let node = Node::set_up(workspace)?;
    let browser = browsers::webkit()?;
    let site = page::build(workspace, &tools)?;
    test_page(workspace, &node, site, &browser, &[CORE])?;
    Ok(ExitCode::SUCCESS)
}

/// `cargo xtask test-lessons`: every lesson from its start to its finish, by mouse, by the keyboard alone and by touch.
pub fn test_lessons(workspace: &Workspace) -> Result<ExitCode> {
    let tools = RustTools::set_up_for_page(workspace)?;
    let node = Node::set_up(workspace)?;
    let browser = browsers::chromium()?;
    let site = page::build(workspace, &tools)?;
    test_page(workspace, &node, site, &browser, &[WHOLE])?;
    Ok(ExitCode::SUCCESS)
}

/// Serves the page and runs the tests of these folders of `web/test`.
pub fn test_page(workspace: &Workspace, node: &Node, site: PathBuf, browser: &Browser, folders: &[&str]) -> Result<()> {
    let one_file = workspace.target.join("one-file");
    one_file::write_all(&workspace.root, &site, &one_file)?;
    let program = program::with_page(workspace, &site)?;
    let listener = file_server::bind(0).context("cannot serve the page to the browser")?;
    let address = format!("http://{}/", listener.local_addr()?);
    let mut command = Command::new(&node.program);
    command.env("HEADWATER_SITE", &site).env("HEADWATER_ONE_FILE", one_file).env("HEADWATER_PROGRAM", program);
    thread::spawn(move || file_server::serve(&listener, site));
    command.current_dir(&workspace.root).arg("--test");
    for folder in folders {
        command.args(test_files(&workspace.root, &Path::new("web").join("test").join(folder))?);
    }
    command.envs(browser.environment.iter().cloned()).env("HEADWATER_URL", address);
    command.env("HEADWATER_SCREENSHOTS", workspace.target.join("screenshots"));
    run_tests(LIMIT, &mut command).with_context(|| format!("in {}", browser.title))
}

/// Named one by one, from the root: what `node --test FOLDER` means differs between versions of Node.
fn test_files(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("cannot list {}", folder.display()))? {
        let name = entry?.file_name();
        if name.to_string_lossy().ends_with(".test.mjs") {
            files.push(folder.join(name));
        }
    }
    if files.is_empty() {
        bail!("{} has no file *.test.mjs", folder.display());
    }
    files.sort();
    Ok(files)
}

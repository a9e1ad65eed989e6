//! `cargo xtask program`: the program `headwater` with the page inside, which it serves, and of which a report as html is made.
//! Cargo's build script only packs a page that is there: it never builds one.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::browser_tools::Node;
use crate::dist::copy_shrunk;
use crate::run::run;
use crate::rust_tools::RustTools;
use crate::workspace::Workspace;
use crate::{one_file, page};

/// Builds the page, then the program.
pub fn program(workspace: &Workspace, features: Option<&str>) -> Result<ExitCode> {
    let tools = RustTools::set_up_for_page(workspace)?;
    let node = Node::set_up(workspace)?;
    let site = page::build(workspace, &tools)?;
    let shrunk = workspace.target.join("site-of-the-program");
    copy_shrunk(&node, &site, &shrunk)?;
    let viewer = one_file::write_viewer(&workspace.root, &shrunk, &workspace.target.join("one-file"))?;
    println!("building the program");
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package", "headwater"]).env("HEADWATER_VIEWER", viewer);
    puts_page_into(&mut cargo, workspace, &shrunk);
    if let Some(features) = features {
        cargo.args(["--features", features]);
    }
    run(&mut cargo).context("the program does not build")?;
    println!("\nwrote {}", workspace.target.join("release/headwater").display());
    Ok(ExitCode::SUCCESS)
}

/// The program of the tests with this page inside; where it is.
///
/// # Errors
/// If it does not build.
pub fn with_page(workspace: &Workspace, site: &Path) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", "headwater"]);
    puts_page_into(&mut cargo, workspace, site);
    run(&mut cargo).context("the program does not build")?;
    Ok(workspace.target.join("debug/headwater"))
}

/// The program and its page must be of one build.
fn puts_page_into(cargo: &mut Command, workspace: &Workspace, site: &Path) {
    cargo.env("HEADWATER_PAGE", site).env("HEADWATER_BUILD", workspace.build_id());
}

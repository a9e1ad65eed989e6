//! `cargo xtask program`: the program `headwater` with the page inside, which it serves, and of which a report as
//! html is made. Cargo's build script
//! only packs a page that is there: it never builds one.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::browser_tools::Node;
use crate::build_id::build_id;
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
    cargo.env("HEADWATER_PAGE", &shrunk).env("HEADWATER_BUILD", build_id(&workspace.root));
    if let Some(features) = features {
        cargo.args(["--features", features]);
    }
    run(&mut cargo).context("the program does not build")?;
    println!("\nwrote {}", workspace.target.join("release/headwater").display());
    Ok(ExitCode::SUCCESS)
}

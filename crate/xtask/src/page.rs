//! Builds the release page with trunk, which the set-up has provided, so it works without a network.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::build_id::build_id;
use crate::run::run;
use crate::rust_tools::RustTools;
use crate::workspace::Workspace;

/// Builds the page and gives the folder it is in.
pub fn build(workspace: &Workspace, tools: &RustTools) -> Result<PathBuf> {
    // Trunk is told to work offline, or it would fetch tools of its own choice; cargo must then have all crates already.
    run(workspace.cargo().args(["fetch", "--quiet"])).context("cannot fetch the crates that Cargo.lock lists")?;
    let site = workspace.target.join("site");
    println!("building the page");
    run(trunk(workspace, tools).args(["build", "--release", "--offline", "--dist"]).arg(&site))
        .context("the page does not build")?;
    Ok(site)
}

fn trunk(workspace: &Workspace, tools: &RustTools) -> Command {
    let mut command = Command::new("trunk");
    command
        .current_dir(&workspace.root)
        .env("PATH", &tools.path)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("HEADWATER_BUILD", build_id(&workspace.root))
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // These would replace the flags of .cargo/config.toml, and the page would compute without SIMD.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // Trunk reads this as its own option and refuses the usual value `1`.
        .env_remove("NO_COLOR");
    command
}

//! Builds the release page with trunk, which the set-up has provided, so it works without a network.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::progress::{Part, Progress};
use crate::run::run;
use crate::rust_tools::{RustTools, WASM_TARGET};
use crate::site;
use crate::workspace::Workspace;

/// The page's two programs, as a part of a set-up.
pub const PART: Part = Part { name: "the page", crates: 200, seconds: 180.0 };

/// Whether this target folder has seen the page's programs before, so that they soon compile again.
pub fn is_compiled(workspace: &Workspace) -> bool {
    workspace.target.join(WASM_TARGET).join("release").is_dir()
}

/// Compiles the page's programs just as trunk will, which then finds them compiled.
pub fn compile(workspace: &Workspace, progress: &Progress, part: usize) -> Result<()> {
    // The one that takes longer first.
    for package in ["worker", "app"] {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--target", WASM_TARGET, "--manifest-path"]);
        cargo.arg(workspace.root.join("web").join(package).join("Cargo.toml"));
        progress.run(part, as_for_trunk(&mut cargo, workspace)).context("the page does not compile")?;
    }
    progress.done(part);
    Ok(())
}

/// Builds the page and gives the folder it is in.
pub fn build(workspace: &Workspace, tools: &RustTools) -> Result<PathBuf> {
    // Trunk is told to work offline, or it would fetch tools of its own choice; cargo must then have all crates already.
    run(workspace.cargo().args(["fetch", "--quiet"])).context("cannot fetch the crates that Cargo.lock lists")?;
    let (made, site) = (workspace.target.join("trunk"), workspace.target.join("site"));
    println!("building the page");
    run(trunk(workspace, tools).args(["build", "--release", "--offline", "--dist"]).arg(&made))
        .context("the page does not build")?;
    site::assemble(&workspace.root, &made, &site)?;
    Ok(site)
}

fn trunk(workspace: &Workspace, tools: &RustTools) -> Command {
    let mut command = Command::new("trunk");
    as_for_trunk(&mut command, workspace)
        .current_dir(&workspace.root)
        .env("PATH", &tools.path)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        // Trunk reads this as its own option and refuses the usual value `1`.
        .env_remove("NO_COLOR");
    command
}

/// The environment in which the page's programs are compiled.
fn as_for_trunk<'a>(command: &'a mut Command, workspace: &Workspace) -> &'a mut Command {
    command
        .env("HEADWATER_BUILD", workspace.build_id())
        // These would replace the flags of .cargo/config.toml, and the page would compute without SIMD.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
}

//! Set-up for every task: the wasm target, trunk and wasm-bindgen. What is in `PATH` at the right version is used as it
//! is; what is missing goes into `target/tools`, so that nothing of the user's own is replaced. A second call finds
//! everything and installs nothing.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::{self, find_program, run, version_of};
use crate::workspace::{Workspace, cargo};

/// The triple of the browser's build.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Newer ones need a newer Rust than this workspace asks for.
const TRUNK_VERSION: &str = "0.21.14";

/// The tools that build the page.
pub struct RustTools {
    /// The folders to look for programs in, the tools' own first.
    pub path: OsString,
}

impl RustTools {
    /// Makes sure that all of them are there.
    pub fn set_up(workspace: &Workspace) -> Result<Self> {
        add_wasm_target(workspace)?;
        let wasm_bindgen = workspace.pinned_version("wasm-bindgen")?;
        let wanted = [
            Tool {
                package: "wasm-bindgen-cli",
                version: &wasm_bindgen,
                programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
                opt_level: "2",
                why: "to bind the page to the browser; it must be of the very version that the page is built with",
                minutes: 2,
            },
            Tool {
                package: "trunk",
                version: TRUNK_VERSION,
                programs: &["trunk"],
                opt_level: "1",
                why: "to build the page",
                minutes: 5,
            },
        ];
        let folders = wanted.iter().map(|tool| tool.ensure(workspace)).collect::<Result<Vec<_>>>()?;
        let folders: Vec<PathBuf> = folders.into_iter().flatten().collect();
        Ok(Self { path: run::path_with(&folders)? })
    }

    /// A cargo command at the root of the workspace that finds the tools.
    pub fn cargo(&self, workspace: &Workspace) -> Command {
        let mut command = workspace.cargo();
        command.env("PATH", &self.path);
        command
    }

    /// A cargo command for wasm builds that finds the tools. Flags in these variables would replace those of
    /// `.cargo/config.toml`, and the matrix products would silently run as scalar code.
    pub fn cargo_for_wasm(&self, workspace: &Workspace) -> Command {
        let mut command = self.cargo(workspace);
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command
    }
}

/// One package with programs that are installed from source.
struct Tool<'a> {
    package: &'a str,
    version: &'a str,
    programs: &'a [&'a str],
    /// How much it is optimised: what it does takes seconds, building it takes minutes.
    opt_level: &'a str,
    why: &'a str,
    minutes: u32,
}

impl Tool<'_> {
    /// The folder to put before `PATH` so that the programs are found; none if `PATH` has them already.
    fn ensure(&self, workspace: &Workspace) -> Result<Option<PathBuf>> {
        if self.programs.iter().all(|name| find_program(name).is_some_and(|program| self.is_right(&program))) {
            return Ok(None);
        }
        let tools = workspace.root.join("target").join("tools");
        let folder = tools.join("bin");
        let programs: Vec<PathBuf> =
            self.programs.iter().map(|name| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))).collect();
        if !programs.iter().all(|program| self.is_right(program)) {
            let Self { package, version, opt_level, why, minutes, .. } = self;
            println!(
                "installing {package} {version} into target/tools {why}; on two cores this takes about {minutes} minutes"
            );
            // Its own build folder, so that an installation that was interrupted goes on where it stopped.
            let build = tools.join("build");
            run(Command::new(cargo())
                .current_dir(&workspace.root)
                .args(["install", package, "--version", version, "--locked", "--root"])
                .arg(&tools)
                .env("CARGO_TARGET_DIR", &build)
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level)
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"))
            .with_context(|| format!("cannot install {package} {version}; install it by hand and put it into PATH"))?;
            fs::remove_dir_all(&build).context("cannot remove target/tools/build")?;
        }
        Ok(Some(folder))
    }

    fn is_right(&self, program: &std::path::Path) -> bool {
        version_of(program).as_deref() == Some(self.version)
    }
}

/// Makes sure of the components that only the checks need. A minimal rustup has neither, and rustup's own programs of
/// these names are there even so, so they are asked.
pub fn add_checkers(workspace: &Workspace) -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let mut ask = workspace.cargo();
        ask.args([subcommand, "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        if run(&mut ask).is_ok() {
            continue;
        }
        println!("adding the component {component} to the Rust toolchain, for the checks");
        run(Command::new("rustup").current_dir(&workspace.root).args(["component", "add", component]))
            .with_context(|| format!("cannot add the component {component}; install it beside your Rust"))?;
    }
    Ok(())
}

/// Adds the standard library for wasm to the toolchain in use.
fn add_wasm_target(workspace: &Workspace) -> Result<()> {
    let mut ask = Command::new("rustc");
    ask.current_dir(&workspace.root).args(["--print", "target-libdir", "--target", WASM_TARGET]);
    if PathBuf::from(run::output(&mut ask)?).is_dir() {
        return Ok(());
    }
    if find_program("rustup").is_none() {
        bail!("Rust's standard library for {WASM_TARGET} is missing, and there is no rustup to add it with");
    }
    println!("adding the target {WASM_TARGET} to the Rust toolchain, to build the page");
    run(Command::new("rustup").current_dir(&workspace.root).args(["target", "add", WASM_TARGET]).stdin(Stdio::null()))
        .with_context(|| format!("cannot add the target; try `rustup target add {WASM_TARGET}` with a network"))
}

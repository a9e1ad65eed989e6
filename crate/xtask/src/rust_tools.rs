//! Set-up for every task: the wasm target, trunk and wasm-bindgen. What is in `PATH` at the right version is used as it
//! is; what is missing goes into `tools` of the target folder, so that nothing of the user's own is replaced. A second call finds
//! everything and installs nothing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::page;
use crate::progress::{Part, Progress};
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
        Self::set_up_beside(workspace, &[], |_, _| Ok(()))
    }

    /// Makes sure that all of them are there. What is missing is installed while the page's programs compile, because
    /// either by itself leaves a core idle now and then.
    pub fn set_up_for_page(workspace: &Workspace) -> Result<Self> {
        let parts = if page::is_compiled(workspace) { Vec::new() } else { vec![page::PART] };
        Self::set_up_beside(workspace, &parts, |progress, part| page::compile(workspace, progress, part))
    }

    /// Installs what is missing, and while it does so, does what is beside it; where nothing is missing, neither.
    fn set_up_beside(
        workspace: &Workspace,
        beside: &[Part],
        work: impl Fn(&Progress, usize) -> Result<()> + Sync,
    ) -> Result<Self> {
        add_wasm_target(workspace)?;
        let wasm_bindgen = workspace.pinned_version("wasm-bindgen")?;
        let tools = [
            Tool {
                package: "wasm-bindgen-cli",
                version: &wasm_bindgen,
                programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
                part: Part { name: "wasm-bindgen", crates: 130, seconds: 60.0 },
            },
            Tool {
                package: "trunk",
                version: TRUNK_VERSION,
                programs: &["trunk"],
                part: Part { name: "trunk", crates: 330, seconds: 120.0 },
            },
        ];
        let folder = workspace.target.join("tools");
        let installed = folder.join("bin");
        let path = run::path_with(std::slice::from_ref(&installed))?;
        let mut missing: Vec<_> = tools.iter().filter(|tool| !tool.is_there(&installed)).collect();
        missing.retain(|tool| !tool.is_fetched(&folder, &installed));
        if !missing.is_empty() {
            let parts: Vec<_> = missing.iter().map(|tool| tool.part).chain(beside.iter().copied()).collect();
            let progress = Progress::begin(parts);
            thread::scope(|scope| {
                let beside = (!beside.is_empty()).then(|| scope.spawn(|| work(&progress, missing.len())));
                for (part, tool) in missing.iter().enumerate() {
                    tool.install(workspace, &folder, &progress, part)?;
                }
                beside.map_or(Ok(()), |work| work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            })?;
            fs::remove_dir_all(build_folder(&folder)).context("cannot remove the build folder of the tools")?;
        }
        Ok(Self { path })
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

/// Only what works on the page's program is worth an optimisation: what the tools do otherwise takes a moment, and
/// optimising them takes minutes.
const OPTIMISED: [&str; 5] = ["walrus", "wasm-bindgen-cli-support", "wasmparser", "wasm-encoder", "gimli"];

/// One package with programs that are installed from source.
struct Tool<'a> {
    package: &'a str,
    version: &'a str,
    programs: &'a [&'a str],
    part: Part,
}

impl Tool<'_> {
    /// Whether `PATH` or our own folder has all its programs.
    fn is_there(&self, installed: &Path) -> bool {
        let file = |name: &str| installed.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        self.programs.iter().all(|name| {
            let own = file(name);
            if own.is_file() {
                self.is_right(&own)
            } else {
                find_program(name).is_some_and(|other| self.is_right(&other))
            }
        })
    }

    fn is_right(&self, program: &Path) -> bool {
        version_of(program).as_deref() == Some(self.version)
    }

    /// Fetches the programs ready made, where cargo-binstall is installed; whether that went well.
    fn is_fetched(&self, folder: &Path, installed: &Path) -> bool {
        let Some(binstall) = find_program("cargo-binstall") else { return false };
        let Self { package, version, .. } = self;
        println!("fetching {package} {version} with cargo-binstall");
        let mut fetch = Command::new(binstall);
        fetch.args(["--no-confirm", "--disable-strategies", "compile", "--root"]).arg(folder);
        let is_fetched = run(fetch.arg(format!("{package}@{version}"))).is_ok() && self.is_there(installed);
        if !is_fetched {
            println!("that did not work; {package} is compiled here");
        }
        is_fetched
    }

    /// Compiles the programs, without what they need only to load files from elsewhere: nothing here asks them to.
    fn install(&self, workspace: &Workspace, folder: &Path, progress: &Progress, part: usize) -> Result<()> {
        let Self { package, version, .. } = self;
        let mut install = Command::new(cargo());
        install
            .current_dir(&workspace.root)
            .args(["install", package, "--version", version, "--locked", "--force", "--no-default-features", "--root"])
            .arg(folder)
            // One for all tools, which share crates; and an installation that was interrupted goes on where it stopped.
            .env("CARGO_TARGET_DIR", build_folder(folder))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        if *package == "wasm-bindgen-cli" {
            for name in OPTIMISED {
                install.arg("--config").arg(format!("profile.release.package.{name}.opt-level=1"));
            }
        }
        progress
            .run(part, &mut install)
            .with_context(|| format!("cannot install {package} {version}; install it by hand and put it into PATH"))?;
        progress.done(part);
        Ok(())
    }
}

/// Where the tools are compiled.
fn build_folder(tools: &Path) -> PathBuf {
    tools.join("build")
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

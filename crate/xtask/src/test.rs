//! `cargo xtask test`: every check, in the order of how soon each can fail. All run, even after a failure; the summary
//! and the exit status then say what failed.

use std::cell::OnceCell;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::browser_tools::{self, Node};
use crate::file_server;
use crate::page;
use crate::run::{run, run_within};
use crate::rust_tools::{self, RustTools, WASM_TARGET};
use crate::tidy;
use crate::workspace::Workspace;

/// A test in wasm or in a browser can hang where a native one would crash. No honest run takes this long.
const WASM_LIMIT: Duration = Duration::from_secs(15 * 60);
const BROWSER_LIMIT: Duration = Duration::from_secs(30 * 60);

/// One check; an error says what failed.
type Step = fn(&Checks) -> Result<()>;

/// Sets up, checks everything and sums up.
pub fn test(workspace: Workspace) -> Result<ExitCode> {
    rust_tools::add_checkers(&workspace)?;
    let tools = RustTools::set_up_for_page(&workspace)?;
    let node = Node::set_up(&workspace)?;
    let checks = Checks { chromium: browser_tools::chromium()?, workspace, tools, node, site: OnceCell::new() };
    let steps: [(&str, Step); 8] = [
        ("formatting", Checks::formatting),
        ("tidy", Checks::tidy),
        ("clippy, native", Checks::clippy_native),
        ("clippy, web", Checks::clippy_web),
        ("native tests", Checks::native_tests),
        ("wasm tests", Checks::wasm_tests),
        ("page build", Checks::page_build),
        ("browser tests", Checks::browser_tests),
    ];
    let mut outcomes = Vec::new();
    for (name, step) in steps {
        println!("\n=== {name}");
        let start = Instant::now();
        let result = step(&checks);
        let seconds = start.elapsed().as_secs();
        match &result {
            Ok(()) => println!("=== {name}: ok after {seconds} s"),
            Err(error) => println!("=== {name}: FAILED after {seconds} s: {error:#}"),
        }
        outcomes.push((name, seconds, result.is_ok()));
    }
    Ok(sum_up(&outcomes))
}

fn sum_up(outcomes: &[(&str, u64, bool)]) -> ExitCode {
    println!("\n=== summary");
    for (name, seconds, passed) in outcomes {
        println!("{:<6} {seconds:>5} s  {name}", if *passed { "ok" } else { "FAILED" });
    }
    if outcomes.iter().all(|(_, _, passed)| *passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The checks and what they need.
struct Checks {
    workspace: Workspace,
    tools: RustTools,
    node: Node,
    chromium: PathBuf,
    /// The page, once it is built. What an earlier run left behind is not tested.
    site: OnceCell<PathBuf>,
}

impl Checks {
    fn cargo(&self) -> Command {
        self.tools.cargo(&self.workspace)
    }

    fn formatting(&self) -> Result<()> {
        run(self.cargo().args(["fmt", "--all", "--check"]))
    }

    fn tidy(&self) -> Result<()> {
        tidy::check(&self.workspace)
    }

    /// The default members are all that is not for the browser alone.
    fn clippy_native(&self) -> Result<()> {
        run(self.cargo().args(["clippy", "--all-targets", "--", "-D", "warnings"]))
    }

    /// In the release profile, which shares its macros and build scripts with the page.
    fn clippy_web(&self) -> Result<()> {
        let packages = self.workspace.web_packages();
        if packages.is_empty() {
            bail!("the workspace has no package in web/");
        }
        let mut command = self.tools.cargo_for_wasm(&self.workspace);
        command.args(["clippy", "--release", "--all-targets", "--target", WASM_TARGET]);
        for package in packages {
            command.args(["--package", package]);
        }
        run(command.args(["--", "-D", "warnings"]))
    }

    /// The page's state is plain Rust and is tested natively too; the worker is nothing without a browser.
    fn native_tests(&self) -> Result<()> {
        run(self.cargo().args(["test", "--workspace", "--exclude", "worker", "--no-fail-fast"]))
    }

    /// On Node, where a hung test can be ended; examples in documentation have run natively already. Building first, so that the limit counts the tests alone.
    fn wasm_tests(&self) -> Result<()> {
        let packages = self.workspace.wasm_tested_packages();
        if packages.is_empty() {
            bail!("no package depends on wasm-bindgen-test, so nothing was tested in wasm");
        }
        let test = |last: &[&str]| {
            let mut command = self.tools.cargo_for_wasm(&self.workspace);
            command.args(["test", "--tests", "--no-fail-fast", "--release", "--target", WASM_TARGET]);
            for package in &packages {
                command.args(["--package", package]);
            }
            // The name alone: cargo would split a path at its spaces, and the set-up has put the program into PATH.
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner").args(last);
            command
        };
        run(&mut test(&["--no-run"]))?;
        run_within(WASM_LIMIT, &mut test(&[]))
    }

    fn page_build(&self) -> Result<()> {
        let site = page::build(&self.workspace, &self.tools)?;
        self.site.get_or_init(|| site);
        Ok(())
    }

    fn browser_tests(&self) -> Result<()> {
        let site = self.site.get().context("there is no page to test, because it did not build")?.clone();
        let listener = file_server::bind(0).context("cannot serve the page to the browser")?;
        let address = format!("http://{}/", listener.local_addr()?);
        let folder = site.clone();
        thread::spawn(move || file_server::serve(&listener, site));
        let mut node = Command::new(&self.node.program);
        node.current_dir(&self.workspace.root).arg("--test").args(self.browser_test_files()?);
        node.env("CHROME", &self.chromium).env("HEADWATER_URL", address).env("HEADWATER_SITE", folder);
        node.env("HEADWATER_SCREENSHOTS", self.workspace.target.join("screenshots"));
        run_within(BROWSER_LIMIT, &mut node)
    }

    /// Named one by one, from the root: what `node --test FOLDER` means differs between versions of Node.
    fn browser_test_files(&self) -> Result<Vec<PathBuf>> {
        let folder = self.workspace.root.join("web").join("test");
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).context("cannot list web/test")? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(".test.mjs") {
                files.push(path.strip_prefix(&self.workspace.root)?.to_owned());
            }
        }
        if files.is_empty() {
            bail!("web/test has no file *.test.mjs");
        }
        files.sort();
        Ok(files)
    }
}

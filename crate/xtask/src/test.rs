//! `cargo xtask test`: every check, in the order of how soon each can fail. All run, even after a failure; the summary
//! and the exit status then say what failed.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail};

use crate::browser_tools::Node;
use crate::browsers::{self, Browser};
use crate::page;
use crate::page_tests::{CHROMIUM_ALONE, CORE, test_page};
use crate::run::{run, run_tests};
use crate::rust_tools::{self, RustTools, WASM_TARGET};
use crate::tidy;
use crate::workspace::Workspace;

/// Building included, on two cold cores beside other work.
const NATIVE_LIMIT: Duration = Duration::from_secs(45 * 60);

/// A test in wasm can hang where a native one would crash. No honest run takes this long.
const WASM_LIMIT: Duration = Duration::from_secs(15 * 60);

/// One check; an error says what failed.
type Step = fn(&Checks) -> Result<()>;

/// Sets up, checks everything and sums up.
pub fn test(workspace: Workspace) -> Result<ExitCode> {
    rust_tools::add_checkers(&workspace)?;
    let tools = RustTools::set_up_for_page(&workspace)?;
    let node = Node::set_up(&workspace)?;
    let chromium = browsers::chromium()?;
    let firefox = browsers::firefox().map_err(|error| println!("skipping the tests in Firefox: {error:#}")).ok();
    let checks = Checks { chromium, firefox, workspace, tools, node, site: OnceCell::new() };
    let steps: [(&str, Step); 9] = [
        ("formatting", Checks::formatting),
        ("tidy", Checks::tidy),
        ("clippy, native", Checks::clippy_native),
        ("clippy, web", Checks::clippy_web),
        ("native tests", Checks::native_tests),
        ("wasm tests", Checks::wasm_tests),
        ("page build", Checks::page_build),
        ("browser tests", Checks::chromium_tests),
        ("browser tests in Firefox", Checks::firefox_tests),
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
        outcomes.push((name, seconds, result.err()));
    }
    Ok(sum_up(&outcomes))
}

fn sum_up(outcomes: &[(&str, u64, Option<Error>)]) -> ExitCode {
    println!("\n=== summary");
    for (name, seconds, error) in outcomes {
        println!("{:<6} {seconds:>5} s  {name}", if error.is_none() { "ok" } else { "FAILED" });
    }
    let failed = outcomes.iter().filter_map(|(name, _, error)| Some((name, error.as_ref()?)));
    for (name, error) in failed.clone() {
        println!("\n{name}: {error:#}");
    }
    if failed.count() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The checks and what they need.
struct Checks {
    workspace: Workspace,
    tools: RustTools,
    node: Node,
    chromium: Browser,
    /// Where there is one.
    firefox: Option<Browser>,
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
        let test = ["test", "--workspace", "--exclude", "worker", "--no-fail-fast"];
        run_tests(NATIVE_LIMIT, self.cargo().args(test))
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
        run_tests(WASM_LIMIT, &mut test(&[]))
    }

    fn page_build(&self) -> Result<()> {
        let site = page::build(&self.workspace, &self.tools)?;
        self.site.get_or_init(|| site);
        Ok(())
    }

    fn chromium_tests(&self) -> Result<()> {
        self.browser_tests(&self.chromium, &[CHROMIUM_ALONE, CORE])
    }

    fn firefox_tests(&self) -> Result<()> {
        match &self.firefox {
            Some(firefox) => self.browser_tests(firefox, &[CORE]),
            None => {
                println!("skipped: there is no Firefox");
                Ok(())
            }
        }
    }

    fn browser_tests(&self, browser: &Browser, folders: &[&str]) -> Result<()> {
        let site = self.site.get().context("there is no page to test, because it did not build")?.clone();
        test_page(&self.workspace, &self.node, site, browser, folders)
    }
}

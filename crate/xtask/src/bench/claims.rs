//! What is claimed, and between which two sides.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::Row;
use super::stopwatch::{Stopwatch, in_turn};
use crate::browser_tools::Node;
use crate::browsers;
use crate::run::{find_program, run};
use crate::rust_tools::RustTools;
use crate::workspace::Workspace;

/// The three networks that the project's speed was first measured on: `MODEL WIDTH CHANNELS SIZE CLASSES BATCH`.
const ROWS: [&str; 3] = ["resnet20 8 1 14 10 32", "resnet20 8 1 28 10 32", "resnet20 16 1 28 10 32"];
/// A network of ImageNet's kind.
const RESNET18: &str = "resnet18 64 3 64 10 16";
/// Deep networks without norm, whose numbers underflow when the shortcuts are closed.
const DEEP: [&str; 2] = ["resnet56 8 1 28 10 16 none pytorch", "resnet110 8 1 28 10 16 none pytorch"];
/// Each of these differs from the second of [`ROWS`] in one size.
const GROWTH: [(&str, &str); 5] = [
    ("depth 20 to 56", "resnet56 8 1 28 10 32"),
    ("width 8 to 16", "resnet20 16 1 28 10 32"),
    ("image 28 to 56", "resnet20 8 1 56 10 32"),
    ("batch 32 to 64", "resnet20 8 1 28 10 64"),
    ("no norm", "resnet20 8 1 28 10 32 none"),
];

/// The second of [`ROWS`] with quantities measured at every step, and the sides of the bench program that do.
const MEASURED: [(&str, &str); 2] =
    [("the usual quantities", "measured"), ("all quantities of a step, those of paths included", "measured-all")];

/// The built programs.
struct Programs {
    native: PathBuf,
    wasm: PathBuf,
    scripts: PathBuf,
    node: Node,
    chromium: Option<PathBuf>,
    python: Option<PathBuf>,
}

/// Runs every bench and hands each result on.
pub fn time_all(workspace: &Workspace, quick: bool, tell: &mut dyn FnMut(Row)) -> Result<()> {
    let programs = Programs::build(workspace)?;
    let (rounds, steps) = if quick { (1, 2) } else { (3, 8) };
    let mut pair = |bench: &'static str, case: &str, sides: (f64, f64), unit: &'static str| {
        tell(Row { bench, case: case.to_owned(), this: sides.0, other: sides.1, unit });
    };
    for case in ROWS {
        let (this, other) = (programs.native("ours", steps, 1), programs.native("stock", 2, 1));
        pair(
            "native step, ours against stock Candle, 1 thread",
            case,
            programs.compare(rounds, this, other, case, case)?,
            "ms",
        );
    }
    for (what, chromium) in [
        ("wasm step in Node, ours against stock Candle", None),
        ("wasm step in Chromium, ours against stock Candle", programs.chromium.as_ref()),
    ] {
        if what.contains("Chromium") && chromium.is_none() {
            eprintln!("Chromium is missing: its rows are left out");
            continue;
        }
        for case in ROWS {
            let mut runner = Stopwatch::start(&mut programs.wasm(chromium))?;
            let mut other = Stopwatch::start(&mut programs.wasm(chromium))?;
            let sides = in_turn(
                rounds,
                || runner.ask(&format!("ours {steps} {case}")),
                || other.ask(&format!("stock 2 {case}")),
            )?;
            pair(what, case, sides, "ms");
        }
    }
    for (threads, bench) in
        [(1, "native step, ours against PyTorch, 1 thread"), (2, "native step, ours against PyTorch, 2 threads")]
    {
        let Some(python) = &programs.python else {
            eprintln!(
                "PyTorch is missing: its rows are left out; `pip install torch numpy` for the python3 in PATH (or the one that PYTHON names) brings it"
            );
            break;
        };
        for case in ROWS.into_iter().chain([RESNET18]) {
            let mut torch = Command::new(python);
            torch.arg(programs.scripts.join("pytorch_step.py")).arg(threads.to_string());
            let (this, other) = (programs.native("ours", steps, threads), torch);
            pair(bench, case, programs.compare(rounds, this, other, case, &format!("{case} {steps}"))?, "ms");
        }
    }
    for case in DEEP {
        let (this, other) = (programs.native("ours", steps, 1), programs.native("ours", steps, 1));
        let sides = programs.compare(rounds, this, other, &format!("{case} 0"), case)?;
        pair("native step, shortcuts closed against open, 1 thread", case, sides, "ms");
        let mut runner = Stopwatch::start(&mut programs.wasm(None))?;
        let mut other = Stopwatch::start(&mut programs.wasm(None))?;
        let sides = in_turn(
            rounds,
            || runner.ask(&format!("ours {steps} {case} 0")),
            || other.ask(&format!("ours {steps} {case}")),
        )?;
        pair("wasm step in Node, shortcuts closed against open", case, sides, "ms");
    }
    for (what, side) in MEASURED {
        let (measured, plain) = (programs.native(side, steps, 1), programs.native("ours", steps, 1));
        let sides = programs.compare(rounds, measured, plain, ROWS[1], ROWS[1])?;
        pair("native step, measured against not, 1 thread", what, sides, "ms");
    }
    for (what, case) in GROWTH {
        let (this, other) = (programs.native("ours", steps, 1), programs.native("ours", steps, 1));
        pair("native step, growth, 1 thread", what, programs.compare(rounds, this, other, case, ROWS[1])?, "ms");
    }
    programs.kernels(tell)
}

/// Prints what the bench program and its wasm module compute, as hashes: on one machine two versions whose lines are equal
/// train and measure equal bits.
pub fn fingerprints(workspace: &Workspace) -> Result<()> {
    let programs = Programs::build(workspace)?;
    for threads in ["1", "2"] {
        println!("native, RAYON_NUM_THREADS={threads}");
        run(Command::new(&programs.native).arg("fingerprints").env("RAYON_NUM_THREADS", threads))?;
    }
    println!("wasm");
    run(Command::new(&programs.node.program).arg(programs.scripts.join("fingerprints.mjs")).arg(&programs.wasm))
}

impl Programs {
    fn build(workspace: &Workspace) -> Result<Self> {
        let tools = RustTools::set_up(workspace)?;
        run(tools.cargo(workspace).args(["build", "--release", "-p", "bench"]))?;
        let target = "wasm32-unknown-unknown";
        run(tools.cargo_for_wasm(workspace).args(["build", "--release", "--lib", "-p", "bench", "--target", target]))?;
        let wasm = workspace.target.join("bench-wasm");
        let module = workspace.target.join(target).join("release/bench.wasm");
        let mut bindgen = Command::new("wasm-bindgen");
        bindgen.env("PATH", &tools.path);
        run(bindgen.args(["--target", "web", "--out-dir"]).arg(&wasm).arg(module))?;
        // Node takes a module for one by the end of its name.
        std::fs::copy(wasm.join("bench.js"), wasm.join("bench.mjs"))?;
        let python = std::env::var_os("PYTHON").map(PathBuf::from).or_else(|| find_program("python3"));
        let has_torch = |python: &PathBuf| {
            let answer = Command::new(python).args(["-c", "import torch"]).output();
            answer.is_ok_and(|answer| answer.status.success())
        };
        Ok(Self {
            native: workspace.target.join("release/bench"),
            wasm,
            scripts: workspace.root.join("crate/xtask/bench"),
            node: Node::set_up(workspace)?,
            chromium: browsers::chromium_program().ok(),
            python: python.filter(has_torch),
        })
    }

    fn native(&self, side: &str, steps: usize, threads: usize) -> Command {
        let mut command = Command::new(&self.native);
        command.args([side, &steps.to_string()]).env("RAYON_NUM_THREADS", threads.to_string());
        command
    }

    fn wasm(&self, chromium: Option<&PathBuf>) -> Command {
        let mut command = Command::new(&self.node.program);
        command.arg(self.scripts.join("step.mjs")).arg(&self.wasm).env_remove("CHROME");
        if let Some(chromium) = chromium {
            command.env("CHROME", chromium).env("PLAYWRIGHT", self.node.packages.join("playwright-core"));
        }
        command
    }

    /// Medians of two programs asked in turn, each started once.
    fn compare(
        &self,
        rounds: usize,
        mut this: Command,
        mut other: Command,
        ask: &str,
        ask_other: &str,
    ) -> Result<(f64, f64)> {
        let (mut this, mut other) = (Stopwatch::start(&mut this)?, Stopwatch::start(&mut other)?);
        in_turn(rounds, || this.ask(ask), || other.ask(ask_other))
    }

    /// The kernels one by one against the raw rate of the matrix product of the same sizes.
    fn kernels(&self, tell: &mut dyn FnMut(Row)) -> Result<()> {
        let text = crate::run::output(Command::new(&self.native).arg("kernels").env("RAYON_NUM_THREADS", "1"))?;
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line)?;
            let number = |key: &str| value[key].as_f64().unwrap_or(f64::NAN);
            if number("gflops") > 0.0 {
                let case =
                    format!("{}, {}", value["case"].as_str().unwrap_or(""), value["kernel"].as_str().unwrap_or(""));
                let bench = "convolution against the raw matrix product of its size, 1 thread";
                tell(Row { bench, case, this: number("gflops"), other: number("raw_gflops"), unit: "GFLOP/s" });
            }
        }
        Ok(())
    }
}

//! `cargo xtask dist`: the static site in `dist/`, its wasm shrunk, its size within the limit, compressed copies beside it; and
//! the page as one file, in three sizes.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::browser_tools::Node;
use crate::one_file;
use crate::page;
use crate::run::run;
use crate::rust_tools::RustTools;
use crate::sizes::{CODE_LIMIT, Sizes, files_below};
use crate::workspace::Workspace;

/// What the compiler and wasm-bindgen emit; wasm-opt takes a module apart only if told to expect it.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Builds the page, shrinks it, writes `dist/` and reports its size.
pub fn dist(workspace: &Workspace) -> Result<ExitCode> {
    let tools = RustTools::set_up_for_page(workspace)?;
    let node = Node::set_up(workspace)?;
    let site = page::build(workspace, &tools)?;
    let dist = workspace.root.join("dist");
    copy_shrunk(&node, &site, &dist)?;
    let sizes = Sizes::of(&dist)?;
    println!("compressing");
    let script = workspace.root.join("crate/xtask/site/compress.mjs");
    run(Command::new(&node.program).arg(script).arg(&dist)).context("cannot compress the files of dist/")?;
    // Made last: they are no part of the site.
    let one_file = one_file::write_all(&workspace.root, &dist, &dist)?;
    // Beside the recorder for PyTorch, which shows recordings with it.
    one_file::write_viewer(&workspace.root, &dist, &workspace.root.join("assets/python"))?;
    println!("\n{sizes}\n\n{one_file}\n\nwrote dist/");
    if sizes.code_gzip() > CODE_LIMIT {
        eprintln!(
            "error: the code is {} bytes after gzip, {} over the limit",
            sizes.code_gzip(),
            sizes.code_gzip() - CODE_LIMIT
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies a site into a folder, which is emptied first; its programs are shrunk on the way.
///
/// # Errors
/// If a file cannot be read or written, or wasm-opt fails.
pub fn copy_shrunk(node: &Node, site: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove the old {}", folder.display()))?;
    }
    for file in files_below(site)? {
        let copy = folder.join(file.strip_prefix(site)?);
        fs::create_dir_all(copy.parent().unwrap_or(folder))?;
        if file.extension().is_some_and(|extension| extension == "wasm") {
            shrink(node, &file, &copy)?;
        } else {
            fs::copy(&file, &copy).with_context(|| format!("cannot write {}", copy.display()))?;
        }
    }
    Ok(())
}

/// -O1: measured on the worker, it takes a third of -O2's time and a twentieth of -Os's, trains as fast as either,
/// starts faster, and is 12 % smaller after gzip (632 kB; -O2 718 kB, -Os 729 kB).
fn shrink(node: &Node, from: &Path, to: &Path) -> Result<()> {
    println!("shrinking {}", from.file_name().unwrap_or_default().display());
    let mut wasm_opt = node.script("binaryen/bin/wasm-opt");
    wasm_opt.args(["--strip-debug", "--strip-producers", "-O1"]).args(WASM_FEATURES).arg(from).arg("-o").arg(to);
    run(&mut wasm_opt).context("wasm-opt failed")
}

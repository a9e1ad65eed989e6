//! `cargo xtask check-cuda`: whether the program builds and links for NVIDIA cards, also on a machine that has neither a card
//! nor CUDA. The compiler comes from the Python registry; of the driver, which comes with a card alone, a stand-in serves to link.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::run::{path_with, run};
use crate::workspace::Workspace;

/// The compiler with the headers and libraries that Candle needs, as `pip` names them.
const TOOLKIT: &str = "cuda-toolkit[nvcc,crt,nvvm,cudart,cccl,cublas,curand,nvrtc]==13.0.2";

/// Where in the folder that `pip` fills the toolkit lies.
const HOME: &str = "nvidia/cu13";

/// The variable that says for which cards the kernels are compiled. Without a card nobody can be asked.
const CAPABILITY: &str = "CUDA_COMPUTE_CAP";

/// A100 and everything newer.
const OLDEST_CARD: &str = "80";

/// What each function of the stand-in answers: the driver is a stub (`CUDA_ERROR_STUB_LIBRARY`).
const IS_A_STUB: u32 = 34;

/// Fetches the compiler if it is not there, and builds the program.
pub fn check_cuda(workspace: &Workspace) -> Result<ExitCode> {
    if env::consts::OS != "linux" {
        bail!(
            "the compiler that this task fetches is for Linux; with CUDA installed, use `cargo build --features cuda`"
        );
    }
    let folder = workspace.target.join("cuda");
    let home = set_up(&folder)?;
    let capability = env::var(CAPABILITY).unwrap_or_else(|_| OLDEST_CARD.to_owned());
    println!(
        "building the program with --features cuda for compute capability {capability} ({CAPABILITY} chooses another): \
         the first time ten minutes of a core or more"
    );
    let build = folder.join("build");
    let mut cargo = workspace.cargo();
    cargo
        .args(["build", "--release", "--package", "headwater", "--features", "cuda"])
        .env("CARGO_TARGET_DIR", &build)
        .env("CUDA_HOME", &home)
        .env("PATH", path_with(&[home.join("bin")])?)
        .env(CAPABILITY, capability);
    run(&mut cargo).context("the program does not build with CUDA")?;
    println!(
        "\nbuilt and linked {}\nit was not run: it starts where the driver of a card is, with CUDA's libraries in \
         LD_LIBRARY_PATH, such as those of {}",
        build.join("release/headwater").display(),
        home.join("lib").display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes sure of the toolkit in this folder; returns its own folder, what `CUDA_HOME` names.
fn set_up(folder: &Path) -> Result<PathBuf> {
    let toolkit = folder.join("toolkit");
    if !toolkit.is_dir() {
        println!("fetching CUDA's compiler and libraries from the Python registry: 0.9 GB, on the disk 1.2 GB");
        let unfinished = folder.join("unfinished");
        if unfinished.is_dir() {
            fs::remove_dir_all(&unfinished)?;
        }
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--no-cache-dir", "--no-compile", "--disable-pip-version-check", "--quiet"]);
        run(pip.arg("--target").arg(&unfinished).arg(TOOLKIT)).context("CUDA's compiler cannot be fetched with pip")?;
        make_linkable(&unfinished.join(HOME))?;
        fs::rename(&unfinished, &toolkit)?;
    }
    Ok(toolkit.join(HOME))
}

/// Adds what the packages lack: the names under which linkers look for libraries, and a driver.
fn make_linkable(home: &Path) -> Result<()> {
    symlink("lib", home.join("lib64"))?;
    let library = home.join("lib");
    for file in fs::read_dir(&library)? {
        let name = file?.file_name().to_string_lossy().into_owned();
        if let Some(plain) = unversioned(&name) {
            symlink(&name, library.join(plain))?;
        }
    }
    let header = fs::read_to_string(home.join("include/cuda.h")).context("the package holds no cuda.h")?;
    let source = home.join("driver.c");
    let functions = driver_functions(&header).into_iter();
    fs::write(
        &source,
        functions.map(|name| format!("int {name}(void) {{ return {IS_A_STUB}; }}\n")).collect::<String>(),
    )?;
    let stubs = library.join("stubs");
    fs::create_dir_all(&stubs)?;
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o"]).arg(stubs.join("libcuda.so")).arg(source);
    run(&mut compiler).context("the stand-in of the driver does not compile")
}

/// The name of a shared library without its version, if it has one: linkers look for that.
fn unversioned(name: &str) -> Option<&str> {
    let end = name.find(".so.")? + ".so".len();
    name.starts_with("lib").then(|| &name[..end])
}

/// The names of the driver's functions: what begins with `cu` and a capital letter in its header.
fn driver_functions(header: &str) -> BTreeSet<&str> {
    let words = header.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.strip_prefix("cu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drivers_functions_are_found_in_its_header() {
        let header = "#define cuMemAlloc cuMemAlloc_v2\ntypedef struct CUctx_st *CUcontext; /* see ::cuInit */\n\
                      CUresult CUDAAPI cuInit(unsigned int Flags);\ncuuint32_t cudaError;";
        assert_eq!(driver_functions(header).into_iter().collect::<Vec<_>>(), ["cuInit", "cuMemAlloc", "cuMemAlloc_v2"]);
    }

    #[test]
    fn a_library_is_found_without_its_version() {
        assert_eq!(unversioned("libnvrtc-builtins.so.13.0"), Some("libnvrtc-builtins.so"));
        assert_eq!(unversioned("libcudart_static.a"), None);
        assert_eq!(unversioned("libcublas.so"), None);
    }

    /// What the compiler makes of the header of a small driver: a library with these functions.
    #[test]
    fn the_stand_in_compiles() {
        let home = env::temp_dir().join(format!("headwater-cuda-{}", std::process::id()));
        fs::create_dir_all(home.join("include")).unwrap();
        fs::create_dir_all(home.join("lib")).unwrap();
        fs::write(home.join("include/cuda.h"), "CUresult CUDAAPI cuInit(unsigned int Flags);").unwrap();
        fs::write(home.join("lib/libcudart.so.13"), "").unwrap();
        make_linkable(&home).unwrap();
        let names = fs::read(home.join("lib64/stubs/libcuda.so")).unwrap();
        assert!(names.windows(6).any(|window| window == b"cuInit"));
        assert!(home.join("lib64/libcudart.so").exists());
        fs::remove_dir_all(&home).unwrap();
    }
}

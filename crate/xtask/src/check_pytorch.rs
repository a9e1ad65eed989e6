//! `cargo xtask check-pytorch`: the recorder in `assets/python` against PyTorch itself, on other people's networks, and what it
//! shows in a notebook. The packages come from the Python registry, or are those of an environment that is there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::browser_tools::Node;
use crate::run::{run, run_tests};
use crate::rust_tools::RustTools;
use crate::workspace::Workspace;
use crate::{browsers, one_file, page};

/// The variable that names a Python with all packages, in place of one that is set up here.
const PYTHON: &str = "HEADWATER_PYTHON";

/// What has to be there, of these versions; the variable is for other ones.
const PACKAGES: [&str; 3] = ["torch==2.15.0", "torchvision==0.29.2", "timm==1.0.31"];

/// What PyTorch links against on Linux, also where it uses the processor alone. Its compiler of kernels, which is as large as
/// itself, and its bindings to the driver are left out: nobody loads them here.
const LIBRARIES: [&str; 5] = [
    "cuda-toolkit[cublas,cudart,cufft,cufile,cupti,cusparse,nvjitlink,nvrtc]==13.2.2",
    "nvidia-cudnn-cu13==9.26.0.51",
    "nvidia-cusparselt-cu13==0.8.1",
    "nvidia-nccl-cu13==2.30.7",
    "nvidia-nvshmem-cu13==3.7.2",
];

/// What the above need otherwise, and what needs none of them.
const OTHERS: [&str; 15] = [
    "transformers==5.24.0",
    "safetensors==0.8.0",
    "nbconvert==7.17.2",
    "ipykernel==7.4.0",
    "huggingface_hub<3",
    "numpy",
    "pillow",
    "pyyaml",
    "filelock",
    "typing-extensions",
    "setuptools",
    "sympy",
    "networkx",
    "jinja2",
    "fsspec",
];

/// The recorder's folder.
const RECORDER: &str = "assets/python";

/// What is executed and exported.
const NOTEBOOK: &str = "docs/recording-your-own.ipynb";

/// No honest run takes this long.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Sets up what is missing, and runs the tests.
pub fn check_pytorch(workspace: &Workspace) -> Result<ExitCode> {
    let folder = workspace.target.join("pytorch");
    let python = match env::var_os(PYTHON) {
        Some(python) => PathBuf::from(python),
        None => set_up(&folder)?,
    };
    let tools = RustTools::set_up_for_page(workspace)?;
    let node = Node::set_up(workspace)?;
    let site = page::build(workspace, &tools)?;
    let recorder = workspace.root.join(RECORDER);
    one_file::write_viewer(&workspace.root, &site, &recorder)?;
    run(workspace.cargo().args(["build", "--release", "--package", "headwater"]))
        .context("the program does not build")?;
    println!("testing the recorder on other people's networks");
    let mut tests = Command::new(&python);
    tests.args(["-m", "unittest", "discover", "--start-directory"]).arg(recorder.join("tests"));
    tests.env("HEADWATER_PROGRAM", workspace.target.join("release/headwater")).env("PYTHONPATH", &recorder);
    run_tests(LIMIT, &mut tests)?;
    let exported = export_notebook(workspace, &python, &folder)?;
    println!("looking at the notebook");
    let browser = browsers::chromium()?;
    let mut looks = Command::new(&node.program);
    looks.current_dir(&workspace.root).args(["--test", "web/test/notebook/notebook.test.mjs"]);
    looks.envs(browser.environment.iter().cloned()).env("HEADWATER_NOTEBOOK", exported);
    looks.env("HEADWATER_SCREENSHOTS", workspace.target.join("screenshots"));
    run_tests(LIMIT, &mut looks).with_context(|| format!("in {}", browser.title))?;
    Ok(ExitCode::SUCCESS)
}

/// Executes the notebook in a folder of its own and exports it; the page that became of it.
fn export_notebook(workspace: &Workspace, python: &Path, folder: &Path) -> Result<PathBuf> {
    let folder = folder.join("notebook");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let copy = folder.join("notebook.ipynb");
    fs::copy(workspace.root.join(NOTEBOOK), &copy).with_context(|| format!("cannot read {NOTEBOOK}"))?;
    println!("executing {NOTEBOOK}");
    let mut export = Command::new(python);
    export.args(["-m", "jupyter", "nbconvert", "--to", "html", "--execute"]).arg(&copy).current_dir(&folder);
    run(export.env("PYTHONPATH", workspace.root.join(RECORDER))).context("the notebook cannot be executed")?;
    Ok(folder.join("notebook.html"))
}

/// Makes sure of an environment with all packages in this folder; its Python.
fn set_up(folder: &Path) -> Result<PathBuf> {
    let environment = folder.join("environment");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last: an environment without it was not finished.
    let finished = environment.join("finished");
    let wanted = PACKAGES.iter().chain(&LIBRARIES).chain(&OTHERS).copied().collect::<Vec<_>>().join("\n");
    if fs::read_to_string(&finished).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    println!(
        "fetching PyTorch and others from the Python registry: some 3 GB, on the disk 5 ({PYTHON} names a Python that has them)"
    );
    if environment.is_dir() {
        fs::remove_dir_all(&environment)?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment))
        .context("python3 cannot make an environment")?;
    let install = |more: &[&str], packages: &[&str]| {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--no-cache-dir", "--no-compile", "--disable-pip-version-check", "--quiet"]);
        run(pip.args(more).args(packages)).context("the packages cannot be fetched with pip")
    };
    install(&["--no-deps"], &PACKAGES)?;
    if env::consts::OS == "linux" {
        install(&[], &LIBRARIES)?;
    }
    install(&[], &OTHERS)?;
    if run(Command::new(&python).args(["-c", "import torch, torchvision, timm, transformers"])).is_err() {
        bail!(
            "PyTorch was fetched and cannot be imported; name a Python that has torch, torchvision, timm, transformers, nbconvert and ipykernel by {PYTHON}"
        );
    }
    fs::write(&finished, wanted)?;
    Ok(python)
}

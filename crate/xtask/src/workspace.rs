//! Where things are: the workspace as `cargo metadata` tells it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::build_id::build_id;
use crate::run;

/// The checkout and what is in it.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, absolute, whether it comes from `CARGO_TARGET_DIR`, a setting or the default.
    pub target: PathBuf,
    build_id: OnceLock<String>,
    packages: Vec<Package>,
}

struct Package {
    name: String,
    folder: PathBuf,
    dependencies: Vec<String>,
}

impl Workspace {
    /// Asks cargo for the workspace that this program was built from.
    pub fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let mut command = Command::new(cargo());
        command.args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"]).arg(manifest);
        let answer: Value = serde_json::from_str(&run::output(&mut command)?).context("cargo metadata is not JSON")?;
        Self::from_metadata(&answer).context("cargo metadata lacks a field that xtask needs")
    }

    fn from_metadata(answer: &Value) -> Option<Self> {
        let packages = answer["packages"].as_array()?.iter().map(Package::from_metadata).collect::<Option<_>>()?;
        let root = PathBuf::from(answer["workspace_root"].as_str()?);
        let target = PathBuf::from(answer["target_directory"].as_str()?);
        Some(Self { root, target, build_id: OnceLock::new(), packages })
    }

    /// The name of the build that is made: the page and the program that serves it have the same, whatever is edited meanwhile.
    pub fn build_id(&self) -> &str {
        self.build_id.get_or_init(|| build_id(&self.root))
    }

    /// A cargo command at the root of the workspace.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// The names of the packages that exist for the browser alone.
    pub fn web_packages(&self) -> Vec<&str> {
        let web = self.root.join("web");
        self.packages
            .iter()
            .filter(|package| package.folder.starts_with(&web))
            .map(|package| package.name.as_str())
            .collect()
    }

    /// The names of the packages with tests for wasm. Those depend on `wasm-bindgen-test`, and no others do.
    pub fn wasm_tested_packages(&self) -> Vec<&str> {
        let tested = |package: &&Package| package.dependencies.iter().any(|name| name == "wasm-bindgen-test");
        self.packages.iter().filter(tested).map(|package| package.name.as_str()).collect()
    }

    /// The version that the workspace's `Cargo.toml` pins with `=`, such as `0.2.129` for `wasm-bindgen`.
    pub fn pinned_version(&self, package: &str) -> Result<String> {
        let manifest = fs::read_to_string(self.root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
        pinned_version(&manifest, package).with_context(|| {
            format!("Cargo.toml has no line `{package} = \"=VERSION\"`: its version must be pinned with =")
        })
    }
}

impl Package {
    fn from_metadata(package: &Value) -> Option<Self> {
        let dependencies = package["dependencies"].as_array()?.iter();
        Some(Self {
            name: package["name"].as_str()?.to_owned(),
            folder: Path::new(package["manifest_path"].as_str()?).parent()?.to_owned(),
            dependencies: dependencies.map(|it| it["name"].as_str().map(str::to_owned)).collect::<Option<_>>()?,
        })
    }
}

/// The cargo that started us, so that everything is built by one toolchain.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn pinned_version(manifest: &str, package: &str) -> Option<String> {
    let value = manifest.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == package).then_some(value.trim())
    })?;
    Some(value.strip_prefix("\"=")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_pin_counts() {
        let manifest = "wasm-bindgen = \"=0.2.129\"\nwasm-bindgen-test = \"0.3\"\n";
        assert_eq!(pinned_version(manifest, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(pinned_version(manifest, "wasm-bindgen-test"), None);
        assert_eq!(pinned_version(manifest, "yew"), None);
    }

    #[test]
    fn this_workspace_is_found() {
        let workspace = Workspace::find().expect("cargo metadata answers");
        assert!(workspace.root.join("crate/xtask").is_dir());
        assert!(workspace.target.is_absolute());
        assert!(workspace.pinned_version("wasm-bindgen").is_ok());
    }
}

//! Which package may see which. The table is the architecture: a package that is not in it, or an arrow that it forbids,
//! fails this test. (Files, clocks and printing of the standard library are forbidden by the `clippy.toml` of each pure
//! package; that those are in place is tested here too.)
#![expect(clippy::expect_used, reason = "all of this file is a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Names of packages; a `*` at the end stands for anything.
type Names = &'static [&'static str];

const CANDLE: Names = &["candle-*", "gemm", "gemm-*", "cudarc"];
const BROWSER: Names = &["web-sys", "js-sys", "wasm-bindgen", "wasm-bindgen-futures", "gloo", "gloo-*"];
const YEW: Names = &["yew", "yew-*", "pwt"];
/// What only programs use.
const PROGRAM: Names = &["clap", "indicatif", "anyhow", "ctrlc"];
const FILES: Names = &["tempfile", "memmap2", "walkdir", "notify"];
const CLOCKS: Names = &["chrono", "time", "jiff", "instant", "web-time", "humantime"];
const EVERYTHING: Names = &["*"];
/// Every package of ours that trains or is a program, by folder.
const OURS: Names = &["crate/kernel", "crate/dataset", "crate/engine", "crate/cli", "crate/bench", "web/*"];

/// What the package in each folder must never see. Our own packages are named by their folders.
const MUST_NEVER_SEE: &[(&str, &[Names])] = &[
    ("crate/measure", &[EVERYTHING]),
    (
        "crate/protocol",
        &[
            CANDLE,
            &["crate/kernel", "crate/dataset", "crate/engine", "crate/scene", "crate/cli", "web/*"],
            BROWSER,
            YEW,
            PROGRAM,
            FILES,
            CLOCKS,
        ],
    ),
    (
        "crate/kernel",
        &[
            &["crate/engine", "crate/dataset", "crate/protocol", "crate/scene", "crate/cli", "web/*"],
            BROWSER,
            YEW,
            PROGRAM,
            FILES,
            CLOCKS,
        ],
    ),
    (
        "crate/dataset",
        &[
            CANDLE,
            &["crate/kernel", "crate/engine", "crate/scene", "crate/cli", "web/*"],
            BROWSER,
            YEW,
            PROGRAM,
            FILES,
            CLOCKS,
        ],
    ),
    ("crate/engine", &[&["crate/scene", "crate/cli", "web/*"], BROWSER, YEW, PROGRAM, FILES, CLOCKS]),
    (
        "crate/scene",
        &[
            CANDLE,
            &["crate/kernel", "crate/dataset", "crate/engine", "crate/cli", "web/*"],
            BROWSER,
            YEW,
            PROGRAM,
            FILES,
            CLOCKS,
        ],
    ),
    ("crate/cli", &[YEW, BROWSER, &["crate/bench", "web/*"]]),
    ("crate/bench", &[YEW, &["crate/scene", "crate/cli", "web/*"]]),
    ("crate/xtask", &[OURS]),
    ("web/worker", &[YEW, &["crate/scene", "crate/cli", "web/app"]]),
    ("web/app", &[CANDLE, &["crate/kernel", "crate/dataset", "crate/engine", "crate/cli", "web/worker"]]),
];

/// The packages that only compute: no files, no clocks, no printing.
const PURE: Names = &["measure", "protocol", "kernel", "dataset", "engine", "scene"];

/// For each package of the workspace, by folder, what it depends on directly: our own packages by folder, others by name.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// One sentence for each rule that the arrows break.
fn broken_rules(arrows: &Arrows) -> Vec<String> {
    let mut broken = Vec::new();
    for package in arrows.keys() {
        let Some((_, forbidden)) = MUST_NEVER_SEE.iter().find(|(folder, _)| folder == package) else {
            broken.push(format!("{package} is not in the table of packages"));
            continue;
        };
        for (seen, through) in seen_from(package, arrows) {
            if forbidden.iter().flat_map(|names| names.iter()).any(|pattern| matches(pattern, &seen)) {
                broken.push(format!("{package} must never see {seen}, but {through} depends on it"));
            }
        }
    }
    broken
}

/// All that a package sees, and which of our packages depends on it: its own dependencies and, through our packages,
/// theirs. What an outside package depends on is its own affair.
fn seen_from(package: &str, arrows: &Arrows) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    let mut open = vec![package.to_owned()];
    while let Some(from) = open.pop() {
        for to in arrows.get(&from).into_iter().flatten() {
            if seen.insert(to.clone(), from.clone()).is_none() {
                open.push(to.clone());
            }
        }
    }
    seen
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The arrows as cargo has them. Dependencies of tests and build scripts don't count; those of any platform and any
/// feature do.
fn arrows_from_cargo() -> Arrows {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let answer = Command::new(cargo).current_dir(workspace_root()).args(arguments).output().expect("cargo runs");
    assert!(answer.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&answer.stderr));
    arrows_from_metadata(&serde_json::from_slice(&answer.stdout).expect("cargo metadata is JSON"))
}

fn arrows_from_metadata(metadata: &Value) -> Arrows {
    let root = Path::new(text(&metadata["workspace_root"]));
    let folder = |path: &Path| {
        let inside = path.strip_prefix(root).expect("a package of the workspace lies below its root");
        inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    };
    let mut arrows = Arrows::new();
    for package in list(&metadata["packages"]) {
        let manifest = Path::new(text(&package["manifest_path"]));
        let dependencies = list(&package["dependencies"]).iter().filter(|dependency| dependency["kind"].is_null());
        let names = dependencies.map(|dependency| match &dependency["path"] {
            Value::String(path) => folder(Path::new(path)),
            _ => text(&dependency["name"]).to_owned(),
        });
        arrows.insert(folder(manifest.parent().expect("a manifest lies in a folder")), names.collect());
    }
    arrows
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string in cargo metadata")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list in cargo metadata")
}

#[test]
fn every_arrow_points_the_right_way() {
    let arrows = arrows_from_cargo();
    assert!(arrows.contains_key("crate/xtask"), "cargo metadata shows the workspace: {arrows:?}");
    let broken = broken_rules(&arrows);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_clocks_and_printing_are_forbidden_in_the_pure_packages() {
    let config = |package: &str| {
        let path = workspace_root().join("crate").join(package).join("clippy.toml");
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let first = config(PURE[0]);
    for word in ["std::fs::File", "std::time::Instant", "std::println", "std::env::var"] {
        assert!(first.contains(word), "clippy.toml of the pure packages forbids {word}");
    }
    // Clippy reads the nearest clippy.toml alone, so each must repeat what the workspace's says.
    for line in std::fs::read_to_string(workspace_root().join("clippy.toml")).expect("the workspace's own").lines() {
        assert!(first.contains(line), "clippy.toml of the pure packages repeats `{line}`");
    }
    for package in PURE {
        assert_eq!(config(package), first, "clippy.toml of {package} is that of {}", PURE[0]);
    }
}

/// Packages, each with what it depends on.
type Sketch = &'static [(&'static str, Names)];

/// A made-up workspace.
fn arrows(packages: Sketch) -> Arrows {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    packages.iter().map(|(package, names)| ((*package).to_owned(), owned(names))).collect()
}

#[test]
fn the_check_passes_what_the_table_allows() {
    let good = arrows(&[
        ("crate/measure", &[]),
        ("crate/protocol", &["serde", "postcard"]),
        ("crate/kernel", &["candle-core", "gemm"]),
        ("crate/engine", &["candle-core", "crate/kernel", "crate/measure", "crate/protocol"]),
        ("crate/scene", &["crate/measure", "crate/protocol"]),
        ("crate/cli", &["clap", "anyhow", "crate/engine", "crate/scene"]),
        ("crate/xtask", &["anyhow", "serde_json"]),
        ("web/worker", &["crate/engine", "web-sys"]),
        ("web/app", &["crate/scene", "yew", "web-sys"]),
    ]);
    assert_eq!(broken_rules(&good), Vec::<String>::new());
}

#[test]
fn the_check_fails_on_each_kind_of_bad_arrow() {
    let one_bad_arrow: [(&str, Sketch); 6] = [
        ("crate/measure must never see serde", &[("crate/measure", &["serde"])]),
        ("crate/engine must never see web-sys", &[("crate/engine", &["web-sys"])]),
        ("web/app must never see candle-core", &[("web/app", &["candle-core"])]),
        ("crate/kernel must never see crate/protocol", &[("crate/kernel", &["crate/protocol"])]),
        ("crate/xtask must never see crate/engine", &[("crate/xtask", &["crate/engine"])]),
        ("crate/utils is not in the table", &[("crate/utils", &[])]),
    ];
    for (sentence, packages) in one_bad_arrow {
        let broken = broken_rules(&arrows(packages));
        assert!(broken.len() == 1 && broken[0].starts_with(sentence), "{sentence}: {broken:?}");
    }
}

#[test]
fn the_check_sees_through_our_own_packages() {
    let broken = broken_rules(&arrows(&[
        ("web/worker", &["crate/protocol"]),
        ("crate/protocol", &["crate/measure"]),
        ("crate/measure", &["yew"]),
    ]));
    assert!(
        broken.contains(&"web/worker must never see yew, but crate/measure depends on it".to_owned()),
        "{broken:?}"
    );
}

#[test]
fn the_check_reads_cargo_metadata() {
    let metadata = serde_json::json!({
        "workspace_root": "/w",
        "packages": [{
            "manifest_path": "/w/crate/scene/Cargo.toml",
            "dependencies": [
                { "name": "protocol", "kind": null, "path": "/w/crate/protocol" },
                { "name": "candle-core", "kind": null, "target": "cfg(unix)", "optional": true },
                { "name": "yew", "kind": "dev" },
            ],
        }],
    });
    let read = arrows_from_metadata(&metadata);
    assert_eq!(read, arrows(&[("crate/scene", &["crate/protocol", "candle-core"])]));
    assert_eq!(broken_rules(&read), ["crate/scene must never see candle-core, but crate/scene depends on it"]);
}

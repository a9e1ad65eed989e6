//! The page as one file that needs no server: [`page`] puts into the front page of a built site what it loads, [`glue`] makes
//! classic scripts of the programs' modules. Here stands what each of the three files holds.

mod glue;
mod page;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::recordings::{FIRST, FOLDER};
use crate::sizes::files_below;
use page::Content;

/// One of the files.
struct Kind {
    name: &'static str,
    /// Whether it trains: the engine is in it.
    trains: bool,
    /// The data sets in it, by their folders.
    data: &'static [&'static str],
    /// The recordings in it that come with the page.
    recordings: Recordings,
}

/// Which of the recordings that come with the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recordings {
    None,
    /// The first picture.
    First,
    /// Every one, and their list.
    All,
}

/// All of them.
const KINDS: [Kind; 3] = [
    Kind { name: "headwater.html", trains: true, data: &["digits"], recordings: Recordings::First },
    Kind { name: "headwater-full.html", trains: true, data: &["digits", "fashion-mnist"], recordings: Recordings::All },
    VIEWER,
];

/// The one that opens recordings and no more.
const VIEWER: Kind = Kind { name: "headwater-viewer.html", trains: false, data: &[], recordings: Recordings::None };

/// The files that were written, with their sizes.
pub struct Written(Vec<(&'static str, usize)>);

impl fmt::Display for Written {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:>12}  one file each", "bytes")?;
        self.0.iter().try_for_each(|(name, bytes)| write!(out, "\n{bytes:>12}  {name}"))
    }
}

/// Writes all of them into a folder, from the site in another.
///
/// # Errors
/// If the site is not as it was built, or a file cannot be read or written.
pub fn write_all(root: &Path, site: &Path, folder: &Path) -> Result<Written> {
    let written = KINDS.iter().map(|kind| Ok((kind.name, write(kind, root, site, folder)?)));
    Ok(Written(written.collect::<Result<_>>()?))
}

/// Writes the one that opens recordings into a folder, and says where it is.
///
/// # Errors
/// As of [`write_all`].
pub fn write_viewer(root: &Path, site: &Path, folder: &Path) -> Result<PathBuf> {
    write(&VIEWER, root, site, folder)?;
    Ok(folder.join(VIEWER.name))
}

fn write(kind: &Kind, root: &Path, site: &Path, folder: &Path) -> Result<usize> {
    let page = page::page(&content(kind, root, site)?).with_context(|| format!("{} cannot be made", kind.name))?;
    let file = folder.join(kind.name);
    fs::create_dir_all(folder)?;
    fs::write(&file, &page).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(page.len())
}

/// What goes into a file, from the site and from the scripts that only such files have.
fn content(kind: &Kind, root: &Path, site: &Path) -> Result<Content> {
    let program = program_folder(site)?;
    let script = |name: &str| text(&root.join("assets/one_file").join(name));
    let files = script("files.js")?;
    let app = glue::classic(&text(&program.join("app.js"))?, "startApp")?;
    let mut content = Content {
        index: text(&site.join("index.html"))?,
        site: site.to_owned(),
        trains: kind.trains,
        scripts: vec![files.clone(), app, script("page.js")?],
        files: vec![("app_bg.wasm".to_owned(), bytes(&program.join("app_bg.wasm"))?)],
        notices: vec![text(&root.join("LICENSE-MIT"))?],
    };
    if kind.trains {
        let worker = glue::classic(&text(&program.join("worker.js"))?, "startWorker")?;
        let worker = [files, worker, script("worker.js")?].join("\n");
        content.files.push(("worker.js".to_owned(), worker.into_bytes()));
        content.files.push(("worker_bg.wasm".to_owned(), bytes(&program.join("worker_bg.wasm"))?));
    }
    for file in files_below(&site.join(FOLDER))? {
        let name = file.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
        let is_in = match kind.recordings {
            Recordings::None => false,
            Recordings::First => name.ends_with(FIRST),
            Recordings::All => name.ends_with(".jsonl.gz") || name.ends_with("/list.json"),
        };
        if is_in {
            content.files.push((name, bytes(&file)?));
        }
    }
    for set in kind.data {
        for file in files_below(&site.join("assets/data").join(set))? {
            let name = file.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
            // A server may have compressed copies beside them.
            if name.ends_with(".bin") || name.ends_with("manifest.json") {
                content.files.push((name, bytes(&file)?));
            } else if name.ends_with(".txt") {
                content.notices.push(text(&file)?);
            }
        }
    }
    Ok(content)
}

/// The one folder of a site's programs.
fn program_folder(site: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(site).with_context(|| format!("cannot list {}", site.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_program = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("program-")) && path.is_dir()
    };
    let found: Vec<_> = paths.into_iter().filter(is_program).collect();
    ensure!(found.len() == 1, "the site has {} folders of programs in place of one", found.len());
    Ok(found.into_iter().next().unwrap_or_default())
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn text(file: &Path) -> Result<String> {
    String::from_utf8(bytes(file)?).with_context(|| format!("{} is not UTF-8", file.display()))
}

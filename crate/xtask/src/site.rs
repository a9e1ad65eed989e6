//! The site as a server sends it, made of what trunk has built: each file has its place, and one without a place is an
//! error. All that belongs to one build lies in one folder with a hash in its name, `program-1a2b3c4d`, so that a page and a
//! worker of two builds never meet, whatever a cache has kept; only `index.html` names that folder.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::build_id::fnv1a;
use crate::recordings::FOLDER;
use crate::sizes::files_below;

/// The project's own licences, and what they are called on the site: servers send `.txt` as text.
const LICENCES: [(&str, &str); 2] = [("LICENSE-MIT", "LICENSE-MIT.txt"), ("LICENSE-APACHE", "LICENSE-APACHE.txt")];

/// Where a file of trunk's goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The page that all addresses lead to.
    Index,
    /// The folder of this build.
    Program,
    /// Where it is: data, and the script that a kept page of an older build must still find.
    Same,
}

impl Place {
    /// By the path from trunk's folder, with `/`; none for what no site needs.
    fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('/') {
            None if path == "index.html" => Some(Self::Index),
            None if path == "fallback.js" => Some(Self::Same),
            None => {
                let is_program = [".js", ".wasm", ".css", ".svg"].iter().any(|end| path.ends_with(end));
                is_program.then_some(Self::Program)
            }
            Some((folder, name)) => {
                let is_data = ["manifest.json", "NOTICE.txt", "LICENSE.txt"].contains(&name) || name.ends_with(".bin");
                let is_recording = name == "list.json" || name.ends_with(".jsonl.gz");
                let has_place = folder.starts_with("assets/data/") && is_data || folder == FOLDER && is_recording;
                has_place.then_some(Self::Same)
            }
        }
    }
}

/// Writes the site into a folder, which is emptied first.
///
/// # Errors
/// If trunk made a file that has no place, or one that cannot be read or written.
pub fn assemble(root: &Path, made: &Path, site: &Path) -> Result<()> {
    let mut files = Vec::new();
    for file in files_below(made)? {
        let path = file.strip_prefix(made)?.to_string_lossy().replace('\\', "/");
        let Some(place) = Place::of(&path) else {
            bail!("trunk made {path}, which has no place in the site; crate/xtask/src/site.rs lists what has");
        };
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        files.push((path, place, content));
    }
    let program: Vec<_> = files.iter().filter(|(_, place, _)| *place == Place::Program).collect();
    let everything = program.iter().flat_map(|(path, _, content)| [path.as_bytes(), content]).collect::<Vec<_>>();
    let folder = format!("program-{:08x}", fnv1a(&everything.concat()));
    let names: Vec<&str> = program.iter().map(|(path, ..)| path.as_str()).collect();

    if site.exists() {
        fs::remove_dir_all(site).context("cannot remove the old site")?;
    }
    for (path, place, content) in &files {
        match place {
            Place::Index => write(site, path, index(&String::from_utf8_lossy(content), &folder, &names)?.as_bytes()),
            Place::Program => write(site, &format!("{folder}/{path}"), content),
            Place::Same => write(site, path, content),
        }?;
    }
    for (from, to) in LICENCES {
        write(site, to, &fs::read(root.join(from)).with_context(|| format!("cannot read {from}"))?)?;
    }
    Ok(())
}

/// The front page with the addresses of this build.
fn index(page: &str, folder: &str, names: &[&str]) -> Result<String> {
    let page = names
        .iter()
        .fold(page.to_owned(), |page, name| page.replace(&format!("\"./{name}\""), &format!("\"./{folder}/{name}\"")));
    let start = format!("src=\"./{folder}/start.js\"");
    ensure!(page.contains(&start), "index.html does not start the program with {start}");
    Ok(page)
}

fn write(site: &Path, path: &str, content: &[u8]) -> Result<()> {
    let file = site.join(path);
    fs::create_dir_all(file.parent().unwrap_or(site))?;
    fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const INDEX: &str = r#"<script src="fallback.js"></script><script type="module" src="./start.js"></script>"#;

    /// A checkout and what trunk made in it, in a folder of the test's own.
    fn planted(name: &str, app: &str, more: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("headwater-site-{name}-{}", std::process::id()));
        for (from, _) in LICENCES {
            write(&root, from, b"licence").expect("a licence");
        }
        let usual = ["page.css", "worker.js", "assets/data/digits/manifest.json", "assets/data/digits/train-00.bin"];
        let more_usual = ["fallback.js", "start.js", "assets/data/digits/NOTICE.txt"];
        for path in usual.iter().chain(&more_usual).chain(more) {
            write(&root.join("made"), path, b"x").expect("a file of trunk's");
        }
        write(&root.join("made"), "index.html", INDEX.as_bytes()).expect("the front page");
        write(&root.join("made"), "app.js", app.as_bytes()).expect("the program");
        root
    }

    /// What is in the site, and the text of its front page.
    fn assembled(root: &Path) -> (Vec<String>, String) {
        let site = root.join("site");
        assemble(root, &root.join("made"), &site).expect("a site");
        let files = files_below(&site).expect("its files");
        let names = files.iter().map(|file| file.strip_prefix(&site).expect("below it").to_string_lossy().into_owned());
        (names.collect(), fs::read_to_string(site.join("index.html")).expect("the front page"))
    }

    #[test]
    fn the_site_is_the_page_one_folder_of_this_build_the_data_and_the_licences() {
        let root = planted("whole", "1", &[]);
        write(&root.join("site"), "program-00000000/old.js", b"x").expect("an old build");
        let (files, page) = assembled(&root);
        let folder = files.iter().find_map(|file| file.strip_suffix("/app.js")).expect("a folder of the program");
        let program = ["app.js", "page.css", "start.js", "worker.js"].map(|name| format!("{folder}/{name}"));
        let data = ["NOTICE.txt", "manifest.json", "train-00.bin"].map(|name| format!("assets/data/digits/{name}"));
        let mut expected =
            ["LICENSE-APACHE.txt", "LICENSE-MIT.txt", "fallback.js", "index.html"].map(str::to_owned).to_vec();
        expected.extend(data.into_iter().chain(program));
        expected.sort();
        assert_eq!(files, expected);
        assert_eq!(page, INDEX.replace("./", &format!("./{folder}/")));
        fs::remove_dir_all(&root).expect("the folder goes");
    }

    #[test]
    fn another_program_is_another_folder() {
        let root = planted("versions", "1", &[]);
        let (_, first) = assembled(&root);
        assert_eq!(assembled(&root).1, first, "the same build has the same name");
        fs::write(root.join("made/app.js"), "2").expect("another program");
        assert_ne!(assembled(&root).1, first);
        fs::remove_dir_all(&root).expect("the folder goes");
    }

    #[test]
    fn what_no_site_needs_is_an_error_that_names_it() {
        for stray in ["app.d.ts", "assets/data/make_data.py", "assets/data/digits/NOTICE.md", "assets/style/page.css"] {
            let root = planted("stray", "1", &[stray]);
            let error = assemble(&root, &root.join("made"), &root.join("site")).expect_err(stray);
            assert!(error.to_string().contains(stray), "{error}");
            fs::remove_dir_all(&root).expect("the folder goes");
        }
    }
}

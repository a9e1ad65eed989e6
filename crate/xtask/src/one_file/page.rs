//! The front page of a site with all that it loads inside.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

/// What such a page is made of.
pub struct Content {
    /// The site's front page.
    pub index: String,
    /// Where the site is.
    pub site: PathBuf,
    /// Whether it trains.
    pub trains: bool,
    /// The scripts that start it, in their order.
    pub scripts: Vec<String>,
    /// The files that the programs ask for, by the names that they ask for.
    pub files: Vec<(String, Vec<u8>)>,
    /// Licences and notices of what is in it.
    pub notices: Vec<String>,
}

/// Where `headwater report` puts recordings.
const RECORDINGS: &str = "<!-- Recordings stand here. -->";

/// Where the site's page says that it cannot start.
const STATE: [&str; 2] = ["<p id=\"start-state\">", "</p>"];

/// What the site's page shows of the first recording until it starts.
const FIRST: [&str; 2] = ["<div class=\"lead first\">", "</figure>"];

/// What is said while the program has not started.
const TRAINER: &str = "All of it is computed here by a program in WebAssembly, which is in this file. If this sentence stays, the \
    program could not start: it needs JavaScript and a browser of 2023 or later, and in a frame a page around it whose policy \
    allows scripts.";
const VIEWER: &str = "This file opens recordings of such runs and trains none. If this sentence stays, its program could not \
    start: it needs JavaScript and a browser of 2023 or later, and in a frame a page around it whose policy allows scripts.";

/// The page.
///
/// # Errors
/// If the front page is not as it was built, or a file that it names cannot be read.
pub fn page(content: &Content) -> Result<String> {
    let (before, rest) = content.index.split_once(STATE[0]).context("the front page has no #start-state")?;
    let (_, after) = rest.split_once(STATE[1]).context("the front page's #start-state has no end")?;
    let said = if content.trains { TRAINER } else { VIEWER };
    let before = if content.trains { before.to_owned() } else { without_first(before)? };
    let page = with_insides(&format!("{before}{}{said}{}{after}", STATE[0], STATE[1]), content)?;
    let (head, tail) = page.rsplit_once("</body>").context("the front page's body has no end")?;
    let mut own = String::new();
    for notice in &content.notices {
        ensure!(!notice.contains("-->"), "a licence or notice ends the comment that it stands in");
        // Writing to a String cannot fail.
        let _ = writeln!(own, "<!--\n{}\n-->", notice.trim());
    }
    for (name, bytes) in &content.files {
        let _ = writeln!(own, "<script type=\"text/plain\" data-file=\"{name}\">{}</script>", packed(bytes)?);
    }
    let _ = writeln!(own, "{RECORDINGS}");
    for script in &content.scripts {
        let _ = writeln!(own, "<script>\n{}\n</script>", fit(script, "</script")?.trim());
    }
    Ok(format!("{}\n{own}</body>{tail}", head.trim_end()))
}

/// The page without what it shows of the first recording.
fn without_first(page: &str) -> Result<String> {
    let (before, rest) = page.split_once(FIRST[0]).context("the front page has no first picture")?;
    let (_, after) = rest.split_once(FIRST[1]).context("the front page's first picture has no end")?;
    Ok(format!("{before}{after}"))
}

/// The page with style sheets, the first script and pictures inside, and without what else it would load.
fn with_insides(page: &str, content: &Content) -> Result<String> {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = ["<link ", "<script ", "<img ", "<source "].iter().filter_map(|tag| rest.find(tag)).min() {
        let (before, element) = rest.split_at(at);
        let end = element.find('>').context("an element of the front page has no end")? + 1;
        let (tag, after) = element.split_at(end);
        let address = ["href", "src", "srcset"].iter().find_map(|name| attribute(tag, name)).unwrap_or_default();
        let file = || -> Result<String> {
            ensure!(!address.is_empty() && !address.contains("//"), "{tag} names no file of the site");
            fs::read_to_string(content.site.join(address)).with_context(|| format!("cannot read {address}"))
        };
        let inside = match (attribute(tag, "rel"), attribute(tag, "type")) {
            (Some("stylesheet"), _) => format!("<style>\n{}\n</style>", fit(&file()?, "</style")?.trim()),
            (Some("icon"), _) => tag.replace(address, &picture(&file()?)),
            (None, _) if tag.starts_with("<img ") || tag.starts_with("<source ") => {
                tag.replace(address, &picture(&file()?))
            }
            (Some("modulepreload" | "preload"), _) | (None, Some("module")) => String::new(),
            (None, None) => format!("<script>\n{}\n", fit(&file()?, "</script")?.trim()),
            _ => bail!("the front page has {tag}, of which nothing is known here"),
        };
        out.push_str(before);
        out.push_str(&inside);
        // The end of a script that is no longer there goes too.
        let ends = tag.starts_with("<script ") && inside.is_empty();
        rest = if ends { after.strip_prefix("</script>").context("a script has more than an address")? } else { after };
    }
    out.push_str(rest);
    // What left an empty line leaves none.
    Ok(out.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n"))
}

/// A drawing as the address of itself.
fn picture(svg: &str) -> String {
    format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg))
}

/// The value of an attribute.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// A text that can stand in an element which ends so.
fn fit<'a>(text: &'a str, end: &str) -> Result<&'a str> {
    ensure!(!text.to_lowercase().contains(end), "a script or style sheet has {end} in it");
    ensure!(!text.contains("<!--"), "a script or style sheet has <!-- in it");
    Ok(text)
}

/// One gzip member as base64.
fn packed(bytes: &[u8]) -> Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = r#"<!doctype html>
<head>
<script src="./fallback.js"></script>
<link rel="icon" href="./p/icon.svg"/>
<link rel="stylesheet" href="./p/page.css" data-integrity="none"/>
<script type="module" src="./p/start.js"></script>
<link rel="modulepreload" href="./p/app.js"><link rel="preload" href="./p/app_bg.wasm" as="fetch"></head>
<body>
<div class="lead first">4.5</div>
<figure><source srcset="narrow.svg"><img src="wide.svg" alt="4.5"></figure>
<p id="start-state">It needs a web server.</p>
</body>
"#;

    fn content(name: &str, index: &str) -> Content {
        let site = std::env::temp_dir().join(format!("headwater-one-file-{name}-{}", std::process::id()));
        fs::create_dir_all(site.join("p")).expect("a folder");
        for (file, text) in [
            ("fallback.js", "let first;"),
            ("p/icon.svg", "<svg/>"),
            ("p/page.css", ".a {}"),
            ("narrow.svg", "<svg/>"),
            ("wide.svg", "<svg/>"),
        ] {
            fs::write(site.join(file), text).expect("a file of the site");
        }
        let files = vec![("app_bg.wasm".to_owned(), vec![0; 1000])];
        let scripts = vec!["start();".to_owned()];
        Content { index: index.to_owned(), site, trains: true, scripts, files, notices: vec!["A licence".to_owned()] }
    }

    #[test]
    fn all_that_the_page_loads_stands_in_it() {
        let content = content("whole", INDEX);
        let page = page(&content).expect("a page");
        fs::remove_dir_all(&content.site).expect("the folder goes");
        for inside in
            ["<script>\nlet first;\n</script>", "<style>\n.a {}\n</style>", "A licence", RECORDINGS, "start();"]
        {
            assert_eq!(page.matches(inside).count(), 1, "{inside} in {page}");
        }
        for name in ["href", "src", "srcset"] {
            assert!(page.contains(&format!(" {name}=\"data:image/svg+xml;base64,PHN2Zy8+\"")), "{name} in {page}");
        }
        assert!(page.contains("data-file=\"app_bg.wasm\">H4sI"), "{page}");
        assert!(!page.contains("./") && !page.contains("web server") && !page.contains("module"), "{page}");
    }

    /// It has no first recording, and says nothing of it.
    #[test]
    fn the_viewer_has_no_first_picture() {
        let content = Content { trains: false, ..content("viewer", INDEX) };
        let page = page(&content).expect("a page");
        fs::remove_dir_all(&content.site).expect("the folder goes");
        assert!(page.contains("start-state") && !page.contains("4.5") && !page.contains("<img"), "{page}");
    }

    /// The README tells how to put recordings there, and the program does.
    #[test]
    fn the_place_of_recordings_is_the_one_that_is_documented() {
        assert!(include_str!("../../../../README.md").contains(RECORDINGS));
    }

    #[test]
    fn a_page_of_another_kind_is_refused() {
        for (index, named) in [
            (INDEX.replace("start-state", "state"), "#start-state"),
            (INDEX.replace("rel=\"icon\"", "rel=\"manifest\""), "manifest"),
            (INDEX.replace("p/page.css", "p/gone.css"), "p/gone.css"),
            (INDEX.replace("./p/icon.svg", "https://example.org/icon.svg"), "example.org"),
        ] {
            let content = content("refused", &index);
            let error = format!("{:#}", page(&content).expect_err(named));
            assert!(error.contains(named), "{error}");
        }
        fs::remove_dir_all(content("refused", INDEX).site).expect("the folder goes");
    }
}

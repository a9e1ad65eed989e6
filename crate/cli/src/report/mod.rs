//! `headwater report`: one or two recorded runs as one file that stands alone. As a picture: [`recorded`] reads the runs,
//! [`sheet`] puts the charts under each other, [`raster`] their pixels into it. As html:
//! the [`page`] itself with the recordings inside.

#[cfg(test)]
mod figure;
#[cfg(test)]
mod gallery;
mod page;
mod raster;
mod recorded;
mod sheet;

use crate::arguments::Request;
use crate::failure::Failure;
use crate::whole_file::WholeFile;
pub use page::unique_names;
pub use recorded::at_most_open;
use sheet::Sheet;
use std::io::Write;
use std::path::Path;

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    let path = Path::new(&request.options.out);
    let files = &request.files;
    let format = format(path)?;
    if format == Format::Html {
        page::check(files)?;
    }
    match format {
        Format::Svg => {
            let runs = recorded::of_picture(files)?;
            let picture = Sheet::of(&runs)?.into_svg();
            let mut out = WholeFile::new(path, files)?;
            out.write_all(picture.as_bytes()).map_err(|error| out.failed(&error))?;
            out.finish()
        }
        Format::Html => {
            drop(recorded::of_page(files)?);
            let page = page::page()?;
            let mut out = WholeFile::new(path, files)?;
            page::write(&page, files, &mut out)?;
            out.finish()
        }
    }
}

/// What a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// A picture.
    Svg,
    /// The page.
    Html,
}

/// The format that the name asks for, if this program can write it.
fn format(path: &Path) -> Result<Format, Failure> {
    let end = path.extension().unwrap_or_default().to_ascii_lowercase();
    let refused = |why: &str| Failure::Input(format!("--out {:?} is not accepted: {why}", path.display().to_string()));
    match end.to_str() {
        Some("svg") => Ok(Format::Svg),
        Some("html" | "htm") if page::is_there() => Ok(Format::Html),
        Some("html" | "htm") => Err(refused(
            "this program was built without the page, which such a report is made of; cargo xtask program builds one with \
             it, and a name that ends in .svg is accepted here",
        )),
        _ => Err(refused("it must end in .svg or .html")),
    }
}

//! `headwater report`: the charts of one or two recorded runs as one picture that stands alone. [`recorded`] reads the runs,
//! [`sheet`] puts the charts under each other, [`raster`] their pixels into it.

mod raster;
mod recorded;
mod sheet;

use crate::arguments::Request;
use crate::failure::Failure;
use crate::whole_file::WholeFile;
use sheet::Sheet;
use std::io::Write;
use std::path::Path;

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    let path = Path::new(&request.options.out);
    check_format(path)?;
    let runs = recorded::read(&request.files)?;
    let picture = Sheet::of(&runs)?.into_svg();
    let mut out = WholeFile::new(path, &request.files)?;
    out.write_all(picture.as_bytes()).map_err(|error| out.failed(&error))?;
    out.finish()
}

/// Refuses a format that this program cannot write.
fn check_format(path: &Path) -> Result<(), Failure> {
    let end = path.extension().unwrap_or_default().to_ascii_lowercase();
    let refused = |why: &str| Failure::Input(format!("out {:?} is not accepted: {why}", path.display().to_string()));
    match end.to_str() {
        Some("svg") => Ok(()),
        Some("html" | "htm") => Err(refused(
            "this program was built without the page, which such a report is made of; cargo xtask program builds one with \
             it, and a name that ends in .svg is accepted here",
        )),
        _ => Err(refused("it must end in .svg")),
    }
}

//! How large the published site is: code, which every visitor loads, against its limit; data, loaded piece by piece,
//! apart.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What all code together may weigh after gzip, in bytes; Brotli makes a third less of it.
pub const CODE_LIMIT: u64 = 1_800_000;

/// The sizes of all files of a site.
pub struct Sizes {
    code: Vec<FileSize>,
    data_files: usize,
    data_bytes: u64,
}

struct FileSize {
    name: String,
    raw: u64,
    gzip: u64,
}

impl Sizes {
    /// Measures every file below the folder.
    pub fn of(folder: &Path) -> Result<Self> {
        let mut sizes = Self { code: Vec::new(), data_files: 0, data_bytes: 0 };
        for path in files_below(folder)? {
            let content = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let raw = content.len() as u64;
            if is_code(&path) {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                sizes.code.push(FileSize { name, raw, gzip: gzipped(&content)? });
            } else {
                sizes.data_files += 1;
                sizes.data_bytes += raw;
            }
        }
        sizes.code.sort_by_key(|file| std::cmp::Reverse(file.gzip));
        Ok(sizes)
    }

    /// Bytes of all code after gzip.
    pub fn code_gzip(&self) -> u64 {
        self.code.iter().map(|file| file.gzip).sum()
    }

    fn code_raw(&self) -> u64 {
        self.code.iter().map(|file| file.raw).sum()
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:>12} {:>12}  code", "bytes", "gzip -9")?;
        for FileSize { name, raw, gzip } in &self.code {
            writeln!(out, "{raw:>12} {gzip:>12}  {name}")?;
        }
        let (raw, gzip) = (self.code_raw(), self.code_gzip());
        writeln!(out, "{raw:>12} {gzip:>12}  all code; the limit after gzip is {CODE_LIMIT}")?;
        write!(out, "{:>12} {:>12}  data and pictures, {} files", self.data_bytes, "", self.data_files)
    }
}

fn is_code(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("wasm" | "js" | "mjs" | "css" | "html"))
}

/// The size after `gzip -9`.
fn gzipped(content: &[u8]) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len() as u64)
}

/// All files below a folder, in the order of their names.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_weighed_after_gzip_and_data_apart() {
        let folder = std::env::temp_dir().join(format!("headwater-sizes-{}", std::process::id()));
        fs::create_dir_all(folder.join("assets")).expect("folders for the test");
        fs::write(folder.join("app.js"), vec![b'a'; 100_000]).expect("code");
        fs::write(folder.join("assets/train.bin"), vec![0; 70]).expect("data");
        let sizes = Sizes::of(&folder).expect("sizes");
        fs::remove_dir_all(&folder).expect("the folder goes");
        assert!((20..1000).contains(&sizes.code_gzip()), "{sizes}");
        let table = sizes.to_string();
        assert!(table.contains("100000") && table.contains("app.js"), "{table}");
        assert!(table.contains("70") && table.contains("1 files"), "{table}");
    }
}

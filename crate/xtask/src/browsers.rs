//! The browsers that test the page: where each is, or Debian's package where we may install it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::run::{find_program, output, run};

/// A browser, as the tests of `web/test` are told of it.
pub struct Browser {
    /// Its name for people.
    pub title: &'static str,
    /// What stands in the tests' environment.
    pub environment: Vec<(&'static str, PathBuf)>,
}

/// What to look for, and what to install where it is not found.
struct Wanted {
    title: &'static str,
    /// The variable that names the program.
    variable: &'static str,
    /// Names in `PATH`.
    names: &'static [&'static str],
    /// Where it is on a Mac.
    mac: &'static str,
    /// Debian's packages.
    packages: &'static [&'static str],
    /// What else to do.
    how: &'static str,
}

const CHROMIUM: Wanted = Wanted {
    title: "Chromium",
    variable: "CHROME",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    mac: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    packages: &["chromium"],
    how: "install Chromium or Chrome, or set CHROME to the program",
};

const FIREFOX: Wanted = Wanted {
    title: "Firefox",
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    mac: "/Applications/Firefox.app/Contents/MacOS/firefox",
    packages: &["firefox-esr"],
    how: "install Firefox, or set FIREFOX to the program",
};

const WEBKIT_DRIVER: Wanted = Wanted {
    title: "WebKitGTK",
    variable: "WEBKIT_DRIVER",
    names: &["WebKitWebDriver"],
    mac: "",
    packages: &["webkit2gtk-driver", "xvfb"],
    how: "install Debian's packages webkit2gtk-driver and xvfb, or set WEBKIT_DRIVER to the program WebKitWebDriver",
};

/// Where Debian keeps WebKitGTK's own small browser, below a folder for each kind of processor.
const MINI_BROWSERS: [&str; 3] =
    ["webkit2gtk-4.1/MiniBrowser", "webkitgtk-6.0/MiniBrowser", "webkit2gtk-4.0/MiniBrowser"];

/// The program Chromium.
pub fn chromium_program() -> Result<PathBuf> {
    CHROMIUM.program()
}

/// Chromium, without which the page is not tested.
pub fn chromium() -> Result<Browser> {
    let environment = vec![("BROWSER", "chromium".into()), (CHROMIUM.variable, chromium_program()?)];
    Ok(Browser { title: CHROMIUM.title, environment })
}

/// Firefox.
pub fn firefox() -> Result<Browser> {
    let environment = vec![("BROWSER", "firefox".into()), (FIREFOX.variable, FIREFOX.program()?)];
    Ok(Browser { title: FIREFOX.title, environment })
}

/// WebKitGTK's driver with its small browser.
pub fn webkit() -> Result<Browser> {
    let driver = WEBKIT_DRIVER.program()?;
    let browser = match env::var_os("WEBKIT_BROWSER") {
        Some(chosen) => PathBuf::from(chosen),
        None => mini_browser(Path::new("/usr/lib"))
            .context("there is no MiniBrowser below /usr/lib; set WEBKIT_BROWSER to the program")?,
    };
    if env::var_os("DISPLAY").is_none() && find_program("Xvfb").is_none() {
        bail!("WebKitGTK needs a display; install Debian's package xvfb");
    }
    let environment = vec![("BROWSER", "webkit".into()), (WEBKIT_DRIVER.variable, driver), ("WEBKIT_BROWSER", browser)];
    Ok(Browser { title: WEBKIT_DRIVER.title, environment })
}

/// The first of the small browsers below a folder, its folders in order.
fn mini_browser(libraries: &Path) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(libraries).ok()?.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let all = folders.iter().flat_map(|folder| MINI_BROWSERS.map(|name| folder.join(name)));
    all.into_iter().find(|program| program.is_file())
}

impl Wanted {
    /// The program: what the variable names, else one in `PATH`, else from Debian's packages where we may install them.
    fn program(&self) -> Result<PathBuf> {
        if let Some(chosen) = env::var_os(self.variable).map(PathBuf::from) {
            if !chosen.is_file() {
                bail!("{} names `{}`, which is no file", self.variable, chosen.display());
            }
            return Ok(chosen);
        }
        if let Some(found) = self.in_path() {
            return Ok(found);
        }
        let packages = self.packages.join(" ");
        if !is_root() || find_program("apt-get").is_none() {
            bail!("the tests in {} need it: {}", self.title, self.how);
        }
        println!("installing Debian's {packages}, for the browser tests; this takes about 1 minute");
        apt_get(&["update"])
            .and_then(|()| apt_get(&[&["install", "-y", "--no-install-recommends"], self.packages].concat()))
            .context(self.how)?;
        self.in_path().with_context(|| format!("{packages} was installed, but no {} is in PATH", self.names[0]))
    }

    fn in_path(&self) -> Option<PathBuf> {
        let mac = PathBuf::from(self.mac);
        self.names.iter().find_map(|name| find_program(name)).or_else(|| mac.is_file().then_some(mac))
    }
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()))
}

fn is_root() -> bool {
    cfg!(unix) && output(Command::new("id").arg("-u")).is_ok_and(|user| user == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_browser_of_webkit_is_found_for_every_processor() {
        let libraries = env::temp_dir().join(format!("headwater-libraries-{}", std::process::id()));
        let folder = libraries.join("aarch64-linux-gnu").join("webkit2gtk-4.1");
        fs::create_dir_all(&folder).expect("a folder for the test");
        assert_eq!(mini_browser(&libraries), None);
        fs::write(folder.join("MiniBrowser"), "").expect("a file");
        assert_eq!(mini_browser(&libraries), Some(folder.join("MiniBrowser")));
    }
}

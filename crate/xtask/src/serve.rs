//! `cargo xtask serve`: the release page on this machine.

use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;

use crate::file_server;
use crate::page;
use crate::rust_tools::RustTools;
use crate::workspace::Workspace;

/// Builds and serves the page until the user ends it. A port that cannot be had is known before anything is built.
pub fn serve(workspace: &Workspace, port: u16, open: bool) -> Result<ExitCode> {
    let listener = match file_server::bind(port) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("error: port {port} cannot be used ({error}); choose another with --port");
            return Ok(ExitCode::from(2));
        }
    };
    let tools = RustTools::set_up_for_page(workspace)?;
    let site = page::build(workspace, &tools)?;
    let address = format!("http://{}/", listener.local_addr()?);
    // The listener takes connections already, so from here on the address answers.
    println!("serving {address}");
    if open {
        open_browser(&address);
    }
    file_server::serve(&listener, site)?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the user's browser; where there is none, the printed address is enough.
fn open_browser(address: &str) {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "windows" => ("cmd", &["/C", "start", ""]),
        "macos" => ("open", &[]),
        _ => ("xdg-open", &[]),
    };
    let _ = Command::new(program).args(arguments).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

//! `cargo xtask lessons`: plays every lesson in full against the engine with three seeds, so that one that no longer holds is
//! found. The tests play each with one.

use std::process::ExitCode;

use anyhow::Result;

use crate::run::run;
use crate::workspace::Workspace;

/// Plays them; what was measured and said at each step goes to standard output.
pub fn lessons(workspace: &Workspace) -> Result<ExitCode> {
    let test = ["test", "-p", "headwater", "lessons::", "--", "--ignored", "--nocapture"];
    run(workspace.cargo().args(test))?;
    Ok(ExitCode::SUCCESS)
}

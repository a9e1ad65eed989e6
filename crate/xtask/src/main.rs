//! `cargo xtask`: everything that building, serving and testing Headwater takes beyond plain cargo.

mod answers;
mod arguments;
mod bench;
mod browser_tools;
mod browsers;
mod build_id;
mod check_cuda;
mod check_pytorch;
mod dist;
mod file_server;
mod lessons;
mod one_file;
mod page;
mod page_tests;
mod program;
mod progress;
mod recordings;
mod run;
mod rust_tools;
mod serve;
mod site;
mod sizes;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::{HELP, Task};
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let task = match arguments::parse(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(sentence) => {
            eprintln!("{sentence}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match perform(&task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: &Task) -> Result<ExitCode> {
    match task {
        Task::Help => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Task::Serve { port, open } => serve::serve(&Workspace::find()?, *port, *open),
        Task::Test => test::test(Workspace::find()?),
        Task::TestWebkit => page_tests::test_webkit(&Workspace::find()?),
        Task::TestLessons => page_tests::test_lessons(&Workspace::find()?),
        Task::Tidy { fix } => tidy::tidy(&Workspace::find()?, *fix),
        Task::Dist => dist::dist(&Workspace::find()?),
        Task::Program { features } => program::program(&Workspace::find()?, features.as_deref()),
        Task::CheckCuda => check_cuda::check_cuda(&Workspace::find()?),
        Task::CheckPytorch => check_pytorch::check_pytorch(&Workspace::find()?),
        Task::Bench(options) => bench::bench(&Workspace::find()?, options),
        Task::Answers => answers::answers(&Workspace::find()?),
        Task::Lessons => lessons::lessons(&Workspace::find()?),
        Task::Recordings => recordings::recordings(&Workspace::find()?),
    }
}

//! The `headwater` program: train and probe residual networks, block by block.

mod arguments;
mod data;
mod failure;
mod models;
mod network;
mod probe;
mod recorder;
mod report;
mod train;

use clap::Parser;
use std::process::ExitCode;

/// With [`kernel::keep_freed_memory`], so that a training step takes the memory that the one before gave back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kernel::keep_freed_memory();
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::usage(&error),
    };
    if let Err(failure) = arguments::take_threads(arguments.command.threads()) {
        return failure::exit_code(Err(failure));
    }
    // Within the pool: from outside, each share of work would first have to wake it.
    failure::exit_code(rayon::scope(|_| match arguments.command {
        arguments::Command::Models(options) => models::run(&options),
        arguments::Command::Probe(options) => probe::run(&options),
        arguments::Command::Train(options) => train::run(&options),
    }))
}

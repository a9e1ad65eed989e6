//! The `headwater` program: train and probe residual networks, block by block, and read what was recorded of them.

mod arguments;
mod check;
mod checkpoint;
mod command_line;
mod data;
mod data_report;
mod earlier;
mod export;
mod failure;
#[cfg(test)]
mod lessons;
mod made;
#[cfg(test)]
mod made_again;
mod models;
mod network;
mod probe;
mod progress;
mod recipe;
mod recorder;
mod recording_file;
mod report;
mod resume;
mod serve;
mod signals;
mod skip_schedule;
mod sweep;
mod tensor_file;
mod train;
mod whole_file;

use arguments::Refusal;
use protocol::setting::Subcommand;
use std::process::ExitCode;

/// With [`kernel::keep_freed_memory`], so that a training step takes the memory that the one before gave back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[allow(unsafe_code, reason = "mimalloc takes its options while there is one thread")]
fn main() -> ExitCode {
    // SAFETY: the first that the program does; it has no other thread yet.
    unsafe { kernel::keep_freed_memory() };
    let request = match arguments::read() {
        Ok(request) => request,
        Err(Refusal::Usage(error)) => return failure::usage(&error),
        Err(Refusal::File(failure)) => return failure::exit_code(Err(failure)),
        Err(Refusal::Value(complaint)) => return failure::exit_code(Err(complaint.into())),
    };
    if let Err(failure) = arguments::take_threads(request.options.threads) {
        return failure::exit_code(Err(failure));
    }
    // Within the pool: from outside, each share of work would first have to wake it.
    let result = rayon::scope(|_| match request.command {
        Subcommand::Models => models::run(&request),
        Subcommand::Probe => probe::run(&request),
        Subcommand::Train => train::run(&request),
        Subcommand::Data => data_report::run(&request),
        Subcommand::Check => check::run(&request),
        Subcommand::Export => export::run(&request),
        Subcommand::Report => report::run(&request),
        Subcommand::Sweep => sweep::run(&request),
        Subcommand::Serve => serve::run(&request),
    });
    failure::exit_code(result.map_err(|failure| failure.named_as_typed(&request)))
}

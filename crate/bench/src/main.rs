//! `bench SIDE STEPS`: reads one case a line on standard input, answers each with one line of JSON, `{"ms": median}`;
//! `bench kernels`: the kernels one by one; `bench fingerprints`: a line of hashes for each of a list of runs.

use bench::kernels::Timing;
use bench::{Case, Side, median, time_steps};
use std::io::BufRead;
use std::process::ExitCode;
use std::time::Instant;

/// The allocator that the `headwater` program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[allow(unsafe_code, reason = "mimalloc takes its options while there is one thread")]
fn main() -> ExitCode {
    // SAFETY: the first that the program does; it has no other thread yet.
    unsafe { kernel::keep_freed_memory() };
    // Within the pool, as the program does it: from outside each share of work would first have to wake it.
    match rayon::scope(|_| run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let start = Instant::now();
    let now = || start.elapsed().as_secs_f64() * 1000.0;
    if arguments == ["kernels"] {
        return kernels(&now);
    }
    if arguments == ["fingerprints"] {
        return fingerprints();
    }
    let (side, steps) = match arguments.as_slice() {
        [side, steps] => (side.as_str(), steps.parse::<usize>().map_err(|_| format!("steps {steps:?} is no number"))?),
        _ => {
            return Err("two arguments are needed: ours, measured, measured-all or stock, and a number of steps".into());
        }
    };
    let side: Side = side.parse().map_err(|error: bench::Failure| error.to_string())?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let words: Vec<_> = line.split_whitespace().collect();
        let case = Case::parse(&words).ok_or_else(|| format!("case {line:?} cannot be read"))?;
        let times = time_steps(side, &case, steps, now).map_err(|error| error.to_string())?;
        println!("{{\"ms\": {}}}", median(&times));
    }
    Ok(())
}

fn fingerprints() -> Result<(), String> {
    for index in 0..bench::fingerprint::count() {
        println!("{}", bench::fingerprint::line(index).map_err(|error| error.to_string())?);
    }
    Ok(())
}

fn kernels(now: &impl Fn() -> f64) -> Result<(), String> {
    for conv in bench::kernels::CONVOLUTIONS {
        let [channels, outs, size, kernel_size, stride, batch] = conv;
        let (raw, timings) = bench::kernels::time(conv, now).map_err(|error| error.to_string())?;
        for Timing { kernel, algorithm, gflops, ms } in timings {
            let case =
                format!("{channels} to {outs}, {size}x{size}, {kernel_size}x{kernel_size}/{stride}, batch {batch}");
            let algorithm = algorithm.map_or_else(|| "null".to_owned(), |algorithm| format!("\"{algorithm:?}\""));
            let rates = format!("\"gflops\": {gflops:.1}, \"raw_gflops\": {raw:.1}");
            println!(
                "{{\"case\": \"{case}\", \"kernel\": \"{kernel}\", \"algorithm\": {algorithm}, \"ms\": {ms:.4}, {rates}}}"
            );
        }
    }
    Ok(())
}

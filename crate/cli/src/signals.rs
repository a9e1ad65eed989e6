//! Signals by which a run is asked to stop: Ctrl-C, SIGTERM, and the end of the terminal unless `nohup` has it ignored.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the run was asked to stop.
pub struct Signals(Arc<AtomicBool>);

impl Signals {
    /// From now on they are heard: the first asks the run to stop, a second one ends the program.
    pub fn heard() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM].into_iter().chain(hangup()) {
            // Where it cannot be heard it simply ends the program. This one looks at the flag before the next sets it.
            let _not_heard = register_conditional_shutdown(signal, 1, flag.clone());
            let _not_heard = register(signal, flag.clone());
        }
        Self(flag)
    }

    /// Whether one came.
    pub fn ask_to_stop(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The signal of a terminal that ends, where it is known not to be ignored.
#[cfg(unix)]
fn hangup() -> Option<i32> {
    use signal_hook::consts::SIGHUP;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
    (ignored & 1 << (SIGHUP - 1) == 0).then_some(SIGHUP)
}

#[cfg(not(unix))]
fn hangup() -> Option<i32> {
    None
}

//! Signals by which a run is asked to stop: Ctrl-C, SIGTERM, and the end of the terminal unless `nohup` has it ignored.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the run was asked to stop.
pub struct Signals(Arc<AtomicBool>);

impl Signals {
    /// From now on they are heard, where they are not ignored: the first asks the run to stop, a second Ctrl-C or SIGTERM ends
    /// the program. A terminal may tell of its end twice.
    pub fn heard() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in heard() {
            // Where it cannot be heard it simply ends the program. This one looks at the flag before the next sets it.
            if [SIGINT, SIGTERM].contains(&signal) {
                let _not_heard = register_conditional_shutdown(signal, 1, flag.clone());
            }
            let _not_heard = register(signal, flag.clone());
        }
        Self(flag)
    }

    /// Whether one came.
    pub fn ask_to_stop(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Waits until the program is asked to stop; for ever where that cannot be heard, and the signal ends it by itself.
pub fn wait() {
    let first = signal_hook::iterator::Signals::new(heard()).map(|mut signals| signals.forever().next());
    if first.is_err() {
        std::thread::park();
    }
}

/// Ctrl-C, SIGTERM and the end of the terminal, without those that whoever began the program had it ignore, such as `nohup`.
#[cfg(unix)]
fn heard() -> Vec<i32> {
    use signal_hook::consts::SIGHUP;
    let ignored = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(ignored.trim(), 16).ok()
    };
    match ignored() {
        Some(ignored) => {
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0).collect()
        }
        None => vec![SIGINT, SIGTERM],
    }
}

#[cfg(not(unix))]
fn heard() -> Vec<i32> {
    vec![SIGINT, SIGTERM]
}

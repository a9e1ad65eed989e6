//! How long measuring takes. The engine has no clock of its own: the driver may lend one.

/// A clock: milliseconds since any fixed moment.
pub type Clock = fn() -> f64;

/// Adds up the time between `start` and `stop`; without a clock it adds nothing.
#[derive(Clone, Copy, Default)]
pub struct Stopwatch {
    /// The driver's clock.
    pub clock: Option<Clock>,
    /// Milliseconds so far.
    pub total_ms: f64,
}

impl Stopwatch {
    /// The present moment.
    pub(crate) fn start(&self) -> f64 {
        self.clock.map_or(0.0, |clock| clock())
    }

    /// Adds the time since that moment.
    pub(crate) fn stop(&mut self, since: f64) {
        self.total_ms += self.start() - since;
    }
}

//! A run: a thread with a pool of its own, on which the engine's driver obeys what comes for it.

use super::images::Images;
use super::memory::available;
use candle_core::Device;
use engine::{Driver, EngineError, Host, Session};
use protocol::socket::Begun;
use protocol::{Command, Failure, Loss, Reply, Start};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// How long a tick may go on before commands get their turn, milliseconds.
const TICK_MS: f64 = 8.0;

/// What all runs are computed with.
pub struct Means {
    /// Where.
    pub device: Device,
    /// On so many threads, all runs together.
    pub threads: usize,
    /// From which images.
    pub images: Images,
}

/// What a run tells.
pub enum News {
    /// What the page hears.
    Says(Reply),
    /// A run begins. What was said before is of another one.
    Begins(Begun),
    /// It begins anew, from these settings.
    BeginsAnew(Begun),
}

/// Begins to obey, until whoever commands is gone. It has a share of the threads, one `of` so many.
///
/// # Errors
/// If there are no threads.
pub fn drive(
    means: Arc<Means>,
    of: usize,
    commands: Receiver<Command>,
    tell: impl Fn(News) + Send + 'static,
) -> Result<(), rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads((means.threads / of.max(1)).max(1)).build()?;
    // Within the pool, which lasts as long as this: its other threads help.
    pool.spawn(move || {
        let tell = Rc::new(tell);
        let run = || Run::new(&means, tell.clone()).obey_all(&commands);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
            tell(News::Says(Reply::Lost(Loss::Died(words(&*panic)))));
        }
    });
    Ok(())
}

/// What a panic says.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

struct Run<'a> {
    means: &'a Means,
    driver: Driver,
    tell: Rc<dyn Fn(News)>,
    /// The name of the file of weights that it began from.
    weights: Option<String>,
}

impl<'a> Run<'a> {
    fn new(means: &'a Means, tell: Rc<impl Fn(News) + 'static>) -> Self {
        let says = tell.clone();
        let most_bytes = if means.device.is_cpu() { available() } else { u64::MAX };
        let host = Host { say: Box::new(move |reply| says(News::Says(reply))), clock: clock_ms, most_bytes };
        Self { means, driver: Driver::new(host), tell, weights: None }
    }

    fn obey_all(mut self, commands: &Receiver<Command>) {
        loop {
            let next = if self.driver.is_busy() {
                commands.try_recv()
            } else {
                commands.recv().map_err(|_| TryRecvError::Disconnected)
            };
            match next {
                Ok(command) => self.obey(command),
                Err(TryRecvError::Empty) => self.driver.tick(TICK_MS),
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }

    fn obey(&mut self, command: Command) {
        if command == Command::Reset
            && let Some(session) = self.driver.session()
        {
            (self.tell)(News::BeginsAnew(Begun { spec: session.spec().clone(), weights: self.weights.clone() }));
        }
        if let Some((run, start)) = self.driver.obey(command) {
            self.weights = start.weights.as_ref().map(|weights| weights.file.clone());
            (self.tell)(News::Begins(Begun { spec: start.spec.clone(), weights: self.weights.clone() }));
            if let Err(failure) = self.begin(start) {
                self.driver.fail(run, failure);
            }
        }
    }

    /// Opens the images and builds the network.
    fn begin(&mut self, start: Start) -> Result<(), Failure> {
        let say = |reply| (self.tell)(News::Says(reply));
        self.driver.check_size(&start.spec)?;
        let total = self.means.images.bytes(start.spec.data);
        say(Reply::Loading { received: 0, total });
        let source = self.means.images.of(start.spec.data)?;
        say(Reply::Loading { received: total, total });
        say(Reply::Building);
        let device = self.means.device.clone();
        let session = match &start.weights {
            Some(weights) => {
                let tensors = engine::read_tensors(&weights.bytes).map_err(EngineError::from)?;
                Session::from_weights(tensors, start.spec, source, device)?
            }
            None => Session::new(start.spec, source, device)?,
        };
        self.driver.begin(session);
        self.driver.show_samples();
        Ok(())
    }
}

/// Milliseconds since the program first asked.
fn clock_ms() -> f64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
}

//! Every step of a run, packed: what a saved recording is made of. The charts go by fewer of a long run.

use protocol::StepRecord;
use protocol::codec::Message;
use std::rc::Rc;

/// So many steps are packed together.
const PACK: usize = 64;

/// The steps of one run, from the first on, as long as they take no more than so many bytes.
#[derive(Clone)]
pub struct Archive {
    most: usize,
    packs: Vec<Rc<[u8]>>,
    /// Those that are not packed yet.
    latest: Vec<StepRecord>,
    bytes: usize,
    /// The last one that is here.
    last: Option<u64>,
    is_full: bool,
}

impl Archive {
    /// The most bytes that the steps of a run take.
    pub const MOST_BYTES: usize = 128_000_000;

    /// Nothing yet, and never more than so many bytes.
    pub fn new(most: usize) -> Self {
        Self { most, packs: Vec::new(), latest: Vec::new(), bytes: 0, last: None, is_full: false }
    }

    /// One more step; once there is no room, no more.
    pub fn push(&mut self, record: &StepRecord) {
        if self.is_full {
            return;
        }
        self.last = Some(record.step);
        self.latest.push(record.clone());
        if self.latest.len() == PACK
            && let Ok(pack) = self.latest.encode()
        {
            self.bytes += pack.len();
            // The next one will take about as many.
            self.is_full = self.bytes + pack.len() > self.most;
            self.packs.push(pack.into());
            self.latest.clear();
        }
    }

    /// The last step that is here, if there was no room for those after it.
    pub fn full_since(&self) -> Option<u64> {
        self.last.filter(|_| self.is_full)
    }

    /// Whether a step came after all that are here.
    pub fn lacks(&self, step: u64) -> bool {
        self.full_since().is_some_and(|last| step > last)
    }

    /// All that are here, in order.
    pub fn steps(self) -> impl Iterator<Item = StepRecord> {
        // What was packed here can be unpacked.
        let unpacked = |pack: Rc<[u8]>| Vec::<StepRecord>::decode(&pack).unwrap_or_default();
        self.packs.into_iter().flat_map(unpacked).chain(self.latest)
    }

    /// Bytes that the packed ones take.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

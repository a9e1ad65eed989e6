//! A recording that is being read: bytes in, records and news of them out.

use crate::runs::Runs;
use crate::state::Action;
use crate::state::opened::OpenedRun;
use protocol::Event;
use protocol::recording::{Header, Item, Reader};
use scene::{Snapshot, words};
use std::rc::Rc;

/// A file on its way into records.
pub struct Reading {
    file: String,
    address: Option<String>,
    /// So many records there can be.
    most: usize,
    reader: Reader,
    /// Which record each lane of the file is.
    lanes: [Option<usize>; 2],
    has_too_many: bool,
}

impl Reading {
    /// Nothing has been read of this file.
    pub fn new(file: String, address: Option<String>, most: usize) -> Self {
        Self { file, address, most, reader: Reader::default(), lanes: [None, None], has_too_many: false }
    }

    /// Takes the next piece into the records. True while there may be more to read.
    pub fn push(&mut self, bytes: &[u8], runs: &mut Runs, news: &mut Vec<Action>) -> bool {
        let mut items = Vec::new();
        let fault = self.reader.push(bytes, &mut items).err();
        self.take(items, runs, news);
        let goes_on = fault.is_none();
        news.extend(fault.map(|fault| Action::RecordingFault(words::file_fault(&self.file, &fault))));
        goes_on
    }

    /// The file has ended.
    pub fn finish(mut self, runs: &mut Runs, news: &mut Vec<Action>) {
        let mut items = Vec::new();
        let fault = std::mem::take(&mut self.reader).finish(&mut items).err();
        self.take(items, runs, news);
        news.extend(fault.map(|fault| Action::RecordingFault(words::file_fault(&self.file, &fault))));
    }

    fn take(&mut self, items: Vec<Item>, runs: &mut Runs, news: &mut Vec<Action>) {
        let mut changed = [false; 2];
        for item in items {
            match item {
                Item::Header(header) => news.extend(self.header(*header, runs)),
                Item::Event(lane, event) => {
                    if let Some(index) = self.lanes[lane as usize] {
                        changed[lane as usize] |= matches!(event, Event::Mark(_));
                        runs.apply(index, event);
                    }
                }
                Item::Warning(fault) => news.push(Action::RecordingFault(words::file_fault(&self.file, &fault))),
            }
        }
        for index in self.lanes.iter().zip(changed).filter(|(_, changed)| *changed).filter_map(|(index, _)| *index) {
            news.extend(runs.title(index).map(|title| Action::RecordingTitle(index, title)));
        }
    }

    /// A lane begins: one more record. Of more than there can be it is said once that they are left out.
    fn header(&mut self, header: Header, runs: &mut Runs) -> Option<Action> {
        let index = runs.updates().len();
        if index >= self.most {
            let said = std::mem::replace(&mut self.has_too_many, true);
            return (!said).then(|| Action::RecordingFault(words::too_many_runs(&self.file, self.most)));
        }
        let Header { lane: own, origin, diagram, .. } = header;
        let diagram = Rc::new(diagram);
        self.lanes[own as usize] = Some(index);
        runs.add(Snapshot::new(diagram.clone()));
        let run = OpenedRun::new(self.file.clone(), self.address.clone(), origin, diagram);
        Some(Action::RecordingHeader(Box::new(run)))
    }
}

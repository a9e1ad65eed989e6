//! A recording that is being read: bytes in, records and news of them out.

use crate::runs::Runs;
use crate::state::Action;
use crate::state::opened::{OpenedBy, OpenedRun};
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
    /// What its first header does; a file without one leaves what is shown.
    begins: Option<Begins>,
}

/// How a recording takes its place.
pub struct Begins {
    /// Bytes of the file.
    pub total: u64,
    /// Whether what is open stays.
    pub beside: bool,
    /// Who opened it.
    pub by: OpenedBy,
}

impl Reading {
    /// Nothing has been read of this file.
    pub fn new(file: String, address: Option<String>, most: usize, begins: Begins) -> Self {
        let (reader, lanes) = (Reader::default(), [None, None]);
        Self { file, address, most, reader, lanes, has_too_many: false, begins: Some(begins) }
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
                Item::Header(header) => {
                    if let Some(Begins { total, beside, by }) = self.begins.take() {
                        if !beside {
                            runs.truncate(0);
                        }
                        news.push(Action::Reading { total, beside, by });
                    }
                    news.extend(self.header(*header, runs));
                }
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = concat!(
        "{\"type\":\"header\",\"schema\":1,\"producer\":\"mine\",\"created\":\"2026\",\"lane\":\"a\",\"spec\":null,",
        "\"blocks\":[{\"name\":\"b\",\"kind\":\"basic\",\"stage\":1}],\"quantities\":[]}\n"
    );

    /// What a file does that is opened in place of a run that is open: what is told, and how many runs are open then.
    fn opened(text: &str) -> (Vec<Action>, usize) {
        let (mut runs, mut news) = (Runs::default(), Vec::new());
        let mut read = |text: &str| {
            let begins = Begins { total: text.len() as u64, beside: false, by: OpenedBy::Visitor };
            let mut reading = Reading::new("a file".to_owned(), None, 12, begins);
            news.clear();
            if reading.push(text.as_bytes(), &mut runs, &mut news) {
                reading.finish(&mut runs, &mut news);
            }
            (std::mem::take(&mut news), runs.updates().len())
        };
        read(&[HEADER, &HEADER.replace("\"a\"", "\"b\"")].concat());
        read(text)
    }

    #[test]
    fn what_is_open_gives_way_to_a_recording_and_to_nothing_else() {
        let (news, open) = opened(HEADER);
        assert!(matches!(news[..], [Action::Reading { beside: false, .. }, Action::RecordingHeader(_)]));
        assert_eq!(open, 1);
        for (text, sentence) in [
            ("", "a file: the file is empty: no step was recorded."),
            (
                "{\"type\":\"note\"}\n",
                "a file: it is no recording: no line is a header, {\"type\":\"header\",\"schema\":1,…}.",
            ),
            ("a note\n", "a file: line 1: it is no JSON object on a line of its own."),
        ] {
            let (news, open) = opened(text);
            assert!(matches!(&news[..], [Action::RecordingFault(said)] if said == sentence), "{text:?}");
            assert_eq!(open, 2, "{text:?}");
        }
    }
}

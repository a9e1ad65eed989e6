//! Takes a recording apart, however it arrives in pieces. Pure: bytes in, what they say out.

use super::fault::{Fault, FaultReason};
use super::line::{self, Header, Line};
use super::{LONGEST_LINE, MOST_BLOCKS};
use crate::{Diagram, Event, Lane};
use flate2::write::MultiGzDecoder;
use std::io::Write;

/// What a recording says, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The first of a lane.
    Header(Box<Header>),
    /// Something that happened in a lane.
    Event(Lane, Event),
    /// Something that could not be read, while everything else can.
    Warning(Fault),
}

/// The first two bytes of a gzip member (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// So many compressed bytes are unpacked at once: at most a thousand times as many come out.
const PIECE: usize = 4096;

/// Reads a recording piece by piece, plain or compressed, told by its content.
pub struct Reader {
    packed: Packed,
    /// What has arrived of the line that is not yet complete.
    rest: Vec<u8>,
    /// Lines that were read.
    lines: u64,
    lanes: [Option<LaneRead>; 2],
    /// Lanes that there are not, and are spoken of.
    others: Vec<String>,
}

/// What is known of a lane.
struct LaneRead {
    diagram: Diagram,
    /// The last step that was measured.
    measured: Option<u64>,
    /// The last step that was evaluated.
    evaluated: Option<u64>,
}

/// Whether the file is compressed.
enum Packed {
    /// Too little has arrived to tell.
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            packed: Packed::Unknown(Vec::new()),
            rest: Vec::new(),
            lines: 0,
            lanes: [None, None],
            others: Vec::new(),
        }
    }
}

impl Reader {
    /// Takes the next piece of the file; what it completes goes to `items`.
    ///
    /// # Errors
    /// What is wrong, and where; what stood before it is in `items`, and nothing more can be read.
    pub fn push(&mut self, bytes: &[u8], items: &mut Vec<Item>) -> Result<(), Fault> {
        if let Packed::Unknown(first) = &mut self.packed {
            first.extend_from_slice(bytes);
            if first.len() < GZIP.len() {
                return Ok(());
            }
            let first = std::mem::take(first);
            let is_gzip = first.starts_with(&GZIP);
            self.packed = if is_gzip { Packed::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))) } else { Packed::Plain };
            return self.unpack(&first, items);
        }
        self.unpack(bytes, items)
    }

    /// The file has ended.
    ///
    /// # Errors
    /// As [`Self::push`], or if there was no recording in it.
    pub fn finish(mut self, items: &mut Vec<Item>) -> Result<(), Fault> {
        let mut is_cut = false;
        match std::mem::replace(&mut self.packed, Packed::Plain) {
            Packed::Unknown(first) => self.plain(&first, items)?,
            Packed::Plain => {}
            Packed::Gzip(mut decoder) => {
                is_cut = decoder.try_finish().is_err();
                let out = std::mem::take(decoder.get_mut());
                self.plain(&out, items)?;
            }
        }
        let rest = std::mem::take(&mut self.rest);
        let rest = rest.trim_ascii();
        if !rest.is_empty() {
            // The last line needs no end of line, if it is whole.
            match (is_cut, serde_json::from_slice::<serde::de::IgnoredAny>(rest)) {
                (false, Ok(_)) => self.line(rest, items)?,
                _ => items.push(Item::Warning(self.fault(1, FaultReason::Incomplete))),
            }
        } else if is_cut {
            items.push(Item::Warning(self.fault(1, FaultReason::Incomplete)));
        }
        if self.lanes.iter().all(Option::is_none) {
            let is_empty = self.lines == 0 && rest.is_empty() && !is_cut;
            let reason = if is_empty { FaultReason::Empty } else { FaultReason::NoRecording };
            return Err(Fault { line: self.lines.max(1), field: String::new(), reason });
        }
        Ok(())
    }

    fn unpack(&mut self, bytes: &[u8], items: &mut Vec<Item>) -> Result<(), Fault> {
        if matches!(self.packed, Packed::Plain) {
            return self.plain(bytes, items);
        }
        for piece in bytes.chunks(PIECE) {
            let Packed::Gzip(decoder) = &mut self.packed else { return Ok(()) };
            let written = decoder.write_all(piece);
            let out = std::mem::take(decoder.get_mut());
            self.plain(&out, items)?;
            written.map_err(|_damaged| self.fault(1, FaultReason::Damaged))?;
        }
        Ok(())
    }

    /// Takes text apart into lines.
    fn plain(&mut self, mut text: &[u8], items: &mut Vec<Item>) -> Result<(), Fault> {
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = (&text[..end], &text[end + 1..]);
            text = rest;
            if self.rest.is_empty() {
                self.line(line, items)?;
            } else {
                self.rest.extend_from_slice(line);
                let line = std::mem::take(&mut self.rest);
                self.line(&line, items)?;
            }
        }
        if self.rest.len() + text.len() > LONGEST_LINE {
            return Err(self.fault(1, FaultReason::TooLong));
        }
        self.rest.extend_from_slice(text);
        Ok(())
    }

    /// Reads one whole line.
    fn line(&mut self, bytes: &[u8], items: &mut Vec<Item>) -> Result<(), Fault> {
        self.lines += 1;
        let bytes = bytes.trim_ascii();
        // Some editors begin a file so.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.lines == 1).unwrap_or(bytes);
        if bytes.is_empty() {
            return Ok(());
        }
        if bytes.len() > LONGEST_LINE {
            return Err(self.fault(0, FaultReason::TooLong));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| self.fault(0, FaultReason::NotJson))?;
        let number = self.lines;
        let at = |(field, reason): (String, FaultReason)| Fault { line: number, field, reason };
        match line::read(text).map_err(at)? {
            Line::Header(header) => {
                let own = &mut self.lanes[header.lane as usize];
                if own.is_some() {
                    return Err(at(("lane".to_owned(), FaultReason::SecondHeader)));
                }
                *own = Some(LaneRead { diagram: header.diagram.clone(), measured: None, evaluated: None });
                let unread = header.unread.clone();
                items.push(Item::Header(header));
                items.extend(unread.map(|fault| Item::Warning(at(fault))));
            }
            Line::Event(lane, event) => {
                let Some(own) = &mut self.lanes[lane as usize] else {
                    return Err(at(("lane".to_owned(), FaultReason::BeforeHeader)));
                };
                let last = match &event {
                    Event::Eval(_) => own.evaluated,
                    _ => own.measured,
                };
                line::check(&event, &own.diagram, last).map_err(at)?;
                match &event {
                    Event::Step(record) => own.measured = Some(record.step),
                    Event::Eval(evaluation) => own.evaluated = Some(evaluation.step),
                    Event::Mark(_) | Event::End(_) | Event::Phase(_) => {}
                }
                items.push(Item::Event(lane, event));
            }
            Line::OtherLane(name) => {
                // Said once.
                if self.others.len() < MOST_BLOCKS && !self.others.contains(&name) {
                    items.push(Item::Warning(at(("lane".to_owned(), FaultReason::Lane(name.clone())))));
                    self.others.push(name);
                }
            }
            Line::Unknown => {}
        }
        Ok(())
    }

    /// A fault of the whole line that is so many after the last one read.
    fn fault(&self, further: u64, reason: FaultReason) -> Fault {
        Fault { line: self.lines + further, field: String::new(), reason }
    }
}

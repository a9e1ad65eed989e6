//! A recording as CSV in long form.

use super::Stopped;
use crate::recording_file;
use protocol::Diagram;
use protocol::recording::{COLUMNS, Item, rows};
use std::io::{Read, Write};

/// Writes a recording that was found sound.
pub fn write(recording: impl Read, out: &mut impl Write) -> Result<(), Stopped> {
    out.write_all(COLUMNS.as_bytes())?;
    // Of each lane.
    let mut networks: [Option<Diagram>; 2] = Default::default();
    recording_file::read(recording, |item| {
        match item {
            Item::Header(header) => networks[header.lane as usize] = Some(header.diagram),
            Item::Event(lane, event) => {
                let network = networks[lane as usize].as_ref();
                for row in network.iter().flat_map(|network| rows(network, &event)) {
                    out.write_all(row.csv(lane.name()).as_bytes())?;
                }
            }
            // Said when it was found sound so far.
            Item::Warning(_) => {}
        }
        Ok(())
    })
}

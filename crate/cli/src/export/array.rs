//! A recording as one JSON value: an array of the objects of its lines, as they stand there, to the last digit.

use super::Stopped;
use flate2::read::MultiGzDecoder;
use protocol::Lane;
use serde::Deserialize;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read, Write};

/// The first two bytes of a gzip member (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes the lines of a recording that was found sound up to the line `cut_at`.
pub fn write(recording: impl Read, cut_at: Option<u64>, out: &mut impl Write) -> Result<(), Stopped> {
    let mut packed = BufReader::new(recording);
    let is_gzip = packed.fill_buf()?.starts_with(&GZIP);
    if is_gzip {
        write_lines(BufReader::new(MultiGzDecoder::new(packed)), cut_at, out)
    } else {
        write_lines(packed, cut_at, out)
    }
}

fn write_lines(mut text: impl BufRead, cut_at: Option<u64>, out: &mut impl Write) -> Result<(), Stopped> {
    let (mut line, mut number, mut separator) = (Vec::new(), 0, "[\n");
    loop {
        number += 1;
        line.clear();
        if cut_at == Some(number) || text.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let object = line.trim_ascii();
        let object = object.strip_prefix(BYTE_ORDER_MARK).filter(|_| number == 1).unwrap_or(object);
        if !object.is_empty() && is_of_a_lane(object) {
            out.write_all(separator.as_bytes())?;
            out.write_all(object)?;
            separator = ",\n";
        }
    }
    Ok(out.write_all(b"\n]\n")?)
}

/// Whether the line is not of a lane that there is not, whose lines are left out.
fn is_of_a_lane(object: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Line<'a> {
        #[serde(default, borrow)]
        lane: Option<Cow<'a, str>>,
    }
    let line: Option<Line> = serde_json::from_slice(object).ok();
    let name = line.and_then(|line| line.lane);
    name.is_none_or(|name| Lane::ALL.iter().any(|lane| lane.name() == name))
}

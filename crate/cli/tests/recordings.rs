//! Recordings of every version open for ever.

#![allow(clippy::unwrap_used)]

use protocol::Event;
use protocol::recording::{Item, Reader};

/// These were made by `headwater train --record`, by the page, by `headwater.py`, and by hand as a program of one's own may. A new version adds
/// its own, and changes none.
#[test]
fn every_recording_that_was_ever_published_opens() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
    let mut opened = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let (mut reader, mut items) = (Reader::default(), Vec::new());
        for piece in std::fs::read(&path).unwrap().chunks(1000) {
            assert_eq!(reader.push(piece, &mut items), Ok(()), "{}", path.display());
        }
        assert_eq!(reader.finish(&mut items), Ok(()), "{}", path.display());
        let count = |is: fn(&Item) -> bool| items.iter().filter(|item| is(item)).count();
        assert_eq!(count(|item| matches!(item, Item::Warning(_))), 0, "{}", path.display());
        assert!(count(|item| matches!(item, Item::Header(_))) > 0);
        assert!(count(|item| matches!(item, Item::Event(_, Event::Step(_)))) > 0, "{}", path.display());
        opened += 1;
    }
    assert!(opened >= 6, "{opened} recordings");
}

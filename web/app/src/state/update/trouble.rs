//! What an embedding page hears when something goes wrong, or is not taken.

use protocol::Lane;
use protocol::embed::{ErrorCode, Refusal, Trouble};
use scene::words;

/// A message that is not obeyed.
pub fn refused(refusal: &Refusal) -> Trouble {
    let (key, code) = match refusal {
        Refusal::Type(_) => (None, ErrorCode::UnknownType),
        Refusal::Version(_) => (None, ErrorCode::NewerVersion),
        Refusal::Field { field, .. } => (Some(field.clone()), ErrorCode::BadMessage),
        Refusal::Setting(name) => (Some(name.clone()), ErrorCode::UnknownSetting),
    };
    Trouble { message: words::refusal(refusal), lane: None, key, code }
}

/// What went wrong with the engine or a run; with one run alone that is the first.
pub fn of_run(code: ErrorCode, lane: usize, sentence: &str) -> Trouble {
    Trouble { message: sentence.to_owned(), lane: Lane::ALL.get(lane).copied(), key: None, code }
}

/// A value that was not taken as it is.
pub fn of_value(code: ErrorCode, lane: Option<Lane>, key: Option<&str>, sentence: &str) -> Trouble {
    Trouble { message: sentence.to_owned(), lane, key: key.map(str::to_owned), code }
}

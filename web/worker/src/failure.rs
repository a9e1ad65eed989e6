//! What stops a run, as the page hears of it: data, which the page puts into a sentence.

use engine::EngineError;
use protocol::Failure;

/// Whose mistake an error of the engine is: that of a setting, of a data file, or our own.
pub fn failure(error: EngineError) -> Failure {
    match error {
        EngineError::Spec(error) => Failure::Settings(error.to_string()),
        error => Failure::Internal(error.to_string()),
    }
}

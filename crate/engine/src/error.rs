//! What can go wrong in the engine.

use protocol::SpecError;
use thiserror::Error;

/// What can go wrong in the engine; each is one sentence.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A setting is out of range.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A data file or its manifest is not what it should be.
    #[error("{0}")]
    Data(String),
    /// A weights or input file does not fit the network.
    #[error("{0}")]
    Weights(String),
    /// Candle could not do an operation.
    #[error("{0}")]
    Candle(#[from] candle_core::Error),
}

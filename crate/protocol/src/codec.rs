//! Messages as bytes (postcard). Page and worker are of one build, so there is no versioning here.

use crate::{Command, Reply, StepRecord};
use serde::{Serialize, de::DeserializeOwned};

/// Bytes that are no message of this build.
#[derive(Debug, thiserror::Error)]
#[error("a message between page and worker could not be read: {0}")]
pub struct CodecError(#[from] postcard::Error);

/// A message between page and worker.
pub trait Message: Serialize + DeserializeOwned {
    /// The message as bytes.
    ///
    /// # Errors
    /// Never for the messages of this crate; postcard's error otherwise.
    fn encode(&self) -> Result<Vec<u8>, CodecError> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// The message that these bytes hold.
    ///
    /// # Errors
    /// When the bytes are cut or of another build.
    fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        Ok(postcard::from_bytes(bytes)?)
    }
}

impl Message for Command {}
impl Message for Reply {}
/// Steps that are kept packed.
impl Message for Vec<StepRecord> {}

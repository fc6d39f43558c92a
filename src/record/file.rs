//! A file of a submission, before and after its bytes are here.

use serde::{Deserialize, Serialize};

use super::Sha256;

/// A file of a submission: what was declared is what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanFile {
    /// Name for messages; never a path.
    pub display_name: String,
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, and the key of the blob.
    pub sha256: Sha256,
}

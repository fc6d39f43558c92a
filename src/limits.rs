//! Bounds on everything that comes from outside. A bound is an argument, filled from configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The bounds of one submission and of its inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of all files of a submission together.
    pub submission_bytes: u64,
    /// Files of a submission.
    pub files: usize,
    /// Pages of all files of a submission together.
    pub pages: usize,
    /// Pixels of one image, in millions.
    pub image_megapixels: u64,
    /// Copies of one original that can be asked for at once.
    pub copies: u32,
    /// Bytes of one message of an upload.
    pub chunk_bytes: usize,
    /// Seconds until an upload must be complete.
    pub upload_seconds: u64,
    /// Seconds that one page may take in inspection; a worker that takes a quarter more is killed.
    pub page_seconds: u64,
    /// Seconds that inspecting a submission, all pages, may take; a worker that takes longer is killed.
    pub inspection_seconds: u64,
    /// Seconds that a register has to answer.
    pub registry_seconds: u64,
    /// Bytes of a PDF that is given for verification.
    pub copy_bytes: u64,
    /// Characters of a token that is given for verification.
    pub token_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            submission_bytes: 40 << 20,
            files: 20,
            pages: 20,
            image_megapixels: 100,
            copies: 10,
            chunk_bytes: 1 << 20,
            upload_seconds: 120,
            page_seconds: 20,
            inspection_seconds: 120,
            registry_seconds: 5,
            copy_bytes: 64 << 20,
            token_chars: 4096,
        }
    }
}

impl Limits {
    /// How long reading one page may take.
    pub fn page_deadline(&self) -> Duration {
        Duration::from_secs(self.page_seconds)
    }
}

//! Which originals were certified before: a port beside [`super::Store`], for it is asked by likeness, not by name.

use async_trait::async_trait;
use bansao_scan::Fingerprint;

use super::{IssuedCopy, StoreError};
use crate::record::{CopyId, Kind};

/// What an original is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalTrace {
    /// The kind of paper.
    pub kind: Kind,
    /// Keyed hash of kind, number and date as the paper states them; none where they were not read.
    pub identity: Option<String>,
    /// Fingerprints by page of the paper, from 0.
    pub pages: Vec<(u32, Fingerprint)>,
}

/// A copy that was issued of what may be the same original.
#[derive(Debug, Clone)]
pub struct EarlierCopy {
    /// The copy, with the facts that it states.
    pub copy: IssuedCopy,
    /// Whether kind, number and date are the same.
    pub same_identity: bool,
    /// The least number of differing signs (of 256) between a page of it and the same page of the paper, if compared.
    pub distance: Option<u32>,
}

/// The originals of issued copies.
#[async_trait]
pub trait Originals: Send + Sync {
    /// Remembers the original that `copy` is made from. Repeated, it changes nothing. It is called before the copy is
    /// recorded: what was remembered for a copy that never came to be is not found again.
    async fn remember(&self, copy: &CopyId, trace: &OriginalTrace) -> Result<(), StoreError>;

    /// The issued copies whose original has the same identity, or a page within `nearest` differing signs; at most
    /// `most`, newest first. A page that differs in more than an eighth of its signs may be missed.
    async fn earlier(&self, trace: &OriginalTrace, nearest: u32, most: u32) -> Result<Vec<EarlierCopy>, StoreError>;
}

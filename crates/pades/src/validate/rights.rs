//! What a policy lets a later revision change, given the signatures before it (ISO 32000-2, 12.8.2.2 and 12.8.2.4).

use super::Policy;
use super::signatures::{Found, Lock};

/// What may change in one revision. Security stores and document time-stamps always may.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    /// Signature fields that are empty may be signed, unless a lock covers them.
    sign: bool,
    /// Other fields may be filled, unless a lock covers them.
    fill: bool,
    /// A signature may bring a field of its own.
    pub(super) new_fields: bool,
    /// Annotations may be added, changed and removed.
    pub(super) annotate: bool,
    /// XMP metadata and the information dictionary may be renewed.
    pub(super) metadata: bool,
    locks: Vec<Lock>,
}

impl Rights {
    /// Under the policy of a copy, a lock of some fields is held to be one of all: a copy has no fields but signatures. Under
    /// that of other files the lowest permission of all certifications and locks counts; without any, fields may be filled.
    pub(super) fn after(earlier: &[&Found], policy: Policy) -> Self {
        let locks: Vec<Lock> = earlier.iter().filter_map(|f| f.lock.clone()).collect();
        let permissions = earlier.iter().flat_map(|f| f.certifies.into_iter().chain(f.lock.as_ref().and_then(|l| l.permission)));
        let lowest = permissions.min();
        let open = lowest != Some(1);
        match policy {
            Policy::Copy => {
                let sign = open && locks.is_empty();
                Self { sign, fill: false, new_fields: false, annotate: false, metadata: false, locks }
            }
            Policy::Pades => {
                Self { sign: open, fill: open, new_fields: lowest.is_none(), annotate: lowest == Some(3), metadata: true, locks }
            }
        }
    }

    pub(super) fn may_sign(&self, field: &str) -> bool {
        self.sign && !self.covers(field)
    }

    pub(super) fn may_fill(&self, field: &str) -> bool {
        self.fill && !self.covers(field)
    }

    fn covers(&self, field: &str) -> bool {
        self.locks.iter().any(|l| l.covers(field))
    }
}

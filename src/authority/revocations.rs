//! Which certificates were revoked: kept in one file, in place as a whole before anyone is told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rcgen::{RevocationReason, RevokedCertParams};
use serde::{Deserialize, Serialize};

use super::AuthorityError;
use super::folder::{read_if_present, write};
use super::hierarchy::Reason;
use crate::clock::from_unix_ms;

/// One revoked certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Revocation {
    pub(super) reason: Reason,
    pub(super) at_ms: i64,
}

/// By authority, then by serial number in lower-case hexadecimal.
type Entries = BTreeMap<String, BTreeMap<String, Revocation>>;

/// All revocations. A revocation is never taken back.
pub(super) struct Revocations {
    path: PathBuf,
    entries: Mutex<Entries>,
}

impl Revocations {
    pub(super) fn open(path: PathBuf) -> Result<Self, AuthorityError> {
        let entries = match read_if_present(&path)? {
            Some(text) => serde_json::from_str(&text).map_err(|e| AuthorityError::file(&path, e))?,
            None => Entries::new(),
        };
        Ok(Self { path, entries: Mutex::new(entries) })
    }

    /// Records a revocation and writes it down; the first one of a certificate stands.
    pub(super) fn revoke(&self, ca: &str, serial_hex: &str, revocation: Revocation) -> Result<Revocation, AuthorityError> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = entries.get(ca).and_then(|of_ca| of_ca.get(serial_hex)) {
            return Ok(*first);
        }
        let mut changed = entries.clone();
        changed.entry(ca.to_owned()).or_default().insert(serial_hex.to_owned(), revocation);
        let text = serde_json::to_string_pretty(&changed).map_err(|e| AuthorityError::file(&self.path, e))?;
        write(&self.path, text.as_bytes(), 0o644)?;
        *entries = changed;
        Ok(revocation)
    }

    pub(super) fn find(&self, ca: &str, serial_hex: &str) -> Option<Revocation> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(ca)?.get(serial_hex).copied()
    }

    /// The entries of an authority's list (RFC 5280, 5.1.2.6).
    pub(super) fn list(&self, ca: &str) -> Vec<RevokedCertParams> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let of_ca = entries.get(ca).into_iter().flatten();
        of_ca.map(|(serial_hex, revocation)| entry(serial_hex, *revocation)).collect()
    }
}

fn entry(serial_hex: &str, revocation: Revocation) -> RevokedCertParams {
    RevokedCertParams {
        serial_number: bytes_of(serial_hex).into(),
        revocation_time: from_unix_ms(revocation.at_ms),
        reason_code: crl_reason(revocation.reason),
        invalidity_date: None,
    }
}

/// RFC 5280, 5.3.1: "unspecified" is said by saying nothing.
fn crl_reason(reason: Reason) -> Option<RevocationReason> {
    match reason {
        Reason::Unspecified => None,
        Reason::KeyCompromise => Some(RevocationReason::KeyCompromise),
        Reason::CaCompromise => Some(RevocationReason::CaCompromise),
        Reason::AffiliationChanged => Some(RevocationReason::AffiliationChanged),
        Reason::Superseded => Some(RevocationReason::Superseded),
        Reason::CessationOfOperation => Some(RevocationReason::CessationOfOperation),
        Reason::PrivilegeWithdrawn => Some(RevocationReason::PrivilegeWithdrawn),
    }
}

/// The code of a reason (RFC 5280, 5.3.1); none for the unspecified one.
pub(super) fn reason_code(reason: Reason) -> Option<u8> {
    crl_reason(reason).map(|reason| reason as u8)
}

/// Lower-case hexadecimal without leading zeros, as serial numbers are compared here.
pub(super) fn hex_of(serial: &[u8]) -> String {
    let significant = serial.iter().skip_while(|byte| **byte == 0);
    significant.map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or_default();
    hex.as_bytes().chunks(2).map(pair).collect()
}

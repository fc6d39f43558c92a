//! Whom we trust, and for what: root certificates in PEM files, one set for each purpose.
//!
//! Purposes are kept apart because the roots are: the national root, the government's root and the time-stamp roots are
//! different hierarchies (domain reference 3), and none of them admits callers.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::KeyError;
use super::certificate::{certificates_from_pem, certificates_to_pem, parse};
use super::file::unreadable;

/// What an anchor is trusted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Signatures of certifiers and agencies.
    Signer,
    /// Time-stamps.
    Timestamp,
    /// Callers over mutual TLS.
    Client,
}

/// The anchors of each purpose, DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustAnchors {
    signer: Vec<Vec<u8>>,
    timestamp: Vec<Vec<u8>>,
    client: Vec<Vec<u8>>,
}

impl TrustAnchors {
    /// Reads a PEM file and adds its certificates, all of them certificate authorities, to a purpose.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`], or [`KeyError::Certificate`] when one is malformed or no authority.
    pub fn load(&mut self, purpose: Purpose, path: &Path) -> Result<(), KeyError> {
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
        self.add_pem(purpose, &text).map_err(|reason| KeyError::Certificate { path: path.display().to_string(), reason })
    }

    /// Adds the certificates of a PEM text to a purpose.
    ///
    /// # Errors
    /// A sentence when one is malformed or no authority.
    pub fn add_pem(&mut self, purpose: Purpose, text: &str) -> Result<(), String> {
        let certificates = certificates_from_pem(text)?;
        for der in &certificates {
            let certificate = parse(der)?;
            if !certificate.is_ca() {
                return Err(format!("{} is no certificate authority", certificate.subject()));
            }
        }
        self.set(purpose).extend(certificates);
        Ok(())
    }

    /// Adds a certificate, DER, that was looked at before.
    pub fn add(&mut self, purpose: Purpose, anchor: Vec<u8>) {
        let set = self.set(purpose);
        if !set.contains(&anchor) {
            set.push(anchor);
        }
    }

    fn set(&mut self, purpose: Purpose) -> &mut Vec<Vec<u8>> {
        match purpose {
            Purpose::Signer => &mut self.signer,
            Purpose::Timestamp => &mut self.timestamp,
            Purpose::Client => &mut self.client,
        }
    }

    /// The anchors of a purpose.
    pub fn of(&self, purpose: Purpose) -> &[Vec<u8>] {
        match purpose {
            Purpose::Signer => &self.signer,
            Purpose::Timestamp => &self.timestamp,
            Purpose::Client => &self.client,
        }
    }

    /// The anchors of a purpose in PEM.
    pub fn to_pem(&self, purpose: Purpose) -> String {
        certificates_to_pem(self.of(purpose))
    }
}

/// Anchors that may be replaced while others hold them; clones share one set.
#[derive(Debug, Clone, Default)]
pub struct SharedAnchors(Arc<RwLock<Arc<TrustAnchors>>>);

impl SharedAnchors {
    /// The anchors of this moment.
    pub fn current(&self) -> Arc<TrustAnchors> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in their place, for all who share them.
    pub fn replace(&self, anchors: Arc<TrustAnchors>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = anchors;
    }
}

impl From<Arc<TrustAnchors>> for SharedAnchors {
    fn from(anchors: Arc<TrustAnchors>) -> Self {
        Self(Arc::new(RwLock::new(anchors)))
    }
}

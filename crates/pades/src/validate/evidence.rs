//! Certificates and revocation data from the file and from outside, and what they say about a certificate.

use lopdf::{Document, Object};
use time::OffsetDateTime;

use super::report::RevocationReport;
use super::{Limits, ValidationContext};
use crate::certificate::Certificate;
use crate::revocation::{Freshness, RevocationStatus, check_crl_read, check_ocsp_read, crl_to_der};

/// The security store of a file, decoded.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) ocsp_responses: Vec<Vec<u8>>,
    pub(super) crls: Vec<Vec<u8>>,
}

impl Store {
    pub(super) fn read(document: &Document, limits: &Limits) -> Result<Self, String> {
        let broken = |e: lopdf::Error| e.to_string();
        let catalog = document.catalog().map_err(broken)?;
        let Ok(store) = catalog.get_deref(b"DSS", document) else { return Ok(Self::default()) };
        let store = store.as_dict().map_err(broken)?;
        let list = |key: &[u8]| -> Result<Vec<Vec<u8>>, String> {
            let Ok(items) = store.get_deref(key, document) else { return Ok(Vec::new()) };
            let items = items.as_array().map_err(broken)?;
            if items.len() > limits.store_items {
                return Err("the security store has too many items".to_owned());
            }
            let read = |item: &Object| {
                let (_, stream) = document.dereference(item).map_err(broken)?;
                let stream = stream.as_stream().map_err(broken)?;
                stream.get_plain_content_with_limit(limits.decompressed_bytes).map_err(broken)
            };
            items.iter().map(read).collect()
        };
        Ok(Self { certificates: list(b"Certs")?, ocsp_responses: list(b"OCSPs")?, crls: list(b"CRLs")? })
    }
}

/// A response or list with where it came from.
struct Item {
    bytes: Vec<u8>,
    in_document: bool,
    used: bool,
}

/// Everything known, and which of it was used.
pub(super) struct Evidence {
    /// Certificates from the store and from outside.
    pub(super) certificates: Vec<Certificate>,
    ocsp_responses: Vec<Item>,
    crls: Vec<Item>,
    freshness: Freshness,
}

impl Evidence {
    pub(super) fn new(store: &Store, context: &ValidationContext) -> Self {
        let items = |inside: &[Vec<u8>], outside: &[Vec<u8>]| {
            let item = |in_document| move |b: &Vec<u8>| Item { bytes: b.clone(), in_document, used: false };
            inside.iter().map(item(true)).chain(outside.iter().map(item(false))).collect::<Vec<_>>()
        };
        let outside: Vec<Vec<u8>> = context.crls.iter().filter_map(|c| crl_to_der(c).ok()).collect();
        Self {
            certificates: store.certificates.iter().chain(&context.certificates).filter_map(|c| Certificate::read(c).ok()).collect(),
            ocsp_responses: items(&store.ocsp_responses, &context.ocsp_responses),
            crls: items(&store.crls, &outside),
            freshness: Freshness {
                at: context.now,
                now: context.now,
                skew: context.limits.clock_skew,
                max_age: context.limits.revocation_max_age,
            },
        }
    }

    /// What is known about `certificate` for the time `at`: a revocation by any source outweighs all good answers.
    pub(super) fn revocation(&mut self, certificate: &Certificate, issuer: &Certificate, at: OffsetDateTime) -> RevocationReport {
        let freshness = Freshness { at, ..self.freshness };
        let mut report =
            RevocationReport { subject: certificate.subject_common_name().unwrap_or_default(), status: None, in_document: false };
        for item in &mut self.ocsp_responses {
            if let Ok(status) = check_ocsp_read(&item.bytes, certificate, issuer, None, &freshness) {
                item.used = true;
                prefer(&mut report, status, item.in_document);
            }
        }
        for item in &mut self.crls {
            if let Ok(status) = check_crl_read(&item.bytes, certificate, issuer, &freshness) {
                item.used = true;
                prefer(&mut report, status, item.in_document);
            }
        }
        report
    }

    /// Items of the store that said something about a certificate of some chain.
    pub(super) fn used(&self) -> Vec<Vec<u8>> {
        let all = self.ocsp_responses.iter().chain(&self.crls);
        all.filter(|i| i.used).map(|i| i.bytes.clone()).collect()
    }
}

/// Revoked before good before unknown; in the file before outside.
fn prefer(report: &mut RevocationReport, status: RevocationStatus, in_document: bool) {
    let rank = |s: &RevocationStatus| match s {
        RevocationStatus::Revoked { .. } => 2,
        RevocationStatus::Good { .. } => 1,
        RevocationStatus::Unknown => 0,
    };
    let better = report.status.is_none_or(|old| (rank(&status), in_document) > (rank(&old), report.in_document));
    if better {
        report.status = Some(status);
        report.in_document = in_document;
    }
}

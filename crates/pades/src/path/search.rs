//! The search for a path: from the leaf upwards through every certificate that could be the issuer.
//!
//! Two things keep a hostile pool of certificates cheap. Whether a certificate leads to an anchor at all in a number of
//! steps is asked first and remembered, which is polynomial however the certificates are woven; only then are whole paths
//! put together, the shortest first, and processed. And each signature is verified once, under a budget for all searches.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use der::asn1::OctetString;
use time::OffsetDateTime;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use super::process::process;
use super::usage::{check_any, check_authority, check_leaf, usage_allows};
use super::{Demand, PathError, PathLimits, Usage, name};
use crate::certificate::{Certificate, CertificateId};
use crate::name::NameKey;
use crate::{Error, oid};

/// Work that is left, and signatures that are already known; shared by all searches of one file.
#[derive(Debug)]
pub(crate) struct Work {
    limits: PathLimits,
    verified: HashMap<(CertificateId, CertificateId), Result<(), PathError>>,
}

impl Work {
    pub(crate) fn new(limits: PathLimits) -> Self {
        Self { limits, verified: HashMap::new() }
    }

    fn step(&mut self) -> Result<(), PathError> {
        self.limits.steps = self.limits.steps.checked_sub(1).ok_or(PathError::Budget)?;
        Ok(())
    }

    fn verify(&mut self, child: &Certificate, issuer: &Certificate) -> Result<(), PathError> {
        self.verify_once((child.id(), issuer.id()), || child.verify_signed_by(issuer))
    }

    /// The verdict on the signature that the second put on the first, computed once.
    pub(crate) fn verify_once(
        &mut self,
        pair: (CertificateId, CertificateId),
        verify: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), PathError> {
        if let Some(known) = self.verified.get(&pair) {
            return known.clone();
        }
        self.limits.signatures = self.limits.signatures.checked_sub(1).ok_or(PathError::Budget)?;
        let verdict = verify().map_err(|e| PathError::Signature(e.to_string()));
        self.verified.insert(pair, verdict.clone());
        verdict
    }
}

/// Certificates to build from, by subject.
#[derive(Debug)]
pub(crate) struct Pool<'a> {
    certificates: Vec<Candidate<'a>>,
    by_subject: HashMap<&'a NameKey, Vec<usize>>,
}

#[derive(Debug)]
struct Candidate<'a> {
    certificate: &'a Certificate,
    is_anchor: bool,
    key_id: Option<OctetString>,
}

impl<'a> Pool<'a> {
    pub(crate) fn new(anchors: &'a [Certificate], others: impl IntoIterator<Item = &'a Certificate>) -> Self {
        let mut pool = Self { certificates: Vec::new(), by_subject: HashMap::new() };
        let mut seen = HashSet::new();
        let all = anchors.iter().map(|c| (c, true)).chain(others.into_iter().map(|c| (c, false)));
        for (certificate, is_anchor) in all {
            if seen.insert(certificate.id()) {
                pool.by_subject.entry(certificate.subject()).or_default().push(pool.certificates.len());
                let key_id = certificate.extension_as(oid::SUBJECT_KEY_IDENTIFIER).ok().flatten();
                pool.certificates.push(Candidate { certificate, is_anchor, key_id });
            }
        }
        pool
    }

    /// Certificates with this subject.
    pub(crate) fn named<'s>(&'s self, subject: &NameKey) -> impl Iterator<Item = &'a Certificate> + use<'a, 's> {
        let found = self.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(|i| self.certificates.get(*i)).map(|c| c.certificate)
    }

    fn is_anchor(&self, certificate: &Certificate) -> bool {
        let of_name = self.by_subject.get(certificate.subject()).map(Vec::as_slice).unwrap_or_default();
        of_name.iter().filter_map(|i| self.certificates.get(*i)).any(|c| c.is_anchor && c.certificate.id() == certificate.id())
    }

    /// Anchors first, and before them those whose key identifier the child names (RFC 5280, 4.2.1.1).
    fn issuers(&self, child: &Certificate) -> Vec<usize> {
        let wanted: Option<AuthorityKeyIdentifier> = child.extension_as(oid::AUTHORITY_KEY_IDENTIFIER).ok().flatten();
        let wanted = wanted.and_then(|a| a.key_identifier);
        let mut found = self.by_subject.get(child.issuer()).cloned().unwrap_or_default();
        found.sort_by_key(|i| {
            self.certificates.get(*i).map(|c| {
                let fits = wanted.is_some() && c.key_id == wanted;
                Reverse((fits, c.is_anchor))
            })
        });
        found
    }
}

/// What a path is wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) at: OffsetDateTime,
    pub(crate) usage: Usage,
    pub(crate) demand: &'a Demand,
}

/// What a caller makes of a path that is otherwise good: takes it, or says why the search must go on.
pub(crate) type Accept<'f, 'a> = dyn FnMut(&[&'a Certificate], &mut Work) -> Result<(), PathError> + 'f;

/// Searches for a path that holds and that `accept` takes; leaf first, anchor last.
pub(crate) fn search<'a>(
    leaf: &'a Certificate,
    pool: &Pool<'a>,
    question: Question<'_>,
    work: &mut Work,
    accept: &mut Accept<'_, 'a>,
) -> Result<Vec<&'a Certificate>, PathError> {
    check_any(leaf, question.at)?;
    check_leaf(leaf, question.usage)?;
    if pool.is_anchor(leaf) {
        accept(&[leaf], work)?;
        return Ok(vec![leaf]);
    }
    let depth = work.limits.depth;
    let mut search = Search { pool, question, work, leads: HashMap::new(), furthest: (0, PathError::NoIssuer(name(leaf))) };
    for length in 1..depth {
        if search.leads(leaf, length, 0)? {
            let mut path = vec![leaf];
            if search.extend(&mut path, length, accept)? {
                return Ok(path);
            }
        }
    }
    Err(search.furthest.1)
}

struct Search<'s, 'q, 'a> {
    pool: &'s Pool<'a>,
    question: Question<'q>,
    work: &'s mut Work,
    /// Whether a certificate leads to an anchor in exactly a number of steps.
    leads: HashMap<(CertificateId, usize), bool>,
    /// The reason of the attempt that came furthest.
    furthest: (usize, PathError),
}

impl<'a> Search<'_, '_, 'a> {
    /// Whether an anchor is exactly `steps` above the certificate, as far as single certificates and signatures tell.
    fn leads(&mut self, certificate: &Certificate, steps: usize, depth: usize) -> Result<bool, PathError> {
        if let Some(known) = self.leads.get(&(certificate.id(), steps)) {
            return Ok(*known);
        }
        let mut found = false;
        let issuers = self.pool.issuers(certificate);
        if issuers.is_empty() {
            self.keep(depth, PathError::NoIssuer(name(certificate)));
        }
        for issuer in issuers {
            self.work.step()?;
            let Some(candidate) = self.pool.certificates.get(issuer) else { continue };
            if candidate.is_anchor != (steps == 1) || candidate.certificate.id() == certificate.id() {
                continue;
            }
            if let Err(reason) = self.may_issue(certificate, candidate.certificate) {
                self.keep(depth + 1, reason);
                continue;
            }
            if steps == 1 || self.leads(candidate.certificate, steps - 1, depth + 1)? {
                found = true;
                break;
            }
        }
        self.leads.insert((certificate.id(), steps), found);
        Ok(found)
    }

    fn may_issue(&mut self, child: &Certificate, issuer: &Certificate) -> Result<(), PathError> {
        check_any(issuer, self.question.at)?;
        check_authority(issuer)?;
        if !usage_allows(issuer, self.question.usage)? {
            return Err(PathError::Usage(name(issuer)));
        }
        self.work.verify(child, issuer)
    }

    /// Puts whole paths together, with `steps` certificates above the last; true when one is taken.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>, steps: usize, accept: &mut Accept<'_, 'a>) -> Result<bool, PathError> {
        let Some(&child) = path.last() else { return Ok(false) };
        for issuer in self.pool.issuers(child) {
            self.work.step()?;
            let Some(candidate) = self.pool.certificates.get(issuer) else { continue };
            let issuer = candidate.certificate;
            // The same name with the same key once more adds nothing (a loop).
            let loops = path.iter().any(|c| c.subject() == issuer.subject() && same_key(c, issuer));
            if loops || candidate.is_anchor != (steps == 1) || self.may_issue(child, issuer).is_err() {
                continue;
            }
            if steps > 1 && !self.leads(issuer, steps - 1, path.len())? {
                continue;
            }
            path.push(issuer);
            let taken = if steps == 1 { self.finish(path, accept)? } else { self.extend(path, steps - 1, accept)? };
            if taken {
                return Ok(true);
            }
            path.pop();
        }
        Ok(false)
    }

    fn finish(&mut self, path: &[&'a Certificate], accept: &mut Accept<'_, 'a>) -> Result<bool, PathError> {
        match process(path, self.question.demand).and_then(|()| accept(path, self.work)) {
            Ok(()) => Ok(true),
            Err(PathError::Budget) => Err(PathError::Budget),
            Err(reason) => {
                self.keep(path.len(), reason);
                Ok(false)
            }
        }
    }

    fn keep(&mut self, depth: usize, reason: PathError) {
        if depth >= self.furthest.0 {
            self.furthest = (depth, reason);
        }
    }
}

fn same_key(a: &Certificate, b: &Certificate) -> bool {
    a.tbs().subject_public_key_info == b.tbs().subject_public_key_info
}

//! A certificate path from a certificate to a trust anchor at a given time (RFC 5280, 6.1).
//!
//! Checked: signatures, names, validity of every certificate (the anchor's too, which the RFC leaves open), basic
//! constraints and path length, key usage, extended key usage down the path, critical extensions. Algorithms are those
//! of the crate's policy, so no SHA-1 and no RSA below 2048 bits.
//!
//! Not implemented, and therefore refused where a certificate asks for it: name constraints, policy constraints, policy
//! mappings, inhibit-any-policy. Names are compared as bytes: a path that needs case folding is not found.

use std::cmp::Reverse;

use const_oid::ObjectIdentifier;
use der::asn1::OctetString;
use time::OffsetDateTime;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage};

use crate::certificate::Certificate;
use crate::{Error, oid};

/// What the certificate at the end of the path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Usage {
    /// Signing documents: key usage digitalSignature or nonRepudiation; extended key usage, where there is one, one of
    /// those under which signer certificates are issued.
    DocumentSigning,
    /// Time-stamping: extended key usage timeStamping alone and critical (RFC 3161, 2.3).
    TimeStamping,
    /// OCSP responses: extended key usage OCSPSigning (RFC 6960, 4.2.2.2).
    OcspSigning,
    /// Nothing in particular.
    Any,
}

/// Bounds on the work for one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathLimits {
    /// Certificates in a path, both ends included.
    pub depth: usize,
    /// Signatures verified in the whole search.
    pub signatures: usize,
}

impl Default for PathLimits {
    fn default() -> Self {
        Self { depth: 8, signatures: 64 }
    }
}

/// Why there is no path. When several issuers were tried, the reason of the path that came furthest is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No issuer is known for a certificate with this subject.
    #[error("no trusted issuer is known for {0:?}")]
    NoIssuer(String),
    /// A certificate is malformed.
    #[error("malformed certificate: {0}")]
    Malformed(String),
    /// A certificate's signature does not verify, or its algorithm is not allowed.
    #[error("the signature of a certificate is not good: {0}")]
    Signature(String),
    /// A certificate is not yet valid at the time in question.
    #[error("the certificate of {0:?} is not yet valid at that time")]
    NotYetValid(String),
    /// A certificate has expired at the time in question.
    #[error("the certificate of {0:?} has expired at that time")]
    Expired(String),
    /// An issuer is no certification authority.
    #[error("{0:?} is not a certification authority")]
    NotAnAuthority(String),
    /// More authorities than a path length constraint allows.
    #[error("the path is longer than {0:?} allows")]
    PathLength(String),
    /// Key usage or extended key usage does not allow what the certificate is used for.
    #[error("the certificate of {0:?} may not be used for this")]
    Usage(String),
    /// A critical extension that is unknown or not implemented.
    #[error("critical extension {0} is not supported")]
    CriticalExtension(String),
    /// Name constraints, policy constraints or mappings, which are not implemented.
    #[error("constraint {0} is not supported")]
    Constraint(String),
    /// The limits were reached before a path was found.
    #[error("the search for a path was given up")]
    Budget,
}

/// A question for a path; certificates DER or PEM.
#[derive(Debug, Clone)]
pub struct PathQuery<'a> {
    /// The certificate in question.
    pub leaf: &'a [u8],
    /// Certificates that may lie between.
    pub intermediates: &'a [Vec<u8>],
    /// Certificates that are trusted.
    pub anchors: &'a [Vec<u8>],
    /// The time for which the path must hold.
    pub at: OffsetDateTime,
    /// What the leaf is for.
    pub usage: Usage,
    /// Bounds.
    pub limits: PathLimits,
}

/// Finds a path and gives its certificates (DER), leaf first, anchor last.
///
/// Certificates in the pools that cannot be read are passed over. A leaf that is itself an anchor is a path of one.
///
/// # Errors
///
/// [`PathError`].
pub fn find_path(query: &PathQuery<'_>) -> Result<Vec<Vec<u8>>, PathError> {
    let leaf = Certificate::read(query.leaf).map_err(|e| PathError::Malformed(e.to_string()))?;
    let pool = |list: &[Vec<u8>]| list.iter().filter_map(|c| Certificate::read(c).ok()).collect::<Vec<_>>();
    let (intermediates, anchors) = (pool(query.intermediates), pool(query.anchors));
    let mut search = Search { intermediates: &intermediates, anchors: &anchors, at: query.at, usage: query.usage, limits: query.limits };
    let path = search.run(&leaf)?;
    Ok(path.iter().map(|c| c.der().to_vec()).collect())
}

/// The search over certificates that are already read.
pub(crate) struct Search<'a> {
    pub(crate) intermediates: &'a [Certificate],
    pub(crate) anchors: &'a [Certificate],
    pub(crate) at: OffsetDateTime,
    pub(crate) usage: Usage,
    pub(crate) limits: PathLimits,
}

/// The reason of the attempt that came furthest.
type Furthest = (usize, PathError);

impl<'a> Search<'a> {
    pub(crate) fn run(&mut self, leaf: &Certificate) -> Result<Vec<Certificate>, PathError> {
        self.check_any(leaf)?;
        self.check_leaf(leaf)?;
        if self.anchors.contains(leaf) {
            return Ok(vec![leaf.clone()]);
        }
        self.extend(vec![leaf.clone()]).map_err(|(_, reason)| reason)
    }

    fn extend(&mut self, path: Vec<Certificate>) -> Result<Vec<Certificate>, Furthest> {
        let depth = path.len();
        let Some(child) = path.last() else { return Err((0, PathError::Budget)) };
        if depth >= self.limits.depth {
            return Err((depth, PathError::Budget));
        }
        let mut furthest = (depth, PathError::NoIssuer(name(child)));
        let keep = |found: Furthest, best: &mut Furthest| {
            if found.0 >= best.0 || found.1 == PathError::Budget {
                *best = found;
            }
        };
        for (issuer, is_anchor) in self.issuers(child) {
            if path.iter().any(|c| c.tbs().subject == issuer.tbs().subject && same_key(c, issuer)) {
                continue;
            }
            if let Err(reason) = self.check_issuer(issuer, &path) {
                keep((depth + 1, reason), &mut furthest);
                if furthest.1 == PathError::Budget {
                    return Err(furthest);
                }
                continue;
            }
            let mut longer = path.clone();
            longer.push(issuer.clone());
            if is_anchor {
                return Ok(longer);
            }
            match self.extend(longer) {
                Ok(found) => return Ok(found),
                Err(reason) => keep(reason, &mut furthest),
            }
            if self.limits.signatures == 0 {
                return Err((depth, PathError::Budget));
            }
        }
        Err(furthest)
    }

    /// Anchors first, then those whose key identifier the child names.
    fn issuers(&self, child: &Certificate) -> Vec<(&'a Certificate, bool)> {
        let wanted =
            child.extension_as::<AuthorityKeyIdentifier>(oid::AUTHORITY_KEY_IDENTIFIER).ok().flatten().and_then(|a| a.key_identifier);
        let anchors = self.anchors.iter().map(|c| (c, true));
        let others = self.intermediates.iter().filter(|c| !self.anchors.contains(c)).map(|c| (c, false));
        let mut found: Vec<_> = anchors.chain(others).filter(|(c, _)| c.tbs().subject == child.tbs().issuer).collect();
        found.sort_by_key(|(c, is_anchor)| {
            let own = c.extension_as::<OctetString>(oid::SUBJECT_KEY_IDENTIFIER).ok().flatten();
            Reverse((wanted.is_some() && own == wanted, *is_anchor))
        });
        found
    }

    fn check_issuer(&mut self, issuer: &Certificate, path: &[Certificate]) -> Result<(), PathError> {
        self.check_any(issuer)?;
        check_authority(issuer)?;
        // RFC 5280, 6.1.4 (l): self-issued certificates between do not count; the leaf never does.
        let between = path.iter().skip(1).filter(|c| !c.is_self_issued()).count();
        let constraints = basic_constraints(issuer)?;
        let allowed = constraints.and_then(|b| b.path_len_constraint).map(usize::from);
        if allowed.is_some_and(|allowed| between > allowed) {
            return Err(PathError::PathLength(name(issuer)));
        }
        if !self.usage_allows(issuer)? {
            return Err(PathError::Usage(name(issuer)));
        }
        let Some(child) = path.last() else { return Err(PathError::Budget) };
        self.limits.signatures = self.limits.signatures.checked_sub(1).ok_or(PathError::Budget)?;
        child.verify_signed_by(issuer).map_err(|e| PathError::Signature(e.to_string()))
    }

    fn check_any(&self, certificate: &Certificate) -> Result<(), PathError> {
        if self.at < certificate.not_before() {
            return Err(PathError::NotYetValid(name(certificate)));
        }
        if self.at > certificate.not_after() {
            return Err(PathError::Expired(name(certificate)));
        }
        for extension in certificate.extensions() {
            let id = extension.extn_id;
            if UNSUPPORTED.contains(&id) {
                return Err(PathError::Constraint(id.to_string()));
            }
            if extension.critical && !UNDERSTOOD.contains(&id) {
                return Err(PathError::CriticalExtension(id.to_string()));
            }
        }
        Ok(())
    }

    fn check_leaf(&self, leaf: &Certificate) -> Result<(), PathError> {
        let usage = key_usage(leaf)?;
        let may_sign = usage.is_none_or(|u| u.digital_signature() || u.non_repudiation());
        let extended = extended_key_usage(leaf)?;
        let critical = leaf.extension(oid::EXTENDED_KEY_USAGE).is_some_and(|e| e.critical);
        let suits = match self.usage {
            Usage::Any => true,
            Usage::DocumentSigning => may_sign && self.usage_allows(leaf)?,
            Usage::TimeStamping => may_sign && critical && extended.is_some_and(|e| e.0 == [oid::KP_TIME_STAMPING]),
            Usage::OcspSigning => may_sign && extended.is_some_and(|e| e.0.contains(&oid::KP_OCSP_SIGNING)),
        };
        if suits { Ok(()) } else { Err(PathError::Usage(name(leaf))) }
    }

    /// Whether the extended key usage of a certificate, if it has one, leaves room for the purpose.
    fn usage_allows(&self, certificate: &Certificate) -> Result<bool, PathError> {
        let wanted: &[ObjectIdentifier] = match self.usage {
            Usage::Any => return Ok(true),
            Usage::DocumentSigning => &DOCUMENT_USAGES,
            Usage::TimeStamping => &[oid::KP_TIME_STAMPING],
            Usage::OcspSigning => &[oid::KP_OCSP_SIGNING],
        };
        let listed = extended_key_usage(certificate)?;
        Ok(listed.is_none_or(|e| e.0.iter().any(|id| *id == ANY_USAGE || wanted.contains(id))))
    }
}

const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// Under these, certificates of people and seals are issued: e-mail protection, client authentication, documents (RFC
/// 9336), and the document signing usages of two vendors.
const DOCUMENT_USAGES: [ObjectIdentifier; 5] = [
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12"),
];

/// Extensions that may be critical because they are processed here or restrict nothing that is relied on.
const UNDERSTOOD: [ObjectIdentifier; 6] = [
    oid::KEY_USAGE,
    oid::BASIC_CONSTRAINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::SUBJECT_ALT_NAME,
    oid::ISSUER_ALT_NAME,
    oid::CERTIFICATE_POLICIES,
];

/// Refused whether critical or not: name constraints, policy mappings, policy constraints, inhibit-any-policy.
const UNSUPPORTED: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("2.5.29.30"),
    ObjectIdentifier::new_unwrap("2.5.29.33"),
    ObjectIdentifier::new_unwrap("2.5.29.36"),
    ObjectIdentifier::new_unwrap("2.5.29.54"),
];

fn check_authority(certificate: &Certificate) -> Result<(), PathError> {
    let is_authority = basic_constraints(certificate)?.is_some_and(|b| b.ca);
    if !is_authority || certificate.tbs().version != x509_cert::Version::V3 {
        return Err(PathError::NotAnAuthority(name(certificate)));
    }
    if key_usage(certificate)?.is_some_and(|u| !u.key_cert_sign()) {
        return Err(PathError::Usage(name(certificate)));
    }
    Ok(())
}

fn basic_constraints(certificate: &Certificate) -> Result<Option<BasicConstraints>, PathError> {
    certificate.extension_as(oid::BASIC_CONSTRAINTS).map_err(malformed)
}

fn key_usage(certificate: &Certificate) -> Result<Option<KeyUsage>, PathError> {
    certificate.extension_as(oid::KEY_USAGE).map_err(malformed)
}

fn extended_key_usage(certificate: &Certificate) -> Result<Option<ExtendedKeyUsage>, PathError> {
    certificate.extension_as(oid::EXTENDED_KEY_USAGE).map_err(malformed)
}

fn malformed(e: Error) -> PathError {
    PathError::Malformed(e.to_string())
}

fn same_key(a: &Certificate, b: &Certificate) -> bool {
    a.tbs().subject_public_key_info == b.tbs().subject_public_key_info
}

fn name(certificate: &Certificate) -> String {
    certificate.subject_common_name().unwrap_or_else(|| certificate.tbs().subject.to_string())
}

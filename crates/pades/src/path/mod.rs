//! A certificate path from a certificate to a trust anchor at a given time (RFC 5280, 6.1).
//!
//! Every candidate is tried, not the first only (`search`); a path that is put together is processed from the anchor down
//! (`process`): names and their constraints (`constraints`), policies with their mappings and inhibitions (`policy`), path
//! length. What one certificate says of itself is `usage`: validity, basic constraints, key usage, extended key usage down
//! the path, critical extensions. Algorithms are those of the crate's policy, so no SHA-1, no RSA below 2048 bits, no DSA.
//!
//! Stricter than the RFC: the anchor must be valid too, and its own constraints count. Revocation is not looked at here.

mod constraints;
mod policy;
mod process;
mod search;
mod usage;

use std::collections::BTreeSet;

use const_oid::ObjectIdentifier;
use time::OffsetDateTime;
use x509_cert::ext::pkix::BasicConstraints;

pub(crate) use search::{Pool, Question, Work, search};

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
    /// Signing revocation lists: key usage cRLSign.
    CrlSigning,
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
    /// Candidates looked at in the whole search.
    pub steps: usize,
}

impl Default for PathLimits {
    fn default() -> Self {
        Self { depth: 8, signatures: 1_024, steps: 20_000 }
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
    /// A name constraint in a form that RFC 5280 does not allow.
    #[error("constraint {0} is malformed")]
    Constraint(String),
    /// A name that an authority above may not have certified.
    #[error("a name of {0:?} is not among those its authority may certify")]
    Name(String),
    /// No certificate policy is left that all authorities of the path and the caller accept.
    #[error("no acceptable policy is left at {0:?}")]
    Policy(String),
    /// The path holds but its caller did not take it.
    #[error("the path was not taken: {0}")]
    NotTaken(String),
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

/// The certificate policies that a caller wants (RFC 5280, 6.1.1); by default any will do, and none need be stated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyDemand {
    /// Acceptable policies, dotted; empty for any.
    pub accepted: Vec<String>,
    /// Whether a policy must be valid for the whole path (initial-explicit-policy).
    pub explicit: bool,
    /// Whether mappings do not count (initial-policy-mapping-inhibit).
    pub inhibit_mapping: bool,
    /// Whether anyPolicy does not count (initial-any-policy-inhibit).
    pub inhibit_any: bool,
}

/// As [`PolicyDemand`], read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Demand {
    accepted: BTreeSet<ObjectIdentifier>,
    explicit: bool,
    inhibit_mapping: bool,
    inhibit_any: bool,
}

impl Demand {
    pub(crate) fn read(demand: &PolicyDemand) -> Result<Self, PathError> {
        let oid = |text: &String| ObjectIdentifier::new(text).map_err(|e| PathError::Malformed(format!("policy {text}: {e}")));
        let accepted = demand.accepted.iter().map(oid).collect::<Result<_, _>>()?;
        Ok(Self { accepted, explicit: demand.explicit, inhibit_mapping: demand.inhibit_mapping, inhibit_any: demand.inhibit_any })
    }
}

/// Finds a path under any policy and gives its certificates (DER), leaf first, anchor last.
///
/// Certificates in the pools that cannot be read are passed over. A leaf that is itself an anchor is a path of one.
///
/// # Errors
///
/// [`PathError`].
pub fn find_path(query: &PathQuery<'_>) -> Result<Vec<Vec<u8>>, PathError> {
    find_path_under(query, &PolicyDemand::default())
}

/// As [`find_path`], under the certificate policies that are wanted.
///
/// # Errors
///
/// [`PathError`].
pub fn find_path_under(query: &PathQuery<'_>, policies: &PolicyDemand) -> Result<Vec<Vec<u8>>, PathError> {
    let leaf = Certificate::read(query.leaf).map_err(|e| PathError::Malformed(e.to_string()))?;
    let read = |list: &[Vec<u8>]| list.iter().filter_map(|c| Certificate::read(c).ok()).collect::<Vec<_>>();
    let (intermediates, anchors) = (read(query.intermediates), read(query.anchors));
    let pool = Pool::new(&anchors, &intermediates);
    let demand = Demand::read(policies)?;
    let question = Question { at: query.at, usage: query.usage, demand: &demand };
    let path = search(&leaf, &pool, question, &mut Work::new(query.limits), &mut |_, _| Ok(()))?;
    Ok(path.iter().map(|c| c.der().to_vec()).collect())
}

fn basic_constraints(certificate: &Certificate) -> Result<Option<BasicConstraints>, PathError> {
    certificate.extension_as(oid::BASIC_CONSTRAINTS).map_err(malformed)
}

fn malformed(e: Error) -> PathError {
    PathError::Malformed(e.to_string())
}

fn name(certificate: &Certificate) -> String {
    certificate.subject_common_name().unwrap_or_else(|| certificate.tbs().subject.to_string())
}

//! A certificate judged with its chain: the path to an anchor and the revocation of each certificate below it, together.
//!
//! A path that is broken by a revocation is not the end: the search goes on with the next, as RFC 4158 asks, and only when
//! none holds is the first one's reason given.

use time::{Duration, OffsetDateTime};

use crate::certificate::Certificate;
use crate::path::{Demand, PathError, PathLimits, PolicyDemand, Pool, Question, Usage, Work, search};
use crate::revocation::{Answers, Freshness, RevocationStatus};

/// Paths that are tried and refused for revocation before the search ends.
const MOST_REFUSED: usize = 16;

/// Why a certificate is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// There is no path.
    #[error("{0}")]
    Path(#[from] PathError),
    /// A certificate was revoked at the time in question.
    #[error("the certificate of {subject:?} was revoked at {since}")]
    Revoked {
        /// Its common name.
        subject: String,
        /// Since when.
        since: OffsetDateTime,
        /// Whether it is the certificate in question itself.
        is_leaf: bool,
    },
    /// Nothing current is known about the revocation of a certificate.
    #[error("no current revocation data for {subject:?}")]
    Unknown {
        /// Its common name.
        subject: String,
    },
}

/// What a chain is wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainQuestion {
    /// The time for which it must hold.
    pub at: OffsetDateTime,
    /// The present; no revocation data may come from later.
    pub now: OffsetDateTime,
    /// What the certificate is for.
    pub usage: Usage,
    /// Wanted certificate policies.
    pub policies: PolicyDemand,
    /// Whether a certificate without revocation data is refused.
    pub require_revocation: bool,
    /// Bounds.
    pub limits: PathLimits,
}

/// Certificates and revocation data, read once, to judge any number of certificates by. Items that cannot be read are
/// passed over.
#[derive(Debug)]
pub struct Holdings {
    anchors: Vec<Certificate>,
    certificates: Vec<Certificate>,
    answers: Answers,
}

impl Holdings {
    /// Certificates DER or PEM; responses DER; lists DER or PEM.
    #[must_use]
    pub fn new(anchors: &[Vec<u8>], certificates: &[Vec<u8>], ocsp_responses: &[Vec<u8>], crls: &[Vec<u8>]) -> Self {
        let mut answers = Answers::default();
        answers.add(ocsp_responses, crls, false);
        Self { anchors: read_all(anchors), certificates: read_all(certificates), answers }
    }

    /// The certificates of a chain that holds, leaf first, anchor last, DER.
    ///
    /// # Errors
    ///
    /// [`ChainError`].
    pub fn judge(&self, leaf: &[u8], question: &ChainQuestion) -> Result<Vec<Vec<u8>>, ChainError> {
        let leaf = Certificate::read(leaf).map_err(|e| PathError::Malformed(e.to_string()))?;
        let demand = Demand::read(&question.policies)?;
        let freshness = Freshness { at: question.at, now: question.now, skew: Duration::minutes(5), max_age: Duration::days(1) };
        let pool = Pool::new(&self.anchors, &self.certificates);
        let wanted = Question { at: question.at, usage: question.usage, demand: &demand };
        let mut work = Work::new(question.limits);
        let grounds = Grounds { pool: &pool, answers: &self.answers, freshness, require_revocation: question.require_revocation };
        let (outcome, _) = grounds.chain(&leaf, wanted, &mut work);
        outcome.map(|path| path.iter().map(|c| c.der().to_vec()).collect())
    }
}

/// Reads certificates, DER or PEM.
pub(crate) fn read_all(list: &[Vec<u8>]) -> Vec<Certificate> {
    list.iter().filter_map(|c| Certificate::read(c).ok()).collect()
}

/// What was found about one certificate of a chain.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// DER.
    pub(crate) certificate: Vec<u8>,
    pub(crate) subject: String,
    pub(crate) status: Option<RevocationStatus>,
    pub(crate) in_document: bool,
}

/// By what a chain is judged.
pub(crate) struct Grounds<'s, 'a> {
    pub(crate) pool: &'s Pool<'a>,
    pub(crate) answers: &'a Answers,
    pub(crate) freshness: Freshness,
    pub(crate) require_revocation: bool,
}

type Judged<'a> = (Result<Vec<&'a Certificate>, ChainError>, Vec<Finding>);

impl<'a> Grounds<'_, 'a> {
    /// A chain that holds, or why none does; with what was found about the certificates of that chain, or of the first one
    /// that was refused.
    pub(crate) fn chain(&self, leaf: &'a Certificate, question: Question<'_>, work: &mut Work) -> Judged<'a> {
        let mut refused: Option<(ChainError, Vec<Finding>)> = None;
        let mut count = 0usize;
        let mut findings = Vec::new();
        let path = search(leaf, self.pool, question, work, &mut |path, work| {
            let (outcome, found) = self.revocation(path, question.at, work);
            let Err(reason) = outcome else {
                findings = found;
                return Ok(());
            };
            count += 1;
            refused.get_or_insert((reason, found));
            Err(if count >= MOST_REFUSED { PathError::Budget } else { PathError::NotTaken("revocation".to_owned()) })
        });
        match (path, refused) {
            (Ok(path), _) => (Ok(path), findings),
            (Err(_), Some((reason, found))) => (Err(reason), found),
            (Err(reason), None) => (Err(reason.into()), findings),
        }
    }

    /// Revocation of every certificate below the anchor.
    fn revocation(&self, path: &[&'a Certificate], at: OffsetDateTime, work: &mut Work) -> (Result<(), ChainError>, Vec<Finding>) {
        let mut found = Vec::new();
        let mut missing = None;
        for (i, certificate) in path.iter().enumerate().take(path.len().saturating_sub(1)) {
            let subject = certificate.subject_common_name().unwrap_or_else(|| certificate.tbs().subject.to_string());
            let known = self.answers.about(path.get(i..).unwrap_or_default(), self.pool, &self.freshness, work);
            let status = known.map(|k| k.status);
            let in_document = known.is_some_and(|k| k.in_document);
            found.push(Finding { certificate: certificate.der().to_vec(), subject: subject.clone(), status, in_document });
            match status {
                Some(RevocationStatus::Revoked { at: since, .. }) if since <= at => {
                    return (Err(ChainError::Revoked { subject, since, is_leaf: i == 0 }), found);
                }
                // Revoked later than the time in question: good at that time.
                Some(RevocationStatus::Good { .. } | RevocationStatus::Revoked { .. }) => {}
                Some(RevocationStatus::Unknown) | None => missing = missing.or(Some(subject)),
            }
        }
        match missing {
            Some(subject) if self.require_revocation => (Err(ChainError::Unknown { subject }), found),
            _ => (Ok(()), found),
        }
    }
}

//! Proof that a certificate was not revoked, over HTTP: OCSP first, then the revocation list; kept while it is current.
//!
//! A kept answer is asked for anew after a while, so that a revocation is learnt of soon; when nobody answers then, the kept one
//! serves to its end. A source that failed lately is asked last.
//!
//! Nothing that is unreachable, stale or unsure counts as good (domain reference 1.8, F11). OCSP is asked without a nonce
//! (RFC 5019): the answer goes into documents and is kept, so freshness comes from its times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bansao_pades::revocation::{self, Freshness, RevocationStatus};
use thiserror::Error;
use time::OffsetDateTime;

use super::RevocationSource;
use super::certificate::RevocationAddresses;
use super::sources::Health;
use crate::clock::Clock;
use crate::http::{Bounds, HttpClient, HttpError, Reach};
use crate::record::Sha256;

/// At most so many answers and lists are kept.
const CACHE_ENTRIES: usize = 1024;

/// Why nothing is known about a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RevocationError {
    /// Neither the certificate nor configuration says whom to ask.
    #[error("the certificate names nobody to ask about its revocation")]
    NoSource,
    /// The certificate cannot be read.
    #[error("{0}")]
    Certificate(String),
    /// No usable answer came.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer fails a check.
    #[error("the answer of {url} is refused: {source}")]
    Refused {
        /// Who answered.
        url: String,
        /// Which check failed.
        source: bansao_pades::Error,
    },
    /// The responder does not know the certificate.
    #[error("{url} does not know the certificate")]
    Unknown {
        /// Who answered.
        url: String,
    },
    /// Every source failed.
    #[error("no source of revocation data can be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    AllFailed(Vec<RevocationError>),
}

/// What is known, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationEvidence {
    /// Good or revoked.
    pub status: RevocationStatus,
    /// The signed statement.
    pub proof: RevocationProof,
}

/// A signed statement about revocation, DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevocationProof {
    /// An `OCSPResponse`.
    Ocsp(Vec<u8>),
    /// A `CertificateList`.
    Crl(Vec<u8>),
}

/// Whom to ask, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationSettings {
    /// Asked, in order, instead of the OCSP addresses in certificates.
    pub ocsp_urls: Vec<String>,
    /// Fetched, in order, instead of the list addresses in certificates.
    pub crl_urls: Vec<String>,
    /// Time for one exchange.
    pub deadline: Duration,
    /// Bytes of an OCSP answer.
    pub ocsp_max_bytes: usize,
    /// Bytes of a list.
    pub crl_max_bytes: usize,
    /// Networks that addresses in certificates may lead to.
    pub reach: Reach,
    /// How long an answer is used again without asking, if it stays current that long.
    pub reuse: Duration,
}

impl Default for RevocationSettings {
    fn default() -> Self {
        Self {
            ocsp_urls: Vec::new(),
            crl_urls: Vec::new(),
            deadline: Duration::from_secs(2),
            ocsp_max_bytes: 64 << 10,
            crl_max_bytes: 16 << 20,
            reach: Reach::PublicOnly,
            reuse: Duration::from_secs(600),
        }
    }
}

/// OCSP responders and list servers at HTTP addresses.
pub struct HttpRevocation {
    settings: RevocationSettings,
    client: HttpClient,
    clock: Arc<dyn Clock>,
    health: Health,
    kept: Mutex<HashMap<Sha256, Kept>>,
}

#[derive(Clone)]
struct Kept {
    body: Arc<Vec<u8>>,
    /// Until then it is used without asking.
    fresh_until: OffsetDateTime,
    /// Its own end.
    until: OffsetDateTime,
}

/// Whom to ask, and what for.
#[derive(Clone)]
enum Source {
    Ocsp(String, Reach),
    List(String, Reach),
}

impl Source {
    fn named(self) -> (String, Self) {
        let (Self::Ocsp(url, _) | Self::List(url, _)) = &self;
        (url.clone(), self)
    }
}

impl HttpRevocation {
    /// Asks as `settings` say.
    pub fn new(settings: RevocationSettings, client: HttpClient, clock: Arc<dyn Clock>) -> Self {
        let health = Health::new(Arc::clone(&clock));
        Self { settings, client, clock, health, kept: Mutex::default() }
    }

    async fn ask_ocsp(&self, url: &str, reach: Reach, certificate: &[u8], issuer: &[u8]) -> Result<RevocationEvidence, RevocationError> {
        let refused = |source| RevocationError::Refused { url: url.to_owned(), source };
        let key = key_of_answer(url, certificate);
        let body = match self.kept(&key, Age::Fresh) {
            Some(body) => body,
            None => {
                let request = revocation::ocsp_request(certificate, issuer, None).map_err(refused)?;
                let bounds = self.bounds(self.settings.ocsp_max_bytes, reach);
                let (query, reply) = ("application/ocsp-request", "application/ocsp-response");
                Arc::new(self.client.post(url, query, reply, request, bounds).await?)
            }
        };
        let fresh = Freshness::at_present(self.clock.now());
        let status = revocation::check_ocsp(&body, certificate, issuer, None, &fresh).map_err(refused)?;
        self.keep(key, &body, &status);
        match status {
            RevocationStatus::Unknown => Err(RevocationError::Unknown { url: url.to_owned() }),
            status => Ok(RevocationEvidence { status, proof: RevocationProof::Ocsp(body.to_vec()) }),
        }
    }

    async fn ask_crl(&self, url: &str, reach: Reach, certificate: &[u8], issuer: &[u8]) -> Result<RevocationEvidence, RevocationError> {
        let refused = |source| RevocationError::Refused { url: url.to_owned(), source };
        let key = key_of_list(url);
        let body = match self.kept(&key, Age::Fresh) {
            Some(body) => body,
            None => {
                let fetched = self.client.get(url, self.bounds(self.settings.crl_max_bytes, reach)).await?;
                Arc::new(der_of_list(fetched))
            }
        };
        let status = revocation::check_crl(&body, certificate, issuer, &Freshness::at_present(self.clock.now())).map_err(refused)?;
        self.keep(key, &body, &status);
        Ok(RevocationEvidence { status, proof: RevocationProof::Crl(body.to_vec()) })
    }

    /// A kept answer that is still current by its own word, for when nobody answers.
    fn remembered(&self, source: &Source, certificate: &[u8], issuer: &[u8]) -> Option<RevocationEvidence> {
        let fresh = Freshness::at_present(self.clock.now());
        let (status, proof) = match source {
            Source::Ocsp(url, _) => {
                let body = self.kept(&key_of_answer(url, certificate), Age::Current)?;
                (revocation::check_ocsp(&body, certificate, issuer, None, &fresh), RevocationProof::Ocsp(body.to_vec()))
            }
            Source::List(url, _) => {
                let body = self.kept(&key_of_list(url), Age::Current)?;
                (revocation::check_crl(&body, certificate, issuer, &fresh), RevocationProof::Crl(body.to_vec()))
            }
        };
        let status = status.ok().filter(|status| *status != RevocationStatus::Unknown)?;
        Some(RevocationEvidence { status, proof })
    }

    fn bounds(&self, max_bytes: usize, reach: Reach) -> Bounds {
        Bounds { deadline: self.settings.deadline, max_bytes, reach }
    }

    fn kept(&self, key: &Sha256, age: Age) -> Option<Arc<Vec<u8>>> {
        let now = self.clock.now();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let serves = |one: &&Kept| now < if age == Age::Fresh { one.fresh_until } else { one.until };
        kept.get(key).filter(serves).map(|one| Arc::clone(&one.body))
    }

    /// Keeps an answer that passed the checks; a kept one keeps its end. Good news ends with the answer; a revocation
    /// does not end, but its answer is asked for again all the same.
    fn keep(&self, key: Sha256, body: &Arc<Vec<u8>>, status: &RevocationStatus) {
        let now = self.clock.now();
        let reuse_until = now.checked_add(time::Duration::try_from(self.settings.reuse).unwrap_or(time::Duration::MAX));
        let RevocationStatus::Good { next_update: Some(until), .. } = status else { return };
        let (until, fresh_until) = (*until, reuse_until.map_or(*until, |reuse| reuse.min(*until)));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= CACHE_ENTRIES {
            kept.retain(|_, one| now < one.until);
        }
        if kept.len() < CACHE_ENTRIES && kept.get(&key).is_none_or(|one| !Arc::ptr_eq(&one.body, body)) {
            kept.insert(key, Kept { body: Arc::clone(body), fresh_until, until });
        }
    }
}

#[async_trait]
impl RevocationSource for HttpRevocation {
    async fn evidence(&self, certificate: &[u8], issuer: &[u8]) -> Result<RevocationEvidence, RevocationError> {
        let named = RevocationAddresses::of(certificate).map_err(RevocationError::Certificate)?;
        let (ocsp_reach, ocsp) = in_place_of(&self.settings.ocsp_urls, named.ocsp, self.settings.reach);
        let (list_reach, lists) = in_place_of(&self.settings.crl_urls, named.crl, self.settings.reach);
        let ocsp = ocsp.into_iter().map(|url| Source::Ocsp(url, ocsp_reach));
        let sources: Vec<Source> = ocsp.chain(lists.into_iter().map(|url| Source::List(url, list_reach))).collect();
        let ask = |source| async move {
            match source {
                Source::Ocsp(url, reach) => self.ask_ocsp(&url, reach, certificate, issuer).await,
                Source::List(url, reach) => self.ask_crl(&url, reach, certificate, issuer).await,
            }
        };
        let asked = self.health.first(sources.iter().cloned().map(Source::named).collect(), ask).await;
        let Err(mut failures) = asked else { return asked.map_err(RevocationError::AllFailed) };
        if let Some(evidence) = sources.iter().find_map(|source| self.remembered(source, certificate, issuer)) {
            tracing::warn!(?failures, "nobody answers about revocation; an earlier answer is still current");
            return Ok(evidence);
        }
        Err(match failures.len() {
            0 => RevocationError::NoSource,
            1 => failures.pop().unwrap_or(RevocationError::NoSource),
            _ => RevocationError::AllFailed(failures),
        })
    }
}

fn key_of_answer(url: &str, certificate: &[u8]) -> Sha256 {
    Sha256::of(&[b"ocsp", url.as_bytes(), certificate].concat())
}

fn key_of_list(url: &str) -> Sha256 {
    Sha256::of(&[b"list", url.as_bytes()].concat())
}

/// How old a kept answer may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// Young enough not to ask.
    Fresh,
    /// Current by its own word.
    Current,
}

/// The operator's addresses, which may lead anywhere, or those in the certificate.
fn in_place_of(configured: &[String], named: Vec<String>, reach: Reach) -> (Reach, Vec<String>) {
    if configured.is_empty() { (reach, named) } else { (Reach::Anywhere, configured.to_vec()) }
}

/// Some authorities publish their list as PEM text (domain reference 3).
fn der_of_list(body: Vec<u8>) -> Vec<u8> {
    match pem::parse(&body) {
        Ok(block) if block.tag() == "X509 CRL" => block.into_contents(),
        _ => body,
    }
}

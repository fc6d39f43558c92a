//! Time-stamps over HTTP (RFC 3161, 3.4): several authorities asked in order, every answer checked before it is taken. One that
//! failed lately is asked last; one that is silent is overtaken by the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bansao_pades::DigestAlgorithm;
use bansao_pades::path::{PathError, PathLimits, PathQuery, Usage, find_path};
use bansao_pades::timestamp::{self, Expectation, TimestampToken};
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;

use super::sources::Health;
use super::{Purpose, SharedAnchors, Timestamper, UNKNOWN_TOKEN_BYTES};
use crate::clock::Clock;
use crate::http::{Bounds, HttpClient, HttpError};
use crate::record::Sha256;

/// Why there is no time-stamp.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// No authority is configured.
    #[error("no time-stamp authority is configured")]
    NoSource,
    /// The system has no randomness to give.
    #[error("no randomness for a nonce")]
    NoNonce,
    /// The authority cannot be reached or gave no usable answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer is not an acceptable time-stamp.
    #[error("the answer of {url} is refused: {source}")]
    Refused {
        /// Who answered.
        url: String,
        /// Which check failed.
        source: bansao_pades::Error,
    },
    /// The time-stamp's certificate does not lead to an anchor for time-stamps.
    #[error("the authority behind {url} is not trusted: {source}")]
    NotTrusted {
        /// Who answered.
        url: String,
        /// Why there is no path.
        source: PathError,
    },
    /// Every authority failed.
    #[error("no time-stamp authority gave a time-stamp: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    AllFailed(Vec<TimestampError>),
}

/// Whom to ask, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampSettings {
    /// Addresses, in the order in which they are asked.
    pub urls: Vec<String>,
    /// Bounds on each exchange.
    pub bounds: Bounds,
    /// How far the stated time may be from ours.
    pub tolerance: Duration,
}

impl TimestampSettings {
    /// These addresses, with 2 seconds and 64 KiB for each answer and a tolerance of one minute.
    pub fn new(urls: Vec<String>) -> Self {
        let bounds = Bounds { deadline: Duration::from_secs(2), max_bytes: 64 << 10, reach: crate::http::Reach::Anywhere };
        Self { urls, bounds, tolerance: Duration::from_secs(60) }
    }
}

/// Time-stamp authorities at HTTP addresses.
pub struct HttpTimestamper {
    settings: TimestampSettings,
    anchors: SharedAnchors,
    client: HttpClient,
    clock: Arc<dyn Clock>,
    health: Health,
    random: SystemRandom,
    /// Bytes of the longest token so far.
    longest: AtomicUsize,
}

impl HttpTimestamper {
    /// Asks as `settings` say and trusts the time-stamp anchors of `anchors`.
    pub fn new(settings: TimestampSettings, anchors: impl Into<SharedAnchors>, client: HttpClient, clock: Arc<dyn Clock>) -> Self {
        let anchors = anchors.into();
        let health = Health::new(Arc::clone(&clock));
        Self { settings, anchors, client, clock, health, random: SystemRandom::new(), longest: AtomicUsize::new(0) }
    }

    async fn ask(&self, url: &str, imprint: &Sha256) -> Result<TimestampToken, TimestampError> {
        let refused = |source| TimestampError::Refused { url: url.to_owned(), source };
        let mut nonce = [0; 16];
        self.random.fill(&mut nonce).map_err(|_| TimestampError::NoNonce)?;
        let request = timestamp::request(imprint.as_bytes(), DigestAlgorithm::Sha256, &nonce).map_err(refused)?;
        let (query, reply) = ("application/timestamp-query", "application/timestamp-reply");
        let response = self.client.post(url, query, reply, request, self.settings.bounds).await?;
        let expected = Expectation {
            imprint: imprint.as_bytes(),
            algorithm: DigestAlgorithm::Sha256,
            nonce: &nonce,
            now: self.clock.now(),
            tolerance: time::Duration::try_from(self.settings.tolerance).unwrap_or(time::Duration::MAX),
        };
        let token = timestamp::accept(&response, &expected).map_err(refused)?;
        self.check_trusted(url, &token)?;
        self.longest.fetch_max(token.token_der.len(), Ordering::Relaxed);
        Ok(token)
    }

    fn check_trusted(&self, url: &str, token: &TimestampToken) -> Result<(), TimestampError> {
        let anchors = self.anchors.current();
        let query = PathQuery {
            leaf: &token.tsa_certificate_der,
            intermediates: &token.certificates,
            anchors: anchors.of(Purpose::Timestamp),
            at: token.gen_time,
            usage: Usage::TimeStamping,
            limits: PathLimits::default(),
        };
        find_path(&query).map(|_| ()).map_err(|source| TimestampError::NotTrusted { url: url.to_owned(), source })
    }
}

#[async_trait]
impl Timestamper for HttpTimestamper {
    async fn timestamp(&self, imprint: &Sha256) -> Result<TimestampToken, TimestampError> {
        let sources = self.settings.urls.iter().map(|url| (url.clone(), url.as_str())).collect();
        let ask = |url| async move {
            let asked: Result<TimestampToken, TimestampError> = self.ask(url, imprint).await;
            asked.inspect_err(|failure| tracing::warn!(%url, %failure, "no time-stamp from this authority"))
        };
        self.health.first(sources, ask).await.map_err(|mut failures| match failures.len() {
            0 => TimestampError::NoSource,
            1 => failures.pop().unwrap_or(TimestampError::NoSource),
            _ => TimestampError::AllFailed(failures),
        })
    }

    /// A quarter more than the longest token: tokens of one authority differ by a few bytes. Where another authority steps in whose
    /// tokens are much longer, one seal fails for want of room, and the next has it.
    fn room_bytes(&self) -> usize {
        match self.longest.load(Ordering::Relaxed) {
            0 => UNKNOWN_TOKEN_BYTES,
            longest => (longest + longest / 4).next_multiple_of(128),
        }
    }
}

//! Whether a certificate was revoked: OCSP (RFC 6960) and certificate revocation lists (RFC 5280, 5).
//!
//! [`check_ocsp`] and [`check_crl`] answer for one certificate and its issuer. [`ocsp_request`] asks a responder;
//! [`ocsp_respond`] is the development responder. Nothing is fetched here.
//!
//! A list or response says something about a time only if that time is covered: it was current then, or it was issued
//! later (a later answer knows all that an earlier one knew, and gives the time of a revocation). The exception is an answer
//! from after the certificate's end: by then it may have been forgotten, and only an archive cutoff or `expiredCertsOnCRL`
//! makes its silence good news.
//!
//! Of several answers (`answers`), a revocation outweighs all good ones. A delegated responder or signer of lists must not
//! itself be revoked; a responder of which nothing is known is believed, a signer of lists is not.

mod answers;
mod crl;
mod list;
mod ocsp;
mod responder;

use time::{Duration, OffsetDateTime};

pub(crate) use answers::Answers;
pub use crl::check_crl;
pub(crate) use list::List;
pub(crate) use ocsp::Response;
pub use ocsp::{check_ocsp, ocsp_request};
pub use responder::{CertificateStatus, OcspResponder, ocsp_respond};

use crate::Error;

/// What revocation data says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationStatus {
    /// Not revoked.
    Good {
        /// When this was known (thisUpdate).
        as_of: OffsetDateTime,
        /// Until when it is held current.
        next_update: Option<OffsetDateTime>,
    },
    /// Revoked.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// CRLReason (RFC 5280, 5.3.1), where stated.
        reason: Option<u8>,
    },
    /// The responder does not know the certificate.
    Unknown,
}

/// For which time an answer is wanted, and how fresh it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// The time in question.
    pub at: OffsetDateTime,
    /// The present; nothing may come from the future.
    pub now: OffsetDateTime,
    /// Allowed difference of clocks.
    pub skew: Duration,
    /// How long an answer without a next update counts as current.
    pub max_age: Duration,
}

impl Freshness {
    /// For the present time, with five minutes of skew and a day for answers without a next update.
    #[must_use]
    pub fn at_present(now: OffsetDateTime) -> Self {
        Self { at: now, now, skew: Duration::minutes(5), max_age: Duration::days(1) }
    }

    fn check(&self, this_update: OffsetDateTime, next_update: Option<OffsetDateTime>) -> Result<(), Error> {
        if this_update > self.now.saturating_add(self.skew) {
            return Err(Error::Revocation("it comes from the future"));
        }
        let end = next_update.unwrap_or_else(|| this_update.saturating_add(self.max_age));
        if end < this_update {
            return Err(Error::Revocation("it ends before it begins"));
        }
        if self.at > end.saturating_add(self.skew) { Err(Error::Revocation("it is out of date")) } else { Ok(()) }
    }
}

//! Where the stages meet, and the only place where they do.
//!
//! `issue` is the flow of `design.md`, top to bottom; `submit`, `review`, `deliver`, `verify` are its other doors, and
//! `jobs` keeps it going: running normally and recovering after a crash are the same code.

mod books;
mod deliver;
mod desk;
mod earlier;
mod intent;
mod issue;
mod jobs;
mod pages;
mod ports;
mod review;
mod status;
mod submit;
mod verify;

use std::sync::Arc;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Notify;

use crate::error::{ErrorCode, Failure};
use crate::inspect::forms::FormSet;
use crate::record::Kind;
use crate::store::StoreError;

pub use crate::inspect::evidence::PageEvidence;
pub use crate::inspect::print::Likeness;
pub use crate::intake::{Declaration, Upload, UploadError};
pub use crate::limits::Limits;
pub use crate::store::Closing;
pub use crate::store::{Delivery, Event, IssuedCopy, State, Submission};
pub use crate::verify::{
    ListName, PrintFact, PrintPage, PrintReport, Report, ReportFormat, SignatureSummary, StepSummary, TokenSummary, Verdict, VerifyCode,
    VerifyFinding,
};
pub use books::{Book, BookLine, Totals, book, close};
pub use deliver::Consent;
pub use desk::{CertifierDesk, Desk};
pub use jobs::Jobs;
pub use ports::{Citizens, Ports, Registries, RegistryUnavailable};
pub use review::OfficerDecision;
pub use status::StatusSubject;
pub use submit::Watched;
pub use verify::{ReportDocument, TrustList, TrustPurpose};

/// The service without its wire: everything that the stages need, and what can be asked of them.
pub struct Flow {
    ports: Ports,
    desks: Vec<Desk>,
    forms: Arc<FormSet>,
    limits: Limits,
    issuer: Issuer,
    loaded_ms: i64,
    changed: Notify,
    work: Notify,
}

/// Under what name, and how, copies are issued.
pub struct Issuer {
    /// Identifier of the certifying system.
    pub name: String,
    /// Page that the QR code opens.
    pub verification_url: String,
    /// The keys that sign QR tokens.
    pub token: crate::keys::KeyRing,
    /// The keys that sign reports, where reports are signed.
    pub report: Option<crate::keys::KeyRing>,
    /// The throw-away key that every signing is rehearsed with.
    pub rehearsal: Arc<crate::certify::Rehearsal>,
    /// Fonts of the copy.
    pub fonts: Arc<crate::certify::compose::Fonts>,
}

impl Flow {
    /// A flow over these ports, for these agencies.
    pub fn new(ports: Ports, desks: Vec<Desk>, forms: Arc<FormSet>, limits: Limits, issuer: Issuer) -> Self {
        let loaded_ms = ports.clock.now_ms();
        Self { ports, desks, forms, limits, issuer, loaded_ms, changed: Notify::new(), work: Notify::new() }
    }

    /// The bounds that it works under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether papers of this kind are certified here.
    pub fn certifies(&self, kind: &Kind) -> bool {
        self.forms.forms().iter().any(|form| form.kind == *kind && form.certified)
    }

    fn now_ms(&self) -> i64 {
        self.ports.clock.now_ms()
    }

    fn desk_of(&self, agency: &str) -> Result<&Desk, Failure> {
        self.desks.iter().find(|desk| desk.agency.id == agency).ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// Tells watchers that something changed, and workers that there is work.
    fn announce(&self) {
        self.changed.notify_waiters();
        self.work.notify_one();
    }
}

/// A random byte, to spread retries.
fn jitter(random: &SystemRandom) -> u8 {
    let mut byte = [0];
    // Without randomness the retry comes at the start of its span: harmless.
    random.fill(&mut byte).map_or(0, |()| byte[0])
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::RequestIdReused => ErrorCode::RequestIdReused,
            StoreError::WrongState => ErrorCode::WrongState,
            StoreError::NotFound => ErrorCode::NotFound,
            _ => {
                tracing::error!(%error, source = ?std::error::Error::source(&error).map(ToString::to_string), "store");
                ErrorCode::StoreUnavailable
            }
        };
        code.into()
    }
}

impl From<ring::error::Unspecified> for Failure {
    fn from(_: ring::error::Unspecified) -> Self {
        ErrorCode::Internal.into()
    }
}

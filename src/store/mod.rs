//! Where state lives: ports with their contracts, and the adapters of the embedded default.
//!
//! [`Store`] holds rows and [`Blobs`] holds bytes. Both encrypt personal data at rest, so callers hand in and get back
//! plain values. A call that returns `Ok` is durable: it survives `kill -9` at the next instruction. A call that
//! returns `Err` may or may not have happened; every write is therefore safe to repeat.

mod blobs;
mod cipher;
mod originals;
mod sqlite;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decide::Approval;
use crate::finding::Code;
use crate::inspect::InspectionReport;
use crate::record::{CertificationNo, CopyId, DeliveryId, Facts, Kind, Requester, ScanFile, Sha256, SubmissionId};

pub use blobs::{Blobs, FolderBlobs};
pub use cipher::{Cipher, CipherError};
pub use originals::{EarlierCopy, OriginalTrace, Originals};
pub use sqlite::SqliteStore;

/// The store could not do what was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The request id was used before, for another upload.
    #[error("the request id was used for another upload")]
    RequestIdReused,
    /// The row is not in the state that the change starts from.
    #[error("the row is in another state")]
    WrongState,
    /// No such row.
    #[error("no such row")]
    NotFound,
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database could not be brought to this version.
    #[error("the database could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A file could not be written or read.
    #[error("a file could not be written or read")]
    Io(#[from] std::io::Error),
    /// What is stored could not be decrypted or is not what was written.
    #[error("stored data is damaged")]
    Damaged,
}

impl From<CipherError> for StoreError {
    fn from(_: CipherError) -> Self {
        Self::Damaged
    }
}

/// Where a submission stands; `design.md` 1 is the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Stored, not yet inspected.
    Received,
    /// In an officer's queue.
    Referred,
    /// Approved; the copy is being made.
    Approved,
    /// Issued. Final.
    Issued,
    /// Refused. Final.
    Refused,
    /// Withdrawn. Final.
    Cancelled,
}

impl State {
    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Issued | Self::Refused | Self::Cancelled)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Referred => "referred",
            Self::Approved => "approved",
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Received, Self::Referred, Self::Approved, Self::Issued, Self::Refused, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// A step that a submission took; the numbers are those of the public interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented in certification.proto, SubmissionEvent.Stage")]
pub enum Stage {
    Received = 1,
    Inspected = 2,
    Decided = 3,
    Numbered = 4,
    Sealed = 5,
    Registered = 6,
    Delivered = 7,
    Cancelled = 8,
    Waiting = 9,
}

/// A submission to store.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// Its id.
    pub id: SubmissionId,
    /// The kiosk that sent it, by id.
    pub kiosk: String,
    /// The kiosk's idempotency key.
    pub request_id: String,
    /// The agency that the kiosk stands in, by id.
    pub agency: String,
    /// Kind as declared.
    pub declared_kind: Option<Kind>,
    /// The citizen. Encrypted at rest.
    pub requester: Requester,
    /// The files, in order.
    pub files: Vec<ScanFile>,
    /// How many copies are wanted.
    pub copies: u32,
}

/// A submission as stored.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What was received.
    pub received: NewSubmission,
    /// Where it stands.
    pub state: State,
    /// What inspection saw, with the register's findings. Encrypted at rest.
    pub report: Option<InspectionReport>,
    /// The codes that a referral or refusal rests on.
    pub reasons: Vec<Code>,
    /// The approval, once given.
    pub approval: Option<Approval>,
    /// Facts that an officer entered in place of what was read.
    pub officer_facts: Option<Facts>,
    /// Number reserved for it.
    pub number: Option<CertificationNo>,
    /// The copies in order, once issued.
    pub copies: Vec<CopyId>,
    /// Error code of what it waits for.
    pub waiting: Option<String>,
    /// How often the present step was tried.
    pub attempts: u32,
    /// When it was received, ms since 1970 UTC.
    pub created_ms: i64,
    /// When it last changed, ms since 1970 UTC.
    pub updated_ms: i64,
}

/// One step of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Number within the submission, from 1 without holes.
    pub sequence: i64,
    /// What was done.
    pub stage: Stage,
    /// When, ms since 1970 UTC.
    pub at_ms: i64,
}

/// What ended inspection or review.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Approved.
    Approved(Approval),
    /// Referred to an officer.
    Referred(Vec<Code>),
    /// Refused.
    Refused(Vec<Code>),
}

/// A copy as issued. Personal data is encrypted at rest.
#[derive(Debug, Clone)]
pub struct IssuedCopy {
    /// Its id.
    pub id: CopyId,
    /// The submission that it was made from.
    pub submission: SubmissionId,
    /// Kind of certificate.
    pub kind: Kind,
    /// Number in the certification register.
    pub number: CertificationNo,
    /// Certifier who signed, by id.
    pub certifier: String,
    /// SHA-256 of the PDF, and the key of its blob.
    pub sha256: Sha256,
    /// Length of the PDF.
    pub size_bytes: u64,
    /// Text of its QR code.
    pub qr_text: String,
    /// When it was issued, ms since 1970 UTC.
    pub issued_ms: i64,
    /// What it states.
    pub facts: Facts,
    /// To whom it belongs.
    pub holder: Requester,
}

/// A copy to record, and the pushes that follow it, by wallet.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The copy.
    pub copy: IssuedCopy,
    /// One for each wallet that gets it.
    pub deliveries: Vec<(DeliveryId, String)>,
}

/// How a number of the certification register stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberState {
    /// Reserved for a copy that is being made.
    Reserved,
    /// Borne by these copies, which were made together.
    Issued(Vec<CopyId>),
    /// Given up, with the reason; never used again.
    Void(String),
}

/// A number reserved for a copy that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The number.
    pub number: CertificationNo,
    /// When it was reserved, ms since 1970 UTC: the date on the copy, however late the copy is finished.
    pub reserved_ms: i64,
}

/// One line of the certification register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterLine {
    /// The number.
    pub number: CertificationNo,
    /// The submission that it was given to.
    pub submission: SubmissionId,
    /// When it was given, ms since 1970 UTC.
    pub reserved_ms: i64,
    /// How it stands.
    pub state: NumberState,
}

/// A year of an agency's register, closed: what its lines came to, and who confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The certifier who confirmed it, by id.
    pub certifier: String,
    /// The last running number; 0 for a year without any.
    pub last_number: u32,
    /// Numbers that copies bear.
    pub issued: u32,
    /// Numbers that were given up.
    pub void: u32,
    /// Fees, đồng.
    pub fee_vnd: u64,
    /// When, ms since 1970 UTC.
    pub closed_ms: i64,
}

/// What an officer's act makes of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It must not be accepted any more. Final.
    Revoked,
    /// The copy with this id took its place.
    Superseded(CopyId),
}

/// A recorded change of how a copy stands: who, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The copy.
    pub copy: CopyId,
    /// What became of it.
    pub change: Change,
    /// The officer, by id.
    pub officer: String,
    /// Why, in the officer's words. Encrypted at rest.
    pub reason: String,
    /// When, ms since 1970 UTC.
    pub changed_ms: i64,
}

/// A citizen linked to a wallet.
#[derive(Debug, Clone)]
pub struct HolderLink {
    /// The wallet, by id.
    pub wallet: String,
    /// Keyed hash of the personal id.
    pub holder: String,
    /// Consent as given, JSON.
    pub consent: String,
    /// When the link was made, ms since 1970 UTC.
    pub created_ms: i64,
}

/// One push of a copy to a wallet.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id, and the idempotency key of the push.
    pub id: DeliveryId,
    /// The copy.
    pub copy: CopyId,
    /// The wallet, by id.
    pub wallet: String,
    /// The wallet's signed receipt, once it acknowledged.
    pub receipt: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was made, ms since 1970 UTC.
    pub created_ms: i64,
    /// When the wallet acknowledged, ms since 1970 UTC.
    pub acknowledged_ms: Option<i64>,
    /// Code of the last failure.
    pub last_error: Option<String>,
}

/// What a wallet is to be told of a copy that it holds: that it was revoked or superseded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The delivery by which the wallet got the copy.
    pub delivery: DeliveryId,
    /// The change that made it due; what is told is how the copy stands by then.
    pub change: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// Rows. Every method is one transaction, serialisable with every other.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a submission and its first event; the same kiosk and request id with the same files yields the submission
    /// stored first, also when both calls run at once.
    ///
    /// # Errors
    /// [`StoreError::RequestIdReused`] when the files or the declared kind differ.
    async fn accept(&self, new: NewSubmission, now_ms: i64) -> Result<Submission, StoreError>;

    /// The submission that `kiosk` sent under `request_id`.
    async fn find_request(&self, kiosk: &str, request_id: &str) -> Result<Option<Submission>, StoreError>;

    /// One submission.
    async fn submission(&self, id: &SubmissionId) -> Result<Option<Submission>, StoreError>;

    /// The events of a submission after number `after`.
    async fn events(&self, id: &SubmissionId, after: i64) -> Result<Vec<Event>, StoreError>;

    /// Takes the submission that has waited longest for work (received or approved, due, not leased) until
    /// `now_ms + lease_ms`; no two callers hold the same submission at once.
    async fn lease_submission(&self, now_ms: i64, lease_ms: i64) -> Result<Option<SubmissionId>, StoreError>;

    /// Ends a lease early: the submission is due again at `due_ms`, waiting for `code`.
    async fn postpone_submission(&self, id: &SubmissionId, due_ms: i64, code: &str, now_ms: i64) -> Result<(), StoreError>;

    /// Records the report and the outcome of inspection; received → approved, referred or refused.
    async fn record_inspection(
        &self,
        id: &SubmissionId,
        report: &InspectionReport,
        outcome: &Outcome,
        now_ms: i64,
    ) -> Result<Submission, StoreError>;

    /// Records an officer's decision; referred → approved or refused.
    async fn record_review(
        &self,
        id: &SubmissionId,
        outcome: &Outcome,
        facts: Option<&Facts>,
        audit: &str,
        now_ms: i64,
    ) -> Result<Submission, StoreError>;

    /// Withdraws a submission; received or referred → cancelled.
    async fn cancel(&self, id: &SubmissionId, now_ms: i64) -> Result<Submission, StoreError>;

    /// The referred submissions of an agency, oldest first, after `(created_ms, id)`.
    async fn referrals(&self, agency: &str, after: Option<(i64, String)>, most: u32) -> Result<Vec<Submission>, StoreError>;

    /// Reserves the next number of the agency's register for an approved submission: from 1 in each year, no hole, no
    /// duplicate. Called again for the same submission it returns the number already reserved.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when the year was closed.
    async fn reserve_number(&self, id: &SubmissionId, year: i32, book: u32, symbol: &str, now_ms: i64) -> Result<Reservation, StoreError>;

    /// Gives up the number reserved for a submission, with the reason, and sends the submission to an officer:
    /// approved → referred.
    async fn void_number(&self, id: &SubmissionId, reason: &str, now_ms: i64) -> Result<(), StoreError>;

    /// Records all copies of a submission, in order, with their deliveries, and the register line that they share, all or
    /// nothing; approved → issued. Repeated for the same submission it changes nothing.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] when there is none, or when they are of several submissions or numbers.
    async fn record_issue(&self, issues: &[Issue], now_ms: i64) -> Result<(), StoreError>;

    /// One copy.
    async fn copy(&self, id: &CopyId) -> Result<Option<IssuedCopy>, StoreError>;

    /// The copy with this digest.
    async fn copy_by_digest(&self, sha256: &Sha256) -> Result<Option<IssuedCopy>, StoreError>;

    /// The lines of an agency's register of one year, by number.
    async fn register_lines(&self, agency: &str, year: i32) -> Result<Vec<RegisterLine>, StoreError>;

    /// One line of an agency's register.
    async fn register_line(&self, agency: &str, year: i32, number: u32) -> Result<Option<RegisterLine>, StoreError>;

    /// Records that a copy was revoked or superseded, and a notice for each wallet that it was made out to; nothing recorded is ever
    /// changed or taken back. The same act repeated gives what was recorded first. A superseded copy may still be revoked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the copy or the one that takes its place was not issued; [`StoreError::WrongState`] when it
    /// was revoked already, superseded by another one, or when the one that takes its place is itself or is not in force.
    async fn change_status(&self, change: &StatusChange) -> Result<StatusChange, StoreError>;

    /// What became of a copy, if anything: a revocation outweighs all else.
    async fn status_change(&self, copy: &CopyId) -> Result<Option<StatusChange>, StoreError>;

    /// Takes one notice that is due until `now_ms + lease_ms`; none is due before the wallet has the copy.
    async fn lease_notice(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Notice>, StoreError>;

    /// Records that a wallet could not be told: due again at `due_ms`.
    async fn postpone_notice(&self, notice: &Notice, due_ms: i64, code: &str) -> Result<(), StoreError>;

    /// Records that the wallet was told. Final.
    async fn settle_notice(&self, notice: &Notice, now_ms: i64) -> Result<(), StoreError>;

    /// Closes a year of an agency's register; no number is reserved in it any more. Repeated, the first closing stays and is
    /// given back.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] while a number of the year is reserved, or when the last number is another than the closing's.
    async fn close_year(&self, agency: &str, year: i32, closing: &Closing) -> Result<Closing, StoreError>;

    /// The closing of a year, if it was closed.
    async fn closing(&self, agency: &str, year: i32) -> Result<Option<Closing>, StoreError>;

    /// Links a citizen to a wallet; again: the consent is renewed.
    async fn link_holder(&self, link: &HolderLink) -> Result<HolderLink, StoreError>;

    /// The wallets that a citizen is linked to.
    async fn wallets_of(&self, holder: &str) -> Result<Vec<String>, StoreError>;

    /// Takes one delivery that is due until `now_ms + lease_ms`.
    async fn lease_delivery(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Delivery>, StoreError>;

    /// Records a failed push: due again at `due_ms`.
    async fn postpone_delivery(&self, id: &DeliveryId, due_ms: i64, code: &str) -> Result<(), StoreError>;

    /// Records the wallet's receipt; repeated, the first receipt stays.
    async fn acknowledge(&self, id: &DeliveryId, receipt: &str, now_ms: i64) -> Result<Delivery, StoreError>;

    /// One delivery.
    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError>;

    /// A wallet's deliveries, newest first, before `(created_ms, id)`.
    async fn deliveries(&self, wallet: &str, before: Option<(i64, String)>, most: u32) -> Result<Vec<Delivery>, StoreError>;
}

//! The embedded default: one SQLite file, WAL, every commit synced.
//!
//! A single connection writes, so that transactions queue in order instead of failing busy; readers have their own.

mod closing;
mod delivery;
mod issue;
mod notice;
mod originals;
mod row;
mod status;
mod submission;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Pool, Sqlite, Transaction};

use super::{
    Cipher, Closing, Delivery, Event, HolderLink, Issue, IssuedCopy, NewSubmission, Notice, Outcome, RegisterLine, Reservation,
    StatusChange, Store, StoreError, Submission,
};
use crate::inspect::InspectionReport;
use crate::record::{CopyId, DeliveryId, Facts, Sha256, SubmissionId};

/// Rows in one SQLite file.
pub struct SqliteStore {
    writer: Pool<Sqlite>,
    reader: Pool<Sqlite>,
    cipher: Arc<Cipher>,
}

const READERS: u32 = 4;

impl SqliteStore {
    /// Opens or makes the database at `path` and brings it to this version.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Migration`].
    pub async fn open(path: &Path, cipher: Arc<Cipher>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("./migrations").run(&writer).await?;
        let reader = SqlitePoolOptions::new().max_connections(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, reader, cipher })
    }

    async fn write(&self) -> Result<Transaction<'_, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, new: NewSubmission, now_ms: i64) -> Result<Submission, StoreError> {
        submission::accept(self, new, now_ms).await
    }

    async fn find_request(&self, kiosk: &str, request_id: &str) -> Result<Option<Submission>, StoreError> {
        submission::find_request(self, kiosk, request_id).await
    }

    async fn submission(&self, id: &SubmissionId) -> Result<Option<Submission>, StoreError> {
        submission::find(self, id).await
    }

    async fn events(&self, id: &SubmissionId, after: i64) -> Result<Vec<Event>, StoreError> {
        submission::events(self, id, after).await
    }

    async fn lease_submission(&self, now_ms: i64, lease_ms: i64) -> Result<Option<SubmissionId>, StoreError> {
        submission::lease(self, now_ms, lease_ms).await
    }

    async fn postpone_submission(&self, id: &SubmissionId, due_ms: i64, code: &str, now_ms: i64) -> Result<(), StoreError> {
        submission::postpone(self, id, due_ms, code, now_ms).await
    }

    async fn record_inspection(
        &self,
        id: &SubmissionId,
        report: &InspectionReport,
        outcome: &Outcome,
        now_ms: i64,
    ) -> Result<Submission, StoreError> {
        submission::record_inspection(self, id, report, outcome, now_ms).await
    }

    async fn record_review(
        &self,
        id: &SubmissionId,
        outcome: &Outcome,
        facts: Option<&Facts>,
        audit: &str,
        now_ms: i64,
    ) -> Result<Submission, StoreError> {
        submission::record_review(self, id, outcome, facts, audit, now_ms).await
    }

    async fn cancel(&self, id: &SubmissionId, now_ms: i64) -> Result<Submission, StoreError> {
        submission::cancel(self, id, now_ms).await
    }

    async fn referrals(&self, agency: &str, after: Option<(i64, String)>, most: u32) -> Result<Vec<Submission>, StoreError> {
        submission::referrals(self, agency, after, most).await
    }

    async fn reserve_number(&self, id: &SubmissionId, year: i32, book: u32, symbol: &str, now_ms: i64) -> Result<Reservation, StoreError> {
        issue::reserve_number(self, id, year, book, symbol, now_ms).await
    }

    async fn void_number(&self, id: &SubmissionId, reason: &str, now_ms: i64) -> Result<(), StoreError> {
        issue::void_number(self, id, reason, now_ms).await
    }

    async fn record_issue(&self, issues: &[Issue], now_ms: i64) -> Result<(), StoreError> {
        issue::record_issue(self, issues, now_ms).await
    }

    async fn copy(&self, id: &CopyId) -> Result<Option<IssuedCopy>, StoreError> {
        issue::copy(self, id).await
    }

    async fn copy_by_digest(&self, sha256: &Sha256) -> Result<Option<IssuedCopy>, StoreError> {
        issue::copy_by_digest(self, sha256).await
    }

    async fn register_lines(&self, agency: &str, year: i32) -> Result<Vec<RegisterLine>, StoreError> {
        issue::register_lines(self, agency, year).await
    }

    async fn register_line(&self, agency: &str, year: i32, number: u32) -> Result<Option<RegisterLine>, StoreError> {
        issue::register_line(self, agency, year, number).await
    }

    async fn change_status(&self, change: &StatusChange) -> Result<StatusChange, StoreError> {
        status::change(self, change).await
    }

    async fn status_change(&self, copy: &CopyId) -> Result<Option<StatusChange>, StoreError> {
        let mut connection = self.reader.acquire().await?;
        status::find(&mut connection, self, copy).await
    }

    async fn lease_notice(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Notice>, StoreError> {
        notice::lease(self, now_ms, lease_ms).await
    }

    async fn postpone_notice(&self, notice: &Notice, due_ms: i64, code: &str) -> Result<(), StoreError> {
        notice::postpone(self, notice, due_ms, code).await
    }

    async fn settle_notice(&self, notice: &Notice, now_ms: i64) -> Result<(), StoreError> {
        notice::settle(self, notice, now_ms).await
    }

    async fn close_year(&self, agency: &str, year: i32, closing: &Closing) -> Result<Closing, StoreError> {
        closing::close(self, agency, year, closing).await
    }

    async fn closing(&self, agency: &str, year: i32) -> Result<Option<Closing>, StoreError> {
        closing::find(&mut *self.reader.acquire().await?, agency, year).await
    }

    async fn link_holder(&self, link: &HolderLink) -> Result<HolderLink, StoreError> {
        delivery::link_holder(self, link).await
    }

    async fn wallets_of(&self, holder: &str) -> Result<Vec<String>, StoreError> {
        delivery::wallets_of(self, holder).await
    }

    async fn lease_delivery(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Delivery>, StoreError> {
        delivery::lease(self, now_ms, lease_ms).await
    }

    async fn postpone_delivery(&self, id: &DeliveryId, due_ms: i64, code: &str) -> Result<(), StoreError> {
        delivery::postpone(self, id, due_ms, code).await
    }

    async fn acknowledge(&self, id: &DeliveryId, receipt: &str, now_ms: i64) -> Result<Delivery, StoreError> {
        delivery::acknowledge(self, id, receipt, now_ms).await
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
        delivery::find(self, id).await
    }

    async fn deliveries(&self, wallet: &str, before: Option<(i64, String)>, most: u32) -> Result<Vec<Delivery>, StoreError> {
        delivery::list(self, wallet, before, most).await
    }
}

#[cfg(test)]
mod tests;

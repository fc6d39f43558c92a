//! Submissions, their events and their leases.

use sqlx::{Row, Sqlite, SqliteConnection, Transaction};

use super::super::{Event, NewSubmission, Outcome, Reservation, Stage, State, StoreError, Submission};
use super::SqliteStore;
use super::row::{self, SUBMISSION, seal, to_json};
use crate::finding::Code;
use crate::inspect::InspectionReport;
use crate::record::{Facts, SubmissionId};

pub(super) async fn accept(store: &SqliteStore, new: NewSubmission, now_ms: i64) -> Result<Submission, StoreError> {
    let mut tx = store.write().await?;
    if let Some(earlier) = by_request(&mut tx, store, &new.kiosk, &new.request_id).await? {
        let said = |received: &NewSubmission| (received.files.clone(), received.declared_kind.clone(), received.copies);
        let same = said(&earlier.received) == said(&new);
        return if same { Ok(earlier) } else { Err(StoreError::RequestIdReused) };
    }
    let id = new.id.as_str();
    sqlx::query(
        "INSERT INTO submissions (id, kiosk, request_id, agency, state, declared_kind, requester_sealed, files, copies, due_ms, \
         created_ms, updated_ms) VALUES ($1, $2, $3, $4, 'received', $5, $6, $7, $8, $9, $9, $9)",
    )
    .bind(id)
    .bind(&new.kiosk)
    .bind(&new.request_id)
    .bind(&new.agency)
    .bind(new.declared_kind.as_ref().map(|kind| kind.as_str()))
    .bind(seal(&store.cipher, id, &new.requester)?)
    .bind(to_json(&new.files)?)
    .bind(i64::from(new.copies))
    .bind(now_ms)
    .execute(&mut *tx)
    .await?;
    append_event(&mut tx, &new.id, Stage::Received, now_ms).await?;
    let stored = load(&mut tx, store, &new.id).await?;
    tx.commit().await?;
    Ok(stored)
}

pub(super) async fn find(store: &SqliteStore, id: &SubmissionId) -> Result<Option<Submission>, StoreError> {
    let query = format!("{SUBMISSION} WHERE s.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(&store.reader).await?;
    row.map(|row| row::submission(&row, &store.cipher)).transpose()
}

pub(super) async fn find_request(store: &SqliteStore, kiosk: &str, request_id: &str) -> Result<Option<Submission>, StoreError> {
    by_request(&mut *store.reader.acquire().await?, store, kiosk, request_id).await
}

async fn by_request(
    connection: &mut SqliteConnection,
    store: &SqliteStore,
    kiosk: &str,
    request_id: &str,
) -> Result<Option<Submission>, StoreError> {
    let query = format!("{SUBMISSION} WHERE s.kiosk = $1 AND s.request_id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(kiosk).bind(request_id).fetch_optional(connection).await?;
    row.map(|row| row::submission(&row, &store.cipher)).transpose()
}

/// The submission as the transaction sees it.
pub(super) async fn load(tx: &mut Transaction<'_, Sqlite>, store: &SqliteStore, id: &SubmissionId) -> Result<Submission, StoreError> {
    let query = format!("{SUBMISSION} WHERE s.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_str()).fetch_optional(&mut **tx).await?;
    row::submission(&row.ok_or(StoreError::NotFound)?, &store.cipher)
}

pub(super) async fn events(store: &SqliteStore, id: &SubmissionId, after: i64) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<(i64, i64, i64)> =
        sqlx::query_as("SELECT sequence, stage, at_ms FROM events WHERE submission = $1 AND sequence > $2 ORDER BY sequence")
            .bind(id.as_str())
            .bind(after)
            .fetch_all(&store.reader)
            .await?;
    rows.into_iter()
        .map(|(sequence, stage, at_ms)| Ok(Event { sequence, stage: stage_of(stage).ok_or(StoreError::Damaged)?, at_ms }))
        .collect()
}

fn stage_of(number: i64) -> Option<Stage> {
    use Stage::{Cancelled, Decided, Delivered, Inspected, Numbered, Received, Registered, Sealed, Waiting};
    [Received, Inspected, Decided, Numbered, Sealed, Registered, Delivered, Cancelled, Waiting]
        .into_iter()
        .find(|stage| *stage as i64 == number)
}

pub(super) async fn append_event(tx: &mut Transaction<'_, Sqlite>, id: &SubmissionId, stage: Stage, now_ms: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO events (submission, sequence, stage, at_ms) \
         SELECT $1, COALESCE(MAX(sequence), 0) + 1, $2, $3 FROM events WHERE submission = $1",
    )
    .bind(id.as_str())
    .bind(stage as i64)
    .bind(now_ms)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn lease(store: &SqliteStore, now_ms: i64, lease_ms: i64) -> Result<Option<SubmissionId>, StoreError> {
    let mut tx = store.write().await?;
    let id: Option<String> = sqlx::query_scalar(
        "UPDATE submissions SET lease_ms = $2 WHERE id = (SELECT id FROM submissions \
         WHERE state IN ('received', 'approved') AND due_ms <= $1 AND lease_ms <= $1 ORDER BY due_ms LIMIT 1) RETURNING id",
    )
    .bind(now_ms)
    .bind(now_ms + lease_ms)
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    id.map(|id| SubmissionId::parse(&id).map_err(|_| StoreError::Damaged)).transpose()
}

pub(super) async fn postpone(store: &SqliteStore, id: &SubmissionId, due_ms: i64, code: &str, now_ms: i64) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    let waited: Option<Option<String>> =
        sqlx::query_scalar("SELECT waiting FROM submissions WHERE id = $1").bind(id.as_str()).fetch_optional(&mut *tx).await?;
    sqlx::query("UPDATE submissions SET due_ms = $2, lease_ms = 0, waiting = $3, attempts = attempts + 1, updated_ms = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(due_ms)
        .bind(code)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
    if waited.flatten().as_deref() != Some(code) {
        append_event(&mut tx, id, Stage::Waiting, now_ms).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub(super) async fn record_inspection(
    store: &SqliteStore,
    id: &SubmissionId,
    report: &InspectionReport,
    outcome: &Outcome,
    now_ms: i64,
) -> Result<Submission, StoreError> {
    let mut tx = store.write().await?;
    require(standing(&mut tx, id).await?.state, &[State::Received])?;
    sqlx::query("UPDATE submissions SET report_sealed = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(seal(&store.cipher, id.as_str(), report)?)
        .execute(&mut *tx)
        .await?;
    append_event(&mut tx, id, Stage::Inspected, now_ms).await?;
    settle(&mut tx, id, outcome, now_ms).await?;
    let stored = load(&mut tx, store, id).await?;
    tx.commit().await?;
    Ok(stored)
}

pub(super) async fn record_review(
    store: &SqliteStore,
    id: &SubmissionId,
    outcome: &Outcome,
    facts: Option<&Facts>,
    audit: &str,
    now_ms: i64,
) -> Result<Submission, StoreError> {
    let mut tx = store.write().await?;
    require(standing(&mut tx, id).await?.state, &[State::Referred])?;
    if let Some(facts) = facts {
        sqlx::query("UPDATE submissions SET facts_sealed = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(seal(&store.cipher, id.as_str(), facts)?)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("INSERT INTO reviews (submission, at_ms, audit_sealed) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(now_ms)
        .bind(store.cipher.encrypt(id.as_str(), audit.as_bytes())?)
        .execute(&mut *tx)
        .await?;
    settle(&mut tx, id, outcome, now_ms).await?;
    let stored = load(&mut tx, store, id).await?;
    tx.commit().await?;
    Ok(stored)
}

async fn settle(tx: &mut Transaction<'_, Sqlite>, id: &SubmissionId, outcome: &Outcome, now_ms: i64) -> Result<(), StoreError> {
    let (state, reasons, approval): (State, &[Code], Option<String>) = match outcome {
        Outcome::Approved(approval) => (State::Approved, &[], Some(to_json(approval)?)),
        Outcome::Referred(because) => (State::Referred, because, None),
        Outcome::Refused(because) => (State::Refused, because, None),
    };
    sqlx::query(
        "UPDATE submissions SET state = $2, reasons = $3, approval = $4, waiting = NULL, attempts = 0, lease_ms = 0, due_ms = $5, updated_ms = $5 \
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(state.as_str())
    .bind(to_json(&reasons)?)
    .bind(approval)
    .bind(now_ms)
    .execute(&mut **tx)
    .await?;
    append_event(tx, id, Stage::Decided, now_ms).await
}

pub(super) async fn cancel(store: &SqliteStore, id: &SubmissionId, now_ms: i64) -> Result<Submission, StoreError> {
    let mut tx = store.write().await?;
    let stored = load(&mut tx, store, id).await?;
    if stored.state == State::Cancelled {
        return Ok(stored);
    }
    require(stored.state, &[State::Received, State::Referred])?;
    sqlx::query("UPDATE submissions SET state = 'cancelled', waiting = NULL, updated_ms = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
    append_event(&mut tx, id, Stage::Cancelled, now_ms).await?;
    let stored = load(&mut tx, store, id).await?;
    tx.commit().await?;
    Ok(stored)
}

pub(super) async fn referrals(
    store: &SqliteStore,
    agency: &str,
    after: Option<(i64, String)>,
    most: u32,
) -> Result<Vec<Submission>, StoreError> {
    let (after_ms, after_id) = after.unwrap_or((i64::MIN, String::new()));
    let query = format!(
        "{SUBMISSION} WHERE s.state = 'referred' AND s.agency = $1 AND (s.created_ms, s.id) > ($2, $3) ORDER BY s.created_ms, s.id LIMIT $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(agency)
        .bind(after_ms)
        .bind(after_id)
        .bind(i64::from(most))
        .fetch_all(&store.reader)
        .await?;
    rows.iter().map(|row| row::submission(row, &store.cipher)).collect()
}

/// What must be known of a submission before it is changed: nothing of it is decrypted for that.
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) agency: String,
    /// Its number, if it has one that is not void.
    pub(super) reservation: Option<Reservation>,
}

/// How a submission stands, as the transaction sees it.
pub(super) async fn standing(tx: &mut Transaction<'_, Sqlite>, id: &SubmissionId) -> Result<Standing, StoreError> {
    let row = sqlx::query(
        "SELECT s.state, s.agency, r.year AS r_year, r.number AS r_number, r.book AS r_book, r.symbol AS r_symbol, r.reserved_ms \
         FROM submissions s LEFT JOIN register r ON r.submission = s.id AND r.state <> 'void' WHERE s.id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    let agency: String = row.try_get("agency")?;
    let reservation =
        row::number(&row, &agency)?.map(|number| Ok::<_, sqlx::Error>(Reservation { number, reserved_ms: row.try_get("reserved_ms")? }));
    Ok(Standing {
        state: State::parse(&row.try_get::<String, _>("state")?).ok_or(StoreError::Damaged)?,
        agency,
        reservation: reservation.transpose()?,
    })
}

pub(super) fn require(state: State, states: &[State]) -> Result<(), StoreError> {
    if states.contains(&state) { Ok(()) } else { Err(StoreError::WrongState) }
}

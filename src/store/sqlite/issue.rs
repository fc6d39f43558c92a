//! The certification register and the copies.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{Issue, IssuedCopy, NumberState, RegisterLine, Reservation, Stage, State, StoreError};
use super::SqliteStore;
use super::row::{copy_ids, from_json, seal, small, to_json, unseal};
use super::submission::{Standing, append_event, require, standing};
use crate::finding::Code;
use crate::record::{CertificationNo, CopyId, Kind, Sha256, SubmissionId};

pub(super) async fn reserve_number(
    store: &SqliteStore,
    id: &SubmissionId,
    year: i32,
    book: u32,
    symbol: &str,
    now_ms: i64,
) -> Result<Reservation, StoreError> {
    let mut tx = store.write().await?;
    let Standing { state, agency, reservation } = standing(&mut tx, id).await?;
    if let Some(reservation) = reservation {
        return Ok(reservation);
    }
    require(state, &[State::Approved])?;
    if super::closing::find(&mut tx, &agency, year).await?.is_some() {
        return Err(StoreError::WrongState);
    }
    let next: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM register WHERE agency = $1 AND year = $2")
        .bind(&agency)
        .bind(year)
        .fetch_one(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO register (agency, year, number, book, symbol, submission, state, reserved_ms) VALUES ($1, $2, $3, $4, $5, $6, 'reserved', $7)",
    )
    .bind(&agency)
    .bind(year)
    .bind(next)
    .bind(i64::from(book))
    .bind(symbol)
    .bind(id.as_str())
    .bind(now_ms)
    .execute(&mut *tx)
    .await?;
    append_event(&mut tx, id, Stage::Numbered, now_ms).await?;
    tx.commit().await?;
    let number = CertificationNo { agency, year, book, number: small(next)?, symbol: symbol.to_owned() };
    Ok(Reservation { number, reserved_ms: now_ms })
}

pub(super) async fn void_number(store: &SqliteStore, id: &SubmissionId, reason: &str, now_ms: i64) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    let state = standing(&mut tx, id).await?.state;
    if state == State::Referred {
        return Ok(());
    }
    require(state, &[State::Approved])?;
    sqlx::query("UPDATE register SET state = 'void', reason = $2, closed_ms = $3 WHERE submission = $1 AND state = 'reserved'")
        .bind(id.as_str())
        .bind(reason)
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE submissions SET state = 'referred', approval = NULL, reasons = $2, waiting = NULL, lease_ms = 0, updated_ms = $3 WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(to_json(&[Code::IssueFailed])?)
    .bind(now_ms)
    .execute(&mut *tx)
    .await?;
    append_event(&mut tx, id, Stage::Decided, now_ms).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn record_issue(store: &SqliteStore, issues: &[Issue], now_ms: i64) -> Result<(), StoreError> {
    let first = &issues.first().ok_or(StoreError::WrongState)?.copy;
    let mut tx = store.write().await?;
    let Standing { state, reservation, .. } = standing(&mut tx, &first.submission).await?;
    if state == State::Issued {
        return Ok(());
    }
    require(state, &[State::Approved])?;
    let number = reservation.as_ref().map(|reservation| &reservation.number);
    let together = |issue: &Issue| issue.copy.submission == first.submission && Some(&issue.copy.number) == number;
    if !issues.iter().all(together) {
        return Err(StoreError::WrongState);
    }
    for (place, issue) in (1..).zip(issues) {
        insert(&mut tx, store, place, issue, now_ms).await?;
    }
    sqlx::query("UPDATE register SET state = 'issued', copy = $2, closed_ms = $3 WHERE submission = $1 AND state = 'reserved'")
        .bind(first.submission.as_str())
        .bind(first.id.as_str())
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE submissions SET state = 'issued', copy = $2, waiting = NULL, lease_ms = 0, updated_ms = $3 WHERE id = $1")
        .bind(first.submission.as_str())
        .bind(first.id.as_str())
        .bind(now_ms)
        .execute(&mut *tx)
        .await?;
    append_event(&mut tx, &first.submission, Stage::Sealed, first.issued_ms).await?;
    append_event(&mut tx, &first.submission, Stage::Registered, now_ms).await?;
    tx.commit().await?;
    Ok(())
}

/// One copy, at its place among those of its submission, and its deliveries.
async fn insert(tx: &mut Transaction<'_, Sqlite>, store: &SqliteStore, place: i64, issue: &Issue, now_ms: i64) -> Result<(), StoreError> {
    let Issue { copy, deliveries } = issue;
    let id = copy.id.as_str();
    sqlx::query(
        "INSERT INTO copies (id, submission, place, kind, number, certifier, sha256, size_bytes, qr_text_sealed, facts_sealed, holder_sealed, \
         issued_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id)
    .bind(copy.submission.as_str())
    .bind(place)
    .bind(copy.kind.as_str())
    .bind(to_json(&copy.number)?)
    .bind(&copy.certifier)
    .bind(copy.sha256.to_hex())
    .bind(i64::try_from(copy.size_bytes).map_err(|_| StoreError::Damaged)?)
    .bind(seal(&store.cipher, id, &copy.qr_text)?)
    .bind(seal(&store.cipher, id, &copy.facts)?)
    .bind(seal(&store.cipher, id, &copy.holder)?)
    .bind(copy.issued_ms)
    .execute(&mut **tx)
    .await?;
    for (delivery, wallet) in deliveries {
        sqlx::query("INSERT INTO deliveries (id, copy, wallet, due_ms, created_ms) VALUES ($1, $2, $3, $4, $4)")
            .bind(delivery.as_str())
            .bind(id)
            .bind(wallet)
            .bind(now_ms)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

pub(super) async fn copy(store: &SqliteStore, id: &CopyId) -> Result<Option<IssuedCopy>, StoreError> {
    let row = sqlx::query("SELECT * FROM copies WHERE id = $1").bind(id.as_str()).fetch_optional(&store.reader).await?;
    row.map(|row| issued(&row, store)).transpose()
}

pub(super) async fn copy_by_digest(store: &SqliteStore, sha256: &Sha256) -> Result<Option<IssuedCopy>, StoreError> {
    let row = sqlx::query("SELECT * FROM copies WHERE sha256 = $1").bind(sha256.to_hex()).fetch_optional(&store.reader).await?;
    row.map(|row| issued(&row, store)).transpose()
}

fn issued(row: &SqliteRow, store: &SqliteStore) -> Result<IssuedCopy, StoreError> {
    let id: String = row.try_get("id")?;
    let sealed = |column: &str| row.try_get::<Vec<u8>, _>(column);
    Ok(IssuedCopy {
        submission: SubmissionId::parse(&row.try_get::<String, _>("submission")?).map_err(|_| StoreError::Damaged)?,
        kind: Kind::new(&row.try_get::<String, _>("kind")?).ok_or(StoreError::Damaged)?,
        number: from_json(&row.try_get::<String, _>("number")?)?,
        certifier: row.try_get("certifier")?,
        sha256: Sha256::from_hex(&row.try_get::<String, _>("sha256")?).ok_or(StoreError::Damaged)?,
        size_bytes: row.try_get::<i64, _>("size_bytes")?.unsigned_abs(),
        qr_text: unseal(&store.cipher, &id, &sealed("qr_text_sealed")?)?,
        facts: unseal(&store.cipher, &id, &sealed("facts_sealed")?)?,
        holder: unseal(&store.cipher, &id, &sealed("holder_sealed")?)?,
        issued_ms: row.try_get("issued_ms")?,
        id: CopyId::parse(&id).map_err(|_| StoreError::Damaged)?,
    })
}

pub(super) async fn register_lines(store: &SqliteStore, agency: &str, year: i32) -> Result<Vec<RegisterLine>, StoreError> {
    let lines = "SELECT *, (SELECT json_group_array(c.id ORDER BY c.place) FROM copies c WHERE c.submission = r.submission) AS made \
                 FROM register r WHERE agency = $1 AND year = $2 ORDER BY r.number";
    let rows = sqlx::query(lines).bind(agency).bind(year).fetch_all(&store.reader).await?;
    rows.iter().map(line_of).collect()
}

pub(super) async fn register_line(store: &SqliteStore, agency: &str, year: i32, number: u32) -> Result<Option<RegisterLine>, StoreError> {
    let line = "SELECT *, (SELECT json_group_array(c.id ORDER BY c.place) FROM copies c WHERE c.submission = r.submission) AS made \
                FROM register r WHERE agency = $1 AND year = $2 AND number = $3";
    let row = sqlx::query(line).bind(agency).bind(year).bind(i64::from(number)).fetch_optional(&store.reader).await?;
    row.as_ref().map(line_of).transpose()
}

fn line_of(row: &SqliteRow) -> Result<RegisterLine, StoreError> {
    let number = CertificationNo {
        agency: row.try_get("agency")?,
        year: row.try_get("year")?,
        book: small(row.try_get("book")?)?,
        number: small(row.try_get("number")?)?,
        symbol: row.try_get("symbol")?,
    };
    let state = match row.try_get::<String, _>("state")?.as_str() {
        "reserved" => NumberState::Reserved,
        "issued" => NumberState::Issued(copy_ids(&row.try_get::<String, _>("made")?)?),
        "void" => NumberState::Void(row.try_get::<Option<String>, _>("reason")?.unwrap_or_default()),
        _ => return Err(StoreError::Damaged),
    };
    let submission = SubmissionId::parse(&row.try_get::<String, _>("submission")?).map_err(|_| StoreError::Damaged)?;
    Ok(RegisterLine { number, submission, reserved_ms: row.try_get("reserved_ms")?, state })
}

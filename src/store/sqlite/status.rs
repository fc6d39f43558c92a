//! Copies that were revoked or superseded after they had been issued.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::super::{Change, StatusChange, StoreError};
use super::row::{seal, unseal};
use super::{SqliteStore, notice};
use crate::record::CopyId;

pub(super) async fn change(store: &SqliteStore, change: &StatusChange) -> Result<StatusChange, StoreError> {
    let mut tx = store.write().await?;
    is_issued(&mut tx, &change.copy).await?;
    let before = find(&mut tx, store, &change.copy).await?;
    match (before, &change.change) {
        (Some(first), wanted) if first.change == *wanted => return Ok(first),
        (Some(StatusChange { change: Change::Superseded(_), .. }), Change::Revoked) | (None, Change::Revoked) => {}
        (None, Change::Superseded(by)) => {
            is_issued(&mut tx, by).await?;
            if *by == change.copy || find(&mut tx, store, by).await?.is_some() {
                return Err(StoreError::WrongState);
            }
        }
        (Some(_), _) => return Err(StoreError::WrongState),
    }
    let (word, by) = match &change.change {
        Change::Revoked => (REVOKED, None),
        Change::Superseded(by) => (SUPERSEDED, Some(by.as_str())),
    };
    sqlx::query(
        "INSERT INTO status_changes (copy, change, superseded_by, officer, reason_sealed, changed_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(change.copy.as_str())
    .bind(word)
    .bind(by)
    .bind(&change.officer)
    .bind(seal(&store.cipher, change.copy.as_str(), &change.reason)?)
    .bind(change.changed_ms)
    .execute(&mut *tx)
    .await?;
    notice::record(&mut tx, &change.copy, word, change.changed_ms).await?;
    tx.commit().await?;
    Ok(change.clone())
}

const REVOKED: &str = "revoked";
const SUPERSEDED: &str = "superseded";

async fn is_issued(connection: &mut SqliteConnection, copy: &CopyId) -> Result<(), StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT place FROM copies WHERE id = $1").bind(copy.as_str()).fetch_optional(connection).await?;
    found.map(drop).ok_or(StoreError::NotFound)
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    store: &SqliteStore,
    copy: &CopyId,
) -> Result<Option<StatusChange>, StoreError> {
    // "revoked" stands before "superseded".
    let query = sqlx::query("SELECT * FROM status_changes WHERE copy = $1 ORDER BY change LIMIT 1").bind(copy.as_str());
    query.fetch_optional(connection).await?.map(|row| read(&row, store)).transpose()
}

fn read(row: &SqliteRow, store: &SqliteStore) -> Result<StatusChange, StoreError> {
    let id: String = row.try_get("copy")?;
    let parse = |id: &str| CopyId::parse(id).map_err(|_| StoreError::Damaged);
    let by: Option<String> = row.try_get("superseded_by")?;
    let change = match (row.try_get::<String, _>("change")?.as_str(), by) {
        (REVOKED, None) => Change::Revoked,
        (SUPERSEDED, Some(by)) => Change::Superseded(parse(&by)?),
        _ => return Err(StoreError::Damaged),
    };
    Ok(StatusChange {
        copy: parse(&id)?,
        change,
        officer: row.try_get("officer")?,
        reason: unseal(&store.cipher, &id, &row.try_get::<Vec<u8>, _>("reason_sealed")?)?,
        changed_ms: row.try_get("changed_ms")?,
    })
}

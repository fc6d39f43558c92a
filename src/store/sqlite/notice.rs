//! What wallets are told of copies that they hold.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{Notice, StoreError};
use super::SqliteStore;
use super::row::small;
use crate::record::{CopyId, DeliveryId};

/// A notice for each delivery of the copy, in the transaction that records the change.
pub(super) async fn record(tx: &mut Transaction<'_, Sqlite>, copy: &CopyId, change: &str, now_ms: i64) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO status_notices (delivery, change, due_ms) SELECT id, $2, $3 FROM deliveries WHERE copy = $1")
        .bind(copy.as_str())
        .bind(change)
        .bind(now_ms)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) async fn lease(store: &SqliteStore, now_ms: i64, lease_ms: i64) -> Result<Option<Notice>, StoreError> {
    let mut tx = store.write().await?;
    let row = sqlx::query(
        "UPDATE status_notices SET lease_ms = $2, attempts = attempts + 1 WHERE (delivery, change) = \
         (SELECT status_notices.delivery, status_notices.change FROM status_notices \
          JOIN deliveries ON deliveries.id = status_notices.delivery WHERE deliveries.receipt IS NOT NULL AND told_ms IS NULL \
          AND status_notices.due_ms <= $1 AND status_notices.lease_ms <= $1 ORDER BY status_notices.due_ms LIMIT 1) RETURNING *",
    )
    .bind(now_ms)
    .bind(now_ms + lease_ms)
    .fetch_optional(&mut *tx)
    .await?;
    let leased = row.map(|row| notice(&row)).transpose()?;
    tx.commit().await?;
    Ok(leased)
}

pub(super) async fn postpone(store: &SqliteStore, notice: &Notice, due_ms: i64, code: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    sqlx::query("UPDATE status_notices SET due_ms = $3, lease_ms = 0, last_error = $4 WHERE delivery = $1 AND change = $2")
        .bind(notice.delivery.as_str())
        .bind(&notice.change)
        .bind(due_ms)
        .bind(code)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn settle(store: &SqliteStore, notice: &Notice, now_ms: i64) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    let told = "UPDATE status_notices SET told_ms = $3, last_error = NULL WHERE delivery = $1 AND change = $2 AND told_ms IS NULL";
    sqlx::query(told).bind(notice.delivery.as_str()).bind(&notice.change).bind(now_ms).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

fn notice(row: &SqliteRow) -> Result<Notice, StoreError> {
    Ok(Notice {
        delivery: DeliveryId::parse(&row.try_get::<String, _>("delivery")?).map_err(|_| StoreError::Damaged)?,
        change: row.try_get("change")?,
        attempts: small(row.try_get("attempts")?)?,
    })
}

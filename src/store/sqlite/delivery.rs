//! Holders and deliveries.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{Delivery, HolderLink, Stage, StoreError};
use super::SqliteStore;
use super::row::small;
use super::submission::append_event;
use crate::record::{CopyId, DeliveryId, SubmissionId};

pub(super) async fn link_holder(store: &SqliteStore, link: &HolderLink) -> Result<HolderLink, StoreError> {
    let mut tx = store.write().await?;
    let created_ms: i64 = sqlx::query_scalar(
        "INSERT INTO holders (wallet, holder, consent, created_ms) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (wallet, holder) DO UPDATE SET consent = excluded.consent RETURNING created_ms",
    )
    .bind(&link.wallet)
    .bind(&link.holder)
    .bind(&link.consent)
    .bind(link.created_ms)
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(HolderLink { created_ms, ..link.clone() })
}

pub(super) async fn wallets_of(store: &SqliteStore, holder: &str) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT wallet FROM holders WHERE holder = $1 ORDER BY wallet").bind(holder).fetch_all(&store.reader).await?)
}

pub(super) async fn lease(store: &SqliteStore, now_ms: i64, lease_ms: i64) -> Result<Option<Delivery>, StoreError> {
    let mut tx = store.write().await?;
    let row = sqlx::query(
        "UPDATE deliveries SET lease_ms = $2, attempts = attempts + 1 WHERE id = (SELECT id FROM deliveries \
         WHERE receipt IS NULL AND due_ms <= $1 AND lease_ms <= $1 ORDER BY due_ms LIMIT 1) RETURNING *",
    )
    .bind(now_ms)
    .bind(now_ms + lease_ms)
    .fetch_optional(&mut *tx)
    .await?;
    let leased = row.map(|row| delivery(&row)).transpose()?;
    tx.commit().await?;
    Ok(leased)
}

pub(super) async fn postpone(store: &SqliteStore, id: &DeliveryId, due_ms: i64, code: &str) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    sqlx::query("UPDATE deliveries SET due_ms = $2, lease_ms = 0, last_error = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(due_ms)
        .bind(code)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn acknowledge(store: &SqliteStore, id: &DeliveryId, receipt: &str, now_ms: i64) -> Result<Delivery, StoreError> {
    let mut tx = store.write().await?;
    let changed =
        sqlx::query("UPDATE deliveries SET receipt = $2, acknowledged_ms = $3, last_error = NULL WHERE id = $1 AND receipt IS NULL")
            .bind(id.as_str())
            .bind(receipt)
            .bind(now_ms)
            .execute(&mut *tx)
            .await?
            .rows_affected();
    let row = sqlx::query("SELECT * FROM deliveries WHERE id = $1").bind(id.as_str()).fetch_optional(&mut *tx).await?;
    let acknowledged = delivery(&row.ok_or(StoreError::NotFound)?)?;
    if changed > 0 {
        let submission = submission_of(&mut tx, &acknowledged.copy).await?;
        append_event(&mut tx, &submission, Stage::Delivered, now_ms).await?;
    }
    tx.commit().await?;
    Ok(acknowledged)
}

async fn submission_of(tx: &mut Transaction<'_, Sqlite>, copy: &CopyId) -> Result<SubmissionId, StoreError> {
    let id: String = sqlx::query_scalar("SELECT submission FROM copies WHERE id = $1").bind(copy.as_str()).fetch_one(&mut **tx).await?;
    SubmissionId::parse(&id).map_err(|_| StoreError::Damaged)
}

pub(super) async fn find(store: &SqliteStore, id: &DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row = sqlx::query("SELECT * FROM deliveries WHERE id = $1").bind(id.as_str()).fetch_optional(&store.reader).await?;
    row.map(|row| delivery(&row)).transpose()
}

pub(super) async fn list(store: &SqliteStore, wallet: &str, before: Option<(i64, String)>, most: u32) -> Result<Vec<Delivery>, StoreError> {
    let (before_ms, before_id) = before.unwrap_or((i64::MAX, String::new()));
    let rows = sqlx::query(
        "SELECT * FROM deliveries WHERE wallet = $1 AND (created_ms, id) < ($2, $3) ORDER BY created_ms DESC, id DESC LIMIT $4",
    )
    .bind(wallet)
    .bind(before_ms)
    .bind(before_id)
    .bind(i64::from(most))
    .fetch_all(&store.reader)
    .await?;
    rows.iter().map(delivery).collect()
}

fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: DeliveryId::parse(&row.try_get::<String, _>("id")?).map_err(|_| StoreError::Damaged)?,
        copy: CopyId::parse(&row.try_get::<String, _>("copy")?).map_err(|_| StoreError::Damaged)?,
        wallet: row.try_get("wallet")?,
        receipt: row.try_get("receipt")?,
        attempts: small(row.try_get("attempts")?)?,
        created_ms: row.try_get("created_ms")?,
        acknowledged_ms: row.try_get("acknowledged_ms")?,
        last_error: row.try_get("last_error")?,
    })
}

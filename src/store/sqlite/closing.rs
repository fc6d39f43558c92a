//! Years of the certification register that were closed.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::super::{Closing, StoreError};
use super::SqliteStore;
use super::row::small;

pub(super) async fn close(store: &SqliteStore, agency: &str, year: i32, closing: &Closing) -> Result<Closing, StoreError> {
    let mut tx = store.write().await?;
    if let Some(first) = find(&mut tx, agency, year).await? {
        return Ok(first);
    }
    let (last, open): (i64, i64) = sqlx::query_as(
        "SELECT COALESCE(MAX(number), 0), COALESCE(SUM(state = 'reserved'), 0) FROM register WHERE agency = $1 AND year = $2",
    )
    .bind(agency)
    .bind(year)
    .fetch_one(&mut *tx)
    .await?;
    if open > 0 || last != i64::from(closing.last_number) {
        return Err(StoreError::WrongState);
    }
    sqlx::query(
        "INSERT INTO closings (agency, year, certifier, last_number, issued, void, fee_vnd, closed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(agency)
    .bind(year)
    .bind(&closing.certifier)
    .bind(i64::from(closing.last_number))
    .bind(i64::from(closing.issued))
    .bind(i64::from(closing.void))
    .bind(i64::try_from(closing.fee_vnd).map_err(|_| StoreError::Damaged)?)
    .bind(closing.closed_ms)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(closing.clone())
}

pub(super) async fn find(connection: &mut SqliteConnection, agency: &str, year: i32) -> Result<Option<Closing>, StoreError> {
    let query = sqlx::query("SELECT * FROM closings WHERE agency = $1 AND year = $2").bind(agency).bind(year);
    query.fetch_optional(connection).await?.map(|row| closing(&row)).transpose()
}

fn closing(row: &SqliteRow) -> Result<Closing, StoreError> {
    Ok(Closing {
        certifier: row.try_get("certifier")?,
        last_number: small(row.try_get("last_number")?)?,
        issued: small(row.try_get("issued")?)?,
        void: small(row.try_get("void")?)?,
        fee_vnd: row.try_get::<i64, _>("fee_vnd")?.unsigned_abs(),
        closed_ms: row.try_get("closed_ms")?,
    })
}

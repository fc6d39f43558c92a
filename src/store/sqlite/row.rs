//! Rows to values and back: JSON columns, sealed columns, and the shape of a submission.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{Cipher, NewSubmission, State, StoreError, Submission};
use crate::record::{CertificationNo, CopyId, Kind, SubmissionId};

/// The columns that [`submission`] reads.
pub(super) const SUBMISSION: &str = "SELECT s.*, (SELECT json_group_array(id ORDER BY place) FROM copies WHERE submission = s.id) AS made, \
     r.year AS r_year, r.number AS r_number, r.book AS r_book, r.symbol AS r_symbol \
     FROM submissions s LEFT JOIN register r ON r.submission = s.id AND r.state <> 'void'";

pub(super) fn submission(row: &SqliteRow, cipher: &Cipher) -> Result<Submission, StoreError> {
    let id: String = row.try_get("id")?;
    let agency: String = row.try_get("agency")?;
    let received = NewSubmission {
        kiosk: row.try_get("kiosk")?,
        request_id: row.try_get("request_id")?,
        declared_kind: row.try_get::<Option<String>, _>("declared_kind")?.as_deref().and_then(Kind::new),
        requester: unseal(cipher, &id, &row.try_get::<Vec<u8>, _>("requester_sealed")?)?,
        files: from_json(&row.try_get::<String, _>("files")?)?,
        copies: small(row.try_get("copies")?)?,
        agency,
        id: SubmissionId::parse(&id).map_err(|_| StoreError::Damaged)?,
    };
    let number = number(row, &received.agency)?;
    Ok(Submission {
        state: State::parse(&row.try_get::<String, _>("state")?).ok_or(StoreError::Damaged)?,
        report: unseal_optional(cipher, &id, row.try_get("report_sealed")?)?,
        reasons: from_json(&row.try_get::<String, _>("reasons")?)?,
        approval: row.try_get::<Option<String>, _>("approval")?.map(|json| from_json(&json)).transpose()?,
        officer_facts: unseal_optional(cipher, &id, row.try_get("facts_sealed")?)?,
        number,
        copies: copy_ids(&row.try_get::<String, _>("made")?)?,
        waiting: row.try_get("waiting")?,
        attempts: small(row.try_get("attempts")?)?,
        created_ms: row.try_get("created_ms")?,
        updated_ms: row.try_get("updated_ms")?,
        received,
    })
}

/// The number of a submission of `agency`, from the columns of the register beside it.
pub(super) fn number(row: &SqliteRow, agency: &str) -> Result<Option<CertificationNo>, StoreError> {
    let Some(number) = row.try_get::<Option<i64>, _>("r_number")? else { return Ok(None) };
    Ok(Some(CertificationNo {
        agency: agency.to_owned(),
        year: row.try_get::<i32, _>("r_year")?,
        book: small(row.try_get("r_book")?)?,
        number: small(number)?,
        symbol: row.try_get("r_symbol")?,
    }))
}

/// A JSON array of identifiers of copies.
pub(super) fn copy_ids(json: &str) -> Result<Vec<CopyId>, StoreError> {
    let ids: Vec<String> = from_json(json)?;
    ids.iter().map(|id| CopyId::parse(id).map_err(|_| StoreError::Damaged)).collect()
}

pub(super) fn small(value: i64) -> Result<u32, StoreError> {
    u32::try_from(value).map_err(|_| StoreError::Damaged)
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Damaged)
}

pub(super) fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Damaged)
}

pub(super) fn seal<T: Serialize>(cipher: &Cipher, row: &str, value: &T) -> Result<Vec<u8>, StoreError> {
    Ok(cipher.encrypt(row, to_json(value)?.as_bytes())?)
}

pub(super) fn unseal<T: DeserializeOwned>(cipher: &Cipher, row: &str, sealed: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(&cipher.decrypt(row, sealed)?).map_err(|_| StoreError::Damaged)
}

fn unseal_optional<T: DeserializeOwned>(cipher: &Cipher, row: &str, sealed: Option<Vec<u8>>) -> Result<Option<T>, StoreError> {
    sealed.map(|sealed| unseal(cipher, row, &sealed)).transpose()
}

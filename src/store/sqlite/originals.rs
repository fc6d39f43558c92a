//! Originals by identity and by bands of their pages' fingerprints.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bansao_scan::Fingerprint;

use super::SqliteStore;
use super::issue;
use crate::record::CopyId;
use crate::store::{EarlierCopy, OriginalTrace, Originals, StoreError};

/// The fingerprint in parts: two that differ in few signs share at least one part.
fn bands(print: &Fingerprint) -> impl Iterator<Item = (i64, i64)> + '_ {
    print.as_bytes().chunks_exact(2).zip(0..).map(|(pair, band)| (band, pair.iter().fold(0, |bits, byte| bits << 8 | i64::from(*byte))))
}

#[async_trait]
impl Originals for SqliteStore {
    async fn remember(&self, copy: &CopyId, trace: &OriginalTrace) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if let Some(identity) = &trace.identity {
            sqlx::query("INSERT OR IGNORE INTO originals (copy, identity) VALUES ($1, $2)")
                .bind(copy.as_str())
                .bind(identity)
                .execute(&mut *tx)
                .await?;
        }
        for (page, print) in &trace.pages {
            sqlx::query("INSERT OR IGNORE INTO page_prints (copy, page, kind, print) VALUES ($1, $2, $3, $4)")
                .bind(copy.as_str())
                .bind(page)
                .bind(trace.kind.as_str())
                .bind(print.as_bytes().as_slice())
                .execute(&mut *tx)
                .await?;
            for (band, bits) in bands(print) {
                sqlx::query("INSERT OR IGNORE INTO page_print_bands (kind, page, band, bits, copy) VALUES ($1, $2, $3, $4, $5)")
                    .bind(trace.kind.as_str())
                    .bind(page)
                    .bind(band)
                    .bind(bits)
                    .bind(copy.as_str())
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn earlier(&self, trace: &OriginalTrace, nearest: u32, most: u32) -> Result<Vec<EarlierCopy>, StoreError> {
        let mut found: BTreeMap<String, (bool, Option<u32>)> = BTreeMap::new();
        if let Some(identity) = &trace.identity {
            let same: Vec<String> = sqlx::query_scalar(
                "SELECT o.copy FROM originals o JOIN copies c ON c.id = o.copy WHERE o.identity = $1 ORDER BY c.issued_ms DESC LIMIT $2",
            )
            .bind(identity)
            .bind(most)
            .fetch_all(&self.reader)
            .await?;
            found.extend(same.into_iter().map(|copy| (copy, (true, None))));
        }
        for (page, print) in &trace.pages {
            for (copy, distance) in self.near(trace, *page, print).await? {
                let entry = found.entry(copy).or_insert((false, None));
                entry.1 = Some(entry.1.map_or(distance, |known| known.min(distance)));
            }
        }
        found.retain(|_, (same, distance)| *same || distance.is_some_and(|distance| distance <= nearest));
        let mut earlier = Vec::new();
        for (id, (same_identity, distance)) in found {
            let Ok(id) = CopyId::parse(&id) else { continue };
            if let Some(copy) = issue::copy(self, &id).await? {
                earlier.push(EarlierCopy { copy, same_identity, distance });
            }
        }
        earlier.sort_by_key(|earlier| std::cmp::Reverse(earlier.copy.issued_ms));
        earlier.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(earlier)
    }
}

impl SqliteStore {
    /// Copies with a page that shares a band with this one, and how far it is.
    async fn near(&self, trace: &OriginalTrace, page: u32, print: &Fingerprint) -> Result<Vec<(String, u32)>, StoreError> {
        let mut near = BTreeMap::new();
        for (band, bits) in bands(print) {
            let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(
                "SELECT p.copy, p.print FROM page_print_bands b JOIN page_prints p ON p.copy = b.copy AND p.page = b.page \
                 JOIN copies c ON c.id = b.copy WHERE b.kind = $1 AND b.page = $2 AND b.band = $3 AND b.bits = $4",
            )
            .bind(trace.kind.as_str())
            .bind(page)
            .bind(band)
            .bind(bits)
            .fetch_all(&self.reader)
            .await?;
            for (copy, bytes) in rows {
                let stored = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| StoreError::Damaged)?;
                near.insert(copy, Fingerprint::from_bytes(stored).distance(print));
            }
        }
        Ok(near.into_iter().collect())
    }
}

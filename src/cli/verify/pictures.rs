//! Pictures of a print, judged by this program or sent to a service.

use std::sync::OnceLock;

use bytes::Bytes;
use time::OffsetDateTime;

use super::super::CliError;
use super::super::doctor::alone;
use super::super::text::complain;
use super::CHUNK_BYTES;
use crate::api::proto;
use crate::finding::Code;
use crate::inspect::forms::FormSet;
use crate::inspect::{Inspector, PagesError};
use crate::record::Sha256;
use crate::verify::{Material, Report, judge_print, judge_symbols, judge_unread, print_report};
use crate::worker::Pool;

/// Judges pictures by workers, which are started with the first one.
#[derive(Default)]
pub(super) struct Pictures {
    pool: OnceLock<Result<Pool, String>>,
}

impl Pictures {
    /// Judges pictures of one print, which a sandboxed worker opens.
    pub(super) fn judge(&self, pictures: &[Bytes], material: &Material, now: OffsetDateTime) -> Result<Report, CliError> {
        let pool = self.pool.get_or_init(|| {
            let forms = FormSet::embedded().map_err(|error| error.to_string())?;
            let pool = Pool::start(alone(), &forms).map_err(|error| error.to_string())?;
            for missing in pool.sandbox().missing() {
                complain(&CliError::Failed(format!("warning: the worker's sandbox is not whole: {missing}")));
            }
            Ok(pool)
        });
        let pool = pool.as_ref().map_err(|error| CliError::Failed(error.clone()))?;
        let digests: Vec<Sha256> = pictures.iter().map(|picture| Sha256::of(picture)).collect();
        let mut report = print_report(&digests, material, now);
        let compared = pool.symbols(pictures).and_then(|symbols| {
            let expected = judge_symbols(&mut report, &symbols, material, now);
            expected.map(|expected| pool.compare(pictures, &[], &expected)).transpose()
        });
        match compared {
            Ok(Some(comparison)) => judge_print(&mut report, &comparison),
            Ok(None) => {}
            Err(PagesError::Scan(finding)) => judge_unread(&mut report, finding.code != Code::InspectionStopped, finding.code.as_str()),
            Err(error) => return Err(CliError::Failed(error.to_string())),
        }
        Ok(report)
    }
}

/// One picture as messages, the last of which says so.
pub(super) fn parts(picture: &Bytes) -> Vec<proto::VerifyImageRequest> {
    let starts = (0..picture.len()).step_by(CHUNK_BYTES);
    let part = |start: usize| {
        let end = picture.len().min(start + CHUNK_BYTES);
        proto::VerifyImageRequest { chunk: picture.slice(start..end), last: end == picture.len() }
    };
    starts.map(part).collect()
}

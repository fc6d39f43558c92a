//! How the development authority misbehaves where it is asked to: what the service has to survive, over the real protocols.
//! `/faulty/tsa/{fault}`, `/faulty/ocsp/{fault}/{ca}`, `/faulty/crl/{fault}/{ca}.crl`; the right addresses behave.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use std::sync::Arc;

use super::serve::{Desk, answer};

/// Longer than the service waits.
const SILENCE: Duration = Duration::from_secs(60);

/// Longer than any answer that the service reads: a time-stamp of 10 MB, a list of 17 MB.
const LONG_ANSWER: usize = 10 << 20;
const LONG_LIST: usize = 17 << 20;

/// What a time-stamping authority may get wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TimestampFault {
    /// Stamps another digest.
    Imprint,
    /// Answers with another nonce.
    Nonce,
    /// Signs with a certificate that is not for time-stamps.
    Certificate,
    /// States a time an hour ahead.
    Future,
    /// Sends 10 MB.
    Long,
    /// Says nothing.
    Silent,
}

/// What a responder may say or get wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OcspFault {
    /// Calls every certificate revoked.
    Revoked,
    /// Knows none.
    Unknown,
    /// Answers with what was current two hours ago.
    Stale,
    /// Signs with a certificate that nobody delegated.
    Undelegated,
}

/// What a list may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ListFault {
    /// In PEM.
    Pem,
    /// Of the day before yesterday.
    Expired,
    /// 17 MB.
    Oversized,
}

pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/faulty/tsa/{fault}", post(tsa))
        .route("/faulty/ocsp/{fault}/{ca}", post(ocsp))
        .route("/faulty/crl/{fault}/{file}", get(crl))
}

async fn tsa(State(desk): State<Arc<Desk>>, Path(fault): Path<TimestampFault>, request: Bytes) -> Response {
    let reply = "application/timestamp-reply";
    match fault {
        TimestampFault::Long => return answer(reply, Some(Ok(vec![0x30; LONG_ANSWER]))),
        TimestampFault::Silent => tokio::time::sleep(SILENCE).await,
        _ => {}
    }
    answer(reply, Some(desk.institution.faulty_timestamp(fault, &request, desk.clock.now())))
}

async fn ocsp(State(desk): State<Arc<Desk>>, Path((fault, ca)): Path<(OcspFault, String)>, request: Bytes) -> Response {
    answer("application/ocsp-response", desk.institution.faulty_ocsp(fault, &ca, &request, desk.clock.now()))
}

async fn crl(State(desk): State<Arc<Desk>>, Path((fault, file)): Path<(ListFault, String)>) -> Response {
    let Some(ca) = file.strip_suffix(".crl") else { return StatusCode::NOT_FOUND.into_response() };
    let now = desk.clock.now();
    let list = match fault {
        ListFault::Oversized => Some(Ok(vec![0x30; LONG_LIST])),
        ListFault::Expired => desk.institution.crl(ca, now - time::Duration::hours(48)),
        ListFault::Pem => desk.institution.crl(ca, now).map(|list| Ok(pem::encode(&pem::Pem::new("X509 CRL", list?)).into_bytes())),
    };
    answer("application/pkix-crl", list)
}

//! `VerificationService`: wallets, offices, and everyone else with a certificate.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use tonic::{Request, Response, Status, Streaming};

use super::convert;
use super::gate::Gate;
use super::lists;
use super::proto::get_status_request::Subject;
use super::proto::verification_service_server::VerificationService;
use super::proto::{self, trusted_certificate};
use super::status::status;
use super::stream::Answers;
use crate::error::ErrorCode;
use crate::flow::{Flow, Limits, StatusSubject, TrustPurpose};
use crate::record::{CopyId, Role, Sha256};

/// The service of those who verify.
pub struct Verification {
    /// Who may call.
    pub gate: Gate,
    /// What is done.
    pub flow: Arc<Flow>,
}

/// Who may see the facts of a token (domain reference 1.9).
const SEES_FACTS: [Role; 3] = [Role::Office, Role::Officer, Role::Kiosk];

#[tonic::async_trait]
impl VerificationService for Verification {
    async fn verify_copy(
        &self,
        request: Request<Streaming<proto::VerifyCopyRequest>>,
    ) -> Result<Response<proto::VerificationReport>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let limits = self.flow.limits();
        let mut parts = request.into_inner();
        let mut pdf = Vec::new();
        let mut wanted = None;
        while let Some(part) = parts.message().await? {
            wanted.get_or_insert_with(|| (lists::format(part.report_format()), part.sign_report));
            if part.chunk.len() > limits.chunk_bytes {
                return Err(status(&ErrorCode::ChunkTooLarge.into()));
            }
            if (pdf.len() + part.chunk.len()) as u64 > limits.copy_bytes {
                return Err(status(&ErrorCode::UploadTooLarge.into()));
            }
            pdf.extend_from_slice(&part.chunk);
        }
        if pdf.is_empty() {
            return Err(status(&ErrorCode::UploadEmpty.into()));
        }
        let (format, signed) = wanted.unwrap_or_default();
        if signed && (format.is_none() || !self.flow.signs_reports()) {
            return Err(super::certification::field_invalid("sign_report"));
        }
        let report = Arc::clone(&self.flow).verify_copy(pdf).await.map_err(|failure| status(&failure))?;
        let with_facts = SEES_FACTS.contains(&caller.role);
        let mut answer = convert::report(&report, with_facts);
        if let Some(format) = format {
            let document = self.flow.report_document(&report, format, with_facts, signed).await.map_err(|failure| status(&failure))?;
            answer.document = Some(lists::document(document));
        }
        Ok(Response::new(answer))
    }

    async fn verify_digest(&self, request: Request<proto::VerifyDigestRequest>) -> Result<Response<proto::VerificationReport>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let Ok(sha256) = <[u8; 32]>::try_from(request.get_ref().sha256.as_ref()) else {
            return Err(super::certification::field_invalid("sha256"));
        };
        let report = self.flow.verify_digest(Sha256::from_bytes(sha256)).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::report(&report, SEES_FACTS.contains(&caller.role))))
    }

    type VerifyCopiesStream = Answers<proto::VerifyCopiesResponse>;

    async fn verify_copies(
        &self,
        request: Request<Streaming<proto::VerifyCopiesRequest>>,
    ) -> Result<Response<Self::VerifyCopiesStream>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let with_facts = SEES_FACTS.contains(&caller.role);
        let flow = Arc::clone(&self.flow);
        let (chunk_bytes, copy_bytes) = (flow.limits().chunk_bytes, flow.limits().copy_bytes);
        let copies = stream::try_unfold(request.into_inner(), move |mut parts| async move {
            Ok(next_copy(&mut parts, chunk_bytes, copy_bytes).await?.map(|copy| (copy, parts)))
        });
        let reports = copies.map_ok(move |(name, pdf)| {
            let flow = Arc::clone(&flow);
            async move {
                let report = match pdf {
                    Some(pdf) => flow.verify_copy(pdf).await.map_err(|failure| status(&failure))?,
                    None => flow.too_large(),
                };
                Ok(proto::VerifyCopiesResponse { name, report: Some(convert::report(&report, with_facts)) })
            }
        });
        Ok(Response::new(Box::pin(reports.try_buffered(COPIES_AT_ONCE))))
    }

    async fn verify_token(&self, request: Request<proto::VerifyTokenRequest>) -> Result<Response<proto::VerificationReport>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let token = &request.get_ref().token;
        if token.is_empty() || token.len() > self.flow.limits().token_chars {
            return Err(super::certification::field_invalid("token"));
        }
        let report = self.flow.verify_token(token).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::report(&report, SEES_FACTS.contains(&caller.role))))
    }

    async fn verify_image(
        &self,
        request: Request<Streaming<proto::VerifyImageRequest>>,
    ) -> Result<Response<proto::VerificationReport>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let pictures = pictures(&mut request.into_inner(), self.flow.limits()).await?;
        let report = self.flow.verify_print(pictures).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::report(&report, SEES_FACTS.contains(&caller.role))))
    }

    async fn get_status(&self, request: Request<proto::GetStatusRequest>) -> Result<Response<proto::GetStatusResponse>, Status> {
        self.gate.admit(&request, &Role::ALL).await?;
        let subject = status_subject(request.into_inner())?;
        let statuses = self.flow.copy_status(&subject).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(proto::GetStatusResponse { statuses: statuses.iter().map(convert::register_status).collect() }))
    }

    async fn get_trust_list(&self, request: Request<proto::GetTrustListRequest>) -> Result<Response<proto::TrustList>, Status> {
        self.gate.admit(&request, &Role::ALL).await?;
        let list = self.flow.trust_list();
        let certificates = list
            .certificates
            .iter()
            .map(|(purpose, der)| proto::TrustedCertificate {
                purpose: match purpose {
                    TrustPurpose::Signer => trusted_certificate::Purpose::SignerAnchor,
                    TrustPurpose::Timestamp => trusted_certificate::Purpose::TimestampAnchor,
                    TrustPurpose::Token => trusted_certificate::Purpose::TokenKey,
                }
                .into(),
                subject: subject(der),
                certificate: der.clone().into(),
            })
            .collect();
        Ok(Response::new(proto::TrustList {
            certificates,
            as_of_time: Some(convert::timestamp(list.as_of_ms)),
            lists: list.lists.all().iter().map(lists::standing).collect(),
        }))
    }
}

/// Copies of one stream that are judged at the same time; the memory of a stream is that many copies and one more.
const COPIES_AT_ONCE: usize = 2;

/// Characters of a caller's name of a copy.
const NAME_CHARS: usize = 512;

/// The next copy of a stream with its name, without content when it is too large; nothing at the end.
async fn next_copy(
    parts: &mut Streaming<proto::VerifyCopiesRequest>,
    chunk_bytes: usize,
    copy_bytes: u64,
) -> Result<Option<(String, Option<Vec<u8>>)>, Status> {
    let Some(mut part) = parts.message().await? else { return Ok(None) };
    let name = std::mem::take(&mut part.name);
    if name.chars().count() > NAME_CHARS {
        return Err(super::certification::field_invalid("name"));
    }
    let mut pdf = Some(Vec::new());
    loop {
        if part.chunk.len() > chunk_bytes {
            return Err(status(&ErrorCode::ChunkTooLarge.into()));
        }
        pdf = pdf.filter(|pdf: &Vec<u8>| (pdf.len() + part.chunk.len()) as u64 <= copy_bytes);
        if let Some(pdf) = &mut pdf {
            pdf.extend_from_slice(&part.chunk);
        }
        if part.last {
            return Ok(Some((name, pdf)));
        }
        part = parts.message().await?.ok_or_else(|| status(&ErrorCode::UploadIncomplete.into()))?;
    }
}

/// The pictures of one print, as many and as large as the files of a submission may be.
async fn pictures(parts: &mut Streaming<proto::VerifyImageRequest>, limits: &Limits) -> Result<Vec<Bytes>, Status> {
    let (mut pictures, mut open): (Vec<Bytes>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut left = limits.submission_bytes;
    while let Some(part) = parts.message().await? {
        if part.chunk.len() > limits.chunk_bytes {
            return Err(status(&ErrorCode::ChunkTooLarge.into()));
        }
        left = left.checked_sub(part.chunk.len() as u64).ok_or_else(|| status(&ErrorCode::UploadTooLarge.into()))?;
        open.extend_from_slice(&part.chunk);
        if part.last {
            pictures.push(std::mem::take(&mut open).into());
        }
        if pictures.len() > limits.files {
            return Err(status(&ErrorCode::UploadTooLarge.into()));
        }
    }
    // A client that sends one picture need not say that it ends.
    if !open.is_empty() {
        pictures.push(open.into());
    }
    if pictures.is_empty() || pictures.iter().any(Bytes::is_empty) {
        return Err(status(&ErrorCode::UploadEmpty.into()));
    }
    Ok(pictures)
}

fn status_subject(request: proto::GetStatusRequest) -> Result<StatusSubject, Status> {
    let invalid = super::certification::field_invalid;
    match request.subject.ok_or_else(|| invalid("subject"))? {
        Subject::Sha256(sha256) => {
            let sha256: [u8; 32] = sha256.as_ref().try_into().map_err(|_| invalid("sha256"))?;
            Ok(StatusSubject::Digest(Sha256::from_bytes(sha256)))
        }
        Subject::Copy(name) => CopyId::parse(&name).map(StatusSubject::Copy).map_err(|_| invalid("copy")),
        Subject::Number(asked) => {
            let agency =
                asked.agency.strip_prefix("agencies/").filter(|agency| !agency.is_empty()).ok_or_else(|| invalid("number.agency"))?;
            let book = Some(asked.book.clone()).filter(|book| !book.is_empty());
            Ok(StatusSubject::Number { agency: agency.to_owned(), year: asked.year, number: asked.number, book })
        }
    }
}

fn subject(der: &[u8]) -> String {
    x509_parser::parse_x509_certificate(der).map(|(_, certificate)| certificate.subject().to_string()).unwrap_or_default()
}

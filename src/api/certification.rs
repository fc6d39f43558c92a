//! `CertificationService`: kiosks.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tonic::{Request, Response, Status, Streaming};

use super::convert;
use super::gate::Gate;
use super::proto::certification_service_server::CertificationService;
use super::proto::submit_scan_request::Part;
use super::proto::{self, get_copy_response};
use super::status::status;
use super::stream::{Answers, answers, chunks};
use crate::error::{ErrorCode, Failure};
use crate::flow::{Declaration, Flow, Submission, Upload, UploadError};
use crate::record::{Caller, CopyId, Kind, Role, ScanFile, Sha256, SubmissionId};

/// The service of kiosks.
pub struct Certification {
    /// Who may call.
    pub gate: Gate,
    /// What is done.
    pub flow: Arc<Flow>,
}

#[tonic::async_trait]
impl CertificationService for Certification {
    async fn submit_scan(&self, request: Request<Streaming<proto::SubmitScanRequest>>) -> Result<Response<proto::Submission>, Status> {
        let kiosk = self.gate.admit(&request, &[Role::Kiosk]).await?;
        let deadline = Duration::from_secs(self.flow.limits().upload_seconds);
        let submission = tokio::time::timeout(deadline, self.receive(&kiosk, request.into_inner()))
            .await
            .unwrap_or_else(|_| Err(status(&ErrorCode::UploadTimeout.into())))?;
        Ok(Response::new(convert::submission(&submission)))
    }

    type WatchSubmissionStream = Answers<proto::SubmissionEvent>;

    async fn watch_submission(
        &self,
        request: Request<proto::WatchSubmissionRequest>,
    ) -> Result<Response<Self::WatchSubmissionStream>, Status> {
        let kiosk = self.gate.admit(&request, &[Role::Kiosk]).await?;
        let request = request.into_inner();
        let id = submission_id(&request.name)?;
        let events = Arc::clone(&self.flow).watch(kiosk, id, request.after_sequence).await.map_err(|failure| status(&failure))?;
        let messages = events.map(|event| match event {
            Ok((event, submission)) => Ok(proto::SubmissionEvent {
                sequence: event.sequence,
                stage: event.stage as i32,
                event_time: Some(convert::timestamp(event.at_ms)),
                submission: Some(convert::submission(&submission)),
            }),
            Err(failure) => Err(status(&failure)),
        });
        Ok(Response::new(Box::pin(messages)))
    }

    async fn get_submission(&self, request: Request<proto::GetSubmissionRequest>) -> Result<Response<proto::Submission>, Status> {
        let kiosk = self.gate.admit(&request, &[Role::Kiosk]).await?;
        let id = submission_id(&request.get_ref().name)?;
        let submission = self.flow.submission(&kiosk, &id).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::submission(&submission)))
    }

    type GetCopyStream = Answers<proto::GetCopyResponse>;

    async fn get_copy(&self, request: Request<proto::GetCopyRequest>) -> Result<Response<Self::GetCopyStream>, Status> {
        let kiosk = self.gate.admit(&request, &[Role::Kiosk]).await?;
        let id = CopyId::parse(&request.get_ref().name).map_err(|_| field_invalid("name"))?;
        let (copy, pdf) = self.flow.copy(&kiosk, &id).await.map_err(|failure| status(&failure))?;
        let part = |part| proto::GetCopyResponse { part: Some(part) };
        let mut messages = vec![part(get_copy_response::Part::Copy(convert::copy(&copy)))];
        messages.extend(chunks(&pdf, |chunk| part(get_copy_response::Part::Chunk(chunk))));
        Ok(Response::new(answers(messages)))
    }

    async fn cancel_submission(&self, request: Request<proto::CancelSubmissionRequest>) -> Result<Response<proto::Submission>, Status> {
        let kiosk = self.gate.admit(&request, &[Role::Kiosk]).await?;
        let id = submission_id(&request.get_ref().name)?;
        let submission = self.flow.cancel(&kiosk, &id).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::submission(&submission)))
    }
}

impl Certification {
    async fn receive(&self, kiosk: &Caller, mut parts: Streaming<proto::SubmitScanRequest>) -> Result<Submission, Status> {
        let header = match parts.message().await?.and_then(|message| message.part) {
            Some(Part::Header(header)) => header,
            _ => return Err(status(&ErrorCode::HeaderMissing.into())),
        };
        let declaration = self.declaration(&header)?;
        let requester = self.flow.citizen(&header.citizen_assertion).await.map_err(|failure| status(&failure))?;
        if let Some(earlier) = self.flow.earlier(kiosk, &declaration).await.map_err(|failure| status(&failure))? {
            return Ok(earlier);
        }
        let mut upload = Upload::new(declaration, self.flow.limits());
        while let Some(message) = parts.message().await? {
            match message.part {
                Some(Part::Chunk(chunk)) => upload.push(&chunk).map_err(|error| status(&failure(&error)))?,
                Some(Part::Header(_)) => return Err(status(&ErrorCode::HeaderRepeated.into())),
                None => {}
            }
        }
        let (declaration, files) = upload.finish().map_err(|error| status(&failure(&error)))?;
        self.flow.submit(kiosk, requester, declaration, files).await.map_err(|failure| status(&failure))
    }

    fn declaration(&self, header: &proto::SubmissionHeader) -> Result<Declaration, Status> {
        let kind = match header.declared_kind.as_str() {
            "" => None,
            declared => {
                let kind = Kind::new(declared).filter(|kind| self.flow.certifies(kind));
                Some(kind.ok_or_else(|| status(&ErrorCode::KindUnknown.into()))?)
            }
        };
        let files = header.files.iter().map(scan_file).collect::<Option<Vec<_>>>().ok_or_else(|| field_invalid("header.files.sha256"))?;
        let limits = self.flow.limits();
        let declaration = Declaration::new(&header.request_id, kind, files, limits);
        declaration.and_then(|declared| declared.with_copies(header.copies, limits)).map_err(|error| status(&failure(&error)))
    }
}

fn scan_file(file: &proto::FileDeclaration) -> Option<ScanFile> {
    let sha256 = Sha256::from_bytes(file.sha256.as_ref().try_into().ok()?);
    Some(ScanFile { display_name: crate::record::printable(&file.display_name), size_bytes: file.size_bytes, sha256 })
}

fn failure(error: &UploadError) -> Failure {
    match error {
        UploadError::Field(field) => Failure::about(ErrorCode::FieldInvalid, *field),
        UploadError::Empty => ErrorCode::UploadEmpty.into(),
        UploadError::TooLarge => ErrorCode::UploadTooLarge.into(),
        UploadError::ChunkTooLarge => ErrorCode::ChunkTooLarge.into(),
        UploadError::AfterEnd => ErrorCode::ChunkAfterEnd.into(),
        UploadError::Incomplete => ErrorCode::UploadIncomplete.into(),
        UploadError::DigestMismatch(file) => Failure::about(ErrorCode::DigestMismatch, format!("header.files[{file}]")),
    }
}

pub(super) fn submission_id(name: &str) -> Result<SubmissionId, Status> {
    SubmissionId::parse(name).map_err(|_| field_invalid("name"))
}

pub(super) fn field_invalid(field: &str) -> Status {
    status(&Failure::about(ErrorCode::FieldInvalid, field))
}

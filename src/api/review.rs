//! `ReviewService`: officers.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::certification::{field_invalid, submission_id};
use super::convert;
use super::gate::Gate;
use super::page::{Page, next_token};
use super::proto::review_service_server::ReviewService;
use super::proto::{self, get_scan_response};
use super::status::status;
use super::stream::{Answers, answers, chunks};
use crate::finding::Code;
use crate::flow::{Flow, OfficerDecision, Submission};
use crate::record::{Caller, CopyId, Kind, Role, SubmissionId};

/// The service of officers.
pub struct Review {
    /// Who may call.
    pub gate: Gate,
    /// What is done.
    pub flow: Arc<Flow>,
}

#[tonic::async_trait]
impl ReviewService for Review {
    async fn list_referrals(
        &self,
        request: Request<proto::ListReferralsRequest>,
    ) -> Result<Response<proto::ListReferralsResponse>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let page = Page::read(request.get_ref().page_size, &request.get_ref().page_token)?;
        let submissions = self.flow.referrals(&officer, page.after, page.size).await.map_err(|failure| status(&failure))?;
        let next_page_token = next_token(&submissions, page.size, |s| (s.created_ms, s.received.id.as_str()));
        let referrals = submissions.iter().map(|submission| proto::Referral { facts: Vec::new(), ..referral(submission) }).collect();
        Ok(Response::new(proto::ListReferralsResponse { referrals, next_page_token }))
    }

    async fn get_referral(&self, request: Request<proto::GetReferralRequest>) -> Result<Response<proto::Referral>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let id = submission_id(&request.get_ref().name)?;
        let submission = self.flow.referral(&officer, &id).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(referral(&submission)))
    }

    type GetScanStream = Answers<proto::GetScanResponse>;

    async fn get_scan(&self, request: Request<proto::GetScanRequest>) -> Result<Response<Self::GetScanStream>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let id = submission_id(&request.get_ref().name)?;
        let files = self.flow.scan(&officer, &id).await.map_err(|failure| status(&failure))?;
        let part = |part| proto::GetScanResponse { part: Some(part) };
        let mut messages = Vec::new();
        for (file, bytes) in &files {
            messages.push(part(get_scan_response::Part::File(proto::FileDeclaration {
                display_name: file.display_name.clone(),
                size_bytes: file.size_bytes,
                sha256: file.sha256.as_bytes().to_vec().into(),
            })));
            messages.extend(chunks(bytes, |chunk| part(get_scan_response::Part::Chunk(chunk))));
        }
        Ok(Response::new(answers(messages)))
    }

    type GetEvidenceStream = Answers<proto::PageEvidence>;

    async fn get_evidence(&self, request: Request<proto::GetEvidenceRequest>) -> Result<Response<Self::GetEvidenceStream>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let id = submission_id(&request.get_ref().name)?;
        let pages = self.flow.evidence(&officer, &id).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(answers(pages.iter().map(convert::page_evidence).collect())))
    }

    async fn approve_referral(&self, request: Request<proto::ApproveReferralRequest>) -> Result<Response<proto::Submission>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let request = request.into_inner();
        let id = submission_id(&request.name)?;
        let kind = match request.kind.as_str() {
            "" => None,
            kind => Some(Kind::new(kind).filter(|kind| self.flow.certifies(kind)).ok_or_else(|| field_invalid("kind"))?),
        };
        let decision = OfficerDecision::Approve { kind, facts: convert::facts_of(request.facts) };
        self.decide(&officer, &id, decision, &request.note).await
    }

    async fn refuse_referral(&self, request: Request<proto::RefuseReferralRequest>) -> Result<Response<proto::Submission>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let request = request.into_inner();
        let id = submission_id(&request.name)?;
        let reasons: Option<Vec<Code>> = request.reasons.iter().map(|code| Code::parse(code)).collect();
        let reasons = reasons.filter(|codes| !codes.is_empty()).ok_or_else(|| field_invalid("reasons"))?;
        self.decide(&officer, &id, OfficerDecision::Refuse(reasons), &request.note).await
    }

    async fn revoke_copy(&self, request: Request<proto::RevokeCopyRequest>) -> Result<Response<proto::RegisterStatus>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let request = request.into_inner();
        let (copy, reason) = (copy_id("name", &request.name)?, reason(&request.reason)?);
        let done = self.flow.revoke_copy(&officer, &copy, reason).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::register_status(&done)))
    }

    async fn supersede_copy(&self, request: Request<proto::SupersedeCopyRequest>) -> Result<Response<proto::RegisterStatus>, Status> {
        let officer = self.gate.admit(&request, &[Role::Officer]).await?;
        let request = request.into_inner();
        let (copy, by) = (copy_id("name", &request.name)?, copy_id("superseded_by", &request.superseded_by)?);
        let reason = reason(&request.reason)?;
        let done = self.flow.supersede_copy(&officer, &copy, &by, reason).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::register_status(&done)))
    }
}

fn copy_id(field: &str, name: &str) -> Result<CopyId, Status> {
    CopyId::parse(name).map_err(|_| field_invalid(field))
}

/// Why: the register is kept for ever, and an act without a reason cannot be understood later.
fn reason(text: &str) -> Result<&str, Status> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 1000 { Err(field_invalid("reason")) } else { Ok(text) }
}

impl Review {
    async fn decide(
        &self,
        officer: &Caller,
        id: &SubmissionId,
        decision: OfficerDecision,
        note: &str,
    ) -> Result<Response<proto::Submission>, Status> {
        if note.chars().count() > 1000 {
            return Err(field_invalid("note"));
        }
        let submission = self.flow.review(officer, id, decision, note).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::submission(&submission)))
    }
}

fn referral(submission: &Submission) -> proto::Referral {
    let report = submission.report.as_ref();
    let read = report.map(|r| r.fields.iter().map(|f| (f.id.clone(), f.value.clone())).collect()).unwrap_or_default();
    proto::Referral {
        submission: Some(convert::submission(submission)),
        facts: convert::facts(&read),
        page_count: report.and_then(|report| i32::try_from(report.pages.len()).ok()).unwrap_or_default(),
    }
}

//! The officer's door: what was referred, the scan, and the decision.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::Flow;
use crate::clock::in_vietnam;
use crate::decide::Approval;
use crate::error::{ErrorCode, Failure};
use crate::finding::Code;
use crate::inspect::InspectionReport;
use crate::inspect::evidence::{PageEvidence, evidence};
use crate::record::{Caller, Facts, Kind, ScanFile, SubmissionId};
use crate::store::{Outcome, State, Submission};

/// What an officer decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficerDecision {
    /// The paper is an original, and states these facts.
    Approve {
        /// The kind as the officer sees it, where inspection saw none or another.
        kind: Option<Kind>,
        /// Facts in place of what was read.
        facts: Facts,
    },
    /// It must not be certified, for these reasons.
    Refuse(Vec<Code>),
}

impl Flow {
    /// The referrals of the officer's agency, oldest first.
    ///
    /// # Errors
    /// `CERTIFIER_UNKNOWN` when the officer works at no desk.
    pub async fn referrals(&self, officer: &Caller, after: Option<(i64, String)>, most: u32) -> Result<Vec<Submission>, Failure> {
        let desk = self.desk_of_officer(officer)?;
        Ok(self.ports.store.referrals(&desk.agency.id, after, most).await?)
    }

    /// A referral of the officer's agency.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is none, or another agency's.
    pub async fn referral(&self, officer: &Caller, id: &SubmissionId) -> Result<Submission, Failure> {
        let desk = self.desk_of_officer(officer)?;
        let stored = self.ports.store.submission(id).await?;
        let ours = |s: &Submission| s.received.agency == desk.agency.id && s.report.is_some();
        stored.filter(ours).ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The scan of a referral as received.
    ///
    /// # Errors
    /// As [`Flow::referral`].
    pub async fn scan(&self, officer: &Caller, id: &SubmissionId) -> Result<Vec<(ScanFile, Bytes)>, Failure> {
        let submission = self.referral(officer, id).await?;
        let mut files = Vec::with_capacity(submission.received.files.len());
        for file in submission.received.files {
            let bytes = self.ports.blobs.get(&file.sha256).await?;
            files.push((file, bytes));
        }
        Ok(files)
    }

    /// The pages of a referral as previews, with what is said of each.
    ///
    /// # Errors
    /// As [`Flow::referral`]; `INTERNAL` when making them did not end.
    pub async fn evidence(&self, officer: &Caller, id: &SubmissionId) -> Result<Vec<PageEvidence>, Failure> {
        let report = self.referral(officer, id).await?.report.ok_or(ErrorCode::NotFound)?;
        let files: Vec<_> = self.scan(officer, id).await?.into_iter().map(|(_, bytes)| bytes.to_vec().into()).collect();
        let inspector = Arc::clone(&self.ports.inspector);
        let made = tokio::task::spawn_blocking(move || inspector.previews(&files)).await;
        match made {
            Ok(Ok(previews)) => Ok(evidence(previews, &report)),
            // A scan that was refused because it does not open has nothing to look at but its findings.
            Ok(Err(reason)) => {
                tracing::info!(submission = %id, %reason, "no previews");
                Ok(Vec::new())
            }
            Err(error) => {
                tracing::error!(%error, "previews");
                Err(ErrorCode::Internal.into())
            }
        }
    }

    /// Records an officer's decision; an approving officer is the certifier who signs, or holds that certifier's mandate.
    ///
    /// # Errors
    /// `NOT_FOUND`, `WRONG_STATE` when it is decided already, `FACTS_MISSING` when a mandatory fact is neither read nor
    /// entered, or when inspection saw no page: the copy would have none.
    pub async fn review(&self, officer: &Caller, id: &SubmissionId, decision: OfficerDecision, note: &str) -> Result<Submission, Failure> {
        let submission = self.referral(officer, id).await?;
        if submission.state != State::Referred {
            return Err(ErrorCode::WrongState.into());
        }
        let today = in_vietnam(self.ports.clock.now()).date();
        let (certifier, basis) = self.desk_of_officer(officer)?.approver(&officer.id, today).ok_or(ErrorCode::CertifierUnknown)?;
        let (outcome, facts) = match &decision {
            OfficerDecision::Refuse(reasons) => (Outcome::Refused(reasons.clone()), None),
            OfficerDecision::Approve { kind, facts } => {
                let report = submission.report.as_ref().ok_or(ErrorCode::WrongState)?;
                if report.pages.is_empty() {
                    return Err(Failure::about(ErrorCode::FactsMissing, "pages"));
                }
                let facts = self.officer_facts(report, kind.as_ref(), facts)?;
                let approval = Approval { certifier: certifier.certifier.id.clone(), basis, kind: kind.clone() };
                (Outcome::Approved(approval), Some(facts))
            }
        };
        let audit = json!({"officer": officer.id, "note": crate::record::printable(note), "facts": facts}).to_string();
        let decided = self.ports.store.record_review(id, &outcome, facts.as_ref(), &audit, self.now_ms()).await?;
        tracing::info!(submission = %id, officer = %officer.id, state = ?decided.state, "reviewed");
        self.announce();
        Ok(decided)
    }

    /// What was read, overridden by what the officer entered; every mandatory field must be there.
    fn officer_facts(&self, report: &InspectionReport, kind: Option<&Kind>, entered: &Facts) -> Result<Facts, Failure> {
        let mut facts: Facts = report.fields.iter().map(|field| (field.id.clone(), field.value.clone())).collect();
        for (id, value) in entered.iter() {
            facts.set(id, value);
        }
        let kind = kind.or(report.kind.as_ref()).ok_or_else(|| Failure::about(ErrorCode::FactsMissing, "kind"))?;
        let of_kind = |form: &&crate::inspect::forms::Form| form.kind == *kind && form.certified;
        let seen = report.form.as_deref().and_then(|form| self.forms.form(form)).filter(of_kind);
        let form = seen.or_else(|| self.forms.forms().iter().find(of_kind)).ok_or(ErrorCode::KindUnknown)?;
        match form.token_facts.iter().find(|id| facts.get(id).is_none()) {
            Some(missing) => Err(Failure::about(ErrorCode::FactsMissing, missing)),
            None => Ok(facts),
        }
    }
}

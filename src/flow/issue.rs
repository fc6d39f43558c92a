//! The flow, top to bottom.
//!
//! 1. accept the upload (`submit`)
//! 2. inspect: container, pages, quality, kind, fields, rules; then the register
//! 3. decide by policy; what is uncertain goes to an officer's queue
//! 4. reserve the certification number and record the intent, in one transaction
//! 5. compose the PDF/A from pixels
//! 6. prepare: check what will be signed
//! 7. seal: certifier, then agency, each time-stamped, with the proofs of validity
//! 8. verify our own output with the code that offices use; what does not verify is never released
//! 9. register: copy, register line and deliveries in one transaction
//! 10. deliver (`deliver`)
//!
//! [`Flow::advance`] does the next part that the recorded state asks for, so running and recovering are the same: a crash
//! before step 9 repeats 5 to 8 under the number of step 4.

use std::sync::Arc;

use bytes::Bytes;
use time::{Date, OffsetDateTime};

use super::intent::Intent;
use super::pages::{is_passed_through, pages, passed_through};
use super::{CertifierDesk, Desk, Flow};
use crate::certify::compose::{AppearanceProfile, CopyContent, PageContent, Statement, Templates, compose};
use crate::certify::{
    PreparedCopy, Proofs, SealError, Signatory, TokenContent, TokenSignError, check_archival_document, prepare, seal, sign_token,
};
use crate::clock::{from_unix_ms, in_vietnam};
use crate::decide::{Approval, Decision, Policy, decide};
use crate::error::{ErrorCode, Failure};
use crate::finding::Finding;
use crate::inspect::forms::Form;
use crate::inspect::register::{self, hold_against};
use crate::inspect::{InspectionReport, PageReport, PagesError};
use crate::record::{CopyId, DeliveryId, Facts, Kind, Sha256, SubmissionId};
use crate::store::{Issue, IssuedCopy, Outcome, Reservation, State, Submission};
use crate::verify::{Verdict, verify_and_read};

impl Flow {
    /// Does the next part of the work on a submission, as its state asks.
    ///
    /// # Errors
    /// What it waits for; the submission is as it was and may be advanced again.
    pub async fn advance(&self, id: &SubmissionId) -> Result<(), Failure> {
        let submission = self.ports.store.submission(id).await?.ok_or(ErrorCode::NotFound)?;
        match submission.state {
            State::Received => self.judge(&submission).await,
            State::Approved => self.issue(&submission).await,
            _ => Ok(()),
        }
    }

    /// Steps 2 and 3.
    async fn judge(&self, submission: &Submission) -> Result<(), Failure> {
        let mut report = self.inspect(submission).await?;
        let desk = self.desk_of(&submission.received.agency)?;
        if worth_a_look_up(&report, &desk.policy) {
            let findings = self.ask_register(&mut report, &submission.received.id).await;
            report.findings.extend(findings);
        }
        report.findings.extend(self.certified_before(&report).await?);
        let today = in_vietnam(self.ports.clock.now()).date();
        let outcome = match decide(&report, &desk.policy, today) {
            Decision::Approve(approval) => Outcome::Approved(approval),
            Decision::Refer { because } => Outcome::Referred(because),
            Decision::Refuse { because } => Outcome::Refused(because),
        };
        let decided = self.ports.store.record_inspection(&submission.received.id, &report, &outcome, self.now_ms()).await?;
        tracing::info!(submission = %submission.received.id, state = ?decided.state, findings = ?report.findings, "decided");
        Ok(())
    }

    async fn inspect(&self, submission: &Submission) -> Result<InspectionReport, Failure> {
        let files = self.files(submission).await?;
        let inspector = Arc::clone(&self.ports.inspector);
        let declared = submission.received.declared_kind.clone();
        let today = in_vietnam(self.ports.clock.now()).date();
        let inspected = tokio::task::spawn_blocking(move || inspector.inspect(&files, declared.as_ref(), today)).await;
        let inspected = inspected.map_err(|error| {
            tracing::error!(%error, "inspection did not end");
            ErrorCode::Internal
        })?;
        inspected.map_err(|error| {
            tracing::error!(%error, "inspection");
            ErrorCode::InspectionUnavailable.into()
        })
    }

    async fn ask_register(&self, report: &mut InspectionReport, dossier: &SubmissionId) -> Vec<Finding> {
        let Some((kind, form)) = report.kind.as_ref().zip(report.form.as_deref().and_then(|form| self.forms.form(form))) else {
            return Vec::new();
        };
        let Some(key) = register_key(report, form) else { return vec![register::not_found()] };
        match self.ports.registries.look_up(kind, &key, dossier).await {
            Ok(entries) => hold_against(report, form, &entries),
            Err(error) => {
                tracing::warn!(%error, "register");
                vec![register::unavailable(&error.to_string())]
            }
        }
    }

    /// Steps 4 to 9.
    async fn issue(&self, submission: &Submission) -> Result<(), Failure> {
        let desk = self.desk_of(&submission.received.agency)?;
        let id = &submission.received.id;
        let today = in_vietnam(self.ports.clock.now()).date();
        if let Some(reason) = no_longer_approved(submission, desk, today) {
            tracing::warn!(submission = %id, reason, "back to an officer");
            return Ok(self.ports.store.void_number(id, reason, self.now_ms()).await?);
        }
        let year = today.year();
        let reservation = self.ports.store.reserve_number(id, year, desk.book, &desk.symbol, self.now_ms()).await?;
        match self.make_all(submission, desk, &reservation).await {
            Ok(issues) => {
                // The original is one, however many copies it has.
                if let Some(first) = issues.first() {
                    self.remember_original(&first.copy, submission).await?;
                }
                self.ports.store.record_issue(&issues, self.now_ms()).await?;
                for Issue { copy, .. } in &issues {
                    tracing::info!(submission = %id, copy = %copy.id, number = %copy.number, "issued");
                }
                Ok(())
            }
            Err(Hindrance::Wait(failure)) => Err(failure),
            Err(Hindrance::Never(reason)) => {
                tracing::error!(submission = %id, %reason, "the copy cannot be made");
                Ok(self.ports.store.void_number(id, &reason, self.now_ms()).await?)
            }
        }
    }

    /// As many copies as were asked for, all under the number that was reserved.
    async fn make_all(&self, submission: &Submission, desk: &Desk, reservation: &Reservation) -> Result<Vec<Issue>, Hindrance> {
        let mut issues = Vec::new();
        for place in 1..=submission.received.copies {
            let intent = Intent::of(&self.ports.cipher, &submission.received.id, reservation, place);
            issues.push(self.make(submission, desk, reservation, intent).await?);
        }
        Ok(issues)
    }

    /// Steps 5 to 8, and the bytes into the store.
    async fn make(&self, submission: &Submission, desk: &Desk, reservation: &Reservation, intent: Intent) -> Result<Issue, Hindrance> {
        let approval = submission.approval.as_ref().ok_or_else(|| never("approved without an approval"))?;
        let certifier = desk.certifier(&approval.certifier).ok_or_else(|| wait(ErrorCode::SignerUnavailable))?;
        let essence = self.essence(submission, approval)?;
        let statement = self.statement(desk, certifier, reservation, &essence.form, &intent.id)?;
        let now = in_vietnam(self.ports.clock.now());
        let (prepared, qr_text) = self.compose(submission, &essence, &statement, &intent, now).await?;
        let who = Signatory {
            certifier: &**certifier.keys.at(now),
            agency: &**desk.seal.at(now),
            statement: &statement,
            profile: AppearanceProfile::ChungThuc,
            fonts: &self.issuer.fonts,
            time: now,
        };
        let trust = self.ports.trust.current();
        let proofs = Proofs { timestamper: &*self.ports.timestamper, revocations: &*self.ports.revocations, anchors: &trust.anchors };
        let sealed = seal(prepared, &who, &proofs).await.map_err(seal_hindrance)?;
        let sha256 = self.check_own_work(&sealed.pdf)?;
        self.ports.blobs.put_digested(&sha256, &sealed.pdf).await.map_err(Failure::from)?;
        let copy = IssuedCopy {
            id: intent.id,
            submission: submission.received.id.clone(),
            kind: essence.kind,
            number: reservation.number.clone(),
            certifier: approval.certifier.clone(),
            sha256,
            size_bytes: sealed.pdf.len() as u64,
            qr_text,
            issued_ms: self.now_ms(),
            facts: essence.facts,
            holder: submission.received.requester.clone(),
        };
        Ok(Issue { copy, deliveries: self.wallets_for(submission).await? })
    }

    fn essence(&self, submission: &Submission, approval: &Approval) -> Result<Essence, Hindrance> {
        let report = submission.report.as_ref().ok_or_else(|| never("approved without a report"))?;
        let kind = approval.kind.clone().or_else(|| report.kind.clone()).ok_or_else(|| never("approved without a kind"))?;
        let of_kind = |form: &&Form| form.kind == kind && form.certified;
        let seen = report.form.as_deref().and_then(|form| self.forms.form(form)).filter(of_kind);
        let form = seen.or_else(|| self.forms.forms().iter().find(of_kind)).ok_or_else(|| never("no form of this kind"))?;
        let read = || report.fields.iter().map(|field| (field.id.clone(), field.value.clone())).collect();
        let facts = submission.officer_facts.clone().unwrap_or_else(read);
        Ok(Essence { pages: report.pages.clone(), form: form.clone(), kind, facts })
    }

    fn statement(
        &self,
        desk: &Desk,
        certifier: &CertifierDesk,
        reservation: &Reservation,
        form: &Form,
        copy: &CopyId,
    ) -> Result<Statement, Hindrance> {
        let date = in_vietnam(from_unix_ms(reservation.reserved_ms)).date();
        let templates = Templates::builtin().map_err(|error| never(&error.to_string()))?;
        let template = templates.in_force(date).ok_or_else(|| never("no statement template in force"))?;
        Ok(Statement {
            template: template.clone(),
            certification_no: reservation.number.clone(),
            date,
            certifier: certifier.certifier.clone(),
            agency: desk.agency.clone(),
            kind_label: form.kind_name.vi.clone(),
            system: self.issuer.name.clone(),
            copy_id: copy.to_string(),
        })
    }

    /// Steps 5 and 6: pages from the stored scan, token, PDF/A, signature fields.
    async fn compose(
        &self,
        submission: &Submission,
        essence: &Essence,
        statement: &Statement,
        intent: &Intent,
        now: OffsetDateTime,
    ) -> Result<(PreparedCopy, String), Hindrance> {
        let (pages, digests) = self.pages(submission, &essence.pages).await?;
        let facts = essence.form.token_facts_of(&essence.facts);
        let other_names = essence.form.other_names_of(&essence.facts);
        let content = TokenContent {
            issuer: &self.issuer.name,
            kind: &essence.kind,
            number: &statement.certification_no,
            copy: &intent.id,
            issued_at: now.unix_timestamp().unsigned_abs(),
            facts: &facts,
            other_names: &other_names,
            pages: &digests,
            salt: intent.salt,
        };
        let qr_text =
            sign_token(&content, &self.issuer.verification_url, &**self.issuer.token.at(now)).await.map_err(|error| match error {
                TokenSignError::Key(_) => wait(ErrorCode::SignerUnavailable),
                TokenSignError::Content(error) => never(&error.to_string()),
            })?;
        let content = CopyContent {
            pages,
            title: format!("{} – {}", statement.kind_label, statement.certification_no),
            statement: statement.clone(),
            qr_text: qr_text.clone(),
            created_at: intent.created_at,
            document_id: intent.id.as_str().as_bytes().to_vec(),
        };
        let (fonts, rehearsal) = (Arc::clone(&self.issuer.fonts), Arc::clone(&self.issuer.rehearsal));
        let prepared = tokio::task::spawn_blocking(move || {
            let composed = compose(&content, &fonts).map_err(|error| never(&told(&error)))?;
            let CopyContent { statement, pages, .. } = content;
            drop(pages);
            prepare(composed, &digests, &statement, &rehearsal, now).map_err(|error| never(&told(&error)))
        });
        Ok((prepared.await.map_err(|_| wait(ErrorCode::Internal))??, qr_text))
    }

    /// The pages of the scan and the digests of their images: files that are the inspected JPEGs themselves pass through, others are
    /// taken apart again by a worker.
    async fn pages(&self, submission: &Submission, inspected: &[PageReport]) -> Result<(Vec<PageContent>, Vec<Sha256>), Hindrance> {
        // The store has checked each file against its digest.
        let files = self.files(submission).await?;
        if is_passed_through(&submission.received.files, inspected) {
            let pages = files.into_iter().zip(inspected).filter_map(|(file, report)| passed_through(file, report)).collect();
            return Ok((pages, submission.received.files.iter().map(|file| file.sha256).collect()));
        }
        let inspector = Arc::clone(&self.ports.inspector);
        let scanned = tokio::task::spawn_blocking(move || inspector.pages(&files)).await.map_err(|_| wait(ErrorCode::Internal))?;
        let pages = pages(scanned.map_err(pages_hindrance)?, inspected).map_err(never)?;
        let digests = pages.iter().map(|page| page.image.digest()).collect();
        Ok((pages, digests))
    }

    /// Step 8; gives the digest of what was verified.
    fn check_own_work(&self, pdf: &[u8]) -> Result<Sha256, Hindrance> {
        let (report, document) = verify_and_read(pdf, &self.material(), self.ports.clock.now());
        if let Some(document) = document.filter(|_| report.verdict == Verdict::Valid) {
            let faulty = |fault| never(&format!("the sealed copy is not PDF/A: {fault}"));
            return check_archival_document(&document).map(|()| report.sha256).map_err(faulty);
        }
        let codes: Vec<String> = report.findings.iter().map(|f| format!("{} {}", f.code.as_str(), f.detail)).collect();
        Err(never(&format!("the sealed copy does not verify: {}", codes.join("; "))))
    }

    async fn wallets_for(&self, submission: &Submission) -> Result<Vec<(DeliveryId, String)>, Failure> {
        let holder = self.ports.cipher.pseudonym(submission.received.requester.personal_id.as_str());
        let mut deliveries = Vec::new();
        for wallet in self.ports.store.wallets_of(&holder).await? {
            deliveries.push((DeliveryId::random(&self.ports.random)?, wallet));
        }
        Ok(deliveries)
    }

    async fn files(&self, submission: &Submission) -> Result<Vec<Bytes>, Failure> {
        let mut files = Vec::with_capacity(submission.received.files.len());
        for file in &submission.received.files {
            files.push(self.ports.blobs.get(&file.sha256).await?);
        }
        Ok(files)
    }
}

/// What the copy is about.
struct Essence {
    kind: Kind,
    form: Form,
    facts: Facts,
    pages: Vec<PageReport>,
}

/// Why a copy is not made now.
enum Hindrance {
    /// Something outside; it is tried again under the same number.
    Wait(Failure),
    /// The copy itself; its number becomes void.
    Never(String),
}

impl From<Failure> for Hindrance {
    fn from(failure: Failure) -> Self {
        Self::Wait(failure)
    }
}

fn wait(code: ErrorCode) -> Hindrance {
    Hindrance::Wait(code.into())
}

fn never(reason: &str) -> Hindrance {
    Hindrance::Never(reason.to_owned())
}

fn seal_hindrance(error: SealError) -> Hindrance {
    tracing::warn!(%error, "seal");
    match error {
        SealError::Key(_) => wait(ErrorCode::SignerUnavailable),
        SealError::SignerInvalid { .. } => wait(ErrorCode::SignerInvalid),
        SealError::Timestamp(_) | SealError::AuthorityInvalid(_) | SealError::NoRoom(_) => wait(ErrorCode::TimestampUnavailable),
        SealError::Revocation(_) => wait(ErrorCode::RevocationUnavailable),
        permanent => never(&told(&permanent)),
    }
}

/// An error and what caused it.
fn told(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Why an approval is of no force on the day of signing, if it is not: a delegation or mandate that ended meanwhile.
fn no_longer_approved(submission: &Submission, desk: &Desk, today: Date) -> Option<&'static str> {
    let approval = submission.approval.as_ref()?;
    let kind = approval.kind.as_ref().or_else(|| submission.report.as_ref()?.kind.as_ref())?;
    (!desk.upholds(approval, kind, today)).then_some("the delegation or mandate of the approval is not in force")
}

/// A paper that is refused anyway is not looked up: the register learns only of dossiers that need it.
fn worth_a_look_up(report: &InspectionReport, policy: &Policy) -> bool {
    let refused = |finding: &Finding| policy.effect(finding.code, finding.severity) == crate::decide::Effect::Refuse;
    report.kind.is_some() && !report.findings.iter().any(refused)
}

/// The fields that the register is asked by, if all of them were read.
fn register_key(report: &InspectionReport, form: &Form) -> Option<Vec<(String, String)>> {
    form.register_key.iter().map(|id| Some((id.clone(), report.value(id)?.to_owned()))).collect()
}

fn pages_hindrance(error: PagesError) -> Hindrance {
    match error {
        PagesError::Unavailable(error) => {
            tracing::error!(%error, "pages for the copy");
            wait(ErrorCode::InspectionUnavailable)
        }
        scan => never(&scan.to_string()),
    }
}

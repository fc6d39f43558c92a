//! From the service's values to the messages of the public interface.

use prost_types::Timestamp;

use super::{lists, proto};
use crate::clock::from_unix_ms;
use crate::error::ErrorCode;
use crate::finding::{Finding, Region, Sentences, Severity};
use crate::flow::{
    Delivery, IssuedCopy, Likeness, PageEvidence, PrintFact, PrintPage, PrintReport, Report, SignatureSummary, State, StepSummary,
    Submission, TokenSummary, Verdict, VerifyCode, VerifyFinding,
};
use crate::record::{CertificationNo, CopyStatus, Facts, RegisterStatus, Sha256};

/// An instant, milliseconds since 1970 UTC.
pub fn timestamp(ms: i64) -> Timestamp {
    let time = from_unix_ms(ms);
    Timestamp { seconds: time.unix_timestamp(), nanos: i32::try_from(time.nanosecond()).unwrap_or_default() }
}

/// Milliseconds since 1970 UTC of a timestamp that a caller sent.
pub fn unix_ms(timestamp: &Timestamp) -> i64 {
    timestamp.seconds.saturating_mul(1000).saturating_add(i64::from(timestamp.nanos / 1_000_000))
}

pub(super) fn advice(sentences: Sentences) -> proto::Advice {
    proto::Advice {
        message_vi: sentences.vi.to_owned(),
        message_en: sentences.en.to_owned(),
        next_step_vi: sentences.next_vi.to_owned(),
        next_step_en: sentences.next_en.to_owned(),
    }
}

/// Facts.
pub fn facts(facts: &Facts) -> Vec<proto::Fact> {
    facts.iter().map(|(field, value)| proto::Fact { field: field.to_owned(), value: value.to_owned() }).collect()
}

/// Facts that a caller sent; what hides or reorders text is taken out.
pub fn facts_of(facts: Vec<proto::Fact>) -> Facts {
    facts.into_iter().map(|fact| (fact.field, crate::record::printable(&fact.value))).collect()
}

/// The number of a certification.
pub fn number(number: &CertificationNo) -> proto::CertificationNumber {
    proto::CertificationNumber {
        number: number.number,
        book: number.book_no(),
        year: number.year,
        agency: format!("agencies/{}", number.agency),
    }
}

pub(super) fn submission(submission: &Submission) -> proto::Submission {
    let report = submission.report.as_ref();
    proto::Submission {
        name: submission.received.id.resource_name(),
        state: state(submission.state).into(),
        declared_kind: submission.received.declared_kind.as_ref().map(ToString::to_string).unwrap_or_default(),
        kind: report.and_then(|report| report.kind.as_ref()).map(ToString::to_string).unwrap_or_default(),
        form: report.and_then(|report| report.form.clone()).unwrap_or_default(),
        findings: report.map(|report| report.findings.iter().map(finding).collect()).unwrap_or_default(),
        reasons: submission.reasons.iter().map(|code| code.as_str().to_owned()).collect(),
        copy: submission.copies.first().map(|copy| copy.resource_name()).unwrap_or_default(),
        copies: submission.copies.iter().map(|copy| copy.resource_name()).collect(),
        certification_number: submission.copies.first().and(submission.number.as_ref()).map(number),
        create_time: Some(timestamp(submission.created_ms)),
        update_time: Some(timestamp(submission.updated_ms)),
        waiting: submission.waiting.as_deref().and_then(ErrorCode::parse).map(|code| advice(code.sentences())),
    }
}

fn state(state: State) -> proto::submission::State {
    use proto::submission::State as Wire;
    match state {
        State::Received => Wire::Received,
        State::Referred => Wire::Referred,
        State::Approved => Wire::Approved,
        State::Issued => Wire::Issued,
        State::Refused => Wire::Refused,
        State::Cancelled => Wire::Cancelled,
    }
}

fn finding(finding: &Finding) -> proto::Finding {
    proto::Finding {
        code: finding.code.as_str().to_owned(),
        severity: severity(finding.severity).into(),
        advice: Some(advice(finding.code.sentences())),
        page: finding.locus.page.and_then(|page| i32::try_from(page + 1).ok()).unwrap_or_default(),
        field: finding.locus.field.clone().unwrap_or_default(),
        region: finding.locus.region.map(region),
        seen: finding.seen.clone().unwrap_or_default(),
        expected: finding.expected.clone().unwrap_or_default(),
    }
}

pub(super) fn page_evidence(page: &PageEvidence) -> proto::PageEvidence {
    let px = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    proto::PageEvidence {
        page: i32::try_from(page.page + 1).unwrap_or(i32::MAX),
        preview_jpeg: page.preview_jpeg.clone().into(),
        width_px: px(page.size_px.0),
        height_px: px(page.size_px.1),
        findings: page.findings.iter().map(finding).collect(),
    }
}

fn region(region: Region) -> proto::Region {
    proto::Region {
        left: u32::from(region.left),
        top: u32::from(region.top),
        right: u32::from(region.right),
        bottom: u32::from(region.bottom),
    }
}

fn severity(severity: Severity) -> proto::Severity {
    match severity {
        Severity::Info => proto::Severity::Info,
        Severity::Warning => proto::Severity::Warning,
        Severity::Error => proto::Severity::Error,
    }
}

/// The description of a copy.
pub fn copy(copy: &IssuedCopy) -> proto::Copy {
    proto::Copy {
        name: copy.id.resource_name(),
        kind: copy.kind.to_string(),
        certification_number: Some(number(&copy.number)),
        size_bytes: copy.size_bytes,
        sha256: copy.sha256.as_bytes().to_vec().into(),
        qr_text: copy.qr_text.clone(),
        issue_time: Some(timestamp(copy.issued_ms)),
    }
}

pub(super) fn delivery(delivery: &Delivery) -> proto::Delivery {
    use proto::delivery::State as Wire;
    proto::Delivery {
        name: delivery.id.resource_name(),
        copy: delivery.copy.resource_name(),
        state: if delivery.receipt.is_some() { Wire::Acknowledged } else { Wire::Pending }.into(),
        attempt_count: i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
        create_time: Some(timestamp(delivery.created_ms)),
        acknowledge_time: delivery.acknowledged_ms.map(timestamp),
        last_error: delivery.last_error.clone().unwrap_or_default(),
    }
}

/// A verification report as the interface states it; facts only where `with_facts`.
pub fn report(report: &Report, with_facts: bool) -> proto::VerificationReport {
    proto::VerificationReport {
        verdict: verdict(report.verdict).into(),
        findings: report
            .findings
            .iter()
            .map(|finding| proto::VerificationFinding {
                code: finding.code.as_str().to_owned(),
                advice: Some(advice(finding.code.sentences())),
                detail: finding.detail.clone(),
            })
            .collect(),
        signatures: report.signatures.iter().map(signature).collect(),
        token: report.token.as_ref().map(|token| proto::TokenReport {
            issuer: token.issuer.clone(),
            kind: token.kind.clone(),
            certification_no: token.certification_no.clone(),
            agency: token.agency.clone(),
            issue_time: Some(timestamp(token.issued_ms)),
            copy: format!("copies/{}", token.copy_id),
            facts: if with_facts { facts(&token.facts) } else { Vec::new() },
        }),
        sha256: report.sha256.as_bytes().to_vec().into(),
        verify_time: Some(timestamp(report.verified_ms)),
        trust_time: Some(timestamp(report.trust_ms)),
        revocation_time: report.revocation_ms.map(timestamp),
        advice: Some(advice(report.sentences())),
        trust_lists: report.trust_lists.iter().map(lists::standing).collect(),
        document: None,
        image: report.print.as_ref().map(|print| image_report(print, with_facts)),
        register_status: report.register.as_ref().map(register_status),
    }
}

fn image_report(print: &PrintReport, with_facts: bool) -> proto::ImageReport {
    let personal = |text: &str| if with_facts { text.to_owned() } else { String::new() };
    let fact = |fact: &PrintFact| proto::ImageFact {
        field: fact.field.clone(),
        likeness: likeness(fact.likeness).into(),
        picture: fact.picture.and_then(|picture| i32::try_from(picture).ok()).unwrap_or_default(),
        region: fact.region.map(region),
        seen: personal(fact.seen.as_deref().unwrap_or_default()),
        expected: personal(&fact.expected),
    };
    let page = |page: &PrintPage| proto::ImagePage {
        likeness: likeness(page.likeness).into(),
        picture: page.picture.and_then(|picture| i32::try_from(picture).ok()).unwrap_or_default(),
        regions: page.regions.iter().copied().map(region).collect(),
    };
    proto::ImageReport {
        likeness: likeness(print.likeness).into(),
        facts: print.facts.iter().map(fact).collect(),
        uncovered: print.uncovered.clone(),
        pages: print.pages.iter().map(page).collect(),
    }
}

fn likeness(likeness: Likeness) -> proto::Likeness {
    match likeness {
        Likeness::Same => proto::Likeness::Same,
        Likeness::Differs => proto::Likeness::Differs,
        Likeness::CannotTell => proto::Likeness::CannotTell,
    }
}

/// What a service read back; what this program does not know is not told.
fn print_of(image: proto::ImageReport) -> PrintReport {
    let likeness = |wire: proto::Likeness| match wire {
        proto::Likeness::Same => Likeness::Same,
        proto::Likeness::Differs => Likeness::Differs,
        proto::Likeness::Unspecified | proto::Likeness::CannotTell => Likeness::CannotTell,
    };
    let part = |value: u32| u16::try_from(value.min(1000)).unwrap_or(1000);
    let place = |region: &proto::Region| Region {
        left: part(region.left),
        top: part(region.top),
        right: part(region.right),
        bottom: part(region.bottom),
    };
    let picture = |number: i32| usize::try_from(number).ok().filter(|number| *number > 0);
    let fact = |fact: proto::ImageFact| PrintFact {
        likeness: likeness(fact.likeness()),
        picture: picture(fact.picture),
        region: fact.region.as_ref().map(place),
        seen: Some(fact.seen).filter(|seen| !seen.is_empty()),
        field: fact.field,
        expected: fact.expected,
    };
    let page = |page: &proto::ImagePage| PrintPage {
        likeness: likeness(page.likeness()),
        picture: picture(page.picture),
        regions: page.regions.iter().map(place).collect(),
    };
    PrintReport {
        likeness: likeness(image.likeness()),
        pages: image.pages.iter().map(page).collect(),
        facts: image.facts.into_iter().map(fact).collect(),
        uncovered: image.uncovered,
    }
}

/// What the register says of a copy.
pub fn register_status(status: &RegisterStatus) -> proto::RegisterStatus {
    proto::RegisterStatus {
        status: match status.status {
            CopyStatus::Valid => proto::CopyStatus::Valid,
            CopyStatus::Revoked => proto::CopyStatus::Revoked,
            CopyStatus::Superseded => proto::CopyStatus::Superseded,
            CopyStatus::Void => proto::CopyStatus::Void,
            CopyStatus::Unknown => proto::CopyStatus::Unknown,
        }
        .into(),
        as_of_time: Some(timestamp(status.as_of_ms)),
        change_time: status.changed_ms.map(timestamp),
        superseded_by: status.superseded_by.as_ref().map(number),
    }
}

/// What a service said of a copy; a status that this program does not know is no knowledge.
fn register_status_of(status: proto::RegisterStatus) -> RegisterStatus {
    RegisterStatus {
        status: match status.status() {
            proto::CopyStatus::Valid => CopyStatus::Valid,
            proto::CopyStatus::Revoked => CopyStatus::Revoked,
            proto::CopyStatus::Superseded => CopyStatus::Superseded,
            proto::CopyStatus::Void => CopyStatus::Void,
            proto::CopyStatus::Unspecified | proto::CopyStatus::Unknown => CopyStatus::Unknown,
        },
        as_of_ms: status.as_of_time.as_ref().map(unix_ms).unwrap_or_default(),
        changed_ms: status.change_time.as_ref().map(unix_ms),
        superseded_by: status.superseded_by.and_then(number_of),
    }
}

/// A number as a service gives it; none where its book is not as printed.
fn number_of(number: proto::CertificationNumber) -> Option<CertificationNo> {
    let (book, rest) = number.book.split_once('/')?;
    let (_, symbol) = rest.split_once('-')?;
    Some(CertificationNo {
        agency: number.agency.strip_prefix("agencies/").unwrap_or(&number.agency).to_owned(),
        year: number.year,
        book: book.parse().ok()?,
        number: number.number,
        symbol: symbol.to_owned(),
    })
}

fn signature(signature: &SignatureSummary) -> proto::SignatureReport {
    proto::SignatureReport {
        field: signature.field.clone(),
        signer: signature.signer.clone(),
        organisation: signature.organisation.clone(),
        indication: signature.indication.clone(),
        sub_indication: signature.sub_indication.clone(),
        level: signature.level.clone(),
        signing_time: signature.signed_ms.map(timestamp),
        intact: signature.intact,
        trust_list: signature.trust_list.as_ref().map(lists::name),
        timestamp_trust_list: signature.timestamp_trust_list.as_ref().map(lists::name),
        steps: signature
            .steps
            .iter()
            .map(|step| proto::ValidationStep {
                block: step.block.clone(),
                indication: step.indication.clone(),
                sub_indication: step.sub_indication.clone(),
                detail: step.detail.clone(),
            })
            .collect(),
    }
}

fn verdict(verdict: Verdict) -> proto::Verdict {
    match verdict {
        Verdict::Valid => proto::Verdict::Valid,
        Verdict::Invalid => proto::Verdict::Invalid,
        Verdict::Indeterminate => proto::Verdict::Indeterminate,
    }
}

/// A report that a service sent. A code that this program does not know makes the verdict no better than the service's.
pub fn report_of(report: proto::VerificationReport) -> Report {
    let ms = |time: &Option<Timestamp>| time.as_ref().map(unix_ms);
    let sha256: [u8; 32] = report.sha256.as_ref().try_into().unwrap_or_default();
    Report {
        verdict: match report.verdict() {
            proto::Verdict::Valid => Verdict::Valid,
            proto::Verdict::Invalid => Verdict::Invalid,
            _ => Verdict::Indeterminate,
        },
        issued: vec![Sha256::from_bytes(sha256)],
        policy: "copy",
        validation: None,
        findings: report
            .findings
            .into_iter()
            .filter_map(|finding| Some(VerifyFinding { code: VerifyCode::parse(&finding.code)?, detail: finding.detail }))
            .collect(),
        signatures: report
            .signatures
            .into_iter()
            .map(|signature| SignatureSummary {
                trust_list: signature.trust_list.as_ref().and_then(lists::name_of),
                timestamp_trust_list: signature.timestamp_trust_list.as_ref().and_then(lists::name_of),
                signed_ms: ms(&signature.signing_time),
                field: signature.field,
                signer: signature.signer,
                organisation: signature.organisation,
                indication: signature.indication,
                sub_indication: signature.sub_indication,
                level: signature.level,
                intact: signature.intact,
                steps: signature
                    .steps
                    .into_iter()
                    .map(|step| StepSummary {
                        block: step.block,
                        indication: step.indication,
                        sub_indication: step.sub_indication,
                        detail: step.detail,
                    })
                    .collect(),
            })
            .collect(),
        token: report.token.map(|token| TokenSummary {
            issued_ms: ms(&token.issue_time).unwrap_or_default(),
            issuer: token.issuer,
            kind: token.kind,
            certification_no: token.certification_no,
            agency: token.agency,
            copy_id: token.copy.strip_prefix("copies/").unwrap_or(&token.copy).to_owned(),
            facts: facts_of(token.facts),
        }),
        sha256: Sha256::from_bytes(sha256),
        verified_ms: ms(&report.verify_time).unwrap_or_default(),
        trust_ms: ms(&report.trust_time).unwrap_or_default(),
        trust_lists: report.trust_lists.iter().filter_map(lists::standing_of).collect(),
        revocation_ms: ms(&report.revocation_time),
        register: report.register_status.map(register_status_of),
        print: report.image.map(print_of),
    }
}

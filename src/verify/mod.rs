//! Verification: bytes or a token become a [`Report`]; pure given trust, time and revocation data.
//!
//! Offices and wallets, the service itself before it releases a copy, and `bansao verify` offline all run this code.

mod code;
mod copy;
mod foreign;
mod print;
mod render;
#[cfg(test)]
mod tests;
mod token;

use bansao_pades::validate::Report as Validation;
use serde::Serialize;

use crate::finding::Sentences;
use crate::record::{Facts, ListPurpose, ListStanding, RegisterStatus, Sha256, TrustLists};

pub use code::VerifyCode;
pub use copy::{Material, verify_and_read, verify_copy};
pub use foreign::verify_pades;
pub use print::{PrintFact, PrintPage, PrintReport, judge_print, judge_symbols, judge_unread, print_report};
pub use render::{ReportFormat, detailed, etsi, render, simple};
pub use token::{TokenKeys, verify_token};

/// The outcome. "Cannot tell" is never shown as either of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Everything holds.
    Valid,
    /// Something that would be needed is missing.
    Indeterminate,
    /// Something is wrong.
    Invalid,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Indeterminate => "INDETERMINATE",
            Self::Invalid => "INVALID",
        }
    }
}

/// One reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyFinding {
    /// The code.
    pub code: VerifyCode,
    /// What was seen, for an auditor; no personal data.
    pub detail: String,
}

/// One signature of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureSummary {
    /// Name of the signature field.
    pub field: String,
    /// Common name of the signer.
    pub signer: String,
    /// Organisation of the signer.
    pub organisation: String,
    /// Indication of ETSI EN 319 102-1.
    pub indication: String,
    /// Sub-indication, empty when passed.
    pub sub_indication: String,
    /// PAdES level.
    pub level: String,
    /// Signing time proven by the time-stamp, ms since 1970 UTC.
    pub signed_ms: Option<i64>,
    /// Whether the covered bytes are unchanged.
    pub intact: bool,
    /// The trust list whose anchor vouches for the signer (for the authority, of a document time-stamp).
    pub trust_list: Option<ListName>,
    /// The trust list whose anchor vouches for the time-stamp on the signature.
    pub timestamp_trust_list: Option<ListName>,
    /// What each building block of the validation concluded.
    pub steps: Vec<StepSummary>,
}

/// A trust list, as a signature names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListName {
    /// What it is for.
    pub purpose: ListPurpose,
    /// Its name.
    pub name: String,
}

/// What a building block of ETSI EN 319 102-1 concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepSummary {
    /// The block.
    pub block: String,
    /// Its indication.
    pub indication: String,
    /// Its sub-indication, empty when passed.
    pub sub_indication: String,
    /// The reason, for an auditor; empty when passed.
    pub detail: String,
}

/// What a verified token states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenSummary {
    /// Issuer.
    pub issuer: String,
    /// Kind of certificate.
    pub kind: String,
    /// Number of the certification as printed.
    pub certification_no: String,
    /// Agency id.
    pub agency: String,
    /// Id of the copy.
    pub copy_id: String,
    /// When the copy was issued, ms since 1970 UTC.
    pub issued_ms: i64,
    /// Facts that the token carries. Personal data.
    pub facts: Facts,
}

/// What was verified, on what grounds, with what outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The outcome: the worst of the findings, [`Verdict::Valid`] when there are none.
    pub verdict: Verdict,
    /// What the verdict rests on.
    pub findings: Vec<VerifyFinding>,
    /// The signatures in order of signing; none for a token.
    pub signatures: Vec<SignatureSummary>,
    /// What the token states, if one was found and verifies.
    pub token: Option<TokenSummary>,
    /// SHA-256 of what was verified.
    pub sha256: Sha256,
    /// Digests that the copy may have had when it was issued: a holder may have added stores and time-stamps since.
    #[serde(skip)]
    pub issued: Vec<Sha256>,
    /// By which rules it was judged: `copy` or `pades`.
    #[serde(skip)]
    pub policy: &'static str,
    /// Everything that was found about the signatures; only where they were looked at, and not in reports that another program sent.
    #[serde(skip)]
    pub validation: Option<Box<Validation>>,
    /// When, ms since 1970 UTC.
    pub verified_ms: i64,
    /// As-of time of the trust lists: the oldest of those in force, ms since 1970 UTC.
    pub trust_ms: i64,
    /// The trust lists.
    pub trust_lists: Vec<ListStanding>,
    /// Oldest as-of time of revocation data that was used, ms since 1970 UTC.
    pub revocation_ms: Option<i64>,
    /// What the certification register says; none where it was not asked: offline, or another issuer's copy.
    pub register: Option<RegisterStatus>,
    /// What was read back from a print; none where no print was judged, or its code was not told.
    pub print: Option<PrintReport>,
}

impl Report {
    /// A report without findings yet.
    fn new(subject: &[u8], verified_ms: i64, trust_ms: i64) -> Self {
        let sha256 = Sha256::of(subject);
        Self::of_digest(sha256, verified_ms, trust_ms)
    }

    /// A report on something of which only the digest is known.
    pub fn of_digest(sha256: Sha256, verified_ms: i64, trust_ms: i64) -> Self {
        Self {
            verdict: Verdict::Valid,
            findings: Vec::new(),
            signatures: Vec::new(),
            token: None,
            sha256,
            issued: vec![sha256],
            policy: "copy",
            validation: None,
            verified_ms,
            trust_ms,
            trust_lists: Vec::new(),
            revocation_ms: None,
            register: None,
            print: None,
        }
    }

    /// One sentence for a clerk: the verdict's, or of a print that holds that it says what was certified.
    pub fn sentences(&self) -> Sentences {
        if self.verdict != Verdict::Valid || self.print.is_none() {
            return self.verdict.sentences();
        }
        Sentences {
            vi: "BẢN IN KHỚP: các mục đã đối chiếu trên bản in đúng như nội dung đã chứng thực.",
            en: "THE PRINT AGREES: the facts that were compared are those that were certified.",
            next_vi: "Có thể đối chiếu thêm với tệp bản sao điện tử khi cần.",
            next_en: "Where more is needed, ask for the electronic copy itself.",
        }
    }

    /// Names the trust lists. One that vouches for nothing is a reason why it cannot be told, where another did not vouch instead.
    fn name_lists(&mut self, lists: &TrustLists) {
        self.trust_lists = lists.all().to_vec();
        if self.verdict == Verdict::Valid {
            return;
        }
        for list in lists.all().iter().filter(|list| !list.in_force) {
            if let Some(fault) = list.fault {
                self.find(VerifyCode::of_list(fault), format!("{}: {}", list.name, list.detail));
            }
        }
    }

    /// Adds a reason; the verdict becomes the worse of the two.
    pub fn find(&mut self, code: VerifyCode, detail: impl Into<String>) {
        self.verdict = self.verdict.max(code.verdict());
        self.findings.push(VerifyFinding { code, detail: detail.into() });
    }
}

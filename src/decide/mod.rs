//! From what was seen to what is done: pure policy.
//!
//! A decision lists the findings that it rests on. Nothing is guessed: whatever policy neither refuses nor passes is
//! referred to an officer. A check that crashed, timed out or was skipped leaves a finding, and so refers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::finding::{Code, Severity};
use crate::inspect::InspectionReport;
use crate::record::Kind;

/// What a finding leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Shown, nothing more.
    Show,
    /// An officer decides.
    Refer,
    /// Refused at once; the person can do something about it.
    Refuse,
}

/// A certifier's standing leave to certify a kind without looking at each paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The certifier, by id.
    pub certifier: String,
    /// The kinds it is for.
    pub kinds: Vec<Kind>,
    /// First day, in Việt Nam.
    #[serde(with = "iso_date")]
    pub from: Date,
    /// Last day, in Việt Nam.
    #[serde(with = "iso_date")]
    pub until: Date,
}

impl Delegation {
    /// Whether it is in force for `kind` on `day` in Việt Nam.
    pub fn stands(&self, kind: &Kind, day: Date) -> bool {
        self.kinds.contains(kind) && self.from <= day && day <= self.until
    }
}

/// A recorded mandate: an officer who is not the certifier may approve what the certifier's key then signs (four eyes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// The officer who approves, by id.
    pub officer: String,
    /// The certifier who gave it and signs, by id.
    pub certifier: String,
    /// The decision by which it was given, as it is cited: it stays with each approval.
    pub decision: String,
    /// First day, in Việt Nam.
    #[serde(with = "iso_date")]
    pub from: Date,
    /// Last day, in Việt Nam.
    #[serde(with = "iso_date")]
    pub until: Date,
}

impl Mandate {
    /// Whether it is in force on `day` in Việt Nam.
    pub fn stands(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }
}

/// Which findings refuse, refer or are shown, and who certifies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Exceptions to the effects that [`Policy::effect`] gives by default.
    pub effects: BTreeMap<Code, Effect>,
    /// The agency's standing delegations.
    pub delegations: Vec<Delegation>,
    /// Whether a match with the register is needed for approval.
    pub register_required: bool,
}

/// The decision on a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Certified by standing delegation.
    Approve(Approval),
    /// An officer decides.
    Refer {
        /// The findings that it rests on.
        because: Vec<Code>,
    },
    /// Refused.
    Refuse {
        /// The findings that it rests on.
        because: Vec<Code>,
    },
}

/// Leave to certify, and who gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The certifier who signs, by id.
    pub certifier: String,
    /// What it rests on.
    pub basis: Basis,
    /// The kind, where an officer saw another than the machine.
    #[serde(default)]
    pub kind: Option<Kind>,
}

/// What an approval rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A standing delegation; all rules passed and the register agrees.
    Delegation,
    /// The certifier who signs looked at the paper themself, as the officer with this id.
    Officer(String),
    /// Another officer looked at the paper, under the certifier's mandate.
    Mandate {
        /// The officer, by id.
        officer: String,
        /// The decision by which the mandate was given.
        decision: String,
    },
}

/// Decides on `report` on the day `today` in Việt Nam.
pub fn decide(report: &InspectionReport, policy: &Policy, today: Date) -> Decision {
    let refusing = codes_with(report, policy, Effect::Refuse);
    if !refusing.is_empty() {
        return Decision::Refuse { because: refusing };
    }
    let mut referring = codes_with(report, policy, Effect::Refer);
    let Some(kind) = &report.kind else {
        referring.push(Code::UnknownKind);
        return Decision::Refer { because: unique(referring) };
    };
    if policy.register_required && !report.findings.iter().any(|finding| finding.code == Code::RegisterMatch) {
        referring.push(register_answer(report).unwrap_or(Code::RegisterUnavailable));
    }
    match policy.delegate(kind, today) {
        Some(certifier) if referring.is_empty() => {
            Decision::Approve(Approval { certifier: certifier.to_owned(), basis: Basis::Delegation, kind: None })
        }
        Some(_) => Decision::Refer { because: unique(referring) },
        None => {
            referring.push(Code::NoDelegation);
            Decision::Refer { because: unique(referring) }
        }
    }
}

impl Policy {
    /// The effect of a finding: what configuration says, else refuse what the law lets a machine refuse and the person
    /// can mend (domain reference 1.2), refer every other error, show the rest.
    pub fn effect(&self, code: Code, severity: Severity) -> Effect {
        if let Some(effect) = self.effects.get(&code) {
            // What was not examined is never passed, whatever configuration says.
            return if code == Code::CheckFailed { (*effect).max(Effect::Refer) } else { *effect };
        }
        match severity {
            Severity::Error if refuses_by_default(code) => Effect::Refuse,
            Severity::Error => Effect::Refer,
            Severity::Warning | Severity::Info => Effect::Show,
        }
    }

    fn delegate(&self, kind: &Kind, today: Date) -> Option<&str> {
        self.delegations.iter().find(|d| d.stands(kind, today)).map(|d| d.certifier.as_str())
    }
}

/// What the register said against the paper, if it was asked.
fn register_answer(report: &InspectionReport) -> Option<Code> {
    let against = [Code::RegisterMismatch, Code::RegisterNotFound, Code::RegisterUnavailable];
    report.findings.iter().map(|finding| finding.code).find(|code| against.contains(code))
}

fn refuses_by_default(code: Code) -> bool {
    matches!(
        code,
        Code::UnsupportedFormat
            | Code::UnsupportedCoding
            | Code::FileDamaged
            | Code::TooManyPages
            | Code::ImageTooLarge
            | Code::PdfEncrypted
            | Code::PdfActiveContent
            | Code::PdfSigned
            | Code::PdfAmbiguous
            | Code::PdfNotAScan
            | Code::BlankPage
            | Code::LowResolution
            | Code::Blurred
            | Code::Cropped
            | Code::Photocopy
            | Code::SourceIsCopy
            | Code::SecretOrNoCopy
            | Code::UnknownKind
            | Code::KindMismatch
            | Code::PagesMissing
            | Code::SealMissing
    )
}

fn codes_with(report: &InspectionReport, policy: &Policy, effect: Effect) -> Vec<Code> {
    unique(report.findings.iter().filter(|f| policy.effect(f.code, f.severity) == effect).map(|f| f.code).collect())
}

fn unique(mut codes: Vec<Code>) -> Vec<Code> {
    let mut seen = Vec::with_capacity(codes.len());
    codes.retain(|code| {
        let new = !seen.contains(code);
        seen.push(*code);
        new
    });
    codes
}

mod iso_date {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
    use time::Date;
    use time::macros::format_description;

    const FORMAT: &[time::format_description::BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

    pub(super) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&date.format(FORMAT).map_err(serde::ser::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        Date::parse(&String::deserialize(deserializer)?, FORMAT).map_err(|_| D::Error::custom("a date is written yyyy-mm-dd"))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::finding::Finding;

    fn birth() -> Kind {
        Kind::new("birth_certificate").unwrap()
    }

    fn report(codes: &[Code]) -> InspectionReport {
        InspectionReport {
            kind: Some(birth()),
            form: None,
            pages: vec![],
            fields: vec![],
            findings: codes.iter().map(|code| Finding::new(*code)).collect(),
            inspector: String::new(),
        }
    }

    fn policy() -> Policy {
        let delegation =
            Delegation { certifier: "lan".into(), kinds: vec![birth()], from: date!(2026 - 01 - 01), until: date!(2026 - 12 - 31) };
        Policy { effects: BTreeMap::new(), delegations: vec![delegation], register_required: true }
    }

    const TODAY: Date = date!(2026 - 11 - 21);

    #[test]
    fn approval_needs_a_clean_report_a_register_match_and_a_delegation() {
        let approved = decide(&report(&[Code::RegisterMatch]), &policy(), TODAY);
        assert_eq!(approved, Decision::Approve(Approval { certifier: "lan".into(), basis: Basis::Delegation, kind: None }));

        let unasked = decide(&report(&[]), &policy(), TODAY);
        assert_eq!(unasked, Decision::Refer { because: vec![Code::RegisterUnavailable] });

        let lapsed = decide(&report(&[Code::RegisterMatch]), &policy(), date!(2027 - 01 - 01));
        assert_eq!(lapsed, Decision::Refer { because: vec![Code::NoDelegation] });

        let mut unknown = report(&[Code::RegisterMatch]);
        unknown.kind = None;
        assert_eq!(decide(&unknown, &policy(), TODAY), Decision::Refer { because: vec![Code::UnknownKind] });
    }

    #[test]
    fn refusal_goes_before_referral_and_warnings_only_show() {
        let both = decide(&report(&[Code::DateWordsDiffer, Code::Blurred, Code::Blurred]), &policy(), TODAY);
        assert_eq!(both, Decision::Refuse { because: vec![Code::Blurred] });
        let warned = decide(&report(&[Code::RegisterMatch, Code::ParentAge, Code::RegistrationLate]), &policy(), TODAY);
        assert!(matches!(warned, Decision::Approve(_)));
    }

    #[test]
    fn a_register_that_says_something_else_refers_for_that_reason_alone() {
        let differs = decide(&report(&[Code::RegisterMismatch]), &policy(), TODAY);
        assert_eq!(differs, Decision::Refer { because: vec![Code::RegisterMismatch] });
        let shown = Policy { effects: BTreeMap::from([(Code::RegisterMismatch, Effect::Show)]), ..policy() };
        assert!(matches!(decide(&report(&[Code::RegisterMismatch]), &shown, TODAY), Decision::Refer { .. }));
    }

    #[test]
    fn effects_are_configuration_but_for_what_was_not_examined() {
        let with = |code, effect| Policy { effects: BTreeMap::from([(code, effect)]), ..policy() };
        let decision = |code, effect| decide(&report(&[Code::RegisterMatch, code]), &with(code, effect), TODAY);
        assert!(matches!(decision(Code::ParentAge, Effect::Refer), Decision::Refer { .. }));
        assert!(matches!(decision(Code::Altered, Effect::Refuse), Decision::Refuse { .. }));
        assert!(matches!(decision(Code::Altered, Effect::Show), Decision::Approve(_)));
        assert_eq!(decision(Code::CheckFailed, Effect::Show), Decision::Refer { because: vec![Code::CheckFailed] });
    }

    #[test]
    fn every_error_stops_an_automatic_pass() {
        for code in Code::ALL.iter().filter(|code| code.severity() == Severity::Error) {
            let decision = decide(&report(&[Code::RegisterMatch, *code]), &policy(), TODAY);
            assert!(!matches!(decision, Decision::Approve(_)), "{}", code.as_str());
        }
    }
}

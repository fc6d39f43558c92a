//! How verdicts are shown: a JSON line, a row of a table, or everything about one file.

use std::fmt;

use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::super::text::say;
use crate::clock::{from_unix_ms, in_vietnam};
use crate::inspect::print::Likeness;
use crate::verify::{PrintReport, Report, Verdict};

fn moment(ms: i64) -> String {
    in_vietnam(from_unix_ms(ms)).format(&Rfc3339).unwrap_or_default()
}

/// One JSON object: file, verdict, codes, signatures, elapsed time, and what they rest on.
pub(super) fn line(subject: &str, report: &Report, elapsed_ms: f64) -> serde_json::Value {
    let signatures: Vec<_> = report
        .signatures
        .iter()
        .map(|s| {
            json!({
                "field": s.field, "signer": s.signer, "organisation": s.organisation, "indication": s.indication,
                "sub_indication": s.sub_indication, "level": s.level, "intact": s.intact,
                "signing_time": s.signed_ms.map(moment), "steps": s.steps,
            })
        })
        .collect();
    let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
    let details: Vec<&str> = report.findings.iter().map(|finding| finding.detail.as_str()).collect();
    json!({
        "file": subject, "verdict": report.verdict, "codes": codes, "details": details, "signatures": signatures,
        "token": report.token, "sha256": report.sha256, "register": register(report), "print": report.print, "elapsed_ms": (elapsed_ms * 10.0).round() / 10.0,
    })
}

/// What the register says, or that it was not asked.
fn register(report: &Report) -> serde_json::Value {
    match &report.register {
        Some(said) => json!({
            "status": said.status, "as_of_time": moment(said.as_of_ms), "change_time": said.changed_ms.map(moment),
            "superseded_by": said.superseded_by.as_ref().map(ToString::to_string),
        }),
        None => json!({ "status": "NOT_ASKED", "as_of_time": moment(report.verified_ms) }),
    }
}

/// One file of many.
pub(super) fn row(subject: &str, report: &Report) -> String {
    let mut codes: Vec<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.dedup();
    let mark = match report.verdict {
        Verdict::Valid => "✓ HỢP LỆ          ",
        Verdict::Invalid => "✗ KHÔNG HỢP LỆ    ",
        Verdict::Indeterminate => "? KHÔNG XÁC ĐỊNH  ",
    };
    format!("{mark} {subject}  {}", codes.join(" ")).trim_end().to_owned()
}

/// Everything about one file.
pub(super) fn whole(subject: &str, report: &Report) {
    let sentences = report.sentences();
    say(&format!("{subject}\n  {}\n  {}", sentences.vi, sentences.en));
    for signature in &report.signatures {
        let time = signature.signed_ms.map_or_else(|| "?".to_owned(), moment);
        say(&format!(
            "  {}: {} ({}), {} {} {}, {time}",
            signature.field, signature.signer, signature.organisation, signature.indication, signature.sub_indication, signature.level
        ));
    }
    if let Some(token) = &report.token {
        say(&format!("  QR: {}, số {}, {}", token.kind, token.certification_no, token.issuer));
        for (field, value) in token.facts.iter() {
            say(&format!("      {field}: {value}"));
        }
    }
    report.print.iter().for_each(print);
    match &report.register {
        Some(said) => {
            let ((vi, en), by) = (said.status.words(), said.superseded_by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default());
            say(&format!("  sổ chứng thực / register: {vi} / {en}{by}, {}", moment(said.as_of_ms)));
        }
        None => say(&format!("  sổ chứng thực: chưa hỏi / the register was not asked, {}", moment(report.verified_ms))),
    }
    for finding in &report.findings {
        let texts = finding.code.sentences();
        say(&format!("  ✗ {}: {} / {} ({})", finding.code.as_str(), texts.vi, texts.en, finding.detail));
    }
    if report.verdict != Verdict::Valid {
        say(&format!("  → {}\n  → {}", sentences.next_vi, sentences.next_en));
    }
}

/// What was read back from a print, fact by fact.
fn print(print: &PrintReport) {
    for fact in &print.facts {
        let place = match (fact.picture, &fact.region) {
            (Some(picture), Some(at)) => format!(", ảnh/picture {picture} [{} {} {} {}‰]", at.left, at.top, at.right, at.bottom),
            _ => String::new(),
        };
        let seen = fact.seen.as_deref().unwrap_or("-");
        say(&match fact.likeness {
            Likeness::Same => format!("  = {}: {}", fact.field, fact.expected),
            Likeness::Differs => format!("  ✗ {}: {seen} ≠ {}{place}", fact.field, fact.expected),
            Likeness::CannotTell => format!("  ? {}: {seen} / {}{place}", fact.field, fact.expected),
        });
    }
    if !print.uncovered.is_empty() {
        say(&format!("  ? không đối chiếu / not compared: {}", print.uncovered.join(", ")));
    }
}

/// How many of each verdict.
#[derive(Debug, Default)]
pub(super) struct Tally {
    valid: usize,
    invalid: usize,
    indeterminate: usize,
}

impl Tally {
    pub(super) fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Valid => self.valid += 1,
            Verdict::Invalid => self.invalid += 1,
            Verdict::Indeterminate => self.indeterminate += 1,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.valid + self.invalid + self.indeterminate;
        write!(f, "{all}: {} hợp lệ / valid, ", self.valid)?;
        write!(f, "{} không hợp lệ / invalid, ", self.invalid)?;
        write!(f, "{} không xác định / indeterminate", self.indeterminate)
    }
}

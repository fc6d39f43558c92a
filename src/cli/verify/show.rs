//! How verdicts are shown: a JSON line, a row of a table, or everything about one file.

use std::fmt;

use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::super::text::say;
use super::super::trust;
use crate::clock::{from_unix_ms, in_vietnam};
use crate::inspect::print::Likeness;
use crate::verify::{ListName, PrintReport, Report, Verdict, detailed};

fn moment(ms: i64) -> String {
    in_vietnam(from_unix_ms(ms)).format(&Rfc3339).unwrap_or_default()
}

/// One JSON object: file, everything that the report holds, elapsed time.
pub(super) fn line(subject: &str, report: &Report, elapsed_ms: f64) -> serde_json::Value {
    let mut line = detailed(report, true);
    line["file"] = json!(subject);
    line["elapsed_ms"] = json!((elapsed_ms * 10.0).round() / 10.0);
    line
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
    for (whom, list) in vouching(report) {
        say(&format!("  {whom}: {} ({})", list.purpose.vi(), list.name));
    }
    for list in report.trust_lists.iter().filter(|list| list.fault.is_some()) {
        say(&format!("  {}", trust::line(list)));
    }
    let revocation = report.revocation_ms.map_or_else(|| "-".to_owned(), moment);
    say(&format!("  danh sách tin cậy / trust: {}, thu hồi / revocation: {revocation}", moment(report.trust_ms)));
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

/// The lists that vouch, each once, with what for.
fn vouching(report: &Report) -> Vec<(&'static str, &ListName)> {
    let signers =
        report.signatures.iter().filter_map(|signature| signature.trust_list.as_ref()).map(|list| ("bảo chứng / vouched by", list));
    let stamps = report.signatures.iter().filter_map(|signature| signature.timestamp_trust_list.as_ref());
    let mut lists: Vec<_> = Vec::new();
    for one in signers.chain(stamps.map(|list| ("dấu thời gian / time-stamp", list))) {
        if !lists.contains(&one) {
            lists.push(one);
        }
    }
    lists
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
    for page in &print.pages {
        for at in &page.regions {
            let picture = page.picture.unwrap_or_default();
            let place = format!("ảnh/picture {picture} [{} {} {} {}‰]", at.left, at.top, at.right, at.bottom);
            say(&format!("  ✗ hình khác trang đã chứng thực / shows something else than the certified page: {place}"));
        }
    }
    if print.pages.is_empty() {
        let vi = "hình chưa được đối chiếu với trang đã chứng thực; nét lạ trong chữ phải xem bằng mắt";
        say(&format!("  ? {vi} / the picture was not held against the certified pages: look for odd strokes in letters by eye"));
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

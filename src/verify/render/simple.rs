//! The report in one Vietnamese sentence, and what to do next.

use time::macros::format_description;

use crate::anatomy::{AGENCY_FIELD, CERTIFIER_FIELD};
use crate::clock::{from_unix_ms, in_vietnam};
use crate::record::{ListPurpose, printable};
use crate::verify::{Report, SignatureSummary, Verdict};

/// One sentence: the verdict, by whom and when it was signed, or why not; then the next step where the verdict is not the best one.
pub fn simple(report: &Report) -> String {
    match report.verdict {
        Verdict::Valid => format!("HỢP LỆ: {}{}.", signed(report), caveat(report)),
        Verdict::Invalid => format!("KHÔNG HỢP LỆ: {}", reason(report)),
        Verdict::Indeterminate => format!("KHÔNG XÁC ĐỊNH: {}", reason(report)),
    }
}

fn signed(report: &Report) -> String {
    let of = |field: &str| report.signatures.iter().find(|signature| signature.field == field);
    match (of(CERTIFIER_FIELD), of(AGENCY_FIELD)) {
        (Some(certifier), Some(agency)) => {
            let who = format!("bản sao do {} và {} ký", name(certifier), name(agency));
            format!("{who}{}, còn nguyên vẹn", time(agency))
        }
        _ => match report.signatures.last() {
            Some(last) => format!("tệp do {} ký{}, còn nguyên vẹn", name(last), time(last)),
            None => "mã xác thực đúng là do hệ thống cấp".to_owned(),
        },
    }
}

fn name(signature: &SignatureSummary) -> String {
    printable(&signature.signer)
}

fn time(signature: &SignatureSummary) -> String {
    let format = format_description!("[hour]:[minute] ngày [day]/[month]/[year]");
    let at = signature.signed_ms.and_then(|ms| in_vietnam(from_unix_ms(ms)).format(format).ok());
    at.map(|at| format!(" lúc {at}")).unwrap_or_default()
}

/// Nobody takes what rests on a development list for more than it is.
fn caveat(report: &Report) -> String {
    let lists = report.signatures.iter().flat_map(|signature| [&signature.trust_list, &signature.timestamp_trust_list]).flatten();
    let lowest = lists.map(|list| list.purpose).min();
    let lowly = lowest.filter(|purpose| *purpose <= ListPurpose::Local);
    lowly.map(|purpose| format!(", theo {}", purpose.vi())).unwrap_or_default()
}

fn reason(report: &Report) -> String {
    let worst = report.findings.iter().max_by_key(|finding| finding.code.verdict());
    let sentences = worst.map_or_else(|| report.verdict.sentences(), |finding| finding.code.sentences());
    let mut words = sentences.vi.chars();
    let vi = words.next().map(|first| first.to_lowercase().chain(words).collect::<String>()).unwrap_or_default();
    format!("{vi} {}", sentences.next_vi)
}

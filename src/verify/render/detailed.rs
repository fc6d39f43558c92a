//! The report as JSON: what `bansao verify --json` prints a line of, and `--report json` whole.

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::clock::{from_unix_ms, in_vietnam};
use crate::verify::{Report, VerifyCode};

fn moment(ms: i64) -> String {
    in_vietnam(from_unix_ms(ms)).format(&Rfc3339).unwrap_or_default()
}

/// The whole report. Personal data that the QR token carries is left out unless `facts`.
pub fn detailed(report: &Report, facts: bool) -> Value {
    let signatures: Vec<_> = report
        .signatures
        .iter()
        .map(|s| {
            json!({
                "field": s.field, "signer": s.signer, "organisation": s.organisation, "indication": s.indication,
                "sub_indication": s.sub_indication, "level": s.level, "intact": s.intact,
                "signing_time": s.signed_ms.map(moment), "steps": s.steps,
                "trust_list": s.trust_list, "timestamp_trust_list": s.timestamp_trust_list,
            })
        })
        .collect();
    let lists: Vec<_> = report
        .trust_lists
        .iter()
        .map(|list| {
            json!({
                "purpose": list.purpose, "name": list.name, "in_force": list.in_force, "sequence": list.sequence,
                "as_of": moment(list.as_of_ms()), "next_update": list.next_update_ms.map(moment), "sha256": list.sha256,
                "fault": list.fault.map(|fault| VerifyCode::of_list(fault).as_str()),
            })
        })
        .collect();
    let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
    let details: Vec<&str> = report.findings.iter().map(|finding| finding.detail.as_str()).collect();
    let mut token = json!(report.token);
    if let Some(token) = token.as_object_mut().filter(|_| !facts) {
        token.remove("facts");
    }
    let mut print = json!(report.print);
    for fact in print["facts"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).filter(|_| !facts) {
        fact.remove("seen");
        fact.remove("expected");
    }
    json!({
        "verdict": report.verdict, "codes": codes, "details": details, "signatures": signatures, "trust_lists": lists,
        "trust_time": moment(report.trust_ms), "revocation_time": report.revocation_ms.map(moment),
        "verify_time": moment(report.verified_ms), "token": token, "sha256": report.sha256,
        "register": register(report), "print": print,
    })
}

/// What the register says, or that it was not asked.
fn register(report: &Report) -> Value {
    match &report.register {
        Some(said) => json!({
            "status": said.status, "as_of_time": moment(said.as_of_ms), "change_time": said.changed_ms.map(moment),
            "superseded_by": said.superseded_by.as_ref().map(ToString::to_string),
        }),
        None => json!({ "status": "NOT_ASKED", "as_of_time": moment(report.verified_ms) }),
    }
}

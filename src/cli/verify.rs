//! `bansao verify`: copies and QR tokens, with the service or offline.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use time::OffsetDateTime;

use super::CliError;
use super::text::{complain, say};
use crate::clock::{Clock, SystemClock, from_unix_ms, in_vietnam};
use crate::keys::certificates_from_pem;
use crate::verify::{Material, Report, TokenKeys, Verdict, verify_copy, verify_token};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Copies (PDF files) or texts of QR codes.
    #[arg(required = true)]
    subjects: Vec<String>,
    /// Needs no service: judges by the certificates given with --trust. At present the only way.
    #[arg(long)]
    offline: bool,
    /// Trust anchors, intermediates and token keys, PEM.
    #[arg(long, required = true)]
    trust: Vec<PathBuf>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> ExitCode {
    let now = SystemClock.now();
    let material = match load_trust(&args.trust, now) {
        Ok(material) => material,
        Err(error) => {
            complain(&error);
            return ExitCode::from(2);
        }
    };
    let mut worst = Verdict::Valid;
    for subject in &args.subjects {
        match judge(subject, &material, now, args.json) {
            Ok(verdict) => worst = worst.max(verdict),
            Err(error) => {
                complain(&error);
                worst = worst.max(Verdict::Indeterminate);
            }
        }
    }
    ExitCode::from(match worst {
        Verdict::Valid => 0,
        Verdict::Invalid => 1,
        Verdict::Indeterminate => 2,
    })
}

/// Sorts PEM certificates by what they are: self-signed authorities are anchors, other authorities lie between, and the
/// rest are token keys.
pub(super) fn load_trust(paths: &[PathBuf], now: OffsetDateTime) -> Result<Material, CliError> {
    let mut material = Material { as_of_ms: crate::clock::unix_ms(now), ..Material::default() };
    let mut leaves = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))?;
        for der in certificates_from_pem(&text).map_err(CliError::Failed)? {
            let (_, certificate) = x509_parser::parse_x509_certificate(&der).map_err(|error| CliError::Failed(error.to_string()))?;
            let (authority, self_issued) = (certificate.is_ca(), certificate.subject() == certificate.issuer());
            match (authority, self_issued) {
                (true, true) => material.signer_anchors.push(der),
                (true, false) => material.certificates.push(der),
                (false, _) => leaves.push(der),
            }
        }
    }
    material.timestamp_anchors.clone_from(&material.signer_anchors);
    material.token_keys = TokenKeys::trusted(&leaves, &material.certificates, &material.signer_anchors, now);
    Ok(material)
}

fn judge(subject: &str, material: &Material, now: OffsetDateTime, as_json: bool) -> Result<Verdict, CliError> {
    let started = Instant::now();
    let path = Path::new(subject);
    let report = if path.exists() {
        let pdf = std::fs::read(path).map_err(|error| CliError::Failed(format!("{subject}: {error}")))?;
        verify_copy(&pdf, material, now)
    } else if is_token(subject) {
        verify_token(subject, material, now)
    } else {
        return Err(CliError::Failed(format!("{subject}: no such file")));
    };
    if as_json {
        say(&line(subject, &report, started.elapsed().as_secs_f64() * 1000.0).to_string());
    } else {
        show(subject, &report);
    }
    Ok(report.verdict)
}

/// A file name has a dot or is short; a QR text has a fragment or is long base 32.
fn is_token(subject: &str) -> bool {
    let text = subject.rsplit('#').next().unwrap_or_default();
    text.len() > 100 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn line(subject: &str, report: &Report, elapsed_ms: f64) -> serde_json::Value {
    let signatures: Vec<_> = report
        .signatures
        .iter()
        .map(|s| {
            json!({
                "field": s.field, "signer": s.signer, "organisation": s.organisation, "indication": s.indication,
                "sub_indication": s.sub_indication, "level": s.level, "intact": s.intact,
                "signing_time": s.signed_ms.map(|ms| in_vietnam(from_unix_ms(ms)).to_string()),
            })
        })
        .collect();
    let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
    let details: Vec<&str> = report.findings.iter().map(|finding| finding.detail.as_str()).collect();
    json!({
        "file": subject, "verdict": report.verdict, "codes": codes, "details": details, "signatures": signatures,
        "token": report.token, "sha256": report.sha256, "elapsed_ms": (elapsed_ms * 10.0).round() / 10.0,
    })
}

fn show(subject: &str, report: &Report) {
    let sentences = report.verdict.sentences();
    say(&format!("{subject}\n  {}\n  {}", sentences.vi, sentences.en));
    for signature in &report.signatures {
        let time = signature.signed_ms.map(|ms| in_vietnam(from_unix_ms(ms)).to_string()).unwrap_or_else(|| "?".to_owned());
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
    for finding in &report.findings {
        let texts = finding.code.sentences();
        say(&format!("  ✗ {}: {} / {} ({})", finding.code.as_str(), texts.vi, texts.en, finding.detail));
    }
    if report.verdict != Verdict::Valid {
        say(&format!("  → {}\n  → {}", sentences.next_vi, sentences.next_en));
    }
}

//! `bansao verify`: copies and QR tokens, with the service or offline.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use time::OffsetDateTime;
use tonic::transport::Channel;

use super::CliError;
use super::text::{complain, say};
use crate::api::proto::verification_service_client::VerificationServiceClient;
use crate::api::{convert, proto};
use crate::app::tls_identity;
use crate::clock::{Clock, SystemClock, from_unix_ms, in_vietnam};
use crate::keys::certificates_from_pem;
use crate::verify::{Material, Report, TokenKeys, Verdict, verify_copy, verify_token};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Copies (PDF files) or texts of QR codes.
    #[arg(required = true)]
    subjects: Vec<String>,
    /// Needs no service: judges by the certificates given with --trust.
    #[arg(long, requires = "trust")]
    offline: bool,
    /// Trust anchors, intermediates and token keys, PEM.
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// The service, https://host:port, which also looks the copy up in the certification register.
    #[arg(long, requires_all = ["cert", "key", "anchors"], required_unless_present = "offline")]
    service: Option<String>,
    /// Client certificate chain, PEM.
    #[arg(long)]
    cert: Option<PathBuf>,
    /// Client key, PKCS#8 PEM.
    #[arg(long)]
    key: Option<PathBuf>,
    /// Anchors of the service, PEM.
    #[arg(long)]
    anchors: Option<PathBuf>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> ExitCode {
    let judge = match Judge::new(&args) {
        Ok(judge) => judge,
        Err(error) => {
            complain(&error);
            return ExitCode::from(2);
        }
    };
    let mut worst = Verdict::Valid;
    for subject in &args.subjects {
        match judge.judge(subject, args.json).await {
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
    material.token_keys = TokenKeys::trusted(&leaves, &material.certificates, &material.signer_anchors);
    Ok(material)
}

/// Who judges.
enum Judge {
    /// This program, by what it is told to trust.
    Here(Box<Material>, OffsetDateTime),
    /// The service.
    Service(VerificationServiceClient<Channel>),
}

impl Judge {
    fn new(args: &Args) -> Result<Self, CliError> {
        let now = SystemClock.now();
        match (&args.service, &args.cert, &args.key, &args.anchors) {
            (Some(service), Some(cert), Some(key), Some(anchors)) if !args.offline => {
                let channel = tls_identity(cert, key, anchors)?.channel(service)?;
                Ok(Self::Service(VerificationServiceClient::new(channel)))
            }
            _ => Ok(Self::Here(Box::new(load_trust(&args.trust, now)?), now)),
        }
    }

    async fn judge(&self, subject: &str, as_json: bool) -> Result<Verdict, CliError> {
        let started = Instant::now();
        let report = if Path::new(subject).exists() {
            let pdf = std::fs::read(subject).map_err(|error| CliError::Failed(format!("{subject}: {error}")))?;
            self.copy(pdf).await?
        } else if is_token(subject) {
            self.token(subject).await?
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

    async fn copy(&self, pdf: Vec<u8>) -> Result<Report, CliError> {
        match self {
            Self::Here(material, now) => Ok(verify_copy(&pdf, material, *now)),
            Self::Service(client) => {
                let parts = pdf.chunks(CHUNK_BYTES).map(|chunk| proto::VerifyCopyRequest { chunk: chunk.to_vec().into() });
                let parts: Vec<_> = parts.collect();
                Ok(convert::report_of(client.clone().verify_copy(tokio_stream::iter(parts)).await?.into_inner()))
            }
        }
    }

    async fn token(&self, text: &str) -> Result<Report, CliError> {
        match self {
            Self::Here(material, now) => Ok(verify_token(text, material, *now)),
            Self::Service(client) => {
                let request = proto::VerifyTokenRequest { token: text.to_owned() };
                Ok(convert::report_of(client.clone().verify_token(request).await?.into_inner()))
            }
        }
    }
}

const CHUNK_BYTES: usize = 256 << 10;

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

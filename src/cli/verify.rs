//! `bansao verify`: copies, folders of copies, QR tokens and pictures of prints, with the service or offline.

mod show;
mod subjects;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bansao_scan::{Format, sniff};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};
use tonic::transport::Channel;

use self::show::Tally;
use self::subjects::Subject;
use super::CliError;
use super::doctor::alone;
use super::text::{complain, say};
use crate::api::proto::verification_service_client::VerificationServiceClient;
use crate::api::{convert, proto};
use crate::app::tls_identity;
use crate::clock::{Clock, SystemClock};
use crate::finding::Code;
use crate::inspect::forms::FormSet;
use crate::inspect::{Inspector, PagesError};
use crate::keys::certificates_from_pem;
use crate::record::Sha256;
use crate::verify::{
    Material, Report, TokenKeys, Verdict, judge_print, judge_symbols, judge_unread, print_report, verify_copy, verify_pades, verify_token,
};
use crate::worker::Pool;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Copies (PDF files), pictures of prints (JPEG, PNG, TIFF), folders, patterns such as `in/*.pdf`, or texts of QR codes.
    #[arg(required = true)]
    subjects: Vec<String>,
    /// All files that are named are pictures of the pages of one print.
    #[arg(long)]
    together: bool,
    /// Needs no service: judges by the certificates given with --trust.
    #[arg(long, requires = "trust")]
    offline: bool,
    /// Trust anchors, intermediates and token keys, PEM.
    #[arg(long)]
    trust: Vec<PathBuf>,
    /// Revocation lists beside those in the files, DER or PEM.
    #[arg(long, requires = "offline")]
    crl: Vec<PathBuf>,
    /// OCSP responses beside those in the files, DER.
    #[arg(long, requires = "offline")]
    ocsp: Vec<PathBuf>,
    /// The time to judge for instead of now: 2026-03-05T07:08:09+07:00, or a day (its end in Vietnam).
    #[arg(long, requires = "offline", value_parser = moment)]
    at: Option<OffsetDateTime>,
    /// By which rules: those of a copy, or those for signed PDFs of other makers.
    #[arg(long, value_enum, default_value = "copy")]
    policy: Policy,
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

/// By which rules a file is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Policy {
    /// A copy of this service: what was issued, with proofs and time-stamps added, and nothing else.
    Copy,
    /// A signed PDF of another maker: what its own certification and locks allow.
    Pades,
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(time);
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| "neither a time nor a day".to_owned())?;
    // 23:59:59 in Vietnam.
    day.with_hms(16, 59, 59).map(PrimitiveDateTime::assume_utc).map_err(|error| error.to_string())
}

/// The exit status is that of the worst verdict: 0 valid, 1 invalid, 2 indeterminate, also for what cannot be read.
pub(super) async fn run(args: Args) -> ExitCode {
    let judge = match Judge::new(&args) {
        Ok(judge) => Arc::new(judge),
        Err(error) => {
            complain(&error);
            return ExitCode::from(2);
        }
    };
    let (subjects, missing) = subjects::find(&args.subjects);
    let subjects = if args.together { subjects::together(subjects) } else { subjects };
    missing.iter().for_each(complain);
    let mut worst = if missing.is_empty() { Verdict::Valid } else { Verdict::Indeterminate };
    let progress = progress(subjects.len(), args.json);
    let mut tally = Tally::default();
    let many = subjects.len() > 1;
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let judged = stream::iter(subjects).map(|subject| timed(Arc::clone(&judge), subject)).buffered(at_once);
    let mut judged = std::pin::pin!(judged);
    while let Some((subject, elapsed_ms, outcome)) = judged.next().await {
        progress.inc(1);
        match outcome {
            Ok(report) => {
                worst = worst.max(report.verdict);
                tally.add(report.verdict);
                progress.suspend(|| match (args.json, many) {
                    (true, _) => say(&show::line(&subject, &report, elapsed_ms).to_string()),
                    (false, true) => say(&show::row(&subject, &report)),
                    (false, false) => show::whole(&subject, &report),
                });
            }
            Err(error) => {
                worst = worst.max(Verdict::Indeterminate);
                tally.add(Verdict::Indeterminate);
                progress.suspend(|| complain(&error));
            }
        }
    }
    progress.finish_and_clear();
    if many && !args.json {
        say(&tally.to_string());
    }
    ExitCode::from(match worst {
        Verdict::Valid => 0,
        Verdict::Invalid => 1,
        Verdict::Indeterminate => 2,
    })
}

/// A bar over many files, for people at a terminal.
fn progress(subjects: usize, quiet: bool) -> ProgressBar {
    if quiet || subjects < 8 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(subjects as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    bar
}

async fn timed(judge: Arc<Judge>, subject: Subject) -> (String, f64, Result<Report, CliError>) {
    let started = Instant::now();
    let outcome = judge.judge(&subject).await;
    (subject.to_string(), started.elapsed().as_secs_f64() * 1000.0, outcome)
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
    Here(Arc<Grounds>),
    /// The service.
    Service(VerificationServiceClient<Channel>),
}

/// By what this program judges.
struct Grounds {
    material: Material,
    now: OffsetDateTime,
    policy: Policy,
    /// Workers that open and read pictures, started with the first one.
    pool: OnceLock<Result<Pool, String>>,
}

impl Grounds {
    /// Judges pictures of one print, which a sandboxed worker opens.
    fn print(&self, pictures: &[Bytes]) -> Result<Report, CliError> {
        let pool = self.pool.get_or_init(|| {
            let forms = FormSet::embedded().map_err(|error| error.to_string())?;
            let pool = Pool::start(alone(), &forms).map_err(|error| error.to_string())?;
            for missing in pool.sandbox().missing() {
                complain(&CliError::Failed(format!("warning: the worker's sandbox is not whole: {missing}")));
            }
            Ok(pool)
        });
        let pool = pool.as_ref().map_err(|error| CliError::Failed(error.clone()))?;
        let digests: Vec<Sha256> = pictures.iter().map(|picture| Sha256::of(picture)).collect();
        let mut report = print_report(&digests, &self.material, self.now);
        let compared = pool.symbols(pictures).and_then(|symbols| {
            let expected = judge_symbols(&mut report, &symbols, &self.material, self.now);
            expected.map(|expected| pool.compare(pictures, &expected)).transpose()
        });
        match compared {
            Ok(Some(comparison)) => judge_print(&mut report, &comparison),
            Ok(None) => {}
            Err(PagesError::Scan(finding)) => judge_unread(&mut report, finding.code != Code::InspectionStopped, finding.code.as_str()),
            Err(error) => return Err(CliError::Failed(error.to_string())),
        }
        Ok(report)
    }

    fn copy(&self, pdf: &[u8]) -> Report {
        match self.policy {
            Policy::Copy => verify_copy(pdf, &self.material, self.now),
            Policy::Pades => verify_pades(pdf, &self.material, self.now),
        }
    }
}

impl Judge {
    fn new(args: &Args) -> Result<Self, CliError> {
        let now = args.at.unwrap_or_else(|| SystemClock.now());
        match (&args.service, &args.cert, &args.key, &args.anchors) {
            (Some(service), Some(cert), Some(key), Some(anchors)) if !args.offline => {
                let channel = tls_identity(cert, key, anchors)?.channel(service)?;
                Ok(Self::Service(VerificationServiceClient::new(channel)))
            }
            _ => {
                let mut material = load_trust(&args.trust, SystemClock.now())?;
                let read = |paths: &[PathBuf]| paths.iter().map(|path| subjects::read(path)).collect::<Result<Vec<_>, _>>();
                material.crls = read(&args.crl)?;
                material.ocsp_responses = read(&args.ocsp)?;
                Ok(Self::Here(Arc::new(Grounds { material, now, policy: args.policy, pool: OnceLock::new() })))
            }
        }
    }

    async fn judge(&self, subject: &Subject) -> Result<Report, CliError> {
        match subject {
            Subject::File(path) => {
                let bytes = subjects::read(path)?;
                match sniff(&bytes) {
                    Some(Format::Jpeg | Format::Png | Format::Tiff) => self.print(vec![bytes.into()]).await,
                    _ => self.copy(bytes).await,
                }
            }
            Subject::Token(text) => self.token(text).await,
            Subject::Print(paths) => {
                let pictures: Result<Vec<Bytes>, CliError> = paths.iter().map(|path| Ok(subjects::read(path)?.into())).collect();
                self.print(pictures?).await
            }
        }
    }

    async fn copy(&self, pdf: Vec<u8>) -> Result<Report, CliError> {
        match self {
            Self::Here(grounds) => {
                let grounds = Arc::clone(grounds);
                let judged = tokio::task::spawn_blocking(move || grounds.copy(&pdf)).await;
                judged.map_err(|error| CliError::Failed(error.to_string()))
            }
            Self::Service(client) => {
                let parts = pdf.chunks(CHUNK_BYTES).map(|chunk| proto::VerifyCopyRequest { chunk: chunk.to_vec().into() });
                let parts: Vec<_> = parts.collect();
                Ok(convert::report_of(client.clone().verify_copy(tokio_stream::iter(parts)).await?.into_inner()))
            }
        }
    }

    async fn print(&self, pictures: Vec<Bytes>) -> Result<Report, CliError> {
        match self {
            Self::Here(grounds) => {
                let grounds = Arc::clone(grounds);
                let judged = tokio::task::spawn_blocking(move || grounds.print(&pictures)).await;
                judged.map_err(|error| CliError::Failed(error.to_string()))?
            }
            Self::Service(client) => {
                let parts: Vec<_> = pictures.iter().flat_map(picture_parts).collect();
                Ok(convert::report_of(client.clone().verify_image(tokio_stream::iter(parts)).await?.into_inner()))
            }
        }
    }

    async fn token(&self, text: &str) -> Result<Report, CliError> {
        match self {
            Self::Here(grounds) => Ok(verify_token(text, &grounds.material, grounds.now)),
            Self::Service(client) => {
                let request = proto::VerifyTokenRequest { token: text.to_owned() };
                Ok(convert::report_of(client.clone().verify_token(request).await?.into_inner()))
            }
        }
    }
}

/// One picture as messages, the last of which says so.
fn picture_parts(picture: &Bytes) -> Vec<proto::VerifyImageRequest> {
    let starts = (0..picture.len()).step_by(CHUNK_BYTES);
    let part = |start: usize| {
        let end = picture.len().min(start + CHUNK_BYTES);
        proto::VerifyImageRequest { chunk: picture.slice(start..end), last: end == picture.len() }
    };
    starts.map(part).collect()
}

const CHUNK_BYTES: usize = 256 << 10;

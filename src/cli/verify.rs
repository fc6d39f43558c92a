//! `bansao verify`: copies, folders of copies, QR tokens and pictures of prints, with the service or offline.

mod document;
mod pictures;
mod show;
mod subjects;
pub(super) mod trust;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use bansao_scan::{Format as FileFormat, sniff};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};
use tonic::transport::Channel;

use self::document::Document;
use self::pictures::Pictures;
use self::show::Tally;
use self::subjects::Subject;
use super::CliError;
use super::text::{complain, say};
use crate::api::proto::verification_service_client::VerificationServiceClient;
use crate::api::{convert, proto};
use crate::app::tls_identity;
use crate::clock::{Clock, SystemClock};
use crate::record::Sha256;
use crate::verify::{Material, Report, ReportFormat, Verdict, verify_copy, verify_pades, verify_token};

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
    /// Whom to trust: PEM files (anchors, intermediates, token keys) and signed trust lists. `PURPOSE=FILE` says what a PEM file is
    /// for: national, government, timestamp or development; without that its anchors vouch for everything, under the name local.
    #[arg(long, value_name = "[PURPOSE=]FILE")]
    trust: Vec<String>,
    /// SHA-256 of a trust list, or of the certificate that signs it; without one a signed or national list is not taken.
    #[arg(long, requires = "trust", value_parser = fingerprint)]
    trust_pin: Vec<Sha256>,
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
    /// Prints the report on each file in this form instead: one Vietnamese sentence, JSON, or XML by ETSI TS 119 102-2.
    #[arg(long, value_enum, conflicts_with = "json")]
    report: Option<Format>,
    /// Folder that the reports are written to, `NAME.DIGEST.report.xml` and so on, instead of being printed.
    #[arg(long, requires = "report")]
    report_dir: Option<PathBuf>,
    /// Has the service sign each report; the signature lies beside it (`.p7s`).
    #[arg(long, requires = "report_dir", conflicts_with = "offline")]
    sign_report: bool,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One Vietnamese sentence.
    Simple,
    /// Everything, JSON.
    Json,
    /// ETSI TS 119 102-2.
    Xml,
}

impl Format {
    fn as_report(self) -> ReportFormat {
        match self {
            Self::Simple => ReportFormat::Simple,
            Self::Json => ReportFormat::Detailed,
            Self::Xml => ReportFormat::Etsi,
        }
    }
}

/// By which rules a file is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Policy {
    /// A copy of this service: what was issued, with proofs and time-stamps added, and nothing else.
    Copy,
    /// A signed PDF of another maker: what its own certification and locks allow.
    Pades,
}

pub(super) fn fingerprint(text: &str) -> Result<Sha256, String> {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    Sha256::from_hex(&digits).ok_or_else(|| "64 hexadecimal digits are needed".to_owned())
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
    let mut lists = Vec::new();
    let many = subjects.len() > 1;
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let judged = stream::iter(subjects).map(|subject| timed(Arc::clone(&judge), subject)).buffered(at_once);
    let mut judged = std::pin::pin!(judged);
    while let Some((subject, elapsed_ms, outcome)) = judged.next().await {
        progress.inc(1);
        match outcome {
            Ok(Outcome { report, document }) => {
                worst = worst.max(report.verdict);
                tally.add(report.verdict);
                lists.clone_from(&report.trust_lists);
                let kept = progress.suspend(|| print(&args, many, &subject, elapsed_ms, (&report, document)));
                if let Err(error) = kept {
                    worst = worst.max(Verdict::Indeterminate);
                    complain(&error);
                }
            }
            Err(error) => {
                worst = worst.max(Verdict::Indeterminate);
                tally.add(Verdict::Indeterminate);
                progress.suspend(|| complain(&error));
            }
        }
    }
    progress.finish_and_clear();
    if many && !args.json && args.report.is_none() {
        say(&tally.to_string());
        lists.iter().for_each(|list| say(&super::trust::line(list)));
    }
    ExitCode::from(match worst {
        Verdict::Valid => 0,
        Verdict::Invalid => 1,
        Verdict::Indeterminate => 2,
    })
}

/// Says what came of one subject in the form that was asked for; a document goes into the folder for documents, if there is one.
fn print(args: &Args, many: bool, subject: &str, elapsed_ms: f64, outcome: (&Report, Option<Document>)) -> Result<(), CliError> {
    match (outcome, args.report_dir.as_deref()) {
        ((report, Some(document)), Some(folder)) => return document.save(folder, subject, report),
        ((_, Some(document)), None) => say(document.content.trim_end()),
        ((report, None), _) if args.json => say(&show::line(subject, report, elapsed_ms).to_string()),
        ((report, None), _) if many => say(&show::row(subject, report)),
        ((report, None), _) => show::whole(subject, report),
    }
    Ok(())
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

async fn timed(judge: Arc<Judge>, subject: Subject) -> (String, f64, Result<Outcome, CliError>) {
    let started = Instant::now();
    let outcome = judge.judge(&subject).await;
    (subject.to_string(), started.elapsed().as_secs_f64() * 1000.0, outcome)
}

/// Who judges.
enum Judge {
    /// This program, by what it is told to trust.
    Here(Arc<Grounds>),
    /// The service.
    Service(VerificationServiceClient<Channel>, Wanted),
}

/// What is asked of the service beside the verdict.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    format: Option<ReportFormat>,
    signed: bool,
}

/// What came of one subject.
struct Outcome {
    report: Report,
    document: Option<Document>,
}

impl Outcome {
    /// Of a token or a print: the sentence or the JSON.
    fn without_signatures(report: Report, format: Option<ReportFormat>) -> Result<Self, CliError> {
        if format == Some(ReportFormat::Etsi) {
            return Err(CliError::Failed("ETSI TS 119 102-2 reports on signed files; ask for this report as simple or json".to_owned()));
        }
        let document = format.map(|format| Document::unsigned(&report, format));
        Ok(Self { report, document })
    }
}

/// By what this program judges.
struct Grounds {
    material: Material,
    now: OffsetDateTime,
    policy: Policy,
    format: Option<ReportFormat>,
    pictures: Pictures,
}

impl Grounds {
    fn copy(&self, pdf: &[u8]) -> Outcome {
        let report = match self.policy {
            Policy::Copy => verify_copy(pdf, &self.material, self.now),
            Policy::Pades => verify_pades(pdf, &self.material, self.now),
        };
        let document = self.format.map(|format| Document::unsigned(&report, format));
        Outcome { report, document }
    }
}

impl Judge {
    fn new(args: &Args) -> Result<Self, CliError> {
        let now = args.at.unwrap_or_else(|| SystemClock.now());
        match (&args.service, &args.cert, &args.key, &args.anchors) {
            (Some(service), Some(cert), Some(key), Some(anchors)) if !args.offline => {
                let channel = tls_identity(cert, key, anchors)?.channel(service)?;
                let wanted = Wanted { format: args.report.map(Format::as_report), signed: args.sign_report };
                Ok(Self::Service(VerificationServiceClient::new(channel), wanted))
            }
            _ => {
                let mut material = trust::load(&args.trust, &args.trust_pin, SystemClock.now())?;
                let read = |paths: &[PathBuf]| paths.iter().map(|path| subjects::read(path)).collect::<Result<Vec<_>, _>>();
                material.crls = read(&args.crl)?;
                material.ocsp_responses = read(&args.ocsp)?;
                Ok(Self::Here(Arc::new(Grounds {
                    material,
                    now,
                    policy: args.policy,
                    format: args.report.map(Format::as_report),
                    pictures: Pictures::default(),
                })))
            }
        }
    }

    async fn judge(&self, subject: &Subject) -> Result<Outcome, CliError> {
        match subject {
            Subject::File(path) => {
                let bytes = subjects::read(path)?;
                match sniff(&bytes) {
                    Some(FileFormat::Jpeg | FileFormat::Png | FileFormat::Tiff) => self.print(vec![bytes.into()]).await,
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

    async fn copy(&self, pdf: Vec<u8>) -> Result<Outcome, CliError> {
        match self {
            Self::Here(grounds) => {
                let grounds = Arc::clone(grounds);
                let judged = tokio::task::spawn_blocking(move || grounds.copy(&pdf)).await;
                judged.map_err(|error| CliError::Failed(error.to_string()))
            }
            Self::Service(client, wanted) => {
                let request = |chunk: &[u8]| proto::VerifyCopyRequest {
                    chunk: chunk.to_vec().into(),
                    report_format: document::wire(wanted.format).into(),
                    sign_report: wanted.signed,
                };
                let parts: Vec<_> = pdf.chunks(CHUNK_BYTES).map(request).collect();
                let mut answer = client.clone().verify_copy(tokio_stream::iter(parts)).await?.into_inner();
                let document = answer.document.take().zip(wanted.format).map(|(document, format)| Document::received(document, format));
                Ok(Outcome { report: convert::report_of(answer), document })
            }
        }
    }

    /// A print has no signatures that the XML could report on.
    async fn print(&self, pictures: Vec<Bytes>) -> Result<Outcome, CliError> {
        let (report, format) = match self {
            Self::Here(grounds) => {
                let (grounds, format) = (Arc::clone(grounds), grounds.format);
                let judged = tokio::task::spawn_blocking(move || grounds.pictures.judge(&pictures, &grounds.material, grounds.now)).await;
                (judged.map_err(|error| CliError::Failed(error.to_string()))??, format)
            }
            Self::Service(client, wanted) => {
                let parts: Vec<_> = pictures.iter().flat_map(pictures::parts).collect();
                (convert::report_of(client.clone().verify_image(tokio_stream::iter(parts)).await?.into_inner()), wanted.format)
            }
        };
        Outcome::without_signatures(report, format)
    }

    /// A token has no signatures that the XML could report on: its report is the sentence or the JSON.
    async fn token(&self, text: &str) -> Result<Outcome, CliError> {
        let (report, format) = match self {
            Self::Here(grounds) => (verify_token(text, &grounds.material, grounds.now), grounds.format),
            Self::Service(client, wanted) => {
                let request = proto::VerifyTokenRequest { token: text.to_owned() };
                (convert::report_of(client.clone().verify_token(request).await?.into_inner()), wanted.format)
            }
        };
        Outcome::without_signatures(report, format)
    }
}

const CHUNK_BYTES: usize = 256 << 10;

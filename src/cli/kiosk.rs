//! `bansao kiosk submit`: hands in the files of one certificate, follows the submission, saves the copy.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ring::rand::{SecureRandom, SystemRandom};
use tonic::transport::Channel;

use super::text::{self, Language, say};
use super::{CliError, text::service_error};
use crate::api::proto::certification_service_client::CertificationServiceClient;
use crate::api::proto::submission::State;
use crate::api::proto::submission_event::Stage;
use crate::api::proto::submit_scan_request::Part;
use crate::api::proto::{self, get_copy_response};
use crate::app::tls_identity;
use crate::record::Sha256;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Hands in the page files of one certificate.
    Submit(Submit),
}

#[derive(Debug, clap::Args)]
struct Submit {
    /// Page files in order: JPEG, PNG, TIFF or PDF.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// Kind of the paper, such as birth_certificate; left out, inspection tells.
    #[arg(long)]
    kind: Option<String>,
    /// File that holds the citizen's signed assertion (JWT).
    #[arg(long)]
    assertion: PathBuf,
    /// Idempotency key; left out, a new one is made.
    #[arg(long)]
    request_id: Option<String>,
    /// How many copies of the original, made together under one number.
    #[arg(long, default_value = "1")]
    copies: u32,
    /// Where the certified copy is saved; of several, the second one is saved as `copy-2.pdf`, and so on.
    #[arg(long, default_value = "copy.pdf")]
    out: PathBuf,
    /// Language of messages.
    #[arg(long, value_enum, default_value = "vi")]
    language: Language,
    /// Print the finished submission as one JSON object.
    #[arg(long)]
    json: bool,
}

/// How a client reaches the service.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Connection {
    /// The service, https://host:port.
    #[arg(long)]
    pub(super) service: String,
    /// Client certificate chain, PEM.
    #[arg(long)]
    pub(super) cert: PathBuf,
    /// Client key, PKCS#8 PEM.
    #[arg(long)]
    pub(super) key: PathBuf,
    /// Anchors of the service, PEM.
    #[arg(long)]
    pub(super) anchors: PathBuf,
}

impl Connection {
    pub(super) fn channel(&self) -> Result<Channel, CliError> {
        Ok(tls_identity(&self.cert, &self.key, &self.anchors)?.channel(&self.service)?)
    }
}

const CHUNK_BYTES: usize = 256 << 10;

/// Largest message of an answer: a submission with all its findings.
const MESSAGE_BYTES: usize = 8 << 20;

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let Command::Submit(submit) = args.command;
    let mut client = CertificationServiceClient::new(submit.connection.channel()?).max_decoding_message_size(MESSAGE_BYTES);
    let messages = messages(&submit)?;
    let bar = bar(&submit);
    bar.set_message("gửi / upload");
    let submission = client.submit_scan(tokio_stream::iter(messages)).await?.into_inner();
    let submission = follow(&mut client, submission, &bar).await?;
    bar.finish_and_clear();
    report(&submission, &submit)?;
    match submission.state() {
        State::Issued => {
            for (place, copy) in (1..).zip(&submission.copies) {
                save(&mut client, copy, &numbered(&submit.out, place)).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn messages(submit: &Submit) -> Result<Vec<proto::SubmitScanRequest>, CliError> {
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())));
    let contents = submit.files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let declare = |(path, bytes): (&PathBuf, &Vec<u8>)| proto::FileDeclaration {
        display_name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        size_bytes: bytes.len() as u64,
        sha256: Sha256::of(bytes).as_bytes().to_vec().into(),
    };
    let header = proto::SubmissionHeader {
        request_id: submit.request_id.clone().map_or_else(new_request_id, Ok)?,
        declared_kind: submit.kind.clone().unwrap_or_default(),
        citizen_assertion: std::fs::read_to_string(&submit.assertion)?.trim().to_owned(),
        files: submit.files.iter().zip(&contents).map(declare).collect(),
        copies: submit.copies,
    };
    let part = |part| proto::SubmitScanRequest { part: Some(part) };
    let mut messages = vec![part(Part::Header(header))];
    for bytes in &contents {
        messages.extend(bytes.chunks(CHUNK_BYTES).map(|chunk| part(Part::Chunk(chunk.to_vec().into()))));
    }
    Ok(messages)
}

fn new_request_id() -> Result<String, CliError> {
    let mut bytes = [0u8; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CliError::Failed("no randomness".to_owned()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn bar(submit: &Submit) -> ProgressBar {
    if submit.json {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(6);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Times that a stream of events may break or end early before the kiosk gives up.
const MOST_BREAKS: u32 = 5;
/// Pause before a broken stream is taken up again.
const BREAK_PAUSE: Duration = Duration::from_secs(1);

/// Follows the events to a decision; a stream that breaks, or that a stopping service ends, is taken up again after the
/// last event that was seen.
async fn follow(
    client: &mut CertificationServiceClient<Channel>,
    mut submission: proto::Submission,
    bar: &ProgressBar,
) -> Result<proto::Submission, CliError> {
    let mut after_sequence = 0;
    let mut breaks = 0;
    while !is_decided(submission.state()) {
        let request = proto::WatchSubmissionRequest { name: submission.name.clone(), after_sequence };
        let watched = watch(client, request, bar, &mut submission, &mut after_sequence).await;
        if is_decided(submission.state()) {
            break;
        }
        breaks += 1;
        match watched {
            Err(status) if breaks > MOST_BREAKS || crate::api::reason(&status).is_some() => return Err(status.into()),
            Err(status) => bar.set_message(service_error(&status)),
            Ok(()) if breaks > MOST_BREAKS => break,
            Ok(()) => {}
        }
        tokio::time::sleep(BREAK_PAUSE).await;
    }
    Ok(submission)
}

/// Shows the events of one stream until a decision or its end.
async fn watch(
    client: &mut CertificationServiceClient<Channel>,
    request: proto::WatchSubmissionRequest,
    bar: &ProgressBar,
    submission: &mut proto::Submission,
    after_sequence: &mut i64,
) -> Result<(), tonic::Status> {
    let mut events = client.watch_submission(request).await?.into_inner();
    while let Some(event) = events.message().await? {
        *after_sequence = event.sequence;
        bar.set_position(position(event.stage()));
        bar.set_message(label(event.stage()));
        if let Some(now) = event.submission {
            *submission = now;
        }
        if is_decided(submission.state()) {
            break;
        }
    }
    Ok(())
}

/// Whether a kiosk has nothing more to wait for.
fn is_decided(state: State) -> bool {
    matches!(state, State::Issued | State::Refused | State::Cancelled | State::Referred)
}

fn position(stage: Stage) -> u64 {
    match stage {
        Stage::Received => 1,
        Stage::Inspected => 2,
        Stage::Decided => 3,
        Stage::Numbered => 4,
        Stage::Sealed => 5,
        Stage::Registered | Stage::Delivered => 6,
        _ => 3,
    }
}

fn label(stage: Stage) -> &'static str {
    match stage {
        Stage::Received => "đã nhận / received",
        Stage::Inspected => "đã kiểm tra / inspected",
        Stage::Decided => "đã quyết định / decided",
        Stage::Numbered => "đã cấp số / numbered",
        Stage::Sealed => "đã ký số / signed",
        Stage::Registered => "đã vào sổ / registered",
        Stage::Delivered => "đã chuyển vào ví / delivered",
        Stage::Cancelled => "đã rút / cancelled",
        _ => "đang chờ / waiting",
    }
}

fn report(submission: &proto::Submission, submit: &Submit) -> Result<(), CliError> {
    let number = submission.certification_number.as_ref().map(|no| format!("{:02}, {}", no.number, no.book)).unwrap_or_default();
    if submit.json {
        let findings: Vec<&str> = submission.findings.iter().map(|finding| finding.code.as_str()).collect();
        let object = serde_json::json!({
            "submission": submission.name, "state": submission.state().as_str_name(), "kind": submission.kind, "form": submission.form,
            "reasons": submission.reasons, "findings": findings, "copy": submission.copy, "copies": submission.copies,
            "certification_no": number,
        });
        say(&object.to_string());
        return Ok(());
    }
    let (outcome, next) = match submission.state() {
        State::Issued => ("ĐÃ CẤP BẢN SAO / ISSUED", submit.out.display().to_string()),
        State::Referred => ("CHUYỂN CÁN BỘ XEM XÉT / REFERRED TO AN OFFICER", submission.name.clone()),
        State::Refused => ("TỪ CHỐI / REFUSED", submission.reasons.join(", ")),
        State::Cancelled => ("ĐÃ RÚT / CANCELLED", submission.name.clone()),
        _ => ("ĐANG XỬ LÝ / IN PROGRESS", submission.name.clone()),
    };
    say(&format!("{outcome}: {next}"));
    if !number.is_empty() {
        say(&format!("Số chứng thực / number: {number}"));
    }
    for finding in &submission.findings {
        say(&format!("  {}", text::finding(finding, submit.language)));
    }
    Ok(())
}

/// Where the copy at this place, from 1, is saved.
fn numbered(out: &Path, place: u32) -> PathBuf {
    if place == 1 {
        return out.to_owned();
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let extension = out.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    out.with_file_name(format!("{stem}-{place}{extension}"))
}

/// Saves the copy under its name only when all of it is there and has the stated digest.
async fn save(client: &mut CertificationServiceClient<Channel>, copy: &str, out: &Path) -> Result<(), CliError> {
    let mut parts = client.get_copy(proto::GetCopyRequest { name: copy.to_owned() }).await?.into_inner();
    let mut expected = bytes::Bytes::new();
    let mut pdf = Vec::new();
    while let Some(message) = parts.message().await? {
        match message.part {
            Some(get_copy_response::Part::Copy(copy)) => expected = copy.sha256,
            Some(get_copy_response::Part::Chunk(chunk)) => pdf.extend_from_slice(&chunk),
            None => {}
        }
    }
    if Sha256::of(&pdf).as_bytes().as_slice() != expected.as_ref() {
        return Err(CliError::Failed("the copy did not arrive whole".to_owned()));
    }
    let part = out.with_extension("part");
    std::fs::write(&part, &pdf)?;
    Ok(std::fs::rename(&part, out)?)
}

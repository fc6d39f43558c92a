//! `bansao review`: an officer at a terminal.

use std::io::Write;
use std::path::PathBuf;

use super::CliError;
use super::kiosk::Connection;
use super::text::{self, Language, say};
use crate::api::proto::review_service_client::ReviewServiceClient;
use crate::api::proto::{self, get_scan_response};
use crate::finding::{Code, Finding, Region, Severity};
use crate::inspect::evidence::draw;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Lists the referrals of the officer's agency, oldest first.
    List,
    /// Shows one referral; with --save also its scan.
    Show {
        /// submissions/{id}
        name: String,
        /// Folder that the page files are saved to.
        #[arg(long)]
        save: Option<PathBuf>,
        /// Folder that each page is drawn to as PNG, with the places that the findings speak of.
        #[arg(long)]
        evidence: Option<PathBuf>,
        /// Language of messages.
        #[arg(long, value_enum, default_value = "vi")]
        language: Language,
    },
    /// Approves: the officer has compared the paper and signs.
    Approve {
        /// submissions/{id}
        name: String,
        /// Kind of the paper, where the machine saw none or another.
        #[arg(long, default_value = "")]
        kind: String,
        /// A fact as the paper states it, field=value.
        #[arg(long)]
        fact: Vec<String>,
        /// Note for the audit trail.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Revokes an issued copy: it is not accepted any more.
    Revoke {
        /// copies/{id}: the identifier that is printed on the copy.
        name: String,
        /// Why, for the register.
        #[arg(long)]
        reason: String,
    },
    /// Puts another copy in the place of one.
    Supersede {
        /// copies/{id}
        name: String,
        /// The copy that takes its place, copies/{id}.
        #[arg(long)]
        by: String,
        /// Why, for the register.
        #[arg(long)]
        reason: String,
    },
    /// Refuses, with reasons.
    Refuse {
        /// submissions/{id}
        name: String,
        /// Codes, such as ALTERED.
        #[arg(long, required = true)]
        reason: Vec<String>,
        /// Note for the audit trail.
        #[arg(long, default_value = "")]
        note: String,
    },
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let mut client = ReviewServiceClient::new(args.connection.channel()?).max_decoding_message_size(16 << 20);
    match args.command {
        Command::List => {
            let mut page_token = String::new();
            loop {
                let answer = client.list_referrals(proto::ListReferralsRequest { page_size: 100, page_token }).await?.into_inner();
                for submission in answer.referrals.into_iter().filter_map(|referral| referral.submission) {
                    say(&format!("{}  {}  {}", submission.name, submission.kind, submission.reasons.join(",")));
                }
                if answer.next_page_token.is_empty() {
                    return Ok(());
                }
                page_token = answer.next_page_token;
            }
        }
        Command::Show { name, save, evidence, language } => {
            let referral = client.get_referral(proto::GetReferralRequest { name: name.clone() }).await?.into_inner();
            show(&referral, language);
            if let Some(folder) = evidence {
                let pages = client.get_evidence(proto::GetEvidenceRequest { name: name.clone() }).await?.into_inner();
                save_evidence(pages, &folder, language).await?;
            }
            match save {
                Some(folder) => {
                    let parts = client.get_scan(proto::GetScanRequest { name }).await?.into_inner();
                    save_scan(parts, &folder).await
                }
                None => Ok(()),
            }
        }
        Command::Approve { name, kind, fact, note } => {
            let facts = fact.iter().map(|pair| parse_fact(pair)).collect::<Result<_, _>>()?;
            let submission = client.approve_referral(proto::ApproveReferralRequest { name, kind, facts, note }).await?.into_inner();
            say(&format!("{}  {}", submission.name, submission.state().as_str_name()));
            Ok(())
        }
        Command::Refuse { name, reason, note } => {
            let request = proto::RefuseReferralRequest { name, reasons: reason, note };
            let submission = client.refuse_referral(request).await?.into_inner();
            say(&format!("{}  {}", submission.name, submission.state().as_str_name()));
            Ok(())
        }
        Command::Revoke { name, reason } => {
            let done = client.revoke_copy(proto::RevokeCopyRequest { name: name.clone(), reason }).await?.into_inner();
            say(&format!("{name}  {}", done.status().as_str_name()));
            Ok(())
        }
        Command::Supersede { name, by, reason } => {
            let request = proto::SupersedeCopyRequest { name: name.clone(), superseded_by: by, reason };
            let done = client.supersede_copy(request).await?.into_inner();
            say(&format!("{name}  {}", done.status().as_str_name()));
            Ok(())
        }
    }
}

fn parse_fact(pair: &str) -> Result<proto::Fact, CliError> {
    let (field, value) = pair.split_once('=').ok_or_else(|| CliError::Failed(format!("{pair}: write field=value")))?;
    Ok(proto::Fact { field: field.to_owned(), value: value.to_owned() })
}

fn show(referral: &proto::Referral, language: Language) {
    let submission = referral.submission.clone().unwrap_or_default();
    say(&format!("{}  {}  {}  ({} pages)", submission.name, submission.kind, submission.form, referral.page_count));
    for fact in &referral.facts {
        say(&format!("  {}: {}", fact.field, fact.value));
    }
    for finding in &submission.findings {
        say(&format!("  {}", text::finding(finding, language)));
    }
}

/// Draws each page with its numbered places, and lists what the numbers mean.
async fn save_evidence(
    mut pages: tonic::Streaming<proto::PageEvidence>,
    folder: &std::path::Path,
    language: Language,
) -> Result<(), CliError> {
    std::fs::create_dir_all(folder)?;
    while let Some(page) = pages.message().await? {
        let findings: Vec<_> = page.findings.iter().map(drawable).collect();
        let decoded = image::load_from_memory_with_format(&page.preview_jpeg, image::ImageFormat::Jpeg);
        let mut picture = decoded.map_err(|error| CliError::Failed(format!("page {}: {error}", page.page)))?.into_rgb8();
        draw(&mut picture, &findings);
        let path = folder.join(format!("page-{}.png", page.page));
        picture.save_with_format(&path, image::ImageFormat::Png).map_err(|error| CliError::Failed(error.to_string()))?;
        say(&path.display().to_string());
        for (number, finding) in (1..).zip(&page.findings) {
            say(&format!("  {number}  {}", text::finding(finding, language)));
        }
    }
    Ok(())
}

/// As much of a finding as drawing needs; of a newer server's codes only the place matters.
fn drawable(finding: &proto::Finding) -> Finding {
    let mut drawn = Finding::new(Code::parse(&finding.code).unwrap_or(Code::CheckFailed)).weighing(match finding.severity() {
        proto::Severity::Info => Severity::Info,
        proto::Severity::Warning => Severity::Warning,
        _ => Severity::Error,
    });
    let part = |value: u32| u16::try_from(value.min(1000)).unwrap_or(1000);
    drawn.locus.region = finding.region.as_ref().map(|region| Region {
        left: part(region.left),
        top: part(region.top),
        right: part(region.right),
        bottom: part(region.bottom),
    });
    drawn
}

async fn save_scan(mut parts: tonic::Streaming<proto::GetScanResponse>, folder: &std::path::Path) -> Result<(), CliError> {
    std::fs::create_dir_all(folder)?;
    let mut current = None;
    let mut count = 0;
    while let Some(message) = parts.message().await? {
        match message.part {
            Some(get_scan_response::Part::File(file)) => {
                count += 1;
                // The kiosk's name for the file is shown, never used as a path.
                let path = folder.join(format!("scan-{count}"));
                say(&format!("{}  {}", path.display(), file.display_name));
                current = Some(std::fs::File::create(path)?);
            }
            Some(get_scan_response::Part::Chunk(chunk)) => {
                if let Some(file) = &mut current {
                    file.write_all(&chunk)?;
                }
            }
            None => {}
        }
    }
    Ok(())
}

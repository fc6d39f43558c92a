//! `bansao review`: an officer at a terminal.

use std::io::Write;
use std::path::PathBuf;

use super::CliError;
use super::kiosk::Connection;
use super::text::{self, Language, say};
use crate::api::proto::review_service_client::ReviewServiceClient;
use crate::api::proto::{self, get_scan_response};

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
        Command::Show { name, save, language } => {
            let referral = client.get_referral(proto::GetReferralRequest { name: name.clone() }).await?.into_inner();
            show(&referral, language);
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

//! `bansao trust`: signs trust lists, and shows how files stand as lists.

use std::path::PathBuf;

use bansao_pades::SigningProfile;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::CliError;
use super::text::say;
use super::verify::{fingerprint, trust};
use crate::clock::{Clock, SystemClock, from_unix_ms, in_vietnam};
use crate::keys::{FileSigner, Signer, certificates_from_pem};
use crate::record::{ListPurpose, ListStanding, Sha256};
use crate::trust::{Draft, sign};
use crate::verify::VerifyCode;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Signs certificates as an edition of a list.
    Sign(Sign),
    /// Shows how files stand as lists: exit status 1 when one is not in force.
    Show {
        /// Files, as `bansao verify --trust` takes them.
        #[arg(required = true, value_name = "[PURPOSE=]FILE")]
        lists: Vec<String>,
        /// SHA-256 of a list, or of the certificate that signs it.
        #[arg(long, value_parser = fingerprint)]
        trust_pin: Vec<Sha256>,
    },
}

#[derive(Debug, clap::Args)]
struct Sign {
    /// Certificates, PEM.
    #[arg(required = true)]
    certificates: Vec<PathBuf>,
    /// What the list is for: national, government, timestamp or development.
    #[arg(long)]
    purpose: ListPurpose,
    /// Its name.
    #[arg(long)]
    name: String,
    /// Number of the edition, higher than that of every earlier one.
    #[arg(long)]
    sequence: u64,
    /// Days until the next edition comes.
    #[arg(long, default_value_t = 180)]
    days: u16,
    /// The key of whoever puts the list together, P-256, PKCS#8 PEM.
    #[arg(long)]
    key: PathBuf,
    /// Its certificate chain, PEM.
    #[arg(long)]
    chain: PathBuf,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::Sign(args) => write(&args).await,
        Command::Show { lists, trust_pin } => {
            let material = trust::load(&lists, &trust_pin, SystemClock.now())?;
            material.lists.all().iter().for_each(|list| say(&line(list)));
            match material.lists.all().iter().all(|list| list.in_force) {
                true => Ok(()),
                false => Err(CliError::Failed("not every list is in force".to_owned())),
            }
        }
    }
}

async fn write(args: &Sign) -> Result<(), CliError> {
    let signer = FileSigner::open(&args.key, &args.chain, SigningProfile::EcdsaP256Sha256)?;
    let mut certificates = Vec::new();
    for path in &args.certificates {
        let read = std::fs::read_to_string(path).map_err(|error| error.to_string()).and_then(|text| certificates_from_pem(&text));
        certificates.extend(read.map_err(|reason| CliError::Failed(format!("{}: {reason}", path.display())))?);
    }
    let issued = SystemClock.now();
    let next_update = issued.saturating_add(Duration::days(args.days.into()));
    let draft = Draft { name: args.name.clone(), purpose: args.purpose, sequence: args.sequence, issued, next_update, certificates };
    let document = sign(&draft, &signer).await.map_err(|error| CliError::from_error(&error))?;
    // Whole or not at all: a service may be watching the file.
    let part = args.out.with_extension("part");
    std::fs::write(&part, document)?;
    std::fs::rename(&part, &args.out)?;
    let pin = signer.certificate_chain().first().map(|der| Sha256::of(der).to_hex()).unwrap_or_default();
    say(&format!("{}: pin {pin}", args.out.display()));
    Ok(())
}

/// One line a list: standing, purpose, name, edition, times, fingerprint.
pub(super) fn line(list: &ListStanding) -> String {
    let moment = |ms: i64| in_vietnam(from_unix_ms(ms)).format(&Rfc3339).unwrap_or_default();
    let mark = if list.in_force { "✓" } else { "✗" };
    let mut line = format!("{mark} {} ({}): {}", list.purpose, list.purpose.vi(), list.name);
    if let Some(sequence) = list.sequence {
        line.push_str(&format!(", edition {sequence}"));
    }
    if list.as_of_ms() != 0 {
        line.push_str(&format!(", as of {}", moment(list.as_of_ms())));
    }
    if let Some(next) = list.next_update_ms {
        line.push_str(&format!(", next update {}", moment(next)));
    }
    line.push_str(&format!(", SHA-256 {}", list.sha256.to_hex()));
    if let Some(fault) = list.fault {
        let code = VerifyCode::of_list(fault);
        line.push_str(&format!("\n    {}: {} / {} ({})", code.as_str(), code.sentences().vi, code.sentences().en, list.detail));
    }
    line
}

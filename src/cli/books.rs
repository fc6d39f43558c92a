//! `bansao books`: a year of the certification register, to read, to close, to hand over.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::CliError;
use super::text::say;
use crate::app::{self, store};
use crate::certify::compose::{FontPaths, Fonts, compose_book};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::flow::{book, close};
use crate::record::Kind;
use crate::store::Store;

/// Totals of a year, and the book itself as CSV.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration of the service; it may be running.
    #[arg(long)]
    config: PathBuf,
    /// The agency, by id.
    #[arg(long)]
    agency: String,
    /// The year of the register.
    #[arg(long)]
    year: i32,
    /// Also writes the book to this new file, mode 0600: it holds names and personal numbers.
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Also writes the book to this new file as PDF/A for print, mode 0600.
    #[arg(long)]
    pdf: Option<PathBuf>,
    /// Closes the year, which must be over: this certifier, by id, confirms its totals.
    #[arg(long, value_name = "CERTIFIER")]
    close: Option<String>,
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let config = Config::load(&args.config)?;
    let Some(agency) = config.agencies.iter().find(|one| one.agency.id == args.agency) else {
        return Err(CliError::Failed(format!("no agency {:?} in the configuration", args.agency)));
    };
    let (_cipher, store) = store(&config).await?;
    let failed = |failure: crate::error::Failure| CliError::Failed(format!("{failure:?}"));
    let book = book(&store, &args.agency, args.year, config.fees).await.map_err(failed)?;
    if let Some(certifier) = &args.close {
        if !agency.certifiers.iter().any(|one| one.certifier.id == *certifier) {
            return Err(CliError::Failed(format!("no certifier {certifier:?} in {}", args.agency)));
        }
        close(&store, &args.agency, args.year, config.fees, certifier, SystemClock.now()).await.map_err(failed)?;
    }
    let forms = app::forms(&config).map_err(|error| CliError::from_error(&error))?;
    let paper = |kind: &Kind| {
        let form = forms.forms().iter().find(|form| form.kind == *kind && form.certified);
        form.map_or_else(|| kind.to_string(), |form| form.kind_name.vi.clone())
    };
    let certifier = |id: &str| {
        let desk = agency.certifiers.iter().find(|one| one.certifier.id == id);
        desk.map_or_else(|| id.to_owned(), |one| one.certifier.full_name.clone())
    };
    if let Some(path) = &args.csv {
        private_file(path, book.to_csv(paper, certifier).as_bytes())?;
    }
    if let Some(path) = &args.pdf {
        let closing = store.closing(&args.agency, args.year).await.map_err(|error| CliError::from_error(&error))?;
        let name = (agency.agency.name.as_str(), args.year);
        let content = book.to_content(name, closing.as_ref(), paper, certifier, SystemClock.now());
        let faces =
            FontPaths { regular: config.fonts.regular.clone(), bold: config.fonts.bold.clone(), italic: config.fonts.italic.clone() };
        let fonts = Fonts::load(&faces).map_err(|error| CliError::from_error(&error))?;
        private_file(path, &compose_book(&content, &fonts).map_err(|error| CliError::from_error(&error))?)?;
    }
    let totals = book.totals();
    say(&format!(
        "{} {}: {} numbers, {} issued, {} void, {} open, {} đồng",
        args.agency, args.year, totals.last_number, totals.issued, totals.void, totals.open, totals.fee_vnd
    ));
    Ok(())
}

fn private_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}

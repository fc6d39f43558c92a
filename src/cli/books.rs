//! `bansao books`: a year of the certification register, to read, to close, to hand over.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::CliError;
use super::text::say;
use crate::app::store;
use crate::config::Config;
use crate::flow::book;
use crate::inspect::forms::FormSet;
use crate::record::Kind;

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
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let config = Config::load(&args.config)?;
    let Some(agency) = config.agencies.iter().find(|one| one.agency.id == args.agency) else {
        return Err(CliError::Failed(format!("no agency {:?} in the configuration", args.agency)));
    };
    let (_cipher, store) = store(&config).await?;
    let failed = |failure: crate::error::Failure| CliError::Failed(format!("{failure:?}"));
    let book = book(&store, &args.agency, args.year, config.fees).await.map_err(failed)?;
    if let Some(path) = &args.csv {
        let forms = FormSet::embedded().map_err(|error| CliError::from_error(&error))?;
        let paper = |kind: &Kind| {
            let form = forms.forms().iter().find(|form| form.kind == *kind && form.certified);
            form.map_or_else(|| kind.to_string(), |form| form.kind_name.vi.clone())
        };
        let certifier = |id: &str| {
            let desk = agency.certifiers.iter().find(|one| one.certifier.id == id);
            desk.map_or_else(|| id.to_owned(), |one| one.certifier.full_name.clone())
        };
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(book.to_csv(paper, certifier).as_bytes())?;
    }
    let totals = book.totals();
    say(&format!(
        "{} {}: {} numbers, {} issued, {} void, {} open, {} đồng",
        args.agency, args.year, totals.last_number, totals.issued, totals.void, totals.open, totals.fee_vnd
    ));
    Ok(())
}

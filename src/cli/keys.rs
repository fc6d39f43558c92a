//! `bansao keys`: the signing keys of a configuration, as the person who looks after them needs to see them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::CliError;
use super::text::say;
use crate::app::{KeyReport, survey};
use crate::clock::{Clock, SystemClock, in_vietnam};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Lists the keys: role, whether it signs now, scheme, end of the certificate, place.
    List {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// Lists them and lets each sign a text that means nothing; exit status 1 when one cannot be used.
    Check {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// Also a fault: a certificate in use that ends within so many days.
        #[arg(long, default_value_t = 30)]
        days: u16,
    },
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::List { config } => {
            for report in reports(&config, false).await? {
                say(&line(&report));
            }
            Ok(())
        }
        Command::Check { config, days } => check(&config, days).await,
    }
}

async fn reports(config: &Path, trial: bool) -> Result<Vec<KeyReport>, CliError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(survey(&Config::load(config)?, trial, &clock).await?)
}

async fn check(config: &Path, days: u16) -> Result<(), CliError> {
    let soon = SystemClock.now().saturating_add(time::Duration::days(days.into()));
    let mut faults = 0_usize;
    for report in reports(config, true).await? {
        say(&line(&report));
        let found = match &report.opened {
            Err(reason) => vec![reason.clone()],
            Ok(key) if report.current && key.not_after <= soon => {
                [key.faults.clone(), vec![format!("the certificate ends on {}", key.not_after.date())]].concat()
            }
            Ok(key) => key.faults.clone(),
        };
        for fault in found {
            say(&format!("    {fault}"));
            faults = faults.saturating_add(1);
        }
    }
    if faults == 0 { Ok(()) } else { Err(CliError::Failed(format!("{faults} faults"))) }
}

fn line(report: &KeyReport) -> String {
    let state = match (report.current, report.from) {
        (true, _) => "signs now".to_owned(),
        (false, Some(from)) => format!("from {}", in_vietnam(from).date()),
        (false, None) => "was replaced".to_owned(),
    };
    match &report.opened {
        Ok(key) => {
            let until = key.not_after.date();
            format!("{:<45} {state:<16} {:?} until {until} {} [{}]", report.role.to_string(), key.profile, report.place, key.subject)
        }
        Err(_) => format!("{:<45} {state:<16} cannot be used {}", report.role.to_string(), report.place),
    }
}

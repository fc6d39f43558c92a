//! The commands. Each file is one command: its arguments, and `run`.

pub mod authority;
mod books;
mod config;
mod doctor;
mod failure;
pub mod inspect;
mod inspect_command;
mod inspect_worker;
mod keys;
mod kiosk;
pub mod pki;
mod registry;
mod review;
mod serve;
mod specimen;
mod text;
mod trust;
mod verify;
mod wallet;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::CliError;

/// Certified electronic copies of Vietnamese certificates.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The service: gRPC over mutual TLS, and the jobs.
    Serve(serve::Args),
    /// A kiosk: hands in scans, follows them, saves the copies.
    Kiosk(kiosk::Args),
    /// A reference wallet: takes copies, verifies, shows them.
    Wallet(wallet::Args),
    /// Verifies copies and QR tokens; exit status 0 valid, 1 invalid, 2 indeterminate.
    Verify(verify::Args),
    /// An officer: lists, shows, approves and refuses referrals.
    Review(review::Args),
    /// A reference register with the sample people.
    Registry(registry::Args),
    /// Inspects scans and decides, without a service.
    Inspect(inspect_command::Args),
    /// A worker of the service, which alone may start it: opens and reads scans in a sandbox.
    #[command(hide = true)]
    InspectWorker,
    /// Says whether this machine can run the service: the workers' sandbox, language data, forms.
    Doctor(doctor::Args),
    /// The development authority: CA, OCSP, CRL, time-stamps, identity provider.
    Authority(authority::AuthorityArgs),
    /// Makes the development keys and certificates.
    Pki(pki::PkiArgs),
    /// Totals a year of the certification register and writes it as CSV.
    Books(books::Args),
    /// Lists and checks the signing keys of a configuration.
    Keys(keys::Args),
    /// Signs trust lists and shows how files stand as lists.
    Trust(trust::Args),
    /// Writes and checks configuration.
    Config(config::Args),
}

/// Runs a command line. A worker runs on this thread alone, for its sandbox closes over it; all else on a runtime.
pub fn run(cli: Cli) -> ExitCode {
    if matches!(cli.command, Command::InspectWorker) {
        return inspect_worker::run();
    }
    crate::telemetry::start();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(run_command(cli.command)),
        Err(error) => {
            text::complain(&CliError::from(error));
            ExitCode::FAILURE
        }
    }
}

async fn run_command(command: Command) -> ExitCode {
    let done = match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Kiosk(args) => kiosk::run(args).await,
        Command::Wallet(args) => wallet::run(args).await,
        Command::Verify(args) => return verify::run(args).await,
        Command::Review(args) => review::run(args).await,
        Command::Registry(args) => registry::run(args).await,
        Command::Inspect(args) => inspect_command::run(args).await,
        Command::InspectWorker => return inspect_worker::run(),
        Command::Doctor(args) => return doctor::run(args).await,
        Command::Authority(args) => authority::run(args).await.map_err(CliError::from),
        Command::Pki(args) => pki::run(args).await.map_err(CliError::from),
        Command::Books(args) => books::run(args).await,
        Command::Keys(args) => keys::run(args).await,
        Command::Trust(args) => trust::run(args).await,
        Command::Config(args) => config::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            text::complain(&error);
            ExitCode::FAILURE
        }
    }
}

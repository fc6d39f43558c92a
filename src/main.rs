//! The `bansao` command.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    bansao::telemetry::start();
    bansao::cli::run(bansao::cli::Cli::parse()).await
}

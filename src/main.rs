//! The `bansao` command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    bansao::cli::run(bansao::cli::Cli::parse())
}

//! The `bansao` command.

use std::process::ExitCode;

use clap::Parser;

/// An issue takes a twentieth less of the processor's time with it than with the system's.
#[global_allocator]
static HEAP: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bansao::cli::run(bansao::cli::Cli::parse())
}

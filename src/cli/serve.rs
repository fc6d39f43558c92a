//! `bansao serve`

use std::path::PathBuf;
use std::sync::Arc;

use super::CliError;
use super::text::say;
use crate::app::App;
use crate::clock::SystemClock;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file.
    #[arg(long)]
    config: PathBuf,
    /// File that the address is written to once the service listens; for port 0.
    #[arg(long)]
    address_file: Option<PathBuf>,
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let config = Config::load(&args.config)?;
    let app = App::start(&config, Arc::new(SystemClock)).await?;
    say(&format!("bansao serve: https://{}", app.address));
    if let Some(path) = args.address_file {
        write_address(&path, app.address)?;
    }
    stop_signal().await?;
    app.stop().await;
    Ok(())
}

/// Writes `https://address` so that a reader sees all of it or nothing.
pub(super) fn write_address(path: &std::path::Path, address: std::net::SocketAddr) -> Result<(), CliError> {
    let part = path.with_extension("part");
    std::fs::write(&part, format!("https://{address}"))?;
    Ok(std::fs::rename(&part, path)?)
}

/// Waits for SIGINT or SIGTERM.
pub(super) async fn stop_signal() -> Result<(), CliError> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
        _ = terminate.recv() => Ok(()),
    }
}

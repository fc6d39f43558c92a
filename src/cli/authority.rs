//! `bansao authority`: the development authority until it is interrupted.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use super::pki::{any_loopback_port, read_hierarchy};
use crate::authority::{AuthorityError, AuthoritySettings, start};
use crate::clock::SystemClock;

/// The development authority: certificates, time-stamps, revocation, citizen assertions.
#[derive(Debug, Args)]
pub struct AuthorityArgs {
    #[command(subcommand)]
    command: AuthorityCommand,
}

#[derive(Debug, Subcommand)]
enum AuthorityCommand {
    /// Make what is missing in the data folder, then serve on loopback until interrupted.
    Serve(ServeArgs),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// The hierarchy; without it, the one that comes with the program.
    #[arg(long)]
    hierarchy: Option<PathBuf>,
    /// The data folder.
    #[arg(long)]
    data: PathBuf,
    /// A loopback address; port 0 is the port of the first start.
    #[arg(long, default_value_t = any_loopback_port())]
    listen: SocketAddr,
}

/// Runs the command. The first line on standard output is the address, once it answers.
///
/// # Errors
/// [`AuthorityError`].
pub async fn run(args: AuthorityArgs) -> Result<(), AuthorityError> {
    let AuthorityCommand::Serve(args) = args.command;
    let hierarchy = read_hierarchy(args.hierarchy.as_deref())?;
    let settings = AuthoritySettings { hierarchy, data: args.data, listen: args.listen, clock: Arc::new(SystemClock) };
    let listen = settings.listen;
    let mut terminate = signal(SignalKind::terminate()).map_err(|e| AuthorityError::Listen { address: listen, reason: e.to_string() })?;
    let authority = start(settings).await?;
    // Who started this may not read along; it serves all the same.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", authority.url()).and_then(|()| out.flush());
    drop(out);
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    authority.stop().await;
    Ok(())
}

//! `bansao pki`: the development keys and certificates without serving.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use crate::authority::{AuthorityError, AuthoritySettings, DEVELOPMENT, Hierarchy, IssuedCertificate, initialise};
use crate::clock::SystemClock;

/// Make or list the development PKI.
#[derive(Debug, Args)]
pub struct PkiArgs {
    #[command(subcommand)]
    command: PkiCommand,
}

#[derive(Debug, Subcommand)]
enum PkiCommand {
    /// Make the keys and certificates that are missing and list all of them.
    Init(InitArgs),
}

#[derive(Debug, Args)]
struct InitArgs {
    /// The hierarchy; without it, the one that comes with the program.
    #[arg(long)]
    hierarchy: Option<PathBuf>,
    /// The data folder.
    #[arg(long)]
    data: PathBuf,
    /// The loopback address that the certificates will name; port 0 is any free one, chosen once.
    #[arg(long, default_value_t = any_loopback_port())]
    listen: SocketAddr,
}

/// Loopback, port chosen by the system.
pub(super) fn any_loopback_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// The hierarchy in a file, or the development hierarchy.
pub(super) fn read_hierarchy(path: Option<&Path>) -> Result<Hierarchy, AuthorityError> {
    match path {
        None => Hierarchy::parse(DEVELOPMENT),
        Some(path) => {
            let file = |e: std::io::Error| AuthorityError::File { path: path.display().to_string(), reason: e.to_string() };
            Hierarchy::parse(&std::fs::read_to_string(path).map_err(file)?)
        }
    }
}

/// Runs the command.
///
/// # Errors
/// [`AuthorityError`].
pub async fn run(args: PkiArgs) -> Result<(), AuthorityError> {
    let PkiCommand::Init(args) = args.command;
    let hierarchy = read_hierarchy(args.hierarchy.as_deref())?;
    let settings = AuthoritySettings { hierarchy, data: args.data, listen: args.listen, clock: Arc::new(SystemClock) };
    let stopped = |e: tokio::task::JoinError| AuthorityError::Issue { name: "pki".to_owned(), reason: e.to_string() };
    let issued = tokio::task::spawn_blocking(move || initialise(&settings)).await.map_err(stopped)??;
    // Nobody listens any more when this fails; what was made stays made.
    let _ = std::io::stdout().lock().write_all(listing(&issued).as_bytes());
    Ok(())
}

/// One line a certificate: name, role, validity, folder, subject.
fn listing(issued: &[IssuedCertificate]) -> String {
    let row = |one: &IssuedCertificate| {
        let role = one.uri.as_deref().or(one.profile.map(|profile| profile.name())).unwrap_or("ca");
        let (from, until) = (one.not_before.date(), one.not_after.date());
        format!("{:<20} {:<40} {from} {until} {} [{}]\n", one.name, role, one.folder.display(), one.subject)
    };
    issued.iter().map(row).collect()
}

//! `bansao registry`: the reference register.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tonic::service::Routes;

use super::CliError;
use super::serve::{stop_signal, write_address};
use super::text::say;
use crate::api::proto::registry_service_server::RegistryServiceServer;
use crate::app::{tls_identity, unchecked_gate};
use crate::clock::SystemClock;
use crate::reference::Register;
use crate::wire::serve;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder of specimens whose people the register holds.
    #[arg(long, default_value = "fixtures/scans")]
    people: PathBuf,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// File that the address is written to.
    #[arg(long)]
    address_file: Option<PathBuf>,
    /// The register's certificate chain, PEM.
    #[arg(long)]
    cert: PathBuf,
    /// The register's key, PKCS#8 PEM.
    #[arg(long)]
    key: PathBuf,
    /// Anchors of the service's certificate, PEM.
    #[arg(long)]
    anchors: PathBuf,
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let identity = tls_identity(&args.cert, &args.key, &args.anchors)?;
    let people = Register::sample_people(&args.people)?;
    let count = people.len();
    let register = Register::new(unchecked_gate(), Arc::new(SystemClock), people);
    let server = serve(args.listen, &identity, Routes::new(RegistryServiceServer::new(register))).await?;
    say(&format!("bansao registry: https://{} ({count} entries)", server.address));
    if let Some(path) = args.address_file {
        write_address(&path, server.address)?;
    }
    stop_signal().await?;
    server.stop().await;
    Ok(())
}

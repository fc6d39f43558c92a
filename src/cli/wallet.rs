//! `bansao wallet`: the reference wallet.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bansao_pades::SigningProfile;
use tonic::service::Routes;

use super::CliError;
use super::kiosk::Connection;
use super::serve::{stop_signal, write_address};
use super::text::say;
use super::verify::trust;
use crate::api::proto::wallet_inbox_server::WalletInboxServer;
use crate::app::{tls_identity, unchecked_gate};
use crate::clock::{Clock, SystemClock, from_unix_ms, in_vietnam};
use crate::keys::FileSigner;
use crate::record::Sha256;
use crate::reference::{StoredCopy, Wallet, link_holder};
use crate::wire::serve;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Takes deliveries: verifies each, stores it, signs for it.
    Serve(Serve),
    /// Links a citizen to this wallet at the service.
    Link {
        #[command(flatten)]
        connection: Connection,
        /// File that holds the citizen's signed assertion (JWT).
        #[arg(long)]
        assertion: PathBuf,
    },
    /// Lists the copies in the wallet.
    List {
        /// The wallet's folder.
        #[arg(long)]
        data: PathBuf,
    },
    /// Shows one copy and what it states.
    Show {
        /// The wallet's folder.
        #[arg(long)]
        data: PathBuf,
        /// The delivery, or the start of it.
        delivery: String,
    },
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// The wallet's id, as in its certificate.
    #[arg(long)]
    id: String,
    /// The wallet's folder.
    #[arg(long)]
    data: PathBuf,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// File that the address is written to.
    #[arg(long)]
    address_file: Option<PathBuf>,
    /// The wallet's certificate chain, PEM.
    #[arg(long)]
    cert: PathBuf,
    /// The wallet's key, PKCS#8 PEM.
    #[arg(long)]
    key: PathBuf,
    /// Anchors of the service's certificate, PEM.
    #[arg(long)]
    anchors: PathBuf,
    /// What copies are verified by, as `bansao verify --trust` takes it.
    #[arg(long, required = true, value_name = "[PURPOSE=]FILE")]
    trust: Vec<String>,
    /// SHA-256 of a trust list, or of the certificate that signs it.
    #[arg(long, value_parser = super::verify::fingerprint)]
    trust_pin: Vec<Sha256>,
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::Serve(args) => take_deliveries(args).await,
        Command::Link { connection, assertion } => {
            let identity = tls_identity(&connection.cert, &connection.key, &connection.anchors)?;
            let assertion = std::fs::read_to_string(assertion)?.trim().to_owned();
            let link = link_holder(&connection.service, &identity, assertion, SystemClock.now_ms()).await?;
            say(&link.name);
            Ok(())
        }
        Command::List { data } => {
            for copy in Wallet::list(&data)? {
                let received = in_vietnam(from_unix_ms(copy.received_ms));
                let told = told(&copy).map(|told| format!("  {told}")).unwrap_or_default();
                say(&format!("{}  {}  {}  {}  {}{told}", copy.delivery, copy.kind, copy.certification_no, received.date(), copy.sha256));
            }
            Ok(())
        }
        Command::Show { data, delivery } => show(&data, &delivery),
    }
}

async fn take_deliveries(args: Serve) -> Result<(), CliError> {
    let identity = tls_identity(&args.cert, &args.key, &args.anchors)?;
    let signer = Arc::new(FileSigner::open(&args.key, &args.cert, SigningProfile::EcdsaP256Sha256)?);
    let trust = trust::load(&args.trust, &args.trust_pin, SystemClock.now())?;
    // A wallet takes nothing rather than judge by half of what it was told to trust.
    if let Some(list) = trust.lists.all().iter().find(|list| !list.in_force) {
        return Err(CliError::Failed(format!("trust list {}: {}", list.name, list.detail)));
    }
    let wallet = Wallet::open(args.id, args.data, unchecked_gate(), signer, trust, Arc::new(SystemClock))?;
    let routes = Routes::new(WalletInboxServer::new(wallet).max_decoding_message_size(2 << 20));
    let server = serve(args.listen, &identity, routes).await?;
    say(&format!("bansao wallet: https://{}", server.address));
    if let Some(path) = args.address_file {
        write_address(&path, server.address)?;
    }
    stop_signal().await?;
    server.stop().await;
    Ok(())
}

fn show(data: &std::path::Path, delivery: &str) -> Result<(), CliError> {
    let wanted = delivery.strip_prefix("deliveries/").unwrap_or(delivery);
    let found = Wallet::list(data)?.into_iter().find(|copy| copy.delivery.trim_start_matches("deliveries/").starts_with(wanted));
    let copy = found.ok_or_else(|| CliError::Failed(format!("no delivery {delivery}")))?;
    say(&format!("{}\n{}, số {}", copy.delivery, copy.kind, copy.certification_no));
    if let Some(told) = told(&copy) {
        say(&told);
    }
    for (field, value) in &copy.facts {
        say(&format!("  {field}: {value}"));
    }
    let id = copy.delivery.trim_start_matches("deliveries/");
    say(&format!("{}", data.join(format!("{id}.pdf")).display()));
    Ok(())
}

/// What became of a copy since it came, in words.
fn told(copy: &StoredCopy) -> Option<String> {
    let told = copy.told.as_ref()?;
    Some(match &told.superseded_by {
        Some(by) => format!("ĐÃ ĐƯỢC THAY THẾ / superseded: {by}"),
        None => "ĐÃ BỊ THU HỒI / revoked".to_owned(),
    })
}

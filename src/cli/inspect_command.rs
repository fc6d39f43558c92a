//! `bansao inspect`: connects the inspection command to a register, where one is named.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;

use super::CliError;
use super::inspect::{InspectArgs, LookUp, run as inspect};
use crate::app::tls_identity;
use crate::clock::{Clock, SystemClock};
use crate::flow::Registries;
use crate::peers::{BreakerSettings, RegisterClients};
use crate::record::{Facts, Kind, SubmissionId};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    inspect: InspectArgs,
    /// Client certificate chain for the register, PEM.
    #[arg(long, requires = "registry")]
    cert: Option<PathBuf>,
    /// Client key for the register, PKCS#8 PEM.
    #[arg(long, requires = "registry")]
    key: Option<PathBuf>,
    /// Anchors of the register, PEM.
    #[arg(long, requires = "registry")]
    anchors: Option<PathBuf>,
}

const DEADLINE: Duration = Duration::from_secs(5);

/// The kinds that a register is asked about here: whatever the forms name.
fn ask(url: &str, identity: &crate::wire::TlsIdentity, kind: &Kind, key: &Facts) -> Result<Option<Facts>, String> {
    let breaker = BreakerSettings::default();
    let clients =
        RegisterClients::new([(kind, url)], identity, DEADLINE, breaker, Arc::new(SystemClock)).map_err(|error| error.to_string())?;
    let key: Vec<(String, String)> = key.iter().map(|(id, value)| (id.to_owned(), value.to_owned())).collect();
    let dossier = SubmissionId::random(&SystemRandom::new()).map_err(|error| error.to_string())?;
    let answer = tokio::runtime::Handle::current().block_on(clients.look_up(kind, &key, &dossier));
    Ok(answer.map_err(|error| error.to_string())?.into_iter().next())
}

pub(super) async fn run(args: Args) -> Result<(), CliError> {
    let identity = match (&args.inspect.registry, &args.cert, &args.key, &args.anchors) {
        (None, ..) => None,
        (Some(_), Some(cert), Some(key), Some(anchors)) => Some(tls_identity(cert, key, anchors)?),
        _ => return Err(CliError::Failed("--registry needs --cert, --key and --anchors: registers know their callers".to_owned())),
    };
    let today = SystemClock.today();
    let done = tokio::task::spawn_blocking(move || {
        let mut out = std::io::stdout();
        let Some((url, identity)) = args.inspect.registry.clone().zip(identity) else {
            return inspect(&args.inspect, today, None, &mut out);
        };
        let lookup = move |kind: &Kind, key: &Facts| ask(&url, &identity, kind, key);
        inspect(&args.inspect, today, Some(&lookup as &LookUp<'_>), &mut out)
    });
    let finished = done.await.map_err(|error| CliError::Failed(error.to_string()))?;
    finished.map_err(|error| CliError::from_error(&error))
}

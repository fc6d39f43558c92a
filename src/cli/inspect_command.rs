//! `bansao inspect`: connects the inspection command to a register, where one is named.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;

use super::CliError;
use super::doctor::alone;
use super::inspect::{InspectArgs, LookUp, forms, run as inspect};
use super::text::complain;
use crate::app::tls_identity;
use crate::clock::{Clock, SystemClock};
use crate::flow::Registries;
use crate::peers::{BreakerSettings, RegisterClients};
use crate::record::{Facts, Kind, SubmissionId};
use crate::worker::{Pool, PoolSettings};

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
        let forms = forms(&args.inspect).map_err(|error| CliError::from_error(&error))?;
        let pool =
            Pool::start(PoolSettings { engine: args.inspect.engine, ..alone() }, &forms).map_err(|error| CliError::from_error(&error))?;
        for missing in pool.sandbox().missing() {
            complain(&CliError::Failed(format!("warning: the worker's sandbox is not whole: {missing}")));
        }
        let lookup = args.inspect.registry.clone().zip(identity);
        let lookup = lookup.map(|(url, identity)| move |kind: &Kind, key: &Facts| ask(&url, &identity, kind, key));
        let lookup = lookup.as_ref().map(|lookup| lookup as &LookUp<'_>);
        inspect(&args.inspect, &forms, &pool, today, lookup, &mut std::io::stdout()).map_err(|error| CliError::from_error(&error))
    });
    done.await.map_err(|error| CliError::Failed(error.to_string()))?
}

//! Wiring: the one place that knows concrete adapters.

mod keyring;
mod trust;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use bansao_pades::revocation::RevocationStatus;
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;
use tonic::service::Routes;

use crate::api::proto::certification_service_server::CertificationServiceServer;
use crate::api::proto::review_service_server::ReviewServiceServer;
use crate::api::proto::verification_service_server::VerificationServiceServer;
use crate::api::proto::wallet_service_server::WalletServiceServer;
use crate::api::{Certification, ClientRevocation, Gate, Review, Verification, Wallets};
use crate::certify::compose::{FontError, FontPaths, Fonts};
use crate::certify::{Rehearsal, RehearsalError};
use crate::clock::Clock;
use crate::config::{AgencyConfig, Config, PolicyConfig, Profile};
use crate::decide::Policy;
use crate::error::{ErrorCode, Failure};
use crate::flow::{CertifierDesk, Citizens, Desk, Flow, Issuer, Jobs, Ports};
use crate::http::{HttpClient, Reach};
use crate::identity::{IdentityError, IdentityVerifier, KeySource};
use crate::inspect::forms::{FormError, FormSet};
use crate::jws::{Jwks, JwsError};
use crate::keys::{
    HttpRevocation, HttpTimestamper, KeyError, RevocationSettings, RevocationSource, TimestampSettings, certificates_from_pem,
};
use crate::peers::{BreakerSettings, RegisterClients, WalletClients};
use crate::record::Requester;
use crate::store::{Cipher, CipherError, FolderBlobs, Originals, SqliteStore, StoreError};
use crate::wire::{PeerError, Running, ServeError, TlsIdentity, serve};
use crate::worker::{Pool, PoolSettings, WorkerError};
use keyring::Keyring;
use trust::trust_files;

pub use keyring::{KeyFault, KeyReport, KeyRole, survey};

/// The service cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the part that cannot start, and says so")]
pub enum StartError {
    #[error("cannot read {0}")]
    Unreadable(std::path::PathBuf, #[source] std::io::Error),
    #[error("key")]
    Key(#[from] KeyError),
    #[error("throw-away key")]
    Rehearsal(#[from] RehearsalError),
    #[error("keys")]
    Role(#[from] KeyFault),
    #[error("store")]
    Store(#[from] StoreError),
    #[error("data key")]
    Cipher(#[from] CipherError),
    #[error("fonts")]
    Fonts(#[from] FontError),
    #[error("worker that inspects")]
    Worker(#[from] WorkerError),
    #[error("the sandbox of the workers is not enforced: {0}; service.profile = \"development\" starts without it")]
    Sandbox(String),
    #[error("forms")]
    Forms(#[from] FormError),
    #[error("peer")]
    Peer(#[from] PeerError),
    #[error("identity provider's keys")]
    Identity(#[from] JwsError),
    #[error("server")]
    Serve(#[from] ServeError),
    #[error("no randomness")]
    Random(#[from] ring::error::Unspecified),
}

/// The running service.
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    flow: Arc<Flow>,
    jobs: Jobs,
    server: Running,
}

impl App {
    /// Starts the service that `config` describes.
    ///
    /// # Errors
    /// [`StartError`], the part that cannot start.
    pub async fn start(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let identity = tls_identity(&config.tls.chain, &config.tls.key, &config.tls.anchors)?;
        let http = HttpClient::new();
        let revocations: Arc<dyn RevocationSource> =
            Arc::new(HttpRevocation::new(revocation_settings(config), http.clone(), Arc::clone(&clock)));
        let flow = Arc::new(flow(config, &identity, &http, &revocations, &clock).await?);
        let gate = Gate::new(client_revocation(config, &identity, revocations, clock));
        let server = serve(config.service.listen, &identity, routes(&gate, &flow).await).await?;
        let workers = submissions_at_once(config);
        let jobs = Jobs::start(&flow, workers);
        tracing::info!(address = %server.address, workers, "serving");
        Ok(Self { address: server.address, flow, jobs, server })
    }

    /// The flow, for tests that look behind the wire.
    pub fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }

    /// Ends open calls and the steps in progress, then stops.
    pub async fn stop(self) {
        self.server.stop().await;
        self.jobs.stop().await;
    }
}

fn submissions_at_once(config: &Config) -> usize {
    match config.service.workers {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        workers => workers,
    }
}

/// The forms that the configuration names.
///
/// # Errors
/// [`FormError`], with file and line.
pub fn forms(config: &Config) -> Result<FormSet, FormError> {
    config.service.forms_dir.as_ref().map_or_else(FormSet::embedded, |folder| FormSet::from_folder(folder))
}

/// What the pool of the workers that inspect is made of.
pub fn pool_settings(config: &Config) -> PoolSettings {
    let inspection = &config.inspection;
    PoolSettings {
        program: inspection.program.clone(),
        workers: if inspection.workers == 0 { submissions_at_once(config) } else { inspection.workers },
        submissions_per_worker: inspection.submissions_per_worker,
        memory_bytes: inspection.memory_mib << 20,
        engine: inspection.engine,
        language_data: inspection.language_data.clone(),
        limits: config.limits.clone(),
    }
}

/// Workers, in a sandbox that is enforced unless this is development.
///
/// # Errors
/// [`StartError::Worker`], and [`StartError::Sandbox`] in production.
pub fn inspector(config: &Config, forms: &FormSet) -> Result<Pool, StartError> {
    let pool = Pool::start(pool_settings(config), forms)?;
    let missing = pool.sandbox().missing().join("; ");
    match config.service.profile {
        _ if missing.is_empty() => Ok(pool),
        Profile::Production => Err(StartError::Sandbox(missing)),
        Profile::Development => {
            tracing::warn!(missing, "hostile scans are opened without the whole sandbox");
            Ok(pool)
        }
    }
}

/// Certificate, key and anchors of a connection, from PEM files.
///
/// # Errors
/// [`StartError::Unreadable`], or [`StartError::Key`] for a key file that others may read.
pub fn tls_identity(chain: &Path, key: &Path, anchors: &Path) -> Result<TlsIdentity, StartError> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| StartError::Unreadable(path.to_owned(), error));
    Ok(TlsIdentity { chain_pem: read(chain)?, key_pem: crate::keys::read_private(key)?.to_string(), anchors_pem: read(anchors)? })
}

async fn routes(gate: &Gate, flow: &Arc<Flow>) -> Routes {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<CertificationServiceServer<Certification>>().await;
    let message_bytes = flow.limits().chunk_bytes + (64 << 10);
    let certification = Certification { gate: gate.clone(), flow: Arc::clone(flow) };
    let review = Review { gate: gate.clone(), flow: Arc::clone(flow) };
    let verification = Verification { gate: gate.clone(), flow: Arc::clone(flow) };
    let wallets = Wallets { gate: gate.clone(), flow: Arc::clone(flow) };
    let mut routes = Routes::builder();
    routes
        .add_service(health)
        .add_service(CertificationServiceServer::new(certification).max_decoding_message_size(message_bytes))
        .add_service(ReviewServiceServer::new(review).max_decoding_message_size(message_bytes))
        .add_service(VerificationServiceServer::new(verification).max_decoding_message_size(message_bytes))
        .add_service(WalletServiceServer::new(wallets).max_decoding_message_size(message_bytes));
    routes.routes()
}

async fn flow(
    config: &Config,
    identity: &TlsIdentity,
    http: &HttpClient,
    revocations: &Arc<dyn RevocationSource>,
    clock: &Arc<dyn Clock>,
) -> Result<Flow, StartError> {
    let (cipher, store) = store(config).await?;
    let trust = Arc::new(trust_files(config, clock)?);
    let registries = RegisterClients::new(
        config.registries.iter().map(|(kind, endpoint)| (kind, endpoint.url.as_str())),
        identity,
        Duration::from_secs(config.limits.registry_seconds),
        BreakerSettings::default(),
        Arc::clone(clock),
    )?;
    let wallets = WalletClients::new(config.wallets.iter().map(|w| (w.id.as_str(), w.url.as_str())), identity, Arc::clone(clock))?;
    let forms = forms(config)?;
    let timestamps = TimestampSettings::new(config.timestamp.urls.clone());
    let store = Arc::new(store);
    let ports = Ports {
        originals: Arc::clone(&store) as Arc<dyn Originals>,
        store,
        blobs: Arc::new(FolderBlobs::open(config.service.data_dir.join("blobs"), Arc::clone(&cipher)).await?),
        cipher,
        clock: Arc::clone(clock),
        random: SystemRandom::new(),
        inspector: Arc::new(inspector(config, &forms)?),
        registries: Arc::new(registries),
        wallets: Arc::new(wallets),
        citizens: Arc::new(citizens(config, http, clock)?),
        timestamper: Arc::new(HttpTimestamper::new(timestamps, trust.anchors(), http.clone(), Arc::clone(clock))),
        revocations: Arc::clone(revocations),
        trust,
    };
    let mut keyring = Keyring::new(http.clone(), Arc::clone(clock));
    let desks = config.agencies.iter().map(|agency| desk(agency, &config.policy, &mut keyring)).collect::<Result<_, _>>()?;
    let fonts = FontPaths { regular: config.fonts.regular.clone(), bold: config.fonts.bold.clone(), italic: config.fonts.italic.clone() };
    let issuer = Issuer {
        name: config.service.issuer.clone(),
        verification_url: config.service.verification_url.clone(),
        token: keyring.open(KeyRole::Token, &config.token)?,
        report: config.report.as_ref().map(|report| keyring.open(KeyRole::Report, report)).transpose()?,
        rehearsal: Arc::new(Rehearsal::new(clock.now())?),
        fonts: Arc::new(Fonts::load(&fonts)?),
    };
    Ok(Flow::new(ports, desks, Arc::new(forms), config.limits.clone(), issuer))
}

/// The rows of the service that `config` describes, also beside a running service.
///
/// # Errors
/// [`StartError`] for the data key and the database.
pub async fn store(config: &Config) -> Result<(Arc<Cipher>, SqliteStore), StartError> {
    let cipher = Arc::new(Cipher::new(&data_key(&config.service.data_dir)?)?);
    let store = SqliteStore::open(&config.service.data_dir.join("bansao.sqlite"), Arc::clone(&cipher)).await?;
    Ok((cipher, store))
}

/// The 32-byte data key of the service, made at the first start, mode 0600.
fn data_key(folder: &Path) -> Result<[u8; 32], StartError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = folder.join("data.key");
    let unreadable = |error| StartError::Unreadable(path.clone(), error);
    std::fs::create_dir_all(folder).map_err(unreadable)?;
    match std::fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| StartError::Cipher(CipherError)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            SystemRandom::new().fill(&mut key)?;
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(unreadable)?;
            file.write_all(&key).and_then(|()| file.sync_all()).map_err(unreadable)?;
            Ok(key)
        }
        Err(error) => Err(unreadable(error)),
    }
}

fn desk(agency: &AgencyConfig, policy: &PolicyConfig, keyring: &mut Keyring) -> Result<Desk, StartError> {
    let mut certifiers = Vec::new();
    for one in &agency.certifiers {
        let role = KeyRole::Certifier { agency: agency.agency.id.clone(), name: one.certifier.full_name.clone() };
        let keys = keyring.open(role, &one.signature)?;
        certifiers.push(CertifierDesk { certifier: one.certifier.clone(), officer: one.officer.clone(), keys });
    }
    Ok(Desk {
        agency: agency.agency.clone(),
        symbol: agency.symbol.clone(),
        book: agency.book,
        kiosks: agency.kiosks.clone(),
        seal: keyring.open(KeyRole::Seal { agency: agency.agency.id.clone(), name: agency.agency.name.clone() }, &agency.seal)?,
        certifiers,
        policy: Policy { effects: policy.effects.clone(), delegations: agency.delegations.clone(), register_required: true },
        mandates: agency.mandates.clone(),
    })
}

/// The identity provider as the flow sees it.
struct AssertedCitizens(IdentityVerifier);

fn citizens(config: &Config, http: &HttpClient, clock: &Arc<dyn Clock>) -> Result<AssertedCitizens, StartError> {
    let jwks = &config.identity.jwks;
    let source = if jwks.starts_with("http://") || jwks.starts_with("https://") {
        KeySource::Url(jwks.clone())
    } else {
        let text = std::fs::read_to_string(jwks).map_err(|error| StartError::Unreadable(jwks.into(), error))?;
        KeySource::Fixed(Jwks::parse(&text)?)
    };
    let (issuer, audience) = (config.identity.issuer.clone(), config.identity.audience.clone());
    Ok(AssertedCitizens(IdentityVerifier::new(issuer, audience, source, http.clone(), Arc::clone(clock))))
}

#[async_trait]
impl Citizens for AssertedCitizens {
    async fn citizen(&self, assertion: &str) -> Result<Requester, Failure> {
        self.0.verify(assertion).await.map_err(|error| {
            tracing::info!(%error, "citizen not authenticated");
            match error {
                IdentityError::AssuranceTooLow => ErrorCode::AssuranceTooLow,
                IdentityError::Provider(_) => ErrorCode::IdentityProviderUnavailable,
                _ => ErrorCode::CitizenUnauthenticated,
            }
            .into()
        })
    }
}

fn revocation_settings(config: &Config) -> RevocationSettings {
    RevocationSettings {
        ocsp_urls: config.revocation.ocsp_urls.clone(),
        crl_urls: config.revocation.crl_urls.clone(),
        reach: if config.revocation.allow_private_addresses { Reach::Anywhere } else { Reach::PublicOnly },
        ..RevocationSettings::default()
    }
}

/// Checks client certificates against what their issuer publishes.
struct PublishedRevocation {
    source: Arc<dyn RevocationSource>,
    intermediates: Vec<Vec<u8>>,
    anchors: Vec<Vec<u8>>,
    clock: Arc<dyn Clock>,
}

/// Relies on another layer.
struct NotChecked;

/// What the gate asks about client certificates.
pub fn client_revocation(
    config: &Config,
    identity: &TlsIdentity,
    source: Arc<dyn RevocationSource>,
    clock: Arc<dyn Clock>,
) -> Arc<dyn ClientRevocation> {
    if !config.tls.check_revocation {
        return Arc::new(NotChecked);
    }
    // Our own chain names the authority that issues to callers too; anchors that cannot be read admit nobody.
    let intermediates = certificates_from_pem(&identity.chain_pem).unwrap_or_default();
    let anchors = certificates_from_pem(&identity.anchors_pem).unwrap_or_default();
    Arc::new(PublishedRevocation { source, intermediates, anchors, clock })
}

/// A gate that relies on TLS alone, for the reference peers.
pub fn unchecked_gate() -> Gate {
    Gate::new(Arc::new(NotChecked))
}

#[async_trait]
impl ClientRevocation for NotChecked {
    async fn check(&self, _certificate: &[u8]) -> Result<(), Failure> {
        Ok(())
    }
}

#[async_trait]
impl ClientRevocation for PublishedRevocation {
    async fn check(&self, certificate: &[u8]) -> Result<(), Failure> {
        let unknown = || Failure::from(ErrorCode::ClientRevocationUnknown);
        let query = PathQuery {
            leaf: certificate,
            intermediates: &self.intermediates,
            anchors: &self.anchors,
            at: self.clock.now(),
            usage: Usage::Any,
            limits: PathLimits::default(),
        };
        let path = find_path(&query).map_err(|_| unknown())?;
        for pair in path.windows(2) {
            let [certificate, issuer] = pair else { continue };
            let evidence = self.source.evidence(certificate, issuer).await.map_err(|error| {
                tracing::warn!(%error, "client revocation");
                unknown()
            })?;
            if matches!(evidence.status, RevocationStatus::Revoked { .. }) {
                return Err(ErrorCode::ClientCertificateRevoked.into());
            }
        }
        Ok(())
    }
}

//! Starting and stopping, and the table of addresses.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::AuthorityError;
use super::folder::{DataFolder, write};
use super::hierarchy::{Hierarchy, Profile, Reason};
use super::identity_provider::{AssertionRequest, IdentityProvider};
use super::issue::{Issued, issue};
use super::responses::{Institution, Wanted, signer};
use super::revocations::Revocations;
use super::signing_service::SigningService;
use super::tls::TlsListener;
use crate::clock::Clock;

/// No request is longer: a time-stamp query, a status query or a few claims.
const MAX_REQUEST_BYTES: usize = 64 << 10;

/// What an authority needs to start.
#[derive(Clone)]
pub struct AuthoritySettings {
    /// The PKI.
    pub hierarchy: Hierarchy,
    /// The data folder; made where it is missing.
    pub data: PathBuf,
    /// A loopback address. Port 0 is the port of the first start, then any free one.
    pub listen: SocketAddr,
    /// The time, for certificates, time-stamps and everything else.
    pub clock: Arc<dyn Clock>,
}

/// A running authority. Dropping it stops it.
#[derive(Debug)]
pub struct RunningAuthority {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its data folder.
    pub data_dir: PathBuf,
    /// `https://<address>` of the signing service, without a slash at the end; none in a hierarchy without its certificate.
    pub signing_url: Option<String>,
    shutdown: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
    signing: Option<JoinHandle<()>>,
}

impl RunningAuthority {
    /// `http://<address>`, without a slash at the end.
    pub fn url(&self) -> String {
        base_url(self.addr)
    }

    /// Stops answering, finishes what is under way, and frees the data folder.
    pub async fn stop(mut self) {
        if let Some(shutdown) = self.shutdown.take() {
            let _ = shutdown.send(());
        }
        let _ = (&mut self.served).await;
        if let Some(signing) = self.signing.take() {
            signing.abort();
            let _ = signing.await;
        }
    }

    /// Waits until it ends by itself, which is only when its socket breaks.
    pub async fn wait(mut self) {
        let _ = (&mut self.served).await;
    }
}

impl Drop for RunningAuthority {
    fn drop(&mut self) {
        self.served.abort();
        if let Some(signing) = &self.signing {
            signing.abort();
        }
    }
}

/// One certificate that was made or kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Name in the hierarchy.
    pub name: String,
    /// What it is for; none for an authority.
    pub profile: Option<Profile>,
    /// The caller's role and id, for those who call.
    pub uri: Option<String>,
    /// Subject, as text.
    pub subject: String,
    /// Folder of its files.
    pub folder: PathBuf,
    /// Start of validity.
    pub not_before: OffsetDateTime,
    /// End of validity.
    pub not_after: OffsetDateTime,
}

/// Makes the keys and certificates that are missing, without serving, and lists all.
///
/// # Errors
/// [`AuthorityError`].
pub fn initialise(settings: &AuthoritySettings) -> Result<Vec<IssuedCertificate>, AuthorityError> {
    let opened = Opened::open(settings)?;
    let listed = list(&opened.issued, &opened.data)?;
    opened.institution(settings.clock.now()).map(|_| listed)
}

/// Makes what is missing, then serves until it is stopped.
///
/// # Errors
/// [`AuthorityError`].
pub async fn start(settings: AuthoritySettings) -> Result<RunningAuthority, AuthorityError> {
    let clock = Arc::clone(&settings.clock);
    let data_dir = settings.data.clone();
    let failed = |reason: String| AuthorityError::Listen { address: settings.listen, reason };
    let made = settings.clone();
    let opened = tokio::task::spawn_blocking(move || Opened::open(&made)).await.map_err(|e| failed(e.to_string()))??;
    let addr = opened.addr;
    let socket = opened.listener.try_clone().and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
    let listener = socket.and_then(tokio::net::TcpListener::from_std).map_err(|e| failed(e.to_string()))?;
    let signing = SigningService::open(&opened.issued, &opened.data)?;
    let door = TlsListener::open(addr, &opened.issued, &opened.data).await?;
    let (institution, identity, data) = opened.institution(clock.now())?;
    let desk = Arc::new(Desk { institution, signing, identity, clock, _data: data });
    let (shutdown, stopped) = oneshot::channel::<()>();
    let signing_url = door.as_ref().map(TlsListener::url);
    let signing = door.map(|door| {
        let routes = super::signing_service::routes().layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES)).with_state(Arc::clone(&desk));
        tokio::spawn(async move {
            if let Err(error) = axum::serve(door, routes).await {
                tracing::error!(%error, "the signing service ended");
            }
        })
    });
    let router = router(desk);
    let served = tokio::spawn(async move {
        let stop = async {
            let _ = stopped.await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
            tracing::error!(%error, "the development authority ended");
        }
    });
    Ok(RunningAuthority { addr, data_dir, signing_url, shutdown: Some(shutdown), served, signing })
}

/// The data folder with everything made, and the socket that its certificates name.
struct Opened {
    data: DataFolder,
    issued: Issued,
    listener: TcpListener,
    addr: SocketAddr,
}

impl Opened {
    fn open(settings: &AuthoritySettings) -> Result<Self, AuthorityError> {
        if !settings.listen.ip().is_loopback() {
            return Err(AuthorityError::NotLoopback(settings.listen));
        }
        let data = DataFolder::open(&settings.data)?;
        let stored = data.listen()?;
        let address = match stored {
            Some(stored) if settings.listen.port() == 0 && settings.listen.ip() == stored.ip() => stored,
            Some(stored) if settings.listen != stored => return Err(AuthorityError::Moved { stored, asked: settings.listen }),
            _ => settings.listen,
        };
        let failed = |e: std::io::Error| AuthorityError::Listen { address, reason: e.to_string() };
        let listener = TcpListener::bind(address).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        if stored.is_none() {
            data.remember_listen(addr)?;
        }
        let issued = issue(&settings.hierarchy, &data, &base_url(addr), settings.clock.now())?;
        Ok(Self { data, issued, listener, addr })
    }

    fn institution(self, now: OffsetDateTime) -> Result<(Institution, IdentityProvider, DataFolder), AuthorityError> {
        let provider = self.issued.leaf_of(Profile::Identity);
        let provider = provider.ok_or_else(|| AuthorityError::Hierarchy("there is no identity certificate".to_owned()))?;
        let identity = IdentityProvider::new(base_url(self.addr), signer(provider)?)?;
        write(&provider.folder.join("jwks.json"), identity.jwks()?.to_string().as_bytes(), 0o644)?;
        let revocations = Revocations::open(self.data.path("revoked.json"))?;
        Ok((Institution::open(self.issued, revocations, now)?, identity, self.data))
    }
}

fn base_url(addr: SocketAddr) -> String {
    format!("http://{addr}")
}

fn list(issued: &Issued, data: &DataFolder) -> Result<Vec<IssuedCertificate>, AuthorityError> {
    let cas = issued.cas.iter().map(|ca| (&ca.name, None, None, &ca.certificate, data.ca(&ca.name)));
    let leaves = issued.leaves.iter().map(|leaf| {
        let plan = &leaf.plan;
        (&plan.name, Some(plan.profile), plan.uri.clone(), &leaf.certificate, leaf.folder.clone())
    });
    let describe = |(name, profile, uri, certificate, folder): (&String, _, _, &Vec<u8>, _)| {
        let (_, parsed) = X509Certificate::from_der(certificate).map_err(|e| AuthorityError::issue(name, e))?;
        let (not_before, not_after) = (parsed.validity().not_before.to_datetime(), parsed.validity().not_after.to_datetime());
        Ok(IssuedCertificate { name: name.clone(), profile, uri, subject: parsed.subject().to_string(), folder, not_before, not_after })
    };
    cas.chain(leaves).map(describe).collect()
}

/// What every answer needs.
pub(super) struct Desk {
    pub(super) institution: Institution,
    pub(super) signing: SigningService,
    identity: IdentityProvider,
    pub(super) clock: Arc<dyn Clock>,
    /// Held so that no other process works in the folder.
    _data: DataFolder,
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/tsa", post(tsa))
        .route("/ocsp/{ca}", post(ocsp))
        .route("/ocsp/{ca}/{*request}", get(ocsp_get))
        .route("/crl/{file}", get(crl))
        .route("/ca/{file}", get(ca_certificate))
        .route("/.well-known/openid-configuration", get(openid_configuration))
        .route("/jwks.json", get(jwks))
        .route("/assertions", post(assertions))
        .route("/revoke", post(revoke))
        .merge(super::signing_service::routes())
        .merge(super::faults::routes())
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(desk)
}

async fn tsa(State(desk): State<Arc<Desk>>, request: Bytes) -> Response {
    answer("application/timestamp-reply", Some(desk.institution.timestamp(&request, desk.clock.now())))
}

async fn ocsp(State(desk): State<Arc<Desk>>, Path(ca): Path<String>, request: Bytes) -> Response {
    answer("application/ocsp-response", desk.institution.ocsp(&ca, &request, desk.clock.now()))
}

/// RFC 6960, A.1: the request in base64, percent-encoded where the address needs it.
async fn ocsp_get(State(desk): State<Arc<Desk>>, Path((ca, request)): Path<(String, String)>) -> Response {
    let Ok(request) = STANDARD.decode(request) else { return StatusCode::BAD_REQUEST.into_response() };
    answer("application/ocsp-response", desk.institution.ocsp(&ca, &request, desk.clock.now()))
}

async fn crl(State(desk): State<Arc<Desk>>, Path(file): Path<String>) -> Response {
    let list = file.strip_suffix(".crl").and_then(|ca| desk.institution.crl(ca, desk.clock.now()));
    answer("application/pkix-crl", list)
}

async fn ca_certificate(State(desk): State<Arc<Desk>>, Path(file): Path<String>) -> Response {
    let certificate = file.strip_suffix(".cer").and_then(|ca| desk.institution.certificate(ca));
    answer("application/pkix-cert", certificate.map(|der| Ok(der.to_vec())))
}

async fn openid_configuration(State(desk): State<Arc<Desk>>) -> Response {
    json_answer(StatusCode::OK, &desk.identity.configuration())
}

async fn jwks(State(desk): State<Arc<Desk>>) -> Response {
    answer("application/jwk-set+json", Some(desk.identity.jwks().map(|keys| keys.to_string().into_bytes())))
}

async fn assertions(State(desk): State<Arc<Desk>>, body: Bytes) -> Response {
    let asked: AssertionRequest = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(e) => return json_answer(StatusCode::BAD_REQUEST, &json!({ "error": e.to_string() })),
    };
    let made = desk.identity.assertion(&asked, desk.clock.now()).await;
    answer("application/jwt", Some(made.map(String::into_bytes)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevocationRequest {
    name: Option<String>,
    serial: Option<String>,
    #[serde(default)]
    reason: Reason,
}

async fn revoke(State(desk): State<Arc<Desk>>, body: Bytes) -> Response {
    let bad = |why: String| json_answer(StatusCode::BAD_REQUEST, &json!({ "error": why }));
    let asked: RevocationRequest = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(e) => return bad(e.to_string()),
    };
    let wanted = match (asked.name, asked.serial) {
        (Some(name), None) => Wanted::Name(name),
        (None, Some(serial)) => Wanted::Serial(serial),
        _ => return bad("either name or serial".to_owned()),
    };
    match desk.institution.revoke(&wanted, asked.reason, desk.clock.now()) {
        Ok(name) => json_answer(StatusCode::OK, &json!({ "revoked": name })),
        Err(e @ AuthorityError::NoSuchCertificate(_)) => json_answer(StatusCode::NOT_FOUND, &json!({ "error": e.to_string() })),
        Err(e) => internal(&e),
    }
}

pub(super) fn answer(content_type: &'static str, made: Option<Result<Vec<u8>, AuthorityError>>) -> Response {
    match made {
        Some(Ok(body)) => ([(CONTENT_TYPE, content_type)], body).into_response(),
        Some(Err(e)) => internal(&e),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn internal(error: &AuthorityError) -> Response {
    tracing::error!(%error, "the development authority could not answer");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

//! A remote signing service as the Cloud Signature Consortium API v2 describes it: `info`, `credentials/list`, `credentials/info`,
//! `credentials/authorize`, `signatures/signHash`, behind OAuth 2.0 client credentials.
//!
//! Its credentials are the signers and seals of the hierarchy, by their names. An activation datum (SAD) is good once, for one
//! minute, for the digests that it was asked for (SCAL 2). Secret and PIN are made at the first start and lie in `csc/`. Digests are
//! signed by the openssl command, for the library in use here signs whole messages only.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::AuthorityError;
use super::folder::{DataFolder, make_folder, read_if_present, write};
use super::hierarchy::{KeyKind, Profile};
use super::issue::Issued;
use super::serve::Desk;

const TOKEN_SECONDS: u32 = 3600;
const SAD_SECONDS: u32 = 60;
const CLIENT: &str = "bansao";

/// What can be signed, and who may.
pub(super) struct SigningService {
    credentials: Vec<Credential>,
    secret: String,
    pin: String,
    granted: Mutex<Granted>,
}

struct Credential {
    id: String,
    certificate: Vec<u8>,
    key: PathBuf,
    kind: KeyKind,
}

/// What was handed out and has not ended.
#[derive(Default)]
struct Granted {
    tokens: HashMap<String, OffsetDateTime>,
    sads: HashMap<String, Activation>,
}

struct Activation {
    credential: String,
    hashes: Vec<String>,
    digest: String,
    until: OffsetDateTime,
}

impl SigningService {
    pub(super) fn open(issued: &Issued, data: &DataFolder) -> Result<Self, AuthorityError> {
        let signs = |profile: Profile| matches!(profile, Profile::Signer | Profile::Seal);
        let credentials = issued.leaves.iter().filter(|leaf| signs(leaf.plan.profile) && leaf.plan.key != KeyKind::Ed25519);
        let credentials = credentials.map(|leaf| Credential {
            id: leaf.plan.name.clone(),
            certificate: leaf.certificate.clone(),
            key: leaf.folder.join("key.pem"),
            kind: leaf.plan.key,
        });
        let folder = data.path("csc");
        make_folder(&folder)?;
        let kept = |name: &str| -> Result<String, AuthorityError> {
            let path = folder.join(name);
            if let Some(text) = read_if_present(&path)? {
                return Ok(text.trim().to_owned());
            }
            let made = random_text().map_err(|e| AuthorityError::issue("csc", e))?;
            write(&path, format!("{made}\n").as_bytes(), 0o600)?;
            Ok(made)
        };
        Ok(Self { credentials: credentials.collect(), secret: kept("secret")?, pin: kept("pin")?, granted: Mutex::default() })
    }

    fn credential(&self, id: &str) -> Result<&Credential, Refusal> {
        self.credentials.iter().find(|one| one.id == id).ok_or(Refusal::Invalid("credentialID"))
    }

    /// Whoever has no token that is good now goes no further.
    fn admit(&self, headers: &HeaderMap, now: OffsetDateTime) -> Result<(), Refusal> {
        let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
        let granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        let good = token.and_then(|token| granted.tokens.get(token)).is_some_and(|until| now < *until);
        if good { Ok(()) } else { Err(Refusal::Token) }
    }
}

/// Why something is not done (CSC API v2, 10.1).
#[derive(Debug)]
enum Refusal {
    /// No access token, or none that is good.
    Token,
    /// A parameter is missing or wrong.
    Invalid(&'static str),
    /// The PIN is wrong.
    Pin,
    /// No such activation, or not for this.
    Sad,
    /// It could not be done.
    Failed(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, said) = match self {
            Self::Token => (StatusCode::UNAUTHORIZED, "invalid_token", String::new()),
            Self::Invalid(what) => (StatusCode::BAD_REQUEST, "invalid_request", format!("Missing or invalid {what}")),
            Self::Pin => (StatusCode::BAD_REQUEST, "invalid_pin", String::new()),
            Self::Sad => (StatusCode::BAD_REQUEST, "invalid_request", "Invalid SAD".to_owned()),
            Self::Failed(reason) => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", reason),
        };
        (status, [(CONTENT_TYPE, "application/json")], json!({ "error": error, "error_description": said }).to_string()).into_response()
    }
}

type Answer = Result<axum::response::Response, Refusal>;

fn answered(body: &Value) -> Answer {
    Ok(([(CONTENT_TYPE, "application/json")], body.to_string()).into_response())
}

pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/oauth2/token", post(token))
        .route("/csc/v2/info", post(info))
        .route("/csc/v2/credentials/list", post(list))
        .route("/csc/v2/credentials/info", post(describe))
        .route("/csc/v2/credentials/authorize", post(authorize))
        .route("/csc/v2/signatures/signHash", post(sign_hash))
}

async fn token(State(desk): State<Arc<Desk>>, body: Bytes) -> Answer {
    let text = String::from_utf8_lossy(&body).into_owned();
    let has = |pair: &str| text.split('&').any(|part| part == pair);
    let known = has(&format!("client_id={CLIENT}")) && has(&format!("client_secret={}", desk.signing.secret));
    if !has("grant_type=client_credentials") || !known {
        return Err(Refusal::Token);
    }
    let token = random_text().map_err(|error| Refusal::Failed(error.to_string()))?;
    let now = desk.clock.now();
    let mut granted = desk.signing.granted.lock().unwrap_or_else(PoisonError::into_inner);
    granted.tokens.retain(|_, until| now < *until);
    granted.tokens.insert(token.clone(), now + Duration::seconds(TOKEN_SECONDS.into()));
    answered(&json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS }))
}

async fn info() -> Answer {
    answered(&json!({
        "specs": "2.0.0.2", "name": "bansao development authority", "region": "VN", "lang": "vi-VN",
        "description": "Remote signing for development", "authType": ["oauth2client"], "oauth2": "/oauth2",
        "methods": ["credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash"],
    }))
}

async fn list(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Answer {
    desk.signing.admit(&headers, desk.clock.now())?;
    let ids: Vec<&str> = desk.signing.credentials.iter().map(|one| one.id.as_str()).collect();
    answered(&json!({ "credentialIDs": ids }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(rename = "credentialID")]
    credential: String,
    #[serde(default)]
    num_signatures: Option<usize>,
    #[serde(default)]
    hashes: Vec<String>,
    #[serde(default, rename = "hashAlgorithmOID")]
    digest: String,
    #[serde(default)]
    auth_data: Vec<AuthData>,
    #[serde(default, rename = "SAD")]
    sad: String,
    #[serde(default)]
    sign_algo: String,
}

#[derive(Deserialize)]
struct AuthData {
    id: String,
    value: String,
}

fn asked(desk: &Desk, headers: &HeaderMap, body: &[u8]) -> Result<Asked, Refusal> {
    desk.signing.admit(headers, desk.clock.now())?;
    serde_json::from_slice(body).map_err(|_| Refusal::Invalid("parameter"))
}

async fn describe(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Answer {
    let asked = asked(&desk, &headers, &body)?;
    let credential = desk.signing.credential(&asked.credential)?;
    let (algorithms, bits): (&[&str], u32) = match credential.kind {
        KeyKind::Rsa2048 => (&RSA, 2048),
        KeyKind::Rsa3072 => (&RSA, 3072),
        KeyKind::Rsa4096 => (&RSA, 4096),
        KeyKind::P384 => (&["1.2.840.10045.4.3.3"], 384),
        KeyKind::P256 | KeyKind::Ed25519 => (&["1.2.840.10045.4.3.2"], 256),
    };
    answered(&json!({
        "key": { "status": "enabled", "algo": algorithms, "len": bits },
        "cert": { "status": "valid", "certificates": [STANDARD.encode(&credential.certificate)] },
        "auth": { "mode": "explicit", "objects": [{ "type": "Password", "id": "PIN", "format": "A" }] },
        "SCAL": "2", "multisign": 1,
    }))
}

/// PSS, then PKCS #1 v1.5 with SHA-256, 384 and 512.
const RSA: [&str; 4] = ["1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"];

async fn authorize(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Answer {
    let asked = asked(&desk, &headers, &body)?;
    let credential = desk.signing.credential(&asked.credential)?;
    if asked.hashes.len() != 1 || asked.num_signatures != Some(1) || digest_name(&asked.digest).is_none() {
        return Err(Refusal::Invalid("hashes"));
    }
    if !asked.auth_data.iter().any(|one| one.id == "PIN" && one.value == desk.signing.pin) {
        return Err(Refusal::Pin);
    }
    let sad = random_text().map_err(|error| Refusal::Failed(error.to_string()))?;
    let now = desk.clock.now();
    let until = now + Duration::seconds(SAD_SECONDS.into());
    let mut granted = desk.signing.granted.lock().unwrap_or_else(PoisonError::into_inner);
    granted.sads.retain(|_, one| now < one.until);
    granted.sads.insert(sad.clone(), Activation { credential: credential.id.clone(), hashes: asked.hashes, digest: asked.digest, until });
    answered(&json!({ "SAD": sad, "expiresIn": SAD_SECONDS }))
}

async fn sign_hash(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Answer {
    let asked = asked(&desk, &headers, &body)?;
    let credential = desk.signing.credential(&asked.credential)?;
    let activation = desk.signing.granted.lock().unwrap_or_else(PoisonError::into_inner).sads.remove(&asked.sad);
    let bound = |one: &Activation| one.credential == asked.credential && one.hashes == asked.hashes && one.digest == asked.digest;
    if !activation.is_some_and(|one| bound(&one) && desk.clock.now() < one.until) {
        return Err(Refusal::Sad);
    }
    let digest = digest_name(&asked.digest).ok_or(Refusal::Invalid("hashAlgorithmOID"))?;
    let mut signatures = Vec::new();
    for hash in &asked.hashes {
        let hash = STANDARD.decode(hash).map_err(|_| Refusal::Invalid("hashes"))?;
        signatures.push(STANDARD.encode(sign(credential, &asked.sign_algo, digest, &hash).await?));
    }
    answered(&json!({ "signatures": signatures }))
}

fn digest_name(oid: &str) -> Option<&'static str> {
    match oid {
        "2.16.840.1.101.3.4.2.1" => Some("sha256"),
        "2.16.840.1.101.3.4.2.2" => Some("sha384"),
        "2.16.840.1.101.3.4.2.3" => Some("sha512"),
        _ => None,
    }
}

async fn sign(credential: &Credential, algorithm: &str, digest: &str, hash: &[u8]) -> Result<Vec<u8>, Refusal> {
    let failed = |error: std::io::Error| Refusal::Failed(error.to_string());
    let mut command = Command::new("openssl");
    command.args(["pkeyutl", "-sign", "-inkey"]).arg(&credential.key).arg("-pkeyopt").arg(format!("digest:{digest}"));
    match (algorithm, credential.kind) {
        ("1.2.840.113549.1.1.10", KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096) => {
            command.args(["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest"]);
        }
        (
            "1.2.840.113549.1.1.11" | "1.2.840.113549.1.1.12" | "1.2.840.113549.1.1.13",
            KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096,
        )
        | ("1.2.840.10045.4.3.2", KeyKind::P256)
        | ("1.2.840.10045.4.3.3", KeyKind::P384) => {}
        _ => return Err(Refusal::Invalid("signAlgo")),
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(hash).await.map_err(failed)?;
    }
    let output = child.wait_with_output().await.map_err(failed)?;
    if output.status.success() { Ok(output.stdout) } else { Err(Refusal::Invalid("hashes")) }
}

/// 16 random bytes in hexadecimal.
fn random_text() -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

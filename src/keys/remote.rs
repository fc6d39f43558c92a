//! Keys that a remote service holds: Cloud Signature Consortium API v2 (CSC), `signatures/signHash` under a signature activation
//! datum (SAD) that is good for one digest.
//!
//! The service is asked on behalf of this system (OAuth 2.0 client credentials, RFC 6749, 4.4). What is sent is a digest, never a
//! document. Secrets travel with it, so the service is spoken to over TLS, under the anchors that are configured for it and no others;
//! plain `http` is for a service or a proxy on this machine. Nothing is asked before the first signature, so a start does not wait
//! for the remote service.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bansao_pades::{DigestAlgorithm, SigningProfile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::file::{read_chain, read_private};
use super::{KeyError, Signer};
use crate::clock::Clock;
use crate::http::{Bounds, HttpClient, HttpError, Reach};

/// The service may ask its own module: a signature takes longer than one at hand.
const BOUNDS: Bounds = Bounds { deadline: Duration::from_secs(5), max_bytes: 256 << 10, reach: Reach::Anywhere };

/// An access token is renewed this long before it ends.
const RENEW_BEFORE: time::Duration = time::Duration::seconds(30);

/// Where a key lies in a remote signing service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteKey {
    /// Base address, before `/csc/v2` and `/oauth2`: `https://sign.example.org`, or `http://127.0.0.1:8080`.
    pub url: String,
    /// File with the anchors of an `https` service, PEM.
    pub anchors: Option<PathBuf>,
    /// The credential, by its id.
    pub credential: String,
    /// Who asks.
    pub client_id: String,
    /// File with the client's secret, mode 0600, one line.
    pub client_secret: PathBuf,
    /// File with the PIN that authorises a signature, mode 0600, one line.
    pub pin: PathBuf,
}

/// A key in a remote signing service.
pub struct RemoteSigner {
    key: RemoteKey,
    secret: Zeroizing<String>,
    pin: Zeroizing<String>,
    profile: SigningProfile,
    chain: Vec<Vec<u8>>,
    client: HttpClient,
    clock: Arc<dyn Clock>,
    access: Mutex<Option<Access>>,
}

/// Leave to ask, until it ends.
#[derive(Clone)]
struct Access {
    header: Zeroizing<String>,
    until: OffsetDateTime,
}

impl RemoteSigner {
    /// Reads `chain` (PEM, leaf first) and the secrets; the service itself is asked at the first signature.
    ///
    /// # Errors
    /// [`KeyError`] for unreadable or too open files, for an address that is neither `https` with anchors nor `http` on this
    /// machine, and for Ed25519, which signs no digests.
    pub fn open(key: RemoteKey, chain: &Path, profile: SigningProfile, plain: HttpClient, clock: Arc<dyn Clock>) -> Result<Self, KeyError> {
        let refuse = |reason: &str| KeyError::Remote { key: key.credential.clone(), reason: reason.to_owned() };
        let client = match (way(&key.url), &key.anchors) {
            (Some(Way::ThisMachine), None) => plain,
            (Some(Way::Tls), Some(anchors)) => {
                let pem = std::fs::read(anchors).map_err(|error| refuse(&format!("{}: {error}", anchors.display())))?;
                HttpClient::over_tls(&pem).map_err(|error| refuse(&error.to_string()))?
            }
            (Some(Way::Tls), None) => return Err(refuse("an https address needs the anchors of its service")),
            _ => return Err(refuse("the address is neither https nor http on a loopback address")),
        };
        if algorithm(profile).is_none() {
            return Err(refuse("no remote signatures of this scheme"));
        }
        let line = |path: &Path| read_private(path).map(|text| Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()));
        let (secret, pin, chain) = (line(&key.client_secret)?, line(&key.pin)?, read_chain(chain)?);
        Ok(Self { key, secret, pin, profile, chain, client, clock, access: Mutex::default() })
    }

    /// A token that is good for a while, new where none is kept. The first one also has the credential looked at.
    async fn access(&self) -> Result<Access, KeyError> {
        let mut kept = self.access.lock().await;
        if let Some(access) = kept.as_ref().filter(|access| self.clock.now() + RENEW_BEFORE < access.until) {
            return Ok(access.clone());
        }
        #[derive(Deserialize)]
        struct Token {
            access_token: String,
            expires_in: u32,
        }
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            form_encoded(&self.key.client_id),
            form_encoded(&self.secret)
        );
        let url = format!("{}/oauth2/token", self.key.url);
        let answer = self.client.post(&url, "application/x-www-form-urlencoded", "application/json", form.into_bytes(), BOUNDS).await;
        let token: Token = self.read(answer)?;
        let header = Zeroizing::new(format!("Bearer {}", token.access_token));
        let access = Access { header, until: self.clock.now() + time::Duration::seconds(token.expires_in.into()) };
        self.check_credential(&access).await?;
        *kept = Some(access.clone());
        Ok(access)
    }

    /// The credential is enabled, signs by the scheme, and its certificate is the configured one.
    async fn check_credential(&self, access: &Access) -> Result<(), KeyError> {
        #[derive(Deserialize)]
        struct Info {
            key: Key,
            cert: Cert,
        }
        #[derive(Deserialize)]
        struct Key {
            status: String,
            algo: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Cert {
            certificates: Vec<String>,
        }
        let asked = json!({ "credentialID": self.key.credential, "certificates": "single" });
        let info: Info = self.ask(access, "credentials/info", &asked).await?;
        let wanted = algorithm(self.profile).unwrap_or_default();
        if info.key.status != "enabled" || !info.key.algo.iter().any(|oid| oid == wanted) {
            return Err(self.says("the credential is disabled or of another scheme"));
        }
        let leaf = info.cert.certificates.first().and_then(|text| STANDARD.decode(text).ok());
        if leaf.as_ref() == self.chain.first() {
            return Ok(());
        }
        Err(self.says("the credential has another certificate than the configured one"))
    }

    async fn sign_with(&self, access: &Access, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        #[derive(Deserialize)]
        struct Authorized {
            #[serde(rename = "SAD")]
            sad: String,
        }
        #[derive(Deserialize)]
        struct Signed {
            signatures: Vec<String>,
        }
        let algorithm_of_digest = self.profile.digest_algorithm();
        let hashes = [STANDARD.encode(algorithm_of_digest.digest(message))];
        let digest_oid = digest_oid(algorithm_of_digest);
        let asked = json!({
            "credentialID": self.key.credential, "numSignatures": 1, "hashes": hashes, "hashAlgorithmOID": digest_oid,
            "authData": [{ "id": "PIN", "value": self.pin.as_str() }],
        });
        let authorized: Authorized = self.ask(access, "credentials/authorize", &asked).await?;
        let mut asked = json!({
            "credentialID": self.key.credential, "SAD": authorized.sad, "hashes": hashes, "hashAlgorithmOID": digest_oid,
            "signAlgo": algorithm(self.profile).unwrap_or_default(),
        });
        if let (Some(salt), Some(members)) = (pss_salt(self.profile), asked.as_object_mut()) {
            members.insert("signAlgoParams".to_owned(), STANDARD.encode(pss_params(salt)).into());
        }
        let signed: Signed = self.ask(access, "signatures/signHash", &asked).await?;
        match signed.signatures.as_slice() {
            [one] => STANDARD.decode(one).map_err(|_| self.says("the signature is not base64")),
            other => Err(self.says(&format!("{} signatures for one digest", other.len()))),
        }
    }

    async fn ask<A: DeserializeOwned>(&self, access: &Access, method: &str, body: &impl Serialize) -> Result<A, KeyError> {
        let url = format!("{}/csc/v2/{method}", self.key.url);
        let body = serde_json::to_vec(body).map_err(|error| self.says(&error.to_string()))?;
        let answer = self.client.post_authorised(&url, &access.header, "application/json", "application/json", body, BOUNDS).await;
        self.read(answer)
    }

    fn read<A: DeserializeOwned>(&self, answer: Result<Vec<u8>, HttpError>) -> Result<A, KeyError> {
        let body = Zeroizing::new(answer.map_err(|error| self.says(&error.to_string()))?);
        serde_json::from_slice(&body).map_err(|error| self.says(&format!("an answer that is not understood: {error}")))
    }

    fn says(&self, reason: &str) -> KeyError {
        KeyError::Remote { key: self.key.credential.clone(), reason: reason.to_owned() }
    }
}

impl fmt::Debug for RemoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSigner").field("key", &self.key).field("profile", &self.profile).finish_non_exhaustive()
    }
}

#[async_trait]
impl Signer for RemoteSigner {
    fn profile(&self) -> SigningProfile {
        self.profile
    }

    fn certificate_chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// After a refusal the access token is asked for anew at the next try: it may have been withdrawn.
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let access = self.access().await?;
        let signed = self.sign_with(&access, message).await;
        if signed.is_err() {
            *self.access.lock().await = None;
        }
        signed
    }
}

/// How secrets get to a service without being overheard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Tls,
    ThisMachine,
}

fn way(url: &str) -> Option<Way> {
    let uri = url.parse::<Uri>().ok().filter(|_| !url.ends_with('/'))?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    match uri.scheme_str()? {
        "https" => Some(Way::Tls),
        "http" => host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()).then_some(Way::ThisMachine),
        _ => None,
    }
}

/// All but unreserved characters as `%XX` (RFC 3986, 2.3).
fn form_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// The signature algorithm's object identifier (RFC 8017, RFC 5758).
pub(crate) fn algorithm(profile: SigningProfile) -> Option<&'static str> {
    match profile {
        SigningProfile::RsaPkcs1Sha256 => Some("1.2.840.113549.1.1.11"),
        SigningProfile::RsaPkcs1Sha384 => Some("1.2.840.113549.1.1.12"),
        SigningProfile::RsaPkcs1Sha512 => Some("1.2.840.113549.1.1.13"),
        SigningProfile::RsaPssSha256 | SigningProfile::RsaPssSha384 | SigningProfile::RsaPssSha512 => Some("1.2.840.113549.1.1.10"),
        SigningProfile::EcdsaP256Sha256 => Some("1.2.840.10045.4.3.2"),
        SigningProfile::EcdsaP384Sha384 => Some("1.2.840.10045.4.3.3"),
        _ => None,
    }
}

/// RFC 5754, 2.
pub(crate) fn digest_oid(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha384 => "2.16.840.1.101.3.4.2.2",
        DigestAlgorithm::Sha512 => "2.16.840.1.101.3.4.2.3",
        _ => "2.16.840.1.101.3.4.2.1",
    }
}

fn pss_salt(profile: SigningProfile) -> Option<u8> {
    match profile {
        SigningProfile::RsaPssSha256 => Some(32),
        SigningProfile::RsaPssSha384 => Some(48),
        SigningProfile::RsaPssSha512 => Some(64),
        _ => None,
    }
}

/// `RSASSA-PSS-params` (RFC 4055, 3.1) with one digest throughout and a salt as long as it.
fn pss_params(salt: u8) -> Vec<u8> {
    let arc = match salt {
        48 => 2,
        64 => 3,
        _ => 1,
    };
    let digest = [&[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02][..], &[arc, 0x05, 0x00]].concat();
    let mgf1 = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    let parts = [&[0x30, 0x34, 0xa0, 0x0f][..], &digest, &[0xa1, 0x1c, 0x30, 0x1a], &mgf1, &digest, &[0xa2, 0x03, 0x02, 0x01, salt]];
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_leave_this_machine_by_no_plain_address() {
        for (url, good) in [
            ("http://127.0.0.1:8080", Some(Way::ThisMachine)),
            ("http://[::1]:8080", Some(Way::ThisMachine)),
            ("http://127.0.0.1:8080/", None),
            ("https://127.0.0.1", Some(Way::Tls)),
            ("https://sign.example.org/base", Some(Way::Tls)),
            ("https://sign.example.org/base/", None),
            ("http://localhost:80", None),
            ("http://10.0.0.1", None),
            ("http://127.0.0.1.example.org", None),
            ("ftp://127.0.0.1", None),
        ] {
            assert_eq!(way(url), good, "{url}");
        }
        assert_eq!(form_encoded("a&b=c/é"), "a%26b%3Dc%2F%C3%A9");
    }
}

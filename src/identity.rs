//! Who the citizen is, as the identity provider asserts it: a signed JWT (RFC 7519) checked into a [`Requester`].
//!
//! Nghị định 69/2024/NĐ-CP makes a level-2 account equal to the identity card, so level 1 is refused here once and for all
//! (domain reference 1.10). Claims read: `iss`, `aud`, `exp`, `nbf`, `iat`, `jti`, `sub` (the 12-digit personal id), `name`,
//! `acr` (`"1"` or `"2"`) and `txn` (RFC 8417, 2.2). What this is not: it keeps no session and remembers no `jti`.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::http::{Bounds, HttpClient, HttpError, Reach};
use crate::jws::{self, Jwks, JwsError};
use crate::record::{Assurance, PersonalId, Requester, printable};

/// How far the provider's clock and ours may differ.
const LEEWAY_S: i64 = 60;

/// A key set is asked for again at most this often, whatever tokens arrive.
const REFETCH_MS: i64 = 60_000;

/// Bounds on fetching a key set.
const KEY_SET: Bounds = Bounds { deadline: Duration::from_secs(3), max_bytes: 64 << 10, reach: Reach::Anywhere };

/// Why an assertion does not tell who the citizen is. Never carries personal data.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Not a signed token, or a claim is absent or of another form.
    #[error("malformed assertion: {0}")]
    Malformed(&'static str),
    /// No key of the provider has the identifier that the assertion names.
    #[error("the assertion is signed by an unknown key")]
    UnknownKey,
    /// The signature is wrong, or of another algorithm than the key's.
    #[error("the signature of the assertion is wrong")]
    BadSignature,
    /// Its time is over.
    #[error("the assertion has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the assertion is not valid yet")]
    NotYetValid,
    /// Made for another service.
    #[error("the assertion is meant for another service")]
    WrongAudience,
    /// Made by another provider.
    #[error("the assertion is from another provider")]
    WrongIssuer,
    /// The citizen's account is of level 1.
    #[error("the citizen's account is of level 1; level 2 is needed")]
    AssuranceTooLow,
    /// The provider's keys cannot be had now; the caller may try again.
    #[error("the identity provider's keys cannot be had: {0}")]
    Provider(String),
}

/// Where the provider's keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A key set that configuration holds.
    Fixed(Jwks),
    /// A key set at an `http` address, fetched when first needed and again when an unknown key shows up.
    Url(String),
}

/// Checks assertions of one provider. Shared by all requests.
pub struct IdentityVerifier {
    issuer: String,
    audience: String,
    source: KeySource,
    client: HttpClient,
    clock: Arc<dyn Clock>,
    /// The newest keys; read without waiting for a fetch.
    known: RwLock<Arc<Jwks>>,
    /// When the provider was asked last; held while it is asked, so that many unknown keys ask once.
    asked_ms: Mutex<Option<i64>>,
}

impl IdentityVerifier {
    /// A verifier for assertions of `issuer` that are meant for `audience`.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        source: KeySource,
        client: HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            source,
            client,
            clock,
            known: RwLock::default(),
            asked_ms: Mutex::default(),
        }
    }

    /// The citizen whom `assertion` names.
    ///
    /// # Errors
    /// [`IdentityError`]. The signature is judged first, so the other variants say something about a genuine assertion.
    pub async fn verify(&self, assertion: &str) -> Result<Requester, IdentityError> {
        let claims = self.signed_claims(assertion).await?;
        let claims: Claims = serde_json::from_value(Value::Object(claims)).map_err(|_| IdentityError::Malformed("claims"))?;
        self.judge(claims)
    }

    async fn signed_claims(&self, assertion: &str) -> Result<serde_json::Map<String, Value>, IdentityError> {
        let url = match &self.source {
            KeySource::Fixed(keys) => return Ok(jws::verify(assertion, keys)?),
            KeySource::Url(url) => url,
        };
        let known = self.known();
        match jws::verify(assertion, &known) {
            Err(JwsError::UnknownKey) => Ok(jws::verify(assertion, &*self.refetch(url, &known).await?)?),
            judged => Ok(judged?),
        }
    }

    fn known(&self) -> Arc<Jwks> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Newer keys than `seen`, if the provider has them and was not asked within the minute.
    async fn refetch(&self, url: &str, seen: &Arc<Jwks>) -> Result<Arc<Jwks>, IdentityError> {
        let mut asked_ms = self.asked_ms.lock().await;
        let (known, now_ms) = (self.known(), self.clock.now_ms());
        let asked_lately = asked_ms.is_some_and(|asked| (0..REFETCH_MS).contains(&now_ms.saturating_sub(asked)));
        if asked_lately || !Arc::ptr_eq(seen, &known) {
            return Ok(known);
        }
        let keys = Arc::new(self.fetch(url).await.inspect_err(|_| {
            // Without any keys the next caller tries again at once; with some, a dead provider is left alone for a minute.
            *asked_ms = (*known != Jwks::default()).then_some(now_ms);
        })?);
        *asked_ms = Some(now_ms);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keys);
        Ok(keys)
    }

    async fn fetch(&self, url: &str) -> Result<Jwks, IdentityError> {
        let provider = |e: HttpError| IdentityError::Provider(e.to_string());
        let body = self.client.get(url, KEY_SET).await.map_err(provider)?;
        let text = String::from_utf8(body).map_err(|e| IdentityError::Provider(e.to_string()))?;
        Ok(Jwks::parse(&text)?)
    }

    fn judge(&self, claims: Claims) -> Result<Requester, IdentityError> {
        if claims.iss != self.issuer {
            return Err(IdentityError::WrongIssuer);
        }
        if !claims.aud.names(&self.audience) {
            return Err(IdentityError::WrongAudience);
        }
        let now_s = self.clock.now().unix_timestamp();
        if now_s >= claims.exp.saturating_add(LEEWAY_S) {
            return Err(IdentityError::Expired);
        }
        let begins = claims.nbf.unwrap_or(claims.iat).max(claims.iat);
        if now_s < begins.saturating_sub(LEEWAY_S) {
            return Err(IdentityError::NotYetValid);
        }
        if claims.jti.is_empty() || claims.txn.is_empty() {
            return Err(IdentityError::Malformed("jti or txn is empty"));
        }
        let assurance = match claims.acr.as_str() {
            "2" => Assurance::Level2,
            "1" => return Err(IdentityError::AssuranceTooLow),
            _ => return Err(IdentityError::Malformed("acr")),
        };
        let personal_id = PersonalId::parse(&claims.sub).map_err(|_| IdentityError::Malformed("sub"))?;
        let full_name = claims.name.map(|name| printable(&name)).filter(|name| !name.is_empty());
        Ok(Requester { personal_id, full_name, assurance, transaction: printable(&claims.txn) })
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    jti: String,
    sub: String,
    name: Option<String>,
    acr: String,
    txn: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

impl From<JwsError> for IdentityError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Malformed(what) => Self::Malformed(what),
            JwsError::UnknownKey => Self::UnknownKey,
            JwsError::KeySet(reason) => Self::Provider(reason),
            _ => Self::BadSignature,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::get;
    use serde_json::json;

    use super::*;
    use crate::clock::MockClock;
    use crate::jws::tests::MemorySigner;

    const NOW_S: i64 = 1_800_000_000;

    fn claims() -> Value {
        json!({
            "iss": "http://idp", "aud": "bansao", "iat": NOW_S, "exp": NOW_S + 600, "jti": "j", "txn": "t",
            "sub": "001099000001", "name": "Nguyễn Văn A", "acr": "2",
        })
    }

    fn verifier(source: KeySource) -> (IdentityVerifier, Arc<MockClock>) {
        let clock = Arc::new(MockClock::at(NOW_S * 1000));
        (IdentityVerifier::new("http://idp", "bansao", source, HttpClient::new(), Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    #[tokio::test]
    async fn a_good_assertion_names_the_citizen_and_each_fault_has_its_name() {
        let signer = MemorySigner::new();
        let (verifier, _) = verifier(KeySource::Fixed(Jwks::parse(&signer.jwks("k")).unwrap()));
        let requester = verifier.verify(&jws::sign(&claims(), "k", &signer).await.unwrap()).await.unwrap();
        assert_eq!((requester.personal_id.as_str(), requester.full_name.as_deref()), ("001099000001", Some("Nguyễn Văn A")));
        assert_eq!((requester.assurance, requester.transaction.as_str()), (Assurance::Level2, "t"));

        use IdentityError::{AssuranceTooLow, Expired, Malformed, NotYetValid, WrongAudience, WrongIssuer};
        for (claim, value, expected) in [
            ("iss", json!("http://other"), Err(WrongIssuer)),
            ("aud", json!("other"), Err(WrongAudience)),
            ("aud", json!(["other", "bansao"]), Ok(())),
            ("exp", json!(NOW_S - 59), Ok(())),
            ("exp", json!(NOW_S - 60), Err(Expired)),
            ("nbf", json!(NOW_S + 60), Ok(())),
            ("nbf", json!(NOW_S + 61), Err(NotYetValid)),
            ("iat", json!(NOW_S + 61), Err(NotYetValid)),
            ("jti", json!(""), Err(Malformed("jti or txn is empty"))),
            ("jti", Value::Null, Err(Malformed("claims"))),
            ("acr", json!("1"), Err(AssuranceTooLow)),
            ("acr", json!("3"), Err(Malformed("acr"))),
            ("sub", json!("123"), Err(Malformed("sub"))),
            ("exp", json!(i64::MAX), Ok(())),
        ] {
            let mut changed = claims();
            changed[claim] = value.clone();
            let judged = verifier.verify(&jws::sign(&changed, "k", &signer).await.unwrap()).await.map(|_| ());
            assert_eq!(judged, expected, "{claim} = {value}");
        }
        let stranger = jws::sign(&claims(), "k", &MemorySigner::new()).await.unwrap();
        assert_eq!(verifier.verify(&stranger).await, Err(IdentityError::BadSignature));
        let other_key = jws::sign(&claims(), "k2", &signer).await.unwrap();
        assert_eq!(verifier.verify(&other_key).await, Err(IdentityError::UnknownKey));
        assert!(matches!(verifier.verify("rubbish").await, Err(Malformed(_))));
    }

    #[tokio::test]
    async fn an_unknown_key_asks_the_provider_once_a_minute() {
        let (first, second) = (MemorySigner::new(), MemorySigner::new());
        let (sets, asked) = ([first.jwks("k1"), second.jwks("k2")], Arc::new(AtomicUsize::new(0)));
        let counter = Arc::clone(&asked);
        let route = get(move || {
            let set = sets[counter.fetch_add(1, Ordering::SeqCst).min(1)].clone();
            async move { set }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/jwks.json", route)).await });

        let (verifier, clock) = verifier(KeySource::Url(url));
        let (old, new) = (jws::sign(&claims(), "k1", &first).await.unwrap(), jws::sign(&claims(), "k2", &second).await.unwrap());
        assert!(verifier.verify(&old).await.is_ok());
        for _ in 0..3 {
            assert_eq!(verifier.verify(&new).await, Err(IdentityError::UnknownKey));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        clock.advance_ms(REFETCH_MS);
        assert!(verifier.verify(&new).await.is_ok());
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_dead_provider_is_named() {
        let (verifier, _) = verifier(KeySource::Url("http://127.0.0.1:1/jwks.json".to_owned()));
        let token = jws::sign(&claims(), "k", &MemorySigner::new()).await.unwrap();
        assert!(matches!(verifier.verify(&token).await, Err(IdentityError::Provider(_))));
        assert!(matches!(verifier.verify(&token).await, Err(IdentityError::Provider(_))));
    }
}

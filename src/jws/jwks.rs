//! The public keys of an issuer (RFC 7517): key sets read, single keys written.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::JwsError;

/// The keys of an issuer (RFC 7517, 5): those of P-256 and RSA that may sign. Others are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jwks(Vec<Key>);

impl Jwks {
    /// Reads a key set.
    ///
    /// # Errors
    /// [`JwsError::KeySet`] when it is not one, or no key of it can be used here.
    pub fn parse(text: &str) -> Result<Self, JwsError> {
        let written: WrittenSet = serde_json::from_str(text).map_err(|e| JwsError::KeySet(e.to_string()))?;
        let keys: Vec<Key> = written.keys.into_iter().filter_map(Key::read).collect();
        if keys.is_empty() { Err(JwsError::KeySet("no key of P-256 or RSA with an identifier".to_owned())) } else { Ok(Self(keys)) }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }
}

/// The JSON Web Key (RFC 7517) of a P-256 key given as an uncompressed point.
pub fn p256_jwk(key_id: &str, point: &[u8]) -> Option<Value> {
    let [4, coordinates @ ..] = point else { return None };
    let (x, y) = coordinates.split_at_checked(32)?;
    Some(json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": key_id,
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
    }))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    id: String,
    pub(super) algorithm: Algorithm,
    pub(super) public: PublicKey,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// An uncompressed point of P-256.
    Point(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Es256,
    Rs256,
}

impl Algorithm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

#[derive(Deserialize)]
struct WrittenSet {
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Key {
    fn read(written: WrittenKey) -> Option<Self> {
        if written.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return None;
        }
        let part = |text: &Option<String>| text.as_deref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let (algorithm, public) = match (written.kty.as_str(), written.crv.as_deref()) {
            ("EC", Some("P-256")) => (Algorithm::Es256, PublicKey::Point([vec![4], part(&written.x)?, part(&written.y)?].concat())),
            ("RSA", _) => (Algorithm::Rs256, PublicKey::Rsa { n: part(&written.n)?, e: part(&written.e)? }),
            _ => return None,
        };
        Some(Self { id: written.kid?, algorithm, public })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_set_without_a_usable_key_is_refused() {
        for text in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"EC","crv":"P-521","kid":"a"}]}"#] {
            assert!(matches!(Jwks::parse(text), Err(JwsError::KeySet(_))), "{text}");
        }
    }
}

//! The identity provider: signs what it is told about a citizen. A real one would ask the citizen.

use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::AuthorityError;
use crate::jws;
use crate::keys::{FileSigner, Signer, public_key};
use crate::record::{Assurance, PersonalId, Sha256};

/// How long an assertion may be used.
const VALID_S: i64 = 600;

/// What is to be asserted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssertionRequest {
    personal_id: PersonalId,
    full_name: String,
    assurance_level: Assurance,
    audience: String,
}

pub(super) struct IdentityProvider {
    issuer: String,
    key_id: String,
    signer: FileSigner,
}

impl IdentityProvider {
    pub(super) fn new(issuer: String, signer: FileSigner) -> Result<Self, AuthorityError> {
        let key_id = Sha256::of(&Self::point(&signer)?).to_hex().chars().take(16).collect();
        Ok(Self { issuer, key_id, signer })
    }

    fn point(signer: &FileSigner) -> Result<Vec<u8>, AuthorityError> {
        let leaf = signer.certificate_chain().first().map(Vec::as_slice).unwrap_or_default();
        public_key(leaf).map_err(|e| AuthorityError::issue("identity", e))
    }

    /// OpenID Connect Discovery 1.0, the part that relying parties of assertions need.
    pub(super) fn configuration(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}/jwks.json"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "acr_values_supported": ["1", "2"],
            "claims_supported": ["iss", "aud", "sub", "name", "acr", "txn", "iat", "exp", "jti"],
        })
    }

    pub(super) fn jwks(&self) -> Result<Value, AuthorityError> {
        let key = jws::p256_jwk(&self.key_id, &Self::point(&self.signer)?);
        Ok(json!({ "keys": [key.ok_or_else(|| AuthorityError::issue("identity", "not a P-256 key"))?] }))
    }

    pub(super) async fn assertion(&self, asked: &AssertionRequest, now: OffsetDateTime) -> Result<String, AuthorityError> {
        let issued_at = now.unix_timestamp();
        let claims = json!({
            "iss": self.issuer,
            "aud": asked.audience,
            "sub": asked.personal_id,
            "name": asked.full_name,
            "acr": asked.assurance_level,
            "txn": random_hex()?,
            "iat": issued_at,
            "exp": issued_at + VALID_S,
            "jti": random_hex()?,
        });
        jws::sign(&claims, &self.key_id, &self.signer).await.map_err(|e| AuthorityError::issue("identity", e))
    }
}

fn random_hex() -> Result<String, AuthorityError> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|e| AuthorityError::issue("identity", e))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

//! Who may call what: the client certificate names a caller, and each RPC lists the roles that may make it.

use std::sync::Arc;

use async_trait::async_trait;
use tonic::{Request, Status};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::status::status;
use crate::error::{ErrorCode, Failure};
use crate::record::{Caller, Role};

/// Tells whether a client certificate is revoked; `design.md` 4: callers are known by mutual TLS.
#[async_trait]
pub trait ClientRevocation: Send + Sync {
    /// Checks one certificate, DER, whose chain TLS has verified.
    ///
    /// # Errors
    /// [`ErrorCode::ClientCertificateRevoked`] or [`ErrorCode::ClientRevocationUnknown`].
    async fn check(&self, certificate: &[u8]) -> Result<(), Failure>;
}

/// Admits callers.
#[derive(Clone)]
pub struct Gate {
    revocation: Arc<dyn ClientRevocation>,
}

impl Gate {
    /// A gate that asks `revocation` about every certificate.
    pub fn new(revocation: Arc<dyn ClientRevocation>) -> Self {
        Self { revocation }
    }

    /// The caller of `request`, if it may make it.
    ///
    /// # Errors
    /// A status with `CLIENT_CERTIFICATE_MISSING`, `CLIENT_UNKNOWN`, `CLIENT_CERTIFICATE_REVOKED`,
    /// `CLIENT_REVOCATION_UNKNOWN` or `ROLE_NOT_ALLOWED`.
    pub async fn admit<T>(&self, request: &Request<T>, roles: &[Role]) -> Result<Caller, Status> {
        let certificates = request.peer_certs().unwrap_or_default();
        let leaf = certificates.first().ok_or_else(|| status(&ErrorCode::ClientCertificateMissing.into()))?;
        let caller = caller(leaf).ok_or_else(|| status(&ErrorCode::ClientUnknown.into()))?;
        self.revocation.check(leaf).await.map_err(|failure| status(&failure))?;
        if roles.contains(&caller.role) { Ok(caller) } else { Err(status(&ErrorCode::RoleNotAllowed.into())) }
    }
}

/// The caller that a certificate names: the one `urn:bansao:` URI among its subject alternative names.
pub fn caller(certificate: &[u8]) -> Option<Caller> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    let mut callers = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) if uri.starts_with("urn:bansao:") => Some(Caller::from_urn(uri)),
        _ => None,
    });
    let caller = callers.next()??;
    callers.next().is_none().then_some(caller)
}

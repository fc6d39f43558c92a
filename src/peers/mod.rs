//! The peers that the service calls over gRPC with mutual TLS: registers and wallets.

mod register;
mod wallet;

use std::time::Duration;

use thiserror::Error;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

pub use register::RegisterClients;
pub use wallet::{WalletClients, receipt_claims};

/// A peer cannot be called.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PeerError {
    /// Its address is none.
    #[error("{url}: not an address that can be called")]
    Address {
        /// The address.
        url: String,
        /// Why.
        source: tonic::transport::Error,
    },
}

/// What we show to peers, and which of them we believe; all PEM.
#[derive(Clone)]
pub struct ClientIdentity {
    /// Certificate chain, leaf first.
    pub chain_pem: String,
    /// Private key, PKCS#8.
    pub key_pem: String,
    /// Anchors of the peers.
    pub anchors_pem: String,
}

/// How long a connection may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(3);

impl ClientIdentity {
    /// A channel to `url` that connects when it is first used, and again when it broke.
    ///
    /// # Errors
    /// [`PeerError::Address`].
    pub fn channel(&self, url: &str) -> Result<Channel, PeerError> {
        let refuse = |source| PeerError::Address { url: url.to_owned(), source };
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.anchors_pem))
            .identity(Identity::from_pem(&self.chain_pem, &self.key_pem));
        let endpoint = Endpoint::from_shared(url.to_owned()).map_err(refuse)?.connect_timeout(CONNECT_DEADLINE);
        Ok(endpoint.tls_config(tls).map_err(refuse)?.connect_lazy())
    }
}

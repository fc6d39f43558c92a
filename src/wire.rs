//! Mutual TLS on both ends: a channel to a peer, a server for callers.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::FutureExt;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig};

/// What we show to the other end, and whom we believe there; all PEM.
#[derive(Clone)]
pub struct TlsIdentity {
    /// Certificate chain, leaf first.
    pub chain_pem: String,
    /// Private key, PKCS#8.
    pub key_pem: String,
    /// Anchors of the other end.
    pub anchors_pem: String,
}

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

/// How long a connection may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(3);

impl TlsIdentity {
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

/// A server cannot be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// The certificate, key or anchors cannot be used.
    #[error("TLS cannot be set up")]
    Tls(#[source] tonic::transport::Error),
}

/// A running server.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Running {
    /// Lets open calls end, then stops.
    pub async fn stop(self) {
        // A server that has ended already needs no telling.
        let _told = self.stop.send(()).is_ok();
        if let Ok(Err(error)) = self.task.await {
            tracing::error!(%error, "server");
        }
    }

    /// Waits until the server ends by itself.
    pub async fn wait(self) {
        if let Ok(Err(error)) = self.task.await {
            tracing::error!(%error, "server");
        }
    }
}

/// Serves `routes` on `listen`; callers without a certificate get as far as the routes, which answer them in words.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(listen: SocketAddr, identity: &TlsIdentity, routes: Routes) -> Result<Running, ServeError> {
    let listener = TcpListener::bind(listen).await.map_err(|error| ServeError::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| ServeError::Listen(listen, error))?;
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(&identity.chain_pem, &identity.key_pem))
        .client_ca_root(Certificate::from_pem(&identity.anchors_pem))
        .client_auth_optional(true);
    let server = Server::builder().tls_config(tls).map_err(ServeError::Tls)?.add_routes(routes);
    let (stop, stopped) = oneshot::channel();
    // Small answers are not held back until the peer has acknowledged what came before: 40 ms an exchange otherwise.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let task = tokio::spawn(server.serve_with_incoming_shutdown(incoming, stopped.map(|_| ())));
    Ok(Running { address, stop, task })
}

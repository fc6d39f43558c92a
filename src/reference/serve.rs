//! A gRPC server over mutual TLS on one listener, until it is told to stop.

use std::net::SocketAddr;

use futures_util::FutureExt;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::Routes;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

use crate::peers::ClientIdentity;

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
pub async fn serve(listen: SocketAddr, identity: &ClientIdentity, routes: Routes) -> Result<Running, ServeError> {
    let listener = TcpListener::bind(listen).await.map_err(|error| ServeError::Listen(listen, error))?;
    let address = listener.local_addr().map_err(|error| ServeError::Listen(listen, error))?;
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(&identity.chain_pem, &identity.key_pem))
        .client_ca_root(Certificate::from_pem(&identity.anchors_pem))
        .client_auth_optional(true);
    let server = Server::builder().tls_config(tls).map_err(ServeError::Tls)?.add_routes(routes);
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), stopped.map(|_| ())));
    Ok(Running { address, stop, task })
}

//! The door of the signing service over TLS: its clients' secrets travel through it.
//!
//! One end of the handshakes is a certificate of the hierarchy, `signing-service`; callers show none, they have a secret. A handshake
//! that does not end in time is dropped and keeps nobody else waiting.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::AuthorityError;
use super::folder::{DataFolder, read_if_present, write};
use super::issue::Issued;

/// The certificate's name in the hierarchy.
const NAME: &str = "signing-service";
/// For a handshake.
const DEADLINE: Duration = Duration::from_secs(5);
/// Connections whose handshake is done and that wait to be served.
const WAITING: usize = 64;

type Connection = (TlsStream<TcpStream>, SocketAddr);

/// Connections over TLS, for axum.
pub(super) struct TlsListener {
    address: SocketAddr,
    done: mpsc::Receiver<Connection>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Listens beside `address`, at the port of the last time where it is free; none in a hierarchy without the certificate.
    pub(super) async fn open(address: SocketAddr, issued: &Issued, data: &DataFolder) -> Result<Option<Self>, AuthorityError> {
        let Some(leaf) = issued.leaves.iter().find(|leaf| leaf.plan.name == NAME) else { return Ok(None) };
        let config = config(leaf.folder.as_path())?;
        let kept = data.path("csc").join("address");
        let last = read_if_present(&kept)?.and_then(|text| text.trim().parse::<SocketAddr>().ok());
        let failed = |e: io::Error| AuthorityError::Listen { address, reason: e.to_string() };
        let listener = match last {
            Some(last) if last.ip() == address.ip() => TcpListener::bind(last).await.ok(),
            _ => None,
        };
        let listener = match listener {
            Some(listener) => listener,
            None => TcpListener::bind(SocketAddr::new(address.ip(), 0)).await.map_err(failed)?,
        };
        let address = listener.local_addr().map_err(failed)?;
        write(&kept, format!("{address}\n").as_bytes(), 0o644)?;
        let (ready, done) = mpsc::channel(WAITING);
        let accepting = tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), ready));
        Ok(Some(Self { address, done, accepting }))
    }

    /// `https://<address>`, without a slash at the end.
    pub(super) fn url(&self) -> String {
        format!("https://{}", self.address)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Connection {
        match self.done.recv().await {
            Some(connection) => connection,
            // The socket broke: nobody comes any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, ready: mpsc::Sender<Connection>) {
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::error!(%error, "the signing service does not accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(DEADLINE, acceptor.accept(stream)).await {
                // Nobody serves any more where it cannot be sent.
                Ok(Ok(stream)) => _ = ready.send((stream, from)).await,
                Ok(Err(error)) => tracing::warn!(%error, "a handshake with the signing service"),
                Err(_) => tracing::warn!("a handshake with the signing service took too long"),
            }
        });
    }
}

fn config(folder: &std::path::Path) -> Result<ServerConfig, AuthorityError> {
    let failed = |error: &dyn std::fmt::Display| AuthorityError::issue(NAME, error);
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_file_iter(folder.join("chain.pem")).and_then(Iterator::collect);
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).map_err(|error| failed(&error))?;
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain.map_err(|_| rustls::Error::NoCertificatesPresented)?, key))
        .map_err(|error| failed(&error))
}

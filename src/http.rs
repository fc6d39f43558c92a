//! One bounded HTTP exchange: what asks time-stamp authorities, OCSP responders, CRL servers and key sets.
//!
//! HTTP/1.1 without TLS: what travels here is signed by itself (RFC 3161, RFC 6960, RFC 5280, 5). Where secrets travel, a client
//! speaks TLS with servers under its own anchors and nothing else ([`HttpClient::over_tls`]). No redirect is followed, no proxy is
//! used, nothing is decompressed. Every exchange has a deadline and a bound on the answer, and an address
//! that came out of a certificate can be kept from reaching the inner network ([`Reach::PublicOnly`]).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HttpError {
    /// Not an absolute address of the scheme that the client speaks.
    #[error("not an absolute address of the right scheme: {0}")]
    Address(String),
    /// The address leads into a network that this exchange may not reach.
    #[error("the address leads into an inner network: {0}")]
    InnerNetwork(String),
    /// No complete answer within the deadline.
    #[error("no answer from {url} within {deadline_ms} ms")]
    Deadline {
        /// Who was asked.
        url: String,
        /// The deadline.
        deadline_ms: u64,
    },
    /// The answer is longer than allowed.
    #[error("the answer from {url} is longer than {max_bytes} bytes")]
    TooLong {
        /// Who was asked.
        url: String,
        /// The bound.
        max_bytes: usize,
    },
    /// An answer other than 200.
    #[error("{url} answered with status {status}")]
    Status {
        /// Who was asked.
        url: String,
        /// The status.
        status: u16,
    },
    /// An answer of another type than the protocol asks for.
    #[error("{url} answered with content type {content_type:?}")]
    ContentType {
        /// Who was asked.
        url: String,
        /// The type, empty where none was given.
        content_type: String,
    },
    /// No connection, or a broken one.
    #[error("cannot talk to {url}: {reason}")]
    Connection {
        /// Who was asked.
        url: String,
        /// What went wrong.
        reason: String,
    },
}

/// Which networks an exchange may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Any: for addresses that the operator wrote.
    #[default]
    Anywhere,
    /// Only public addresses: for addresses out of certificates that others made.
    PublicOnly,
}

/// The bounds of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// From the first packet to the last byte of the answer.
    pub deadline: Duration,
    /// Bytes of the answer's body.
    pub max_bytes: usize,
    /// Networks that may be reached.
    pub reach: Reach,
}

/// A client that keeps its connections; clones share them.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Inner,
}

#[derive(Debug, Clone)]
enum Inner {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

/// The anchors of a client cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the TLS anchors cannot be used: {0}")]
pub struct AnchorsError(String);

impl Default for HttpClient {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient {
    /// A client for plain addresses, without open connections.
    pub fn new() -> Self {
        Self { inner: Inner::Plain(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(4).build(connector())) }
    }

    /// A client that speaks TLS alone, with servers whose certificates lead to one of these anchors (PEM) and name the host.
    ///
    /// # Errors
    /// [`AnchorsError`] when there is no usable anchor among them.
    pub fn over_tls(anchors_pem: &[u8]) -> Result<Self, AnchorsError> {
        let failed = |error: &dyn std::fmt::Display| AnchorsError(error.to_string());
        let mut roots = RootCertStore::empty();
        for anchor in CertificateDer::pem_slice_iter(anchors_pem) {
            roots.add(anchor.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
        }
        if roots.is_empty() {
            return Err(failed(&"there are none"));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let mut connector = connector();
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1().wrap_connector(connector);
        Ok(Self { inner: Inner::Tls(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(4).build(connector)) })
    }

    fn scheme(&self) -> &'static str {
        match self.inner {
            Inner::Plain(_) => "http",
            Inner::Tls(_) => "https",
        }
    }

    /// GETs `url`.
    ///
    /// # Errors
    /// [`HttpError`]: anything but a complete answer with status 200 inside the bounds.
    pub async fn get(&self, url: &str, bounds: Bounds) -> Result<Vec<u8>, HttpError> {
        let request = Request::builder().method(Method::GET).uri(url).body(Full::default());
        self.exchange(url, request, bounds, None).await
    }

    /// POSTs `body` to `url`; the answer must be of type `accept`.
    ///
    /// # Errors
    /// [`HttpError`]: anything but a complete answer with status 200 and that type inside the bounds.
    pub async fn post(&self, url: &str, content_type: &str, accept: &str, body: Vec<u8>, bounds: Bounds) -> Result<Vec<u8>, HttpError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(CONTENT_TYPE, content_type)
            .header(ACCEPT, accept)
            .body(Full::from(body));
        self.exchange(url, request, bounds, Some(accept)).await
    }

    /// As [`HttpClient::post`], with an `Authorization` header.
    ///
    /// # Errors
    /// As [`HttpClient::post`].
    pub async fn post_authorised(
        &self,
        url: &str,
        authorization: &str,
        content_type: &str,
        accept: &str,
        body: Vec<u8>,
        bounds: Bounds,
    ) -> Result<Vec<u8>, HttpError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, content_type)
            .header(ACCEPT, accept)
            .body(Full::from(body));
        self.exchange(url, request, bounds, Some(accept)).await
    }

    async fn exchange(
        &self,
        url: &str,
        request: Result<Request<Full<Bytes>>, hyper::http::Error>,
        bounds: Bounds,
        accept: Option<&str>,
    ) -> Result<Vec<u8>, HttpError> {
        let request = request.map_err(|_| HttpError::Address(url.to_owned()))?;
        let answer = async {
            self.check_address(url, request.uri(), bounds.reach).await?;
            self.answer(url, request, bounds.max_bytes, accept).await
        };
        let late =
            |_| HttpError::Deadline { url: url.to_owned(), deadline_ms: u64::try_from(bounds.deadline.as_millis()).unwrap_or(u64::MAX) };
        tokio::time::timeout(bounds.deadline, answer).await.map_err(late)?
    }

    /// The connector looks the host up once more, so a name that changes between the two gets through: this keeps mistakes and
    /// plain lures out, the outgoing rules of the machine's firewall do the rest.
    async fn check_address(&self, url: &str, uri: &Uri, reach: Reach) -> Result<(), HttpError> {
        let host = uri.host().filter(|_| uri.scheme_str() == Some(self.scheme()));
        let host = host.ok_or_else(|| HttpError::Address(url.to_owned()))?;
        if reach == Reach::Anywhere {
            return Ok(());
        }
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let broken = |e: std::io::Error| HttpError::Connection { url: url.to_owned(), reason: e.to_string() };
        let port = uri.port_u16().unwrap_or(if self.scheme() == "https" { 443 } else { 80 });
        let mut addresses = tokio::net::lookup_host((host, port)).await.map_err(broken)?;
        if addresses.all(is_public) { Ok(()) } else { Err(HttpError::InnerNetwork(url.to_owned())) }
    }

    async fn answer(&self, url: &str, request: Request<Full<Bytes>>, max_bytes: usize, accept: Option<&str>) -> Result<Vec<u8>, HttpError> {
        let broken = |reason: String| HttpError::Connection { url: url.to_owned(), reason };
        let response = match &self.inner {
            Inner::Plain(client) => client.request(request).await,
            Inner::Tls(client) => client.request(request).await,
        };
        let response = response.map_err(|e| broken(e.to_string()))?;
        if response.status() != hyper::StatusCode::OK {
            return Err(HttpError::Status { url: url.to_owned(), status: response.status().as_u16() });
        }
        if let Some(expected) = accept {
            let content_type = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
            if !content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected) {
                return Err(HttpError::ContentType { url: url.to_owned(), content_type: content_type.chars().take(80).collect() });
            }
        }
        match Limited::new(response.into_body(), max_bytes).collect().await {
            Ok(body) => Ok(body.to_bytes().to_vec()),
            Err(e) if e.is::<LengthLimitError>() => Err(HttpError::TooLong { url: url.to_owned(), max_bytes }),
            Err(e) => Err(broken(e.to_string())),
        }
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}

fn is_public(address: SocketAddr) -> bool {
    let v4 = |ip: std::net::Ipv4Addr| {
        let [a, b, ..] = ip.octets();
        let shared = a == 100 && (b & 0xc0) == 64;
        !(ip.is_private()
            || ip.is_loopback()
            || ip.is_link_local()
            || ip.is_unspecified()
            || ip.is_multicast()
            || shared
            || a == 0
            || a >= 240)
    };
    match address.ip() {
        IpAddr::V4(ip) => v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => v4(mapped),
            None => !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_unique_local() || ip.is_unicast_link_local()),
        },
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const BOUNDS: Bounds = Bounds { deadline: Duration::from_millis(500), max_bytes: 16, reach: Reach::Anywhere };

    /// A server that gives every connection the same answer.
    async fn server(answer: &'static [u8]) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                if answer.is_empty() {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
                let _ = stream.write_all(answer).await;
            }
        });
        url
    }

    #[tokio::test]
    async fn only_a_complete_bounded_answer_of_the_right_kind_is_taken() {
        let client = HttpClient::new();
        let ok = server(b"HTTP/1.1 200 OK\r\ncontent-type: a/b; x=1\r\ncontent-length: 2\r\n\r\nhi").await;
        assert_eq!(client.get(&ok, BOUNDS).await, Ok(b"hi".to_vec()));
        assert_eq!(client.post(&ok, "c/d", "a/b", vec![], BOUNDS).await, Ok(b"hi".to_vec()));
        assert!(matches!(client.post(&ok, "c/d", "a/c", vec![], BOUNDS).await, Err(HttpError::ContentType { .. })));

        let long = server(b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n12345678901234567").await;
        assert!(matches!(client.get(&long, BOUNDS).await, Err(HttpError::TooLong { max_bytes: 16, .. })));
        let absent = server(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
        assert!(matches!(client.get(&absent, BOUNDS).await, Err(HttpError::Status { status: 404, .. })));
        let silent = server(b"").await;
        assert!(matches!(client.get(&silent, BOUNDS).await, Err(HttpError::Deadline { deadline_ms: 500, .. })));
        assert!(matches!(client.get("http://127.0.0.1:1/", BOUNDS).await, Err(HttpError::Connection { .. })));
        assert_eq!(client.get("ldap://a/", BOUNDS).await, Err(HttpError::Address("ldap://a/".to_owned())));
        assert_eq!(client.get("/x", BOUNDS).await, Err(HttpError::Address("/x".to_owned())));
        let tls = "https://127.0.0.1:1/".to_owned();
        assert_eq!(client.get(&tls, BOUNDS).await, Err(HttpError::Address(tls)), "a client without anchors speaks no TLS");
        assert!(
            HttpClient::over_tls(b"").is_err()
                && HttpClient::over_tls(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err()
        );
    }

    #[tokio::test]
    async fn a_lure_into_the_inner_network_is_not_followed() {
        let bounds = Bounds { reach: Reach::PublicOnly, ..BOUNDS };
        for url in ["http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/", "http://169.254.169.254/x", "http://[::ffff:192.168.0.1]/"] {
            assert_eq!(HttpClient::new().get(url, bounds).await, Err(HttpError::InnerNetwork(url.to_owned())), "{url}");
        }
        assert!(is_public("8.8.8.8:80".parse().unwrap()));
    }
}

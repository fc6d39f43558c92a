//! Why the development authority cannot start or answer.

use std::net::SocketAddr;
use std::path::Path;

use thiserror::Error;

use crate::keys::KeyError;

/// The work of the authority that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// It hands out assertions to whoever asks, so it listens on the loopback interface alone.
    #[error("the development authority listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: String,
    },
    /// The certificates in the data folder name another address; a new folder is needed to move.
    #[error("the certificates in this data folder name {stored}, not {asked}")]
    Moved {
        /// The address in the data folder.
        stored: SocketAddr,
        /// The address that was asked for.
        asked: SocketAddr,
    },
    /// Another process works in the data folder.
    #[error("another authority works in {0}")]
    Busy(String),
    /// The hierarchy is not usable.
    #[error("the hierarchy is wrong: {0}")]
    Hierarchy(String),
    /// A file of the data folder.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// RSA keys are made by the openssl command, which is absent.
    #[error("the openssl command is missing (Debian package: openssl)")]
    NoOpenssl,
    /// A key could not be made.
    #[error("cannot make the key of {name}: {reason}")]
    KeyGeneration {
        /// Whose key.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// A certificate, list or answer could not be made.
    #[error("cannot issue for {name}: {reason}")]
    Issue {
        /// For whom.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// A kept certificate is not from the kept authority above it: the data folder was put together from two.
    #[error("the kept certificate of {0} was not issued by the kept authority above it")]
    Stale(String),
    /// No such certificate was issued here.
    #[error("no certificate {0:?}")]
    NoSuchCertificate(String),
    /// A kept key or certificate cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl AuthorityError {
    pub(super) fn file(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::File { path: path.display().to_string(), reason: reason.to_string() }
    }

    pub(super) fn issue(name: &str, reason: impl std::fmt::Display) -> Self {
        Self::Issue { name: name.to_owned(), reason: reason.to_string() }
    }
}

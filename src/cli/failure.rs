//! Why a command did not do what it was asked.

use thiserror::Error;
use tonic::Status;

/// A command failed; the message is for the person at the terminal.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CliError {
    /// Something could not be read, written or started.
    #[error("{0}")]
    Failed(String),
    /// The service answered with an error.
    #[error("{}", .0.message())]
    Service(#[from] Box<Status>),
}

impl CliError {
    /// A failure with the whole chain of its causes in one line.
    pub fn from_error(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        Self::Failed(text)
    }
}

impl From<Status> for CliError {
    fn from(status: Status) -> Self {
        Self::Service(Box::new(status))
    }
}

macro_rules! causes {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::from_error(&error)
            }
        }
    )*};
}

causes!(
    std::io::Error,
    crate::app::StartError,
    crate::config::ConfigError,
    crate::wire::PeerError,
    crate::wire::ServeError,
    crate::reference::RegisterError,
    crate::reference::WalletError,
    crate::keys::KeyError,
    crate::http::HttpError,
    serde_json::Error,
    crate::authority::AuthorityError,
);

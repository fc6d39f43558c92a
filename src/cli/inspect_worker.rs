//! `bansao inspect-worker`: a worker, which the service starts with a socket as its standard input.

use std::process::ExitCode;

/// Serves until the service goes away, which is how a worker ends.
pub(super) fn run() -> ExitCode {
    match crate::worker::serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

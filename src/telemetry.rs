//! Logs to standard error. Personal data has no `Debug` or `Display` that shows it, so it cannot be logged by accident.

use tracing_subscriber::EnvFilter;

/// Starts logging as `RUST_LOG` says; warnings and the service's own news by default.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,bansao=info"));
    // A second start, as in tests, changes nothing.
    let _started = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init().is_ok();
}

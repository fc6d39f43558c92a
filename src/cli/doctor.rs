//! `bansao doctor`: whether this machine can run the service, seen by running a worker and letting it try to break out.

use std::path::PathBuf;
use std::process::ExitCode;

use super::CliError;
use super::text::{complain, say};
use crate::app::{forms, pool_settings};
use crate::config::{Config, Inspection};
use crate::inspect::forms::FormSet;
use crate::limits::Limits;
use crate::worker::{Attempt, Landlock, Outcome, Pool, PoolSettings, Sandbox};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration of the service; without one the built-in forms and bounds are taken.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Exit status 0: everything holds; 1: something does not.
pub(super) async fn run(args: Args) -> ExitCode {
    let examined = tokio::task::spawn_blocking(move || examine(&args)).await.map_err(|error| CliError::Failed(error.to_string()));
    match examined.and_then(|examined| examined) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn examine(args: &Args) -> Result<bool, CliError> {
    let (settings, forms) = match &args.config {
        Some(path) => {
            let config = Config::load(path)?;
            (pool_settings(&config), forms(&config).map_err(|error| CliError::from_error(&error))?)
        }
        None => (alone(), FormSet::embedded().map_err(|error| CliError::from_error(&error))?),
    };
    let pool = Pool::start(PoolSettings { workers: 1, ..settings }, &forms).map_err(|error| CliError::from_error(&error))?;
    describe(pool.reader(), forms.forms().len(), pool.sandbox());
    let mut broken = pool.sandbox().missing().len();
    for what in Attempt::FORBIDDEN {
        let outcome = pool.attempt(*what);
        let held = matches!(outcome, Ok(Outcome::Denied));
        broken += usize::from(!held);
        say(&format!("  {} a worker tries: {what:?}{}", mark(held), if held { String::new() } else { format!(": {outcome:?}") }));
    }
    for missing in pool.sandbox().missing() {
        say(&format!("  missing: {missing}"));
    }
    say(if broken == 0 { "the sandbox is enforced" } else { "the sandbox is NOT enforced: production does not start" });
    Ok(broken == 0)
}

/// A worker without a configuration: one for everything, within the default bounds.
pub(super) fn alone() -> PoolSettings {
    let inspection = Inspection::default();
    PoolSettings {
        program: inspection.program,
        workers: 1,
        submissions_per_worker: u32::MAX,
        memory_bytes: inspection.memory_mib << 20,
        engine: inspection.engine,
        language_data: inspection.language_data,
        limits: Limits::default(),
    }
}

fn describe(reader: &str, forms: usize, sandbox: &Sandbox) {
    let landlock = match sandbox.landlock {
        Landlock::Fully => "fully enforced",
        Landlock::Partly => "enforced in part",
        Landlock::Not => "not enforced",
    };
    let memory = sandbox.memory_bytes.map_or_else(|| "unbounded".to_owned(), |bytes| format!("at most {} MiB", bytes >> 20));
    let lines = [
        (true, format!("reading: {reader}; {forms} forms")),
        (sandbox.landlock == Landlock::Fully, format!("landlock: {landlock}")),
        (sandbox.seccomp, format!("seccomp filter: {}", if sandbox.seccomp { "on" } else { "off" })),
        (sandbox.no_new_privileges, format!("no new privileges: {}", sandbox.no_new_privileges)),
        (sandbox.one_thread, format!("one thread when it closed: {}", sandbox.one_thread)),
        (sandbox.memory_bytes.is_some(), format!("memory: {memory}")),
        (sandbox.files_bounded, format!("no file written, no core, few descriptors: {}", sandbox.files_bounded)),
    ];
    for (holds, line) in lines {
        say(&format!("  {} {line}", mark(holds)));
    }
}

fn mark(holds: bool) -> &'static str {
    if holds { "ok  " } else { "FAIL" }
}

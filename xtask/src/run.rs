//! Running other programs, and saying what happens.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) String);

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Writes one line to standard output.
pub(crate) fn say(line: &str) {
    let _written = writeln!(std::io::stdout().lock(), "{line}").is_ok();
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Runs a cargo command in the root, its output shown.
pub(crate) fn cargo(arguments: &[&str]) -> Result<(), Failed> {
    shown("cargo", arguments)
}

/// Runs a command in the root, its output shown.
pub(crate) fn shown(program: &str, arguments: &[&str]) -> Result<(), Failed> {
    say(&format!("$ {program} {}", arguments.join(" ")));
    let status = Command::new(program).args(arguments).current_dir(root()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failed(format!("{program} {}: {status}", arguments.join(" ")))),
        Err(error) => Err(Failed(format!("{program}: {error}"))),
    }
}

/// Runs a command quietly and gives what it printed.
pub(crate) fn output(program: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(program).args(arguments).current_dir(root()).stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failed(format!("{} {}: {}\n{said}", program.display(), arguments.first().unwrap_or(&""), output.status)))
}

/// Whether a command runs and succeeds; its output is thrown away.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

//! `demo --hsm`: a SoftHSM token of its own for the demonstration; the signers' keys move into it and their files go.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::Failed;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN: &str = "bansao";

/// The certificates of the development authority whose keys sign copies.
const SIGNERS: [&str; 4] = ["agency-ba-dinh", "agency-ttpvhcc", "certifier-an", "certifier-binh"];

/// A token in a folder.
pub(crate) struct Token {
    folder: PathBuf,
    pin: String,
}

impl Token {
    /// Makes the token, with a PIN that nobody knows beforehand.
    pub(crate) fn make(folder: &Path) -> Result<Self, Failed> {
        std::fs::create_dir_all(folder.join("tokens"))?;
        let tokens = folder.join("tokens").display().to_string();
        std::fs::write(folder.join("softhsm2.conf"), format!("directories.tokendir = {tokens}\nlog.level = ERROR\n"))?;
        let token = Self { folder: folder.to_owned(), pin: digits()? };
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(token.pin_file())?;
        writeln!(file, "{}", token.pin)?;
        token.util(&["--init-token", "--free", "--label", TOKEN, "--so-pin", &digits()?, "--pin", &token.pin])?;
        Ok(token)
    }

    /// Moves the signers' keys out of `authority` and gives `config` with their new place.
    pub(crate) fn take_over(&self, authority: &str, config: &str) -> Result<String, Failed> {
        let mut config = config.to_owned();
        for label in SIGNERS {
            let key = format!("{authority}/{label}/key.pem");
            let id: String = label.bytes().map(|byte| format!("{byte:02x}")).collect();
            self.util(&["--import", &key, "--token", TOKEN, "--label", label, "--id", &id, "--pin", &self.pin])?;
            let (file, pin) = (format!("key = \"{key}\""), self.pin_file().display().to_string());
            if !config.contains(&file) {
                return Err(Failed(format!("the configuration names no {key}")));
            }
            let place = format!("hsm = {{ module = \"{MODULE}\", token = \"{TOKEN}\", label = \"{label}\", pin = \"{pin}\" }}");
            config = config.replace(&file, &place);
            std::fs::remove_file(&key)?;
        }
        Ok(config)
    }

    /// What a process needs in its environment to find the token.
    pub(crate) fn environment(&self) -> (&'static str, PathBuf) {
        ("SOFTHSM2_CONF", self.folder.join("softhsm2.conf"))
    }

    fn pin_file(&self) -> PathBuf {
        self.folder.join("pin")
    }

    fn util(&self, arguments: &[&str]) -> Result<(), Failed> {
        let (name, value) = self.environment();
        let output = Command::new("softhsm2-util").args(arguments).env(name, value).output()?;
        if output.status.success() {
            return Ok(());
        }
        // The arguments hold PINs and are not shown.
        Err(Failed(format!("softhsm2-util: {}", String::from_utf8_lossy(&output.stderr).trim())))
    }
}

/// Eight digits.
fn digits() -> Result<String, Failed> {
    let mut bytes = [0; 8];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(b'0' + byte % 10)).collect())
}

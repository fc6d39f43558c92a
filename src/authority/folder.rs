//! The data folder: what is where, written so that a crash leaves the old file or the new one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::AuthorityError;

/// A data folder that this process alone works in.
#[derive(Debug)]
pub(super) struct DataFolder {
    root: PathBuf,
    _lock: File,
}

/// What is remembered about the authority itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    listen: SocketAddr,
}

impl DataFolder {
    /// Opens the folder, made with mode 0700 where it is missing.
    pub(super) fn open(root: &Path) -> Result<Self, AuthorityError> {
        make_folder(root)?;
        let path = root.join("authority.lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let lock = lock.map_err(|e| AuthorityError::file(&path, e))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(AuthorityError::Busy(root.display().to_string())),
            Err(fs::TryLockError::Error(e)) => Err(AuthorityError::file(&path, e)),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The folder of an authority.
    pub(super) fn ca(&self, name: &str) -> PathBuf {
        self.root.join("ca").join(name)
    }

    /// The folder of a leaf certificate.
    pub(super) fn leaf(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The address that the certificates name.
    pub(super) fn listen(&self) -> Result<Option<SocketAddr>, AuthorityError> {
        let path = self.path("authority.json");
        let Some(text) = read_if_present(&path)? else { return Ok(None) };
        let remembered: Remembered = serde_json::from_str(&text).map_err(|e| AuthorityError::file(&path, e))?;
        Ok(Some(remembered.listen))
    }

    pub(super) fn remember_listen(&self, listen: SocketAddr) -> Result<(), AuthorityError> {
        let path = self.path("authority.json");
        let text = serde_json::to_string(&Remembered { listen }).map_err(|e| AuthorityError::file(&path, e))?;
        write(&path, text.as_bytes(), 0o644)
    }
}

pub(super) fn make_folder(path: &Path) -> Result<(), AuthorityError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| AuthorityError::file(path, e))
}

pub(super) fn read_if_present(path: &Path) -> Result<Option<String>, AuthorityError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(AuthorityError::file(path, e)),
    }
}

/// Puts a file in place as a whole: a new file with `mode`, flushed to disk, then renamed over the old one.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuthorityError> {
    let new = path.with_extension("new");
    let put = || {
        if let Err(e) = fs::remove_file(&new)
            && e.kind() != ErrorKind::NotFound
        {
            return Err(e);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    put().map_err(|e| AuthorityError::file(path, e))
}

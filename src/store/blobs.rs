//! Bytes by their SHA-256, encrypted.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Cipher, StoreError};
use crate::record::Sha256;

/// Bytes by digest. Writing is atomic and durable; the same bytes may be written any number of times.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Stores `bytes` and returns their digest.
    async fn put(&self, bytes: &[u8]) -> Result<Sha256, StoreError> {
        let digest = Sha256::of(bytes);
        self.put_digested(&digest, bytes).await?;
        Ok(digest)
    }

    /// Stores `bytes`, of which the caller knows the digest: under another they would never be given out again.
    async fn put_digested(&self, digest: &Sha256, bytes: &[u8]) -> Result<(), StoreError>;

    /// The bytes with this digest; they are checked against it.
    async fn get(&self, digest: &Sha256) -> Result<Bytes, StoreError>;
}

/// A folder of encrypted files, `ab/cd/<digest>`.
pub struct FolderBlobs {
    root: PathBuf,
    cipher: Arc<Cipher>,
}

impl FolderBlobs {
    /// Blobs under `root`, which is made when it is missing.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub async fn open(root: PathBuf, cipher: Arc<Cipher>) -> Result<Self, StoreError> {
        tokio::fs::create_dir_all(&root).await?;
        Ok(Self { root, cipher })
    }

    fn path(&self, digest: &Sha256) -> PathBuf {
        let hex = digest.to_hex();
        self.root.join(hex.get(..2).unwrap_or_default()).join(hex)
    }
}

#[async_trait]
impl Blobs for FolderBlobs {
    async fn put_digested(&self, digest: &Sha256, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(digest);
        if tokio::fs::try_exists(&path).await? {
            return Ok(());
        }
        let sealed = self.cipher.encrypt(&digest.to_hex(), bytes)?;
        // In one piece: each wait for a thread costs more than most of the steps.
        let written = tokio::task::spawn_blocking(move || write_durably(&path, &sealed)).await;
        Ok(written.map_err(std::io::Error::other)??)
    }

    async fn get(&self, digest: &Sha256) -> Result<Bytes, StoreError> {
        let sealed = match tokio::fs::read(self.path(digest)).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(StoreError::NotFound),
            other => other?,
        };
        let plain = self.cipher.decrypt_in_place(&digest.to_hex(), sealed)?;
        if Sha256::of(&plain) == *digest { Ok(plain.into()) } else { Err(StoreError::Damaged) }
    }
}

/// The whole file or none of it, also when the machine stops.
fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    let mut temporary = tempfile::Builder::new().prefix("part-").tempfile_in(&folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    // The new name is durable only when the folder is.
    std::fs::File::open(&folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back_checked_and_are_not_readable_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::open(folder.path().to_owned(), Arc::new(Cipher::new(&[1; 32]).unwrap())).await.unwrap();
        let digest = blobs.put(b"a scan").await.unwrap();
        assert_eq!(blobs.put(b"a scan").await.unwrap(), digest);
        assert_eq!(blobs.get(&digest).await.unwrap().as_ref(), b"a scan");
        assert!(matches!(blobs.get(&Sha256::of(b"other")).await, Err(StoreError::NotFound)));

        let other = Sha256::of(b"other");
        blobs.put_digested(&other, b"a scan").await.unwrap();
        assert!(matches!(blobs.get(&other).await, Err(StoreError::Damaged)));

        let path = blobs.path(&digest);
        let mut stored = std::fs::read(&path).unwrap();
        assert!(!stored.windows(6).any(|part| part == b"a scan"));
        *stored.last_mut().unwrap() ^= 1;
        std::fs::write(&path, stored).unwrap();
        assert!(matches!(blobs.get(&digest).await, Err(StoreError::Damaged)));
    }
}

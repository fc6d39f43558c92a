//! A bounded stream becomes an [`Upload`]: the declared files, each with the declared bytes and no others.

use thiserror::Error;

use crate::limits::Limits;
use crate::record::{Kind, ScanFile, Sha256};

/// What the header of an upload declares; made by [`Declaration::new`], so it is within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The kiosk's idempotency key.
    pub request_id: String,
    /// Kind of the paper as the citizen chose it.
    pub kind: Option<Kind>,
    /// The files that follow, in page order.
    pub files: Vec<ScanFile>,
    /// How many copies of the original are wanted under one number; at least one.
    pub copies: u32,
}

/// The upload is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UploadError {
    /// A field of the header is not as it should be.
    #[error("{0} is not valid")]
    Field(&'static str),
    /// No files, or a file of no bytes.
    #[error("the upload is empty")]
    Empty,
    /// More bytes or files than allowed.
    #[error("the upload is too large")]
    TooLarge,
    /// A message larger than allowed.
    #[error("a chunk is too large")]
    ChunkTooLarge,
    /// Bytes after the declared end.
    #[error("bytes after the declared end")]
    AfterEnd,
    /// The stream ended before the declared end.
    #[error("the stream ended early")]
    Incomplete,
    /// The bytes of a file are not the declared ones.
    #[error("the bytes of file {0} are not the declared ones")]
    DigestMismatch(usize),
}

impl Declaration {
    /// Checks a header.
    ///
    /// # Errors
    /// [`UploadError::Field`], [`UploadError::Empty`] or [`UploadError::TooLarge`].
    pub fn new(request_id: &str, kind: Option<Kind>, files: Vec<ScanFile>, limits: &Limits) -> Result<Self, UploadError> {
        let letter_fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(8..=64).contains(&request_id.len()) || !request_id.bytes().all(letter_fits) {
            return Err(UploadError::Field("header.request_id"));
        }
        if files.iter().any(|file| file.display_name.len() > 255) {
            return Err(UploadError::Field("header.files.display_name"));
        }
        if files.is_empty() || files.iter().any(|file| file.size_bytes == 0) {
            return Err(UploadError::Empty);
        }
        let total = files.iter().try_fold(0u64, |sum, file| sum.checked_add(file.size_bytes));
        if files.len() > limits.files || total.is_none_or(|total| total > limits.submission_bytes) {
            return Err(UploadError::TooLarge);
        }
        Ok(Self { request_id: request_id.to_owned(), kind, files, copies: 1 })
    }

    /// The same for so many copies; none counts as one.
    ///
    /// # Errors
    /// [`UploadError::Field`] for more than the limits allow.
    pub fn with_copies(self, copies: u32, limits: &Limits) -> Result<Self, UploadError> {
        let copies = copies.max(1);
        if copies > limits.copies { Err(UploadError::Field("header.copies")) } else { Ok(Self { copies, ..self }) }
    }
}

/// An upload in progress. Memory is bounded by what was declared, which is bounded by the limits.
#[derive(Debug)]
pub struct Upload {
    declaration: Declaration,
    chunk_bytes: usize,
    complete: Vec<Vec<u8>>,
    current: Vec<u8>,
}

impl Upload {
    /// Begins to receive what was declared.
    pub fn new(declaration: Declaration, limits: &Limits) -> Self {
        Self { declaration, chunk_bytes: limits.chunk_bytes, complete: Vec::new(), current: Vec::new() }
    }

    /// Takes the next bytes; a chunk may end one file and begin the next.
    ///
    /// # Errors
    /// [`UploadError::ChunkTooLarge`], [`UploadError::AfterEnd`] or [`UploadError::DigestMismatch`].
    pub fn push(&mut self, mut chunk: &[u8]) -> Result<(), UploadError> {
        if chunk.len() > self.chunk_bytes {
            return Err(UploadError::ChunkTooLarge);
        }
        while !chunk.is_empty() {
            let file = self.declaration.files.get(self.complete.len()).ok_or(UploadError::AfterEnd)?;
            let wanted = usize::try_from(file.size_bytes).unwrap_or(usize::MAX).saturating_sub(self.current.len());
            let (head, rest) = chunk.split_at_checked(wanted).unwrap_or((chunk, &[]));
            self.current.extend_from_slice(head);
            chunk = rest;
            if self.current.len() as u64 == file.size_bytes {
                if Sha256::of(&self.current) != file.sha256 {
                    return Err(UploadError::DigestMismatch(self.complete.len()));
                }
                self.complete.push(std::mem::take(&mut self.current));
            }
        }
        Ok(())
    }

    /// Ends the upload.
    ///
    /// # Errors
    /// [`UploadError::Incomplete`] when bytes are missing.
    pub fn finish(self) -> Result<(Declaration, Vec<Vec<u8>>), UploadError> {
        if self.complete.len() == self.declaration.files.len() {
            Ok((self.declaration, self.complete))
        } else {
            Err(UploadError::Incomplete)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(files: &[&[u8]]) -> Declaration {
        let file = |bytes: &&[u8]| ScanFile { display_name: "scan.jpg".into(), size_bytes: bytes.len() as u64, sha256: Sha256::of(bytes) };
        Declaration::new("request-1", None, files.iter().map(file).collect(), &Limits::default()).unwrap()
    }

    #[test]
    fn chunks_of_any_size_become_the_declared_files() {
        for size in 1..8 {
            let mut upload = Upload::new(declared(&[b"abc", b"defgh"]), &Limits::default());
            for chunk in b"abcdefgh".chunks(size) {
                upload.push(chunk).unwrap();
            }
            assert_eq!(upload.finish().unwrap().1, vec![b"abc".to_vec(), b"defgh".to_vec()]);
        }
    }

    #[test]
    fn what_was_not_declared_is_refused() {
        let limits = Limits { chunk_bytes: 16, ..Limits::default() };
        let push = |bytes: &[u8]| Upload::new(declared(&[b"abc"]), &limits).push(bytes);
        assert_eq!(push(b"abcd"), Err(UploadError::AfterEnd));
        assert_eq!(push(b"abd"), Err(UploadError::DigestMismatch(0)));
        assert_eq!(push(&[0; 17]), Err(UploadError::ChunkTooLarge));
        let mut upload = Upload::new(declared(&[b"abc"]), &limits);
        upload.push(b"ab").unwrap();
        assert_eq!(upload.finish().unwrap_err(), UploadError::Incomplete);
    }

    #[test]
    fn copies_are_one_unless_more_are_asked_for() {
        let limits = Limits::default();
        assert_eq!(declared(&[b"abc"]).copies, 1);
        assert_eq!([0, 1, 10].map(|copies| declared(&[b"abc"]).with_copies(copies, &limits).unwrap().copies), [1, 1, 10]);
        assert_eq!(declared(&[b"abc"]).with_copies(11, &limits), Err(UploadError::Field("header.copies")));
    }

    #[test]
    fn headers_out_of_bounds_are_refused() {
        let limits = Limits::default();
        let file = |size_bytes| ScanFile { display_name: String::new(), size_bytes, sha256: Sha256::of(b"") };
        assert_eq!(Declaration::new("request-1", None, vec![], &limits), Err(UploadError::Empty));
        assert_eq!(Declaration::new("request-1", None, vec![file(0)], &limits), Err(UploadError::Empty));
        assert_eq!(Declaration::new("request-1", None, vec![file(41 << 20)], &limits), Err(UploadError::TooLarge));
        assert_eq!(Declaration::new("request-1", None, vec![file(u64::MAX), file(2)], &limits), Err(UploadError::TooLarge));
        assert_eq!(Declaration::new("request-1", None, vec![file(1); 21], &limits), Err(UploadError::TooLarge));
        assert_eq!(Declaration::new("../x", None, vec![file(1)], &limits), Err(UploadError::Field("header.request_id")));
    }
}

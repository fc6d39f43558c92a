//! Streams of chunks, in and out.

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use std::pin::Pin;
use tonic::Status;

/// A boxed answer stream.
pub(super) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Bytes of one message of a download.
const CHUNK_BYTES: usize = 256 << 10;

/// `bytes` as messages of a bounded size.
pub(super) fn chunks<T>(bytes: &Bytes, wrap: impl Fn(Bytes) -> T) -> Vec<T> {
    (0..bytes.len()).step_by(CHUNK_BYTES).map(|at| wrap(bytes.slice(at..bytes.len().min(at + CHUNK_BYTES)))).collect()
}

/// An answer stream of messages that are here already.
pub(super) fn answers<T: Send + 'static>(messages: Vec<T>) -> Answers<T> {
    Box::pin(stream::iter(messages.into_iter().map(Ok)))
}

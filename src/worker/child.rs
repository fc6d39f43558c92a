//! One worker as the service sees it: a process, a socket, and a deadline that ends in a kill.

use std::io::{Error, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use thiserror::Error;

use super::message::{self, Answer, Bounds, Request, Setup};
use super::sandbox::Sandbox;

/// A worker did not do its work. It has been killed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// It could not be started, or closed no sandbox.
    #[error("it cannot be started: {0}")]
    NotStarted(String),
    /// It was gone before it took the request up: nothing of the request did that.
    #[error("it was gone")]
    Gone,
    /// One page, or the whole, took too long.
    #[error("it took more than {0:?}")]
    Overrun(Duration),
    /// It ended.
    #[error("it ended: {0}")]
    Ended(String),
    /// It answered what is no answer.
    #[error("it answered amiss: {0}")]
    Garbled(String),
}

/// How long work may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    /// From one sign of life to the next.
    pub(super) page: Duration,
    /// From the request to the answer.
    pub(super) whole: Duration,
}

/// A running worker. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Worker {
    process: Child,
    socket: UnixStream,
    pub(super) sandbox: Sandbox,
    pub(super) reader: String,
    /// Submissions that it has seen.
    pub(super) seen: u32,
}

/// How long starting may take: language data is loaded, nothing else.
const START: Duration = Duration::from_secs(30);
/// How long the end of a process that closed its socket is waited for, so that it can be told.
const END: Duration = Duration::from_millis(200);

impl Worker {
    /// Starts `program inspect-worker` with a socket as its standard input, no environment but what follows, and sets it up.
    pub(super) fn start(program: &Path, setup: &Setup) -> Result<Self, WorkerError> {
        let not_started = |error: Error| WorkerError::NotStarted(error.to_string());
        let (socket, theirs) = UnixStream::pair().map_err(not_started)?;
        let process = Command::new(program)
            .arg("inspect-worker")
            .env_clear()
            // One thread an engine: more cost nearly twice the CPU.
            .env("OMP_THREAD_LIMIT", "1")
            // Each arena of a thread reserves 64 MiB of the address space that is bounded.
            .env("MALLOC_ARENA_MAX", "2")
            // Reserved before the bound holds, a gigabyte would be beyond it.
            .env("MIMALLOC_ARENA_RESERVE", "32M")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .spawn()
            .map_err(not_started)?;
        let sandbox = Sandbox::none();
        let mut worker = Self { process, socket, sandbox, reader: String::new(), seen: 0 };
        let deadlines = Deadlines { page: START, whole: START };
        let told = worker.converse(setup, &[], &Bounds::SETUP, deadlines).map_err(|error| WorkerError::NotStarted(error.to_string()))?;
        match told {
            (Answer::Ready { sandbox, reader }, _) => {
                (worker.sandbox, worker.reader) = (sandbox, reader);
                Ok(worker)
            }
            (Answer::NotReady(reason), _) => Err(WorkerError::NotStarted(reason)),
            _ => Err(WorkerError::Garbled("not ready, nor not".into())),
        }
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        files: &[&[u8]],
        bounds: &Bounds,
        deadlines: Deadlines,
    ) -> Result<(Answer, Vec<Vec<u8>>), WorkerError> {
        self.converse(request, files, bounds, deadlines)
    }

    fn converse(
        &mut self,
        value: &impl Serialize,
        strings: &[&[u8]],
        bounds: &Bounds,
        deadlines: Deadlines,
    ) -> Result<(Answer, Vec<Vec<u8>>), WorkerError> {
        let end = Instant::now() + deadlines.whole;
        let mut timed = Timed { socket: &self.socket, end: end.min(Instant::now() + deadlines.page) };
        if let Err(error) = message::write(&mut timed, value, strings) {
            return Err(if is_overrun(&error) { self.overrun(end, deadlines) } else { WorkerError::Gone });
        }
        let mut taken_up = false;
        loop {
            let mut timed = Timed { socket: &self.socket, end: end.min(Instant::now() + deadlines.page) };
            match message::read(&mut timed, bounds) {
                Ok((Answer::Alive, _)) => taken_up = true,
                Ok(answer) => return Ok(answer),
                Err(error) if is_overrun(&error) => return Err(self.overrun(end, deadlines)),
                Err(error) if error.kind() != ErrorKind::InvalidData && !taken_up => return Err(WorkerError::Gone),
                Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => return Err(self.ended()),
                Err(error) => return Err(WorkerError::Garbled(error.to_string())),
            }
        }
    }

    fn overrun(&mut self, end: Instant, deadlines: Deadlines) -> WorkerError {
        self.kill();
        WorkerError::Overrun(if Instant::now() >= end { deadlines.whole } else { deadlines.page })
    }

    /// How it ended, as the system says.
    fn ended(&mut self) -> WorkerError {
        let end = Instant::now() + END;
        let status = loop {
            match self.process.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
                _ => break None,
            }
        };
        WorkerError::Ended(status.map_or_else(|| "it closed its socket".into(), |status| said(&status)))
    }

    fn kill(&mut self) {
        // It may have ended by itself; waiting leaves no zombie either way.
        drop(self.process.kill());
        drop(self.process.wait());
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn said(status: &ExitStatus) -> String {
    status.signal().map_or_else(|| status.to_string(), |signal| format!("signal {signal}"))
}

/// A socket that is read and written until a point in time.
struct Timed<'a> {
    socket: &'a UnixStream,
    end: Instant,
}

impl Timed<'_> {
    /// What is left; nothing left is an overrun, for a timeout of zero would be none.
    fn left(&self) -> Result<Option<Duration>, Error> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        self.socket.set_read_timeout(self.left()?)?;
        (&mut &*self.socket).read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.socket.set_write_timeout(self.left()?)?;
        (&mut &*self.socket).write(bytes)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

fn is_overrun(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

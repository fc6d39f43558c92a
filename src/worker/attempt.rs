//! What a worker tries when it is asked whether its sandbox holds: the self-test of `bansao doctor` and of the tests.
//!
//! A request of this kind can only come from the service, through the socket that scans come through, and never from a scan.

use std::io::Error;
use std::time::{Duration, Instant};

use nix::sys::ptrace;
use nix::sys::signal::kill;
use nix::unistd::{execv, getppid};
use serde::{Deserialize, Serialize};

/// Something that a worker must not be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// Read a file that everybody may read.
    ReadFile,
    /// Write a file where everybody may write.
    WriteFile,
    /// List a folder.
    ListFolder,
    /// Connect to this machine's own network address.
    Connect,
    /// Wait for a connection.
    Listen,
    /// Send a datagram.
    Datagram,
    /// Make a local socket.
    LocalSocket,
    /// Start a process.
    StartProcess,
    /// Become another program.
    Execute,
    /// Have itself traced.
    Trace,
    /// Ask for the parent's attention.
    Signal,
    /// Take so many bytes of memory, in millions.
    Memory(u32),
    /// Start a thread, which it may.
    StartThread,
    /// Never answer.
    Spin,
    /// End by a fault.
    Crash,
}

impl Attempt {
    /// What every worker must be kept from.
    pub const FORBIDDEN: &'static [Self] = &[
        Self::ReadFile,
        Self::WriteFile,
        Self::ListFolder,
        Self::Connect,
        Self::Listen,
        Self::Datagram,
        Self::LocalSocket,
        Self::StartProcess,
        Self::Execute,
        Self::Trace,
        Self::Signal,
    ];
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It worked.
    Done,
    /// It may not: `EPERM` or `EACCES`.
    Denied,
    /// It did not work for another reason, in the system's words.
    Failed(String),
}

/// Tries it.
pub(super) fn attempt(what: Attempt) -> Outcome {
    match tried(what) {
        Ok(()) => Outcome::Done,
        Err(error) if matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES)) => Outcome::Denied,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

fn tried(what: Attempt) -> Result<(), Error> {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::UnixDatagram;
    match what {
        Attempt::ReadFile => std::fs::File::open("/etc/passwd").map(drop),
        Attempt::WriteFile => std::fs::File::create("/tmp/bansao-worker-was-here").map(drop),
        Attempt::ListFolder => std::fs::read_dir("/").map(drop),
        Attempt::Connect => TcpStream::connect(("127.0.0.1", 9)).map(drop),
        Attempt::Listen => TcpListener::bind(("127.0.0.1", 0)).map(drop),
        Attempt::Datagram => UdpSocket::bind(("127.0.0.1", 0)).map(drop),
        Attempt::LocalSocket => UnixDatagram::unbound().map(drop),
        Attempt::StartProcess => std::process::Command::new("/bin/true").status().map(drop),
        Attempt::Execute => execv(c"/bin/true", &[c"/bin/true"]).map(drop).map_err(Error::from),
        Attempt::Trace => ptrace::traceme().map_err(Error::from),
        Attempt::Signal => kill(getppid(), None).map_err(Error::from),
        Attempt::Memory(millions) => {
            let mut bytes: Vec<u8> = Vec::new();
            let wanted = usize::try_from(u64::from(millions) * 1_000_000).unwrap_or(usize::MAX);
            bytes.try_reserve_exact(wanted).map_err(Error::other)
        }
        Attempt::StartThread => std::thread::Builder::new().spawn(|| ())?.join().map_err(|_| Error::other("it panicked")),
        Attempt::Spin => {
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(3600) {
                std::hint::spin_loop();
            }
            Ok(())
        }
        Attempt::Crash => std::process::abort(),
    }
}

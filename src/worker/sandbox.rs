//! What a worker takes away from itself before it opens anything: memory and files by rlimits, the file system and the network
//! by Landlock, system calls by a seccomp filter.
//!
//! Each layer stands for itself: a file cannot be opened for three reasons. The list of system calls names what memory, threads,
//! clocks, chance and open descriptors need; everything else fails with `EPERM`, so that a newer C library degrades where it
//! tries something new instead of ending every worker. Threads may be started, processes may not: `clone3`, whose flags no
//! filter can see, does not exist here, and `clone` must say that it makes a thread. No memory becomes executable.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::RawFd;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, apply_filter};
use serde::{Deserialize, Serialize};

/// Descriptors that a worker may hold: three standard ones, three copies of the socket, and while the sandbox closes two of `/proc`.
const DESCRIPTORS: u64 = 8;

/// What holds a worker, as the kernel says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// Files, TCP, signals and abstract sockets.
    pub landlock: Landlock,
    /// Whether a filter of system calls is on.
    pub seccomp: bool,
    /// Whether no program can give it privileges.
    pub no_new_privileges: bool,
    /// Whether it was one thread when the sandbox closed: Landlock does not reach back to others.
    pub one_thread: bool,
    /// Bytes of address space; none when unbounded.
    pub memory_bytes: Option<u64>,
    /// Whether it can write no file, leaves no core and holds few descriptors.
    pub files_bounded: bool,
}

/// How far Landlock is enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Landlock {
    /// Everything that is asked for.
    Fully,
    /// A part: the kernel is older than 6.12.
    Partly,
    /// Nothing: the kernel has none, or it is off.
    Not,
}

impl Sandbox {
    /// Of a worker that has not closed one yet.
    pub(super) fn none() -> Self {
        Self {
            landlock: Landlock::Not,
            seccomp: false,
            no_new_privileges: false,
            one_thread: false,
            memory_bytes: None,
            files_bounded: false,
        }
    }

    /// What is not as it must be in production, in words; empty when the sandbox is enforced.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        match self.landlock {
            Landlock::Fully => {}
            Landlock::Partly => missing.push("Landlock is enforced in part: Linux 6.12 or later is needed"),
            Landlock::Not => missing.push("Landlock is not enforced: the kernel lacks it or lsm= leaves it out"),
        }
        let parts = [
            (self.seccomp, "no seccomp filter is on"),
            (self.no_new_privileges, "programs could give privileges"),
            (self.one_thread, "the sandbox closed over more than one thread"),
            (self.memory_bytes.is_some(), "memory is not bounded"),
            (self.files_bounded, "files are not bounded"),
        ];
        missing.extend(parts.iter().filter(|(holds, _)| !holds).map(|(_, text)| *text));
        missing
    }

    /// Whether everything holds.
    pub fn is_enforced(&self) -> bool {
        self.missing().is_empty()
    }
}

/// Closes the sandbox for this thread and all that it starts. What the kernel does not do is said in the result.
///
/// # Errors
/// In words, when a step that every kernel can do fails.
pub(super) fn close(memory_bytes: u64) -> Result<Sandbox, String> {
    // Opened before, read after: then nothing can be opened any more.
    let mut status = File::open("/proc/self/status").map_err(|error| format!("/proc/self/status: {error}"))?;
    let open_now = std::fs::read_dir("/proc/self/fd").map_err(|error| format!("/proc/self/fd: {error}"))?.count() as u64;
    let one_thread = line(&mut status, "Threads")? == "1";
    bound(memory_bytes)?;
    let memory_bytes = Some(soft(Resource::RLIMIT_AS)?).filter(|bytes| *bytes <= memory_bytes);
    let nothing_written = soft(Resource::RLIMIT_FSIZE)? == 0 && soft(Resource::RLIMIT_CORE)? == 0;
    let files_bounded = nothing_written && soft(Resource::RLIMIT_NOFILE)? <= DESCRIPTORS && open_now <= DESCRIPTORS;
    let landlock = restrict()?;
    filter()?;
    let seccomp = line(&mut status, "Seccomp")? == "2";
    let no_new_privileges = line(&mut status, "NoNewPrivs")? == "1";
    Ok(Sandbox { landlock, seccomp, no_new_privileges, one_thread, memory_bytes, files_bounded })
}

/// Closes every descriptor but the three standard ones: whoever started the service may have left some open for its children.
/// Must be called before anything is opened.
///
/// # Errors
/// In words, when they cannot be listed.
pub(super) fn close_inherited() -> Result<(), String> {
    let unlisted = |error: std::io::Error| format!("/proc/self/fd: {error}");
    let mut open: Vec<RawFd> = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd").map_err(unlisted)? {
        open.extend(entry.map_err(unlisted)?.file_name().to_str().and_then(|name| name.parse::<RawFd>().ok()));
    }
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // The one that listed them is closed already, and says so.
        let _closed = nix::unistd::close(descriptor).is_ok();
    }
    Ok(())
}

fn bound(memory_bytes: u64) -> Result<(), String> {
    let bounds = [
        (Resource::RLIMIT_AS, memory_bytes),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_NOFILE, DESCRIPTORS),
    ];
    bounds.into_iter().try_for_each(|(what, bound)| setrlimit(what, bound, bound).map_err(|error| format!("{what:?}: {error}")))
}

fn soft(what: Resource) -> Result<u64, String> {
    getrlimit(what).map(|(soft, _)| soft).map_err(|error| format!("{what:?}: {error}"))
}

/// A line of `/proc/self/status`.
fn line(status: &mut File, name: &str) -> Result<String, String> {
    let mut text = String::new();
    status.rewind().and_then(|()| status.read_to_string(&mut text)).map_err(|error| format!("/proc/self/status: {error}"))?;
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    Ok(found.unwrap_or_default().trim().to_owned())
}

/// No file, no TCP, no signal or abstract socket to the outside: rights are handled and none is granted.
fn restrict() -> Result<Landlock, String> {
    const ABI_6: ABI = ABI::V6;
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI_6))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI_6)))
        .and_then(|rules| rules.scope(Scope::from_all(ABI_6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    match restricted.map_err(|error| format!("Landlock: {error}"))?.ruleset {
        RulesetStatus::FullyEnforced => Ok(Landlock::Fully),
        RulesetStatus::PartiallyEnforced => Ok(Landlock::Partly),
        RulesetStatus::NotEnforced => Ok(Landlock::Not),
    }
}

/// System calls that are allowed whatever their arguments.
const ALLOWED: &[libc::c_long] = &[
    // Open descriptors.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_close,
    // Memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    // Threads; `clone3` is allowed here and does not exist by the other filter.
    libc::SYS_clone3,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Signals to itself by faults.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    // Clocks and chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
];

fn filter() -> Result<(), String> {
    let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let enosys = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    install(SeccompFilter::new(absent, SeccompAction::Allow, enosys, arch()?))?;
    let mut allowed: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let (thread, executable) = (libc::CLONE_THREAD.unsigned_abs(), libc::PROT_EXEC.unsigned_abs());
    allowed.insert(libc::SYS_clone, vec![bits(0, thread, thread)?]);
    allowed.insert(libc::SYS_mmap, vec![bits(2, executable, 0)?]);
    allowed.insert(libc::SYS_mprotect, vec![bits(2, executable, 0)?]);
    let eperm = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    install(SeccompFilter::new(allowed, eperm, SeccompAction::Allow, arch()?))
}

fn arch() -> Result<seccompiler::TargetArch, String> {
    std::env::consts::ARCH.try_into().map_err(|error| format!("seccomp: {error}"))
}

/// Argument `at` has, of the bits in `mask`, just those of `value`.
fn bits(at: u8, mask: u32, value: u32) -> Result<SeccompRule, String> {
    let equal = SeccompCmpOp::MaskedEq(u64::from(mask));
    SeccompCondition::new(at, SeccompCmpArgLen::Dword, equal, u64::from(value))
        .and_then(|condition| SeccompRule::new(vec![condition]))
        .map_err(|error| format!("seccomp: {error}"))
}

fn install(filter: Result<SeccompFilter, seccompiler::BackendError>) -> Result<(), String> {
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(|error| format!("seccomp: {error}"))?;
    apply_filter(&program).map_err(|error| format!("seccomp: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};
    use std::net::{TcpListener, UdpSocket};
    use std::process::Command;
    use std::thread;

    use super::*;

    /// What is denied on a thread that closed one layer over itself: opening a file, TCP, UDP, a process, a thread.
    fn denied_behind(layer: fn() -> Result<(), String>) -> Result<[bool; 5], String> {
        fn denied<T>(tried: Result<T, Error>) -> bool {
            tried.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
        }
        let behind = move || {
            layer()?;
            Ok([
                denied(File::open("/etc/passwd")),
                denied(TcpListener::bind(("127.0.0.1", 0))),
                denied(UdpSocket::bind(("127.0.0.1", 0))),
                denied(Command::new("/bin/true").status()),
                denied(thread::Builder::new().spawn(|| ())),
            ])
        };
        thread::spawn(behind).join().unwrap()
    }

    #[test]
    fn each_layer_holds_by_itself() {
        assert_eq!(denied_behind(|| Ok(())), Ok([false; 5]), "without a layer all of it works");
        assert_eq!(denied_behind(|| restrict().map(drop)), Ok([true, true, false, true, false]), "Landlock knows no UDP");
        assert_eq!(denied_behind(filter), Ok([true, true, true, true, false]));
    }

    #[test]
    fn what_is_missing_is_said() {
        let whole = Sandbox {
            landlock: Landlock::Fully,
            seccomp: true,
            no_new_privileges: true,
            one_thread: true,
            memory_bytes: Some(1),
            files_bounded: true,
        };
        assert!(whole.is_enforced());
        let broken = Sandbox { landlock: Landlock::Not, seccomp: false, memory_bytes: None, ..whole };
        assert_eq!(broken.missing().len(), 3);
        assert!(!broken.is_enforced());
    }
}

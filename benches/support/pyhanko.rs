//! pyHanko beside us: a process that stays loaded and signs the same PDF twice at B-LT, with the same keys and the same
//! authority, or validates the same copy.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::ground::Ground;
use super::measure::{Work, spend};

/// The row of its validation.
pub(crate) const VALIDATES: &str = "pyHanko validates the same copy";

/// The process, and how it is talked to.
pub(crate) struct PyHanko {
    name: &'static str,
    child: Child,
    lines: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl PyHanko {
    /// Starts signing `pdf`; none where `cargo xtask test` has not put pyHanko into `target/judges`.
    pub(crate) fn signing(ground: &Ground, pdf: &[u8]) -> Option<Self> {
        let path = ground.path("for-pyhanko.pdf");
        std::fs::write(&path, pdf).unwrap();
        let mut arguments = vec![path];
        for key in [&ground.agency.certifiers.first().unwrap().signature, &ground.agency.seal] {
            arguments.extend([key.key.clone().unwrap(), key.chain.clone()]);
        }
        arguments.extend([ground.path("authority/anchors/signer.pem"), ground.timestamp_url.clone().into()]);
        Self::start("pyHanko signs the same PDF twice, B-LT", "pyhanko_sign.py", &arguments)
    }

    /// Starts validating the copy `pdf`, of both of whose signatures it must say that they are good.
    pub(crate) fn validating(ground: &Ground, pdf: &[u8]) -> Option<Self> {
        let path = ground.path("copy-for-pyhanko.pdf");
        std::fs::write(&path, pdf).unwrap();
        let anchors = ["authority/anchors/signer.pem", "authority/anchors/timestamp.pem"].map(|anchor| ground.path(anchor));
        let [signer, timestamp] = anchors;
        let started = Self::start(VALIDATES, "pyhanko_verify.py", &[path, signer, timestamp])?;
        assert_eq!(started.answer(), 2, "pyHanko takes both signatures");
        Some(started)
    }

    fn start(name: &'static str, script: &str, arguments: &[PathBuf]) -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("target/judges/bin/python");
        if !python.exists() {
            return None;
        }
        let mut command = Command::new(python);
        command.arg(here.join("benches/support").join(script)).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = RefCell::new((child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap())));
        Some(Self { name, child, lines })
    }

    /// One copy.
    pub(crate) fn work(&self) -> Work<'_> {
        Work::new(self.name, 1, || spend(self.answer()))
    }

    /// The length of the signed file, or how many signatures are good.
    fn answer(&self) -> usize {
        let (asked, answered) = &mut *self.lines.borrow_mut();
        asked.write_all(b"\n").unwrap();
        asked.flush().unwrap();
        let mut line = String::new();
        answered.read_line(&mut line).unwrap();
        line.trim().parse().unwrap()
    }
}

impl Drop for PyHanko {
    fn drop(&mut self) {
        // It also ends by itself, when nobody asks any more.
        let _ended = self.child.kill().and_then(|()| self.child.wait()).is_ok();
    }
}

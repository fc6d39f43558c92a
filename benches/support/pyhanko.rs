//! pyHanko beside us: a process that stays loaded and signs the same PDF twice at B-LT, with the same keys and the same
//! authority.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::ground::Ground;
use super::measure::{Work, spend};

/// The process, and how it is talked to.
pub(crate) struct PyHanko {
    child: Child,
    lines: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl PyHanko {
    /// Starts it on `pdf`; none where `cargo xtask test` has not put pyHanko into `target/judges`.
    pub(crate) fn start(ground: &Ground, pdf: &[u8]) -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = here.join("target/judges/bin/python");
        if !python.exists() {
            return None;
        }
        let path = ground.path("for-pyhanko.pdf");
        std::fs::write(&path, pdf).unwrap();
        let certifier = &ground.agency.certifiers.first().unwrap().signature;
        let seal = &ground.agency.seal;
        let mut command = Command::new(python);
        command.arg(here.join("benches/support/pyhanko_sign.py")).arg(path);
        for key in [certifier, seal] {
            command.arg(key.key.as_deref().unwrap()).arg(&key.chain);
        }
        command.arg(ground.path("authority/anchors/signer.pem")).arg(&ground.timestamp_url);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = RefCell::new((child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap())));
        Some(Self { child, lines })
    }

    /// One copy.
    pub(crate) fn work(&self) -> Work<'_> {
        Work::new("pyHanko signs the same PDF twice, B-LT", 1, || spend(self.sign()))
    }

    /// The length of the signed file.
    fn sign(&self) -> usize {
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

//! Tesseract as a child process: one per call, one thread, killed at its deadline.
//!
//! Lines go in as one TIFF through a pipe and come out as TSV, so neither pictures nor text touch a disk. The language
//! model is the distribution's (`tesseract-ocr-vie`).

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bansao_scan::{GrayImage, Rect};

use super::reader::{ReadError, ReadWord, Reader};
use super::tiff;

/// Reads with the `tesseract` command.
#[derive(Debug, Clone)]
pub struct Tesseract {
    program: PathBuf,
    name: String,
}

/// How often a running child is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(4);
/// Output of one page beyond this is not a page of text.
const OUTPUT_BYTES: u64 = 8 << 20;
const LANGUAGE: &str = "vie";

impl Tesseract {
    /// The command at `program`, a path or a name to be found in `PATH`.
    ///
    /// # Errors
    /// [`ReadError::NotStarted`] when it is not there or has no Vietnamese.
    pub fn new(program: impl Into<PathBuf>) -> Result<Self, ReadError> {
        let program = program.into();
        let ask = |argument: &str| -> Result<String, ReadError> {
            let output = Command::new(&program).arg(argument).stdin(Stdio::null()).output();
            let output = output.map_err(|error| ReadError::NotStarted(error.to_string()))?;
            Ok([output.stdout, output.stderr].iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect())
        };
        if !ask("--list-langs")?.lines().any(|line| line.trim() == LANGUAGE) {
            return Err(ReadError::NotStarted(format!("no language data {LANGUAGE:?}: install tesseract-ocr-{LANGUAGE}")));
        }
        let version = ask("--version")?.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Self { program, name: format!("{version} {LANGUAGE}") })
    }

    fn start(&self) -> Result<Child, ReadError> {
        Command::new(&self.program)
            .args(["stdin", "stdout", "-l", LANGUAGE, "--psm", "7", "--dpi", "300", "tsv"])
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| ReadError::NotStarted(error.to_string()))
    }
}

impl Reader for Tesseract {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError> {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let input = tiff::pages(lines);
        let output = converse(self.start()?, input, deadline)?;
        Ok(parse_tsv(&output, lines.len()))
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Feeds the child and waits for it, at most until the deadline.
fn converse(mut child: Child, input: Vec<u8>, deadline: Duration) -> Result<String, ReadError> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feeding = thread::spawn(move || {
        if let Some(mut stdin) = stdin {
            // A child that ends early shuts the pipe; its exit status tells why.
            drop(stdin.write_all(&input));
        }
    });
    let output = thread::spawn(move || slurp(stdout));
    let complaints = thread::spawn(move || slurp(stderr));
    let end = Instant::now() + deadline;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if Instant::now() < end => thread::sleep(LOOK_EVERY),
            Ok(None) => break Err(ReadError::Overrun(deadline)),
            Err(error) => break Err(ReadError::Failed(error.to_string())),
        }
    };
    if status.is_err() {
        // Killed, so that the pipes close and the threads end; wait() leaves no zombie.
        drop(child.kill());
        drop(child.wait());
    }
    drop(feeding.join());
    let (output, complaints) = (output.join().unwrap_or_default(), complaints.join().unwrap_or_default());
    let status = status?;
    if status.success() {
        Ok(String::from_utf8_lossy(&output).into_owned())
    } else {
        let last = String::from_utf8_lossy(&complaints).lines().last().unwrap_or_default().chars().take(200).collect::<String>();
        Err(ReadError::Failed(format!("{status}: {last}")))
    }
}

fn slurp(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What could be read counts: a broken pipe shows in the exit status.
        drop(pipe.take(OUTPUT_BYTES).read_to_end(&mut bytes));
    }
    bytes
}

/// The words of each page of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height,
/// confidence, text.
fn parse_tsv(tsv: &str, pages: usize) -> Vec<Vec<ReadWord>> {
    let mut words = vec![Vec::new(); pages];
    for line in tsv.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, page, _, _, _, _, left, top, width, height, confidence, text] = cells.as_slice() else { continue };
        let number = |cell: &str| cell.parse::<u32>().ok();
        let (Some(page), Ok(confidence)) = (number(page), confidence.parse::<f32>()) else { continue };
        let text = text.trim();
        if confidence < 0.0 || text.is_empty() {
            continue;
        }
        let (Some(x), Some(y), Some(w), Some(h)) = (number(left), number(top), number(width), number(height)) else { continue };
        if let Some(words) = (page as usize).checked_sub(1).and_then(|at| words.get_mut(at)) {
            words.push(ReadWord { text: text.to_owned(), confidence: confidence / 100.0, rect: Rect { x, y, w, h } });
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tsv_gives_words_by_page() {
        let tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                   1\t1\t0\t0\t0\t0\t0\t0\t300\t40\t-1\t\n\
                   5\t1\t1\t1\t1\t1\t10\t4\t50\t20\t96.5\tGiới\n\
                   5\t2\t1\t1\t1\t1\t12\t5\t50\t20\t31\ttính:\n\
                   5\t9\t1\t1\t1\t1\t12\t5\t50\t20\t31\tlost\n";
        let words = parse_tsv(tsv, 2);
        assert_eq!(words[0], [ReadWord { text: "Giới".into(), confidence: 0.965, rect: Rect { x: 10, y: 4, w: 50, h: 20 } }]);
        assert_eq!(words[1].len(), 1);
    }

    #[test]
    fn an_overrunning_child_is_killed() {
        let child = Command::new("sleep").arg("60").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        let deadline = Duration::from_millis(50);
        assert_eq!(converse(child, vec![0; 1 << 20], deadline), Err(ReadError::Overrun(deadline)));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_missing_program_is_said() {
        assert!(matches!(Tesseract::new("/nowhere/tesseract"), Err(ReadError::NotStarted(_))));
    }
}

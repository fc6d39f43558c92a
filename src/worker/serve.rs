//! A worker's main loop: set up, close the sandbox, answer until the service goes away.
//!
//! The socket is the standard input. Nothing is written but answers: a panic is caught by the decoders or ends the worker,
//! and the service says so.

use std::fs::File;
use std::io::{BufReader, Result};
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bansao_scan::{GrayImage, Rect};
use bytes::Bytes;
use time::Date;

use super::attempt::attempt;
use super::message::{self, Answer, Bounds, PageHead, Request, Setup};
use super::sandbox::{self, Sandbox};
use crate::finding::{Code, Finding};
use crate::inspect::forms::FormSet;
use crate::inspect::read::{Asked, Heard, ReadError, ReadWord, Reader, Round, open_reader};
use crate::inspect::{Direct, Inspector, PagesError};

/// Serves until the other end closes. Must be called on the only thread of the process.
///
/// # Errors
/// Of the socket.
pub fn serve() -> Result<()> {
    sandbox::close_inherited().map_err(std::io::Error::other)?;
    // Files rather than sockets: reading and writing need no other system calls.
    let socket = std::io::stdin().as_fd().try_clone_to_owned()?;
    let mut input = BufReader::new(File::from(socket.try_clone()?));
    let mut output = File::from(socket.try_clone()?);
    let (setup, _) = message::read::<Setup>(&mut input, &Bounds::SETUP)?;
    message::write(&mut output, &Answer::Alive, &[])?;
    let bounds = Bounds::request(&setup.limits);
    let (direct, sandbox) = match prepare(setup, File::from(socket)) {
        Ok(prepared) => prepared,
        Err(reason) => return message::write(&mut output, &Answer::NotReady(reason), &[]),
    };
    message::write(&mut output, &Answer::Ready { sandbox, reader: direct.reader.name().to_owned() }, &[])?;
    loop {
        let (request, files) = message::read::<Request>(&mut input, &bounds)?;
        message::write(&mut output, &Answer::Alive, &[])?;
        let files: Vec<Bytes> = files.into_iter().map(Bytes::from).collect();
        let (answer, strings) = answer(&direct, request, &files);
        let strings: Vec<&[u8]> = strings.iter().map(AsRef::as_ref).collect();
        message::write(&mut output, &answer, &strings)?;
    }
}

/// Loads what is needed and closes the sandbox.
fn prepare(setup: Setup, signs: File) -> std::result::Result<(Direct<Announcing>, Sandbox), String> {
    let sources = setup.forms.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    let forms = FormSet::from_sources(sources).map_err(|error| error.to_string())?;
    let reader = open_reader(setup.engine, &setup.language_data).map_err(|error| error.to_string())?;
    // What the engines load late, they load now.
    let (line, whole) = (GrayImage::new(64, 32), Rect { x: 0, y: 0, w: 64, h: 32 });
    reader.again(&line, &[whole], Duration::from_secs(10)).map_err(|error| error.to_string())?;
    let sandbox = sandbox::close(setup.memory_bytes)?;
    Ok((Direct { forms, reader: Announcing { reader, signs: Mutex::new(signs) }, limits: setup.limits }, sandbox))
}

fn answer(direct: &Direct<Announcing>, request: Request, files: &[Bytes]) -> (Answer, Vec<Vec<u8>>) {
    match request {
        Request::Inspect { declared, today } => {
            let Ok(today) = Date::from_julian_day(today) else { return (Answer::NotReady("there is no such day".into()), Vec::new()) };
            match direct.inspect(files, declared.as_ref(), today) {
                Ok(report) => (Answer::Report(Box::new(report)), Vec::new()),
                Err(error) => (Answer::NotReady(error.to_string()), Vec::new()),
            }
        }
        Request::Pages => match direct.pages(files) {
            Ok(pages) => {
                let (heads, strings) = pages.into_iter().map(PageHead::split).unzip();
                (Answer::Pages(heads), strings)
            }
            Err(error) => (unopened(error), Vec::new()),
        },
        Request::Previews => match direct.previews(files) {
            Ok(previews) => {
                let (sizes, strings) = previews.into_iter().map(|preview| (preview.size_px, preview.jpeg)).unzip();
                (Answer::Previews(sizes), strings)
            }
            Err(error) => (unopened(error), Vec::new()),
        },
        Request::Symbols => match direct.symbols(files) {
            Ok(symbols) => (Answer::Symbols(symbols), Vec::new()),
            Err(error) => (unopened(error), Vec::new()),
        },
        Request::Compare { expected, originals } => {
            let (files, originals) = files.split_at(files.len().saturating_sub(originals));
            match direct.compare(files, originals, &expected) {
                Ok(comparison) => (Answer::Compared(comparison), Vec::new()),
                Err(error) => (unopened(error), Vec::new()),
            }
        }
        Request::Try(what) => (Answer::Tried(attempt(what)), Vec::new()),
    }
}

fn unopened(error: PagesError) -> Answer {
    match error {
        PagesError::Scan(finding) => Answer::Unopened(finding),
        other => Answer::Unopened(Finding::new(Code::CheckFailed).seen(other)),
    }
}

/// A reader that tells the service each time that it is asked to read: a page has got that far. The service's deadline
/// for a page runs from one such sign to the next.
struct Announcing {
    reader: Box<dyn Reader>,
    signs: Mutex<File>,
}

impl Announcing {
    fn announce(&self) -> std::result::Result<(), ReadError> {
        let mut signs = self.signs.lock().unwrap_or_else(PoisonError::into_inner);
        message::write(&mut *signs, &Answer::Alive, &[]).map_err(|_| ReadError::Failed("nobody waits for it any more".into()))
    }
}

impl Reader for Announcing {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> std::result::Result<Vec<Vec<ReadWord>>, ReadError> {
        self.announce()?;
        self.reader.read(lines, deadline)
    }

    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> std::result::Result<Vec<Round>, ReadError> {
        self.announce()?;
        self.reader.again(layer, boxes, deadline)
    }

    fn weigh(&self, layer: &GrayImage, values: &[Asked], deadline: Duration) -> std::result::Result<Vec<Vec<Heard>>, ReadError> {
        self.announce()?;
        self.reader.weigh(layer, values, deadline)
    }

    fn other(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> std::result::Result<Vec<Round>, ReadError> {
        self.announce()?;
        self.reader.other(layer, boxes, deadline)
    }

    fn likelihoods(
        &self,
        layer: &GrayImage,
        place: Rect,
        texts: &[String],
        deadline: Duration,
    ) -> std::result::Result<Vec<f32>, ReadError> {
        self.announce()?;
        self.reader.likelihoods(layer, place, texts, deadline)
    }

    fn shortfalls(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> std::result::Result<Vec<f32>, ReadError> {
        self.announce()?;
        self.reader.shortfalls(layer, place, texts, deadline)
    }

    fn name(&self) -> &str {
        self.reader.name()
    }
}

//! The pool: warm workers, handed out one submission at a time; what they break is replaced.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use time::Date;

use super::attempt::{Attempt, Outcome};
use super::child::{Deadlines, Worker, WorkerError};
use super::message::{Answer, Bounds, PageHead, Request, Setup};
use super::sandbox::Sandbox;
use crate::finding::{Code, Finding};
use crate::inspect::evidence::{PREVIEW_BYTES, Preview};
use crate::inspect::forms::FormSet;
use crate::inspect::print::{ExpectedPrint, PrintComparison, PrintSymbol};
use crate::inspect::read::Engine;
use crate::inspect::{InspectionReport, Inspector, InspectorUnavailable, PagesError, ScannedPage};
use crate::limits::Limits;
use crate::record::Kind;

/// What a pool is made of.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// The program whose `inspect-worker` command a worker is.
    pub program: PathBuf,
    /// Workers that run at once, at least 1.
    pub workers: usize,
    /// Submissions that one worker sees before another takes its place, at least 1.
    pub submissions_per_worker: u32,
    /// Bytes of address space of one worker.
    pub memory_bytes: u64,
    /// What reads.
    pub engine: Engine,
    /// Tesseract's language data.
    pub language_data: PathBuf,
    /// Bounds of inspection, deadlines among them.
    pub limits: Limits,
}

/// Warm workers. Clones share them; the last one to go ends them.
#[derive(Debug, Clone)]
pub struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: PoolSettings,
    setup: Setup,
    sandbox: Sandbox,
    reader: String,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    idle: Vec<Worker>,
    /// Idle, at work, and being started.
    alive: usize,
}

impl Pool {
    /// Starts the first worker, which shows what its sandbox is worth, and the others behind it.
    ///
    /// # Errors
    /// [`WorkerError::NotStarted`] and its like when the first worker cannot work.
    pub fn start(settings: PoolSettings, forms: &FormSet) -> Result<Self, WorkerError> {
        let setup = Setup {
            forms: forms.sources().to_vec(),
            engine: settings.engine,
            language_data: settings.language_data.clone(),
            limits: settings.limits.clone(),
            memory_bytes: settings.memory_bytes,
        };
        let first = Worker::start(&settings.program, &setup)?;
        let (sandbox, reader) = (first.sandbox.clone(), first.reader.clone());
        let state = Mutex::new(State { idle: vec![first], alive: 1 });
        let pool = Self(Arc::new(Inner { settings, setup, sandbox, reader, state, freed: Condvar::new() }));
        pool.refill();
        Ok(pool)
    }

    /// What holds the workers.
    pub fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    /// The engine that they read with.
    pub fn reader(&self) -> &str {
        &self.0.reader
    }

    /// Lets a worker try to break out, or to break.
    ///
    /// # Errors
    /// [`WorkerError`]: it broke.
    pub fn attempt(&self, what: Attempt) -> Result<Outcome, WorkerError> {
        match self.work(&Request::Try(what), &[])?.0 {
            Answer::Tried(outcome) => Ok(outcome),
            _ => Err(WorkerError::Garbled("not how it went".into())),
        }
    }

    /// The processes of the workers that are idle now.
    pub fn idle_processes(&self) -> Vec<u32> {
        self.0.state().idle.iter().map(Worker::id).collect()
    }

    /// Does one piece of work in a worker of its own for the time being. A worker that was found dead is no reason not to.
    fn work(&self, request: &Request, files: &[&[u8]]) -> Result<(Answer, Vec<Vec<u8>>), WorkerError> {
        // All that stood idle may be gone; the one after them is new.
        let mut tries = 0..=self.0.settings.workers.max(1);
        loop {
            let mut worker = self.0.take()?;
            worker.seen += 1;
            let done = worker.ask(request, files, &Bounds::answer(&self.0.settings.limits), self.0.settings.deadlines());
            let ended = done.is_err() || worker.seen >= self.0.settings.submissions_per_worker;
            self.0.give_back(worker, ended);
            if ended {
                self.refill();
            }
            if !matches!(done, Err(WorkerError::Gone)) || tries.next().is_none() {
                return done;
            }
        }
    }

    /// Starts missing workers in the background, so that the next submission finds them warm.
    fn refill(&self) {
        let inner = Arc::downgrade(&self.0);
        // A thread that cannot be started leaves the worker to be started when it is needed.
        drop(std::thread::Builder::new().name("worker starter".into()).spawn(move || {
            while let Some(inner) = inner.upgrade() {
                if !inner.claim() {
                    break;
                }
                match inner.begin() {
                    Ok(worker) => inner.give_back(worker, false),
                    Err(error) => {
                        tracing::error!(%error, "a worker");
                        break;
                    }
                }
            }
        }));
    }

    fn stopped(&self, error: &WorkerError) -> InspectionReport {
        let mut report = InspectionReport::begun(&self.0.reader);
        report.findings.push(stopped(error));
        report
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more worker, if there is one.
    fn claim(&self) -> bool {
        let mut state = self.state();
        let free = state.alive < self.settings.workers.max(1);
        state.alive += usize::from(free);
        free
    }

    /// Starts a worker for a claimed place; the place is free again where that fails.
    fn begin(&self) -> Result<Worker, WorkerError> {
        let started = Worker::start(&self.settings.program, &self.setup).and_then(|worker| {
            // Production started because the first worker's sandbox held: one that holds less is none of ours.
            if worker.sandbox == self.sandbox { Ok(worker) } else { Err(WorkerError::NotStarted("its sandbox is another".into())) }
        });
        if started.is_err() {
            self.state().alive -= 1;
            self.freed.notify_one();
        }
        started
    }

    /// An idle worker, or a new one, or whichever is free first.
    fn take(&self) -> Result<Worker, WorkerError> {
        loop {
            let mut state = self.state();
            if let Some(worker) = state.idle.pop() {
                return Ok(worker);
            }
            if state.alive < self.settings.workers.max(1) {
                state.alive += 1;
                drop(state);
                return self.begin();
            }
            drop(self.freed.wait(state).unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn give_back(&self, worker: Worker, ended: bool) {
        let worker = if ended {
            // Killed before its place is free: never more workers than there are places.
            drop(worker);
            None
        } else {
            Some(worker)
        };
        let mut state = self.state();
        match worker {
            Some(worker) => state.idle.push(worker),
            None => state.alive -= 1,
        }
        drop(state);
        self.freed.notify_one();
    }
}

impl PoolSettings {
    /// The kill comes a little after the deadline that the engine keeps itself, so that it can still say so.
    fn deadlines(&self) -> Deadlines {
        let page = self.limits.page_deadline();
        Deadlines { page: page + page / 4, whole: Duration::from_secs(self.limits.inspection_seconds) }
    }
}

/// What a submission has to do with a worker that stopped.
fn stopped(error: &WorkerError) -> Finding {
    Finding::new(Code::InspectionStopped).seen(error)
}

impl Inspector for Pool {
    fn inspect(&self, files: &[Bytes], declared: Option<&Kind>, today: Date) -> Result<InspectionReport, InspectorUnavailable> {
        let files: Vec<&[u8]> = files.iter().map(AsRef::as_ref).collect();
        let request = Request::Inspect { declared: declared.cloned(), today: today.to_julian_day() };
        match self.work(&request, &files) {
            Ok((Answer::Report(report), _)) => Ok(*report),
            Ok(_) => Ok(self.stopped(&WorkerError::Garbled("no report".into()))),
            Err(error @ (WorkerError::NotStarted(_) | WorkerError::Gone)) => Err(InspectorUnavailable(error.to_string())),
            Err(error) => {
                tracing::warn!(%error, "inspection was stopped");
                Ok(self.stopped(&error))
            }
        }
    }

    fn pages(&self, files: &[Bytes]) -> Result<Vec<ScannedPage>, PagesError> {
        let files: Vec<&[u8]> = files.iter().map(AsRef::as_ref).collect();
        match self.work(&Request::Pages, &files) {
            Ok((Answer::Pages(heads), bytes)) => joined(heads, bytes),
            Ok((Answer::Unopened(finding), _)) => Err(PagesError::Scan(finding)),
            Ok(_) => Err(PagesError::Scan(stopped(&WorkerError::Garbled("no pages".into())))),
            Err(error @ (WorkerError::NotStarted(_) | WorkerError::Gone)) => Err(InspectorUnavailable(error.to_string()).into()),
            Err(error) => Err(PagesError::Scan(stopped(&error))),
        }
    }

    fn symbols(&self, files: &[Bytes]) -> Result<Vec<PrintSymbol>, PagesError> {
        match self.pictures(&Request::Symbols, files)? {
            Answer::Symbols(symbols) => Ok(symbols),
            _ => Err(PagesError::Scan(stopped(&WorkerError::Garbled("no symbols".into())))),
        }
    }

    fn compare(&self, files: &[Bytes], originals: &[Bytes], expected: &ExpectedPrint) -> Result<PrintComparison, PagesError> {
        let request = Request::Compare { expected: Box::new(expected.clone()), originals: originals.len() };
        match self.pictures(&request, &[files, originals].concat())? {
            Answer::Compared(comparison) => Ok(comparison),
            _ => Err(PagesError::Scan(stopped(&WorkerError::Garbled("no comparison".into())))),
        }
    }

    fn previews(&self, files: &[Bytes]) -> Result<Vec<Preview>, PagesError> {
        let files: Vec<&[u8]> = files.iter().map(AsRef::as_ref).collect();
        match self.work(&Request::Previews, &files) {
            // A worker that was taken over does not get to send an officer more than a preview.
            Ok((Answer::Previews(sizes), streams))
                if sizes.len() == streams.len() && streams.iter().all(|jpeg| jpeg.len() <= PREVIEW_BYTES) =>
            {
                Ok(sizes.into_iter().zip(streams).map(|(size_px, jpeg)| Preview { jpeg, size_px }).collect())
            }
            Ok((Answer::Unopened(finding), _)) => Err(PagesError::Scan(finding)),
            Ok(_) => Err(PagesError::Scan(stopped(&WorkerError::Garbled("no previews".into())))),
            Err(error @ (WorkerError::NotStarted(_) | WorkerError::Gone)) => Err(InspectorUnavailable(error.to_string()).into()),
            Err(error) => Err(PagesError::Scan(stopped(&error))),
        }
    }
}

impl Pool {
    /// An answer without byte strings about pictures of a print.
    fn pictures(&self, request: &Request, files: &[Bytes]) -> Result<Answer, PagesError> {
        let files: Vec<&[u8]> = files.iter().map(AsRef::as_ref).collect();
        match self.work(request, &files) {
            Ok((Answer::Unopened(finding), _)) => Err(PagesError::Scan(finding)),
            Ok((answer, _)) => Ok(answer),
            Err(error @ (WorkerError::NotStarted(_) | WorkerError::Gone)) => Err(InspectorUnavailable(error.to_string()).into()),
            Err(error) => Err(PagesError::Scan(stopped(&error))),
        }
    }
}

fn joined(heads: Vec<PageHead>, bytes: Vec<Vec<u8>>) -> Result<Vec<ScannedPage>, PagesError> {
    let amiss = || PagesError::Scan(stopped(&WorkerError::Garbled("pages and pixels that do not fit".into())));
    if heads.len() != bytes.len() {
        return Err(amiss());
    }
    heads.into_iter().zip(bytes).map(|(head, bytes)| head.join(bytes).ok_or_else(amiss)).collect()
}

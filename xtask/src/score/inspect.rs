//! Running `bansao inspect --json` over the cases, and what it costs: the kernel's account of the process and its worker.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::case::Case;
use crate::run::{Failed, say};

/// What inspection made of a case.
#[derive(Debug, Default, Clone)]
pub(super) struct Outcome {
    pub(super) decision: String,
    pub(super) kind: Option<String>,
    pub(super) form: Option<String>,
    pub(super) fields: BTreeMap<String, String>,
    /// Codes of the findings, each with its field.
    pub(super) codes: Vec<String>,
    pub(super) pages: usize,
    pub(super) elapsed_ms: u64,
    /// Processor time of the worker and the process.
    pub(super) cpu_ms: u64,
    /// Largest resident memory of the worker so far.
    pub(super) worker_kib: u64,
}

impl Outcome {
    pub(super) fn has(&self, code: &str) -> bool {
        self.codes.iter().any(|found| found.split(' ').next() == Some(code))
    }
}

/// The outcomes, in the order of the cases; `jobs` processes share them.
pub(super) fn all(program: &Path, cases: &[Case], engine: Option<&str>, jobs: usize) -> Result<Vec<Outcome>, Failed> {
    let size = cases.len().div_ceil(jobs).max(1);
    let parts: Vec<Result<Vec<Outcome>, Failed>> = std::thread::scope(|scope| {
        let running: Vec<_> = cases.chunks(size).map(|part| scope.spawn(move || batch(program, part, engine))).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(Failed("a thread panicked".to_owned())))).collect()
    });
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn batch(program: &Path, cases: &[Case], engine: Option<&str>) -> Result<Vec<Outcome>, Failed> {
    let mut command = Command::new(program);
    command.args(["inspect", "--json"]);
    if let Some(engine) = engine {
        command.args(["--engine", engine]);
    }
    command.args(cases.iter().map(|case| &case.folder)).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Failed(format!("{}: {error}", program.display())))?;
    let outcomes = lines(&mut child, cases);
    let status = child.wait()?;
    match outcomes {
        Ok(outcomes) if outcomes.len() == cases.len() => Ok(outcomes),
        Ok(outcomes) => Err(Failed(format!("inspection stopped after {} of {} cases: {status}", outcomes.len(), cases.len()))),
        Err(error) => Err(error),
    }
}

fn lines(child: &mut Child, cases: &[Case]) -> Result<Vec<Outcome>, Failed> {
    let output = child.stdout.take().ok_or_else(|| Failed("no output".to_owned()))?;
    let mut outcomes = Vec::with_capacity(cases.len());
    let mut before = usage(child.id()).0;
    for line in BufReader::new(output).lines() {
        let line: Value = serde_json::from_str(&line?).map_err(|error| Failed(format!("not a line of JSON: {error}")))?;
        let (cpu_ms, worker_kib) = usage(child.id());
        outcomes.push(Outcome { cpu_ms: cpu_ms.saturating_sub(before), worker_kib, ..outcome(&line) });
        before = cpu_ms;
        if outcomes.len() % 50 == 0 {
            say(&format!("{} of {}", outcomes.len(), cases.len()));
        }
    }
    Ok(outcomes)
}

fn outcome(line: &Value) -> Outcome {
    let text = |key: &str| line[key].as_str().map(str::to_owned);
    let fields = line["fields"].as_object().into_iter().flatten();
    let findings = line["findings"].as_array().into_iter().flatten();
    let finding = |finding: &Value| {
        let code = finding["code"].as_str().unwrap_or_default();
        finding["field"].as_str().map_or_else(|| code.to_owned(), |field| format!("{code} {field}"))
    };
    Outcome {
        decision: text("decision").unwrap_or_default(),
        kind: text("kind"),
        form: text("form"),
        fields: fields.filter_map(|(id, value)| Some((id.clone(), value.as_str()?.to_owned()))).collect(),
        codes: findings.map(finding).collect(),
        pages: line["pages"].as_u64().map_or(0, |pages| usize::try_from(pages).unwrap_or(0)),
        elapsed_ms: line["elapsed_ms"].as_u64().unwrap_or(0),
        ..Outcome::default()
    }
}

/// Processor milliseconds of a process, its living children and those it has waited for; largest memory of a child, KiB.
pub(super) fn usage(process: u32) -> (u64, u64) {
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let mut children: Vec<u32> = children.split_whitespace().filter_map(|id| id.parse().ok()).collect();
    if let Ok(tasks) = std::fs::read_dir(format!("/proc/{process}/task")) {
        for task in tasks.flatten() {
            let list = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            children.extend(list.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        }
    }
    children.sort_unstable();
    children.dedup();
    let cpu = ticks(process) + children.iter().map(|id| ticks(*id)).sum::<u64>();
    // The kernel counts in hundredths of a second.
    (cpu * 10, children.iter().map(|id| peak_kib(*id)).max().unwrap_or(0))
}

/// User, system, and both of waited-for children: fields 14 to 17 of `stat` (proc(5)).
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum()
}

fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

//! `bansao inspect FILE…`: inspection and decision alone, without the service.
//!
//! Each file is a submission by itself, and so is each folder with a `case.toml` (a specimen): its files are the pages, its
//! kind is declared, and its people answer as the register. Without a register it is decided on the scan alone, `approve` meaning that
//! nothing in the scan stands against it: a delegation for every kind is assumed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use time::Date;

use super::specimen::Specimen;
use crate::decide::{Decision, Delegation, Policy, decide};
use crate::finding::{Finding, Severity};
use crate::inspect::forms::{Form, FormError, FormSet};
use crate::inspect::read::Engine;
use crate::inspect::register::{hold_against, register_query, unavailable};
use crate::inspect::{InspectionReport, Inspector, InspectorUnavailable};
use crate::record::{Facts, Kind};

/// The words of the command line.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Scans: JPEG, PNG, TIFF or PDF, or folders of specimens; each is a submission by itself.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Register to look facts up in.
    #[arg(long, value_name = "URL")]
    pub registry: Option<String>,
    /// Folder of form files in place of the built-in set.
    #[arg(long, value_name = "DIR")]
    pub forms: Option<PathBuf>,
    /// Kind that the scans are declared to be.
    #[arg(long, value_name = "KIND", value_parser = parse_kind)]
    pub kind: Option<Kind>,
    /// What reads: pair, own or tesseract.
    #[arg(long, value_name = "NAME", value_parser = parse_engine, default_value = DEFAULT_ENGINE)]
    pub engine: Engine,
}

/// The name of [`Engine::default`].
const DEFAULT_ENGINE: &str = if cfg!(feature = "tesseract") { "pair" } else { "own" };

fn parse_engine(text: &str) -> Result<Engine, String> {
    match text {
        "pair" => Ok(Engine::Pair),
        "own" => Ok(Engine::Own),
        "tesseract" => Ok(Engine::Tesseract),
        _ => Err("pair, own or tesseract".to_owned()),
    }
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    Kind::new(text).ok_or_else(|| format!("{text:?} is no kind: small letters, digits and _"))
}

/// What a register answers: its facts, none, or why it did not answer.
pub type LookUp<'a> = dyn Fn(&Kind, &Facts) -> Result<Option<Facts>, String> + 'a;

/// Why the command could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Nobody inspects.
    #[error(transparent)]
    Inspector(#[from] InspectorUnavailable),
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The output cannot be written.
    #[error("the output: {0}")]
    Output(#[from] std::io::Error),
}

/// The forms that the command line names.
///
/// # Errors
/// [`FormError`], with file and line.
pub fn forms(args: &InspectArgs) -> Result<FormSet, FormError> {
    args.forms.as_ref().map_or_else(FormSet::embedded, |folder| FormSet::from_folder(folder))
}

/// Has each file inspected and writes a line, or a table, to `out`. `inspector` knows the same `forms`.
///
/// # Errors
/// [`InspectError`]; what is wrong with a scan is not an error but a finding.
pub fn run(
    args: &InspectArgs,
    forms: &FormSet,
    inspector: &dyn Inspector,
    today: Date,
    lookup: Option<&LookUp<'_>>,
    out: &mut dyn Write,
) -> Result<(), InspectError> {
    for path in &args.files {
        let submission = Specimen::open(path).map_err(|source| InspectError::File { path: path.clone(), source })?;
        let line = one(path, submission, args, forms, inspector, today, lookup)?;
        if args.json {
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            write_table(&line, forms, out)?;
        }
        out.flush()?;
    }
    Ok(())
}

/// One submission's result as it is written.
#[derive(Debug, Serialize)]
struct Line {
    file: String,
    decision: &'static str,
    kind: Option<Kind>,
    form: Option<String>,
    fields: BTreeMap<String, String>,
    findings: Vec<Noted>,
    pages: usize,
    elapsed_ms: u128,
}

#[derive(Debug, Serialize)]
struct Noted {
    code: &'static str,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<usize>,
    /// What stands there, or was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<String>,
    /// What should stand there, or the bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
}

fn one(
    path: &Path,
    submission: Specimen,
    args: &InspectArgs,
    forms: &FormSet,
    inspector: &dyn Inspector,
    today: Date,
    lookup: Option<&LookUp<'_>>,
) -> Result<Line, InspectorUnavailable> {
    let start = Instant::now();
    let kind = args.kind.as_ref().or(submission.kind.as_ref());
    let mut report = inspector.inspect(&submission.files, kind, today)?;
    let own = submission.register.as_ref().map(|register| move |_: &Kind, _: &Facts| Ok(register.clone()));
    let lookup = own.as_ref().map(|own| own as &LookUp<'_>).or(lookup);
    if let Some(lookup) = lookup {
        let answer = ask(&mut report, forms, lookup);
        report.findings.extend(answer);
    }
    let decision = match decide(&report, &assumed_policy(forms, today, lookup.is_some()), today) {
        Decision::Approve(_) => "approve",
        Decision::Refer { .. } => "refer",
        Decision::Refuse { .. } => "refuse",
    };
    let note = |finding: &Finding| Noted {
        code: finding.code.as_str(),
        severity: finding.severity,
        field: finding.locus.field.clone(),
        page: finding.locus.page,
        seen: finding.seen.clone(),
        expected: finding.expected.clone(),
    };
    Ok(Line {
        file: path.display().to_string(),
        decision,
        kind: report.kind.clone(),
        form: report.form.clone(),
        fields: report.fields.iter().map(|field| (field.id.clone(), field.value.clone())).collect(),
        findings: report.findings.iter().map(note).collect(),
        pages: report.pages.len(),
        elapsed_ms: start.elapsed().as_millis(),
    })
}

/// The register's answer as findings; none for a paper that has nothing to ask by.
fn ask(report: &mut InspectionReport, forms: &FormSet, lookup: &LookUp<'_>) -> Vec<Finding> {
    let form = report.form.as_deref().and_then(|id| forms.form(id));
    let Some((form, query)) = form.and_then(|form: &Form| Some((form, register_query(report, form)?))) else { return Vec::new() };
    match lookup(&form.kind, &query) {
        Ok(facts) => hold_against(report, form, facts.as_slice()),
        Err(why) => vec![unavailable(&why)],
    }
}

/// Somebody may certify every kind, so that the decision speaks of the scan alone.
fn assumed_policy(forms: &FormSet, today: Date, register_required: bool) -> Policy {
    let kinds = forms.kinds().into_iter().cloned().collect();
    let delegation = Delegation { certifier: "assumed".into(), kinds, from: today, until: today };
    Policy { effects: BTreeMap::new(), delegations: vec![delegation], register_required }
}

fn write_table(line: &Line, forms: &FormSet, out: &mut dyn Write) -> std::io::Result<()> {
    let kind = line.kind.as_ref();
    let name = kind.and_then(|kind| forms.kind_name(kind)).map_or("?", |name| name.en.as_str());
    writeln!(out, "{}: {} ({name}, {}, {} ms)", line.file, line.decision, line.form.as_deref().unwrap_or("no form"), line.elapsed_ms)?;
    for (id, value) in &line.fields {
        let label = kind.and_then(|kind| forms.field_name(kind, id)).map_or(id.as_str(), |name| name.en.as_str());
        writeln!(out, "    {label:32} {value}")?;
    }
    for finding in &line.findings {
        let field = finding.field.as_deref().map(|field| format!(" in {field}")).unwrap_or_default();
        let sentence = crate::finding::Code::parse(finding.code).map_or("", |code| code.sentences().en);
        writeln!(out, "    ! {}{field}: {sentence}", finding.code)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::inspect::Direct;
    use crate::inspect::read::Own;
    use crate::limits::Limits;

    #[test]
    fn what_reads_unless_something_is_named_is_what_the_service_reads_with() {
        assert_eq!(parse_engine(DEFAULT_ENGINE), Ok(Engine::default()));
    }

    #[test]
    fn a_line_of_json_has_the_agreed_names() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"not a scan").unwrap();
        let args =
            InspectArgs { files: vec![file.path().into()], json: true, registry: None, forms: None, kind: None, engine: Engine::default() };
        let mut out = Vec::new();
        let reader = Own::new().unwrap();
        let (forms, limits) = (forms(&args).unwrap(), Limits::default());
        let direct = Direct { forms: forms.clone(), reader, limits };
        run(&args, &forms, &direct, date!(2026 - 11 - 21), None, &mut out).unwrap();
        let line: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(line["decision"], "refuse");
        assert_eq!(line["findings"][0]["code"], "UNSUPPORTED_FORMAT");
        assert_eq!(line["findings"][0]["severity"], "error");
        for key in ["file", "kind", "form", "fields", "pages", "elapsed_ms"] {
            assert!(line.get(key).is_some(), "{key}");
        }
    }
}

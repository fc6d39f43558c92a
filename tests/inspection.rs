//! Every folder of `fixtures/scans` with a `case.toml` is a test of inspection and decision.
//!
//! The register is simulated from the case: it holds what `[fields]` says, changed by `[register]`, or nothing.
//! `BANSAO_ENGINE=own|tesseract` reads with that engine in place of the default;
//! `BANSAO_CASES=text` runs only the cases whose path contains the text; `BANSAO_SCANS=folder` runs other cases.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bansao::decide::{Decision, Delegation, Policy, decide};
use bansao::finding::Finding;
use bansao::inspect::forms::FormSet;
use bansao::inspect::read::{Engine, LANGUAGE_DATA, Own, Reader, open_reader, shortfall};
use bansao::inspect::register::{hold_against, not_found};
use bansao::inspect::{InspectionReport, inspect};
use bansao::limits::Limits;
use bansao::record::{Facts, Kind, same_text};
use serde::Deserialize;
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 21);

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    kind: Kind,
    form: Option<String>,
    expect: OneOrMany,
    codes: Vec<String>,
    files: Vec<String>,
    #[expect(dead_code, reason = "for people")]
    note: String,
    #[expect(dead_code, reason = "the scored set is counted by it")]
    degradation: Option<String>,
    #[expect(dead_code, reason = "the scored set is counted by it")]
    fill: Option<String>,
    #[expect(dead_code, reason = "the scored set is counted by it")]
    altered: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    register: BTreeMap<String, toml::Value>,
}

struct Outcome {
    path: String,
    wrong: Vec<String>,
    decision: &'static str,
    alone: &'static str,
    codes: String,
    exact: usize,
    folded: usize,
    fields: usize,
    misread: Vec<String>,
    elapsed: Duration,
    pages: usize,
}

fn cases() -> Vec<PathBuf> {
    let only = std::env::var("BANSAO_CASES").unwrap_or_default();
    let root = std::env::var("BANSAO_SCANS").map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans"), PathBuf::from);
    let mut found = Vec::new();
    for kind in std::fs::read_dir(root).unwrap() {
        for case in std::fs::read_dir(kind.unwrap().path()).unwrap() {
            let path = case.unwrap().path();
            if path.join("case.toml").exists() && path.to_string_lossy().contains(&only) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn policy(forms: &FormSet, register_required: bool) -> Policy {
    let kinds = forms.kinds().into_iter().cloned().collect();
    let delegation = Delegation { certifier: "lan".into(), kinds, from: date!(2026 - 01 - 01), until: date!(2026 - 12 - 31) };
    Policy { effects: BTreeMap::new(), delegations: vec![delegation], register_required }
}

/// What a register would answer.
fn look_up(case: &Case, report: &mut InspectionReport, forms: &FormSet) -> Vec<Finding> {
    let Some(form) = report.form.as_deref().and_then(|id| forms.form(id)).filter(|form| form.certified && !form.copy) else {
        return Vec::new();
    };
    if case.register.contains_key("absent") || case.fields.is_empty() {
        return vec![not_found()];
    }
    let mut truth: Facts = case.fields.clone().into_iter().collect();
    for (id, value) in &case.register {
        truth.set(id, value.as_str().unwrap_or_default());
    }
    hold_against(report, form, &[truth])
}

fn run(path: &Path, forms: &FormSet, reader: &dyn Reader) -> Outcome {
    let case: Case = toml::from_str(&std::fs::read_to_string(path.join("case.toml")).unwrap()).unwrap();
    let files: Vec<Vec<u8>> = case.files.iter().map(|file| std::fs::read(path.join(file)).unwrap()).collect();
    let start = Instant::now();
    let mut report = inspect(&files, Some(&case.kind), forms, reader, &Limits { page_seconds: 60, ..Limits::default() }, TODAY);
    let elapsed = start.elapsed();
    let alone = name(&decide(&report, &policy(forms, false), TODAY));
    let answer = look_up(&case, &mut report, forms);
    report.findings.extend(answer);
    let decision = name(&decide(&report, &policy(forms, true), TODAY));
    let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();

    let mut wrong = Vec::new();
    let expected = match &case.expect {
        OneOrMany::One(one) => vec![one.clone()],
        OneOrMany::Many(many) => many.clone(),
    };
    if !expected.iter().any(|expected| expected == decision) {
        wrong.push(format!("decided {decision}, expected {expected:?}"));
    }
    if !case.codes.iter().any(|code| code.starts_with("REGISTER"))
        && !expected.iter().any(|e| e == "approve")
        && alone == "approve"
        && !case.codes.is_empty()
    {
        wrong.push("approved on the scan alone".into());
    }
    wrong.extend(case.codes.iter().filter(|code| !codes.contains(&code.as_str())).map(|code| format!("{code} not reported")));
    if let (Some(expected), Some(seen)) = (&case.form, &report.form)
        && expected != seen
        && decision != "refuse"
    {
        wrong.push(format!("form {seen}, expected {expected}"));
    }
    let mut outcome = Outcome {
        path: path
            .iter()
            .rev()
            .take(2)
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("/"),
        wrong,
        decision,
        alone,
        codes: report.findings.iter().map(|finding| format!("{finding:?}")).collect::<Vec<_>>().join(", "),
        exact: 0,
        folded: 0,
        fields: case.fields.len(),
        misread: Vec::new(),
        elapsed,
        pages: report.pages.len(),
    };
    for (id, value) in &case.fields {
        let read = report.value(id).unwrap_or_default();
        outcome.exact += usize::from(read == value);
        outcome.folded += usize::from(same_text(read, value));
        if !same_text(read, value) {
            let field = report.fields.iter().find(|field| field.id == *id);
            let sure = field.map_or(0.0, |field| field.confidence);
            outcome.misread.push(format!("{id} {sure:.2}: {value:?} read {read:?}"));
        }
    }
    outcome
}

fn name(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approve(_) => "approve",
        Decision::Refer { .. } => "refer",
        Decision::Refuse { .. } => "refuse",
    }
}

#[test]
fn every_specimen_is_decided_as_its_case_says() {
    let forms = FormSet::embedded().unwrap();
    let engine = match std::env::var("BANSAO_ENGINE").as_deref() {
        Ok("own") => Engine::Own,
        Ok("tesseract") => Engine::Tesseract,
        _ => Engine::default(),
    };
    let reader = open_reader(engine, Path::new(LANGUAGE_DATA)).unwrap();
    let cases = cases();
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(path, &forms, reader.as_ref());
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by(|a, b| a.path.cmp(&b.path));
    let table = table(&outcomes);
    println!("{table}");
    let failed = outcomes.iter().filter(|outcome| !outcome.wrong.is_empty()).count();
    assert_eq!(failed, 0, "{failed} cases are not decided as they should be");
}

fn table(outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for o in outcomes {
        let mark = if o.wrong.is_empty() { "ok  " } else { "FAIL" };
        let _ = writeln!(
            out,
            "{mark} {:52} {:8} {:8} {:3}/{:3} {:5} ms  {}",
            o.path,
            o.decision,
            o.alone,
            o.folded,
            o.fields,
            o.elapsed.as_millis() / o.pages.max(1) as u128,
            o.codes
        );
        for line in o.wrong.iter().chain(&o.misread) {
            let _ = writeln!(out, "       {line}");
        }
    }
    let sum = |of: fn(&Outcome) -> usize| outcomes.iter().map(of).sum::<usize>();
    let fields = sum(|o| o.fields).max(1);
    let failed = outcomes.iter().filter(|o| !o.wrong.is_empty()).count();
    let _ = writeln!(
        out,
        "{} cases, {failed} wrong; {} fields: {:.1} % exact, {:.1} % the same text",
        outcomes.len(),
        fields,
        100.0 * sum(|o| o.exact) as f64 / fields as f64,
        100.0 * sum(|o| o.folded) as f64 / fields as f64,
    );
    out
}

/// The upper arc of the best seal of a fixture's first page that has one.
fn arc_of(case: &str, file: &str) -> bansao_scan::seal::Arc {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans").join(case).join(file);
    let opened = bansao_scan::open(&std::fs::read(path).unwrap(), &bansao_scan::Limits::default()).unwrap();
    let arc = |page: bansao_scan::Page| {
        let measures = bansao_scan::measure(&page);
        let seals = bansao_scan::seal::find(&page.image, measures.resolution.dpi);
        let seal = seals.first().filter(|seal| seal.score > 0.5)?;
        Some(bansao_scan::seal::inscription(&page.image, measures.resolution.dpi, measures.pose(), seal))
    };
    opened.pages.into_iter().find_map(arc).unwrap()
}

#[test]
fn the_seal_of_an_office_is_told_from_those_of_others() {
    let reader = Own::new().unwrap();
    let short = |arc: &_, office: &str| shortfall(arc, office, &reader, Duration::from_secs(60)).unwrap();
    let own = [
        ("birth_certificate/b2015-print", "scan.jpg", "Ủy ban nhân dân xã An Nhơn Tây, huyện Củ Chi, thành phố Hồ Chí Minh"),
        ("marriage_certificate/m2010-print-tiff", "scan.tif", "Ủy ban nhân dân xã Hoa Động, huyện Thủy Nguyên, thành phố Hải Phòng"),
        ("land_certificate/l2009-print-pdf", "scan.pdf", "ỦY BAN NHÂN DÂN QUẬN HẢI CHÂU"),
    ];
    let others = ["Ủy ban nhân dân xã Tân Thông Hội, huyện Củ Chi", "Ủy ban nhân dân phường Cái Khế", "Ủy ban nhân dân huyện Hải Hậu"];
    for (case, file, office) in own {
        let arc = arc_of(case, file);
        let fits = short(&arc, office).unwrap();
        assert!(fits < 29.0, "{case}: {fits}");
        for other in others {
            let differs = short(&arc, other).unwrap();
            assert!(differs > 40.0 && differs > fits + 20.0, "{case} as {other}: {differs}");
        }
        assert_eq!(short(&arc, "Sở Tài nguyên và Môi trường"), None);
    }
}

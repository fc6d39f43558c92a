//! A kind of paper is data: the adoption certificate, which no line of Rust knows, is recognised, read, checked and
//! decided once its form file lies in the folder that is loaded.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bansao::decide::{Decision, Delegation, Policy, decide};
use bansao::finding::{Code, Finding};
use bansao::inspect::forms::FormSet;
use bansao::inspect::read::{LANGUAGE_DATA, Tesseract};
use bansao::inspect::register::compare_with_register;
use bansao::inspect::{InspectionReport, inspect};
use bansao::limits::Limits;
use bansao::record::{Facts, Kind, same_text};
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 21);

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder that an operator would name: the forms that are built in, and the fifth kind.
fn folder_of_five() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for from in ["src/inspect/forms", "fixtures/forms"] {
        for entry in std::fs::read_dir(root(from)).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.extension().is_some_and(|extension| extension == "toml") {
                std::fs::copy(&entry, folder.path().join(entry.file_name().unwrap())).unwrap();
            }
        }
    }
    folder
}

fn adoption() -> Kind {
    Kind::new("adoption_certificate").unwrap()
}

fn case(name: &str) -> (Vec<Vec<u8>>, Facts) {
    let folder = root("fixtures/forms/scans/adoption_certificate").join(name);
    let told: toml::Table = std::fs::read_to_string(folder.join("case.toml")).unwrap().parse().unwrap();
    let fields = told["fields"].as_table().unwrap();
    let facts = fields.iter().map(|(id, value)| (id.clone(), value.as_str().unwrap().to_owned())).collect();
    (vec![std::fs::read(folder.join("scan.jpg")).unwrap()], facts)
}

fn inspected(name: &str, forms: &FormSet) -> (InspectionReport, Facts) {
    let (files, facts) = case(name);
    let reader = Tesseract::load(Path::new(LANGUAGE_DATA)).unwrap();
    (inspect(&files, Some(&adoption()), forms, &reader, &Limits { page_seconds: 60, ..Limits::default() }, TODAY), facts)
}

fn decided(report: &InspectionReport, certifies: &Kind) -> Decision {
    let delegation =
        Delegation { certifier: "lan".into(), kinds: vec![certifies.clone()], from: date!(2026 - 01 - 01), until: date!(2026 - 12 - 31) };
    decide(report, &Policy { effects: BTreeMap::new(), delegations: vec![delegation], register_required: true }, TODAY)
}

#[test]
fn a_fifth_kind_takes_a_form_file_and_no_rust() {
    let folder = folder_of_five();
    let forms = FormSet::from_folder(folder.path()).unwrap();
    assert_eq!(forms.kinds().len(), 5);
    let (mut report, facts) = inspected("a2019-print", &forms);
    assert_eq!(report.form.as_deref(), Some("adoption_2011"), "{:?}", report.findings);
    let exact = facts.iter().filter(|(id, value)| report.value(id).is_some_and(|read| same_text(read, value))).count();
    let all = facts.iter().count();
    // A mark in the name of the commune, which stands there twice, may be misread: the register bears it out below.
    assert!(exact + 2 >= all, "{exact} of {all}: {:?}", report.fields.iter().map(|field| &field.value).collect::<Vec<_>>());
    let answer = compare_with_register(&report, forms.form("adoption_2011").unwrap(), &facts);
    report.findings.extend(answer);
    assert!(matches!(decided(&report, &adoption()), Decision::Approve(_)), "{:?}", report.findings);
}

#[test]
fn its_rules_are_data_too() {
    let folder = folder_of_five();
    let forms = FormSet::from_folder(folder.path()).unwrap();
    let (report, _) = inspected("registered-before-birth", &forms);
    assert!(report.findings.iter().any(|finding| finding.code == Code::RegistrationBeforeBirth), "{:?}", report.findings);
    assert!(matches!(decided(&report, &adoption()), Decision::Refer { .. }));
}

#[test]
fn without_its_file_the_paper_never_passes() {
    let forms = FormSet::embedded().unwrap();
    let (report, _) = inspected("a2019-print", &forms);
    assert_ne!(report.kind, Some(adoption()));
    // Labels that it shares with a birth certificate may suggest one: then the title is what is missing.
    let title = |finding: &Finding| finding.code == Code::FieldUnreadable && finding.locus.field.as_deref() == Some("title");
    assert!(report.findings.iter().any(|finding| finding.code == Code::UnknownKind || title(finding)), "{:?}", report.findings);
    let kinds = forms.kinds();
    assert!(kinds.iter().all(|kind| !matches!(decided(&report, kind), Decision::Approve(_))));
}

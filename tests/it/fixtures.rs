//! Every specimen through the whole service: handed in by a kiosk, looked up in the register, decided, certified or not.
//!
//! `tests/inspection.rs` looks closer, at each field; here it counts what a citizen gets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bansao::api::proto::submission::State;
use bansao::api::proto::{self};
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao_specimen::fonts::FontFiles;
use futures_util::StreamExt;

use crate::stage::{Stage, scans};

/// Submissions that are on their way at once.
const AT_ONCE: usize = 4;
/// How long one of them may take, the others before it included.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a `case.toml` promises.
struct Case {
    name: String,
    kind: String,
    /// Of `approve`, `refer` and `refuse`, what is right.
    expected: Vec<String>,
    codes: Vec<String>,
    files: Vec<Vec<u8>>,
}

fn cases() -> Vec<Case> {
    let below = |folder: &Path| -> Vec<PathBuf> { std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect() };
    let mut folders: Vec<PathBuf> =
        below(&scans()).iter().flat_map(|kind| below(kind)).filter(|case| case.join("case.toml").exists()).collect();
    folders.sort();
    folders.iter().map(|folder| case(folder)).collect()
}

fn case(folder: &Path) -> Case {
    let described: toml::Table = std::fs::read_to_string(folder.join("case.toml")).unwrap().parse().unwrap();
    let words = |value: &toml::Value| -> Vec<String> {
        match value {
            toml::Value::Array(many) => many.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
            one => vec![one.as_str().unwrap().to_owned()],
        }
    };
    Case {
        name: folder.strip_prefix(scans()).unwrap().display().to_string(),
        kind: described["kind"].as_str().unwrap().to_owned(),
        expected: words(&described["expect"]),
        codes: words(&described["codes"]),
        files: words(&described["files"]).iter().map(|file| std::fs::read(folder.join(file)).unwrap()).collect(),
    }
}

/// Follows a submission as a kiosk does, to its decision or its copy.
async fn settle(stage: &Stage, name: &str) -> proto::Submission {
    let request = proto::WatchSubmissionRequest { name: name.to_owned(), after_sequence: 0 };
    let mut events = stage.kiosk().watch_submission(request).await.unwrap().into_inner();
    while let Some(event) = events.message().await.unwrap() {
        let submission = event.submission.unwrap();
        if !matches!(submission.state(), State::Received | State::Approved) {
            return submission;
        }
    }
    panic!("{name}: the events ended before a decision");
}

/// What is wrong with the outcome of one case, and whether a copy was issued.
async fn judge(stage: &Stage, at: usize, case: Case) -> (bool, Vec<String>) {
    let submission = stage.submit(&format!("specimen-{at}"), &case.kind, &case.files).await.unwrap();
    let settled =
        tokio::time::timeout(PATIENCE, settle(stage, &submission.name)).await.unwrap_or_else(|_| panic!("{}: too slow", case.name));
    let decision = match settled.state() {
        State::Issued => "approve",
        State::Referred => "refer",
        State::Refused => "refuse",
        other => panic!("{}: {other:?}", case.name),
    };
    let seen: BTreeSet<&str> = settled.findings.iter().map(|finding| finding.code.as_str()).collect();
    let mut wrong = Vec::new();
    if !case.expected.iter().any(|expected| expected == decision) {
        wrong.push(format!("{}: {decision} ({:?}), expected {:?}", case.name, settled.reasons, case.expected));
    }
    wrong.extend(case.codes.iter().filter(|code| !seen.contains(code.as_str())).map(|code| format!("{}: no {code}", case.name)));
    (decision == "approve", wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_specimen_gets_what_its_case_says() {
    let stage = Stage::set().await;
    let cases = cases();
    let certifiable = cases.iter().filter(|case| case.expected == ["approve"]).count();
    let forbidden = cases.iter().filter(|case| !case.expected.iter().any(|expected| expected == "approve")).count();
    assert!(certifiable >= 24 && forbidden >= 24, "{certifiable} that must be certified, {forbidden} that must not");

    let outcomes = futures_util::stream::iter(cases.into_iter().enumerate()).map(|(at, case)| judge(&stage, at, case));
    let outcomes: Vec<(bool, Vec<String>)> = outcomes.buffer_unordered(AT_ONCE).collect().await;
    let wrong: Vec<String> = outcomes.iter().flat_map(|(_, wrong)| wrong.clone()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let issued = outcomes.iter().filter(|(issued, _)| *issued).count();
    let year = in_vietnam(SystemClock.now()).year();
    let lines = stage.app().flow().register_lines("ba-dinh", year).await.unwrap();
    assert_eq!(lines.len(), issued, "one number a copy, without holes");
}

#[test]
fn specimens_are_drawn_again_to_the_byte() {
    let files = FontFiles::read().unwrap();
    let fonts = files.parse().unwrap();
    let drawn = ["birth_certificate/b2015-print", "death_certificate/d2010-print", "death_certificate/pdf-script"];
    let cases: Vec<_> = bansao_specimen::cases::all().into_iter().filter(|case| drawn.contains(&case.path().as_str())).collect();
    assert_eq!(cases.len(), drawn.len());
    for case in cases {
        for (name, bytes) in case.render(&fonts).unwrap().files {
            let kept = scans().join(case.path()).join(&name);
            assert!(std::fs::read(&kept).unwrap() == bytes, "{} is drawn otherwise now", kept.display());
        }
    }
}

//! The workers that inspect: what they cannot do, and what becomes of a submission that breaks one.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::{ApproveReferralRequest, RefuseReferralRequest};
use bansao::app::{StartError, inspector, pool_settings};
use bansao::config::{Config, Development, Profile};
use bansao::decide::{Decision, Policy, decide};
use bansao::finding::Code;
use bansao::inspect::forms::FormSet;
use bansao::inspect::read::{Engine, LANGUAGE_DATA, Pair};
use bansao::inspect::{Direct, InspectionReport, Inspector};
use bansao::limits::Limits;
use bansao::worker::{Attempt, Landlock, Outcome, Pool, PoolSettings, Sandbox, WorkerError};
use bytes::Bytes;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use time::macros::date;

use crate::stage::{Stage, reason, scans, specimen};

const TODAY: time::Date = date!(2026 - 11 - 21);

fn settings() -> PoolSettings {
    PoolSettings {
        program: env!("CARGO_BIN_EXE_bansao").into(),
        workers: 1,
        submissions_per_worker: 1000,
        memory_bytes: 2 << 30,
        engine: Engine::default(),
        language_data: LANGUAGE_DATA.into(),
        limits: Limits { page_seconds: 60, ..Limits::default() },
    }
}

fn pool(settings: PoolSettings) -> Pool {
    Pool::start(settings, &FormSet::embedded().unwrap()).unwrap()
}

fn scan(case: &str) -> Vec<Bytes> {
    let folder = scans().join(case);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension != "toml"));
    files.sort();
    files.iter().map(|path| std::fs::read(path).unwrap().into()).collect()
}

fn codes(report: &InspectionReport) -> Vec<Code> {
    report.findings.iter().map(|finding| finding.code).collect()
}

/// The worker that stands idle, once one does.
fn idle(pool: &Pool) -> u32 {
    for _ in 0..1000 {
        if let Some(process) = pool.idle_processes().first() {
            return *process;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no worker became idle");
}

#[test]
fn a_worker_cannot_reach_anything() {
    let pool = pool(settings());
    assert!(pool.sandbox().is_enforced(), "{:?}", pool.sandbox().missing());
    for what in Attempt::FORBIDDEN {
        assert_eq!(pool.attempt(*what), Ok(Outcome::Denied), "{what:?}");
    }
    assert_eq!(pool.attempt(Attempt::StartThread), Ok(Outcome::Done));
    assert_eq!(pool.attempt(Attempt::Memory(500)), Ok(Outcome::Done));
    assert!(matches!(pool.attempt(Attempt::Memory(2200)), Ok(Outcome::Failed(_))));
}

#[test]
fn a_worker_holds_its_socket_and_nothing_else() {
    // A descriptor that children inherit, as a careless supervisor leaves it.
    let careless = std::fs::File::open("/etc/passwd").unwrap();
    fcntl(&careless, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
    let pool = pool(settings());
    let held = std::fs::read_dir(format!("/proc/{}/fd", idle(&pool))).unwrap();
    let held: Vec<PathBuf> = held.map(|entry| std::fs::read_link(entry.unwrap().path()).unwrap()).collect();
    let expected = |path: &PathBuf| path == Path::new("/dev/null") || path.to_string_lossy().starts_with("socket:");
    assert!(held.iter().all(expected), "{held:?}");
    let environment = std::fs::read_to_string(format!("/proc/{}/environ", idle(&pool))).unwrap();
    let names = environment.split_terminator('\0').filter_map(|variable| variable.split('=').next());
    assert_eq!(names.collect::<Vec<_>>(), ["MALLOC_ARENA_MAX", "MIMALLOC_ARENA_RESERVE", "OMP_THREAD_LIMIT"]);
}

#[test]
fn a_worker_that_overruns_or_crashes_is_replaced() {
    let limits = Limits { page_seconds: 2, ..Limits::default() };
    let pool = pool(PoolSettings { limits, ..settings() });
    let first = idle(&pool);
    assert_eq!(pool.attempt(Attempt::Spin), Err(WorkerError::Overrun(Duration::from_millis(2500))));
    let second = idle(&pool);
    assert_ne!(first, second);
    assert!(!Path::new(&format!("/proc/{first}")).exists(), "the first one is gone");
    assert!(matches!(pool.attempt(Attempt::Crash), Err(WorkerError::Ended(how)) if how.starts_with("signal")));
    assert_eq!(pool.attempt(Attempt::StartThread), Ok(Outcome::Done));
    assert_ne!(second, idle(&pool));
}

#[test]
fn a_submission_that_costs_too_much_is_referred_and_the_next_one_inspected() {
    let limits = Limits { inspection_seconds: 1, ..Limits::default() };
    let pool = pool(PoolSettings { limits, ..settings() });
    let page = scan("birth_certificate/b2015-bold-300").remove(0);
    let report = pool.inspect(&vec![page; 20], None, TODAY).unwrap();
    assert_eq!(codes(&report), [Code::InspectionStopped]);
    assert!(matches!(decide(&report, &Policy::default(), TODAY), Decision::Refer { because } if !because.is_empty()));
    let report = pool.inspect(&[Bytes::from_static(b"not a scan")], None, TODAY).unwrap();
    assert_eq!(codes(&report), [Code::UnsupportedFormat]);
}

#[test]
fn a_submission_that_takes_too_much_memory_ends_its_worker_and_nothing_else() {
    let pool = pool(PoolSettings { memory_bytes: 160 << 20, ..settings() });
    let report = pool.inspect(&scan("birth_certificate/b2015-bold-300"), None, TODAY).unwrap();
    assert_eq!(codes(&report), [Code::InspectionStopped]);
    let report = pool.inspect(&[Bytes::from_static(b"not a scan")], None, TODAY).unwrap();
    assert_eq!(codes(&report), [Code::UnsupportedFormat]);
}

#[test]
fn a_worker_that_was_killed_meanwhile_is_no_submissions_fault() {
    let pool = pool(settings());
    for _ in 0..2 {
        kill(Pid::from_raw(idle(&pool).try_into().unwrap()), Signal::SIGKILL).unwrap();
        let report = pool.inspect(&[Bytes::from_static(b"not a scan")], None, TODAY).unwrap();
        assert_eq!(codes(&report), [Code::UnsupportedFormat]);
    }
}

#[test]
fn a_worker_sees_no_more_submissions_than_it_may() {
    let pool = pool(PoolSettings { submissions_per_worker: 1, ..settings() });
    let first = idle(&pool);
    pool.attempt(Attempt::StartThread).unwrap();
    assert_ne!(first, idle(&pool));
}

#[test]
fn workers_see_what_this_process_would_see() {
    let pool = pool(PoolSettings { workers: 2, ..settings() });
    let forms = FormSet::embedded().unwrap();
    let reader = Pair::load(Path::new(LANGUAGE_DATA)).unwrap();
    let direct = Direct { forms, reader, limits: settings().limits };
    let cases = ["land_certificate/l2024-print-pdf", "marriage_certificate/m2010-print-tiff"];
    std::thread::scope(|scope| {
        for case in cases {
            let (pool, direct) = (&pool, &direct);
            scope.spawn(move || {
                let files = scan(case);
                assert_eq!(pool.inspect(&files, None, TODAY), direct.inspect(&files, None, TODAY), "{case}");
                let pages = pool.pages(&files).unwrap();
                assert!(pages == direct.pages(&files).unwrap() && !pages.is_empty(), "{case}");
            });
        }
    });
    let refused = [Bytes::from_static(b"not a scan")];
    assert_eq!(pool.pages(&refused), direct.pages(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_goes_on_and_an_officer_is_asked() {
    let mut stage = Stage::set().await;
    stage.config.inspection.memory_mib = 160;
    stage.restart().await;
    let costly = stage.submit("too-costly", "birth_certificate", &specimen("birth_certificate/b2015-bold-300")).await.unwrap();
    let text = stage.submit("not-a-scan", "birth_certificate", &[b"not a scan".to_vec()]).await.unwrap();
    assert_eq!(stage.settle(&text.name).await.state(), State::Refused);
    let settled = stage.settle(&costly.name).await;
    assert_eq!(settled.state(), State::Referred);
    assert!(settled.reasons.contains(&"INSPECTION_STOPPED".to_owned()), "{:?}", settled.reasons);
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    let approve = ApproveReferralRequest { name: costly.name.clone(), kind: "birth_certificate".to_owned(), ..Default::default() };
    assert_eq!(reason(&officer.approve_referral(approve).await.unwrap_err()), "FACTS_MISSING", "no page was seen");
    let refuse = RefuseReferralRequest { name: costly.name, reasons: vec!["ILLEGIBLE".to_owned()], note: String::new() };
    assert_eq!(officer.refuse_referral(refuse).await.unwrap().into_inner().state(), State::Refused);
}

/// A program that answers its set-up with these bytes.
fn impostor(folder: &Path, answer: &[u8]) -> PathBuf {
    let path = folder.join("impostor");
    let octal: String = answer.iter().map(|byte| format!("\\{byte:03o}")).collect();
    let mut file = std::fs::File::create(&path).unwrap();
    write!(file, "#!/bin/sh\nprintf '{octal}' >&0\nexec /bin/cat >/dev/null\n").unwrap();
    file.set_permissions(PermissionsExt::from_mode(0o755)).unwrap();
    path
}

#[test]
fn production_does_not_start_without_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox {
        landlock: Landlock::Not,
        seccomp: true,
        no_new_privileges: true,
        one_thread: true,
        memory_bytes: Some(1 << 30),
        files_bounded: true,
    };
    let ready = serde_json::json!({"Ready": {"sandbox": sandbox, "reader": "none"}}).to_string();
    let mut message = u32::try_from(ready.len()).unwrap().to_le_bytes().to_vec();
    message.extend(ready.bytes().chain([0; 4]));
    let text = Development {
        authority: folder.path(),
        authority_url: "http://127.0.0.1:1",
        data_dir: folder.path(),
        listen: "127.0.0.1:0",
        register_url: None,
        wallets: &[],
    };
    let path = folder.path().join("bansao.toml");
    std::fs::write(&path, text.to_toml()).unwrap();
    let mut config = Config::load(&path).unwrap();
    let forms = FormSet::embedded().unwrap();
    config.inspection.program = impostor(folder.path(), &message);
    config.inspection.workers = 1;
    assert_eq!(config.service.profile, Profile::Development);
    assert!(inspector(&config, &forms).is_ok(), "development starts and warns");
    config.service.profile = Profile::Production;
    assert!(matches!(inspector(&config, &forms), Err(StartError::Sandbox(missing)) if missing.contains("Landlock")));
    config.inspection.program = env!("CARGO_BIN_EXE_bansao").into();
    assert!(inspector(&config, &forms).is_ok(), "production starts where it holds");
    config.inspection.program = impostor(folder.path(), &[0xff; 64]);
    assert!(matches!(Pool::start(pool_settings(&config), &forms), Err(WorkerError::NotStarted(_))), "and not with nonsense");
}

//! A register that hangs, fails, comes back, or says no: what the client makes of each. And a fifth kind of paper through
//! the whole service, added by a form file and configuration.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bansao::api::proto;
use bansao::api::proto::registry_service_server::{RegistryService, RegistryServiceServer};
use bansao::clock::{MockClock, SystemClock};
use bansao::flow::Registries;
use bansao::peers::{BreakerSettings, RegisterClients};
use bansao::record::{Kind, SubmissionId};
use bansao::wire::serve;
use ring::rand::SystemRandom;
use tempfile::TempDir;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::stage::{LOOPBACK, Stage, identity, start_authority};

/// Does what `mood` says, and counts.
#[derive(Default)]
struct Moody {
    mood: AtomicU32,
    calls: AtomicU32,
}

const HANGS: u32 = 0;
const FAILS: u32 = 1;
const SAYS_NO: u32 = 2;
const ANSWERS: u32 = 3;
const FAILS_ONCE: u32 = 4;

struct Served(Arc<Moody>);

#[tonic::async_trait]
impl RegistryService for Served {
    async fn look_up(&self, _: Request<proto::LookUpRequest>) -> Result<Response<proto::LookUpResponse>, Status> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        match self.0.mood.load(Ordering::SeqCst) {
            HANGS => tokio::time::sleep(Duration::from_secs(600)).await,
            FAILS => return Err(Status::unavailable("down")),
            SAYS_NO => return Err(Status::permission_denied("not you")),
            FAILS_ONCE => {
                self.0.mood.store(ANSWERS, Ordering::SeqCst);
                return Err(Status::unavailable("down"));
            }
            _ => {}
        }
        Ok(Response::new(proto::LookUpResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_does_not_answer_is_tried_again_and_then_left_alone() {
    let folder = TempDir::new().unwrap();
    let _authority = start_authority(folder.path(), LOOPBACK.parse().unwrap()).await;
    let moody = Arc::new(Moody::default());
    let routes = Routes::new(RegistryServiceServer::new(Served(Arc::clone(&moody))));
    let register = serve(LOOPBACK.parse().unwrap(), &identity(folder.path(), "register-civil"), routes).await.unwrap();
    let kind = Kind::new("birth_certificate").unwrap();
    let clock = Arc::new(MockClock::at(1_000));
    let url = format!("https://{}", register.address);
    let client = RegisterClients::new(
        [(&kind, url.as_str())],
        &identity(folder.path(), "service"),
        Duration::from_millis(500),
        BreakerSettings { failures: 4, open_ms: 10_000 },
        Arc::clone(&clock) as Arc<dyn bansao::clock::Clock>,
    )
    .unwrap();
    let dossier = SubmissionId::random(&SystemRandom::new()).unwrap();
    let key = [("registration_no".to_owned(), "1/2020".to_owned())];
    let ask = || client.look_up(&kind, &key, &dossier);
    let calls = || moody.calls.swap(0, Ordering::SeqCst);
    let says = |mood| moody.mood.store(mood, Ordering::SeqCst);

    // One failure is borne by the second try.
    says(FAILS_ONCE);
    assert_eq!((ask().await, calls()), (Ok(vec![]), 2));
    // What is an answer is not asked twice, and does not open the breaker.
    says(SAYS_NO);
    for _ in 0..6 {
        assert!(ask().await.unwrap_err().0.contains("PermissionDenied"));
    }
    assert_eq!(calls(), 6);
    // A register that hangs costs two deadlines.
    says(HANGS);
    let start = Instant::now();
    assert!(ask().await.unwrap_err().0.contains("deadline"));
    assert!(start.elapsed() < Duration::from_secs(5) && start.elapsed() > Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(calls(), 2);
    // Four failures in a row: left alone, at no cost.
    says(FAILS);
    assert!(ask().await.is_err());
    assert_eq!(calls(), 2);
    says(ANSWERS);
    let start = Instant::now();
    assert!(ask().await.unwrap_err().0.contains("left alone"));
    assert_eq!((calls(), start.elapsed() < Duration::from_millis(100)), (0, true));
    // Later one call tries, and all go through again.
    clock.advance_ms(10_001);
    assert_eq!((ask().await, ask().await, calls()), (Ok(vec![]), Ok(vec![]), 2));
    register.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fifth_kind_goes_through_the_whole_service_without_rust() {
    let mut stage = Stage::set().await;
    let forms = stage.path("forms");
    std::fs::create_dir_all(&forms).unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for from in ["src/inspect/forms", "fixtures/forms"] {
        for entry in std::fs::read_dir(root.join(from)).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.extension().is_some_and(|extension| extension == "toml") {
                std::fs::copy(&entry, forms.join(entry.file_name().unwrap())).unwrap();
            }
        }
    }
    let people = bansao::reference::Register::sample_people(&root.join("fixtures/forms/scans")).unwrap();
    let register = bansao::reference::Register::new(bansao::app::unchecked_gate(), Arc::new(SystemClock), people);
    let routes = Routes::new(RegistryServiceServer::new(register));
    let register = serve(LOOPBACK.parse().unwrap(), &stage.identity("register-civil"), routes).await.unwrap();

    // What an operator writes: the folder, the register, the delegation.
    let path = stage.path("bansao.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("[service]\n", &format!("[service]\nforms_dir = {:?}\n", forms.display().to_string()));
    let text = text.replace("\"land_certificate\"]", "\"land_certificate\", \"adoption_certificate\"]");
    let text =
        text.replace("\n[registries]\n", &format!("\n[registries]\nadoption_certificate = {{ url = \"https://{}\" }}\n", register.address));
    std::fs::write(&path, text).unwrap();
    stage.config = bansao::config::Config::load(&path).unwrap();
    stage.config.inspection.program = env!("CARGO_BIN_EXE_bansao").into();
    stage.restart().await;

    let scan = std::fs::read(root.join("fixtures/forms/scans/adoption_certificate/a2019-print/scan.jpg")).unwrap();
    let submission = stage.submit("fifth-kind", "adoption_certificate", &[scan]).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), proto::submission::State::Issued, "{:?} {:?}", settled.reasons, settled.findings);
    let (copy, pdf) = stage.copy(&settled.copy).await;
    assert_eq!(copy.kind, "adoption_certificate");
    assert!(pdf.starts_with(b"%PDF"));
    register.stop().await;
}

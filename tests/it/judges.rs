//! The main job, and what other people's software says of its copy.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use bansao::api::proto::certification_service_client::CertificationServiceClient;
use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, Verdict};
use bansao::clock::{Clock, SystemClock};
use bansao::reference::{Wallet, link_holder};
use bansao::verify::verify_copy;

use crate::stage::{GOOD, Stage, collect_copy, scans, specimen};

fn run(program: &str, arguments: &[&str]) -> (String, Output) {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (said, output)
}

fn judge_file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(name).display().to_string()
}

/// The interpreter that `cargo xtask test` fills with pyHanko and grpcio.
fn python() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/bin/python");
    assert!(path.exists(), "the judges are not installed: run `cargo xtask test`");
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn other_peoples_software_accepts_the_copy() {
    let stage = Stage::set().await;
    let assertion = stage.assertion("2", "bansao").await;
    link_holder(&stage.service(), &stage.identity("wallet-1"), assertion, SystemClock.now_ms()).await.unwrap();
    let submission = stage.submit("the-main-job", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (copy, pdf) = stage.copy(&settled.copy).await;
    let path = stage.path("copy.pdf").display().to_string();
    std::fs::write(&path, &pdf).unwrap();

    // Ourselves: the service, an office offline, the token.
    let mut office = VerificationServiceClient::new(stage.channel("office-1"));
    let parts: Vec<_> =
        pdf.chunks(300_000).map(|chunk| proto::VerifyCopyRequest { chunk: chunk.to_vec().into(), ..Default::default() }).collect();
    let report = office.verify_copy(tokio_stream::iter(parts)).await.unwrap().into_inner();
    assert_eq!((report.verdict(), report.signatures.len()), (Verdict::Valid, 2), "{:?}", report.findings);
    assert!(report.signatures.iter().all(|signature| signature.level == "B-LT" && signature.intact));
    let token = office.verify_token(proto::VerifyTokenRequest { token: copy.qr_text.clone() }).await.unwrap().into_inner();
    assert_eq!(token.verdict(), Verdict::Valid);
    assert!(!token.token.unwrap().facts.is_empty());
    let mut wallet = VerificationServiceClient::new(stage.channel("wallet-1"));
    let token = wallet.verify_token(proto::VerifyTokenRequest { token: copy.qr_text.clone() }).await.unwrap().into_inner();
    assert!(token.token.unwrap().facts.is_empty(), "a wallet is shown no facts");
    let offline = verify_copy(&pdf, &stage.trust(), SystemClock.now());
    assert_eq!(offline.verdict, bansao::verify::Verdict::Valid, "{:?}", offline.findings);
    let forged = format!("{}A", copy.qr_text);
    let token = office.verify_token(proto::VerifyTokenRequest { token: forged }).await.unwrap().into_inner();
    assert_eq!(token.verdict(), Verdict::Invalid);

    judged_by_qpdf(&path);
    judged_by_verapdf(&path);
    judged_by_pdfsig(&stage, &path);
    judged_by_pyhanko(&stage, &path);
    judged_by_zbar(&stage, &path, &copy.qr_text);
    judged_by_a_python_client(&stage).await;

    for _ in 0..100 {
        if Wallet::list(&stage.path("wallet")).unwrap().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let stored = Wallet::list(&stage.path("wallet")).unwrap();
    assert!(stored.iter().any(|stored| stored.sha256.as_bytes()[..] == copy.sha256[..]), "the wallet has the copy");
}

/// The other agency signs with RSA-2048 and PKCS#1 v1.5 twice, where the first signs with RSA-3072 PSS and P-256.
#[tokio::test(flavor = "multi_thread")]
async fn copies_of_every_key_type_are_accepted() {
    let stage = Stage::set().await;
    let files = specimen(GOOD);
    let messages = stage.upload("second-agency", "birth_certificate", &files).await;
    let mut kiosk = CertificationServiceClient::new(stage.channel("kiosk-2"));
    let name = kiosk.submit_scan(tokio_stream::iter(messages)).await.unwrap().into_inner().name;
    let mut officer = ReviewServiceClient::new(stage.channel("officer-2"));
    let mut submission = proto::Submission::default();
    for _ in 0..600 {
        submission = kiosk.get_submission(proto::GetSubmissionRequest { name: name.clone() }).await.unwrap().into_inner();
        match submission.state() {
            State::Referred => {
                assert_eq!(submission.reasons, ["NO_DELEGATION"], "this agency's certifier has no standing delegation");
                officer.approve_referral(proto::ApproveReferralRequest { name: name.clone(), ..Default::default() }).await.unwrap();
            }
            State::Issued => break,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    let parts = kiosk.get_copy(proto::GetCopyRequest { name: submission.copy.clone() }).await.unwrap().into_inner();
    let (_, pdf) = collect_copy(parts).await;
    let path = stage.path("copy.pdf").display().to_string();
    std::fs::write(&path, &pdf).unwrap();
    let offline = verify_copy(&pdf, &stage.trust(), SystemClock.now());
    assert_eq!(offline.verdict, bansao::verify::Verdict::Valid, "{:?}", offline.findings);
    judged_by_qpdf(&path);
    judged_by_pdfsig(&stage, &path);
    judged_by_pyhanko(&stage, &path);
}

/// The validator of the field needs Java and is no part of the machine: used where it is.
fn judged_by_verapdf(path: &str) {
    if Command::new("verapdf").arg("--version").output().is_err() {
        eprintln!("SKIPPED: no verapdf on this machine, PDF/A is not judged from outside");
        return;
    }
    let (said, output) = run("verapdf", &["--flavour", "2u", "--format", "text", path]);
    assert!(output.status.success() && said.starts_with("PASS"), "{said}");
}

fn judged_by_qpdf(path: &str) {
    let (said, output) = run("qpdf", &["--check", path]);
    assert!(output.status.success(), "{said}");
}

fn judged_by_pdfsig(stage: &Stage, path: &str) {
    let nss = stage.path("nss");
    std::fs::create_dir(&nss).unwrap();
    let nss = nss.display().to_string();
    let (said, output) = run("certutil", &["-N", "-d", &nss, "--empty-password"]);
    assert!(output.status.success(), "{said}");
    for purpose in ["signer", "timestamp"] {
        let anchor = stage.path(&format!("authority/anchors/{purpose}.pem")).display().to_string();
        let (said, output) = run("certutil", &["-A", "-d", &nss, "-n", purpose, "-t", "CT,CT,CT", "-i", &anchor]);
        assert!(output.status.success(), "{said}");
    }
    let (said, _) = run("pdfsig", &["-nssdir", &nss, path]);
    assert_eq!(said.matches("Signature is Valid.").count(), 2, "{said}");
    assert_eq!(said.matches("Certificate is Trusted.").count(), 2, "{said}");
}

fn judged_by_pyhanko(stage: &Stage, path: &str) {
    let anchor = |purpose: &str| stage.path(&format!("authority/anchors/{purpose}.pem")).display().to_string();
    let (said, output) = run(&python(), &[&judge_file("pyhanko_judge.py"), path, &anchor("signer"), &anchor("timestamp")]);
    assert!(output.status.success(), "{said}");
}

fn judged_by_zbar(stage: &Stage, path: &str, qr_text: &str) {
    let image = stage.path("statement").display().to_string();
    let (said, output) = run("pdftoppm", &["-r", "150", "-gray", "-f", "2", "-l", "2", "-singlefile", "-png", path, &image]);
    assert!(output.status.success(), "{said}");
    let (said, output) = run("zbarimg", &["--quiet", "--raw", "--nodbus", &format!("{image}.png")]);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), qr_text);
}

/// A client in another language, made from the .proto files alone, submits and verifies.
async fn judged_by_a_python_client(stage: &Stage) {
    let assertion = stage.path("assertion.jwt");
    std::fs::write(&assertion, stage.assertion("2", "bansao").await).unwrap();
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto").display().to_string();
    let scan = std::fs::read_dir(scans().join(GOOD))
        .unwrap()
        .filter_map(|e| Some(e.ok()?.path()))
        .find(|p| p.extension().is_none_or(|e| e != "toml"));
    let (scan, authority) = (scan.unwrap().display().to_string(), stage.path("authority").display().to_string());
    let service = stage.service();
    let arguments = [
        judge_file("grpc_client.py"),
        proto,
        service.trim_start_matches("https://").to_owned(),
        authority,
        assertion.display().to_string(),
        scan,
        stage.path("generated").display().to_string(),
    ];
    let (said, output) = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&python(), &arguments)
    })
    .await
    .unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("ISSUED") && said.contains("VERDICT_VALID"), "{said}");
}

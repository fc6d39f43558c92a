//! Keys of a running service: roles kept apart, an encrypted key, a look at all of them.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;

use bansao::api::proto::submission::State;
use bansao::app::{App, KeyFault, KeyRole, StartError, survey};
use bansao::clock::{Clock, SystemClock};
use bansao::verify::{Verdict, verify_copy};

use crate::stage::{GOOD, Stage, specimen};

#[tokio::test(flavor = "multi_thread")]
async fn every_role_has_its_own_key_and_an_encrypted_one_signs() {
    let mut stage = Stage::set().await;
    let reports = survey(&stage.config, true, SystemClock.now()).await.unwrap();
    assert_eq!(reports.len(), 5, "token, two seals, two certifiers");
    for report in &reports {
        let opened = report.opened.as_ref().unwrap();
        assert!(report.current && opened.faults.is_empty(), "{report:?}");
    }

    // A certifier's key does not seal, and a seal's signs no tokens.
    let mut swapped = stage.config.clone();
    let agency = swapped.agencies.first_mut().unwrap();
    agency.seal = agency.certifiers[0].signature.clone();
    let fault = App::start(&swapped, Arc::new(SystemClock)).await.err().unwrap();
    assert!(matches!(fault, StartError::Role(KeyFault::OtherName { role: KeyRole::Seal { .. }, .. })), "{fault:?}");
    let mut shared = stage.config.clone();
    shared.token = shared.agencies[0].seal.clone();
    let reports = survey(&shared, false, SystemClock.now()).await.unwrap();
    let told: Vec<&String> = reports.iter().filter_map(|report| report.opened.as_ref().err()).collect();
    assert!(matches!(told.as_slice(), [one] if one.contains("every role has its own")), "{told:?}");
    let fault = App::start(&shared, Arc::new(SystemClock)).await.err().unwrap();
    assert!(matches!(fault, StartError::Role(KeyFault::Shared { .. })), "{fault:?}");

    let passphrase = stage.path("seal.pass");
    std::fs::write(&passphrase, "một câu dài mà không ai đoán ra\n").unwrap();
    std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o600)).unwrap();
    let locked = stage.path("seal.locked");
    let plain = stage.config.agencies[0].seal.key.clone().unwrap();
    let mut openssl = Command::new("openssl");
    let pass = format!("file:{}", passphrase.display());
    let encrypted = openssl.args(["pkcs8", "-topk8", "-passout", &pass, "-in"]).arg(plain).arg("-out").arg(&locked).output().unwrap();
    assert!(encrypted.status.success(), "{}", String::from_utf8_lossy(&encrypted.stderr));
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o600)).unwrap();
    let seal = &mut stage.config.agencies[0].seal;
    (seal.key, seal.passphrase) = (Some(locked), Some(passphrase));
    stage.restart().await;
    let submission = stage.submit("sealed-by-an-encrypted-key", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (_, pdf) = stage.copy(&settled.copy).await;
    let report = verify_copy(&pdf, &stage.trust(), SystemClock.now());
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.findings);
}

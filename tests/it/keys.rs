//! Keys of a running service: roles kept apart, an encrypted key, a look at all of them.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;

use bansao::api::proto::submission::State;
use bansao::app::{App, KeyFault, KeyRole, StartError, survey};
use bansao::clock::{Clock, SystemClock};
use bansao::config::{KeyConfig, RemoteConfig};
use bansao::http::{Bounds, HttpClient, HttpError, Reach};
use bansao::verify::{Verdict, verify_copy};

use crate::stage::{GOOD, Stage, specimen};

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_has_its_own_key_and_an_encrypted_one_signs() {
    let mut stage = Stage::set().await;
    let reports = survey(&stage.config, true, &clock()).await.unwrap();
    assert_eq!(reports.len(), 6, "token, report, two seals, two certifiers");
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
    let reports = survey(&shared, false, &clock()).await.unwrap();
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

/// Both signatures of a copy by keys that a remote signing service holds: RSA-PSS and ECDSA.
#[tokio::test(flavor = "multi_thread")]
async fn keys_in_a_remote_signing_service_sign_a_copy() {
    let mut stage = Stage::set().await;
    let (url, csc) = (stage.authority.signing_url.clone().unwrap(), stage.path("authority/csc"));
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let tls = stage.path("authority/anchors/tls.pem");
    let remotely = |key: &mut KeyConfig, credential: &str, pin: std::path::PathBuf| {
        let (client_id, client_secret) = ("bansao".to_owned(), csc.join("secret"));
        let (url, anchors) = (url.clone(), Some(tls.clone()));
        key.key = None;
        key.remote = Some(RemoteConfig { url, anchors, credential: credential.to_owned(), client_id, client_secret, pin });
    };
    let agency = &mut stage.config.agencies[0];
    remotely(&mut agency.seal, "agency-ba-dinh", csc.join("pin"));
    remotely(&mut agency.certifiers[0].signature, "certifier-an", csc.join("pin"));
    let second = &mut stage.config.agencies[1];
    remotely(&mut second.seal, "agency-ttpvhcc", csc.join("pin"));
    let faults = |reports: Vec<bansao::app::KeyReport>| -> Vec<String> {
        reports.iter().flat_map(|report| report.opened.as_ref().unwrap().faults.clone()).collect()
    };
    assert_eq!(faults(survey(&stage.config, true, &clock()).await.unwrap()), Vec::<String>::new(), "PSS, PKCS #1 v1.5 and ECDSA");

    let wrong = stage.path("wrong.pin");
    std::fs::write(&wrong, "0000\n").unwrap();
    std::fs::set_permissions(&wrong, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut astray = stage.config.clone();
    remotely(&mut astray.agencies[0].seal, "agency-ba-dinh", wrong);
    remotely(&mut astray.agencies[0].certifiers[0].signature, "certifier-binh", csc.join("pin"));
    let told = faults(survey(&astray, true, &clock()).await.unwrap());
    assert!(told.len() == 2 && told.iter().any(|fault| fault.contains("status 400")), "a wrong PIN: {told:?}");
    assert!(told.iter().any(|fault| fault.contains("another")), "another's credential: {told:?}");

    // A service under other anchors gets no secret; https without anchors, and anchors without https, are no configuration.
    let seal = |change: &dyn Fn(&mut RemoteConfig)| {
        let mut astray = stage.config.clone();
        remotely(&mut astray.agencies[0].seal, "agency-ba-dinh", csc.join("pin"));
        change(astray.agencies[0].seal.remote.as_mut().unwrap());
        astray
    };
    let impostor = seal(&|remote| remote.anchors = Some(stage.path("authority/anchors/signer.pem")));
    let told = faults(survey(&impostor, true, &clock()).await.unwrap());
    assert!(told.iter().any(|fault| fault.contains("cannot talk")), "other anchors: {told:?}");
    let plain = stage.authority.url();
    for astray in [
        seal(&|remote| remote.anchors = None),
        seal(&|remote| remote.url = plain.clone()),
        seal(&|remote| remote.url = url.replace("https", "http")),
    ] {
        let reports = survey(&astray, true, &clock()).await.unwrap();
        assert!(reports.iter().any(|report| report.opened.is_err()), "{:?}", astray.agencies[0].seal.remote);
    }

    stage.restart().await;
    let submission = stage.submit("signed-remotely", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (_, pdf) = stage.copy(&settled.copy).await;
    let report = verify_copy(&pdf, &stage.trust(), SystemClock.now());
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.findings);
}

/// An activation signs the digest that it was given for, once; without a token nobody is answered.
#[tokio::test(flavor = "multi_thread")]
async fn the_remote_service_gives_nothing_away() {
    use base64::Engine as _;
    let stage = Stage::set().await;
    let (url, csc) = (stage.authority.url(), stage.path("authority/csc"));
    let line = |name: &str| std::fs::read_to_string(csc.join(name)).unwrap().trim().to_owned();
    let bounds = Bounds { deadline: std::time::Duration::from_secs(10), max_bytes: 1 << 16, reach: Reach::Anywhere };
    let (client, json) = (HttpClient::new(), "application/json");
    let ask = async |token: &str, method: &str, body: serde_json::Value| -> Result<serde_json::Value, HttpError> {
        let (url, body) = (format!("{url}/csc/v2/{method}"), body.to_string().into_bytes());
        let answer = client.post_authorised(&url, &format!("Bearer {token}"), json, json, body, bounds).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    };
    let status = |answer: Result<serde_json::Value, HttpError>| match answer {
        Err(HttpError::Status { status, .. }) => status,
        other => panic!("{other:?}"),
    };
    let form = |secret: &str| format!("grant_type=client_credentials&client_id=bansao&client_secret={secret}").into_bytes();
    let token_url = format!("{url}/oauth2/token");
    let refused = client.post(&token_url, "application/x-www-form-urlencoded", json, form("guess"), bounds).await;
    assert!(matches!(refused, Err(HttpError::Status { status: 401, .. })));
    let granted = client.post(&token_url, "application/x-www-form-urlencoded", json, form(&line("secret")), bounds).await.unwrap();
    let granted: serde_json::Value = serde_json::from_slice(&granted).unwrap();
    let token = granted["access_token"].as_str().unwrap();

    let info = ask("", "info", serde_json::json!({})).await.unwrap();
    assert!(info["methods"].as_array().unwrap().iter().any(|method| method == "signatures/signHash"), "{info}");
    assert_eq!(status(ask("guess", "credentials/list", serde_json::json!({})).await), 401);
    let listed = ask(token, "credentials/list", serde_json::json!({})).await.unwrap();
    assert!(listed["credentialIDs"].as_array().unwrap().iter().any(|id| id == "agency-ba-dinh"), "{listed}");

    let hash = |byte: u8| [base64::engine::general_purpose::STANDARD.encode([byte; 32])];
    let sha256 = "2.16.840.1.101.3.4.2.1";
    let authorize = |pin: &str| {
        serde_json::json!({ "credentialID": "agency-ba-dinh", "numSignatures": 1, "hashes": hash(1), "hashAlgorithmOID": sha256,
            "authData": [{ "id": "PIN", "value": pin }] })
    };
    assert_eq!(status(ask(token, "credentials/authorize", authorize("0000")).await), 400);
    let sign = |sad: &str, byte: u8| {
        serde_json::json!({ "credentialID": "agency-ba-dinh", "SAD": sad, "hashes": hash(byte), "hashAlgorithmOID": sha256,
            "signAlgo": "1.2.840.10045.4.3.2" })
    };
    let pin = line("pin");
    let sad = async || ask(token, "credentials/authorize", authorize(&pin)).await.unwrap()["SAD"].as_str().unwrap().to_owned();
    assert_eq!(status(ask(token, "signatures/signHash", sign(&sad().await, 2)).await), 400, "another digest");
    let once = sad().await;
    let signed = ask(token, "signatures/signHash", sign(&once, 1)).await.unwrap();
    assert_eq!(signed["signatures"].as_array().unwrap().len(), 1);
    assert_eq!(status(ask(token, "signatures/signHash", sign(&once, 1)).await), 400, "once only");
}

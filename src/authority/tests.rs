//! The running authority, judged by openssl and by the service's own clients.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bansao_pades::SigningProfile;
use bansao_pades::revocation::RevocationStatus;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::http::{Bounds, HttpClient, HttpError, Reach};
use crate::identity::{IdentityError, IdentityVerifier, KeySource};
use crate::keys::{
    FileSigner, HttpRevocation, HttpTimestamper, Purpose, RevocationError, RevocationProof, RevocationSettings, RevocationSource,
    TimestampError, TimestampSettings, Timestamper, TrustAnchors, UNKNOWN_TOKEN_BYTES, certificates_from_pem,
};
use crate::record::Sha256;

const BOUNDS: Bounds = Bounds { deadline: Duration::from_secs(5), max_bytes: 1 << 20, reach: Reach::Anywhere };

/// The development hierarchy with curves in place of RSA, which takes seconds to make.
fn quick() -> Hierarchy {
    Hierarchy::parse(&DEVELOPMENT.replace("rsa-3072", "p256").replace("rsa-2048", "p256")).unwrap()
}

fn settings(data: &Path) -> AuthoritySettings {
    AuthoritySettings { hierarchy: quick(), data: data.to_owned(), listen: "127.0.0.1:0".parse().unwrap(), clock: Arc::new(SystemClock) }
}

async fn running() -> (TempDir, RunningAuthority) {
    let folder = tempfile::tempdir().unwrap();
    let authority = start(settings(&folder.path().join("data"))).await.unwrap();
    (folder, authority)
}

/// Runs openssl in the data folder; its whole output, and whether it was content.
fn openssl(folder: &Path, arguments: &str) -> (bool, String) {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split_whitespace()).output().unwrap();
    (output.status.success(), [output.stdout, output.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat())
}

fn assert_content(folder: &Path, arguments: &str) -> String {
    let (content, said) = openssl(folder, arguments);
    assert!(content, "openssl {arguments}\n{said}");
    said
}

fn leaf(data: &Path, name: &str) -> Vec<u8> {
    certificates_from_pem(&std::fs::read_to_string(data.join(name).join("cert.pem")).unwrap()).unwrap().remove(0)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn openssl_accepts_every_certificate_for_its_purpose_and_keys_are_private() {
    let folder = tempfile::tempdir().unwrap();
    let hierarchy = Hierarchy::parse(DEVELOPMENT).unwrap();
    let issued = initialise(&AuthoritySettings { hierarchy: hierarchy.clone(), ..settings(folder.path()) }).unwrap();
    assert_eq!(issued.len(), hierarchy.ca.len() + hierarchy.leaf.len());
    for plan in &hierarchy.leaf {
        let (anchor, purpose) = match plan.profile {
            Profile::Timestamp => ("timestamp", "timestampsign"),
            Profile::Ocsp if plan.issuer.starts_with("tls") => ("tls", "ocsphelper"),
            Profile::Ocsp => ("signer", "ocsphelper"),
            Profile::Signer | Profile::Seal => ("signer", "smimesign"),
            Profile::Token | Profile::Log => ("signer", "any"),
            Profile::Identity | Profile::Report => ("tls", "any"),
            Profile::Server | Profile::Peer => ("tls", "sslserver"),
            Profile::Client => ("tls", "sslclient"),
        };
        let name = &plan.name;
        let judged = openssl(
            folder.path(),
            &format!(
                "verify -x509_strict -check_ss_sig -purpose {purpose} -CAfile anchors/{anchor}.pem -untrusted {name}/chain.pem {name}/cert.pem"
            ),
        );
        assert_eq!(judged.0, name != "kiosk-expired", "{name}: {}", judged.1);
        assert_eq!(mode(&folder.path().join(name).join("key.pem")), 0o600, "{name}");
        assert_eq!(mode(&folder.path().join(name)), 0o700, "{name}");
    }
    assert_eq!(mode(&folder.path().join("ca/root/key.pem")), 0o600);
    let text = assert_content(folder.path(), "x509 -in kiosk-1/cert.pem -noout -text -nameopt utf8");
    for expected in
        ["URI:urn:bansao:kiosk:kiosk-1", "OCSP - URI:http://127.0.0.1:", "CN=Ki-ốt 1", "TLS Web Client Authentication", "/crl/tls-ca.crl"]
    {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    for profile in [SigningProfile::RsaPssSha256, SigningProfile::RsaPkcs1Sha256] {
        let signer = folder.path().join("certifier-an");
        assert!(FileSigner::open(&signer.join("key.pem"), &signer.join("chain.pem"), profile).is_ok());
    }
    let trust = certificates_from_pem(&std::fs::read_to_string(folder.path().join("trust.pem")).unwrap()).unwrap();
    assert!(trust.contains(&leaf(folder.path(), "token")));
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_accepts_the_time_stamps() {
    let (_folder, authority) = running().await;
    let data = &authority.data_dir;
    std::fs::write(data.join("paper"), "giấy").unwrap();
    for certificate in ["", "-cert"] {
        assert_content(data, &format!("ts -query -data paper -sha256 {certificate} -out q.tsq"));
        let query = std::fs::read(data.join("q.tsq")).unwrap();
        let url = format!("{}/tsa", authority.url());
        let (asked, replied) = ("application/timestamp-query", "application/timestamp-reply");
        let reply = HttpClient::new().post(&url, asked, replied, query, BOUNDS).await.unwrap();
        std::fs::write(data.join("r.tsr"), reply).unwrap();
        let said =
            assert_content(data, "ts -verify -queryfile q.tsq -in r.tsr -CAfile anchors/timestamp.pem -untrusted timestamp/chain.pem");
        assert!(said.contains("Verification: OK"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn time_stamps_come_from_the_first_authority_that_gives_a_trusted_one() {
    let (_folder, authority) = running().await;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut anchors = TrustAnchors::default();
    anchors.load(Purpose::Timestamp, &authority.data_dir.join("anchors/timestamp.pem")).unwrap();
    let timestamper = |urls: &[&str], anchors: TrustAnchors| {
        let settings = TimestampSettings::new(urls.iter().map(|url| (*url).to_owned()).collect());
        HttpTimestamper::new(settings, Arc::new(anchors), HttpClient::new(), Arc::clone(&clock))
    };
    let (imprint, alive, dead) = (Sha256::of(b"x"), format!("{}/tsa", authority.url()), "http://127.0.0.1:1/tsa");

    assert!(timestamper(&[dead, &alive], anchors.clone()).timestamp(&imprint).await.is_ok());
    assert_eq!(timestamper(&[], anchors.clone()).timestamp(&imprint).await, Err(TimestampError::NoSource));
    let other = timestamper(&[&alive], TrustAnchors::default()).timestamp(&imprint).await;
    assert!(matches!(other, Err(TimestampError::NotTrusted { .. })), "{other:?}");
    let wrong_door = format!("{}/jwks.json", authority.url());
    let all = timestamper(&[dead, &wrong_door], anchors).timestamp(&imprint).await;
    assert!(matches!(&all, Err(TimestampError::AllFailed(each)) if each.len() == 2), "{all:?}");
}

/// Room is made in a file before its time-stamp is had.
#[tokio::test(flavor = "multi_thread")]
async fn room_for_a_time_stamp_is_guessed_once_and_then_measured() {
    let (_folder, authority) = running().await;
    let mut anchors = TrustAnchors::default();
    anchors.load(Purpose::Timestamp, &authority.data_dir.join("anchors/timestamp.pem")).unwrap();
    let settings = TimestampSettings::new(vec![format!("{}/tsa", authority.url())]);
    let timestamper = HttpTimestamper::new(settings, Arc::new(anchors), HttpClient::new(), Arc::new(SystemClock));
    assert_eq!(timestamper.room_bytes(), UNKNOWN_TOKEN_BYTES);
    let token = timestamper.timestamp(&Sha256::of(b"x")).await.unwrap().token_der.len();
    let room = timestamper.room_bytes();
    assert!(token + token / 4 <= room && room < UNKNOWN_TOKEN_BYTES, "{room} for {token}");
    timestamper.timestamp(&Sha256::of(b"y")).await.unwrap();
    assert!(timestamper.room_bytes() >= room, "it never shrinks");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_time_stamp_is_refused_for_its_own_reason_and_costs_no_copy() {
    let (_folder, authority) = running().await;
    let mut anchors = TrustAnchors::default();
    anchors.load(Purpose::Timestamp, &authority.data_dir.join("anchors/timestamp.pem")).unwrap();
    let timestamper = |urls: Vec<String>| {
        let settings = TimestampSettings::new(urls);
        HttpTimestamper::new(settings, Arc::new(anchors.clone()), HttpClient::new(), Arc::new(SystemClock))
    };
    let (imprint, good) = (Sha256::of(b"x"), format!("{}/tsa", authority.url()));
    for (fault, says) in [
        ("imprint", "imprint"),
        ("nonce", "nonce"),
        ("certificate", "time"),
        ("future", "time"),
        ("long", "longer than 65536 bytes"),
        ("silent", "within 2000 ms"),
    ] {
        let bad = format!("{}/faulty/tsa/{fault}", authority.url());
        let refused = timestamper(vec![bad.clone()]).timestamp(&imprint).await.unwrap_err();
        assert!(refused.to_string().contains(says), "{fault}: {refused}");
        assert!(timestamper(vec![bad, good.clone()]).timestamp(&imprint).await.is_ok(), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_revocation_answer_is_refused_for_its_own_reason() {
    let (_folder, authority) = running().await;
    let data = &authority.data_dir;
    let (certificate, issuer) = (leaf(data, "agency-ba-dinh"), leaf(data, "ca/signer-ca"));
    let dead = "http://127.0.0.1:1/";
    let ask = async |ocsp: &str, list: &str| {
        let settings = RevocationSettings {
            ocsp_urls: vec![ocsp.to_owned()],
            crl_urls: vec![list.to_owned()],
            reach: Reach::Anywhere,
            ..RevocationSettings::default()
        };
        HttpRevocation::new(settings, HttpClient::new(), Arc::new(SystemClock)).evidence(&certificate, &issuer).await
    };
    let faulty = |what: &str| format!("{}/faulty/{what}", authority.url());
    let revoked = ask(&faulty("ocsp/revoked/signer-ca"), dead).await.unwrap();
    assert!(matches!(revoked.status, RevocationStatus::Revoked { .. }), "{revoked:?}");
    let list = format!("{}/crl/signer-ca.crl", authority.url());
    for fault in ["unknown", "stale", "undelegated"] {
        let bad = faulty(&format!("ocsp/{fault}/signer-ca"));
        let Err(RevocationError::AllFailed(each)) = ask(&bad, dead).await else { panic!("{fault} was taken") };
        let refused = each.iter().any(|one| matches!(one, RevocationError::Unknown { .. } | RevocationError::Refused { .. }));
        assert!(refused, "{fault}: {each:?}");
        assert!(matches!(ask(&bad, &list).await.unwrap().proof, RevocationProof::Crl(_)), "{fault}");
    }
    let listed = ask(dead, &faulty("crl/pem/signer-ca.crl")).await.unwrap();
    assert!(matches!(listed.proof, RevocationProof::Crl(list) if list.first() == Some(&0x30)), "PEM is kept as DER");
    for (fault, says) in [("expired", "refused"), ("oversized", "longer than 16777216 bytes")] {
        let refused = ask(dead, &faulty(&format!("crl/{fault}/signer-ca.crl"))).await.unwrap_err();
        assert!(refused.to_string().contains(says), "{fault}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_reads_revocations_from_responder_and_list() {
    let (_folder, authority) = running().await;
    let (data, url) = (&authority.data_dir, authority.url());
    let client = HttpClient::new();
    let ocsp = |ca: &str, anchor: &str, name: &str| {
        assert_content(
            data,
            &format!(
                "ocsp -issuer ca/{ca}/cert.pem -cert {name}/cert.pem -url {url}/ocsp/{ca} -CAfile anchors/{anchor}.pem -verify_other ca/{ca}/cert.pem"
            ),
        )
    };
    for (ca, anchor, name) in
        [("signer-ca", "signer", "certifier-an"), ("timestamp-ca", "timestamp", "timestamp"), ("tls-ca", "tls", "kiosk-1")]
    {
        let said = ocsp(ca, anchor, name);
        assert!(said.contains("Response verify OK") && said.contains(&format!("{name}/cert.pem: good")), "{said}");
    }
    let said = ocsp("tls-ca", "tls", "kiosk-revoked");
    assert!(said.contains("kiosk-revoked/cert.pem: revoked") && said.contains("keyCompromise"), "{said}");

    let revoked = client
        .post(&format!("{url}/revoke"), "application/json", "application/json", json!({ "name": "kiosk-1" }).to_string().into(), BOUNDS)
        .await
        .unwrap();
    assert_eq!(revoked, br#"{"revoked":"kiosk-1"}"#);
    assert!(ocsp("tls-ca", "tls", "kiosk-1").contains("kiosk-1/cert.pem: revoked"));
    let unknown = json!({ "serial": "0abc" }).to_string().into();
    let refused = client.post(&format!("{url}/revoke"), "application/json", "application/json", unknown, BOUNDS).await;
    assert!(matches!(refused, Err(HttpError::Status { status: 404, .. })));

    for (ca, anchor) in [("tls-ca", "tls"), ("tls-root", "tls"), ("root", "signer"), ("signer-ca", "signer"), ("timestamp-ca", "timestamp")]
    {
        std::fs::write(data.join("list.crl"), client.get(&format!("{url}/crl/{ca}.crl"), BOUNDS).await.unwrap()).unwrap();
        let said = assert_content(data, &format!("crl -inform DER -in list.crl -noout -text -CAfile ca/{ca}/cert.pem"));
        assert!(said.contains("verify OK"), "{said}");
        assert_content(data, &format!("crl -inform DER -in list.crl -out {ca}.crl.pem"));
        let same = client.get(&format!("{url}/ca/{ca}.cer"), BOUNDS).await.unwrap();
        assert_eq!(same, leaf(data, &format!("ca/{ca}")), "{anchor}");
    }
    let checked = |name: &str| {
        let lists = "-crl_check_all -CRLfile tls-ca.crl.pem -CRLfile tls-root.crl.pem";
        openssl(data, &format!("verify {lists} -CAfile anchors/tls.pem -untrusted {name}/chain.pem {name}/cert.pem"))
    };
    assert!(checked("kiosk-2").0);
    assert!(checked("kiosk-1").1.contains("certificate revoked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_learns_of_a_revocation_and_keeps_answers_while_they_are_current() {
    let (_folder, authority) = running().await;
    let data = &authority.data_dir;
    let source = |change: fn(&mut RevocationSettings)| {
        let mut settings = RevocationSettings { reach: Reach::Anywhere, ..RevocationSettings::default() };
        change(&mut settings);
        HttpRevocation::new(settings, HttpClient::new(), Arc::new(SystemClock))
    };
    let (certificate, issuer) = (leaf(data, "agency-ba-dinh"), leaf(data, "ca/signer-ca"));
    let first = source(|_| ());
    let good = first.evidence(&certificate, &issuer).await.unwrap();
    assert!(matches!(good.status, RevocationStatus::Good { .. }));
    assert!(matches!(good.proof, RevocationProof::Ocsp(_)));
    let above = first.evidence(&issuer, &leaf(data, "ca/root")).await.unwrap();
    assert!(matches!(above.status, RevocationStatus::Good { .. }));

    let without_ocsp = source(|settings| settings.ocsp_urls = vec!["http://127.0.0.1:1/".to_owned()]);
    let listed = without_ocsp.evidence(&certificate, &issuer).await.unwrap();
    assert!(matches!(listed.proof, RevocationProof::Crl(_)));
    let refused = source(|settings| settings.reach = Reach::PublicOnly).evidence(&certificate, &issuer).await;
    assert!(matches!(&refused, Err(RevocationError::AllFailed(each)) if each.len() == 2), "{refused:?}");
    assert_eq!(first.evidence(&leaf(data, "ca/root"), &leaf(data, "ca/root")).await, Err(RevocationError::NoSource));

    let revoked = leaf(data, "certifier-revoked");
    for source in [source(|_| ()), without_ocsp] {
        let known = source.evidence(&revoked, &issuer).await.unwrap();
        assert!(matches!(known.status, RevocationStatus::Revoked { reason: Some(1), .. }), "{known:?}");
    }
    authority.stop().await;
    assert_eq!(first.evidence(&certificate, &issuer).await.unwrap(), good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_keys_port_and_revocations() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let first = start(settings(&data)).await.unwrap();
    let (addr, key) = (first.addr, std::fs::read(data.join("kiosk-1/key.pem")).unwrap());
    assert_eq!(start(settings(&data)).await.unwrap_err(), AuthorityError::Busy(data.display().to_string()));
    let revoke = json!({ "name": "office-1", "reason": "superseded" }).to_string().into();
    HttpClient::new().post(&format!("{}/revoke", first.url()), "application/json", "application/json", revoke, BOUNDS).await.unwrap();
    first.stop().await;

    let kept = std::fs::read(data.join("kiosk-1/cert.pem")).unwrap();
    std::fs::remove_dir_all(data.join("kiosk-2")).unwrap();
    let second = start(settings(&data)).await.unwrap();
    assert_eq!((second.addr, std::fs::read(data.join("kiosk-1/key.pem")).unwrap()), (addr, key));
    assert_eq!(std::fs::read(data.join("kiosk-1/cert.pem")).unwrap(), kept);
    assert!(data.join("kiosk-2/chain.pem").exists());
    let list = HttpClient::new().get(&format!("{}/crl/tls-ca.crl", second.url()), BOUNDS).await.unwrap();
    std::fs::write(data.join("list.crl"), list).unwrap();
    assert!(assert_content(&data, "crl -inform DER -in list.crl -noout -text").contains("Superseded"));
    second.stop().await;

    let elsewhere = AuthoritySettings { listen: "127.0.0.1:1".parse().unwrap(), ..settings(&data) };
    assert!(matches!(start(elsewhere).await, Err(AuthorityError::Moved { stored, .. }) if stored == addr));
    let outside = AuthoritySettings { listen: "0.0.0.0:0".parse().unwrap(), ..settings(&data) };
    assert!(matches!(start(outside).await, Err(AuthorityError::NotLoopback(_))));
    std::fs::remove_dir_all(data.join("ca/tls-ca")).unwrap();
    assert_eq!(start(settings(&data)).await.unwrap_err(), AuthorityError::Stale("ocsp-tls-ca".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_is_known_by_an_assertion_of_level_2() {
    let (_folder, authority) = running().await;
    let (client, url) = (HttpClient::new(), authority.url());
    let assertion = async |level: &str, audience: &str| {
        let asked = json!({ "personal_id": "001099000001", "full_name": "Nguyễn Văn A", "assurance_level": level, "audience": audience });
        let made = client.post(&format!("{url}/assertions"), "application/json", "application/jwt", asked.to_string().into(), BOUNDS).await;
        made.map(|token| String::from_utf8(token).unwrap())
    };
    let source = KeySource::Url(format!("{url}/jwks.json"));
    let verifier = IdentityVerifier::new(url.as_str(), "bansao", source, client.clone(), Arc::new(SystemClock));
    let requester = verifier.verify(&assertion("2", "bansao").await.unwrap()).await.unwrap();
    assert_eq!((requester.personal_id.as_str(), requester.transaction.len()), ("001099000001", 32));
    assert_eq!(verifier.verify(&assertion("1", "bansao").await.unwrap()).await, Err(IdentityError::AssuranceTooLow));
    assert_eq!(verifier.verify(&assertion("2", "other").await.unwrap()).await, Err(IdentityError::WrongAudience));
    assert!(matches!(assertion("3", "bansao").await, Err(HttpError::Status { status: 400, .. })));

    let file = std::fs::read(authority.data_dir.join("identity/jwks.json")).unwrap();
    assert_eq!(client.get(&format!("{url}/jwks.json"), BOUNDS).await.unwrap(), file);
    let described = client.get(&format!("{url}/.well-known/openid-configuration"), BOUNDS).await.unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&described).unwrap()["issuer"], url);
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_gets_a_typed_answer_and_the_authority_goes_on() {
    let (_folder, authority) = running().await;
    let (client, url) = (HttpClient::new(), authority.url());
    let stamped = client
        .post(&format!("{url}/tsa"), "application/timestamp-query", "application/timestamp-reply", b"rubbish".to_vec(), BOUNDS)
        .await
        .unwrap();
    std::fs::write(authority.data_dir.join("r.tsr"), stamped).unwrap();
    assert!(assert_content(&authority.data_dir, "ts -reply -in r.tsr -text").contains("Rejected"));
    let answered = client
        .post(&format!("{url}/ocsp/tls-ca"), "application/ocsp-request", "application/ocsp-response", b"rubbish".to_vec(), BOUNDS)
        .await
        .unwrap();
    assert_eq!(answered, [0x30, 3, 0x0a, 1, 1]);
    for path in ["/crl/nobody.crl", "/ca/nobody.cer", "/crl/root", "/nothing"] {
        assert!(matches!(client.get(&format!("{url}{path}"), BOUNDS).await, Err(HttpError::Status { status: 404, .. })), "{path}");
    }
    let long = client.post(&format!("{url}/tsa"), "a/b", "a/b", vec![0; 70_000], BOUNDS).await;
    assert!(matches!(long, Err(HttpError::Status { status: 413, .. } | HttpError::Connection { .. })), "{long:?}");
}

//! Trust lists of the running service and of the office client: replaced while it runs, and never talked round.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use bansao::api::proto::submission::State;
use bansao::api::proto::trust_list_standing::Purpose;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, VerificationReport};
use bansao::config::{Trust, TrustListConfig};
use bansao::keys::certificates_from_pem;
use bansao::record::{ListPurpose, Sha256};
use tonic::transport::Channel;

use crate::stage::{GOOD, Stage, specimen};

fn bansao(arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_bansao")).args(arguments).output().unwrap()
}

/// Signs an edition of a list with the agency's key; answers with what pins it.
fn sign(folder: &Path, purpose: &str, sequence: &str, certificates: &str, out: &str) -> Sha256 {
    let authority = folder.join("authority");
    let at = |name: &str| authority.join(name).display().to_string();
    let (key, chain) = (at("agency-ba-dinh/key.pem"), at("agency-ba-dinh/chain.pem"));
    let (certificates, out) = (at(certificates), folder.join(out).display().to_string());
    let arguments = ["--name", "Danh sách thử", "--sequence", sequence, "--key", &key, "--chain", &chain, "--out", &out];
    let done = bansao(&[&["trust", "sign", "--purpose", purpose, &certificates], arguments.as_slice()].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Sha256::of(&certificates_from_pem(&std::fs::read_to_string(chain).unwrap()).unwrap()[0])
}

async fn verify(client: &mut VerificationServiceClient<Channel>, pdf: &[u8]) -> VerificationReport {
    let parts: Vec<_> =
        pdf.chunks(200_000).map(|chunk| proto::VerifyCopyRequest { chunk: chunk.to_vec().into(), ..Default::default() }).collect();
    client.verify_copy(tokio_stream::iter(parts)).await.unwrap().into_inner()
}

fn codes(report: &VerificationReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_replaced_while_the_service_runs_and_every_verdict_names_its_list() {
    let mut stage = Stage::set().await;
    let folder = stage.folder.path().to_path_buf();
    let pin = sign(&folder, "government", "1", "anchors/signer.pem", "government.jwt");
    let stamps = folder.join("authority/anchors/timestamp.pem");
    stage.config.trust = Trust {
        signer: Vec::new(),
        timestamp: Vec::new(),
        lists: vec![
            TrustListConfig { path: folder.join("government.jwt"), purpose: ListPurpose::Government, sha256: vec![pin] },
            TrustListConfig { sha256: vec![Sha256::of(&std::fs::read(&stamps).unwrap())], path: stamps, purpose: ListPurpose::Timestamp },
        ],
    };
    stage.restart().await;
    let submission = stage.submit("trust-lists", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (_, pdf) = stage.copy(&settled.copy).await;

    let mut office = VerificationServiceClient::new(stage.channel("office-1"));
    let report = verify(&mut office, &pdf).await;
    assert_eq!(report.verdict(), proto::Verdict::Valid, "{:?}", codes(&report));
    for signature in &report.signatures {
        let purpose = |list: &Option<proto::TrustListName>| list.as_ref().map(proto::TrustListName::purpose);
        assert_eq!(purpose(&signature.trust_list), Some(Purpose::Government));
        assert_eq!(purpose(&signature.timestamp_trust_list), Some(Purpose::Timestamp));
    }

    // A file that is no list leaves the last good edition in force, and everybody can see it.
    std::fs::write(folder.join("government.jwt"), "not a list").unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(verify(&mut office, &pdf).await.verdict(), proto::Verdict::Valid);
    let list = office.get_trust_list(proto::GetTrustListRequest {}).await.unwrap().into_inner();
    let government = &list.lists[0];
    assert_eq!((government.fault.as_str(), government.in_force, government.sequence_number), ("TRUST_LIST_CORRUPT", true, 1));
    assert!(!government.advice.as_ref().unwrap().next_step_vi.is_empty());
    assert_eq!((list.lists[1].purpose(), list.lists[1].in_force), (Purpose::Timestamp, true));

    // The next edition trusts other roots: the same copy cannot be told any more.
    sign(&folder, "government", "2", "anchors/tls.pem", "government.jwt");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let report = verify(&mut office, &pdf).await;
    assert_eq!(report.verdict(), proto::Verdict::Indeterminate);
    assert!(codes(&report).contains(&"SIGNER_NOT_TRUSTED"), "{:?}", codes(&report));

    let copy = folder.join("copy.pdf");
    std::fs::write(&copy, &pdf).unwrap();
    offline(&folder, &copy.display().to_string(), pin);
}

/// What the office client says without a service, with every kind of list.
fn offline(folder: &Path, copy: &str, pin: Sha256) {
    let authority = folder.join("authority");
    let at = |name: &str| authority.join(name).display().to_string();
    let (signer, timestamp, token) = (at("anchors/signer.pem"), at("anchors/timestamp.pem"), at("token/chain.pem"));
    let edition = |name: &str, purpose: &str, certificates: &str, days: &[&str]| {
        let path = folder.join(name).display().to_string();
        let (key, chain, certificates) = (at("agency-ba-dinh/key.pem"), at("agency-ba-dinh/chain.pem"), at(certificates));
        let arguments = ["--name", name, "--sequence", "1", "--key", &key, "--chain", &chain, "--out", &path];
        assert!(bansao(&[&["trust", "sign", "--purpose", purpose, &certificates], arguments.as_slice(), days].concat()).status.success());
        path
    };
    let expired = edition("expired.jwt", "government", "anchors/signer.pem", &["--days", "0"]);
    let national = edition("national.jwt", "national", "anchors/signer.pem", &[]);
    let (empty, corrupt) = (folder.join("empty.pem").display().to_string(), folder.join("corrupt.pem").display().to_string());
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&corrupt, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let (pin, pem_pin) = (pin.to_hex(), Sha256::of(&std::fs::read(&timestamp).unwrap()).to_hex());
    let stamps = format!("timestamp={timestamp}");
    let signers_as_stamps = format!("timestamp={signer}");
    let development = format!("development={signer}");

    let cases: &[(&str, &[&str], i32, &[&str])] = &[
        ("plain", &[&signer], 0, &[]),
        ("signed and pinned", &[&national, &stamps], 0, &[]),
        ("for stamps alone", &[&signers_as_stamps], 2, &["SIGNER_NOT_TRUSTED"]),
        ("for signers alone", &[&national], 2, &["SIGNATURE_UNDETERMINED"]),
        ("expired", &[&expired, &stamps], 2, &["SIGNER_NOT_TRUSTED", "TRUST_LIST_EXPIRED"]),
        ("empty", &[&empty], 2, &["SIGNER_NOT_TRUSTED", "TRUST_LIST_EMPTY"]),
        ("corrupt", &[&corrupt], 2, &["SIGNER_NOT_TRUSTED", "TRUST_LIST_CORRUPT"]),
        ("one bad list beside a good one", &[&corrupt, &signer], 0, &[]),
        ("on a development list too", &[&national, &development, &stamps], 0, &[]),
    ];
    for (name, lists, status, wanted) in cases {
        let mut arguments = vec!["verify", "--offline", "--json", copy, "--trust", &token, "--trust-pin", &pin, "--trust-pin", &pem_pin];
        lists.iter().for_each(|list| arguments.extend(["--trust", list]));
        let said = bansao(&arguments);
        let text = String::from_utf8_lossy(&said.stdout);
        let line: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{name}: {text}"));
        assert_eq!(said.status.code(), Some(*status), "{name}: {line}");
        for code in *wanted {
            assert!(line["codes"].as_array().unwrap().iter().any(|one| one == code), "{name}: no {code}: {}", line["codes"]);
        }
        assert!(line["trust_time"].is_string() && line["trust_lists"].as_array().is_some_and(|all| all.len() > 1), "{name}");
        let purpose = &line["signatures"][0]["trust_list"]["purpose"];
        match *name {
            "signed and pinned" => assert_eq!(purpose, "national"),
            "on a development list too" => assert_eq!(purpose, "development", "never shown as more than it is"),
            "plain" => assert_eq!(purpose, "local"),
            _ => {}
        }
    }
    // Without a pin a signed list is nobody's.
    let said = bansao(&["verify", "--offline", "--json", copy, "--trust", &token, "--trust", &national]);
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stdout).contains("TRUST_LIST_UNPINNED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_says_by_its_exit_status_how_a_copy_stands() {
    let stage = Stage::set().await;
    let submission = stage.submit("exit-status", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let (_, pdf) = stage.copy(&stage.settle(&submission.name).await.copy).await;
    let kept = |name: &str, bytes: &[u8]| {
        let path = stage.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let mut altered = pdf.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let (good, altered, nothing) = (kept("good.pdf", &pdf), kept("altered.pdf", &altered), kept("nothing.pdf", b"no PDF"));
    let trust = stage.path("authority/trust.pem").display().to_string();
    let strangers = stage.path("authority/anchors/timestamp.pem").display().to_string();
    for (trust, files, status) in [
        (&trust, vec![&good], 0),
        (&trust, vec![&altered], 1),
        (&trust, vec![&nothing], 1),
        (&strangers, vec![&good], 2),
        (&trust, vec![&good, &altered], 1),
    ] {
        let mut arguments = vec!["verify", "--offline", "--json", "--trust", trust];
        arguments.extend(files.iter().map(|file| file.as_str()));
        let done = bansao(&arguments);
        let said = String::from_utf8_lossy(&done.stdout);
        assert_eq!(done.status.code(), Some(status), "{files:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(said.lines().count(), files.len());
    }
}

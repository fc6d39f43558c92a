//! A copy that the whole service issued, attacked and updated; and offices that ask in bulk or by digest.

use bansao::api::proto::submission::State;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, Verdict};
use bansao::clock::{Clock, SystemClock};
use bansao::verify::verify_copy;
use bansao_attack::{Expect, derive, legal};
use bansao_pades::Dss;

use crate::stage::{GOOD, Stage, specimen};

/// The message parts of one copy for the bulk call.
fn parts(name: &str, pdf: &[u8]) -> Vec<proto::VerifyCopiesRequest> {
    let chunks: Vec<&[u8]> = pdf.chunks(300_000).collect();
    let count = chunks.len();
    let part = |(i, chunk): (usize, &[u8])| proto::VerifyCopiesRequest {
        name: if i == 0 { name.to_owned() } else { String::new() },
        chunk: chunk.to_vec().into(),
        last: i + 1 == count,
    };
    chunks.into_iter().enumerate().map(part).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_copy_under_attack() {
    let stage = Stage::set().await;
    let submission = stage.submit("attacked", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (_, pdf) = stage.copy(&settled.copy).await;
    let trust = stage.trust();
    // An office without a network, a month and three years later: the proofs lie in the copy.
    for days in [30, 3 * 365] {
        let later = verify_copy(&pdf, &trust, SystemClock.now() + time::Duration::days(days));
        assert_eq!(later.verdict, bansao::verify::Verdict::Valid, "{days} days: {:?}", later.findings);
    }
    let mut wrong = Vec::new();
    let updates = legal(&pdf, &Dss::default()).unwrap();
    let attacks = derive(&pdf).unwrap();
    assert!(attacks.len() >= 150, "{} attacks", attacks.len());
    // The longest files are the least interesting ones here; `crates/pades` tries them all.
    for variant in updates.iter().chain(attacks.iter().filter(|a| a.bytes.len() < 4 * pdf.len())) {
        let report = verify_copy(&variant.bytes, &trust, SystemClock.now());
        let right = match variant.expect {
            Expect::Same => report.verdict == bansao::verify::Verdict::Valid,
            Expect::NotValid => report.verdict != bansao::verify::Verdict::Valid,
            Expect::Invalid => report.verdict == bansao::verify::Verdict::Invalid,
        };
        if !right {
            wrong.push(format!("{}: {:?}", variant.name, report.findings));
        }
    }
    assert!(wrong.is_empty(), "{} verdicts are wrong:\n{}", wrong.len(), wrong.join("\n"));

    // The service knows its copy again after its holder added a store, in bulk as one by one, and by digest as issued only.
    let mut office = VerificationServiceClient::new(stage.channel("office-1"));
    let mut sent = parts("issued", &pdf);
    sent.extend(parts("changed", &attacks.iter().find(|a| a.name == "update/page-rotated").unwrap().bytes));
    sent.extend(updates.iter().flat_map(|u| parts(&u.name, &u.bytes)));
    let mut answers = office.verify_copies(tokio_stream::iter(sent)).await.unwrap().into_inner();
    let mut verdicts = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        verdicts.push((answer.name, answer.report.unwrap().verdict()));
    }
    let mut expected = vec![("issued".to_owned(), Verdict::Valid), ("changed".to_owned(), Verdict::Invalid)];
    expected.extend(updates.iter().map(|u| (u.name.clone(), Verdict::Valid)));
    assert_eq!(verdicts, expected);
    let mut by_digest = async |bytes: &[u8]| {
        let sha256 = bansao::record::Sha256::of(bytes).as_bytes().to_vec().into();
        office.verify_digest(proto::VerifyDigestRequest { sha256 }).await.unwrap().into_inner()
    };
    assert_eq!(by_digest(&pdf).await.verdict(), Verdict::Valid);
    let unknown = by_digest(&updates.last().unwrap().bytes).await;
    assert_eq!((unknown.verdict(), unknown.findings[0].code.as_str()), (Verdict::Indeterminate, "DIGEST_UNKNOWN"));
    let short = office.verify_digest(proto::VerifyDigestRequest { sha256: vec![0; 31].into() }).await;
    assert_eq!(short.unwrap_err().code(), tonic::Code::InvalidArgument);
}

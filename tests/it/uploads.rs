//! Uploads as kiosks really send them: twice, at once, broken off, too large, wrong.

use std::time::Duration;

use bansao::api::proto::submission::State;
use bansao::api::proto::{self};
use tokio_stream::wrappers::ReceiverStream;

use crate::stage::{GOOD, Stage, blank_page, chunk, header, reason, specimen};

async fn refused(stage: &Stage, messages: Vec<proto::SubmitScanRequest>) -> String {
    reason(&stage.kiosk().submit_scan(tokio_stream::iter(messages)).await.unwrap_err())
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_uploads_get_typed_answers_and_the_service_goes_on() {
    let stage = Stage::set().await;
    let page = vec![blank_page()];
    let citizen = stage.assertion("2", "bansao").await;
    let with = |request_id: &str, kind: &str, assertion: &str| header(request_id, kind, assertion, &page);

    assert_eq!(refused(&stage, vec![]).await, "HEADER_MISSING");
    assert_eq!(refused(&stage, vec![chunk(b"abc")]).await, "HEADER_MISSING");
    assert_eq!(refused(&stage, vec![with("bad", "", &citizen)]).await, "FIELD_INVALID");
    assert_eq!(refused(&stage, vec![with("request-1", "no_such_kind", &citizen)]).await, "KIND_UNKNOWN");
    assert_eq!(refused(&stage, vec![with("request-1", "", "rubbish")]).await, "CITIZEN_UNAUTHENTICATED");
    let level_1 = stage.assertion("1", "bansao").await;
    assert_eq!(refused(&stage, vec![with("request-1", "", &level_1)]).await, "ASSURANCE_TOO_LOW");
    let elsewhere = stage.assertion("2", "another-service").await;
    assert_eq!(refused(&stage, vec![with("request-1", "", &elsewhere)]).await, "CITIZEN_UNAUTHENTICATED");
    assert_eq!(refused(&stage, vec![with("request-1", "", &citizen), with("request-1", "", &citizen)]).await, "HEADER_REPEATED");
    assert_eq!(refused(&stage, vec![with("request-1", "", &citizen)]).await, "UPLOAD_INCOMPLETE");
    assert_eq!(refused(&stage, vec![with("request-1", "", &citizen), chunk(&page[0]), chunk(b"more")]).await, "CHUNK_AFTER_END");
    let mut altered = page[0].clone();
    altered[100] ^= 1;
    assert_eq!(refused(&stage, vec![with("request-1", "", &citizen), chunk(&altered)]).await, "DIGEST_MISMATCH");
    assert_eq!(refused(&stage, vec![header("request-1", "", &citizen, &[])]).await, "UPLOAD_EMPTY");
    assert_eq!(refused(&stage, vec![header("request-1", "", &citizen, &vec![vec![1]; 21])]).await, "UPLOAD_TOO_LARGE");
    let large = vec![vec![0; (40 << 20) + 1]];
    assert_eq!(refused(&stage, vec![header("request-1", "", &citizen, &large)]).await, "UPLOAD_TOO_LARGE");
    let chunky = vec![vec![0; (1 << 20) + 1]];
    assert_eq!(refused(&stage, vec![header("request-1", "", &citizen, &chunky), chunk(&chunky[0])]).await, "CHUNK_TOO_LARGE");

    // Bytes that are no scan are a refusal with reasons, not an error.
    let garbage: Vec<u8> = (0..50_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let submission = stage.submit("garbage-1", "birth_certificate", &[garbage]).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!((settled.state(), settled.reasons.as_slice()), (State::Refused, &["UNSUPPORTED_FORMAT".to_owned()][..]));
    let advice = settled.findings[0].advice.clone().unwrap();
    assert!(!advice.message_vi.is_empty() && !advice.message_en.is_empty() && !advice.next_step_vi.is_empty());

    let blank = stage.submit("blank-01", "", &page).await.unwrap();
    let settled = stage.settle(&blank.name).await;
    assert_eq!(settled.state(), State::Refused);
    assert!(settled.reasons.contains(&"BLANK_PAGE".to_owned()), "{:?}", settled.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_id_is_one_submission() {
    let stage = Stage::set().await;
    let page = vec![blank_page()];

    let (a, b, c) =
        tokio::join!(stage.submit("same-key", "", &page), stage.submit("same-key", "", &page), stage.submit("same-key", "", &page));
    let first = a.unwrap();
    assert_eq!((&first.name, &first.name), (&b.unwrap().name, &c.unwrap().name));
    assert_eq!(stage.submit("same-key", "", &page).await.unwrap().name, first.name);

    let other = vec![b"something else".to_vec()];
    assert_eq!(reason(&stage.submit("same-key", "", &other).await.unwrap_err()), "REQUEST_ID_REUSED");
    assert_eq!(reason(&stage.submit("same-key", "birth_certificate", &page).await.unwrap_err()), "REQUEST_ID_REUSED");

    // Another kiosk's submission is not to be seen, and its keys are its own.
    let mut other_kiosk = bansao::api::proto::certification_service_client::CertificationServiceClient::new(stage.channel("kiosk-2"));
    let hidden = other_kiosk.get_submission(proto::GetSubmissionRequest { name: first.name.clone() }).await.unwrap_err();
    assert_eq!(reason(&hidden), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_that_breaks_off_leaves_nothing_behind() {
    let stage = Stage::set().await;
    let files = specimen(GOOD);
    let messages = stage.upload("broken-off", "birth_certificate", &files).await;

    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let mut kiosk = stage.kiosk();
    let call = tokio::spawn(async move { kiosk.submit_scan(ReceiverStream::new(receiver)).await });
    for message in messages.iter().take(2).cloned() {
        sender.send(message).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    call.abort();
    drop(sender);

    // The same key, whole this time, is a new submission that is certified.
    let submission = stage.submit("broken-off", "birth_certificate", &files).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    assert_eq!(settled.certification_number.unwrap().number, 1);
}

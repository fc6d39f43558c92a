//! What the machine is not certain of goes to an officer of the same agency, and to nobody else.

use std::time::Duration;

use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, get_scan_response};
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao::decide::Basis;
use bansao::store::NumberState;
use bansao::verify::{Verdict, verify_copy};
use tonic::transport::Channel;

use crate::stage::{GOOD, LOOPBACK, Stage, reason, specimen, start_authority};

fn officer(stage: &Stage, leaf: &str) -> ReviewServiceClient<Channel> {
    ReviewServiceClient::new(stage.channel(leaf))
}

/// Another officer than the certifier approves under a recorded mandate, as long as it is in force when the copy is signed.
#[tokio::test(flavor = "multi_thread")]
async fn an_approval_under_a_mandate_lasts_as_long_as_the_mandate() {
    let mut stage = Stage::set().await;
    stage.register.take().unwrap().stop().await;
    let files = specimen(GOOD);
    let first = stage.submit("mandate-1", "birth_certificate", &files).await.unwrap();
    assert_eq!(stage.settle(&first.name).await.state(), State::Referred);
    let approve = |name: &str| proto::ApproveReferralRequest { name: name.to_owned(), ..Default::default() };
    officer(&stage, "officer-3").approve_referral(approve(&first.name)).await.unwrap();
    let issued = stage.settle(&first.name).await;
    assert_eq!(issued.state(), State::Issued, "{:?}", issued.reasons);
    let id = bansao::record::SubmissionId::parse(&first.name).unwrap();
    let approval = stage.app().flow().peek(&id).await.unwrap().approval.unwrap();
    let basis = Basis::Mandate { officer: "officer-3".to_owned(), decision: "Quyết định số 34/QĐ-UBND".to_owned() };
    assert_eq!((approval.certifier.as_str(), approval.basis), ("an", basis), "the certifier signs; the mandate is on record");

    // Approved, but the seal waits for a time-stamp, and before it comes the mandate ends.
    let listen = stage.authority.addr;
    let second = stage.submit("mandate-2", "birth_certificate", &files).await.unwrap();
    assert_eq!(stage.settle(&second.name).await.state(), State::Referred);
    let spare = start_authority(&stage.path("spare"), LOOPBACK.parse().unwrap()).await;
    std::mem::replace(&mut stage.authority, spare).stop().await;
    officer(&stage, "officer-3").approve_referral(approve(&second.name)).await.unwrap();
    let id = bansao::record::SubmissionId::parse(&second.name).unwrap();
    for _ in 0..300 {
        if stage.app().flow().peek(&id).await.unwrap().waiting.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(stage.app().flow().peek(&id).await.unwrap().state, bansao::store::State::Approved);
    stage.config.agencies[0].mandates[0].until = in_vietnam(SystemClock.now()).date().previous_day().unwrap();
    stage.restart().await;
    drop(std::mem::replace(&mut stage.authority, start_authority(stage.folder.path(), listen).await));
    let back = stage.settle(&second.name).await;
    assert_eq!((back.state(), back.reasons.as_slice()), (State::Referred, &["ISSUE_FAILED".to_owned()][..]));
    let year = in_vietnam(SystemClock.now()).year();
    let lines = stage.app().flow().register_lines("ba-dinh", year).await.unwrap();
    assert!(matches!(&lines[1].state, NumberState::Void(reason) if reason.contains("mandate")), "{lines:?}");
    let asked = proto::CertificationNumber { number: 2, year, agency: "agencies/ba-dinh".to_owned(), ..Default::default() };
    let request = proto::GetStatusRequest { subject: Some(proto::get_status_request::Subject::Number(asked)) };
    let mut office = VerificationServiceClient::new(stage.channel("office-1"));
    let void = office.get_status(request).await.unwrap().into_inner();
    assert_eq!(void.statuses[0].status(), proto::CopyStatus::Void);
    let lapsed = officer(&stage, "officer-3").approve_referral(approve(&second.name)).await.unwrap_err();
    assert_eq!(reason(&lapsed), "CERTIFIER_UNKNOWN");
    officer(&stage, "officer-1").approve_referral(approve(&second.name)).await.unwrap();
    let issued = stage.settle(&second.name).await;
    assert_eq!((issued.state(), issued.certification_number.unwrap().number), (State::Issued, 3), "a void number is not used again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_decides_on_what_was_referred() {
    let mut stage = Stage::set().await;
    // Without its register even a good paper is only referred.
    stage.register.take().unwrap().stop().await;
    let files = specimen(GOOD);
    let first = stage.submit("referred-1", "birth_certificate", &files).await.unwrap();
    let second = stage.submit("referred-2", "birth_certificate", &files).await.unwrap();
    let settled = stage.settle(&first.name).await;
    assert_eq!(settled.state(), State::Referred);
    assert!(settled.reasons.contains(&"REGISTER_UNAVAILABLE".to_owned()), "{:?}", settled.reasons);
    stage.settle(&second.name).await;

    let mut ours = officer(&stage, "officer-1");
    let listed = ours.list_referrals(proto::ListReferralsRequest { page_size: 1, page_token: String::new() }).await.unwrap().into_inner();
    assert_eq!(listed.referrals.len(), 1);
    let request = proto::ListReferralsRequest { page_size: 1, page_token: listed.next_page_token };
    let rest = ours.list_referrals(request).await.unwrap().into_inner();
    assert_eq!(rest.referrals.len(), 1);

    let mut scan = ours.get_scan(proto::GetScanRequest { name: first.name.clone() }).await.unwrap().into_inner();
    let mut bytes = Vec::new();
    while let Some(message) = scan.message().await.unwrap() {
        if let Some(get_scan_response::Part::Chunk(chunk)) = message.part {
            bytes.extend_from_slice(&chunk);
        }
    }
    assert_eq!(bytes, files[0], "the officer sees the scan as received");

    let mut others = officer(&stage, "officer-2");
    let hidden = others.get_referral(proto::GetReferralRequest { name: first.name.clone() }).await.unwrap_err();
    assert_eq!(reason(&hidden), "NOT_FOUND");

    let fact = |field: &str, value: &str| proto::Fact { field: field.to_owned(), value: value.to_owned() };
    let approve = proto::ApproveReferralRequest {
        name: first.name.clone(),
        facts: vec![fact("full_name", "NGUYỄN THỊ TÊN DO CÁN BỘ ĐỌC")],
        note: "đã đối chiếu bản chính".to_owned(),
        ..Default::default()
    };
    ours.approve_referral(approve.clone()).await.unwrap();
    assert_eq!(reason(&ours.approve_referral(approve).await.unwrap_err()), "WRONG_STATE");
    let issued = stage.settle(&first.name).await;
    assert_eq!(issued.state(), State::Issued);
    let (_, pdf) = stage.copy(&issued.copy).await;
    let report = verify_copy(&pdf, &stage.trust(), SystemClock.now());
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.findings);
    assert_eq!(report.token.unwrap().facts.get("full_name"), Some("NGUYỄN THỊ TÊN DO CÁN BỘ ĐỌC"));

    let refuse = proto::RefuseReferralRequest { name: second.name.clone(), reasons: vec!["ALTERED".to_owned()], note: String::new() };
    assert_eq!(ours.refuse_referral(refuse).await.unwrap().into_inner().state(), State::Refused);
    let late = stage.kiosk().cancel_submission(proto::CancelSubmissionRequest { name: second.name }).await.unwrap_err();
    assert_eq!(reason(&late), "WRONG_STATE");

    let third = stage.submit("referred-3", "birth_certificate", &files).await.unwrap();
    stage.settle(&third.name).await;
    let cancelled = stage.kiosk().cancel_submission(proto::CancelSubmissionRequest { name: third.name }).await.unwrap().into_inner();
    assert_eq!(cancelled.state(), State::Cancelled);

    let year = in_vietnam(SystemClock.now()).year();
    let lines = stage.app().flow().register_lines("ba-dinh", year).await.unwrap();
    assert_eq!(lines.len(), 1, "a refused or cancelled submission takes no number");
    assert!(matches!(lines[0].state, NumberState::Issued(_)));
    let (_cipher, store) = bansao::app::store(&stage.config).await.unwrap();
    let book = bansao::flow::book(&store, "ba-dinh", year, stage.config.fees).await.unwrap();
    let totals = book.totals();
    assert_eq!((totals.last_number, totals.issued, totals.void, totals.open, totals.fee_vnd), (1, 1, 0, 0, 2_000));
    let close = async |year: i32, now| bansao::flow::close(&store, "ba-dinh", year, stage.config.fees, "an", now).await;
    let later = SystemClock.now() + time::Duration::days(400);
    assert!(close(year, SystemClock.now()).await.is_err(), "the year is not over");
    let closed = close(year, later).await.unwrap();
    assert_eq!((closed.last_number, closed.issued, closed.void, closed.fee_vnd), (1, 1, 0, 2_000));
    assert_eq!(close(year, later + time::Duration::days(1)).await.unwrap(), closed, "the first closing stays");
    assert_eq!(bansao::store::Store::closing(&store, "ba-dinh", year).await.unwrap(), Some(closed));
    assert_eq!((book.lines[0].requester.as_str(), book.lines[0].personal_id.as_str()), ("Lê Thị Thử", "001190000017"));
}

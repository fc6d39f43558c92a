//! What the machine is not certain of goes to an officer of the same agency, and to nobody else.

use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::{self, get_scan_response};
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao::store::NumberState;
use bansao::verify::{Verdict, verify_copy};
use tonic::transport::Channel;

use crate::stage::{GOOD, Stage, reason, specimen};

fn officer(stage: &Stage, leaf: &str) -> ReviewServiceClient<Channel> {
    ReviewServiceClient::new(stage.channel(leaf))
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
    assert_eq!((book.lines[0].requester.as_str(), book.lines[0].personal_id.as_str()), ("Lê Thị Thử", "001190000017"));
}

//! What is out of reach is waited for; nothing accepted is lost, and nothing half-made leaves.

use std::time::Duration;

use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::wallet_inbox_client::WalletInboxClient;
use bansao::api::proto::wallet_inbox_server::{WalletInbox, WalletInboxServer};
use bansao::api::proto::wallet_service_client::WalletServiceClient;
use bansao::api::proto::{self};
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao::reference::{ToldStatus, Wallet, link_holder};
use bansao::wire::serve;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

use crate::stage::{GOOD, LOOPBACK, Stage, specimen, start_authority, start_wallet};

/// A wallet that answers rubbish.
struct Rubbish;

#[tonic::async_trait]
impl WalletInbox for Rubbish {
    async fn deliver(&self, request: Request<Streaming<proto::DeliverRequest>>) -> Result<Response<proto::DeliverResponse>, Status> {
        let mut parts = request.into_inner();
        while parts.message().await?.is_some() {}
        Ok(Response::new(proto::DeliverResponse { receipt: "eyJhbGciOiJub25lIn0.e30.".to_owned() }))
    }

    async fn notify(&self, _: Request<proto::NotifyRequest>) -> Result<Response<proto::NotifyResponse>, Status> {
        Err(Status::internal("rubbish"))
    }
}

async fn deliveries(stage: &Stage) -> Vec<proto::Delivery> {
    let mut wallet = WalletServiceClient::new(stage.channel("wallet-1"));
    wallet.list_deliveries(proto::ListDeliveriesRequest::default()).await.unwrap().into_inner().deliveries
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..900 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not within 90 s: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_gets_its_copy_once_however_often_it_fails() {
    let mut stage = Stage::set().await;
    let assertion = stage.assertion("2", "bansao").await;
    link_holder(&stage.service(), &stage.identity("wallet-1"), assertion, SystemClock.now_ms()).await.unwrap();

    // Down.
    stage.wallet.take().unwrap().stop().await;
    let submission = stage.submit("wallet-1-down", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    until("a failed push", || async { deliveries(&stage).await.first().is_some_and(|d| d.last_error == "WALLET_UNAVAILABLE") }).await;

    // Up, but it answers rubbish.
    let rubbish = serve(stage.wallet_address, &stage.identity("wallet-1"), Routes::new(WalletInboxServer::new(Rubbish))).await.unwrap();
    until("a refused receipt", || async { deliveries(&stage).await[0].last_error == "RECEIPT_INVALID" }).await;
    assert_eq!(deliveries(&stage).await[0].state(), proto::delivery::State::Pending);
    rubbish.stop().await;

    // Up, and honest.
    stage.wallet = Some(start_wallet(stage.folder.path(), stage.wallet_address).await);
    until("the delivery", || async { deliveries(&stage).await[0].state() == proto::delivery::State::Acknowledged }).await;
    let stored = Wallet::list(&stage.path("wallet")).unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(format!("copies/{}", stored[0].copy.trim_start_matches("copies/")), settled.copy);
}

/// What a wallet was told of its only copy.
fn told(stage: &Stage) -> Option<ToldStatus> {
    Wallet::list(&stage.path("wallet")).unwrap().pop()?.told
}

/// Hands a copy to the wallet as `leaf`.
async fn hand(stage: &Stage, leaf: &str, header: proto::DeliveryHeader, pdf: &[u8]) -> Result<String, Status> {
    use proto::deliver_request::Part;
    let mut inbox = WalletInboxClient::new(stage.identity(leaf).channel(&format!("https://{}", stage.wallet_address)).unwrap());
    let parts = [Part::Header(header), Part::Chunk(pdf.to_vec().into())].map(|part| proto::DeliverRequest { part: Some(part) });
    inbox.deliver(tokio_stream::iter(parts)).await.map(|answer| answer.into_inner().receipt)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_takes_what_verifies_and_is_what_it_is_said_to_be() {
    let stage = Stage::set().await;
    let done = stage.submit("wallet-takes", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let (copy, pdf) = stage.copy(&stage.settle(&done.name).await.copy).await;
    let header = |pdf: &[u8]| proto::DeliveryHeader {
        delivery: format!("deliveries/{}", "c".repeat(26)),
        copy: Some(proto::Copy { sha256: bansao::record::Sha256::of(pdf).as_bytes().to_vec().into(), ..copy.clone() }),
        holder_personal_id: "001097000001".to_owned(),
        facts: Vec::new(),
    };
    let mut altered = pdf.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let said = |field: &str, value: &str| vec![proto::Fact { field: field.to_owned(), value: value.to_owned() }];
    let other_name = proto::DeliveryHeader { facts: said("full_name", "NGUYỄN VĂN KHÁC"), ..header(&pdf) };
    let other_copy = proto::DeliveryHeader {
        copy: header(&pdf).copy.map(|copy| proto::Copy { name: format!("copies/{}", "b".repeat(26)), ..copy }),
        ..header(&pdf)
    };

    let refused = [
        (hand(&stage, "service", header(&altered), &altered).await, tonic::Code::FailedPrecondition, "altered"),
        (hand(&stage, "service", header(&pdf), &altered).await, tonic::Code::InvalidArgument, "other bytes than declared"),
        (hand(&stage, "service", other_name, &pdf).await, tonic::Code::FailedPrecondition, "a fact that the copy states otherwise"),
        (hand(&stage, "service", other_copy, &pdf).await, tonic::Code::FailedPrecondition, "another copy's name"),
        (hand(&stage, "office-1", header(&pdf), &pdf).await, tonic::Code::PermissionDenied, "a stranger"),
    ];
    for (answer, code, why) in refused {
        assert_eq!(answer.unwrap_err().code(), code, "{why}");
    }
    assert!(Wallet::list(&stage.path("wallet")).unwrap().is_empty());

    let receipt = hand(&stage, "service", header(&pdf), &pdf).await.unwrap();
    assert_eq!(hand(&stage, "service", header(&pdf), &pdf).await.unwrap(), receipt, "the same again");
    assert_eq!(Wallet::list(&stage.path("wallet")).unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_hears_that_its_copy_was_superseded_and_revoked_however_long_it_was_away() {
    let mut stage = Stage::set().await;
    // Not the citizen's wallet yet: this copy is delivered to nobody.
    let other = stage.submit("told-other", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let other = stage.settle(&other.name).await;
    let assertion = stage.assertion("2", "bansao").await;
    link_holder(&stage.service(), &stage.identity("wallet-1"), assertion, SystemClock.now_ms()).await.unwrap();
    let mine = stage.submit("told-mine", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let mine = stage.settle(&mine.name).await;
    until("the delivery", || async { deliveries(&stage).await.first().is_some_and(|d| d.state() == proto::delivery::State::Acknowledged) })
        .await;
    assert_eq!(told(&stage), None);

    // The wallet is down while the officer acts, and the service starts anew meanwhile.
    stage.wallet.take().unwrap().stop().await;
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    let by = proto::SupersedeCopyRequest { name: mine.copy.clone(), superseded_by: other.copy.clone(), reason: "thử".to_owned() };
    officer.supersede_copy(by).await.unwrap();
    stage.restart().await;
    let rubbish = serve(stage.wallet_address, &stage.identity("wallet-1"), Routes::new(WalletInboxServer::new(Rubbish))).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    rubbish.stop().await;
    assert_eq!(told(&stage), None);
    stage.wallet = Some(start_wallet(stage.folder.path(), stage.wallet_address).await);
    until("the notice", || async { told(&stage).is_some() }).await;
    let superseded = told(&stage).unwrap();
    assert_eq!((superseded.status.as_str(), superseded.superseded_by.is_some()), ("SUPERSEDED", true));

    // Up: at once. Nobody is told of the copy that no wallet holds.
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    for name in [&mine.copy, &other.copy] {
        officer.revoke_copy(proto::RevokeCopyRequest { name: name.clone(), reason: "thử".to_owned() }).await.unwrap();
    }
    until("the revocation", || async { told(&stage).unwrap().status == "REVOKED" }).await;
    assert_eq!(Wallet::list(&stage.path("wallet")).unwrap().len(), 1);

    // A stranger tells the wallet nothing.
    let mut inbox = WalletInboxClient::new(stage.identity("office-1").channel(&format!("https://{}", stage.wallet_address)).unwrap());
    let refused = inbox.notify(proto::NotifyRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_time_stamps_the_copy_waits_and_a_restart_resumes_it() {
    let mut stage = Stage::set().await;
    let listen = stage.authority.addr;
    // Making its keys takes seconds: the spare stands ready before the race between inspection and the stop begins.
    let spare = start_authority(&stage.path("spare"), LOOPBACK.parse().unwrap()).await;
    let submission = stage.submit("no-timestamp", "birth_certificate", &specimen(GOOD)).await.unwrap();
    // The citizen is known by now; signing comes only after inspection, which takes longer than this.
    std::mem::replace(&mut stage.authority, spare).stop().await;

    let flow = std::sync::Arc::clone(stage.app().flow());
    let id = bansao::record::SubmissionId::parse(&submission.name).unwrap();
    until("a reason to wait", || async { flow.peek(&id).await.unwrap().waiting.is_some() }).await;
    let waiting = flow.peek(&id).await.unwrap();
    assert_eq!(waiting.state, bansao::store::State::Approved);
    let year = in_vietnam(SystemClock.now()).year();
    assert_eq!(flow.register_lines("ba-dinh", year).await.unwrap().len(), 1, "the number is reserved");
    drop(flow);

    stage.restart().await;
    drop(std::mem::replace(&mut stage.authority, start_authority(stage.folder.path(), listen).await));
    // Beside the workers two more seal the same approval: one copy is registered, and nobody fails.
    let together = [0, 1].map(|_| {
        let (flow, id) = (std::sync::Arc::clone(stage.app().flow()), id.clone());
        tokio::spawn(async move { flow.advance(&id).await })
    });
    for one in together {
        one.await.unwrap().unwrap();
    }
    let settled = stage.settle(&submission.name).await;
    assert_eq!((settled.state(), settled.certification_number.unwrap().number), (State::Issued, 1));
    let lines = stage.app().flow().register_lines("ba-dinh", year).await.unwrap();
    assert_eq!(lines.len(), 1, "no hole and no duplicate");
    let bansao::store::NumberState::Issued(copies) = &lines[0].state else { panic!("{lines:?}") };
    assert_eq!(copies.iter().map(|copy| format!("copies/{copy}")).collect::<Vec<_>>(), [settled.copy]);
}

/// A revoked signer signs nothing: the copy waits, and no number but the reserved one is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certifier_signs_nothing() {
    let stage = Stage::set().await;
    stage.revoke("certifier-an").await;
    let submission = stage.submit("revoked-certifier", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let id = bansao::record::SubmissionId::parse(&submission.name).unwrap();
    let flow = stage.app().flow();
    until("a reason to wait", || async { flow.peek(&id).await.unwrap().waiting.is_some() }).await;
    let waiting = flow.peek(&id).await.unwrap();
    assert_eq!((waiting.state, waiting.waiting.as_deref()), (bansao::store::State::Approved, Some("SIGNER_INVALID")));
    assert!(waiting.copies.is_empty());
    let shown = stage.kiosk().get_submission(proto::GetSubmissionRequest { name: submission.name }).await.unwrap().into_inner();
    assert!(!shown.waiting.unwrap().message_vi.is_empty(), "the kiosk sees why");
}

/// A container that outgrows the bytes reserved for it (a chain with an overlong certificate): nothing is cut, no copy leaves, the
/// number becomes void for that reason, and an officer gets the submission back. With the chain mended the next number is used.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_outgrows_its_reserve_voids_the_number_and_releases_nothing() {
    let mut stage = Stage::set().await;
    let chain = stage.config.agencies[0].certifiers[0].signature.chain.clone();
    let good = std::fs::read_to_string(&chain).unwrap();
    std::fs::write(&chain, good.clone() + &overlong()).unwrap();
    stage.restart().await;
    let submission = stage.submit("overlong-chain", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!((settled.state(), settled.reasons.as_slice()), (State::Referred, &["ISSUE_FAILED".to_owned()][..]));
    assert!(settled.copy.is_empty() && settled.certification_number.is_none());
    let year = in_vietnam(SystemClock.now()).year();
    let lines = stage.app().flow().register_lines("ba-dinh", year).await.unwrap();
    let bansao::store::NumberState::Void(reason) = &lines[0].state else { panic!("{lines:?}") };
    assert!(reason.contains("were reserved"), "{reason}");

    std::fs::write(&chain, good).unwrap();
    stage.restart().await;
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    officer.approve_referral(proto::ApproveReferralRequest { name: submission.name.clone(), ..Default::default() }).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!((settled.state(), settled.certification_number.unwrap().number), (State::Issued, 2), "{:?}", settled.reasons);
    assert_eq!(stage.app().flow().register_lines("ba-dinh", year).await.unwrap().len(), 2, "no number is used twice");
}

/// A certificate in the name of the development root, with forty thousand bytes more than it needs.
fn overlong() -> String {
    use rcgen::string::PrintableString;
    use rcgen::{CertificateParams, CustomExtension, DnType, DnValue, KeyPair};
    let mut params = CertificateParams::default();
    let name = &mut params.distinguished_name;
    *name = rcgen::DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString(PrintableString::try_from("VN").unwrap()));
    name.push(DnType::OrganizationName, "Bản sao điện tử (môi trường phát triển)");
    name.push(DnType::CommonName, "Gốc phát triển - Tài liệu");
    params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 57264, 99, 2], vec![4; 40_000]));
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

//! How a copy stands: in force, revoked, superseded, void or unknown, and what every verdict makes of it.

use bansao::api::proto::get_status_request::Subject;
use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::submit_scan_request::Part;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, CopyStatus, Verdict};
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao::verify::verify_copy;
use tonic::transport::Channel;

use crate::stage::{GOOD, Stage, reason, specimen};

type Office = VerificationServiceClient<Channel>;

async fn of_file(office: &mut Office, pdf: &[u8]) -> proto::VerificationReport {
    let parts: Vec<_> =
        pdf.chunks(300_000).map(|chunk| proto::VerifyCopyRequest { chunk: chunk.to_vec().into(), ..Default::default() }).collect();
    office.verify_copy(tokio_stream::iter(parts)).await.unwrap().into_inner()
}

/// What each of the four ways to ask says of a copy: verdict, codes, status.
async fn everywhere(office: &mut Office, copy: &proto::Copy, pdf: &[u8]) -> Vec<(Verdict, Vec<String>, CopyStatus)> {
    let digest = proto::VerifyDigestRequest { sha256: copy.sha256.clone() };
    let one = proto::VerifyCopiesRequest { name: "one".to_owned(), chunk: pdf.to_vec().into(), last: true };
    let mut many = office.verify_copies(tokio_stream::iter([one])).await.unwrap().into_inner();
    let reports = [
        of_file(office, pdf).await,
        many.message().await.unwrap().unwrap().report.unwrap(),
        office.verify_digest(digest).await.unwrap().into_inner(),
        office.verify_token(proto::VerifyTokenRequest { token: copy.qr_text.clone() }).await.unwrap().into_inner(),
    ];
    let said = |report: &proto::VerificationReport| {
        let status = report.register_status.as_ref().unwrap();
        assert!(status.as_of_time.is_some());
        (report.verdict(), report.findings.iter().map(|finding| finding.code.clone()).collect(), status.status())
    };
    reports.iter().map(said).collect()
}

async fn asked(office: &mut Office, subject: Subject) -> Vec<proto::RegisterStatus> {
    office.get_status(proto::GetStatusRequest { subject: Some(subject) }).await.unwrap().into_inner().statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_or_superseded_copy_is_never_valid_again() {
    let stage = Stage::set().await;
    let mut messages = stage.upload("status-of-three", "birth_certificate", &specimen(GOOD)).await;
    let Some(Part::Header(header)) = &mut messages[0].part else { panic!("no header") };
    header.copies = 3;
    let name = stage.kiosk().submit_scan(tokio_stream::iter(messages)).await.unwrap().into_inner().name;
    let issued = stage.settle(&name).await;
    assert_eq!((issued.state(), issued.copies.len()), (State::Issued, 3), "{:?}", issued.reasons);
    let number = issued.certification_number.clone().unwrap();
    let mut copies = Vec::new();
    for name in &issued.copies {
        copies.push(stage.copy(name).await);
    }
    let [(first, first_pdf), (second, second_pdf), (third, third_pdf)] = copies.as_slice() else { panic!("three copies") };
    let mut office = VerificationServiceClient::new(stage.channel("office-1"));
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));

    let in_force = (Verdict::Valid, Vec::<String>::new(), CopyStatus::Valid);
    assert_eq!(everywhere(&mut office, first, first_pdf).await, vec![in_force.clone(); 4]);

    // Another agency's officer knows no such copy, a kiosk may not, and an act without a reason is none.
    let revoke = |reason: &str| proto::RevokeCopyRequest { name: first.name.clone(), reason: reason.to_owned() };
    let mut stranger = ReviewServiceClient::new(stage.channel("officer-2"));
    assert_eq!(reason(&stranger.revoke_copy(revoke("x")).await.unwrap_err()), "NOT_FOUND");
    let mut kiosk = ReviewServiceClient::new(stage.channel("kiosk-1"));
    assert_eq!(reason(&kiosk.revoke_copy(revoke("x")).await.unwrap_err()), "ROLE_NOT_ALLOWED");
    assert_eq!(reason(&officer.revoke_copy(revoke("  ")).await.unwrap_err()), "FIELD_INVALID");

    let done = officer.revoke_copy(revoke("cấp nhầm người")).await.unwrap().into_inner();
    assert_eq!(done.status(), CopyStatus::Revoked);
    let again = officer.revoke_copy(revoke("another reason")).await.unwrap().into_inner();
    assert_eq!(again.change_time, done.change_time, "the first act stays");
    let revoked = (Verdict::Invalid, vec!["COPY_REVOKED".to_owned()], CopyStatus::Revoked);
    assert_eq!(everywhere(&mut office, first, first_pdf).await, vec![revoked; 4]);
    // Whoever has no connection to the register is not told that the copy stands.
    let offline = verify_copy(first_pdf, &stage.trust(), SystemClock.now());
    assert_eq!((offline.verdict, offline.register), (bansao::verify::Verdict::Valid, None));

    let supersede = |by: &proto::Copy| proto::SupersedeCopyRequest {
        name: second.name.clone(),
        superseded_by: by.name.clone(),
        reason: "sai tên".to_owned(),
    };
    for wrong in [first, second] {
        assert_eq!(reason(&officer.supersede_copy(supersede(wrong)).await.unwrap_err()), "WRONG_STATE");
    }
    let done = officer.supersede_copy(supersede(third)).await.unwrap().into_inner();
    assert_eq!((done.status(), done.superseded_by.as_ref()), (CopyStatus::Superseded, Some(&number)));
    let superseded = (Verdict::Invalid, vec!["COPY_SUPERSEDED".to_owned()], CopyStatus::Superseded);
    assert_eq!(everywhere(&mut office, second, second_pdf).await, vec![superseded; 4]);
    assert_eq!(everywhere(&mut office, third, third_pdf).await, vec![in_force; 4]);
    // Tampered with besides: a verdict on the file, and still no word that the copy which it names stands.
    let mut tampered = first_pdf.clone();
    let at = tampered.len() / 2;
    tampered[at] ^= 1;
    let report = of_file(&mut office, &tampered).await;
    assert!(report.verdict() == Verdict::Invalid && report.register_status.is_none_or(|said| said.status() == CopyStatus::Revoked));

    let by_number = asked(&mut office, Subject::Number(number.clone())).await;
    let statuses: Vec<CopyStatus> = by_number.iter().map(proto::RegisterStatus::status).collect();
    assert_eq!(statuses, [CopyStatus::Revoked, CopyStatus::Superseded, CopyStatus::Valid]);
    assert_eq!(asked(&mut office, Subject::Copy(third.name.clone())).await[0].status(), CopyStatus::Valid);
    assert_eq!(asked(&mut office, Subject::Sha256(second.sha256.clone())).await[0].status(), CopyStatus::Superseded);
    let other_book = proto::CertificationNumber { book: "2/2026-SCT/BS".to_owned(), ..number.clone() };
    for unknown in [
        Subject::Sha256(vec![7; 32].into()),
        Subject::Copy("copies/aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()),
        Subject::Number(proto::CertificationNumber { number: 99, ..number.clone() }),
        Subject::Number(other_book),
    ] {
        assert_eq!(asked(&mut office, unknown).await[0].status(), CopyStatus::Unknown);
    }
    let nothing = office.get_status(proto::GetStatusRequest { subject: None }).await.unwrap_err();
    assert_eq!(reason(&nothing), "FIELD_INVALID");

    // A superseded copy may still be revoked, and the book of the year says what became of each.
    let request = proto::RevokeCopyRequest { name: second.name.clone(), reason: "bản chính giả".to_owned() };
    assert_eq!(officer.revoke_copy(request).await.unwrap().into_inner().status(), CopyStatus::Revoked);
    let (_cipher, store) = bansao::app::store(&stage.config).await.unwrap();
    let year = in_vietnam(SystemClock.now()).year();
    let book = bansao::flow::book(&store, "ba-dinh", year, stage.config.fees).await.unwrap();
    let note = &book.lines[0].note;
    assert!(note.contains("thu hồi bản 1") && note.contains("thu hồi bản 2") && !note.contains("bản 3"), "{note}");
}

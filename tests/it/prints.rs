//! Pictures of printed copies through the whole service: read in a sandboxed worker, asked about in the register, judged.

use std::process::Command;

use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, Likeness, Verdict};
use bansao_scan::RgbImage;
use image::Rgb;
use tonic::Status;
use tonic::transport::Channel;

use crate::camera::{Camera, jpeg};
use crate::printer::print;
use crate::stage::{GOOD, Stage, reason, specimen};

type Office = VerificationServiceClient<Channel>;

/// Another birth certificate of the same form.
const OTHER: &str = "birth_certificate/b2015-italic";

async fn verify(office: &mut Office, pictures: &[Vec<u8>]) -> Result<proto::VerificationReport, Status> {
    let parts: Vec<_> = pictures
        .iter()
        .flat_map(|picture| {
            let end = picture.len().div_ceil(500_000);
            let chunks = picture.chunks(500_000).zip(1..);
            chunks.map(move |(chunk, at)| proto::VerifyImageRequest { chunk: chunk.to_vec().into(), last: at == end })
        })
        .collect();
    Ok(office.verify_image(tokio_stream::iter(parts)).await?.into_inner())
}

fn codes(report: &proto::VerificationReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn likeness(report: &proto::VerificationReport, field: &str) -> Likeness {
    let fact = report.image.as_ref().and_then(|image| image.facts.iter().find(|fact| fact.field == field));
    fact.map_or(Likeness::Unspecified, proto::ImageFact::likeness)
}

/// The copy of a specimen, and its sheets at this resolution.
async fn issued(stage: &Stage, request: &str, case: &str) -> (proto::Copy, Vec<RgbImage>) {
    let name = stage.submit(request, "birth_certificate", &specimen(case)).await.unwrap().name;
    let settled = stage.settle(&name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (copy, pdf) = stage.copy(&settled.copy).await;
    (copy, print(&pdf, 300, false))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_print_is_told_from_what_is_made_of_it() {
    let stage = Stage::set().await;
    let (copy, sheets) = issued(&stage, "print-genuine", GOOD).await;
    let (_, others) = issued(&stage, "print-other", OTHER).await;
    let [page, statement] = sheets.as_slice() else { panic!("two sheets") };
    let mut office = VerificationServiceClient::new(stage.channel("office-1"));

    // Scanned, and the code photographed from aside.
    let camera = Camera { back: 8.0, right: -5.0, turn: 2.0, shadow: 0.3 };
    let genuine = [jpeg(page), jpeg(&camera.shoot(statement, 2400))];
    let report = verify(&mut office, &genuine).await.unwrap();
    assert_eq!(report.verdict(), Verdict::Valid, "{:?} {:?}", codes(&report), report.image);
    let image = report.image.clone().unwrap();
    assert_eq!(image.likeness(), Likeness::Same);
    assert_eq!(likeness(&report, "mother.full_name"), Likeness::Same, "the register vouches for what the token does not carry");
    assert!(
        image.facts.iter().any(|fact| fact.field == "full_name" && fact.picture == 1 && fact.region.is_some() && !fact.seen.is_empty())
    );
    assert_eq!(report.register_status.as_ref().map(proto::RegisterStatus::status), Some(proto::CopyStatus::Valid));

    assert_eq!(image.pages.iter().map(|page| (page.likeness(), page.picture)).collect::<Vec<_>>(), [(Likeness::Same, 1)]);

    // A part of another paper pasted over the middle of the page: the place is named.
    let mut pasted = page.clone();
    let (width, height) = pasted.dimensions();
    let part = image::imageops::crop_imm(&others[0], width / 10, height * 2 / 5, width * 4 / 5, height / 8).to_image();
    image::imageops::replace(&mut pasted, &part, i64::from(width / 10), i64::from(height * 2 / 5));
    let report = verify(&mut office, &[jpeg(&pasted), jpeg(statement)]).await.unwrap();
    assert!(report.verdict() != Verdict::Valid && codes(&report).contains(&"PRINT_PICTURE_DIFFERS"), "{:?}", codes(&report));
    let regions = report.image.unwrap().pages.remove(0).regions;
    assert!(!regions.is_empty() && regions.iter().all(|at| at.top > 380 && at.bottom < 550), "{regions:?}");

    // The statement of this copy behind the page of another: a genuine code, and another name. A wallet is told so, and shown
    // nothing of a person.
    let mut wallet = VerificationServiceClient::new(stage.channel("wallet-1"));
    let mixed = verify(&mut wallet, &[jpeg(&others[0]), jpeg(statement)]).await.unwrap();
    assert!(mixed.verdict() == Verdict::Invalid && codes(&mixed).contains(&"PRINT_DIFFERS"), "{:?}", codes(&mixed));
    assert_ne!(likeness(&mixed, "full_name"), Likeness::Same);
    assert!(mixed.image.unwrap().facts.iter().all(|fact| fact.seen.is_empty() && fact.expected.is_empty()));
    // Two codes in the pictures.
    let both = verify(&mut office, &[jpeg(statement), jpeg(&others[1])]).await.unwrap();
    assert_eq!((both.verdict(), codes(&both)), (Verdict::Indeterminate, vec!["QR_SEVERAL"]));
    // The code alone, the page alone, and the code with a hand over it.
    let alone = verify(&mut office, &[jpeg(statement)]).await.unwrap();
    assert_eq!((alone.verdict(), codes(&alone)), (Verdict::Indeterminate, vec!["PRINT_INCOMPLETE"]));
    let mut covered = statement.clone();
    let (width, height) = covered.dimensions();
    for (x, y, pixel) in covered.enumerate_pixels_mut() {
        if x < width / 4 && y > height * 2 / 3 {
            *pixel = Rgb([190, 150, 120]);
        }
    }
    for pictures in [vec![jpeg(page)], vec![jpeg(page), jpeg(&covered)]] {
        let report = verify(&mut office, &pictures).await.unwrap();
        assert_eq!((report.verdict(), codes(&report)), (Verdict::Indeterminate, vec!["QR_NOT_FOUND"]));
    }

    // What is no picture.
    for bytes in [b"not a picture".to_vec(), vec![0; 3 << 20], b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), b"PK\x03\x04zip".to_vec()] {
        let report = verify(&mut office, &[bytes]).await.unwrap();
        assert_eq!((report.verdict(), codes(&report)), (Verdict::Invalid, vec!["NOT_A_PICTURE"]));
    }
    assert_eq!(reason(&verify(&mut office, &[]).await.unwrap_err()), "UPLOAD_EMPTY");

    offline(&stage, page, statement);

    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    officer.revoke_copy(proto::RevokeCopyRequest { name: copy.name, reason: "thử".to_owned() }).await.unwrap();
    let report = verify(&mut office, &[jpeg(statement)]).await.unwrap();
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Invalid, vec!["COPY_REVOKED", "PRINT_INCOMPLETE"]));
}

/// The command without a service: it vouches for what the token signs, the names among it that the token does not spell out.
fn offline(stage: &Stage, page: &RgbImage, statement: &RgbImage) {
    let path = |name: &str| stage.path(name).display().to_string();
    page.save(stage.path("page.png")).unwrap();
    std::fs::write(stage.path("statement.jpg"), jpeg(statement)).unwrap();
    let trust = ["authority/anchors/signer.pem", "authority/token/chain.pem"].map(path);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bansao"));
    command.args(["verify", "--offline", "--json", "--together", "--trust", &trust[0], "--trust", &trust[1]]);
    let output = command.args([path("page.png"), path("statement.jpg")]).output().unwrap();
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{line}");
    assert_eq!((&line["verdict"], &line["codes"]), (&"VALID".into(), &serde_json::json!([])), "{line}");
    assert_eq!(line["register"]["status"], "NOT_ASKED");
    let facts = line["print"]["facts"].as_array().unwrap();
    assert!(facts.len() > 3 && facts.iter().all(|fact| fact["likeness"] == "SAME"), "{line}");
    assert!(facts.iter().any(|fact| fact["field"] == "mother.full_name"), "{line}");
    assert!(line["token"]["facts"].get("mother.full_name").is_none() && line["token"]["facts"].get("names_digest").is_none(), "{line}");
}

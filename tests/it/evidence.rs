//! What an officer is shown, and what is known of an original that was certified before.
//!
//! `BANSAO_EVIDENCE=folder` keeps the drawn pages, to look at.

use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::{self, Severity};
use bansao::finding::{Code, Finding, Region};
use bansao::inspect::evidence::{LONG_SIDE_PX, PREVIEW_BYTES, draw};

use crate::stage::{GOOD, Stage, reason, specimen};

fn certified_before(submission: &proto::Submission) -> Vec<&proto::Finding> {
    submission.findings.iter().filter(|finding| finding.code == "CERTIFIED_BEFORE").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_sees_at_a_glance_what_the_machine_doubts() {
    let stage = Stage::set().await;
    let submission = stage.submit("evidence", "birth_certificate", &specimen("birth_certificate/struck-out-name")).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Referred, "{:?}", settled.reasons);
    assert!(settled.reasons.contains(&"ALTERED".to_owned()), "{:?}", settled.reasons);

    let request = proto::GetEvidenceRequest { name: submission.name.clone() };
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    let mut pages = officer.get_evidence(request.clone()).await.unwrap().into_inner();
    let page = pages.message().await.unwrap().unwrap();
    assert!(pages.message().await.unwrap().is_none(), "one page");
    assert!(page.preview_jpeg.len() <= PREVIEW_BYTES);
    let mut picture = image::load_from_memory(&page.preview_jpeg).unwrap().into_rgb8();
    assert_eq!((page.page, picture.width(), picture.height()), (1, page.width_px as u32, page.height_px as u32));
    assert_eq!(picture.width().max(picture.height()), LONG_SIDE_PX);

    // The name was struck out about two fifths down the page: a place that says so stands there.
    let struck = page.findings.iter().filter(|finding| finding.code == "ALTERED").filter_map(|finding| finding.region.as_ref());
    assert!(struck.clone().any(|region| region.top > 400 && region.bottom < 530), "{:?}", page.findings);
    let drawn: Vec<Finding> = struck
        .map(|region| {
            let part = |value: u32| u16::try_from(value).unwrap();
            Finding::new(Code::Altered).at(Region {
                left: part(region.left),
                top: part(region.top),
                right: part(region.right),
                bottom: part(region.bottom),
            })
        })
        .collect();
    draw(&mut picture, &drawn);
    if let Ok(folder) = std::env::var("BANSAO_EVIDENCE") {
        picture.save(std::path::Path::new(&folder).join("struck-out-name.png")).unwrap();
    }

    let mut others = ReviewServiceClient::new(stage.channel("officer-2"));
    assert_eq!(reason(&others.get_evidence(request).await.unwrap_err()), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_is_known_again() {
    let mut stage = Stage::set().await;
    let files = specimen(GOOD);
    let first = stage.submit("before-1", "birth_certificate", &files).await.unwrap();
    let first = stage.settle(&first.name).await;
    assert_eq!((first.state(), certified_before(&first).len()), (State::Issued, 0));

    // Another scan of the same paper: smaller, turned, compressed anew. It is noted, and issued.
    let page = image::load_from_memory(&files[0]).unwrap().into_rgb8();
    let (width, height) = page.dimensions();
    let again = image::imageops::resize(&page, width * 98 / 100, height * 98 / 100, image::imageops::FilterType::CatmullRom);
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 80);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(200));
    encoder.encode_image(&again).unwrap();
    let second = stage.submit("before-2", "birth_certificate", &[jpeg]).await.unwrap();
    let second = stage.settle(&second.name).await;
    let noted = certified_before(&second);
    assert_eq!((noted.len(), second.state()), (1, State::Issued), "{:?} {:?}", second.reasons, second.findings);
    assert_eq!(noted[0].severity(), Severity::Info);

    // An officer read another name from it; then the machine's reading is what differs, and is said.
    stage.register.take().unwrap().stop().await;
    let third = stage.submit("before-3", "birth_certificate", &files).await.unwrap();
    stage.settle(&third.name).await;
    let mut officer = ReviewServiceClient::new(stage.channel("officer-1"));
    let fact = proto::Fact { field: "full_name".to_owned(), value: "NGUYỄN THỊ KHÁC".to_owned() };
    let approve = proto::ApproveReferralRequest { name: third.name.clone(), facts: vec![fact], ..Default::default() };
    officer.approve_referral(approve).await.unwrap();
    assert_eq!(stage.settle(&third.name).await.state(), State::Issued);
    let fourth = stage.submit("before-4", "birth_certificate", &files).await.unwrap();
    let fourth = stage.settle(&fourth.name).await;
    assert_eq!(fourth.state(), State::Referred);
    let differing = certified_before(&fourth);
    assert_eq!(differing.len(), 1, "{:?}", fourth.findings);
    assert_eq!((differing[0].severity(), differing[0].field.as_str()), (Severity::Error, "full_name"));
    assert_eq!(differing[0].expected, "NGUYỄN THỊ KHÁC");
    assert!(fourth.reasons.contains(&"CERTIFIED_BEFORE".to_owned()), "{:?}", fourth.reasons);
}

//! Several copies of one original, made together: one number, one line of the register, a fee for each.

use std::collections::BTreeSet;

use bansao::api::proto::submission::State;
use bansao::api::proto::submit_scan_request::Part;
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao::reference::{Wallet, link_holder};
use bansao::verify::{Verdict, verify_copy};

use crate::stage::{Stage, reason, specimen};

/// A certificate of two pages in two files.
const TWO_PAGES: &str = "land_certificate/l2024-italic";

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_one_original_made_together_share_one_number_and_are_paid_by_the_page() {
    let stage = Stage::set().await;
    let assertion = stage.assertion("2", "bansao").await;
    link_holder(&stage.service(), &stage.identity("wallet-1"), assertion, SystemClock.now_ms()).await.unwrap();
    let mut messages = stage.upload("three-copies", "land_certificate", &specimen(TWO_PAGES)).await;
    let ask = |messages: &mut Vec<bansao::api::proto::SubmitScanRequest>, copies| {
        let Some(Part::Header(header)) = &mut messages[0].part else { panic!("no header") };
        header.copies = copies;
    };
    ask(&mut messages, 11);
    let refused = stage.kiosk().submit_scan(tokio_stream::iter(messages.clone())).await.unwrap_err();
    assert_eq!(reason(&refused), "FIELD_INVALID");
    ask(&mut messages, 3);
    let submission = stage.kiosk().submit_scan(tokio_stream::iter(messages.clone())).await.unwrap().into_inner();
    ask(&mut messages, 2);
    let reused = stage.kiosk().submit_scan(tokio_stream::iter(messages)).await.unwrap_err();
    assert_eq!(reason(&reused), "REQUEST_ID_REUSED", "another number of copies is another request");

    let settled = stage.settle(&submission.name).await;
    assert_eq!((settled.state(), settled.copies.len()), (State::Issued, 3), "{:?}", settled.reasons);
    assert_eq!(settled.copy, settled.copies[0]);
    let number = settled.certification_number.unwrap();
    let (mut digests, mut tokens) = (BTreeSet::new(), BTreeSet::new());
    for name in &settled.copies {
        let (copy, pdf) = stage.copy(name).await;
        assert_eq!((&copy.name, copy.certification_number.as_ref()), (name, Some(&number)));
        let report = verify_copy(&pdf, &stage.trust(), SystemClock.now());
        assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.findings);
        digests.insert(copy.sha256);
        tokens.insert(copy.qr_text);
    }
    assert_eq!((digests.len(), tokens.len()), (3, 3), "each copy is a file of its own with its own token");

    let year = in_vietnam(SystemClock.now()).year();
    assert_eq!(stage.app().flow().register_lines("ba-dinh", year).await.unwrap().len(), 1);
    let (_cipher, store) = bansao::app::store(&stage.config).await.unwrap();
    let book = bansao::flow::book(&store, "ba-dinh", year, stage.config.fees).await.unwrap();
    let line = &book.lines[0];
    assert_eq!((line.number.number, line.pages, line.copies, line.fee_vnd), (1, 2, 3, 3 * 4_000));
    let totals = book.totals();
    assert_eq!((totals.last_number, totals.issued, totals.fee_vnd), (1, 1, 12_000));

    for _ in 0..200 {
        if Wallet::list(&stage.path("wallet")).unwrap().len() == 3 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the wallet has each of the copies");
}

//! End to end through gRPC over mutual TLS: from a kiosk's first byte to the issued copy in its hands.
//!
//! Kiosk, service, register, wallet and authority run in this process, so its CPU time is theirs together.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bansao::api::proto;
use bansao::api::proto::certification_service_client::CertificationServiceClient;
use bansao::api::proto::deliver_request::Part;
use bansao::api::proto::registry_service_client::RegistryServiceClient;
use bansao::api::proto::submission::State;
use bansao::api::proto::wallet_inbox_client::WalletInboxClient;
use bansao::clock::{Clock, SystemClock};
use bansao::verify::verify_copy;
use tokio::runtime::Runtime;
use tonic::transport::Channel;

use super::desk::KIND;
use super::ground::Specimen;
use super::measure::{Costs, Work, cost_of, spend};
use super::table::Bench;
use crate::stage::{Stage, collect_copy};

/// What all the runs over the wire may take.
const BUDGET: Duration = Duration::from_secs(40);

type Kiosk = CertificationServiceClient<Channel>;

/// Submits a specimen again and again, one after the other. Returns the costs, and in words how many ended in a copy.
pub(crate) fn end_to_end(bench: &mut Bench, runtime: &Runtime, specimen: &Specimen) -> (Costs, String) {
    let stage = runtime.block_on(Stage::set());
    // A channel starts its worker on the runtime that it is made in.
    let mut kiosk = runtime.block_on(async { stage.kiosk() });
    let (mut costs, mut issued, mut last) = (Costs::default(), 0, None);
    let start = Instant::now();
    // The first one connects, and fetches keys and revocation data; it is not counted.
    for number in 0..=bench.samples(20) {
        if costs.len() >= 2 && start.elapsed() > BUDGET {
            break;
        }
        let jpeg = distinct(&specimen.jpeg, number);
        let upload = runtime.block_on(stage.upload(&format!("end-to-end-{number}"), KIND, &[jpeg]));
        let mut copy = None;
        let cost = cost_of(|| copy = runtime.block_on(certify(&mut kiosk, upload)));
        if number > 0 {
            costs.0.push(cost);
            issued += usize::from(copy.is_some());
        }
        last = copy.or(last);
    }
    let summary = format!("{issued} of {} submissions ended in a copy", costs.len());
    if let Some((copy, pdf)) = last {
        peers(bench, runtime, &stage, &copy, &pdf);
    }
    (costs, summary)
}

/// One exchange with the register and one with the wallet, each over mutual TLS: the register answers with the entry, the wallet
/// verifies what it is handed, keeps it and signs a receipt.
fn peers(bench: &mut Bench, runtime: &Runtime, stage: &Stage, copy: &proto::Copy, pdf: &[u8]) {
    let channel =
        |address: SocketAddr| runtime.block_on(async { stage.identity("service").channel(&format!("https://{address}")).unwrap() });
    let register = RegistryServiceClient::new(channel(stage.register.as_ref().unwrap().address));
    let key = [("registration_no", "281/2024"), ("registration_date", "12/03/2024")];
    let look_up = || {
        let key = key.map(|(field, value)| proto::Fact { field: field.to_owned(), value: value.to_owned() }).to_vec();
        let request = proto::LookUpRequest {
            kind: KIND.to_owned(),
            key,
            purpose: "certify_copy".to_owned(),
            dossier: "submissions/bench".to_owned(),
        };
        let answer = runtime.block_on(register.clone().look_up(request)).unwrap().into_inner();
        assert_eq!(answer.entries.len(), 1, "the register knows the specimen");
    };
    bench.row(20, vec![Work::new("register: look-up over gRPC", 1, look_up)]);

    let wallet = WalletInboxClient::new(channel(stage.wallet_address));
    let number = Cell::new(0);
    let deliver = || {
        number.set(number.get() + 1);
        let delivery = format!("deliveries/{:a>26}", letters(number.get()));
        let header = proto::DeliveryHeader { delivery, copy: Some(copy.clone()), ..Default::default() };
        let chunks = pdf.chunks(1 << 16).map(|chunk| Part::Chunk(chunk.to_vec().into()));
        let parts: Vec<_> =
            std::iter::once(Part::Header(header)).chain(chunks).map(|part| proto::DeliverRequest { part: Some(part) }).collect();
        let answer = runtime.block_on(wallet.clone().deliver(tokio_stream::iter(parts))).unwrap();
        assert!(!answer.into_inner().receipt.is_empty());
    };
    let trust = stage.trust();
    let floor = || spend(verify_copy(pdf, &trust, SystemClock.now()));
    bench
        .row(20, vec![Work::new("deliver: one push with its receipt", 1, deliver), Work::new("verify_copy, as the wallet must", 1, floor)]);
}

/// A number in the letters `a` to `j`, which ids may hold.
fn letters(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

/// Sends the scan, follows the submission to its end, fetches the copy; none when it was not issued.
async fn certify(kiosk: &mut Kiosk, upload: Vec<proto::SubmitScanRequest>) -> Option<(proto::Copy, Vec<u8>)> {
    let submission = kiosk.submit_scan(tokio_stream::iter(upload)).await.unwrap().into_inner();
    let request = proto::WatchSubmissionRequest { name: submission.name, after_sequence: 0 };
    let mut events = kiosk.watch_submission(request).await.unwrap().into_inner();
    while let Some(event) = events.message().await.unwrap() {
        let submission = event.submission.unwrap();
        match submission.state() {
            State::Issued => {
                let parts = kiosk.get_copy(proto::GetCopyRequest { name: submission.copy }).await.unwrap().into_inner();
                return Some(collect_copy(parts).await);
            }
            State::Received | State::Approved => {}
            _ => return None,
        }
    }
    None
}

/// The same picture in other bytes: a comment after the first marker (ITU-T T.81, B.2.4.5).
fn distinct(jpeg: &[u8], number: usize) -> Vec<u8> {
    let (start_of_image, rest) = jpeg.split_at(2);
    let comment = format!("{number:08}");
    [start_of_image, &[0xff, 0xfe, 0, 10], comment.as_bytes(), rest].concat()
}

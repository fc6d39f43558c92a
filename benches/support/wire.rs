//! End to end through gRPC over mutual TLS: from a kiosk's first byte to the issued copy in its hands.
//!
//! Kiosk, service, register, wallet and authority run in this process, so its CPU time is theirs together.

use std::time::{Duration, Instant};

use bansao::api::proto;
use bansao::api::proto::certification_service_client::CertificationServiceClient;
use bansao::api::proto::submission::State;
use tokio::runtime::Runtime;
use tonic::transport::Channel;

use super::desk::KIND;
use super::ground::Specimen;
use super::measure::{Costs, cost_of};
use super::table::Bench;
use crate::stage::{Stage, collect_copy};

/// What all the runs over the wire may take.
const BUDGET: Duration = Duration::from_secs(40);

type Kiosk = CertificationServiceClient<Channel>;

/// Submits a specimen again and again, one after the other. Returns the costs, and in words how many ended in a copy.
pub(crate) fn end_to_end(bench: &Bench, runtime: &Runtime, specimen: &Specimen) -> (Costs, String) {
    let stage = runtime.block_on(Stage::set());
    // A channel starts its worker on the runtime that it is made in.
    let mut kiosk = runtime.block_on(async { stage.kiosk() });
    let (mut costs, mut issued) = (Costs::default(), 0);
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
    }
    let summary = format!("{issued} of {} submissions ended in a copy", costs.len());
    (costs, summary)
}

/// Sends the scan, follows the submission to its end, fetches the copy; none when it was not issued.
async fn certify(kiosk: &mut Kiosk, upload: Vec<proto::SubmitScanRequest>) -> Option<Vec<u8>> {
    let submission = kiosk.submit_scan(tokio_stream::iter(upload)).await.unwrap().into_inner();
    let request = proto::WatchSubmissionRequest { name: submission.name, after_sequence: 0 };
    let mut events = kiosk.watch_submission(request).await.unwrap().into_inner();
    while let Some(event) = events.message().await.unwrap() {
        let submission = event.submission.unwrap();
        match submission.state() {
            State::Issued => {
                let parts = kiosk.get_copy(proto::GetCopyRequest { name: submission.copy }).await.unwrap().into_inner();
                return Some(collect_copy(parts).await.1);
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

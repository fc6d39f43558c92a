//! From bytes to a decision: intake, opening, inspection, decision.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use bansao::clock::{Clock, SystemClock};
use bansao::decide::{Policy, decide};
use bansao::finding::{Code, Finding};
use bansao::inspect::{InspectionReport, Inspector, scan_limits};
use bansao::intake::{Declaration, Upload};
use bansao::record::{ScanFile, Sha256};
use bansao::store::{Blobs, Store};
use bansao::worker::Pool;
use image::ImageFormat;

use super::desk::{new_submission, upload_of};
use super::ground::{Ground, Specimen};
use super::measure::{Work, largest_child_mib, spend};
use super::reading::Reading;
use super::table::Bench;

/// Bytes of the scan that intake is measured with.
pub(crate) const SCAN_BYTES: usize = 1_000_000;
/// Bytes of one message of an upload.
const CHUNK: usize = 200_000;

/// Receiving a scan, and keeping it.
pub(crate) fn intake(bench: &mut Bench, ground: &Ground) {
    let scan = ground.random_bytes(SCAN_BYTES);
    let file = ScanFile { display_name: "scan".to_owned(), size_bytes: scan.len() as u64, sha256: Sha256::of(&scan) };
    let declaration = Declaration::new("request-1", None, vec![file], &ground.limits).unwrap();
    let receive = || {
        let mut upload = Upload::new(declaration.clone(), &ground.limits);
        scan.chunks(CHUNK).for_each(|chunk| upload.push(chunk).unwrap());
        spend(upload.finish().unwrap());
    };
    let hash = || spend(Sha256::of(&scan));
    bench.row(30, vec![Work::new("intake: upload of 1 MB", 10, receive), Work::new("SHA-256 of the bytes", 10, hash)]);

    let accept = Work::made_ready("accept: blob + row, durable", || {
        let scan = ground.random_bytes(SCAN_BYTES);
        let submission = new_submission(ground, vec![upload_of(&scan)]);
        Box::new(move || {
            ground.runtime.block_on(async {
                ground.blobs.put(&scan).await.unwrap();
                ground.store.accept(submission, SystemClock.now_ms()).await.unwrap();
            });
        })
    });
    bench.row(20, vec![accept, write_and_sync(ground, "SHA-256, bare write + fsync", SCAN_BYTES)]);
}

/// The least that keeping so many bytes takes.
pub(crate) fn write_and_sync<'a>(ground: &'a Ground, name: &str, size: usize) -> Work<'a> {
    let mut count = 0;
    Work::made_ready(name, move || {
        count += 1;
        let (path, bytes) = (ground.path(&format!("floor-{size}-{count}")), ground.random_bytes(size));
        Box::new(move || {
            spend(Sha256::of(&bytes));
            keep(&path, &bytes);
        })
    })
}

/// Writes a file so that it is there after a power cut, without anything around it.
pub(crate) fn keep(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).unwrap();
    file.write_all(bytes).and_then(|()| file.sync_all()).unwrap();
}

/// From a file to upright pixels.
pub(crate) fn open(bench: &mut Bench, ground: &Ground, specimen: &Specimen) {
    let limits = scan_limits(&ground.limits);
    let open = || spend(bansao_scan::open(&specimen.jpeg, &limits).unwrap());
    let name = format!("open and decode, {} dpi", specimen.dpi);
    bench.row(15, vec![Work::new(&name, 1, open), Work::new("bare JPEG decode", 1, || decode(specimen))]);
}

fn decode(specimen: &Specimen) {
    let decoded = image::load_from_memory_with_format(&specimen.jpeg, ImageFormat::Jpeg).unwrap();
    spend(decoded.into_rgb8());
}

/// The engine of the field on a page as it is.
pub(crate) const STOCK: &str = "stock tesseract, whole page";

/// The row of reading a page of that resolution.
pub(crate) fn reading_of(dpi: u32) -> String {
    format!("reading alone, {dpi} dpi")
}

/// Inspection of whole pages in a warm worker beside stock Tesseract, and starting one. Returns the memory of the largest child: of ours, and then of all.
pub(crate) fn inspection(bench: &mut Bench, ground: &Ground, specimens: &[Specimen], notes: &mut Vec<String>) -> (f64, f64) {
    for specimen in specimens {
        spend(report_on(ground, specimen));
    }
    let ours_mib = largest_child_mib();
    for specimen in specimens {
        let page = ground.path(&format!("page-{}.png", specimen.dpi));
        image::load_from_memory_with_format(&specimen.jpeg, ImageFormat::Jpeg).unwrap().save(&page).unwrap();
        let stock = || {
            let mut command = Command::new("tesseract");
            command.arg(&page).args(["-", "-l", "vie", "--psm", "3"]).env("OMP_THREAD_LIMIT", "1").stdin(Stdio::null());
            assert!(command.output().unwrap().status.success(), "stock tesseract fails");
        };
        let works = vec![
            Work::new(&format!("inspect, {} dpi", specimen.dpi), 1, || spend(report_on(ground, specimen))),
            Work::new(STOCK, 1, stock),
            Work::new("bare JPEG decode", 1, || decode(specimen)),
        ];
        bench.row(5, works);
        let reading = Reading::of(ground, specimen);
        notes.push(format!("reading, {} dpi {}", specimen.dpi, reading.in_words()));
        let whole = || {
            reading.find_lines();
            reading.ask();
        };
        let works = vec![
            Work::new(&reading_of(specimen.dpi), 1, whole),
            Work::new(STOCK, 1, stock),
            Work::new("of it layers and lines", 1, || reading.find_lines()),
        ];
        bench.row(5, works);
    }
    let start = || drop(Pool::start(ground.pool_settings.clone(), &ground.forms).unwrap());
    bench.row(5, vec![Work::new("start and end a worker", 1, start)]);
    (ours_mib, largest_child_mib())
}

/// What inspection sees on a specimen.
pub(crate) fn report_on(ground: &Ground, specimen: &Specimen) -> InspectionReport {
    let files = [specimen.jpeg.clone().into()];
    ground.pool.inspect(&files, None, SystemClock.today()).unwrap()
}

/// From a report, with the register's word, to a decision. Returns the decision in words.
pub(crate) fn decision(bench: &mut Bench, ground: &Ground, report: &InspectionReport) -> String {
    let mut report = report.clone();
    report.findings.push(Finding::new(Code::RegisterMatch));
    let policy = Policy { delegations: ground.agency.delegations.clone(), register_required: true, ..Policy::default() };
    let today = SystemClock.today();
    bench.row(20, vec![Work::new("decide", 2000, || spend(decide(&report, &policy, today)))]);
    format!("{:?}", decide(&report, &policy, today))
}

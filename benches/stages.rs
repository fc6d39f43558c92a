//! What each stage costs, and the whole: CPU time and memory beside floors that are measured in the same run.
//!
//! `cargo xtask bench` measures everything, `cargo xtask bench copy` a part (`scan`, `copy`, `wire`; `issue` and `verify` are parts of `copy`),
//! `--quick` does everything twice. A floor is the work
//! that a stage cannot do without, done bare: hashing the bytes, the signatures alone, decoding the picture, or what one
//! would run instead (stock Tesseract). Ratios are of all CPU time, children included. Nothing is asserted: machines differ.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends where the ground under it gives way"
)]

#[expect(dead_code, reason = "made for the tests; the benchmarks play on a part of it")]
#[path = "../tests/it/stage.rs"]
mod stage;
mod support;

use std::path::Path;
use std::process::Command;

use bansao::inspect::InspectionReport;
use bansao_scan::sniff;

use support::certify::Bare;
use support::desk::Dossier;
use support::ground::{Ground, Specimen};
use support::measure::resident_mib;
use support::table::Bench;
use support::{bars, certify, issue, pades, scan, verification, wire};

/// What may be measured by itself.
const PARTS: [&str; 5] = ["scan", "copy", "issue", "verify", "wire"];

fn main() {
    // Cargo hands over `--bench` too.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--bench")).collect();
    let quick = words.iter().any(|word| word == "--quick");
    let parts: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    if let Some(unknown) = parts.iter().find(|part| !PARTS.contains(part)) {
        panic!("no part {unknown}: {PARTS:?}");
    }
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    let load_before = load();
    let mut bench = Bench::new(quick);
    let ground = Ground::lay();
    let specimens = Specimen::both();
    let [specimen, _] = &specimens;
    let mut notes = Vec::new();

    if wanted("scan") {
        scan::intake(&mut bench, &ground);
        specimens.iter().for_each(|specimen| scan::open(&mut bench, &ground, specimen));
        let (reader_mib, stock_mib) = scan::inspection(&mut bench, &ground, &specimens, &mut notes);
        notes.push(format!("a worker         {reader_mib:.0} MiB resident at most, stock tesseract {stock_mib:.0} MiB or less"));
    }
    let report = scan::report_on(&ground, specimen);
    if wanted("scan") {
        notes.push(format!("decision         {}", scan::decision(&mut bench, &ground, &report)));
    }
    let mut bars = Vec::new();
    if wanted("copy") {
        bars = copy(&mut bench, &ground, specimen, report.clone(), &mut notes);
    }
    if parts.contains(&"issue") && !parts.contains(&"copy") {
        bars = issue_alone(&mut bench, &ground, specimen, report.clone());
    }
    if parts.contains(&"verify") && !parts.contains(&"copy") {
        bars = verify_alone(&mut bench, &ground, specimen, report);
    }
    if wanted("wire") {
        let (costs, ends) = wire::end_to_end(&mut bench, &ground.runtime, specimen);
        let parts = ["intake: upload of 1 MB", "accept: blob + row, durable", "inspect, 200 dpi", "decide", issue::ISSUE];
        bench.row_of("end to end over gRPC, 200 dpi", costs, "its stages, added up", &parts);
        notes.push(format!("end to end       {ends}"));
    }

    bars.extend(bars::of_reading(&bench, specimens.iter().map(|specimen| specimen.dpi)));
    println!("\n{}", bench.table());
    println!("CPU ms: user + system time of this process (authority, register, wallet and kiosk run in it), median of n.");
    println!("peak MiB: most heap beyond the start of the stage. ratio: all CPU time, children included, to the floor's.\n");
    bars.iter().for_each(|bar| println!("{bar}"));
    println!();
    conditions(&ground, &specimens, quick);
    notes.iter().for_each(|note| println!("  {note}"));
    println!("  memory          this process {:.0} MiB resident at most", resident_mib());
    println!("  load            {load_before} before, {} after", load());
    ground.clear();
}

/// From an approval to an issued copy; gives the bars.
fn copy(bench: &mut Bench, ground: &Ground, specimen: &Specimen, report: InspectionReport, notes: &mut Vec<String>) -> Vec<String> {
    let dossier = Dossier::new(ground, specimen, report.clone());
    let bare = Bare::new(ground);
    notes.push(certify::token(bench, &dossier, &bare));
    let made = certify::copy(bench, &dossier, &bare);
    pades::signatures(bench, ground, &made.composed);
    pades::timestamps(bench, ground, &bare);
    pades::augmentation(bench, ground, &made.sealed);
    let verdict = verification::one(bench, &dossier, &bare, &made.sealed);
    let megabyte = Specimen::of_a_megabyte();
    let megabyte_bytes = verification::of_a_megabyte(bench, &Dossier::new(ground, &megabyte, report.clone()), &bare);
    verification::bulk(bench, &dossier);
    issue::commits(bench, &dossier, &made);
    issue::after_approval(bench, &dossier, &bare, &made);
    let large = Specimen::large();
    let heavy = Dossier::new(ground, &large, report);
    issue::of_a_large_scan(bench, &heavy);
    let large_bytes = verification::of_a_large_scan(bench, &heavy);
    notes.push(format!("copies           {megabyte_bytes} bytes \"of about 1 MB\", {large_bytes} bytes of the large scan"));
    notes.push(format!("copy             {} bytes composed, {} bytes sealed", made.composed.pdf.len(), made.sealed.len()));
    notes.push(format!("verdict          {verdict}"));
    let name = issue::large_name(&heavy);
    let mut lines = bars::lines(bench, Some((&name, large.jpeg.len())));
    lines.extend(bars::of_verification(bench, megabyte_bytes, large_bytes));
    lines
}

/// Composing to verifying, each and all of it.
fn issue_alone(bench: &mut Bench, ground: &Ground, specimen: &Specimen, report: InspectionReport) -> Vec<String> {
    let dossier = Dossier::new(ground, specimen, report);
    let bare = Bare::new(ground);
    let made = certify::copy(bench, &dossier, &bare);
    verification::one(bench, &dossier, &bare, &made.sealed);
    issue::after_approval(bench, &dossier, &bare, &made);
    bars::lines(bench, None)
}

/// What judging copies, tokens and photographed codes costs.
fn verify_alone(bench: &mut Bench, ground: &Ground, specimen: &Specimen, report: InspectionReport) -> Vec<String> {
    let dossier = Dossier::new(ground, specimen, report.clone());
    let bare = Bare::new(ground);
    let photos = certify::token(bench, &dossier, &bare);
    verification::one(bench, &dossier, &bare, &certify::make(&dossier).sealed);
    let megabyte = Specimen::of_a_megabyte();
    let megabyte_bytes = verification::of_a_megabyte(bench, &Dossier::new(ground, &megabyte, report.clone()), &bare);
    verification::bulk(bench, &dossier);
    let large = Specimen::large();
    let large_bytes = verification::of_a_large_scan(bench, &Dossier::new(ground, &large, report));
    let mut lines = bars::lines(bench, None);
    lines.extend(bars::of_verification(bench, megabyte_bytes, large_bytes));
    lines.push(photos);
    lines
}

fn conditions(ground: &Ground, specimens: &[Specimen], quick: bool) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let profile = if cfg!(debug_assertions) { "debug: the figures say little" } else { "release" };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default().trim_start_matches(['\t', ' ', ':']);
    println!("conditions");
    println!("  machine         {cores} cores, {model}");
    println!("  build           {profile}{}", if quick { ", quick run: everything twice, cold" } else { "" });
    println!("  store           SQLite and folder on {}", file_system(ground.folder.path()));
    println!("  reader          {}", ground.pool.reader());
    for specimen in specimens {
        let format = sniff(&specimen.jpeg);
        println!("  scan            {}/scan.jpg, {} dpi, {} bytes, {format:?}", specimen.case, specimen.dpi, specimen.jpeg.len());
    }
}

/// The kind of file system that a folder is on: it makes the price of durability.
fn file_system(folder: &Path) -> String {
    let output = Command::new("stat").args(["--file-system", "--format=%T"]).arg(folder).output();
    output.map_or_else(|_| "an unknown file system".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

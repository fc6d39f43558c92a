//! The bars that the project set itself for a copy, beside what was measured.

use super::certify::PHOTO;
use super::issue::{FLOORS, ISSUE};
use super::pyhanko::VALIDATES;
use super::scan::{STOCK, reading_of};
use super::table::{Bench, Measured};
use super::verification::{ALL_CHECKS, BULK, BULK_COPIES, LARGE, MEGABYTE, MEGABYTE_FIRST};

/// At most so many times the sum of the floors.
const TIMES_FLOORS: f64 = 2.0;
/// At least so many times less CPU time than pyHanko.
const TIMES_PYHANKO: f64 = 20.0;
/// At most, milliseconds on the clock, in 95 of 100 issues.
const P95_MS: f64 = 60.0;

/// At most, milliseconds of CPU, from a photographed QR code to a verdict on its token.
const PHOTO_MS: f64 = 40.0;

/// At most so many times hashing the copy and checking its 18 signatures bare.
const TIMES_CHECKS: f64 = 1.5;
/// At least so many times less CPU time than pyHanko's validation.
const TIMES_PYHANKO_VALIDATES: f64 = 30.0;
/// At least, copies a second on the clock.
const COPIES_S: f64 = 300.0;

/// At most such a share of stock Tesseract's CPU time on the whole page.
const OF_STOCK: f64 = 1.0 / 3.0;

/// The bar of reading, for pages of these resolutions.
pub(crate) fn of_reading(bench: &Bench, resolutions: impl Iterator<Item = u32>) -> Vec<String> {
    let line_of = |dpi: u32| {
        let row = bench.measured(&reading_of(dpi))?;
        let (_, stock_ms, _) = row.floors.iter().find(|(name, ..)| name == STOCK)?;
        let share = row.cpu_ms / stock_ms;
        Some(line(&format!("reading, {dpi} dpi / stock Tesseract, CPU"), format!("{share:.2}"), "≤ 0.33", share <= OF_STOCK))
    };
    resolutions.filter_map(line_of).collect()
}

/// One line for each bar, for the rows that this run has.
pub(crate) fn lines(bench: &Bench, large: Option<(&str, usize)>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(issue) = bench.measured(ISSUE) {
        let floor = |start: &str| issue.floors.iter().find(|(name, ..)| name.starts_with(start));
        if let Some((_, cpu_ms, wall_ms)) = floor(FLOORS) {
            let (cpu, wall) = (issue.cpu_ms / cpu_ms, issue.wall_ms / wall_ms);
            lines.push(line("issue / sum of its floors, CPU", format!("{cpu:.2}"), "≤ 2", cpu <= TIMES_FLOORS));
            lines.push(line("issue / sum of its floors, clock", format!("{wall:.2}"), "≤ 2", wall <= TIMES_FLOORS));
        }
        match floor("pyHanko") {
            Some((_, cpu_ms, _)) => {
                let times = cpu_ms / issue.cpu_ms;
                lines.push(line("pyHanko / issue, CPU", format!("{times:.1}"), "≥ 20", times >= TIMES_PYHANKO));
            }
            None => lines.push("pyHanko            not measured: `cargo xtask test` installs it".to_owned()),
        }
        let p95 = issue.wall_p95_ms;
        lines.push(line("issue, clock, p95", format!("{p95:.1} ms"), "≤ 60 ms", p95 <= P95_MS));
    }
    if let Some(photo) = bench.measured(PHOTO) {
        lines.push(line("photo of a QR, CPU", format!("{:.1} ms", photo.cpu_ms), "≤ 40 ms", photo.cpu_ms <= PHOTO_MS));
    }
    if let Some((measured, (name, file_bytes))) = large.and_then(|large| Some((bench.measured(large.0)?, large))) {
        lines.push(memory(&measured, name, file_bytes));
    }
    lines
}

/// The bars of judging copies, of these lengths in bytes.
pub(crate) fn of_verification(bench: &Bench, megabyte: usize, large: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, what) in [(MEGABYTE, "verify_copy, 1 MB / its floor"), (MEGABYTE_FIRST, "the same, agency not met before")] {
        let Some(row) = bench.measured(name) else { continue };
        if let Some((_, cpu_ms, _)) = row.floors.iter().find(|(name, ..)| name == ALL_CHECKS) {
            let times = row.cpu_ms / cpu_ms;
            lines.push(line(what, format!("{times:.2}"), "≤ 1.5", times <= TIMES_CHECKS));
        }
        if let Some((_, cpu_ms, _)) = row.floors.iter().find(|(name, ..)| name == VALIDATES) {
            let times = cpu_ms / row.cpu_ms;
            lines.push(line("pyHanko / verify_copy, 1 MB, CPU", format!("{times:.1}"), "≥ 30", times >= TIMES_PYHANKO_VALIDATES));
        }
    }
    if let Some(bulk) = bench.measured(BULK) {
        let copies_s = BULK_COPIES as f64 / bulk.wall_ms * 1e3;
        let by_cpu = 2.0 * BULK_COPIES as f64 / bulk.cpu_ms * 1e3;
        let measured = format!("{copies_s:.0}/s");
        let bar = format!("≥ 300 copies a second on the clock (two free cores by their CPU time: {by_cpu:.0}/s)");
        lines.push(line("bulk, two threads", measured, &bar, copies_s >= COPIES_S));
    }
    for (name, bytes) in [(MEGABYTE, megabyte), (LARGE, large)] {
        let Some(row) = bench.measured(name) else { continue };
        let most_mib = (3.0 * bytes as f64 + 16e6) / f64::from(1 << 20);
        let bar = format!("≤ 3 × file + 16 MB = {most_mib:.0} MiB");
        lines.push(line(&format!("heap of \"{name}\""), format!("{:.1} MiB", row.peak_mib), &bar, row.peak_mib <= most_mib));
    }
    lines
}

/// At most four times the file and 32 MB more.
fn memory(measured: &Measured, name: &str, file_bytes: usize) -> String {
    let most_mib = (4.0 * file_bytes as f64 + 32e6) / f64::from(1 << 20);
    let bar = format!("≤ 4 × file + 32 MB = {most_mib:.0} MiB");
    line(&format!("heap of \"{name}\""), format!("{:.0} MiB", measured.peak_mib), &bar, measured.peak_mib <= most_mib)
}

fn line(what: &str, measured: String, bar: &str, met: bool) -> String {
    format!("{what:<40} {measured:>10}   bar {bar}: {}", if met { "met" } else { "MISSED" })
}

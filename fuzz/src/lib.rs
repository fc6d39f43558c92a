//! What the fuzz targets share: the small PKI that their seeds were made with, and bounds that keep one input short.
//!
//! The seeds are no part of the repository, for their keys are made anew: the example `seeds` writes them to `corpus/`,
//! with the certificates under `corpus/pki/`. Each target states a property beside "no panic": nothing that differs from what was
//! signed is ever called good.
#![expect(clippy::expect_used, reason = "a target without its seeds may stop")]

use std::path::{Path, PathBuf};

use bansao_pades::ValidationContext;
use bansao_scan::Limits;
use time::OffsetDateTime;
use time::macros::datetime;

/// The time at which the seeds were signed.
pub const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 +07:00);

/// The digest that the time-stamp of the seeds is over.
pub const DIGEST: [u8; 32] = [7; 32];

/// The nonce that it was asked with.
pub const NONCE: [u8; 8] = [0x80, 1, 2, 3, 4, 5, 6, 7];

/// Folder of the seeds.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// A file that belongs to the seeds of all targets.
pub fn shared(name: &str) -> Vec<u8> {
    std::fs::read(corpus().join("pki").join(name)).expect("the seeds are there: cargo run --example seeds")
}

/// The files that were signed, whole.
pub fn signed() -> Vec<Vec<u8>> {
    ["long-term.pdf", "archived.pdf", "modern.pdf"].map(shared).to_vec()
}

/// What a verifier of the seeds trusts.
pub fn context() -> ValidationContext {
    ValidationContext::new(vec![shared("root.der")], NOW + time::Duration::minutes(1))
}

/// Bounds on scans under which an input takes milliseconds.
pub fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        pages: 4,
        megapixels: 1,
        total_pixels: 2_000_000,
        decompressed_bytes: 8 << 20,
        pdf_objects: 2_000,
        jpeg_scans: 16,
        ..Limits::default()
    }
}

/// Decoders by other people may panic inside the guard that the scan crate puts around them; only what comes out of it is a fault.
/// To be called when the target starts: libFuzzer's binding would end the process at the first panic, guarded or not.
pub fn let_guards_catch() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Opens bytes as a scan of the format that a target is for; others are left to their own targets.
///
/// # Panics
/// When a promise of [`bansao_scan::open`] is broken: that is what is looked for.
pub fn open_as(format: bansao_scan::Format, bytes: &[u8]) -> libfuzzer_sys::Corpus {
    if bansao_scan::sniff(bytes) != Some(format) {
        return libfuzzer_sys::Corpus::Reject;
    }
    let limits = limits();
    if let Ok(source) = bansao_scan::open(bytes, &limits) {
        assert!(source.format == format, "another format than was sniffed");
        assert!((1..=limits.pages).contains(&source.pages.len()), "no page, or more than the limit");
        let pixels = |page: &bansao_scan::Page| u64::from(page.image.width()) * u64::from(page.image.height());
        assert!(source.pages.iter().all(|page| (1..=limits.image_pixels()).contains(&pixels(page))), "a page larger than the limit");
        assert!(source.pages.iter().map(pixels).sum::<u64>() <= limits.total_pixels, "more pixels than the limit");
    }
    libfuzzer_sys::Corpus::Keep
}

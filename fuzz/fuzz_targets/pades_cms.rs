//! The signature container, put into the place of the one in a signed file. Whatever passes is the container that was there.
#![no_main]

use std::sync::LazyLock;

use bansao_fuzz::{context, shared};
use bansao_pades::validate::Indication;
use bansao_pades::{ValidationContext, validate};
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<(Vec<u8>, std::ops::Range<usize>, ValidationContext)> = LazyLock::new(|| {
    let pdf = shared("signed.pdf");
    let place = shared("contents.txt");
    let mut ends = std::str::from_utf8(&place).unwrap_or_default().split_whitespace().filter_map(|n| n.parse().ok());
    let range = ends.next().unwrap_or(0)..ends.next().unwrap_or(0);
    let mut context = context();
    context.require_revocation = false;
    (pdf, range, context)
});

fuzz_target!(|data: &[u8]| {
    let (pdf, place, context) = &*FILE;
    let mut changed = pdf.clone();
    let room = changed.get_mut(place.clone()).unwrap_or_default();
    if data.len() * 2 > room.len() {
        return;
    }
    room.fill(b'0');
    let digits = data.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| b"0123456789abcdef"[usize::from(nibble)]);
    room.iter_mut().zip(digits).for_each(|(to, digit)| *to = digit);
    if let Ok(report) = validate(&changed, context) {
        let same = changed.eq_ignore_ascii_case(pdf);
        assert!(report.indication != Indication::TotalPassed || same, "another container passed");
    }
});

//! Whatever is done to a specimen, opening and measuring it ends, within its limits and without a panic.
//!
//! A few seconds of what `cargo xtask soak` does for minutes, always the same.

use std::time::{Duration, Instant};

use bansao_scan::{Limits, Original, Page};

use crate::mutate::{self, Chance};
use crate::seeds::Seeds;
use crate::walk::{self, End};

/// Far above what a whole page takes, for other tests run beside this one.
const DEADLINE: Duration = Duration::from_secs(20);

#[test]
fn mutated_specimens_are_opened_and_measured_or_refused() {
    let seeds = Seeds::new();
    let limits = Limits { megapixels: 12, total_pixels: 24_000_000, decompressed_bytes: 40_000_000, ..Limits::default() };
    let mut ends = Vec::new();
    for (number, seed) in (0..).zip(seeds.specimens.iter().chain(&seeds.small).chain(&seeds.small)) {
        let mut chance = Chance::new(1, number);
        let mut bytes = seed.clone();
        let other = &seeds.specimens[chance.below(seeds.specimens.len())];
        mutate::file(&mut bytes, other, &mut chance);
        let start = Instant::now();
        let end = walk::file(&bytes, &limits, 100_000);
        assert!(start.elapsed() < DEADLINE, "mutation {number} takes {:?}", start.elapsed());
        ends.push(end.unwrap_or_else(|broken| panic!("mutation {number}: {broken}")));
    }
    // A mutation that never opened, or always did, would try nothing.
    let opened = ends.iter().filter(|&&end| end == End::Opened).count();
    assert!(opened * 10 > ends.len() && opened * 10 < ends.len() * 9, "{opened} of {} open", ends.len());
}

/// Every coding, changed as a file; and inside of PDFs, so that fax, JBIG2, JPEG 2000, inflating and drawing are reached.
#[test]
fn mutated_codings_are_opened_or_refused() {
    let seeds = Seeds::new();
    let limits = Limits { megapixels: 2, total_pixels: 4_000_000, decompressed_bytes: 4_000_000, ..Limits::default() };
    for (name, seed) in &seeds.codings {
        assert_eq!(walk::file(seed, &limits, 0), Ok(End::Opened), "{name}");
    }
    let mut ends = Vec::new();
    for (number, (name, seed)) in (0..).zip(seeds.codings.iter().cycle().take(seeds.codings.len() * 6)) {
        let mut chance = Chance::new(3, number);
        let other = &seeds.small[chance.below(seeds.small.len())];
        let inside = (chance.below(3) > 0).then(|| mutate::inside_pdf(seed, other, &mut chance)).flatten();
        let bytes = inside.unwrap_or_else(|| {
            let mut bytes = seed.clone();
            mutate::file(&mut bytes, other, &mut chance);
            bytes
        });
        let start = Instant::now();
        let end = walk::file(&bytes, &limits, 0);
        assert!(start.elapsed() < DEADLINE, "mutation {number} of {name} takes {:?}", start.elapsed());
        ends.push(end.unwrap_or_else(|broken| panic!("mutation {number} of {name}: {broken}")));
    }
    let opened = ends.iter().filter(|&&end| end == End::Opened).count();
    assert!(opened * 10 > ends.len() && opened * 10 < ends.len() * 9, "{opened} of {} open", ends.len());
}

#[test]
fn damaged_pictures_are_measured() {
    let seeds = Seeds::new();
    for number in 0..40 {
        let mut chance = Chance::new(2, number);
        let image = mutate::picture(&seeds.pages[chance.below(seeds.pages.len())], 700, &mut chance);
        let dpi = [None, Some((200.0, 200.0)), Some((20.0, 5000.0)), Some((1e-3, 1e9))][chance.below(4)];
        let page = Page {
            index: 0,
            original: Original::Raster,
            orientation: bansao_scan::Orientation::NoTransforms,
            dpi,
            size_mm: None,
            caveat: None,
            image,
        };
        let start = Instant::now();
        walk::page(&page).unwrap_or_else(|broken| panic!("picture {number}: {broken}"));
        assert!(start.elapsed() < DEADLINE, "picture {number} takes {:?}", start.elapsed());
    }
}

//! No bytes make opening panic, and what opens keeps to its limits.

use std::sync::OnceLock;

use crate::common::{FULL_PAGE, Pdf, flate_stream, jpeg, jpeg_stream, oriented_jpeg, picture, png_with_density, tiff};
use bansao_scan::{Limits, open};
use image::DynamicImage;
use proptest::prelude::*;

fn seeds() -> Vec<Vec<u8>> {
    let image = picture(40, 30);
    let codings = crate::seeds::codings().into_iter().map(|(_, bytes)| bytes);
    let made = vec![
        jpeg(&image),
        oriented_jpeg(&image, 6),
        png_with_density(DynamicImage::ImageRgb8(image.clone()), 7874),
        tiff(&[image.clone(), picture(20, 20)]),
        Pdf::new().page(jpeg_stream(&image), FULL_PAGE).page(flate_stream(&image), FULL_PAGE).bytes(),
    ];
    made.into_iter().chain(codings).collect()
}

static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();

fn tight() -> Limits {
    Limits {
        file_bytes: 200_000,
        pages: 4,
        megapixels: 1,
        total_pixels: 2_000_000,
        decompressed_bytes: 4_000_000,
        pdf_objects: 200,
        recursion: 16,
        jpeg_scans: 40,
    }
}

/// A change to a file: cut, overwrite, insert or repeat.
#[derive(Debug, Clone)]
enum Change {
    Cut(prop::sample::Index),
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        1 => at().prop_map(Change::Cut),
        8 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (at(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => (at(), at()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    match change {
        Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Change::Set(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Change::Insert(at, more) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, more.iter().copied());
        }
        Change::Repeat(from, to) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.extend_from_slice(&part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_open_within_limits_or_say_why(
        seed in any::<prop::sample::Index>(),
        changes in prop::collection::vec(change(), 1..8),
    ) {
        let seeds = SEEDS.get_or_init(seeds);
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        let limits = tight();
        if let Ok(source) = open(&bytes, &limits) {
            prop_assert!((1..=limits.pages).contains(&source.pages.len()));
            let total: u64 = source.pages.iter().map(|page| u64::from(page.image.width()) * u64::from(page.image.height())).sum();
            prop_assert!(total <= limits.total_pixels);
        }
    }

    #[test]
    fn noise_behind_a_signature_never_opens(format in 0..4_usize, noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let heads: [&[u8]; 4] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"II*\0", b"%PDF-1.7\n"];
        prop_assert!(open(&[heads[format], &noise].concat(), &tight()).is_err());
    }
}

#[test]
fn the_seeds_themselves_open() {
    for seed in seeds() {
        open(&seed, &tight()).unwrap();
    }
}

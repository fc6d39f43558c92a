//! PDFs whose structure is damaged or ambiguous: repaired where one reading is left, refused where two are.

use std::fs;
use std::path::Path;

use crate::common::{FULL_PAGE, Pdf, flate_stream, jpeg_stream, picture};
use bansao_scan::{Limits, Page, ScanError, open};
use lopdf::Document;

fn pages(bytes: &[u8]) -> Result<Vec<Page>, ScanError> {
    open(bytes, &Limits::default()).map(|source| source.pages)
}

/// A PDF with a classic cross-reference table, written by other hands, whose offsets stay right when bytes are replaced by
/// as many.
fn plain() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/gray--flate.pdf")).unwrap()
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

#[test]
fn a_cross_reference_table_that_leads_nowhere_is_repaired() {
    let whole = pages(&plain()).unwrap();
    let same = |bytes: &[u8], what: &str| match pages(bytes) {
        Ok(found) => assert!(found.len() == 1 && found[0].image == whole[0].image, "{what}"),
        Err(error) => panic!("{what}: {error}"),
    };
    let bytes = plain();
    let at = bytes.windows(9).position(|window| window == b"startxref").unwrap();
    same(&bytes[..at], "no pointer to the table");
    same(&[&bytes[..at], b"startxref\n99999\n%%EOF\n"].concat(), "a pointer beyond the end");
    same(&[b"junk before the header\n", bytes.as_slice()].concat(), "every offset too small");
    let table = bytes.windows(5).position(|window| window == b"xref\n").unwrap();
    let shifted: Vec<u8> =
        [&bytes[..table], &bytes[table..].iter().map(|&b| if b == b'6' { b'7' } else { b }).collect::<Vec<_>>()].concat();
    same(&shifted, "wrong offsets");
    same(&replaced(&bytes, "/Size 6", "/Size 2"), "a count that is too small");
    let at = bytes.windows(8).position(|window| window == b"/Parent ").unwrap();
    same(&[&bytes[..at], b"/Rotate 0 ", &bytes[at..]].concat(), "a word put in by hand");
}

#[test]
fn what_is_cut_off_is_not_repaired_away() {
    let image = picture(300, 420);
    let two = Pdf::new().page(flate_stream(&image), FULL_PAGE).page(jpeg_stream(&picture(301, 421)), FULL_PAGE).bytes();
    assert_eq!(pages(&two).unwrap().len(), 2);
    for share in 1..20 {
        let cut = &two[..two.len() * share / 20];
        assert!(pages(cut).is_err(), "{share}/20 of the file give {} pages", pages(cut).unwrap().len());
    }
    // The same with the catalogue and the page tree at the front, where a repair finds them.
    let mut document = Document::load_mem(&two).unwrap();
    let mut linear = Vec::new();
    document.save_to(&mut linear).unwrap();
    let catalogue = linear
        .windows(15)
        .rposition(|window| window == b"/Type/Catalog/P")
        .or_else(|| linear.windows(8).rposition(|window| window == b"/Catalog"));
    let start = linear[..catalogue.unwrap()].windows(4).rposition(|window| window == b" obj").unwrap();
    let start = linear[..start].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
    let end = start + linear[start..].windows(6).position(|window| window == b"endobj").unwrap() + 7;
    let header = 9;
    let moved = [&linear[..header], &linear[start..end], &linear[header..start]].concat();
    for share in 10..20 {
        let cut = &moved[..moved.len() * share / 20];
        assert!(pages(cut).is_err(), "{share}/20 of the file give {} pages", pages(cut).unwrap().len());
    }
}

#[test]
fn a_file_of_two_readings_is_refused() {
    let bytes = plain();
    assert!(pages(&bytes).is_ok());
    let ambiguous = |bytes: &[u8]| matches!(pages(bytes), Err(ScanError::Ambiguous { .. } | ScanError::Damaged { .. }));
    // A stream that is longer than it says, by the end that one parser looks for and the other does not.
    let length = bytes.windows(20).position(|window| window.starts_with(b"/FlateDecode/Length ")).unwrap() + 20;
    let digits = bytes[length..].iter().position(|byte| !byte.is_ascii_digit()).unwrap();
    let said: usize = std::str::from_utf8(&bytes[length..length + digits]).unwrap().parse().unwrap();
    let less = format!("{:0digits$}", said - 90);
    assert!(ambiguous(&[&bytes[..length], less.as_bytes(), &bytes[length + digits..]].concat()));
    // Two counts of pages.
    assert!(ambiguous(&replaced(&bytes, "/Count 1", "/Count 2")));
}

#[test]
fn the_same_key_twice_has_one_meaning_or_none() {
    // Readers take the first or the last: what must not happen is that a page is shown by one and taken by the other.
    let page = Pdf::new().page(flate_stream(&picture(300, 420)), FULL_PAGE);
    let bytes = page.bytes_with(
        |_| {},
        |page| {
            page.set("Rotate", 0);
            page.set("Xotate", 180);
        },
    );
    let doubled = replaced(&bytes, "/Xotate 180", "/Rotate 180");
    match pages(&doubled) {
        Ok(found) => assert_ne!(found[0].image, picture(300, 420), "the last one counts, as poppler has it"),
        Err(error) => assert!(matches!(error, ScanError::Ambiguous { .. }), "{error}"),
    }
}

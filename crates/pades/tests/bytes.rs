//! No byte of a file can change, go or come unseen.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_pades::validate::Indication;
use bansao_pades::{ValidationContext, validate};
use common::*;
use proptest::prelude::*;

fn passes(pdf: &[u8], context: &ValidationContext) -> bool {
    validate(pdf, context).is_ok_and(|r| r.indication == Indication::TotalPassed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_byte_passes(place in 0.0f64..1.0, value: u8, archived: bool) {
        let (long_term, protected, context) = samples();
        let mut pdf = if archived { protected.clone() } else { long_term.clone() };
        let at = (place * pdf.len() as f64) as usize;
        prop_assume!(pdf[at] != value);
        pdf[at] = value;
        prop_assert!(!passes(&pdf, context), "byte {at} as {value:#x}");
    }

    #[test]
    fn no_truncation_beyond_a_revision_passes(place in 0.0f64..1.0) {
        let (long_term, _, context) = samples();
        let at = (place * long_term.len() as f64) as usize;
        prop_assert!(!passes(&long_term[..at], context));
    }

    #[test]
    fn rubbish_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0.0f64..1.0) {
        let (long_term, _, context) = samples();
        let _ = validate(&bytes, context);
        let mut pdf = long_term.clone();
        let at = (at * pdf.len() as f64) as usize;
        pdf.splice(at..at, bytes.iter().copied());
        prop_assert!(bytes.is_empty() || !passes(&pdf, context));
    }
}

/// Every byte of the store that no signature covers: its names, its lists, its table, its trailer.
#[test]
fn no_changed_byte_of_an_unprotected_store_passes() {
    let (long_term, _, context) = samples();
    let covered = validate(long_term, context).unwrap().signatures[1].covered_bytes;
    let text = String::from_utf8_lossy(&long_term[covered..]);
    let names = covered + text.find("/Type/DSS").unwrap();
    for at in names - 200..long_term.len() {
        let mut pdf = long_term.clone();
        pdf[at] = if pdf[at] == b'7' { b'8' } else { b'7' };
        assert!(!passes(&pdf, context), "byte {at} of {}", pdf.len());
    }
}

/// Every byte of both files (of the zeros that pad a container only some), each changed in a few ways.
#[test]
#[ignore = "thorough and slow; run with --ignored"]
fn no_changed_byte_passes_anywhere() {
    let (long_term, archived, context) = samples();
    for original in [long_term, archived] {
        for at in 0..original.len() {
            let around = &original[at.saturating_sub(4)..original.len().min(at + 4)];
            if around.iter().all(|b| *b == b'0') && at % 997 != 0 {
                continue;
            }
            for value in [original[at] ^ 1, original[at] ^ 0x20, original[at].wrapping_add(3)] {
                let mut pdf = original.clone();
                pdf[at] = value;
                assert!(!passes(&pdf, context), "byte {at} of {}", original.len());
            }
        }
    }
}

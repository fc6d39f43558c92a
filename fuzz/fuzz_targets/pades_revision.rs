//! A PDF file as a verifier gets it, under both policies. Whatever passes is a signed file, or one cut where a revision of it ends.
#![no_main]

use std::sync::LazyLock;

use bansao_fuzz::{context, signed};
use bansao_pades::validate::{Indication, Policy};
use bansao_pades::{ValidationContext, validate};
use libfuzzer_sys::fuzz_target;

static SIGNED: LazyLock<(Vec<Vec<u8>>, ValidationContext, ValidationContext)> = LazyLock::new(|| {
    let (copy, mut foreign) = (context(), context());
    foreign.policy = Policy::Pades;
    (signed(), copy, foreign)
});

fuzz_target!(|data: &[u8]| {
    let (signed, copy, foreign) = &*SIGNED;
    if let Ok(report) = validate(data, copy) {
        let passed = report.indication == Indication::TotalPassed;
        assert!(!passed || signed.iter().any(|whole| whole.starts_with(data)), "a changed file passed");
    }
    // The second policy allows more; that it ends is what is asked.
    let _ends = validate(data, foreign);
});

//! The answer of a time-stamping authority. Whatever is accepted states the time of the true answer, by the same authority.
#![no_main]

use std::sync::LazyLock;

use bansao_fuzz::{DIGEST, NONCE, NOW, shared};
use bansao_pades::DigestAlgorithm;
use bansao_pades::timestamp::{Expectation, TimestampToken, accept};
use libfuzzer_sys::fuzz_target;
use time::Duration;

fn read(answer: &[u8]) -> Option<TimestampToken> {
    let (algorithm, tolerance) = (DigestAlgorithm::Sha256, Duration::minutes(5));
    accept(answer, &Expectation { imprint: &DIGEST, algorithm, nonce: &NONCE, now: NOW, tolerance }).ok()
}

static TRUE: LazyLock<Option<TimestampToken>> = LazyLock::new(|| read(&shared("stamp.tsr")));

fuzz_target!(|data: &[u8]| {
    let Some(token) = read(data) else { return };
    let same = TRUE.as_ref().is_some_and(|t| (t.gen_time, &t.tsa_certificate_der) == (token.gen_time, &token.tsa_certificate_der));
    assert!(same, "another time-stamp was accepted");
});

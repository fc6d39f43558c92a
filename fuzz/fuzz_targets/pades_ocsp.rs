//! The answer of an OCSP responder. Whatever is called good is the true answer.
#![no_main]

use std::sync::LazyLock;

use bansao_fuzz::{NOW, shared};
use bansao_pades::revocation::{Freshness, RevocationStatus, check_ocsp};
use libfuzzer_sys::fuzz_target;
use time::Duration;

static KNOWN: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| ["agency.der", "ca.der", "good.ocsp"].map(shared));

fuzz_target!(|data: &[u8]| {
    let [leaf, issuer, answer] = &*KNOWN;
    let status = check_ocsp(data, leaf, issuer, None, &Freshness::at_present(NOW + Duration::seconds(20)));
    assert!(!matches!(status, Ok(RevocationStatus::Good { .. })) || data == answer.as_slice(), "a changed answer is good");
});

//! A revocation list. Whatever clears a certificate is the true list, in DER or as text.
#![no_main]

use std::sync::LazyLock;

use bansao_fuzz::{NOW, shared};
use bansao_pades::revocation::{Freshness, RevocationStatus, check_crl};
use libfuzzer_sys::fuzz_target;
use time::Duration;

static KNOWN: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| ["agency.der", "ca.der", "good.crl"].map(shared));

fuzz_target!(|data: &[u8]| {
    let [leaf, issuer, list] = &*KNOWN;
    let status = check_crl(data, leaf, issuer, &Freshness::at_present(NOW + Duration::seconds(20)));
    let text = data.windows(5).any(|window| window == b"-----");
    assert!(!matches!(status, Ok(RevocationStatus::Good { .. })) || data == list.as_slice() || text, "a changed list clears");
});

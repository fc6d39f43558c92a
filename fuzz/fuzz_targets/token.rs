//! The text of a QR code. Whatever verifies states what the true token states.
#![no_main]

use std::sync::LazyLock;

use bansao_credential::{Claims, PublicKey, token_from_text, verify};
use bansao_fuzz::shared;
use libfuzzer_sys::fuzz_target;

static KNOWN: LazyLock<(Vec<u8>, Option<Claims>)> = LazyLock::new(|| {
    let key = shared("token.key");
    let text = String::from_utf8(shared("token.txt")).unwrap_or_default();
    let claims = read(&text, &key);
    (key, claims)
});

fn read(text: &str, key: &[u8]) -> Option<Claims> {
    verify(&token_from_text(text).ok()?, &|_| Some(PublicKey::Es256(key.to_vec()))).ok()
}

fuzz_target!(|data: &[u8]| {
    let (key, claims) = &*KNOWN;
    let text = String::from_utf8_lossy(data);
    assert!(read(&text, key).is_none_or(|found| Some(&found) == claims.as_ref()), "another token verifies");
    // The bytes without their text.
    let found = verify(data, &|_| Some(PublicKey::Es256(key.clone()))).ok();
    assert!(found.is_none_or(|found| Some(&found) == claims.as_ref()), "another token verifies");
});

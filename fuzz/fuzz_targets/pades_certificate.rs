//! A certificate as a leaf, as an issuer and as an anchor. Whatever leads to the root is the certificate that it issued.
#![no_main]

use std::sync::LazyLock;

use bansao_fuzz::{NOW, shared};
use bansao_pades::chain::Holdings;
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use libfuzzer_sys::fuzz_target;

static KNOWN: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| ["agency.der", "ca.der", "root.der"].map(shared));

fuzz_target!(|data: &[u8]| {
    let [leaf, ca, root] = &*KNOWN;
    let given = data.to_vec();
    let find = |leaf: &[u8], pool: &[Vec<u8>], anchors: &[Vec<u8>]| {
        let (at, usage, limits) = (NOW, Usage::DocumentSigning, PathLimits::default());
        find_path(&PathQuery { leaf, intermediates: pool, anchors, at, usage, limits }).is_ok()
    };
    let text = data.windows(5).any(|window| window == b"-----");
    let (pool, anchors) = (std::slice::from_ref(ca), std::slice::from_ref(root));
    assert!(!find(data, pool, anchors) || text || [leaf, ca, root].contains(&&given), "a stranger's certificate leads to the root");
    assert!(!find(leaf, std::slice::from_ref(&given), anchors) || text || given == *ca, "a stranger's authority leads to the root");
    let _ends = find(leaf, pool, std::slice::from_ref(&given));
    let heap = [given];
    let _ends = Holdings::new(&heap, &heap, &heap, &heap);
});

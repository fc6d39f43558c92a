//! Every parser of outside bytes, given bytes that were changed, cut, lengthened or made up: an error or an answer, no panic, and
//! never a better answer than the true one.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use std::sync::OnceLock;

use bansao_pades::chain::Holdings;
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use bansao_pades::revocation::{Freshness, RevocationStatus, check_crl, check_ocsp};
use bansao_pades::timestamp::{Expectation, accept, request, respond};
use bansao_pades::{DigestAlgorithm, SigningProfile};
use common::*;
use proptest::prelude::*;
use time::Duration;

const DIGEST: [u8; 32] = [7; 32];
const NONCE: [u8; 8] = [0x80, 1, 2, 3, 4, 5, 6, 7];

struct Specimens {
    pki: Pki,
    crl: Vec<u8>,
    ocsp: Vec<u8>,
    stamp: Vec<u8>,
}

fn specimens() -> &'static Specimens {
    static SPECIMENS: OnceLock<Specimens> = OnceLock::new();
    SPECIMENS.get_or_init(|| {
        let mut pki = Pki::new(SigningProfile::EcdsaP256Sha256);
        pki.revoked = vec![pki.certifier.certificate.clone()];
        let crl = crl(&pki.ca, &[&pki.certifier], NOW, |_| ()).der().to_vec();
        let ocsp = pki.store().ocsp_responses[0].clone();
        let asked = request(&DIGEST, DigestAlgorithm::Sha256, &NONCE).unwrap();
        let stamp = respond(&asked, &pki.tsa_identity(), &[42], NOW, None, &mut |m| pki.tsa.sign(m)).unwrap();
        Specimens { pki, crl, ocsp, stamp }
    })
}

/// A change of bytes: where (a share of the length), what is put there, how much is taken away.
#[derive(Debug, Clone)]
struct Damage {
    place: f64,
    put: Vec<u8>,
    taken: usize,
}

impl Damage {
    fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let at = (self.place * bytes.len() as f64) as usize;
        let end = (at + self.taken).min(bytes.len());
        [&bytes[..at], &self.put, &bytes[end..]].concat()
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    (0.0f64..1.0, proptest::collection::vec(any::<u8>(), 0..6), 0usize..6).prop_map(|(place, put, taken)| Damage { place, put, taken })
}

fn is_good(status: &Result<RevocationStatus, bansao_pades::Error>) -> bool {
    matches!(status, Ok(RevocationStatus::Good { .. }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn lists_and_responses(damage in damage()) {
        let Specimens { pki, crl, ocsp, .. } = specimens();
        let freshness = Freshness::at_present(NOW + Duration::seconds(20));
        let (leaf, issuer) = (&pki.certifier.certificate, &pki.ca.certificate);
        prop_assert!(!is_good(&check_crl(&damage.of(crl), leaf, issuer, &freshness)));
        prop_assert!(!is_good(&check_ocsp(&damage.of(ocsp), leaf, issuer, None, &freshness)));
        prop_assert!(!is_good(&check_crl(&damage.put, leaf, issuer, &freshness)));
        prop_assert!(!is_good(&check_ocsp(&damage.put, leaf, issuer, None, &freshness)));
    }

    #[test]
    fn certificates(damage in damage()) {
        let pki = &specimens().pki;
        let find = |leaf: &[u8], ca: &[u8]| {
            let (pool, anchors) = (vec![ca.to_vec()], vec![pki.root.certificate.clone()]);
            let (at, usage, limits) = (NOW, Usage::DocumentSigning, PathLimits::default());
            find_path(&PathQuery { leaf, intermediates: &pool, anchors: &anchors, at, usage, limits })
        };
        let (leaf, ca) = (&pki.agency.certificate, &pki.ca.certificate);
        let (worse, other) = (damage.of(leaf), damage.of(ca));
        prop_assert!(find(&worse, ca).is_err() || worse == *leaf);
        prop_assert!(find(leaf, &other).is_err() || other == *ca);
        // As everything at once: nothing that cannot be read is held.
        let heap = vec![worse, other, damage.put.clone()];
        let _ = Holdings::new(&heap, &heap, &heap, &heap);
    }

    #[test]
    fn time_stamps(damage in damage()) {
        let expected = Expectation {
            imprint: &DIGEST,
            algorithm: DigestAlgorithm::Sha256,
            nonce: &NONCE,
            now: NOW,
            tolerance: Duration::minutes(5),
        };
        let stamp = &specimens().stamp;
        let true_one = accept(stamp, &expected).unwrap();
        if let Ok(token) = accept(&damage.of(stamp), &expected) {
            prop_assert_eq!(token.gen_time, true_one.gen_time);
            prop_assert_eq!(token.tsa_certificate_der, true_one.tsa_certificate_der);
        }
        prop_assert!(accept(&damage.put, &expected).is_err());
    }
}

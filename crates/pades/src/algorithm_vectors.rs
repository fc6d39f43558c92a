//! Project Wycheproof's vectors through the same call that judges every certificate, list, response and signature.

use der::Decode;
use spki::SubjectPublicKeyInfoOwned;
use wycheproof::TestResult;

use crate::algorithm::Scheme;
use crate::{DigestAlgorithm, Error};

/// Vectors with the same verdict, and all.
type Counted = (usize, usize);

/// One vector: key, message, signature, what must come out, comment.
struct Vector<'a> {
    scheme: Scheme,
    key: &'a [u8],
    message: &'a [u8],
    signature: &'a [u8],
    result: TestResult,
    name: String,
}

fn judge(vector: &Vector<'_>, counted: &mut Counted) {
    let verdict = SubjectPublicKeyInfoOwned::from_der(vector.key)
        .map_err(|e| Error::malformed("key", e))
        .and_then(|key| vector.scheme.verify(&key, vector.message, vector.signature, "vector"));
    match vector.result {
        TestResult::Valid => assert!(verdict.is_ok(), "{} is valid: {verdict:?}", vector.name),
        TestResult::Invalid => assert!(verdict.is_err(), "{} is invalid", vector.name),
        // Encodings that some implementations forgive.
        TestResult::Acceptable => {}
    }
    counted.0 += usize::from(verdict.is_ok() == (vector.result == TestResult::Valid));
    counted.1 += 1;
}

macro_rules! run {
    ($module:ident, $sets:expr) => {{
        let mut counted = (0, 0);
        for (name, scheme) in $sets {
            let set = wycheproof::$module::TestSet::load(name).unwrap();
            for group in &set.test_groups {
                for test in &group.tests {
                    let vector = Vector {
                        scheme,
                        key: group.der.as_ref(),
                        message: test.msg.as_ref(),
                        signature: test.sig.as_ref(),
                        result: test.result,
                        name: format!("{name:?} {}: {}", test.tc_id, test.comment),
                    };
                    judge(&vector, &mut counted);
                }
            }
        }
        counted
    }};
}

#[test]
fn ecdsa() {
    use wycheproof::ecdsa::TestName as Name;
    let sets = [
        (Name::EcdsaSecp256r1Sha256, Scheme::Ecdsa(DigestAlgorithm::Sha256)),
        (Name::EcdsaSecp384r1Sha384, Scheme::Ecdsa(DigestAlgorithm::Sha384)),
        (Name::EcdsaSecp384r1Sha256, Scheme::Ecdsa(DigestAlgorithm::Sha256)),
    ];
    let (same, all) = run!(ecdsa, sets);
    assert!(all > 1_000 && same == all, "{same} of {all}");
}

#[test]
fn rsa_pkcs1() {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use wycheproof::rsa_pkcs1_verify::TestName as Name;
    let sets = [
        (Name::Rsa2048Sha256, Sha256),
        (Name::Rsa2048Sha384, Sha384),
        (Name::Rsa2048Sha512, Sha512),
        (Name::Rsa3072Sha256, Sha256),
        (Name::Rsa3072Sha384, Sha384),
        (Name::Rsa3072Sha512, Sha512),
        (Name::Rsa4096Sha256, Sha256),
        (Name::Rsa4096Sha384, Sha384),
        (Name::Rsa4096Sha512, Sha512),
        (Name::Rsa8192Sha256, Sha256),
    ];
    let (same, all) = run!(rsa_pkcs1_verify, sets.map(|(name, digest)| (name, Scheme::RsaPkcs1(digest))));
    assert!(all > 2_000 && same == all, "{same} of {all}");
}

#[test]
fn rsa_pss() {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use wycheproof::rsa_pss_verify::TestName as Name;
    let sets = [
        (Name::RsaPss2048Sha256Mgf1SaltLen32, Sha256),
        (Name::RsaPss2048Sha384Mgf1SaltLen48, Sha384),
        (Name::RsaPss3072Sha256Mgf1SaltLen32, Sha256),
        (Name::RsaPss4096Sha256Mgf1SaltLen32, Sha256),
        (Name::RsaPss4096Sha384Mgf1SaltLen48, Sha384),
        (Name::RsaPss4096Sha512Mgf1SaltLen64, Sha512),
    ];
    let (same, all) = run!(rsa_pss_verify, sets.map(|(name, digest)| (name, Scheme::RsaPss(digest))));
    assert!(all > 500 && same == all, "{same} of {all}");
}

#[test]
fn ed25519() {
    let (same, all) = run!(eddsa, [(wycheproof::eddsa::TestName::Ed25519, Scheme::Ed25519)]);
    assert!(all > 100 && same == all, "{same} of {all}");
}

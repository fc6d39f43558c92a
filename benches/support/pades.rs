//! Each signature algorithm through `crates/pades` beside the bare signature; time-stamps checked, files augmented.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;

use bansao::certify::compose::{ComposedCopy, FieldPlace};
use bansao::clock::{Clock, SystemClock};
use bansao::keys::{FileSigner, Signer};
use bansao::record::Sha256;
use bansao_pades::timestamp::{Expectation, accept, request};
use bansao_pades::{
    DigestAlgorithm, DocumentTimestampSpec, Dss, FieldLock, FieldSpec, SignatureSpec, SigningProfile, add_document_security_store,
    add_signature_fields, cms, prepare_document_timestamp, prepare_signature,
};
use rcgen::{CertificateParams, DnType, KeyPair};
use time::Duration;

use super::certify::Bare;
use super::ground::Ground;
use super::measure::{Work, spend};
use super::table::Bench;

/// The field that is signed.
const FIELD: &str = "bench";
const RESERVE: usize = 16 * 1024;

/// Signing a composed copy with each kind of key, without time-stamp: prepare, digest, attributes, signature, container, embed.
pub(crate) fn signatures(bench: &mut Bench, ground: &Ground, composed: &ComposedCopy) {
    let FieldPlace { page, rect } = composed.certifier_field;
    let field = FieldSpec { name: FIELD.to_owned(), page, rect, lock: FieldLock::None, description: None };
    let pdf = add_signature_fields(&composed.pdf, &[field]).unwrap();
    for (name, key, profile) in keys() {
        let (key_file, chain) = (ground.path(&format!("{name}.key")), ground.path(&format!("{name}.pem")));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&key_file).unwrap();
        file.write_all(key.serialize_pem().as_bytes()).unwrap();
        std::fs::write(&chain, certificate(&key)).unwrap();
        let signer = FileSigner::open(&key_file, &chain, profile).unwrap();
        let whole = || spend(sign(&pdf, &signer));
        let bare = || spend((Sha256::of(&pdf), signer.sign_in_place(&[7; 250]).unwrap()));
        let works = vec![Work::new(&format!("sign: {name}"), 1, whole), Work::new("SHA-256 of the PDF + bare signature", 1, bare)];
        bench.row(20, works);
    }
}

fn sign(pdf: &[u8], signer: &FileSigner) -> Vec<u8> {
    let spec = SignatureSpec {
        field: FIELD,
        name: Some("Nguyễn Văn Chứng"),
        reason: None,
        location: None,
        time: SystemClock.now(),
        certify: true,
        appearance: None,
        reserve: RESERVE,
    };
    let prepared = prepare_signature(pdf, &spec).unwrap();
    let (profile, chain) = (signer.profile(), signer.certificate_chain());
    let attributes = cms::SignedAttributes::new(profile, &prepared.digest(profile.digest_algorithm()), chain.first().unwrap()).unwrap();
    let signature = signer.sign_in_place(&attributes.to_be_signed().unwrap()).unwrap();
    prepared.embed(&cms::assemble(&attributes, &signature, chain, None).unwrap()).unwrap()
}

fn keys() -> Vec<(String, KeyPair, SigningProfile)> {
    let mut keys = Vec::new();
    for bits in ["2048", "3072", "4096"] {
        let pem = rsa(bits);
        for (padding, profile) in [("PKCS #1 v1.5", SigningProfile::RsaPkcs1Sha256), ("PSS", SigningProfile::RsaPssSha256)] {
            let key = KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).unwrap();
            keys.push((format!("RSA-{bits} {padding}"), key, profile));
        }
    }
    for (name, algorithm, profile) in [
        ("P-256", &rcgen::PKCS_ECDSA_P256_SHA256, SigningProfile::EcdsaP256Sha256),
        ("P-384", &rcgen::PKCS_ECDSA_P384_SHA384, SigningProfile::EcdsaP384Sha384),
        ("Ed25519", &rcgen::PKCS_ED25519, SigningProfile::Ed25519),
    ] {
        keys.push((name.to_owned(), KeyPair::generate_for(algorithm).unwrap(), profile));
    }
    keys
}

/// ring makes no RSA keys; openssl does.
fn rsa(bits: &str) -> String {
    let length = format!("rsa_keygen_bits:{bits}");
    let made = Command::new("openssl").args(["genpkey", "-algorithm", "RSA", "-pkeyopt", &length]).output().unwrap();
    String::from_utf8(made.stdout).unwrap()
}

fn certificate(key: &KeyPair) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "bench");
    params.self_signed(key).unwrap().pem()
}

/// Checking an answer of the authority as it came over the wire, beside the bare check of its one signature.
pub(crate) fn timestamps(bench: &mut Bench, ground: &Ground, bare: &Bare<'_>) {
    let (imprint, nonce) = (DigestAlgorithm::Sha256.digest(b"a signature"), [7; 8]);
    let answer = stamp(ground, &request(&imprint, DigestAlgorithm::Sha256, &nonce).unwrap());
    let now = SystemClock.now();
    let expected =
        Expectation { imprint: &imprint, algorithm: DigestAlgorithm::Sha256, nonce: &nonce, now, tolerance: Duration::minutes(5) };
    let check = || spend(accept(&answer, &expected).unwrap());
    bench.row(20, vec![Work::new("time-stamp: check the answer", 50, check), Work::new("bare P-256 check", 50, || bare.check_p256())]);
}

fn stamp(ground: &Ground, asked: &[u8]) -> Vec<u8> {
    ground.runtime.block_on(ground.ask_for_a_time_stamp(asked.to_vec()))
}

/// From B-T to B-LT, and from B-LT to B-LTA; network and authority are left out.
pub(crate) fn augmentation(bench: &mut Bench, ground: &Ground, sealed: &[u8]) {
    let hash = || spend(Sha256::of(sealed));
    // As much as two signatures need.
    let store = Dss {
        certificates: (0..6).map(|_| ground.random_bytes(700)).collect(),
        ocsp_responses: (0..5).map(|_| ground.random_bytes(1_200)).collect(),
        crls: Vec::new(),
    };
    let store = || spend(add_document_security_store(sealed, &store).unwrap());
    bench.row(20, vec![Work::new("augment: security store", 1, store), Work::new("SHA-256 of the PDF", 10, hash)]);
    let nonce = [7; 8];
    let archive = || {
        let spec = DocumentTimestampSpec { field: "archive", reserve: 8192 };
        let prepared = prepare_document_timestamp(sealed, &spec).unwrap();
        spend((prepared.digest(DigestAlgorithm::Sha256), prepared));
    };
    let imprint = Sha256::of(sealed);
    let asked = request(imprint.as_bytes(), DigestAlgorithm::Sha256, &nonce).unwrap();
    let with_authority = || {
        archive();
        spend(stamp(ground, &asked));
    };
    let floor = || {
        hash();
        spend(stamp(ground, &asked));
    };
    bench.row(20, vec![Work::new("augment: document time-stamp, prepared", 1, archive), Work::new("SHA-256 of the PDF", 10, hash)]);
    let works = vec![Work::new("augment: document time-stamp", 1, with_authority), Work::new("SHA-256 + bare exchange", 1, floor)];
    bench.row(20, works);
}

//! Writes the seeds of every target to `corpus/`: signed files, lists, answers and a token made with new keys, and the small scans
//! of `crates/scan/tests/files`.
#![expect(clippy::unwrap_used, reason = "seeds that cannot be made stop the run")]

#[path = "../../crates/pades/tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;

use bansao_credential::{Algorithm, Claims, encode_url, sign};
use bansao_fuzz::{DIGEST, NONCE, corpus};
use bansao_pades::timestamp::{request, respond};
use bansao_pades::{DigestAlgorithm, SignatureSpec, SigningProfile, add_document_security_store, prepare_signature};
use common::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use time::Duration;

fn main() {
    // Old inputs were found with other keys.
    fs::remove_dir_all(corpus()).ok();
    signed_files();
    token();
    scans();
    symbols();
}

fn seed(target: &str, name: &str, bytes: &[u8]) {
    let folder = corpus().join(target);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
}

fn signed_files() {
    let mut pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let signed = pki.sign_twice(&base_pdf(), true);
    let long_term = add_document_security_store(&signed, &pki.store()).unwrap();
    let archived = pki.archive(&long_term, "Archive", NOW + Duration::seconds(20));
    let modern = add_document_security_store(&pki.sign_twice(&base_pdf_modern(), true), &pki.store()).unwrap();
    for (name, pdf) in [("long-term.pdf", &long_term), ("archived.pdf", &archived), ("modern.pdf", &modern)] {
        seed("pki", name, pdf);
        seed("pades_revision", name, pdf);
    }
    seed("pades_revision", "signed.pdf", &signed);
    seed("pades_revision", "unsigned.pdf", &base_pdf());
    // One signature alone in a small file: each input is a file to validate.
    let prepared = prepare_signature(&with_fields(&base_pdf()), &SignatureSpec { reserve: 3_000, ..spec(CERTIFIER_FIELD, true, None) });
    contents(&pki.seal(&pki.certifier, prepared.unwrap(), None));

    for (name, who) in [("root", &pki.root), ("ca", &pki.ca), ("agency", &pki.agency), ("tsa", &pki.tsa), ("ocsp", &pki.ocsp)] {
        seed("pki", &format!("{name}.der"), &who.certificate);
        seed("pades_certificate", name, &who.certificate);
    }
    let later = NOW + Duration::seconds(10);
    let good = pki.ocsp_answer(&pki.agency, &pki.ca, &pki.ocsp, later);
    seed("pki", "good.ocsp", &good);
    seed("pades_ocsp", "good", &good);
    seed("pades_ocsp", "other", &pki.ocsp_answer(&pki.tsa, &pki.ca, &pki.ocsp, later));
    let list = crl(&pki.ca, &[&pki.certifier], NOW, |_| ()).der().to_vec();
    seed("pki", "good.crl", &list);
    seed("pades_crl", "good", &list);
    seed("pades_crl", "revoked", crl(&pki.ca, &[&pki.agency], NOW, |_| ()).der());
    pki.revoked = vec![pki.agency.certificate.clone()];
    seed("pades_ocsp", "revoked", &pki.ocsp_answer(&pki.agency, &pki.ca, &pki.ocsp, later));
    let asked = request(&DIGEST, DigestAlgorithm::Sha256, &NONCE).unwrap();
    let stamp = respond(&asked, &pki.tsa_identity(), &[42], NOW, None, &mut |m| pki.tsa.sign(m)).unwrap();
    seed("pki", "stamp.tsr", &stamp);
    seed("pades_timestamp", "granted", &stamp);
}

/// The container of the only signature, and where its digits stand in the file.
fn contents(signed: &[u8]) {
    let marker = b"/Contents";
    let at = signed.windows(marker.len()).rposition(|window| window == marker).unwrap();
    let start = at + signed[at..].iter().position(|byte| *byte == b'<').unwrap() + 1;
    let end = start + signed[start..].iter().position(|byte| *byte == b'>').unwrap();
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap() as u8;
    let mut der: Vec<u8> = signed[start..end].chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    let length = 4 + usize::from(der[2]) * 256 + usize::from(der[3]);
    der.truncate(length);
    seed("pki", "signed.pdf", signed);
    seed("pki", "contents.txt", format!("{start} {end}").as_bytes());
    seed("pades_cms", "certifier", &der);
}

fn token() {
    let key = ec_key();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der(), &SystemRandom::new()).unwrap();
    let claims = Claims {
        key_id: [1; 8],
        issuer: "bansao.example".into(),
        kind: "birth_certificate".into(),
        certification_no: "01, 1/2026-SCT/BS".into(),
        agency_id: "ba-dinh".into(),
        agency_name: None,
        issued_at: NOW.unix_timestamp().unsigned_abs(),
        copy_id: "mzxw6ytboimzxw6ytboiabcdef".into(),
        facts: [("full_name".to_owned(), "LÊ THỊ THỬ".to_owned())].into(),
        pages_digest: [7; 32],
        salt: [5; 16],
    };
    let signed = sign(&claims, Algorithm::Es256, |message| pair.sign(&SystemRandom::new(), message).map(|s| s.as_ref().to_vec())).unwrap();
    let text = encode_url("https://bansao.example/v", &signed).unwrap();
    seed("pki", "token.key", pair.public_key().as_ref());
    seed("pki", "token.txt", text.as_bytes());
    seed("token", "text", text.as_bytes());
    seed("token", "bytes", &signed);
}

fn scans() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/scan/tests/files");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let target = match path.extension().and_then(|extension| extension.to_str()) {
            Some("jpg") => "scan_jpeg",
            Some("png") => "scan_png",
            Some("tif") => "scan_tiff",
            Some("pdf") => "scan_pdf",
            _ => continue,
        };
        seed(target, &path.file_name().unwrap().to_string_lossy(), &fs::read(&path).unwrap());
    }
}

fn symbols() {
    for text in ["BANSAO", "HTTPS://BANSAO.EXAMPLE/V#MZXW6YTBOIMZXW6YTBOIABCDEFMZXW6YTBOIMZXW6YTBOIABCDEF"] {
        let symbol = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
        let side = symbol.size();
        let mut bits = vec![0_u8; (side * side).unsigned_abs().div_ceil(8) as usize];
        for (at, (x, y)) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).enumerate() {
            bits[at / 8] |= u8::from(symbol.get_module(x, y)) << (7 - at % 8);
        }
        seed("scan_qr", &format!("side-{side}"), &bits);
    }
}

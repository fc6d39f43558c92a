//! Other people's programs judge what this crate makes.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use std::path::Path;
use std::process::{Command, Output};

use bansao_pades::timestamp::{request, respond};
use bansao_pades::validate::{Indication, Modification, UnsignedBytes};
use bansao_pades::{DigestAlgorithm, SigningProfile, add_document_security_store, validate};
use common::*;
use time::Duration;

fn pem(der: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "c.der", der);
    let output = run(dir.path(), "openssl", &["x509", "-inform", "DER", "-in", "c.der"]);
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn run(dir: &Path, program: &str, args: &[&str]) -> Output {
    Command::new(program).args(args).current_dir(dir).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn write(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(dir.join(name), bytes).unwrap();
}

#[test]
fn openssl_verifies_a_time_stamp() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write(dir, "root.pem", pem(&pki.root.certificate));
    write(dir, "ca.pem", pem(&pki.ca.certificate));
    let digest = DigestAlgorithm::Sha256.digest(b"a copy");
    // Our request and answer, then openssl's request and our answer.
    write(dir, "ours.tsq", request(&digest, DigestAlgorithm::Sha256, &[7; 8]).unwrap());
    write(dir, "data", b"a copy");
    let query = run(dir, "openssl", &["ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "theirs.tsq"]);
    assert!(query.status.success(), "{}", text(&query));
    for name in ["ours.tsq", "theirs.tsq"] {
        let asked = std::fs::read(dir.join(name)).unwrap();
        let accuracy = Some(Duration::milliseconds(1500));
        let at = time::OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_772_669_289) + Duration::milliseconds(250);
        let answer = respond(&asked, &pki.tsa_identity(), &[0xff, 1], at, accuracy, &mut |m| pki.tsa.sign(m)).unwrap();
        write(dir, "answer.tsr", answer);
        let args = ["ts", "-verify", "-queryfile", name, "-in", "answer.tsr", "-CAfile", "root.pem", "-untrusted", "ca.pem"];
        let verified = run(dir, "openssl", &args);
        assert!(text(&verified).contains("Verification: OK"), "{}", text(&verified));
    }
}

#[test]
fn openssl_agrees_about_a_revocation_list() {
    use bansao_pades::revocation::{Freshness, RevocationStatus, check_crl};
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let list = crl(&pki.ca, &[&pki.agency], NOW, |_| ());
    write(dir, "list.der", list.der());
    write(dir, "chain.pem", pem(&pki.ca.certificate) + &pem(&pki.root.certificate));
    let args = ["crl", "-inform", "DER", "-in", "list.der", "-CAfile", "chain.pem", "-noout", "-text"];
    let judged = text(&run(dir, "openssl", &args));
    assert!(judged.contains("verify OK") && judged.contains("Key Compromise"), "{judged}");
    let ours = check_crl(list.der(), &pki.agency.certificate, &pki.ca.certificate, &Freshness::at_present(NOW));
    assert!(matches!(ours, Ok(RevocationStatus::Revoked { reason: Some(1), .. })), "{ours:?}");
}

/// Another program's legal updates of our files: pyHanko adds a security store, and an archive time-stamp.
#[test]
fn updates_by_pyhanko_are_accepted() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pyhanko/update.py");
    for base in [base_pdf(), base_pdf_modern()] {
        let mut pki = Pki::new(SigningProfile::EcdsaP256Sha256);
        // Its test authority stamps with RSA only.
        pki.tsa = issue(&pki.ca, tsa_params("Test TSA"), rsa_key(), SigningProfile::RsaPkcs1Sha256);
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        write(dir, "root.pem", pem(&pki.root.certificate));
        write(dir, "ca.pem", pem(&pki.ca.certificate));
        write(dir, "tsa.pem", pem(&pki.tsa.certificate));
        write(dir, "tsa.key", pki.tsa.key.serialize_pem());
        let long_term = add_document_security_store(&pki.sign_twice(&base, true), &pki.store()).unwrap();
        write(dir, "copy.pdf", &long_term);
        let mut context = pki.context();
        context.now = clock_of_the_machine() + Duration::minutes(1);
        context.require_revocation = false;
        context.unsigned_bytes = UnsignedBytes::Tolerate;
        for metadata in ["metadata", "untouched"] {
            let made = run(dir, &python(), &[script, metadata]);
            assert!(made.status.success(), "{}", text(&made));
            for name in ["stored.pdf", "archived.pdf"] {
                let report = validate(&std::fs::read(dir.join(name)).unwrap(), &context).unwrap();
                println!("{metadata} {name}: {:?} {:?}", report.indication, report.changes);
                if metadata == "untouched" {
                    assert_eq!(report.indication, Indication::TotalPassed, "{name}: {report:#?}");
                } else {
                    let all = report.changes.iter().all(|c| c.modification == Modification::MetadataChanged);
                    assert!(all, "{name}: {report:#?}");
                }
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the judges read the clock of the machine")]
fn clock_of_the_machine() -> time::OffsetDateTime {
    std::time::SystemTime::now().into()
}

#[test]
fn openssl_agrees_about_ocsp() {
    use bansao_pades::revocation::{CertificateStatus, OcspResponder, ocsp_request, ocsp_respond};
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write(dir, "root.pem", pem(&pki.root.certificate));
    write(dir, "ca.pem", pem(&pki.ca.certificate));
    write(dir, "agency.pem", pem(&pki.agency.certificate));
    write(dir, "chain.pem", pem(&pki.ca.certificate) + &pem(&pki.root.certificate));
    let theirs = ["ocsp", "-issuer", "ca.pem", "-cert", "agency.pem", "-reqout", "theirs.ocsq"];
    assert!(run(dir, "openssl", &theirs).status.success());
    write(dir, "ours.ocsq", ocsp_request(&pki.agency.certificate, &pki.ca.certificate, Some(&[3; 16])).unwrap());
    let readable = run(dir, "openssl", &["ocsp", "-reqin", "ours.ocsq", "-req_text"]);
    assert!(text(&readable).contains("OCSP Nonce"), "{}", text(&readable));
    let responder = OcspResponder {
        certificate: pki.ocsp.certificate.clone(),
        issuer: pki.ca.certificate.clone(),
        profile: SigningProfile::EcdsaP256Sha256,
    };
    let now = clock_of_the_machine();
    for (status, word) in [
        (CertificateStatus::Good, "agency.pem: good"),
        (CertificateStatus::Revoked { at: now - Duration::hours(1), reason: Some(1) }, "agency.pem: revoked"),
        (CertificateStatus::Unknown, "agency.pem: unknown"),
    ] {
        let asked = std::fs::read(dir.join("theirs.ocsq")).unwrap();
        let next = now + Duration::hours(1);
        let answer = ocsp_respond(&asked, &responder, now, next, &mut |_| status, &mut |m| pki.ocsp.sign(m)).unwrap();
        write(dir, "answer.ocsr", answer);
        let args = [
            "ocsp",
            "-no_nonce",
            "-reqin",
            "theirs.ocsq",
            "-respin",
            "answer.ocsr",
            "-issuer",
            "ca.pem",
            "-cert",
            "agency.pem",
            "-CAfile",
            "chain.pem",
        ];
        let judged = text(&run(dir, "openssl", &args));
        assert!(judged.contains("Response verify OK") && judged.contains(word), "{judged}");
        assert!(!judged.contains("WARNING"), "{judged}");
    }
}

/// The table in `docs/VERIFICATION.md`: what pyHanko says about the hostile variants and legal updates of a B-LTA file, by family.
/// `PATH=/venv/bin:$PATH cargo test -p bansao-pades --test judges pyhanko_on -- --ignored --nocapture`
#[test]
#[ignore = "needs a python with pyHanko first in the path"]
fn pyhanko_on_the_attacks() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let long_term = add_document_security_store(&pki.sign_twice(&base_pdf(), true), &pki.store()).unwrap();
    for (level, copy) in [("B-LT", long_term.clone()), ("B-LTA", pki.archive(&long_term, "Archive", NOW + Duration::seconds(20)))] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "trust.pem", pem(&pki.root.certificate) + &pem(&pki.ca.certificate));
        let mut variants = bansao_attack::legal(&copy, &bansao_pades::Dss::default()).unwrap();
        variants.extend(bansao_attack::derive(&copy).unwrap());
        variants.iter().enumerate().for_each(|(i, v)| write(dir.path(), &format!("{i:04}.pdf"), &v.bytes));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/judges/pyhanko_folder.py");
        let output = run(dir.path(), "python", &[script, "trust.pem", "."]);
        assert!(output.status.success(), "{}", text(&output));
        let said = String::from_utf8(output.stdout).unwrap();
        let valid: Vec<bool> = said.lines().map(|line| line.contains("\"VALID\"")).collect();
        assert_eq!(valid.len(), variants.len());
        let mut table: std::collections::BTreeMap<&str, [usize; 3]> = std::collections::BTreeMap::new();
        for (variant, theirs) in variants.iter().zip(&valid) {
            let ours = validate(&variant.bytes, &pki.context()).is_ok_and(|r| r.indication == Indication::TotalPassed);
            let row = table.entry(variant.name.split('/').next().unwrap()).or_default();
            row[0] += 1;
            row[1] += usize::from(ours);
            row[2] += usize::from(*theirs);
            if ours != *theirs {
                println!("{level} {}: ours {ours}, pyHanko {theirs}", variant.name);
            }
        }
        for (family, [all, ours, theirs]) in table {
            println!("| {level} {family} | {all} | {ours} | {theirs} |");
            assert_eq!(ours, if family == "legal" { all } else { 0 });
        }
    }
}

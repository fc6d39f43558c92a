//! Every level of every key type before other people's programs: pyHanko (PAdES validation, its long-term profile included),
//! pdfsig, `openssl cms`, `openssl ts`, `openssl ocsp`, `qpdf --check`, and our own validation.
//!
//! One process of each kind does as much as it can, and a key of each kind is made once: the whole takes seconds.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use std::path::Path;
use std::process::Command;

use bansao_pades::validate::Indication;
use bansao_pades::{Dss, SigningProfile, add_document_security_store, validate};
use common::*;
use lopdf::{Dictionary, Document, Object};
use rcgen::KeyPair;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// The first time-stamping authority's certificate ends; the copy is renewed ten days before, by an authority with RSA.
const STAMP_END: OffsetDateTime = datetime!(2026-06-01 00:00 UTC);
const RENEWAL: OffsetDateTime = datetime!(2026-05-22 00:00 UTC);
/// When the first authority's certificate has ended for two months.
const LATE: OffsetDateTime = datetime!(2026-08-01 00:00 UTC);

const LEVELS: [&str; 5] = ["B-B", "B-T", "B-LT", "B-LTA", "renewed"];

/// Every signature algorithm, every length of RSA key with both paddings.
fn signers() -> Vec<(SigningProfile, Vec<u8>)> {
    let [short, middle, long] = ["2048", "3072", "4096"].map(|bits| rsa_key_of(bits).serialize_der());
    let mut signers = vec![
        (SigningProfile::RsaPkcs1Sha256, short.clone()),
        (SigningProfile::RsaPkcs1Sha384, middle.clone()),
        (SigningProfile::RsaPkcs1Sha512, long.clone()),
        (SigningProfile::RsaPssSha256, short),
        (SigningProfile::RsaPssSha384, middle),
        (SigningProfile::RsaPssSha512, long),
    ];
    for profile in [SigningProfile::EcdsaP256Sha256, SigningProfile::EcdsaP384Sha384, SigningProfile::Ed25519] {
        signers.push((profile, key_for(profile).serialize_der()));
    }
    signers
}

fn key(pkcs8: &[u8]) -> KeyPair {
    KeyPair::try_from(pkcs8).unwrap()
}

/// The authorities of all copies; `pki.tsa` stamps first, `renewer` renews.
struct Ground {
    pki: Pki,
    renewer: Identity,
    folder: tempfile::TempDir,
}

impl Ground {
    fn lay() -> Self {
        let mut pki = Pki::new(SigningProfile::EcdsaP256Sha256);
        let mut params = tsa_params("Test TSA");
        params.not_after = STAMP_END;
        pki.tsa = issue(&pki.ca, params, ec_key(), SigningProfile::EcdsaP256Sha256);
        let renewer = issue(&pki.ca, tsa_params("Later TSA"), rsa_key(), SigningProfile::RsaPkcs1Sha256);
        let ground = Self { pki, renewer, folder: tempfile::tempdir().unwrap() };
        ground.write("root.pem", pem(&ground.pki.root.certificate));
        ground.write("ca.pem", pem(&ground.pki.ca.certificate));
        ground.write("chain.pem", pem(&ground.pki.ca.certificate) + &pem(&ground.pki.root.certificate));
        ground.write("tsa.pem", pem(&ground.pki.tsa.certificate));
        ground.write("renewer.pem", pem(&ground.renewer.certificate));
        ground
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.dir().join(name), bytes).unwrap();
    }

    fn say(&self, program: &str, args: &[&str]) -> (bool, String) {
        let output = Command::new(program).args(args).current_dir(self.dir()).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), text)
    }

    fn must(&self, program: &str, args: &[&str]) -> String {
        let (good, text) = self.say(program, args);
        assert!(good, "{program} {args:?}: {text}");
        text
    }

    /// The copy at each level, signed twice by keys of one kind.
    fn copies(&self, base: &[u8]) -> [Vec<u8>; 5] {
        let pki = &self.pki;
        let bare = pki.sign_twice(base, false);
        let stamped = pki.sign_twice(base, true);
        let long_term = add_document_security_store(&stamped, &pki.store()).unwrap();
        // Judges of later days want proof that the responder's certificate existed, too.
        let responder = Dss { certificates: vec![pki.ocsp.certificate.clone()], ..Dss::default() };
        let complete = add_document_security_store(&long_term, &responder).unwrap();
        let archived = pki.archive(&complete, "Archive", NOW + Duration::seconds(20));
        let proofs = add_document_security_store(&archived, &self.proofs_of_stamps(RENEWAL)).unwrap();
        let renewed = self.pki.archive_by(&self.renewer, &proofs, "Archive 2", RENEWAL);
        [bare, stamped, long_term, archived, renewed]
    }

    /// That both time-stamping certificates stand, as of `at`.
    fn proofs_of_stamps(&self, at: OffsetDateTime) -> Dss {
        let pki = &self.pki;
        let answer = |who| pki.ocsp_answer(who, &pki.ca, &pki.ocsp, at);
        Dss {
            certificates: vec![pki.ca.certificate.clone(), pki.root.certificate.clone()],
            ocsp_responses: vec![answer(&pki.tsa), answer(&self.renewer)],
            crls: vec![crl(&pki.root, &[], at, |_| ()).der().to_vec()],
        }
    }
}

fn pem(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE", der))
}

/// One signature or time-stamp of a file, as it lies there.
struct Found {
    field: String,
    kind: String,
    container: Vec<u8>,
    content: Vec<u8>,
}

/// What the signature fields hold, read by lopdf.
fn found(pdf: &[u8]) -> Vec<Found> {
    let document = Document::load_mem(pdf).unwrap();
    let resolve = |object: &Object| document.dereference(object).unwrap().1.clone();
    let dictionary = |object: &Object| resolve(object).as_dict().unwrap().clone();
    let catalog = document.catalog().unwrap();
    let form = dictionary(catalog.get(b"AcroForm").unwrap());
    let fields = resolve(form.get(b"Fields").unwrap()).as_array().unwrap().clone();
    let read = |field: Dictionary| {
        let value = dictionary(field.get(b"V").unwrap());
        let range: Vec<usize> =
            value.get(b"ByteRange").unwrap().as_array().unwrap().iter().map(|at| at.as_i64().unwrap().try_into().unwrap()).collect();
        let padded = value.get(b"Contents").unwrap().as_str().unwrap().to_vec();
        Found {
            field: lopdf::decode_text_string(field.get(b"T").unwrap()).unwrap(),
            kind: String::from_utf8(value.get(b"SubFilter").unwrap().as_name().unwrap().to_vec()).unwrap(),
            container: padded[..der_length(&padded)].to_vec(),
            content: [&pdf[range[0]..range[0] + range[1]], &pdf[range[2]..range[2] + range[3]]].concat(),
        }
    };
    fields.iter().map(|field| read(dictionary(field))).collect()
}

/// Length of the DER value at the start of `bytes`: a SEQUENCE with a length of two bytes.
fn der_length(bytes: &[u8]) -> usize {
    assert_eq!(bytes[..2], [0x30, 0x82]);
    4 + usize::from(bytes[2]) * 256 + usize::from(bytes[3])
}

/// The OCSP responses of a file's store.
fn ocsp_responses(pdf: &[u8]) -> Vec<Vec<u8>> {
    let document = Document::load_mem(pdf).unwrap();
    let store = document.catalog().unwrap().get(b"DSS").unwrap();
    let store = document.dereference(store).unwrap().1.as_dict().unwrap();
    let list = document.dereference(store.get(b"OCSPs").unwrap()).unwrap().1.as_array().unwrap();
    let content = |object: &Object| {
        let stream = document.dereference(object).unwrap().1.as_stream().unwrap();
        stream.decompressed_content().unwrap_or_else(|_| stream.content.clone())
    };
    list.iter().map(content).collect()
}

#[test]
fn every_judge_accepts_every_level_of_every_key_type() {
    let mut ground = Ground::lay();
    trust(&ground);
    let mut manifest = String::new();
    for (at, (profile, pkcs8)) in signers().into_iter().enumerate() {
        let ca = &ground.pki.ca;
        ground.pki.certifier = issue(ca, leaf_params("Nguyễn Văn Chứng"), key(&pkcs8), profile);
        // The default serial number is that of the key.
        let mut params = leaf_params("UBND phường Thử Nghiệm");
        params.serial_number = Some(rcgen::SerialNumber::from(1000 + u64::try_from(at).unwrap()));
        ground.pki.agency = issue(ca, params, key(&pkcs8), profile);
        ground.write("certifier.pem", pem(&ground.pki.certifier.certificate));
        ground.write("agency.pem", pem(&ground.pki.agency.certificate));
        let base = if at % 2 == 0 { base_pdf() } else { base_pdf_modern() };
        let known = known(&ground, at);
        for (level, pdf) in LEVELS.into_iter().zip(ground.copies(&base)) {
            let name = format!("{at}-{level}.pdf");
            ground.write(&name, &pdf);
            let what = format!("{profile:?} {level}");
            ground.must("qpdf", &["--check", &name]);
            judged_by_openssl(&ground, profile, level, &pdf, &what);
            judged_by_pdfsig(&ground, profile, &name, &what);
            judged_by_us(&ground, level, &pdf, &what);
            for (time, known) in hearings(level, &known) {
                let time = time.format(&Rfc3339).unwrap();
                manifest += &format!("{{\"file\": {name:?}, \"level\": {level:?}, \"time\": {time:?}, \"known\": {known:?}}}\n");
            }
        }
    }
    judged_by_pyhanko(&ground, &manifest);
}

/// Writes the revocation data that a judge has beside a file: of the day of signing, and of a late day.
fn known(ground: &Ground, at: usize) -> [Vec<String>; 2] {
    let days = [("now", ground.pki.store()), ("late", ground.proofs_of_stamps(LATE))];
    days.map(|(day, store)| {
        let mut names = Vec::new();
        for (number, response) in store.ocsp_responses.iter().enumerate() {
            names.push(format!("{at}-{day}-{number}.ocsp"));
            ground.write(&names[number], response);
        }
        names.push(format!("{at}-{day}.crl"));
        ground.write(&names[names.len() - 1], &store.crls[0]);
        names
    })
}

/// When a level is judged, and what the judge has beside the file.
fn hearings(level: &str, [now, late]: &[Vec<String>; 2]) -> Vec<(OffsetDateTime, Vec<String>)> {
    let soon = NOW + Duration::minutes(1);
    match level {
        "B-B" | "B-T" => vec![(soon, now.clone())],
        "renewed" => vec![(RENEWAL + Duration::minutes(1), vec![]), (LATE + Duration::minutes(1), late.clone())],
        _ => vec![(soon, vec![])],
    }
}

/// pyHanko: each signature passes, has the time that its level proves, and nothing was changed beyond what is permitted.
fn judged_by_pyhanko(ground: &Ground, manifest: &str) {
    ground.write("manifest", manifest);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pyhanko/judge.py");
    let (good, said) = ground.say(&python(), &[script, "root.pem", "manifest"]);
    assert!(good, "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2 * manifest.lines().count(), "{said}");
    for line in lines {
        let has = |part: &str| assert!(line.contains(part), "{part}: {line}");
        has("\"indication\": \"AdESPassed.OK\"");
        has("\"intact\": true, \"permitted\": true");
        let level = LEVELS.into_iter().find(|level| line.contains(&format!("-{level}.pdf"))).unwrap();
        let seconds = |second: i64| format!("{}.0", (NOW + Duration::seconds(second)).unix_timestamp());
        let late = line.contains(&LATE.date().to_string());
        let stamp = if line.contains(CERTIFIER_FIELD) { 1 } else { 2 };
        // When the first authority's certificate has ended, what counts is that the archive time-stamp covers everything.
        if level != "B-B" {
            has(&format!("\"time\": {}", seconds(if late { 20 } else { stamp })));
        }
        if matches!(level, "B-LTA" | "renewed") {
            has(&format!("\"stamped\": {}", !late));
            has(&format!("\"archived\": {}", seconds(20)));
        }
    }
}

/// `openssl cms` for signatures, `openssl ts` for document time-stamps, `openssl ocsp` for the responses of the store; each at
/// the time at which it was made, so that the test holds on every day.
fn judged_by_openssl(ground: &Ground, profile: SigningProfile, level: &str, pdf: &[u8], what: &str) {
    let found = found(pdf);
    assert_eq!(
        found.len(),
        match level {
            "B-LTA" => 3,
            "renewed" => 4,
            _ => 2,
        },
        "{what}"
    );
    for Found { field, kind, container, content } in found {
        ground.write("container", container);
        ground.write("content", content);
        let made = if field == "Archive 2" { RENEWAL } else { NOW }.unix_timestamp().to_string();
        let trust = ["-CAfile", "root.pem", "-attime", &made];
        if kind == "ETSI.RFC3161" {
            let args = ["ts", "-verify", "-data", "content", "-in", "container", "-token_in", "-untrusted", "ca.pem"];
            let said = ground.must("openssl", &[&args[..], &trust].concat());
            assert!(said.contains("Verification: OK"), "{what}: {said}");
        // `openssl cms` of Debian 12 (3.0) refuses Ed25519 in every container ("invalid digest").
        } else if profile != SigningProfile::Ed25519 {
            let args = ["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "container", "-content", "content"];
            ground.must("openssl", &[&args[..], &trust, &["-purpose", "any", "-out", "out"]].concat());
        }
    }
    // Containers and stores stay as they are from one level to the next: the last one holds all responses.
    if level != "renewed" {
        return;
    }
    let responses = ocsp_responses(pdf);
    assert_eq!(responses.len(), 5, "certifier, agency, time-stamps; both authorities anew: {what}");
    for response in responses {
        ground.write("response", response);
        let certificates = ["certifier.pem", "agency.pem", "tsa.pem", "renewer.pem"].map(|name| ["-cert", name]).concat();
        let made = NOW.unix_timestamp().to_string();
        let ages = "400000000";
        let args = ["ocsp", "-no_nonce", "-respin", "response", "-issuer", "ca.pem", "-CAfile", "chain.pem"];
        let late = ["-attime", &made, "-validity_period", ages];
        let (_, said) = ground.say("openssl", &[&args[..], &certificates, &late].concat());
        assert!(said.contains("Response verify OK") && said.matches(": good").count() == 1, "{what}: {said}");
    }
}

/// pdfsig of Debian 12 (poppler 22.12 on NSS) does not know Ed25519 and looks at no document time-stamp.
fn judged_by_pdfsig(ground: &Ground, profile: SigningProfile, name: &str, what: &str) {
    if profile == SigningProfile::Ed25519 {
        return;
    }
    let said = ground.must("pdfsig", &["-nssdir", "nss", name]);
    assert_eq!(said.matches("Signature is Valid.").count(), 2, "{what}: {said}");
    assert_eq!(said.matches("Certificate is Trusted.").count(), 2, "{what}: {said}");
}

/// Our own validation, from B-LT on with nothing but the file.
fn judged_by_us(ground: &Ground, level: &str, pdf: &[u8], what: &str) {
    let mut context = ground.pki.context();
    context.require_revocation = !matches!(level, "B-B" | "B-T");
    if level == "renewed" {
        context.now = RENEWAL + Duration::minutes(1);
    }
    let report = validate(pdf, &context).unwrap();
    assert_eq!(report.indication, Indication::TotalPassed, "{what}: {report:#?}");
}

/// An NSS database that trusts the root.
fn trust(ground: &Ground) {
    std::fs::create_dir(ground.dir().join("nss")).unwrap();
    ground.must("certutil", &["-N", "-d", "sql:nss", "--empty-password"]);
    ground.must("certutil", &["-A", "-d", "sql:nss", "-n", "root", "-t", "CT,CT,CT", "-i", "root.pem"]);
}

//! The vectors of `fixtures/tokens/vectors.json`: judged by this crate, and by two verifiers that were made from
//! `docs/QR-TOKEN.md` alone (`tests/strangers`), one in Python and one in JavaScript. All three must say the same.

#![expect(clippy::unwrap_used, reason = "what fails in a test ends it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use bansao_credential::{Algorithm, Claims, PublicKey, encode_text, encode_url, key_id, sign, token_from_text, verify};
use ciborium::Value as Cbor;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn vectors() -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join("fixtures/tokens/vectors.json")).unwrap()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn said(claims: &Claims) -> Value {
    json!({
        "issuer": claims.issuer, "kind": claims.kind, "certification_no": claims.certification_no, "agency_id": claims.agency_id,
        "agency_name": claims.agency_name, "issued_at": claims.issued_at, "copy_id": claims.copy_id, "facts": claims.facts,
        "pages_digest": hex(&claims.pages_digest), "salt": hex(&claims.salt),
    })
}

/// What this crate says of every vector; `null` for a refusal.
fn ours(file: &Value) -> BTreeMap<String, Value> {
    let keys = |id: &[u8]| {
        let key = file["keys"].get(hex(id))?;
        let public = unhex(key["public_key"].as_str().unwrap());
        Some(if key["alg"] == "EdDSA" { PublicKey::EdDsa(public) } else { PublicKey::Es256(public) })
    };
    let judge = |vector: &Value| {
        let claims = token_from_text(vector["qr"].as_str().unwrap()).and_then(|token| verify(&token, &keys));
        (vector["name"].as_str().unwrap().to_owned(), claims.map_or(Value::Null, |claims| said(&claims)))
    };
    file["vectors"].as_array().unwrap().iter().map(judge).collect()
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let file = vectors();
    let judged = ours(&file);
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(judged.len(), vectors.len(), "a name twice");
    for vector in vectors {
        assert_eq!(judged[vector["name"].as_str().unwrap()], vector["claims"], "{}", vector["name"]);
    }
    let refused = vectors.iter().filter(|vector| vector["claims"].is_null()).count();
    assert!(refused >= 20 && vectors.len() - refused >= 4, "{refused} of {}", vectors.len());
}

/// What the service issues (it leaves the optional name of the agency out) keeps the budget of the specification.
#[test]
fn the_birth_vectors_keep_the_budget() {
    let file = vectors();
    for name in ["birth", "birth with a digest of its other names"] {
        let birth = file["vectors"].as_array().unwrap().iter().find(|vector| vector["name"] == name).unwrap();
        let token = birth["qr"].as_str().unwrap().rsplit('#').next().unwrap();
        println!("{name}: {} characters", token.len());
        assert!(token.len() <= 555, "{name}: {} characters", token.len());
    }
}

fn stranger(program: &Path, script: &str) {
    let path = |name: &str| root().join(name).canonicalize().unwrap();
    let script = path(&format!("crates/credential/tests/strangers/{script}"));
    let run = Command::new(program).args([script, path("docs/QR-TOKEN.md"), path("fixtures/tokens/vectors.json")]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let lines = String::from_utf8(run.stdout).unwrap();
    let theirs: BTreeMap<String, Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["name"].as_str().unwrap().to_owned(), line["claims"].clone()))
        .collect();
    assert_eq!(theirs, ours(&vectors()));
}

#[test]
fn a_stranger_in_python_agrees() {
    let judges = root().join("target/judges/bin/python");
    if !judges.exists() {
        println!("SKIPPED: no target/judges; `cargo xtask test` makes it");
        return;
    }
    stranger(&judges, "verifier.py");
}

#[test]
fn a_stranger_in_javascript_agrees() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("SKIPPED: no node on this machine");
        return;
    }
    stranger(Path::new("node"), "verifier.mjs");
}

/// A key that lives as long as this run.
struct Forger {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Forger {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { pair, random }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(&self.random, message).unwrap().as_ref().to_vec()
    }

    /// A token of this protected header and payload, signed properly.
    fn token(&self, protected: &[u8], payload: &[u8]) -> Vec<u8> {
        let bytes = |part: &[u8]| Cbor::Bytes(part.to_vec());
        let signed = cbor(&Cbor::Array(vec![Cbor::from("Signature1"), bytes(protected), bytes(b""), bytes(payload)]));
        let message = Cbor::Array(vec![bytes(protected), Cbor::Map(vec![]), bytes(payload), Cbor::Bytes(self.sign(&signed))]);
        cbor(&Cbor::Tag(18, Box::new(message)))
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn claims(kid: &[u8], kind: &str, facts: &[(&str, &str)]) -> Claims {
    Claims {
        key_id: key_id(kid),
        issuer: "bansao.example.vn".into(),
        kind: kind.into(),
        certification_no: "1207, 1/2026-SCT/BS".into(),
        agency_id: "phuong-thu-nghiem".into(),
        agency_name: None,
        issued_at: 1_795_000_000,
        copy_id: "mzxw6ytboimzxw6ytboiabcdef".into(),
        facts: facts.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect(),
        pages_digest: [7; 32],
        salt: [9; 16],
    }
}

type Change = fn(&mut Vec<(Cbor, Cbor)>);

/// Payloads that are signed and yet not as specified.
const BAD_CLAIMS: [(&str, Change); 19] = [
    ("keys out of order", |map| map.swap(1, 2)),
    ("a key twice", |map| map.push(map[1].clone())),
    ("an unknown key", |map| map.push((Cbor::from(11), Cbor::from(1)))),
    ("a key of text", |map| map.push((Cbor::from("x"), Cbor::from(1)))),
    ("no issuer", |map| drop(map.remove(1))),
    ("version 2", |map| map[0].1 = Cbor::from(2)),
    ("an empty issuer", |map| map[1].1 = Cbor::from("")),
    ("a long issuer", |map| map[1].1 = Cbor::from("x".repeat(65))),
    ("a control character", |map| map[3].1 = Cbor::from("1207\n")),
    ("a kind by name that has a number", |map| map[2].1 = Cbor::from("birth_certificate")),
    ("an unknown number of a kind", |map| map[2].1 = Cbor::from(99)),
    ("a negative time", |map| map[5].1 = Cbor::from(-1)),
    ("a time beyond the year 9999", |map| map[5].1 = Cbor::from(253_402_300_800_u64)),
    ("a copy id as text that packs", |map| map[6].1 = Cbor::from("mzxw6ytboimzxw6ytboiabcdef")),
    ("a copy id with bits left over", |map| map[6].1 = Cbor::Bytes(vec![255; 17])),
    ("a date as text", |map| map[7].1 = Cbor::Map(vec![(Cbor::from(2), Cbor::from("17/06/2024"))])),
    ("a date of seven digits", |map| map[7].1 = Cbor::Map(vec![(Cbor::from(2), Cbor::from(9_999_999))])),
    ("a field by name that has a number", |map| map[7].1 = Cbor::Map(vec![(Cbor::from("full_name"), Cbor::from("x"))])),
    ("a digest of 31 bytes", |map| map[8].1 = Cbor::Bytes(vec![7; 31])),
];

/// Makes the vectors anew, signed by keys that nobody keeps.
#[test]
#[ignore = "writes fixtures/tokens/vectors.json; run by hand after a change of the format"]
fn write_the_vectors() {
    let forger = Forger::new();
    let ed = Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&forger.random).unwrap().as_ref()).unwrap();
    let (p256_id, ed_id) = (b"P-256".as_slice(), b"Ed25519".as_slice());
    let es256 = |claims: &Claims| sign(claims, Algorithm::Es256, |message| Ok::<_, ()>(forger.sign(message))).unwrap();
    let eddsa = |claims: &Claims| sign(claims, Algorithm::EdDsa, |message| Ok::<_, ()>(ed.sign(message).as_ref().to_vec())).unwrap();
    let url = |token: &[u8]| encode_url("https://bansao.example.vn/v", token).unwrap();
    let birth = claims(
        p256_id,
        "birth_certificate",
        &[
            ("full_name", "NGUYỄN THỊ PHƯƠNG THẢO"),
            ("birth_date", "17/06/2024"),
            ("gender", "Nữ"),
            ("personal_id", "001324941815"),
            ("registration_no", "212/2024"),
            ("registration_date", "02/07/2024"),
        ],
    );
    let mut sealed = birth.clone();
    sealed.facts.remove("personal_id");
    sealed.facts.insert("names_digest".into(), "Z53V6THHBA5MKUIR".into());
    let named = Claims { agency_name: Some("Ủy ban nhân dân phường Thử Nghiệm".into()), ..birth.clone() };
    let land = claims(ed_id, "land_certificate", &[("land_serial_no", "AA 01234567"), ("area", "86,5 m²"), ("issue_date", "03/02/2025")]);
    let own_words = claims(p256_id, "a_new_kind", &[("a_new_field", "31/02/2024"), ("other", "17/6/2024"), ("full_name", "Đỗ Ơ")]);
    let bare = Claims { copy_id: "số 1".into(), issued_at: 0, ..claims(ed_id, "death_certificate", &[]) };
    let token = es256(&birth);

    let mut list: Vec<(String, String)> = vec![
        ("birth".into(), url(&token)),
        ("birth with the agency's name, no address".into(), encode_text(&es256(&named))),
        ("birth with a digest of its other names".into(), url(&es256(&sealed))),
        ("land by Ed25519".into(), url(&eddsa(&land))),
        ("words without numbers".into(), url(&es256(&own_words))),
        ("no facts, copy id of its own, white space".into(), format!(" {}\n", url(&eddsa(&bare)))),
    ];
    let text = encode_text(&token);
    list.extend([
        ("lower case".into(), text.to_lowercase()),
        ("padded".into(), format!("{text}=")),
        ("cut".into(), text[..text.len() - 8].to_owned()),
        ("empty".into(), String::new()),
        ("an address alone".into(), "https://bansao.example.vn/v".into()),
        ("a byte after the token".into(), encode_text(&[token.clone(), vec![0]].concat())),
        ("no tag".into(), encode_text(&token[1..])),
        ("another tag".into(), encode_text(&[&[0xd1], &token[1..]].concat())),
    ]);
    let changed = |at: usize| {
        let mut bytes = token.clone();
        bytes[at] ^= 1;
        encode_text(&bytes)
    };
    list.push(("a changed claim".into(), changed(token.len() / 2)));
    list.push(("a changed signature".into(), changed(token.len() - 1)));
    let stranger = Claims { key_id: key_id(b"stranger"), ..birth.clone() };
    list.push(("a key that nobody knows".into(), encode_text(&es256(&stranger))));
    let borrowed = Claims { key_id: key_id(ed_id), ..birth.clone() };
    list.push(("the id of another key".into(), encode_text(&es256(&borrowed))));

    let message = ciborium::from_reader::<Cbor, _>(token.as_slice()).unwrap().into_tag().unwrap().1.into_array().unwrap();
    let (protected, payload) = (message[0].as_bytes().unwrap().clone(), message[2].as_bytes().unwrap().clone());
    let map = ciborium::from_reader::<Cbor, _>(payload.as_slice()).unwrap().into_map().unwrap();
    for (name, change) in BAD_CLAIMS {
        let mut map = map.clone();
        change(&mut map);
        list.push((name.to_owned(), encode_text(&forger.token(&protected, &cbor(&Cbor::Map(map))))));
    }
    let mut long_number = payload.clone();
    long_number.splice(2..3, [0x18, 0x01]);
    list.push(("a number in two bytes where one does".into(), encode_text(&forger.token(&protected, &long_number))));
    let kid = Cbor::Bytes(key_id(p256_id).to_vec());
    for (name, header) in [
        ("a header out of order", vec![(Cbor::from(4), kid.clone()), (Cbor::from(1), Cbor::from(-7))]),
        ("the algorithm of another key", vec![(Cbor::from(1), Cbor::from(-8)), (Cbor::from(4), kid.clone())]),
        ("no algorithm", vec![(Cbor::from(4), kid.clone())]),
        (
            "a critical header",
            vec![(Cbor::from(1), Cbor::from(-7)), (Cbor::from(2), Cbor::Array(vec![Cbor::from(4)])), (Cbor::from(4), kid)],
        ),
    ] {
        list.push((name.to_owned(), encode_text(&forger.token(&cbor(&Cbor::Map(header)), &payload))));
    }
    let mut twisted = message;
    twisted[1] = Cbor::Map(vec![(Cbor::from(5), Cbor::from(1))]);
    list.push(("an unprotected header".into(), encode_text(&cbor(&Cbor::Tag(18, Box::new(Cbor::Array(twisted)))))));

    let keys = json!({
        hex(&key_id(p256_id)): { "alg": "ES256", "public_key": hex(forger.pair.public_key().as_ref()) },
        hex(&key_id(ed_id)): { "alg": "EdDSA", "public_key": hex(ed.public_key().as_ref()) },
    });
    let unjudged: Vec<Value> = list.iter().map(|(name, qr)| json!({ "name": name, "qr": qr })).collect();
    let judged = ours(&json!({ "keys": keys, "vectors": unjudged }));
    let lines: Vec<String> =
        list.iter().map(|(name, qr)| format!("    {}", json!({ "name": name, "qr": qr, "claims": judged[name] }))).collect();
    let file = format!("{{\n  \"keys\": {keys},\n  \"vectors\": [\n{}\n  ]\n}}\n", lines.join(",\n"));
    std::fs::write(root().join("fixtures/tokens/vectors.json"), file).unwrap();
    for (at, (name, _)) in list.iter().enumerate() {
        assert_eq!(judged[name].is_null(), at >= 6, "{name}");
    }
}

//! Files and chains made to keep a verifier busy: a typed verdict each, within two seconds.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use std::time::Instant;

use bansao_pades::path::{PathError, PathLimits, PathQuery, Usage, find_path};
use bansao_pades::validate::{Indication, ValidateError};
use bansao_pades::{SigningProfile, ValidationContext, prepare_signature, validate};
use common::*;
use lopdf::{Dictionary, Object, StringFormat, dictionary};

const EC: SigningProfile = SigningProfile::EcdsaP256Sha256;

/// A verdict that is not valid, in time.
fn refused(what: &str, pdf: &[u8], context: &ValidationContext) {
    let began = Instant::now();
    let verdict = validate(pdf, context);
    let seconds = began.elapsed().as_secs_f32();
    assert!(seconds < 2.0, "{what} took {seconds} s");
    assert!(!verdict.is_ok_and(|r| r.indication == Indication::TotalPassed), "{what}");
}

/// One more revision written by hand: objects, and the entries of its table.
fn revised(pdf: &mut Vec<u8>, body: &str, entries: impl FnOnce(usize) -> String, trailer: &str) {
    let tail = String::from_utf8_lossy(&pdf[pdf.len() - 40..]).into_owned();
    let previous: String = tail.rsplit("startxref").next().unwrap().chars().filter(char::is_ascii_digit).collect();
    pdf.push(b'\n');
    let at = pdf.len();
    pdf.extend_from_slice(body.as_bytes());
    let section = pdf.len();
    let table = format!("xref\n{}trailer\n<<{trailer}/Prev {previous}/ID[<30><30>]>>", entries(at));
    pdf.extend_from_slice(format!("{table}\nstartxref\n{section}\n%%EOF").as_bytes());
}

/// The trailer entries that must stay.
fn trailer_of(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let root = document.trailer.get(b"Root").and_then(Object::as_reference).unwrap();
    format!("/Size {}/Root {} 0 R", document.max_id + 1, root.0)
}

/// Revisions that change nothing.
fn with_revisions(pdf: &[u8], count: usize) -> Vec<u8> {
    let (mut out, trailer) = (pdf.to_vec(), trailer_of(pdf));
    for _ in 0..count {
        revised(&mut out, "", |_| "0 1\n0000000000 65535 f \n".to_owned(), &trailer);
    }
    out
}

#[test]
fn five_thousand_revisions() {
    let pki = Pki::new(EC);
    let signed = pki.sign_twice(&base_pdf(), true);
    let context = pki.context();
    refused("5,000 revisions", &with_revisions(&signed, 5_000), &context);
    refused("100 revisions", &with_revisions(&signed, 100), &context);
}

/// 40,000 objects, each of which begins inside the comments of those before it.
fn objects_in_comments(pdf: &[u8], object: impl Fn(usize) -> String, end: &str) -> Vec<u8> {
    let (mut out, mut body, mut starts) = (pdf.to_vec(), String::new(), Vec::new());
    let first = lopdf::Document::load_mem(pdf).unwrap().max_id as usize + 1;
    for id in first..first + 40_000 {
        starts.push(body.len());
        body.push_str(&object(id));
    }
    body.push_str(end);
    let table = |at: usize| {
        let entries: String = starts.iter().map(|start| format!("{:010} 00000 n \n", at + start)).collect();
        format!("{first} 40000\n{entries}")
    };
    let root = trailer_of(pdf).split("/Root").nth(1).unwrap().to_owned();
    revised(&mut out, &body, table, &format!("/Size {}/Root{root}", first + 40_000));
    out
}

#[test]
fn objects_that_begin_in_comments_of_others() {
    let pki = Pki::new(EC);
    let signed = pki.sign_twice(&base_pdf(), true);
    let context = pki.context();
    for (what, object, end) in [
        ("one line after the header", (|id| format!("{id} 0 obj %/ByteRange ")) as fn(usize) -> String, "\n<<>>\nendobj\n"),
        ("one line within the header", |id| format!("{id} %/ByteRange "), "\n0 obj\n<<>>\nendobj\n"),
        ("many lines", |id| format!("{id} 0 obj %\n%"), "\n<<>>\nendobj\n"),
    ] {
        refused(what, &objects_in_comments(&signed, object, end), &context);
    }
}

#[test]
fn ten_thousand_signatures() {
    let pki = Pki::new(EC);
    let mut document = lopdf::Document::load_mem(&base_pdf()).unwrap();
    let value = dictionary! {
        "Type" => "Sig", "SubFilter" => "ETSI.CAdES.detached", "ByteRange" => vec![0.into(), 1.into(), 2.into(), 3.into()],
        "Contents" => Object::String(vec![0; 8], StringFormat::Hexadecimal),
    };
    let fields: Vec<Object> = (0..10_000)
        .map(|i| {
            let value = document.add_object(value.clone());
            let name = Object::string_literal(format!("S{i}"));
            document.add_object(dictionary! { "FT" => "Sig", "T" => name, "V" => value }).into()
        })
        .collect();
    let form = document.add_object(dictionary! { "Fields" => fields, "SigFlags" => 3 });
    document.catalog_mut().unwrap().set("AcroForm", form);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    refused("10,000 signatures", &out, &pki.context());
}

/// A store that was renewed for decades is judged; one that repeats itself costs no more.
#[test]
fn large_stores() {
    let pki = Pki::new(EC);
    let stamped = pki.sign_twice(&base_pdf(), true);
    let mut store = pki.store();
    let again =
        |store: &mut bansao_pades::Dss, at| store.crls.push(crl(&pki.root, &[], NOW + time::Duration::seconds(at), |_| ()).der().to_vec());
    (11..160).for_each(|at| again(&mut store, at));
    let context = {
        let mut context = pki.context();
        context.now = NOW + time::Duration::minutes(10);
        context
    };
    let large = bansao_pades::add_document_security_store(&stamped, &store).unwrap();
    let began = Instant::now();
    let report = validate(&large, &context).unwrap();
    assert_eq!(report.indication, Indication::TotalPassed, "{:?}", report.unaccounted);
    assert!(began.elapsed().as_secs_f32() < 2.0, "{:?}", began.elapsed());
    (160..700).for_each(|at| again(&mut store, at));
    let too_large = bansao_pades::add_document_security_store(&stamped, &store).unwrap();
    refused("a store of 700 lists", &too_large, &context);
}

#[test]
fn deep_and_wide_objects() {
    let pki = Pki::new(EC);
    let signed = pki.sign_twice(&base_pdf(), true);
    let context = pki.context();
    let trailer = trailer_of(&signed);
    let object = |value: &str| format!("1 0 obj\n{value}\nendobj\n");
    for (what, value) in [
        ("arrays 100,000 deep", "[".repeat(100_000) + &"]".repeat(100_000)),
        ("dictionaries 100,000 deep", "<</A".repeat(100_000) + " 0" + &">>".repeat(100_000)),
        ("strings 100,000 deep", "(".repeat(100_000) + &")".repeat(100_000)),
        ("a dictionary of 100,000 keys", format!("<<{}>>", (0..100_000).map(|i| format!("/K{i} 0")).collect::<String>())),
        ("a dictionary that never ends", "<</A".to_owned()),
        ("a name of a megabyte", format!("/{}", "A".repeat(1 << 20))),
        ("a number of a megabyte", "9".repeat(1 << 20)),
        ("comments of a megabyte", "%\n".repeat(1 << 19) + "null"),
    ] {
        let mut bytes = signed.clone();
        revised(&mut bytes, &object(&value), |at| format!("1 1\n{at:010} 00000 n \n"), &trailer);
        refused(what, &bytes, &context);
        let mut bytes = signed.clone();
        revised(&mut bytes, "", |_| "0 0\n".to_owned(), &format!("{trailer}/X {value}"));
        refused(&format!("{what}, in the trailer"), &bytes, &context);
    }
}

#[test]
fn containers_that_are_no_signature() {
    let pki = Pki::new(EC);
    let mut context = pki.context();
    context.require_revocation = false;
    let pdf = with_fields(&base_pdf());
    let long = |fill: &[u8], count: usize| fill.repeat(count);
    for (what, container) in [
        ("a container 10,000 deep, definite", nested(10_000)),
        ("a container 5,000 deep, indefinite", long(&[0x30, 0x80], 5_000)),
        ("sets of nothing", [&[0x31, 0x82, 0x1f, 0x40][..], &long(&[0x30, 0], 4_000)].concat()),
        ("a length that lies", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
        ("nothing", vec![0x05, 0x00]),
    ] {
        let mut wide = spec(CERTIFIER_FIELD, true, None);
        wide.reserve = container.len().max(8_192);
        let prepared = prepare_signature(&pdf, &wide).unwrap();
        match prepared.embed(&container) {
            Ok(signed) => refused(what, &signed, &context),
            Err(e) => panic!("{what}: {e}"),
        }
    }
}

/// SEQUENCE in SEQUENCE, each with its length.
fn nested(depth: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for _ in 0..depth {
        let length = out.len();
        let mut header = vec![0x30];
        match length {
            0..128 => header.push(length as u8),
            128..65_536 => header.extend([0x82, (length >> 8) as u8, length as u8]),
            _ => header.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
        }
        out.splice(0..0, header);
    }
    out
}

#[test]
fn a_stream_that_swells() {
    let pki = Pki::new(EC);
    let mut bomb = lopdf::Stream::new(Dictionary::new(), vec![0; 80 << 20]);
    bomb.compress().unwrap();
    // A cross-reference stream that would decompress to 80 MB.
    let mut out = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n".to_vec();
    let section = out.len();
    let length = bomb.content.len();
    out.extend_from_slice(
        format!("2 0 obj\n<</Type/XRef/W[1 2 1]/Size 3/Root 1 0 R/Filter/FlateDecode/Length {length}>>\nstream\n").as_bytes(),
    );
    out.extend_from_slice(&bomb.content);
    out.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{section}\n%%EOF").as_bytes());
    refused("a cross-reference stream of 80 MB", &out, &pki.context());
    assert!(matches!(validate(&vec![b'0'; 65 << 20], &pki.context()), Err(ValidateError::TooLarge)));
}

#[test]
fn a_certificate_with_a_name_of_a_megabyte() {
    let root = self_signed(ca_params("Root", None), ec_key());
    let leaf = issue(&root, leaf_params(&"N".repeat(1 << 20)), ec_key(), EC);
    let (anchors, pool) = (vec![root.certificate.clone()], vec![leaf.certificate.clone(); 50]);
    let began = Instant::now();
    let query = PathQuery {
        leaf: &leaf.certificate,
        intermediates: &pool,
        anchors: &anchors,
        at: NOW,
        usage: Usage::DocumentSigning,
        limits: PathLimits::default(),
    };
    assert!(matches!(find_path(&query), Err(PathError::Malformed(_))));
    assert!(began.elapsed().as_secs_f32() < 2.0, "{:?}", began.elapsed());
}

/// A clock that was set back to any time, or ran ahead: never valid before the signature's own time, and never a panic.
#[test]
fn a_clock_that_jumped() {
    use time::macros::datetime;
    let (long_term, archived, context) = samples();
    for now in [
        time::OffsetDateTime::UNIX_EPOCH,
        datetime!(0001-01-01 0:00 UTC),
        datetime!(1951-01-01 0:00 UTC),
        NOW - time::Duration::days(400),
        NOW - time::Duration::hours(1),
        datetime!(2500-01-01 0:00 UTC),
        datetime!(9999-12-31 23:59:59 UTC),
    ] {
        for (name, pdf) in [("B-LT", long_term), ("B-LTA", archived)] {
            let mut context = context.clone();
            context.now = now;
            refused(&format!("{name} at {now}"), pdf, &context);
        }
    }
}

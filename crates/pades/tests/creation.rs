//! What the creation side writes, looked at without the validation side.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_pades::timestamp::{Expectation, Rejection, accept, reject, request, respond};
use bansao_pades::{
    Appearance, DigestAlgorithm, DocumentTimestampSpec, Dss, Error, Prepared, SigningProfile, add_document_security_store, cms,
    prepare_document_timestamp, prepare_signature,
};
use common::*;
use lopdf::{Document, Object};
use time::Duration;

#[test]
fn every_revision_keeps_the_bytes_before_it() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    for base in [base_pdf(), base_pdf_modern()] {
        let fields = with_fields(&base);
        assert!(fields.starts_with(&base));
        let prepared = prepare_signature(&fields, &spec(CERTIFIER_FIELD, true, None)).unwrap();
        assert!(prepared.bytes().starts_with(&fields));
        let signed = pki.seal(&pki.certifier, prepared, Some(NOW));
        let store = Dss { certificates: vec![pki.ca.certificate.clone()], ..Dss::default() };
        let stored = add_document_security_store(&signed, &store).unwrap();
        assert!(stored.starts_with(&signed));
        let spec = DocumentTimestampSpec { field: "Archive", reserve: 8192 };
        let prepared = prepare_document_timestamp(&stored, &spec).unwrap();
        let token = pki.stamp(&prepared.digest(DigestAlgorithm::Sha256), NOW);
        let archived = prepared.embed(&token).unwrap();
        assert!(archived.starts_with(&stored));
    }
}

#[test]
fn the_second_identifier_changes_with_each_revision() {
    let ids = |pdf: &[u8]| {
        let doc = Document::load_mem(pdf).unwrap();
        let ids = doc.trailer.get(b"ID").and_then(Object::as_array).unwrap().clone();
        (ids[0].as_str().unwrap().to_vec(), ids[1].as_str().unwrap().to_vec())
    };
    let base = base_pdf();
    let once = with_fields(&base);
    let twice = prepare_signature(&once, &spec(AGENCY_FIELD, false, None)).unwrap();
    let (first, second, third) = (ids(&base), ids(&once), ids(twice.bytes()));
    assert!(first.0 == second.0 && second.0 == third.0);
    assert!(first.1 != second.1 && second.1 != third.1);
}

#[test]
fn creation_is_deterministic() {
    let make = || prepare_signature(&with_fields(&base_pdf()), &spec(CERTIFIER_FIELD, true, None)).unwrap();
    assert_eq!(make(), make());
}

#[test]
fn the_signature_dictionary_says_what_was_asked() {
    let pdf = with_fields(&base_pdf());
    let certifier = prepare_signature(&pdf, &spec(CERTIFIER_FIELD, true, Some(&base_pdf()))).unwrap();
    let doc = Document::load_mem(certifier.bytes()).unwrap();
    let perms = doc.catalog().unwrap().get(b"Perms").and_then(Object::as_dict).unwrap();
    let signature = doc.get_dictionary(perms.get(b"DocMDP").and_then(Object::as_reference).unwrap()).unwrap();
    assert_eq!(signature.get(b"SubFilter").and_then(Object::as_name).unwrap(), b"ETSI.CAdES.detached");
    assert_eq!(signature.get(b"M").and_then(Object::as_str).unwrap(), b"D:20260305070809+07'00'");
    let reason = lopdf::decode_text_string(signature.get(b"Reason").unwrap()).unwrap();
    assert_eq!(reason, "Chứng thực bản sao từ bản chính");
    let agency = prepare_signature(&pdf, &spec(AGENCY_FIELD, false, None)).unwrap();
    let text = String::from_utf8_lossy(&agency.bytes()[pdf.len()..]).into_owned();
    assert!(text.contains("/FieldMDP") && text.contains("/Action/All"), "{text:.2000}");
}

#[test]
fn preparation_survives_storage_and_refuses_a_wrong_range() {
    let pdf = with_fields(&base_pdf());
    let prepared = prepare_signature(&pdf, &spec(AGENCY_FIELD, false, None)).unwrap();
    let again = Prepared::from_parts(prepared.bytes().to_vec(), prepared.byte_range()).unwrap();
    assert_eq!(again, prepared);
    assert_eq!(prepared.reserved(), bansao_pades::document::DEFAULT_RESERVE);
    let mut range = prepared.byte_range();
    range[1] += 1;
    assert_eq!(Prepared::from_parts(prepared.bytes().to_vec(), range), Err(Error::ByteRange));
    range = prepared.byte_range();
    range[3] -= 1;
    assert_eq!(Prepared::from_parts(prepared.bytes().to_vec(), range), Err(Error::ByteRange));
}

#[test]
fn a_reserve_that_is_too_small_is_an_error() {
    let pdf = with_fields(&base_pdf());
    let small = bansao_pades::SignatureSpec { reserve: 100, ..spec(AGENCY_FIELD, false, None) };
    let prepared = prepare_signature(&pdf, &small).unwrap();
    assert_eq!(prepared.embed(&[0x30; 101]), Err(Error::ReserveTooSmall { needed: 101, reserved: 100 }));
}

#[test]
fn pictures_share_what_they_embed_with_the_pages_and_with_each_other() {
    let fonts = |pdf: &[u8]| {
        let document = Document::load_mem(pdf).unwrap();
        document.objects.values().filter(|object| object.as_dict().is_ok_and(|font| font.has_type(b"Font"))).count()
    };
    let picture = base_pdf();
    let pdf = with_fields(&picture);
    let first = prepare_signature(&pdf, &spec(CERTIFIER_FIELD, true, Some(&picture))).unwrap();
    assert_eq!((fonts(&pdf), fonts(first.bytes())), (1, 1), "the font of the page is that of the picture");
    let mut other = Document::load_mem(&picture).unwrap();
    let font = other.objects.values_mut().filter_map(|object| object.as_dict_mut().ok()).find(|font| font.has_type(b"Font"));
    font.unwrap().set("BaseFont", Object::Name(b"Courier".to_vec()));
    let mut picture = Vec::new();
    other.save_to(&mut picture).unwrap();
    let first = prepare_signature(&pdf, &spec(CERTIFIER_FIELD, true, Some(&picture))).unwrap().embed(&[1]).unwrap();
    let second = prepare_signature(&first, &spec(AGENCY_FIELD, false, Some(&picture))).unwrap();
    assert_eq!((fonts(&first), fonts(second.bytes())), (2, 2), "another font comes with the first picture alone");
}

#[test]
fn wrong_uses_are_named() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let pdf = with_fields(&base_pdf());
    let prepare = |pdf: &[u8], field, certify| prepare_signature(pdf, &spec(field, certify, None)).map(|_| ());
    assert_eq!(prepare(&pdf, "Nobody", false), Err(Error::NoSuchField("Nobody".to_owned())));
    let signed = pki.seal(&pki.agency, prepare_signature(&pdf, &spec(AGENCY_FIELD, false, None)).unwrap(), None);
    assert_eq!(prepare(&signed, AGENCY_FIELD, false), Err(Error::FieldSigned(AGENCY_FIELD.to_owned())));
    assert_eq!(prepare(&signed, CERTIFIER_FIELD, true), Err(Error::CertificationNotFirst));
    assert!(matches!(prepare(b"%PDF-1.7\nrubbish", AGENCY_FIELD, false), Err(Error::Document(_))));
    let bad_picture =
        bansao_pades::SignatureSpec { appearance: Some(Appearance { pdf: b"no", page: 0 }), ..spec(AGENCY_FIELD, false, None) };
    assert!(matches!(prepare_signature(&pdf, &bad_picture), Err(Error::Appearance(_))));
}

#[test]
fn the_store_keeps_each_item_once() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let signed = pki.sign_twice(&base_pdf(), false);
    let store =
        Dss { certificates: vec![pki.ca.certificate.clone(), pki.root.certificate.clone(), pki.ca.certificate.clone()], ..Dss::default() };
    let once = add_document_security_store(&signed, &store).unwrap();
    let twice = add_document_security_store(&once, &store).unwrap();
    for pdf in [once, twice] {
        let doc = Document::load_mem(&pdf).unwrap();
        let dss = doc.get_dict_in_dict(doc.catalog().unwrap(), b"DSS").unwrap();
        assert_eq!(dss.get(b"Certs").and_then(Object::as_array).unwrap().len(), 2);
        assert_eq!(dss.get(b"VRI").and_then(Object::as_dict).unwrap().len(), 2);
    }
}

#[test]
fn an_entry_names_only_the_proofs_of_its_signature() {
    use bansao_pades::add_signature_proofs;
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let signed = pki.sign_twice(&base_pdf(), true);
    let store = pki.store();
    let only = |answer: usize| Dss {
        ocsp_responses: vec![store.ocsp_responses[answer].clone(), store.ocsp_responses[2].clone()],
        ..store.clone()
    };
    let proofs = [(CERTIFIER_FIELD, only(0)), (AGENCY_FIELD, only(1))];
    let long_term = add_signature_proofs(&signed, &proofs).unwrap();
    let archived = pki.archive(&long_term, "Archive", NOW + Duration::seconds(20));
    // A later store gives the time-stamp an entry and leaves the two as they are.
    let again = add_document_security_store(&archived, &Dss::default()).unwrap();
    for (pdf, count) in [(&long_term, 2), (&again, 3)] {
        let document = Document::load_mem(pdf).unwrap();
        let dss = document.get_dict_in_dict(document.catalog().unwrap(), b"DSS").unwrap();
        assert_eq!(dss.get(b"OCSPs").and_then(Object::as_array).unwrap().len(), 3, "the store holds each answer once");
        let vri = dss.get(b"VRI").and_then(Object::as_dict).unwrap();
        assert_eq!(vri.len(), count);
        let plain = |item: &Object| document.dereference(item).unwrap().1.as_stream().unwrap().get_plain_content().unwrap();
        let named: Vec<Vec<Vec<u8>>> = vri
            .iter()
            .map(|(_, entry)| {
                let entry = document.dereference(entry).unwrap().1.as_dict().unwrap();
                entry.get(b"OCSP").and_then(Object::as_array).unwrap().iter().map(plain).collect()
            })
            .collect();
        for (_, dss) in &proofs {
            assert!(named.contains(&dss.ocsp_responses), "{count}");
        }
    }
    for pdf in [&long_term, &archived, &again] {
        let report = bansao_pades::validate(pdf, &pki.context()).unwrap();
        assert_eq!(report.indication, bansao_pades::validate::Indication::TotalPassed, "{report:#?}");
    }
    assert!(matches!(add_signature_proofs(&signed, &[("Nobody", store)]), Err(Error::Document(_))));
}

/// What is reserved too much is read by everyone who ever reads the file; too little, and there is no signature.
#[test]
fn a_container_is_as_long_as_was_foreseen_and_hardly_shorter() {
    for profile in PROFILES {
        let pki = Pki::new(profile);
        let chain = [pki.certifier.certificate.clone(), pki.ca.certificate.clone()];
        let attributes = |digest: &[u8]| cms::SignedAttributes::new(profile, digest, &pki.certifier.certificate).unwrap();
        let digest = profile.digest_algorithm();
        let attributes_of = attributes(&digest.digest(b"the document"));
        let value = pki.certifier.sign(&attributes_of.to_be_signed().unwrap()).unwrap();
        let token = pki.stamp(&DigestAlgorithm::Sha256.digest(&value), NOW);
        let container = cms::assemble(&attributes_of, &value, &chain, Some(&token)).unwrap();
        let foreseen = attributes(&digest.digest(b"")).container_bytes(&chain, token.len()).unwrap();
        assert!((container.len()..container.len() + 200).contains(&foreseen), "{profile:?}: {foreseen} for {}", container.len());
    }
}

#[test]
fn a_signature_by_another_key_is_never_wrapped() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let profile = SigningProfile::EcdsaP256Sha256;
    let attributes = cms::SignedAttributes::new(profile, &[7; 32], &pki.agency.certificate).unwrap();
    let value = pki.certifier.sign(&attributes.to_be_signed().unwrap()).unwrap();
    assert_eq!(cms::assemble(&attributes, &value, &[], None), Err(Error::BadSignature("signed attributes")));
    assert!(cms::SignedAttributes::new(profile, &[7; 20], &pki.agency.certificate).is_err());
}

#[test]
fn wrong_time_stamps_are_refused() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let (imprint, nonce) = ([5; 32], [9; 8]);
    let asked = request(&imprint, DigestAlgorithm::Sha256, &nonce).unwrap();
    let answer = |at| respond(&asked, &pki.tsa_identity(), &[1], at, None, &mut |m| pki.tsa.sign(m)).unwrap();
    let expected =
        Expectation { imprint: &imprint, algorithm: DigestAlgorithm::Sha256, nonce: &nonce, now: NOW, tolerance: Duration::minutes(5) };
    let good = answer(NOW);
    assert_eq!(accept(&good, &expected).unwrap().gen_time, NOW);
    let other_nonce = Expectation { nonce: &[8; 8], ..expected.clone() };
    assert_eq!(accept(&good, &other_nonce), Err(Error::Timestamp("the nonce differs")));
    let other_data = Expectation { imprint: &[6; 32], ..expected.clone() };
    assert_eq!(accept(&good, &other_data), Err(Error::Timestamp("it is for other data")));
    let late = answer(NOW + Duration::hours(1));
    assert_eq!(accept(&late, &expected), Err(Error::Timestamp("the time is not the present time")));
    let mut wrong = pki.tsa_identity();
    wrong.certificate = pki.agency.certificate.clone();
    let stranger = respond(&asked, &wrong, &[1], NOW, None, &mut |m| pki.agency.sign(m)).unwrap();
    assert_eq!(accept(&stranger, &expected), Err(Error::Timestamp("the certificate is not for time-stamping alone")));
    let refused = accept(&reject(Rejection::UnacceptedPolicy).unwrap(), &expected);
    assert!(matches!(refused, Err(Error::TimestampRejected { status: 2, failure: 0x8000, .. })), "{refused:?}");
    for i in 0..good.len() {
        let mut flipped = good.clone();
        flipped[i] ^= 1;
        if let Ok(token) = accept(&flipped, &expected) {
            // Only embedded certificates that nobody used may differ here; the path decides about them.
            assert_eq!(token.tsa_certificate_der, pki.tsa.certificate, "byte {i}");
        }
    }
    assert!(accept(&vec![0x30; 10_000], &expected).is_err());
}

#[test]
fn a_bad_request_is_answered_with_a_typed_rejection() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let answer = respond(b"rubbish", &pki.tsa_identity(), &[1], NOW, None, &mut |m| pki.tsa.sign(m)).unwrap();
    assert_eq!(answer, reject(Rejection::BadDataFormat).unwrap());
}

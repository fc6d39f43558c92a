//! Whole files judged: what passes, what does not, and what is said about it.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_pades::document::StructureFault;
use bansao_pades::revocation::RevocationStatus;
use bansao_pades::validate::{
    Block, Indication, Level, Modification, Report, SignatureKind, SubIndication, Unaccounted, UnsignedBytes, ValidateError,
};
use bansao_pades::{Dss, SigningProfile, ValidationContext, add_document_security_store, prepare_signature, validate};
use common::*;
use lopdf::{Document, IncrementalDocument, Object, ObjectId, Stream, dictionary};
use time::Duration;

const EC: SigningProfile = SigningProfile::EcdsaP256Sha256;

fn levels(report: &Report) -> Vec<Option<Level>> {
    report.signatures.iter().map(|s| s.level).collect()
}

#[test]
fn every_level_of_every_key_type_passes() {
    for profile in PROFILES {
        for base in [base_pdf(), base_pdf_modern()] {
            let pki = Pki::new(profile);
            let mut relaxed = pki.context();
            relaxed.require_revocation = false;
            let check = |pdf: &[u8], context: &ValidationContext, level: Level| {
                let report = validate(pdf, context).unwrap();
                assert_eq!(report.indication, Indication::TotalPassed, "{level:?}: {report:#?}");
                assert_eq!(levels(&report)[..2], [Some(level); 2], "{report:#?}");
                assert!(report.signatures.iter().all(|s| s.intact) && report.empty_fields.is_empty());
                report
            };
            check(&pki.sign_twice(&base, false), &relaxed, Level::B);
            let stamped = pki.sign_twice(&base, true);
            check(&stamped, &relaxed, Level::T);
            let strict = pki.context();
            let long_term = add_document_security_store(&stamped, &pki.store()).unwrap();
            check(&long_term, &strict, Level::Lt);
            let by_ocsp = add_document_security_store(&stamped, &pki.store_without_lists()).unwrap();
            check(&by_ocsp, &strict, Level::Lt);
            let archived = pki.archive(&long_term, "Archive", NOW + Duration::seconds(20));
            let report = check(&archived, &strict, Level::Lta);
            assert_eq!(report.signatures[2].kind, SignatureKind::DocumentTimestamp);
            // Renewal: another time-stamp later.
            let renewed = pki.archive(&archived, "Archive 2", NOW + Duration::seconds(30));
            check(&renewed, &strict, Level::Lta);
        }
    }
}

#[test]
fn the_report_says_who_and_when() {
    let pki = Pki::new(EC);
    let pdf = add_document_security_store(&pki.sign_twice(&base_pdf(), true), &pki.store()).unwrap();
    let report = validate(&pdf, &pki.context()).unwrap();
    let [certifier, agency] = report.signatures.as_slice() else { panic!("{report:#?}") };
    assert_eq!((certifier.field.as_str(), agency.field.as_str()), (CERTIFIER_FIELD, AGENCY_FIELD));
    assert_eq!(certifier.signer.as_deref(), Some("Nguyễn Văn Chứng"));
    assert_eq!(agency.signer.as_deref(), Some("UBND phường Thử Nghiệm"));
    assert_eq!(agency.signer_certificate.as_deref(), Some(pki.agency.certificate.as_slice()));
    assert_eq!((certifier.certifies, certifier.locks), (Some(2), false));
    assert_eq!((agency.certifies, agency.locks), (None, true));
    assert_eq!(certifier.claimed_time, Some(NOW));
    assert_eq!(certifier.proven_time, Some(NOW + Duration::seconds(1)));
    assert_eq!(agency.proven_time, Some(NOW + Duration::seconds(2)));
    assert_eq!(agency.timestamp.as_ref().unwrap().authority, "Test TSA");
    assert!(certifier.covered_bytes < agency.covered_bytes && agency.covered_bytes < pdf.len());
    let all = [Block::Format, Block::Identification, Block::Cryptographic, Block::Timestamp, Block::Certificate, Block::Acceptance];
    let steps: Vec<(Block, Indication)> = certifier.steps.iter().map(|s| (s.block, s.indication)).collect();
    assert_eq!(steps, all.map(|b| (b, Indication::TotalPassed)));
    let mut stranger = pki.context();
    stranger.signer_anchors.clear();
    let report = validate(&pdf, &stranger).unwrap();
    let last = report.signatures[0].steps.last().unwrap();
    assert_eq!((last.block, last.sub_indication), (Block::Certificate, Some(SubIndication::NoCertificateChainFound)));
}

#[test]
fn one_signature_leaves_an_empty_field() {
    let pki = Pki::new(EC);
    let pdf = with_fields(&base_pdf());
    let prepared = prepare_signature(&pdf, &spec(CERTIFIER_FIELD, true, None)).unwrap();
    let pdf = pki.seal(&pki.certifier, prepared, Some(NOW));
    let mut context = pki.context();
    context.require_revocation = false;
    let report = validate(&pdf, &context).unwrap();
    assert_eq!(report.empty_fields, [AGENCY_FIELD]);
    assert_eq!(report.indication, Indication::TotalPassed);
    assert_eq!(validate(&with_fields(&base_pdf()), &context), Err(ValidateError::NotSigned));
}

#[test]
fn trust_and_revocation_decide() {
    let mut pki = Pki::new(EC);
    let stamped = pki.sign_twice(&base_pdf(), true);
    let verdict = |pdf: &[u8], context: &ValidationContext| {
        let report = validate(pdf, context).unwrap();
        let first = &report.signatures[0];
        (report.indication, first.sub_indication)
    };
    let missing = (Indication::Indeterminate, Some(SubIndication::TryLater));
    assert_eq!(verdict(&stamped, &pki.context()), missing);
    // The same data from outside the file.
    let mut outside = pki.context();
    let Dss { certificates, ocsp_responses, crls } = pki.store();
    (outside.certificates, outside.ocsp_responses, outside.crls) = (certificates, ocsp_responses, crls);
    assert_eq!(verdict(&stamped, &outside), (Indication::TotalPassed, None));
    assert_eq!(levels(&validate(&stamped, &outside).unwrap()), [Some(Level::T); 2]);
    // Strangers.
    let mut stranger = outside.clone();
    stranger.signer_anchors = vec![Pki::new(EC).root.certificate];
    let (indication, _) = verdict(&stamped, &stranger);
    assert_eq!(indication, Indication::Indeterminate);
    stranger = outside.clone();
    stranger.timestamp_anchors = vec![];
    let report = validate(&stamped, &stranger).unwrap();
    assert_eq!(report.indication, Indication::Indeterminate);
    assert_eq!(report.signatures[0].proven_time, None);
    // Long after everything has expired a time-stamped file needs its archive time-stamp.
    let mut later = outside.clone();
    later.now = NOW + Duration::days(365 * 20);
    assert_eq!(verdict(&stamped, &later).0, Indication::Indeterminate);
    // A certifier whose certificate was revoked a day before he signed.
    pki.revoked = vec![pki.certifier.certificate.clone()];
    let revoked = add_document_security_store(&stamped, &pki.store()).unwrap();
    let expected = (Indication::TotalFailed, Some(SubIndication::Revoked));
    assert_eq!(verdict(&revoked, &pki.context()), expected);
    assert_eq!(said_to_be_revoked(&validate(&revoked, &pki.context()).unwrap()), [&pki.certifier.certificate]);
}

/// The certificates of which a report says that they are revoked.
fn said_to_be_revoked(report: &Report) -> Vec<&Vec<u8>> {
    let entries = report.signatures.iter().flat_map(|signature| &signature.revocation);
    entries.filter(|entry| matches!(entry.status, Some(RevocationStatus::Revoked { .. }))).map(|entry| &entry.certificate).collect()
}

#[test]
fn a_file_with_its_proofs_needs_no_news_years_later() {
    let (long_term, archived, context) = samples();
    for pdf in [long_term, archived] {
        for days in [1, 30, 365 * 8] {
            let mut later = context.clone();
            later.now = NOW + Duration::days(days);
            let report = validate(pdf, &later).unwrap();
            assert_eq!(report.indication, Indication::TotalPassed, "{days} days: {report:#?}");
        }
    }
    // Without a time-stamp nothing proves when it was signed, so the news must be of today.
    let pki = Pki::new(EC);
    let unstamped = add_document_security_store(&pki.sign_twice(&base_pdf(), false), &pki.store()).unwrap();
    let mut later = pki.context();
    later.now = NOW + Duration::days(30);
    let report = validate(&unstamped, &later).unwrap();
    assert_eq!(report.signatures[0].sub_indication, Some(SubIndication::TryLater));
    // News that the authority of the time-stamps was revoked since.
    let long_term = add_document_security_store(&pki.sign_twice(&base_pdf(), true), &pki.store()).unwrap();
    assert_eq!(validate(&long_term, &later).unwrap().indication, Indication::TotalPassed);
    later.crls = vec![crl(&pki.ca, &[&pki.tsa], NOW + Duration::days(29), |_| ()).der().to_vec()];
    let report = validate(&long_term, &later).unwrap();
    assert_eq!(report.indication, Indication::Indeterminate, "{report:#?}");
    assert_eq!(report.signatures[0].proven_time, None);
    // It is named, and not the signer.
    assert_eq!(said_to_be_revoked(&report), [&pki.tsa.certificate, &pki.tsa.certificate]);
}

#[test]
fn an_archived_file_outlives_its_certificates() {
    let pki = Pki::new(EC);
    let long_term = add_document_security_store(&pki.sign_twice(&base_pdf(), true), &pki.store()).unwrap();
    let archived = pki.archive(&long_term, "Archive", NOW + Duration::seconds(20));
    // A younger authority renews it shortly before the first expires, and nine years later both are judged.
    let other = Pki::new(EC);
    let renewal = NOW + Duration::days(365 * 8);
    let store = Dss { certificates: vec![other.ca.certificate.clone(), other.root.certificate.clone()], ..Dss::default() };
    let stored = add_document_security_store(&archived, &store).unwrap();
    let renewed = other.archive(&stored, "Archive 2", renewal);
    let mut context = pki.context();
    context.timestamp_anchors.push(other.root.certificate.clone());
    context.now = renewal + Duration::days(30);
    context.require_revocation = false;
    let report = validate(&renewed, &context).unwrap();
    assert_eq!(report.indication, Indication::TotalPassed, "{report:#?}");
}

/// Appends a revision made with lopdf alone, as an attacker or another program would.
fn append(pdf: &[u8], change: impl FnOnce(&mut IncrementalDocument, &Document)) -> Vec<u8> {
    let document = Document::load_mem(pdf).unwrap();
    let mut increment = IncrementalDocument::create_from(pdf.to_vec(), document.clone());
    change(&mut increment, &document);
    let mut out = Vec::new();
    increment.save_to(&mut out).unwrap();
    out
}

fn page(document: &Document) -> ObjectId {
    document.page_iter().next().unwrap()
}

fn root(document: &Document) -> ObjectId {
    document.trailer.get(b"Root").and_then(Object::as_reference).unwrap()
}

fn edit(increment: &mut IncrementalDocument, id: ObjectId) -> &mut lopdf::Dictionary {
    increment.opt_clone_object_to_new_document(id).unwrap();
    increment.new_document.get_object_mut(id).unwrap().as_dict_mut().unwrap()
}

fn find(document: &Document, key: &[u8], value: &str) -> ObjectId {
    let matches = |o: &Object| {
        let text = o.as_dict().ok().and_then(|d| d.get(key).ok()).cloned();
        text.is_some_and(|t| lopdf::decode_text_string(&t).ok().as_deref() == Some(value) || t.as_name().ok() == Some(value.as_bytes()))
    };
    *document.objects.iter().find(|(_, o)| matches(o)).unwrap().0
}

type Attack = Box<dyn Fn(&mut IncrementalDocument, &Document)>;

fn attacks() -> Vec<(&'static str, Attack, Modification)> {
    let content = |d: &Document| d.get_page_contents(page(d))[0];
    let invisible = dictionary! {
        "Type" => "Annot", "Subtype" => "FreeText", "Rect" => vec![0.into(), 0.into(), 300.into(), 300.into()],
    };
    vec![
        (
            "content stream replaced",
            Box::new(move |i, d| {
                i.new_document.set_object(content(d), Stream::new(dictionary! {}, b"0 0 595 842 re f".to_vec()));
            }),
            Modification::PageContentChanged { page: 0 },
        ),
        (
            "page points at other content",
            Box::new(|i, d| {
                let other = i.new_document.add_object(Stream::new(dictionary! {}, b"0 0 9 9 re f".to_vec()));
                edit(i, page(d)).set("Contents", other);
            }),
            Modification::PageContentChanged { page: 0 },
        ),
        (
            "annotation over the text",
            Box::new(move |i, d| {
                let annotation = i.new_document.add_object(invisible.clone());
                let mut annotations = d.get_dictionary(page(d)).unwrap().get(b"Annots").unwrap().as_array().unwrap().clone();
                annotations.push(annotation.into());
                edit(i, page(d)).set("Annots", annotations);
            }),
            Modification::AnnotationAdded { page: 0 },
        ),
        (
            "widget moved",
            Box::new(|i, d| {
                let widget = find(d, b"T", AGENCY_FIELD);
                edit(i, widget).set("Rect", vec![0.into(), 0.into(), 595.into(), 842.into()]);
            }),
            Modification::FieldChanged { field: AGENCY_FIELD.to_owned() },
        ),
        (
            "signed field made required",
            Box::new(|i, d| edit(i, find(d, b"T", CERTIFIER_FIELD)).set("Ff", 1)),
            Modification::FieldChanged { field: CERTIFIER_FIELD.to_owned() },
        ),
        (
            "metadata replaced",
            Box::new(|i, d| {
                let metadata = d.catalog().unwrap().get(b"Metadata").and_then(Object::as_reference).unwrap();
                let stream = Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, b"<x/>".to_vec());
                i.new_document.set_object(metadata, stream);
            }),
            Modification::MetadataChanged,
        ),
        (
            "open action in the catalog",
            Box::new(|i, d| edit(i, root(d)).set("OpenAction", dictionary! { "S" => "JavaScript" })),
            Modification::CatalogChanged { key: "OpenAction".to_owned() },
        ),
        (
            "catalog replaced by another object",
            Box::new(|i, d| {
                let copy = i.new_document.add_object(d.catalog().unwrap().clone());
                i.new_document.trailer.set("Root", copy);
            }),
            Modification::TrailerChanged { key: "Root".to_owned() },
        ),
        (
            "font replaced",
            Box::new(|i, d| {
                let font = find(d, b"BaseFont", "Helvetica");
                edit(i, font).set("BaseFont", "Courier");
            }),
            Modification::ObjectChanged { object: 0 },
        ),
        (
            "page rotated",
            Box::new(|i, d| edit(i, page(d)).set("Rotate", 180)),
            Modification::PageChanged { page: 0, key: "Rotate".to_owned() },
        ),
        (
            "page added",
            Box::new(|i, d| {
                let tree = find(d, b"Type", "Pages");
                let copy = i.new_document.add_object(d.get_object(page(d)).unwrap().clone());
                let kids = vec![page(d).into(), copy.into()];
                let pages = edit(i, tree);
                pages.set("Kids", kids);
                pages.set("Count", 2);
            }),
            Modification::PagesChanged,
        ),
        (
            "form told to regenerate appearances",
            Box::new(|i, d| {
                let form = d.catalog().unwrap().get(b"AcroForm").and_then(Object::as_reference).unwrap();
                edit(i, form).set("NeedAppearances", true);
            }),
            Modification::ObjectChanged { object: 0 },
        ),
        (
            "loose object for later",
            Box::new(|i, _| {
                i.new_document.add_object(dictionary! { "Later" => true });
            }),
            Modification::ObjectAdded { object: 0 },
        ),
        (
            "foreign matter in the security store",
            Box::new(move |i, d| {
                let other = content(d);
                i.new_document.set_object(other, Stream::new(dictionary! {}, b"0 0 595 842 re f".to_vec()));
                let store = i.new_document.add_object(dictionary! { "Certs" => vec![other.into()] });
                edit(i, root(d)).set("DSS", store);
            }),
            Modification::PageContentChanged { page: 0 },
        ),
    ]
}

#[test]
fn every_change_after_the_last_signature_is_named() {
    let pki = Pki::new(EC);
    let signed = pki.sign_twice(&base_pdf(), true);
    let mut context = pki.context();
    context.require_revocation = false;
    context.unsigned_bytes = UnsignedBytes::Tolerate;
    for (what, attack, expected) in attacks() {
        let altered = append(&signed, |i, d| attack(i, d));
        let report = validate(&altered, &context).unwrap();
        assert_eq!(report.indication, Indication::TotalFailed, "{what}: {report:#?}");
        assert!(report.signatures.iter().all(|s| s.indication == Indication::TotalFailed), "{what}");
        assert!(report.signatures.iter().all(|s| s.intact), "{what}: the signed bytes themselves did not change");
        let same_kind = |m: &Modification| std::mem::discriminant(m) == std::mem::discriminant(&expected);
        let named = report.changes.iter().any(|c| match expected {
            Modification::ObjectAdded { .. } | Modification::ObjectChanged { .. } => same_kind(&c.modification),
            _ => c.modification == expected,
        });
        assert!(named, "{what}: {:?}", report.changes);
    }
}

#[test]
fn changes_between_the_two_signatures_are_named() {
    let pki = Pki::new(EC);
    let mut context = pki.context();
    context.require_revocation = false;
    for (what, attack, _) in attacks().into_iter().filter(|a| !a.0.contains("widget")) {
        let pdf = with_fields(&base_pdf());
        let prepared = prepare_signature(&pdf, &spec(CERTIFIER_FIELD, true, None)).unwrap();
        let certified = pki.seal(&pki.certifier, prepared, Some(NOW));
        let altered = append(&certified, |i, d| attack(i, d));
        let prepared = prepare_signature(&altered, &spec(AGENCY_FIELD, false, None)).unwrap();
        let sealed = pki.seal(&pki.agency, prepared, Some(NOW));
        let report = validate(&sealed, &context).unwrap();
        assert_eq!(report.indication, Indication::TotalFailed, "{what}: {report:#?}");
        assert!(!report.changes.is_empty());
    }
}

#[test]
fn a_locked_file_takes_no_further_signature() {
    let pki = Pki::new(EC);
    let mut context = pki.context();
    context.require_revocation = false;
    let fields = bansao_pades::add_signature_fields(
        &with_fields(&base_pdf()),
        &[bansao_pades::FieldSpec {
            name: "Third".to_owned(),
            page: 0,
            rect: [0.0; 4],
            lock: bansao_pades::FieldLock::None,
            description: None,
        }],
    )
    .unwrap();
    let prepared = prepare_signature(&fields, &spec(AGENCY_FIELD, false, None)).unwrap();
    let locked = pki.seal(&pki.agency, prepared, Some(NOW));
    let prepared = prepare_signature(&locked, &spec("Third", false, None)).unwrap();
    let third = pki.seal(&pki.certifier, prepared, Some(NOW));
    let report = validate(&third, &context).unwrap();
    assert_eq!(report.indication, Indication::TotalFailed);
    assert_eq!(report.changes[0].modification, Modification::FieldValueChanged { field: "Third".to_owned() });
}

#[test]
fn files_that_readers_understand_differently_are_refused() {
    let pki = Pki::new(EC);
    let signed = pki.sign_twice(&base_pdf(), false);
    let context = pki.context();
    let structure = |pdf: &[u8]| match validate(pdf, &context) {
        Err(ValidateError::Structure(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(structure(&[b"junk", signed.as_slice()].concat()), StructureFault::NoHeader);
    assert_eq!(structure(&[signed.as_slice(), b"\njunk"].concat()), StructureFault::NoEnd);
    assert_eq!(structure(&[signed.as_slice(), b"\n\n"].concat()), StructureFault::NoEnd);
    assert_eq!(structure(b""), StructureFault::NoHeader);
    assert_eq!(structure(&vec![0; 1 << 20]), StructureFault::NoHeader);
    let hybrid = append(&signed, |i, _| i.new_document.trailer.set("XRefStm", 17));
    assert_eq!(structure(&hybrid), StructureFault::Hybrid);
    let loops = append(&signed, |i, _| i.new_document.trailer.set("Prev", 99_999_999));
    assert_eq!(structure(&loops), StructureFault::ChainOrder);
    let newest = structure_with(&signed, b"/Size", b"/Size 1/Siz");
    assert!(matches!(structure(&newest), StructureFault::Size { .. }));
    let mut small = pki.context();
    small.limits.file_bytes = 10;
    assert_eq!(validate(&signed, &small), Err(ValidateError::TooLarge));
    small = pki.context();
    small.limits.revisions = 2;
    assert_eq!(validate(&signed, &small), Err(ValidateError::Structure(StructureFault::TooLarge)));
}

/// The last place of a text replaced.
fn structure_with(pdf: &[u8], text: &[u8], by: &[u8]) -> Vec<u8> {
    let at = pdf.windows(text.len()).rposition(|w| w == text).unwrap();
    [&pdf[..at], by, &pdf[at + text.len()..]].concat()
}

#[test]
fn signatures_that_no_field_shows_are_refused() {
    let pki = Pki::new(EC);
    let signed = pki.sign_twice(&base_pdf(), false);
    // A copy of a signature dictionary elsewhere (signature wrapping).
    let wrapped = append(&signed, |i, d| {
        let id = find(d, b"SubFilter", "ETSI.CAdES.detached");
        i.new_document.add_object(d.get_object(id).unwrap().clone());
    });
    assert!(matches!(validate(&wrapped, &pki.context()), Err(ValidateError::StraySignature(_))));
    let moved = append(&signed, |i, d| {
        let id = find(d, b"SubFilter", "ETSI.CAdES.detached");
        edit(i, id).set("Reason", Object::string_literal("other"));
    });
    let verdict = validate(&moved, &pki.context());
    assert!(matches!(verdict, Err(ValidateError::Signature { .. })), "{verdict:?}");
}

#[test]
fn an_unprotected_store_must_be_accounted_for() {
    let pki = Pki::new(EC);
    let stamped = pki.sign_twice(&base_pdf(), true);
    let mut store = pki.store();
    store.certificates.push(Pki::new(EC).root.certificate);
    let spare = add_document_security_store(&stamped, &store).unwrap();
    let report = validate(&spare, &pki.context()).unwrap();
    assert_eq!(report.unaccounted, [Unaccounted::StoreItem]);
    assert_eq!(report.indication, Indication::Indeterminate);
    let mut tolerant = pki.context();
    tolerant.unsigned_bytes = UnsignedBytes::Tolerate;
    assert_eq!(validate(&spare, &tolerant).unwrap().indication, Indication::TotalPassed);
    let trailing = [add_document_security_store(&stamped, &pki.store()).unwrap().as_slice(), b"\n"].concat();
    assert_eq!(validate(&trailing, &pki.context()).unwrap().unaccounted, [Unaccounted::Tail]);
}

/// An object can mean something else although no later revision lists it: here a stream whose length lies in another object.
#[test]
fn a_page_that_changes_by_the_length_of_its_content_alone_is_seen() {
    let pki = Pki::new(EC);
    let mut document = Document::load_mem(&base_pdf()).unwrap();
    let page = page(&document);
    let content = document.get_page_contents(page)[0];
    let whole = b"0 0 1 1 re f\nendstream\nendobj\n% and more".to_vec();
    let length = document.add_object(Object::Integer(i64::try_from(whole.len()).unwrap()));
    let mut stream = Stream::new(dictionary! {}, whole);
    stream.dict.set("Length", length);
    document.set_object(content, stream);
    let mut base = Vec::new();
    document.save_to(&mut base).unwrap();

    let mut context = pki.context();
    context.require_revocation = false;
    let signed = pki.sign_twice(&base, true);
    let report = validate(&signed, &context).unwrap();
    assert_eq!(report.indication, Indication::TotalPassed, "{report:#?}");
    let shorter = append(&signed, |increment, _| increment.new_document.set_object(length, Object::Integer(12)));
    let changes = validate(&shorter, &context).unwrap().changes;
    assert!(changes.iter().any(|c| c.modification == Modification::PageContentChanged { page: 0 }), "{changes:?}");
}

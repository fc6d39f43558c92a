//! Files of other makers, by the second policy: what their signatures allow passes, everything else is a verdict.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_attack::derive;
use bansao_pades::validate::{Indication, Modification, Policy, SignatureKind, SubIndication, UnsignedBytes, ValidateError};
use bansao_pades::{FieldLock, FieldSpec, SigningProfile, ValidationContext, add_signature_fields, prepare_signature, validate};
use common::*;
use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream, dictionary};

/// A form: a text field with looks of its own, a field whose looks the page draws too, metadata, information.
fn form() -> Vec<u8> {
    let mut doc = Document::load_mem(&base_pdf()).unwrap();
    let page = doc.page_iter().next().unwrap();
    let looks = |doc: &mut Document| {
        let dict = dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 99.into(), 9.into()] };
        doc.add_object(Stream::new(dict, b"q Q".to_vec()))
    };
    let mut fields = Vec::new();
    for (name, y) in [("Note", 10), ("Shared", 30)] {
        let looks = looks(&mut doc);
        let field = doc.add_object(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "T" => Object::string_literal(name), "F" => 4, "P" => page,
            "Rect" => vec![10.into(), y.into(), 109.into(), (y + 9).into()], "AP" => dictionary! { "N" => looks },
        });
        fields.push(Object::from(field));
        if name == "Shared" {
            let resources = doc.get_object_mut(page).unwrap().as_dict_mut().unwrap();
            resources.get_mut(b"Resources").unwrap().as_dict_mut().unwrap().set("XObject", dictionary! { "X" => looks });
        }
    }
    let info = doc.add_object(dictionary! { "Title" => Object::string_literal("form") });
    doc.trailer.set("Info", info);
    doc.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Annots", fields.clone());
    let form = doc.add_object(dictionary! { "Fields" => fields, "SigFlags" => 3 });
    doc.catalog_mut().unwrap().set("AcroForm", form);
    let mut out = Vec::new();
    doc.save_to(&mut out).unwrap();
    out
}

fn with_field(pdf: &[u8], name: &str, lock: FieldLock) -> Vec<u8> {
    add_signature_fields(pdf, &[FieldSpec { name: name.to_owned(), page: 0, rect: [50.0, 50.0, 250.0, 100.0], lock, description: None }])
        .unwrap()
}

struct Stage {
    pki: Pki,
    context: ValidationContext,
}

impl Stage {
    fn set() -> Self {
        let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
        let mut context = pki.context();
        context.require_revocation = false;
        context.policy = Policy::Pades;
        context.unsigned_bytes = UnsignedBytes::Tolerate;
        Self { pki, context }
    }

    /// Signed once; certified with the given permission, or not.
    fn signed(&self, permission: Option<i64>, lock: FieldLock) -> Vec<u8> {
        let pdf = with_field(&form(), "Signature", lock);
        let prepared = prepare_signature(&pdf, &spec("Signature", permission.is_some(), None)).unwrap();
        let mut prepared = prepared;
        if let Some(p) = permission.filter(|p| *p != 2) {
            // The crate writes P 2 only; another maker's permission is put in before signing.
            let (bytes, range) = (prepared.bytes().to_vec(), prepared.byte_range());
            let at = bytes.windows(4).rposition(|w| w == b"/P 2").unwrap();
            let mut bytes = bytes;
            bytes[at + 3] = b'0' + u8::try_from(p).unwrap();
            prepared = bansao_pades::Prepared::from_parts(bytes, range).unwrap();
        }
        self.pki.seal(&self.pki.certifier, prepared, Some(NOW))
    }

    fn changes(&self, pdf: &[u8]) -> Vec<Modification> {
        let report = validate(pdf, &self.context).unwrap();
        assert_eq!(report.changes.is_empty(), report.indication == Indication::TotalPassed, "{report:#?}");
        report.changes.into_iter().map(|c| c.modification).collect()
    }
}

type Change = fn(&mut IncrementalDocument, &Document);

fn append(pdf: &[u8], change: Change) -> Vec<u8> {
    let document = Document::load_mem(pdf).unwrap();
    let mut increment = IncrementalDocument::create_from(pdf.to_vec(), document.clone());
    change(&mut increment, &document);
    let mut out = Vec::new();
    increment.save_to(&mut out).unwrap();
    out
}

fn edit(increment: &mut IncrementalDocument, id: ObjectId) -> &mut Dictionary {
    increment.opt_clone_object_to_new_document(id).unwrap();
    increment.new_document.get_object_mut(id).unwrap().as_dict_mut().unwrap()
}

fn field(document: &Document, name: &str) -> ObjectId {
    let is = |o: &Object| o.as_dict().ok().and_then(|d| d.get(b"T").ok()).and_then(|t| t.as_str().ok()) == Some(name.as_bytes());
    *document.objects.iter().find(|(_, o)| is(o)).unwrap().0
}

fn page(document: &Document) -> ObjectId {
    document.page_iter().next().unwrap()
}

fn looks(document: &Document, name: &str) -> ObjectId {
    let looks = document.get_dictionary(field(document, name)).unwrap().get(b"AP").unwrap();
    looks.as_dict().unwrap().get(b"N").and_then(Object::as_reference).unwrap()
}

fn drawn() -> Stream {
    let dict = dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 99.into(), 9.into()] };
    Stream::new(dict, b"q 1 0 0 rg 0 0 99 9 re f Q".to_vec())
}

const FILL: Change = |i, d| {
    let (note, looks) = (field(d, "Note"), looks(d, "Note"));
    edit(i, note).set("V", Object::string_literal("filled"));
    i.new_document.set_object(looks, drawn());
};

const ANNOTATE: Change = |i, d| {
    let rect = vec![0.into(), 0.into(), 9.into(), 9.into()];
    let text = i.new_document.add_object(dictionary! { "Type" => "Annot", "Subtype" => "Text", "Rect" => rect });
    let mut list = d.get_dictionary(page(d)).unwrap().get(b"Annots").unwrap().as_array().unwrap().clone();
    list.push(text.into());
    edit(i, page(d)).set("Annots", list);
};

#[test]
fn what_the_signatures_allow_passes_and_nothing_else() {
    let stage = Stage::set();
    let open = stage.signed(None, FieldLock::None);
    let locked = stage.signed(None, FieldLock::All);
    let [frozen, forms, notes] = [1, 2, 3].map(|p| stage.signed(Some(p), FieldLock::None));
    for pdf in [&open, &locked, &frozen, &forms, &notes] {
        assert_eq!(stage.changes(pdf), []);
    }
    for pdf in [&open, &forms, &notes] {
        assert_eq!(stage.changes(&append(pdf, FILL)), [], "filling is allowed");
    }
    for pdf in [&locked, &frozen] {
        assert!(stage.changes(&append(pdf, FILL)).contains(&Modification::FieldValueChanged { field: "Note".to_owned() }));
    }
    assert_eq!(stage.changes(&append(&notes, ANNOTATE)), [], "P 3 allows annotations");
    for pdf in [&open, &locked, &frozen, &forms] {
        assert!(stage.changes(&append(pdf, ANNOTATE)).contains(&Modification::AnnotationAdded { page: 0 }));
    }
}

/// A field and its signature in one revision, as other programs write them.
fn signed_in_a_new_field(stage: &Stage, pdf: &[u8]) -> Vec<u8> {
    let mut bytes = append(pdf, |i, d| {
        let range: Vec<Object> = [0, 9_999_999_999_i64, 9_999_999_999, 9_999_999_999].map(Object::from).to_vec();
        let value = i.new_document.add_object(dictionary! {
            "Type" => "Sig", "Filter" => "Adobe.PPKLite", "SubFilter" => "ETSI.CAdES.detached", "ByteRange" => range,
            "Contents" => Object::String(vec![0; 16_384], lopdf::StringFormat::Hexadecimal),
        });
        let rect = vec![0.into(), 0.into(), 99.into(), 9.into()];
        let new = i.new_document.add_object(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Sig", "T" => Object::string_literal("Second"), "V" => value,
            "Rect" => rect, "F" => 132, "P" => page(d),
        });
        let mut list = d.get_dictionary(page(d)).unwrap().get(b"Annots").unwrap().as_array().unwrap().clone();
        list.push(new.into());
        edit(i, page(d)).set("Annots", list);
        let form = d.catalog().unwrap().get(b"AcroForm").and_then(Object::as_reference).unwrap();
        edit(i, form).get_mut(b"Fields").and_then(Object::as_array_mut).unwrap().push(new.into());
    });
    let find = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).rposition(|w| w == text).unwrap();
    let start = find(&bytes, b"/Contents<") + 9;
    let end = start + 2 + 2 * 16_384;
    let rest = bytes.len() - end;
    let old = "[0 9999999999 9999999999 9999999999]";
    let at = find(&bytes, old.as_bytes());
    let range = format!("[0 {start} {end} {rest}");
    bytes[at..at + old.len()].copy_from_slice(format!("{range:<35}]").as_bytes());
    let range = [0, start as u64, end as u64, rest as u64];
    let prepared = bansao_pades::Prepared::from_parts(bytes, range).unwrap();
    stage.pki.seal(&stage.pki.agency, prepared, Some(NOW))
}

#[test]
fn a_second_signer_may_bring_a_field_where_nothing_certifies() {
    let stage = Stage::set();
    let [open, certified] = [None, Some(2)].map(|p| stage.signed(p, FieldLock::None));
    assert_eq!(stage.changes(&signed_in_a_new_field(&stage, &open)), []);
    assert!(!stage.changes(&signed_in_a_new_field(&stage, &certified)).is_empty());
    let mut copy = stage.context.clone();
    copy.policy = Policy::Copy;
    assert!(!validate(&signed_in_a_new_field(&stage, &open), &copy).unwrap().changes.is_empty());
    // A field in a revision of its own is a change before anything is signed by it.
    let with = with_field(&open, "Second", FieldLock::None);
    let prepared = prepare_signature(&with, &spec("Second", false, None)).unwrap();
    assert!(!stage.changes(&stage.pki.seal(&stage.pki.agency, prepared, Some(NOW))).is_empty());
}

/// An older signature as other programs make it: subfilter adbe.pkcs7.detached, a container by openssl.
fn signed_by_openssl(stage: &Stage) -> Vec<u8> {
    let pdf = with_field(&form(), "Signature", FieldLock::None);
    let prepared = prepare_signature(&pdf, &spec("Signature", false, None)).unwrap();
    let (mut bytes, range) = (prepared.bytes().to_vec(), prepared.byte_range());
    let at = bytes.windows(19).rposition(|w| w == b"ETSI.CAdES.detached").unwrap();
    bytes[at..at + 19].copy_from_slice(b"adbe.pkcs7.detached");
    let prepared = bansao_pades::Prepared::from_parts(bytes, range).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let signer = &stage.pki.agency;
    std::fs::write(path("content"), prepared.signed_content()).unwrap();
    std::fs::write(path("key.pem"), signer.key.serialize_pem()).unwrap();
    for (name, der) in [("signer", &signer.certificate), ("ca", &stage.pki.ca.certificate)] {
        std::fs::write(path(name), der).unwrap();
        let convert = ["x509", "-inform", "DER", "-in", &path(name), "-out", &path(&format!("{name}.pem"))].map(str::to_owned);
        assert!(std::process::Command::new("openssl").args(convert).status().unwrap().success());
    }
    let sign = ["cms", "-sign", "-binary", "-md", "sha256", "-in", &path("content"), "-outform", "DER", "-out", &path("cms")];
    let by = ["-signer", &path("signer.pem"), "-inkey", &path("key.pem"), "-certfile", &path("ca.pem")];
    assert!(std::process::Command::new("openssl").args(sign).args(by).status().unwrap().success());
    prepared.embed(&std::fs::read(path("cms")).unwrap()).unwrap()
}

#[test]
fn older_signatures_are_judged_by_the_second_policy_only() {
    let stage = Stage::set();
    let signed = signed_by_openssl(&stage);
    let report = validate(&signed, &stage.context).unwrap();
    assert_eq!(report.indication, Indication::TotalPassed, "{report:#?}");
    assert_eq!((report.signatures[0].kind, report.signatures[0].level), (SignatureKind::Pkcs7, None));
    let mut changed = signed.clone();
    let at = changed.windows(9).position(|w| w == b"certified").unwrap();
    changed[at] ^= 1;
    assert_eq!(validate(&changed, &stage.context).unwrap().signatures[0].sub_indication, Some(SubIndication::HashFailure));
    let mut copy = stage.context.clone();
    copy.policy = Policy::Copy;
    assert!(matches!(validate(&signed, &copy), Err(ValidateError::Signature { .. })));
}

#[test]
fn filling_and_metadata_are_no_way_to_change_a_page() {
    let stage = Stage::set();
    let signed = stage.signed(Some(3), FieldLock::None);
    let harmless: [(&str, Change); 2] = [
        ("metadata renewed", |i, d| {
            let id = d.catalog().unwrap().get(b"Metadata").and_then(Object::as_reference).unwrap();
            i.new_document.set_object(id, Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, b"<x/>".to_vec()));
        }),
        ("information renewed", |i, d| {
            let id = d.trailer.get(b"Info").and_then(Object::as_reference).unwrap();
            edit(i, id).set("ModDate", Object::string_literal("D:20260305070809Z"));
        }),
    ];
    for (what, change) in harmless {
        assert_eq!(stage.changes(&append(&signed, change)), [], "{what}");
    }
    let hostile: [(&str, Change); 9] = [
        ("looks that the page draws too", |i, d| {
            edit(i, field(d, "Shared")).set("V", Object::string_literal("x"));
            i.new_document.set_object(looks(d, "Shared"), drawn());
        }),
        ("a field moved while it is filled", |i, d| {
            let note = edit(i, field(d, "Note"));
            note.set("V", Object::string_literal("x"));
            note.set("Rect", vec![0.into(), 0.into(), 595.into(), 842.into()]);
        }),
        ("page content as metadata", |i, d| {
            let content = d.get_page_contents(page(d))[0];
            i.new_document.set_object(content, Stream::new(dictionary! { "Type" => "Metadata" }, b"0 0 9 9 re f".to_vec()));
            let root = d.trailer.get(b"Root").and_then(Object::as_reference).unwrap();
            edit(i, root).set("Metadata", content);
        }),
        ("page content as information", |i, d| {
            let content = d.get_page_contents(page(d))[0];
            i.new_document.set_object(content, Stream::new(dictionary! {}, b"0 0 9 9 re f".to_vec()));
            i.new_document.trailer.set("Info", content);
        }),
        ("a font as information", |i, d| {
            let is_font = |o: &Object| matches!(o.type_name(), Ok(b"Font"));
            let font = *d.objects.iter().find(|(_, o)| is_font(o)).unwrap().0;
            edit(i, font).set("BaseFont", "Courier");
            i.new_document.trailer.set("Info", font);
        }),
        ("page content as an annotation", |i, d| {
            let content = d.get_page_contents(page(d))[0];
            i.new_document.set_object(content, Stream::new(dictionary! {}, b"0 0 9 9 re f".to_vec()));
            let mut list = d.get_dictionary(page(d)).unwrap().get(b"Annots").unwrap().as_array().unwrap().clone();
            list.push(content.into());
            edit(i, page(d)).set("Annots", list);
        }),
        ("free text over the page, which P 3 would allow", |i, d| {
            let rect = vec![0.into(), 0.into(), 595.into(), 842.into()];
            let text = i.new_document.add_object(dictionary! { "Type" => "Annot", "Subtype" => "FreeText", "Rect" => rect });
            let mut list = d.get_dictionary(page(d)).unwrap().get(b"Annots").unwrap().as_array().unwrap().clone();
            list.push(text.into());
            edit(i, page(d)).set("Annots", list);
        }),
        ("a field removed from the page", |i, d| {
            edit(i, page(d)).set("Annots", Vec::<Object>::new());
        }),
        ("content replaced", |i, d| {
            let content = d.get_page_contents(page(d))[0];
            i.new_document.set_object(content, Stream::new(dictionary! {}, b"0 0 9 9 re f".to_vec()));
        }),
    ];
    for (what, change) in hostile {
        assert!(!stage.changes(&append(&signed, change)).is_empty(), "{what}");
    }
}

/// The file as `qpdf` writes it, with tables or with streams; linearised or not.
fn rewritten(pdf: &[u8], object_streams: &str, linearise: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, pdf).unwrap();
    let streams = format!("--object-streams={object_streams}");
    let made =
        std::process::Command::new("qpdf").args(linearise.then_some("--linearize")).arg(&streams).arg(&from).arg(&to).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(to).unwrap()
}

/// The first place of a text replaced by another of the same length.
fn replaced(pdf: &[u8], text: &[u8], by: &[u8]) -> Vec<u8> {
    assert_eq!(text.len(), by.len());
    let at = pdf.windows(text.len()).position(|w| w == text).unwrap();
    [&pdf[..at], by, &pdf[at + text.len()..]].concat()
}

#[test]
fn linearised_files_are_read_in_one_way_or_refused() {
    let stage = Stage::set();
    let mut copies = stage.context.clone();
    copies.policy = Policy::Copy;
    for streams in ["disable", "generate"] {
        let base = rewritten(&base_pdf(), streams, true);
        let plain = stage.pki.sign_twice(&rewritten(&base_pdf(), streams, false), true);
        let signed = stage.pki.sign_twice(&base, true);
        let report = validate(&signed, &stage.context).unwrap();
        assert_eq!((report.indication, report.signatures.len()), (Indication::TotalPassed, 2), "{streams}: {report:#?}");
        assert!(matches!(validate(&signed, &copies), Err(ValidateError::Structure(_))), "a copy is never linearised");
        assert!(matches!(validate(&base, &stage.context), Err(ValidateError::Structure(_))), "its hints are in force");

        // Whatever is not exactly the linearised form is refused before any signature is looked at.
        let length = format!("/L {}", base.len());
        let other = format!("/L {}", base.len() + 2);
        for (what, changed) in [
            ("another length", replaced(&signed, length.as_bytes(), other.as_bytes())),
            ("no parameters", replaced(&signed, b"/Linearized", b"/Linearizee")),
            ("a second section that names another place", {
                let named =
                    signed.windows(16).position(|w| w.starts_with(b"startxref\n") && w[10].is_ascii_digit() && w[10] != b'0').unwrap() + 10;
                let mut changed = signed.clone();
                changed[named] = if changed[named] == b'1' { b'2' } else { b'1' };
                changed
            }),
            ("parameters in the second place", {
                let at = signed.windows(4).position(|w| w == b" obj").unwrap();
                let line = signed[..at].iter().rposition(|b| *b == b'\n').unwrap() + 1;
                [&signed[..line], b"99 0 obj null endobj\n", &signed[line..]].concat()
            }),
        ] {
            assert!(matches!(validate(&changed, &stage.context), Err(ValidateError::Structure(_))), "{streams}: {what}");
        }

        // No attack fares better than the same one on a file that is not linearised.
        let verdicts = |pdf: &[u8]| -> std::collections::BTreeMap<String, Indication> {
            let judged = |bytes: &[u8]| validate(bytes, &stage.context).map_or(Indication::TotalFailed, |r| r.indication);
            derive(pdf).unwrap().into_iter().map(|variant| (variant.name, judged(&variant.bytes))).collect()
        };
        let (known, found) = (verdicts(&plain), verdicts(&signed));
        assert!(found.len() >= 150, "{} attacks", found.len());
        let better: Vec<_> = found.iter().filter(|(name, verdict)| known.get(*name).is_some_and(|plain| *verdict < plain)).collect();
        assert!(better.is_empty(), "{streams}: {better:?}");
        let unknown = found.iter().filter(|(name, verdict)| **verdict == Indication::TotalPassed && !known.contains_key(*name));
        assert_eq!(unknown.collect::<Vec<_>>(), [], "{streams}");
    }
}

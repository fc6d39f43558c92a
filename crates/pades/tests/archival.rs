//! What signing does to a PDF/A-2 file: the clauses of ISO 19005-2 that signatures touch, read back out of signed files at
//! every level. `docs/COMPLIANCE/PDFA.md` is the table.

#![expect(clippy::unwrap_used, reason = "what fails in a test ends it")]

mod common;

use bansao_pades::{SigningProfile, add_document_security_store};
use common::*;
use lopdf::{Dictionary, Document, Object};
use time::Duration;

/// A signed file at each level, in the order in which one becomes the next.
fn levels() -> Vec<(&'static str, Vec<u8>)> {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let mut made = Vec::new();
    for base in [base_pdf(), base_pdf_modern()] {
        let fields = with_fields(&base);
        let plain = pki.sign_twice(&base, false);
        let stamped = pki.sign_twice(&base, true);
        let long_term = add_document_security_store(&stamped, &pki.store()).unwrap();
        let archived = pki.archive(&long_term, "Archive", NOW + Duration::seconds(20));
        let renewed = pki.archive(&archived, "Renewal", NOW + Duration::seconds(30));
        made.extend([("fields", fields), ("B-B", plain), ("B-T", stamped), ("B-LT", long_term), ("B-LTA", archived), ("renewed", renewed)]);
    }
    made
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> &'a Dictionary {
    match object {
        Object::Reference(id) => document.get_object(*id).unwrap().as_dict().unwrap(),
        other => other.as_dict().unwrap(),
    }
}

/// The widgets of all pages, each also the field.
fn widgets(document: &Document) -> Vec<Dictionary> {
    let mut found = Vec::new();
    for (_, page) in document.get_pages() {
        let Ok(annotations) = document.get_object(page).unwrap().as_dict().unwrap().get(b"Annots") else { continue };
        let list = match annotations {
            Object::Reference(id) => document.get_object(*id).unwrap().as_array().unwrap(),
            other => other.as_array().unwrap(),
        };
        found.extend(list.iter().map(|one| dictionary(document, one).clone()));
    }
    found
}

fn signatures(document: &Document) -> Vec<Dictionary> {
    widgets(document).iter().filter_map(|widget| Some(dictionary(document, widget.get(b"V").ok()?).clone())).collect()
}

/// 6.1.3 (identifiers, no encryption) and 6.1.12 (permissions).
#[test]
fn trailer_and_permissions_stay_archival() {
    for (level, pdf) in levels() {
        let document = Document::load_mem(&pdf).unwrap();
        assert_eq!(document.trailer.get(b"ID").unwrap().as_array().unwrap().len(), 2, "{level}");
        assert!(document.trailer.get(b"Encrypt").is_err(), "{level}");
        let Ok(permissions) = document.catalog().unwrap().get(b"Perms") else {
            assert_eq!(level, "fields", "a certified file names its certification");
            continue;
        };
        let keys: Vec<&[u8]> = dictionary(&document, permissions).iter().map(|(key, _)| key.as_slice()).collect();
        assert_eq!(keys, [b"DocMDP"], "{level}");
        for signature in signatures(&document) {
            let Ok(references) = signature.get(b"Reference") else { continue };
            for reference in references.as_array().unwrap() {
                let reference = dictionary(&document, reference);
                for banned in [&b"DigestLocation"[..], b"DigestMethod", b"DigestValue"] {
                    assert!(reference.get(banned).is_err(), "{level}");
                }
            }
        }
    }
}

/// 6.3.1, 6.3.2, 6.3.3 (kind, flags, appearance of annotations) and 6.4.1 (forms).
#[test]
fn widgets_are_printed_and_do_nothing() {
    for (level, pdf) in levels() {
        let document = Document::load_mem(&pdf).unwrap();
        let found = widgets(&document);
        let expected = match level {
            "B-LTA" => 3,
            "renewed" => 4,
            _ => 2,
        };
        assert_eq!(found.len(), expected, "{level}");
        for widget in found {
            assert_eq!(widget.get(b"Subtype").unwrap().as_name().unwrap(), b"Widget", "{level}");
            let flags = widget.get(b"F").unwrap().as_i64().unwrap();
            assert_eq!(flags & 4, 4, "{level}: Print");
            assert_eq!(flags & (1 | 2 | 32 | 256), 0, "{level}: Invisible, Hidden, NoView, ToggleNoView");
            let rect: Vec<f32> = widget.get(b"Rect").unwrap().as_array().unwrap().iter().map(|n| n.as_float().unwrap()).collect();
            let empty = (rect[0] - rect[2]).abs() < f32::EPSILON && (rect[1] - rect[3]).abs() < f32::EPSILON;
            match widget.get(b"AP") {
                Ok(appearance) => {
                    let keys: Vec<&[u8]> = dictionary(&document, appearance).iter().map(|(key, _)| key.as_slice()).collect();
                    assert_eq!(keys, [b"N"], "{level}");
                }
                Err(_) => assert!(empty, "{level}: only a field without an area has no appearance"),
            }
            assert!(widget.get(b"A").is_err() && widget.get(b"AA").is_err(), "{level}");
        }
        let form = dictionary(&document, document.catalog().unwrap().get(b"AcroForm").unwrap());
        assert!(form.get(b"NeedAppearances").is_err() && form.get(b"XFA").is_err(), "{level}");
    }
}

/// 6.4.3: the range covers the whole file but the value, which is one `SignedData` with one signer and its certificate.
#[test]
fn signature_values_are_as_annex_b_says() {
    use cms::content_info::ContentInfo;
    use cms::signed_data::SignedData;
    use der::{Decode, Encode, SliceReader};
    for (level, pdf) in levels() {
        let document = Document::load_mem(&pdf).unwrap();
        let mut ends = Vec::new();
        for signature in signatures(&document) {
            let range: Vec<usize> = signature
                .get(b"ByteRange")
                .unwrap()
                .as_array()
                .unwrap()
                .iter()
                .map(|n| usize::try_from(n.as_i64().unwrap()).unwrap())
                .collect();
            let [start, before, after, rest] = range.as_slice() else { panic!("{level}: {range:?}") };
            assert_eq!((*start, pdf[*before], pdf[*after - 1]), (0, b'<', b'>'), "{level}");
            ends.push(after + rest);
            let contents = signature.get(b"Contents").unwrap().as_str().unwrap();
            let mut reader = SliceReader::new(contents).unwrap();
            let container = ContentInfo::decode(&mut reader).unwrap();
            let data = SignedData::from_der(&container.content.to_der().unwrap()).unwrap();
            assert_eq!(data.signer_infos.0.len(), 1, "{level}");
            assert!(data.certificates.is_some_and(|set| !set.0.is_empty()), "{level}");
        }
        let whole = matches!(level, "B-B" | "B-T" | "B-LTA" | "renewed");
        assert_eq!(
            ends.iter().max() == Some(&pdf.len()),
            whole,
            "{level}: the newest signature covers the file, unless a store came after"
        );
    }
}

//! The second reading of PDF/A: a copy passes, and each rule that is broken is named.

use bansao_pades::{FieldLock, FieldSpec, add_signature_fields};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use super::*;
use crate::certify::archival::check;

fn with_fields() -> Document {
    let copy = compose(&a4(), &fonts()).unwrap();
    let field = |name: &str, place: FieldPlace| FieldSpec {
        name: name.to_owned(),
        page: place.page,
        rect: place.rect,
        lock: FieldLock::None,
        description: None,
    };
    let fields = [field("một", copy.certifier_field), field("hai", copy.agency_field)];
    Document::load_mem(&add_signature_fields(&copy.pdf, &fields).unwrap()).unwrap()
}

fn catalog(document: &mut Document) -> &mut Dictionary {
    document.catalog_mut().unwrap()
}

/// The first dictionary with this value under this key.
fn first<'a>(document: &'a mut Document, key: &str, value: &str) -> &'a mut Dictionary {
    let is = |object: &Object| {
        let dictionary = object.as_dict().or_else(|_| object.as_stream().map(|stream| &stream.dict));
        dictionary
            .is_ok_and(|dictionary| dictionary.get(key.as_bytes()).and_then(Object::as_name).is_ok_and(|name| name == value.as_bytes()))
    };
    match document.objects.values_mut().find(|object| is(object)).unwrap() {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &mut stream.dict,
        other => panic!("{other:?}"),
    }
}

type Break = fn(&mut Document);

#[test]
fn a_copy_with_its_fields_passes_and_each_broken_rule_is_named() {
    let whole = with_fields();
    assert_eq!(check(&whole), Ok(()));
    let broken: [(&str, Break); 16] = [
        ("6.1.3", |d| drop(d.trailer.remove(b"ID"))),
        ("6.1.3", |d| d.trailer.set("Encrypt", Dictionary::new())),
        ("6.2.3", |d| drop(catalog(d).remove(b"OutputIntents"))),
        ("6.6.2", |d| drop(catalog(d).remove(b"Metadata"))),
        ("6.6.4", |d| {
            let other = d.add_object(Stream::new(dictionary! {}, b"<pdfaid:part>3</pdfaid:part>".to_vec()));
            catalog(d).set("Metadata", other);
        }),
        ("6.5", |d| catalog(d).set("OpenAction", Dictionary::new())),
        ("6.5", |d| catalog(d).set("Names", dictionary! { "JavaScript" => Dictionary::new() })),
        ("6.4.1", |d| first(d, "Subtype", "Widget").set("AA", Dictionary::new())),
        ("6.3.2", |d| first(d, "Subtype", "Widget").set("F", 4 | 2)),
        ("6.3.2", |d| drop(first(d, "Subtype", "Link").remove(b"F"))),
        ("6.3.3", |d| drop(first(d, "Subtype", "Widget").remove(b"AP"))),
        ("6.3.1", |d| first(d, "Subtype", "Link").set("Subtype", Object::Name(b"Movie".to_vec()))),
        ("6.2.11.4", |d| drop(first(d, "Type", "FontDescriptor").remove(b"FontFile2"))),
        ("6.2.11.7.2", |d| drop(first(d, "Subtype", "Type0").remove(b"ToUnicode"))),
        ("6.2.8", |d| first(d, "Subtype", "Image").set("Interpolate", true)),
        ("6.8", |d| {
            let _file = d.add_object(dictionary! { "Type" => Object::Name(b"Filespec".to_vec()) });
        }),
    ];
    for (clause, breaks) in broken {
        let mut document = whole.clone();
        breaks(&mut document);
        assert_eq!(check(&document).unwrap_err().clause, clause);
    }
}

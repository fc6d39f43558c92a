//! Shadow attacks: files prepared before they were signed, so that a harmless-looking update shows something else.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_pades::document::StructureFault;
use bansao_pades::validate::{Indication, Modification, Policy, UnsignedBytes, ValidateError};
use bansao_pades::{SigningProfile, ValidationContext, validate};
use common::*;
use lopdf::{Document, IncrementalDocument, Object, ObjectId, Stream, dictionary};

struct Shadow {
    signed: Vec<u8>,
    document: Document,
    contexts: [ValidationContext; 2],
}

impl Shadow {
    /// Changes the base file, has both sign it, and checks that nobody sees anything wrong with it.
    fn prepared(change: impl FnOnce(&mut Document)) -> Self {
        let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
        let mut base = Document::load_mem(&base_pdf()).unwrap();
        change(&mut base);
        let mut bytes = Vec::new();
        base.save_to(&mut bytes).unwrap();
        let signed = pki.sign_twice(&bytes, true);
        let mut copy = pki.context();
        copy.require_revocation = false;
        copy.unsigned_bytes = UnsignedBytes::Tolerate;
        let mut foreign = copy.clone();
        foreign.policy = Policy::Pades;
        let contexts = [copy, foreign];
        for context in &contexts {
            assert_eq!(validate(&signed, context).unwrap().indication, Indication::TotalPassed);
        }
        Self { document: Document::load_mem(&signed).unwrap(), signed, contexts }
    }

    /// Both policies must see the update, and name what it does.
    fn sprung(&self, update: impl Fn(&mut IncrementalDocument), named: impl Fn(&Modification) -> bool) {
        let mut increment = IncrementalDocument::create_from(self.signed.clone(), self.document.clone());
        update(&mut increment);
        let mut bytes = Vec::new();
        increment.save_to(&mut bytes).unwrap();
        for context in &self.contexts {
            let report = validate(&bytes, context).unwrap();
            assert_eq!(report.indication, Indication::TotalFailed, "{:?}", context.policy);
            assert!(report.changes.iter().any(|c| named(&c.modification)), "{:?}", report.changes);
        }
    }

    fn find(&self, key: &[u8], name: &str) -> ObjectId {
        let is = |o: &Object| match o {
            Object::Stream(s) => s.dict.get(key).and_then(Object::as_name).ok() == Some(name.as_bytes()),
            o => o.as_dict().is_ok_and(|d| d.get(key).and_then(Object::as_name).ok() == Some(name.as_bytes())),
        };
        *self.document.objects.iter().find(|(_, o)| is(o)).unwrap().0
    }
}

fn page(document: &Document) -> ObjectId {
    document.page_iter().next().unwrap()
}

fn looks(content: &[u8]) -> Stream {
    let dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    Stream::new(dict, content.to_vec())
}

/// A white sheet lies over the text; the update takes it away.
#[test]
fn hide() {
    let shadow = Shadow::prepared(|base| {
        let page = page(base);
        let sheet = base.add_object(looks(b"1 g 0 0 595 842 re f"));
        let cover = base.add_object(Stream::new(dictionary! {}, b"/Sheet Do".to_vec()));
        let shown = base.get_page_contents(page)[0];
        let page = base.get_object_mut(page).unwrap().as_dict_mut().unwrap();
        page.get_mut(b"Resources").unwrap().as_dict_mut().unwrap().set("XObject", dictionary! { "Sheet" => sheet });
        page.set("Contents", vec![shown.into(), cover.into()]);
    });
    let sheet = shadow.find(b"Subtype", "Form");
    let changed = |m: &Modification| matches!(m, Modification::ObjectChanged { object } if *object == sheet.0);
    shadow.sprung(|i| i.new_document.set_object(sheet, looks(b"")), changed);
}

/// The text is drawn with a font that the update replaces by one with other shapes.
#[test]
fn replace() {
    let shadow = Shadow::prepared(|_| ());
    let font = shadow.find(b"Type", "Font");
    let other = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Symbol" };
    let changed = |m: &Modification| matches!(m, Modification::ObjectChanged { object } if *object == font.0);
    shadow.sprung(|i| i.new_document.set_object(font, other.clone()), changed);
}

/// A second page tree lies in the signed bytes, unused; the update makes the catalog use it.
#[test]
fn hide_and_replace_by_the_catalog() {
    let shadow = Shadow::prepared(|base| {
        let first = page(base);
        let content = base.add_object(Stream::new(dictionary! {}, b"BT /F1 24 Tf 72 700 Td (another name) Tj ET".to_vec()));
        let mut twin = base.get_dictionary(first).unwrap().clone();
        twin.set("Contents", content);
        let twin = base.add_object(twin);
        base.add_object(dictionary! { "Type" => "Pages", "Kids" => vec![twin.into()], "Count" => 1, "Hidden" => true });
    });
    let is_hidden = |o: &Object| o.as_dict().is_ok_and(|d| d.has(b"Hidden"));
    let tree = *shadow.document.objects.iter().find(|(_, o)| is_hidden(o)).unwrap().0;
    let root = shadow.document.trailer.get(b"Root").and_then(Object::as_reference).unwrap();
    let update = |i: &mut IncrementalDocument| {
        i.opt_clone_object_to_new_document(root).unwrap();
        i.new_document.get_object_mut(root).unwrap().as_dict_mut().unwrap().set("Pages", tree);
    };
    shadow.sprung(update, |m| *m == Modification::CatalogChanged { key: "Pages".to_owned() });
}

/// The same by a table that gives the page's number to the hidden object: nothing but a list of offsets is added.
#[test]
fn hide_and_replace_by_the_table() {
    let shadow = Shadow::prepared(|base| {
        base.add_object(Stream::new(dictionary! { "Hidden" => true }, b"BT /F1 24 Tf 72 700 Td (another name) Tj ET".to_vec()));
    });
    let content = shadow.document.get_page_contents(page(&shadow.document))[0];
    let find = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).rposition(|w| w == text).unwrap();
    let hidden = find(&shadow.signed, b"/Hidden");
    let header = find(&shadow.signed[..hidden], b" 0 obj");
    let digits = shadow.signed[..header].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let offset = header - digits;
    let tail = String::from_utf8_lossy(&shadow.signed[shadow.signed.len() - 40..]).into_owned();
    let previous: String = tail.rsplit("startxref").next().unwrap().chars().filter(char::is_ascii_digit).collect();
    let root = shadow.document.trailer.get(b"Root").and_then(Object::as_reference).unwrap();
    let section = shadow.signed.len() + 1;
    let size = shadow.document.max_id + 1;
    let table = format!("\nxref\n{} 1\n{offset:010} 00000 n \ntrailer\n<</Size {size}/Root {} 0 R/Prev {previous}>>", content.0, root.0);
    let bytes = [shadow.signed.as_slice(), format!("{table}\nstartxref\n{section}\n%%EOF").as_bytes()].concat();
    for context in &shadow.contexts {
        let verdict = validate(&bytes, context);
        assert_eq!(verdict, Err(ValidateError::Structure(StructureFault::MisplacedObject(content.0))));
    }
}

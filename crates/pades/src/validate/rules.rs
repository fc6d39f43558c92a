//! The rules that explain a change after a signature. Each looks at one place of the document and either explains
//! objects (they changed for a reason the policy knows) or names a violation.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::difference::{How, Modification, changed_keys, text};
use super::report::SignatureKind;
use super::rights::Rights;
use super::signatures::Found;

/// Objects whose change has a reason.
pub(super) type Explained = BTreeSet<ObjectId>;

/// From one revision to the next.
pub(super) struct Step<'a> {
    pub(super) before: &'a Document,
    pub(super) after: &'a Document,
    /// The signature or document time-stamp that this revision adds.
    pub(super) signature: Option<&'a Found>,
    /// What the signatures before allow.
    pub(super) rights: Rights,
}

impl Step<'_> {
    /// Everything but size, place and the changing identifier stays.
    pub(super) fn trailer(&self) -> Vec<Modification> {
        // The trailer of a file with cross-reference streams is the dictionary of the stream.
        const OF_THE_SECTION: [&[u8]; 8] = [b"Size", b"Prev", b"Type", b"W", b"Index", b"Filter", b"DecodeParms", b"Length"];
        let mut out = Vec::new();
        for key in changed_keys(&self.before.trailer, &self.after.trailer) {
            let permanent = |d: &Document| match d.trailer.get(b"ID") {
                Ok(Object::Array(ids)) => ids.first().cloned(),
                _ => None,
            };
            let allowed = OF_THE_SECTION.contains(&key.as_slice())
                || (key == b"Info" && self.rights.metadata && self.after.trailer.has(b"Info"))
                || (key == b"ID" && ids(self.after) == 2 && same_text(permanent(self.before), permanent(self.after)));
            if !allowed {
                out.push(Modification::TrailerChanged { key: text(&key) });
            }
        }
        out
    }

    /// Applies all rules; what they do not explain is for the caller to name.
    pub(super) fn explain(&self, touched: &BTreeMap<ObjectId, How>, out: &mut Vec<Modification>) -> Explained {
        let mut explained = Explained::new();
        self.catalog(&mut explained, out);
        self.security_store(touched, &mut explained, out);
        if let Some(signature) = self.signature {
            match signature.kind {
                SignatureKind::Signature | SignatureKind::Pkcs7 if !self.is_new_field(signature) => {
                    self.filled_field(signature, touched, &mut explained, out)
                }
                _ => self.new_field(signature, touched, &mut explained, out),
            }
        }
        self.foreign(touched, &mut explained);
        explained
    }

    /// Whether the signature brought its field, where that is allowed.
    fn is_new_field(&self, signature: &Found) -> bool {
        self.rights.new_fields && self.before.get_object(signature.field_id).is_err()
    }

    /// The field that this revision may add.
    fn added_field(&self) -> Option<ObjectId> {
        let signature = self.signature?;
        let adds = signature.kind == SignatureKind::DocumentTimestamp || self.is_new_field(signature);
        adds.then_some(signature.field_id)
    }

    /// The catalog may get a security store, its extension entry, and nothing else.
    fn catalog(&self, explained: &mut Explained, out: &mut Vec<Modification>) {
        let (Ok(old), Ok(new)) = (self.before.catalog(), self.after.catalog()) else { return };
        for key in changed_keys(old, new) {
            let allowed = match key.as_slice() {
                b"DSS" => new.has(b"DSS"),
                b"Metadata" => self.rights.metadata && new.has(b"Metadata"),
                b"Extensions" => self.extensions_allowed(old, new),
                // A direct form is judged where fields are judged.
                b"AcroForm" => self.form_allowed(old, new, out),
                _ => false,
            };
            if !allowed {
                out.push(Modification::CatalogChanged { key: text(&key) });
            }
        }
        if let Ok(id) = self.after.trailer.get(b"Root").and_then(Object::as_reference) {
            explained.insert(id);
        }
    }

    /// Only ETSI's or the ISO's declaration may be added; what was declared stays.
    fn extensions_allowed(&self, old: &Dictionary, new: &Dictionary) -> bool {
        let declared = |d: &Dictionary, doc: &Document| match d.get_deref(b"Extensions", doc) {
            Ok(e) => e.as_dict().cloned().unwrap_or_default(),
            Err(_) => Dictionary::new(),
        };
        let (old, new) = (declared(old, self.before), declared(new, self.after));
        changed_keys(&old, &new).iter().all(|k| !old.has(k) && matches!(k.as_slice(), b"ESIC" | b"ISO_" | b"ADBE"))
    }

    /// A form that is part of the catalog, or that this time-stamp creates.
    fn form_allowed(&self, old: &Dictionary, new: &Dictionary, out: &mut Vec<Modification>) -> bool {
        let form = |d: &Dictionary, doc: &Document| d.get_deref(b"AcroForm", doc).and_then(Object::as_dict).ok().cloned();
        let (Some(old), Some(new)) = (form(old, self.before), form(new, self.after)) else { return false };
        self.compare_forms(&old, &new, out);
        true
    }

    /// Fields may gain the new time-stamp; `/SigFlags` may be set as it must be.
    fn compare_forms(&self, old: &Dictionary, new: &Dictionary, out: &mut Vec<Modification>) {
        for key in changed_keys(old, new) {
            let allowed = match key.as_slice() {
                b"SigFlags" => new.get(b"SigFlags").and_then(Object::as_i64).ok() == Some(3),
                b"Fields" => {
                    let list = |d: &Dictionary, doc| array(d.get_deref(b"Fields", doc));
                    appends(&list(old, self.before), &list(new, self.after), self.added_field())
                }
                _ => false,
            };
            if !allowed {
                out.push(Modification::FormChanged { key: text(&key) });
            }
        }
    }

    /// The security store (ETSI EN 319 142-1, 5.4.2): new objects, or objects of the store before.
    fn security_store(&self, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained, out: &mut Vec<Modification>) {
        let mut new = BTreeSet::new();
        if !store_objects(self.after, &mut new) {
            out.push(Modification::SecurityStoreMalformed);
        }
        let mut old = BTreeSet::new();
        store_objects(self.before, &mut old);
        for id in new {
            if touched.get(&id) == Some(&How::Added) || old.contains(&id) {
                explained.insert(id);
            }
        }
    }

    /// An empty signature field gets its value and its picture.
    fn filled_field(&self, signature: &Found, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained, out: &mut Vec<Modification>) {
        let field = signature.field.clone();
        let id = signature.field_id;
        let (Ok(old), Ok(new)) = (self.before.get_dictionary(id), self.after.get_dictionary(id)) else {
            return out.push(Modification::FieldValueChanged { field });
        };
        if !self.rights.may_sign(&field) || old.has(b"V") {
            explained.insert(id);
            explained.insert(signature.id);
            return out.push(Modification::FieldValueChanged { field });
        }
        if changed_keys(old, new).iter().any(|k| k != b"V" && k != b"AP") {
            return out.push(Modification::FieldChanged { field });
        }
        explained.insert(id);
        explained.insert(signature.id);
        if let Ok(appearance) = new.get(b"AP") {
            self.added_below(appearance, touched, explained, 0);
        }
    }

    /// A document time-stamp brings an invisible field of its own; another signature, where it may, one that may be seen.
    fn new_field(&self, signature: &Found, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained, out: &mut Vec<Modification>) {
        let id = signature.field_id;
        let widget = self.widget_of(id);
        let is_new = [id, widget, signature.id].iter().all(|id| touched.get(id) == Some(&How::Added));
        let shown = self.after.get_dictionary(widget).cloned().unwrap_or_default();
        let field = self.after.get_dictionary(id).cloned().unwrap_or_default();
        let may_be_seen = signature.kind != SignatureKind::DocumentTimestamp;
        if !is_new || !is_signature_field(&field) || !is_widget_of_signature(&shown) || !(may_be_seen || is_invisible(&shown)) {
            return out.push(Modification::FieldChanged { field: signature.field.clone() });
        }
        explained.extend([id, widget, signature.id]);
        if let Ok(appearance) = shown.get(b"AP") {
            self.added_below(appearance, touched, explained, 0);
        }
        self.form_of_time_stamp(id, explained, out);
        for page in self.before.page_iter() {
            self.page_of_time_stamp(page, widget, explained);
        }
    }

    /// Field and widget are one object, or the widget is the field's only kid.
    fn widget_of(&self, field: ObjectId) -> ObjectId {
        let kids = self.after.get_dictionary(field).map(|d| array(d.get_deref(b"Kids", self.after)));
        match kids.as_deref() {
            Ok([Object::Reference(kid)]) => *kid,
            _ => field,
        }
    }

    fn form_of_time_stamp(&self, field: ObjectId, explained: &mut Explained, out: &mut Vec<Modification>) {
        let indirect = |d: &Document| d.catalog().and_then(|c| c.get(b"AcroForm")).and_then(Object::as_reference).ok();
        let (Some(id), Some(same)) = (indirect(self.before), indirect(self.after)) else { return };
        let (Ok(old), Ok(new)) = (self.before.get_dictionary(id), self.after.get_dictionary(same)) else { return };
        if id != same {
            return;
        }
        self.compare_forms(old, new, out);
        explained.insert(id);
        if let (Ok(Object::Reference(list)), Ok(Object::Reference(same))) = (old.get(b"Fields"), new.get(b"Fields"))
            && list == same
            && appends(&array(self.before.get_object(*list)), &array(self.after.get_object(*list)), Some(field))
        {
            explained.insert(*list);
        }
    }

    /// The page that carries the widget changes in `/Annots` only, by that widget only.
    fn page_of_time_stamp(&self, page: ObjectId, widget: ObjectId, explained: &mut Explained) {
        let (Ok(old), Ok(new)) = (self.before.get_dictionary(page), self.after.get_dictionary(page)) else { return };
        let list = |d: &Dictionary, doc| array(d.get_deref(b"Annots", doc));
        if !appends(&list(old, self.before), &list(new, self.after), Some(widget)) {
            return;
        }
        if changed_keys(old, new).iter().all(|k| k == b"Annots") {
            explained.insert(page);
        }
        if let (Ok(Object::Reference(id)), Ok(Object::Reference(same))) = (old.get(b"Annots"), new.get(b"Annots"))
            && id == same
        {
            explained.insert(*id);
        }
    }

    /// Explains the new objects that an appearance uses. Objects that were there before are not followed: a change in
    /// them is a change of something else.
    pub(super) fn added_below(&self, object: &Object, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained, depth: usize) {
        if depth > 64 {
            return;
        }
        let mut below = |o: &Object| self.added_below(o, touched, explained, depth + 1);
        match object {
            Object::Array(items) => items.iter().for_each(below),
            Object::Dictionary(d) => d.iter().for_each(|(_, o)| below(o)),
            Object::Stream(s) => s.dict.iter().for_each(|(_, o)| below(o)),
            Object::Reference(id) if touched.get(id) == Some(&How::Added) && explained.insert(*id) => {
                if let Ok(target) = self.after.get_object(*id) {
                    self.added_below(target, touched, explained, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// What a time-stamp's field and widget may say: nothing that could act or show.
const OF_A_TIME_STAMP: [&[u8]; 15] =
    [b"Lock", b"Type", b"Subtype", b"FT", b"T", b"TU", b"Rect", b"F", b"P", b"V", b"AP", b"Ff", b"DA", b"Kids", b"Parent"];

fn is_signature_field(field: &Dictionary) -> bool {
    let known = field.iter().all(|(k, _)| OF_A_TIME_STAMP.contains(&k.as_slice()));
    known && field.get(b"FT").and_then(Object::as_name).ok() == Some(b"Sig")
}

fn is_widget_of_signature(widget: &Dictionary) -> bool {
    let known = widget.iter().all(|(k, _)| OF_A_TIME_STAMP.contains(&k.as_slice()));
    known && widget.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Widget")
}

/// A widget without area.
fn is_invisible(widget: &Dictionary) -> bool {
    let rect: Vec<f32> = array(widget.get(b"Rect")).iter().filter_map(|n| n.as_float().ok()).collect();
    matches!(rect.as_slice(), [a, b, c, d] if a == c || b == d)
}

/// Whether the new list is the old one with at most this object behind it.
fn appends(old: &[Object], new: &[Object], one: Option<ObjectId>) -> bool {
    match new.strip_prefix(old) {
        Some([]) => true,
        Some([Object::Reference(id)]) => Some(*id) == one,
        _ => false,
    }
}

/// Collects the objects of a store; false if it holds anything that is no part of one.
fn store_objects(document: &Document, out: &mut BTreeSet<ObjectId>) -> bool {
    let Ok(store) = document.catalog().and_then(|c| c.get(b"DSS")) else { return true };
    let Some(store) = follow(document, store, out) else { return false };
    let mut good = true;
    for (key, value) in store {
        good &= match key.as_slice() {
            b"Type" => value.as_name().ok() == Some(b"DSS"),
            b"Certs" | b"OCSPs" | b"CRLs" => item_list(document, value, out),
            b"VRI" => related(document, value, out),
            _ => false,
        };
    }
    good
}

/// Validation-related information: per signature, lists of the same kind of items.
fn related(document: &Document, value: &Object, out: &mut BTreeSet<ObjectId>) -> bool {
    let Some(entries) = follow(document, value, out) else { return false };
    entries.iter().all(|(_, entry)| {
        let Some(entry) = follow(document, entry, out) else { return false };
        entry.iter().all(|(key, value)| match key.as_slice() {
            b"Type" => value.as_name().ok() == Some(b"VRI"),
            b"TU" => value.as_str().is_ok(),
            b"Cert" | b"OCSP" | b"CRL" => item_list(document, value, out),
            _ => false,
        })
    })
}

fn follow<'a>(document: &'a Document, object: &'a Object, out: &mut BTreeSet<ObjectId>) -> Option<&'a Dictionary> {
    if let Object::Reference(id) = object {
        out.insert(*id);
    }
    document.dereference(object).ok().and_then(|(_, o)| match o {
        Object::Dictionary(d) => Some(d),
        _ => None,
    })
}

fn item_list(document: &Document, object: &Object, out: &mut BTreeSet<ObjectId>) -> bool {
    if let Object::Reference(id) = object {
        out.insert(*id);
    }
    let Ok((_, Object::Array(items))) = document.dereference(object) else { return false };
    items.iter().all(|item| match item {
        Object::Reference(id) => {
            out.insert(*id);
            document.get_object(*id).is_ok_and(|o| matches!(o, Object::Stream(_)))
        }
        _ => false,
    })
}

pub(super) fn array(object: lopdf::Result<&Object>) -> Vec<Object> {
    object.and_then(Object::as_array).cloned().unwrap_or_default()
}

fn ids(document: &Document) -> usize {
    array(document.trailer.get(b"ID")).len()
}

/// Strings are the same whether written literally or in hexadecimal.
fn same_text(a: Option<Object>, b: Option<Object>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.as_str().ok() == b.as_str().ok(),
        (None, _) => true,
        _ => false,
    }
}

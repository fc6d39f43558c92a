//! Rules for files of other makers: what may change after a signature beside signatures themselves, where rights allow it.
//!
//! Filling a field changes its value and its looks, nothing else of it; a note may come, change and go where the
//! certification says so; metadata may be renewed. None of them may touch what a page shows otherwise.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::difference::{How, changed_keys};
use super::rules::{Explained, Step, array};

/// Parents of a field that are followed.
const MOST_PARENTS: usize = 32;

/// What filling changes in a field or its widget: value, rich value, choice, looks, state, time.
const OF_FILLING: [&[u8]; 6] = [b"V", b"RV", b"I", b"AP", b"AS", b"M"];

impl Step<'_> {
    pub(super) fn foreign(&self, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained) {
        self.filled_fields(touched, explained);
        if self.rights.annotate {
            self.annotations(touched, explained);
        }
        if self.rights.metadata {
            self.metadata(touched, explained);
        }
    }

    fn filled_fields(&self, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained) {
        for id in touched.iter().filter(|(_, how)| **how == How::Changed).map(|(id, _)| *id) {
            let (Ok(old), Ok(new)) = (self.before.get_dictionary(id), self.after.get_dictionary(id)) else { continue };
            let Some((name, kind)) = field_of(self.before, old) else { continue };
            let fillable = matches!(kind.as_slice(), b"Tx" | b"Ch" | b"Btn") && self.rights.may_fill(&name);
            if !fillable || changed_keys(old, new).iter().any(|k| !OF_FILLING.contains(&k.as_slice())) {
                continue;
            }
            explained.insert(id);
            if let Ok(looks) = new.get(b"AP") {
                self.added_below(looks, touched, explained, 0);
            }
            if let Ok(looks) = old.get(b"AP") {
                // Drawn anew, if nothing else shows them: a page may draw the same object.
                explained.extend(streams_below(self.after, looks, 0).into_iter().filter(|id| owners(self.before, *id) <= 1));
            }
        }
    }

    fn annotations(&self, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained) {
        for page in self.before.page_iter() {
            let (Ok(old), Ok(new)) = (self.before.get_dictionary(page), self.after.get_dictionary(page)) else { continue };
            let list = |d: &Dictionary, doc| array(d.get_deref(b"Annots", doc));
            let (before, after) = (list(old, self.before), list(new, self.after));
            let kept = |o: &Object, doc| is_widget(doc, o);
            // Widgets are fields and stay.
            let widgets = |list: &[Object], doc| list.iter().filter(|o| kept(o, doc)).cloned().collect::<Vec<_>>();
            let may_come = after.iter().all(|a| before.contains(a) || is_note(self.after, a));
            // What was signed with the page stays: its removal would change what the page shows.
            let may_go = before.iter().all(|a| after.contains(a) || is_note(self.before, a));
            if widgets(&before, self.before) != widgets(&after, self.after) || !may_come || !may_go {
                continue;
            }
            if changed_keys(old, new).iter().all(|k| k == b"Annots") {
                explained.insert(page);
            }
            for list in [old.get(b"Annots"), new.get(b"Annots")] {
                explained.extend(list.and_then(Object::as_reference).ok());
            }
            for annotation in before.iter().chain(&after).filter_map(|o| o.as_reference().ok()) {
                let note = annotation.into();
                let was_one = self.before.get_object(annotation).is_err() || is_note(self.before, &note);
                let is_one = self.after.get_object(annotation).is_err() || is_note(self.after, &note);
                if was_one && is_one && touched.contains_key(&annotation) {
                    explained.insert(annotation);
                    if let Ok(object) = self.after.get_object(annotation) {
                        self.added_below(object, touched, explained, 0);
                    }
                }
            }
        }
    }

    fn metadata(&self, touched: &BTreeMap<ObjectId, How>, explained: &mut Explained) {
        let information = |d: &Document| d.trailer.get(b"Info").and_then(Object::as_reference).ok();
        let (old, new) = (information(self.before), information(self.after));
        for id in [old, new].into_iter().flatten().filter(|id| touched.contains_key(id)) {
            let read = |d: &Document| d.get_dictionary(id).cloned().unwrap_or_default();
            let only_words = changed_keys(&read(self.before), &read(self.after)).iter().all(|k| OF_INFORMATION.contains(&k.as_slice()));
            let is_stream = [self.before, self.after].iter().any(|d| matches!(d.get_object(id), Ok(Object::Stream(_))));
            if only_words && !is_stream {
                explained.insert(id);
            }
        }
        let named = |d: &Document| d.catalog().and_then(|c| c.get(b"Metadata")).and_then(Object::as_reference).ok();
        let (old, new) = (named(self.before), named(self.after));
        let is_metadata = |id: ObjectId| self.after.get_object(id).is_ok_and(|o| matches!(o.type_name(), Ok(b"Metadata")));
        // Metadata that a page also draws would be a way to change the page.
        let renewed = old.filter(|id| is_metadata(*id) && owners(self.before, *id) <= 1);
        let replaced = new.filter(|id| is_metadata(*id) && touched.get(id) == Some(&How::Added));
        explained.extend(renewed.into_iter().chain(replaced));
    }
}

/// Entries of the information dictionary (ISO 32000-1, 14.3.3).
const OF_INFORMATION: [&[u8]; 9] =
    [b"Title", b"Author", b"Subject", b"Keywords", b"Creator", b"Producer", b"CreationDate", b"ModDate", b"Trapped"];

/// Objects that refer to an object.
fn owners(document: &Document, id: ObjectId) -> usize {
    document.objects.values().filter(|o| refers(o, id)).count()
}

fn refers(object: &Object, id: ObjectId) -> bool {
    match object {
        Object::Reference(to) => *to == id,
        Object::Array(items) => items.iter().any(|o| refers(o, id)),
        Object::Dictionary(d) => d.iter().any(|(_, o)| refers(o, id)),
        Object::Stream(s) => s.dict.iter().any(|(_, o)| refers(o, id)),
        _ => false,
    }
}

/// Points of a side that a note may cover.
const NOTE_SIDE: f32 = 40.0;

/// Whether an annotation can hide nothing: a note's sign of small size, or its pop-up window. The looks of any other kind are
/// whatever its writer draws, over the text of the page ("evil annotation attack").
fn is_note(document: &Document, object: &Object) -> bool {
    let Some(note) = document.dereference(object).ok().and_then(|(_, o)| o.as_dict().ok()) else { return false };
    let sides: Vec<f32> = array(note.get(b"Rect")).iter().filter_map(|n| n.as_float().ok()).collect();
    let is_small = matches!(sides.as_slice(), [a, b, c, d] if (c - a).abs() <= NOTE_SIDE && (d - b).abs() <= NOTE_SIDE);
    match note.get(b"Subtype").and_then(Object::as_name) {
        Ok(b"Text") => is_small,
        Ok(b"Popup") => !note.has(b"AP"),
        _ => false,
    }
}

/// The full name and the kind of the field that a dictionary is, or is a widget of.
fn field_of(document: &Document, dictionary: &Dictionary) -> Option<(String, Vec<u8>)> {
    let mut names = Vec::new();
    let mut kind = None;
    let mut at = dictionary;
    for _ in 0..MOST_PARENTS {
        if let Ok(name) = at.get(b"T") {
            names.push(lopdf::decode_text_string(name).ok()?);
        }
        kind = kind.or_else(|| at.get(b"FT").and_then(Object::as_name).ok().map(<[u8]>::to_vec));
        match at.get(b"Parent").and_then(Object::as_reference) {
            Ok(parent) => at = document.get_dictionary(parent).ok()?,
            Err(_) => break,
        }
    }
    names.reverse();
    Some((names.join("."), kind?))
}

fn is_widget(document: &Document, object: &Object) -> bool {
    let dictionary = document.dereference(object).ok().and_then(|(_, o)| o.as_dict().ok());
    dictionary.is_some_and(|d| d.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Widget"))
}

/// Form objects that a field's looks name: they may be drawn anew.
fn streams_below(document: &Document, object: &Object, depth: usize) -> BTreeSet<ObjectId> {
    match object {
        Object::Reference(id) => match document.get_object(*id) {
            Ok(Object::Stream(_)) => BTreeSet::from([*id]),
            Ok(other) if depth < 3 => streams_below(document, other, depth + 1),
            _ => BTreeSet::new(),
        },
        Object::Dictionary(d) if depth < 3 => d.iter().flat_map(|(_, o)| streams_below(document, o, depth + 1)).collect(),
        _ => BTreeSet::new(),
    }
}

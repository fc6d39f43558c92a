//! What each revision after the first signature changed, and whether the policy allows it (ISO 32000-1, 12.8.2.2).
//!
//! Every object of the revision before is compared with the same object of the revision after. The rules (`rules`)
//! explain changes: a security store, a document time-stamp, the filling of a signature field that was empty. What
//! no rule explains is a violation and gets the name of what a reader would see changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::earlier::Revisions;
use super::report::Change;
use super::rights::Rights;
use super::rules::Step;
use super::signatures::Found;
use super::{Limits, Policy, ValidateError};
use crate::document::structure::Structure;

/// A change that no rule allows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Modification {
    /// Content of a page (counted from zero) replaced.
    PageContentChanged {
        /// The page.
        page: usize,
    },
    /// An entry of a page changed (size, rotation, resources).
    PageChanged {
        /// The page.
        page: usize,
        /// The entry.
        key: String,
    },
    /// Pages added, removed or put in another order.
    PagesChanged,
    /// An annotation or field added to a page.
    AnnotationAdded {
        /// The page.
        page: usize,
    },
    /// An annotation taken from a page.
    AnnotationRemoved {
        /// The page.
        page: usize,
    },
    /// An annotation changed.
    AnnotationChanged {
        /// Its object.
        object: u32,
    },
    /// The value of a field changed, or a signature field was filled although the policy forbids it.
    FieldValueChanged {
        /// Name of the field.
        field: String,
    },
    /// A field changed in something other than its value.
    FieldChanged {
        /// Name of the field.
        field: String,
    },
    /// An entry of the interactive form changed.
    FormChanged {
        /// The entry.
        key: String,
    },
    /// A signature that was there is gone or altered.
    SignatureChanged {
        /// Its object.
        object: u32,
    },
    /// XMP metadata or the information dictionary changed.
    MetadataChanged,
    /// An entry of the catalog changed.
    CatalogChanged {
        /// The entry.
        key: String,
    },
    /// An entry of the trailer changed.
    TrailerChanged {
        /// The entry.
        key: String,
    },
    /// Something in the security store that does not belong there.
    SecurityStoreMalformed,
    /// Another object changed.
    ObjectChanged {
        /// Its number.
        object: u32,
    },
    /// An object that belongs to nothing the policy knows was added.
    ObjectAdded {
        /// Its number.
        object: u32,
    },
    /// An object was removed.
    ObjectRemoved {
        /// Its number.
        object: u32,
    },
}

impl fmt::Display for Modification {
    /// For an auditor; pages are counted from one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PageContentChanged { page } => write!(f, "content of page {} replaced", page.saturating_add(1)),
            Self::PageChanged { page, key } => write!(f, "/{key} of page {} changed", page.saturating_add(1)),
            Self::PagesChanged => f.write_str("pages added, removed or put in another order"),
            Self::AnnotationAdded { page } => write!(f, "annotation over page {}", page.saturating_add(1)),
            Self::AnnotationRemoved { page } => write!(f, "annotation of page {} removed", page.saturating_add(1)),
            Self::AnnotationChanged { object } => write!(f, "annotation changed (object {object})"),
            Self::FieldValueChanged { field } => write!(f, "value of field {field:?} changed"),
            Self::FieldChanged { field } => write!(f, "field {field:?} changed"),
            Self::FormChanged { key } => write!(f, "/{key} of the form changed"),
            Self::SignatureChanged { object } => write!(f, "signature altered or removed (object {object})"),
            Self::MetadataChanged => f.write_str("metadata changed"),
            Self::CatalogChanged { key } => write!(f, "/{key} of the catalog changed"),
            Self::TrailerChanged { key } => write!(f, "/{key} of the trailer changed"),
            Self::SecurityStoreMalformed => f.write_str("foreign matter in the security store"),
            Self::ObjectChanged { object } => write!(f, "object {object} changed"),
            Self::ObjectAdded { object } => write!(f, "object {object} added"),
            Self::ObjectRemoved { object } => write!(f, "object {object} removed"),
        }
    }
}

/// The forbidden changes of all revisions after the first signature.
pub(super) fn analyse(
    revisions: &Revisions<'_>,
    structure: &Structure,
    found: &[Found],
    decompressed: usize,
    (limits, policy): (&Limits, Policy),
) -> Result<Vec<Change>, ValidateError> {
    let Some(first) = found.first() else { return Ok(Vec::new()) };
    let later = || structure.revisions.iter().enumerate().skip(first.revision + 1);
    let cost: usize = later().map(|(_, r)| r.bytes.end.saturating_add(decompressed)).fold(0, usize::saturating_add);
    if cost > limits.compared_bytes {
        return Err(ValidateError::TooLarge);
    }
    let mut before = revisions.document(first.revision)?;
    let mut changes = Vec::new();
    for (number, _) in later() {
        let after = revisions.document(number)?;
        let earlier: Vec<&Found> = found.iter().filter(|f| f.revision < number).collect();
        let here = found.iter().find(|f| f.revision == number);
        let step = Step { before: &before, after: &after, signature: here, rights: Rights::after(&earlier, policy) };
        changes.extend(
            compare(&step, revisions.listed(number).as_ref()).into_iter().map(|modification| Change { revision: number, modification }),
        );
        before = after;
    }
    Ok(changes)
}

fn compare(step: &Step<'_>, listed: Option<&BTreeSet<u32>>) -> Vec<Modification> {
    let touched = touched(step.before, step.after, listed);
    let mut out = step.trailer();
    let explained = step.explain(&touched, &mut out);
    let map = Map::of(step.before);
    for (id, how) in &touched {
        if !explained.contains(id) {
            map.name(*id, *how, step, &mut out);
        }
    }
    // One change is often seen through several objects.
    let mut unique: Vec<Modification> = Vec::new();
    for modification in out {
        if !unique.contains(&modification) {
            unique.push(modification);
        }
    }
    unique
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Added,
    Removed,
    Changed,
}

/// Every object that does not mean the same before and after; of those that are `listed`, if only they can differ.
fn touched(before: &Document, after: &Document, listed: Option<&BTreeSet<u32>>) -> BTreeMap<ObjectId, How> {
    let mut out = BTreeMap::new();
    let may_differ = |(id, _): &(&ObjectId, &Object)| listed.is_none_or(|listed| listed.contains(&id.0));
    for (id, old) in before.objects.iter().filter(may_differ) {
        match after.objects.get(id) {
            None => drop(out.insert(*id, How::Removed)),
            Some(new) if !same(old, new) => drop(out.insert(*id, How::Changed)),
            Some(_) => {}
        }
    }
    for (id, new) in after.objects.iter().filter(may_differ) {
        if !before.objects.contains_key(id) && !is_container(new) {
            out.insert(*id, How::Added);
        }
    }
    out
}

/// Streams that hold the file together; what they say is compared as the objects they list.
fn is_container(object: &Object) -> bool {
    matches!(object.type_name(), Ok(b"XRef" | b"ObjStm"))
}

fn same(old: &Object, new: &Object) -> bool {
    match (old, new) {
        (Object::Stream(a), Object::Stream(b)) => a.dict == b.dict && a.content == b.content,
        _ => old == new,
    }
}

/// Where things are in the revision before, for naming a change.
struct Map {
    pages: BTreeMap<ObjectId, usize>,
    contents: BTreeMap<ObjectId, usize>,
    metadata: BTreeSet<ObjectId>,
}

impl Map {
    fn of(document: &Document) -> Self {
        let pages: BTreeMap<_, _> = document.page_iter().enumerate().map(|(i, id)| (id, i)).collect();
        let contents = pages.iter().flat_map(|(id, i)| document.get_page_contents(*id).into_iter().map(|c| (c, *i))).collect();
        let mut metadata: BTreeSet<_> =
            document.objects.iter().filter(|(_, o)| matches!(o.type_name(), Ok(b"Metadata"))).map(|(id, _)| *id).collect();
        metadata.extend(document.trailer.get(b"Info").and_then(Object::as_reference).ok());
        Self { pages, contents, metadata }
    }

    fn name(&self, id: ObjectId, how: How, step: &Step<'_>, out: &mut Vec<Modification>) {
        let object = id.0;
        if let Some(page) = self.pages.get(&id) {
            return self.name_page(id, *page, step, out);
        }
        if let Some(page) = self.contents.get(&id) {
            return out.push(Modification::PageContentChanged { page: *page });
        }
        if self.metadata.contains(&id) {
            return out.push(Modification::MetadataChanged);
        }
        let old = step.before.get_object(id).ok().and_then(|o| o.as_dict().ok());
        let new = step.after.get_object(id).ok().and_then(|o| o.as_dict().ok());
        if let Some(old) = old {
            if old.has(b"ByteRange") {
                return out.push(Modification::SignatureChanged { object });
            }
            if matches!(old.get_type(), Ok(b"Pages")) {
                return out.push(Modification::PagesChanged);
            }
            if old.has(b"FT") || old.has(b"T") {
                return out.push(name_field(old, new));
            }
            if old.has(b"Subtype") && (old.has(b"Rect") || matches!(old.get_type(), Ok(b"Annot"))) {
                return out.push(Modification::AnnotationChanged { object });
            }
        }
        out.push(match how {
            How::Added if new.is_some_and(|d| d.has(b"Rect")) => return self.name_annotation(step, out),
            How::Added => Modification::ObjectAdded { object },
            How::Removed => Modification::ObjectRemoved { object },
            How::Changed => Modification::ObjectChanged { object },
        });
    }

    fn name_page(&self, id: ObjectId, page: usize, step: &Step<'_>, out: &mut Vec<Modification>) {
        let old = step.before.get_dictionary(id).cloned().unwrap_or_default();
        let new = step.after.get_dictionary(id).cloned().unwrap_or_default();
        for key in changed_keys(&old, &new) {
            out.push(match key.as_slice() {
                b"Contents" => Modification::PageContentChanged { page },
                b"Annots" => annotation_change(page, count(step.before, &old), count(step.after, &new)),
                _ => Modification::PageChanged { page, key: text(&key) },
            });
        }
    }

    /// On which page an added annotation appeared; nowhere, if no page shows it.
    fn name_annotation(&self, step: &Step<'_>, out: &mut Vec<Modification>) {
        for (id, page) in &self.pages {
            let of = |d: &Document| d.get_dictionary(*id).map(|p| count(d, p)).unwrap_or(0);
            if of(step.after) > of(step.before) {
                out.push(Modification::AnnotationAdded { page: *page });
            }
        }
    }
}

fn name_field(old: &Dictionary, new: Option<&Dictionary>) -> Modification {
    let field = old.get(b"T").ok().and_then(|t| lopdf::decode_text_string(t).ok()).unwrap_or_default();
    match new {
        Some(new) if old.get(b"V").ok() == new.get(b"V").ok() => Modification::FieldChanged { field },
        _ => Modification::FieldValueChanged { field },
    }
}

fn annotation_change(page: usize, before: usize, after: usize) -> Modification {
    if after < before { Modification::AnnotationRemoved { page } } else { Modification::AnnotationAdded { page } }
}

fn count(document: &Document, page: &Dictionary) -> usize {
    page.get_deref(b"Annots", document).and_then(Object::as_array).map_or(0, Vec::len)
}

/// Keys whose values differ, or that only one side has.
pub(super) fn changed_keys(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
    let mut keys: BTreeSet<&Vec<u8>> = old.iter().map(|(k, _)| k).collect();
    keys.extend(new.iter().map(|(k, _)| k));
    keys.into_iter().filter(|k| old.get(k).ok() != new.get(k).ok()).cloned().collect()
}

pub(super) fn text(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

//! Empty signature fields and their widgets (ISO 32000-1, 12.5.6.19 and 12.7.4.5).

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use super::file::OpenFile;
use super::increment::{Increment, broken};
use super::structure_tree::add_form_element;
use crate::Error;

/// Widget flag Print (12.5.3) with Locked: PDF/A wants Print set and the hiding flags clear.
const PRINT_LOCKED: i64 = 132;

/// What the field's lock dictionary says (Table 233).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FieldLock {
    /// No lock dictionary.
    #[default]
    None,
    /// `/Action /All /P 1`: once this field is signed nothing may change but security stores and time-stamps.
    All,
}

/// A signature field to create.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSpec {
    /// Partial field name, unique in the file, without a full stop.
    pub name: String,
    /// Page of the widget, counted from zero.
    pub page: usize,
    /// Left, bottom, right, top in points of the page's own space; four zeros make an invisible widget.
    pub rect: [f32; 4],
    /// The lock that takes effect when the field is signed.
    pub lock: FieldLock,
    /// What the field is for, for those who cannot see it (`/TU`). In a tagged file a field with a description also becomes
    /// part of the structure.
    pub description: Option<String>,
}

/// Appends one revision that holds all these fields, empty, and sets `/SigFlags 3`.
///
/// A visible widget gets a blank appearance, since PDF/A asks for one on every widget that has an area (ISO 19005-2, 6.3.3).
///
/// # Errors
///
/// [`Error::Document`] when the file cannot be read strictly, [`Error::NoSuchPage`], [`Error::FieldExists`].
pub fn add_signature_fields(pdf: &[u8], fields: &[FieldSpec]) -> Result<Vec<u8>, Error> {
    Ok(OpenFile::read(pdf.to_vec())?.add_signature_fields(fields)?.into_bytes())
}

/// Creates all these fields in this revision.
pub(super) fn add_fields(increment: &mut Increment, fields: &[FieldSpec]) -> Result<(), Error> {
    fields.iter().try_for_each(|field| add_field(increment, field).map(drop))
}

/// Creates one field in this revision and gives its object.
pub(crate) fn add_field(increment: &mut Increment, field: &FieldSpec) -> Result<ObjectId, Error> {
    if field.name.is_empty() || field.name.contains('.') {
        return Err(Error::Document("a field name must be non-empty and without a full stop".to_owned()));
    }
    if find_field(increment, &field.name)?.is_some() {
        return Err(Error::FieldExists(field.name.clone()));
    }
    let page = increment.previous().page_iter().nth(field.page).ok_or(Error::NoSuchPage(field.page))?;
    let mut widget = dictionary! {
        "Type" => Object::Name(b"Annot".to_vec()),
        "Subtype" => Object::Name(b"Widget".to_vec()),
        "FT" => Object::Name(b"Sig".to_vec()),
        "T" => lopdf::text_string(&field.name),
        "Rect" => numbers(&field.rect),
        "F" => PRINT_LOCKED,
        "P" => page,
    };
    let [left, bottom, right, top] = field.rect;
    if right > left && top > bottom {
        let blank = blank_form(right - left, top - bottom);
        let blank = increment.add(blank);
        widget.set("AP", dictionary! { "N" => blank });
    }
    if field.lock == FieldLock::All {
        let lock = increment.add(dictionary! {
            "Type" => Object::Name(b"SigFieldLock".to_vec()),
            "Action" => Object::Name(b"All".to_vec()),
            "P" => 1,
        });
        widget.set("Lock", lock);
    }
    let id = increment.reserve();
    if let Some(description) = &field.description {
        widget.set("TU", lopdf::text_string(description));
        if let Some(key) = add_form_element(increment, page, id)? {
            widget.set("StructParent", key);
        }
    }
    increment.set(id, widget);
    increment.push(page, b"Annots", vec![id.into()])?;
    let form = form(increment)?;
    form.push_field(increment, id)?;
    Ok(id)
}

/// The field of this partial name among the top-level fields.
pub(crate) fn find_field(increment: &Increment, name: &str) -> Result<Option<ObjectId>, Error> {
    let Ok(form) = increment.dictionary(increment.catalog())?.get(b"AcroForm") else { return Ok(None) };
    let form = increment.resolve(form)?.as_dict().map_err(broken)?;
    let Ok(fields) = form.get(b"Fields") else { return Ok(None) };
    for field in increment.resolve(fields)?.as_array().map_err(broken)? {
        let id = field.as_reference().map_err(broken)?;
        let title = increment.dictionary(id)?.get(b"T").ok().and_then(|t| lopdf::decode_text_string(t).ok());
        if title.as_deref() == Some(name) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Where the interactive form dictionary lives, so that it can be changed in place.
enum Form {
    Direct,
    Indirect(ObjectId),
}

fn form(increment: &mut Increment) -> Result<Form, Error> {
    let catalog = increment.catalog();
    match increment.dictionary(catalog)?.get(b"AcroForm") {
        Ok(Object::Reference(id)) => Ok(Form::Indirect(*id)),
        Ok(_) => Ok(Form::Direct),
        Err(_) => {
            let id = increment.add(Dictionary::new());
            increment.edit(catalog)?.set("AcroForm", id);
            Ok(Form::Indirect(id))
        }
    }
}

impl Form {
    fn push_field(&self, increment: &mut Increment, field: ObjectId) -> Result<(), Error> {
        let catalog = increment.catalog();
        let indirect = match self {
            Self::Indirect(id) => *id,
            Self::Direct => {
                // Made indirect once, so that later revisions need not repeat the catalog.
                let moved = increment.edit(catalog)?.remove(b"AcroForm").unwrap_or_else(|| Dictionary::new().into());
                let id = increment.add(moved);
                increment.edit(catalog)?.set("AcroForm", id);
                id
            }
        };
        increment.push(indirect, b"Fields", vec![field.into()])?;
        if increment.dictionary(indirect)?.get(b"SigFlags").and_then(Object::as_i64).ok() != Some(3) {
            increment.edit(indirect)?.set("SigFlags", 3);
        }
        Ok(())
    }
}

pub(crate) fn numbers(values: &[f32]) -> Object {
    Object::Array(values.iter().map(|v| Object::Real(*v)).collect())
}

fn blank_form(width: f32, height: f32) -> Stream {
    let dictionary = dictionary! {
        "Type" => Object::Name(b"XObject".to_vec()),
        "Subtype" => Object::Name(b"Form".to_vec()),
        "BBox" => numbers(&[0.0, 0.0, width, height]),
        "Resources" => Dictionary::new(),
    };
    Stream::new(dictionary, Vec::new())
}

//! Brings a page of another PDF into this revision as a form XObject (ISO 32000-1, 8.10).
//!
//! The appearance is composed elsewhere by a PDF/A writer, with its fonts embedded and its colours named; here its page
//! becomes the picture of a signature. Every object it uses is copied under a new number, but for those that the file has already:
//! the pictures of two signatures share their fonts, and the profiles of their colours with the pages.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::fields::numbers;
use super::increment::{Increment, load};
use super::prepare::Appearance;
use crate::Error;

const MAX_OBJECTS: usize = 10_000;
const MAX_DEPTH: usize = 64;

/// Imports the page; a reader scales its media box to the widget's rectangle (12.5.5).
pub(crate) fn import(increment: &mut Increment, appearance: Appearance<'_>) -> Result<ObjectId, Error> {
    let source = load(appearance.pdf, lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE).map_err(refuse)?;
    let page = source.page_iter().nth(appearance.page).ok_or_else(|| Error::Appearance("it has no such page".to_owned()))?;
    let mut import = Import { source: &source, increment, numbers: BTreeMap::new() };
    let bbox = import.media_box(page)?;
    let resources = import.inherited(page, b"Resources").unwrap_or_else(|| Dictionary::new().into());
    let resources = import.copy(&resources, 0)?;
    let mut form = dictionary! {
        "Type" => Object::Name(b"XObject".to_vec()),
        "Subtype" => Object::Name(b"Form".to_vec()),
        "BBox" => numbers(&bbox),
        "Resources" => resources,
    };
    if let Ok(group) = source.get_dictionary(page).map_err(refuse)?.get(b"Group") {
        let group = import.copy(&group.clone(), 0)?;
        form.set("Group", group);
    }
    let content = source.get_page_content_with_limit(page, lopdf::DEFAULT_MAX_DECOMPRESSED_SIZE).map_err(refuse)?;
    let mut stream = Stream::new(form, content);
    stream.compress().map_err(refuse)?;
    Ok(import.increment.add(stream))
}

struct Import<'a> {
    source: &'a Document,
    increment: &'a mut Increment,
    /// What became of an object; none while it is copied and nothing below it has asked for its number.
    numbers: BTreeMap<ObjectId, Option<ObjectId>>,
}

impl Import<'_> {
    fn copy(&mut self, object: &Object, depth: usize) -> Result<Object, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::Appearance("it is nested too deeply".to_owned()));
        }
        Ok(match object {
            Object::Reference(id) => Object::Reference(self.copy_indirect(*id, depth)?),
            Object::Array(items) => Object::Array(items.iter().map(|i| self.copy(i, depth + 1)).collect::<Result<_, _>>()?),
            Object::Dictionary(d) => Object::Dictionary(self.copy_dictionary(d, depth)?),
            Object::Stream(s) => {
                let mut copied = s.clone();
                copied.dict = self.copy_dictionary(&s.dict, depth)?;
                Object::Stream(copied)
            }
            plain => plain.clone(),
        })
    }

    fn copy_dictionary(&mut self, dictionary: &Dictionary, depth: usize) -> Result<Dictionary, Error> {
        let mut out = Dictionary::new();
        for (key, value) in dictionary {
            // Back to the page tree or the structure tree: neither means anything in a form.
            if key == b"Parent" || key == b"StructParents" || key == b"StructParent" {
                continue;
            }
            out.set(key.clone(), self.copy(value, depth + 1)?);
        }
        Ok(out)
    }

    fn copy_indirect(&mut self, id: ObjectId, depth: usize) -> Result<ObjectId, Error> {
        match self.numbers.get(&id) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                let number = self.increment.reserve();
                self.numbers.insert(id, Some(number));
                return Ok(number);
            }
            None => {}
        }
        if self.numbers.len() >= MAX_OBJECTS {
            return Err(Error::Appearance("it has too many objects".to_owned()));
        }
        self.numbers.insert(id, None);
        let copied = self.copy(self.source.get_object(id).map_err(refuse)?, depth + 1)?;
        let asked_for = self.numbers.get(&id).copied().flatten();
        let number = match asked_for {
            Some(number) => {
                self.increment.set(number, copied);
                number
            }
            None => self.increment.find(&copied).unwrap_or_else(|| self.increment.add(copied)),
        };
        self.numbers.insert(id, Some(number));
        Ok(number)
    }

    /// An inheritable page attribute (7.7.3.4).
    fn inherited(&self, page: ObjectId, key: &[u8]) -> Option<Object> {
        let mut node = page;
        for _ in 0..MAX_DEPTH {
            let dictionary = self.source.get_dictionary(node).ok()?;
            if let Ok(value) = dictionary.get(key) {
                return Some(value.clone());
            }
            node = dictionary.get(b"Parent").and_then(Object::as_reference).ok()?;
        }
        None
    }

    fn media_box(&self, page: ObjectId) -> Result<[f32; 4], Error> {
        let refused = || Error::Appearance("its page has no media box".to_owned());
        let value = self.inherited(page, b"MediaBox").ok_or_else(refused)?;
        let (_, value) = self.source.dereference(&value).map_err(refuse)?;
        let numbers: Vec<f32> = value.as_array().map_err(refuse)?.iter().filter_map(|n| n.as_float().ok()).collect();
        <[f32; 4]>::try_from(numbers).map_err(|_| refused())
    }
}

fn refuse(e: impl std::fmt::Display) -> Error {
    Error::Appearance(e.to_string())
}

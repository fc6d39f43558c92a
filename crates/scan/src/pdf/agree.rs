//! Two parsers that share no code must read the same pages out of a file: `lopdf`, whose reading is used, and `pdf`.
//!
//! A file that they read differently shows one thing to the machine and another to people. Compared are which objects
//! the pages are and in which order; each page's boxes, rotation, unit and content, its own or inherited; and everything
//! that its resources lead to, number by number, the bytes of every stream included.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};
use pdf::object::{PlainRef, Resolve};
use pdf::primitive::{self, Primitive};

use crate::error::ScanError;
use crate::limits::Limits;

/// What decides how a page looks (ISO 32000-1, 7.7.3.3).
const OF_PAGES: [&str; 6] = ["MediaBox", "CropBox", "Rotate", "UserUnit", "Resources", "Contents"];
/// Entries that lead elsewhere than to what is seen. The length of a stream is compared with the stream.
const ELSEWHERE: [&str; 6] = ["Parent", "Metadata", "PieceInfo", "StructParent", "StructParents", "Length"];

pub(super) fn check(document: &Document, bytes: &[u8], pages: &[ObjectId], limits: &Limits) -> Result<(), ScanError> {
    let file = pdf::file::FileOptions::uncached()
        .parse_options(pdf::object::ParseOptions::tolerant())
        .load(bytes)
        .map_err(|error| ScanError::damaged(error.to_string()))?;
    let resolver = file.resolver();
    let mut tree = Tree { resolver: &resolver, seen: HashSet::new(), pages: Vec::new(), limits };
    let root = file.trailer.root.get_ref().get_inner();
    let catalog = resolver.resolve(root).map_err(|error| ScanError::damaged(error.to_string()))?;
    let count = file.num_pages();
    if let Some(node) = catalog.as_dict().ok().and_then(|catalog| catalog.get("Pages")) {
        tree.walk(node, limits.recursion)?;
    }
    if usize::try_from(count).ok() != Some(pages.len()) || tree.pages.len() != pages.len() {
        return Err(ambiguous(&format!("{} or {} or {count} pages", pages.len(), tree.pages.len())));
    }
    let mut both = Both { document, resolver: &resolver, seen: HashSet::new(), limits };
    for (number, (page, other)) in pages.iter().zip(&tree.pages).enumerate() {
        let number = number.saturating_add(1);
        if !same_id(*page, *other) {
            return Err(ambiguous(&format!("which object page {number} is")));
        }
        both.page(*page, *other).map_err(|what| ambiguous(&format!("{what} of page {number}")))?;
    }
    Ok(())
}

fn ambiguous(what: &str) -> ScanError {
    ScanError::Ambiguous { what: what.to_owned() }
}

fn same_id((number, generation): ObjectId, other: PlainRef) -> bool {
    u64::from(number) == other.id && u64::from(generation) == other.r#gen
}

/// The page tree as `pdf` has it.
struct Tree<'a, R> {
    resolver: &'a R,
    seen: HashSet<u64>,
    pages: Vec<PlainRef>,
    limits: &'a Limits,
}

impl<R: Resolve> Tree<'_, R> {
    fn walk(&mut self, node: &Primitive, depth: usize) -> Result<(), ScanError> {
        let Some(deeper) = depth.checked_sub(1) else { return Err(ScanError::TooComplex { what: "nesting of PDF pages" }) };
        let &Primitive::Reference(id) = node else { return Err(ScanError::damaged("a page tree without references")) };
        if !self.seen.insert(id.id) || self.seen.len() > self.limits.pdf_objects {
            return Err(ScanError::damaged("a page tree that forms a ring"));
        }
        let node = self.resolver.resolve(id).map_err(|error| ScanError::damaged(error.to_string()))?;
        let node = node.as_dict().map_err(|_| ScanError::damaged("a page that is not there"))?;
        let kids = node.get("Kids").map(|kids| followed(self.resolver, kids));
        let Some(kids) = kids else {
            self.pages.push(id);
            return Ok(());
        };
        let kids = kids.as_array().map_err(|_| ScanError::damaged("a page tree without kids"))?;
        kids.iter().try_for_each(|kid| self.walk(kid, deeper))
    }
}

fn followed(resolver: &impl Resolve, object: &Primitive) -> Primitive {
    match object {
        Primitive::Reference(id) => resolver.resolve(*id).unwrap_or(Primitive::Null),
        other => other.clone(),
    }
}

/// The same objects as each parser has them; errors say what differs.
struct Both<'a, R> {
    document: &'a Document,
    resolver: &'a R,
    seen: HashSet<ObjectId>,
    limits: &'a Limits,
}

impl<R: Resolve> Both<'_, R> {
    /// A page and its ancestors, as far as they decide how it looks.
    fn page(&mut self, page: ObjectId, other: PlainRef) -> Result<(), &'static str> {
        let (mut page, mut other) = (page, other);
        for _ in 0..self.limits.recursion {
            let node = self.document.get_dictionary(page).map_err(|_| "an ancestor")?;
            let twin = self.resolver.resolve(other).map_err(|_| "an ancestor")?;
            let twin = twin.as_dict().map_err(|_| "an ancestor")?;
            for key in OF_PAGES {
                self.entry(node, twin, key, self.limits.recursion)?;
            }
            let parents = (node.get(b"Parent").and_then(Object::as_reference), twin.get("Parent"));
            match parents {
                (Ok(parent), Some(&Primitive::Reference(twin))) if same_id(parent, twin) => (page, other) = (parent, twin),
                (Err(_), None) => return Ok(()),
                _ => return Err("an ancestor"),
            }
        }
        Err("the ancestors")
    }

    fn entry(&mut self, node: &Dictionary, twin: &primitive::Dictionary, key: &'static str, depth: usize) -> Result<(), &'static str> {
        let (value, other) = (node.get(key.as_bytes()).unwrap_or(&Object::Null), twin.get(key).unwrap_or(&Primitive::Null));
        self.same(value, other, depth).then_some(()).ok_or(match key {
            "Resources" => "what is shown",
            "Contents" => "the content",
            "Rotate" => "the rotation",
            _ => "the size",
        })
    }

    fn same(&mut self, object: &Object, other: &Primitive, depth: usize) -> bool {
        let Some(deeper) = depth.checked_sub(1) else { return false };
        match (object, other) {
            (&Object::Reference(id), &Primitive::Reference(twin)) => same_id(id, twin) && self.target(id, twin, deeper),
            (Object::Null, Primitive::Null) => true,
            (Object::Boolean(value), Primitive::Boolean(twin)) => value == twin,
            (Object::Name(name), Primitive::Name(twin)) => name.as_slice() == twin.as_str().as_bytes(),
            (Object::String(bytes, _), Primitive::String(twin)) => bytes.as_slice() == twin.as_bytes(),
            (Object::Integer(_) | Object::Real(_), Primitive::Integer(_) | Primitive::Number(_)) => same_number(object, other),
            (Object::Array(items), Primitive::Array(twins)) => {
                items.len() == twins.len() && items.iter().zip(twins).all(|(item, twin)| self.same(item, twin, deeper))
            }
            (Object::Dictionary(entries), Primitive::Dictionary(twins)) => self.dictionary(entries, twins, deeper),
            (Object::Stream(stream), Primitive::Stream(twin)) => {
                self.dictionary(&stream.dict, &twin.info, deeper)
                    && twin.raw_data(self.resolver).is_ok_and(|bytes| bytes.as_ref() == stream.content.as_slice())
            }
            _ => false,
        }
    }

    fn target(&mut self, id: ObjectId, twin: PlainRef, depth: usize) -> bool {
        if !self.seen.insert(id) {
            return true;
        }
        match (self.document.get_object(id), self.resolver.resolve(twin)) {
            (Ok(object), Ok(twin)) => self.same(object, &twin, depth),
            // An object that is not there is null to both (7.3.10).
            (Ok(Object::Null) | Err(_), Err(_) | Ok(Primitive::Null)) => true,
            _ => false,
        }
    }

    fn dictionary(&mut self, entries: &Dictionary, twins: &primitive::Dictionary, depth: usize) -> bool {
        let counts = |key: &str| !ELSEWHERE.contains(&key);
        let known = entries.iter().filter_map(|(key, value)| Some((std::str::from_utf8(key).ok()?, value)));
        let known: Vec<_> = known.filter(|(key, value)| counts(key) && !matches!(value, Object::Null)).collect();
        let count = twins.iter().filter(|(key, value)| counts(key.as_str()) && !value.is_null()).count();
        known.len() == count && known.into_iter().all(|(key, value)| twins.get(key).is_some_and(|twin| self.same(value, twin, depth)))
    }
}

/// One parser keeps 32 bits, the other writes them differently.
fn same_number(object: &Object, other: &Primitive) -> bool {
    let (Some(value), Ok(twin)) = (super::content::number(object), other.as_number()) else { return false };
    let twin = f64::from(twin);
    (value - twin).abs() <= 1e-6 * value.abs().max(1.0)
}

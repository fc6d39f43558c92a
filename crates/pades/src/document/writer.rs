//! The bytes of one appended revision: objects, cross-reference section, trailer (ISO 32000-1, 7.5.4 to 7.5.8).
//!
//! Objects are serialised by lopdf. What is here is what its incremental writer does around them, byte for byte (a test
//! compares the two), without the earlier bytes: only the new ones are made, and where each object lies is known without reading
//! them again.

use std::collections::BTreeMap;
use std::io::Write;

use lopdf::xref::XrefType;
use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat, Writer};

use super::increment::broken;
use super::prepare::hex_pair;
use crate::Error;

/// From so many bytes on a hexadecimal string is not left to lopdf.
const LONG_STRING: usize = 256;

/// What the revision is appended to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base {
    /// Length of the file so far.
    pub(crate) len: usize,
    /// Whether it ends with a line feed.
    pub(crate) ends_line: bool,
}

impl Base {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { len: bytes.len(), ends_line: bytes.last() == Some(&b'\n') }
    }
}

/// A revision in bytes.
#[derive(Debug)]
pub(crate) struct Written {
    /// What is appended.
    pub(crate) tail: Vec<u8>,
    /// Where each object begins, in the whole file.
    pub(crate) offsets: BTreeMap<u32, usize>,
    /// Where the cross-reference section begins, in the whole file.
    pub(crate) section: usize,
    /// The trailer as it was written, or the dictionary of the cross-reference stream.
    pub(crate) trailer: Dictionary,
    /// The highest object number now.
    pub(crate) max_id: u32,
}

/// Serialises a revision; `max_id` is the highest object number that it or an earlier one uses.
pub(crate) fn write(
    base: Base,
    objects: &BTreeMap<ObjectId, Object>,
    trailer: &Dictionary,
    max_id: u32,
    kind: XrefType,
) -> Result<Written, Error> {
    let mut out = Out { base: base.len, tail: Vec::with_capacity(64 << 10), entries: BTreeMap::new() };
    if !base.ends_line {
        out.tail.push(b'\n');
    }
    for (id, object) in objects {
        // Streams that hold an earlier revision together are never part of another.
        if !matches!(object.type_name(), Ok(b"ObjStm" | b"XRef" | b"Linearized")) {
            out.object(*id, object)?;
        }
    }
    let section = out.at();
    let (trailer, max_id) = match kind {
        XrefType::CrossReferenceTable => (out.table(trailer.clone(), max_id)?, max_id),
        XrefType::CrossReferenceStream => out.stream(trailer.clone(), max_id)?,
    };
    write!(out.tail, "\nstartxref\n{section}\n%%EOF").map_err(broken)?;
    let offsets = out.entries.iter().map(|(id, (offset, _))| (*id, *offset)).collect();
    Ok(Written { tail: out.tail, offsets, section, trailer, max_id })
}

/// Which entry is a long hexadecimal string: lopdf writes those digit by digit through a formatter, and what is reserved for a
/// signature is long.
fn long_string(dictionary: &Dictionary) -> Option<usize> {
    let is_long = |value: &Object| matches!(value, Object::String(text, StringFormat::Hexadecimal) if text.len() >= LONG_STRING);
    dictionary.iter().position(|(_, value)| is_long(value))
}

/// These entries as a dictionary.
fn entries<'a>(entries: impl Iterator<Item = (&'a Vec<u8>, &'a Object)>) -> Result<Vec<u8>, Error> {
    let part: Dictionary = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut text = Vec::new();
    Writer::write_object(&mut text, &Object::Dictionary(part)).map(|()| text).map_err(broken)
}

struct Out {
    base: usize,
    tail: Vec<u8>,
    /// Offset and generation of each object.
    entries: BTreeMap<u32, (usize, u16)>,
}

impl Out {
    /// The place of the next byte in the whole file.
    fn at(&self) -> usize {
        self.base.saturating_add(self.tail.len())
    }

    fn object(&mut self, (id, generation): ObjectId, object: &Object) -> Result<(), Error> {
        self.entries.insert(id, (self.at(), generation));
        let before = if Writer::need_separator(object) { " " } else { "" };
        let after = if Writer::need_end_separator(object) { " " } else { "" };
        write!(self.tail, "{id} {generation} obj\n{before}").map_err(broken)?;
        match object.as_dict().ok().and_then(|dictionary| Some((dictionary, long_string(dictionary)?))) {
            Some((dictionary, place)) => self.around_string(dictionary, place)?,
            None => Writer::write_object(&mut self.tail, object).map_err(broken)?,
        }
        write!(self.tail, "{after}\nendobj\n").map_err(broken)
    }

    /// A dictionary as lopdf writes it, with the hexadecimal string at `place` between what lopdf makes of the entries before and
    /// after it.
    fn around_string(&mut self, dictionary: &Dictionary, place: usize) -> Result<(), Error> {
        let before = entries(dictionary.iter().take(place))?;
        self.tail.extend_from_slice(before.strip_suffix(b">>").unwrap_or(&before));
        if let Some((key, Object::String(text, _))) = dictionary.iter().nth(place) {
            Writer::write_object(&mut self.tail, &Object::Name(key.clone())).map_err(broken)?;
            self.tail.push(b'<');
            self.tail.extend(text.iter().flat_map(|byte| hex_pair(*byte)));
            self.tail.push(b'>');
        }
        let after = entries(dictionary.iter().skip(place.saturating_add(1)))?;
        self.tail.extend_from_slice(after.strip_prefix(b"<<").unwrap_or(&after));
        Ok(())
    }

    /// Runs of numbers without a gap.
    fn runs(&self) -> Vec<Vec<(u32, usize, u16)>> {
        let mut runs: Vec<Vec<(u32, usize, u16)>> = Vec::new();
        for (&id, &(offset, generation)) in self.entries.range(1..) {
            let entry = (id, offset, generation);
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|(last, ..)| last.checked_add(1) == Some(id)) => run.push(entry),
                _ => runs.push(vec![entry]),
            }
        }
        runs
    }

    fn table(&mut self, mut trailer: Dictionary, max_id: u32) -> Result<Dictionary, Error> {
        const FREE: &str = "0000000000 65535 f \n";
        let runs = self.runs();
        let mut text = String::from("xref\n");
        // Object 0 is listed as free, in the first run where that begins after it.
        let joined = runs.first().and_then(|run| run.first()).is_some_and(|(id, ..)| *id == 1);
        if !joined {
            text.push_str(&format!("0 1\n{FREE}"));
        }
        for (at, run) in runs.iter().enumerate() {
            let with_free = joined && at == 0;
            let first = run.first().map_or(0, |(id, ..)| *id);
            let (start, count) = if with_free { (0, run.len().saturating_add(1)) } else { (first, run.len()) };
            text.push_str(&format!("{start} {count}\n{}", if with_free { FREE } else { "" }));
            for (_, offset, generation) in run {
                text.push_str(&format!("{offset:010} {generation:05} n \n"));
            }
        }
        text.push_str("trailer\n");
        self.tail.extend_from_slice(text.as_bytes());
        trailer.set("Size", i64::from(max_id).saturating_add(1));
        Writer::write_object(&mut self.tail, &Object::Dictionary(trailer.clone())).map_err(broken)?;
        Ok(trailer)
    }

    /// Entries of one, four and two bytes, not compressed; the stream lists itself.
    fn stream(&mut self, mut trailer: Dictionary, max_id: u32) -> Result<(Dictionary, u32), Error> {
        let own = max_id.checked_add(1).ok_or_else(|| broken("no object number is left"))?;
        let at = self.at();
        self.entries.insert(own, (at, 0));
        let (mut rows, mut index) = (Vec::new(), Vec::new());
        for run in self.runs() {
            index.push(Object::from(i64::from(run.first().map_or(0, |(id, ..)| *id))));
            index.push(Object::from(i64::try_from(run.len()).map_err(broken)?));
            for (_, offset, generation) in run {
                rows.push(1);
                rows.extend(u32::try_from(offset).map_err(broken)?.to_be_bytes());
                rows.extend(generation.to_be_bytes());
            }
        }
        trailer.set("Type", Object::Name(b"XRef".to_vec()));
        trailer.set("Size", i64::from(own).saturating_add(1));
        trailer.set("W", vec![1.into(), 4.into(), 2.into()]);
        trailer.set("Index", index);
        trailer.remove(b"Filter");
        trailer.set("Length", i64::try_from(rows.len()).map_err(broken)?);
        let mut stream = Stream::new(Dictionary::new(), rows);
        stream.dict = trailer.clone();
        self.object((own, 0), &Object::Stream(stream))?;
        Ok((trailer, own))
    }
}

#[cfg(test)]
mod tests {
    use lopdf::{Document, IncrementalDocument, dictionary};

    use super::*;

    /// The same change by lopdf's own writer and by ours.
    #[test]
    fn a_revision_has_the_bytes_that_lopdf_gives_it() {
        for kind in [XrefType::CrossReferenceTable, XrefType::CrossReferenceStream] {
            for (touched, ending) in [(vec![(1, 0), (2, 0), (7, 0), (9, 0), (10, 0)], ""), (vec![(3, 0), (4, 0)], "\n")] {
                let mut first = Document::with_version("1.7");
                first.reference_table.cross_reference_type = kind;
                for id in 1..=5 {
                    first.objects.insert((id, 0), dictionary! { "A" => i64::from(id), "B" => 1.5 }.into());
                }
                first.max_id = 5;
                first.trailer.set("Root", (1, 0));
                let mut bytes = Vec::new();
                first.save_to(&mut bytes).unwrap();
                bytes.extend_from_slice(ending.as_bytes());
                let before = Document::load_mem(&bytes).unwrap();
                let mut theirs = IncrementalDocument::create_from(bytes.clone(), before.clone());
                let contents: Vec<u8> = (0..=255).cycle().take(1000).collect();
                let signature = dictionary! {
                    "Type" => Object::Name(b"Sig".to_vec()),
                    "Contents" => Object::String(contents, StringFormat::Hexadecimal),
                    "Name" => Object::string_literal(">> <<"),
                };
                let objects: [Object; 5] = [
                    signature.into(),
                    dictionary! { "Text" => Object::string_literal("(a)"), "Nothing" => Object::Null }.into(),
                    Object::Integer(7),
                    Stream::new(dictionary! { "K" => vec![1.into()] }, b"content".to_vec()).into(),
                    Object::Name(b"N".to_vec()),
                ];
                for (id, object) in touched.iter().zip(objects) {
                    theirs.new_document.set_object(*id, object);
                    theirs.new_document.max_id = theirs.new_document.max_id.max(id.0);
                }
                let new = theirs.new_document.clone();
                let mut expected = Vec::new();
                theirs.save_to(&mut expected).unwrap();
                let written = write(Base::of(&bytes), &new.objects, &new.trailer, new.max_id, kind).unwrap();
                bytes.extend_from_slice(&written.tail);
                assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&expected));
                assert_eq!(Document::load_mem(&bytes).unwrap().max_id, written.max_id);
            }
        }
    }
}

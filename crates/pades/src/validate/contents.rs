//! The contents of signatures, read once.
//!
//! A container and its padding are tens of thousands of hexadecimal digits, and readers of whole documents take a hundred
//! instructions and more for each. What they mean is beyond doubt: an even number of digits in one case, nothing between them.
//! So [`Contents::take`] reads these strings itself and gives both readers the same bytes with empty strings in their place, every
//! other byte where it was; [`Contents::put_back`] gives the first reader's document what was taken.
//!
//! Only the string under `/Contents` of a dictionary with `/ByteRange` is taken, from an object that the newest cross-references
//! name and that [`Scanner`] reads as a dictionary. Whatever is not of this form stays for the readers as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use lopdf::{Document, Object, ObjectId};
use memchr::memmem;

use crate::document::structure::{Entry, Structure};
use crate::document::syntax::{Scanner, Value};

/// Strings shorter than this are not worth a copy of the file, bytes.
const LEAST: usize = 1024;

/// What was taken from a file.
pub(super) struct Contents {
    taken: Vec<(ObjectId, Vec<u8>)>,
}

impl Contents {
    /// The contents of at most `most` signatures, and the file without them.
    pub(super) fn take<'a>(pdf: &'a [u8], structure: &Structure, most: usize) -> (Self, Cow<'a, [u8]>) {
        let mut places = memmem::find_iter(pdf, b"/ByteRange").peekable();
        let mut objects: BTreeMap<usize, ObjectId> = BTreeMap::new();
        if places.peek().is_some() {
            let mut newest: BTreeMap<u32, Entry> = BTreeMap::new();
            for revision in &structure.revisions {
                newest.extend(revision.entries.iter().map(|(id, entry)| (*id, *entry)));
            }
            objects.extend(newest.into_iter().filter_map(|(id, entry)| match entry {
                Entry::At { offset, generation } => Some((offset, (id, generation))),
                Entry::Free | Entry::InStream { .. } => None,
            }));
        }
        let mut before = None;
        let strings = places.filter_map(|place| {
            let (offset, id) = objects.range(..place).next_back()?;
            let is_new = before.replace(*offset) != Some(*offset);
            Some((*id, is_new.then(|| string(pdf, *offset)).flatten()?))
        });
        let (mut taken, mut bytes) = (Vec::new(), Cow::Borrowed(pdf));
        for (id, span) in strings.take(most) {
            let Some(value) = pdf.get(span.clone()).and_then(decode_hex) else { continue };
            if let Some([_, empty, rest @ ..]) = bytes.to_mut().get_mut(span) {
                *empty = b'>';
                rest.fill(b' ');
                taken.push((id, value));
            }
        }
        (Self { taken }, bytes)
    }

    /// Puts what was taken where the reader of the emptied file has an empty string; tells whether it had one everywhere.
    pub(super) fn put_back(self, document: &mut Document) -> bool {
        self.taken.into_iter().all(|(id, value)| {
            let Ok(Object::String(contents, _)) = document.get_dictionary_mut(id).and_then(|signature| signature.get_mut(b"Contents"))
            else {
                return false;
            };
            let was_empty = contents.is_empty();
            *contents = value;
            was_empty
        })
    }
}

/// Where the contents of a signature stand, delimiters included, if the object at `offset` is one.
fn string(pdf: &[u8], offset: usize) -> Option<Range<usize>> {
    let mut scanner = Scanner::new(pdf, offset);
    let Value::Dictionary(dictionary) = scanner.object_header().and_then(|_| scanner.object()).ok()? else { return None };
    let is_signature = dictionary.get(b"ByteRange").is_some() && dictionary.get(b"Contents") == Some(&Value::HexString);
    // A stream goes on after its dictionary.
    if !is_signature || scanner.keyword(b"endobj").is_err() {
        return None;
    }
    dictionary.span(b"Contents").filter(|span| span.len() >= LEAST)
}

/// Digits in one case only and nothing between them, so that no digit can change without changing the value.
pub(super) fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(b"<")?.strip_suffix(b">")?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let mut met = 0;
    let value = pairs.iter().map(|[high, low]| {
        let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
        met |= high | low;
        (high << 4) | (low & 0xF)
    });
    let value: Vec<u8> = value.collect();
    (met & NONE == 0 && met & (SMALL | CAPITAL) != SMALL | CAPITAL).then_some(value)
}

/// Of a digit that is a letter, beside its value: whether small or capital. Of any other byte: [`NONE`].
const SMALL: u8 = 0x10;
const CAPITAL: u8 = 0x20;
const NONE: u8 = 0x80;
const DIGITS: [u8; 256] = {
    let mut digits = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        let at = value as usize;
        digits[b"0123456789abcdef"[at] as usize] = if value < 10 { value } else { value | SMALL };
        digits[b"0123456789ABCDEF"[at] as usize] = if value < 10 { value } else { value | CAPITAL };
        value += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::increment::load;
    use crate::document::structure::StructureLimits;

    /// A file of these objects, numbered from one; the first is the catalog.
    fn file(objects: &[String]) -> Vec<u8> {
        let mut text = "%PDF-1.7\n".to_owned();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (object, id) in objects.iter().zip(1..) {
            table.push_str(&format!("{:010} 00000 n \n", text.len()));
            text.push_str(&format!("{id} 0 obj\n{object}\nendobj\n"));
        }
        let section = text.len();
        text.push_str(&format!("{table}trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{section}\n%%EOF\n", objects.len() + 1));
        text.into_bytes()
    }

    fn taken(pdf: &[u8], most: usize) -> (Contents, Vec<u8>) {
        let limits = StructureLimits { revisions: 9, objects: 99, linearised: false };
        let structure = Structure::read(pdf, limits).unwrap();
        let (contents, emptied) = Contents::take(pdf, &structure, most);
        (contents, emptied.into_owned())
    }

    #[test]
    fn contents_of_signatures_are_taken_and_put_back_and_nothing_else() {
        let digits = |byte: &str, times: usize| format!("<{}>", byte.repeat(times));
        let signature = |contents: &str| format!("<</Type/Sig/ByteRange[0 1 2 3]/Contents {contents}>>");
        let bait = signature(&digits("0a", 800));
        let objects = [
            "<</Type/Catalog>>".to_owned(),
            signature(&digits("a7", 900)),
            format!("<</Length {}>>stream\n{bait}\nendstream", bait.len()),
            // Too short to be worth it, odd, of two cases, with a space, and of something that is no signature.
            signature(&digits("a7", 20)),
            signature(&format!("{}7>", digits("a7", 900).trim_end_matches('>'))),
            signature(&digits("a7A7", 900)),
            signature(&digits("a7 ", 900)),
            format!("<</Type/Page/Contents {}>>", digits("00", 900)),
            format!("<</ByteRange[0 1]/Contents {}/Length 3>>stream\nabc\nendstream", digits("00", 900)),
            signature(&digits("B2", 700)),
        ];
        let pdf = file(&objects);
        let (contents, emptied) = taken(&pdf, 9);
        assert_eq!(contents.taken, [((2, 0), vec![0xA7; 900]), ((10, 0), vec![0xB2; 700])]);
        assert_eq!(emptied.len(), pdf.len());
        let changed = pdf.iter().zip(&emptied).filter(|(a, b)| a != b).count();
        assert_eq!(changed, 900 * 2 + 1 + 700 * 2 + 1);

        let whole = load(&pdf, 1 << 20).unwrap();
        let mut put_back = load(&emptied, 1 << 20).unwrap();
        assert_ne!(put_back.objects, whole.objects);
        let (again, _) = taken(&pdf, 9);
        assert!(contents.put_back(&mut put_back));
        assert_eq!(put_back.objects, whole.objects);
        // A document that has something there is another one.
        assert!(!again.put_back(&mut put_back));
        assert_eq!(taken(&pdf, 1).0.taken.len(), 1);
    }

    #[test]
    fn digits_are_read_in_one_case_only() {
        assert_eq!(decode_hex(b"<00fF>"), None);
        assert_eq!(decode_hex(b"<09afe1>"), Some(vec![0x09, 0xAF, 0xE1]));
        assert_eq!(decode_hex(b"<09AFE1>"), Some(vec![0x09, 0xAF, 0xE1]));
        assert_eq!(decode_hex(b"<>"), Some(vec![]));
        for text in [&b"<0>"[..], b"<0 1>", b"<0g>", b"<G0>", b"0102", b"<0102", b"<01\x0002>", b"<-1>"] {
            assert_eq!(decode_hex(text), None, "{}", text.escape_ascii());
        }
        let every: Vec<u8> = (0..=u8::MAX).collect();
        let text: String = every.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(decode_hex(format!("<{text}>").as_bytes()), Some(every));
    }
}
